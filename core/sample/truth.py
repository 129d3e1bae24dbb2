# SPDX-License-Identifier: GPL-2.0-or-later
"""The true tag of each parcel: what somebody who knows its houses, owners and bounds would call it by definition.

Kinds only say what a parcel is drawn from. Where its own facts decide otherwise, the definitions below do, never a
rule, a score or what happens to be recorded:

- old_compound: half or more of the floor is dwellings and half or more was built by the end of 2000
  (国办发〔2020〕23号; the compound is the unit), on town land, houses that are no village and no old street. So a mixed
  parcel with more shops and offices than flats is none, and flats on a school's land are one. Old streets (老旧街区)
  are counted apart from compounds. Housing of 2001–05 is reserve, not core.
- urban_village: houses of a village, on land that is or was collective, half or more inside the development boundary
  (own choice of a half). Beyond it a village is a rural one.
- idle_factory: a standing works without production for a year (闲置厂房); how much it still uses is drawn so
  (activity.draw_levels), so its kind decides.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from .classes import Kinds
from .grid import Flags
from .houses import Facts
from .layout import Houses
from .terrain import Reals

HALF = 0.5
CORE_YEAR = 2000  # 国办发〔2020〕23号: built by the end of 2000
HOME = "住宅"
VILLAGES, STREETS = ("village", "village_state", "village_rural"), ("old_street",)


def true_tags(kinds: Kinds, houses: Houses, facts: Facts, inside: Reals, collective: Flags) -> npt.NDArray[Any]:
    """Return the true tag of each parcel (p,).

    Parameters: `inside` (p,) share of the parcel inside the development boundary, without gaps; `collective` (p,)
    whether its land is. Source: the definitions above.
    """
    tags = kinds.truth()
    village, street = kinds.is_any(*VILLAGES), kinds.is_any(*STREETS)
    lived = floor_share(houses, facts, facts.use == HOME, len(tags)) >= HALF
    old = floor_share(houses, facts, facts.year <= CORE_YEAR, len(tags)) >= HALF
    compound = lived & old & ~village & ~street & ~collective
    tags = np.where(tags == "old_compound", "none", tags)
    tags = np.where(compound, "old_compound", tags)
    return np.where(village, np.where(inside >= HALF, "urban_village", "none"), tags)


def floor_share(houses: Houses, facts: Facts, which: Flags, n: int) -> Reals:
    """Return the share of each parcel's floor area in `which` buildings (b,), 0 where there is no building."""
    whole = np.bincount(houses.parcel, facts.floor_m2, minlength=n)
    part = np.bincount(houses.parcel, np.where(which, facts.floor_m2, 0.0), minlength=n)
    return np.divide(part, whole, out=np.zeros(n), where=whole > 0)
