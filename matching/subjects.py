"""A party of the request as the engine compares it: names in comparison form, numbers parsed, facts about a person.

Built once per party and request; everything later (candidates, tiers, kin) works on it. A register entry found by
strong identifier adds what the request left out, marked as coming from there.
"""

from __future__ import annotations

import hmac
from datetime import date

import msgspec

from graph import identifiers, text
from graph.identifiers import Parsed
from graph.model import Id, Interval, Mention, NameKind, Party, PartyType
from matching.party_names import has_form, lift_codes, organizational, read_name
from matching.request import Identifier, PartyRef, Person

ORG_SCHEMES = frozenset({"uscc", "org_code", "reg_no", "tax_no"})
PERSON_SCHEMES = frozenset(
    {
        "citizen_id",
        "residence_permit",
        "foreign_permanent",
        "hk_mo_permit",
        "tw_permit",
        "passport",
    }
)


READ_SCHEMES = ORG_SCHEMES | PERSON_SCHEMES | {"unknown"}
"""Schemes that lists here are searched by; `unknown` is a number given without a scheme."""


class Subject(msgspec.Struct, frozen=True, kw_only=True):
    """A comparable party. `ids` holds usable numbers only (valid, wrong check digit, masked)."""

    type: PartyType
    name: str
    n6: str
    former: tuple[str, ...] = ()
    """Comparison forms of former names and aliases."""
    ids: tuple[Parsed, ...] = ()
    legal_rep: str = ""
    """Comparison form of the legal representative's name."""
    sex: str = ""
    age: int | None = None
    birth: date | None = None
    birth_year: int | None = None
    region: str = ""
    """Province code, or empty."""
    unreadable: tuple[Parsed, ...] = ()
    """Numbers that were given and can't be used: damaged, or of no known form."""
    derived: bool = False
    """The numbers were found in the register by name: they can ask for a review, never block."""
    operator_numbers: tuple[Parsed, ...] = ()
    """Numbers of persons given for an organisation: its operator's or legal representative's, never its own."""
    plausible: bool = True
    """Whether lists can be searched by the name: an organisation's whole name without damage."""
    several: bool = False
    """The name field names or counts more than one firm: the others can't be assessed."""
    foreign: bool = False
    """The name has no Chinese character: a list that names the party in Chinese is not searched by it."""
    texts: tuple[str, ...] = ()
    """The names that somebody wrote for this request, in the form that is searched for likeness; its own first. What
    a register adds is spelt as registered and only searched as written."""
    borne: tuple[tuple[str, Interval], ...] = ()
    """When names of `former` were borne, where a register says so; of a name not here nothing is known."""

    @property
    def label(self) -> str:
        """How messages call the party: its name, else its masked number."""
        if self.name:
            return identifiers.mask_numbers_in_text(self.name)
        number = next(iter((*self.ids, *self.operator_numbers)), None)
        return "" if number is None else show(number)

    @property
    def doubtful(self) -> bool:
        """Whether a number with a wrong check character was given and no right one: it may be mistyped.

        One real registration number in ten fails its check (SPEC 5.3), so that they don't count.
        """
        given = (*self.ids, *self.operator_numbers)
        return not self.codes and any(i.state == "checksum" and i.scheme != "reg_no" for i in given)

    @property
    def comparable(self) -> bool:
        """Whether anything was given by which the party could be found on a list at all.

        For a person a number that holds, never the name alone. For an organisation its credit or organisation
        code, or a whole name; a registration number stands on too few lists. A field that names several firms
        leaves the others out.
        """
        if self.type is PartyType.PERSON:
            if any(i.state == "valid" for i in self.ids):
                return True
            return bool(self.n6) and any(i.state == "masked" for i in self.ids)
        if self.several:
            return False
        if any(i.state == "valid" and i.scheme in ("uscc", "org_code") for i in self.ids):
            return True
        return self.plausible and bool(self.n6) and text.WILDCARD not in self.n6

    @property
    def codes(self) -> tuple[str, ...]:
        """Valid strong numbers as `scheme:value`."""
        return tuple(f"{i.scheme}:{i.value}" for i in self.ids if i.state == "valid" and i.scheme != "reg_no")

    @property
    def person_number(self) -> str:
        """The 18-character number or mask that person listings are filtered by; empty if there is none."""
        for parsed in self.ids:
            if parsed.scheme in ("citizen_id", "residence_permit") and len(parsed.value) == 18:
                return parsed.value
        return ""


def show(parsed: Parsed | Id) -> str:
    """A number as outputs show it: organisations' in full, persons' and whatever looks like one masked."""
    if parsed.scheme in ORG_SCHEMES and not identifiers.looks_personal(parsed.value):
        return parsed.value
    return identifiers.mask_person_id(parsed.value)


def pseudonym(key: bytes, value: str) -> str:
    """A number as hashes see it: keyed, so that nobody without the deployment's key can test a guess."""
    return hmac.digest(key, value.encode(), "sha256").hex()


def _parse(identifier: Identifier, person: bool) -> Parsed:
    scheme = (identifier.scheme or "").strip().lower().replace("-", "_").removeprefix("cn_")
    if scheme in PERSON_SCHEMES:
        return identifiers.parse_person(identifier.id, scheme)
    if scheme in ORG_SCHEMES or scheme in ("saic", "usci"):
        return _nested(identifiers.parse_organization(identifier.id, scheme))
    read = identifiers.parse_person(identifier.id) if person else identifiers.parse_any(identifier.id)
    if scheme and read.state in ("malformed", "damaged"):
        return msgspec.structs.replace(read, scheme=scheme)  # a scheme of somebody else's, kept by its name
    return read if person else _nested(read)


def _nested(parsed: Parsed) -> Parsed:
    """A tax number as the code inside it: 15 are region and organisation code, 20 a citizen's number and two."""
    if parsed.scheme != "tax_no" or parsed.state not in ("valid", "checksum"):
        return parsed
    if len(parsed.value) == 15:
        return msgspec.structs.replace(parsed, scheme="org_code", value=parsed.value[6:])
    return msgspec.structs.replace(parsed, scheme="citizen_id", value=parsed.value[:18])


def _usable(parsed: tuple[Parsed, ...]) -> tuple[Parsed, ...]:
    return tuple(p for p in parsed if p.state in ("valid", "checksum", "masked") and p.value)


def _unusable(parsed: tuple[Parsed, ...]) -> tuple[Parsed, ...]:
    return tuple(p for p in parsed if p.state in ("malformed", "damaged"))


def person_subject(person: Person) -> Subject:
    """The comparable form of a named person."""
    return _person(person.name, tuple(_parse(i, True) for i in person.identifiers), person.sex, person.age,
                   person.birth_year, person.region)  # fmt: skip


def _person(
    name: str, ids: tuple[Parsed, ...], sex: str, age: int | None, birth_year: int | None, region: str
) -> Subject:
    ids, unreadable = _usable(ids), _unusable(ids)
    birth: date | None = None
    known_sex = sex_code(sex)
    for parsed in ids:
        if parsed.state == "valid" and parsed.scheme in ("citizen_id", "residence_permit"):
            birth, own = identifiers.id_facts(parsed.value)
            known_sex = known_sex or own
            break
    form = text.person_name(name)
    return Subject(
        type=PartyType.PERSON,
        name=name,
        n6="" if form.masked else form.n6,
        former=tuple(text.person_key(a.text) for a in form.aliases),
        ids=ids,
        unreadable=unreadable,
        sex=known_sex,
        age=age,
        birth=birth,
        birth_year=birth.year if birth else birth_year,
        region=text.province_of(region) if region else "",
    )


def sex_code(value: str) -> str:
    """`m`, `f` or empty, from 男/女, M/F, 1/2."""
    head = value.strip()[:1].lower()
    return "m" if head in ("男", "m", "1") else "f" if head in ("女", "f", "2") else ""


def party_subject(ref: PartyRef) -> Subject:
    """The comparable form of a bidder, member, agency or buyer."""
    parsed = tuple(_parse(i, ref.type == "person") for i in ref.identifiers)
    if ref.type == "person":
        return _bidding_person(ref, parsed)
    personal = [p for p in parsed if p.scheme in PERSON_SCHEMES]
    if ref.type is None and len(personal) == len(parsed):
        name, inside = lift_codes(ref.name)
        if (personal or inside) and not organizational(name) and _all_personal(inside):
            return _bidding_person(ref, parsed)
    read = read_name(ref.name)
    parsed = (*parsed, *(p for p in read.codes if all(p.value != given.value for given in parsed)))
    ids = _usable(parsed)
    if personal or read.codes:
        numbers = tuple(p for p in ids if p.scheme in PERSON_SCHEMES)
        ids = tuple(p for p in ids if p.scheme not in PERSON_SCHEMES)
    else:
        numbers = ()
    former = read.former
    texts = [text.index_text(read.name) if read.foreign else read.n6, *former]
    if ref.former_names:
        former = (*former, *(text.org_key(name) for name in ref.former_names))
        texts.extend(text.index_text(name) for name in ref.former_names)
    # a long name without any form beside nothing but a person's number may be a person's after all
    unclear = bool(numbers) and not ids and ref.type is None and not has_form(read.n6)
    return Subject(
        type=PartyType.ORGANIZATION,
        name=read.name,
        n6=read.n6,
        former=tuple(dict.fromkeys(f for f in former if f and f != read.n6)) if former else (),
        ids=ids,
        unreadable=_unusable(parsed),
        legal_rep=text.person_key(ref.legal_rep.name) if ref.legal_rep and ref.legal_rep.name else "",
        region=province(ids, ref.region, ref.address, read.name),
        operator_numbers=numbers,
        plausible=read.plausible and not unclear,
        several=read.several,
        foreign=read.foreign,
        texts=tuple(dict.fromkeys(filter(None, texts))),
    )


def _all_personal(numbers: tuple[Parsed, ...]) -> bool:
    return all(p.scheme in PERSON_SCHEMES for p in numbers)


def _bidding_person(ref: PartyRef, parsed: tuple[Parsed, ...]) -> Subject:
    """A person who bids. An organisation's code stays comparable, and is noted as unreadable for a person."""
    name, inside = lift_codes(ref.name)
    subject = _person(name, (*parsed, *inside), ref.sex, ref.age, None, ref.region)
    foreign = tuple(p for p in subject.ids if p.scheme in ORG_SCHEMES)
    if not foreign:
        return subject
    noted = tuple(
        msgspec.structs.replace(p, state="malformed", problem="id.unrecognised", params={}) for p in foreign
    )
    return msgspec.structs.replace(subject, unreadable=(*subject.unreadable, *noted))


def province(ids: tuple[Parsed, ...], *texts: str) -> str:
    """The province code: by the first text that names one, else by a code's registration authority."""
    for value in texts:
        if value and (found := text.province_of(value)):
            return found
    for parsed in ids:
        if parsed.scheme == "uscc" and parsed.state == "valid" and text.province_name(parsed.value[2:4]):
            return parsed.value[2:4]
    return ""


def from_party(party: Party, *, derived: bool = False) -> Subject:
    """The comparable form of a party of the graph."""
    current = next((n.text for n in party.names if n.kind is NameKind.REGISTERED), "")
    current = current or (party.names[0].text if party.names else "")
    ids = tuple(
        _nested(Parsed(scheme=i.scheme, value=i.value, raw=i.raw, state=i.state))
        for i in party.ids
        if i.state in ("valid", "checksum", "masked")
    )
    if party.type is PartyType.PERSON:
        return _person(current, ids, "", None, None, "")
    n6 = text.org_key(current) if current else ""
    others = [(text.org_key(n.text), n.valid) for n in party.names if n.text != current]
    others = [(other, valid) for other, valid in others if other and other != n6]
    return Subject(
        type=PartyType.ORGANIZATION,
        name=current,
        n6=n6,
        former=tuple(dict.fromkeys(other for other, _ in others)),
        borne=tuple((other, valid) for other, valid in others if valid.start or valid.end),
        ids=tuple(i for i in ids if i.scheme not in PERSON_SCHEMES),
        operator_numbers=tuple(i for i in ids if i.scheme in PERSON_SCHEMES),
        region=province(ids, party.attributes.get("region", ""), current),
        derived=derived,
    )


def enrich(subject: Subject, party: Party | None) -> Subject:
    """Add what the register knows of the party with this number: its name where none was given, former names."""
    if party is None or subject.type is PartyType.PERSON:
        return subject  # what records call a person is no second name of that person
    known = from_party(party)
    name, n6 = (subject.name, subject.n6) if subject.name else (known.name, known.n6)
    former = dict.fromkeys((*subject.former, known.n6, *known.former))
    return msgspec.structs.replace(
        subject,
        name=name,
        n6=n6,
        former=tuple(f for f in former if f and f != n6),
        borne=(*subject.borne, *known.borne),
        region=subject.region or known.region,
    )


def derive(subject: Subject, party: Party) -> Subject:
    """The subject with the numbers that the register has under its name: good for a review, never for a block."""
    known = from_party(party, derived=True)
    former = (*subject.former, known.n6, *known.former)
    return msgspec.structs.replace(
        subject,
        ids=known.ids,
        former=tuple(f for f in dict.fromkeys(former) if f and f != subject.n6),
        borne=(*subject.borne, *known.borne),
        derived=True,
        region=subject.region or known.region,
    )


def mention_region(mention: Mention, *texts: str) -> str:
    """The province of a recorded subject: its own statement, its name, else the record's region or authority."""
    for value in (mention.region, mention.address, mention.name, *texts):
        if value and (found := text.province_of(value)):
            return found
    return ""
