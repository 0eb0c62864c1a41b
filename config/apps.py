from django.apps import AppConfig
from django.core.checks import register

from config.checks import check_before_going_public, check_settings


class ProjectConfig(AppConfig):
    name = "config"
    label = "carillon"
    verbose_name = "Carillon"

    def ready(self) -> None:
        register(check_settings)
        register(check_before_going_public, deploy=True)
