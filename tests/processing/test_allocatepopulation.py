"""allocatepopulation as the Toolbox runs it: a GBK-style layer with Chinese fields, in degrees."""

import pytest
from qgis.core import QgsProcessingException

PARCEL = "POLYGON(({0} 0, {1} 0, {1} 100, {0} 100, {0} 0))"


def layers(make_layer):
    population = make_layer([(PARCEL.format(0, 200), {"SQDM": "c1", "人口": 100, "P60": 30})], name="社区")
    parcels = make_layer(
        [(PARCEL.format(0, 100), {"ZDDM": "p1", "备注": "甲"}), (PARCEL.format(100, 200), {"ZDDM": "p2", "备注": "乙"})]
    )
    house = "POLYGON(({0} 10, {1} 10, {1} 20, {0} 20, {0} 10))"
    buildings = make_layer(
        [
            (house.format(10, 20), {"ZRZH": "b1", "ZCS": "3", "用途": "住宅"}),
            (house.format(110, 120), {"ZRZH": "b2", "ZCS": "1", "用途": "住宅"}),
        ]
    )
    return population, parcels, buildings


def test_people_reach_parcels_and_buildings(run_algorithm, make_layer, rows_of, tmp_path):
    population, parcels, buildings = layers(make_layer)
    out, homes = str(tmp_path / "人口.gpkg"), str(tmp_path / "homes.gpkg")
    wanted = {"POPULATION": population, "PARCELS": parcels, "BUILDINGS": buildings, "AGE_FIELDS": "P60＝pop_60；"}
    check = str(tmp_path / "check.gpkg")
    run_algorithm("allocatepopulation", {**wanted, "OUTPUT": out, "BUILDING_PEOPLE": homes, "CHECK": check})
    (row,) = rows_of(check)
    # 400 m² of 82.5 m² a dwelling (age unknown), 85 % lived in, 2.45 people each: 10.1
    assert (row["pop"], row["pop_allocated"], row["pop_estimate"], row["status"]) == (100, 100, 10.1, "HIGH")
    rows = {row["parcel_id"]: row for row in rows_of(out)}
    assert [(rows[key]["pop"], rows[key]["pop_60"], rows[key]["备注"]) for key in ("p1", "p2")] == [
        (75.0, 22.5, "甲"), (25.0, 7.5, "乙"),
    ]  # fmt: skip
    assert rows["p1"]["pop_0_2"] is None
    assert [(row["building_id"], row["parcel_id"], row["pop"]) for row in rows_of(homes)] == [
        ("b1", "p1", 75.0), ("b2", "p2", 25.0),
    ]  # fmt: skip


def test_a_wrong_age_field_is_one_sentence(run_algorithm, make_layer):
    population, parcels, buildings = layers(make_layer)
    wanted = {"POPULATION": population, "PARCELS": parcels, "BUILDINGS": buildings, "OUTPUT": "memory:"}
    with pytest.raises(QgsProcessingException, match="P61=pop_60"):
        run_algorithm("allocatepopulation", {**wanted, "AGE_FIELDS": "P61=pop_60"})
