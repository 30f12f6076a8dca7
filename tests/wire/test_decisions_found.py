"""Decisions looked up over HTTP: by everybody in them, by verdict and day; numbers of persons are no way in."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any, NamedTuple

import httpx
import pytest
from serving import CLEAN, LISTED, NAME, OTHER, Installation, ask, bearer

from api.bootstrap import now
from api.principals import Scope
from graph.dates import china_day, iso
from graph.identifiers import citizen_check_character

PERSON = "32990119800101001" + citizen_check_character("32990119800101001")


class Both(NamedTuple):
    """Who reads, and the header of the platform that decides."""

    reader: httpx.Client
    platform: dict[str, str]


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Both]:
    house = Installation(tmp_path_factory.mktemp("found") / "home")
    house.publish({"SXBZXR": [(NAME, LISTED, "2025-06-18")]})
    platform, reader = house.key(), house.key(Scope.READ)
    with house.serving(LIANCHENG_WORK="off", key=reader) as one:
        yield Both(one, bearer(platform))


@pytest.fixture(scope="module")
def client(both: Both) -> httpx.Client:
    return both.reader


@pytest.fixture(scope="module")
def made(both: Both) -> dict[str, str]:
    """A decision of each kind by its name; one more is sealed."""
    joint = ask(CLEAN)
    joint["bidders"][0]["consortium"] = {
        "members": [{"name": "临江成员有限公司", "identifiers": [{"id": OTHER}]}]
    }
    bodies = {
        "listed": ask(LISTED),
        "clean": ask(CLEAN),
        "both": ask(LISTED, CLEAN),
        "joint": joint,
        "sealed": ask(CLEAN, opening_at=iso(now() + timedelta(days=3))),
    }
    return {
        name: both.reader.post("/v1/decisions", json=body, headers=both.platform).json()["decision_id"]
        for name, body in bodies.items()
    }


def found(client: httpx.Client, **query: Any) -> list[str]:
    answer = client.get("/v1/decisions", params=query)
    assert answer.status_code == 200, answer.text
    return [one["decision_id"] for one in answer.json()["decisions"]]


def test_by_party(client: httpx.Client, made: dict[str, str]) -> None:
    assert found(client, party=LISTED) == [made["both"], made["listed"]]
    assert found(client, party=LISTED.lower()) == [made["both"], made["listed"]]
    assert found(client, party=OTHER) == [made["joint"]]
    assert found(client, party="nobody-of-this-key") == []
    assert found(client) == [made["joint"], made["both"], made["clean"], made["listed"]]


def test_sealed_bids_leave_no_trace(client: httpx.Client, made: dict[str, str]) -> None:
    answer = client.get("/v1/decisions", params={"party": CLEAN, "limit": 3}).json()
    assert [one["decision_id"] for one in answer["decisions"]] == [made["joint"], made["both"], made["clean"]]
    assert answer.get("next") is None
    assert made["sealed"] not in found(client)


def test_the_platform_that_decided_finds_its_own(both: Both, made: dict[str, str]) -> None:
    answer = both.reader.get(
        "/v1/decisions", params={"party": CLEAN, "limit": 1}, headers=both.platform
    ).json()
    assert [one["decision_id"] for one in answer["decisions"]] == [made["sealed"]]
    assert answer["next"]


def test_by_verdict_day_and_page(client: httpx.Client, made: dict[str, str]) -> None:
    blocked = found(client, verdict="BLOCK")
    assert made["listed"] in blocked
    assert made["clean"] not in blocked
    today = china_day(now())
    assert len(found(client, since=today.isoformat(), until=today.isoformat())) == 4
    assert found(client, until=(today - timedelta(days=1)).isoformat()) == []
    assert found(client, party=LISTED, verdict="BLOCK", since=today.isoformat(), limit=1) == [made["both"]]
    first = client.get("/v1/decisions", params={"limit": 2}).json()
    second = client.get("/v1/decisions", params={"limit": 2, "cursor": first["next"]}).json()
    assert second.get("next") is None
    both = [one["decision_id"] for one in (*first["decisions"], *second["decisions"])]
    assert both == found(client)


@pytest.mark.parametrize(
    "query",
    [
        {"party": PERSON}, {"party": f"张某 {PERSON}"}, {"verdict": "block"}, {"since": "2026-13-01"},
        {"since": "0001-01-01"}, {"until": "9999-12-31"}, {"since": "20261123"}, {"party": "x" * 201},
        {"limit": "0"}, {"cursor": "!"},
    ],
)  # fmt: skip
def test_what_cannot_be_asked(client: httpx.Client, query: dict[str, str]) -> None:
    answer = client.get("/v1/decisions", params=query)
    assert (answer.status_code, answer.json()["code"]) == (422, "http.invalid")
    assert PERSON not in answer.text


def test_counts_are_those_of_what_the_caller_may_see(
    both: Both, client: httpx.Client, made: dict[str, str]
) -> None:
    today = china_day(now())
    asked = {"since": (today - timedelta(days=13)).isoformat(), "until": today.isoformat()}
    answer = client.get("/v1/decisions/counts", params=asked).json()
    assert {one["day"] for one in answer["counts"]} == {today.isoformat()}
    assert sum(one["decisions"] for one in answer["counts"]) == len(made) - 1, "of the sealed one no number"
    own = client.get("/v1/decisions/counts", params=asked, headers=both.platform).json()
    assert sum(one["decisions"] for one in own["counts"]) == len(made)
    for query in (
        {}, {"since": asked["since"]}, {"since": asked["until"], "until": asked["since"]},
        {"since": "2020-01-01", "until": "2026-01-01"},
    ):  # fmt: skip
        refused = client.get("/v1/decisions/counts", params=query)
        assert (refused.status_code, refused.json()["code"]) == (422, "http.invalid"), query
