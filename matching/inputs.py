"""What was asked, as one hash that gives no number away."""

from __future__ import annotations

import hashlib
from typing import Any

import msgspec

from matching.request import DecisionRequest
from matching.subjects import pseudonym


def input_hash(request: DecisionRequest, key: bytes) -> str:
    """SHA-256 of the canonical request in which every number is replaced by its keyed pseudonym."""

    document = msgspec.json.decode(request.model_dump_json(exclude_defaults=True))
    return hashlib.sha256(msgspec.json.encode(_veiled(document, key), order="sorted")).hexdigest()


def _veiled(value: Any, key: bytes) -> Any:
    if isinstance(value, dict):
        return {
            k: pseudonym(key, v) if k == "id" and isinstance(v, str) else _veiled(v, key)
            for k, v in value.items()
        }
    return [_veiled(v, key) for v in value] if isinstance(value, list) else value
