from django.apps import AppConfig


class SubscribersConfig(AppConfig):
    name = "subscribers"
    verbose_name = "Carillon"  # what the trail at the top of the admin begins with
