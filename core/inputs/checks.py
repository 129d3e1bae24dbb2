# SPDX-License-Identifier: GPL-2.0-or-later
"""What a technician should know about the layers before anything is computed: each finding is a row of ISSUES.

The functions list findings through `run.leave_out`; the boundary turns these rows into the ISSUES layer. Severity
`error` = the run would refuse or drop it, `warning` = computed, but look at it, `info` = worth knowing.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from .. import frames
from ..run import Run
from ..trees import Tree

OVERLAP_M2 = 1.0  # own choice: below this neighbours merely share a badly drawn edge
SLIVER_M2 = 10.0  # own choice: smaller than any parcel or house that is meant
SLIVER_ROUNDNESS = 0.02  # 4πA ÷ P²: a strip 1 m × 155 m; own choice
PARTS_APART_M = 20.0  # own choice: a building over a passage or a lane is still one
SAME_PLACE_M = 50.0  # own choice: one facility told twice lies within this; web maps and surveys differ by less
FAR_M = 5_000.0  # a layer whose features all lie farther than this from the parcels is somewhere else; own choice
SLICE = 20_000
# U+FFFD, private use, the classic "锟斤拷" and "烫烫", UTF-8 read as Latin-1 (Ã, Â, ä½, å, æ followed by a sign)
GARBLED = re.compile("[\ufffd\ue000-\uf8ff]|锟斤拷|烫烫|屯屯|[ÃÂ][\x80-\xbf]|[äåæçèé][\x80-\xbf¡-¿]")


def check_polygons(table: pd.DataFrame, layer: str, key: str, run: Run) -> None:
    """List overlaps (`polygons_overlap`, the area in m²) and slivers (`polygon_sliver`) of one layer."""
    shapes, ids = frames.geometries(table), table[key].to_numpy(dtype=object)
    area = shapely.area(shapes)
    roundness = 4 * np.pi * area / np.maximum(shapely.length(shapes), 1e-9) ** 2
    for row in np.flatnonzero((area < SLIVER_M2) | (roundness < SLIVER_ROUNDNESS)):
        run.leave_out(layer, [ids[row]], "polygon_sliver", "warning", area_m2=round(float(area[row]), 1))
    told = {tuple(sorted([row.feature_id, row.values["other"]])) for row in run.left_out
            if row.layer == layer and row.code == "same_shape"}  # fmt: skip
    for first, second, shared in find_overlaps(shapes, run):
        pair = sorted([str(ids[first]), str(ids[second])])
        if tuple(pair) in told:
            continue
        run.leave_out(layer, pair[:1], "polygons_overlap", "warning", other=pair[1], area_m2=round(float(shared), 1))


def check_parts_apart(table: pd.DataFrame, layer: str, key: str, run: Run) -> None:
    """List buildings that are several polygons far apart (`parts_apart`, one row with their number): often a layer that
    was dissolved by name; each such building has one place, one parcel and one number of storeys.
    """
    shapes = frames.geometries(table)
    several = np.flatnonzero(shapely.get_num_geometries(shapes) > 1)
    parts, owner = shapely.get_parts(shapes[several], return_index=True)
    first = parts[np.searchsorted(owner, np.arange(len(several)))] if len(several) else parts
    far = shapely.distance(first[owner], parts) > PARTS_APART_M if len(several) else np.zeros(0, dtype=bool)
    odd = several[np.unique(owner[far])]
    if len(odd):
        run.leave_out(layer, [str(table[key].iloc[odd[0]])], "parts_apart", "warning", n=len(odd))


def find_overlaps(shapes: npt.NDArray[Any], run: Run) -> list[tuple[int, int, float]]:
    """Return the rows of polygons that lie on each other by more than OVERLAP_M2, with the area."""
    tree = Tree(shapes)
    found: list[tuple[int, int, float]] = []
    for start in range(0, len(shapes), SLICE):
        run.progress(start / max(1, len(shapes)))
        first, second = tree.query(shapes[start : start + SLICE], predicate="intersects")
        first = first + start
        keep = first < second
        first, second = first[keep], second[keep]
        inside = ~shapely.touches(shapes[first], shapes[second])
        first, second = first[inside], second[inside]
        shared = shapely.area(shapely.intersection(shapes[first], shapes[second]))
        big = shared > OVERLAP_M2
        found += list(zip(first[big].tolist(), second[big].tolist(), shared[big].tolist()))
    return found


def check_columns(table: pd.DataFrame, layer: str, wanted: Mapping[str, str], run: Run) -> None:
    """Tell columns that were not found or are mostly empty.

    `wanted` {column: severity when it is missing altogether}: `column_missing`; `column_sparse` when more than half of
    its values are missing.
    """
    for column, severity in wanted.items():
        if column not in table:
            run.leave_out(layer, [""], "column_missing", severity, column=column)
            continue
        missing = int(table[column].isna().sum())
        if missing * 2 > len(table):
            run.leave_out(layer, [""], "column_sparse", "warning", column=column, missing=missing, of=len(table))


def check_values(table: pd.DataFrame, layer: str, key: str, column: str, known: frozenset[str], run: Run) -> None:
    """List rows whose word is not among the known ones (`value_unknown`), one row a word with its count."""
    if column not in table:
        return
    words = table[column].dropna()
    odd = words[~words.isin(known)]
    for word, rows in sorted(odd.groupby(odd).groups.items()):
        first = str(table.loc[rows[0], key])
        run.leave_out(layer, [first], "value_unknown", "warning", n=len(rows), column=column, word=word)


def check_doubles(facilities: pd.DataFrame, layer: str, run: Run) -> None:
    """List facilities of one kind within 50 m of each other (`facility_double`): often one place from two lists."""
    if "kind" not in facilities:
        return
    points = shapely.centroid(frames.geometries(facilities))
    ids, kinds = facilities["facility_id"].to_numpy(dtype=object), facilities["kind"].fillna("").to_numpy(dtype=object)
    first, second = shapely.STRtree(points).query(points, predicate="dwithin", distance=SAME_PLACE_M)
    keep = (first < second) & (kinds[first] == kinds[second])
    for a, b in zip(first[keep], second[keep]):
        pair = sorted([str(ids[a]), str(ids[b])])
        distance = round(float(shapely.distance(points[a], points[b])), 1)
        run.leave_out(layer, pair[:1], "facility_double", "warning", other=pair[1], distance_m=distance)


def check_people(population: pd.DataFrame, layer: str, run: Run) -> None:
    """List zones with negative counts (`people_negative`), more of an age than people (`people_ages_exceed`), or more
    of a higher age than of the one that holds it (`people_ages_unordered`).
    """
    ids = population["community_id"].to_numpy(dtype=object)
    total = frames.reals(population, "pop")
    ages = [name for name in population.columns if name.startswith("pop_") and name != "pop_year"]
    for name in ["pop", *ages]:
        values = frames.reals(population, name)
        run.leave_out(layer, ids[values < 0], "people_negative", "error", column=name)
        if name != "pop":
            run.leave_out(layer, ids[values > total], "people_ages_exceed", "warning", column=name)
    apart = ("pop_0_2", "pop_3_5", "pop_6_14", "pop_60")
    if set(apart) <= set(population.columns):
        together = sum(population[name].fillna(0).to_numpy("float64") for name in apart)
        run.leave_out(layer, ids[together > total + 0.5], "people_ages_exceed", "warning", column="0–14 + 60+")
    oldest = [frames.reals(population, name) for name in ("pop_80", "pop_65", "pop_60")]
    swapped = (oldest[0] > oldest[1]) | (oldest[1] > oldest[2]) | (oldest[0] > oldest[2])
    run.leave_out(layer, ids[swapped], "people_ages_unordered", "warning")


def check_texts(columns: Mapping[str, Iterable[Any]], layer: str, run: Run) -> None:
    """Tell text columns with garbled characters (`text_garbled`): read in the wrong encoding.

    A column is its values, or a mapping of each different one, in order of appearance, to how often it is there.
    """
    for name, values in columns.items():
        counts = Counter(values)
        bad = [value for value in counts if isinstance(value, str) and not value.isascii() and GARBLED.search(value)]
        if bad:
            n = sum(counts[value] for value in bad)
            run.leave_out(layer, [""], "text_garbled", "warning", n=n, column=name, sample=bad[0][:30])


def check_overlay(tables: Mapping[str, pd.DataFrame], anchor: str, run: Run) -> None:
    """Tell layers all of whose features lie far from the anchor layer (`layer_elsewhere`, the distance in km)."""
    if anchor not in tables or not len(tables[anchor]):
        return
    around = shapely.box(*shapely.total_bounds(frames.geometries(tables[anchor])))
    for name, table in tables.items():
        if name == anchor or frames.GEOMETRY not in table or not len(table):
            continue
        nearest = float(shapely.distance(frames.geometries(table), around).min())
        if nearest > FAR_M:
            run.leave_out(name, [""], "layer_elsewhere", "error", km=round(nearest / 1000, 1), anchor=anchor)
