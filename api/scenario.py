"""Runs golden scenarios: each in a temporary home of its own, through the same store, generation and front
door as everything else; compares what comes out with what the file expects."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Literal

import msgspec

from api.explain import findings_of, verdict_of
from api.problems import RequestError, validate_request
from api.scenario_casework import Desk
from api.scenario_facts import (
    PUBLISHER,
    Expect,
    Expected,
    ListSpec,
    PartySpec,
    RecordSpec,
    RelationSpec,
    Scenario,
    ScenarioError,
    Step,
    listing,
    read_scenario,
    register,
)  # fmt: skip
from api.scenario_measures import compare_timeliness, play_measures
from graph.dates import parse_instant
from graph.generation import Earlier, Generation, current_generation, publish
from graph.messages import Lang
from graph.store import Batch, SnapshotInfo, Store, TrialStore, open_store
from matching.decision import Decision, Finding, SubjectResult, Verdict
from matching.index.write import write_index
from matching.ledger import Ledger, open_ledger
from matching.ledger.record import questions
from matching.policy import Policy, load_policy
from matching.request import DecisionRequest
from matching.screening import Screener

KEY = b"golden scenarios use a fixed key"


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """How a scenario went: an expected failure that fails is fine, one that passes is not."""

    id: str
    path: str
    title: str
    ok: bool
    xfail: str
    differences: tuple[str, ...]

    @property
    def state(self) -> str:
        """`passed`, `failed`, `xfailed` or `xpassed`."""
        if self.xfail:
            return "xfailed" if self.ok else "xpassed"
        return "passed" if self.ok else "failed"


def scenario_files(paths: Iterable[Path]) -> list[Path]:
    """The scenario files among files and folders; a schema is none.

    Raises:
        ScenarioError: `scenario.none`: there is not one.
    """
    found: list[Path] = []
    for path in paths:
        found += sorted(path.rglob("*.json")) if path.is_dir() else [path]
    found = [path for path in found if path.name != "schema.json"]
    if not found:
        raise ScenarioError("scenario.none")
    return found


def run_file(
    path: Path, lang: Lang = "en", *, policy: Policy | None = None, trial: TrialStore | None = None
) -> Outcome:
    """Run one file.

    Args:
        path: the scenario.
        lang: of its title.
        policy: else the one that ships with the program.
        trial: a database for trials, which is emptied first; else an embedded store of its own.

    Raises:
        ScenarioError: the file is no scenario.
    """
    scenario = read_scenario(path)
    with tempfile.TemporaryDirectory(prefix="liancheng-scenario-", dir=memory_folder()) as folder:
        differences = tuple(_run(scenario, Path(folder), policy or load_policy(), trial))
    return Outcome(
        id=scenario.id,
        path=str(path),
        title=scenario.title.zh if lang == "zh" else scenario.title.en,
        ok=bool(differences) if scenario.xfail else not differences,
        xfail=scenario.xfail,
        differences=differences,
    )


def memory_folder() -> str | None:
    """A folder in memory where there is one: a scenario's world is thrown away and need not be durable."""
    folder = Path("/dev/shm")  # noqa: S108 - only the parent of a private folder that tempfile makes
    return str(folder) if os.access(folder, os.W_OK) else None


def _run(scenario: Scenario, home: Path, policy: Policy, trial: TrialStore | None) -> Iterator[str]:
    if trial is not None:
        trial.empty()
    store = trial or open_store(str(home / "store.db"), create=True)
    reviewed = any(s.review or s.objection or s.repair or s.expect.measures for s in scenario.steps)
    world = World(store, home, policy, open_ledger(f"sqlite:///{home}/ledger.db") if reviewed else None)
    try:
        for number, step in enumerate(scenario.steps, 1):
            where = f"step {number}: " if len(scenario.steps) > 1 else ""
            for difference in world.play(step):
                yield where + difference
    finally:
        world.close()
        if trial is None:
            store.close()


class World:
    """The store of a scenario as its steps change it."""

    def __init__(self, store: Store, home: Path, policy: Policy, ledger: Ledger | None = None) -> None:
        self._store = store
        self._home = home
        self._policy = policy
        self._parties: dict[str, PartySpec] = {}
        self._relations: tuple[RelationSpec, ...] = ()
        self._generation: Generation | None = None
        self._runs = 0
        self._ledger = ledger
        self._desk = None if ledger is None else Desk(ledger, KEY)
        self.asked: Decision | None = None
        """The last decision that a step asked for."""

    def close(self) -> None:
        """Release the generation and the ledger."""
        self._release()
        if self._ledger is not None:
            self._ledger.close()

    def _release(self) -> None:
        if self._generation is not None:
            self._generation.close()
            self._generation = None

    def play(self, step: Step) -> Iterator[str]:
        """Load what arrives, ask, compare."""
        at = parse_instant(step.at)
        if step.review:
            self._answer(step.review, at)
        if self._desk is not None:
            yield from self._desk.play(step.objection, step.repair, self.asked, self._generation, at)
        self._load(step, at)
        if step.request is None:
            return
        try:
            request = validate_request(step.request)
        except RequestError as error:
            yield from (f"request {p.pointer}: {p.message('en')}" for p in error.problems)
            return
        if self._generation is None:
            self._generation = current_generation(self._home)
        earlier = Earlier(self._home)
        screener = Screener(
            self._generation, self._policy, self._ledger, pseudonym_key=KEY, older=earlier.open
        )
        # two publications at one instant stand a microsecond apart: the question comes after both
        now = max(at, self._generation.created_at)
        try:
            decision = self.decide(screener, request, now)
        finally:
            earlier.close()
        self.asked = decision
        yield from compare(decision, step.expect)
        yield from unproven(decision)
        if step.expect.measures and self._ledger is not None:
            yield from play_measures(self._ledger, decision.decision_id, step.expect.measures, now)
        if step.expect.timeliness:
            yield from compare_timeliness(self._generation, step.expect.timeliness, now)

    def decide(self, screener: Screener, request: DecisionRequest, now: datetime) -> Decision:
        """The decision that a step asks for; the tests of other ways in compare theirs with it."""
        return screener.screen(request, now=now)

    def _answer(self, answer: Literal["confirm", "reject"], at: datetime) -> None:
        """Record a person's answer to every match that the last decision asked about."""
        assert self._ledger is not None  # noqa: S101  (a scenario with answers has a ledger)
        for _, match in questions(self.asked) if self.asked is not None else ():
            self._ledger.add_review(
                pair_key=match.pair,
                answer=answer,
                reviewer=PUBLISHER,
                reason=answer,
                decision_id=self.asked.decision_id if self.asked is not None else "",
                list=match.list,
                record=match.record,
                record_hash=match.record_hash,
                subject=match.submitted,
                tier=match.tier.value,
                tenant="default",
                at=at,
            )

    def _load(self, step: Step, at: datetime) -> None:
        plain = {code: spec for code, spec in step.lists.items() if not spec.published}
        rows = {code: spec for code, spec in step.lists.items() if spec.published}
        if not (step.lists or step.parties or step.relations) and self._runs:
            return
        self._release()
        if plain or step.parties or step.relations or not rows:
            self._write(plain, step, at)
        for code, spec in rows.items():
            self._load_published(code, spec, at)
        publish(self._store, self._home, index=write_index)

    def _write(self, lists: dict[str, ListSpec], step: Step, at: datetime) -> None:
        """One run of the store for everything that stands in the step as fields."""
        self._runs += 1
        self._parties |= {party.id: party for party in step.parties}
        self._relations += step.relations
        snapshots = [
            SnapshotInfo(
                dataset=code,
                source=PUBLISHER,
                full=spec.snapshot == "full",
                taken_at=parse_instant(spec.taken_at) if spec.taken_at else None,
                sha256=f"{self._runs:064x}",
                rows=len(spec.records),
                accepted=len(spec.records),
            )
            for code, spec in lists.items()
        ]
        # a whole list takes the place of what an earlier step had a loader read, whatever that calls its source
        snapshots += [
            msgspec.structs.replace(one, source=earlier.source, rows=0, accepted=0)
            for one in snapshots
            for earlier in self._store.snapshots()
            if one.full and earlier.dataset == one.dataset and earlier.source != one.source
        ]
        named = bool(step.parties or step.relations)
        if named:
            snapshots.append(SnapshotInfo(dataset="register", source=PUBLISHER, full=False, taken_at=at))
        listings = tuple(
            listing(code, msgspec.convert(record, RecordSpec), position, snapshot.taken_at)
            for (code, spec), snapshot in zip(lists.items(), snapshots, strict=False)
            for position, record in enumerate(spec.records, 1)
        )
        parties, relations = register(self._parties, self._relations) if named else ((), ())
        self._store.begin(f"scenario-{self._runs}", snapshots)
        self._store.write(Batch(listings=listings, parties=parties, relations=relations))
        for snapshot in snapshots:
            if snapshot.full:
                self._store.end_missing(snapshot.dataset, snapshot.source)
        self._store.publish(at)

    def _load_published(self, code: str, spec: ListSpec, at: datetime) -> None:
        """Rows as published go through the loader of their kind, as a file would.

        Raises:
            ScenarioError: `scenario.rows`: nothing could be loaded, so that the scenario would ask about nothing.
        """
        from loaders.run import LoadOptions, load

        self._runs += 1
        path = self._home / f"{code}-{self._runs}.jsonl"
        path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in spec.records), "utf-8")
        options = LoadOptions(
            kind=spec.kind or None,
            list_code=code,
            snapshot=spec.snapshot,
            taken_at=parse_instant(spec.taken_at) if spec.taken_at else None,
        )
        report = load(self._store, [path], options=options, recorded_at=at)
        if not report.published:
            problems = [problem.code for _, problem in report.problems]
            raise ScenarioError("scenario.rows", list=code, detail=", ".join(dict.fromkeys(problems)) or "-")


def compare(decision: Decision, expect: Expect) -> Iterator[str]:
    """What differs between a decision and the expectations of a step, as sentences for an engineer."""
    if expect.verdict and decision.verdict.value != expect.verdict:
        yield f"verdict is {decision.verdict.value}, expected {expect.verdict}"
    places = {bidder.client_id: index for index, bidder in enumerate(decision.bidders)}
    for client_id, expected in expect.bidders.items():
        index = places.get(client_id)
        if index is None:
            yield f"no bidder {client_id}"
            continue
        found = findings_of(decision, index, restricted=True)
        yield from _compare(f"bidder {client_id}", verdict_of(decision, index), found, expected)
        put_aside = {trace.why for trace in decision.bidders[index].trace}
        for why in expected.traces:
            if why not in put_aside:
                yield f"bidder {client_id}: nothing was put aside as {why} ({' '.join(sorted(put_aside))})"
    for pair in expect.pairs:
        result = next((p for p in decision.pairs if {p.a, p.b} == {pair.a, pair.b}), None)
        if result is None:
            if pair.verdict not in ("", "CLEAR") or pair.codes:
                yield f"no result for the pair {pair.a}, {pair.b}"
            continue
        yield from _compare(f"pair {pair.a}, {pair.b}", result.verdict, result.reasons, pair)
    for name, expected in expect.subjects.items():
        subject = _subject(decision, name)
        if subject is None:
            yield f"no subject {name}"
            continue
        yield from _compare(f"subject {name}", subject.verdict, subject.reasons, expected)
    if expect.tender is not None:
        yield from _compare("tender", decision.tender.verdict, decision.tender.reasons, expect.tender)
    groups = [
        decision.not_assessed,
        *(b.not_assessed for b in decision.bidders),
        *(s.not_assessed for s in decision.subjects),
        decision.tender.not_assessed,
    ]
    unknown = {point.what for group in groups for point in group}
    for what in expect.not_assessed:
        if what not in unknown:
            yield f"{what} is not among what could not be assessed"


def _subject(decision: Decision, name: str) -> SubjectResult | None:
    return next((s for s in decision.subjects if name in (s.client_id, s.role)), None)


def _compare(who: str, verdict: Verdict, found: Sequence[Finding], expected: Expected) -> Iterator[str]:
    codes = {finding.code for finding in found}
    if expected.verdict and verdict.value != expected.verdict:
        fired = " ".join(sorted(codes)) or "no rule"
        yield f"{who} is {verdict.value} ({fired}), expected {expected.verdict}"
    for code in expected.codes:
        if code not in codes:
            yield f"{who}: {code} did not fire ({' '.join(sorted(codes)) or 'no rule'} did)"
    for code in expected.not_codes:
        if code in codes:
            yield f"{who}: {code} fired, but must not"
    said = "\n".join(finding.detail.zh for finding in found)
    yield from (f"{who}: nothing says {words}" for words in expected.says if words not in said)
    yield from (f"{who}: {words} is said, but must not" for words in expected.not_says if words in said)


def unproven(decision: Decision) -> Iterator[str]:
    """What every finding owes, whatever a scenario expects: the article, and what it was found by.

    That is the record, the values as each side stated them, or the path, each step of it with its source.
    """
    parts: tuple[tuple[Finding, ...], ...] = (
        *(bidder.reasons for bidder in decision.bidders),
        *(pair.reasons for pair in decision.pairs),
        *(subject.reasons for subject in decision.subjects),
        decision.tender.reasons,
    )
    for finding in (finding for part in parts for finding in part):
        if not finding.legal_basis or not all(basis.article for basis in finding.legal_basis):
            yield f"{finding.code} names no article"
        if finding.path is None and not finding.facts and not finding.evidence:
            yield f"{finding.code} shows neither record nor values nor path"
        if finding.path is not None and not all(edge.source.dataset for edge in finding.path.edges):
            yield f"{finding.code} has a path with a step that names no source"
