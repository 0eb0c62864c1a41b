"""Composition only: settings, addresses, the Celery application, the admin home. No app imports it."""

from config.celery import app as celery_app

__all__ = ["celery_app"]
