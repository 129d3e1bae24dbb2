# SPDX-License-Identifier: GPL-2.0-or-later
"""Whose land it is, as a field of ownership tells: by a code of the survey or of the register, or in words."""

from __future__ import annotations

import re
import unicodedata

import numpy as np
import numpy.typing as npt
import pandas as pd

from .. import frames

Flags = npt.NDArray[np.bool_]

# QSXZ of TD/T 1057: 10, 20 state, 30–34, 40 collective; QLXZ of the real-estate register: 1xx state, 2xx collective
# (both known, not re-read)
COLLECTIVE = re.compile(r"^(?:3[0-4]|40|2\d\d)(?!\d)|集体|宅基地|collective", re.IGNORECASE)
STATE = re.compile(r"^(?:[12]\d|1\d\d)(?!\d)|国有|国家|(?<![a-z])state", re.IGNORECASE)


def owner_told(text: str) -> tuple[bool, bool]:
    """Return whether a text tells collective land, and whether state land; neither: it is not known.

    >>> owner_told("30 村民小组"), owner_told("201"), owner_told("20"), owner_told("私有")
    ((True, False), (True, False), (False, True), (False, False))
    """
    plain = unicodedata.normalize("NFKC", text).strip()
    return COLLECTIVE.search(plain) is not None, STATE.search(plain) is not None


def owners_told(values: pd.Series) -> tuple[Flags, Flags]:
    """Return whether each text (n,) tells collective land, and whether state land; False where there is no text."""
    places, texts = pd.factorize(values.astype(frames.TEXT))
    told = np.array([*(owner_told(str(text)) for text in texts), (False, False)], dtype=bool)
    return told[places, 0], told[places, 1]


def kinds_only(values: pd.Series) -> pd.Series:
    """Return the texts (n,) that tell a kind of ownership, missing for any other: a person's name is not delivered."""
    collective, state = owners_told(values)
    return values.astype(frames.TEXT).where(collective | state)
