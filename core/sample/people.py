# SPDX-License-Identifier: GPL-2.0-or-later
"""People, known by community only, as offices get them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from .. import frames
from .classes import Kinds
from .grid import Longs
from .houses import Facts
from .layout import Houses
from .terrain import Reals

OCCUPIED = 0.88  # own choice
BANDS = ("pop_0_2", "pop_3_5", "pop_6_14", "pop_60", "pop_65", "pop_80")
# Shares of BANDS and people a household. Source: census of Chongqing 2020 (60+ 21.87 %, 65+ 17.08 %, 2.45 a household),
# births since 2021 for the small ones; who lives in old compounds and villages is own choice.
AGES = {
    "old": ((0.013, 0.017, 0.07, 0.33, 0.26, 0.065), 2.2),
    "village": ((0.019, 0.025, 0.08, 0.15, 0.11, 0.025), 2.1),
    "new": ((0.022, 0.029, 0.1, 0.17, 0.125, 0.025), 2.6),
}


@dataclass(frozen=True, eq=False)
class People:
    """True residents of each parcel (p,), and the communities layer with their sums."""

    of_parcel: Reals
    communities: pd.DataFrame


def count_people(
    kinds: Kinds, houses: Houses, facts: Facts, community: Longs, outlines: pd.DataFrame, seed: int
) -> People:
    """Return residents by parcel and community; `community` (p,) index of each parcel's community."""
    generator = np.random.Generator(np.random.PCG64([seed, 11]))
    n = len(kinds.kind)
    home = np.bincount(houses.parcel, np.where(facts.use == "住宅", facts.floor_m2, 0.0), minlength=n)
    room = kinds.of("m2_a_person").astype("float64")
    room = np.where(room == 0, 34.0, room)
    people = np.round(home * OCCUPIED / room * generator.uniform(0.85, 1.15, n))
    group = np.where(kinds.of("name") == "old", "old", np.where(kinds.of("name") == "village", "village", "new"))
    shares = np.array([AGES[word][0] for word in group]) * generator.uniform(0.85, 1.15, (n, 1))
    frame = outlines.copy()
    total = np.bincount(community, people, minlength=len(frame))
    columns = {"pop": total}
    for place, name in enumerate(BANDS):
        columns[name] = np.bincount(community, people * shares[:, place], minlength=len(frame))
    size = np.array([AGES[word][1] for word in group])
    columns["households"] = np.bincount(community, people / size, minlength=len(frame))
    for name, values in columns.items():
        frame[name] = pd.Series(np.round(values).astype(np.int64)).astype("Int64")
    frame["pop_year"] = frames.texts(["2024"] * len(frame))
    shapes = frame.pop(frames.GEOMETRY)
    frame[frames.GEOMETRY] = shapes
    return People(people, frame)
