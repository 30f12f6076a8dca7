"""Overrides as forms: one person proposes with a ground and documents, another confirms, and a new decision is made."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from fastapi import Response
from pydantic import ValidationError

from api.errors import sentence
from api.explain import in_lang, list_title
from api.overrides import OverrideView
from api.overrides import view as shown_proposal
from api.principals import Role, Scope
from api.routes import overrides as http
from api.routes.base import cursor, from_cursor
from api.routes.decisions import stored_decision
from api.routes.problem import ProblemError
from api.web.answers import onward, page
from api.web.door import Visit
from api.web.words import Words
from graph.dates import parse_instant
from matching.decision import Decision, Finding
from matching.ledger import Item, LedgerError, visible
from matching.override import finding_key
from matching.overrides import proposals
from matching.overrides.grounds import BY_CODE, GROUNDS, Ground, fits, lists_of, unsure

SHOWN: Final = 50
DOCUMENTS: Final = 20
"""Documents of one proposal, a line each."""
LONGEST: Final = 4_000
STATES: Final = ("proposed", "confirmed", "rejected", "withdrawn")
_HASH: Final = re.compile(r"[0-9a-f]{64}")


class Target(NamedTuple):
    """A finding that somebody may propose to override."""

    place: int
    key: str
    client_id: str
    role: str
    other: str
    about: str
    finding: Finding
    title: str
    effect: str
    grounds: tuple[Ground, ...]
    records: tuple[tuple[str, str], ...]
    """List and record, as they are shown."""


class Row(NamedTuple):
    """A proposal in the list."""

    view: OverrideView
    state: str
    title: str
    ground: str
    at: str


def _targets(decision: Decision, words: Words) -> Iterator[Target]:
    """The findings of a decision that a ground fits and nobody has overridden; restricted ones never."""
    names = {one.client_id: one.name or one.code or one.client_id for one in decision.bidders}
    found: list[tuple[str, str, str, str, Finding]] = []
    for subject in (*decision.bidders, *decision.subjects):
        about = subject.name or subject.code or subject.client_id
        found += [(subject.client_id, subject.role, "", about, one) for one in subject.reasons]
    paired = [one for pair in decision.pairs for one in pair.reasons]
    for pair in decision.pairs:
        about = f"{names.get(pair.a, pair.a)} ↔ {names.get(pair.b, pair.b)}"
        found += [(pair.a, "bidder", pair.b, about, one) for one in pair.reasons]
    place = 0
    for client_id, role, other, about, finding in found:
        if finding.restricted or finding.overridden_by or (not other and finding in paired):
            continue
        grounds = tuple(
            one for one in GROUNDS if fits(one, finding) and not (one.imposes and unsure(finding))
        )
        if grounds:
            yield Target(
                place=place,
                key=finding_key(finding),
                client_id=client_id,
                role=role,
                other=other,
                about=about,
                finding=finding,
                title=in_lang(finding.title, words.lang),
                effect=words.word("effect", finding.effect.value),
                grounds=grounds,
                records=tuple((list_title(one.list, words.lang), one.record) for one in finding.evidence),
            )
            place += 1


def form(visit: Visit) -> Response:
    """The findings of a decision that can be overridden, and the form for one of them."""
    return _form(visit, "", 200)


def _form(visit: Visit, trouble: str, status: int) -> Response:
    decision_id = str(visit.request.path_params["decision_id"])
    targets, chosen = _chosen(visit, decision_id)
    newer = proposals.successor(visit.service.ledger, decision_id, tenant=visit.principal.tenant)
    return page(
        visit,
        "override_form.html",
        status=status,
        decision_id=decision_id,
        targets=targets,
        chosen=chosen,
        grounds=() if chosen is None else tuple(
            (one.code.value, in_lang(one.title, visit.lang), one.imposes, _law(one)) for one in chosen.grounds
        ),
        given={name: visit.asked(name, LONGEST) for name in ("ground", "reason", "documents")},
        newer=newer,
        person=visit.principal.person,
        trouble=trouble,
    )  # fmt: skip


def _law(ground: Ground) -> str:
    return "; ".join(f"{one.instrument} {one.article}" for one in ground.basis)


def _chosen(visit: Visit, decision_id: str) -> tuple[tuple[Target, ...], Target | None]:
    stored = stored_decision(visit.request, decision_id)
    if stored.decision is None:
        raise ProblemError("http.erased")
    targets, asked = tuple(_targets(stored.decision, visit.words)), visit.asked("finding", 80)
    return targets, next(
        (one for one in targets if asked in (str(one.place), f"{one.place}:{one.key}")), None
    )


def propose(visit: Visit) -> Response:
    """Keep a proposal; nothing changes before another person has confirmed it."""
    decision_id = str(visit.request.path_params["decision_id"])
    _, chosen = _chosen(visit, decision_id)
    if chosen is None:
        return _form(visit, visit.words("override.choose"), 422)
    lines = [line.split() for line in visit.form.get("documents", "")[:LONGEST].splitlines() if line.strip()]
    documents = [
        {"number": " ".join(parts[:-1]), "sha256": parts[-1]}
        if len(parts) > 1 and _HASH.fullmatch(parts[-1])
        else {"number": " ".join(parts)}
        for parts in lines[:DOCUMENTS]
    ]
    on = lists_of(chosen.finding)
    try:
        given = http.NewOverride.model_validate(
            {
                "client_id": chosen.client_id,
                "role": chosen.role,
                "other": chosen.other,
                "code": chosen.finding.code,
                "list": next(iter(on)) if len(on) == 1 else "",
                "records": [one.record_hash or f"{one.list}:{one.record}" for one in chosen.finding.evidence],
                "ground": visit.asked("ground", 60),
                "reason": visit.asked("reason", LONGEST),
                "documents": documents,
            }
        )
        item = http.propose_one(visit.request, decision_id, given)
    except ValidationError:
        return _form(visit, visit.words("override.incomplete"), 422)
    except (ProblemError, LedgerError) as error:
        return _form(visit, _refusal(visit, error), 422)
    return onward(visit, f"/overrides/{item.id}", done="proposed")


def _refusal(visit: Visit, error: ProblemError | LedgerError) -> str:
    """Why something was refused, in words; what is no matter of this form goes on to its own page.

    Raises:
        ProblemError, LedgerError: the error itself.
    """
    if isinstance(error, LedgerError):
        if error.code == "ledger.item_stale":
            return visit.words("override.stale")
        raise error
    if error.code == "http.person":
        return visit.words("override.person")
    if error.code == "http.second_person":
        return visit.words("override.second")
    if error.code not in ("http.invalid", "http.conflict", "http.stale"):
        raise error
    told = " ".join(one["message"] for one in error.errors or ())
    return told or error.detail or sentence(error, visit.lang) or visit.words("override.stale")


def listed(visit: Visit) -> Response:
    """Proposals, last changed first."""
    ledger, who = visit.service.ledger, visit.principal
    state = visit.asked("state", 20)
    found = ledger.items.page(
        proposals.KIND, tenant=who.tenant, state=state if state in STATES else None,
        before=from_cursor(visit.request, visit.asked("before", 40)), limit=SHOWN + 1,
    )  # fmt: skip
    seen = [one for one in found[:SHOWN] if one.body is not None and visible(one, who.viewer, visit.at)]
    more = cursor(found[SHOWN - 1].event_seq) if len(found) > SHOWN else None
    return page(
        visit,
        "overrides.html",
        rows=tuple(row(one, visit.words) for one in seen),
        state=state,
        states=tuple((one, state_word(visit.words, one)) for one in STATES),
        onward="" if more is None else f"/overrides?state={state}&before={more}",
    )


def row(item: Item, words: Words) -> Row:
    """A proposal as lists show it."""
    view, body = shown_proposal(item), proposals.body_of(item)
    return Row(
        view=view,
        state=state_word(words, view.state),
        title=words.both(body.title),
        ground=words.both(BY_CODE[body.asked.ground].title),
        at=words.time(item.changed_at),
    )


def state_word(words: Words, state: str) -> str:
    """A proposal's state in words."""
    return {
        "proposed": words("override.state.proposed"),
        "confirmed": words("override.state.confirmed"),
        "rejected": words("override.state.rejected"),
        "withdrawn": words("override.state.withdrawn"),
    }.get(state, state)


def one(visit: Visit) -> Response:
    """A proposal, and the answer that the visitor may give."""
    return _one(visit, "", 200)


def _one(visit: Visit, trouble: str, status: int) -> Response:
    item = http.proposal(visit.request, _asked(visit))
    shown, who = row(item, visit.words), visit.principal
    waiting, mine = item.state == proposals.PROPOSED, item.owner == who.id
    body = proposals.body_of(item)
    return page(
        visit,
        "override.html",
        status=status,
        shown=shown,
        detail=visit.words.both(body.detail),
        law=_law(BY_CODE[body.asked.ground]),
        imposes=BY_CODE[body.asked.ground].imposes,
        proposed_at=visit.words.time(parse_instant(shown.view.proposed_at)),
        answered_at=visit.words.time(shown.view.answered_at),
        may_answer=waiting and not mine and Role.SUPERVISOR in who.roles and visit.may(Scope.CASES),
        may_withdraw=waiting and mine and visit.may(Scope.DECIDE),
        waiting=waiting,
        mine=mine,
        reason=visit.asked("reason", LONGEST),
        trouble=trouble,
    )


def answer(visit: Visit) -> Response:
    """Confirm or turn down another person's proposal."""
    given = http.OverrideAnswer(reason=visit.asked("reason", LONGEST))
    wanted = visit.asked("answer", 20)
    try:
        if wanted == "confirm":
            made = http.confirm_one(visit.request, _asked(visit), given, _version(visit))
            return onward(visit, f"/decisions/{made.decision_id}", done="overridden")
        if wanted == "reject":
            http.end_one(visit.request, _asked(visit), given, _version(visit), Role.SUPERVISOR)
            return onward(visit, f"/overrides/{_asked(visit)}", done="turned_down")
    except (ProblemError, LedgerError) as error:
        return _one(visit, _refusal(visit, error), 409)
    return _one(visit, visit.words("override.choose"), 422)


def withdraw(visit: Visit) -> Response:
    """Take one's own proposal back."""
    given = http.OverrideAnswer(reason=visit.asked("reason", LONGEST))
    try:
        http.end_one(visit.request, _asked(visit), given, _version(visit))
    except (ProblemError, LedgerError) as error:
        return _one(visit, _refusal(visit, error), 409)
    return onward(visit, f"/overrides/{_asked(visit)}", done="withdrawn")


def _asked(visit: Visit) -> str:
    return str(visit.request.path_params["override_id"])


def _version(visit: Visit) -> int:
    given = visit.asked("version", 12)
    return int(given) if given.isascii() and given.isdigit() else -1


__all__ = ["answer", "form", "listed", "one", "propose", "row", "withdraw"]
