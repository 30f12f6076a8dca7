"""Parties and relations as answers show them: masked, dated, sourced, in both languages. One teller a request."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from api.explore.shapes import (
    Clocks,
    Cutting,
    Listed,
    NameOver,
    Number,
    Origin,
    PartyShown,
    RelationShown,
    Seen,
)
from api.masking import mask_name, mask_text
from graph import keys
from graph.dates import iso
from graph.generation import Generation
from graph.identifiers import mask_person_id
from graph.lists import FAVOURABLE
from graph.messages import say
from graph.model import Party, PartyType, Source, Status
from graph.paths import name_of, share_text
from graph.projection import Walk
from graph.projection.model import HUB, HUB_OF_THING, Cut
from graph.projection.read import Projection
from graph.relations import PartyRelation, RelationType
from graph.text import org_key
from matching.decision import Bilingual
from matching.explore.view import NAMED_THINGS, ORDINARY, RESTRICTED, View

STANDING = frozenset({Status.ACTIVE, Status.DISPUTED, Status.TEMP_LIFTED})
"""States in which a record stands on its list."""
GONE = frozenset({Status.REMOVED, Status.REPAIRED, Status.REVOKED})
"""States of which nothing may be shown any more (令36 art. 3), but to those with the right to look."""
_HIDDEN_ATTRIBUTES = frozenset({"restricted", "text"})
"""What of attributes never leaves: a mark of ours, and the text of a bid."""
_PUBLISHED = frozenset({*NAMED_THINGS, PartyType.ADDRESS})


def both(code: str, **params: object) -> Bilingual:
    """A sentence of the program in both languages; parameters that are bilingual are filled in by language."""
    told = {}
    for lang in ("zh", "en"):
        filled = {
            name: getattr(value, lang) if isinstance(value, Bilingual) else value
            for name, value in params.items()
        }
        told[lang] = say("api", code, "zh" if lang == "zh" else "en", **filled)
    return Bilingual(**told)


def words_of(kind: RelationType | str) -> Bilingual:
    """A relation's type in words."""
    return both(f"relation.{kind}")


def origin_of(source: Source) -> Origin:
    """Where a record comes from."""
    return Origin(
        dataset=source.dataset,
        file=mask_text(source.file),
        row=source.row,
        url=mask_text(source.url),
        publisher=source.publisher,
        taken_at=None if source.taken_at is None else iso(source.taken_at),
    )


def moment(instant: datetime | None) -> str | None:
    """An instant as written; None for an open bound."""
    return None if instant is None else iso(instant)


def seen(shown: int, total: int) -> Seen:
    """How many are shown of how many."""
    return Seen(shown=shown, total=total, sentence=both("explore.seen", shown=shown, total=total))


def cutting(*cuts: Cut, more: bool = False) -> Cutting:
    """What some walks left out."""
    hubs = max((cut.hubs for cut in cuts), default=0)
    spent = more or any(cut.spent for cut in cuts)
    code = "graph.cut.spent" if spent else "graph.cut.hubs" if hubs else ""
    return Cutting(hubs=hubs, spent=spent, sentence=both(code, count=hubs) if code else None)


class Teller:
    """Turns ordinals and relations of one generation into answers, as one caller may see them.

    Args:
        view: what may be seen now.
        as_of: the facts of which instant.
        known_at: as recorded by then; None for the newest.
        restricted: officials' records and declared relatives are shown, and that is on record.
        unmasked: identity numbers of persons are shown.
    """

    def __init__(
        self,
        view: View,
        *,
        as_of: datetime,
        known_at: datetime | None = None,
        restricted: bool = False,
        unmasked: bool = False,
    ) -> None:
        self.view = view
        self.generation: Generation = view.generation
        self.projection: Projection = view.projection(restricted=restricted)
        self.as_of = as_of
        self.known_at = known_at
        self.known = view.generation.number if known_at is None else view.generation.known(known_at)
        self.restricted = restricted
        self.unmasked = unmasked
        self._shown: dict[int, PartyShown] = {}

    @property
    def clocks(self) -> Clocks:
        """What was asked."""
        return Clocks(generation=self.generation.ref, as_of=iso(self.as_of), known_at=moment(self.known_at))

    def hidden(self, ordinal: int) -> bool:
        """Whether the party is not there for the caller."""
        return ordinal in self.view.hidden(restricted=self.restricted)

    def walk(
        self,
        types: Iterable[RelationType] = (),
        *,
        former: bool = False,
        by_name: bool = True,
        hub: int | None = None,
    ) -> Walk:
        """What is followed: the asked types, or every one that the caller may see."""
        asked = frozenset(types) or frozenset(RelationType)
        kinds = asked if self.restricted else asked & ORDINARY
        return Walk(
            out=kinds,
            into=kinds,
            as_of=None if former else self.as_of,
            known=None if self.known_at is None else self.known,
            by_name=by_name,
            hub=HUB if hub is None else hub,
            hub_of_thing=HUB_OF_THING if hub is None else min(hub, HUB_OF_THING),
        )

    # parties

    def party(self, ordinal: int) -> PartyShown:
        """A party as it stands in pictures and lists; kept, so that `nodes` can give everyone named."""
        known = self._shown.get(ordinal)
        if known is None:
            known = self._shown[ordinal] = self._party(ordinal)
        return known

    def _party(self, ordinal: int) -> PartyShown:
        party = self.generation.party(ordinal)
        person = party.type is PartyType.PERSON
        valid = next((one.value for one in party.ids if one.state == "valid"), "")
        listed, lists = self.listed(ordinal, party)
        opening = self.view.sealed_until(ordinal)
        return PartyShown(
            id=party.key,
            type=party.type.value,
            name=mask_name(party, name_of(party)),
            code="" if person else mask_name(party, valid),
            listed=listed,
            lists=lists,
            sealed_until=moment(opening),
        )

    def nodes(self) -> tuple[PartyShown, ...]:
        """Everyone whom this teller was asked about, each once."""
        return tuple(self._shown.values())

    def named(self, keys_: Iterable[str]) -> None:
        """Take parties by their keys among those whom the answer names."""
        for key in keys_:
            ordinal = self.generation.party_ordinal(key)
            if ordinal is not None:
                self.party(ordinal)

    def listed(self, ordinal: int, party: Party) -> tuple[Listed, tuple[str, ...]]:
        """Whether a list speaks against a party: by number, or perhaps, by an organisation's name."""
        codes = {
            self.generation.list_code(place)
            for place in self.generation.party_listings(ordinal)
            if self.generation.recorded(place, self.known)
            and self.generation.listing(place).status(self.as_of) in STANDING
        } - FAVOURABLE
        if codes:
            return "yes", tuple(sorted(codes))
        if party.type is PartyType.ORGANIZATION:
            perhaps = {self.generation.list_code(place) for place in self.namesakes_listed(ordinal, party)}
            perhaps -= FAVOURABLE
            if perhaps:
                return "possibly", tuple(sorted(perhaps))
        return "no", ()

    def namesakes_listed(self, ordinal: int, party: Party) -> list[int]:
        """Records in force that bear an organisation's name and no number that says whose they are."""
        found: dict[int, None] = {}
        for name in party.names:
            for place in self.generation.listings(keys.org_name(org_key(name.text))):
                if self.generation.listing_party(place) is None and self.generation.recorded(
                    place, self.known
                ):
                    record = self.generation.listing(place)
                    numbered = any(one.state == "valid" for one in record.subject.ids)
                    if not numbered and record.status(self.as_of) in STANDING:
                        found[place] = None
        return list(found)

    def numbers(self, party: Party) -> tuple[Number, ...]:
        """A party's identifiers; those of a person masked, and of a bank account always."""
        person = party.type is PartyType.PERSON
        shown = []
        for one in party.ids:
            value = one.value
            if not self.unmasked or party.type is PartyType.ACCOUNT:
                value = mask_person_id(value) if person else mask_name(party, value)
            shown.append(Number(scheme=one.scheme, value=value, state=one.state))
        return tuple(shown)

    def names(self, party: Party) -> tuple[NameOver, ...]:
        """Names over time, as the register has them."""
        return tuple(
            NameOver(
                text=mask_name(party, one.text),
                kind=one.kind.value,
                since=moment(one.valid.start),
                until=moment(one.valid.end),
            )
            for one in party.names
        )

    def attributes(self, party: Party) -> dict[str, str]:
        """What a register states beside names and numbers; nothing of a bid's documents, accounts and machines."""
        return {} if party.type.thing and party.type not in _PUBLISHED else clean(party.attributes)

    # relations

    def relation(self, edge: int) -> RelationShown:
        """A relation by its number; its ends are among `nodes` from then on."""
        return self.told(self.generation.relation(edge))

    def told(self, relation: PartyRelation) -> RelationShown:
        """A relation, dated and sourced."""
        self.named((relation.src, relation.dst))
        return RelationShown(
            type=relation.type.value,
            words=words_of(relation.type),
            source=relation.src,
            target=relation.dst,
            share=share_text(relation),
            votes=None if relation.votes is None else f"{relation.votes:f}",
            role=mask_text(relation.role),
            since=moment(relation.valid.start),
            until=moment(relation.valid.end),
            by=relation.by,
            possibly_same=relation.by == "name",
            restricted=relation.type in RESTRICTED or relation.attributes.get("restricted") == "yes",
            attributes=clean(relation.attributes),
            origin=origin_of(relation.source),
        )

    def name(self, key: str) -> str:
        """How sentences call a party."""
        ordinal = self.generation.party_ordinal(key)
        return mask_text(key) if ordinal is None else self.party(ordinal).name

    def chain(
        self, parties: Iterable[str], links: Iterable[RelationShown], forward: Iterable[bool]
    ) -> Bilingual:
        """A path in words: `甲 —持股 60%→ 乙 ←法定代表人— 丙`."""
        names = [self.name(key) for key in parties]
        told = dict.fromkeys(("zh", "en"), names[0])
        for name, link, out in zip(names[1:], links, forward, strict=True):
            for lang in told:
                words = getattr(link.words, lang)
                if link.share is not None:
                    words = f"{words} {link.share}%"
                told[lang] += f" —{words}→ {name}" if out else f" ←{words}— {name}"
        return Bilingual(**told)


def clean(attributes: Mapping[str, str]) -> dict[str, str]:
    """Attributes as they may be shown."""
    return {
        name: mask_text(text) for name, text in attributes.items() if text and name not in _HIDDEN_ATTRIBUTES
    }


__all__ = [
    "GONE", "STANDING", "Teller", "both", "clean", "cutting", "moment", "origin_of", "seen",
    "words_of",
]  # fmt: skip
