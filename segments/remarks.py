"""All that is remarked on a rule while it is being written, gathered for one site. None of it forbids anything."""

from segments.rules import Names, Rule
from segments.rules.lint import Remark, lint_rule
from segments.seen import read_seen
from subscribers.models import Site

MOST_REMARKS = 10  # who has put those right sees the next


def read_remarks(site: Site, rule: Rule, names: Names) -> list[Remark]:
    """The most useful first, each with the path of the condition it is about."""
    return lint_rule(rule, read_seen(site), names)[:MOST_REMARKS]
