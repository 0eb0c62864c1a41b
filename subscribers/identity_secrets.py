"""The secrets with which a site's backend signs who its visitors are: several at a time, so that they can be changed."""

import datetime as dt
import time

from django.conf import settings
from django.db import transaction

from subscribers.models import IdentitySecret, Site
from subscribers.signatures import Policy, Secret, Verdict, judge

MOST_AT_ONCE = 5
# Doors that prove ids remember a site's secrets for so long, in seconds.
REMEMBERED_FOR = 10.0
# A signature that fits none makes them look again, but not each time that a stranger makes one up.
LOOK_AGAIN_AFTER = 1.0

_remembered: dict[int, tuple[float, list[Secret]]] = {}


class SecretError(ValueError):
    """A change of secrets that cannot be; the message says what would be right."""


def read_policy() -> Policy:
    return Policy(dt.timedelta(hours=settings.IDENTITY_SIGNATURE_HOURS), settings.IDENTITY_V1_UNTIL)


def judge_signature(site_id: int, external_id: str, signature: str, *, now: dt.datetime) -> Verdict:
    """At a door: without a question to the database, as a rule."""
    if not signature.strip():
        return Verdict.MISSING
    read_at, secrets = _recall(site_id)
    verdict = judge(signature, external_id, secrets, policy=read_policy(), now=now)
    if verdict is Verdict.OTHER and time.monotonic() - read_at > LOOK_AGAIN_AFTER:
        forget_secrets(site_id)
        verdict = judge(signature, external_id, _recall(site_id)[1], policy=read_policy(), now=now)
    return verdict


def read_secrets(site_id: int) -> list[Secret]:
    """The newest first, those that are retired too."""
    rows = IdentitySecret.objects.filter(site=site_id).order_by("-pk")
    # One that no key opens (subscribers/sealing.py) proves nobody; health tells of it.
    return [
        Secret(row.secret.reveal(), row.retires_at, row.signs_v1) for row in rows if row.secret.is_readable
    ]


def forget_secrets(site_id: int) -> None:
    _remembered.pop(site_id, None)


def forget_all_secrets() -> None:
    """For whoever puts another database in the place of this one: tests, and restored dumps."""
    _remembered.clear()


@transaction.atomic
def make_secret(site: Site, *, others_until: dt.datetime | None, now: dt.datetime) -> IdentitySecret:
    """A new one; those that were in use before are good until `others_until`, or as long as they were (None)."""
    in_use = _list_in_use(site, now)
    if others_until is not None and others_until < now:
        raise SecretError("The older secrets can be retired now or later, not in the past.")
    if others_until is None and len(in_use) >= MOST_AT_ONCE:
        raise SecretError(f"A site has at most {MOST_AT_ONCE} secrets at a time: retire one first.")
    if others_until is not None:
        for each in in_use:
            each.retires_at = min(each.retires_at or others_until, others_until)
            each.save(update_fields=["retires_at"])
    made = IdentitySecret.objects.create(site=site, made_at=now)
    transaction.on_commit(lambda: forget_secrets(site.pk))
    return made


@transaction.atomic
def retire_secret(secret: IdentitySecret, *, at: dt.datetime, now: dt.datetime) -> None:
    """No signature made with it is taken from then on. The newest stays, so that there is always one to sign with."""
    in_use = _list_in_use(secret.site, now)
    if secret.pk not in {each.pk for each in in_use}:
        raise SecretError("This secret is retired already.")
    if at < now:
        raise SecretError("A secret can be retired now or later, not in the past.")
    if secret.pk == in_use[-1].pk:
        raise SecretError("This is the site’s newest secret: make a new one first.")
    secret.retires_at = at
    secret.save(update_fields=["retires_at"])
    transaction.on_commit(lambda: forget_secrets(secret.site_id))


def _list_in_use(site: Site, now: dt.datetime) -> list[IdentitySecret]:
    Site.objects.select_for_update().get(pk=site.pk)  # one change at a time
    return [each for each in IdentitySecret.objects.filter(site=site).order_by("pk") if each.is_in_use(now)]


def _recall(site_id: int) -> tuple[float, list[Secret]]:
    known = _remembered.get(site_id)
    if known is None or time.monotonic() - known[0] > REMEMBERED_FOR:
        known = _remembered[site_id] = (time.monotonic(), read_secrets(site_id))
    return known
