"""What two bids of one lot have in common by what they state: facts behind C01–C06 and R01–R08, R15, R17.

Kinds of ties: `device.mac|cpu|disk|memory|dongle`, `file.id|valuation|author|hash|common`, `ip`, `phone`,
`phone.adjacent`, `email`, `domain`, `address`, `person.staff|agent|crossed|head|contact|employer|masked`,
`bond.account|letter|serial`, `text.similar|copied|errors|named`, `price.series`. Values are compared after
normalisation and shown as written. What bids did not state is said once for the tender.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from graph.messages import Lang, say
from matching import prices
from matching.decision import Bilingual, NotAssessable
from matching.rules.base import Bidder, Case, Fact, Tie
from matching.ties import bonds, contacts, machines, staff
from matching.ties.base import Ties
from matching.ties.rivals import Rivals

INPUTS: tuple[tuple[str, str, Callable[[Bidder], bool]], ...] = (
    ("devices", "C01、R01–R03", lambda b: bool(b.devices)),
    ("contacts.phone", "C02、R04", lambda b: any(c.phone for c in b.contacts)),
    ("contacts.email", "R05", lambda b: any(c.email for c in b.contacts)),
    ("bond_account", "C06、R07", lambda b: bool(b.bond_account or b.bond_letter)),
    ("key_staff", "C03、R08", lambda b: bool(b.agent or b.project_manager or b.key_staff)),
    ("documents.text", "C04、C05、R17", lambda b: any(d.text for d in b.documents)),
    ("price", "R15", lambda b: b.price is not None),
)
"""Inputs of bidders, the rules that read them, and whether a bidder gave them."""


def read(case: Case) -> Ties:
    """Ties between rivals by what their bids state."""
    ties = Ties()
    if len(case.bidders) < 2:
        return ties
    rivals = Rivals(case)
    if not any(len(places) > 1 for _, places in rivals.fields()):
        return ties
    machines.read(case, rivals, ties)
    contacts.read(case, rivals, ties)
    nameless = staff.read(case, rivals, ties)
    bonds.read(case, rivals, ties)
    long = _texts(case, rivals, ties)
    _series(case, rivals, ties)
    ties.gaps.extend((None, gap) for gap in _gaps(case))
    if nameless:
        ties.gaps.append((None, _gap("key_staff.identifiers", "C03、R08", "namesakes")))
    if long:
        ties.gaps.append((None, _gap("documents.text", "R17", "long")))
    return ties


def _texts(case: Case, rivals: Rivals, ties: Ties) -> str:
    """Ties of bid documents; what compares texts is loaded only where there are any (it loads a compiler)."""
    if not any(document.text for view in case.bidders for document in view.bidder.documents):
        return ""
    from matching.ties import documents

    return documents.read(case, rivals, ties)


def _series(case: Case, rivals: Rivals, ties: Ties) -> None:
    """Each member of a long series of prices with the next."""
    for _, places, asked in prices.lots(case):
        for found in prices.series(asked, case.policy.option("price_residual")):
            if not found.regular:
                continue
            for low, high in zip(found.members, found.members[1:], strict=False):
                i, j = sorted((places[low], places[high]))
                if not rivals.meet(i, j):
                    continue
                one, other = case.bidders[i].bidder.price, case.bidders[j].bidder.price
                fact = Fact(field="price", a=str(one), b=str(other))
                ties.pair(
                    i,
                    j,
                    Tie(
                        kind="price.series",
                        by="stated",
                        facts=(fact,),
                        role=found.kind,
                        size=len(found.members),
                    ),
                )


def _gaps(case: Case) -> Iterator[NotAssessable]:
    """What fewer than all bids state, once for the tender."""
    bidders = [view.bidder for view in case.bidders]
    for field, rules, given in INPUTS:
        missing = sum(not given(bidder) for bidder in bidders)
        if missing:
            yield _gap(field, rules, "some", missing=missing, of=len(bidders))


def _gap(field: str, rules: str, why: str, **params: int) -> NotAssessable:
    def words(lang: Lang) -> str:
        name = say("matching", f"rule.input.bidders.{field}", lang)
        return say("matching", f"rule.tie.gap.{why}", lang, input=name, rules=rules, **params)

    detail = Bilingual(zh=words("zh"), en=words("en"))
    return NotAssessable(code="INPUT", what=f"input:bidders.{field}", reason="not_supplied", detail=detail)
