# SPDX-License-Identifier: GPL-2.0-or-later
"""Street lines as ways on foot: what kind each is, on which level, open or closed, and its vertices."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from .. import frames
from ..run import Run
from .graph import Flags, Objects, Reals, argsort_texts

Longs = npt.NDArray[np.int64]
LISTED = re.compile(r"[;|,]")  # between words where lines were merged
YES = ("yes", "true", "1", "t", "y", "是", "有")
UP_WORDS = ("up", "上", "上行")
DOWN_WORDS = ("down", "下", "下行")
LEVEL_STEP = 4  # codes of a level: layer × 4 + bridge × 2 + tunnel


@dataclass(frozen=True, eq=False)
class Ways:
    """Ways 0…n-1 in order of their ids, parts of one road one after another; everything that can be walked by somebody.

    `road` (n,) road_id; `base` (n,) street | path | stairs | lift | escalator; `structure` (n,) "" | bridge | tunnel;
    `level` (n,) codes, equal only on the same layer, bridge and tunnel. `rise` (n,) +1 stairs go up along the line, -1
    down, 0 not said. `fwd`, `back` (n,) open along and against the line. `ramp`, `wheel_yes`, `wheel_no` (n,) flags.
    Vertices 0…v-1 way by way: `way` (v,), `x_m`, `y_m`, `z_m` (v,) z NaN = none; repeated vertices are taken once.
    """

    road: Objects
    base: Objects
    structure: Objects
    level: Longs
    rise: Longs
    fwd: Flags
    back: Flags
    ramp: Flags
    wheel_yes: Flags
    wheel_no: Flags
    way: Longs
    x_m: Reals
    y_m: Reals
    z_m: Reals


@dataclass(frozen=True, eq=False)
class Sorted:
    """Ways that can be walked, and what was found on the way: (code, road_id, value) of closed and unclear lines."""

    ways: Ways
    closed: list[tuple[str, str]]
    unknown: list[tuple[str, str]]
    unusable: list[str]


def sort_ways(roads: pd.DataFrame, mapping: dict[str, Any], run: Run) -> Sorted:
    """Return what can be walked of street lines (columns of role ROADS), sorted by road_id.

    `closed`: (road_id, word) of lines closed on foot: class, foot or access; `unknown`: (road_id, class) of class words
    that the mapping lacks, taken as its `unknown`; `unusable`: ids without a line of some length.
    Source: OpenStreetMap tagging (wiki: highway, foot, access, bridge, tunnel, conveying, incline, ramp).
    """
    roads = roads.iloc[argsort_texts(roads["road_id"].to_numpy(dtype=object))].reset_index(drop=True)
    kinds, words, known = _classes(roads, mapping)
    closed, why = _closed(roads, kinds, words, mapping)
    ids = roads["road_id"].to_numpy(dtype=object)
    shapes = frames.geometries(roads)
    lines = np.isin(shapely.get_type_id(shapes), (1, 5)) & ((shapely.length(shapes) > 0) | (kinds == "lift"))
    run.progress(0.3)
    use = lines & ~closed
    chosen = roads[use].reset_index(drop=True)
    ways = _ways(chosen, kinds[use], mapping)
    run.progress(1.0)
    return Sorted(
        ways,
        [(str(ids[row]), why[row]) for row in np.flatnonzero(lines & closed)],
        [(str(ids[row]), words[row]) for row in np.flatnonzero(use & ~known & (words != ""))],
        [str(item) for item in ids[~lines]],
    )


def _words(table: pd.DataFrame, name: str) -> Objects:
    """Return a column in small letters without blanks around, "" where missing; of listed words the first."""
    if name not in table:
        return np.full(len(table), "", dtype=object)
    codes, texts = pd.factorize(table[name].astype(frames.TEXT))  # few words stand many times
    words = np.array([*(_first_word(str(text)) for text in texts), ""], dtype=object)
    found: Objects = words[codes]  # missing has code -1: the last
    return found


def _first_word(text: str) -> str:
    return LISTED.split(text.strip("[]'\" \t"))[0].strip("'\" \t").casefold()


def _among(words: Objects, listed: Iterable[str]) -> Flags:
    return np.isin(words.astype(str), [item.casefold() for item in listed])


def _classes(roads: pd.DataFrame, mapping: dict[str, Any]) -> tuple[Objects, Objects, Flags]:
    """Return what each line is on foot, its class word, and whether the mapping knows the word."""
    known = {word.strip().casefold(): kind for word, kind in mapping["classes"].items()}
    words = _words(roads, "highway")
    kinds = np.array([known.get(word, mapping["unknown"]) for word in words], dtype=object)
    conveying = _words(roads, "conveying")
    moving = (kinds == "stairs") & ~_among(conveying, ["", "no", "否"])
    kinds[moving] = "escalator"
    return kinds, words, np.array([word in known for word in words], dtype=bool)


def _closed(roads: pd.DataFrame, kinds: Objects, words: Objects, mapping: dict[str, Any]) -> tuple[Flags, list[str]]:
    foot, access = _words(roads, "foot"), _words(roads, "access")
    by_class = kinds == "closed"
    by_foot = _among(foot, mapping.get("foot_closed", ()))
    by_access = _among(access, mapping.get("access_closed", ())) & ~_among(foot, mapping.get("foot_open", ()))
    why = [
        word if one else f"foot = {on_foot}" if two else f"access = {entry}"
        for word, on_foot, entry, one, two in zip(words, foot, access, by_class, by_foot)
    ]
    return by_class | by_foot | by_access, why


def _ways(roads: pd.DataFrame, kinds: Objects, mapping: dict[str, Any]) -> Ways:
    bridge = ~_among(_words(roads, "bridge"), mapping.get("not_bridge", [""])) | (kinds == "bridge")
    tunnel = ~_among(_words(roads, "tunnel"), mapping.get("not_tunnel", [""])) | (kinds == "tunnel")
    tunnel &= ~bridge
    base = np.where(np.isin(kinds.astype(str), ("bridge", "tunnel")), "path", kinds).astype(object)
    structure = np.where(bridge, "bridge", np.where(tunnel, "tunnel", "")).astype(object)
    layer = pd.to_numeric(pd.Series(_words(roads, "layer")), errors="coerce").fillna(0).to_numpy()
    layers: Longs = np.rint(np.asarray(layer, dtype=np.float64) * 2).astype(np.int64)
    level = layers * LEVEL_STEP + 2 * bridge.astype(np.int64) + tunnel
    fwd, back = _directions(roads, base)
    wheelchair = _words(roads, "wheelchair")
    parts, owner = shapely.get_parts(frames.geometries(roads), return_index=True)
    full = ~shapely.is_empty(parts)
    parts, owner = parts[full], owner[full]
    xyz, way = shapely.get_coordinates(parts, include_z=True, return_index=True)
    still = (np.diff(xyz[:, :2], axis=0) == 0).all(axis=1) & (base[owner] != "lift")[way[1:]]
    repeated = np.concatenate([[False], (way[1:] == way[:-1]) & still])[: len(way)]
    xyz, way = xyz[~repeated], way[~repeated].astype(np.int64)
    measured = (xyz[:, 2][np.isfinite(xyz[:, 2])] != 0).any()  # all 0: not measured
    z = xyz[:, 2] if measured else np.full(len(xyz), np.nan)
    return Ways(
        roads["road_id"].to_numpy(dtype=object)[owner], base[owner], structure[owner], level[owner],
        _rise(_words(roads, "incline"))[owner], fwd[owner], back[owner], _among(_words(roads, "ramp"), YES)[owner],
        _among(wheelchair, ["yes", "designated"])[owner], _among(wheelchair, ["no"])[owner],
        way, xyz[:, 0], xyz[:, 1], z,
    )  # fmt: skip


def _directions(roads: pd.DataFrame, base: Objects) -> tuple[Flags, Flags]:
    """Return whether each line is open along and against its direction: escalators by `conveying`, else oneway:foot."""
    conveying = np.where(base == "escalator", _words(roads, "conveying"), "").astype(object)
    told = _among(conveying, ["forward", "backward"])
    one_way = _words(roads, "oneway_foot")
    one_way = np.where((base == "escalator") & (one_way == ""), _words(roads, "oneway"), one_way).astype(object)
    fwd_only = (conveying == "forward") | (_among(one_way, YES) & ~told)
    back_only = (conveying == "backward") | (_among(one_way, ["-1", "reverse"]) & ~told)
    return ~back_only, ~fwd_only


def _rise(words: Objects) -> Longs:
    """Return +1 for up, -1 for down, 0 where nothing is said; numbers such as 12 % by their sign."""
    number = pd.to_numeric(pd.Series(words).astype(str).str.rstrip("%°％ "), errors="coerce").fillna(0).to_numpy()
    rise = np.sign(number).astype(np.int64)
    rise[_among(words, UP_WORDS)] = 1
    rise[_among(words, DOWN_WORDS)] = -1
    return rise
