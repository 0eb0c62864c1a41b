"""Who may log in to the demo. Never for an installation that others can reach: everybody knows the password."""

from __future__ import annotations

from django.contrib.auth.models import Group, User

PASSWORD = "carillon"  # noqa: S105 - no secret: it is in the documentation


def create_accounts() -> dict[str, User]:
    """The administrator and the marketer, by user name; accounts that exist already stay as they are."""
    admin, is_new = User.objects.get_or_create(
        username="admin", defaults={"is_staff": True, "is_superuser": True, "email": "admin@example.com"}
    )
    if is_new:
        _set_password(admin)
    marketer, is_new = User.objects.get_or_create(
        username="marketer", defaults={"is_staff": True, "email": "marketer@example.com"}
    )
    if is_new:
        _set_password(marketer)
        marketer.groups.add(Group.objects.get(name="marketer"))
    return {"admin": admin, "marketer": marketer}


def _set_password(user: User) -> None:
    user.set_password(PASSWORD)
    user.save(update_fields=["password"])
