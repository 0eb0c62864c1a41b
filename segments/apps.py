from django.apps import AppConfig


class SegmentsConfig(AppConfig):
    name = "segments"
    verbose_name = "Carillon"  # what the trail at the top of the admin begins with
