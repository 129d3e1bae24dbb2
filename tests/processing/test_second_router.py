"""Seconds on the real streets of Yuzhong against a router that shares no line with the plugin; skipped without data."""

import csv
import shutil
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from .second_router import Ground, Router, read_ways

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT.parent / "shared" / "data" / "chongqing_yuzhong"
pytestmark = pytest.mark.skipif(not (DATA / "yuzhong_osm.gpkg").exists(), reason=f"no data of Yuzhong in {DATA}")
WALKERS = {"ectr": "elder", "heal": "elder", "kgar": "carer", "play": "carer", "mark": "adult", "serv": "adult"}
LIMIT_S = {"ectr": 900, "heal": 300, "kgar": 300, "play": 300, "mark": 600, "serv": 300}
HOUR_S, PLACES = 3600, 150


def square(lon, lat, half=5e-7):
    """A square of some 10 cm: its inside point is the place."""
    a, b, c, d = lon - half, lon + half, lat - half, lat + half
    return f"POLYGON(({a} {c},{b} {c},{b} {d},{a} {d},{a} {c}))"


@pytest.fixture
def counted(make_layer, run_algorithm, tmp_path):
    """(places, facilities, rows of the gap detail, path of the edges, the second router): all beside random streets."""
    from qgis.core import QgsVectorLayer

    dem = Path(shutil.copy(DATA / "dem_srtm30_utm48n.tif", tmp_path))
    ground = Ground(dem)
    ways = [way for way in read_ways(DATA / "yuzhong_osm.gpkg") if ground.covers(*way["xy"].T)]
    random = np.random.default_rng(20251127)
    spots = np.concatenate([way["xy"] for way in ways])
    places = spots[random.choice(len(spots), PLACES)] + random.normal(0, 3e-4, (PLACES, 2))
    doors = spots[random.choice(len(spots), len(WALKERS))] + random.normal(0, 1e-4, (len(WALKERS), 2))
    gpkg = Path(shutil.copy(DATA / "yuzhong_osm.gpkg", tmp_path))
    roads = QgsVectorLayer(f"{gpkg}|layername=walk_ways_raw", "ways", "ogr")
    roads.setSubsetString("osm_id in ({})".format(",".join(str(way["osm_id"]) for way in ways)))
    edges, detail = str(tmp_path / "edges.gpkg"), tmp_path / "detail.csv"
    run_algorithm("buildwalknetwork", {"ROADS": roads, "DEM": str(dem), "EDGES": edges})
    people = {"pop": 10.0, "pop_3_5": 1.0, "pop_60": 2.0, "households": 4.0}
    lots = [(square(*place), {"parcel_id": f"{row}", **people}) for row, place in enumerate(places)]
    facilities = [
        (f"POINT({lon} {lat})", {"facility_id": kind, "kind": kind, "status": "现状"})
        for kind, (lon, lat) in zip(WALKERS, doors)
    ]
    run_algorithm("facilitygap", {
        "PARCELS": make_layer(lots, kind="Polygon", name="parcels", crs="EPSG:4326"),
        "FACILITIES": make_layer(facilities, kind="Point", name="facilities", crs="EPSG:4326"),
        "NETWORK": edges, "DEM": str(dem), "KINDS": list(WALKERS), "OUTPUT": "memory:", "DETAIL": str(detail),
    })  # fmt: skip
    with detail.open(encoding="utf-8-sig") as file:
        rows = {(int(row["parcel_id"]), row["kind"]): row for row in csv.DictReader(file)}
    return places, dict(zip(WALKERS, doors)), rows, edges, Router(ways, ground)


def edges_agree(table, router):
    """Every edge of the network has the second router's seconds, both ways, for all walkers."""
    number, mine = Counter(), {}
    for row, (way, *_) in enumerate(router.edges):
        mine[f"{way['osm_id']}#{number[way['osm_id']]}"] = row
        number[way["osm_id"]] += 1
    assert len(table) == len(mine) > 4000
    order = [mine[row["edge_id"]] for row in table]
    assert np.allclose([row["length_m"] for row in table], router.length[order], atol=0.003)
    for profile, times in router.seconds.items():
        found = np.array([(row[f"{profile}_fwd_ms"], row[f"{profile}_back_ms"]) for row in table]) / 1000
        assert np.allclose(found, times[order], rtol=1e-3, atol=0.004), profile


def test_seconds_from_door_to_door_are_those_of_a_second_router(counted, rows_of):
    places, doors, rows, edges, router = counted
    edges_agree(rows_of(edges), router)
    joined = [router.join(*place) for place in places]
    homes = [row for row, join in enumerate(joined) if join is not None]
    assert 0.7 * PLACES < len(homes) < PLACES  # some stand behind a slope or far from any street
    compared = 0
    for kind, profile in WALKERS.items():
        door = [router.join(*doors[kind], near_structure_m=15.0)]
        assert door[0] is not None, kind
        here = [joined[row] for row in homes]
        there, back = router.walk(profile, here, door)[:, 0], router.walk(profile, door, here)[0]
        for row, join in enumerate(joined):
            status = rows[row, kind]["status"]
            assert (status in ("NOT_SNAPPED", "SNAP_STEEP")) == (join is None), (row, kind, status)
        for row, go, come in zip(homes, there, back):
            found = rows[row, kind]["walk_s"]
            if not found:
                assert go > HOUR_S - 1, (row, kind, go)
                continue
            compared += 1
            assert float(found) == pytest.approx(go, rel=1e-3, abs=0.15), (row, kind)
            slower = max(go, come)
            if abs(slower - LIMIT_S[kind]) > 1:
                assert int(rows[row, kind]["reach_n"]) == (slower < LIMIT_S[kind]), (row, kind, go, come)
    assert compared > 150
