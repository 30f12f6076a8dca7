"""Lists from abroad: every row is read, nothing is guessed, unsafe XML is refused, and no verdict rests on them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from list_files import CODES
from loading import T0, Bench

from graph.dates import CST
from graph.generation import current_generation, publish
from graph.lists import BY_CODE, RESEARCH
from graph.model import NameKind, PartyType
from loaders.errors import FileError
from loaders.foreign import un
from matching.decision import to_json
from matching.ledger import open_ledger
from matching.policy import PolicyError, load_policy
from matching.request import DecisionRequest
from matching.rules import RULES
from matching.screening import Screener

LISTS = Path("/work/shared/data/lists")
SDN = (
    '36,"FICTITIOUS AIRLINES",-0- ,"CUBA",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,"a.k.a. \'FICTAIR\'."\r\n'
    '37,"VIRTUAL, Ivan Petrovich","individual","SDGT] [IRAN",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,'
    '"DOB 14 Jun 1975; POB Nowhere; Gender Male; Passport X717637 (Ruritania)."\r\n'
    '38,"LUNA","vessel","IRAN",-0- ,"CL2685","Bulk Carrier","318,000","163,660","Iran",-0- ,-0- \r\n'
    "\x1a\r\n"
)
ALT = '36,12,"aka","FICT AIR",-0- \r\n36,13,"fka","OLD FICTITIOUS",-0- \r\n99,14,"aka","NOBODY",-0- \r\n'
ADD = '36,25,"Main Street 1","Havana","Cuba",-0- \r\n37,26,-0- ,-0- ,"Ruritania",-0- \r\n'


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = Bench(tmp_path)
    yield made
    made.close()


def paths(bench: Bench, **files: str) -> list[Path]:
    return [bench.path(text.encode(), f"{name}.csv") for name, text in files.items()]


# OFAC


def test_ofac_files_without_headings_are_read_together(bench: Bench) -> None:
    report = bench.load(*paths(bench, sdn=SDN, alt=ALT, add=ADD))
    assert {file.kind: (file.rows, file.accepted) for file in report.files} == {
        "ofac_sdn": (3, 3), "ofac_alt": (3, 2), "ofac_add": (2, 2),
    }  # fmt: skip
    assert [(p.row, p.code) for file in report.files for p in file.rejected] == [(3, "ofac.no_entity")]
    found = {listing.key: listing for listing in bench.open("OFAC_SDN")}
    airline = found["36"].subject
    assert airline.type is PartyType.ORGANIZATION
    assert {(name.text, name.kind) for name in airline.names} == {
        ("FICT AIR", NameKind.FOREIGN), ("FICTAIR", NameKind.FOREIGN), ("OLD FICTITIOUS", NameKind.FORMER),
    }  # fmt: skip
    assert airline.address == "Main Street 1, Havana, Cuba"
    person = found["37"].subject
    assert (person.type, person.sex, person.birth_year) == (PartyType.PERSON, "m", 1975)
    assert [one.value for one in person.ids] == ["Passport:X717637:Ruritania"]
    assert "Ivan Petrovich VIRTUAL" in {name.text for name in person.names}
    assert found["37"].grounds == ("SDGT", "IRAN")
    assert found["38"].scope.startswith("vessel CL2685 Bulk Carrier")


def test_further_names_alone_are_refused(bench: Bench) -> None:
    report = bench.load(*paths(bench, alt=ALT))
    assert [p.code for _, p in report.problems] == ["ofac.alone"]
    assert not report.published


def test_a_table_of_numbers_is_not_taken_for_ofac(bench: Bench) -> None:
    report = bench.load(b"1,2,3,4,5\n2,3,4,5,6\n")
    assert [p.code for _, p in report.problems] == ["file.no_header"]


# United Nations

UN_XML = """<?xml version="1.0" encoding="UTF-8"?>
<CONSOLIDATED_LIST dateGenerated="2026-02-27T00:00:09.554Z"><INDIVIDUALS>
<INDIVIDUAL><DATAID>1</DATAID><FIRST_NAME>IVAN</FIRST_NAME><SECOND_NAME>VIRTUAL</SECOND_NAME>
<UN_LIST_TYPE>DRC</UN_LIST_TYPE><REFERENCE_NUMBER>CDi.901</REFERENCE_NUMBER><LISTED_ON>2012-12-31</LISTED_ON>
<NAME_ORIGINAL_SCRIPT>虚构伊万</NAME_ORIGINAL_SCRIPT><GENDER>Male</GENDER><NEW_ELEMENT>x</NEW_ELEMENT>
<INDIVIDUAL_ALIAS><QUALITY>Good</QUALITY><ALIAS_NAME>IVAN V.</ALIAS_NAME></INDIVIDUAL_ALIAS>
<INDIVIDUAL_ALIAS><QUALITY>Low</QUALITY><ALIAS_NAME>BEAR</ALIAS_NAME></INDIVIDUAL_ALIAS>
<INDIVIDUAL_DATE_OF_BIRTH><TYPE_OF_DATE>EXACT</TYPE_OF_DATE><YEAR>1971</YEAR></INDIVIDUAL_DATE_OF_BIRTH>
<INDIVIDUAL_DOCUMENT><TYPE_OF_DOCUMENT>Passport</TYPE_OF_DOCUMENT><NUMBER>A1</NUMBER>
<ISSUING_COUNTRY>Ruritania</ISSUING_COUNTRY></INDIVIDUAL_DOCUMENT>
<INDIVIDUAL_ADDRESS><COUNTRY>Ruritania</COUNTRY><PLANET>Earth</PLANET></INDIVIDUAL_ADDRESS></INDIVIDUAL>
</INDIVIDUALS><ENTITIES><ENTITY><DATAID>2</DATAID><FIRST_NAME>FICTITIOUS TRADING</FIRST_NAME>
<UN_LIST_TYPE>DRC</UN_LIST_TYPE><REFERENCE_NUMBER>CDe.902</REFERENCE_NUMBER><LISTED_ON>2007-03-29</LISTED_ON>
<ENTITY_ALIAS><QUALITY>f.k.a.</QUALITY><ALIAS_NAME>OLD TRADING</ALIAS_NAME></ENTITY_ALIAS></ENTITY></ENTITIES>
</CONSOLIDATED_LIST>"""


def test_the_united_nations_list(bench: Bench) -> None:
    report = bench.load(UN_XML.encode(), name="un.xml")
    assert report.files[0].kind == "un_consolidated"
    assert report.files[0].unknown == ["NEW_ELEMENT", "address/PLANET"]
    assert [p.code for p in report.files[0].warnings] == ["un.weak_alias"]
    found = {listing.key: listing for listing in bench.open("UN_SC")}
    person = found["CDi.901"]
    assert person.subject.name == "IVAN VIRTUAL"
    assert {name.text for name in person.subject.names} == {"虚构伊万", "IVAN V."}, (
        "weak aliases are not searched by"
    )
    assert (person.subject.birth_year, person.subject.sex) == (1971, "m")
    assert [one.value for one in person.subject.ids] == ["Passport:A1:Ruritania"]
    assert person.effect.start == datetime(2012, 12, 31, tzinfo=CST)
    assert "BEAR" in person.raw["INDIVIDUAL_ALIAS"]
    assert found["CDe.902"].subject.names[0].kind is NameKind.FORMER


@pytest.mark.parametrize(
    "document",
    [
        UN_XML.replace("?>", '?><!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]>', 1).replace(
            "BEAR", "&b;"
        ),
        UN_XML.replace("?>", '?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>', 1).replace(
            "BEAR", "&a;"
        ),
        UN_XML[: len(UN_XML) // 2],
        UN_XML.replace("</INDIVIDUAL_ALIAS>", "", 1),
    ],
)
def test_unsafe_or_broken_xml_goes_nowhere(bench: Bench, document: str) -> None:
    report = bench.load(document.encode(), name="un.xml")
    assert not report.published
    assert [p.code for _, p in report.problems] == ["file.damaged"]
    assert bench.store.generation() == 0


def test_another_xml_document_is_refused(bench: Bench) -> None:
    report = bench.load(b"<?xml version='1.0'?><rss/>", name="feed.xml")
    assert [p.code for _, p in report.problems] == ["file.xml"]


def test_a_record_without_end_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "long.xml"
    head = "<?xml version='1.0'?><CONSOLIDATED_LIST><INDIVIDUALS><INDIVIDUAL><COMMENTS1>"
    path.write_text(head + "x" * (un.MAX_RECORD + 400_000), "utf-8")
    table = un.open_table("long", "long", lambda: path.open("rb"))
    with pytest.raises(FileError, match="json_record"):
        list(table.read())


# World Bank, counter-measures, DoD


def test_world_bank_with_periods_and_chinese_names(bench: Bench) -> None:
    head = [
        "Firm Name",
        "Address",
        "Country",
        "Ineligibility Period From",
        "Ineligibility Period To",
        "Grounds",
    ]
    rows = [
        ["HUNAN FICTITIOUS CO., LTD.(湖南虚构有限公司)", "x", "China", "01-Mar-2020", "28-Feb-2023", "Fraud"],
        ["MR. IVAN VIRTUAL", "", "Ruritania", "02-Jan-2021", "Permanent", "Fraud"],
    ]
    report = bench.load([head, *rows])
    assert report.files[0].kind == "worldbank"
    found = {listing.subject.name: listing for listing in bench.open("WB_DEBARRED")}
    firm = found["HUNAN FICTITIOUS CO., LTD."]
    assert firm.subject.names[0].text == "湖南虚构有限公司"
    assert firm.effect.end == datetime(2023, 3, 1, tzinfo=CST), "the last day counts"
    assert found["IVAN VIRTUAL"].subject.type is PartyType.PERSON
    assert found["IVAN VIRTUAL"].effect.end is None


def test_counter_measures_with_chinese_names_first(bench: Bench) -> None:
    head = [
        "Type",
        "QID",
        "Name",
        "Alias",
        "Chinese name",
        "Country",
        "Topics",
        "Body",
        "List",
        "Date",
        "End date",
    ]
    report = bench.load(
        [
            head,
            [
                "Company",
                "",
                "Fictitious Arms Inc",
                "FAI;Fict",
                "虚构军工公司",
                "XX",
                "sanction.counter",
                "虚构部",
                "UEL",
                "02.12.2024",
                "01.12.2025",
            ],
        ]
    )
    assert report.files[0].kind == "cn_counter"
    listing = bench.only("CN_COUNTER")
    assert listing.subject.name == "虚构军工公司"
    assert {name.text for name in listing.subject.names} == {"Fictitious Arms Inc", "FAI", "Fict"}
    assert (listing.effect.start, listing.effect.end) == (
        datetime(2024, 12, 2, tzinfo=CST), datetime(2025, 12, 2, tzinfo=CST)
    )  # fmt: skip


@pytest.mark.skipif(not LISTS.is_dir(), reason="the published lists are not here")
@pytest.mark.parametrize(
    ("names", "code", "records"),
    [
        (["sdn.csv", "alt.csv", "add.csv"], "OFAC_SDN", 7379),
        (["UN_consolidated.xml"], "UN_SC", 1003),
        (["worldbank_debarred.csv"], "WB_DEBARRED", 1222),
        (["cn_sanctions.csv"], "CN_COUNTER", 610),
        (["us_dod_chinese_milcorps.csv"], "US_DOD", 397),
    ],
)
def test_published_lists_are_read_whole(bench: Bench, names: list[str], code: str, records: int) -> None:
    report = bench.load(*(LISTS / name for name in names))
    assert report.published
    assert report.clean
    assert [file.unknown for file in report.files] == [[]] * len(names)
    assert len(bench.open(code)) == records


# No verdict


def test_no_rule_reads_a_list_for_research_and_no_policy_may_require_one(tmp_path: Path) -> None:
    assert {"UN_SC", "WB_DEBARRED", "CN_COUNTER", "OFAC_SDN", "US_DOD", "FOREIGN"} == RESEARCH
    assert not {code for rule in RULES for code in rule.lists} & RESEARCH
    policy = load_policy(None)
    assert set(policy.required_lists(None, tuple(RESEARCH))) == set(policy.required_lists(None, None))
    own = tmp_path / "policy.toml"
    own.write_text('[required]\nvoluntary = ["OFAC_SDN"]\n', "utf-8")
    with pytest.raises(PolicyError) as refused:
        load_policy(own)
    assert refused.value.code == "policy.list"


COURT = [
    [
        "被执行人姓名/名称",
        "身份证号码/组织机构代码",
        "执行法院",
        "案号",
        "失信被执行人行为具体情形",
        "发布时间",
    ],
    ["临江丙有限公司", CODES[2], "虚构法院", "(2026)虚0000执1号", "违反财产报告制度", "2026-10-01"],
]
REQUEST = {
    "tender": {"id": "T1", "regime": "procurement_tender", "stage": "opening"},
    "bidders": [
        {"client_id": "1", "name": "临江甲有限公司", "identifiers": [{"id": CODES[0]}]},
        {"client_id": "2", "name": "FICTITIOUS AIRLINES"},
        {"client_id": "3", "name": "虚构军工公司"},
        {"client_id": "4", "name": "临江丙有限公司", "identifiers": [{"id": CODES[2]}]},
        {"client_id": "5", "name": "虚构军工公词"},
    ],
}


def decide(bench: Bench, name: str, **tender: object) -> dict[str, object]:
    home = bench.folder / name
    publish(bench.store, home)
    ledger = open_ledger(f"sqlite:///{bench.folder / (name + '.db')}")
    generation = current_generation(home)
    try:
        screener = Screener(generation, load_policy(None), ledger, pseudonym_key=b"0" * 32)
        body = {**REQUEST, "tender": {**REQUEST["tender"], **tender}}  # type: ignore[dict-item]
        decision = screener.screen(DecisionRequest.model_validate(body), now=T0 + timedelta(days=90))
    finally:
        generation.close()
        ledger.close()
    shown: dict[str, object] = json.loads(to_json(decision))
    return {
        part: shown[part]
        for part in ("verdict", "bidders", "subjects", "pairs", "tender", "not_assessed")
        if part in shown
    }


def test_lists_for_research_change_no_verdict_whoever_they_name(bench: Bench) -> None:
    bench.load(COURT)
    before = decide(bench, "before")
    bench.load(*paths(bench, sdn=SDN.replace("VIRTUAL, Ivan", "临江甲有限公司"), alt=ALT, add=ADD))
    bench.load(UN_XML.replace("FICTITIOUS TRADING", "临江甲有限公司").encode(), name="un.xml")
    head = ["Type", "Name", "Chinese name", "Topics", "Body", "List", "Date"]
    bench.load(
        [
            head,
            *(
                ["Company", name, name, "x", "虚构部", "UEL", "02.12.2024"]
                for name in ("临江甲有限公司", "虚构军工公司")
            ),
        ]
    )
    head = ["Firm Name", "Country", "Ineligibility Period From", "Ineligibility Period To", "Grounds"]
    bench.load(
        [head, [f"临江甲有限公司 (Reg. No. {CODES[0]})", "China", "01-Mar-2020", "Permanent", "Fraud"]]
    )
    assert {code for code in RESEARCH if bench.open(code)} == {
        "OFAC_SDN",
        "UN_SC",
        "CN_COUNTER",
        "WB_DEBARRED",
    }
    assert decide(bench, "after") == before
    verdicts = {one["client_id"]: one["verdict"] for one in before["bidders"]}  # type: ignore[attr-defined]
    assert verdicts["4"] == "BLOCK", "a list of Chinese law still does what it does"


def test_documents_that_invoke_one_are_told_that_it_decides_nothing(bench: Bench) -> None:
    bench.load(COURT)
    plain = decide(bench, "plain", invoked_lists=[])
    invoked = decide(bench, "invoked", invoked_lists=["OFAC_SDN"])
    assert invoked["verdict"] == plain["verdict"]
    assert "list:OFAC_SDN" in json.dumps(invoked)
    assert BY_CODE["OFAC_SDN"].zh in json.dumps(invoked, ensure_ascii=False)
