"""What the routes of the reading side answer. Dates are ISO 8601 with zone, shares are percent as decimal text."""

from __future__ import annotations

from typing import Literal

from graph.model import Doc
from matching.decision import Bilingual

Listed = Literal["yes", "possibly", "no"]
"""On a list now by number; by name only, so that a person has to look; or on none that we know."""


class Shape(Doc, omit_defaults=False):
    """Base of all answers."""


class Number(Shape):
    """An identifier; those of persons are masked unless the caller has the right to see them."""

    scheme: str
    value: str
    state: str


class PartyShown(Shape):
    """A party as it stands in pictures and lists."""

    id: str
    type: str
    name: str
    code: str = ""
    """An organisation's credit code, or a thing's number; empty for a person."""
    listed: Listed = "no"
    lists: tuple[str, ...] = ()
    sealed_until: str | None = None
    """A tender whose bids have not been opened: until then nobody is told who bids (招标投标法 22)."""


class Origin(Shape):
    """Where a record comes from: enough to find the row again."""

    dataset: str
    file: str = ""
    row: int = 0
    url: str = ""
    publisher: str = ""
    taken_at: str | None = None


class RelationShown(Shape):
    """A relation, dated and sourced; it reads from `source` to `target`."""

    type: str
    words: Bilingual
    source: str
    target: str
    share: str | None = None
    votes: str | None = None
    role: str = ""
    since: str | None = None
    until: str | None = None
    by: str = "code"
    """`code`: both ends by number; `name`: an end by its name only."""
    possibly_same: bool = False
    """An end is only possibly this party: draw it otherwise, or leave it out."""
    restricted: bool = False
    attributes: dict[str, str] = {}
    origin: Origin | None = None


class Cutting(Shape):
    """What was left out: places with too many relations, or all beyond the limit of one search."""

    hubs: int = 0
    spent: bool = False
    sentence: Bilingual | None = None


class Seen(Shape):
    """How many are shown of how many: as data and as a sentence."""

    shown: int
    total: int
    sentence: Bilingual


class Clocks(Shape):
    """What was asked: the facts of which day, as recorded by when, in which generation."""

    generation: str
    as_of: str
    known_at: str | None = None


class Hit(Shape):
    """A party that a search found; `by`: code, exact, prefix, infix, initials, former, case."""

    party: PartyShown
    by: str
    matched: str = ""
    identifiers: tuple[Number, ...] = ()
    region: str = ""
    namesakes: int | None = None
    """Of a person: how many others here bear the name. A person's name alone says nothing about anybody."""


class RecordHit(Shape):
    """A record that a case or decision number found."""

    list: str
    title: Bilingual
    name: str
    case_no: str = ""
    decision_no: str = ""
    party: str | None = None
    status: str


class SearchAnswer(Shape):
    """Parties that a search found, best first, and records by their case number."""

    clocks: Clocks
    seen: Seen
    parties: tuple[Hit, ...]
    records: tuple[RecordHit, ...] = ()
    next: str | None = None
    """Where to go on; None at the end, and after 10,000 parties."""
    notice: Bilingual


class NameOver(Shape):
    """A name and when it was borne."""

    text: str
    kind: str
    since: str | None = None
    until: str | None = None


class Law(Shape):
    """An article that a list acts through."""

    instrument: str
    article: str
    rules: tuple[str, ...] = ()


class ListingView(Shape):
    """A record on a list, with its dates and its law."""

    list: str
    title: Bilingual
    status: str
    link: Literal["number", "name"]
    """`name`: the record bears this name and no number: perhaps somebody else's."""
    record: str
    name: str
    authority: str = ""
    case_no: str = ""
    decision_no: str = ""
    grounds: tuple[str, ...] = ()
    reason: str = ""
    measure: str = ""
    basis: str = ""
    law: tuple[Law, ...] = ()
    effect_since: str | None = None
    effect_until: str | None = None
    published_since: str | None = None
    published_until: str | None = None
    origin: Origin | None = None


class Kind(Shape):
    """Relations of one type and direction: the first of them, and how many there are."""

    type: str
    words: Bilingual
    out: bool
    """Whether the party is the source of these relations."""
    seen: Seen
    relations: tuple[RelationShown, ...] = ()
    collapsed: bool = False
    """Too many to be drawn: one node with its number stands for all."""


class Shared(Shape):
    """An address, telephone, e-mail or mail domain of the register that others state too."""

    kind: str
    words: Bilingual
    value: str
    total: int
    parties: tuple[str, ...] = ()


class Dossier(Shape):
    """All that is known of one party, on one stable page."""

    clocks: Clocks
    party: PartyShown
    names: tuple[NameOver, ...]
    identifiers: tuple[Number, ...]
    attributes: dict[str, str]
    namesakes: int | None = None
    listings: tuple[ListingView, ...]
    seen: Seen
    relations: tuple[Kind, ...]
    bids: tuple[RelationShown, ...]
    contracts: tuple[RelationShown, ...]
    shared: tuple[Shared, ...]
    parties: tuple[PartyShown, ...]
    """Everyone whom the relations name."""
    cut: Cutting
    restricted: bool
    """Whether officials' records and declared relatives are in it."""
    notice: Bilingual


class Collapsed(Shape):
    """Relations of a party that are not drawn one by one."""

    party: str
    type: str
    words: Bilingual
    out: bool
    shown: int
    total: int
    sentence: Bilingual


class NeighbourhoodAnswer(Shape):
    """Who is around a party."""

    clocks: Clocks
    party: PartyShown
    depth: int
    nodes: tuple[PartyShown, ...]
    relations: tuple[RelationShown, ...]
    kinds: tuple[Kind, ...]
    """The party's own relations by type and direction, with counts; the relations themselves stand above."""
    collapsed: tuple[Collapsed, ...]
    seen: Seen
    cut: Cutting
    notice: Bilingual


class Way(Shape):
    """A path: parties in order, and the relation between each and the next."""

    parties: tuple[str, ...]
    relations: tuple[RelationShown, ...]
    forward: tuple[bool, ...]
    """Whether each relation reads in the direction of the path."""
    hops: int
    by_name: bool
    sentence: Bilingual


class PathsAnswer(Shape):
    """The shortest paths between two parties."""

    clocks: Clocks
    source: str
    target: str
    found: bool
    paths: tuple[Way, ...]
    seen: Seen
    nodes: tuple[PartyShown, ...]
    cut: Cutting
    sentence: Bilingual
    notice: Bilingual


class Pair(Shape):
    """Two members of a set, and the shortest path between them."""

    source: str
    target: str
    path: Way


class PathMatrix(Shape):
    """Which members of a set are connected with which."""

    clocks: Clocks
    tender: str | None = None
    members: tuple[PartyShown, ...]
    pairs: tuple[Pair, ...]
    asked: int
    """How many pairs were looked at."""
    nodes: tuple[PartyShown, ...]
    cut: Cutting
    sentence: Bilingual
    notice: Bilingual


class ControlView(Shape):
    """What one party, or several that act in concert, has to say in one company. Votes, not economic share."""

    owners: tuple[str, ...]
    owned: str
    controls: Literal["yes", "no", "possibly"]
    votes: str
    votes_max: str
    sure: bool
    """Along one chain of links that are each more than half, found by number."""
    notes: tuple[str, ...] = ()
    """by_sum, half, doubtful, self_held, votes, shares, concert, by_name, state: for a human to look at."""
    path: tuple[RelationShown, ...] = ()
    sentence: Bilingual


class ControlAnswer(Shape):
    """Who controls a party, and whom it controls."""

    clocks: Clocks
    party: PartyShown
    controlled_by: tuple[ControlView, ...]
    controls: tuple[ControlView, ...]
    declared: tuple[RelationShown, ...]
    seen: Seen
    nodes: tuple[PartyShown, ...]
    cut: Cutting
    notice: Bilingual


class ShareView(Shape):
    """What finally belongs to an owner, summed over all ways. Economic share, not votes."""

    owner: str
    owned: str
    share: str | None
    """None where holdings run in a circle that nobody outside owns."""
    share_max: str | None
    path: tuple[RelationShown, ...] = ()
    sentence: Bilingual


class Beneficial(Shape):
    """A natural person to whom a company finally belongs (令〔2024〕3号), with the first ground of the law."""

    person: str
    ground: Literal["share", "votes", "control", "in_charge"]
    sure: bool


class OwnershipAnswer(Shape):
    """What finally belongs to whom."""

    clocks: Clocks
    party: PartyShown
    owned_by: tuple[ShareView, ...]
    owns: tuple[ShareView, ...]
    beneficial_owners: tuple[Beneficial, ...]
    seen: Seen
    nodes: tuple[PartyShown, ...]
    cut: Cutting
    notice: Bilingual
