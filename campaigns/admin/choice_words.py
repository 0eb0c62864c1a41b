"""What one can choose in a campaign's form: value → a name and what it means for those who get the push."""

from campaigns.admin.wording import LATE_WORDS
from campaigns.models import Campaign

Words = dict[str, tuple[str, str]]
SCHEDULE: Words = {
    Campaign.Schedule.NOW: ("Right away", "As soon as you launch it."),
    Campaign.Schedule.INSTANT: (
        "At one moment",
        "Everybody gets it at the same instant, all over the world.",
    ),
    Campaign.Schedule.LOCAL: (
        "At local time",
        "Everybody gets it when their own clock shows the time you choose.",
    ),
    Campaign.Schedule.RECURRING: (
        "Again and again",
        "Every day, week or month, at each one’s local time. Each run has figures of its own.",
    ),
}
AUDIENCE_AT: Words = {
    Campaign.AudienceAt.LAUNCH: (
        "Once, at launch",
        "Whoever is in the segments then gets it, whatever happens in between.",
    ),
    Campaign.AudienceAt.DELIVERY: (
        "Checked again right before each one is sent",
        "Whoever has left the segments by then is skipped.",
    ),
}
REPEATS: Words = {
    Campaign.Repeats.DAILY: ("Every day", ""),
    Campaign.Repeats.WEEKLY: ("Every week", ""),
    Campaign.Repeats.MONTHLY: ("Every month", ""),
}
CAP_BY: Words = {
    Campaign.CapBy.SITE: ("The site’s limits", "Whoever got enough pushes lately is left out."),
    Campaign.CapBy.OWN: ("A limit of its own", "In place of the site’s."),
    Campaign.CapBy.NONE: ("No limit", "Everybody gets it: for what must arrive, like an order’s status."),
}
QUIET_HOURS: Words = {
    Campaign.QuietHours.SITE: ("The site’s quiet hours", "Nobody is disturbed in them."),
    Campaign.QuietHours.IGNORE: ("Send at any hour", "For what cannot wait until morning."),
}
DEVICES: Words = {
    Campaign.Devices.LAST_SEEN: ("The device each person used last", "Nobody sees it twice."),
    Campaign.Devices.ALL: ("All of a person’s devices", "On the phone and on the computer."),
}
WINNER_BY: Words = {
    Campaign.WinnerBy.NOBODY: (
        "No winner",
        "Everybody gets the version drawn for them; compare them in the report.",
    ),
    Campaign.WinnerBy.CLICKS: (
        "The one with more clicks",
        "Some people get the versions first; the others get the winner.",
    ),
    Campaign.WinnerBy.CONVERSIONS: (
        "The one with more conversions",
        "The same, by the goal that you choose below.",
    ),
    Campaign.WinnerBy.HAND: ("I choose it", "Some people get the versions first; the others wait for you."),
}
UNDECIDED: Words = {
    Campaign.Undecided.SPLIT: ("Go on with all versions", "Everybody gets the version drawn for them."),
    Campaign.Undecided.LEADER: (
        "Send the one that is ahead",
        "Unless so few got it that nothing can be told: then all versions go on.",
    ),
    Campaign.Undecided.ASK: ("Wait until I choose", "The others get nothing until then."),
}
CHOICES: dict[str, Words] = {
    "schedule": SCHEDULE,
    "audience_at": AUDIENCE_AT,
    "repeats": REPEATS,
    "cap_by": CAP_BY,
    "quiet_hours": QUIET_HOURS,
    "devices": DEVICES,
    "winner_by": WINNER_BY,
    "undecided": UNDECIDED,
    "late_policy": LATE_WORDS,
}
