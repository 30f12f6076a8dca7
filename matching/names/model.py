"""Boosted trees over the feature table, in whole numbers, with the reason for every point.

The file is made by scripts/fit_names.py. A tree's inner nodes hold what the training pairs that came by would have
scored, so that walking from root to leaf tells what each feature added (Saabas 2014): the parts add up exactly.
"""

from __future__ import annotations

import hashlib
from functools import cache
from importlib import resources
from typing import Any, NamedTuple

import msgspec
import numpy as np
import numpy.typing as npt

from graph.compiled.jit import kernel
from matching.names import features

FILE = "model.json"


class Model(NamedTuple):
    """Trees end to end. A node with feature -1 is a leaf; values are points (1/1000 of a log-odds unit)."""

    roots: npt.NDArray[np.int32]
    feature: npt.NDArray[np.int16]
    threshold: npt.NDArray[np.int32]
    """Left when the feature is at most this."""
    left: npt.NDArray[np.int32]
    right: npt.NDArray[np.int32]
    value: npt.NDArray[np.int32]


class Trees(msgspec.Struct, frozen=True):
    """The model's file: columns of the arrays of `Model`, and what they were fitted on."""

    features: str
    names: tuple[str, ...]
    roots: list[int]
    feature: list[int]
    threshold: list[int]
    left: list[int]
    right: list[int]
    value: list[int]
    pair_threshold: int
    """Points from which two names alone are called the same."""
    card: dict[str, Any] = msgspec.field(default_factory=dict)


def assemble(trees: Trees) -> Model:
    """The arrays of a model file.

    Raises:
        ValueError: the file was fitted on another table of features.
    """
    if trees.features != features.VERSION or trees.names != tuple(f.name for f in features.FEATURES):
        raise ValueError("the model was fitted on another table of features")
    return Model(
        roots=np.array(trees.roots, np.int32),
        feature=np.array(trees.feature, np.int16),
        threshold=np.array(trees.threshold, np.int32),
        left=np.array(trees.left, np.int32),
        right=np.array(trees.right, np.int32),
        value=np.array(trees.value, np.int32),
    )


@cache
def _data() -> bytes:
    return resources.files(__package__).joinpath(FILE).read_bytes()


@cache
def trees() -> Trees:
    """The model that ships."""
    return msgspec.json.decode(_data(), type=Trees)


@cache
def model() -> Model:
    """The arrays of the model that ships."""
    return assemble(trees())


@cache
def model_hash() -> str:
    """SHA-256 of the model's file: what a decision pins."""
    return hashlib.sha256(_data()).hexdigest()


@kernel
def evaluate(model: Model, row: Any) -> int:
    """Points of one row of features."""
    total = 0
    for root in model.roots:
        node = root
        while model.feature[node] >= 0:
            node = model.left[node] if row[model.feature[node]] <= model.threshold[node] else model.right[node]
        total += model.value[node]
    return int(total)


@kernel
def contributions(model: Model, row: Any, parts: Any) -> int:
    """The same, with what each feature added in `parts` (one int64 a feature and a last one for the start)."""
    total = 0
    for place in range(len(parts)):
        parts[place] = 0
    for root in model.roots:
        node = root
        parts[len(parts) - 1] += model.value[node]
        while model.feature[node] >= 0:
            feature = model.feature[node]
            child = model.left[node] if row[feature] <= model.threshold[node] else model.right[node]
            parts[feature] += model.value[child] - model.value[node]
            node = child
        total += model.value[node]
    return int(total)
