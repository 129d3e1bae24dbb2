# SPDX-License-Identifier: GPL-2.0-or-later
"""Sentences list what they name in the manner of their own language."""

import numpy as np
import pytest
from urban_renewal.core import words


@pytest.mark.parametrize(("language", "expected"), [("zh", "甲、乙"), ("en", "甲, 乙")])
def test_lists_are_joined_as_the_language_does(language, expected):
    assert words.join_words(["甲", "乙"], language) == expected
    assert expected in words.say("field_missing", language, layer="L", field="x", parameter="P", fields=["甲", "乙"])


def test_long_lists_show_ten():
    told = words.say("field_missing", "en", layer="L", field="x", parameter="P", fields=list(range(12)))
    assert "8, 9 …" in told
    assert "10" not in told


@pytest.mark.parametrize("language", words.LANGUAGES)
def test_thousands_are_parted_from_five_digits_on(language):
    """A count, and a limit of m² with a format of its own; a year, a scale and what is no number are as they are."""
    assert "12,345" in words.say("rank_unknown", language, n=np.int64(12345))
    assert "9999" in words.say("rank_unknown", language, n=9999)
    short = words.say("zone_area_short", language, wanted=300000.0, found=123456.4, missing=176543.6)
    assert "300,000" in short and "123,456" in short and "176,544" in short
    assert "2031" in words.say("year_in_future", language, n=1, year=2031)
    assert "1:25000" in words.say("map_panel", language, name="甲", scale=25000)
    assert "(501234, 3270000)" in words.say("offset_line", language, x=501234, y=3270000)


def test_what_counts_as_one_and_no_number_stay():
    assert words.fill("{n} {n?parcel|parcels}", n=1) == "1 parcel"
    assert words.fill("{n} {n?parcel|parcels}", n=20000) == "20,000 parcels"
    assert words.fill("{a} {b} {c}", a="12345", b=True, c=float("nan")) == "12345 True nan"
