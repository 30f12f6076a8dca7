"""The order that sorts whole numbers is numpy's stable one, whether they leave room for their places or not."""

from __future__ import annotations

import numpy as np
import pytest

from graph.generation.lookup import order_of


@pytest.mark.parametrize("kind", ["<u4", "<u8", "<i8"])
@pytest.mark.parametrize("largest", [1, 3, 1 << 31, (1 << 63) - 1])
@pytest.mark.parametrize("count", [0, 1, 2, 1000])
def test_order(kind: str, largest: int, count: int) -> None:
    dice = np.random.default_rng(count)
    keys = dice.integers(0, largest, count, dtype=np.uint64).astype(kind)
    assert order_of(keys).tolist() == np.argsort(keys, kind="stable").tolist()
