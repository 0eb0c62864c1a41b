"""Requests are taken whole: an unknown field or parameter is refused, with the nearest one that is known."""

import difflib
from collections.abc import Collection, Mapping
from typing import Any

from rest_framework import serializers
from rest_framework.fields import empty
from rest_framework.request import Request

from access.api import OwnSites
from subscribers.api.keys import KeyField
from subscribers.api.pagination import PARAMETERS
from subscribers.api.requests import WholeRequests

# A serializer's docstring becomes the description of its component in the OpenAPI document, so these have comments.


# Refuses what it does not know, and what it only ever tells. Whoever sends back with PUT what they read need not take
# out what is read-only; in POST and PATCH it would be a wish that is not granted.
class StrictFields(serializers.Serializer[Any]):
    serializer_related_field: Any = KeyField  # of those that are written from a model

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, Mapping):
            known = set(self.fields)
            errors = {str(name): [_say_unknown(str(name), known)] for name in data if name not in known}
            errors.update({name: ["This is read-only; leave it out."] for name in self._list_refused(data)})
            if errors:
                raise serializers.ValidationError(errors, code="unknown_field")
        return super().to_internal_value(data)

    def _list_refused(self, data: Mapping[str, Any]) -> list[str]:
        """The read-only fields in `data` that would change something, if they could be written."""
        nested: Any = self.parent
        if nested is not None or (self.instance is not None and not self.partial):
            return []
        told = [name for name in data if name in self.fields and self.fields[name].read_only]
        if self.instance is None:
            return told
        now = self.to_representation(self.instance) if told else {}
        return [name for name in told if data[name] != now.get(name)]


# Nested, and given whole even where the rest is patched: DRF asks the outermost serializer whether fields may be
# missing, so a PATCH let half a button through.
class WholeFields(StrictFields):
    def to_internal_value(self, data: Any) -> Any:
        value = super().to_internal_value(data)
        missing = [field for field in self._writable_fields if field.field_name not in data]
        errors = {
            str(field.field_name): [field.error_messages["required"]] for field in missing if field.required
        }
        if errors:
            raise serializers.ValidationError(errors, code="required")
        for field in missing:
            if field.default is not empty:
                value[field.source] = field.default() if callable(field.default) else field.default
        return value


class KnownQuery(OwnSites, WholeRequests):
    """A viewset that refuses query parameters which it would not heed: unknown ones, empty ones, second values.

    An action that reads some names their serializer in its decorator: `query_serializer=…`. It also documents them.
    Those that may be given several times are its `repeatable`.
    """

    query_serializer: type[serializers.Serializer[Any]] | None = None
    repeatable: Collection[str] = ()

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        known = self.list_query_parameters()
        given = request.query_params
        errors = {name: [_say_unknown(name, known)] for name in given if name not in known}
        if errors:
            raise serializers.ValidationError(errors, code="unknown_parameter")
        once = {name for name, values in given.lists() if len(values) > 1} - set(self.repeatable)
        errors = {name: ["Give it once, with one value."] for name in once}
        empty_ones = {name for name in given if not given[name]} - self._list_required()
        errors.update({name: ["It is empty; leave it out."] for name in empty_ones})
        if errors:
            raise serializers.ValidationError(errors)

    def _list_required(self) -> set[str]:
        """The parameters that an action cannot do without; their fields say what is missing."""
        fields = self.query_serializer().fields if self.query_serializer is not None else {}
        return {str(name) for name, field in fields.items() if field.required}

    def list_query_parameters(self) -> set[str]:
        view: Any = self
        if self.query_serializer is not None:
            return set(self.query_serializer().fields)
        if view.action != "list":
            return set()
        names = set(PARAMETERS) if view.paginator is not None else set()
        for backend in view.filter_backends:
            filterset = backend().get_filterset_class(view, view.queryset)
            names |= set(filterset.base_filters) if filterset else set()
        return names

    def read_query(self, request: Request) -> Any:
        """What the parameters of the address say, checked."""
        if self.query_serializer is None:
            raise TypeError("This action names no query_serializer.")
        form = self.query_serializer(data=request.query_params)
        form.is_valid(raise_exception=True)
        return form.validated_data


def _say_unknown(name: str, known: Collection[str]) -> str:
    """A sentence that names what comes nearest, or all there is where that is little."""
    shown = name if len(name) <= 50 else f"{name[:50]}…"
    near = difflib.get_close_matches(name[:100], known, n=1, cutoff=0.6)
    if near:
        return f"“{shown}” is not known here. Did you mean “{near[0]}”?"
    if not known:
        return f"“{shown}” is not known here; nothing is."
    return f"“{shown}” is not known here. Known are: {', '.join(sorted(known))}."
