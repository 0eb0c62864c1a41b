"""The rule builder as a form widget: a textarea that holds the rule, which a script turns into controls."""

import json
from typing import Any, ClassVar

from django import forms
from django.forms.renderers import TemplatesSetting
from django.forms.widgets import Script
from django.utils.safestring import SafeString

from segments.rules import Problem


class RuleWidget(forms.Textarea):
    """Builds a rule without showing its JSON. Nothing but the builder's script ever writes the textarea.

    `site_field` names the form's field that says whose attributes and events to offer; `site_id` settles it for
    segments that have one. `problems` are shown beside the conditions they are about.
    """

    template_name = "admin/segments/rule_widget.html"
    site_field = "site"

    class Media:
        css: ClassVar = {"all": ["segments/rule_builder.css", "segments/rule_preview.css"]}
        js: ClassVar = [Script("segments/rule_builder.js", type="module")]

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs)
        self.segment_id: int | None = None
        self.site_id: int | None = None
        self.problems: list[Problem] = []
        self.unsaved = False  # whether the form comes back with what somebody had written in it

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        problems = [{"path": problem.path, "message": problem.message} for problem in self.problems]
        context["builder"] = {
            "site_field": self.site_field,
            "site_id": self.site_id,
            "segment_id": self.segment_id,
            "problems": json.dumps(problems),
            "unsaved": self.unsaved,
        }
        return context

    def render(
        self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None
    ) -> SafeString:
        # Forms look for templates in apps only; ours are the project's.
        return super().render(name, value, attrs, TemplatesSetting())
