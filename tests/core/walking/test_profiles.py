"""Walking profiles as users write them: numbers that no walker has are refused in words, not computed with."""

import json
import warnings

import numpy as np
import pytest
from urban_renewal.core import envelope
from urban_renewal.core.errors import RenewalError
from urban_renewal.core.walking.profiles import MOST, load_profiles
from urban_renewal.core.walking.times import slope_factor


def own(tmp_path, **rules):
    """Write a profile file that changes these rules."""
    shipped = json.loads((envelope.RESOURCES / "profiles" / "standard.json").read_text(encoding="utf-8"))
    for name, value in rules.items():
        shipped["rules"][name]["value"] = value
    path = tmp_path / "own.json"
    path.write_text(json.dumps(shipped), encoding="utf-8")
    return path


@pytest.mark.parametrize("name", MOST)
def test_a_slope_rule_beyond_any_walker_is_refused(tmp_path, name):
    with pytest.raises(RenewalError) as refused:
        load_profiles(["adult"], own(tmp_path, **{name: MOST[name] * 1.01}))
    assert refused.value.code == "profile_number_large"
    assert refused.value.values["key"] == name


@pytest.mark.parametrize("value", [0, -1, True, "3.5"])
def test_a_rule_that_is_no_number_above_0_is_refused(tmp_path, value):
    """A slope of 0 or below is fine where it is the best one to walk, a wait of 0 at a lift as well."""
    with pytest.raises(RenewalError) as refused:
        load_profiles(["adult"], own(tmp_path, tobler_decay=value))
    told = {"name": "rules", "key": "tobler_decay", "value": value}
    assert (refused.value.code, refused.value.values) == ("profile_number_odd", told)
    (profile,) = load_profiles(["adult"], own(tmp_path, tobler_best_slope=-0.1, lift_wait_s=0))
    assert (profile.rules.tobler_best_slope, profile.rules.lift_wait_s) == (-0.1, 0)


def test_a_profile_that_nobody_has_is_refused():
    with pytest.raises(RenewalError) as refused:
        load_profiles(["adult", "runner"])
    assert (refused.value.code, refused.value.values["names"]) == ("profile_unknown", ["runner"])


def test_the_largest_rules_still_give_numbers(tmp_path):
    (profile,) = load_profiles(["adult"], own(tmp_path, **MOST))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        factor = slope_factor(np.array([-5.0, 0.0, 5.0]), profile)
        assert np.isfinite(1 / factor).all()
        assert factor[1] == 1.0  # T(0) ÷ T(0)
