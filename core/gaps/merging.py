# SPDX-License-Identifier: GPL-2.0-or-later
"""Facilities that come in several layers (幼儿园, 养老设施, 公园 …) as one, each row with where it is from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from .. import frames
from ..inputs.aliases import fold, roles
from ..inputs.checks import SAME_PLACE_M
from ..inputs.guess import is_in
from ..run import Run
from ..walking.join import points_of

MIXED, NEVER = ("中小学",), ("停车", "parking")  # 中小学 is no primary school; a car park is no park
Objects = npt.NDArray[np.object_]


@dataclass(frozen=True)
class Part:
    """One layer: its `name`, its `table` in the role FACILITIES, the `kind` that all its rows are, "" = as they say.

    `layer`: what rows of LEFT_OUT call it.
    """

    name: str
    table: pd.DataFrame
    kind: str = ""
    layer: str = "FACILITIES"


def merge_facilities(parts: Sequence[Part], drop_doubles: bool, run: Run) -> pd.DataFrame:
    """Return table merged_facilities: all rows of all layers as points (a point inside areas), sorted by layer and id.

    The kind is the one given for a layer, else the row's own word, else what the layer's name says, else the row's name
    (`kind_from` given | field | layer | name); a row that tells none keeps its word and is listed
    (`merge_kind_unknown`). Ids stay where no other layer has the same, else the layer's name goes before them
    (`merge_ids_told_apart`). With `drop_doubles` a facility that two layers have — kind and name equal, at most 50 m
    apart — stays once, the row that tells its capacity first; the other is listed (`merge_double`). A layer without
    rows is told (`layer_adds_nothing`).
    """
    for part in parts:
        if not len(part.table):
            run.warn("layer_adds_nothing", layer=part.name)
    named = _named_apart(parts)
    layers = {name: part.layer for name, part in named}
    merged = pd.concat([_rows(part, name) for name, part in sorted(named)], ignore_index=True)
    merged["facility_id"] = _told_apart(merged, run)
    merged = merged.sort_values(["source", "facility_id"], kind="stable", ignore_index=True)
    unknown = merged["kind_from"].isna()
    for source, rows in merged[unknown].groupby("source", sort=True):
        run.leave_out(layers[str(source)], rows["facility_id"], "merge_kind_unknown", "warning", source=source)
    if drop_doubles:
        merged = _once(merged, layers, run)
    run.fact(merged_layers_n=len(parts), merged_n=len(merged))
    return merged


def kind_in(text: str) -> str:
    """Return the kind of facility that a name tells by the last word in it that is one's, "" when there is none.

    人民公园幼儿园 is a kindergarten: in Chinese what a thing is stands last. Of words that end there the longest
    counts.
    """
    if any(word in text.casefold() for word in NEVER):
        return ""
    for word in MIXED:
        text = text.replace(word, "　")
    folded = fold(text)
    found = [(folded.rfind(word) + len(word), len(word), kind) for word, kind in _words().items()
             if word in folded and is_in(word, text)]  # fmt: skip
    return max(found)[2] if found else ""


@lru_cache(maxsize=1)
def _words() -> dict[str, str]:
    """Return {word: kind} of what facilities are called; codes (eday, rest) are no words, park is both."""
    known = roles()["FACILITIES"].columns["kind"].values
    return {word: kind for word, kind in known.items() if word != kind or word == "park"}


def _named_apart(parts: Sequence[Part]) -> list[tuple[str, Part]]:
    """Return the layers with names that differ: of one name the second is called “name (2)”."""
    found: dict[str, Part] = {}
    for part in parts:
        name, number = part.name, 1
        while name in found:
            number += 1
            name = f"{part.name} ({number})"
        found[name] = part
    return list(found.items())


def _rows(part: Part, source: str) -> pd.DataFrame:
    """Return a layer's rows with our columns; those without a place stay without one."""
    table = part.table
    name = frames.optional(table, "name")
    kind, told = _kinds(part, frames.texts(frames.optional(table, "kind")), frames.texts(name), source)
    points = points_of(table, "facility_id")
    places: Objects = np.full(len(table), None, dtype=object)
    places[points.owner] = shapely.points(points.x_m, points.y_m)
    rows = pd.DataFrame({
        "facility_id": frames.texts(table["facility_id"]), "name": name, "kind": kind, "kind_from": frames.texts(told),
        "capacity": frames.optional(table, "capacity", "real"), "unit": frames.optional(table, "unit"),
        "floor_area": frames.optional(table, "floor_area", "real"), "status": frames.optional(table, "status"),
        "source": source, "source_id": frames.texts(table["facility_id"]),
    })  # fmt: skip
    rows[frames.GEOMETRY] = places
    return rows


def _kinds(part: Part, words: pd.Series, names: pd.Series, source: str) -> tuple[list[str | None], list[str | None]]:
    """Return the kind of each row and from where it is known."""
    known = set(roles()["FACILITIES"].columns["kind"].values.values())
    of_layer = kind_in(source)
    kinds: list[str | None] = []
    told: list[str | None] = []
    for word, name in zip(words.fillna("").tolist(), names.fillna("").tolist()):
        choices = (
            ("given", part.kind), ("field", word if word in known else kind_in(word)), ("layer", of_layer),
            ("name", kind_in(name)),
        )  # fmt: skip
        found = next(((where, kind) for where, kind in choices if kind), ("", word or None))
        told.append(found[0] or None)
        kinds.append(found[1])
    return kinds, told


def _told_apart(merged: pd.DataFrame, run: Run) -> pd.Series:
    """Return ids that no two layers share."""
    ids, sources = merged["facility_id"], merged["source"]
    shared = sources.groupby(ids).transform("nunique") > 1
    if shared.any():
        run.note("merge_ids_told_apart", n=int(shared.sum()))
    apart: pd.Series = ids.where(~shared, sources + ":" + ids)
    return apart


def _once(merged: pd.DataFrame, layers: Mapping[str, str], run: Run) -> pd.DataFrame:
    """Return the rows without those that another layer has as well; `layers`: what LEFT_OUT calls each source."""
    folded = merged["name"].fillna("").map(fold)
    shapes = frames.geometries(merged)
    can_be = (folded != "") & merged["kind"].notna() & ~pd.Series(shapely.is_missing(shapes))
    order = merged[can_be].sort_values("capacity", key=lambda size: size.isna(), kind="stable").index.to_numpy()
    near = shapely.STRtree(shapes[order]).query(shapes[order], predicate="dwithin", distance=SAME_PLACE_M)
    named = pd.DataFrame({"kind": merged["kind"], "name": folded, "source": merged["source"]}).loc[order]
    row, other = near[:, near[0] > near[1]]  # each pair once, what stays before what may go
    is_same = np.logical_and.reduce([named[column].to_numpy()[row] == named[column].to_numpy()[other]
                                     for column in ("kind", "name")])  # fmt: skip
    is_same &= named["source"].to_numpy()[row] != named["source"].to_numpy()[other]
    gone: dict[int, int] = {}
    for later, earlier in sorted(zip(row[is_same].tolist(), other[is_same].tolist())):
        if order[earlier] not in gone:
            gone.setdefault(int(order[later]), int(order[earlier]))
    run.check()
    for row in sorted(gone):
        other = merged.loc[gone[row]]
        told = {"source": merged["source"][row], "other": other["source"], "other_id": other["facility_id"]}
        run.leave_out(layers[told["source"]], [merged["facility_id"][row]], "merge_double", "warning", **told)
    return merged.drop(index=list(gone)).reset_index(drop=True)
