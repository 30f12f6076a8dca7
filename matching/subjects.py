"""A party of the request as the engine compares it: names in comparison form, numbers parsed, facts about a person.

Built once per party and request; everything later (candidates, tiers, kin) works on it. A register entry found by
strong identifier adds what the request left out, marked as coming from there.
"""

from __future__ import annotations

import hashlib
import hmac
from datetime import date

import msgspec

from graph import identifiers, text
from graph.identifiers import Parsed
from graph.model import Id, Mention, NameKind, Party, PartyType
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

    @property
    def label(self) -> str:
        """How messages call the party: its name, else its masked number."""
        return self.name or (show(self.ids[0]) if self.ids else "")

    @property
    def comparable(self) -> bool:
        """Whether anything was given by which the party could be found on a list at all.

        A number that holds, or for an organisation a readable name. A person's name alone never is.
        """
        if any(i.state == "valid" for i in self.ids):
            return True
        if self.type is PartyType.PERSON:
            return bool(self.n6) and any(i.state == "masked" for i in self.ids)
        return bool(self.n6) and text.WILDCARD not in self.n6

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
    """A number as outputs show it: organisations' in full, persons' masked."""
    if parsed.scheme in ORG_SCHEMES:
        return parsed.value
    return identifiers.mask_person_id(parsed.value)


def pseudonym(key: bytes, value: str) -> str:
    """A number as hashes see it: keyed, so that nobody without the deployment's key can test a guess."""
    return hmac.new(key, value.encode(), hashlib.sha256).hexdigest()


def _parse(identifier: Identifier, person: bool) -> Parsed:
    scheme = (identifier.scheme or "").strip().lower().replace("-", "_").removeprefix("cn_")
    if scheme in PERSON_SCHEMES:
        return identifiers.parse_person(identifier.id, scheme)
    if scheme in ORG_SCHEMES or scheme in ("saic", "usci"):
        return identifiers.parse_organization(identifier.id, scheme)
    read = identifiers.parse_person(identifier.id) if person else identifiers.parse_any(identifier.id)
    if scheme and read.state in ("malformed", "damaged"):
        return msgspec.structs.replace(read, scheme=scheme)  # a scheme of somebody else's, kept by its name
    return read


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
    person = ref.type == "person" or (
        ref.type is None and bool(parsed) and all(p.scheme in PERSON_SCHEMES for p in parsed)
    )
    if person:
        return _person(ref.name, parsed, ref.sex, ref.age, None, ref.region)
    n6 = ""
    former: list[str] = []
    if ref.name:
        n6 = text.org_key(ref.name)
        if len(n6) < len(ref.name.strip()) - 2:
            former.extend(text.org_key(a.text) for a in text.organization_name(ref.name).aliases)
    former.extend(text.org_key(name) for name in ref.former_names)
    ids = _usable(parsed)
    return Subject(
        type=PartyType.ORGANIZATION,
        name=ref.name,
        n6=n6,
        former=tuple(dict.fromkeys(f for f in former if f and f != n6)),
        ids=ids,
        unreadable=_unusable(parsed),
        legal_rep=text.person_key(ref.legal_rep.name) if ref.legal_rep and ref.legal_rep.name else "",
        region=province(ids, ref.region, ref.address, ref.name),
    )


def province(ids: tuple[Parsed, ...], *texts: str) -> str:
    """The province code: by the first text that names one, else by a code's registration authority."""
    for value in texts:
        if value and (found := text.province_of(value)):
            return found
    for parsed in ids:
        if parsed.scheme == "uscc" and parsed.state == "valid" and parsed.value[2:4].isdigit():
            return parsed.value[2:4]
    return ""


def from_party(party: Party, *, derived: bool = False) -> Subject:
    """The comparable form of a party of the graph."""
    current = next((n.text for n in party.names if n.kind is NameKind.REGISTERED), "")
    current = current or (party.names[0].text if party.names else "")
    ids = tuple(
        Parsed(scheme=i.scheme, value=i.value, raw=i.raw, state=i.state)
        for i in party.ids
        if i.state in ("valid", "checksum", "masked")
    )
    if party.type is PartyType.PERSON:
        return _person(current, ids, "", None, None, "")
    n6 = text.org_key(current) if current else ""
    former = (text.org_key(n.text) for n in party.names if n.text != current)
    return Subject(
        type=PartyType.ORGANIZATION,
        name=current,
        n6=n6,
        former=tuple(dict.fromkeys(f for f in former if f and f != n6)),
        ids=ids,
        region=province(ids, party.attributes.get("region", ""), current),
        derived=derived,
    )


def mention_region(mention: Mention, *texts: str) -> str:
    """The province of a recorded subject: its own statement, its name, else the record's region or authority."""
    for value in (mention.region, mention.address, mention.name, *texts):
        if value and (found := text.province_of(value)):
            return found
    return ""
