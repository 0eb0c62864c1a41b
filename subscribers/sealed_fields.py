"""Fields whose values lie sealed in the database, and how all of them are sealed with a new key."""

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.db import models
from django.db.models.query_utils import DeferredAttribute

from subscribers.sealing import Secret, UnreadableSecretError, is_sealed, seal_anew


class _SecretAttribute(DeferredAttribute):
    """Whatever is put there is a Secret when it is looked at."""

    def __set__(self, instance: models.Model, value: Any) -> None:
        instance.__dict__[self.field.attname] = self.field.to_python(value)


class SealedField(models.TextField[Secret | str, Secret]):
    """A secret. `purpose` says in plain words what it is: it is part of the key, so it is never changed."""

    descriptor_class = _SecretAttribute

    def __init__(self, *args: Any, purpose: str, **kwargs: Any) -> None:
        self.purpose = purpose
        super().__init__(*args, **{**kwargs, "editable": False})

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, {**kwargs, "purpose": self.purpose}

    def from_db_value(self, value: str | None, *_: Any) -> Secret | None:
        return None if value is None else Secret(value, self.purpose)

    def to_python(self, value: Any) -> Any:
        return Secret(value, self.purpose) if isinstance(value, str) else value

    def get_prep_value(self, value: Any) -> Any:
        if isinstance(value, str):
            return value if is_sealed(value) else Secret(value, self.purpose).sealed
        return value.sealed if isinstance(value, Secret) else super().get_prep_value(value)

    def value_to_string(self, obj: models.Model) -> str:
        """In dumps: as it lies in the database."""
        text: str = self.get_prep_value(self.value_from_object(obj))
        return text


def list_sealed_fields() -> Iterator[tuple[type[models.Model], SealedField]]:
    for model in apps.get_models():
        yield from ((model, field) for field in model._meta.concrete_fields if isinstance(field, SealedField))


def list_unreadable() -> list[str]:
    """Which secrets no key opens, each as “Shop: its private key for push (VAPID)”."""
    return [
        f"{row}: {field.purpose}"
        for model, field in list_sealed_fields()
        for row in model._default_manager.all()
        if not getattr(row, field.attname).is_readable
    ]


def seal_all_anew() -> tuple[int, list[str]]:
    """Seal everything with the newest key: how many were not yet, and what could not be read, which stays as it is."""
    count, unreadable = 0, []
    for model, field in list_sealed_fields():
        for row in model._default_manager.all():
            before: Secret = getattr(row, field.attname)
            try:
                after = seal_anew(before.sealed, field.purpose)
            except UnreadableSecretError as error:
                unreadable.append(f"{row}: {error}")
                continue
            if after is not None:
                count += _replace(model, row.pk, field, before, after)
    return count, unreadable


def _replace(model: type[models.Model], pk: Any, field: SealedField, before: Secret, after: str) -> int:
    """Unless somebody else gave it another value meanwhile."""
    rows = model._default_manager.filter(**{"pk": pk, field.attname: before})
    return rows.update(**{field.attname: after})
