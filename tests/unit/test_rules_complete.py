"""One rule code, five places: file, page, golden scenario, policy, changelog; what every rule declares."""

from __future__ import annotations

import json
import re
import tomllib
import unicodedata
from datetime import date
from importlib import resources
from pathlib import Path

import jsonschema
import pytest

from graph.lists import BY_CODE
from graph.messages import LANGS, catalogue
from matching.decision import Effect, LegalBasis
from matching.rules import RULE_PACK, RULES, law, rule_pack_hash
from matching.rules.base import Rule

ROOT = Path(__file__).resolve().parents[2]
LAWS = ROOT.parent / "shared" / "domain" / "laws"
CODES = [f"A{n:02d}" for n in range(1, 25)] + [f"B{n:02d}" for n in range(1, 17)]
CODES += [f"C{n:02d}" for n in range(1, 7)] + [f"D{n:02d}" for n in range(1, 11)]
CODES += [f"R{n:02d}" for n in range(1, 21)]
GOLDEN = sorted(p for p in (ROOT / "tests" / "golden").glob("*.json") if p.name != "schema.json")
INSTRUMENTS = {
    law.TENDER_LAW: "招标投标法_2017",
    law.TENDER_RULES: "招标投标法实施条例_2019",
    law.PROCUREMENT_LAW: "政府采购法_2014",
    law.PROCUREMENT_RULES: "政府采购法实施条例_2015",
    law.COMPANY_LAW: "公司法_2023",
    law.WAGES: "保障农民工工资支付条例_2019",
    law.PUBLICITY: "企业信息公示暂行条例_2014",
    "中华人民共和国民营经济促进法（2025年）": "民营经济促进法_2025",
    law.CIVIL_SERVANTS: "公务员法_2018",
}
each_rule = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)


def test_the_pack_is_the_catalogue_in_order() -> None:
    assert [rule.code for rule in RULES] == CODES


@each_rule
def test_five_places(rule: Rule) -> None:
    code = rule.code
    files = list((ROOT / "matching" / "rules").glob(f"{code.lower()}_*.py"))
    assert len(files) == 1
    assert (ROOT / "docs" / "rules" / f"{code}.md").is_file()
    assert any(p.name.startswith(f"{code}-") for p in GOLDEN)
    assert code in tomllib.loads((ROOT / "matching" / "policy.toml").read_text(encoding="utf-8"))
    assert _mentioned(code, (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"))


def _mentioned(code: str, text: str) -> bool:
    """Whether a changelog names a code, alone or within a range such as A01–A24."""
    if re.search(rf"\b{code}\b", text):
        return True
    ranges = re.findall(r"\b([A-D])(\d\d)\s*[–-]\s*\1?(\d\d)\b", text)
    return any(letter == code[0] and int(a) <= int(code[1:]) <= int(b) for letter, a, b in ranges)


def test_a_code_is_found_in_a_range_and_only_there() -> None:
    assert _mentioned("A07", "Rules A01–A24, B13, B14")
    assert _mentioned("B13", "Rules A01–A24, B13, B14")
    assert not _mentioned("B12", "Rules A01–A24, B13, B14")


@each_rule
def test_page_states_title_cases_and_lists_as_they_are(rule: Rule) -> None:
    page = (ROOT / "docs" / "rules" / f"{rule.code}.md").read_text(encoding="utf-8")
    assert page.startswith(f"# {rule.code} ")
    assert rule.title.en in page
    assert rule.title.zh in page
    rows = dict(re.findall(r"^\| `([a-z_]+)` \| ([A-Z]+) \|", page, re.MULTILINE))
    assert rows == {name: effect.value for name, effect in rule.cases.items()}
    for code in rule.lists:
        assert code in page
    for basis in rule.basis:
        assert basis.instrument in page


@each_rule
def test_every_case_has_its_sentence_in_both_languages(rule: Rule) -> None:
    spoken = {c.split(".")[2] for c in catalogue("matching") if c.startswith(f"rule.{rule.code}.")}
    assert spoken == set(rule.cases)
    for name in rule.cases:
        texts = catalogue("matching")[f"rule.{rule.code}.{name}"]
        fields = {lang: set(re.findall(r"{(\w+)}", texts[lang])) for lang in LANGS}
        assert "party" in fields["zh"]
        assert fields["zh"] == fields["en"]


@each_rule
def test_every_rule_has_law_in_force_on_each_of_its_days(rule: Rule) -> None:
    assert rule.basis
    assert rule.lists or rule.code in ("A23", "A24") or rule.code[0] in "BCDR"
    assert set(rule.lists) <= set(BY_CODE)
    for day in (rule.effective_from, date(2019, 3, 2), date(2024, 7, 1), date(2026, 11, 22)):
        if rule.in_force(day):
            assert any(_stands(basis, day) for basis in rule.basis), day
    assert not rule.in_force(date(1999, 12, 31))


def _stands(basis: LegalBasis, day: date) -> bool:
    return basis.effective_from <= day and (basis.effective_to is None or day <= basis.effective_to)


@each_rule
def test_a_quote_is_verified_and_its_absence_is_not(rule: Rule) -> None:
    for basis in rule.basis:
        assert basis.basis_verified == (basis.quote is not None)
        assert basis.effective_to is None or basis.effective_from <= basis.effective_to


@pytest.mark.skipif(not LAWS.is_dir(), reason="the law texts are not beside this checkout")
def test_quotes_are_verbatim() -> None:
    quoted = 0
    for rule in RULES:
        for basis in rule.basis:
            if basis.quote is None:
                continue
            text = (LAWS / f"{INSTRUMENTS[basis.instrument]}.md").read_text(encoding="utf-8")
            assert _squeezed(basis.quote) in _squeezed(text), (rule.code, basis.article)
            quoted += 1
    assert quoted > 20


def _squeezed(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).replace("*", "").split())


def test_repair_law_changes_on_the_first_of_april_2026() -> None:
    dated = {b.instrument: (b.effective_from, b.effective_to) for b in (law.REPAIR_36, law.REPAIR_58)}
    assert list(dated.values()) == [(date(2026, 4, 1), None), (date(2023, 5, 1), date(2026, 3, 31))]


def test_rules_do_not_import_rules_and_read_no_clock() -> None:
    rule_file = re.compile(r"[a-dr]\d\d_\w+\.py")
    for entry in resources.files("matching.rules").iterdir():
        if rule_file.fullmatch(entry.name):
            source = entry.read_text(encoding="utf-8")
            assert not re.search(r"(from|import) matching\.rules\.[a-dr]\d\d_", source)
            assert "now(" not in source
            assert "today(" not in source


def test_pack_hash_is_stable_and_covers_code_and_sentences(monkeypatch: pytest.MonkeyPatch) -> None:
    assert re.fullmatch(r"\d{4}\.\d{1,2}\.\d+", RULE_PACK)
    first = rule_pack_hash()
    assert re.fullmatch("[0-9a-f]{64}", first)
    changed = {**catalogue("matching")}
    changed["rule.A01.sxbzxr"] = {"zh": "{party}{list}{records}", "en": "{party}{list}{records}"}
    monkeypatch.setattr("matching.rules.catalogue", lambda room: changed)
    assert rule_pack_hash.__wrapped__() != first


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
def test_golden_scenarios_follow_the_schema(path: Path) -> None:
    schema = json.loads((ROOT / "tests" / "golden" / "schema.json").read_text(encoding="utf-8"))
    document = json.loads(path.read_text(encoding="utf-8"))
    jsonschema.validate(document, schema)
    assert document["id"] == path.stem


def test_the_schema_refuses_a_misspelt_expectation() -> None:
    schema = json.loads((ROOT / "tests" / "golden" / "schema.json").read_text(encoding="utf-8"))
    document = json.loads((ROOT / "tests" / "golden" / "A01-blocks-listed-supplier.json").read_text("utf-8"))
    document["expect"]["bidders"]["b1"]["verdikt"] = "BLOCK"
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(document, schema)


def test_only_statute_backed_rules_block() -> None:
    for rule in RULES:
        if Effect.BLOCK in rule.cases.values() and not rule.may_block:
            assert [n for n, e in rule.cases.items() if e is Effect.BLOCK] == ["condition"]
