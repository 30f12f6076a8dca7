"""The reading side over the wire: search, dossier, neighbourhood, paths, control, ownership."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import explored
import httpx
import pytest
from serving import Installation

from api.principals import Scope
from graph.identifiers import mask_person_id
from graph.model import PartyType
from graph.relations import RelationType as Kind

PAYER, ACCOUNT = "91329901MAGLD1006A", "6222021234567890128"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    made = Installation(tmp_path_factory.mktemp("explore") / "home", LIANCHENG_WORK="off")
    payer = explored.org("虚构付款方有限公司", PAYER)
    account = explored.thing(PartyType.ACCOUNT, ACCOUNT)
    paid = explored._relation(Kind.USES, payer, account)
    explored.loaded(made.home, explored.SINCE, companies=40, more=[paid])
    return made


@pytest.fixture(scope="module")
def keys(house: Installation) -> dict[str, str]:
    return {
        "reader": house.key(Scope.GRAPH),
        "restricted": house.key(Scope.GRAPH, Scope.RESTRICTED),
        "personal": house.key(Scope.GRAPH, Scope.PERSONAL),
    }


@pytest.fixture(scope="module")
def client(house: Installation, keys: dict[str, str]) -> Iterator[httpx.Client]:
    with house.serving(key=keys["reader"]) as one:
        yield one


def search(client: httpx.Client, query: str, **more: Any) -> Any:
    answer = client.post("/v1/parties/search", json={"query": query, **more})
    assert answer.status_code == 200, answer.text
    return answer.json()


def party(client: httpx.Client, name: str) -> str:
    found = [hit["party"]["id"] for hit in search(client, name)["parties"] if hit["party"]["name"] == name]
    assert len(found) == 1
    return str(found[0])


@pytest.mark.parametrize(
    ("typed", "by"),
    [
        ("临江澄远建设工程有限公司", "exact"), ("臨江澄遠建設工程有限公司", "exact"), ("临江澄远", "prefix"),
        ("澄远建设", "infix"), ("旧名建筑", "infix"), ("临江旧名建筑公司", "former"), ("ljcyjs", "initials"),
        ("CYJS", "initials"), (explored.CHENGYUAN, "code"), (explored.CHENGYUAN.lower(), "code"),
        (explored.CASE, "case"), ("(2025)临01执虚123号", "case"),
    ],
)  # fmt: skip
def test_an_organisation_is_found_in_every_form(client: httpx.Client, typed: str, by: str) -> None:
    found = search(client, typed)
    first = found["parties"][0]
    assert (first["party"]["name"], first["by"]) == ("临江澄远建设工程有限公司", by)
    assert (first["party"]["listed"], first["party"]["lists"]) == ("yes", ["SXBZXR"])
    assert found["seen"]["total"] == 1
    assert found["notice"]["en"]


def test_one_goes_on_to_the_end_and_meets_everybody_once(client: httpx.Client) -> None:
    names: list[str] = []
    found = search(client, "临江众多", limit=15)
    while True:
        assert found["seen"]["total"] == 40
        names += [hit["party"]["name"] for hit in found["parties"]]
        if found["next"] is None:
            break
        found = search(client, "临江众多", limit=15, cursor=found["next"])
    assert (len(names), len(set(names))) == (40, 40)
    assert names == [hit["party"]["name"] for hit in search(client, "临江众多", limit=40)["parties"]]
    shared = client.get("/v1/parties/search", params={"name": "临江众多", "limit": 30}).json()
    rest = client.get(
        "/v1/parties/search", params={"name": "临江众多", "limit": 30, "cursor": shared["next"]}
    ).json()
    assert [len(one["parties"]) for one in (shared, rest)] == [30, 10]
    for wrong in ("x", "////", "OTk5OTk5OTk"):
        answer = client.post("/v1/parties/search", json={"query": "临江众多", "cursor": wrong})
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/cursor")


def test_longer_paths_follow_where_they_are_wanted(client: httpx.Client) -> None:
    ends = {"from": explored.CHENGYUAN, "to": explored.YUANHE, "limit": "10"}
    short = client.get("/v1/paths", params=ends).json()
    longer = client.get("/v1/paths", params={**ends, "longer": "true"}).json()
    assert [one["hops"] for one in short["paths"]] == [2]
    assert longer["paths"][0] == short["paths"][0]
    hops = [one["hops"] for one in longer["paths"]]
    assert hops == sorted(hops)
    assert hops[1] > 2
    assert longer["sentence"] == short["sentence"]


def test_more_is_found_than_is_shown_and_that_is_said(client: httpx.Client) -> None:
    found = search(client, "临江众多", limit=7)
    assert (len(found["parties"]), found["seen"]["shown"], found["seen"]["total"]) == (7, 7, 40)
    assert found["seen"]["sentence"]["en"] == "7 of 40 shown."
    assert search(client, "有限公司临江众多")["seen"]["total"] == 0


def test_a_title_and_a_number_of_a_tender_are_found(client: httpx.Client) -> None:
    assert [hit["party"]["type"] for hit in search(client, "一号桥")["parties"]] == ["tender"]
    assert search(client, "T-OPEN", types=["tender"])["parties"][0]["by"] == "code"
    assert search(client, "一号桥", types=["organization"])["parties"] == []


def test_a_record_without_a_party_of_its_own_is_only_a_possible_one(client: httpx.Client) -> None:
    hit = search(client, explored.LANTIAN)["parties"][0]
    assert (hit["party"]["listed"], hit["party"]["lists"]) == ("possibly", ["SXBZXR"])


def test_a_person_is_found_by_number_in_a_body_only_and_masked(
    client: httpx.Client, keys: dict[str, str]
) -> None:
    found = search(client, explored.HEAD)
    hit = found["parties"][0]
    assert (hit["party"]["name"], hit["by"], hit["namesakes"]) == ("虚构甲", "code", 0)
    assert hit["identifiers"][0]["value"] == mask_person_id(explored.HEAD)
    assert explored.HEAD not in str(found)
    whole = client.post(
        "/v1/parties/search",
        json={"query": explored.HEAD},
        headers={"Authorization": f"Bearer {keys['personal']}"},
    ).json()
    assert whole["parties"][0]["identifiers"][0]["value"] == explored.HEAD
    assert client.get("/v1/parties/search", params={"name": "虚构甲"}).json()["parties"] == []


@pytest.mark.parametrize("where", ["search?name={}", "{}", "{}/control", "P1?limit={}", "search?{}=1"])
def test_a_number_of_a_person_in_an_address_is_refused_and_not_repeated(
    client: httpx.Client, where: str
) -> None:
    answer = client.get(f"/v1/parties/{where.format(explored.HEAD)}")
    assert answer.status_code == 422, answer.text
    assert answer.json()["errors"][0]["code"] == "query.personal"
    assert explored.HEAD not in answer.text
    again = client.get("/v1/paths", params={"from": explored.HEAD, "to": explored.CHENGYUAN})
    assert (again.status_code, again.json()["errors"][0]["pointer"]) == (422, "/from")


def test_organisations_are_found_by_an_address(client: httpx.Client) -> None:
    found = client.get("/v1/parties/search", params={"name": "远禾"}).json()
    assert {hit["party"]["name"] for hit in found["parties"]} == {"临江远禾贸易有限公司"}
    assert client.get("/v1/parties/search", params={"name": explored.CHENGYUAN}).json()["seen"]["total"] == 1


def test_a_dossier_tells_names_records_with_their_law_and_relations_with_counts(client: httpx.Client) -> None:
    told = client.get(f"/v1/parties/{explored.CHENGYUAN}").json()
    assert {(one["text"], one["kind"]) for one in told["names"]} == {
        ("临江澄远建设工程有限公司", "registered"),
        ("临江旧名建筑公司", "former"),
    }
    record = told["listings"][0]
    assert (record["list"], record["status"], record["link"]) == ("SXBZXR", "ACTIVE", "number")
    assert record["case_no"] == explored.CASE
    assert {"A01", "A02"} <= {rule for law in record["law"] for rule in law["rules"]}
    assert record["effect_since"] == "2025-01-01T00:00:00+08:00"
    counts = {(one["type"], one["out"]): one["seen"]["total"] for one in told["relations"]}
    assert counts[("HOLDS", False)] == 2
    assert counts[("BID_IN", True)] == 1
    assert {one["type"] for one in told["bids"]} == {"BID_IN", "LOT_OF"}
    assert told["relations"][0]["relations"][0]["origin"]["dataset"]
    named = {one["id"] for one in told["parties"]}
    assert {
        end
        for kind in told["relations"]
        for one in kind["relations"]
        for end in (one["source"], one["target"])
    } <= named


def test_a_bank_account_shows_its_last_four_digits_only(client: httpx.Client) -> None:
    asked = search(client, "虚构付款方有限公司")["parties"][0]["party"]["id"]
    for path in ("", "/neighbourhood"):
        answer = client.get(f"/v1/parties/{asked}{path}")
        assert answer.status_code == 200
        assert ACCOUNT not in answer.text
        assert "***************0128" in answer.text


def test_a_dossier_shows_few_and_says_how_many(client: httpx.Client) -> None:
    head = party(client, "虚构甲")
    told = client.get(f"/v1/parties/{head}", params={"limit": 5}).json()
    posts = next(one for one in told["relations"] if one["type"] == "SUPERVISOR_OF")
    assert (len(posts["relations"]), posts["seen"]["total"]) == (5, 40)
    assert told["namesakes"] == 0
    assert told["identifiers"][0]["value"] == mask_person_id(explored.HEAD)


def test_a_repaired_record_is_only_for_those_who_may_see_it(
    client: httpx.Client, keys: dict[str, str], house: Installation
) -> None:
    ordinary = client.get(f"/v1/parties/{explored.YUANHE}").json()
    assert (ordinary["listings"], ordinary["party"]["listed"], ordinary["restricted"]) == ([], "no", False)
    headers: Any = {
        "Authorization": f"Bearer {keys['restricted']}".encode(),
        "Purpose": "虚构案件复核".encode(),
    }
    whole = client.get(f"/v1/parties/{explored.YUANHE}", headers=headers).json()
    assert [one["status"] for one in whole["listings"]] == ["REPAIRED"]
    refused = client.get(f"/v1/parties/{explored.YUANHE}", headers={"Purpose": "x"})
    assert (refused.status_code, refused.json()["code"]) == (403, "http.scope")
    assert "party:" + explored.YUANHE in looks(house)


def looks(house: Installation) -> list[str]:
    """What was looked at with a purpose, as the ledger recorded it."""
    import msgspec

    from api import bootstrap
    from api.restricted import ACCESS
    from api.settings import read_settings

    with bootstrap.opened_ledger(read_settings({"LIANCHENG_HOME": str(house.home)}), reading=True) as ledger:
        found = ledger.items.page(ACCESS, tenant="default", limit=100)
    return [msgspec.json.decode(one.body or b"{}")["subject"] for one in found]


def test_declared_relatives_and_officials_are_not_there_for_others(
    client: httpx.Client, keys: dict[str, str]
) -> None:
    for number in (explored.KIN, explored.OFFICIAL):
        assert search(client, number)["seen"]["total"] == 0
    told = client.get(f"/v1/parties/{explored.LANTIAN}").json()
    assert "DIRECTOR_OF" not in {one["type"] for one in told["relations"]}
    headers = {"Authorization": f"Bearer {keys['restricted']}", "Purpose": "kinship"}
    whole = client.get(f"/v1/parties/{explored.LANTIAN}", headers=headers).json()
    assert "DIRECTOR_OF" in {one["type"] for one in whole["relations"]}
    asked = {"from": explored.LANTIAN, "to": "11329901MB0000006N"}
    assert "虚构丙" not in client.get("/v1/paths", params=asked).text
    assert (
        "虚构丙"
        in client.get(
            "/v1/paths", params={**asked, "types": "KIN_OF,DIRECTOR_OF,OFFICIAL_OF"}, headers=headers
        ).text
    )
    refused = client.get("/v1/paths", params={**asked, "types": "KIN_OF"})
    assert refused.json()["errors"][0]["code"] == "query.restricted"


def test_the_neighbourhood_counts_what_it_does_not_show(client: httpx.Client) -> None:
    head = party(client, "虚构甲")
    told = client.get(f"/v1/parties/{head}/neighbourhood").json()
    posts = next(one for one in told["kinds"] if one["type"] == "SUPERVISOR_OF")
    assert (posts["seen"]["shown"], posts["seen"]["total"]) == (30, 40)
    assert told["seen"]["sentence"]["en"] == "32 of 42 shown."
    assert told["collapsed"][0]["sentence"]["en"] == "is supervisor of ×40, 30 shown."
    few = client.get(f"/v1/parties/{head}/neighbourhood", params={"types": "LEGAL_REP_OF"}).json()
    assert {one["type"] for one in few["relations"]} == {"LEGAL_REP_OF"}
    small = client.get(f"/v1/parties/{head}/neighbourhood", params={"nodes": 3}).json()
    assert (len(small["nodes"]), small["cut"]["spent"]) == (3, True)


def test_a_hub_further_away_is_one_node(client: httpx.Client) -> None:
    told = client.get(f"/v1/parties/{explored.CHENGYUAN}/neighbourhood", params={"depth": 2}).json()
    hub = next(one for one in told["collapsed"] if one["type"] == "SUPERVISOR_OF")
    assert (hub["shown"], hub["total"]) == (0, 40)
    assert not any("众多" in one["name"] for one in told["nodes"])


def test_what_is_only_possibly_the_same_can_be_left_out(client: httpx.Client) -> None:
    url = f"/v1/parties/{explored.YUANHE}/neighbourhood"
    shown = client.get(url).json()
    assert [one["possibly_same"] for one in shown["relations"] if one["type"] == "POSSIBLY_SAME"] == [True]
    hidden = client.get(url, params={"possibly_same": "false"}).json()
    assert not any(one["possibly_same"] for one in hidden["relations"])


def test_the_facts_of_an_earlier_day_are_told(client: httpx.Client) -> None:
    url = f"/v1/parties/{explored.CHENGYUAN}/neighbourhood"
    before = client.get(url, params={"as_of": "2024-12-31"}).json()
    assert (before["seen"]["total"], before["party"]["listed"]) == (0, "no")
    assert client.get(url, params={"known_at": "2024-12-31"}).json()["seen"]["total"] == 0


def test_two_parties_are_connected_by_a_path_in_one_sentence(client: httpx.Client) -> None:
    told = client.get("/v1/paths", params={"from": explored.CHENGYUAN, "to": explored.YUANHE}).json()
    assert told["found"]
    assert told["paths"][0]["hops"] == 2
    sentence = "临江澄远建设工程有限公司 ←法定代表人— 虚构甲 —法定代表人→ 临江远禾贸易有限公司"
    assert sentence in [one["sentence"]["zh"] for one in told["paths"]]
    assert told["paths"][0]["relations"][0]["origin"]["file"] == "虚构.csv"
    assert told["sentence"]["en"].endswith("are 2 steps apart, by 1 shortest path.")
    apart = client.get(
        "/v1/paths", params={"from": explored.CHENGYUAN, "to": explored.YUANHE, "hops": 1}
    ).json()
    assert (apart["found"], apart["paths"]) == (False, [])
    assert "within 1 step." in apart["sentence"]["en"]


def test_the_bidders_of_an_opened_tender_are_compared_with_each_other(client: httpx.Client) -> None:
    told = client.post("/v1/paths", json={"tender": "tender:T-OPEN"}).json()
    assert {one["name"] for one in told["members"]} == {"临江远禾贸易有限公司", "临江蓝天材料有限公司"}
    assert told["asked"] == 1
    ids = [explored.CHENGYUAN, explored.YUANHE, explored.LANTIAN, explored.HENGTAI]
    many = client.post("/v1/paths", json={"parties": ids, "types": ["HOLDS", "LEGAL_REP_OF"]}).json()
    assert (many["asked"], len(many["pairs"])) == (6, 6)
    hops = [one["path"]["hops"] for one in many["pairs"]]
    assert hops == sorted(hops)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, "query.members"), ({"parties": [explored.YUANHE], "tender": "T"}, "query.members"),
        ({"parties": ["x"] * 101}, "body.long"), ({"tender": explored.YUANHE}, "query.tender"),
        ({"parties": [explored.HEAD]}, "query.personal"), ({"parties": ["P1"], "types": ["KNOWS"]}, "query.relation"),
    ],
)  # fmt: skip
def test_what_can_not_be_asked_is_refused_with_its_place(
    client: httpx.Client, body: dict[str, Any], code: str
) -> None:
    answer = client.post("/v1/paths", json=body)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["code"] == code


def test_control_and_economic_share_are_two_numbers(client: httpx.Client) -> None:
    control = client.get(f"/v1/parties/{explored.CHENGYUAN}/control").json()
    names = {one["id"]: one["name"] for one in control["nodes"]}
    above = {tuple(names[owner] for owner in one["owners"]): one for one in control["controlled_by"]}
    owner = above[("虚构乙",)]
    assert (owner["controls"], owner["votes"], owner["sure"]) == ("yes", "65", True)
    assert [link["share"] for link in owner["path"]] == ["60", "55"]
    assert above[("临江恒泰投资控股有限公司",)]["votes"] == "55"
    below = {names[one["owned"]]: one for one in control["controls"]}
    assert below["临江蓝天材料有限公司"]["controls"] == "no"
    economic = client.get(f"/v1/parties/{explored.CHENGYUAN}/ownership").json()
    shares = {names.get(one["owner"]): one["share"] for one in economic["owned_by"]}
    assert shares["虚构乙"] == "43"
    assert shares["临江恒泰投资控股有限公司"] == "55"
    assert [one["share"] for one in economic["owns"]] == ["40"]
    assert [(names[one["person"]], one["ground"]) for one in economic["beneficial_owners"]] == [
        ("虚构乙", "share")
    ]
    down = client.get(f"/v1/parties/{explored.HENGTAI}/control", params={"direction": "down"}).json()
    assert {one["controls"] for one in down["controls"]} == {"yes", "no"}
    assert down["controlled_by"] == []


def test_nobody_of_that_key_is_said_so(client: httpx.Client) -> None:
    for path in ("P9999999999", "P9999999999/control", "临江澄远建设工程有限公司"):
        answer = client.get(f"/v1/parties/{path}")
        assert (answer.status_code, answer.json()["code"]) == (404, "http.not_found")


def test_parameters_are_read_as_strictly_as_bodies(client: httpx.Client) -> None:
    url = f"/v1/parties/{explored.CHENGYUAN}/neighbourhood"
    for given, code in (
        ({"depht": "2"}, "body.unknown"), ({"depth": "9"}, "body.less_than_equal"),
        ({"as_of": "yesterday"}, "body.time"),
        ({"depth": ["1", "2"]}, "query.twice"), ({"types": "KNOWS"}, "query.relation"),
    ):  # fmt: skip
        answer = client.get(url, params=given)
        assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, code), given
