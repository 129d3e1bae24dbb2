"""Walkers of the user's own, strollers and wheelchairs: from the network to what is reached."""

import json
import math

import pytest
import shapely
from qgis.core import QgsProcessingException

X0, Y0 = 300_000.0, 3_270_000.0  # metres of EPSG:4545


def figure(value):
    return {"value": value, "unit": "m/s", "source": "test", "status": "heuristic", "confidence": "l"}


@pytest.fixture
def own(tmp_path):
    """A file with a slow walker who takes no stairs, and quicker elders."""
    slow = {"id": "slow", "title": {"zh": "慢行", "en": "Slow"}, "flat_m_s": figure(0.5), "gains_downhill": False,
            "stairs_up_m_s": figure(0.2), "stairs_down_m_s": figure(0.25), "closed": ["stairs"],
            "wheels": False}  # fmt: skip
    elder = {**slow, "id": "elder", "flat_m_s": figure(1.0), "closed": []}
    path = tmp_path / "own.json"
    path.write_text(json.dumps({"schema": "urban-renewal/profiles/1", "id": "own", "title": {"zh": "自", "en": "own"},
                                "profiles": [slow, elder]}), encoding="utf-8")  # fmt: skip
    return str(path)


@pytest.fixture
def roads(make_layer):
    """600 m of street, then 48 m of stairs."""
    rows = [
        (f"LINESTRING({X0} {Y0},{X0 + 600} {Y0})", {"road_id": "a", "highway": "footway"}),
        (f"LINESTRING({X0 + 600} {Y0},{X0 + 648} {Y0})", {"road_id": "s", "highway": "steps", "incline": "down"}),
    ]
    return make_layer(rows, "LineString")


def test_own_walkers_are_added_and_replace(run_algorithm, rows_of, tmp_path, own, roads):
    edges = str(tmp_path / "edges.gpkg")
    run_algorithm("buildwalknetwork", {"ROADS": roads, "PROFILES": ["elder"], "PROFILE_FILE": own, "EDGES": edges})
    rows = {row["edge_id"]: row for row in rows_of(edges)}
    assert (rows["a#0"]["elder_fwd_ms"], rows["a#0"]["slow_fwd_ms"]) == (600_000, 1_200_000)
    assert (rows["s#0"]["elder_fwd_ms"], rows["s#0"]["elder_back_ms"]) == (192_000, 240_000)
    assert (rows["s#0"]["slow_fwd_ms"], rows["s#0"]["slow_back_ms"]) == (None, None)


def test_the_walker_that_a_file_adds_walks_where_one_is_asked_for(
    run_algorithm, make_layer, rows_of, tmp_path, own, roads
):
    edges, out = str(tmp_path / "edges.gpkg"), str(tmp_path / "areas.gpkg")
    run_algorithm("buildwalknetwork", {"ROADS": roads, "PROFILES": ["elder"], "PROFILE_FILE": own, "EDGES": edges})
    shop = make_layer([(f"POINT({X0 + 300} {Y0})", {"facility_id": "f"})], "Point")
    wanted = {"FACILITIES": shop, "NETWORK": edges, "MINUTES": "10", "OUTPUT": out}
    run_algorithm("serviceareas", {**wanted, "PROFILE_FILE": own})
    (row,) = rows_of(out)
    assert row["profile"] == "slow"
    assert row["area_m2"] == pytest.approx(2 * 200 * 200 + math.pi * 100**2, rel=0.01)  # 300 m at 0.5 m/s
    with pytest.raises(QgsProcessingException, match="adult"):  # without the file the default is asked for
        run_algorithm("serviceareas", wanted)


def test_an_own_standard_names_who_walks(run_algorithm, make_layer, rows_of, tmp_path, own, roads):
    """400 m to the nursery: 500 s for a carer at 0.8 m/s, 800 s for the slow walker at 0.5 m/s."""
    standard = {"schema": "urban-renewal/standard/1", "id": "mine", "title": {"zh": "自", "en": "own"},
                "extends": "chongqing", "kinds": [{"id": "nurs", "profile": "slow"}]}  # fmt: skip
    path = tmp_path / "standard.json"
    path.write_text(json.dumps(standard), encoding="utf-8")
    edges, out = str(tmp_path / "edges.gpkg"), str(tmp_path / "detail.gpkg")
    run_algorithm("buildwalknetwork", {"ROADS": roads, "PROFILE_FILE": own, "EDGES": edges})
    home = make_layer([(shapely.box(X0 + 90, Y0 - 10, X0 + 110, Y0 + 10).wkt, {"parcel_id": "P", "pop": 1000.0})])
    shop = make_layer([(f"POINT({X0 + 500} {Y0})", {"facility_id": "f", "kind": "nurs", "capacity": 9.0,
                                                   "unit": "place", "status": "现状"})], "Point")  # fmt: skip
    wanted = {"PARCELS": home, "FACILITIES": shop, "NETWORK": edges, "KINDS": ["nurs"], "DETAIL": out,
              "OUTPUT": "memory:"}  # fmt: skip
    run_algorithm("facilitygap", {**wanted, "PROFILE_FILE": own, "STANDARD_FILE": str(path)})
    assert [row["walk_s"] for row in rows_of(out)] == [800]
    run_algorithm("facilitygap", {**wanted, "PROFILE_FILE": own})
    assert [row["walk_s"] for row in rows_of(out)] == [500]


def test_strollers_carry_and_wheelchairs_stay_below(run_algorithm, rows_of, tmp_path, roads):
    edges = str(tmp_path / "edges.gpkg")
    run_algorithm("buildwalknetwork", {"ROADS": roads, "PROFILES": ["stroller", "wheelchair"], "EDGES": edges})
    rows = {row["edge_id"]: row for row in rows_of(edges)}
    assert (rows["s#0"]["stroller_fwd_ms"], rows["s#0"]["stroller_back_ms"]) == (320_000, 400_000)  # 0.15, 0.12 m/s
    assert (rows["s#0"]["wheelchair_fwd_ms"], rows["s#0"]["wheelchair_back_ms"]) == (None, None)
    assert rows["a#0"]["wheelchair_fwd_ms"] == 750_000
    run_algorithm("buildwalknetwork", {"ROADS": roads, "EDGES": edges})
    there = {name.split("_")[0] for name in rows_of(edges)[0] if name.endswith("_ms")}
    assert there == {"adult", "elder", "carer"}  # off unless asked for
