"""The way beside a share: named one of several where it does not give the whole share."""

from __future__ import annotations

import pytest

from api.explore.shapes import PartyShown, RelationShown, ShareView
from api.web.views.owning import _part
from api.web.words import Words
from matching.decision import Bilingual

PEOPLE = {key: PartyShown(id=key, type="organization", name=f"临江{key}公司") for key in "甲乙丙"}
SAID = Bilingual(zh="", en="")


def step(owner: str, owned: str, share: str | None) -> RelationShown:
    return RelationShown(type="HOLDS", words=SAID, source=owner, target=owned, share=share)


@pytest.mark.parametrize(
    ("share", "most", "way", "several"),
    [
        ("43", "43", (step("甲", "乙", "10"),), True),
        ("10", "10", (step("甲", "乙", "10.0000"),), False),
        ("33", "33", (step("甲", "丙", "60"), step("丙", "乙", "55")), False),
        ("11.111089", "11.111089", (step("甲", "丙", "33.3333"), step("丙", "乙", "33.3333")), False),
        ("43", "43", (step("甲", "丙", "60"), step("丙", "乙", "55")), True),
        ("25", "50", (step("甲", "乙", "25-50"),), False),
        ("35", "60", (step("甲", "乙", "25-50"),), True),
        (None, None, (step("甲", "乙", "10"),), False),
        ("0", "100", (step("甲", "乙", None),), False),
    ],
)
def test_a_way_that_does_not_give_the_share_is_one_of_several(
    share: str | None, most: str | None, way: tuple[RelationShown, ...], several: bool
) -> None:
    view = ShareView(owner="甲", owned="乙", share=share, share_max=most, path=way, sentence=SAID)
    zh = _part(view, PEOPLE["乙"], True, PEOPLE, Words("zh")).way
    en = _part(view, PEOPLE["乙"], True, PEOPLE, Words("en")).way
    assert zh.startswith("其中一条路径：") is several
    assert en.startswith("One of several ways: ") is several
    assert "临江甲公司 —" in zh
