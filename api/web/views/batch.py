"""Batches as pages: a spreadsheet handed in, how far it is, its rows a page at a time, and what comes of them."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from fastapi import Response

from api import batches, bootstrap, uploads
from api.batch_pages import counts, rows_page
from api.batch_report import batch_report
from api.batch_rows import ERRORS, KINDS, shown
from api.handing_in import BatchOptions, handed_in
from api.principals import Scope
from api.problems import RequestError, validate
from api.routes import batches as http
from api.routes.base import cursor, from_cursor
from api.routes.problem import STATUS, ProblemError
from api.web.answers import onward, page
from api.web.door import Visit
from api.web.render import HEADERS
from api.web.views.batch_template import FORMATS, explained, template_file
from api.web.views.batch_view import BatchView, Counted, Line, batch_view, lines_of, progress_of
from api.web.words import Words
from matching.decision import Verdict
from matching.ledger import Item
from matching.ledger.items import read_body
from matching.request import ProjectObject, Regime, Stage

SHOWN: Final = 50
"""Batches on one page of the list."""
ROWS: Final = 100
"""Rows on one page of a batch."""
GO_SECONDS: Final = 3.0
"""How long rows are decided for a visitor where nobody works in the background."""
FIELDS: Final = ("name", "regime", "object", "stage", "as_of", "tender", "opening_at", "invoked")
CHOICES: Final = (("regime", Regime), ("object", ProjectObject), ("stage", Stage))
TROUBLES: Final = frozenset({"http.invalid", "http.too_large", "http.busy", "http.bad_request"})
"""What is said beside the form; the visitor's own words stay in it."""


class Listed(NamedTuple):
    """A batch in the list."""

    id: str
    name: str
    state: str
    at: str
    by: str
    rows: int
    done: int
    errors: int
    verdict: str
    verdict_word: str


class Choice(NamedTuple):
    """A field of the form with fixed values."""

    name: str
    values: tuple[tuple[str, str], ...]


def listed(visit: Visit) -> Response:
    """The batches that the visitor may see, newest first, and the form to hand one in."""
    return _list(visit, (), 200)


def hand_in(visit: Visit) -> Response:
    """Take a spreadsheet of bidders, and go on to its page; what is wrong with it is said beside the form."""
    given = {name: value for name in FIELDS if (value := visit.asked(name))}
    if visit.upload is None:
        return _list(visit, (visit.words("batch.no_file"),), 422)
    if "invoked" in given:
        codes = given["invoked"].replace("，", ",").replace("、", ",")
        given["invoked"] = [part for part in codes.split(",") if part.strip()]  # type: ignore[assignment]
    try:
        options = validate(BatchOptions, given)
        item = handed_in(visit.request, options, visit.upload)
    except RequestError as error:
        said = [_said(visit.words, one.document(visit.lang)) for one in error.problems]
        return _list(visit, tuple(said), 422)
    except ProblemError as error:
        if error.code not in TROUBLES:
            raise
        said = [_said(visit.words, one) for one in error.errors or ()]
        if not said:
            said = [visit.words(f"batch.trouble.{error.code.removeprefix('http.')}", most=batches.MOST_ROWS)]
        return _list(visit, tuple(said), STATUS[error.code])
    return onward(visit, f"/batches/{item.id}", done="handed_in")


def _said(words: Words, problem: dict[str, str]) -> str:
    """A problem with the name of the field that it is about."""
    place = problem["pointer"].strip("/").split("/")
    name = place[1] if place[:1] == ["tender"] and len(place) > 1 else place[0]
    label = words("batch.file") if name == "file" else words.known(f"batch.{name}", name)
    return f"{label}: {problem['message']}" if label else problem["message"]


def _list(visit: Visit, trouble: tuple[str, ...], status: int) -> Response:
    before = from_cursor(visit.request, visit.request.query_params.get("before", "")[:40])
    who = visit.principal
    found = visit.service.ledger.items.page(batches.BATCH, tenant=who.tenant, before=before, limit=SHOWN + 1)
    rows = [
        _listed(one, visit.words)
        for one in found[:SHOWN]
        if one.body and batches.may_see(one, who.viewer, visit.at)
    ]
    return page(
        visit,
        "batches.html",
        status=status,
        rows=rows,
        onward=cursor(found[SHOWN - 1].event_seq) if len(found) > SHOWN else None,
        trouble=trouble,
        may=visit.may(Scope.DECIDE),
        given={name: visit.form.get(name, "") for name in FIELDS},
        choices=[
            Choice(name, tuple((one.value, visit.words(f"batch.option.{one.value}")) for one in kind))
            for name, kind in CHOICES
        ],
        formats=FORMATS,
        most=batches.MOST_ROWS,
        columns=explained(visit.words),
    )


def _listed(item: Item, words: Words) -> Listed:
    body: batches.Batch = read_body(item, batches.Batch)
    strictest = batches.verdict(body)
    return Listed(
        id=item.id,
        name=body.name or item.id,
        state=words(f"batch.state.{item.state}"),
        at=words.time(item.created_at),
        by=item.owner,
        rows=body.rows,
        done=body.decided + body.rejected,
        errors=body.rejected,
        verdict="" if strictest is None else strictest.value,
        verdict_word="" if strictest is None else words.word("verdict", strictest.value),
    )


def show(visit: Visit) -> Response:
    """A batch: how far it is, what was read of it, and a page of its rows; only a part of it where htmx asks."""
    item = _found(visit)
    part = visit.asked("part", 20) if visit.partial else ""
    if part == "progress":
        return _progress(visit, item)
    if part == "rows":
        return page(visit, "batch_rows.html", **_rows(visit, item))
    return page(visit, "batch.html", progress=_told(visit, item), ended=False, **_rows(visit, item))


def _told(visit: Visit, item: Item) -> Any:
    return progress_of(visit.service, item, visit.words, visit.at)


def _progress(visit: Visit, item: Item) -> Response:
    """How far it is; where the page has room for more rows, or all are there, it fetches them."""
    told = _told(visit, item)
    have = visit.asked("have", 10)
    ended = item.state != batches.WORKING
    answer = page(
        visit, "batch_progress.html", progress=told, batch=batch_view(item, visit.words), ended=ended,
        may=visit.may(Scope.DECIDE),
    )  # fmt: skip
    if ended or (have.isascii() and have.isdigit() and int(have) < ROWS and told.done):
        answer.headers["HX-Trigger"] = "batch-rows"
    return answer


def _rows(visit: Visit, item: Item) -> dict[str, Any]:
    """What the table shows, and the batch."""
    ledger, kind = visit.service.ledger, visit.asked("verdict", 20)
    if kind not in KINDS:
        kind = ""
    number = visit.asked("page", 6)
    found = rows_page(ledger, item, kind=kind, number=int(number) if number.isdecimal() else 1, size=ROWS)
    view: BatchView = batch_view(item, visit.words)
    numbers = counts(ledger, item)
    filters = [Counted("", visit.words("batch.all"), sum(numbers[one.value] for one in Verdict))]
    filters += [
        Counted(one.value, visit.words.word("verdict", one.value), numbers[one.value])
        for one in reversed(Verdict)
    ]
    filters.append(Counted(ERRORS, visit.words("batch.errors"), numbers[ERRORS]))
    lines: tuple[Line, ...] = lines_of([shown(row, visit.lang) for row in found.rows], visit.words)
    return {
        "batch": view,
        "rows": lines,
        "found": found,
        "kind": kind,
        "filters": filters,
        "base": f"/batches/{item.id}?verdict={kind}&page=",
        "may": visit.may(Scope.DECIDE),
    }


def _found(visit: Visit) -> Item:
    return http.found(visit.request, _asked(visit))


def _asked(visit: Visit) -> str:
    return str(visit.request.path_params["batch_id"])


def act(visit: Visit) -> Response:
    """Cancel a batch, go on with it, decide some rows now, or forget its rows."""
    item, action = _found(visit), visit.asked("action", 20)
    ledger, who = visit.service.ledger, visit.principal
    address = f"/batches/{item.id}"
    if action == "cancel":
        batches.cancel(ledger, item.id, tenant=who.tenant, actor=who.id, at=visit.at)
        return onward(visit, address, done="batch_cancelled")
    if action == "resume":
        batches.resume(ledger, item.id, tenant=who.tenant, actor=who.id, at=visit.at)
        return onward(visit, address, done="batch_resumed")
    if action == "go":
        if _told(visit, item).idle:
            batches.go_on(visit.service, item, GO_SECONDS)
        return onward(visit, address)
    if action == "forget" and visit.asked("sure", 5) == "yes":
        batches.delete(ledger, item.id, tenant=who.tenant, actor=who.id, at=visit.at)
        return onward(visit, "/batches", done="batch_forgotten")
    raise ProblemError("http.bad_request", detail=visit.words("batch.sure"))


def download(visit: Visit) -> Response:
    """The results as a file: the document of the HTTP interface, in the visitor's language."""
    format = str(visit.request.path_params["format"])
    if format not in http.FORMATS:
        raise ProblemError("http.not_found")
    return http.results_file(_found(visit), visit.service.ledger, format, visit.lang)


def printed(visit: Visit) -> Response:
    """The report to print and keep: what `liancheng screen -o report.html` makes of the same rows."""
    item = _found(visit)
    by = visit.principal.name or visit.principal.id
    data = batch_report(visit.service.ledger, item, visit.lang, made_at=bootstrap.now(), made_by=by)
    headers = {
        **HEADERS,
        "Content-Disposition": f'inline; filename="batch-{item.id}.html"',
        "Content-Language": visit.words.tag,
        "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    }
    return Response(data, 200, headers, "text/html; charset=utf-8")


def template(visit: Visit) -> Response:
    """An empty list to fill in, with its columns explained."""
    format = str(visit.request.path_params["format"])
    if format not in FORMATS:
        raise ProblemError("http.not_found")
    name = f'attachment; filename="bidders-template.{format}"'
    headers = {**HEADERS, "Content-Disposition": name}
    media = uploads.XLSX if format == "xlsx" else "text/csv; charset=utf-8"
    return Response(template_file(format, visit.words), 200, headers, media)


__all__ = ["act", "download", "hand_in", "listed", "printed", "show", "template"]
