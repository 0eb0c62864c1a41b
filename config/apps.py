from django.apps import AppConfig
from django.core.checks import register

from config.checks import check_before_going_public, check_settings
from config.deployment import check_deployment
from config.site_checks import check_sites


class ProjectConfig(AppConfig):
    name = "config"
    label = "carillon"
    verbose_name = "Carillon"

    def ready(self) -> None:
        register(check_settings)
        register(check_before_going_public, deploy=True)
        register(check_sites, deploy=True)
        register(check_deployment, deploy=True)
