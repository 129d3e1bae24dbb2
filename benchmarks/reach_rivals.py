"""What one would take instead of core/walking/reach.py: engines for benchmarks/reach.py.

Each has, if it needs more than the town, given(town) → what is there beforehand; Engine(town, given) makes it ready;
ask(some facilities) → (key, ms) with key = facility × places + place, sorted. `threads` it takes; `slack_ms` it rounds.
"""

import os

import numpy as np
import pandas as pd

LIMIT_MS = 15 * 60_000
TIED_UP_TO = 100_000  # nodes; QGIS takes minutes to tie points to more
KINDS, MOST_OF_KIND = 6, 6  # facilities of a kind that one place reaches; fewer would not be all of them


def pairs_at_places(town, facility, node, ms):
    """Turn (facility, node, ms) into a sorted table of (facility, place, ms)."""
    order = np.argsort(town.places, kind="stable")
    first = np.searchsorted(town.places[order], np.arange(town.count + 1))
    sizes = first[node + 1] - first[node]
    item = np.repeat(np.arange(len(node)), sizes)
    place = order[np.arange(len(item)) - np.repeat(np.cumsum(sizes) - sizes, sizes) + first[node[item]]]
    key = facility[item].astype(np.int64) * len(town.places) + place
    order = np.argsort(key)
    return key[order], np.asarray(ms)[item][order].astype(np.int64)


class Naive:
    """scipy's Dijkstra over the whole net, 64 facilities at once."""

    def __init__(self, town, _):
        self.town, self.arcs = town, town.toward().astype(np.float64)

    def ask(self, some):
        from scipy.sparse.csgraph import dijkstra

        found = []
        step = max(1, min(64, 16_000_000 // self.town.count))
        for begin in range(0, len(some), step):
            chunk = some[begin : begin + step]
            far = dijkstra(self.arcs, indices=self.town.facilities[chunk], limit=LIMIT_MS)
            item, node = np.nonzero(np.isfinite(far))
            found.append((chunk[item], node, far[item, node]))
        return pairs_at_places(self.town, *(np.concatenate(column) for column in zip(*found)))


class Qgis:
    """QgsGraphAnalyzer.dijkstra, one facility after another.

    Made ready as everybody does it: a line layer, a director, all points tied to it (only at S: M takes minutes). The
    director knows no times by direction, so what is searched is the same graph drawn by hand.
    """

    @staticmethod
    def given(town):
        """The layer of streets and its vertices; only at S."""
        from qgis.core import QgsApplication, QgsFeature, QgsGeometry, QgsPointXY, QgsVectorLayer

        Qgis.app = QgsApplication.instance() or QgsApplication([], False)
        if town.count >= TIED_UP_TO:
            return None
        spots = [QgsPointXY(x, y) for x, y in zip(town.x.tolist(), town.y.tolist())]
        layer = QgsVectorLayer("LineString?crs=EPSG:4545", "streets", "memory")
        features = []
        for tail, head in zip(town.tail.tolist(), town.head.tolist()):
            features.append(QgsFeature())
            features[-1].setGeometry(QgsGeometry.fromPolylineXY([spots[tail], spots[head]]))
        layer.dataProvider().addFeatures(features)
        return layer, spots

    def __init__(self, town, given):
        from qgis.analysis import QgsGraph
        from qgis.core import QgsPointXY

        if given is not None:
            self.tie(town, *given)
        self.town, self.graph = town, QgsGraph()
        for x, y in zip(town.x.tolist(), town.y.tolist()):
            self.graph.addVertex(QgsPointXY(x, y))
        for tail, head, fwd, back in zip(*(a.tolist() for a in (town.tail, town.head, town.fwd, town.back))):
            self.graph.addEdge(head, tail, [float(fwd)])
            self.graph.addEdge(tail, head, [float(back)])

    def tie(self, town, layer, spots):
        """Make the graph of the lines with places and facilities tied to it."""
        from qgis.analysis import QgsGraphBuilder, QgsNetworkDistanceStrategy, QgsVectorLayerDirector

        director = QgsVectorLayerDirector(layer, -1, "", "", "", QgsVectorLayerDirector.DirectionBoth)
        director.addStrategy(QgsNetworkDistanceStrategy())
        builder = QgsGraphBuilder(layer.crs(), False, 0.0)
        director.makeGraph(builder, [spots[node] for node in (*town.places, *town.facilities)])

    def ask(self, some):
        from qgis.analysis import QgsGraphAnalyzer

        found = []
        for number in some:
            _, cost = QgsGraphAnalyzer.dijkstra(self.graph, int(self.town.facilities[number]), 0)
            far = np.array(cost)
            node = np.flatnonzero(far <= LIMIT_MS)
            found.append((np.full(len(node), number), node, far[node]))
        return pairs_at_places(self.town, *(np.concatenate(column) for column in zip(*found)))


def pandana_net(town, turned):
    """pandana's network; it counts thousandths of a second in 32 bits."""
    import pandana

    s = pd.DataFrame({"s": np.concatenate([town.fwd, town.back]) / 1000})
    tail, head = np.concatenate([town.tail, town.head]), np.concatenate([town.head, town.tail])
    tail, head = (head, tail) if turned else (tail, head)
    return pandana.Network(pd.Series(town.x), pd.Series(town.y), pd.Series(tail), pd.Series(head), s, twoway=False)


class PandanaPois:
    """pandana's nearest_pois, kind by kind, for every node; it takes as many threads as there are."""

    slack_ms = 200  # it cuts each edge to a thousandth of a second
    threads = os.cpu_count()

    def __init__(self, town, _):
        self.town, self.net = town, pandana_net(town, False)
        every = np.arange(len(town.facilities))
        for kind in range(KINDS):
            nodes, ids = town.facilities[every % KINDS == kind], every[every % KINDS == kind]
            x, y = pd.Series(town.x[nodes], index=ids), pd.Series(town.y[nodes], index=ids)
            self.net.set_pois(str(kind), LIMIT_MS / 1000, MOST_OF_KIND, x, y)

    def ask(self, some):
        assert len(some) == len(self.town.facilities)
        keys, found = [], []
        for kind in range(KINDS):
            table = self.net.nearest_pois(LIMIT_MS / 1000, str(kind), num_pois=MOST_OF_KIND, include_poi_ids=True)
            values = table.to_numpy()[self.town.places]
            s, facility = values[:, :MOST_OF_KIND].astype(float), values[:, MOST_OF_KIND:].astype(float)
            place, column = np.nonzero(~np.isnan(facility))
            keys.append(facility[place, column].astype(np.int64) * len(self.town.places) + place)
            found.append(np.rint(1000 * s[place, column]).astype(np.int64))
        key, ms = np.concatenate(keys), np.concatenate(found)
        order = np.argsort(key)
        return key[order], ms[order]


class PandanaRange:
    """pandana's nodes_in_range on the net turned round; it takes as many threads as there are."""

    slack_ms = 200
    threads = os.cpu_count()

    def __init__(self, town, _):
        self.town, self.net = town, pandana_net(town, True)

    def ask(self, some):
        nodes = self.town.facilities[some]
        table = self.net.nodes_in_range(nodes.tolist(), LIMIT_MS / 1000, imp_name="s")
        source, node, s = (table[name].to_numpy() for name in table.columns[:3])
        order = np.argsort(nodes)
        facility = some[order[np.searchsorted(nodes[order], source)]]
        return pairs_at_places(self.town, facility, node, np.rint(1000 * s))


class Numba:
    """A bounded Dijkstra with a binary heap, compiled, one thread."""

    def __init__(self, town, _):
        import numba

        arcs = town.toward()
        self.town, self.arcs = town, (arcs.indptr.astype(np.int64), arcs.indices.astype(np.int64), arcs.data)
        self.walk = numba.njit(walk_out)
        self.ask(np.arange(1))  # compiled before the clock starts

    def ask(self, some):
        facility, node, ms = self.walk(*self.arcs, self.town.facilities[some], LIMIT_MS)
        return pairs_at_places(self.town, some[facility], node, ms)


def walk_out(indptr, heads, times, sources, limit):
    """Return (source number, node, ms) of all nodes within the limit; plain loops for numba."""
    count = len(indptr) - 1
    best, mark = np.zeros(count, np.int64), np.full(count, -1, np.int64)
    room = 1024
    out_s, out_n, out_t = np.empty(room, np.int64), np.empty(room, np.int64), np.empty(room, np.int64)
    filled = 0
    keys = np.empty(1 << 16, np.int64)  # ms × 2^32 + node, a binary heap
    for number in range(len(sources)):
        used = 1
        keys[0] = sources[number]
        best[sources[number]], mark[sources[number]] = 0, number
        while used:
            ms, node = keys[0] >> 32, keys[0] & 0xFFFFFFFF
            used -= 1
            last, at = keys[used], 0
            while 2 * at + 1 < used:
                child = 2 * at + 1
                if child + 1 < used and keys[child + 1] < keys[child]:
                    child += 1
                if keys[child] >= last:
                    break
                keys[at] = keys[child]
                at = child
            keys[at] = last
            if ms > best[node]:
                continue
            if filled == room:
                out_s, out_n = np.concatenate((out_s, out_s)), np.concatenate((out_n, out_n))
                out_t = np.concatenate((out_t, out_t))
                room *= 2
            out_s[filled], out_n[filled], out_t[filled] = number, node, ms
            filled += 1
            for arc in range(indptr[node], indptr[node + 1]):
                other, total = heads[arc], ms + times[arc]
                if total <= limit and (mark[other] != number or total < best[other]):
                    mark[other], best[other] = number, total
                    if used == len(keys):
                        keys = np.concatenate((keys, keys))
                    at, key = used, (total << 32) + other
                    used += 1
                    while at and keys[(at - 1) // 2] > key:
                        keys[at] = keys[(at - 1) // 2]
                        at = (at - 1) // 2
                    keys[at] = key
    return out_s[:filled], out_n[:filled], out_t[:filled]
