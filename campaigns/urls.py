"""Feedback from service workers."""

from django.urls import path

from campaigns.views import receive_feedback

urlpatterns = [path("v1/feedback", receive_feedback, name="feedback")]
