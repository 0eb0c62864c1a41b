"""What was clicked: the notification itself, and each of its buttons, with the words that stood on them."""

from dataclasses import dataclass

from campaigns.assignment import Version, list_versions
from campaigns.models import Campaign
from campaigns.rendering import list_buttons
from campaigns.reports.figures import Broken
from campaigns.reports.rates import Rate, measure_rate


@dataclass(frozen=True, slots=True)
class Clicks:
    """Clicks on one thing in one version. `action` is empty for the notification itself, else a1 or a2.

    `text` and `link` are the templates: what each person saw may differ.
    """

    variant: str
    action: str
    text: str
    link: str
    people: int
    of_clicks: Rate


def count_clicks(campaign: Campaign, broken: Broken) -> list[Clicks]:
    """Every thing that could be clicked in the versions that were sent, clicked or not, in the order in which they stand."""
    clicked = {
        (variant, action or ""): figures.clicked
        for (variant, action), figures in broken["action"]
        if figures.clicked
    }
    sent = {variant for (variant,), figures in broken["variant"] if figures.sent}
    total = sum(clicked.values())
    return [
        Clicks(version.letter, action, text, link, clicked.get((version.letter, action), 0),
               measure_rate(clicked.get((version.letter, action), 0), total))
        for version in list_versions(campaign)
        if version.letter in sent
        for action, text, link in _list_targets(version)
    ]  # fmt: skip


def _list_targets(version: Version) -> list[tuple[str, str, str]]:
    message = version.message
    buttons = [
        (f"a{number}", title, link) for number, (title, link) in enumerate(list_buttons(message), start=1)
    ]
    return [("", "The notification itself", message.link_url), *buttons]
