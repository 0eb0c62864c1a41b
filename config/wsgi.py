"""Carillon as a WSGI application: what config/web.py calls, and any WSGI server could."""

import os

from django.core.wsgi import get_wsgi_application

from config.utf8 import UTF8Request

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

application = get_wsgi_application()
application.request_class = UTF8Request
