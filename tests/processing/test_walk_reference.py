"""Reach against QGIS's own network analysis on flat ground, and the statuses of places that cannot be reached."""

import numpy as np
import pytest
from qgis.analysis import QgsGraphAnalyzer, QgsGraphBuilder, QgsNetworkDistanceStrategy, QgsVectorLayerDirector
from qgis.core import QgsPointXY, QgsProcessingException

SPEED_MS_PER_M = 1000 / 0.9  # an elder on the flat


@pytest.fixture
def town(make_layer, run_algorithm, tmp_path):
    """A 6 × 6 grid of 90 m streets (100,000 ms each for an elder), a part of it cut off, one street far away."""
    random = np.random.default_rng(8)
    rows = []
    for i in range(6):
        for j in range(6):
            for di, dj in ((1, 0), (0, 1)):
                if i + di < 6 and j + dj < 6 and random.random() > 0.2:
                    line = f"LINESTRING({i * 90} {j * 90}, {(i + di) * 90} {(j + dj) * 90})"
                    rows.append((line, {"road_id": f"r{len(rows)}", "highway": "residential"}))
    rows.append(("LINESTRING(5000 0, 5090 0)", {"road_id": "island", "highway": "residential"}))
    roads = make_layer(rows, kind="LineString", name="roads")
    edges = str(tmp_path / "edges.gpkg")
    run_algorithm("buildwalknetwork", {"ROADS": roads, "PROFILES": ["elder"], "EDGES": edges})
    return roads, edges


def read(path, tables):
    from qgis.core import QgsProcessingContext
    from urban_renewal.core.inputs.aliases import role_for
    from urban_renewal.core.run import Run
    from urban_renewal.processing.intake.inputs import map_fields
    from urban_renewal.processing.intake.reading import read_table
    from urban_renewal.processing.layers.snapshot import take_vector
    from urban_renewal.processing.toolbox.parameters import RoleUse

    context = QgsProcessingContext()
    snapshot = take_vector("X", path, context)
    role = role_for("", tables, [field.name() for field in snapshot.fields])
    mapping, _ = map_fields(RoleUse("X", tables=tables), role, snapshot, {})
    return read_table(snapshot, role, mapping, None, context.transformContext(), Run()).table


def test_same_pairs_and_costs_as_qgis(town):
    from urban_renewal.core.run import Run
    from urban_renewal.core.walking.graph import graph_from_edges
    from urban_renewal.core.walking.join import JoinOptions, Points, join_points
    from urban_renewal.core.walking.profiles import load_profiles
    from urban_renewal.core.walking.reach import reach_pairs

    roads, edges = town
    (elder,) = load_profiles(["elder"])
    graph = graph_from_edges(read(edges, ("edges",)), ["elder"], Run())
    random = np.random.default_rng(3)
    ends = np.array([[line.asPolyline()[0], line.asPolyline()[-1]] for line in
                     (feature.geometry() for feature in roads.getFeatures())])  # fmt: skip
    share = random.integers(1, 9, 40) / 10  # tenths of an edge are whole milliseconds
    chosen = random.integers(0, len(ends) - 1, 40)
    xy = ends[chosen, 0] * (1 - share[:, None]) + ends[chosen, 1] * share[:, None]

    def joined(points):
        n = len(points)
        names = np.array([f"p{number}" for number in range(n)], dtype=object)
        owner = np.arange(n, dtype=np.int32)
        mine = Points(names, points[:, 0].copy(), points[:, 1].copy(), owner, n)
        return join_points(mine, graph, elder, None, None, JoinOptions(), Run())

    homes, shops = xy[:32], xy[32:]
    found = reach_pairs(graph, elder, joined(homes), joined(shops), 400_000, "there", Run())
    ours = dict(zip(zip(found.place.tolist(), found.facility.tolist()), found.cost_ms.tolist()))

    director = QgsVectorLayerDirector(roads, -1, "", "", "", QgsVectorLayerDirector.Direction.DirectionBoth)
    director.addStrategy(QgsNetworkDistanceStrategy())
    builder = QgsGraphBuilder(roads.crs(), True, 0.0, "NONE")
    tied = director.makeGraph(builder, [QgsPointXY(*point) for point in xy])
    network = builder.graph()
    theirs = {}
    for shop in range(8):
        _, cost = QgsGraphAnalyzer.dijkstra(network, network.findVertex(tied[32 + shop]), 0)
        for home in range(32):
            metres = cost[network.findVertex(tied[home])]
            if metres * SPEED_MS_PER_M <= 400_000 + 1e-6:
                theirs[(home, shop)] = metres * SPEED_MS_PER_M
    assert set(ours) == set(theirs)
    assert len(ours) > 60
    assert max(abs(ours[pair] - theirs[pair]) / max(theirs[pair], 1) for pair in ours) < 1e-6


def test_places_far_away_on_islands_and_across_the_river(town, make_layer, run_algorithm, rows_of, tmp_path):
    _, edges = town
    square = "POLYGON(({0} {1}, {2} {1}, {2} {3}, {0} {3}, {0} {1}))"
    where = {"near": (100, 95), "far": (90_000, 0), "island": (5040, 5), "bank": (450, 520)}
    parcels = make_layer(
        [(square.format(x - 2, y - 2, x + 2, y + 2), {"parcel_id": name, "pop": 100.0, "households": 40.0})
         for name, (x, y) in where.items()]
    )  # fmt: skip
    facilities = make_layer([("POINT(90 92)", {"facility_id": "f", "kind": "eday", "capacity": 500.0})], kind="Point")
    river = make_layer([("LINESTRING(-1000 500, 2000 500)", {"kind": "河流"})], kind="LineString")
    detail = str(tmp_path / "detail.gpkg")
    run_algorithm(
        "facilitygap",
        {"PARCELS": parcels, "FACILITIES": facilities, "NETWORK": edges, "BARRIERS": river, "KINDS": ["eday"],
         "OUTPUT": str(tmp_path / "gap.gpkg"), "DETAIL": detail},
    )  # fmt: skip
    status = {row["parcel_id"]: row["status"] for row in rows_of(detail)}
    assert status == {"near": "ok", "far": "NOT_SNAPPED", "island": "UNREACHED", "bank": "SNAP_STEEP"}
    gaps = {row["parcel_id"]: row["gap"] for row in rows_of(detail)}
    assert gaps == {"near": 0, "far": 8, "island": 8, "bank": 8}


@pytest.mark.parametrize("speed", [0, -1, None, "fast"])
def test_speeds_that_cannot_be_are_refused_by_name(town, run_algorithm, tmp_path, speed):
    import json

    figure = {"value": speed, "unit": "m/s", "source": "test", "status": "heuristic", "confidence": "l"}
    own = {"id": "slow", "title": {"zh": "慢", "en": "slow"}, "flat_m_s": figure, "gains_downhill": False,
           "stairs_up_m_s": {**figure, "value": 0.3}, "stairs_down_m_s": {**figure, "value": 0.3}, "closed": [],
           "wheels": False}  # fmt: skip
    path = tmp_path / "own.json"
    path.write_text(json.dumps({"schema": "urban-renewal/profiles/1", "id": "own", "title": {"zh": "自", "en": "own"},
                                "profiles": [own]}), encoding="utf-8")  # fmt: skip
    roads, _ = town
    with pytest.raises(QgsProcessingException, match="flat_m_s"):
        run_algorithm("buildwalknetwork", {"ROADS": roads, "PROFILE_FILE": str(path), "EDGES": "memory:"})
