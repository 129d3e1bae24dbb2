"""What people type: the marks of a keyboard and of a Chinese input method mean the same; names keep their letters."""

import doctest

import pytest
from urban_renewal.core.inputs import typed


def test_examples():
    assert doctest.testmod(typed).failed == 0


@pytest.mark.parametrize("mark", list(",，、;；\n"))
def test_marks_between_entries(mark):
    assert typed.entries(f" A{mark}{mark}B 楼 {mark}") == ["A", "B 楼"]


@pytest.mark.parametrize("sign", list("=＝:："))
def test_signs_of_a_pair(sign):
    assert typed.pair(f"P60 {sign} pop_60") == ("P60", "pop_60")


def test_the_sign_of_a_keyboard_goes_before_the_others():
    """Names of OpenStreetMap have colons, and what was once written with = must be read as it was."""
    assert typed.pair("addr:street=pop") == ("addr:street", "pop")
    assert typed.pair("甲＝乙=1") == ("甲＝乙", "1")
    assert typed.pair("a=b=kgar", last=True) == ("a=b", "kgar")
    assert typed.pair("pop_60") is None


def test_a_mark_in_a_name_is_none():
    assert typed.pairs_in("养老、托育=eday；B:kgar") == ["养老、托育=eday", "B:kgar"]
    assert typed.pairs_in("A＝pop_60、B＝pop_65") == ["A＝pop_60", "B＝pop_65"]


@pytest.mark.parametrize("text", ["", "十", "1,5", "1 2", "="])
def test_what_is_no_number(text):
    with pytest.raises(ValueError):
        typed.number(text)
