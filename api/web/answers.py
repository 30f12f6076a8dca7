"""How pages answer: a page, a part of one, on to another, or what went wrong, in the visitor's language."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import urlencode

from fastapi import Request, Response

from api import bootstrap
from api.errors import log_unexpected
from api.routes.base import service
from api.routes.problem import STATUS, ProblemError, from_known_error
from api.web.door import Page, Visit, context, enter, language, sign_in_address, theme
from api.web.render import HEADERS, html
from api.web.words import Words
from graph.messages import say

_KEEPS_WAY: Final = frozenset({"http.not_found", "http.scope"})


def page(visit: Visit, template: str, *, status: int = 200, **values: Any) -> Response:
    """A page of this visit."""
    return html(template, context(visit, **values), tag=visit.words.tag, status=status)


def onward(visit_or_request: Visit | Request, address: str, **query: str) -> Response:
    """Go on to another page of this program; `query` is added to its address."""
    request = visit_or_request.request if isinstance(visit_or_request, Visit) else visit_or_request
    if query:
        address += ("&" if "?" in address else "?") + urlencode(query)
    if request.headers.get("hx-request") == "true":
        return Response(status_code=200, headers={**HEADERS, "HX-Redirect": address})
    return Response(status_code=303, headers={**HEADERS, "Location": address})


def failure(request: Request, page_: Page, error: Exception, visit: Visit | None = None) -> Response:
    """A page for what could not be done; who has not signed in is led to where one can."""
    if not isinstance(error, ProblemError):
        request.app.state.telemetry.failed(error)
        lang = language(request)
        known = from_known_error(error, lang)
        if known is None:
            log_unexpected(error, service(request).settings.logs)
        error = known or ProblemError("http.internal")
    back = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    if error.code == "http.auth" and page_.open_to != "anybody":
        return onward(request, sign_in_address(back if request.method == "GET" else ""))
    if error.code == "http.password":
        return onward(request, "/account/password")
    return problem_page(request, page_, error, visit)


def _known(request: Request, page_: Page, error: ProblemError) -> Visit | None:
    """The visitor of a page that is not there or not for them: the navigation leads back. None for a stranger."""
    if error.code not in _KEEPS_WAY:
        return None
    try:
        looking = Request({**request.scope, "method": "GET"})
        return enter(page_._replace(scope=None, open_to="pending"), looking, {})
    except Exception:  # noqa: BLE001 - the problem is told whoever asks
        return None


def problem_page(request: Request, page_: Page, error: ProblemError, visit: Visit | None = None) -> Response:
    """The page of a problem, with its status and what can be done."""
    words = Words(language(request))
    seen = (
        visit
        or _known(request, page_, error)
        or Visit(page_, request, None, None, words, theme(request), {}, bootstrap.now())
    )
    answer = page(
        seen,
        "problem.html",
        status=STATUS[error.code],
        title=say("api", error.code, words.lang),
        code=error.code,
        detail=words.known(f"scope.{error.detail.replace(':', '.')}", error.detail),
        errors=[one["message"] for one in error.errors or ()],
    )
    answer.headers.update(error.headers)
    return answer
