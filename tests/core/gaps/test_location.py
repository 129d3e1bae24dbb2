# SPDX-License-Identifier: GPL-2.0-or-later
"""The solver on published location problems: San Francisco, 16 stores and 205 tracts (spopt, BSD-3)."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from urban_renewal.core.errors import Cancelled, RenewalError
from urban_renewal.core.gaps.solve import Model
from urban_renewal.core.run import Run

DATA = Path(__file__).resolve().parents[3].parent / "shared" / "data" / "peer_spopt_sf"
needs_data = pytest.mark.skipif(not DATA.exists(), reason="the San Francisco data are not here")


@pytest.fixture
def san_francisco():
    """Distances (205 tracts, 16 stores) in metres and people (205,), tracts and stores in the order of their names."""
    table = pd.read_csv(DATA / "SF_network_distance_candidateStore_16_censusTract_205_new.csv")
    metres = table.pivot_table(values="distance", index="DestinationName", columns="name").to_numpy()
    tracts = pd.read_csv(DATA / "SF_demand_205_centroid_uniform_weight.csv").sort_values("NAME")
    return metres, tracts["POP2000"].to_numpy("float64")


@needs_data
def test_fewest_stores_that_cover_everybody(san_francisco):
    metres, _ = san_francisco
    model = Model()
    store = model.variables(16, high=1, gain=-1, whole=True)
    tract, column = np.nonzero(metres <= 5000)
    model.at_most(-np.ones(205), (tract, store[column], -1))
    found = model.maximise(Run(), 20_000)
    assert (-found.objective, -found.bound) == (8, 8)


@needs_data
def test_most_people_covered_by_four_stores(san_francisco):
    metres, people = san_francisco
    model = Model()
    store = model.variables(16, high=1, whole=True)
    covered = model.variables(205, high=1, gain=people)
    tract, column = np.nonzero(metres <= 5000)
    model.at_most(np.zeros(205), (np.arange(205), covered, 1), (tract, store[column], -1))
    model.at_most(4, (0, store, 1))
    found = model.maximise(Run(), 20_000)
    assert round(found.objective) == round(found.bound) == 875_247


@needs_data
def test_least_walking_to_four_stores(san_francisco):
    metres, people = san_francisco
    model = Model()
    store = model.variables(16, high=1, whole=True)
    goes = model.variables(205 * 16, high=1, gain=-(metres * people[:, None]).ravel())
    tract, column = np.divmod(np.arange(205 * 16), 16)
    model.at_most(-np.ones(205), (tract, goes, -1))
    model.at_most(np.zeros(205 * 16), (np.arange(205 * 16), goes, 1), (np.arange(205 * 16), store[column], -1))
    model.at_most(4, (0, store, 1))
    found = model.maximise(Run(), 20_000)
    assert -found.objective == pytest.approx(2_848_268_129.7145, abs=0.01)
    assert found.is_proven and found.bound == pytest.approx(found.objective, rel=1e-9)


@needs_data
def test_nobody_far_from_one_of_four_stores(san_francisco):
    """p-center, published by spopt as 7403.06 m."""
    metres, _ = san_francisco
    model = Model()
    store = model.variables(16, high=1, whole=True)
    goes = model.variables(205 * 16, high=1)
    farthest = model.variables(1, high=float(metres.max()), gain=-1)
    tract, column = np.divmod(np.arange(205 * 16), 16)
    model.at_most(-np.ones(205), (tract, goes, -1))
    model.at_most(np.zeros(205 * 16), (np.arange(205 * 16), goes, 1), (np.arange(205 * 16), store[column], -1))
    model.at_most(np.zeros(205), (tract, goes, metres.ravel()), (np.arange(205), np.repeat(farthest, 205), -1))
    model.at_most(4, (0, store, 1))
    found = model.maximise(Run(), 20_000)
    assert -found.objective == pytest.approx(7403.06, abs=0.01) and -found.bound == pytest.approx(7403.06, abs=0.01)


@needs_data
@pytest.mark.parametrize(("must_be_full", "mean_minutes"), [(True, 87.2), (False, 68.7)])
def test_students_to_ten_schools_with_places(must_be_full, mean_minutes):
    """Capacitated p-median with schools that are filled in any case: spopt publishes a mean of 87.2 minutes for ten
    students and 74 schools (example_subject_*). Without those schools 68.7, by HiGHS through scipy on the same file.
    """
    journeys = pd.read_csv(DATA / "example_subject_student_school_journeys.csv")
    minutes = journeys.pivot_table(index="student", columns="school", values="time", fill_value=10_000, sort=False)
    schools = pd.read_csv(DATA / "example_subject_schools.csv").set_index("SE2 PP: Code").reindex(minutes.columns)
    n, m = minutes.shape
    places, first = schools["Count"].to_numpy("float64"), (schools["priority"] == 1).to_numpy() & must_be_full
    model = Model()
    school = model.variables(m, high=1, low=first.astype("float64"), whole=True)
    goes = model.variables(n * m, high=1, gain=-minutes.to_numpy("float64").ravel(), whole=True)
    student, column = np.divmod(np.arange(n * m), m)
    for sign in (1, -1):
        model.at_most(sign * np.ones(n), (student, goes, sign))
        model.at_most(sign * 10, (0, school, sign))
    model.at_most(np.zeros(m), (column, goes, 1), (np.arange(m), school, -places))
    full = np.flatnonzero(first[column])
    model.at_most(np.where(first, -places, 0), (column[full], goes[full], -1))
    found = model.maximise(Run(), 20_000)
    assert found.is_proven and (-found.objective / n, -found.bound / n) == pytest.approx((mean_minutes, mean_minutes))


def test_a_model_that_cannot_be_and_one_that_is_stopped():
    model = Model()
    one = model.variables(1, high=1, gain=1)
    model.at_most(-2, (0, one, -1))  # at least 2 of something that is at most 1
    with pytest.raises(RenewalError) as told:
        model.maximise(Run(), 1_000)
    assert told.value.code == "sites_impossible"
    with pytest.raises(Cancelled):
        model.maximise(Run(is_cancelled=lambda: True), 1_000)
