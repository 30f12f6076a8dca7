"""BODS 0.4 and FollowTheMoney: shares as stated, histories that do not add up, indirect interests counted once."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from list_files import CODES
from loading import Bench

from graph.dates import CST
from graph.model import Status
from graph.relations import RelationType

R = RelationType
SHARED = Path("/work/shared/data")
EXAMPLES = SHARED / "bods" / "examples"


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = Bench(tmp_path)
    yield made
    made.close()


def codes(report: Any) -> list[str]:
    return [problem.code for file in report.files for problem in file.warnings]


def statement(kind: str, record: str, details: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "statementId": f"s-{record}-{more.get('statementDate', '')}",
        "statementDate": "2024-01-01",
        "declarationSubject": "e1",
        "publicationDetails": {
            "publicationDate": "2024-01-02",
            "bodsVersion": "0.4",
            "publisher": {"name": "虚构登记局"},
        },
        "recordId": record,
        "recordStatus": "new",
        "recordType": kind,
        "recordDetails": details,
        **more,
    }


def entity(record: str, name: str, **more: Any) -> dict[str, Any]:
    return statement(
        "entity",
        record,
        {"isComponent": False, "entityType": {"type": "registeredEntity"}, "name": name, **more},
    )


def human(record: str, name: str) -> dict[str, Any]:
    return statement(
        "person", record, {"personType": "knownPerson", "names": [{"type": "legal", "fullName": name}]}
    )


def relation(record: str, held: Any, holder: Any, *interests: dict[str, Any], **more: Any) -> dict[str, Any]:
    details = {"subject": held, "interestedParty": holder, "interests": list(interests)}
    return statement("relationship", record, details | more.pop("details", {}), **more)


def shareholding(**share: Any) -> dict[str, Any]:
    return {"type": "shareholding", "directOrIndirect": "direct", "share": share}


PAIR = (entity("e1", "临江甲有限公司"), human("p1", "虚构张三"))


def load(bench: Bench, *statements: dict[str, Any]) -> Any:
    return bench.load(json.dumps(statements, ensure_ascii=False).encode(), name="package.json")


@pytest.mark.parametrize(
    ("share", "exact", "least", "most", "marks"),
    [
        ({"exact": 60}, "60", None, None, set()),
        ({"exact": 33.333}, "33.333", None, None, set()),
        ({"minimum": 25, "exclusiveMaximum": 50}, None, "25", "50", {"share_below_max"}),
        ({"exclusiveMinimum": 50, "maximum": 100}, None, "50", "100", {"share_above_min"}),
        ({"minimum": 75, "maximum": 75}, "75", None, None, set()),
        ({}, None, None, None, set()),
    ],
)
def test_shares_are_exact_or_a_range(
    bench: Bench, share: dict[str, Any], exact: Any, least: Any, most: Any, marks: set[str]
) -> None:
    report = load(bench, *PAIR, relation("r1", "e1", "p1", shareholding(**share)))
    assert report.files[0].kind == "bods"
    src, edge, dst = bench.edge(R.HOLDS)
    assert (src, dst) == ("虚构张三", "临江甲有限公司")
    wanted = tuple(None if one is None else Decimal(one) for one in (exact, least, most))
    assert (edge.share, edge.share_min, edge.share_max) == wanted
    assert {name for name, text in edge.attributes.items() if text == "yes"} == marks


@pytest.mark.parametrize("share", [{"exact": 120}, {"exact": -1}, {"exact": "viel"}])
def test_impossible_shares_are_unknown_and_said(bench: Bench, share: dict[str, Any]) -> None:
    report = load(bench, *PAIR, relation("r1", "e1", "p1", shareholding(**share)))
    assert codes(report) == ["share.unreadable"]
    assert bench.edge(R.HOLDS)[1].share is None


def test_a_chinese_company_links_by_its_credit_code(bench: Bench) -> None:
    load(bench, entity("e1", "临江甲有限公司", identifiers=[{"scheme": "CN-SAIC", "id": CODES[0]}]))
    party = bench.store.find("uscc", CODES[0])
    assert party is not None
    assert party.names[0].text == "临江甲有限公司"


def test_the_same_number_of_a_foreign_register_is_the_same_company(bench: Bench) -> None:
    load(bench, entity("e1", "Fictitious Ltd", identifiers=[{"scheme": "GB-COH", "id": "XE-1"}]))
    load(bench, entity("e9", "FICTITIOUS LIMITED", identifiers=[{"scheme": "GB-COH", "id": "XE-1"}]))
    party = bench.store.find("source_id", "GB-COH:XE-1")
    assert party is not None
    assert {name.text for name in party.names} == {"Fictitious Ltd", "FICTITIOUS LIMITED"}


def test_record_ids_of_two_publishers_are_not_the_same(bench: Bench) -> None:
    other = entity("e1", "临江乙有限公司")
    other["publicationDetails"]["publisher"]["name"] = "另一登记局"
    load(bench, entity("e1", "临江甲有限公司"))
    load(bench, other)
    assert sorted(party.names[0].text for party in bench.store.iter_parties()) == [
        "临江乙有限公司",
        "临江甲有限公司",
    ]


def test_the_newest_statement_counts_whatever_the_order_in_the_file(bench: Bench) -> None:
    first = relation("r1", "e1", "p1", shareholding(exact=60), statementDate="2020-01-01")
    second = relation(
        "r1", "e1", "p1", shareholding(exact=40), statementDate="2023-01-01", recordStatus="updated"
    )
    report = load(bench, *PAIR, second, first)
    assert codes(report) == ["bods.superseded"]
    assert bench.edge(R.HOLDS)[1].share == 40


def test_a_replaced_statement_does_not_count(bench: Bench) -> None:
    old = relation("r0", "e1", "p1", shareholding(exact=60))
    new = relation("r1", "e1", "p1", shareholding(exact=40), replacesStatements=[old["statementId"]])
    load(bench, *PAIR, new, old)
    assert [edge.share for _, edge, _ in bench.edges(R.HOLDS)] == [40]


def test_a_closed_record_ends_on_its_day(bench: Bench) -> None:
    closed = relation(
        "r1", "e1", "p1", shareholding(exact=60), statementDate="2023-05-01", recordStatus="closed"
    )
    load(bench, *PAIR, closed)
    assert bench.edge(R.HOLDS)[1].valid.end == datetime(2023, 5, 1, tzinfo=CST)


def test_dates_of_a_year_count_from_its_first_day_and_say_so(bench: Bench) -> None:
    report = load(bench, *PAIR, relation("r1", "e1", "p1", {**shareholding(exact=60), "startDate": "2018"}))
    assert codes(report) == ["foreign.partial_date"]
    assert bench.edge(R.HOLDS)[1].valid.start == datetime(2018, 1, 1, tzinfo=CST)


def test_an_indirect_share_is_never_a_direct_one(bench: Bench) -> None:
    between = entity("e2", "临江乙有限公司")
    chain = [
        relation("r1", "e1", "e2", shareholding(exact=60)),
        relation("r2", "e2", "p1", shareholding(exact=50)),
        relation(
            "r3", "e1", "p1",
            {**shareholding(exact=30), "directOrIndirect": "indirect", "beneficialOwnershipOrControl": True},
            details={"componentRecords": ["e2", "r1", "r2"]},
        ),
    ]  # fmt: skip
    load(bench, *PAIR, between, *chain)
    assert {(src, edge.share, dst) for src, edge, dst in bench.edges(R.HOLDS)} == {
        ("临江乙有限公司", Decimal(60), "临江甲有限公司"),
        ("虚构张三", Decimal(50), "临江乙有限公司"),
    }
    src, owner, dst = bench.edge(R.UBO_OF)
    assert (src, owner.share, dst) == ("虚构张三", Decimal(30), "临江甲有限公司")


def test_an_indirect_share_that_is_no_beneficial_ownership_is_said(bench: Bench) -> None:
    interest = {"type": "shareholding", "directOrIndirect": "indirect", "share": {"exact": 30}}
    report = load(bench, *PAIR, relation("r1", "e1", "p1", interest))
    assert codes(report) == ["bods.indirect"]
    assert bench.edges() == []


@pytest.mark.parametrize(
    ("interest", "kind"),
    [
        ("appointmentOfBoard", R.CONTROLS), ("otherInfluenceOrControl", R.CONTROLS), ("trustee", R.CONTROLS),
        ("boardMember", R.DIRECTOR_OF), ("boardChair", R.DIRECTOR_OF), ("seniorManagingOfficial", R.EXEC_OF),
        ("nominee", R.ACTS_FOR),
    ],
)  # fmt: skip
def test_interests_of_other_kinds(bench: Bench, interest: str, kind: RelationType) -> None:
    load(bench, *PAIR, relation("r1", "e1", "p1", {"type": interest, "directOrIndirect": "direct"}))
    assert bench.edge(kind)[1].role == interest


def test_votes_stand_with_the_shares_they_go_with(bench: Bench) -> None:
    votes = {"type": "votingRights", "directOrIndirect": "direct", "share": {"exact": 80}}
    load(bench, *PAIR, relation("r1", "e1", "p1", shareholding(exact=40), votes))
    _, edge, _ = bench.edge(R.HOLDS)
    assert (edge.share, edge.votes) == (Decimal(40), Decimal(80))


def test_rights_to_profit_own_nothing_and_are_said(bench: Bench) -> None:
    report = load(
        bench, *PAIR, relation("r1", "e1", "p1", {"type": "rightsToProfitOrIncome", "share": {"exact": 40}})
    )
    assert codes(report) == ["bods.no_relation"]
    assert bench.edges() == []


def test_nobody_named_makes_no_relation_and_is_said(bench: Bench) -> None:
    report = load(bench, *PAIR, relation("r1", "e1", {"reason": "subjectExemptFromDisclosure"}))
    assert codes(report) == ["bods.unspecified"]
    assert bench.edges() == []


def test_an_end_that_no_statement_describes_is_rejected(bench: Bench) -> None:
    report = load(bench, *PAIR, relation("r1", "e1", "p9", shareholding(exact=60)))
    assert [(p.row, p.code) for p in report.files[0].rejected] == [(3, "bods.unknown_party")]


def test_what_nothing_takes_is_reported(bench: Bench) -> None:
    report = load(
        bench, entity("e1", "临江甲有限公司", publicListing={"hasPublicListing": True}) | {"extra": 1}
    )
    assert report.files[0].unknown == ["extra", "recordDetails/publicListing"]


def test_statements_of_another_version_are_rejected(bench: Bench) -> None:
    old = {
        "statementId": "x",
        "recordId": "e1",
        "recordType": "entity",
        "recordDetails": "",
        "statementType": "entityStatement",
    }
    report = load(bench, entity("e2", "临江甲有限公司"), old)
    assert [(p.row, p.code) for p in report.files[0].rejected] == [(2, "bods.record")]


@pytest.mark.skipif(not EXAMPLES.is_dir(), reason="the published examples of BODS are not here")
def test_published_examples_give_the_shares_they_state(tmp_path: Path) -> None:
    for path in sorted(EXAMPLES.glob("*.json")):
        folder = tmp_path / path.stem
        folder.mkdir()
        bench = Bench(folder)
        report = bench.load(path)
        assert report.published, path.name
        assert report.clean, path.name
        newest: dict[str, dict[str, Any]] = {}
        for one in json.loads(path.read_text("utf-8")):
            if one["recordType"] == "relationship":
                newest[one["recordId"]] = one
        stated = sorted(
            str(interest["share"])
            for one in newest.values()
            for interest in one["recordDetails"].get("interests", [])
            if interest.get("type") == "shareholding" and interest.get("directOrIndirect") != "indirect"
        )
        found = sorted(
            str(_as_bods(edge))
            for _, edge, _ in bench.edges(R.HOLDS)
            if edge.attributes["interest"] == "shareholding"
        )
        assert found == stated, path.name
        bench.close()


def _as_bods(edge: Any) -> dict[str, float]:
    def number(value: Decimal) -> float:
        return int(value) if value == int(value) else float(value)

    if edge.share is not None:
        return {"exact": number(edge.share)}
    low = "exclusiveMinimum" if "share_above_min" in edge.attributes else "minimum"
    high = "exclusiveMaximum" if "share_below_max" in edge.attributes else "maximum"
    return {low: number(edge.share_min), high: number(edge.share_max)}


# FollowTheMoney


def ftm(schema: str, key: str, **properties: Any) -> dict[str, Any]:
    lists = {name: value if isinstance(value, list) else [value] for name, value in properties.items()}
    return {
        "id": key,
        "schema": schema,
        "caption": key,
        "properties": lists,
        "datasets": ["x"],
        "target": False,
    }


def lines(*entities: dict[str, Any]) -> bytes:
    return "\n".join(json.dumps(one, ensure_ascii=False) for one in entities).encode()


FIRM = ftm("Company", "c1", name="临江甲有限公司", registrationNumber=CODES[0])
WHO = ftm("Person", "p1", name=["虚构张三", "Zhang San"], birthDate="1975", gender="male")


def test_ftm_companies_persons_and_what_connects_them(bench: Bench) -> None:
    report = bench.load(
        lines(
            ftm("Ownership", "o1", owner="p1", asset="c1", percentage="60", startDate="2020-01-01", endDate="2024"),
            FIRM, WHO,
            ftm("Directorship", "d1", director="p1", organization="c1", role="chairman"),
            ftm("Family", "f1", person="p1", relative="p2", relationship="mother"),
            ftm("Person", "p2", name="虚构李四"),
        ),
        name="entities.ftm.json",
    )  # fmt: skip
    assert report.files[0].kind == "ftm"
    assert report.clean
    assert bench.store.find("uscc", CODES[0]) is not None
    _, held, _ = bench.edge(R.HOLDS)
    assert (held.share, held.valid.end) == (Decimal(60), datetime(2025, 1, 1, tzinfo=CST))
    assert bench.edge(R.DIRECTOR_OF)[1].role == "chairman"
    src, kin, dst = bench.edge(R.KIN_OF)
    assert (src, kin.role, dst) == ("虚构李四", "parent", "虚构张三")


def test_ftm_uncertain_ties_connect_nobody(bench: Bench) -> None:
    report = bench.load(
        lines(
            FIRM, WHO, ftm("UnknownLink", "u1", subject="p1", object="c1"), ftm("Vessel", "v1", name="虚构号")
        )
    )
    assert codes(report) == ["ftm.uncertain", "ftm.schema"]
    assert bench.edges() == []
    assert "schema=Vessel" in report.files[0].unknown


def test_ftm_shares_that_disagree_are_unknown(bench: Bench) -> None:
    report = bench.load(
        lines(FIRM, WHO, ftm("Ownership", "o1", owner="p1", asset="c1", percentage=["60", "40"]))
    )
    assert codes(report) == ["ftm.several"]
    assert bench.edge(R.HOLDS)[1].share is None


def test_ftm_sanctions_are_for_research(bench: Bench) -> None:
    bench.load(
        lines(
            FIRM,
            ftm("Sanction", "s1", entity="c1", authority="虚构机关", startDate="2024-01-01", program="P"),
        )
    )
    listing = bench.only("FOREIGN")
    assert listing.subject.name == "临江甲有限公司"
    assert listing.status(datetime(2024, 6, 1, tzinfo=CST)) is Status.ACTIVE


@pytest.mark.skipif(not (SHARED / "ftm").is_dir(), reason="the published entities are not here")
def test_ftm_published_entities(bench: Bench) -> None:
    report = bench.load(SHARED / "ftm" / "yente_zala.ftm.json")
    assert report.published
    assert report.clean
    assert len(bench.edges(R.HOLDS)) == 14
    assert {str(edge.share) for _, edge, _ in bench.edges(R.HOLDS)} >= {"51", "49", "100", "75", "1"}
    assert len(bench.open("FOREIGN")) == 41
