# SPDX-License-Identifier: GPL-2.0-or-later
"""proposesites on real layers: a street of 1.2 km, a carer walks it at a second a metre."""

import pytest
from qgis.core import QgsProcessingException, QgsVectorLayer, QgsWkbTypes

from .helpers import box


@pytest.fixture
def layers(make_layer):
    """45 places needed at 100, 200 and 1000; 30 places at 100; rooms of one storey at 150 (A), 1000 (B), 1100 (C)."""
    homes = [100, 200, 1000]
    ms = 1_200_000
    times = {f"{profile}_{way}_ms": ms for profile in ("carer", "elder", "adult") for way in ("fwd", "back")}
    edge = {"edge_id": "E", "from_node": "N0", "to_node": "N1", "length_m": 1200.0, "z_from_m": 200.0,
            "z_to_m": 200.0, "kind": "street", "component": 0, **times}  # fmt: skip
    rooms = {"A": (150, 1000.0), "B": (1000, 300.0), "C": (1100, 150.0)}
    facility = {"facility_id": "F", "kind": "nurs", "capacity": 30.0, "unit": "place", "status": "现状"}
    return {
        "PARCELS": make_layer([(box(x, 5), {"parcel_id": f"P{x}", "pop": 10_000.0}) for x in homes]),
        "FACILITIES": make_layer([("POINT(100 0)", facility)], "Point"),
        "CANDIDATES": make_layer([
            (box(x, 2), {"candidate_id": name, "usable_area": area, "floors": "1"}) for name, (x, area) in rooms.items()
        ]),
        "NETWORK": make_layer([("LINESTRING(0 0,1200 0)", edge)], "LineString", name="edges"),
    }  # fmt: skip


def test_sites_and_numbers(layers, make_layer, run_algorithm, rows_of, tmp_path, read_json):
    outputs = {"SITES": str(tmp_path / "sites.gpkg"), "COVERED": str(tmp_path / "covered.gpkg")}
    results, _, _ = run_algorithm("proposesites", {**layers, "KINDS": ["nurs"], "MAX_SITES": 2, **outputs})
    assert (results["OBJECTIVE"], results["BOUND"], results["GAP"]) == (90, 90, 0)
    sites = rows_of(results["SITES"])
    assert [(row["site_id"], row["size"], row["m2"], row["rank"], row["gain"]) for row in sites] == [
        ("S-A-nurs", 60, 600, 1, 60),
        ("S-B-nurs", 30, 300, 2, 30),
    ]
    assert sites[0]["why"].startswith("托育 60 个，占 600 m²")
    covered = {row["parcel_id"]: (row["served_before"], row["served_after"]) for row in rows_of(results["COVERED"])}
    assert covered == {"P100": (15, 45), "P200": (15, 45), "P1000": (0, 30)}
    record = read_json(tmp_path / "sites.gpkg.run.json")
    assert record["left_out"] == {"site_fits_nothing": 1}

    hazard = make_layer([(box(150, 20), {"kind": "地灾"})])
    values = {**layers, "KINDS": ["nurs"], "MAX_SITES": 1, "CONSTRAINTS": hazard, "SITES": str(tmp_path / "b.gpkg")}
    results, _, _ = run_algorithm("proposesites", values)
    assert [row["candidate_id"] for row in rows_of(results["SITES"])] == ["B"] and results["OBJECTIVE"] == 30
    layer = QgsVectorLayer(results["SITES"])
    assert QgsWkbTypes.geometryType(layer.wkbType()) == QgsWkbTypes.GeometryType.PolygonGeometry


def test_what_is_refused(layers, run_algorithm):
    with pytest.raises(QgsProcessingException, match="X"):
        run_algorithm("proposesites", {**layers, "KINDS": ["nurs"], "FIXED": "A,X", "SITES": "memory:"})
    with pytest.raises(QgsProcessingException, match="park"):
        run_algorithm("proposesites", {**layers, "KINDS": ["park"], "SITES": "memory:"})
