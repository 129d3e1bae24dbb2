# SPDX-License-Identifier: GPL-2.0-or-later
"""What kind of place each parcel is, and what the cadastre says about it, by resources/sample/classes.json."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from .. import frames, jsontext
from ..resources import RESOURCES
from .blocks import DISTRICTS, Blocks, Parcels
from .grid import Longs, blank, draw
from .names import place_names

DOC_AREA_WRONG = 0.05  # own choice: papers that do not fit the ground
TRUTHS = ("old_compound", "urban_village", "idle_factory", "none")


@dataclass(frozen=True, eq=False)
class Kinds:
    """The kind of each parcel (index in `names`), and whether it is a renovated compound."""

    names: tuple[str, ...]
    kind: Longs
    programme: npt.NDArray[Any]

    def truth(self) -> npt.NDArray[Any]:
        """Return what each parcel's kind is meant to be; its own facts may decide otherwise (truth.py)."""
        return np.array([tables()["types"][name]["truth"] for name in self.names], dtype=object)[self.kind]

    def of(self, field: str) -> npt.NDArray[Any]:
        """Return a field of each parcel's kind."""
        column = np.empty(len(self.names), dtype=object)
        column[:] = [tables()["types"][name].get(field) for name in self.names]
        return np.asarray(column[self.kind])

    def is_any(self, *names: str) -> npt.NDArray[np.bool_]:
        """Say which parcels are of one of these kinds."""
        return np.isin(self.kind, [self.names.index(name) for name in names])


@lru_cache(maxsize=1)
def tables() -> dict[str, Any]:
    """Return the class-conditional tables, frozen in resources/sample/classes.json; not to be changed."""
    content: dict[str, Any] = jsontext.read(RESOURCES / "sample" / "classes.json").value
    return content


def make_kinds(blocks: Blocks, parcels: Parcels, seed: int) -> Kinds:
    """Draw the kind of each parcel: shares in the whole as in the table, kinds where their districts are."""
    generator = np.random.Generator(np.random.PCG64([seed, 5]))
    types = tables()["types"]
    names = tuple(types)
    share = np.array([types[name]["share"] for name in names])
    lean = np.array([[types[name]["district"][district] for district in DISTRICTS] for name in names])
    district = blocks.district[parcels.block]
    size = np.bincount(district, minlength=len(DISTRICTS)) / len(district)
    joint = _fit(share / share.sum(), lean, size)
    kind = np.zeros(len(district), dtype=np.int64)
    for number in range(len(DISTRICTS)):
        here = np.flatnonzero(district == number)
        edges = np.cumsum(joint[:, number]) / joint[:, number].sum()
        ranks = (np.arange(len(here)) + generator.random()) / max(1, len(here))
        kind[generator.permutation(here)] = np.minimum(np.searchsorted(edges, ranks, "right"), len(names) - 1)
    programme = np.full(len(kind), "", dtype=object)
    for name, table in sorted(tables()["programme"].items()):
        here = np.flatnonzero(kind == names.index(name))
        programme[here] = draw(generator, {**table, "": 1 - sum(table.values())}, len(here))
    return Kinds(names, kind, programme)


def _fit(share: npt.NDArray[np.float64], lean: npt.NDArray[np.float64], size: npt.NDArray[np.float64]) -> Any:
    """Return kinds × districts with these sums over districts and over kinds: iterative proportional fitting."""
    joint = lean * share[:, None]
    for _ in range(200):
        joint = joint * (share / joint.sum(axis=1))[:, None]
        joint = joint * (size / np.maximum(joint.sum(axis=0), 1e-12))
    return joint


def by_kind(kinds: Kinds, field: str, fill: Callable[[Any, int], Any]) -> npt.NDArray[Any]:
    """Return a column made kind by kind: `fill(table of the kind, n)` gives the n values, in the order of parcels."""
    column = np.empty(len(kinds.kind), dtype=object)
    for number, name in enumerate(kinds.names):
        here = np.flatnonzero(kinds.kind == number)
        column[here] = fill(tables()["types"][name][field], len(here))
    return column


def make_parcel_frame(kinds: Kinds, parcels: Parcels, seed: int) -> tuple[pd.DataFrame, npt.NDArray[np.float64]]:
    """Return the parcels layer (codes and marks as recorded, outlines, documented areas, names), and the share of each
    parcel inside the development boundary without the gaps of the record.
    """
    generator = np.random.Generator(np.random.PCG64([seed, 6]))
    n = len(kinds.kind)
    shapes = shapely.polygons(parcels.quads)
    frame = pd.DataFrame({"parcel_id": frames.texts(parcel_ids(n))})
    for field in ("land_use", "ownership", "czcsxm"):
        words = by_kind(kinds, field, lambda table, count: draw(generator, table, count))
        frame[field] = frames.texts(word or None for word in words)
    derelict = generator.random(n) < kinds.of("fq").astype("float64")
    frame["tbxhdm"] = frames.texts(blank(~derelict, ["FQ"] * n))
    middle = np.array([pair[0] for pair in kinds.of("boundary")]), np.array([pair[1] for pair in kinds.of("boundary")])
    inside = np.asarray(np.round(np.clip(generator.normal(*middle), 0, 1), 2), dtype=np.float64)
    frame["in_boundary"] = inside.copy()
    frame.loc[generator.random(n) < 0.03, "in_boundary"] = np.nan
    wrong = np.where(generator.random(n) < DOC_AREA_WRONG, 0.05, 0.003)
    area = shapely.area(shapes) * generator.normal(1, wrong)
    frame["doc_area"] = np.where(generator.random(n) < 0.1, np.nan, np.round(area, 2))
    names = np.array(place_names(generator, kinds.of("name")), dtype=object)
    frame["name"] = frames.texts(blank(generator.random(n) < 0.15, names))
    frame[frames.GEOMETRY] = shapes
    return frame, inside


def parcel_ids(n: int) -> list[str]:
    """Return the ids of n parcels, as many digits as the largest sample needs."""
    return [f"P{number:06d}" for number in range(1, n + 1)]
