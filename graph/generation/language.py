"""The one set of functions by which names become keys, when a generation is made and when it is asked.

Publishing with one version of the name ladder and asking with another would miss records silently; so a
generation carries a fingerprint of what the functions answer on fixed samples, and another fingerprint is
refused.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from typing import NamedTuple

_SAMPLES = (
    "临江市虚构建设工程有限公司", "临江市虚构建设工程（集团）有限公司", "臨江市虛構建設工程有限公司",
    "临江市 虚构－建设Ａ有限责任公司", "虚构（江苏）贸易股份有限公司临江分公司", "３Ｘ虚构(临江)科技有限公司",
    "临江市虚构银行股份有限公司城东支行", "临江市虚构建设工程有限公司第三项目部", "古丽·虚构", "虚 构 甲",
    "临江市虚构務(wù)咨询中心（普通合伙）", "临江市虚□建_设**有限公司", "XUGOU Ming",
    "Xugou (Linjiang) Trading  Co., Ltd.", "",
)  # fmt: skip


class Language(NamedTuple):
    """`n6(text, person)`: a name's comparison form; `stems(n6)`: the names a branch's parent may have; `text`: the
    form of an organisation's name that is searched for likeness."""

    n6: Callable[[str, bool], str]
    stems: Callable[[str], Sequence[str]]
    text: Callable[[str], str] = str

    def fingerprint(self) -> str:
        """A digest of what the functions answer on fixed samples."""
        told = hashlib.sha256()
        for sample in _SAMPLES:
            form = self.n6(sample, False)
            for part in (form, self.n6(sample, True), self.text(sample), *self.stems(form)):
                told.update(part.encode() + b"\x1f")
            told.update(b"\x1e")
        return told.hexdigest()[:16]


def house_language() -> Language:
    """The name functions of `graph.text`, loaded on first use."""
    from graph.text.branches import branch
    from graph.text.organizations import index_text, org_key
    from graph.text.persons import person_key

    def n6(name: str, person: bool) -> str:
        return person_key(name) if person else org_key(name)

    def stems(form: str) -> Sequence[str]:
        found = branch(form)
        return () if found is None else found.stem_candidates

    return Language(n6, stems, index_text)
