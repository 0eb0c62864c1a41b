"""Which sites' records somebody may see or change. Every list, picker, export and count goes through `scope`."""

from __future__ import annotations

import functools
from collections.abc import Collection, Iterator
from typing import Any, Protocol, TypeVar

from django.apps import apps
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser, Permission, User
from django.db import models
from django.db.models import QuerySet

from access.models import SiteMember

SITE_MODEL = "subscribers.site"
_Row = TypeVar("_Row", bound=models.Model)


class Scoped(Protocol):
    """Somebody who is bound to sites in a way of their own, as a key is to its one."""

    def find_sites(self, permission: str) -> frozenset[int] | None: ...


def find_sites(who: Any, permission: str) -> frozenset[int] | None:
    """The ids of the sites on which they have the permission, like `campaigns.view_campaign`; None: on every site."""
    if isinstance(who, AnonymousUser) or not getattr(who, "is_active", True):
        return frozenset()
    if not isinstance(who, AbstractBaseUser):
        own: Scoped = who
        return own.find_sites(permission)
    if getattr(who, "is_superuser", False) or ModelBackend().has_perm(who, permission):  # type: ignore[arg-type]
        return None
    allowed = _read_role_permissions(who)
    return frozenset(site for site, role in _read_roles(who).items() if permission in allowed[role])


def find_sites_for_any(who: Any, permissions: Collection[str]) -> frozenset[int] | None:
    """The sites on which they have at least one of the permissions; None: every site."""
    each = [find_sites(who, permission) for permission in permissions]
    return None if None in each else frozenset().union(*(sites for sites in each if sites is not None))


def scope(rows: QuerySet[_Row], who: Any, *permissions: str) -> QuerySet[_Row]:
    """Those of the rows that belong to sites on which they have one of the permissions; if none is named, to see such rows."""
    sites = find_sites_for_any(who, permissions or name_seeing(rows.model))
    return rows if sites is None else rows.filter(**{f"{find_site_path(rows.model)}__in": sites})


def may(who: Any, permission: str, row: models.Model) -> bool:
    """Whether they have the permission on the site of this row."""
    sites = find_sites(who, permission)
    return sites is None or find_site_id(row) in sites


def find_responsible(who: Any) -> User | None:
    """Who answers for what somebody does: they themselves; of a key's holder, whoever made the key."""
    if isinstance(who, User):
        return who
    made_by = getattr(getattr(who, "key", None), "created_by", None)
    return made_by if isinstance(made_by, User) else None


def list_permissions(user: Any) -> set[str]:
    """What somebody may do on at least one site, by their roles on sites alone."""
    return set().union(*_read_role_permissions(user).values())


def name_permission(model: type[models.Model], action: str) -> str:
    return f"{model._meta.app_label}.{action}_{model._meta.model_name}"


def name_seeing(model: type[models.Model]) -> tuple[str, str]:
    """Either lets somebody see its rows: whoever may change one must be shown it."""
    return name_permission(model, "view"), name_permission(model, "change")


@functools.cache
def find_site_path(model: type[models.Model]) -> str:
    """The lookup that leads from a model to the id of its site, like `campaign__site_id`: through what it cannot be without.

    A model whose rows may have no site, and are then of the installation, says it in SITE_PATH.
    Raises LookupError for what belongs to no site.
    """
    own: str | None = getattr(model, "SITE_PATH", None)
    if own:
        return own
    paths = sorted(_list_paths(model, ()), key=len)
    if not paths:
        raise LookupError(f"{model._meta.label} belongs to no site: only administrators may see it.")
    return "__".join(paths[0])


def find_site_id(row: models.Model) -> int | None:
    """Of a row that may be unsaved; None: it has no site yet."""
    value: Any = row
    for name in find_site_path(type(row)).split("__"):
        value = getattr(value, name, None)
    found: int | None = value
    return found


def _list_paths(model: type[models.Model], seen: tuple[type[models.Model], ...]) -> Iterator[tuple[str, ...]]:
    if model._meta.label_lower == SITE_MODEL:
        yield ("pk",)
        return
    for field in model._meta.concrete_fields:
        target = field.related_model
        if not isinstance(field, models.ForeignKey) or field.null or not isinstance(target, type):
            continue
        if target in (model, *seen):
            continue
        if target._meta.label_lower == SITE_MODEL:
            yield (field.attname,)
        else:
            yield from ((field.name, *path) for path in _list_paths(target, (*seen, model)))


def _read_roles(user: Any) -> dict[int, str]:
    """By site; read once for each request's user."""
    if not hasattr(user, "_roles_by_site"):
        user._roles_by_site = dict(SiteMember.objects.filter(user=user).values_list("site", "role"))
    found: dict[int, str] = user._roles_by_site
    return found


def _read_role_permissions(user: Any) -> dict[str, set[str]]:
    if not hasattr(user, "_permissions_by_role"):
        found: dict[str, set[str]] = {role: set() for role in _read_roles(user).values()}
        granted = Permission.objects.filter(group__name__in=found) if found else Permission.objects.none()
        names = ("group__name", "content_type__app_label", "content_type__model", "codename")
        for role, app, model, codename in granted.values_list(*names):
            if _is_within_sites(app, model, codename):
                found[role].add(f"{app}.{codename}")
        user._permissions_by_role = found
    allowed: dict[str, set[str]] = user._permissions_by_role
    return allowed


@functools.cache
def _is_within_sites(app: str, model: str, codename: str) -> bool:
    """Whether a role on one site can give it: not what concerns the installation, like its jobs, nor making another site."""
    if f"{app}.{codename}" == "subscribers.add_site":
        return False
    try:
        about: Any = apps.get_model(app, model)
        return _names_sites(about) or bool(find_site_path(about))
    except LookupError:  # it belongs to no site, or there is no such model any more
        return False


def _names_sites(model: type[models.Model]) -> bool:
    """Whether its rows are about several sites, as an invitation is; who may see which of them, its own pages say."""
    targets = (field.related_model for field in model._meta.many_to_many)
    return any(isinstance(each, type) and each._meta.label_lower == SITE_MODEL for each in targets)
