"""Latin names against Chinese ones: pinyin of the whole, English with a brand in pinyin. All firms are invented."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from graph.text import org_key
from matching.names.cross import LIMIT, compare_cross
from matching.names.cross_sound import agree, spelt

FIRM = "天津旭虚阁文化传播有限公司"


@pytest.mark.parametrize(
    ("latin", "chinese"),
    [
        ("Tianjin Xuxuge Culture Communication Co., Ltd.", FIRM),
        ("TIANJIN XU XU GE CULTURE COMMUNICATION LIMITED COMPANY", FIRM),
        ("Tian Jin Xu Xu Ge Wen Hua Chuan Bo You Xian Gong Si", FIRM),
        ("tianjinshixuxugewenhuachuanboyouxiangongsi", FIRM),
        ("tianjinxuxugewenhuachuanboyouxiangongsi", "天津市旭虚阁文化传播有限责任公司"),
        ("Xuxuge Culture Communication", FIRM),
        ("Hohhot Xuxuge Trading Co Ltd", "呼和浩特市旭虚阁商贸有限公司"),
        ("Huhehaote Xuxuge Trading Co Ltd", "呼和浩特市旭虚阁商贸有限公司"),
        ("Urumqi Xuxuge Labor Services Co Ltd", "乌鲁木齐旭虚阁劳务有限公司"),
        ("Tibet Xuxuge Biotechnology Co Ltd", "西藏旭虚阁生物科技有限公司"),
        ("Xizang Xuxuge Biotechnology Co Ltd", "西藏旭虚阁生物科技有限公司"),
        ("Shaanxi Xuxuge Advertising Co Ltd", "陕西旭虚阁广告有限公司"),
        ("Inner Mongolia Xuxuge Coal Co Ltd", "内蒙古旭虚阁煤业有限公司"),
        ("Harbin Xuxuge Property Services Co Ltd", "哈尔滨旭虚阁物业服务有限公司"),
        ("Lhasa Xuxuge Tourism Co Ltd", "拉萨旭虚阁旅游有限公司"),
        ("Chongqing Xuxuge Logistics Co Ltd", "重庆旭虚阁物流有限公司"),
        ("Xiamen Xuxuge Import & Export Co., Ltd.", "厦门旭虚阁进出口有限公司"),
        ("Nanjing Lvxuge Foods Co Ltd", "南京绿旭阁食品有限公司"),
        ("Nanjing Luxuge Foods Co Ltd", "南京绿旭阁食品有限公司"),
        ("Xuxuge (Tianjin) Trading Co., Ltd.", "旭虚阁天津贸易有限公司"),
        ("3M China Co Ltd", "3M中国有限公司"),
        ("JIANGSUXUZHOU XUXUGE TRADING CO LTD", "徐州旭虚阁商贸有限公司"),
        ("Xuxuge Decoration Engineering (Zhangjiakou) Co Ltd", "旭虚阁装饰工程（张家口）有限公司"),
        ("Nanjing 618 Xuxuge Trading Co Ltd", "南京618旭虚阁商贸有限公司"),
        ("Nanjing Great Wall Xuxuge Trading Co Ltd", "南京长城旭虚阁贸易有限公司"),
    ],
)
def test_the_same_firm(latin: str, chinese: str) -> None:
    found = compare_cross(latin, org_key(chinese))
    assert 0 < found.points <= LIMIT, found
    assert not found.vetoes


@pytest.mark.parametrize(
    ("latin", "chinese"),
    [
        ("Dalian Shengtai Property Co Ltd", "大连圣达物业有限公司"),
        ("Tianjin Xuxuhe Culture Communication Co Ltd", FIRM),
        ("Tianjin Xuge Culture Communication Co Ltd", FIRM),
        ("Tianjin Lanxuxuge Culture Communication Co Ltd", FIRM),
        ("Nanjing Xuxuge Culture Communication Co Ltd", FIRM),
        ("Tian Jin Xu Xu Ge Ji Xie You Xian Gong Si", FIRM),
        ("Tianjin Culture Communication Co Ltd", FIRM),
        ("Bright Harbour Holdings Ltd", FIRM),
        ("Velmoria GmbH", FIRM),
        ("", FIRM),
    ],
)
def test_another_firm(latin: str, chinese: str) -> None:
    assert compare_cross(latin, org_key(chinese)).points < 0


def test_another_activity_weighs_against_it() -> None:
    same = compare_cross("Tianjin Xuxuge Culture Communication Co Ltd", FIRM)
    other = compare_cross("Tianjin Xuxuge Mining Machinery Co Ltd", FIRM)
    assert other.points < same.points - 2000


def test_other_characters_of_one_sound_stay_below_certainty() -> None:
    for chinese in (FIRM, "天津旭许歌文化传播有限公司"):
        found = compare_cross("Tianjin Xuxuge Culture Communication Co Ltd", chinese)
        assert 0 < found.points <= LIMIT


def test_an_english_name_without_pinyin_is_no_proof_of_another() -> None:
    unknown = compare_cross("Tianjin Brightlark Culture Communication Co Ltd", FIRM)
    other = compare_cross("Tianjin Shengtai Culture Communication Co Ltd", FIRM)
    assert other.points < unknown.points < 0


def test_branches_and_numbers_are_vetoes() -> None:
    assert (
        "head_and_branch" in compare_cross("Tianjin Xuxuge Culture Communication Co Ltd Branch", FIRM).vetoes
    )
    assert (
        "numbers_differ"
        in compare_cross("Xuxuge No. 3 Construction Co Ltd", "旭虚阁第二建筑工程有限公司").vetoes
    )


def test_a_branch_spelt_out_in_pinyin_is_no_veto() -> None:
    branch = org_key("天津旭虚阁文化传播有限公司大连分公司")
    spelt_out = "Tian Jin Xu Xu Ge Wen Hua Chuan Bo You Xian Gong Si Da Lian Fen Gong Si"
    assert not compare_cross(spelt_out, branch).vetoes
    assert compare_cross(spelt_out, branch).points > 0
    assert "head_and_branch" in compare_cross("Tianjin Xuxuge Culture Communication Co Ltd", branch).vetoes


def test_edits_say_what_differs() -> None:
    found = compare_cross("Dalian Shengtai Property Co Ltd", "大连圣达物业有限公司")
    assert ("TAI", "达") in {(edit.left, edit.right) for edit in found.edits}
    assert sum(part.points for part in found.parts) == found.points


def test_syllables() -> None:
    assert spelt("xianxian")
    assert spelt("lvse")
    assert not spelt("bright")
    found = agree("xian", "西安", [1, 1])
    assert found is not None
    assert found.cost == 0
    assert [step.letters for step in found.steps] == ["xi", "an"]


def test_customary_pairs_of_the_evaluation_data(shared_data: Path) -> None:
    path = shared_data / "names" / "pairs_dev.csv"
    kinds = {"english": True, "pinyin": True, "english_other": False, "english_homophone": False}
    with path.open(encoding="utf-8", newline="") as handle:
        rows = [row for row in csv.DictReader(handle) if row["kind"] in kinds]
    hits = [(_said(row["left"], row["right"]), kinds[row["kind"]]) for row in rows[::3]]
    both = sum(said and same for said, same in hits)
    f1 = 2 * both / (sum(said for said, _ in hits) + sum(same for _, same in hits))
    assert len(hits) > 400
    assert f1 >= 0.97


def _said(latin: str, chinese: str) -> bool:
    found = compare_cross(latin, org_key(chinese))
    return found.points >= 0 and not found.vetoes
