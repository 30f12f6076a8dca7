"""The events of the chain for auditors: newest first, by who, what and when, page by page, no other tenant's."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from api.auditing import CHECKING, PAGES, gathered, verified
from api.routes.problem import ProblemError
from graph.dates import CST
from matching.ledger import Draft, Ledger, LedgerError, events, open_ledger
from matching.ledger.events import Filter

START = datetime(2026, 11, 20, 8, 0, tzinfo=CST)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ledger.db"


@pytest.fixture
def ledger(path: Path) -> Iterator[Ledger]:
    """Thirty items on three days, every third another tenant's, and a checkpoint."""
    with open_ledger(f"sqlite:///{path}") as made:
        for number in range(30):
            draft = Draft(kind="case" if number % 2 else "alert", id=f"i{number}", state="open", body=b"{}")
            tenant, actor = ("linjiang", "elsewhere")[number % 3 == 2], f"user:{'ab'[number % 2]}"
            made.items.put(draft, tenant=tenant, actor=actor, at=START + timedelta(hours=2 * number))
        made.checkpoint(START.date(), at=START + timedelta(hours=60))
        yield made


def refs(ledger: Ledger, wanted: Filter, limit: int = 1_000) -> list[str]:
    found = events.page(ledger, wanted, tenant="linjiang", limit=limit)
    return [one.event.ref for one in found.events]


def test_all_of_the_tenant_and_of_the_installation_newest_first(ledger: Ledger) -> None:
    found = refs(ledger, Filter())
    assert len(found) == 21
    assert found[0] == "2026-11-20"
    assert found[-1] == "alert/i0"


@pytest.mark.parametrize(
    ("wanted", "count"),
    [
        (Filter(kind="item"), 20), (Filter(kind="case"), 10), (Filter(kind="checkpoint"), 1),
        (Filter(actor="user:a"), 10), (Filter(subject="i1"), 8), (Filter(since=START + timedelta(hours=20)), 14),
        (Filter(until=START), 0),
        (Filter(since=START, until=START + timedelta(hours=1)), 1), (Filter(actor="user:"), 0),
    ],
)  # fmt: skip
def test_filters_find_what_a_look_at_every_event_finds(ledger: Ledger, wanted: Filter, count: int) -> None:
    whole = events.page(ledger, Filter(), tenant="linjiang", limit=1_000).events
    assert refs(ledger, wanted) == [one.event.ref for one in whole if wanted.fits(one.event)]
    assert len(refs(ledger, wanted)) == count


def test_pages_join_without_gap_or_repetition(ledger: Ledger) -> None:
    before, found = None, []
    while True:
        page = events.page(ledger, Filter(kind="item"), tenant="linjiang", before=before, limit=3)
        found += [one.event.ref for one in page.events]
        before = page.next
        if before is None:
            break
    assert found == refs(ledger, Filter(kind="item"))


def test_a_page_looks_through_a_bounded_number_and_says_how_far(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "SCANNED", 10)
    page = events.page(ledger, Filter(subject="i0"), tenant="linjiang")
    assert (page.events, page.next, page.reached, page.head) == ((), 22, 22, 31)


def test_what_is_no_event_is_never_handed_out(ledger: Ledger, path: Path) -> None:
    with sqlite3.connect(path) as direct:
        direct.execute(
            "UPDATE event SET body = replace(CAST(body AS TEXT), 'user:a', 'user:z') WHERE seq = 1"
        )
    direct.close()
    with pytest.raises(LedgerError) as refused:
        events.page(ledger, Filter(), tenant="linjiang", limit=1_000)
    assert refused.value.code == "ledger.tampered"


def test_the_last_checkpoint_is_the_newest(ledger: Ledger, tmp_path: Path) -> None:
    found = events.last_checkpoint(ledger)
    assert found is not None
    assert (found.day, found.seq) == ("2026-11-20", 30)
    with open_ledger(f"sqlite:///{tmp_path}/empty.db") as empty:
        assert events.last_checkpoint(empty) is None
        assert events.page(empty, Filter(), tenant="linjiang").events == ()


def test_an_export_ends_after_some_pages_and_says_where_to_go_on(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = gathered(ledger, Filter(), tenant="linjiang", before=None)
    assert (len(whole.events), whole.next) == (21, None)
    monkeypatch.setattr(events, "SCANNED", 2)
    rare = Filter(kind="alert", subject="i0")
    first = gathered(ledger, rare, tenant="linjiang", before=None)
    assert (first.events, first.next) == ((), 31 - 2 * PAGES + 1)
    rest = gathered(ledger, rare, tenant="linjiang", before=first.next)
    assert ([one.event.ref for one in rest.events], rest.next) == (["alert/i0"], None)


def test_one_check_of_the_whole_chain_at_a_time(ledger: Ledger) -> None:
    with CHECKING, pytest.raises(ProblemError) as refused:
        verified(ledger, ())
    assert refused.value.code == "http.busy"
    assert int(refused.value.headers["Retry-After"]) > 0
    assert verified(ledger, ()).ok
