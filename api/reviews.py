"""A person's answer to a possible match, for command line and HTTP alike: which one is meant, durably recorded."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from api.errors import USAGE, CommandError, mask_identity, mask_numbers
from api.explain import in_lang, list_title
from api.masking import mask_text
from graph.dates import iso
from graph.messages import Lang
from matching.decision import Decision, Evidence
from matching.rules import RULES

if TYPE_CHECKING:
    from matching.ledger import Ledger, PendingMatch, Review

ANSWERED = frozenset({"review.answered.confirm", "review.answered.reject"})
"""Codes of an answer that another one stands against."""


class Answered(NamedTuple):
    """An answer about a match, and whether it was recorded now or stood already."""

    review: Review
    recorded: bool


def names_of(ledger: Ledger, matches: Sequence[PendingMatch], tenant: str) -> dict[str, str]:
    """How those were called who were submitted, by pair: a match by number tells no name in itself."""
    wanted: dict[str, set[str]] = {}
    for match in matches:
        wanted.setdefault(match.decision_id, set()).add(match.pair_key)
    names: dict[str, str] = {}
    for decision_id, pairs in wanted.items():
        stored = ledger.decision(decision_id, tenant=tenant)
        if stored is not None and stored.decision is not None:
            found = (one for one in evidence_in(stored.decision) if one.pair in pairs)
            names |= {one.pair: name for one in found if (name := submitted_name(one))}
    return names


def submitted_name(match: Evidence) -> str:
    """The submitted name that a match compared; empty where it compared none."""
    return next((one.submitted for one in match.features if one.name == "name"), "")


def row_of(match: PendingMatch, name: str = "") -> dict[str, Any]:
    """A match that waits, as answers show it.

    `question` says what is asked: `same_party`, whether the record is about the party; `presumption`, whether the fact
    behind a presumption of collusion is so, which is the committee's to say.
    """
    return {
        "decision_id": match.decision_id,
        "record": match.record,
        "list": match.list,
        "subject": match.subject,
        "role": match.role,
        "tier": match.tier.value,
        "submitted": match.submitted,
        "matched": match.matched,
        "rule": match.rule,
        "seen_at": iso(match.seen_at),
        "pair": match.pair_key,
        "question": "presumption" if match.presumption else "same_party",
        "name": name,
    }


def last_answer(ledger: Ledger, pair: str, tenant: str) -> Review | None:
    """The last answer about a pair, whatever its record said then; None without any."""
    return ledger.reviews(ledger.reviews_seq()).answer(pair, tenant)


def standing(ledger: Ledger, match: Evidence, tenant: str) -> Review | None:
    """The answer that stands about a match; None while it waits, which it does again once its record has changed."""
    return _standing(last_answer(ledger, match.pair, tenant), match)


def _standing(last: Review | None, match: Evidence) -> Review | None:
    return last if last is not None and last.record_hash == match.record_hash else None


def where_listed(code: str, lang: Lang) -> str:
    """What a record stands on: the list's name, or for a question to the committee its rule's title."""
    rule = next((one for one in RULES if one.code == code), None)
    return list_title(code, lang) if rule is None else f"{in_lang(rule.title, lang)} ({code})"


def evidence_in(decision: Decision) -> Iterator[Evidence]:
    """Every record that a decision names."""
    groups = [subject.reasons for subject in (*decision.bidders, *decision.subjects)]
    groups += [pair.reasons for pair in decision.pairs]
    groups.append(decision.tender.reasons)
    for reasons in groups:
        for reason in reasons:
            yield from reason.evidence


def _names(evidence: Evidence) -> set[str]:
    """How a person may call a match: as it is, or as answers show it."""
    names = {evidence.pair, evidence.record, f"{evidence.list}:{evidence.record}"}
    return names | {mask_text(name) for name in names}


def find_pair(decision: Decision, record: str) -> Evidence:
    """The match that a person means, by record, `LIST:record` or pair key.

    Raises:
        CommandError: `review.none`, `review.several` (status 2).
    """
    found = {e.pair: e for e in evidence_in(decision) if e.pair and record in _names(e)}
    if not found:
        raise CommandError("review.none", status=USAGE, record=mask_identity(record), id=decision.decision_id)
    if len(found) > 1:
        raise CommandError(
            "review.several", status=USAGE, record=mask_identity(record), pairs=", ".join(found)
        )
    return next(iter(found.values()))


def add(
    ledger: Ledger,
    decision: Decision,
    record: str,
    answer: Literal["confirm", "reject"],
    *,
    reviewer: str,
    reason: str,
    tenant: str,
    at: datetime,
    correct: bool = False,
) -> Answered:
    """Record a person's answer durably; the one that stands already is not recorded twice.

    Args:
        ledger: where it is kept.
        decision: in which the match was found.
        record: the match, as `find_pair` takes it.
        answer: whether it is so.
        reviewer: who answers.
        reason: why.
        tenant: whose.
        at: when.
        correct: it corrects the answer that stands, which stays in the audit chain.

    Raises:
        CommandError: `review.none`, `review.several`, `review.by` (a number of a person as the reviewer's name),
            `review.answered` (the other answer stands, and this one does not say that it corrects it).
        LedgerError: nothing was kept.
    """
    from matching.ledger import LedgerError

    if mask_numbers(reviewer) != reviewer:
        raise CommandError("review.by", status=USAGE)
    match = find_pair(decision, record)
    # looked at once: what is refused or taken and what the ledger is told to expect are the same answer
    last = last_answer(ledger, match.pair, tenant)
    stands = _standing(last, match)
    if stands is not None and stands.answer == answer:
        return Answered(stands, recorded=False)
    if stands is not None and not correct:
        raise _answered(stands)
    try:
        made = _kept(
            ledger, decision, match, answer, reviewer, reason, tenant, at, 0 if last is None else last.seq
        )
    except LedgerError as error:
        faster = standing(ledger, match, tenant)
        if error.code != "ledger.answered" or faster is None:
            raise
        if faster.answer == answer:
            return Answered(faster, recorded=False)
        raise _answered(faster) from None
    return Answered(made, recorded=True)


def _answered(stands: Review) -> CommandError:
    code = f"review.answered.{stands.answer}"
    return CommandError(code, status=USAGE, by=stands.reviewer, at=iso(stands.at))


def _kept(
    ledger: Ledger,
    decision: Decision,
    match: Evidence,
    answer: Literal["confirm", "reject"],
    reviewer: str,
    reason: str,
    tenant: str,
    at: datetime,
    expect: int,
) -> Review:
    return ledger.add_review(
        pair_key=match.pair,
        answer=answer,
        reviewer=reviewer,
        reason=reason,
        decision_id=decision.decision_id,
        list=match.list,
        record=match.record,
        record_hash=match.record_hash,
        subject=match.submitted,
        tier=match.tier.value,
        tenant=tenant,
        at=at,
        expect=expect,
    )
