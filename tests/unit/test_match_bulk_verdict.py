"""What one pair comes to, in the order of decision: numbers, names, branches, likeness."""

from __future__ import annotations

import pytest
from match_files import uscc

from graph.identifiers import citizen_check_character
from matching.bulk.parties import Cells, Side, person_like
from matching.bulk.verdict import Found, decide
from matching.compare import compare

NAME = "临江市澄远建设工程有限公司"
OTHER = "临江市鼎沣商贸有限公司"
ONE, TWO = uscc(1), uscc(2)
PERSON = (body := "32990119900704357") + citizen_check_character(body)
COURT = f"{PERSON[:10]}****{PERSON[14:]}"
TAX = f"{PERSON[:6]}********{PERSON[14:]}"


def said(left: tuple[str, ...], right: tuple[str, ...]) -> Found:
    return decide(Side(Cells(*left)), Side(Cells(*right)))


def codes(found: Found) -> set[str]:
    return {reason.code for reason in found.reasons}


EXACT = [
    # numbers come first, whatever the names say
    ((NAME, ONE), (NAME, ONE), "same", "E1", "BLOCK"),
    ((NAME, ONE), (OTHER, ONE), "same", "E1", "BLOCK"),
    ((NAME, ONE.lower()), (NAME, f" {ONE} "), "same", "E1", "BLOCK"),
    ((f"{NAME}({ONE})",), (OTHER, ONE), "same", "E1", "BLOCK"),
    ((NAME, ONE), (NAME, TWO), "different", "X", "CLEAR"),
    ((NAME, ONE), ("临江市澄元建设工程有限公司", TWO), "different", "X", "CLEAR"),
    ((NAME, ONE), (OTHER, TWO), "different", "X", "CLEAR"),
    ((NAME, ONE), (NAME, ONE[8:17]), "same", "E2", "BLOCK"),
    ((NAME, f"{ONE[8:16]}-{ONE[16]}"), (NAME, ONE), "same", "E2", "BLOCK"),
    ((NAME, ONE), (OTHER, ONE[8:17]), "same", "E3", "REVIEW"),
    ((NAME, ONE), (NAME, TWO[8:17]), "different", "X", "CLEAR"),
    ((NAME, ONE), (NAME, f"{ONE[:6]}*********{ONE[15:]}"), "same", "E2", "BLOCK"),
    # then names
    ((NAME,), (NAME,), "same", "E4", "REVIEW"),
    ((NAME, "", "虚构甲"), (NAME, "", "虚构甲"), "same", "E3", "REVIEW"),
    ((NAME, "", "虚构甲"), (NAME, "", "虚构乙"), "same", "E4", "REVIEW"),
    ((NAME, ONE), (NAME,), "same", "E4", "REVIEW"),
    ((NAME, "ZZ12"), (NAME, TWO), "same", "E4", "REVIEW"),
    (("臨江市澄遠建設工程有限公司",), (f"\u3000{NAME}（盖章）",), "same", "E4", "REVIEW"),
    ((f"{NAME}(原{OTHER})",), (OTHER,), "same", "E4", "REVIEW"),
    ((OTHER,), (f"第一名称:{NAME} 第二名称:{OTHER}",), "same", "E4", "REVIEW"),
    (("临江市澄?建设工程有限公司",), (NAME,), "same", "E4", "REVIEW"),
    ((f"{NAME} {OTHER}",), (f"{NAME}{OTHER}",), "same", "E4", "REVIEW"),
    # branches: units of their own, judged with their company
    ((f"{NAME}南京分公司",), (NAME,), "branch_of", "E4", "REVIEW"),
    ((f"{NAME}南京分公司", ONE), (NAME, TWO), "branch_of", "E4", "REVIEW"),
    ((NAME,), (f"{NAME}第一分公司",), "branch_of", "E4", "REVIEW"),
    ((f"{NAME}加油站",), (NAME,), "branch_of", "", "CLEAR"),
    # persons
    (("虚构李四", PERSON), ("虚构李四", PERSON), "same", "E1", "BLOCK"),
    (("虚构李四", PERSON), ("虚构李四", COURT), "same", "E2", "REVIEW"),
    (("虚构李四", PERSON), ("虚构李四", TAX), "same", "E3", "REVIEW"),
    (("王小明",), ("王小明",), "different", "", "CLEAR"),
    (("古丽·买买提",), ("古丽·买买提",), "different", "", "CLEAR"),
    # what can't be read is never clear
    (("",), (NAME,), "different", "", "UNDETERMINED"),
    ((NAME,), ("  \n",), "different", "", "UNDETERMINED"),
    (("无",), (NAME,), "different", "", "UNDETERMINED"),
    (("", ONE), (NAME, ONE), "same", "E1", "BLOCK"),
    (("", ONE), (NAME, TWO), "different", "X", "UNDETERMINED"),
]  # fmt: skip


@pytest.mark.parametrize(("left", "right", "relation", "tier", "decision"), EXACT)
def test_what_numbers_names_and_branches_decide(
    left: tuple[str, ...], right: tuple[str, ...], relation: str, tier: str, decision: str
) -> None:
    found = said(left, right)
    assert (found.relation, found.tier, found.decision) == (relation, tier, decision), found.reasons
    assert found.score == (1000 if relation == "same" else 0)
    assert found.reasons


@pytest.mark.parametrize(("left", "right", "tier"), [(e[0], e[1], e[3]) for e in EXACT if e[2] == "same"])
def test_no_tier_is_above_that_of_a_screening(
    left: tuple[str, ...], right: tuple[str, ...], tier: str
) -> None:
    one, other = Side(Cells(*left)), Side(Cells(*right))
    found = compare(one.subject, other.listing.subject, other.listing)
    assert found.tier is None or found.tier.value <= tier


def test_codes_that_cannot_be_read_are_told_and_count_as_missing() -> None:
    found = said((NAME, "91329901"), (NAME, TWO))
    assert (found.tier, found.decision) == ("E4", "REVIEW")
    assert "left_code" in codes(found)
    found = said((NAME, ONE), (NAME, "见附件"))
    assert "right_code" in codes(found)
    assert said((NAME, "91329901"), (OTHER, "91329901")).tier != "E1"
    assert "right_code" not in codes(said((NAME, ONE), (NAME, "无")))


def test_rejected_are_the_rows_that_nothing_could_be_compared_in() -> None:
    assert said(("",), (NAME,)).rejected
    assert said(("", ONE), (NAME, TWO)).rejected
    assert not said(("", ONE), (NAME, ONE)).rejected
    assert not said((NAME,), (OTHER,)).rejected


def test_names_of_persons_are_told_from_short_names_of_firms() -> None:
    for name in ("王小明", "欧阳小明", "李四", "古丽·买买提", "王 小明"):
        assert person_like(name), name
    for name in ("小米科技", "王记小吃店", "李宁公司", "SMITH", "王", "", "临江澄远建设", "欧阳建筑工程公司"):
        assert not person_like(name), name


@pytest.mark.parametrize("name", ["张*", "王*明", "张XX", "欧阳**", "张○○", "张 *", "＊明", "张某*"])
def test_a_masked_name_of_a_person_says_nothing_alone(name: str) -> None:
    assert person_like(name)
    for other in (name, "张明", "王小明"):
        found = said((name,), (other,))
        assert (found.relation, found.tier, found.decision) == ("different", "", "CLEAR"), other
        assert codes(found) == {"person_no_match"}


@pytest.mark.parametrize(
    "name", ["临江*公司", "**公司", "老*店", "**", "王**商行", "高*科技", "小*科技", "A*"]
)
def test_masks_in_names_of_firms_make_no_persons(name: str) -> None:
    assert not person_like(name)


def test_a_masked_name_with_an_equal_number_is_still_a_match() -> None:
    assert said(("张*", PERSON), ("张*", PERSON)).decision in ("BLOCK", "REVIEW")


LIKE = [
    (("临江市澄远建设工程有限公司",), ("临江市橙远建设工程有限公司",)),
    (("临江市澄远建设工程有限责任公司",), ("临江市澄远建设工程有限公司",)),
]


def test_a_veto_stands_above_any_likeness_and_evidence() -> None:
    for left, right in (
        ("临江市第一建筑工程有限公司", "临江市第二建筑工程有限公司"),
        (f"{NAME}第一分公司", f"{NAME}第二分公司"),
        ("南京市澄远建设工程有限公司", "苏州市澄远建设工程有限公司"),
    ):
        found = said((left, "", "虚构甲"), (right, "", "虚构甲"))
        assert (found.relation, found.decision) == ("different", "CLEAR"), (left, right, found.reasons)
        assert "vetoes" in codes(found)


def test_likeness_asks_a_human_at_most_and_names_the_edits() -> None:
    found = said(("武义科技印业机械有限公司",), ("武义壳技印业机械有限公司",))
    assert (found.relation, found.tier, found.decision) == ("same", "E5", "REVIEW")
    assert 500 <= found.score < 1000
    edits = next(dict(reason.params)["edits"] for reason in found.reasons if reason.code == "edits")
    assert [(edit.left, edit.right) for edit in edits] == [("科", "壳")]
    far = said((NAME,), ("上海锦绣餐饮管理有限公司",))
    assert (far.relation, far.tier, far.decision) == ("different", "", "CLEAR")
    assert far.score < 100


def test_evidence_moves_the_score_in_its_direction() -> None:
    left, right = "武义科技印业机械有限公司", "武义壳技印业机械有限公司"
    plain = said((left,), (right,)).score
    assert said((left, "", "虚构甲"), (right, "", "虚构甲")).score > plain
    assert said((left, "", "虚构甲"), (right, "", "虚构乙")).score < plain
    assert said((left, "", "虚*"), (right, "", "虚*")).score == plain, "a masked name is no evidence"


@pytest.mark.parametrize(
    "junk", ["\x00", "𫖯" * 500, "(" * 3000, "？" * 50, "\ud800甲公司", "=HYPERLINK(1)", "a" * 4000]
)
def test_any_text_is_answered(junk: str) -> None:
    for left, right in ((junk, NAME), (NAME, junk), (junk, junk)):
        found = said((left, junk, junk), (right, junk, junk))
        assert found.decision in ("CLEAR", "REVIEW", "UNDETERMINED")
        assert found.reasons
