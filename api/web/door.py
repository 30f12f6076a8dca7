"""Who visits a page, in which language, and what the form says: a visit is a request of the HTTP interface.

The rules are those of the interface (`api.routes.access`): its checks see the form's token as the header in which they
look for it, and the chosen language as the one that the browser prefers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cache, partial
from typing import Any, Final, Literal, NamedTuple
from urllib.parse import parse_qsl, quote

from fastapi import Request, Response
from starlette.concurrency import run_in_threadpool

from api import bootstrap
from api.principals import Principal, Scope
from api.routes.access import CSRF_HEADER, access_of, refuse_other_sites
from api.routes.base import lang_of, read_body, service
from api.routes.problem import ProblemError
from api.service import Service
from api.sessions import Session
from api.uploads import MULTIPART, Upload, take_form
from api.web.words import Words
from graph.messages import LANGS, Lang

LANG_COOKIE: Final = "liancheng-lang"
THEME_COOKIE: Final = "liancheng-theme"
THEMES: Final = ("auto", "light", "dark")
FORM: Final = "application/x-www-form-urlencoded"
LONGEST_FORM: Final = 100_000
"""Bytes of a form."""
MOST_FIELDS: Final = 50
PRESENT: Final = ("Accept-Language", CSRF_HEADER, "Purpose")
"""Headers that a page's own choices stand in."""


class Page(NamedTuple):
    """A page: where it is, who may see it, what makes it.

    `scope` is what a visitor needs. Without one, `open_to` says to whom it is open, and `reason` why: `everyone` who is
    let in, `pending` also those who have to choose a password first, `anybody` also those who have not signed in.
    """

    path: str
    view: Callable[[Visit], Response]
    methods: tuple[str, ...] = ("GET",)
    scope: Scope | None = None
    open_to: Literal["", "everyone", "pending", "anybody"] = ""
    reason: str = ""
    takes_file: bool = False
    """Whether its form may bring a file along; who may not send one is turned away before it is read."""


class Visit(NamedTuple):
    """One visit of a page."""

    page: Page
    request: Request
    """The request as the HTTP interface sees it."""
    who: Principal | None
    session: Session | None
    words: Words
    theme: str
    form: Mapping[str, str]
    at: datetime
    upload: Upload | None = None
    """The file that came with the form."""

    @property
    def lang(self) -> Lang:
        """The visitor's language."""
        return self.words.lang

    @property
    def principal(self) -> Principal:
        """The visitor of a page that is not open to anybody.

        Raises:
            ProblemError: `http.auth`.
        """
        if self.who is None:
            raise ProblemError("http.auth")
        return self.who

    @property
    def service(self) -> Service:
        """The long-lived parts of this process."""
        return service(self.request)

    @property
    def partial(self) -> bool:
        """Whether only a part of the page is wanted, to be put into one that is shown already."""
        return self.request.headers.get("hx-request") == "true"

    @property
    def address(self) -> str:
        """The page's own address, path and query: where to come back to."""
        query = self.request.url.query
        return self.request.url.path + (f"?{query}" if query else "")

    def asked(self, name: str, longest: int = 500) -> str:
        """A value of the form, or else of the address; empty where it was not given.

        Raises:
            ProblemError: `http.bad_request`: it is too long.
        """
        value = self.form.get(name) or self.request.query_params.get(name) or ""
        if len(value) > longest:
            raise ProblemError("http.bad_request", detail=name)
        return value.strip()

    def may(self, scope: Scope) -> bool:
        """Whether the visitor has a scope."""
        return self.who is not None and self.who.may(scope)


def language(request: Request) -> Lang:
    """The language that the visitor chose, or else the one that the browser prefers."""
    chosen = request.cookies.get(LANG_COOKIE)
    for lang in LANGS:
        if chosen == lang:
            return lang
    return lang_of(request)


def theme(request: Request) -> str:
    """Light or dark as the visitor chose, or `auto` as the system has it."""
    chosen = request.cookies.get(THEME_COOKIE, "")
    return chosen if chosen in THEMES else "auto"


async def read_upload(page: Page, request: Request) -> tuple[dict[str, str], Upload | None]:
    """The fields of a form with a file, and the file where one was chosen.

    The visitor is let in first, as if only looking, because a file is large; the form's token is checked afterwards
    like every other's.

    Raises:
        ProblemError: as `enter` and `read_form`.
    """
    refuse_other_sites(request)
    await run_in_threadpool(enter, page, Request({**request.scope, "method": "GET"}), {})
    media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media != MULTIPART:
        return await read_form(request), None
    return await take_form(request, MOST_FIELDS)


async def read_form(request: Request) -> dict[str, str]:
    """The fields of a form, the first of each name.

    Raises:
        ProblemError: `http.media_type`, `http.too_large`, `http.bad_request`.
    """
    body = await read_body(request, limit=LONGEST_FORM, media=FORM)
    try:
        fields = parse_qsl(
            body.decode("utf-8", "strict"),
            keep_blank_values=True,
            max_num_fields=MOST_FIELDS,
            errors="strict",
        )
    except ValueError:
        raise ProblemError("http.bad_request") from None
    if any("\x00" in part for field in fields for part in field):
        raise ProblemError("http.bad_request", detail="%00")
    return dict(reversed(fields))


def as_asked(request: Request, form: Mapping[str, str], lang: Lang) -> Request:
    """The request as the HTTP interface would have got it from a program in this visitor's place."""
    given: dict[str, str] = {"Accept-Language": lang}
    if "csrf" in form:
        given[CSRF_HEADER] = form["csrf"]
    if form.get("purpose", "").strip():
        given["Purpose"] = form["purpose"].strip()
    names = {name.lower().encode() for name in given}
    headers = [(name, value) for name, value in request.scope["headers"] if name not in names]
    headers += [(name.lower().encode(), value.encode("utf-8", "replace")) for name, value in given.items()]
    request.scope.setdefault("state", {})
    return Request({**request.scope, "headers": headers})


def enter(page: Page, request: Request, form: Mapping[str, str], upload: Upload | None = None) -> Visit:
    """Let a visitor in.

    Raises:
        ProblemError: as the HTTP interface would answer.
    """
    lang = language(request)
    asked = as_asked(request, form, lang)
    access = access_of(asked)
    who: Principal | None = None
    if page.open_to != "anybody":
        who = access.principal(asked)
        asked.state.principal = who
        if who.must_change and page.open_to != "pending":
            raise ProblemError("http.password")
        if page.scope is not None and not who.may(page.scope):
            raise ProblemError("http.scope", detail=page.scope.value)
    session = access.session(asked) if who is not None and who.person else None
    return Visit(
        page=page,
        request=asked,
        who=who,
        session=session,
        words=Words(lang),
        theme=theme(request),
        form=form,
        at=bootstrap.now(),
        upload=upload,
    )


def local_path(given: str) -> str:
    """An address of this program to go on to; the front page where it is none."""
    plain = given.startswith("/") and not given.startswith(("//", "/\\")) and given.isprintable()
    return given if plain and "\\" not in given else "/"


def sign_in_address(back: str) -> str:
    """The sign-in page that leads back."""
    return "/sign-in" if back in ("", "/") else f"/sign-in?next={quote(back, safe='/')}"


def context(visit: Visit, **values: Any) -> dict[str, Any]:
    """What every template finds, with the page's own values."""
    from api.web.answered import name_of
    from api.web.layout import layout

    return {"t": visit.words, "layout": layout(visit), "called": cache(partial(name_of, visit)), **values}
