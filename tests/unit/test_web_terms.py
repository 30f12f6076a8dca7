"""Codes as words: compared and missing fields, events of the chain, periods; nothing of the program's own spelling."""

from __future__ import annotations

import re

import pytest

from api.explore.shapes import Law, ListingView
from api.web.views.audit import _detail
from api.web.views.party import _by_instrument
from api.web.words import Words
from graph.relations import RelationType
from matching.decision import Bilingual
from matching.request import Device

ZH, EN = Words("zh"), Words("en")
FIELDS = (
    *(f"relation.{kind}" for kind in RelationType), *(f"devices.{name}" for name in Device.model_fields),
    "contacts.phone", "contacts.email", "contacts.name", "bond.account", "bond.serial", "bond_letter",
    "documents.text", "documents.text.similarity", "price", "brand", "identity", "kin", "relatives", "past.evidence",
    "identity.uscc", "identity.org_code", "bidder.consortium.members",
    "past.limit", "past.wins", "register.address", "register.capital_cny", "legal_rep.citizen_id",
    "principal.identifiers", "bidders.agent", "tender.regime", "tender.object", "tender.region", "tender.funding",
)  # fmt: skip


@pytest.mark.parametrize("field", FIELDS)
def test_a_field_is_called_by_a_word(field: str) -> None:
    assert not re.search(r"[a-z]|_", ZH.field(field)), ZH.field(field)
    assert "_" not in EN.field(field)
    assert "." not in EN.field(field)


def test_a_field_that_nobody_named_is_shown_as_it_is() -> None:
    assert ZH.field("new_code") == "new_code"


def test_an_event_says_in_words_what_changed() -> None:
    data = {"state": "active", "version": "1", "owner": "user:li", "created_at": "1", "hash": "a" * 64}
    assert _detail(data, ZH) == "状态：启用 · 版本：1"
    assert _detail(data, EN) == "state: active · version: 1"
    marked = {"answer": "lift", "status": "TEMP_LIFTED", "since": "1767196800000000", "decision": "D1"}
    assert not re.search(r"[a-z]+=|[a-z]{2}|17671968", _detail(marked, ZH))
    assert "2026-01-01" in _detail(marked, ZH)


@pytest.mark.parametrize(
    ("first", "last", "zh", "en"),
    [
        ("2025-01-01", "2025-12-31", "2025-01-01 – 2025-12-31", "2025-01-01 – 2025-12-31"),
        ("2025-01-01", "–", "2025-01-01 – 未定", "2025-01-01 – open"),
        ("–", "2025-12-31", "未定 – 2025-12-31", "open – 2025-12-31"),
        ("–", "–", "", ""),
    ],
)
def test_an_open_end_is_named(first: str, last: str, zh: str, en: str) -> None:
    assert (ZH.span(first, last), EN.span(first, last)) == (zh, en)


def test_articles_stand_together_under_their_instrument() -> None:
    law = tuple(
        Law(instrument=name, article=article)
        for name, article in (("法甲", "第一条"), ("法乙", "第九条"), ("法甲", "第二条"), ("法甲", "第一条"))
    )
    said = Bilingual(zh="", en="")
    view = ListingView(
        list="ZFCG", title=said, record="1", name="临江公司", status="ACTIVE", link="number", law=law
    )
    assert _by_instrument(view, ZH) == (("法甲", "第一条、第二条"), ("法乙", "第九条"))
    assert _by_instrument(view, EN) == (("法甲", "第一条, 第二条"), ("法乙", "第九条"))
