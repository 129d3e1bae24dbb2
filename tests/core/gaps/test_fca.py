# SPDX-License-Identifier: GPL-2.0-or-later
"""Floating catchments against published numbers: the R package fca (tests and README) and sdc-catchment (PyPI)."""

import numpy as np
import pytest
from urban_renewal.core.gaps.access import ONE, access_ratios
from urban_renewal.core.gaps.fair import Reach


def ours(people, supply, weights):
    """The plugin's two-step catchment with any weights (n, m), in its whole parts."""
    place, facility = np.nonzero(np.asarray(weights) > 0)
    parts = np.rint(np.asarray(weights, dtype=float)[place, facility] * ONE).astype(np.int64)
    reach = Reach(place, facility, len(people), len(supply))
    return access_ratios(np.array(people, dtype=np.int64), np.array(supply, dtype=np.int64), reach, parts).ratio


def three_step(people, supply, weights, by_supply):
    """3SFCA (Wan et al. 2012) or, with supply in the choice, MH3SFCA (Jörg et al. 2019)."""
    wanted = weights * supply if by_supply else weights
    choice = wanted / wanted.sum(axis=1, keepdims=True)
    demand = (choice * (1 if by_supply else weights) * people[:, None]).sum(axis=0)
    return (choice * weights * (supply / demand)).sum(axis=1)


PEOPLE, SUPPLY = np.array([1.0, 2, 3, 4]), np.arange(1.0, 7)
WEIGHTS = np.arange(1.0, 25).reshape(4, 6)  # 6 × 4 filled by columns: a row a place


def test_fca_test_suite():
    assert ours([1, 2, 3, 4], range(1, 7), (WEIGHTS > 0).astype(float)) == pytest.approx([2.1] * 4, abs=1e-12)
    assert three_step(PEOPLE, SUPPLY, WEIGHTS, False) == pytest.approx(
        [0.6686168, 1.3565093, 2.0921208, 2.8355005], abs=1e-7
    )
    assert three_step(PEOPLE, SUPPLY, WEIGHTS, True) == pytest.approx(
        [9.617634, 21.717421, 34.325798, 47.032856], abs=1e-6
    )


README = np.array([
    [8.627326, 23.64915, 12.26931, 26.49052, 28.21402, 1.366695, 15.843165, 26.772571, 16.543050, 13.698442],
    [28.705000, 13.60002, 20.32712, 17.17900, 3.08774, 26.994749, 7.382632, 1.261786, 9.837622, 28.635109],
    [26.686179, 20.78410, 19.21520, 29.82809, 19.67117, 21.255914, 16.321981, 17.824261, 8.674792, 4.413409],
])  # fmt: skip


def test_fca_readme():
    people = np.array([100.0, 200, 50, 100, 500, 50, 100, 100, 50, 500])
    supply = np.array([1000.0, 200, 500])
    weights = np.exp(-(README.T**2) / (20**2 / np.log(100)))
    found = three_step(people, supply, weights, False)
    printed = [3.97260949, 0.03678999, 1.46747735, 0.01079342, 0.28782748,
               9.11410451, 0.19596873, 0.31194607, 0.37539987, 1.10349481]  # fmt: skip
    assert found == pytest.approx(printed, abs=2e-6)  # the distances are printed to five decimals
    assert people @ found == pytest.approx(1700)
    # the plugin's own two steps give all supply away as well: Σ people × ratio = Σ supply
    assert people @ ours(people, supply, weights) == pytest.approx(1700, abs=0.01)


def test_sdc_catchment():
    metres = np.abs(np.array([[0.0], [1], [2]]) - np.array([0.0, 2]))
    found = ours([100] * 3, [10] * 2, np.exp(-(metres**2) / 2))
    assert found == pytest.approx([0.065179, 0.069641, 0.065179], abs=1e-6)
