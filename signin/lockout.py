"""How often somebody may be wrong, and how long they wait then.

Failures count for some minutes (LOGIN_LOCKOUT_MINUTES). So many of one account from one address lock that pair; more of them
lock the address, or the account for browsers that nobody has logged in with before: whoever guesses from many addresses is
slowed down, and cannot keep the owner out. What is tried while locked does not count, so no lock goes on for ever.
Every count is taken before the password is looked at, so that a hundred guesses at once are no more than one after the other.
"""

from __future__ import annotations

import datetime as dt
import unicodedata
from dataclasses import dataclass

from django.conf import settings
from django.db import connection, transaction
from django.utils.crypto import salted_hmac

from access.addresses import widen_address
from signin.models import FailedLogIn

# So many times LOGIN_FAILURES of one address, or of one account from anywhere.
ADDRESS_FACTOR, ACCOUNT_FACTOR, CODE_FACTOR = 6, 10, 2


class LockedOutError(Exception):
    """Too many failures: nothing is tried before `until`."""

    def __init__(self, until: dt.datetime) -> None:
        super().__init__(until)
        self.until = until


@dataclass(frozen=True)
class Attempt:
    """One try, counted as a failure until it turns out to be none."""

    account: str
    address: str

    def forgive(self) -> None:
        """It was right, so the failures before it were the owner's own."""
        FailedLogIn.objects.filter(account=self.account, address=self.address).delete()


def begin_attempt(
    account: str, address: str, *, now: dt.datetime, factor: int = ACCOUNT_FACTOR, browser: str = ""
) -> Attempt:
    """Count a try of the account (see `name_account`). Raises LockedOutError.

    A `browser` that the account's owner has logged in with is counted for itself: nobody else can lock it.
    """
    most, window = settings.LOGIN_FAILURES, dt.timedelta(minutes=settings.LOGIN_LOCKOUT_MINUTES)
    place = _name("browser", browser) if browser else _name("address", widen_address(address))
    pair = {"account": account, "address": place}
    limits: list[tuple[dict[str, str], int]] = [(pair, most)]
    if not browser:
        limits += [({"address": place}, most * ADDRESS_FACTOR), ({"account": account}, most * factor)]
    with transaction.atomic():
        for name in (place, account):  # always in this order, or two would wait for each other
            _lock(name)
        FailedLogIn.objects.filter(failed_at__lte=now - window).delete()
        ends = [_find_end(which, number, now - window) for which, number in limits]
        if any(ends):
            raise LockedOutError(max(end for end in ends if end) + window)
        FailedLogIn.objects.create(**pair, failed_at=now)
    return Attempt(account, place)


def forget_failures(*accounts: str) -> None:
    """As after a new password."""
    FailedLogIn.objects.filter(account__in=accounts).delete()


def name_account(login: str) -> str:
    """What stands for an account in counts, whether there is one or not."""
    return _name("account", unicodedata.normalize("NFKC", login).strip().casefold())


def name_codes(user_id: int) -> str:
    """What stands for the codes of somebody's authenticator app."""
    return _name("codes", str(user_id))


def may_be_mailed(user_id: int, *, now: dt.datetime) -> bool:
    """Links to set a password go to one person as often as anybody may be wrong: whoever asks, from wherever, fills no inbox."""
    name = _name("links", str(user_id))
    try:
        begin_attempt(name, "", now=now, browser=name)
    except LockedOutError:
        return False
    return True


def _find_end(which: dict[str, str], number: int, since: dt.datetime) -> dt.datetime | None:
    """The failure whose age opens the lock: the newest but `number` - 1; None: there are fewer."""
    failures = FailedLogIn.objects.filter(**which, failed_at__gt=since).order_by("-failed_at")
    return failures.values_list("failed_at", flat=True)[number - 1 : number].first()


def _lock(name: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [int(name[:15], 16)])


def _name(kind: str, text: str) -> str:
    return salted_hmac(f"signin.{kind}", text, algorithm="sha256").hexdigest()
