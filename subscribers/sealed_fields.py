"""Fields whose values lie sealed in the database, and how all of them are sealed with a new key."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import models
from django.db.models.query_utils import DeferredAttribute
from django.utils.module_loading import import_string

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


@dataclass(frozen=True)
class KeptSecret:
    """One secret where it lies: whose it is, and how it is given another form, unless somebody gave it one meanwhile."""

    owner: str
    secret: Secret
    purpose: str
    replace: Callable[[str], int]  # how many rows were changed


def list_secrets() -> Iterator[KeptSecret]:
    """Those of our own fields, then those in tables of others, which their apps list (SECRETS_ELSEWHERE)."""
    for model, field in list_sealed_fields():
        yield from (_find_secret(model, field, row) for row in model._default_manager.all())
    for name in settings.SECRETS_ELSEWHERE:
        yield from import_string(name)()


def list_unreadable() -> list[str]:
    """Which secrets no key opens, each as “Shop: its private key for push (VAPID)”."""
    return [f"{kept.owner}: {kept.purpose}" for kept in list_secrets() if not kept.secret.is_readable]


def seal_all_anew() -> tuple[int, list[str]]:
    """Seal everything with the newest key: how many were not yet, and what could not be read, which stays as it is."""
    count, unreadable = 0, []
    for kept in list_secrets():
        try:
            after = seal_anew(kept.secret.stored, kept.purpose)
        except UnreadableSecretError as error:
            unreadable.append(f"{kept.owner}: {error}")
            continue
        if after is not None:
            count += kept.replace(after)
    return count, unreadable


def _find_secret(model: type[models.Model], field: SealedField, row: models.Model) -> KeptSecret:
    before: Secret = getattr(row, field.attname)

    def replace(after: str) -> int:
        as_it_lies = models.Value(before.stored, output_field=models.TextField())
        rows = model._default_manager.filter(**{"pk": row.pk, field.attname: as_it_lies})
        return rows.update(**{field.attname: after})

    return KeptSecret(str(row), before, field.purpose, replace)
