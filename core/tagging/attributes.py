# SPDX-License-Identifier: GPL-2.0-or-later
"""What the parcels' own table says: ownership, homesteads inside towns, abandoned patches, boundary, facts."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from .. import frames
from ..inputs import values
from ..inputs.aliases import fold
from ..inputs.ownership import owners_told
from ..run import Run
from .dates import last_days
from .intervals import Flags, Interval, Reals, between, exact, first_known, largest

Objects = npt.NDArray[np.object_]
IN_TOWN = ("201", "201A", "202", "202A")  # CZCSXM: city, its industry, town, its industry
PLACES = {"城市": "201", "建制镇": "202", "村庄": "203"}  # names of CZCSXM instead of codes
ABANDONED = r"^FQ(?![A-Z])|废弃"  # TBXHDM, or its name
AREA_UNITS, UNIT_LIKE = {"亩": 2000 / 3, "公顷": 1e4}, 0.05  # own choice
DOC_DIFFERENCE = 0.01  # own choice: surveying and drawing differ less


def collective_share(parcels: pd.DataFrame, run: Run) -> Interval:
    """Return 1 for collective, 0 for state land, else unknown, by the code or the words of `ownership`."""
    words = frames.optional(parcels, "ownership").astype(frames.TEXT).str.normalize("NFKC").str.strip()
    collective, state = owners_told(words)
    strange = words.notna().to_numpy(dtype=bool) & ~collective & ~state
    if strange.any():
        run.warn("ownership_unknown", n=int(strange.sum()), values=sorted(set(words[strange]))[:5])
    return exact(np.where(collective != state, collective.astype(float), np.nan))


def _places(parcels: pd.DataFrame, run: Run) -> pd.Series:
    """Return the codes CZCSXM (201, 201A …) of "201", "201 城市" or 城市; what is neither is missing, and told."""
    words = frames.optional(parcels, "czcsxm").astype(frames.TEXT).str.normalize("NFKC").str.strip().str.upper()
    words = words.replace("", pd.NA)
    code = words.str.extract(r"^(20\d[A-Z]?)(?![\dA-Z])", expand=False).astype(frames.TEXT)
    found = code.fillna(words.map(PLACES).astype(frames.TEXT))
    strange = words.notna() & found.isna()
    if strange.any():
        run.warn("czcsxm_unknown", n=int(strange.sum()), values=sorted(set(words[strange]))[:5])
    return found


def land_facts(parcels: pd.DataFrame, land: Objects, run: Run) -> tuple[dict[str, Interval], Flags]:
    """Return the indicators of the parcels' own columns, and where "not self-built" is only taken.

    coll_share; homestead_in_town (1 when a homestead code stands with CZCSXM 201, 202 …; unknown when either is
    missing and the other does not deny it); self_built (collective or homestead; 0 when neither is told); abandoned
    (TBXHDM = FQ); in_boundary (share).
    """
    n = len(parcels)
    coll = collective_share(parcels, run)
    homestead = exact(np.where(pd.isna(land), np.nan, (land == "homestead").astype(float)))
    place = _places(parcels, run)
    in_town = exact(np.where(place.isna(), np.nan, place.isin(IN_TOWN).fillna(False).astype(float)))
    both = Interval(np.minimum(homestead.lo, in_town.lo), np.minimum(homestead.hi, in_town.hi))
    told = largest(coll, homestead)
    mark = frames.optional(parcels, "tbxhdm").astype(frames.TEXT).str.normalize("NFKC").str.strip().str.upper()
    has_marks = bool(mark.notna().any())
    share = values.shares(frames.optional(parcels, "in_boundary", "real"))
    taken = first_known(coll, homestead)
    # one of the two tells: what is not told of the other does not make a parcel self-built
    self_built = Interval(np.where(told.lo > 0.5, 1.0, 0.0), np.where(told.lo > 0.5, 1.0, 0.0))
    return {
        "coll_share": coll, "homestead_in_town": both.masked(~(both.is_known())), "self_built": self_built,
        "abandoned": exact(mark.str.contains(ABANDONED, na=False).astype(float) if has_marks else np.full(n, np.nan)),
        "in_boundary": exact(share),
    }, ~taken.is_known()  # fmt: skip


def read_facts(
    facts: pd.DataFrame | None, parcels: pd.DataFrame, known: Sequence[Mapping[str, Any]], as_of: datetime.date
) -> dict[str, Interval]:
    """Return the indicators of a FACTS table (parcel_id, name, value, date) by the names the ruleset gives them.

    The latest dated value up to `as_of` counts; several of the same day that differ make an interval; undated ones
    count as oldest. Names that the ruleset does not list are indicators under their own name.
    """
    if facts is None or not len(facts):
        return {}
    names = {fold(word): entry["id"] for entry in known for word in (entry["id"], *entry["words"])}
    table = pd.DataFrame({
        "row": pd.Index(parcels["parcel_id"]).get_indexer(facts["parcel_id"]),
        "name": [names.get(fold(str(word)), str(word)) for word in frames.optional(facts, "name")],
        "value": frames.reals(facts, "value"),
        "day": last_days(frames.optional(facts, "date"), as_of),
    })  # fmt: skip
    table = table[(table["row"] >= 0) & table["value"].notna() & ~(table["day"] > as_of.toordinal())]
    table["day"] = table["day"].fillna(0.0)
    table = table[table["day"] == table.groupby(["row", "name"])["day"].transform("max")]
    ends = table.groupby(["name", "row"])["value"].agg(["min", "max"])
    found: dict[str, Interval] = {}
    for name, part in ends.groupby(level="name"):
        lo, hi = np.full(len(parcels), np.nan), np.full(len(parcels), np.nan)
        rows = part.index.get_level_values("row").to_numpy()
        lo[rows], hi[rows] = part["min"].to_numpy(), part["max"].to_numpy()
        found[str(name)] = between(lo, hi)
    return found


def documented_area(parcels: pd.DataFrame) -> Reals:
    """Return the documented area, m², (n,) float64; 0, which MapInfo and dBASE write for none, is unknown."""
    stated = frames.reals(parcels, "doc_area")
    return np.where(stated > 0, stated, np.nan)


def check_documented_area(parcels: pd.DataFrame, run: Run) -> None:
    """List parcels whose documented and drawn areas differ by more than 1 %; say when they look like 亩 or 公顷."""
    documented = documented_area(parcels)
    drawn = shapely.area(frames.geometries(parcels))
    with np.errstate(invalid="ignore"):
        odd = np.abs(documented - drawn) > DOC_DIFFERENCE * np.maximum(documented, drawn)
    told = np.isfinite(documented) & (drawn > 0)
    ratio = float(np.median(documented[told] / drawn[told])) if told.any() else np.nan
    for unit, size_m2 in AREA_UNITS.items():
        if abs(ratio * size_m2 - 1) < UNIT_LIKE:
            run.warn("doc_area_unit", unit=unit, ratio=f"{ratio:.3g}")
    for row in np.flatnonzero(odd & np.isfinite(documented)):
        run.leave_out(
            "PARCELS", [parcels["parcel_id"].iloc[row]], "doc_area_differs", "info",
            documented=round(float(documented[row]), 1), drawn=round(float(drawn[row]), 1),
        )  # fmt: skip
