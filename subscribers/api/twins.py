"""Writing something under a name that looks like another one's is answered with a warning."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from subscribers.names import find_twin, say_twin

READING = {"GET", "HEAD", "OPTIONS"}


class TwinWarnings(serializers.Serializer[Any]):
    """For the serializer of what has a name within a site: `warnings` of what was written, none of what is read."""

    warnings = serializers.SerializerMethodField(
        help_text="On what was just written: that another name looks the same. Empty when it is read"
    )

    @extend_schema_field(serializers.ListField(child=serializers.CharField()))
    def get_warnings(self, named: Any) -> list[str]:
        request = self.context.get("request")
        if request is None or request.method in READING:
            return []
        others = type(named)._default_manager.filter(site=named.site_id).exclude(pk=named.pk)
        twin = find_twin(named.name, others.values_list("name", flat=True))
        return [say_twin(named._meta.verbose_name, twin)] if twin is not None else []
