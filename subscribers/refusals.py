"""Who was refused a moment ago, as this process remembers it: refusing them again costs nothing, and asks nobody."""

from collections.abc import Hashable, Iterable
from time import monotonic
from typing import NamedTuple

MOST = 10_000  # of them are remembered; then those whose time is over are forgotten, and if need be all


class Refusal(NamedTuple):
    """Until when, by this process's clock; and which pages may read that they are refused."""

    until: float
    origins: frozenset[str] = frozenset()

    @property
    def wait(self) -> float:
        return self.until - monotonic()


class Refusals:
    """Of one process."""

    def __init__(self) -> None:
        self._known: dict[Hashable, Refusal] = {}

    def note(self, who: Hashable, wait: float, origins: Iterable[str] = ()) -> Refusal:
        refusal = Refusal(monotonic() + wait, frozenset(origins))
        if len(self._known) >= MOST:
            self._forget_old()
        self._known[who] = refusal
        return refusal

    def find(self, *anybody: Hashable) -> Refusal | None:
        """The first of these who is still refused."""
        if not self._known:
            return None
        now = monotonic()
        for who in anybody:
            refusal = self._known.get(who)
            if refusal is not None and refusal.until > now:
                return refusal
        return None

    def clear(self) -> None:
        self._known = {}

    def _forget_old(self) -> None:
        now = monotonic()
        kept = {who: refusal for who, refusal in list(self._known.items()) if refusal.until > now}
        self._known = kept if len(kept) < MOST else {}
