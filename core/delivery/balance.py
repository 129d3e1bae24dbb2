# SPDX-License-Identifier: GPL-2.0-or-later
"""Columns of figures as institutes print them: rounded so that what is printed adds up to the printed total."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..apportion import apportion
from .summary import exact_sum


@dataclass(frozen=True)
class Balanced:
    """`values` as printed (None = not known), their `total`, and how many of them are not their own rounding."""

    values: list[float | None]
    total: float | None
    moved_n: int


def balance(values: Sequence[float | None], digits: int, factor: float = 1.0) -> Balanced:
    """Return the values times `factor` with `digits` decimals that add up to the rounded sum of the exact ones.

    By largest remainders: each printed value is its own value rounded up or down. `values` ≥ 0 in an order that does
    not depend on the input's; missing ones stay missing. Without any known value there is no total.
    """
    known = [place for place, value in enumerate(values) if value is not None and np.isfinite(value)]
    if not known:
        return Balanced([None] * len(values), None, 0)
    units = 10.0**digits
    exact = np.array([float(values[place] or 0.0) * factor for place in known])
    whole = round(exact_sum(exact) * units)
    parts = apportion(np.array([whole], dtype=np.int64), exact, np.zeros(len(known), dtype=np.intp))
    own = np.floor(exact * units + 0.5 + 1e-9).astype(np.int64)
    printed: list[float | None] = [None] * len(values)
    for place, part in zip(known, parts.tolist()):
        printed[place] = round(part / units, digits)
    return Balanced(printed, round(whole / units, digits), int((parts != own).sum()))
