"""Builds the `Case` of a request: who bids, who acts for whom, what is connected, and every record about them.

All look-ups of a decision happen here, against one mapped generation; the rules only read the result.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Literal

import msgspec

from graph import keys
from graph.dates import china_day
from graph.generation import Generation
from graph.identifiers import Parsed
from graph.messages import Lang, catalogue, say
from graph.model import Party, PartyType
from matching.decision import Bilingual, NotAssessable, RelationPath, Trace
from matching.kinship import Connected, Kinship, Officer
from matching.matcher import Matcher
from matching.policy import Policy
from matching.request import Bidder, DecisionRequest, PartyRef, Person
from matching.rules.base import BidderView, Case, EntityView, Kin, PersonView, SubjectView
from matching.subjects import READ_SCHEMES, Subject, from_party, party_subject, person_subject, show


class Built(msgspec.Struct, kw_only=True):
    """A case with what was put aside on the way, by bidder and by other subject."""

    case: Case
    bidder_traces: list[list[Trace]]
    subject_traces: list[list[Trace]]
    bidder_gaps: list[list[NotAssessable]]
    subject_gaps: list[list[NotAssessable]]
    bidder_codes: list[str]
    subject_codes: list[str]


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
        self._kinship = Kinship(generation, policy, as_of=as_of, known=known)
        self._gaps: list[NotAssessable] = []

    def build(self, request: DecisionRequest) -> Built:
        """The case of `request`."""
        bidders: list[BidderView] = []
        traces: list[list[Trace]] = []
        codes: list[str] = []
        bidder_gaps: list[list[NotAssessable]] = []
        for index, bidder in enumerate(request.bidders):
            put_aside: list[Trace] = []
            view, code = self._bidder(index, bidder, put_aside)
            bidders.append(view)
            traces.append(put_aside)
            codes.append(code)
            bidder_gaps.append(self._take_gaps())
        subjects: list[SubjectView] = []
        subject_traces: list[list[Trace]] = []
        subject_codes: list[str] = []
        subject_gaps: list[list[NotAssessable]] = []
        for subject_view, aside, code in self._subjects(request):
            subjects.append(subject_view)
            subject_traces.append(aside)
            subject_codes.append(code)
            subject_gaps.append(self._take_gaps())
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
        )
        return Built(
            case=case,
            bidder_traces=traces,
            subject_traces=subject_traces,
            bidder_gaps=bidder_gaps,
            subject_gaps=subject_gaps,
            bidder_codes=codes,
            subject_codes=subject_codes,
        )

    def _bidder(self, index: int, bidder: Bidder, aside: list[Trace]) -> tuple[BidderView, str]:
        members = bidder.consortium.members if bidder.consortium is not None else ()
        entities: list[EntityView] = []
        code = ""
        if bidder.name or bidder.identifiers:
            subject = party_subject(bidder)
            code = _code(subject)
            role = "lead" if members else "sole"
            staff = [
                (name, person)
                for name, person in (("agent", bidder.agent), ("project_manager", bidder.project_manager))
                if person is not None
            ]
            staff.extend(("key_staff", person) for person in bidder.key_staff)
            entities.append(self._entity(role, bidder, subject, staff, aside))
        for member in members:
            subject = party_subject(member)
            entity = self._entity("member", member, subject, [], aside)
            # the leader is often named among the members too; another code under the same name is another party
            if not any(entity.identity and set(entity.identity) <= set(other.identity) for other in entities):
                entities.append(entity)
        client_id = bidder.client_id or str(index + 1)
        return BidderView(index=index, client_id=client_id, bidder=bidder, entities=tuple(entities)), code

    def _entity(
        self,
        role: str,
        ref: PartyRef,
        subject: Subject,
        staff: list[tuple[str, Person]],
        aside: list[Trace],
    ) -> EntityView:
        self._check(subject, role, decides=True)
        ordinal, party = self._resolve(subject)
        enriched = _enrich(subject, party)
        hits, put_aside = self._matcher.match(enriched, role)
        aside.extend(put_aside)
        connected: list[Connected] = []
        officers: list[Officer] = []
        if ordinal is not None and party is not None:
            connected, officers = self._kinship.read(ordinal, party)
        if subject.type is PartyType.ORGANIZATION:
            connected.extend(self._kinship.by_name(enriched, any(c.role == "parent" for c in connected)))
            coded = {c.subject.n6 for c in connected if c.role == "branch"}
            connected.extend(c for c in self._kinship.branches_by_name(enriched) if c.subject.n6 not in coded)
        cases = frozenset(
            number for hit in hits for number in (hit.listing.case_no, hit.listing.decision_no) if number
        )
        own = [
            (name, p)
            for name, p in (("legal_rep", ref.legal_rep), ("principal", ref.principal))
            if p is not None
        ]
        return EntityView(
            role=role,
            ref=ref,
            type=subject.type,
            label=subject.label,
            identity=_identity(subject),
            party=None if party is None or enriched.derived else party.key,
            hits=tuple(hits),
            persons=self._persons([*own, *staff], officers, cases, aside),
            kin=self._kin(connected, aside),
            individual_business=_individual(subject, party),
            legal_form="" if party is None else party.attributes.get("legal_form", ""),
        )

    def _resolve(self, subject: Subject) -> tuple[int | None, Party | None]:
        """The party of a subject: by strong number, else the only registered one of exactly that name."""
        for code in subject.codes:
            scheme, value = code.split(":", 1)
            for ordinal in self._generation.parties(keys.identifier(scheme, value)):
                party = self._generation.party(ordinal)
                if any(i.scheme == scheme and i.value == value for i in party.ids):
                    return ordinal, party
        if subject.codes or subject.type is PartyType.PERSON or not subject.n6:
            return None, None
        if any(i.state == "checksum" for i in subject.ids) or not self._generation.registered(subject.n6):
            return None, None
        named = [
            (ordinal, party)
            for ordinal in self._generation.parties(keys.org_name(subject.n6))
            if (party := self._generation.party(ordinal)).type is PartyType.ORGANIZATION
            and from_party(party).n6 == subject.n6
        ]
        return named[0] if len(named) == 1 else (None, None)

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
            ours = (
                parsed.scheme in READ_SCHEMES
            )  # a number of a scheme that no list here uses decides nothing
            self._gaps.append(_gap("unreadable", subject, role, why=parsed, decides=decides and ours))
        if not subject.comparable and not any(p.scheme in READ_SCHEMES for p in subject.unreadable):
            self._gaps.append(_gap("not_supplied", subject, role, why=None, decides=decides))

    def _kin(self, connected: Iterable[Connected], aside: list[Trace]) -> tuple[Kin, ...]:
        kin = []
        for other in connected:
            hits, _ = self._matcher.match(other.subject, other.role, path=other.path)
            if hits:
                kin.append(Kin(role=other.role, by=other.by, hits=tuple(hits)))
        return tuple(kin)

    def _persons(
        self,
        named: list[tuple[str, Person]],
        officers: list[Officer],
        cases: frozenset[str],
        aside: list[Trace],
    ) -> tuple[PersonView, ...]:
        views: list[PersonView] = []
        seen: set[tuple[str, str]] = set()
        for role, person in named:
            subject = person_subject(person)
            self._check(subject, role, decides=bool(subject.unreadable))
            seen.add((role, subject.n6))
            path: RelationPath | None = None
            for officer in officers:
                if officer.role == role and officer.subject.n6 == subject.n6 and not subject.ids:
                    subject, path = officer.subject, officer.path
            views.append(self._person(role, person, subject, path, cases, aside))
        for officer in officers:
            if (officer.role, officer.subject.n6) not in seen:
                person = Person(name=officer.subject.name)
                views.append(self._person(officer.role, person, officer.subject, officer.path, cases, aside))
        return tuple(views)

    def _person(
        self,
        role: str,
        person: Person,
        subject: Subject,
        path: RelationPath | None,
        cases: frozenset[str],
        aside: list[Trace],
    ) -> PersonView:
        if not subject.ids and not (subject.birth_year and subject.region) and not cases:
            return PersonView(role=role, person=person)  # a name alone can never be a hit
        hits, put_aside = self._matcher.match(subject, role, path=path, cases=cases)
        aside.extend(put_aside)
        return PersonView(role=role, person=person, hits=tuple(hits))

    def _subjects(self, request: DecisionRequest) -> Iterable[tuple[SubjectView, list[Trace], str]]:
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
            aside: list[Trace] = []
            subject = party_subject(ref)
            entity = self._entity(role, ref, subject, [], aside)
            view = SubjectView(role=role, client_id=ref.client_id or role, label=subject.label, entity=entity)
            yield view, aside, _code(subject)
        people = (
            ("expert", tender.experts),
            ("committee", tender.committee),
            ("official", tender.officials),
        )
        for role, persons in people:
            for position, person in enumerate(persons, 1):
                aside = []
                subject = person_subject(person)
                self._check(subject, role, decides=True)
                seen = self._person(role, person, subject, None, frozenset(), aside)
                yield (
                    SubjectView(role=role, client_id=f"{role}-{position}", label=subject.label, person=seen),
                    aside,
                    _code(subject),
                )


def _role(role: str, lang: Lang) -> str:
    own = f"role.{role}"
    return say("matching", own if own in catalogue("matching") else f"rule.role.{role}", lang)


def _gap(
    reason: Literal["unreadable", "not_supplied"],
    subject: Subject,
    role: str,
    *,
    why: Parsed | None,
    decides: bool,
) -> NotAssessable:
    code = "input.unreadable" if why is not None else "input.unidentified"

    def words(lang: Lang) -> str:
        problem = say("graph", why.problem, lang, **why.params) if why is not None and why.problem else ""
        party = subject.name or say("matching", "input.unnamed", lang)
        return say("matching", code, lang, party=party, role=_role(role, lang), problem=problem)

    detail = Bilingual(zh=words("zh"), en=words("en"))
    return NotAssessable(
        code="INPUT", what=f"input:{role}.identifiers", reason=reason, detail=detail, decides=decides
    )


def _enrich(subject: Subject, party: Party | None) -> Subject:
    """Add what the register knows: former names always, numbers only (as derived) where the request gave none."""
    if party is None or subject.type is PartyType.PERSON:
        return subject  # what records call a person is no second name of that person
    known = from_party(party, derived=True)
    former = tuple(
        dict.fromkeys((*subject.former, *(n for n in (known.n6, *known.former) if n != subject.n6)))
    )
    if subject.ids:
        name, n6 = (subject.name, subject.n6) if subject.name else (known.name, known.n6)
        return msgspec.structs.replace(
            subject,
            name=name,
            n6=n6,
            former=tuple(f for f in former if f and f != n6),
            region=subject.region or known.region,
        )
    return msgspec.structs.replace(
        subject, ids=known.ids, former=former, derived=True, region=subject.region or known.region
    )


def _identity(subject: Subject) -> tuple[str, ...]:
    """What two appearances of the same party share: valid numbers, else the whole name."""
    return (*subject.codes, f"name:{subject.n6}") if subject.n6 else subject.codes


def _individual(subject: Subject, party: Party | None) -> bool:
    """Whether the entity is an individual business (个体工商户): USCC prefix 92, or so registered."""
    if any(i.scheme == "uscc" and i.value.startswith("92") for i in subject.ids):
        return True
    return party is not None and "个体" in party.attributes.get("legal_form", "")


def _code(subject: Subject) -> str:
    return show(subject.ids[0]) if subject.ids else ""
