# SPDX-License-Identifier: GPL-2.0-or-later
"""Sets of parcels as graphs: connected parts, petals, and what falls off when a parcel is taken out."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Set as AbstractSet

Near = list[list[int]]


def connected_part(near: Near, members: set[int], starts: Iterable[int]) -> set[int]:
    """Return the members that can be reached from the first start that is a member."""
    first = next((i for i in sorted(starts) if i in members), None)
    if first is None:
        return set()
    found, todo = {first}, [first]
    while todo:
        for j in near[todo.pop()]:
            if j in members and j not in found:
                found.add(j)
                todo.append(j)
    return found


def petal_codes_of(
    near: Near, petal: list[int], reached: Iterable[int], roots: AbstractSet[int], least: int
) -> list[int]:
    """Return the class of petal of each parcel, -1 for none and for parcels that are not reached.

    Where all that is reached hangs together to fewer petals than a zone needs (a whole quarter of old compounds), each
    parcel is a petal by itself, a class of its own: such ground is no worse than the same with a gap in it.
    """
    codes, ground = [-1] * len(petal), set(reached)
    for i in ground:
        codes[i] = petal[i]
    if petal_count(near, codes, ground - roots) < least:
        for i in ground:
            codes[i] = i if petal[i] >= 0 else -1
    return codes


def petals_of(near: Near, petal: list[int], members: set[int]) -> list[list[int]]:
    """Return the petals of a set: contiguous members of one class, each ascending, ordered by their first parcel."""
    left = {i for i in members if petal[i] >= 0}
    found = []
    for i in sorted(left):
        if i not in left:
            continue
        part = connected_part(near, {j for j in left if petal[j] == petal[i]}, [i])
        left -= part
        found.append(sorted(part))
    return found


def petal_count(near: Near, petal: list[int], members: AbstractSet[int]) -> int:
    """Return how many petals a set has."""
    left = {i for i in members if petal[i] >= 0}
    count = 0
    while left:
        first = left.pop()
        count += 1
        todo = [first]
        while todo:
            for j in near[todo.pop()]:
                if j in left and petal[j] == petal[first]:
                    left.remove(j)
                    todo.append(j)
    return count


def drop_losses(near: Near, weight: list[int], members: set[int], forced: frozenset[int]) -> dict[int, int]:
    """Return for each member that may go the weight lost with it and with all that only it connects to the roots.

    One depth-first walk from a forced parcel (Tarjan's low points): a child that cannot pass above its parent falls
    with it; a parcel that would tear off a forced one may not go.
    """
    root = min(forced)
    order, low, parent = {root: 0}, {root: 0}, {root: root}
    total = {root: weight[root]}
    holds = {root: True}
    falls: dict[int, int] = {}
    fixed: set[int] = set(forced)
    path, ways = [root], [iter(near[root])]
    while path:
        i = path[-1]
        for j in ways[-1]:
            if j not in members:
                continue
            if j not in order:
                order[j] = low[j] = len(order)
                parent[j], total[j], holds[j] = i, weight[j], j in forced
                path.append(j)
                ways.append(iter(near[j]))
                break
            if order[j] < low[i] and j != parent[i]:
                low[i] = order[j]
        else:
            path.pop()
            ways.pop()
            if i == root:
                break
            up = parent[i]
            low[up] = min(low[up], low[i])
            total[up] += total[i]
            holds[up] = holds[up] or holds[i]
            if low[i] >= order[up]:
                falls[up] = falls.get(up, 0) + total[i]
                if holds[i]:
                    fixed.add(up)
    return {i: weight[i] + falls.get(i, 0) for i in order if i not in fixed}
