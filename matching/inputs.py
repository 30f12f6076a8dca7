"""What was asked, as one hash that gives no number away."""

from __future__ import annotations

import hashlib
from typing import Any

import msgspec

from matching.request import DecisionRequest
from matching.subjects import pseudonym


def input_hash(request: DecisionRequest, key: bytes, asked: bytes = b"") -> str:
    """SHA-256 of the canonical request in which every number is replaced by its keyed pseudonym.

    Args:
        request: what is asked.
        key: the deployment's key.
        asked: the request as it is kept (`written`), where that is at hand.
    """
    document = msgspec.json.decode(asked or written(request))
    return hashlib.sha256(msgspec.json.encode(_veiled(document, key), order="sorted")).hexdigest()


def written(request: DecisionRequest) -> bytes:
    """A request as ledgers keep it: JSON of what was stated."""
    return request.model_dump_json(exclude_defaults=True).encode()


def _veiled(value: Any, key: bytes) -> Any:
    if isinstance(value, dict):
        return {
            k: pseudonym(key, v) if k == "id" and isinstance(v, str) else _veiled(v, key)
            for k, v in value.items()
        }
    return [_veiled(v, key) for v in value] if isinstance(value, list) else value
