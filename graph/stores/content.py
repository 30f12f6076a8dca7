"""What every store must agree on: content hashes, mention keys, party keys and which identifiers are strong."""

from __future__ import annotations

import hashlib
from functools import cache, lru_cache

import msgspec
from msgspec.structs import replace

from graph.model import Id, Listing, Mention, PartyRecord, PartyType, Source
from graph.relations import Relation

ORG_SCHEMES = ("uscc", "org_code")
PERSON_SCHEMES = ("citizen_id", "residence_permit", "passport")
SOURCE_SCHEME = "source_id"
"""A number that one publisher or foreign register gave, written with who gave it: the same number, the same party."""
STRONG_SCHEMES = (*ORG_SCHEMES, *PERSON_SCHEMES, SOURCE_SCHEME)
"""A registration number is not strong: registers of different places have given the same one."""
THING_SCHEMES = frozenset(kind.value for kind in PartyType if kind.thing)
"""Of a tender, an account and other things: the scheme is called like the type, and links by its value."""

_ORG, _PERSON = PartyType.ORGANIZATION, PartyType.PERSON
_OF_ORG, _OF_PERSON = (*ORG_SCHEMES, SOURCE_SCHEME), (*PERSON_SCHEMES, SOURCE_SCHEME)
Record = Listing | PartyRecord | Relation
canonical = msgspec.json.Encoder(order="sorted").encode
"""JSON with sorted keys: the form that is hashed."""


def stable_source(source: Source) -> Source:
    """What of a source belongs to the content: which data set, which address.

    File, its hash, row and time of fetching differ between two snapshots that say the same.
    """
    return Source(dataset=source.dataset, url=source.url, publisher=source.publisher)


def content_hash(record: Record) -> bytes:
    """SHA-256 of what a record says, wherever in which file it stands: the hash that decisions pin."""
    return hashlib.sha256(canonical(replace(record, source=stable_source(record.source)))).digest()


_SOURCE = b'"source":{'
_AFTER = b'},"s'


def document(record: Record) -> tuple[bytes, bytes]:
    """The document as stored, and its `content_hash`, encoding only once.

    The source is the only object under a key of that name, and a key with `s` follows it (keys are sorted; inside
    texts quotes are escaped), so that the stable source can be put in its place before hashing.
    """
    doc = canonical(record)
    start = doc.find(_SOURCE) + 9
    if start < 9:
        return doc, content_hash(record)
    end = doc.index(_AFTER, start) + 1
    source = record.source
    stable = _stable_json(source.dataset, source.url, source.publisher)
    return doc, hashlib.sha256(doc[:start] + stable + doc[end:]).digest()


@lru_cache(maxsize=256)
def _stable_json(dataset: str, url: str, publisher: str) -> bytes:
    return canonical(Source(dataset=dataset, url=url, publisher=publisher))


def mention_key(dataset: str, source: str, key: str, role: str = "") -> str:
    """Key of a mention; `role` is `src` or `dst` for the ends of a relation."""
    return f"{dataset}/{source}/{key}#{role}" if role else f"{dataset}/{source}/{key}"


def party_key(number: int) -> str:
    """Key of a party: a counter, so that it says nothing of whom it stands for."""
    return f"P{number:010d}"


def party_number(key: str) -> int | None:
    """The counter in a party key; None for anything else."""
    return (
        int(key[1:]) if key[:1] == "P" and key[1:].isascii() and key[1:].isdigit() and len(key) < 20 else None
    )


def strong(scheme: str, value: str) -> str | None:
    """The form under which a strong identifier links; None for a weak scheme.

    An organisation's code stands inside its unified code (GB 32100-2015: places 9 to 17), so that both link
    as one.
    """
    if scheme == "uscc":
        return f"o:{value[8:17]}" if len(value) == 18 else None
    if scheme == "org_code":
        return f"o:{value.replace('-', '')}"
    known = scheme in PERSON_SCHEMES or scheme in THING_SCHEMES or scheme == SOURCE_SCHEME
    return f"{scheme}:{value}" if known else None


def strong_ids(mention: Mention) -> tuple[str, ...]:
    """The strong identifiers of a mention: valid ones only, of schemes that fit what the subject is."""
    ids, kind = mention.ids, mention.type
    if not ids:
        return ()
    # Nearly all are one of two kinds: asked by identity, as a member of an enumeration is slow to hash.
    fitting = _OF_ORG if kind is _ORG else _OF_PERSON if kind is _PERSON else (kind.value,)
    found: tuple[str, ...] = ()
    for one in ids:
        if one.state == "valid" and one.scheme in fitting:
            form = strong(one.scheme, one.value)
            if form is not None and form not in found:
                found = (*found, form)
    return found


def owns(ids: tuple[Id, ...], scheme: str, value: str) -> bool:
    """Whether a party with `ids` owns an identifier: the same one, or the code nested in it where nothing of the
    same scheme says otherwise."""
    same = [one.value for one in ids if one.scheme == scheme and one.state == "valid"]
    if same:
        return value in same
    form = strong(scheme, value)
    return any(one.state == "valid" and strong(one.scheme, one.value) == form for one in ids)


@cache
def _text_keys() -> tuple[object, object]:
    from graph.text import org_key, person_key

    return org_key, person_key


def comparison_form(kind: PartyType, text: str) -> str:
    """N6 of a name (SPEC 7.2), for records whose loader left it out and for former names and aliases.

    The name of a thing is a title, and stays as it is.
    """
    if kind.thing:
        return text
    org, person = _text_keys()
    form = (org if kind is PartyType.ORGANIZATION else person)(text)  # type: ignore[operator]
    return str(form)


def with_form(mention: Mention) -> Mention:
    """The mention with its comparison form filled in."""
    return replace(mention, n6=comparison_form(mention.type, mention.name))
