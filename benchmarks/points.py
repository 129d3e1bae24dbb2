"""The other questions to a network that is in memory: nearest facility, joining, reach and route of one point."""

import time

import numpy as np

POINT_MS = 100  # promised for one point at M, after loading
CAP_MS = 60 * 60_000
OFF_M = 15.0  # places lie this far off the streets, on average
TRIES = 5


def tell_points(size, ours, limit_ms):
    """Print seconds and milliseconds of the other questions; return whether the promise for points holds."""
    from watch import Watch

    town, graph, profile = ours.town, ours.graph, ours.profile
    from urban_renewal.core.walking.join import JoinOptions, join_points
    from urban_renewal.core.walking.reach import cost_all, nearest
    from urban_renewal.core.walking.route import routes_between

    facilities = ours.joined(town.facilities)
    with Watch() as watch:
        found, seconds = timed(lambda: nearest(graph, profile, ours.places, facilities, CAP_MS, watch.run()))
    scipy_s = by_scipy(ours, facilities)
    print(f"  nearest facility of all places: {seconds:.3f} s, {watch.told()}; scipy in one call: {scipy_s:.3f} s")
    with Watch() as watch:
        _, seconds = timed(
            lambda: join_points(off_streets(town), graph, profile, None, None, JoinOptions(), watch.run())
        )
    print(f"  joining all places: {seconds:.3f} s, {watch.told()}")
    run, ways = ours.run, []
    rows = np.flatnonzero(found.facility >= 0)[:: max(1, len(town.places) // TRIES)][:TRIES]
    one = [(alone(ours.places, row), alone(facilities, found.facility[row])) for row in rows]
    timed(lambda: cost_all(graph, profile, one[0][0], limit_ms, "back", run))  # arcs are made at the first question
    asked = [timed(lambda place=place: cost_all(graph, profile, place, limit_ms, "back", run))[1] for place, _ in one]
    for direction in ("there", "back"):
        timed(lambda way=direction: routes_between(graph, profile, *one[0], CAP_MS, way, run))
        ways += [timed(lambda a=a, b=b, way=direction: routes_between(graph, profile, a, b, CAP_MS, way, run))[1]
                 for a, b in one]  # fmt: skip
    worst = 1000 * max(asked), 1000 * max(ways)
    good = max(worst) < POINT_MS
    verdict = "" if size != "M" else f", promised {POINT_MS}: {'holds' if good else 'BROKEN'}"
    print(
        f"  one point: reach within 15 minutes {worst[0]:.0f} ms, route {worst[1]:.0f} ms (slowest of {TRIES}){verdict}"
    )
    return good or size != "M"


def timed(task):
    """Return what a task gives and its seconds of the processor."""
    begin = time.process_time()
    result = task()
    return result, time.process_time() - begin


def by_scipy(ours, facilities):
    """Seconds of scipy's Dijkstra from all facilities at once over the same arcs."""
    from scipy.sparse import csr_matrix
    from scipy.sparse.csgraph import dijkstra

    arcs, count = ours.graph.arcs(ours.profile.id, True), len(ours.graph.node_ids)
    matrix = csr_matrix((arcs.ms.astype(np.float64), arcs.head, arcs.indptr), shape=(count, count))
    ends = np.where(facilities.share > 0, ours.graph.end[facilities.edge], ours.graph.start[facilities.edge])
    return timed(lambda: dijkstra(matrix, indices=np.unique(ends), min_only=True, limit=float(CAP_MS)))[1]


def off_streets(town):
    """The places as points near their crossings."""
    from urban_renewal.core.walking.join import Points

    rng, count = np.random.default_rng(5), len(town.places)
    x, y = (axis[town.places] + rng.normal(0, OFF_M, count) for axis in (town.x, town.y))
    return Points(np.arange(count).astype(str).astype(object), x, y, np.arange(count, dtype=np.int32), count)


def alone(joined, row):
    """One joined point as the only owner."""
    from dataclasses import replace

    return replace(joined.take(np.array([row])), owner=np.zeros(1, dtype=np.int32), owners=1)
