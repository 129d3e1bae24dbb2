# SPDX-License-Identifier: GPL-2.0-or-later
"""What is equally near is told by its id, whatever the order of rows (method notes §8)."""

from dataclasses import replace

import pandas as pd
import pytest
import shapely
from urban_renewal.core.gaps.gap import count_gaps
from urban_renewal.core.gaps.standard import kinds_of
from urban_renewal.core.gaps.summary import districts_of_field
from urban_renewal.core.gaps.town import GapOptions
from urban_renewal.core.run import Run
from urban_renewal.core.walking.profiles import load_profiles

from .helpers import STANDARD, detail_table, layers


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_a_facility_on_land_drawn_twice_is_in_the_first_district(order):
    parcels = pd.DataFrame({"parcel_id": ["P1", "P2"], "street": ["乙街", "甲街"],
                            "geometry": [shapely.box(0, 0, 10, 10)] * 2})  # fmt: skip
    parcels = parcels.iloc[list(order)].reset_index(drop=True)
    facilities = pd.DataFrame({"facility_id": ["F1"], "geometry": [shapely.Point(10, 5)]})
    found = districts_of_field(parcels["street"], parcels, facilities, Run())
    assert found.ids[found.of_facility].tolist() == ["乙街"]  # 乙 stands before 甲 by its code


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_of_facilities_as_near_the_first_id_is_told(order):
    town = layers([100], [1000], [(200, "nurs", 30), (200, "nurs", 30)])
    facilities = town.facilities.assign(facility_id=["F1", "F2"]).iloc[list(order)].reset_index(drop=True)
    kinds = kinds_of(STANDARD, ["nurs"])
    options = GapOptions(kinds, {profile.id: profile for profile in load_profiles([kinds[0].profile])})
    counted = count_gaps(replace(town, facilities=facilities), options, Run())
    assert detail_table(town.parcels, counted, Run())["nearest_id"].tolist() == ["F1"]
