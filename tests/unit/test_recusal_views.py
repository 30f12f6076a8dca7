"""Restricted findings: every ordinary view says that they exist and no more; whoever looks states a purpose that is
recorded first; the traceback of a project hides names likewise."""

from __future__ import annotations

import json
from contextlib import closing
from datetime import datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from api.cli.main import cli
from api.explain import explain
from api.masking import mask_json
from api.report import report
from api.restricted import ACCESS, ordinary, record_access, restricted
from api.rows import bidder_row, decision_table
from graph.dates import CST
from graph.model import Id, Interval, Mention, PartyRecord, PartyType, Source
from graph.relations import Relation, RelationType
from graph.store import Batch, SnapshotInfo, open_store
from matching.decision import (
    Bilingual,
    Decision,
    Effect,
    Fact,
    Finding,
    LegalBasis,
    PathNode,
    Pins,
    RelationPath,
    SubjectResult,
    TenderResult,
    Verdict,
    to_json,
)
from matching.ledger import open_ledger

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=CST)
SECRETS = ("虚构李四", "虚构局长", "配偶", "spouse", "第七十四条", "relation.HOLDS")


def secret_finding() -> Finding:
    return Finding(
        code="D07",
        effect=Effect.FLAG,
        title=Bilingual(zh="配偶经商", en="spouse in business"),
        detail=Bilingual(zh="虚构局长的配偶虚构李四", en="虚构李四 is the spouse of 虚构局长"),
        legal_basis=(LegalBasis(instrument="公务员法", article="第七十四条", effective_from=NOW.date()),),
        severity="high",
        path=RelationPath(
            nodes=(PathNode(id="x", name="虚构李四", type="person"),), edges=(),
            sentence=Bilingual(zh="虚构李四", en="虚构李四"),
        ),
        facts=(Fact(field="relation.HOLDS", a="虚构李四", b="临江澄远建设工程有限公司"),),
        restricted=True,
    )  # fmt: skip


def decision() -> Decision:
    plain = Finding(
        code="A08", effect=Effect.FLAG, title=Bilingual(zh="甲", en="one"), detail=Bilingual(zh="乙", en="two"),
        legal_basis=(),
    )  # fmt: skip
    bidder = SubjectResult(
        client_id="b1", role="bidder", name="临江澄远建设工程有限公司", code="", verdict=Verdict.FLAG,
        reasons=(secret_finding(), plain),
    )  # fmt: skip
    official = SubjectResult(
        client_id="official-1",
        role="official",
        name="",
        code="",
        verdict=Verdict.FLAG,
        reasons=(secret_finding(),),
    )
    pins = Pins(
        generation="1-abc", generation_hash="0" * 64, known=1, lists=(), policy_hash="0" * 64, rule_pack="1",
        rule_pack_hash="0" * 64, algorithm="1", reviews_seq=0, as_of=NOW, known_at=NOW, input_hash="0" * 64,
    )  # fmt: skip
    return Decision(
        verdict=Verdict.FLAG, bidders=(bidder,), subjects=(official,), tender=TenderResult(verdict=Verdict.CLEAR),
        pins=pins, decision_id="0193f0a2-0000-7000-8000-000000000000", decision_hash="f" * 64,
    )  # fmt: skip


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_ordinary_views_show_that_it_exists_and_nothing_of_it(lang: str) -> None:
    whole = decision()
    assert restricted(whole)
    views = [
        explain(whole, lang),  # type: ignore[arg-type]
        report([whole], lang, made_at=NOW).decode(),  # type: ignore[arg-type]
        mask_json(to_json(whole)).decode(),
        json.dumps(bidder_row(whole, 0, lang), ensure_ascii=False),  # type: ignore[arg-type]
        json.dumps(list(decision_table(whole, lang).rows), ensure_ascii=False),  # type: ignore[arg-type]
    ]
    for view in views:
        assert "D07" in view
        assert not [secret for secret in SECRETS if secret in view]
    assert "受限" in explain(whole, "zh")
    assert "Restricted" in explain(whole, "en")


def test_the_verdict_the_hash_and_other_findings_stay() -> None:
    whole = decision()
    seen = json.loads(mask_json(to_json(whole)))
    assert seen["verdict"] == "FLAG"
    assert seen["decision_hash"] == whole.decision_hash
    hidden, plain = seen["bidders"][0]["reasons"]
    assert (hidden["code"], hidden["effect"], hidden["restricted"]) == ("D07", "FLAG", True)
    assert set(hidden) == {"code", "effect", "restricted", "title", "detail", "legal_basis"}
    assert plain["detail"] == {"zh": "乙", "en": "two"}
    assert ordinary(whole).bidders[0].verdict is Verdict.FLAG
    assert ordinary(ordinary(whole)) == ordinary(whole)


def test_a_decision_without_restricted_findings_is_untouched() -> None:
    whole = decision()
    plain = ordinary(whole)
    bare = Decision(verdict=Verdict.CLEAR, bidders=(), tender=plain.tender, pins=plain.pins)
    assert ordinary(bare) is bare
    assert mask_json(to_json(bare)) == to_json(bare)


def test_whoever_may_sees_everything() -> None:
    whole = decision()
    assert "虚构李四" in explain(whole, "zh", restricted=True)
    assert "虚构李四" in report([whole], "zh", made_at=NOW, restricted=True).decode()
    assert mask_json(to_json(whole), restricted=True) == to_json(whole)


def test_a_look_is_recorded_in_the_chain(tmp_path: Path) -> None:
    with open_ledger(f"sqlite:///{tmp_path / 'ledger.db'}") as ledger:
        record_access(
            ledger, subject="d-1", purpose="核查 329901197502281237 一案", tenant="t", actor="cli", at=NOW
        )
        found = ledger.items.page(ACCESS, tenant="t")
        assert [item.actor for item in found] == ["cli"]
        body = json.loads(found[0].body or b"")
        assert body["subject"] == "d-1"
        assert "329901197502281237" not in body["purpose"]
        assert body["purpose"].startswith("核查")
        assert ledger.verify().ok


def world(home: Path) -> None:
    """A project with two phases and whoever was responsible for them."""
    source = Source(dataset="register", publisher="test")
    project = Mention(
        type=PartyType.PROJECT,
        name="临江虚构污水处理项目",
        key="pr",
        ids=(Id(scheme="project", value="PPP-1"),),
    )
    people = [
        Mention(type=PartyType.PERSON, name=name, key=name, ids=(Id(scheme="citizen_id", value=number),))
        for name, number in (("虚构张三", "329901197502281237"), ("虚构李四", "329901198811062462"))
    ]
    spans = [
        Interval(start=datetime(2024, 1, 1, tzinfo=CST), end=datetime(2025, 7, 1, tzinfo=CST)),
        Interval(start=datetime(2025, 7, 1, tzinfo=CST)),
    ]
    relations = tuple(
        Relation(
            type=RelationType.RESPONSIBLE_FOR,
            key=f"r{n}",
            src=person,
            dst=project,
            role=role,
            valid=span,
            source=source,
        )
        for n, (person, role, span) in enumerate(zip(people, ("采购", "执行"), spans, strict=True))
    )
    kin = Relation(
        type=RelationType.KIN_OF, key="kin", src=people[0], dst=people[1], role="spouse", source=source
    )
    relations = (*relations, kin)
    rows = tuple(PartyRecord(key=m.key, subject=m, source=source) for m in (project, *people))
    with closing(open_store(f"sqlite:///{home / 'store.db'}", create=True)) as store:
        store.begin("r1", [SnapshotInfo(dataset="register", source="test", full=False, taken_at=NOW)])
        store.write(Batch(parties=rows, relations=relations))
        store.publish(NOW)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("LIANCHENG_HOME", str(tmp_path))
    monkeypatch.setenv("LIANCHENG_LANG", "en")
    world(tmp_path)
    return tmp_path


def ask(*arguments: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(cli, ["graph", "responsible", *arguments])
    return result.exit_code, result.stdout, result.stderr


def test_the_traceback_hides_names_until_a_purpose_is_stated(home: Path) -> None:
    status, out, err = ask("PPP-1", "--on", "2025-06-30", "--format", "json")
    assert status == 0
    told = json.loads(out)
    assert [(row["phase"], row["phase_name"]) for row in told["responsible"]] == [("采购", "采购")]
    assert told["responsible"][0]["name"] == "(restricted)"
    assert "虚构张三" not in out
    assert "restricted" in err
    status, out, _ = ask(
        "PPP-1", "--on", "2025-06-30", "--format", "json", "--restricted", "--purpose", "audit of a default"
    )
    assert status == 0
    assert json.loads(out)["responsible"][0]["name"] == "虚构张三"
    with open_ledger(f"sqlite:///{home / 'ledger.db'}") as ledger:
        assert [
            json.loads(i.body or b"")["subject"] for i in ledger.items.page(ACCESS, tenant="default")
        ] == ["project:PPP-1"]


def test_the_last_day_of_a_phase_belongs_to_it(home: Path) -> None:
    looks = ("--format", "json", "--restricted", "--purpose", "audit")
    found = [
        [row["name"] for row in json.loads(ask("PPP-1", "--on", day, *looks)[1])["responsible"]]
        for day in ("2023-12-31", "2024-01-01", "2025-06-30", "2025-07-01")
    ]
    assert found == [[], ["虚构张三"], ["虚构张三"], ["虚构李四"]]


@pytest.mark.parametrize(
    "arguments",
    [
        ("PPP-1", "--on", "2025-06-30", "--restricted"),
        ("PPP-1", "--on", "2025-06-30", "--purpose", "x"),
        ("PPP-1", "--on", "2025-06-30", "--restricted", "--purpose", "  "),
        ("PPP-1", "--on", "2025-06-30", "--restricted", "--purpose", "x" * 501),
        ("PPP-9", "--on", "2025-06-30"),
        ("PPP-1", "--on", "June"),
        ("PPP-1",),
    ],
)
def test_what_is_refused(home: Path, arguments: tuple[str, ...]) -> None:
    status, out, err = ask(*arguments)
    assert (status, out) == (2, "")
    assert err.strip()


def test_a_project_is_found_by_number_and_by_key(home: Path) -> None:
    status, out, _ = ask("project:PPP-1", "--on", "2026-01-01", "--format", "json")
    assert status == 0
    project = json.loads(out)["project"]
    assert (project["number"], project["name"]) == ("PPP-1", "临江虚构污水处理项目")
    status, out, _ = ask(project["key"], "--on", "2026-01-01", "--format", "json")
    assert (status, json.loads(out)["project"]) == (0, project)


def test_kinship_is_followed_only_where_it_is_asked_for(home: Path) -> None:
    def types(*more: str) -> set[str]:
        result = CliRunner().invoke(
            cli, ["graph", "around", "虚构张三", "--any-time", "--format", "json", *more]
        )
        assert result.exit_code == 0, result.stderr
        assert ("KIN_OF" in result.stderr) is not bool(more)
        return {group["type"] for group in json.loads(result.stdout)["relations"]}

    assert types() == {"RESPONSIBLE_FOR"}
    assert types("--type", "KIN_OF") == {"KIN_OF"}
