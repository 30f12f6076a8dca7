"""The public look-up of agencies: absent unless switched on; then open to anybody, bounded, and nothing else in it."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

import explored
import httpx
import pytest
import visited
from serving import Installation
from tendered import AGENCY

from api.agencies import RATE
from api.bootstrap import now
from graph.model import Interval, Listing, PartyRecord, PartyType, Source, Status, StatusEvent
from graph.relations import Relation
from graph.relations import RelationType as Kind

PATH = "/public/agencies"
HEAD = explored.person("虚构机构负责人", explored.HEAD)
CODE = AGENCY.ids[0].value
NAMED_ONLY = explored.org(AGENCY.name)
REASON = "因虚构甲（身份证号另见卷宗）弄虚作假"


def _listing(code: str, key: str, **more: object) -> Listing:
    fields: dict[str, object] = {
        "subject": AGENCY, "effect": Interval(start=explored.SINCE), "authority": f"虚构机关{key}", "reason": REASON,
        "decision_no": f"虚罚{key}", "source": Source(dataset=code, publisher="city"), "raw": {"原因": REASON},
    }  # fmt: skip
    return Listing(list_code=code, key=key, **(fields | more))  # type: ignore[arg-type]


def records() -> Iterator[Listing | PartyRecord | Relation]:
    """An agency with records of every kind, its head, a relative, and agencies of hostile names."""
    yesterday = now() - timedelta(days=1)
    yield PartyRecord(
        key="agency-1", subject=AGENCY, source=Source(dataset="AGENCIES", publisher="city"),
        attributes={
            "qualification": "虚构甲级", "address": "临江市虚构秘密路1号", "phone": "13900000095", "scope": "秘密范围",
        },
    )  # fmt: skip
    yield explored._relation(Kind.AGENT_FOR, AGENCY, explored.OPENED, "TENDERS")
    yield explored._relation(Kind.LEGAL_REP_OF, HEAD, AGENCY)
    yield explored._relation(Kind.HOLDS, explored.C, AGENCY, share="51")
    for place, (name, code) in enumerate(zip(visited.HOSTILE, visited.CODES, strict=True)):
        tender = explored.thing(PartyType.TENDER, f"T-H{place}")
        yield explored._relation(Kind.AGENT_FOR, explored.org(name, code), tender, "TENDERS")
    yield _listing("ZFCG", "standing")
    open_objection = StatusEvent(status=Status.DISPUTED, span=Interval(start=explored.SINCE))
    yield _listing("SXBZXR", "contested", events=(open_objection,))
    yield _listing("JYYC", "ended", effect=Interval(start=explored.SINCE, end=yesterday))
    yield _listing("ZDSS", "unpublished", published=Interval(start=explored.SINCE, end=yesterday))
    yield _listing("XHFZ", "conviction")
    yield _listing("YZWF", "namesake", subject=NAMED_ONLY)


class Town(NamedTuple):
    on: httpx.URL
    off: httpx.URL


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    home: Path = tmp_path_factory.mktemp("public") / "home"
    explored.loaded(home, now() + timedelta(days=2), more=list(records()))
    house = Installation(home)
    house.key()
    with ExitStack() as stack:
        on = stack.enter_context(house.serving(LIANCHENG_WORK="off", LIANCHENG_PUBLIC_AGENCIES="on"))
        off = stack.enter_context(house.serving(LIANCHENG_WORK="off"))
        yield Town(on.base_url, off.base_url)


@pytest.fixture
def anybody(town: Town) -> Iterator[visited.Browser]:
    import time

    time.sleep(1.1)  # the bucket of this address fills again: tests share it
    one = visited.Browser(town.on)
    yield one
    one.client.close()


def test_it_is_not_there_unless_it_is_switched_on(town: Town) -> None:
    one = visited.Browser(town.off)
    answer = one.get(PATH)
    assert answer.status_code == 404
    assert AGENCY.name not in answer.text
    assert one.post(PATH, {"q": "临江"}).status_code == 404
    one.client.close()


def test_anybody_sees_what_is_published_and_nothing_else(anybody: visited.Browser) -> None:
    answer = anybody.get(f"{PATH}?q={CODE.lower()}")
    assert answer.status_code == 200
    for told in (
        AGENCY.name,
        CODE,
        "虚构甲级",
        "虚构机关standing",
        "虚罚standing",
        "2025-01-01",
        "1 to 1 of 1",
    ):
        assert told in answer.text, told
    contested, standing = (
        next(row for row in answer.text.split("<tr>") if f"虚罚{key}" in row)
        for key in ("contested", "standing")
    )
    assert "An objection was lodged; it is not decided yet" in contested
    assert "An objection was lodged" not in standing
    hidden = (
        "ended", "unpublished", "conviction", "namesake", "XHFZ", REASON, "弄虚作假", HEAD.name, explored.HEAD, "秘密",
        "13900000095", "临江恒泰", explored.HENGTAI, "T-OPEN", "临江一号桥", "51", "/parties/",
    )  # fmt: skip
    for kept in hidden:
        assert kept not in answer.text, kept


def test_all_of_them_are_listed_and_others_are_not(anybody: visited.Browser) -> None:
    text = anybody.get(PATH).text
    assert "1 to 6 of 6" in text
    assert "临江澄远" not in text
    assert "临江远禾" not in text
    assert "<script>alert" not in text
    assert not set(text) & set("\u202e\u2066\u2069\u0007\u001b\u0085")
    assert "Presence here is not wrongdoing" in text


def test_a_name_or_code_finds_and_a_number_of_a_person_is_not_taken(anybody: visited.Browser) -> None:
    sent = anybody.post(PATH, {"q": "虚构招标代理"})
    assert sent.status_code == 303
    assert AGENCY.name in anybody.get(sent.headers["location"]).text
    assert "No agency was found" in anybody.get(f"{PATH}?q=no-agency-of-this-name").text
    refused = anybody.post(PATH, {"q": explored.HEAD})
    assert refused.status_code == 422
    assert explored.HEAD not in refused.text
    assert anybody.get(f"{PATH}?q={'长' * 101}").status_code == 400


def test_other_sites_and_other_pages_stay_shut(anybody: visited.Browser) -> None:
    answer = anybody.post(
        PATH, {"q": "x"}, headers={"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
    )
    assert answer.status_code == 403
    for address in ("/tenders", "/decisions", "/search", "/lists"):
        assert anybody.get(address).status_code == 303, address


def test_who_asks_too_often_waits(anybody: visited.Browser) -> None:
    assert anybody.get(PATH).status_code == 200
    # many at once, so that they come faster than the bucket fills, however slow this machine is
    with ThreadPoolExecutor(RATE * 4) as pool:
        answers = list(pool.map(lambda _: anybody.get(PATH), range(RATE * 12)))
    late = [one for one in answers if one.status_code == 429]
    assert late, "nobody was told to wait"
    assert int(late[0].headers["retry-after"]) >= 1
    assert AGENCY.name not in late[0].text
