"""What a browser sends of a page's form as it stands."""

from html.parser import HTMLParser
from typing import Any


def read_form(html: str) -> dict[str, Any] | None:
    """Of the page's own form, which is the largest that is posted; None: it has none."""
    parser = _Forms()
    parser.feed(html)
    return max(parser.found, key=len, default=None)


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[dict[str, Any]] = []
        self._form: dict[str, Any] | None = None
        self._select: str = ""
        self._several = False
        self._area: str = ""

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attributes}
        name = given.get("name", "")
        if (
            tag == "form"
            and given.get("method", "").lower() == "post"
            and "logout" not in given.get("action", "")
        ):
            self._form = {}
        elif self._form is None or "disabled" in given:
            return
        elif tag == "input" and name and given.get("type") not in ("submit", "button", "file", "image"):
            if given.get("type") not in ("checkbox", "radio") or "checked" in given:
                ticked = given.get("type") in ("checkbox", "radio")
                self._add(
                    name, given.get("value", "on" if ticked else ""), several=given.get("type") == "checkbox"
                )
        elif tag == "textarea":
            self._area = name
            self._form.setdefault(name, "")
        elif tag == "select":
            self._select, self._several = name, "multiple" in given
        elif tag == "option" and self._select and "selected" in given:
            self._add(self._select, given.get("value", ""), several=self._several)

    def handle_data(self, data: str) -> None:
        if self._form is not None and self._area:
            self._form[self._area] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self._area = ""
        elif tag == "select":
            self._select = ""
        elif tag == "form" and self._form is not None:
            self.found.append(self._form)
            self._form = None

    def _add(self, name: str, value: str, *, several: bool) -> None:
        assert self._form is not None
        if several and name in self._form:
            before = self._form[name]
            self._form[name] = [*(before if isinstance(before, list) else [before]), value]
        else:
            self._form[name] = value
