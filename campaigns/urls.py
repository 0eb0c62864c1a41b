"""Feedback from service workers."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
