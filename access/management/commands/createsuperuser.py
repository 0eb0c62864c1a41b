"""`manage.py createsuperuser`: Django's own, which leaves an entry in the audit log."""

from django.contrib.auth.management.commands import createsuperuser

from access.commands import Audited


class Command(Audited, createsuperuser.Command):
    """Somebody who may do all."""
