"""How fast all (place, facility) pairs within 15 minutes are found, beside what one would take instead.

    .venv/bin/python benchmarks/reach.py [S] [M] [L]        S and M unless told otherwise

S 20,000 nodes, 5,000 places, 100 facilities; M 200,000, 50,000, 1,000; L 1,000,000, 300,000, 6,000. An irregular hilly
street net in random node order, times by Tobler's function, 60 % of the places clustered, walks to the facility.
Engines: core/walking/reach.py, scipy's Dijkstra over the whole net in chunks, QGIS's own QgsGraphAnalyzer a facility
(a few facilities, scaled up), pandana and a bounded Dijkstra in numba where they are installed. Places and facilities
lie on nodes, so that all engines answer the same question; the run stops when pairs or milliseconds differ.
Pandana is asked in two ways: nearest_pois, its documented call for "which facilities within so far", kind by kind with
just enough of them (a user does not know how many are enough), and nodes_in_range, a bounded Dijkstra in C++ such as
numba's. What is made ready beforehand is the same for all: the table or layer of streets is there, the graph is not.
Seconds are those of the processor, so that other work on the machine does not count; of engines with threads they are
shared out over them, as if none ever waited. They move from machine to machine: the ratios, side by side in one run,
are what counts.
numba, pandana: requirements-bench.txt, in a venv of its own as its first lines say (numpy < 2 stays); run with that.
"""

import os
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import shapely

sys.path.insert(0, str(Path(__file__).resolve().parent))
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "scripts"))
from checkout import load_package
from reach_rivals import LIMIT_MS, Naive, Numba, PandanaPois, PandanaRange, Qgis

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
SIZES = {"S": (20_000, 5_000, 100), "M": (200_000, 50_000, 1_000), "L": (1_000_000, 300_000, 6_000)}
SPACING_M = 60.0
QGIS_SOURCES = {"S": 5, "M": 2, "L": 0}  # facilities that QGIS is asked for
PANDANA_SOURCES = {"S": 100, "M": 1_000, "L": 0}  # at L its network takes many minutes
NAIVE_UP_TO = {"S": None, "M": None, "L": 64}  # facilities that scipy over the whole net is asked for
MOST_MB = 1024  # of memory for the pairs, over what town and network take
PROMISES = {  # how many times ours; the network itself is a result that we have before, QGIS makes its graph anew
    ("S", "qgis with its graph"): 100, ("M", "qgis with its graph"): 300,
    ("M", "pandana nearest_pois cold"): 20, ("M", "pandana nearest_pois"): 3, ("L", "numba"): 0.5,
}  # fmt: skip


class Town:
    """Nodes, directed arcs with milliseconds, places and facilities on nodes; all in random order."""

    def __init__(self, size, seed=7):
        nodes, places, facilities = SIZES[size]
        rng = np.random.default_rng(seed)
        side = int(np.sqrt(nodes))
        row, column = np.divmod(np.arange(side * side), side)
        x = (column + rng.uniform(-0.3, 0.3, len(row))) * SPACING_M
        y = (row + rng.uniform(-0.3, 0.3, len(row))) * SPACING_M
        z = 60 * np.sin(x / 900) * np.cos(y / 700) + 10 * np.sin(x / 140)
        right, up = np.flatnonzero(column < side - 1), np.flatnonzero(row < side - 1)
        tail, head = np.concatenate([right, up]), np.concatenate([right + 1, up + side])
        keep = rng.uniform(size=len(tail)) < 0.7
        name = rng.permutation(side * side)  # the node's number has nothing to do with where it lies
        self.tail, self.head = name[tail[keep]], name[head[keep]]
        self.x, self.y, self.z = (axis[np.argsort(name)] for axis in (x, y, z))
        self.length = np.hypot(self.x[self.head] - self.x[self.tail], self.y[self.head] - self.y[self.tail])
        slope = np.clip((self.z[self.head] - self.z[self.tail]) / self.length, -0.5, 0.5)
        self.fwd, self.back = (self.walk_ms(sign * slope) for sign in (1, -1))
        used = np.unique(np.concatenate([self.tail, self.head]))
        self.places = np.concatenate([rng.choice(used, places * 2 // 5), self.clustered(rng, used, places * 3 // 5)])
        self.facilities = rng.choice(used, facilities, replace=False)
        self.count = side * side

    def walk_ms(self, slope):
        """Whole milliseconds at 1.2 m/s on the flat."""
        factor = np.exp(-3.5 * (np.abs(slope + 0.05) - 0.05))
        return np.maximum(np.floor(1000 * self.length / (1.2 * factor) + 0.5), 1).astype(np.int64)

    def clustered(self, rng, used, count):
        """Places around a few centres."""
        from scipy.spatial import cKDTree

        centres = rng.choice(used, max(3, count // 500))
        at = centres[rng.integers(0, len(centres), count)]
        spots = np.column_stack([self.x[at], self.y[at]]) + rng.normal(0, 300, (count, 2))
        return used[cKDTree(np.column_stack([self.x[used], self.y[used]])).query(spots)[1]]

    def edges(self):
        """The EDGES table that core reads."""
        ends = np.stack([np.column_stack([self.x[at], self.y[at]]) for at in (self.tail, self.head)], axis=1)
        names = np.array([f"n{number}" for number in range(self.count)], dtype=object)
        frame = pd.DataFrame({
            "edge_id": [f"e{number}" for number in range(len(self.tail))], "from_node": names[self.tail],
            "to_node": names[self.head], "length_m": self.length, "kind": "path", "adult_fwd_ms": self.fwd,
            "adult_back_ms": self.back,
        })  # fmt: skip
        frame["geometry"] = shapely.linestrings(ends)
        return frame

    def toward(self):
        """The arcs turned round, as a sparse matrix: row = where people come to, column = where from."""
        from scipy.sparse import csr_matrix

        row, column = np.concatenate([self.head, self.tail]), np.concatenate([self.tail, self.head])
        return csr_matrix((np.concatenate([self.fwd, self.back]), (row, column)), shape=(self.count, self.count))


class Ours:
    """core/walking/reach.py, as an engine of reach_rivals."""

    @staticmethod
    def given(town):
        """The table of the layer of streets."""
        return town.edges()

    def __init__(self, town, edges=None):
        from urban_renewal.core.run import Run
        from urban_renewal.core.walking.graph import graph_from_edges
        from urban_renewal.core.walking.profiles import load_profiles

        self.run, self.town = Run(), town
        self.profile = load_profiles(["adult"])[0]
        self.graph = graph_from_edges(self.given(town) if edges is None else edges, ["adult"], self.run)
        names = {name: number for number, name in enumerate(self.graph.node_ids.tolist())}
        self.number = np.array([names.get(f"n{node}", -1) for node in range(town.count)])
        both = np.concatenate([self.graph.start, self.graph.end])
        self.edge_of = np.zeros(len(self.graph.node_ids), dtype=np.int64)
        self.edge_of[both[::-1]] = np.arange(len(both))[::-1]
        self.places = self.joined(town.places)

    def joined(self, nodes):
        """Points on nodes, without legs."""
        from urban_renewal.core.walking.join import Joined

        at, m, count = self.edge_of[self.number[nodes]], len(self.graph.edge_ids), len(nodes)
        nothing, zero = np.zeros(count), np.zeros(count, dtype=np.int32)
        words, owner = np.full(count, "", dtype=object), np.arange(count, dtype=np.int32)
        edge, share = (at % m).astype(np.int32), (at >= m).astype(float)
        return Joined(words, owner, count, edge, share, nothing, nothing, zero, zero, words)

    def ask(self, some, run=None):
        from urban_renewal.core.walking.reach import reach_pairs

        facilities, run = self.joined(self.town.facilities[some]), run or self.run
        pairs = reach_pairs(self.graph, self.profile, self.places, facilities, LIMIT_MS, "there", run)
        return some[pairs.facility].astype(np.int64) * len(self.town.places) + pairs.place, pairs.cost_ms


def clock(task, times=1, threads=1):
    """Return what a task gives and the least of its seconds: of the processor, shared out over the task's threads."""
    least = np.inf
    for _ in range(times):
        begin = time.process_time()
        result = task()
        least = min(least, (time.process_time() - begin) / threads)
    return result, least


def measure(size):
    """Print one size; return whether all promises hold."""
    from points import tell_points
    from watch import Watch

    town = Town(size)
    every = np.arange(len(town.facilities))
    counts = town.count, 2 * len(town.tail), len(town.places), len(every)
    print("\n{}: {:,} nodes, {:,} arcs, {:,} places, {:,} facilities".format(size, *counts))
    edges = Ours.given(town)
    ours, built = clock(lambda: Ours(town, edges))
    with Watch() as watch:
        (key, ms), cold = clock(lambda: ours.ask(every, watch.run()))
    _, warm = clock(lambda: ours.ask(every), 3)
    print(f"  ours: {warm:.3f} s, {cold:.3f} s the first time; made ready in {built:.2f} s; {len(key):,} pairs")
    print(f"    {watch.told()}; promised {MOST_MB} MB: {'holds' if watch.peak - watch.base <= MOST_MB else 'BROKEN'}")
    fine = tell_points(size, ours, LIMIT_MS) and watch.peak - watch.base <= MOST_MB
    for name, engine, some in rivals(size, every):
        try:
            threads = getattr(engine, "threads", 1)
            given = engine.given(town) if hasattr(engine, "given") else None
            rival, ready = clock(lambda engine=engine, given=given: engine(town, given), 1, threads)
        except ImportError:
            print(f"  {name}: not installed")
            continue
        times = 3 if len(some) == len(every) else 1
        (other, other_ms), seconds = clock(lambda rival=rival, some=some: rival.ask(some), times, threads)
        mine = np.isin(key // len(town.places), some)
        slack_ms = getattr(rival, "slack_ms", 0)
        if not agree((key[mine], ms[mine]), (other, other_ms), slack_ms):
            raise SystemExit(f"{name} finds other pairs or other times")
        seconds *= len(every) / len(some)
        told = "" if len(some) == len(every) else f" (scaled up from {len(some)} facilities)"
        same = f"the same pairs and times to {slack_ms} ms" if slack_ms else "the same pairs and times"
        print(f"  {name}: {seconds:.3f} s{told}; made ready in {ready:.2f} s; {same}")
        ratios = {name: seconds / warm}
        if threads > 1:
            ratios[f"{name} on one thread"] = seconds * threads / warm
        if name.startswith("pandana"):
            ratios[f"{name} cold"] = (ready + seconds) / (built + cold)
        if name == "qgis":
            ratios["qgis with its graph"] = (ready + seconds) / warm
        fine &= all([tell_ratio(size, *item) for item in ratios.items()])  # noqa: C419 - all are printed
    return fine


def agree(ours, theirs, slack_ms):
    """Say whether pairs and times are the same; where an engine rounds, times to `slack_ms`, pairs but at the limit."""
    _, mine, other = np.intersect1d(ours[0], theirs[0], assume_unique=True, return_indices=True)
    alone = [np.delete(ours[1], mine), np.delete(theirs[1], other)]
    near = all((np.abs(ms - LIMIT_MS) <= slack_ms).all() if slack_ms else not len(ms) for ms in alone)
    return near and (np.abs(ours[1][mine] - theirs[1][other]) <= slack_ms).all()


def tell_ratio(size, name, ratio):
    """Print how many times faster ours is; return whether the promise, if there is one, holds."""
    least = PROMISES.get((size, name))
    verdict = "" if least is None else f", promised {least}: {'holds' if ratio >= least else 'BROKEN'}"
    print(f"    {name} ÷ ours = {ratio:.2f}{verdict}")
    return least is None or ratio >= least


def rivals(size, every):
    """Return (name, engine, facilities asked for)."""
    naive, qgis = NAIVE_UP_TO[size] or len(every), QGIS_SOURCES[size]
    found = [("scipy", Naive, every[:naive]), ("numba", Numba, every)]
    for name, engine in (("pandana nearest_pois", PandanaPois), ("pandana nodes_in_range", PandanaRange)):
        found.append((name, engine, every[: PANDANA_SOURCES[size]]))
    found.append(("qgis", Qgis, every[:qgis]))
    return [item for item in found if len(item[2])]


if __name__ == "__main__":
    load_package()
    kept = [measure(size) for size in (sys.argv[1:] or ["S", "M"])]
    sys.exit(0 if all(kept) else 1)
