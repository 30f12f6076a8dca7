"""Bids stay sealed until they are opened (招标投标法 22): no route of the reading side gives anything away before."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import explored
import httpx
import pytest
from serving import Installation

from api.bootstrap import now
from api.principals import Scope

SECRETS = ("临江密标科技有限公司", explored.SECRET, "02AABBCCDD01", "13900000001", "虚构戊")
"""Who and what is known only from the sealed bid."""


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    made = Installation(tmp_path_factory.mktemp("sealed") / "home", LIANCHENG_WORK="off")
    explored.loaded(made.home, now() + timedelta(days=3))
    return made


@pytest.fixture(scope="module")
def client(house: Installation) -> Iterator[httpx.Client]:
    """A server, asked with every right that there is."""
    with house.serving(key=house.key(*Scope)) as one:
        yield one


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """The same city after the opening."""
    made = Installation(tmp_path_factory.mktemp("unsealed") / "home", LIANCHENG_WORK="off")
    explored.loaded(made.home, now() - timedelta(minutes=1))
    with made.serving(key=made.key(*Scope)) as one:
        yield one


def search(client: httpx.Client, query: str) -> Any:
    return client.post("/v1/parties/search", json={"query": query}).json()


def answers(client: httpx.Client) -> Iterator[tuple[str, httpx.Response]]:
    """Every route of the reading side, asked about everyone who may know something, with a purpose and without."""
    keys = [
        explored.CHENGYUAN,
        explored.YUANHE,
        explored.HENGTAI,
        explored.LANTIAN,
        "tender:T-SEALED",
        "lot:T-SEALED/1",
    ]
    for headers in ({}, {"Purpose": "test"}):
        for key in keys:
            for what in ("", "/neighbourhood?depth=3&former=true", "/control", "/ownership"):
                path = f"/v1/parties/{key}{what}".replace("T-SEALED/1", "T-SEALED%2F1")
                yield path, client.get(path, headers=headers)
            for other in keys:
                asked = {"from": key, "to": other, "former": "true", "limit": 20}
                yield f"{key} {other}", client.get("/v1/paths", params=asked, headers=headers)  # type: ignore[arg-type]
        yield "matrix", client.post("/v1/paths", json={"parties": keys, "former": True}, headers=headers)


def test_nobody_learns_who_bids_before_the_opening(client: httpx.Client) -> None:
    seen = 0
    for path, answer in answers(client):
        for secret in SECRETS:
            assert secret not in answer.text, path
        if answer.status_code == 200:
            seen += 1
            told = answer.json()
            edges = [*told.get("relations", ()), *told.get("bids", ())]
            assert not any(edge["type"] in ("USES", "ACTS_FOR") for edge in edges), path
    assert seen > 60


def test_what_is_known_only_from_a_sealed_bid_is_not_there_at_all(client: httpx.Client) -> None:
    for typed in (
        "密标",
        explored.SECRET,
        explored.AGENT,
        "虚构戊",
        "device:mac:02AABBCCDD01",
        "phone:13900000001",
    ):
        found = search(client, typed)
        assert (found["seen"]["total"], found["parties"]) == (0, []), typed
    for key in (explored.SECRET, "device:mac:02AABBCCDD01", "phone:13900000001"):
        assert client.get(f"/v1/parties/{key}").status_code == 404
    for number in range(1, 40):
        answer = client.get(f"/v1/parties/P{number:010d}")
        assert answer.status_code in (200, 404)
        assert not any(secret in answer.text for secret in SECRETS)


@pytest.mark.parametrize("more", [{}, {"opening_at": "2000-01-01T00:00:00+08:00"}, {"lot": "none"}])
def test_a_loaded_tender_is_not_decided_before_its_opening(
    client: httpx.Client, more: dict[str, str]
) -> None:
    answer = client.post("/v1/tenders", json={"number": "T-SEALED", **more})
    assert (answer.status_code, answer.json()["code"]) == (403, "http.sealed")
    assert client.get("/v1/decisions").json()["decisions"] == []


def test_an_opened_tender_is_decided_and_its_opening_only_postponed(opened: httpx.Client) -> None:
    early = opened.post("/v1/tenders", json={"number": "T-SEALED", "opening_at": "2000-01-01T00:00:00+08:00"})
    assert (early.status_code, early.json()["errors"][0]["code"]) == (422, "tender.opening_early")
    assert opened.post("/v1/tenders", json={"number": "T-SEALED"}).status_code == 201


def test_counts_tell_nothing_either(client: httpx.Client, opened: httpx.Client) -> None:
    url = f"/v1/parties/{explored.CHENGYUAN}"
    before, after = client.get(url).json(), opened.get(url).json()
    kinds = {(one["type"], one["out"]) for one in before["relations"]}
    assert not {kind for kind, _ in kinds} & {"BID_IN", "USES", "ACTS_FOR"}
    assert after["seen"]["total"] - before["seen"]["total"] == 3
    lot = "/v1/parties/lot:T-SEALED%2F1"
    assert client.get(f"{lot}/neighbourhood").status_code in (200, 404)
    found = search(client, "T-SEALED/1")["parties"][0]["party"]
    around = client.get(f"/v1/parties/{found['id']}/neighbourhood").json()
    assert {one["type"] for one in around["kinds"]} == {"LOT_OF"}
    assert around["party"]["sealed_until"] is not None
    assert search(client, "有限公司")["seen"]["total"] + 1 == search(opened, "有限公司")["seen"]["total"]


def test_two_who_only_meet_in_a_sealed_bid_are_not_connected(
    client: httpx.Client, opened: httpx.Client
) -> None:
    body = {"tender": "tender:T-SEALED"}
    refused = client.post("/v1/paths", json=body)
    assert (refused.status_code, refused.json()["code"]) == (403, "http.sealed")
    told = opened.post("/v1/paths", json=body).json()
    assert {one["name"] for one in told["members"]} == {"临江澄远建设工程有限公司", "临江密标科技有限公司"}
    paths = [one["path"]["sentence"]["zh"] for one in told["pairs"]]
    assert len(paths) == 1


def test_everything_is_there_after_the_opening(opened: httpx.Client) -> None:
    for typed in ("密标", explored.AGENT, "device:mac:02AABBCCDD01"):
        assert search(opened, typed)["seen"]["total"] == 1, typed
    told = opened.get(f"/v1/parties/{explored.SECRET}").json()
    assert {one["type"] for one in told["relations"]} == {"BID_IN", "USES"}


def test_what_is_public_of_a_tender_is_told_with_when_it_is_opened(client: httpx.Client) -> None:
    told = client.get("/v1/parties/tender:T-SEALED").json()
    assert told["party"]["sealed_until"]
    assert {one["type"] for one in told["relations"]} == {"LOT_OF", "BUYER_OF"}
