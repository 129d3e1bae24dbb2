"""Heights: the low-pass keeps planes, holes neither count nor are filled, surveyed points go first."""

import dataclasses

import numpy as np
import pandas as pd
import pytest
import shapely
from urban_renewal.core.run import Run
from urban_renewal.core.walking.heights import Raster, make_surface
from urban_renewal.core.walking.profiles import load_rules

from .helpers import plane_raster

RULES = load_rules()
X, Y = np.array([0.0, 123.0, 777.7]), np.array([0.0, 456.0, 3.3])


def points(*rows):
    return pd.DataFrame({"z": [row[2] for row in rows], "geometry": [shapely.Point(row[:2]) for row in rows]})


def test_nothing_gives_nothing():
    assert make_surface(None, None, RULES, Run()) is None
    assert make_surface(None, points((0, 0, None), (10, 0, None)), RULES, Run()) is None


def test_plane_stays_a_plane():
    surface = make_surface(plane_raster(lambda x, y: 200 + 0.1 * x - 0.05 * y), None, RULES, Run())
    assert surface.sample(X, Y) == pytest.approx(200 + 0.1 * X - 0.05 * Y, abs=1e-6)
    assert np.isnan(surface.sample(np.array([-501.0, 1501.0]), np.array([0.0, 0.0]))).all()


def test_wave_is_damped_as_a_gaussian_damps_it():
    """A wave of length L keeps exp(-2 π² σ² / L²); σ = 50 m for cells of 10 m."""
    surface = make_surface(plane_raster(lambda x, y: np.cos(2 * np.pi * x / 250) + 0 * y), None, RULES, Run())
    top = surface.sample(np.array([250.0]), np.array([500.0]))[0]
    assert top == pytest.approx(np.exp(-2 * np.pi**2 * 50**2 / 250**2), abs=0.01)


def test_holes_stay_holes_and_do_not_pull():
    raster = plane_raster(lambda x, y: 300 + 0 * x + 0 * y)
    values = raster.values.copy()
    values[90:110, 90:110] = np.nan
    surface = make_surface(Raster(values, raster.to_cell, raster.cell_m), None, RULES, Run())
    assert np.isnan(surface.sample_raster(np.array([500.0]), np.array([500.0]))[0])
    assert surface.sample_raster(np.array([380.0]), np.array([500.0])) == pytest.approx([300.0])


def test_strips_give_what_one_piece_gives(monkeypatch):
    from urban_renewal.core.walking import heights

    rng = np.random.default_rng(1)
    raster = plane_raster(lambda x, y: rng.normal(size=(200, 200)))
    whole = make_surface(raster, None, RULES, Run()).raster.values
    monkeypatch.setattr(heights, "STRIP_CELLS", 4000)
    assert make_surface(raster, None, RULES, Run()).raster.values == pytest.approx(whole, abs=1e-12)


def test_surveyed_points_go_first_and_only_where_they_stand_close():
    near = points((0, 0, 10.0), (80, 0, 18.0), (0, 60, 16.0), (900, 900, 99.0), (80, 0, 18.0), (5, 5, None))
    run = Run()
    surface = make_surface(plane_raster(lambda x, y: 50 + 0 * x + 0 * y), near, RULES, run)
    alone = {"n": 1, "total": 4, "span_m": 100}  # the one at 900, 900; two stand at 80, 0
    assert {item.code: item.values for item in run.messages}["survey_alone"] == alone
    got = surface.sample(np.array([20.0, 400.0]), np.array([20.0, 400.0]))
    assert got == pytest.approx([10 + 20 * 0.1 + 20 * 0.1, 50.0])
    mixed = make_surface(None, near.sample(frac=1, random_state=3), RULES, Run())
    assert mixed.sample(np.array([20.0]), np.array([20.0])) == pytest.approx([14.0])
    run = Run()
    wide = make_surface(None, near, dataclasses.replace(RULES, survey_span_m=50.0), run)
    assert np.isnan(wide.sample(np.array([0.0, 20.0]), np.array([0.0, 20.0]))).all()
    told = {message.code: message.values for message in run.messages}
    assert told == {
        "survey_without_height": {"n": 1, "total": 6}, "survey_too_sparse": {"n": 5, "span_m": 50},
    }  # fmt: skip


def test_heights_that_stand_for_unknown_are_none():
    places = [shapely.Point(x, y) for x in (0, 20, 40) for y in (0, 20)]
    points = pd.DataFrame({"z": [250.0, 252.0, 0.0, 251.0, -9999.0, 253.0]})
    points["geometry"] = np.array(places, dtype=object)
    run = Run()
    surface = make_surface(None, points, load_rules(), run)
    assert [(item.code, item.values["n"]) for item in run.messages] == [("survey_without_height", 2)]
    known = surface.sample(np.array([0.0, 20.0]), np.array([10.0, 20.0]))
    assert known.min() > 249 and known.max() < 254
    low = points.assign(z=[1.0, 2.0, 0.0, 1.5, 0.5, 0.0])  # by the sea 0 is a height
    run = Run()
    make_surface(None, low, load_rules(), run)
    assert run.messages == []
