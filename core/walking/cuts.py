# SPDX-License-Identifier: GPL-2.0-or-later
"""The squares that a search goes over one by one: their part of the network and who lives there, cut once and kept.

The kinds of a study ask the same squares again and again, for other facilities.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np

from .graph import Ints, WalkGraph
from .order import ranges
from .search import Ends, Search, Tile, cut_tile
from .tiles import TileHomes
from .ways import Longs

TILE_M = 1500.0  # own choice: smaller tiles cost more than they save
TILE_REACHES = 2.0  # own choice: a tile is so many times as wide as the longest walk; from 1.5 to 3 all is the same
AROUND_M = 100.0  # own choice: entrances and ends of edges so far outside a tile belong to what is kept of it
KEPT_SHARE = 1 / 16  # own choice, of the memory of a run: for what is kept

Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Squares:
    """Tiles of `side_m` from the south-west corner of the network, numbered row by row, `columns` in a row."""

    graph: WalkGraph
    side_m: float
    columns: int

    @staticmethod
    def over(search: Search, limit_ms: int) -> Squares:
        """Return the tiles for walks of this limit: about twice as wide as the longest in a straight line."""
        graph = search.graph
        side = max(TILE_M, TILE_REACHES * limit_ms * graph.top_speed(search.profile.id))
        return Squares(graph, side, int((graph.x_m.max(initial=graph.grid.x_min) - graph.grid.x_min) // side) + 1)

    def of(self, node: Longs) -> Longs:
        """Return the number of the tile of each node."""
        column = (self.graph.x_m[node] - self.graph.grid.x_min) // self.side_m
        row = (self.graph.y_m[node] - self.graph.grid.y_min) // self.side_m
        return row.astype(np.int64) * self.columns + column.astype(np.int64)

    def box(self, number: int) -> Box:
        """Return a tile with a little around it: x_min, y_min, x_max, y_max."""
        row, column = divmod(number, self.columns)
        x = self.graph.grid.x_min + column * self.side_m - AROUND_M
        y = self.graph.grid.y_min + row * self.side_m - AROUND_M
        return x, y, x + self.side_m + 2 * AROUND_M, y + self.side_m + 2 * AROUND_M


@dataclass
class _Kept:
    """What is kept of one network: tiles, and by places who lives in them; `room` bytes are left."""

    room: int
    tiles: dict[Any, Tile] = field(default_factory=dict)
    homes: WeakKeyDictionary[Ends, dict[Any, TileHomes]] = field(default_factory=WeakKeyDictionary)


_KEPT: WeakKeyDictionary[WalkGraph, _Kept] = WeakKeyDictionary()


class Cuts:
    """Gives the parts of the network that walks from facilities can touch, and the homes there."""

    def __init__(self, search: Search, squares: Squares, homes: Ends, owner: Ints, memory_bytes: int) -> None:
        """`owner` (w,) the place of each of the ways `homes`; `memory_bytes` of the run."""
        self._search, self._squares, self._homes, self._owner = search, squares, homes, owner
        self._kept = _KEPT.setdefault(search.graph, _Kept(int(memory_bytes * KEPT_SHARE)))
        self._scratch = np.full(len(search.graph.node_ids), -1, dtype=np.int32)

    def around(self, number: int, starts: Longs, limit_ms: int) -> tuple[Tile, TileHomes]:
        """Return the part of the network for walks of `limit_ms` from these nodes of a tile, and who lives there."""
        graph, box = self._search.graph, self._squares.box(number)
        x, y = graph.x_m[starts], graph.y_m[starts]
        own = (float(x.min()), float(y.min()), float(x.max()), float(y.max()))
        if not (box[0] <= own[0] and box[1] <= own[1] and own[2] <= box[2] and own[3] <= box[3]):
            tile = cut_tile(self._search, own, limit_ms, self._scratch)  # an entrance far from the others
            return tile, self._lived(tile)
        key = self._search.profile.id, self._search.toward, self._squares.side_m, limit_ms, number
        tile = self._kept.tiles.get(key) or cut_tile(self._search, box, limit_ms, self._scratch)
        self._keep(self._kept.tiles, key, tile, (tile.nodes, tile.indptr, tile.head, tile.ms))
        by_place = self._kept.homes.setdefault(self._homes, {})
        lived = by_place.get(key) or self._lived(tile)
        self._keep(by_place, key, lived, (lived.node, lived.first, lived.ms, lived.owner))
        return tile, lived

    def _keep(self, where: dict[Any, Any], key: Any, item: Any, arrays: tuple[Any, ...]) -> None:
        size = sum(array.nbytes for array in arrays)
        if key not in where and size <= self._kept.room:
            where[key] = item
            self._kept.room -= size

    def _lived(self, tile: Tile) -> TileHomes:
        homes = self._homes
        begin, end = homes.first[tile.nodes], homes.first[tile.nodes + 1]
        node = np.flatnonzero(end > begin)
        begin, end = begin[node], end[node]
        _, held = ranges(begin, end)
        return TileHomes(node, np.concatenate([[0], np.cumsum(end - begin)]), homes.ms[held], self._owner[held])
