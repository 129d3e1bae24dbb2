"""What a parcel truly is follows the definitions, from its own facts; no rule and no record has a say."""

import numpy as np
import pytest
import shapely
from urban_renewal.core.sample.activity import draw_levels
from urban_renewal.core.sample.classes import Kinds, tables
from urban_renewal.core.sample.houses import Facts
from urban_renewal.core.sample.layout import Houses
from urban_renewal.core.sample.truth import true_tags

NAMES = tuple(tables()["types"])


def tag_of(kind, rows, inside=1.0, collective=False):
    """Return the true tag of one parcel of a kind with buildings of (use, year, floor m²)."""
    n = len(rows)
    kinds = Kinds(NAMES, np.array([NAMES.index(kind)]), np.array([""], dtype=object))
    shapes = np.array([shapely.box(0, 0, 1, 1)] * n, dtype=object)
    houses = Houses(np.zeros(n, dtype=np.int64), np.arange(n), shapes)
    use = np.array([row[0] for row in rows], dtype=object)
    year, floor = (np.array([row[place] for row in rows]) for place in (1, 2))
    facts = Facts(year.astype(np.int64), np.ones(n, dtype=np.int64), use, floor.astype(float))
    return true_tags(kinds, houses, facts, np.array([inside]), np.array([collective])).item()


@pytest.mark.parametrize("kind", ["old_compound", "old_mixed", "old_other", "school", "resettlement", "walkup_0108"])
@pytest.mark.parametrize(
    ("rows", "tag"),
    [
        ([("住宅", 1985, 500), ("商业", 1985, 500)], "old_compound"),  # half dwellings: the limit is met
        ([("住宅", 1985, 499), ("商业", 1985, 501)], "none"),
        ([("住宅", 2000, 500), ("住宅", 2001, 500)], "old_compound"),  # half by the end of 2000
        ([("住宅", 2000, 499), ("住宅", 2001, 501)], "none"),
        ([("住宅", 2003, 900)], "none"),  # reserve is not core
    ],
)
def test_a_compound_is_half_dwellings_and_half_built_by_2000_whatever_it_was_drawn_as(kind, rows, tag):
    assert tag_of(kind, rows) == tag


def test_flats_on_collective_land_are_no_compound_of_the_town():
    assert tag_of("resettlement", [("住宅", 1998, 900)], collective=True) == "none"


@pytest.mark.parametrize("kind", ["village", "village_state", "village_rural"])
def test_a_village_is_an_urban_one_when_half_of_it_lies_inside_the_boundary(kind):
    """Whatever its houses' years: 自建住房 are of the village."""
    rows = [("住宅", 1980, 300)]
    assert tag_of(kind, rows, inside=0.5, collective=True) == "urban_village"
    assert tag_of(kind, rows, inside=0.49, collective=True) == "none"
    assert tag_of(kind, rows, inside=0.9) == "urban_village"  # turned state-owned


def test_an_old_street_is_no_compound_and_a_works_is_what_it_was_drawn_as():
    assert tag_of("old_street", [("住宅", 1960, 300)]) == "none"
    assert tag_of("idle_factory", [("厂房", 1970, 3000)]) == "idle_factory"
    assert tag_of("working_low", [("厂房", 1970, 3000)]) == "none"


def test_an_idle_works_uses_a_fifth_at_most_and_one_at_work_a_tenth_at_least():
    """Power "under 10–20 % of the sector's median"; four sigma below the usual is 0.165."""
    sort = np.repeat(np.array(["idle", "low", "works"], dtype=object), 20_000)
    level = draw_levels(sort, np.random.Generator(np.random.PCG64(1)))
    assert level[sort == "idle"].max() <= 0.2
    assert level[sort == "low"].min() >= 0.1
    assert np.quantile(level[sort == "works"], 0.001) > 0.2
    assert 0.2 < (level[sort == "idle"] > 0.1).mean() < 0.5  # and many lie between: nobody can be sure of all
