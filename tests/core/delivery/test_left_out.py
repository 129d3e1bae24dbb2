"""What several steps left out, told once and counted whole."""

import pandas as pd
from urban_renewal.core import frames, schema
from urban_renewal.core.delivery.summary import merge_left_out

COLUMNS = ["layer", "feature_id", "code", "severity", "message", "n"]


def step(*rows):
    return frames.conform(pd.DataFrame(rows, columns=COLUMNS), schema.table("left_out"))


def test_doubles_are_counted_and_no_kind_of_a_facility_is_lost():
    double = ("PARCELS", "P1", "duplicate_feature", "error", "dropped", 1)
    nameless = ("ENTRANCES", "", "entrance_of_nobody", "error", "nobody", 1)
    nursery = ("FACILITIES", "F1", "capacity_unknown", "warning", "no size (nursery)", 1)
    canteen = ("FACILITIES", "F1", "capacity_unknown", "warning", "no size (canteen)", 1)
    crossing = ("LINKS", "L", "links", "info", "some", 5)
    check = step(double, double)  # three rows in one place: two were left out
    gaps = step(double, double, nameless, nameless, nameless, nursery, canteen, crossing)
    sites = step(nursery)
    for parts in ([check, gaps, sites], [sites, gaps, check]):
        found = merge_left_out(parts)
        assert list(zip(found["layer"], found["feature_id"], found["message"], found["n"])) == [
            ("ENTRANCES", "", "nobody", 3),
            ("FACILITIES", "F1", "no size (canteen)", 1),
            ("FACILITIES", "F1", "no size (nursery)", 1),
            ("LINKS", "L", "some", 5),
            ("PARCELS", "P1", "dropped", 2),
        ]


def test_features_without_an_id_stay():
    missing = ("ROADS", None, "geometry_empty", "error", "empty", 1)
    found = merge_left_out([step(missing, missing), step()])
    assert found["feature_id"].isna().tolist() == [True] and found["n"].tolist() == [2]
