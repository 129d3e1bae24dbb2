# SPDX-License-Identifier: GPL-2.0-or-later
"""Numbers as they come in cells of text and in the names of fields: thousands, full-width figures, 万, units.

Only what can be read in one way is read: "100-120", "≥50", "120+30" and "1,5" are no numbers. Own choice of words.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from .aliases import fold, roles
from .numerals import in_figures
from .values import NO, OVER_ONE, YES

Reals = npt.NDArray[np.float64]

AREA = {"㎡": 1.0, "sqm": 1.0, "平方米": 1.0, "平米": 1.0, "亩": 2000 / 3, "公顷": 1e4, "ha": 1e4, "平方公里": 1e6,
        "平方千米": 1e6}  # fmt: skip
LENGTH = {"m": 1.0, "米": 1.0, "cm": 0.01, "厘米": 0.01, "km": 1000.0, "ft": 0.3048, "feet": 0.3048, "英尺": 0.3048}
PEOPLE = {"人": 1.0, "名": 1.0, "位": 1.0, "口": 1.0}
HOUSEHOLDS = {"户": 1.0, "套": 1.0}
PIECES = {"级": 1.0, "步": 1.0}
DIMENSIONS: Mapping[str, Mapping[str, float]] = {  # units of the columns that have one, in the column's own
    **dict.fromkeys(("doc_area", "floor_area"), AREA), **dict.fromkeys(("height", "width", "z"), LENGTH),
    **dict.fromkeys(("pop", "pop_0_2", "pop_3_5", "pop_6_14", "pop_60", "pop_65", "pop_80"), PEOPLE),
    "households": HOUSEHOLDS, "step_count": PIECES,
}  # fmt: skip
PER_CENT = ("in_boundary", "occupancy", "green_ratio")  # 50% is read as 50 here, `_one_measure` settles the column
YES_NO = ("in_boundary",)  # shares that often come as 是 and 否
INSIDE_WORDS = {"内": 1.0, "范围内": 1.0, "边界内": 1.0, "外": 0.0, "范围外": 0.0, "边界外": 0.0}
LIMITS = ("far", "height", "green_ratio")  # of the plan: "≤2.5" and "不大于 24 m" tell the limit
LIMIT_WORDS = re.compile(r"^(?:[≤≦<]=?|[≥≧>]=?|不大于|不超过|不高于|不小于|不低于)|(?:及?以下|以内|及?以上)$")
CAPACITY = "capacity"
NAMED = (  # what a field's name says of the numbers in it; own choice
    ("bed", re.compile("床|beds?(?![a-z])|^cws$")), ("place", re.compile("[托学座餐]位|席位|seats?|places?|^[tx]ws$")),
    ("people", re.compile("供餐")),
)  # fmt: skip
BEDS = re.compile("^(?:张|个)?(床位?|托位|学位|座位?|位|个|人|人次)$")  # 个床位, 张床位

NUMBER = r"[+-]?(?:\d{1,3}(?:[, ']\d{3})+|\d+)(?:\.\d+)?(?:e[+-]?\d+)?|[+-]?\.\d+"
PLAIN = re.compile(NUMBER, re.IGNORECASE)
TOLD = re.compile(
    rf"(?:约|大约|大概)?(?P<number>{NUMBER})(?P<many>万)?(?P<unit>[^\d\s.,+~-]*?)(?:左右)?", re.IGNORECASE
)
INSIDE = re.compile(r"\((?:含|其中|包括|内含|incl)[^()]*\)$", re.IGNORECASE)  # what is part of the number before it
FIELD = re.compile(r"^(?P<name>.*?)(?:[(\[【](?P<inside>[^()\[\]【】]*)[)\]】]|[_\s](?P<after>[^_\s]+))$")


def plain_number(text: str) -> float:
    """Return the number of a text that is nothing else, NaN otherwise: "1,234.5", "１２", "1 234"; never "1,5"."""
    found = PLAIN.fullmatch(unicodedata.normalize("NFKC", text).strip())
    return float(re.sub("[, ']", "", found.group())) if found else float("nan")


def quantity(text: str, column: str) -> tuple[float, str | None]:
    """Return number and unit of a text of this column, NaN where it can be read in more ways than one, or in none.

    Read are the column's units (in its own: "1.2万人" → 12000, "3亩" → 2000 m²), 约 and 左右, and a bracket that tells
    a part of the number ("120床(含日托20)"), 是, 否, 内, 外 of a share (`YES_NO`), and what comes with ≤ or 不大于 in a
    column of limits. The unit is that of a capacity, by its canonical name; else None.
    """
    if column in LIMITS:
        text = LIMIT_WORDS.sub("", unicodedata.normalize("NFKC", text).strip()).strip()
    whole = plain_number(text)
    whole = _yes_or_no(text) if np.isnan(whole) and column in YES_NO else whole
    if not np.isnan(whole):
        return whole, None
    bare = in_figures(re.sub(r"(?<!\d)\s+|\s+(?!\d)", "", _squared(text)))
    found = TOLD.fullmatch(INSIDE.sub("", bare))
    if found is None:
        return float("nan"), None
    number = float(re.sub("[, ']", "", found["number"])) * (1e4 if found["many"] else 1.0)
    unit = found["unit"]
    if not unit:
        return number, None
    if unit == "%" and column in PER_CENT:
        return number, None
    if column == CAPACITY:
        canonical = _unit_of_capacity(unit)
        factor = 1.0 if canonical else AREA.get(unit)
        return (float("nan"), None) if factor is None else (number * factor, canonical or "m2")
    factor = DIMENSIONS.get(column, {}).get(unit.casefold())
    return (float("nan"), None) if factor is None else (number * factor, None)


def _yes_or_no(text: str) -> float:
    word = unicodedata.normalize("NFKC", text).strip().casefold()
    return INSIDE_WORDS.get(word, 1.0 if word in YES else 0.0 if word in NO else float("nan"))


def _squared(text: str) -> str:
    """Return a text in plain forms; the figure of a square metre is part of its unit."""
    plain = unicodedata.normalize("NFKC", text).strip().replace("²", "2")
    return re.sub("m2", "㎡", re.sub("km2", "平方公里", plain, flags=re.IGNORECASE), flags=re.IGNORECASE)


def _unit_of_capacity(unit: str) -> str | None:
    words = roles()["FACILITIES"].columns["unit"].values
    counted = BEDS.match(unit)
    return words.get(fold(unit)) or (words.get(fold(counted.group(1))) if counted else None)


def read_texts(cells: Iterable[Any], column: str) -> tuple[Reals, npt.NDArray[np.object_], dict[str, float], list[str]]:
    """Return numbers (n,), NaN = missing or no number, units of capacities (n,), None = untold, what texts with words
    were read as, and the texts that are no number, each once.
    """
    values = list(cells)
    numbers, units = np.full(len(values), np.nan), np.full(len(values), None, dtype=object)
    known: dict[str, tuple[float, str | None]] = {}
    worded: dict[str, float] = {}
    odd: dict[str, None] = {}
    for row, value in enumerate(values):
        if value is None:
            continue
        if isinstance(value, (int, float)):
            numbers[row] = float(value)
            continue
        text = str(value).strip()
        if not text:
            continue
        if text not in known:
            known[text] = quantity(text, column)
            if np.isnan(known[text][0]):
                odd[text] = None
            elif np.isnan(plain_number(text)):
                worded[text] = known[text][0]
        numbers[row], units[row] = known[text]
    if column in PER_CENT:
        _one_measure(values, numbers, worded)
    return numbers, units, worded, list(odd)


def _one_measure(cells: list[Any], numbers: Reals, worded: dict[str, float]) -> None:
    """Give a column of shares one measure: "84%" beside 0.84 are shares, beside 84 both are per cent.

    `numbers` (n,) of the `cells` and `worded` are changed. Words (是, 内) tell a whole in either measure.
    """
    texts = [str(cell).strip() for cell in cells]
    marked = np.array(["%" in unicodedata.normalize("NFKC", text) for text in texts], dtype=bool)
    word = np.array([text in worded for text in texts], dtype=bool) & ~marked
    with np.errstate(invalid="ignore"):
        of_per_cent = bool((numbers[~marked & ~word] > OVER_ONE).any())
    changed, factor = (word, 100.0) if of_per_cent else (marked, 0.01)
    numbers[changed] = np.round(numbers[changed] * factor, 12)
    for text in {texts[row] for row in np.flatnonzero(changed)} & set(worded):
        worded[text] = round(worded[text] * factor, 12)


def tells_size(text: str) -> bool:
    """Say whether a text tells a unit of its own, or 万: a unit in its field's name is then no matter of it."""
    found = TOLD.fullmatch(INSIDE.sub("", in_figures(re.sub(r"\s+", "", _squared(text)))))
    return found is not None and bool(found["many"] or found["unit"])


def unit_of_capacity(word: str) -> tuple[str, float] | None:
    """Return the unit that a word tells, by its canonical name, and its size in that: 公顷 → m2, 10000; None = none."""
    plain = _squared(word).casefold()
    many = plain.startswith("万") and len(plain) > 1
    plain, size = (plain[1:], 1e4) if many else (plain, 1.0)
    if plain in AREA:
        return "m2", size * AREA[plain]
    unit = _unit_of_capacity(plain)
    return None if unit is None else (unit, size)


def capacity_in_name(name: str) -> tuple[str, str, float] | None:
    """Return the unit that the name of a field of capacities tells, by its canonical name, and its size in that:
    床位数 → bed, 规模(公顷) → m2, 10000. None where it tells none or several (床位数/学位数).
    """
    plain = _squared(name).casefold()
    parts = FIELD.match(plain)
    told = ((parts["inside"] or parts["after"] or "") if parts else "").strip()
    told = told.removeprefix("单位:").removeprefix("单位").strip()
    found = unit_of_capacity(told) if told else None
    if found is not None:
        return told, *found
    units = [unit for unit, words in NAMED if words.search(plain)]
    return (name, units[0], 1.0) if len(units) == 1 else None


def unit_in_name(name: str, column: str) -> tuple[str, float] | None:
    """Return the unit that a field's name tells and its size in the column's own unit: 人口(万人) → 万人, 10000.

    None where it tells none, or one that the column cannot have.
    """
    parts = FIELD.match(_squared(name))
    known = DIMENSIONS.get(column)
    if parts is None or known is None:
        return None
    told = (parts["inside"] or parts["after"] or "").strip().casefold()
    told = told.removeprefix("单位:").removeprefix("单位")
    size = known.get(told)
    if size is None and told.startswith("万"):
        rest = known.get(told[1:]) if len(told) > 1 else 1.0
        size = None if rest is None else 1e4 * rest
    return None if size is None else (told, size)
