from django.apps import AppConfig
from django.core.checks import Tags, register

from access.checks import check_tokens


class AccessConfig(AppConfig):
    name = "access"
    verbose_name = "Staff and keys"

    def ready(self) -> None:
        register(check_tokens, Tags.security, deploy=True)
