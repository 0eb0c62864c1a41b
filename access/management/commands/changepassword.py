"""`manage.py changepassword`: Django's own, which leaves an entry in the audit log."""

from django.contrib.auth.management.commands import changepassword

from access.commands import Audited


class Command(Audited, changepassword.Command):
    """A new password for somebody."""
