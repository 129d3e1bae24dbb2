"""Columns in memory."""

import numpy as np
import pandas as pd
from urban_renewal.core import frames


def test_equal_words_are_held_once_and_stay_the_same():
    """Eight cells, two words; each cell's text is made anew, as a file gives them."""
    words = frames.texts(None if text is None else "".join(text) for text in [
        ("住", "宅"), ("厂", "房"), None, ("住", "宅"), ("厂", "房"), ("住", "宅"), None, ("住", "宅"),
    ])  # fmt: skip
    assert len({id(word) for word in words.dropna()}) == 6
    held = frames.held_once(words)
    pd.testing.assert_series_equal(held, words)
    assert len({id(word) for word in held.dropna()}) == 2


def test_ids_are_left_alone():
    ids = frames.texts(["a", "b", None])
    assert frames.held_once(ids) is ids
    assert frames.held_once(frames.texts([])).tolist() == []


def test_a_share_outside_nought_and_one_is_unknown():
    """Layers of others may hold anything in a column of that name: 1e308 of an area is no area."""
    told = pd.DataFrame({"share": [0.0, 0.4, 1.0, -0.1, 1.0001, np.inf, -np.inf, np.nan, 1e308]})
    assert np.array_equal(frames.shares(told, "share"), [0, 0.4, 1, *[np.nan] * 6], equal_nan=True)
    assert np.isnan(frames.shares(told, "other")).all()
