"""What was considered and not used, as traces that are kept for audit."""

from __future__ import annotations

from graph import identifiers
from graph.messages import say
from graph.model import Listing, Status
from matching.decision import Bilingual, Feature, Similarity, Tier, Trace


def by_register(name: str) -> Trace:
    """That a name was not searched for likeness, because a register says whose it is."""
    shown = identifiers.mask_numbers_in_text(name)
    zh, en = (say("matching", "trace.registered_name", lang, name=shown) for lang in ("zh", "en"))
    return Trace(
        why="registered_name",
        list="",
        record="",
        record_hash="",
        tier=Tier.E5,
        features=(Feature(name="register", submitted=shown, outcome="equal"),),
        detail=Bilingual(zh=zh, en=en),
    )


def put_aside(
    why: str,
    listing: Listing,
    record_hash: str,
    tier: Tier,
    status: Status,
    features: tuple[Feature, ...],
    similarity: Similarity | None = None,
) -> Trace:
    """That a record was looked at and is not used.

    Args:
        why: which of the reasons that `Trace.why` names.
        listing: the record.
        record_hash: its hash.
        tier: how sure the match was.
        status: the record's state at the decision's moment.
        features: what was compared.
        similarity: where names resembled only: how much.
    """
    params = {"list": listing.list_code, "name": listing.subject.name}
    code = f"trace.similar.{why}" if similarity is not None else f"trace.{why}"
    return Trace(
        why=why,
        list=listing.list_code,
        record=listing.key,
        record_hash=record_hash,
        tier=tier,
        status=status.value,
        features=features,
        detail=Bilingual(zh=say("matching", code, "zh", **params), en=say("matching", code, "en", **params)),
        similarity=similarity,
    )
