"""Laws of reading names, over generated text: any Unicode, any length."""

from __future__ import annotations

from importlib import resources

import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st

from graph.text import org_key
from matching.names import layout as at
from matching.names.coding import encode, encode_many
from matching.names.lexicon import BRANCHES, FORMS, lexicon
from matching.names.parse import parse_name, read, read_many, regions_relation
from matching.names.parse_words import WORD, step

PIECES = [
    "临江市", "江苏", "南京", "通州区", "鼓楼", "中国", "海南", "东方", "土右旗", "开发区", "池江镇",
    "星禾", "虚构", "商贸", "科技", "市政", "和", "集团", "控股", "总", "股份", "有限公司", "有限",
    "公司", "厂", "店", "合作社", "银行", "普通合伙", "分公司", "支行", "门市部", "加油站", "第一",
    "第", "十", "一百三十一", "3", "91", "号", "局", "零", "?", "A", "x", " ", "（", "）", "路", "加",
    "工", "\U00020bb7", "\ufffd", "\u200b",
]  # fmt: skip
NAMES = st.one_of(
    st.text(max_size=60),
    st.lists(st.sampled_from(PIECES), max_size=14).map("".join),
    st.lists(st.sampled_from(PIECES), min_size=60, max_size=90).map("".join),
)
HANZI = st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), max_size=40)


def _read(text: str) -> tuple[np.ndarray, np.ndarray]:
    chars = encode(text)
    labels = np.full(len(chars), 255, dtype=np.uint8)
    fields = np.full(at.FIELDS, -1, dtype=np.int32)
    read(chars, lexicon(), labels, fields)
    return labels, fields


@given(NAMES | HANZI)
@example("")
@example("公司" * 80)
@example("第" + "9" * 150)
@example("一" * 400)
def test_every_character_has_a_label_and_every_field_is_in_range(text: str) -> None:
    labels, fields = _read(text)
    words = lexicon()
    assert len(labels) == min(len(text), at.MAX_NAME)
    assert (labels < at.LABELS).all()
    assert fields[at.LENGTH] == len(labels)
    assert 0 <= fields[at.HEAD_END] <= fields[at.LENGTH]
    assert (fields >= 0).all()
    assert fields[at.FORM_ID] <= words.forms[:, 0].max()
    assert fields[at.FORM_CLASS] <= 13
    assert fields[at.KIND] <= 7
    assert fields[at.SCRIPT] <= 3
    assert fields[at.GROUP_MARK] <= 2
    assert fields[at.REGION_INSIDE] <= 1
    assert fields[at.BRANCH_KIND_ID] < len(words.branch_strong)
    for column in (at.REGION_CODE, at.REGION_OTHER, at.BRANCH_REGION):
        assert fields[column] == 0 or 110000 <= fields[column] <= 829999


@given(NAMES | HANZI)
def test_labels_and_fields_tell_the_same(text: str) -> None:
    labels, fields = _read(text)
    head = labels[: fields[at.HEAD_END]]
    tail = labels[fields[at.HEAD_END] :]
    assert (head == at.BRAND).sum() == fields[at.BRAND_LENGTH]
    assert (head == at.INDUSTRY).sum() == fields[at.INDUSTRY_LENGTH]
    assert not np.isin(head, [at.BRANCH, at.BRANCH_PLACE, at.BRANCH_KIND]).any()
    assert np.isin(tail, [at.BRANCH, at.BRANCH_PLACE, at.BRANCH_KIND, at.NUMBER]).all()
    assert bool(len(tail)) == bool(fields[at.BRANCH_KIND_ID])
    if fields[at.REGION_CODE]:
        assert (head == at.REGION).any()


@given(st.lists(NAMES | HANZI, max_size=12))
def test_many_names_read_as_one_by_one(texts: list[str]) -> None:
    keys = [org_key(text) for text in texts]
    chars, offsets = encode_many(keys)
    labels = np.full(len(chars), 255, dtype=np.uint8)
    fields = np.full((len(keys), at.FIELDS), -1, dtype=np.int32)
    read_many(chars, offsets, lexicon(), labels, fields)
    for i, key in enumerate(keys):
        one_labels, one_fields = _read(key)
        assert (labels[offsets[i] : offsets[i + 1]] == one_labels).all()
        assert (fields[i] == one_fields).all()


@given(NAMES)
def test_parsing_never_fails_and_settles(text: str) -> None:
    parsed = parse_name(text)
    again = parse_name(parsed.text)
    assert again.text == parsed.text
    for part in (
        "head",
        "regions",
        "region_code",
        "brand",
        "industry",
        "form",
        "group",
        "numbers",
        "branch",
        "kind",
    ):
        assert getattr(again, part) == getattr(parsed, part), part
    tail = parsed.branch.text if parsed.branch else ""
    assert parsed.head + tail == parsed.text


@given(*[st.sampled_from([0, 110000, 110112, 320000, 320500, 320583, 320612, 360100, 810000])] * 4)
def test_regions_relation_is_symmetric(a: int, b: int, c: int, d: int) -> None:
    relation = regions_relation(a, b, c, d)
    assert 0 <= relation <= 5
    assert relation == regions_relation(c, d, a, b)
    if a:
        assert regions_relation(a, b, a, b) == 2


@given(HANZI)
def test_a_company_form_at_the_end_is_always_found(text: str) -> None:
    _labels, fields = _read(text + "虚构有限公司")
    assert fields[at.FORM_CLASS] in (1, 2)
    assert fields[at.HEAD_END] == fields[at.LENGTH]


def test_every_word_of_the_tables_is_found() -> None:
    words = lexicon()
    for root, name in ((FORMS, "forms.tsv"), (BRANCHES, "branches.tsv")):
        text = resources.files("matching.names").joinpath(name).read_text(encoding="utf-8")
        rows = [line.split("\t")[-1] for line in text.splitlines() if not line.startswith("#")]
        for word in " ".join(rows).split():
            node = root
            for char in reversed(word):
                found = step(words.steps, node, ord(char))
                node = found >> 32
                assert node, word
            assert found & WORD, word
