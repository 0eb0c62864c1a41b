"""What is wrong with a rule, and where."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """One thing that must be put right: `path` names the node (`root.conditions[1].value`), `message` says how."""

    path: str
    message: str


class RuleError(ValueError):
    """The rule cannot be understood. Nothing of it is applied; `problems` says all that is wrong with it."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        super().__init__("; ".join(f"{problem.path}: {problem.message}" for problem in problems))
