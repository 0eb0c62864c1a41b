from django.apps import AppConfig


class TrackingConfig(AppConfig):
    name = "tracking"
    verbose_name = "Carillon"  # what the trail at the top of the admin begins with
