"""`manage.py drf_create_token`: that of DRF, which leaves an entry in the audit log. Keys are what there is now."""

from rest_framework.authtoken.management.commands import drf_create_token

from access.commands import Audited


class Command(Audited, drf_create_token.Command):
    """A token of a person; it counts until LEGACY_TOKENS_UNTIL."""
