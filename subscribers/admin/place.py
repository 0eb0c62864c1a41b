"""Places: spots on the map that rules can name."""

from typing import ClassVar

from django import forms
from django.contrib import admin
from unfold.widgets import UnfoldAdminTextInputWidget

from access.admin import OwnSitesAdmin
from subscribers.admin.seen import HeedsOthers
from subscribers.admin.seen_form import SeenForm
from subscribers.admin.twins import TellsTwins
from subscribers.models import Place


class PlaceForm(SeenForm):
    latitude = forms.FloatField(
        min_value=-90, max_value=90, widget=UnfoldAdminTextInputWidget,
        help_text="Degrees north, like 52.52 for Berlin; south is negative. Maps show it on a right click.",
    )  # fmt: skip
    longitude = forms.FloatField(
        min_value=-180, max_value=180, widget=UnfoldAdminTextInputWidget,
        help_text="Degrees east, like 13.405 for Berlin; west is negative.",
    )  # fmt: skip

    class Meta:
        model = Place
        fields = ("site", "name", "latitude", "longitude")
        help_texts: ClassVar = {"name": "As it appears in rules: “within 25 miles of Berlin store”."}


@admin.register(Place)
class PlaceAdmin(HeedsOthers, TellsTwins, OwnSitesAdmin):
    form = PlaceForm
    list_display = ("name", "site", "latitude", "longitude")
    list_filter = ("site",)
    list_select_related = ("site",)
    search_fields = ("name",)
    ordering = ("name",)
