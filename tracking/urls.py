"""The browser door and the SDK's own files."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
