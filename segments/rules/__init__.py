"""The rule language, version 1: one tree, read from JSON, with two interpreters that must agree.

`parse_rule` reads, `check_rule` compares with what a site knows, `describe_rule` says it in English, `evaluate_rule`
answers for one subscriber in memory, and `compiler.compile_rule`, the one part that knows Django, in SQL for all.
"""

from segments.rules.ast import Rule
from segments.rules.describe import describe_rule, describe_shape
from segments.rules.errors import Problem, RuleError
from segments.rules.evaluator import evaluate_rule
from segments.rules.facts import SubscriberFacts
from segments.rules.names import Names
from segments.rules.schema import dump_rule, parse_rule
from segments.rules.validation import Knowledge, check_rule

__all__ = [
    "Knowledge",
    "Names",
    "Problem",
    "Rule",
    "RuleError",
    "SubscriberFacts",
    "check_rule",
    "describe_rule",
    "describe_shape",
    "dump_rule",
    "evaluate_rule",
    "parse_rule",
]
