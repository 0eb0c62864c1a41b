"""Which fields belong to which schedule. Those of one that is not chosen do not exist: they hold nothing."""

from collections.abc import Mapping

# Schedule → its fields; each field holds its model's default unless its schedule is the one chosen.
_FIELDS: Mapping[str, frozenset[str]] = {
    "now": frozenset(),
    "instant": frozenset({"send_at"}),
    "local": frozenset({"local_date", "local_time", "late_policy", "late_limit_minutes", "test_ahead"}),
    "recurring": frozenset(
        {"local_date", "local_time", "late_policy", "late_limit_minutes", "repeats", "repeat_until"}
    ),
}
_REPEATS: Mapping[str, frozenset[str]] = {
    "daily": frozenset(),
    "weekly": frozenset({"weekdays"}),
    "monthly": frozenset({"month_day"}),
}
_ALL = frozenset().union(*_FIELDS.values(), *_REPEATS.values())


def list_unchosen(schedule: str, repeats: str, late_policy: str) -> frozenset[str]:
    """The fields of a campaign that say when it is sent, and that do not exist for this schedule."""
    chosen = _FIELDS.get(schedule, _ALL)
    if schedule == "recurring":
        chosen |= _REPEATS.get(repeats, frozenset())
    if late_policy != "send_if_within":
        chosen -= {"late_limit_minutes"}
    return _ALL - chosen
