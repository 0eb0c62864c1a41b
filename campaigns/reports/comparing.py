"""Which version of a plain A/B test does better: said by the report, since no winner is looked for that would say it."""

from collections.abc import Sequence
from dataclasses import dataclass

from campaigns.experiments.verdicts import Standing, Verdict, describe_verdict, judge
from campaigns.models import Campaign
from campaigns.reports.lines import Line


@dataclass(frozen=True, slots=True)
class VersionVerdict:
    """`measure` is clicked or converted; `leader` is the letter of the version that is ahead."""

    measure: str
    leader: str
    p: float
    is_clear: bool
    sentence: str


def judge_versions(campaign: Campaign, lines: Sequence[Line]) -> list[VersionVerdict]:
    """By clicks and, with a goal, by conversions; nothing where there is one version, or a winner is looked for.

    There whoever waited got the winner, so that versions are not compared by everybody who got them.
    """
    if campaign.winner_by or len(lines) < 2:
        return []
    measures = ["clicked", "converted"] if campaign.goal is not None else ["clicked"]
    return [_describe(measure, judge(_list_standings(lines, measure))) for measure in measures]


def _list_standings(lines: Sequence[Line], measure: str) -> list[Standing]:
    return [Standing(line.key, line.figures.sent, getattr(line.figures, measure)) for line in lines]


def _describe(measure: str, verdict: Verdict) -> VersionVerdict:
    better = (
        f"Version {verdict.leader.letter} is clearly better."
        if verdict.is_clear
        else "None is clearly better."
    )
    sentence = f"{better} {describe_verdict(verdict, measure)}"
    return VersionVerdict(measure, verdict.leader.letter, verdict.p, verdict.is_clear, sentence)
