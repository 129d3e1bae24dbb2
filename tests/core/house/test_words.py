# SPDX-License-Identifier: GPL-2.0-or-later
"""Sentences list what they name in the manner of their own language."""

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
