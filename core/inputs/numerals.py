# SPDX-License-Identifier: GPL-2.0-or-later
"""Chinese numerals of attribute tables in figures: 八十 → 80, 二十三 → 23, 一九九八 → 1998."""

from __future__ import annotations

import re

DIGITS = dict(zip("〇零一二两三四五六七八九", "001223456789"))
RUN = re.compile(r"[〇零一二两三四五六七八九十百]+")
COUNTED = re.compile(r"(?:([一二两三四五六七八九])百零?)?(?:([一二两三四五六七八九])?(十))?([一二两三四五六七八九])?")


def in_figures(text: str) -> str:
    """Return the text with its Chinese numerals in figures; what is no numeral (十一五) stays as it is.

    Digit by digit without 十 and 百 (一九九八), by place with them (一百零三).
    """
    return RUN.sub(lambda match: _figures(match.group()), text)


def _figures(signs: str) -> str:
    if "十" not in signs and "百" not in signs:
        return "".join(DIGITS[sign] for sign in signs)
    found = COUNTED.fullmatch(signs)
    if found is None:
        return signs
    hundreds, tens, ten, ones = found.groups()
    whole = 100 * int(DIGITS[hundreds]) if hundreds else 0
    whole += 10 * int(DIGITS[tens] if tens else 1) if ten else 0
    return str(whole + (int(DIGITS[ones]) if ones else 0))
