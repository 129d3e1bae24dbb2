"""buildwalknetwork as the Toolbox runs it: lines, a DEM, surveyed points, own classes."""

import json

import numpy as np
import pytest
from qgis.core import QgsProcessingException

X0, Y0 = 300_000.0, 3_270_000.0  # metres of EPSG:4545


def line(*points):
    return "LINESTRING(" + ",".join(f"{X0 + x} {Y0 + y}" for x, y in points) + ")"


@pytest.fixture
def slope_dem(tmp_path):
    """A plane that rises 1 in 10 to the east, cells of 10 m."""
    from osgeo import gdal, osr

    path = tmp_path / "dem.tif"
    dataset = gdal.GetDriverByName("GTiff").Create(str(path), 200, 200, 1, gdal.GDT_Float32)
    dataset.SetGeoTransform((X0 - 800, 10, 0, Y0 + 1200, 0, -10))
    system = osr.SpatialReference()
    system.ImportFromEPSG(4545)
    dataset.SetProjection(system.ExportToWkt())
    plane = 300 + 0.1 * (np.arange(200) * 10 + 5 - 800)
    dataset.GetRasterBand(1).WriteArray(np.repeat(plane[None, :], 200, axis=0).astype("float32"))
    del dataset
    return str(path)


def test_network_of_streets_on_a_slope(run_algorithm, make_layer, rows_of, tmp_path, slope_dem):
    roads = make_layer(
        [
            (line((0, 0), (300, 0)), {"osm_id": "w1", "highway": "footway", "bridge": None}),
            (line((300, 0), (300, 40)), {"osm_id": "w2", "highway": "steps"}),
            (line((150, 3), (150, 90)), {"osm_id": "w3", "highway": "residential"}),
            (line((0, 500), (300, 500)), {"osm_id": "w4", "highway": "motorway"}),
        ],
        "LineString", name="道路",
    )  # fmt: skip
    out = {name: str(tmp_path / f"{name.lower()}.gpkg") for name in ("EDGES", "NODES", "FINDINGS")}
    results, _, feedback = run_algorithm(
        "buildwalknetwork", {"ROADS": roads, "DEM": slope_dem, **out, "LANGUAGE": "en"}
    )
    edges = {row["edge_id"]: row for row in rows_of(out["EDGES"])}
    assert sorted(edges) == ["w1#0", "w2#0", "w3#0"]
    assert edges["w1#0"]["climb_m"] == pytest.approx(30, abs=0.01)
    up, down = np.exp(-3.5 * 0.15 + 3.5 * 0.05), np.exp(-3.5 * 0.05 + 3.5 * 0.05)
    assert edges["w1#0"]["adult_fwd_ms"] == pytest.approx(300_000 / 1.2 / up, abs=30)
    assert edges["w1#0"]["elder_back_ms"] == pytest.approx(300_000 / 0.9 / min(1, down), abs=30)
    assert edges["w2#0"]["elder_fwd_ms"] == edges["w2#0"]["elder_back_ms"] == 100_000
    assert (results["COMPONENTS"], results["NEAR_MISSES"]) == (2, 1)
    assert len(rows_of(out["NODES"])) == 5
    findings = {row["code"]: row for row in rows_of(out["FINDINGS"])}
    assert findings["near_miss"]["subject_id"] == "w3"
    assert findings["way_closed"]["subject_id"] == "w4"
    assert findings["near_miss"]["x"] == pytest.approx(X0 + 150)
    assert "1 road is not open on foot" in feedback.textLog()


def test_surveyed_points_go_before_the_dem_and_misses_are_joined_when_asked(
    run_algorithm, make_layer, rows_of, tmp_path, slope_dem
):
    roads = make_layer(
        [(line((0, 0), (300, 0)), {"road_id": "a"}), (line((150, 3), (150, 90)), {"road_id": "b"})], "LineString"
    )
    survey = make_layer(
        [(f"POINT({X0 + x} {Y0 + y})", {"GC": 250.0}) for x in range(-50, 400, 70) for y in range(-50, 200, 70)],
        "Point",
    )
    out = str(tmp_path / "edges.gpkg")
    wanted = {"ROADS": roads, "DEM": slope_dem, "HEIGHT_POINTS": survey, "JOIN_NEAR_MISSES": True, "EDGES": out}
    results, _, _ = run_algorithm("buildwalknetwork", {**wanted, "PROFILES": ["elder"]})
    rows = rows_of(out)
    assert results["COMPONENTS"] == 1
    assert {row["z_from_m"] for row in rows} == {250.0}
    assert {row["elder_fwd_ms"] == row["elder_back_ms"] for row in rows} == {True}
    assert "adult_fwd_ms" not in rows[0]


def test_own_classes_by_a_mapping_file(run_algorithm, make_layer, rows_of, tmp_path):
    mapping = {
        "schema": "urban-renewal/mapping/1", "id": "ours", "title": {"zh": "本市", "en": "Ours"}, "extends": "standard",
        "classes": {"T1": "stairs", "X9": "closed"},
    }  # fmt: skip
    path = tmp_path / "mapping.json"
    path.write_text(json.dumps(mapping), encoding="utf-8")
    roads = make_layer(
        [
            (line((0, 0), (40, 0)), {"road_id": "a", "LB": "t1"}),
            (line((0, 50), (40, 50)), {"road_id": "b", "LB": "X9"}),
            (line((0, 90), (90, 90)), {"road_id": "c", "LB": "步行街"}),
        ],
        "LineString",
    )
    out = str(tmp_path / "edges.gpkg")
    wanted = {"ROADS": roads, "CLASS_FIELD": "LB", "MAPPING_FILE": str(path), "EDGES": out}
    run_algorithm("buildwalknetwork", wanted)
    assert {row["edge_id"]: row["kind"] for row in rows_of(out)} == {"a#0": "stairs", "c#0": "path"}
    mapping["classes"]["T1"] = "flying"
    path.write_text(json.dumps(mapping), encoding="utf-8")
    with pytest.raises(QgsProcessingException, match=r"mapping\.json"):
        run_algorithm("buildwalknetwork", wanted)
