"""Every limit of every shipped ruleset: just below it, at it, just above it."""

import math

import numpy as np
import pandas as pd
import pytest
from urban_renewal.core import envelope
from urban_renewal.core.tagging.indicators import Indicators
from urban_renewal.core.tagging.intervals import Weights, exact
from urban_renewal.core.tagging.parts import Parts
from urban_renewal.core.tagging.rules import FALSE, TRUE, membership, state_of

RULESETS = ("chongqing", "cn-national", "strict-morphology")
EPS = 1e-6


def criteria(kind):
    return [
        pytest.param(item, id=f"{name}-{rule['id']}-{item['indicator']}")
        for name in RULESETS for rule in envelope.load("ruleset", name)["classes"] for item in rule["criteria"]
        if item["type"] == kind
    ]  # fmt: skip


def conditions():
    found = []
    for name in RULESETS:
        for rule in envelope.load("ruleset", name)["classes"]:
            every = [*rule["where"], *(part for item in rule["criteria"] for part in item.get("of", []))]
            every += [part for item in rule["criteria"] for part in item.get("or", [])]
            found += [pytest.param(item, id=f"{name}-{rule['id']}-{n}-{item['indicator']}")
                      for n, item in enumerate(every)]  # fmt: skip
    return found


def nobody(n=1):
    rows = np.zeros(0, dtype=np.int64)
    return Parts(
        rows, pd.DataFrame(), np.zeros(0), np.zeros(0, bool), Weights(rows, rows * 1.0, rows * 1.0, n), n, False
    )


def place(**values):
    return Indicators({name: exact([value]) for name, value in values.items()}, nobody(), pd.DataFrame())


def share(criterion, x):
    found = membership(criterion, place(**{criterion["indicator"]: x}))
    assert found.lo.item() == found.hi.item()
    return found.lo.item()


@pytest.mark.parametrize("criterion", criteria("points"))
def test_a_ramp_lies_on_the_outer_side_of_its_limit(criterion):
    """ "Met" is m = 1 exactly at the limit and beyond it; the ramp is before it and ends with 0 (method notes §1)."""
    pairs = sorted(criterion["points"], key=lambda pair: pair[1])
    (foot, low), (limit, high) = pairs[0], pairs[-1]
    assert (low, high) == (0, 1)
    rising = (limit, high) == tuple(max(criterion["points"], key=lambda pair: (pair[0], pair[1])))
    inner = 1 if rising and foot != limit else -1
    assert share(criterion, limit) == 1
    assert share(criterion, limit + inner * EPS) == 1
    before = share(criterion, limit - inner * EPS)
    assert before < 1
    if foot == limit:
        assert before == 0
        return
    assert before == pytest.approx(1 - EPS / abs(limit - foot), rel=1e-6)
    assert share(criterion, foot) == 0
    assert share(criterion, foot - inner * EPS) == 0
    assert share(criterion, foot + inner * EPS) == pytest.approx(EPS / abs(limit - foot), rel=1e-3)


@pytest.mark.parametrize("criterion", criteria("bands"))
def test_a_band_ends_with_its_year(criterion):
    """One building: in the band's last year it scores the band, in the next year what the next band scores."""
    bands = [*criterion["bands"], [math.inf, 0.0]]
    for (year, score), (_, after) in zip(bands, bands[1:]):
        for built, wanted in ((year - 1, score), (year, score), (year + 1, after)):
            house = pd.DataFrame({"year_lo": [float(built)], "year_hi": [float(built)]})
            row, ones = np.zeros(1, dtype=np.int64), np.ones(1)
            parts = Parts(row, house, ones, ones.astype(bool), Weights(row, ones * 1e5, ones * 1e5, 1), 1, True)
            found = membership(criterion, Indicators({}, parts, pd.DataFrame()))
            assert (found.lo.item(), found.hi.item()) == (wanted, wanted), built


@pytest.mark.parametrize("condition", conditions())
def test_a_condition_holds_at_its_limit_or_just_beside_it(condition):
    limit, op = float(condition["value"]), condition["op"]
    wanted = {
        ">=": (FALSE, TRUE, TRUE), ">": (FALSE, FALSE, TRUE), "<=": (TRUE, TRUE, FALSE), "<": (TRUE, FALSE, FALSE),
        "=": (FALSE, TRUE, FALSE),
    }[op]  # fmt: skip
    states = [state_of(condition, place(**{condition["indicator"]: limit + step})).item() for step in (-EPS, 0, EPS)]
    assert tuple(states) == wanted


def is_free(criterion):
    names = [item["indicator"] for item in criterion["of"]]
    return len(set(names)) == len(names)


@pytest.mark.parametrize("criterion", [item for item in criteria("at_least") if not is_free(item.values[0])])
@pytest.mark.parametrize(
    ("foot_m2", "floors", "share_met"),
    [(60, 2, 1), (200, 8, 1), (60 - EPS, 4, 0.75), (200 + EPS, 4, 0.75), (100, 2 - EPS, 0.75), (100, 8 + EPS, 0.75),
     (200 + EPS, 8 + EPS, 0.5)],
)  # fmt: skip
def test_the_form_of_village_houses(criterion, foot_m2, floors, share_met):
    """60–200 m² and 2–8 storeys, both ends included; four conditions, each a quarter."""
    found = membership(criterion, place(foot_med_m2=foot_m2, floors_med=floors))
    assert found.lo.item() == found.hi.item() == share_met


@pytest.mark.parametrize("criterion", [item for item in criteria("at_least") if is_free(item.values[0])])
def test_at_least_reaches_one_with_the_kth(criterion):
    """With j of the conditions true and all others false the share is min(1, j ÷ k)."""
    names = [item["indicator"] for item in criterion["of"]]
    held = {">=": 0, "<=": 0, "=": 0, ">": 1, "<": -1}
    failed = {">=": -1, "<=": 1, "=": 1, ">": -1, "<": 1}
    base = {item["indicator"]: float(item["value"]) + failed[item["op"]] for item in criterion["of"]}
    base |= {item["indicator"]: float(item["value"]) + failed[item["op"]] for item in criterion.get("or", [])}
    for true_n in range(len(names) + 1):
        values = dict(base)
        for item in criterion["of"][:true_n]:
            values[item["indicator"]] = float(item["value"]) + held[item["op"]]
        found = membership(criterion, place(**values))
        assert found.lo.item() == found.hi.item() == min(1.0, true_n / criterion["k"])
