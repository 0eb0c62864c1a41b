"""No unsafe request of staff or of a key leaves without an entry, and nobody reads people without one.

What is changed and the entry about it are one transaction: either both are there, or neither. An entry that a view wrote
itself, since it knows better, is not repeated. What was refused is written down too.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from django.db import transaction
from django.http import HttpRequest, JsonResponse
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse

from access.audit import count_entries, describe_target, forget_count, record, record_change
from access.keys import KeyHolder
from access.row_values import read_values
from config.auditing.history import find_mark, note_history
from config.auditing.readings import PEOPLE, PREVIEW, describe_filter
from config.auditing.subjects import Subject, find_model, find_row, find_subjects, name_action

SAFE = {"GET", "HEAD", "OPTIONS", "TRACE"}
READING = {"GET", "HEAD"}
# What browsers and backends report of visitors is its own record: the inbox and the log of events.
REPORTED = ("/v1/", "/sdk/", "/api/v1/track/", "/health/", "/static/")
# Where people log in: failures must stay written down though they are refused (signin/history.py tells the log itself).
OF_LOG_INS = ("/admin/account/", "/admin/login/", "/admin/logout/")
FORMS = {"add", "change", "delete"}
TRIED = "tried"
LONGEST_ACTION = 50
MOST_SELECTED = 500


class AuditMiddleware:
    """The last in the list, so that it stands right before the view."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if (
            _is_ours(request)
            and request.resolver_match
            and count_entries(request) == 0
            and _is_known(request)
        ):
            if request.method in SAFE or _is_preview(request):
                if request.method != "OPTIONS" and response.status_code < 400:
                    _note_reading(request, response)
            elif response.status_code >= 400 or _is_shown_again(response):
                _note_tried(request, response)
            else:  # by somebody who became known only in it
                _note_done(request, response, [])
        return response

    def process_view(
        self,
        request: HttpRequest,
        view: Callable[..., HttpResponseBase],
        args: Any,
        kwargs: Mapping[str, Any],
    ) -> HttpResponseBase | None:
        if (
            request.method in SAFE
            or not _is_ours(request)
            or _is_preview(request)
            or request.path_info.startswith(OF_LOG_INS)
            or not _may_be_known(request)
        ):
            return None
        subjects = find_subjects(_match(request), with_values=True)
        try:
            with transaction.atomic():
                mark = find_mark() if _is_admin(request) else None
                response = view(request, *args, **kwargs)
                if response.status_code >= 400:  # nothing of what was refused stays half done
                    transaction.set_rollback(True)
                elif count_entries(request) == 0 and _is_known(request):
                    if mark is not None:
                        note_history(request, mark, subjects, route=_name(request), **_told(request))
                    if count_entries(request) == 0 and not _is_shown_again(response):
                        _note_done(request, response, subjects)
        except Exception:
            forget_count(request)
            raise
        if response.status_code >= 400:
            forget_count(request)
        return response


def _note_done(request: HttpRequest, response: HttpResponseBase, subjects: list[Subject]) -> None:
    """In the transaction of the change."""
    match = _match(request)
    action = name_action(match, str(request.method), _read_chosen(request))
    details = {"route": _name(request), **_read_selected(request), **_told(request)}
    made = _find_made(request, response) if action == "add" or not subjects else None
    if made is not None:
        record_change(request, "add", made, **details)
        return
    after = [(each, find_row(type(each.row), each.row.pk)) for each in subjects]
    # What is gone says more than what it belonged to, and what changed more than what stayed.
    after.sort(
        key=lambda pair: (pair[1] is not None, pair[1] is None or read_values(pair[1]) == pair[0].values)
    )
    if not after:
        record(request, action, find_model(match), **details)
        return
    subject, now = after[0]
    details |= _name_others(subjects, subject)
    record_change(request, action, now or subject.row, before=subject.values, deleted=now is None, **details)


def _note_reading(request: HttpRequest, response: HttpResponseBase) -> None:
    kind = PEOPLE.get(_name(request))
    if kind is None:
        return
    match = _match(request)
    subjects = find_subjects(match, request.GET, with_values=False)
    own = _told(request)
    asked = {**describe_filter(request.GET), **own.get("filter", {})}
    told = {"count": _count(response), **own, "filter": asked}
    target = subjects[0].row if subjects else find_model(match)
    told |= _name_others(subjects, *subjects[:1])
    details = {name: value for name, value in told.items() if value not in (None, {})}
    record(request, kind, target, site_id=_find_site(request, asked), route=_name(request), **details)


def _note_tried(request: HttpRequest, response: HttpResponseBase) -> None:
    """What was refused, or a form that is shown again with what is wrong in it: nothing was changed."""
    match = _match(request)
    subjects = find_subjects(match, with_values=False)
    tried = name_action(match, str(request.method), _read_chosen(request))
    target = subjects[0].row if subjects else find_model(match)
    record(
        request,
        TRIED,
        target,
        site_id=_find_site(request),
        tried=tried,
        status=response.status_code,
        route=_name(request),
    )


def _name_others(subjects: list[Subject], *told: Subject) -> dict[str, Any]:
    """What else the address names, like the segment that somebody was taken off."""
    others = [describe_target(each.row) for each in subjects if each not in told]
    return {"with": [f"{other.type} {other.id}" for other in others]} if others else {}


def _find_made(request: HttpRequest, response: HttpResponseBase) -> Any:
    """What the API says it has made; the admin's forms write their own entries."""
    data, match = getattr(response, "data", None), _match(request)
    model = find_model(match)
    if model is None or model._meta.pk is None:
        return None
    key = data.get("id") if isinstance(data, Mapping) else None
    key = match.kwargs.get(model._meta.pk.attname) if key is None else key
    return find_row(model, key) if key is not None else None


def _count(response: HttpResponseBase) -> int | None:
    """How many people an answer shows or counts, where it says so."""
    data: Any = getattr(response, "data", None)
    if isinstance(data, Mapping):
        shown = data.get("results")
        told = data.get("count", data.get("total", len(shown) if isinstance(shown, list) else None))
        return told if isinstance(told, int) else None
    if isinstance(data, list):
        return len(data)
    if isinstance(response, JsonResponse):
        shown = json.loads(response.content)
        return _count_listed(shown.get("results") if isinstance(shown, dict) else shown)
    context = getattr(response, "context_data", None) or {}
    if "cl" in context:
        count: int | None = getattr(context["cl"], "result_count", None)
        return count
    return _count_listed(context.get("results"))


def _count_listed(results: Any) -> int | None:
    """A list, or a page of one."""
    return len(results) if hasattr(results, "__len__") else None


def _find_site(request: HttpRequest, asked: Mapping[str, Any] | None = None) -> int | None:
    """The site that a key is for, that a list is narrowed to, or that a preview says it is of."""
    user = getattr(request, "user", None)
    if isinstance(user, KeyHolder):
        return user.key.site_id
    named = str((asked or request.GET).get("site") or request.GET.get("site__id__exact") or "")
    return int(named) if named.isascii() and named.isdigit() and len(named) < 19 else None


def _is_admin(request: HttpRequest) -> bool:
    return "admin" in _match(request).namespaces


def _is_ours(request: HttpRequest) -> bool:
    return not request.path_info.startswith(REPORTED)


def _may_be_known(request: HttpRequest) -> bool:
    """Before the view: the API finds out only inside it who asks."""
    return "Authorization" in request.headers or _is_known(request)


def _is_known(request: HttpRequest) -> bool:
    user = getattr(request, "user", None)
    return isinstance(user, KeyHolder) or bool(getattr(user, "is_authenticated", False))


def _is_preview(request: HttpRequest) -> bool:
    """Asked with a body, since a rule is long, but it only reads."""
    if request.resolver_match is None or PEOPLE.get(_name(request)) != PREVIEW:
        return False
    return name_action(_match(request), str(request.method)) not in FORMS


def _is_shown_again(response: HttpResponseBase) -> bool:
    return response.status_code == 200 and isinstance(response, TemplateResponse)


def _read_selected(request: HttpRequest) -> dict[str, Any]:
    """To which rows of a list it was done: their numbers."""
    form = request.__dict__.get("_post")
    chosen = (
        [key for key in form.getlist("_selected_action") if key.isascii() and key.isdigit()] if form else []
    )
    return {"selected": chosen[:MOST_SELECTED], "count": len(chosen)} if chosen else {}


def _read_chosen(request: HttpRequest) -> str:
    """Which of a list's actions; of a form that was read, since reading it here could refuse it."""
    form = request.__dict__.get("_post")
    return str(form.get("action", ""))[:LONGEST_ACTION] if form else ""


def _told(request: HttpRequest) -> dict[str, Any]:
    told: dict[str, Any] = getattr(request, "audit_details", {})
    return told


def _match(request: HttpRequest) -> Any:
    return request.resolver_match


def _name(request: HttpRequest) -> str:
    match = _match(request)
    if match is None:
        return ""
    return str(match.view_name if match.url_name else match.route)
