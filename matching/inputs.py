"""What was asked, as one hash that gives no number away."""

from __future__ import annotations

import hashlib
from typing import Any

import msgspec

from matching.request import DecisionRequest
from matching.subjects import pseudonym


def input_hash(request: DecisionRequest, key: bytes) -> str:
    """SHA-256 of the canonical request in which every number is replaced by its keyed pseudonym."""

    def veil(value: Any) -> Any:
        if isinstance(value, dict):
            return {
                k: pseudonym(key, v) if k == "id" and isinstance(v, str) else veil(v)
                for k, v in value.items()
            }
        return [veil(v) for v in value] if isinstance(value, list) else value

    document = msgspec.json.decode(request.model_dump_json(exclude_defaults=True))
    return hashlib.sha256(msgspec.json.encode(veil(document), order="sorted")).hexdigest()
