"""The policy: what it says as shipped, what an operator may change, what is refused with name and line."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest
from rules_factory import bidder, case, entity, findings, hit, kin

from graph.messages import LANGS, catalogue
from matching.decision import Effect
from matching.policy import Policy, PolicyError, load_policy, policy_from_text
from matching.request import Regime
from matching.rules import RULES
from matching.rules.base import Rule

OVERRIDE = """
[override.A16]
legal_basis = "临江市虚构条例第九条"
administrator = "虚构管理员"
date = 2026-11-01
"""


def _load(tmp_path: Path, text: str) -> Policy:
    path = tmp_path / "policy.toml"
    path.write_text(text, encoding="utf-8")
    return load_policy(path)


def _refused(tmp_path: Path, text: str) -> PolicyError:
    with pytest.raises(PolicyError) as caught:
        _load(tmp_path, text)
    for lang in LANGS:
        assert caught.value.sentence(lang)
    return caught.value


def test_shipped_effects_are_those_of_the_rules() -> None:
    policy = load_policy()
    for rule in RULES:
        assert policy.enabled(rule.code)
        for name, effect in rule.cases.items():
            assert policy.effect(rule.code, name) is effect, (rule.code, name)
    content = json.loads(policy.text)
    assert {code: set(content[code]["effects"]) for code in content if code in {r.code for r in RULES}} == {
        rule.code: set(rule.cases) for rule in RULES
    }


def test_required_lists_follow_the_regime_and_the_documents() -> None:
    policy = load_policy()
    procurement = ("SXBZXR", "ZFCG", "ZDSS", "ZDWF")
    assert policy.required_lists(Regime.PROCUREMENT_TENDER, None) == procurement
    assert policy.required_lists(Regime.PROCUREMENT_OTHER, ()) == procurement
    assert policy.required_lists(Regime.MANDATORY, None) == ("SXBZXR", "ZTBJ")
    assert policy.required_lists(Regime.MANDATORY, ("YZWF", "SXBZXR")) == ("SXBZXR", "YZWF", "ZTBJ")
    assert policy.required_lists(Regime.VOLUNTARY, None) == ()
    assert policy.required_lists(Regime.VOLUNTARY, ("CITY",)) == ("CITY",)
    assert set(policy.required_lists(None, None)) == {*procurement, "ZTBJ"}


def test_ages_are_a_day_unless_a_list_says_otherwise(tmp_path: Path) -> None:
    assert load_policy().max_age("TQGZ") == timedelta(hours=24)
    policy = _load(tmp_path, "[lists]\nmax_age_hours = 12\n[lists.max_age]\nTQGZ = 72\n")
    assert policy.max_age("TQGZ") == timedelta(hours=72)
    assert policy.max_age("SXBZXR") == timedelta(hours=12)


def test_hash_is_of_the_content_not_of_its_spelling(tmp_path: Path) -> None:
    shipped = load_policy()
    assert _load(tmp_path, "# nothing differs\n[A02]\nassume_invoked = true\n").hash == shipped.hash
    changed = _load(tmp_path, "[A02]\nassume_invoked = false\n")
    assert changed.hash != shipped.hash
    assert not changed.assume_invoked("A02")
    assert shipped.assume_invoked("A02")


def test_text_gives_the_same_policy_back(tmp_path: Path) -> None:
    policy = _load(tmp_path, OVERRIDE + "[A16.effects]\nrelated = 'BLOCK'\n[A08]\nenabled = false\n")
    again = policy_from_text(policy.text)
    assert again == policy
    assert hash(again) == hash(policy)
    assert not again.enabled("A08")
    assert again.overrides["A16"].administrator == "虚构管理员"


@pytest.mark.parametrize(
    "text", ["", "[]", "{", "{}", '{"version": "1"}', json.dumps({"version": "1", "A01": {}})]
)
def test_damaged_or_foreign_text_is_refused(text: str) -> None:
    with pytest.raises(PolicyError) as caught:
        policy_from_text(text)
    assert caught.value.code == "policy.foreign"


def test_text_with_another_key_or_effect_is_refused() -> None:
    content = json.loads(load_policy().text)
    content["A16"]["effects"]["related"] = "BLOCK"
    with pytest.raises(PolicyError) as caught:
        policy_from_text(json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":")))
    assert caught.value.code == "policy.block_forbidden"
    del content["A16"]
    with pytest.raises(PolicyError):
        policy_from_text(json.dumps(content))


@pytest.mark.parametrize(
    ("text", "key", "line"),
    [
        ("surprise = 1\n", "surprise", 1),
        ("version = 'x'\n\n[A01]\nenabeld = true\n", "A01.enabeld", 4),
        ("[A01.effects]\nsxbzrx = 'REVIEW'\n", "A01.effects.sxbzrx", 2),
        ("[A99]\nenabled = true\n", "A99", 1),
        ("[options]\nlookback = 3\n", "options.lookback", 2),
        ("[options]\nlookback_years = 3\nhub = 1\n", "options.hub", 3),
        ("[required]\nprocurement = ['SXBZXR']\n", "required.procurement", 2),
        ("[override.A99]\nlegal_basis='x'\nadministrator='y'\ndate=2026-01-01\n", "override.A99", 1),
        (
            "[override.A16]\nlegal_basis='x'\nadministrator='y'\ndate=2026-01-01\nwhy='z'\n",
            "override.A16.why",
            5,
        ),
    ],
)
def test_unknown_keys_are_refused_with_name_and_line(tmp_path: Path, text: str, key: str, line: int) -> None:
    error = _refused(tmp_path, text)
    assert error.code == "policy.unknown_key"
    assert error.params == {"key": key, "line": line}
    assert key in error.sentence("zh")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("[A01.effects]\nsxbzxr = 'CLEAR'\n", "policy.value"),
        ("[A01.effects]\nsxbzxr = 3\n", "policy.value"),
        ("[A01]\nenabled = 'yes'\n", "policy.value"),
        ("[A01]\neffects = 'BLOCK'\n", "policy.value"),
        ("[options]\nlookback_years = -1\n", "policy.value"),
        ("[options]\nlookback_years = 2.5\n", "policy.value"),
        ("[options]\nlookback_years = true\n", "policy.value"),
        ("[lists.max_age]\nSXBZXR = 0\n", "policy.value"),
        ("[lists.max_age]\nsxbzxr = 5\n", "policy.list"),
        ("[lists]\nmax_age = 5\n", "policy.value"),
        ("[required]\nvoluntary = ['SXBZRX']\n", "policy.list"),
        ("[required]\nvoluntary = [1]\n", "policy.value"),
        ("[state_investors]\npatterns = ['(']\n", "policy.value"),
        ("[override.A16]\nlegal_basis = 'x'\n", "policy.override"),
        ("[override.A16]\nlegal_basis = ' '\nadministrator = 'x'\ndate = 2026-01-01\n", "policy.override"),
        ("[override.A16]\nlegal_basis = 'x'\nadministrator = 'x'\ndate = 'soon'\n", "policy.override"),
        ("override = 3\n", "policy.value"),
        ("[override]\nA16 = 3\n", "policy.override"),
        ("[A01\n", "policy.not_toml"),
    ],
)
def test_wrong_values_are_refused(tmp_path: Path, text: str, code: str) -> None:
    assert _refused(tmp_path, text).code == code


def test_unreadable_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(PolicyError) as caught:
        load_policy(tmp_path / "nowhere.toml")
    assert caught.value.code == "policy.unreadable"
    (tmp_path / "gbk.toml").write_bytes("version = '策略'".encode("gbk"))
    with pytest.raises(PolicyError) as caught:
        load_policy(tmp_path / "gbk.toml")
    assert caught.value.code == "policy.not_toml"


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_no_case_becomes_a_block_without_a_signed_legal_basis(tmp_path: Path, rule: Rule) -> None:
    for name, effect in rule.cases.items():
        if effect is Effect.BLOCK:
            continue
        error = _refused(tmp_path, f"[{rule.code}.effects]\n{name} = 'BLOCK'\n")
        assert error.code == ("policy.block_without_basis" if rule.may_block else "policy.block_forbidden")
        assert error.params["line"] == 2
        assert f"override.{rule.code}" in error.sentence("zh")
        signed = f"[override.{rule.code}]\nlegal_basis='x'\nadministrator='y'\ndate=2026-01-01\n"
        policy = _load(tmp_path, f"{signed}[{rule.code}.effects]\n{name} = 'BLOCK'\n")
        assert policy.effect(rule.code, name) is Effect.BLOCK


def test_spec_4_2_rules_may_never_block_unsigned() -> None:
    forbidden = {rule.code for rule in RULES if not rule.may_block}
    assert {"A08", "A13", "A16", "A20", "A22", "A23", "B06", "B07", "D07", "D09"} <= forbidden
    assert {rule.code for rule in RULES if rule.code[0] == "R"} <= forbidden
    assert not {"A01", "A02", "A03", "A04", "A05", "A14", "B13", "B14"} & forbidden


def test_a_signed_block_cites_the_basis_it_was_signed_with(tmp_path: Path) -> None:
    policy = _load(tmp_path, OVERRIDE + "[A16.effects]\nrelated = 'BLOCK'\n")
    view = bidder(entity(kin=[kin("subsidiary", hit("SXBZXR"))]))
    (found,) = findings("A16", case(view, policy=policy, regime="procurement_tender"), view)
    assert found.effect is Effect.BLOCK
    assert found.legal_basis[-1].instrument == "临江市虚构条例第九条"
    assert not found.legal_basis[-1].basis_verified


def test_a_softer_policy_is_followed(tmp_path: Path) -> None:
    policy = _load(tmp_path, "[A01.effects]\nsxbzxr = 'REVIEW'\n")
    view = bidder(entity(hit("SXBZXR")))
    (found,) = findings("A01", case(view, policy=policy, regime="procurement_tender"), view)
    assert found.effect is Effect.REVIEW


def test_the_reference_page_names_every_key_and_refusal() -> None:
    root = Path(__file__).resolve().parents[2]
    page = (root / "docs" / "reference" / "policy.md").read_text(encoding="utf-8")
    content = json.loads(load_policy().text)
    for table in ("lists", "required", "options", "state_investors"):
        assert f"`[{table}]`" in page
        assert all(f"`{key}`" in page for key in content[table]), table
    for key, value in content["options"].items():
        assert f"| `{key}` | {value} |" in page
    assert all(f"`{code}`" in page for code in catalogue("matching") if code.startswith("policy."))


def test_options_and_state_investors(tmp_path: Path) -> None:
    policy = load_policy()
    assert policy.option("fine_threshold_cny") == 2_000_000
    assert policy.option("lookback_years") == 3
    with pytest.raises(KeyError):
        policy.option("nothing")
    assert policy.state_investor(("临江市人民政府国有资产监督管理委员会",))
    assert policy.state_investor(("虚构公司", "临江市财政局"))
    assert not policy.state_investor(("临江市国有资产投资经营有限公司",))
    changed = _load(tmp_path, "[state_investors]\npatterns = ['投资经营']\n")
    assert changed.state_investor(("临江市国有资产投资经营有限公司",))
    with pytest.raises(AttributeError):
        setattr(policy, "version", "2")  # noqa: B010 - plain assignment is refused by the type checker too
