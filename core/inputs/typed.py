# SPDX-License-Identifier: GPL-2.0-or-later
"""Lists, pairs and numbers as people type them, with the keyboard's own marks or those of a Chinese input method."""

from __future__ import annotations

import re
import unicodedata

BETWEEN = ",，、;；\n\r\t"
SIGNS = "=＝:："  # the first of them that a text has parts it: "A:B=2" is A:B and 2
_AROUND = re.compile(rf"\s*([{SIGNS}])\s*")


def plain(text: str) -> str:
    """Return a number's text with the digits, points and commas of a keyboard without an input method.

    >>> plain("３，５００。５")
    '3,500.5'
    """
    return unicodedata.normalize("NFKC", text).replace("。", ".")


def number(text: str) -> float:
    """Return the number of a text without commas between thousands. Raises ValueError.

    >>> number(" ０．６")
    0.6
    """
    return float(plain(text))


def entries(text: str, between: str = BETWEEN, blanks: bool = False) -> list[str]:
    """Return the entries of a list that commas, semicolons or lines part, without the blanks around them; empty ones
    are none. With `blanks` these part entries, too, but for those around the sign of a pair.

    >>> entries("甲， 乙;丙；")
    ['甲', '乙', '丙']
    >>> entries("people ＝ 2 floor_m2=0", blanks=True)
    ['people＝2', 'floor_m2=0']
    """
    if blanks:
        text = _AROUND.sub(r"\1", text)
    found = re.split(f"[{re.escape(between)}{chr(92) + 's' if blanks else ''}]", text)
    return [entry for entry in map(str.strip, found) if entry]


def pairs_in(text: str) -> list[str]:
    """Return the entries of a list of pairs. Names of layers and fields may have a 、: it parts entries that each have
    a sign.

    >>> pairs_in("养老、托育=1，A=2、B=3")
    ['养老、托育=1', 'A=2', 'B=3']
    """
    found = []
    for entry in entries(text, between=BETWEEN.replace("、", "")):
        pieces = entries(entry, between="、")
        found += pieces if all(map(pair, pieces)) else [entry]
    return found


def pair(entry: str, last: bool = False) -> tuple[str, str] | None:
    """Return (name, value) of an entry that one of SIGNS parts, at its first or its last place; None without one.

    Names keep their letters as they are: a field may well be called 人口（常住）.

    >>> pair("人口（常住）＝pop")
    ('人口（常住）', 'pop')
    """
    sign = next((sign for sign in SIGNS if sign in entry), None)
    if sign is None:
        return None
    name, _, value = entry.rpartition(sign) if last else entry.partition(sign)
    return name.strip(), value.strip()
