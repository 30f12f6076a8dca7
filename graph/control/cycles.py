"""Which companies hold each other in circles: strongly connected components, without recursion."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from graph.compiled.jit import compiled
from graph.control.holdings import Flags, Ints, Places


class Components(NamedTuple):
    """The strongly connected components: an owner's number is never below that of what it holds."""

    number: Ints
    """Component of each node."""
    cyclic: Flags
    """Nodes that hold themselves, directly or through others."""
    first: Ints
    """Where each component begins in `members`."""
    members: Places


@compiled
def components(out_ptr: Ints, dst: Places) -> Components:
    """Tarjan's algorithm (1972) with its own stack: a chain of a million companies needs no recursion."""
    nodes = len(out_ptr) - 1
    number = np.full(nodes, -1, np.int64)
    index, low = np.zeros(nodes, np.int32), np.zeros(nodes, np.int32)
    at = np.zeros(nodes, np.int64)
    cyclic = np.zeros(nodes, np.bool_)
    first = np.zeros(nodes + 1, np.int64)
    members, stack, path = np.empty(nodes, np.int32), np.empty(nodes, np.int32), np.empty(nodes, np.int32)
    clock = depth = height = count = filled = 0
    for root in range(nodes):
        if index[root] != 0:
            continue
        path[0], height = root, 1
        while height > 0:
            node = path[height - 1]
            if index[node] == 0:
                clock += 1
                index[node] = low[node] = clock
                at[node] = out_ptr[node]
                stack[depth] = node
                depth += 1
            if at[node] < out_ptr[node + 1]:
                other = dst[at[node]]
                at[node] += 1
                if other == node:
                    cyclic[node] = True
                elif index[other] == 0:
                    path[height] = other
                    height += 1
                elif number[other] < 0:
                    low[node] = min(low[node], index[other])
                continue
            height -= 1
            if height > 0:
                below = path[height - 1]
                low[below] = min(low[below], low[node])
            if low[node] == index[node]:
                start = filled
                while True:
                    depth -= 1
                    member = stack[depth]
                    number[member] = count
                    members[filled] = member
                    filled += 1
                    if member == node:
                        break
                if filled - start > 1:
                    for place in range(start, filled):
                        cyclic[members[place]] = True
                count += 1
                first[count] = filled
    return Components(number, cyclic, first[: count + 1].copy(), members)
