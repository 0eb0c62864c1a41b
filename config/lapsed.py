"""Log-ins that lapse while somebody writes: what they typed is kept, and no piece of a page is ever a log-in page."""

from collections.abc import Callable
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.csrf import csrf_failure

_NOT_SHOWN = {"csrfmiddlewaretoken"}
_LOG_INS = ("admin:login", "account_login")
# Forms of signing in hold passwords and codes; nothing of them is repeated.
_ACCOUNT = "/admin/account/"
_SECRET = "password"  # noqa: S105  # part of the names of fields whose values no page repeats


def keep_typed(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: in place of being sent to the log-in page, scripts get a 401 and forms get what was typed back."""

    def answer(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if not _leads_to_login(response) or request.path in {reverse(name) for name in _LOG_INS}:
            return response
        if _is_by_script(request):
            words = "You were logged out. Log in again in a new tab; what you write here is not lost."
            return HttpResponse(words, status=401, content_type="text/plain; charset=utf-8")
        return _show_typed(request) if _can_be_kept(request) else response

    return answer


def explain_csrf(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form whose token is older than the log-in (in another tab, say) can be sent again; others are refused as ever."""
    if _is_from_here(request) and _can_be_kept(request):
        return _show_typed(request)
    return csrf_failure(request, reason)


def _leads_to_login(response: HttpResponse) -> bool:
    if response.status_code != 302:
        return False
    return urlsplit(response["Location"]).path in {reverse(name) for name in _LOG_INS}


def _is_by_script(request: HttpRequest) -> bool:
    """Browsers ask for HTML when they go somewhere; fetch() does not, and newer ones say so themselves."""
    accepts = request.headers.get("Accept", "text/html")
    return request.headers.get("Sec-Fetch-Dest") == "empty" or "text/html" not in accepts


def _is_from_here(request: HttpRequest) -> bool:
    """Only what one of our own pages has sent: what strangers' pages send is never offered to be sent again."""
    origin = request.headers.get("Origin")
    own = f"{request.scheme}://{request.get_host()}"
    return origin == own and request.headers.get("Sec-Fetch-Site", "same-origin") == "same-origin"


def _can_be_kept(request: HttpRequest) -> bool:
    if request.method != "POST" or not request.path.startswith(reverse("admin:index")):
        return False
    if request.path.startswith(_ACCOUNT):
        return False
    return bool(request.POST) and not any(_SECRET in name for name in request.POST)


def _is_prose(value: str) -> bool:
    """What people read: more than one word, and no rule, which is carried as JSON."""
    return len(value.split()) > 1 and not value.startswith(("{", "["))


def _show_typed(request: HttpRequest) -> HttpResponse:
    typed = [
        (name, value) for name, values in request.POST.lists() if name not in _NOT_SHOWN for value in values
    ]
    texts = [value for name, value in typed if not name.startswith("_") and _is_prose(value)]
    context = {
        "typed": typed,
        "texts": texts,
        "has_files": bool(request.FILES),
        "address": request.get_full_path(),
    }
    return render(request, "admin/lapsed.html", context, status=403)
