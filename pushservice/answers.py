"""Answers scripted in advance, so that a test can have the service fail in the way it needs."""

from collections import defaultdict, deque
from collections.abc import Iterable
from typing import Annotated, Literal

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, TypeAdapter

EVERY_TOKEN = "*"  # noqa: S105 - a wildcard, not a secret


HeaderText = Annotated[str, StringConstraints(pattern=r"^[ -~]*$")]


Fault = Literal["reset", "garbage", "never", "lost"]


class Answer(BaseModel):
    """How the next `times` pushes are answered, after `delay` seconds; without `status`, in the normal way.

    With `fault` there is no answer: the connection is reset, or carries what is no HTTP, or stays silent until the
    sender hangs up. `lost`: the push is answered as it would be, but the connection breaks before the answer is out.
    """

    model_config = ConfigDict(extra="forbid")

    status: int | None = Field(default=None, ge=200, le=599)
    fault: Fault | None = None
    headers: dict[HeaderText, HeaderText] = {}
    delay: float = Field(default=0.0, ge=0, le=600)
    times: int = Field(default=1, ge=1)


ANSWER_LIST = TypeAdapter(list[Answer])


class Answers:
    """The scripts of all tokens. A token's own script goes before the one for every token."""

    def __init__(self) -> None:
        self._scripts: defaultdict[str, deque[Answer]] = defaultdict(deque)

    def script(self, token: str, answers: Iterable[Answer]) -> None:
        """Replace the script of `token`; an empty one brings normal answers back."""
        self._scripts[token] = deque(answer.model_copy() for answer in answers)

    def take(self, token: str) -> Answer | None:
        """Use up the next scripted answer for `token`; None when the normal one is due."""
        for name in (token, EVERY_TOKEN):
            script = self._scripts.get(name)
            if script:
                answer = script[0]
                answer.times -= 1
                if answer.times == 0:
                    script.popleft()
                return answer
            self._scripts.pop(name, None)
        return None


ANSWERS = web.AppKey("answers", Answers)
