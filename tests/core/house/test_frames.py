"""Columns in memory."""

import numpy as np
import pandas as pd
from urban_renewal.core import frames


def test_a_share_outside_nought_and_one_is_unknown():
    """Layers of others may hold anything in a column of that name: 1e308 of an area is no area."""
    told = pd.DataFrame({"share": [0.0, 0.4, 1.0, -0.1, 1.0001, np.inf, -np.inf, np.nan, 1e308]})
    assert np.array_equal(frames.shares(told, "share"), [0, 0.4, 1, *[np.nan] * 6], equal_nan=True)
    assert np.isnan(frames.shares(told, "other")).all()
