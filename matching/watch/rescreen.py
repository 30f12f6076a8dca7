"""Decides anew whom a change can have touched, and tells what is different (自动监督; 条例 38, 56).

Everything that a piece of work did is one commit with how far it has come: a process that dies goes on where it
stood, and what it had decided but not recorded is decided again. A change is told only against what was recorded
last, in the commit that replaces that, so that it is told once.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec
import uuid_utils

from graph.dates import china_day
from graph.model import Doc
from matching.decision import Decision, Effect
from matching.ledger import Entry
from matching.request import DecisionRequest
from matching.rules import RULES, rule_pack_hash
from matching.search import Searches
from matching.version import algorithm
from matching.watch import compare, traces
from matching.watch.alerts import alert_draft
from matching.watch.compare import Difference, Found
from matching.watch.touch import Names, Touched, touched, watchlist

if TYPE_CHECKING:
    from graph.generation import Generation
    from matching.ledger import Item, Ledger
    from matching.ledger.deliveries import Delivery
    from matching.ledger.watchrows import Outcome, Told, Watched
    from matching.screening import Screener

NAME: Final = "rescreen"
STEP: Final = 128
"""Parties decided between two commits."""
SLICE: Final = timedelta(seconds=20)
"""How long those who were just added, or are due, are worked on before a change of the lists gets its turn."""
AGAIN: Final = timedelta(days=7)
"""After this everybody is decided anew in any case: thresholds of likeness move with the length of the lists."""
SPREAD: Final = 2 * 86_400
"""Seconds over which these are spread, so that not everybody comes at once."""


class State(Doc):
    """What decisions depend on: the publication, the program and policy, what people have answered."""

    number: int
    program: str
    answers: int


class Progress(Doc):
    """Up to which state everybody has been decided, and how far the way to the next one has come."""

    done: State
    target: State | None = None
    cursor: int = 0
    """Everybody up to this number has been decided against the target."""


class ChangeBody(Doc):
    """What is told of a change. No name and no number of anybody stands in it; `id` is random."""

    id: str
    change: compare.Change
    code: str
    effect: Effect
    ref: str
    who: str = ""
    was: Effect | None = None
    list: str = ""
    record: str = ""
    record_hash: str = ""
    tier: str = ""
    cause: str = ""
    decision_id: str = ""
    restricted: bool = False
    initial: bool = False
    """Found when the party was decided for the first time."""


class Rescreening:
    """One turn of the work against one generation."""

    def __init__(
        self,
        screener: Screener,
        ledger: Ledger,
        *,
        folder: Path,
        key: bytes,
        clock: Callable[[], datetime],
        go_on: Callable[[], None] = lambda: None,
        messages: Callable[[list[Told]], list[Delivery]] = lambda _: [],
        older: Callable[[int], Generation | None] = lambda _: None,
    ) -> None:
        """Set up.

        Args:
            screener: decides, against the current generation.
            ledger: where everything stands.
            folder: where the index of watched names is kept; it can be made anew.
            key: the installation's, as for decisions.
            clock: the time.
            go_on: called often; raises when the work has to stop here.
            messages: makes the webhook messages of what was told.
            older: opens the generation of a number that is kept.
        """
        self._screener = screener
        self._ledger = ledger
        self._watching = ledger.watching
        self._folder = folder
        self._key = key
        self._clock = clock
        self._go_on = go_on
        self._messages = messages
        self._older = older
        self.decided = 0
        """Parties and tenders decided in this turn."""

    def turn(self) -> None:
        """Bring everybody to the current state, then see to those who are due or new, for a while.

        Raises:
            LedgerError: nothing of the step at hand was kept.
        """
        self.changed()
        end = self._clock() + SLICE
        for some in (self._due_now, self._waiting):
            while self._clock() < end and (rows := some()):
                self._step(rows, self._ledger.reviews_seq())

    def _due_now(self) -> list[Watched]:
        return self._watching.due(self._clock(), STEP)

    def _waiting(self) -> list[Watched]:
        return self._watching.waiting(STEP)

    # changes of the lists, of the program, of what people answered

    def state(self) -> State:
        """The state that decisions depend on now."""
        now = self._clock()
        day = china_day(now)
        policy = self._screener.policy
        rules = ",".join(rule.code for rule in RULES if policy.enabled(rule.code) and rule.in_force(day))
        whole = "\n".join((policy.hash, rule_pack_hash(), algorithm(), rules))
        return State(
            # a clock that was set back sees an earlier publication: nothing is done before it is there again
            number=self._screener.generation.known(now),
            program=hashlib.sha256(whole.encode()).hexdigest(),
            answers=self._ledger.reviews_seq(),
        )

    def changed(self) -> Touched | None:
        """Decide anew whom everything since the last state can have touched; None where nothing happened."""
        kept = self._watching.progress(NAME)
        current = self.state()
        if kept is None:
            # whoever is watched already waits for the first decision
            self._watching.step((), at=self._clock(), progress=(NAME, 0, _encode(Progress(done=current))))
            return None
        version, progress = kept.version, msgspec.json.decode(kept.value, type=Progress)
        if current == progress.done:
            return None
        everybody = current.program != progress.done.program or current.number < progress.done.number
        if progress.target != current:
            progress = Progress(done=progress.done, target=current)
        found = None if everybody else self._touched(progress.done, current)
        for numbers in (
            self._everybody(progress.cursor) if found is None else _pieces(found.ids, progress.cursor)
        ):
            progress = msgspec.structs.replace(progress, cursor=numbers[-1])
            rows = self._watching.take(numbers)
            self._step(rows, current.answers, (NAME, version, _encode(progress)))
            version += 1
        self._watching.step((), at=self._clock(), progress=(NAME, version, _encode(Progress(done=current))))
        return found

    def _everybody(self, cursor: int) -> Iterator[list[int]]:
        while rows := self._watching.after(cursor, STEP):
            cursor = rows[-1].id
            yield [row.id for row in rows]

    def _touched(self, done: State, current: State) -> Touched:
        generation, policy = self._screener.generation, self._screener.policy
        book = self._ledger.reviews(current.answers)
        answers = [
            traces.answer_key(answer.pair_key)
            for answer in book.answers().values()
            if answer.seq > done.answers
        ]
        for ref, marks in book.all_marks().items():
            answers += [
                traces.answer_key(one)
                for mark in marks
                if mark.seq > done.answers
                for one in (ref, mark.pair_key)
                if one
            ]
        search = Searches(policy).of(generation)
        threshold = getattr(search.likeness, "threshold", None)
        published = current.number > done.number
        watched = watchlist(self._watching.traces(), texts=published and threshold is not None)
        self._go_on()

        def likeness(names: Mapping[str, bool]) -> traces.Keys:
            return Names(self._folder, watched).resembling(names, threshold=threshold or 0)

        return touched(
            generation,
            done.number,
            watched,
            policy,
            earlier=self._older(done.number) if published else None,
            answers=answers,
            likeness=likeness if watched.texts else None,
            go_on=self._go_on,
        )

    # deciding

    def _step(
        self, rows: Sequence[Watched], answers: int, progress: tuple[str, int, bytes] | None = None
    ) -> None:
        outcomes: list[tuple[Outcome, tuple[Difference, ...]]] = []
        for row in rows:
            self._go_on()
            outcomes.append(self._decide(row, answers))
        finished = self._with_alerts(outcomes)
        self._watching.step(finished, at=self._clock(), progress=progress, messages=self._messages)
        self.decided += len(rows)

    def _decide(self, row: Watched, answers: int) -> tuple[Outcome, tuple[Difference, ...]]:
        from matching.ledger.watching import WAITING
        from matching.ledger.watchrows import Outcome

        now = self._clock()
        body = row.party or b"{}"
        turns: list[datetime] = []
        decision = self._screener.evaluate(
            DecisionRequest.model_validate_json(body),
            as_of=now,
            known_at=now,
            reviews_seq=answers,
            tenant=row.tenant,
            turns=turns,
        )
        before = None if row.found is None else compare.decode(row.found)
        after, differences = compare.compare(before, decision)
        entry = None
        if differences:
            decision = msgspec.structs.replace(decision, decision_id=str(uuid_utils.uuid7()), decided_at=now)
            entry = Entry(
                decision=decision,
                request=body,
                tenant=row.tenant,
                actor=row.owner,
                opening_at=row.opening_at,
                at=now,
            )
        kept = before.decision_id if before is not None else ""
        after = msgspec.structs.replace(after, decision_id=decision.decision_id or kept)
        known = traces.decode(row.traces)
        initial = row.state == WAITING and before is None
        outcome = Outcome(
            row=row,
            found=compare.encode(after),
            traces=traces.encode(
                msgspec.structs.replace(
                    known, records=traces.seen_records(decision, known.records, self._key)
                )
            ),
            due_at=_due(turns, now, row.id),
            changes=tuple(_told(one, row, decision, initial) for one in differences),
            entry=entry,
        )
        return outcome, () if initial else differences

    def _with_alerts(self, outcomes: Sequence[tuple[Outcome, tuple[Difference, ...]]]) -> list[Outcome]:
        """The outcomes with the alerts that they open, add to or close."""
        changed = [outcome.row.id for outcome, differences in outcomes if differences]
        open_: dict[str, Item] = {}
        if changed:
            found = self._ledger.items.with_key("alert", [f"open:{number}" for number in changed])
            open_ = {f"{item.tenant}/{_watched_of(item)}": item for item in found}
        finished = []
        for outcome, differences in outcomes:
            known = open_.get(f"{outcome.row.tenant}/{outcome.row.id}")
            draft = alert_draft(outcome.row, compare.decode(outcome.found), differences, known)
            finished.append(outcome if draft is None else msgspec.structs.replace(outcome, drafts=(draft,)))
        return finished


def _watched_of(item: Item) -> int:
    from matching.watch.alerts import read_alert

    return read_alert(item).watched


def _pieces(ids: traces.Keys, cursor: int) -> Iterator[list[int]]:
    left = ids[ids > cursor].tolist()
    for begin in range(0, len(left), STEP):
        yield left[begin : begin + STEP]


def _due(turns: Sequence[datetime], now: datetime, number: int) -> datetime:
    """When to look again though nothing was published: the next change by time, or after a week."""
    again = now + AGAIN - timedelta(seconds=number % SPREAD)
    return min((turn for turn in turns if turn > now), default=again) if turns else again


def _told(one: Difference, row: Watched, decision: Decision, initial: bool) -> bytes:
    seen = one.either
    body = ChangeBody(
        id=f"chg_{uuid.uuid4().hex}",
        change=one.change,
        code=seen.code,
        effect=seen.effect,
        ref=row.ref,
        was=one.before.effect if one.change == "changed" and one.before is not None else None,
        cause=one.cause,
        decision_id=decision.decision_id,
        initial=initial,
    )
    if seen.restricted:
        body = msgspec.structs.replace(body, restricted=True, cause="")
    else:
        body = msgspec.structs.replace(
            body,
            who=seen.who,
            list=seen.list,
            record=seen.record,
            record_hash=seen.record_hash,
            tier=seen.tier,
        )
    return msgspec.json.encode(body)


def _encode(progress: Progress) -> bytes:
    return msgspec.json.encode(progress)


__all__ = ["ChangeBody", "Found", "Progress", "Rescreening", "State"]
