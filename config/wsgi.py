"""The web process's entry: `gunicorn config.wsgi`."""

import os

from django.core.wsgi import get_wsgi_application

from config.utf8 import UTF8Request

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

application = get_wsgi_application()
application.request_class = UTF8Request
