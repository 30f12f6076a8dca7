"""Builds the `Case` of a request: who bids, who acts for whom, what is connected, and every record about them.

All look-ups of a decision happen here, against one mapped generation; the rules only read the result.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

import msgspec

from graph import keys, text
from graph.dates import china_day
from graph.generation import Generation
from graph.lists import APART, BY_CODE, RESEARCH
from graph.model import Party, PartyType
from matching import ties
from matching.decision import Effect, NotAssessable, Tier, Trace
from matching.entities import along, best, founded, identity, individual, same_person, shown_code, unite
from matching.gaps import gap, note
from matching.kinship import Connected, Kinship, Officer, name_path
from matching.matcher import Matcher, case_numbers
from matching.policy import Policy
from matching.request import Bidder, DecisionRequest, PartyRef, Person
from matching.rules.base import BidderView, Case, EntityView, Found, Hit, Kin, PersonView, SubjectView
from matching.subjects import (
    READ_SCHEMES,
    Subject,
    derive,
    enrich,
    from_party,
    party_subject,
    person_subject,
)

MANY = 4
"""Bidders from which their names are searched together."""
NAMESAKES = 10
"""Parties of one name that are looked at for one bidder."""
SINGLE_POSTS = frozenset({"legal_rep", "principal", "operator", "investor"})
"""Posts that one person holds: another name in the request means that the register may be out of date."""


class _Found(NamedTuple):
    """A party that the subject is (by number) or may be (by name)."""

    ordinal: int
    party: Party
    sure: bool


class Aside(msgspec.Struct, kw_only=True):
    """What belongs to one bidder or other subject beside its view: number to show, what was put aside, gaps."""

    code: str = ""
    traces: list[Trace] = msgspec.field(default_factory=list)
    gaps: list[NotAssessable] = msgspec.field(default_factory=list)


class Built(msgspec.Struct, kw_only=True):
    """A case with what was put aside on the way, by bidder and by other subject, and what could not be assessed
    of the tender as a whole."""

    case: Case
    bidders: list[Aside]
    subjects: list[Aside]
    gaps: tuple[NotAssessable, ...] = ()


class _Records:
    """The records of those who are connected, looked up once: many bidders have the same owners and sisters."""

    # apart from the builder, whose parts refer to it: in a circle they would all wait for the collector of garbage
    def __init__(self, matcher: Matcher) -> None:
        self._matcher = matcher
        self._found: dict[tuple[str, str, bool], list[Hit]] = {}

    def of(self, about: Subject | Party, role: str, doubtful: bool) -> list[Hit]:
        """The records of somebody."""
        key = (about.key if isinstance(about, Party) else about.n6, role, doubtful)
        found = self._found.get(key)
        if found is None:
            subject = from_party(about) if isinstance(about, Party) else about
            found = self._found[key] = self._matcher.match(subject, role, doubtful=doubtful)[0]
        return found


class CaseBuilder:
    """Turns one request into one case. Made per decision; holds nothing between decisions."""

    def __init__(
        self, generation: Generation, policy: Policy, matcher: Matcher, *, as_of: datetime, known: int
    ):
        self._generation = generation
        self._policy = policy
        self._matcher = matcher
        self._as_of = as_of
        self._known = known
        self._records = records = _Records(matcher)
        self._kinship = Kinship(
            generation, policy, as_of=as_of, known=known,
            matters=lambda party: bool(records.of(party, "sister", False)),
        )  # fmt: skip
        self._gaps: list[NotAssessable] = []
        self._subjects_of: dict[int, Subject] = {}

    def build(self, request: DecisionRequest) -> Built:
        """The case of `request`."""
        bidders: list[BidderView] = []
        beside: list[Aside] = []
        if len(request.bidders) >= MANY:
            self._read_ahead(request)
        for index, bidder in enumerate(request.bidders):
            aside = Aside()
            bidders.append(self._bidder(index, bidder, aside))
            aside.gaps = self._take_gaps()
            beside.append(aside)
        unite(bidders, [aside.gaps for aside in beside])
        subjects: list[SubjectView] = []
        subjects_beside: list[Aside] = []
        for subject, aside in self._subjects(request):
            subjects.append(subject)
            aside.gaps = self._take_gaps()
            subjects_beside.append(aside)
        self._matcher.boundaries.extend(self._kinship.boundaries)
        case = Case(
            request=request,
            as_of=self._as_of,
            activity=request.tender.activity_date or china_day(self._as_of),
            known=self._known,
            policy=self._policy,
            lists=self._generation.lists(self._known),
            generation=self._generation,
            bidders=tuple(bidders),
            subjects=tuple(subjects),
            asks=self._matcher.asked,
        )
        connected = ties.read(case)
        self._matcher.boundaries.extend(connected.boundaries)
        for place, gap_found in connected.gaps:
            if place is not None:
                beside[place].gaps.append(gap_found)
        return Built(
            case=connected.attach(case),
            bidders=beside,
            subjects=subjects_beside,
            gaps=(
                *(gap_found for place, gap_found in connected.gaps if place is None),
                *_research(request),
            ),
        )

    def _read_ahead(self, request: DecisionRequest) -> None:
        """Read all bidders before the first of them is matched: their names are searched at once."""
        for bidder in request.bidders:
            if bidder.name or bidder.identifiers:
                self._subjects_of[id(bidder)] = party_subject(bidder)
        self._matcher.ahead(tuple(self._subjects_of.values()))

    def _bidder(self, index: int, bidder: Bidder, aside: Aside) -> BidderView:
        members = bidder.consortium.members if bidder.consortium is not None else ()
        entities: list[EntityView] = []
        if bidder.name or bidder.identifiers:
            subject = self._subjects_of.get(id(bidder)) or party_subject(bidder)
            aside.code = shown_code(subject)
            role = "lead" if members else "sole"
            staff = [
                (name, person)
                for name, person in (("agent", bidder.agent), ("project_manager", bidder.project_manager))
                if person is not None
            ]
            staff.extend(("key_staff", person) for person in bidder.key_staff)
            entities.append(self._entity(role, bidder, subject, staff, aside.traces))
        for member in members:
            subject = party_subject(member)
            entity = self._entity("member", member, subject, [], aside.traces)
            # The leader is often named among the members too. What a second mention adds is kept, and another
            # code under the same name is another party.
            plain = not (member.legal_rep or member.principal or member.former_names)
            again = any(entity.identity and set(entity.identity) <= set(other.identity) for other in entities)
            if not (plain and again):
                entities.append(entity)
        client_id = bidder.client_id or str(index + 1)
        return BidderView(index=index, client_id=client_id, bidder=bidder, entities=tuple(entities))

    def _entity(
        self,
        role: str,
        ref: PartyRef,
        subject: Subject,
        staff: list[tuple[str, Person]],
        aside: list[Trace],
    ) -> EntityView:
        self._check(subject, role, decides=True)
        found = self._resolve(subject)
        sure = next((one.party for one in found if one.sure), None)
        enriched = enrich(subject, sure)
        hits, put_aside = self._matcher.match(enriched, role, similar=True)
        aside.extend(put_aside)
        rejected = _rejected(put_aside)
        connected: list[tuple[Connected, bool]] = []
        officers: list[tuple[Officer, bool]] = []
        heads = person_subject(ref.legal_rep).codes if ref.legal_rep is not None else ()
        for one in found:
            near, people = self._kinship.read(one.ordinal, one.party)
            connected.extend((other, not one.sure) for other in near)
            if one.sure:
                connected.extend((c, False) for c in self._kinship.near(one.ordinal, one.party, heads))
            officers.extend((officer, not one.sure) for officer in people)
            if not one.sure and not subject.codes:
                derived, refused = self._matcher.match(derive(subject, one.party), role, doubtful=True)
                hits.extend(derived)
                rejected |= _rejected(refused)
        if subject.type is PartyType.ORGANIZATION:
            connected.extend((c, True) for c in self._by_name(enriched, [c for c, _ in connected]))
        # what a person has said of a record and this party is not asked again by way of a namesake in the graph
        hits = best([hit for hit in hits if hit.record_hash not in rejected])
        # a record that is the company's own only by a resembling name is no second fact about its people
        sure_hits = [hit for hit in hits if hit.tier is not Tier.E5 or hit.cap is Effect.BLOCK]
        cases = frozenset(number for hit in sure_hits for number in case_numbers(hit.listing))
        own = [
            (name, p)
            for name, p in (("legal_rep", ref.legal_rep), ("principal", ref.principal))
            if p is not None
        ]
        company = "|".join(identity(subject))
        if self._kinship.cut:
            self._kinship.cut = False
            self._gaps.append(note("cut", f"relation:{role}", subject.label, False))
        return EntityView(
            role=role,
            ref=ref,
            type=subject.type,
            label=subject.label,
            identity=identity(subject),
            party=None if sure is None else sure.key,
            hits=tuple(hits),
            persons=self._persons([*own, *staff], officers, cases, company, aside),
            kin=(*self._kin(connected), *self._similar_parents(enriched, aside)),
            found=tuple(Found(one.ordinal, one.sure) for one in found),
            individual_business=individual(subject, [one.party for one in found]),
            legal_form=next(
                (form for one in found if (form := one.party.attributes.get("legal_form", ""))), ""
            ),
            founded=None if sure is None else founded(sure),
        )

    def _by_name(self, subject: Subject, connected: list[Connected]) -> Iterable[Connected]:
        """Parents and listed branches that only the name points to, beside those that the register knows."""
        parents = frozenset(c.subject.n6 for c in connected if c.role == "parent")
        branches = {c.subject.n6 for c in connected if c.role == "branch"}
        yield from self._kinship.by_name(subject, parents)
        yield from (c for c in self._kinship.branches_by_name(subject) if c.subject.n6 not in branches)

    def _similar_parents(self, subject: Subject, aside: list[Trace]) -> Iterable[Kin]:
        """Records of companies whose names resemble the one a branch's name begins with: for a human to look at.

        Only where neither a register nor a list knows a company of exactly one of the names it may begin with.
        """
        branch = text.branch(subject.n6) if subject.type is PartyType.ORGANIZATION else None
        if branch is None or not branch.stated or self._known_parent(branch.stem_candidates):
            return
        stem = branch.stem_candidates[0]
        parent = Subject(
            type=PartyType.ORGANIZATION, name=stem, n6=stem, texts=(stem,), region=subject.region
        )
        path = name_path(subject.name, stem, "parent")
        hits, put_aside = self._matcher.match(parent, "parent", path=path, doubtful=True, similar=True)
        aside.extend(put_aside)
        if hits:
            yield Kin(role="parent", by="name", hits=tuple(hits))

    def _known_parent(self, stems: Iterable[str]) -> bool:
        return any(
            self._generation.parties(keys.org_name(stem)) or self._generation.listings(keys.org_name(stem))
            for stem in stems
        )

    def _resolve(self, subject: Subject) -> list[_Found]:
        """The parties that the subject may be: the one with its number, and those of exactly its name without one.

        A name alone may belong to several; all are looked at, and none of them can do more than ask for a review.
        """
        found: list[_Found] = []
        for code in subject.codes:
            scheme, value = code.split(":", 1)
            for ordinal in self._generation.parties(keys.identifier(scheme, value)):
                party = self._generation.party(ordinal)
                if any(i.scheme == scheme and i.value == value for i in party.ids) and not found:
                    found.append(_Found(ordinal, party, True))
        if subject.type is PartyType.PERSON or not subject.n6:
            return found
        coded = bool(subject.codes) or any(i.state == "checksum" for i in subject.ids)
        for ordinal in self._generation.parties(keys.org_name(subject.n6)):
            if len(found) >= NAMESAKES:
                self._kinship.cut = True
                break
            party = self._generation.party(ordinal)
            if party.type is not PartyType.ORGANIZATION or any(one.ordinal == ordinal for one in found):
                continue
            numbered = any(i.state == "valid" for i in party.ids)
            known = from_party(party)
            if not (coded and numbered) and (known.n6 == subject.n6 or subject.n6 in known.former):
                found.append(_Found(ordinal, party, False))
        return found

    def _take_gaps(self) -> list[NotAssessable]:
        """What could not be assessed of the party just read; each gap once."""
        found, self._gaps = list(dict.fromkeys(self._gaps)), []
        return found

    def _check(self, subject: Subject, role: str, *, decides: bool) -> None:
        """Note what was given and can't be used: such a party is never simply clear.

        A person in a bidder's service who is named without a number is noted and decides nothing: nobody is a
        hit by name, and bids rarely state more.
        """
        for parsed in subject.unreadable:
            ours = parsed.scheme in READ_SCHEMES  # a scheme that no list here uses decides nothing
            self._gaps.append(gap("unreadable", subject, role, why=parsed, decides=decides and ours))
        if subject.several:
            self._gaps.append(note("several", f"input:{role}.name", subject.label, decides))
        elif subject.doubtful and not self._registered_so(subject):
            wrong = next(i for i in (*subject.ids, *subject.operator_numbers) if i.state == "checksum")
            self._gaps.append(gap("unreadable", subject, role, why=wrong, decides=decides))
        elif not subject.comparable and not any(p.scheme in READ_SCHEMES for p in subject.unreadable):
            self._gaps.append(gap("not_supplied", subject, role, why=None, decides=decides))

    def _registered_so(self, subject: Subject) -> bool:
        """Whether the register has a number under the subject's name though its check fails: a few real ones do."""
        given = {(i.scheme, i.value) for i in subject.ids if i.state == "checksum"}
        if not given or not subject.n6:
            return False
        named = self._generation.parties(keys.org_name(subject.n6))[:NAMESAKES]
        return any(given & {(i.scheme, i.value) for i in self._generation.party(o).ids} for o in named)

    def _kin(self, connected: Iterable[tuple[Connected, bool]]) -> tuple[Kin, ...]:
        kin = []
        for other, doubtful in connected:
            doubtful = doubtful or other.by == "name"
            hits = self._records.of(other.about, other.role, doubtful)
            if hits:
                kin.append(
                    Kin(role=other.role, by="name" if doubtful else "code", hits=along(hits, other.path))
                )
        return tuple(kin)

    def _persons(
        self,
        named: list[tuple[str, Person]],
        officers: list[tuple[Officer, bool]],
        cases: frozenset[tuple[str, str]],
        company: str,
        aside: list[Trace],
    ) -> tuple[PersonView, ...]:
        """Everyone who acts for the entity: as the request names them and as the register does.

        Where the two disagree on who holds a post, both are looked at; the register's may be out of date, so it
        asks for a review at most.
        """
        views: list[PersonView] = []
        stated: dict[str, list[Subject]] = {}
        for role, person in named:
            subject = person_subject(person)
            self._check(subject, role, decides=bool(subject.unreadable))
            stated.setdefault(role, []).append(subject)
            hits: list[Hit] = []
            if subject.ids or (subject.birth_year and subject.region) or cases:  # a name alone is never a hit
                hits, put_aside = self._matcher.match(subject, role, cases=cases, company=company)
                aside.extend(put_aside)
            views.append(PersonView(role=role, person=person, hits=tuple(hits), codes=subject.codes))
        for officer, doubtful in officers:
            own = stated.get(officer.role, [])
            if any(same_person(officer.subject, one) for one in own):
                continue
            if (
                own
                and officer.role in SINGLE_POSTS
                and not any(o.n6 == officer.subject.n6 and not o.ids for o in own)
            ):
                doubtful = True
            if not officer.subject.ids and not cases:
                continue
            hits, put_aside = self._matcher.match(
                officer.subject,
                officer.role,
                cases=cases,
                doubtful=doubtful,
                company=company,
            )
            aside.extend(put_aside)
            person = Person(name=officer.subject.name)
            known = along(hits, officer.path) if hits else ()
            views.append(PersonView(role=officer.role, person=person, hits=known))
        return tuple(views)

    def _subjects(self, request: DecisionRequest) -> Iterable[tuple[SubjectView, Aside]]:
        tender = request.tender
        organizations = (
            ("buyer", tender.buyer),
            ("agency", tender.agency),
            ("platform_operator", tender.platform_operator),
            *(("prior_service_provider", p) for p in tender.prior_service_providers),
        )
        for role, ref in organizations:
            if ref is None:
                continue
            subject = party_subject(ref)
            aside = Aside(code=shown_code(subject))
            entity = self._entity(role, ref, subject, [], aside.traces)
            view = SubjectView(role=role, client_id=ref.client_id or role, label=subject.label, entity=entity)
            yield view, aside
        people = (
            ("expert", tender.experts),
            ("committee", tender.committee),
            ("official", tender.officials),
        )
        for role, persons in people:
            for position, person in enumerate(persons, 1):
                subject = person_subject(person)
                aside = Aside(code=shown_code(subject))
                self._check(subject, role, decides=True)
                hits, put_aside = (
                    self._matcher.match(subject, role, company=role) if subject.ids else ([], [])
                )
                aside.traces.extend(put_aside)
                seen = PersonView(role=role, person=person, hits=tuple(hits))
                client_id = f"{role}-{position}"
                yield SubjectView(role=role, client_id=client_id, label=subject.label, person=seen), aside


def _research(request: DecisionRequest) -> Iterable[NotAssessable]:
    """That lists kept apart, which the documents name, decide nothing: foreign measures (SPEC 3), and permits."""
    for code in request.tender.invoked_lists or ():
        if code in APART:
            why = "research_list" if code in RESEARCH else "counted_list"
            yield note(why, f"list:{code}", BY_CODE[code].zh, False)


def _rejected(put_aside: Iterable[Trace]) -> set[str]:
    """Records of which a person said that they are about somebody else."""
    return {trace.record_hash for trace in put_aside if trace.why == "rejected_by_review"}
