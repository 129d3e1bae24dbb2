"""All checks of one layer in one call: which of them a role gets, and what each of them then lists."""

import numpy as np
import pandas as pd
import pytest
import shapely
from urban_renewal.core import frames
from urban_renewal.core.inputs.checks_layer import WANTED, check_layer
from urban_renewal.core.run import Run


def listed(layer, key, **columns):
    """Return {code: rows} of a layer; texts as they are read, the year being 2025."""
    table = pd.DataFrame({
        name: frames.texts(values) if isinstance(values[0], str) and name != "geometry" else
        np.array(values, dtype=object) if name == "geometry" else values
        for name, values in columns.items()
    })  # fmt: skip
    run = Run()
    check_layer(table, layer, key, list(table), 2025, run)
    found = {}
    for row in run.left_out:
        found.setdefault(row.code, []).append(row.feature_id)
    return found


def test_a_good_layer_gives_nothing():
    good = listed("STATIONS", "station_id", station_id=["S1", "S2"], name=["七星岗", "两路口"],
                  geometry=[shapely.Point(0, 0), shapely.Point(900, 0)])  # fmt: skip
    assert good == {}


def test_facilities_get_words_doubles_and_columns():
    points = [shapely.Point(0, 0), shapely.Point(10, 0), shapely.Point(5000, 0)]
    found = listed("FACILITIES", "facility_id", facility_id=["a", "b", "c"], kind=["nurs", "nurs", "网吧"],
                   capacity=[10.0, 20.0, 30.0], geometry=points)  # fmt: skip
    assert found["column_missing"] == [""]  # status, by name in its values
    assert len(found["facility_double"]) == 1  # a and b, ten metres apart
    assert "c" in found["value_unknown"]


def test_buildings_get_years_parcels_get_overlaps():
    boxes = [shapely.box(0, 0, 20, 20), shapely.box(10, 0, 30, 20)]
    houses = listed("BUILDINGS", "building_id", building_id=["a", "b"], year=["1985", "2031"], floors=["6", "7"],
                    use=["住宅", "住宅"], structure=["砖混", "砖混"], lift=["无", "无"], geometry=boxes)  # fmt: skip
    assert houses["year_in_future"] == ["b"]
    parcels = listed("PARCELS", "parcel_id", parcel_id=["a", "b"], land_use=["0701", "0701"],
                     ownership=["国有", "国有"], geometry=boxes)  # fmt: skip
    assert parcels["polygons_overlap"] == ["a"]
    assert not any(code.startswith("year") for code in parcels)


def test_people_beyond_people_are_told():
    found = listed("POPULATION", "community_id", community_id=["C1"], pop=[100.0], pop_60=[250.0], pop_0_2=[2.0],
                   pop_3_5=[3.0], geometry=[shapely.box(0, 0, 900, 900)])  # fmt: skip
    assert found["people_ages_exceed"] == ["C1"]


@pytest.mark.parametrize("layer", sorted(WANTED))
def test_every_role_can_be_an_empty_table(layer):
    """Nothing but the missing columns is told, each with its own severity."""
    run = Run()
    table = pd.DataFrame({"community_id": frames.texts([]), "geometry": np.array([], dtype=object)})
    check_layer(table, layer, "community_id", list(table), 2025, run)
    told = {row.values["column"]: row.severity for row in run.left_out if row.code == "column_missing"}
    assert told == {name: severity for name, severity in WANTED[layer].items() if name != "community_id"}
