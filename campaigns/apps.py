from django.apps import AppConfig


class CampaignsConfig(AppConfig):
    name = "campaigns"
    verbose_name = "Carillon"  # what the trail at the top of the admin begins with
