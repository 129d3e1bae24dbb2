# SPDX-License-Identifier: GPL-2.0-or-later
"""facilitygap and proposesites as the Toolbox runs them: scenarios, sub-districts, hosts nobody listed."""

import copy
import json

import pytest
from qgis.core import QgsProcessingException, QgsVectorLayer
from urban_renewal.core import envelope

from .helpers import box

MS = 1_200_000  # 1.2 km, a second a metre


@pytest.fixture
def layers(make_layer):
    """45 places needed at 100, 200 and 1000; 30 places at 100, 45 planned at 1000; idle land at 150 with a hall."""
    times = {f"{profile}_{way}_ms": MS for profile in ("carer", "elder", "adult") for way in ("fwd", "back")}
    edge = {"edge_id": "E", "from_node": "N0", "to_node": "N1", "length_m": 1200.0, "z_from_m": 200.0,
            "z_to_m": 200.0, "kind": "street", "component": 0, **times}  # fmt: skip
    homes = {100: "none", 200: "none", 1000: "none", 150: "idle_factory"}
    parcels = [
        (box(x, 5), {"parcel_id": f"P{x}", "pop": 0.0 if x == 150 else 10_000.0, "tag": tag, "tag_level": "confirmed"})
        for x, tag in homes.items()
    ]
    facilities = [
        (f"POINT({x} 0)", {"facility_id": name, "kind": "nurs", "capacity": size, "unit": "place", "status": status})
        for name, x, size, status in (("F", 100, 30.0, "现状"), ("G", 1000, 45.0, "规划"))
    ]
    areas = [
        ("POLYGON((0 -50,500 -50,500 50,0 50,0 -50))", "C1"),
        ("POLYGON((500 -50,1200 -50,1200 50,500 50,500 -50))", "C2"),
    ]
    return {
        "PARCELS": make_layer(parcels),
        "FACILITIES": make_layer(facilities, "Point"),
        "NETWORK": make_layer([("LINESTRING(0 0,1200 0)", edge)], "LineString", name="edges"),
        "COMMUNITIES": make_layer([(shape, {"community_id": name, "街道": "东街"}) for shape, name in areas]),
        "KINDS": ["nurs"],
    }  # fmt: skip


def served(rows):
    return {row["parcel_id"]: row["served"] for row in rows}


def test_today_planned_and_with_sites(layers, make_layer, run_algorithm, rows_of, tmp_path):
    files = {name: str(tmp_path / f"{name}.gpkg") for name in ("DETAIL", "SUMMARY", "SUMMARY_STREETS")}
    values = {**layers, **files, "OUTPUT": "memory:"}
    run_algorithm("facilitygap", values)
    assert served(rows_of(files["DETAIL"])) == {"P100": 15, "P200": 15, "P1000": 0, "P150": 0}
    sums = {row["community_id"]: (row["need"], row["supply"], row["gap"]) for row in rows_of(files["SUMMARY"])}
    assert sums == {"C1": (90, 30, 60), "C2": (45, 0, 45)}
    (street,) = rows_of(files["SUMMARY_STREETS"])
    assert (street["name"], street["need"], street["supply"], street["gap"]) == ("东街", 135, 30, 105)
    run_algorithm("facilitygap", {**values, "PLANNED": True, "LOAD_RULE": "least_walk"})
    assert served(rows_of(files["DETAIL"])) == {"P100": 15, "P200": 15, "P1000": 45, "P150": 0}
    site = {"site_id": "S-1-nurs", "kind": "nurs", "unit": "place", "size": 60.0, "m2": 600.0}
    sites = make_layer([(box(150, 4), site)], name="sites")
    _, _, feedback = run_algorithm("facilitygap", {**values, "SITES": sites, "PLANNED": True})
    assert "另外计入了 建议选址（方案）、计入在建和规划设施（方案）。" in feedback.textLog()
    run_algorithm("facilitygap", {**values, "SITES": sites})
    assert served(rows_of(files["DETAIL"])) == {"P100": 45, "P200": 45, "P1000": 0, "P150": 0}


def test_a_missing_link_in_the_scenario(layers, make_layer, run_algorithm, rows_of, tmp_path):
    # from 1000 to 120 in 60 m of path: 75 s for a carer, so P1000 shares the 30 places with the others
    link = {"link_id": "L1", "kind": "path", "length_m": 60.0, "climb_m": 0.0}
    links = make_layer([("LINESTRING(1000 0,560 40,120 0)", link)], "LineString", name="links")
    detail = str(tmp_path / "detail.gpkg")
    run_algorithm("facilitygap", {**layers, "LINKS": links, "DETAIL": detail, "OUTPUT": "memory:"})
    assert served(rows_of(detail)) == {"P100": 10, "P200": 10, "P1000": 10, "P150": 0}


def test_sites_without_a_layer_of_candidates(layers, make_layer, run_algorithm, rows_of, tmp_path):
    files = {name: str(tmp_path / f"{name}.gpkg") for name in ("SITES", "BEFORE", "AFTER", "MEASURES")}
    halls = make_layer([(box(150, 14), {"building_id": "H", "floors": "2", "use": "厂房"})])
    with pytest.raises(QgsProcessingException, match="CANDIDATES"):
        run_algorithm("proposesites", {**layers, **files})
    results, _, _ = run_algorithm("proposesites", {**layers, **files, "BUILDINGS": halls, "MAX_SITES": 1})
    (site,) = rows_of(files["SITES"])
    assert (site["candidate_id"], site["parcel_id"], site["size"]) == ("H", "P150", 60)
    assert (results["OBJECTIVE"], results["BOUND"], results["GAP"]) == (60, 60, 0)
    before, after = (
        {row["parcel_id"]: row["nurs_gap"] for row in rows_of(files[name])} for name in ("BEFORE", "AFTER")
    )
    assert before == {"P100": 30, "P200": 30, "P1000": 45, "P150": 0}
    assert after == {"P100": 0, "P200": 0, "P1000": 45, "P150": 0}
    measures = [
        (row["community_id"], row["action"], row["candidate_id"], row["cost_lo_wan"])
        for row in rows_of(files["MEASURES"])
    ]
    assert measures == [("C1", "convert", "H", 90), ("C2", "new", None, 135)]  # 600 m² of 1500 yuan, 450 m² of 3000
    layer = QgsVectorLayer(files["AFTER"])
    assert next(rule.label() for rule in layer.renderer().rootRule().children()).startswith("无缺口")
    # nothing idle, no kindergarten: no sites, and the study goes on
    homes = make_layer([(box(150, 14), {"building_id": "H", "floors": "2", "use": "住宅"})])
    results, _, _ = run_algorithm("proposesites", {**layers, **files, "BUILDINGS": homes})
    assert rows_of(files["SITES"]) == [] and results["OBJECTIVE"] == 0
    assert {row["action"] for row in rows_of(files["MEASURES"])} == {"new"}


@pytest.mark.parametrize(("language", "words"), [("zh", "没有图形的表"), ("en", "table without geometry")])
def test_a_list_without_places_is_refused_in_words(layers, make_layer, run_algorithm, tmp_path, language, words):
    """A spreadsheet with coordinates in two fields is no layer of points yet; nothing is written."""
    rows = [(None, {"facility_id": "F", "kind": "nurs", "经度": 106.5, "纬度": 29.5})]
    values = {**layers, "FACILITIES": make_layer(rows, "None", crs="", name="设施清单"), "LANGUAGE": language}
    target = tmp_path / "gap.gpkg"
    with pytest.raises(QgsProcessingException, match=words) as refused:
        run_algorithm("facilitygap", {**values, "OUTPUT": str(target)})
    assert "设施清单" in str(refused.value)
    assert "经度" in str(refused.value)
    assert not target.exists()


def test_two_facilities_in_one_house_without_ids_both_supply(layers, make_layer, run_algorithm, rows_of, tmp_path):
    """20 and 25 places in one house: together the 45 that one neighbour needs; a row given twice counts once."""
    two = [("POINT(1000 0)", {"kind": "nurs", "capacity": size, "unit": "place"}) for size in (20.0, 25.0, 25.0)]
    detail = str(tmp_path / "detail.gpkg")
    values = {**layers, "FACILITIES": make_layer(two, "Point"), "DETAIL": detail, "OUTPUT": "memory:"}
    run_algorithm("facilitygap", values)
    assert served(rows_of(detail)) == {"P100": 0, "P200": 0, "P1000": 45, "P150": 0}


def test_a_table_of_capacities_without_ids_is_refused_in_words(layers, make_layer, run_algorithm):
    """Which facility holds them is what the table is for."""
    table = make_layer([(None, {"规模": 30.0, "kind": "nurs"})], "None", crs="", name="能力表")
    with pytest.raises(QgsProcessingException, match="能力表") as refused:
        run_algorithm("facilitygap", {**layers, "CAPACITIES": table, "OUTPUT": "memory:"})
    assert "facility_id" in str(refused.value)


def test_the_map_shows_the_group_that_a_standard_of_ones_own_puts_a_kind_into(
    layers, run_algorithm, tmp_path, labels_by_feature
):
    """Nurseries with the elders: 30 of 90 places in C1 (two thirds missing), none of 45 in C2, nobody in the hall."""
    own = copy.deepcopy(envelope.load("standard", "chongqing"))
    own |= {"id": "own", "title": {"zh": "本院", "en": "Own"}}
    next(entry for entry in own["kinds"] if entry["id"] == "nurs")["group"] = "elder"
    path = tmp_path / "own.json"
    path.write_text(json.dumps(own), encoding="utf-8")
    output = str(tmp_path / "gap.gpkg")
    run_algorithm("facilitygap", {**layers, "STANDARD_FILE": str(path), "OUTPUT": output, "LANGUAGE": "en"})
    found = labels_by_feature(QgsVectorLayer(output))
    assert sorted(map(tuple, found.values())) == [("40–70 %",), ("40–70 %",), ("70–100 %",), ("No need",)]
