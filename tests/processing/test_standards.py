# SPDX-License-Identifier: GPL-2.0-or-later
"""facilitygap with the other standards: all kinds a standard has, and a refusal of one it does not have."""

import pytest
from qgis.core import QgsProcessingException


@pytest.fixture
def layers(make_layer):
    ms = 1_000_000
    times = {f"{profile}_{way}_ms": ms for profile in ("carer", "elder", "adult") for way in ("fwd", "back")}
    edge = {"edge_id": "E", "from_node": "N0", "to_node": "N1", "length_m": 1000.0, "z_from_m": 200.0,
            "z_to_m": 200.0, "kind": "street", "component": 0, **times}  # fmt: skip
    home = {"parcel_id": "P", "pop": 10_000.0, "pop_60": 2000.0, "pop_0_2": 170.0, "pop_3_5": 200.0,
            "pop_6_14": 800.0, "households": 4000.0}  # fmt: skip
    # a station of 640 m² and a home of 30 beds: the first counts for a circle of 12,000, the second for its beds
    there = [("POINT(150 0)", {"facility_id": "S", "kind": "serv", "capacity": 640.0, "unit": "m2"}),
             ("POINT(160 0)", {"facility_id": "B", "kind": "ebed", "capacity": 30.0, "unit": "bed"})]  # fmt: skip
    return {
        "PARCELS": make_layer([("POLYGON((95 -5,105 -5,105 5,95 5,95 -5))", home)]),
        "FACILITIES": make_layer(there, "Point"),
        "NETWORK": make_layer([("LINESTRING(0 0,1000 0)", edge)], "LineString", name="edges"),
    }


def gaps(layers, run_algorithm, rows_of, folder, **values):
    outputs = {"OUTPUT": str(folder / "gap.gpkg"), "DETAIL": str(folder / "detail.gpkg")}
    found, _, _ = run_algorithm("facilitygap", {**layers, **outputs, **values})
    return {row["kind"]: row for row in rows_of(found["DETAIL"])}, rows_of(found["OUTPUT"])[0]


def test_every_kind_of_a_standard(layers, run_algorithm, rows_of, tmp_path):
    rows, wide = gaps(layers, run_algorithm, rows_of, tmp_path)
    assert len(rows) == 13 and {row["standard_id"] for row in rows.values()} == {"chongqing"}
    assert (rows["serv"]["need"], rows["serv"]["served"]) == (10_000, 10_000)
    assert (rows["ebed"]["need"], rows["ebed"]["served"], rows["ebed"]["gap"]) == (80, 30, 50)  # 2000 × 40 ‰
    assert (rows["nurs"]["need"], rows["prim"]["status"]) == (45, "NO_SUPPLY")
    # elders: nothing of day care, centre and canteen, 50 of 80 beds lacking
    assert wide["elder_gap"] == pytest.approx((1 + 1 + 50 / 80 + 1) / 4) and wide["child_gap"] == 1

    rows, wide = gaps(layers, run_algorithm, rows_of, tmp_path, STANDARD="elder-care-national")
    assert list(rows) == ["eday", "ectr", "ebed", "meal"] and "nurs_gap" not in wide and wide["child_gap"] is None
    rows, _ = gaps(layers, run_algorithm, rows_of, tmp_path, STANDARD="gb50180-2018", KINDS=["eday", "park"])
    # GB 50180: 750 m² for 12,000 people; 1 m² of park a person
    assert (rows["eday"]["need"], rows["park"]["need"]) == (625, 10_000)


def test_a_kind_that_is_asked_for_must_be_there(layers, run_algorithm, rows_of, tmp_path):
    with pytest.raises(QgsProcessingException, match="nurs"):
        gaps(layers, run_algorithm, rows_of, tmp_path, STANDARD="elder-care-national", KINDS=["eday", "nurs"])
