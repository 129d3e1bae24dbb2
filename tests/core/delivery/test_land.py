"""Land use for the maps: codes in the national names, areas by class, what cannot be read kept and told."""

import numpy as np
import pandas as pd
import pytest
import shapely
from urban_renewal.core import frames
from urban_renewal.core.delivery.land import areas_of, classes_that_occur, ids_by_place, land_use_map, sum_land
from urban_renewal.core.delivery.summary import cover_of_kinds
from urban_renewal.core.run import Run

SHAPES = np.array([shapely.box(20 * n, 0, 20 * n + 10, 10 * (n + 1)) for n in range(4)], dtype=object)


def table(codes, scheme="auto", run=None):
    return land_use_map(
        "now", ["a", "b", "c", "d"], frames.texts(codes), SHAPES, areas_of(SHAPES), scheme, run or Run("zh")
    )


def test_classes_and_areas():
    """Two plots of housing (100 + 300 m²); a missing code keeps its row and its 400 m²."""
    found = table(["0701", "0810", "0701", None])
    assert found["area_m2"].tolist() == [100.0, 200.0, 300.0, 400.0]
    assert found["class_name"].tolist()[0] == "城镇住宅用地"
    assert found["stage_name"].tolist() == ["现状"] * 4
    assert pd.isna(found["code"].iloc[3])
    sums = dict(sum_land(found, "now"))
    assert sums["0701"] == 400.0
    assert sums[""] == 400.0
    assert sum(sums.values()) == 1000.0
    assert sum_land(found, "plan") == []
    assert [entry["code"] for entry in classes_that_occur(found, "now")] == sorted(set(sums) - {""})


def test_polygons_of_a_plan_are_named_by_their_place_not_by_their_row():
    """Two uses on one place: the first by code bears the bare name. The rows the other way round: the same names."""
    shapes, codes = np.append(SHAPES, SHAPES[:1]), frames.texts(["0901", "0810", None, "0701", "0701"])
    ids = ids_by_place(shapes, codes, Run())
    assert len(set(ids)) == 5 and ids[0] == f"{ids[4]}#2" and "#" not in ids[4]
    assert ids_by_place(shapes[::-1], codes[::-1].reset_index(drop=True), Run()) == ids[::-1]


def test_codes_that_fit_several_schemes_are_not_guessed():
    run = Run("zh")
    assert table(["0601", "0601", None, None], run=run) is None
    assert [message.code for message in run.messages] == ["land_use_scheme"]
    assert table([None] * 4) is None


def test_cover_is_weighted_by_people():
    """300 of 400 people within the radius; on foot one community is not known: 0.2 of its 100 people alone."""
    summary = pd.DataFrame(
        {
            "kind": ["eday", "eday", "nurs"],
            "people": [100.0, 300.0, np.nan],
            "radius_cover_people": [0.0, 1.0, 0.5],
            "walk_cover_people": [0.2, np.nan, np.nan],
        }
    )
    found = cover_of_kinds(summary)
    assert found["eday"] == (pytest.approx(0.75), pytest.approx(0.2))
    assert np.isnan(found["nurs"]).all()
