# SPDX-License-Identifier: GPL-2.0-or-later
"""The programme that the choice of sites is solved by: rows that say nothing change nothing."""

import numpy as np
import pytest
from urban_renewal.core.errors import RenewalError
from urban_renewal.core.gaps.solve import Model
from urban_renewal.core.run import Run

NODES = 100


def programme(empty_limit):
    """x + y ≤ 4, x ≤ 3 with gains 2 and 1, and a row without variables between them."""
    model = Model()
    x, y = model.variables(2, high=10.0, gain=np.array([2.0, 1.0]), whole=True)
    model.at_most([4.0, empty_limit, 3.0], ([0, 0, 2], [x, y, x], 1))
    return model


@pytest.mark.parametrize("empty_limit", [0.0, 7.0])
def test_a_row_without_variables_changes_nothing(empty_limit):
    found = programme(empty_limit).maximise(Run(), NODES)  # x = 3, y = 1
    assert found.values.tolist() == [3, 1]
    assert (found.objective, found.bound, found.is_proven) == (7, 7, True)
    assert programme(empty_limit).relax(Run()).objective == pytest.approx(7)


def test_nothing_at_most_less_than_nothing_is_impossible():
    assert programme(-1.0).relax(Run()) is None
    with pytest.raises(RenewalError) as fault:
        programme(-1.0).maximise(Run(), NODES)
    assert fault.value.code == "sites_impossible"
