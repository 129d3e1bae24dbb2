"""The sample is honest: enough truths, confounders at their rates, as hard as real cities for a reference learner."""

import numpy as np
import pandas as pd
import pytest
from urban_renewal.core.jsoncheck import find_faults, shared_schema
from urban_renewal.core.run import Run
from urban_renewal.core.sample.city import make_city
from urban_renewal.core.sample.classes import tables

from .learner import CLASSES, MORPHOLOGY, Logistic, indicators, score

SEEDS, OTHER_SEEDS = range(1, 11), range(101, 109)


@pytest.fixture(scope="module")
def cities():
    return {seed: make_city(seed, 1200, Run()) for seed in [*SEEDS, *OTHER_SEEDS]}


@pytest.fixture(scope="module")
def learnt(cities):
    """Return (features, tags) of the seeds to learn from and of those to be asked."""
    found = []
    for seeds in (OTHER_SEEDS, SEEDS):
        frames = [indicators(cities[seed].layers, cities[seed].truth) for seed in seeds]
        tags = np.concatenate([cities[seed].truth["tag"].to_numpy(dtype=object) for seed in seeds])
        found.append((pd.concat(frames, ignore_index=True), tags))
    return found


def test_truths_of_each_class_in_every_city_and_in_ten(cities):
    counts = pd.DataFrame({seed: cities[seed].truth["tag"].value_counts() for seed in SEEDS}).T
    three = counts[list(CLASSES[:3])]
    assert three.to_numpy().min() >= 60
    assert three.to_numpy().max() <= 110
    assert (three.sum() >= 360).all()


def test_reference_learner_finds_it_as_hard_as_real_cities(learnt):
    """Multinomial logistic, trained on eight other seeds: accuracy 0.88–0.93, kappa 0.76–0.86, as real ones."""
    (known, tags), (asked, truth) = learnt
    found = score(truth, Logistic(known, tags).predict(asked))
    assert 0.88 <= found["accuracy"] <= 0.93
    assert 0.76 <= found["kappa"] <= 0.86


def test_morphology_alone_is_weak(learnt):
    """The same learner with outlines and floors only; all classes weigh the same, else it would say none to nearly all.

    Literature: 0.59 with morphology alone, 0.26 lower than with everything.
    """
    (known, tags), (asked, truth) = learnt
    weight = {tag: len(tags) / (4 * np.sum(tags == tag)) for tag in CLASSES}
    learner = Logistic(known, tags, columns=MORPHOLOGY, weights=[weight[tag] for tag in tags])
    assert 0.55 <= score(truth, learner.predict(asked))["accuracy"] <= 0.70


def test_every_kind_has_its_share(cities):
    """Each kind's share over ten cities is the table's: strata are filled exactly, so far inside four sigma."""
    drawn = pd.concat([cities[seed].kinds["kind"] for seed in SEEDS])
    for kind, table in tables()["types"].items():
        share = table["share"]
        assert (drawn == kind).mean() == pytest.approx(share, abs=4 * np.sqrt(share / len(drawn))), kind


def pooled(cities):
    """Return parcels with their kind and truth, and buildings with their parcel's kind, of ten cities."""
    parcels, buildings = [], []
    for seed in SEEDS:
        city = cities[seed]
        rows = city.layers["parcels"].merge(city.kinds, on="parcel_id").merge(city.truth, on="parcel_id")
        parcels.append(rows.drop(columns="geometry"))
        names = city.houses_of.to_numpy(dtype=object)
        kinds = city.kinds.set_index("parcel_id")["kind"].reindex(names).to_numpy(dtype=object)
        buildings.append(
            city.layers["buildings"].drop(columns="geometry").assign(kind=kinds, parcel_id=f"{seed}-" + names)
        )
    return pd.concat(parcels, ignore_index=True), pd.concat(buildings, ignore_index=True)


def expect(found, rate):
    """Compare a share of independent draws with its rate: four sigma."""
    found = np.asarray(found, dtype=float)
    assert found.mean() == pytest.approx(rate, abs=4 * np.sqrt(rate * (1 - rate) / len(found)))


def test_confounders_come_at_the_rates_of_their_tables(cities):
    parcels, buildings = pooled(cities)
    types = tables()["types"]

    def owned(kind, codes):
        return sum(weight for code, weight in types[kind]["ownership"].items() if code in codes)

    # villages turned state-owned
    villages = parcels[parcels["tag"] == "urban_village"]
    share = {kind: types[kind]["share"] for kind in ("village", "village_state")}
    state = sum(share[kind] * owned(kind, ("10", "20")) for kind in share) / sum(share.values())
    expect(villages["ownership"][villages["kind"].isin(list(share))].isin(["10", "20"]), state)
    assert 0.25 < state < 0.35  # "a quarter to a third"
    # rural villages: a homestead code is no proof of an urban village; beyond the boundary they are none
    rural = parcels[parcels["kind"] == "village_rural"]
    expect(rural["land_use"] == "0702", types["village_rural"]["land_use"]["0702"])
    assert set(rural["tag"][rural["in_boundary"] < 0.5]) == {"none"}
    assert 0.15 < (rural["tag"] == "urban_village").mean() < 0.3  # N(0.3, 0.25) is 0.5 or more in 21 of 100
    # old streets stand on state land, in the form of a village without being one
    street = parcels[parcels["kind"] == "old_street"]
    assert set(street["ownership"].dropna()) == {"10", "20"} and set(street["tag"]) == {"none"}
    # years are missing, and not at random
    dated = buildings.groupby("parcel_id")["year"].apply(lambda column: column.notna().any())
    assert dated.mean() < 0.9
    undated = buildings.assign(gap=buildings["year"].isna()).groupby("kind")["gap"].mean()
    assert undated["village"] > 0.6 > undated["old_compound"] > 0.35 > undated["new_housing"]
    # walk-up housing of 2001–08 is none
    walkup = buildings[buildings["kind"] == "walkup_0108"]
    assert set(parcels.loc[parcels["kind"] == "walkup_0108", "tag"]) == {"none"}
    assert (pd.to_numeric(walkup["floors"]).dropna() <= 9).all()
    # renovated compounds stay old compounds, some with lifts
    rate = tables()["programme"]["old_compound"]["renovated"]
    done = sum((city.layers["programme"]["status"] == "已改造").sum() for city in (cities[seed] for seed in SEEDS))
    old = (parcels["kind"] == "old_compound").sum()
    mixed = (parcels["kind"] == "old_mixed").sum() * tables()["programme"]["old_mixed"]["renovated"]
    assert done == pytest.approx(old * rate + mixed, abs=4 * np.sqrt(old * rate))


def test_low_works_run_and_look_like_idle_ones(cities):
    """Working factories with a low plot ratio: their roofs are as low and as large as the idle ones'."""
    _, buildings = pooled(cities)
    floors = pd.to_numeric(buildings["floors"])
    low = floors[buildings["kind"] == "working_low"].mean()
    idle = floors[buildings["kind"] == "idle_factory"].mean()
    assert low <= idle


def test_tables_fit_their_schema_and_say_where_they_come_from():
    assert find_faults(tables(), shared_schema("sample")) == []
    types = tables()["types"]
    assert sum(table["share"] for table in types.values()) == pytest.approx(1)
    for kind, table in types.items():
        for field in ("land_use", "ownership", "czcsxm", "floors", "structure", "lift", "use"):
            assert table[field] is None or sum(table[field].values()) == pytest.approx(1), (kind, field)
    told = {"land_use", "ownership", "czcsxm", "fq", "layout", "year", "structure", "activity"}
    assert told <= set(tables()["sources"])
