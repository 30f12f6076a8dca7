"""How sure a match is: one subject against one recorded subject, to a tier of SPEC 7.7.

Numbers decide first: equal is E1, two different valid ones are X whatever the names. Then nested and masked
numbers with the name, then the name with a second fact. A person's name alone is no match at all. One function
gives the tier and the compared fields, so that the explanation is the calculation.
"""

from __future__ import annotations

from datetime import date

import msgspec

from graph import identifiers, text
from graph.identifiers import Parsed
from graph.model import Id, Listing, Mention, NameKind, PartyType
from matching.compare_names import name_feature, org_name_outcome
from matching.decision import Feature, Tier
from matching.subjects import Subject, mention_region, show

MIN_VISIBLE_ORG = 5
"""A masked organisation code must show at least this many characters to count as evidence beside the name."""
AGE_TOLERANCE = 1
"""Years: published ages are counted now by birthday, now by calendar year."""


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """The tier of a pair with every field that was compared. `tier` None: not a match, nothing to log."""

    tier: Tier | None
    field: str = ""
    submitted: str = ""
    matched: str = ""
    features: tuple[Feature, ...] = ()


NOTHING = Comparison(tier=None)


def compare(subject: Subject, mention: Mention, listing: Listing, *, same_case: bool = False) -> Comparison:
    """Compare a subject of the request with a recorded one.

    Args:
        subject: who takes part.
        mention: whom the record names.
        listing: the record, for its dates, authority and region.
        same_case: the person's record belongs to a case of the company that the person acts for.
    """
    if subject.type is not mention.type:
        return _across_types(subject, mention)
    if subject.type is PartyType.PERSON:
        return _persons(subject, mention, listing, same_case)
    return _organizations(subject, mention, listing)


def _across_types(subject: Subject, mention: Mention) -> Comparison:
    """A list may call an individual business by its operator's number: only an equal number says anything."""
    for own in (*subject.ids, *subject.operator_numbers):
        for other in mention.ids:
            if own.state == other.state == "valid" and _org_pair(own, other) in ("equal", "nested", "reg_no"):
                return _result(Tier.E3, [_number(own, other, "equal")])
    return NOTHING


def _by_operator(subject: Subject, mention: Mention, listing: Listing) -> Feature | None:
    """A person's number given for an organisation, when the record names that person as it or beside it."""
    beside = (r.mention for r in listing.related if r.role in _RESPONSIBLE)
    for own in subject.operator_numbers:
        for person in (mention, *beside):
            for other in person.ids:
                if own.state == other.state == "valid" and (own.scheme, own.value) == (
                    other.scheme,
                    other.value,
                ):
                    return _number(own, other, "equal")
    return None


_RESPONSIBLE = frozenset({"legal_rep", "principal", "operator"})


def _number(own: Parsed | Id, other: Parsed | Id, outcome: str) -> Feature:
    return Feature(name=own.scheme, submitted=show(own), matched=show(other), outcome=outcome)


def _code(code: Id) -> Id:
    """A recorded tax number of 15 as the organisation code that it holds."""
    if code.scheme == "tax_no" and len(code.value) == 15:
        return Id(scheme="org_code", value=code.value[6:], state=code.state)
    return code


def org_numbers(subject: Subject, mention: Mention) -> tuple[str, list[Feature]]:
    """What the numbers say: equal, conflict, mixed, nested, equal_unchecked, masked, reg_no or ''.

    Mixed: one number agrees and another contradicts, so that one side states numbers of two organisations.
    """
    found: dict[str, Feature] = {}
    for own in subject.ids:
        if own.scheme in _CODES:
            for recorded in mention.ids:
                other = _code(recorded)
                if other.scheme in _CODES and other.state != "malformed":
                    outcome = _org_pair(own, other)
                    if outcome and outcome not in found:
                        found[outcome] = _number(own, other, outcome)
    if not found:
        return "", []
    best = min(found, key=_ORDER.index)
    agreeing = [outcome for outcome in ("equal", "nested") if outcome in found]
    against = [outcome for outcome in ("conflict", "mask_conflict") if outcome in found]
    if agreeing and against and (best != "equal" or _states_two(subject)):
        return "mixed", [found[agreeing[0]], found[against[0]]]
    return best, [found[best]]


def _states_two(subject: Subject) -> bool:
    """Whether the party itself states valid codes of more than one organisation."""
    valid = [i for i in subject.ids if i.state == "valid"]
    inner = {
        i.value[8:17] if i.scheme == "uscc" else i.value for i in valid if i.scheme in ("uscc", "org_code")
    }
    return len(inner) > 1 or len({i.value for i in valid if i.scheme == "uscc"}) > 1


_CODES = frozenset({"uscc", "org_code", "reg_no"})
_ORDER = ("equal", "conflict", "mask_conflict", "nested", "equal_unchecked", "masked", "reg_no")


def _org_pair(own: Parsed | Id, other: Parsed | Id) -> str:
    if "masked" in (own.state, other.state):
        a, b = own.value, other.value
        if own.scheme != other.scheme:
            if {own.scheme, other.scheme} != {"uscc", "org_code"}:
                return ""
            a, b = (v[8:17] if scheme == "uscc" else v for scheme, v in ((own.scheme, a), (other.scheme, b)))
        if own.state == other.state == "masked" or len(a) != len(b):
            return ""
        result = identifiers.compare_masked(a, b)
        if result.conflicts:
            return "mask_conflict"
        # A number that can't be right is somebody's slip: it neither agrees with a mask nor contradicts it.
        return "masked" if result.feasible and result.visible_equal >= MIN_VISIBLE_ORG else ""
    both_valid = own.state == other.state == "valid"
    if own.scheme == other.scheme:
        if own.value == other.value:
            if own.scheme == "reg_no":
                return "reg_no"
            if not both_valid:
                return "equal_unchecked"
            return "nested" if own.scheme == "org_code" else "equal"
        return "conflict" if both_valid and own.scheme != "reg_no" else ""
    pair = {own.scheme: own.value, other.scheme: other.value}
    if both_valid and pair.keys() == {"uscc", "org_code"}:
        return "nested" if pair["uscc"][8:17] == pair["org_code"] else "conflict"
    return ""


def _organizations(subject: Subject, mention: Mention, listing: Listing) -> Comparison:
    numbers, features = org_numbers(subject, mention)
    name_outcome = org_name_outcome(subject, mention, listing)
    features.append(name_feature(subject.name, mention.name, name_outcome))
    named = name_outcome in ("equal", "former", "wildcard")
    if subject.derived and numbers in ("conflict", "mask_conflict"):
        # The register knows another company of this name; the bidder itself stated no number to contradict.
        numbers = ""
    if numbers in ("conflict", "mask_conflict"):
        return _result(Tier.X if named else None, features) if named else NOTHING
    if numbers == "equal":
        return _result(Tier.E3 if subject.derived else Tier.E1, features)
    if numbers == "mixed":
        return _result(Tier.E3, features)
    if numbers in ("nested", "equal_unchecked"):
        tier = Tier.E2 if name_outcome == "equal" and not subject.derived else Tier.E3
        return _result(tier, features)
    if name_outcome == "equal" and numbers == "masked":
        return _result(Tier.E3 if subject.derived else Tier.E2, features)
    operator = _by_operator(subject, mention, listing) if subject.operator_numbers else None
    if operator is not None:
        return _result(Tier.E3, [operator, *features])
    if not named:
        return _result(Tier.E4, features) if numbers == "reg_no" else NOTHING
    second = numbers == "reg_no"
    for extra in _second_facts(subject, mention, listing):
        features.append(extra)
        second = second or extra.outcome == "equal"
    if name_outcome != "equal":
        return _result(Tier.E4, features, by_name=True)
    return _result(Tier.E3 if second else Tier.E4, features, by_name=True)


def _second_facts(subject: Subject, mention: Mention, listing: Listing) -> list[Feature]:
    facts = []
    recorded = mention.legal_rep or next(
        (r.mention.name for r in listing.related if r.role == "legal_rep"), ""
    )
    if subject.legal_rep and recorded:
        equal = text.person_key(recorded) == subject.legal_rep
        facts.append(Feature(name="legal_rep", matched=recorded, outcome="equal" if equal else "different"))
    else:
        facts.append(Feature(name="legal_rep", matched=recorded, outcome="missing"))
    region = mention_region(mention, listing.region, listing.authority)
    if subject.region and region:
        outcome = "equal" if subject.region == region else "different"
        facts.append(Feature(name="province", submitted=subject.region, matched=region, outcome=outcome))
    else:
        facts.append(Feature(name="province", submitted=subject.region, matched=region, outcome="missing"))
    formers = [n for n in mention.names if n.kind is NameKind.FORMER]
    shared = set(subject.former).intersection(text.org_key(n.text) for n in formers)
    if shared:
        facts.append(Feature(name="former_name", matched=formers[0].text, outcome="equal"))
    return facts


def _result(tier: Tier | None, features: list[Feature], *, by_name: bool = False) -> Comparison:
    lead = next((f for f in features if f.name == "name"), features[0]) if by_name else features[0]
    return Comparison(
        tier=tier, field=lead.name, submitted=lead.submitted, matched=lead.matched, features=tuple(features)
    )


def _persons(subject: Subject, mention: Mention, listing: Listing, same_case: bool) -> Comparison:
    names = [subject.name, *subject.former]
    closeness = "different"
    for own in names:
        for other in (mention.name, *(n.text for n in mention.names)):
            found = text.person_names_near(own, other) if own and other else "different"
            if found == "equal" or (found == "near" and closeness != "equal"):
                closeness = found
    name = name_feature(subject.name, mention.name, closeness)
    numbers = _person_numbers(subject, mention)
    if numbers is None:
        return _unnumbered(subject, mention, listing, name, same_case)
    kind, feature = numbers
    if kind == "conflict":
        return _person(Tier.X, feature, name) if closeness != "different" else NOTHING
    if kind == "equal":
        return _person(Tier.E1 if closeness in ("equal", "near") else Tier.E3, feature, name)
    if closeness != "equal":
        return NOTHING
    facts = _person_facts(subject, mention, listing)
    if any(f.outcome == "different" for f in facts):
        return _person(Tier.X, feature, name, *facts)
    if same_case:
        facts.append(
            Feature(name="same_case", matched=listing.case_no or listing.decision_no, outcome="equal")
        )
    tier = {"court": Tier.E2, "tax": Tier.E3, "local": Tier.E4}.get(kind)
    return NOTHING if tier is None else _person(tier, feature, name, *facts)


def _person(tier: Tier, number: Feature, *rest: Feature) -> Comparison:
    return Comparison(
        tier=tier,
        field=number.name,
        submitted=number.submitted,
        matched=number.matched,
        features=(number, *rest),
    )


def _person_numbers(subject: Subject, mention: Mention) -> tuple[str, Feature] | None:
    """What two persons' numbers say: equal, conflict, or the kind of mask that agrees; None if not comparable."""
    best: tuple[str, Feature] | None = None
    for own in subject.ids:
        for other in mention.ids:
            if own.scheme != other.scheme or other.state == "malformed":
                continue
            outcome = _person_pair(own, other)
            if not outcome:
                continue
            feature = Feature(
                name=own.scheme, submitted=show(own), matched=show(other),
                outcome={"equal": "equal", "conflict": "different"}.get(outcome, "consistent"),
            )  # fmt: skip
            if outcome == "equal":
                return outcome, feature
            if best is None or outcome == "conflict":
                best = (outcome, feature)
    return best


def _person_pair(own: Parsed, other: Id) -> str:
    if own.state == other.state == "valid":
        return "equal" if own.value == other.value else "conflict"
    if "masked" not in (own.state, other.state):
        # A wrong check digit is somebody's slip: equal text is a hint to look, different text proves nothing.
        return "tax" if own.value == other.value else ""
    if len(own.value) != len(other.value):
        return ""
    result = identifiers.compare_masked(own.value, other.value)
    if result.conflicts:
        return "conflict"
    if not result.feasible:
        # Every visible digit agrees but the number fails its own check: a slip of the pen, not another person.
        return "local"
    if result.kind in ("court", "tax"):
        return result.kind
    return "local" if "*" not in own.value[:2] + other.value[:2] and result.visible_equal >= 6 else "hidden"


def _person_facts(subject: Subject, mention: Mention, listing: Listing) -> list[Feature]:
    facts = []
    if subject.sex and mention.sex:
        outcome = "equal" if subject.sex == mention.sex else "different"
        if _contradicts_itself(mention):
            outcome = "record_inconsistent"
        facts.append(Feature(name="sex", submitted=subject.sex, matched=mention.sex, outcome=outcome))
    year = subject.birth_year
    if year is None:
        year = next(
            (int(i.value[6:10]) for i in mention.ids if len(i.value) == 18 and i.value[6:10].isdigit()), None
        )
    if year is not None and mention.age is not None:
        fits = _age_fits(year, mention.age, mention.age_at, listing)
        facts.append(Feature(name="age", submitted=str(year), matched=str(mention.age),
                             outcome="consistent" if fits else "different"))  # fmt: skip
    return facts


def _contradicts_itself(mention: Mention) -> bool:
    """Whether a record's number shows another sex than the record states: then its sex proves nothing."""
    shown = {int(i.value[16]) % 2 for i in mention.ids if len(i.value) == 18 and i.value[16].isdigit()}
    return bool(shown) and shown != {1 if mention.sex == "m" else 0}


def _age_fits(birth_year: int, age: int, age_at: date | None, listing: Listing) -> bool:
    """Whether a published age fits a birth year: courts show it as of listing, mirrors as of the day of copying."""
    earliest = age_at or (listing.effect.start.date() if listing.effect.start else None)
    latest = listing.source.taken_at.date() if listing.source.taken_at else None
    years = [day.year for day in (earliest, latest) if day is not None]
    if not years:
        return True
    return min(years) - birth_year - 1 - AGE_TOLERANCE <= age <= max(years) - birth_year + AGE_TOLERANCE


def _unnumbered(
    subject: Subject, mention: Mention, listing: Listing, name: Feature, same_case: bool
) -> Comparison:
    """Without comparable numbers a name needs a second and third fact; alone it is nobody."""
    if name.outcome != "equal":
        return NOTHING
    facts = _person_facts(subject, mention, listing)
    if any(f.outcome == "different" for f in facts):
        return NOTHING
    if same_case:
        case = Feature(name="same_case", matched=listing.case_no or listing.decision_no, outcome="equal")
        return Comparison(
            tier=Tier.E3,
            field="name",
            submitted=name.submitted,
            matched=name.matched,
            features=(name, case, *facts),
        )
    recorded_year = mention.birth_year or next(
        (int(i.value[6:10]) for i in mention.ids if len(i.value) == 18 and i.value[6:10].isdigit()), None
    )
    recorded_region = next(
        (i.value[:2] for i in mention.ids if len(i.value) == 18 and i.value[:2].isdigit()),
        mention_region(mention),
    )
    if not (subject.birth_year and recorded_year and subject.region and recorded_region):
        return NOTHING
    if subject.birth_year != recorded_year or subject.region != recorded_region:
        return NOTHING
    year = Feature(
        name="birth_year", submitted=str(subject.birth_year), matched=str(recorded_year), outcome="equal"
    )
    region = Feature(name="province", submitted=subject.region, matched=recorded_region, outcome="equal")
    return Comparison(
        tier=Tier.E4,
        field="name",
        submitted=name.submitted,
        matched=name.matched,
        features=(name, year, region, *facts),
    )
