"""From JSON to the tree and back, with errors in sentences."""

from typing import Any

from pydantic import ValidationError

from segments.rules.ast import Rule
from segments.rules.errors import Problem, RuleError
from segments.rules.limits import (
    LARGEST,
    MOST_PARTS,
    MOST_PATTERN_SIGNS,
    Limits,
    count_pattern_signs,
)

MOST_PROBLEMS = 50

# How pydantic names its findings → what a person should read; `{…}` is filled from the finding's own context.
SENTENCES = {
    "missing": "This is missing.",
    "extra_forbidden": "This is not a part of such a condition; take it out.",
    "union_tag_invalid": "“{tag}” is no kind of condition; there are {expected_tags}.",
    "union_tag_not_found": "A condition says its “type”, like attribute or event.",
    "literal_error": "This must be {expected}.",
    "string_type": "This must be text.",
    "string_unicode": "Text must not contain half of a surrogate pair.",
    "invalid_key": "The names in an object must be text.",
    "float_type": "This must be a number.",
    "string_too_short": "This must not be empty.",
    "string_too_long": "This must be at most {max_length} characters long.",
    "int_type": "This must be a whole number.",
    "bool_type": "This must be true or false.",
    "tuple_type": "This must be a list.",
    "too_long": "There must be at most {max_length} of these.",
    "too_short": "There must be at least {min_length} of these.",
    "greater_than": "This must be more than {gt}.",
    "less_than": "This must be less than {lt}.",
    "greater_than_equal": "This must be at least {ge}.",
    "less_than_equal": "This must be at most {le}.",
    "finite_number": "This must be an ordinary number.",
    "model_type": "This must be an object.",
    "model_attributes_type": "This must be an object.",
}


def parse_rule(document: Any, limits: Limits = LARGEST) -> Rule:
    """Read a rule document. Raises RuleError with the path of each node that is wrong and what would be right.

    What people write is read within the `limits` of the settings; what is stored, whatever they are today.
    """
    _check_size(document, limits)
    try:
        return Rule.model_validate(document, context=limits)
    except ValidationError as error:
        raise RuleError(_explain(error)) from None


def dump_rule(rule: Rule) -> dict[str, Any]:
    """The document that `parse_rule` reads back to an equal tree."""
    return rule.model_dump(mode="json", exclude_none=True, by_alias=True)


def _check_size(document: Any, limits: Limits) -> None:
    """Bound depth and size first: deep nesting must be a sentence, not a recursion error."""
    level = [document] if isinstance(document, dict | list) else []
    nodes = values = signs = 0
    for depth in range(10_000):
        children = [child for each in level for child in (each.values() if isinstance(each, dict) else each)]
        values += len(children)
        level = [child for child in children if isinstance(child, dict | list)]
        nodes += sum(isinstance(each, dict) and "type" in each for each in level)
        signs += sum(map(count_pattern_signs, level))
        # A group is two levels of JSON, itself and its list of conditions; no other condition is deeper than seven.
        has_group = any(isinstance(each, dict) and each.get("type") == "group" for each in level)
        if depth > 2 * limits.depth + 6 or (depth >= 2 * limits.depth and has_group):
            raise _refuse(f"Groups are nested too deeply; {limits.depth} levels is the most.")
        if nodes > limits.conditions:
            raise _refuse(f"The rule is too large; {limits.conditions:,} conditions is the most.")
        if values > MOST_PARTS:
            raise _refuse(f"The rule is too large; {MOST_PARTS:,} values is the most.")
        if signs > MOST_PATTERN_SIGNS:
            raise _refuse(
                f"The patterns of the rule have too many of *, | and +; {MOST_PATTERN_SIGNS:,} is the most."
            )
        if not level:
            return


def _refuse(sentence: str) -> RuleError:
    return RuleError([Problem("root", sentence)])


def _explain(error: ValidationError) -> list[Problem]:
    """One problem for each place. A value that fits none of several types is reported by each: the first speaks."""
    problems: dict[str, str] = {}
    findings = error.errors(include_url=False, include_input=False)
    within = {finding["loc"][:end] for finding in findings for end in range(len(finding["loc"]))}
    for finding in findings:
        if finding["type"] == "too_short" and finding["loc"] in within:
            continue  # only because pydantic does not count the elements that are wrong themselves
        context = finding.get("ctx", {})
        sentence = SENTENCES.get(finding["type"], finding["msg"])
        if finding["type"] == "value_error":
            sentence = str(context["error"])  # said by ourselves; it may quote braces
        elif context:
            sentence = sentence.format(**context)
        problems.setdefault(_write_path(finding["loc"]), sentence)
    return [Problem(path, sentence) for path, sentence in problems.items()][:MOST_PROBLEMS]


def _write_path(location: tuple[int | str, ...]) -> str:
    """`root.conditions[1].value`: the document's own steps, without the names by which pydantic tells types apart."""
    path = ""
    previous: tuple[int | str, int | str] = ("", "")
    for step in location:
        is_node = previous[1] == "root" or (previous[0] == "conditions" and isinstance(previous[1], int))
        if isinstance(step, int):
            path += f"[{step}]"
        elif not is_node and step.isidentifier():
            path += f".{step}" if path else step
        previous = (previous[1], step)
    return path or "root"
