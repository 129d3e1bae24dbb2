"""Memberships, levels and the mask property: what is missing never confirms."""

import json

import numpy as np
import pandas as pd
import pytest
from urban_renewal.core import envelope
from urban_renewal.core.errors import RenewalError
from urban_renewal.core.tagging.indicators import Indicators
from urban_renewal.core.tagging.intervals import Interval, Weights, between, exact, unknown
from urban_renewal.core.tagging.parts import Parts
from urban_renewal.core.tagging.rules import check_rules, judge, judge_class, membership, rank, state_of


def parts_of(n, rows=(), floors=(), years=()):
    """Parts by hand: parcel rows, floor areas (m²) and (lo, hi) years."""
    row = np.array(rows, dtype=np.int64)
    house = pd.DataFrame(years, columns=["year_lo", "year_hi"], dtype=float)
    weight = np.array(floors, dtype=float) * 1000
    ones = np.ones(len(row))
    return Parts(row, house, ones, ones.astype(bool), Weights(row, weight, weight, n), n, given=bool(len(row)))


def place(n=1, parts=None, **values):
    return Indicators(values, parts or parts_of(n), pd.DataFrame())


def ends(interval):
    return [*zip(interval.lo.tolist(), interval.hi.tolist())]


def points(*pairs):
    return {"type": "points", "indicator": "x", "points": [list(pair) for pair in pairs]}


@pytest.mark.parametrize(("x", "m"), [(0.5, 0), (0.6, 0), (0.8, 0.5), (0.999999, 0.9999975), (1.0, 1), (99, 1)])
def test_rising_points(x, m):
    found = membership(points((0.6, 0), (1, 1)), place(x=exact([x])))
    assert [*found.lo, *found.hi] == pytest.approx([m, m], abs=1e-12)


def test_a_limit_without_ramp_belongs_to_the_good_side():
    criterion = points((4.4, 1), (4.4, 0))
    for x, m in ((4.3999999, 1), (4.4, 1), (4.4000001, 0)):
        assert ends(membership(criterion, place(x=exact([x])))) == [(m, m)]


def test_falling_points_of_an_interval():
    criterion = points((0.6, 1), (1, 0))
    value = between([0.7, np.nan, 0.9, np.nan], [0.9, 0.8, np.nan, np.nan])
    found = membership(criterion, place(4, x=value))
    assert found.lo == pytest.approx([0.25, 0.5, 0, 0])
    assert found.hi == pytest.approx([0.75, 1, 0.25, 1])


def test_at_least_counts_sure_and_possible():
    """Two of three: true, false, unknown → 1/2 at least, 1 at most; an `or` gives 1 by itself."""
    one = [{"indicator": name, "op": "=", "value": 1} for name in "abc"]
    criterion = {"type": "at_least", "k": 2, "of": one, "or": [{"indicator": "d", "op": "=", "value": 1}]}
    nothing = unknown(1)
    assert ends(membership(criterion, place(a=exact([1]), b=exact([0]), c=nothing, d=exact([0])))) == [(0.5, 1)]
    assert ends(membership(criterion, place(a=exact([1]), b=exact([1]), c=nothing, d=exact([0])))) == [(1, 1)]
    assert ends(membership(criterion, place(a=exact([0]), b=exact([0]), c=nothing, d=exact([0])))) == [(0, 0.5)]
    assert ends(membership(criterion, place(a=exact([0]), b=exact([0]), c=exact([0]), d=nothing))) == [(0, 1)]
    assert ends(membership(criterion, place(a=exact([0]), b=exact([0]), c=exact([0]), d=exact([1])))) == [(1, 1)]


BANDS = {"type": "bands", "indicator": "age", "bands": [[1990, 1], [2000, 0.8], [2005, 0.4]]}


@pytest.mark.parametrize(
    ("years", "m"),
    [
        ((1990, 1990), (1, 1)), ((1991, 1991), (0.8, 0.8)), ((2000, 2000), (0.8, 0.8)), ((2001, 2001), (0.4, 0.4)),
        ((2005, 2005), (0.4, 0.4)), ((2006, 2006), (0, 0)), ((1990, 1999), (0.8, 1)), ((1996, 2005), (0.4, 0.8)),
        ((np.nan, 1999), (0.8, 1)), ((2001, np.nan), (0, 0.4)), ((np.nan, np.nan), (0, 1)),
    ],
)  # fmt: skip
def test_bands_at_their_limits(years, m):
    assert ends(membership(BANDS, place(parts=parts_of(1, [0], [100], [years])))) == [m]


def test_bands_are_weighted_by_floor():
    """300 m² of 1985, 100 m² of 2003: (300·1 + 100·0.4) ÷ 400 = 0.85."""
    found = membership(BANDS, place(parts=parts_of(1, [0, 0], [300, 100], [(1985, 1985), (2003, 2003)])))
    assert found.lo == pytest.approx([0.85])


@pytest.mark.parametrize(
    ("op", "lo", "hi", "state"),
    [
        (">=", 0.5, 0.5, 2), (">=", 0.499999, 0.499999, 0), (">=", 0.4, 0.5, 1), (">", 0.5, 0.5, 0),
        ("<=", 0.5, 0.5, 2),
        ("<", 0.5, 0.5, 0), ("<", 0.4, 0.6, 1), ("=", 0.5, 0.5, 2), ("=", 0.4, 0.6, 1), ("=", 0.6, 0.7, 0),
        (">=", -np.inf, np.inf, 1),
    ],
)  # fmt: skip
def test_conditions_are_true_false_or_unknown(op, lo, hi, state):
    interval = Interval(np.array([lo]), np.array([hi]))
    assert state_of({"indicator": "x", "op": op, "value": 0.5}, place(x=interval)).tolist() == [state]


def rule(confirm=0.6, suspect=0.4, need_known=0.0, required=False, where=()):
    return {
        "id": "old_compound", "confirm": {"value": confirm}, "suspect": {"value": suspect},
        "need_known": {"value": need_known}, "where": list(where),
        "criteria": [
            {"indicator": "a", "type": "flag", "weight": 0.6, "required": required},
            {"indicator": "b", "type": "flag", "weight": 0.4},
        ],
    }  # fmt: skip


def level_of(a, b, **options):
    verdict = judge_class(rule(**options), place(a=a, b=b))
    return verdict.level.item(), verdict.score.item(), verdict.score_max.item(), verdict.known.item()


def test_levels_at_their_limits():
    half = exact([0.5])
    assert level_of(exact([1]), exact([0])) == (2, 0.6, 0.6, 1)
    assert level_of(exact([1 - 1e-5]), exact([0]))[0] == 1
    assert level_of(half, exact([0.25])) == (1, 0.4, 0.4, 1)
    assert level_of(half, exact([0.2499]))[0] == 0
    assert level_of(exact([1 - 1e-7]), exact([0]))[:2] == (2, 0.6), "compared after rounding to 1e-6"


def test_unknown_counts_as_nothing_and_need_known_holds_back():
    assert level_of(exact([1]), unknown(1)) == (2, 0.6, 1, 0.6)
    assert level_of(exact([1]), unknown(1), need_known=0.61)[0] == 1
    assert level_of(exact([1]), unknown(1), need_known=0.6)[0] == 2
    assert level_of(unknown(1), exact([1])) == (1, 0.4, 1, 0.4)


def test_required_must_be_known():
    partly = Interval(np.array([0.9]), np.array([1.0]))
    assert level_of(partly, exact([1]), required=True)[0] == 1
    assert level_of(partly, exact([1]))[0] == 2


def test_where_false_ends_it_and_unknown_holds_back():
    where = [{"indicator": "c", "op": ">=", "value": 1}]
    for value, level in ((exact([1]), 2), (unknown(1), 1), (exact([0]), 0)):
        verdict = judge_class(rule(where=where), place(a=exact([1]), b=exact([1]), c=value))
        assert verdict.level.tolist() == [level]


def test_winner_by_level_then_score_then_order():
    class Told:
        def __init__(self, level, score):
            self.level, self.score = np.array(level, dtype=np.int8), np.array(score, dtype=float)

    found = rank([Told([1, 2, 0, 0], [0.9, 0.6, 0.3, 0]), Told([2, 2, 0, 0], [0.7, 0.6, 0.35, 0])], 4)
    assert found.first.tolist() == [1, 0, -1, -1]
    assert found.second.tolist() == [0, 1, 1, -1]
    assert found.level.tolist() == [2, 2, 0, 0]


NAMES = {
    "resid_share": 1, "self_built": "flag", "lift_need_n": 6, "weak_share": 1, "management": "flag", "bldg_n": 30,
    "parking_per_household": 0.6, "coll_share": "flag", "homestead_in_town": "flag", "patch_bldg_n": 40,
    "patch_m2": 9000, "patch_coverage": 0.8, "gap_med_m": 12, "foot_med_m2": 400, "floors_med": 9,
    "orientation_sd": 25, "far_from_road": 1, "in_boundary": 1, "indus_any": 1, "reused": "flag", "idle_signs_n": 3,
    "fail_power": "flag", "fail_water": "flag", "fail_firm": "flag", "fail_poi": "flag", "fail_people": "flag",
    "abandoned": "flag", "big_low_share": 1, "far": 1.4,
}  # fmt: skip


def random_place(rng, n):
    """Random parcels, a third of the values unknown already, a fifth of the numbers known as intervals."""
    values = {}
    for name, most in NAMES.items():
        top = 1.0 if most == "flag" else most
        drawn = (rng.random(n) < 0.6).astype(float) if most == "flag" else np.round(rng.random(n) * top, 3)
        wide = rng.random(n) < (0 if most == "flag" else 0.2)
        value = Interval(drawn, np.where(wide, drawn + rng.random(n) * top, drawn))
        values[name] = value.masked(rng.random(n) < 0.3)
    row = np.repeat(np.arange(n), 3)
    first = rng.integers(1975, 2012, len(row)).astype(float)
    last = first + np.where(rng.random(len(row)) < 0.3, rng.integers(0, 12, len(row)), 0)
    gone = rng.random(len(row)) < 0.2
    years = np.column_stack([np.where(gone, np.nan, first), np.where(gone, np.nan, last)])
    return values, (row, rng.integers(50, 4000, len(row)), years)


@pytest.mark.parametrize("name", ["chongqing", "cn-national", "strict-morphology"])
def test_masking_an_indicator_never_confirms(name):
    """And lifts none → suspected only where it made a `where` unknown (method notes §1)."""
    rules, rng, n = envelope.load("ruleset", name), np.random.default_rng(3), 4000
    values, (row, floor, years) = random_place(rng, n)
    before = judge(rules, place(n, parts_of(n, row, floor, years), **values))
    assert all((verdict.level == 2).sum() > 20 for verdict in before), "the test must have something to lose"
    for masked in [*NAMES, "years"]:
        rows = rng.random(n) < 0.7
        changed, told = dict(values), years.copy()
        if masked == "years":
            told[rows[row]] = np.nan
        else:
            changed[masked] = values[masked].masked(rows)
        after = judge(rules, place(n, parts_of(n, row, floor, told), **changed))
        for old, new in zip(before, after):
            assert not ((new.level == 2) & (old.level < 2)).any(), masked
            lifted = (new.level == 1) & (old.level == 0)
            opened = ((old.where == 0) & (new.where == 1)).any(axis=1)
            assert not (lifted & ~opened).any(), masked
            assert (new.score <= old.score + 1e-9).all(), masked
            assert (new.score_max >= old.score_max - 1e-9).all(), masked


def test_idle_factory_is_confirmed_by_two_failures_or_the_mark_only(ruleset):
    """All 3⁵ states of the five signals, with the best of shapes: one failure never confirms."""
    states = np.array(np.meshgrid(*[[0.0, 1.0, np.nan]] * 5)).reshape(5, -1)
    n = states.shape[1]
    names = ("fail_power", "fail_water", "fail_firm", "fail_poi", "fail_people")
    values = {name: exact(column) for name, column in zip(names, states)}
    ones = exact(np.ones(n))
    failed, silent = np.nansum(states, axis=0), np.isnan(states).sum(axis=0)
    values |= {"indus_any": ones, "bldg_n": ones, "reused": exact(np.zeros(n)), "big_low_share": ones,
               "far": exact(np.full(n, 0.3)), "abandoned": exact(np.zeros(n)),
               "idle_signs_n": Interval(failed, failed + silent)}  # fmt: skip
    idle = next(item for item in ruleset["classes"] if item["id"] == "idle_factory")
    verdict = judge_class(idle, place(n, **values))
    assert ((verdict.level == 2) == (failed >= 2)).all()
    assert (verdict.level[(failed < 2) & (failed + silent >= 1)] == 1).all()
    values["abandoned"], values["idle_signs_n"] = ones, exact(failed + 2)
    assert (judge_class(idle, place(n, **values)).level == 2).all()


def test_morphology_alone_and_ownership_with_boundary_alone_are_suspected(ruleset):
    shape = {"patch_bldg_n": 40, "patch_m2": 9000, "patch_coverage": 0.7, "gap_med_m": 2, "foot_med_m2": 100,
             "floors_med": 4, "orientation_sd": 30, "far_from_road": 1}  # fmt: skip
    village = next(item for item in ruleset["classes"] if item["id"] == "urban_village")
    shapes = {name: exact([value]) for name, value in shape.items()}
    state = {"coll_share": exact([0]), "homestead_in_town": exact([0]), "in_boundary": exact([0]), "bldg_n": exact([9])}
    only = judge_class(village, place(**shapes, **state))
    assert (only.level.item(), only.score.item()) == (1, 0.4)
    own = judge_class(village, place(coll_share=exact([1]), in_boundary=exact([1]), bldg_n=exact([9])))
    assert (own.level.item(), own.score.item()) == (1, 0.6)
    both = judge_class(village, place(**{**shapes, **state, "coll_share": exact([1])}))
    assert (both.level.item(), both.score.item()) == (2, 0.85)


def test_points_must_be_monotone(ruleset):
    broken = json.loads(json.dumps(ruleset))
    broken["classes"][0]["criteria"][1]["points"] = [[0, 0], [1, 1], [2, 0]]
    with pytest.raises(RenewalError) as caught:
        check_rules(broken)
    assert caught.value.code == "rule_not_monotone"
    check_rules(ruleset)


@pytest.mark.parametrize(
    ("place", "value", "code"),
    [(("classes", 0, "confirm"), 0.3, "rule_limits"), (("limits", "patch_join_m"), -15, "figure_odd")],
)
def test_limits_must_make_sense(ruleset, place, value, code):
    """Confirmed below suspected, a distance below 0: numbers they are, but no parcel is told apart by them."""
    broken = json.loads(json.dumps(ruleset))
    figure = broken
    for key in place:
        figure = figure[key]
    figure["value"] = value
    with pytest.raises(RenewalError) as caught:
        check_rules(broken)
    assert caught.value.code == code


def test_a_ruleset_without_any_class_is_refused(ruleset):
    off = {**ruleset, "classes": [{**item, "on": False} for item in ruleset["classes"]]}
    with pytest.raises(RenewalError) as caught:
        check_rules(off)
    assert caught.value.code == "rules_without_class"


def test_a_user_file_changes_one_number_only(tmp_path):
    """An extending file: the changed figure is its own (heuristic), everything else stays."""
    own = {"schema": "urban-renewal/ruleset/1", "id": "mine", "title": {"zh": "本地", "en": "Local"},
           "extends": "chongqing", "limits": {"old_year": {"value": 2005}}}  # fmt: skip
    path = tmp_path / "mine.json"
    path.write_text(json.dumps(own), encoding="utf-8")
    found = envelope.load_file("ruleset", path)
    assert (found["limits"]["old_year"]["value"], found["limits"]["old_year"]["status"]) == (2005, "heuristic")
    assert found["classes"] == envelope.load("ruleset", "chongqing")["classes"]


def test_weights_of_the_shipped_rules(ruleset):
    """The sums of the method notes, §1."""
    by_id = {item["id"]: {c["indicator"]: c["weight"] for c in item["criteria"]} for item in ruleset["classes"]}
    assert by_id["old_compound"] == {"age": 0.5, "lift_need_n": 0.2, "weak_share": 0.2, "upkeep": 0.1}
    village = by_id["urban_village"]
    assert village.pop("land") == 0.45
    assert village.pop("in_boundary") == 0.15
    assert sum(village.values()) == pytest.approx(0.4)
    assert by_id["idle_factory"] == {"activity": 0.55, "big_low_share": 0.25, "far": 0.2}
    limits = {item["id"]: (item["confirm"]["value"], item["suspect"]["value"]) for item in ruleset["classes"]}
    assert limits["old_compound"] == (0.6, 0.4)
    assert limits["urban_village"] == (0.7, 0.4)
    assert limits["idle_factory"] == (0.55, 0.4)
    assert not next(item["on"] for item in ruleset["classes"] if item["id"] == "idle_building")
