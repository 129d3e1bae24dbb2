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
from ..slices import sliced
from .graph import Flags, Objects, Reals, argsort_texts
from .tags import other_things, spread_tags

Longs = npt.NDArray[np.int64]
NO_ID = np.iinfo(np.int64).min  # of a vertex whose node in the source is not known
NUMBER = re.compile(r"-?\d+")
LISTED = re.compile(r"[;|,]")  # between words where lines were merged
YES = ("yes", "true", "1", "t", "y", "是", "有")
UP_WORDS = ("up", "上", "上行", "上坡", "向上")
DOWN_WORDS = ("down", "下", "下行", "下坡", "向下")
LEVEL_STEP = 4  # codes of a level: layer × 4 + bridge × 2 + tunnel


@dataclass(frozen=True, eq=False)
class Ways:
    """Ways 0…n-1 in order of their ids, parts of one road one after another; everything that can be walked by somebody.

    `road` (n,) road_id; `base` (n,) street | path | stairs | lift | escalator; `structure` (n,) "" | bridge | tunnel;
    `level` (n,) codes, equal only on the same layer, bridge and tunnel. `rise` (n,) +1 stairs go up along the line, -1
    down, 0 not said. `fwd`, `back` (n,) open along and against the line. `ramp`, `wheel_yes`, `wheel_no` (n,) flags.
    Vertices 0…v-1 way by way: `way` (v,), `x_m`, `y_m`, `z_m` (v,) z NaN = none; repeated vertices are taken once;
    `node` (v,) the source's own node ids where it has them (OpenStreetMap), else NO_ID.
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
    node: Longs


@dataclass(frozen=True, eq=False)
class Sorted:
    """Ways that can be walked, and what was found on the way: (road_id, word) of closed and of unclear lines, ids of
    unusable lines and of those whose node ids do not fit their vertices; `level_zero_n` lines with all Z 0 among others
    that have heights; `without_class_n` open lines that say no class at all, taken as the mapping's `unknown`.
    """

    ways: Ways
    closed: list[tuple[str, str]]
    unknown: list[tuple[str, str]]
    unusable: list[str]
    nodes_unfit: list[str]
    level_zero_n: int
    without_class_n: int


def sort_ways(roads: pd.DataFrame, mapping: dict[str, Any], run: Run) -> Sorted:
    """Return what can be walked of street lines (columns of role ROADS), sorted by road_id.

    `closed`: (road_id, word) of lines closed on foot: class, foot, access or motorroad, or no road at all (rivers,
    railways and walls stand in the same layer of an OpenStreetMap extract); `unknown`: (road_id, class) of class words
    that the mapping lacks, taken as its `unknown`; `unusable`: ids without a line of some length.
    Source: OpenStreetMap tagging (wiki: highway, foot, access, bridge, tunnel, conveying, incline, ramp).
    """
    roads = roads.iloc[argsort_texts(roads["road_id"].to_numpy(dtype=object))].reset_index(drop=True)
    run.progress(0.1)
    roads = spread_tags(roads)
    run.progress(0.2)
    kinds, words, known = _classes(roads, mapping)
    run.progress(0.22)
    closed, why = _closed(roads, kinds, words, mapping)
    run.progress(0.26)
    ids = roads["road_id"].to_numpy(dtype=object)
    shapes = frames.geometries(roads)
    lines = np.isin(shapely.get_type_id(shapes), (1, 5)) & ((shapely.length(shapes) > 0) | (kinds == "lift"))
    run.progress(0.3)
    use = lines & ~closed
    chosen = roads[use].reset_index(drop=True)
    run.progress(0.4)
    ways, unfit, level_zero_n = _ways(chosen, kinds[use], mapping, run.part(0.4, 1))
    run.progress(1.0)
    return Sorted(
        ways,
        [(str(ids[row]), why[row]) for row in np.flatnonzero(lines & closed)],
        [(str(ids[row]), words[row]) for row in np.flatnonzero(use & ~known & (words != ""))],
        [str(item) for item in ids[~lines]],
        [str(chosen["road_id"][row]) for row in unfit],
        level_zero_n,
        int((use & (words == "")).sum()),
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
    """Return what each line is on foot, its class word, and whether the mapping knows the word.

    A line without a class that says what else it is ("waterway = river") is closed, or what the mapping says of that.
    """
    known = {word.strip().casefold(): kind for word, kind in mapping["classes"].items()}
    words = _words(roads, "highway")
    things = other_things(roads)
    kinds = np.array([known.get(word, mapping["unknown"]) for word in words], dtype=object)
    bare = (words == "") & (things != "")
    kinds[bare] = [known.get(thing.casefold(), "closed") for thing in things[bare]]
    words[bare] = things[bare]
    conveying = _words(roads, "conveying")
    moving = (kinds == "stairs") & ~_among(conveying, ["", "no", "否"])
    kinds[moving] = "escalator"
    return kinds, words, np.array([word in known for word in words], dtype=bool)


def _closed(roads: pd.DataFrame, kinds: Objects, words: Objects, mapping: dict[str, Any]) -> tuple[Flags, Objects]:
    foot, access = _words(roads, "foot"), _words(roads, "access")
    by_class = kinds == "closed"
    by_foot = _among(foot, mapping.get("foot_closed", ()))
    opened, cars = _among(foot, mapping.get("foot_open", ())), _words(roads, "motorroad")
    by_access = _among(access, mapping.get("access_closed", ())) & ~opened
    by_cars = _among(cars, YES) & ~opened  # trunk roads for motor vehicles only: 快速路
    why = words.copy()
    for flags, tag, told in ((by_cars, "motorroad", cars), (by_access, "access", access), (by_foot, "foot", foot)):
        rows = flags & ~by_class
        why[rows] = [f"{tag} = {word}" for word in told[rows]]
    return by_class | by_foot | by_access | by_cars, why


def _ways(roads: pd.DataFrame, kinds: Objects, mapping: dict[str, Any], run: Run) -> tuple[Ways, Longs, int]:
    """Return the ways of open lines, the rows whose node ids do not fit, and how many lines had only zeros as Z."""
    bridge = ~_among(_words(roads, "bridge"), mapping.get("not_bridge", [""])) | (kinds == "bridge")
    tunnel = ~_among(_words(roads, "tunnel"), mapping.get("not_tunnel", [""])) | (kinds == "tunnel")
    tunnel &= ~bridge
    run.progress(0.1)
    base = np.where(np.isin(kinds.astype(str), ("bridge", "tunnel")), "path", kinds).astype(object)
    structure = np.where(bridge, "bridge", np.where(tunnel, "tunnel", "")).astype(object)
    layer = pd.to_numeric(pd.Series(_words(roads, "layer")), errors="coerce").fillna(0).to_numpy()
    layers: Longs = np.rint(np.asarray(layer, dtype=np.float64) * 2).astype(np.int64)
    level = layers * LEVEL_STEP + 2 * bridge.astype(np.int64) + tunnel
    run.progress(0.2)
    fwd, back = _directions(roads, base, mapping)
    wheelchair = _words(roads, "wheelchair")
    narrow = _among(_words(roads, "barrier"), mapping.get("barrier_wheels", ()))
    run.progress(0.4)
    parts, owner = shapely.get_parts(frames.geometries(roads), return_index=True)
    full = ~shapely.is_empty(parts)
    parts, owner = parts[full], owner[full]
    run.progress(0.45)
    xyz = sliced(shapely.get_coordinates, parts, run=run, include_z=True)
    way = np.repeat(np.arange(len(parts)), shapely.get_num_coordinates(parts))
    run.progress(0.6)
    node, unfit = _node_ids(roads, owner, way)
    run.progress(0.8)
    z, level_zero_n = _own_z(xyz[:, 2], way)
    run.progress(0.85)
    still = (np.diff(xyz[:, :2], axis=0) == 0).all(axis=1) & (base[owner] != "lift")[way[1:]]
    still &= node[1:] == node[:-1]
    keep = ~np.concatenate([[False], (way[1:] == way[:-1]) & still])[: len(way)]
    run.progress(0.9)
    rise, ramp = _rise(_words(roads, "incline")), _among(_words(roads, "ramp"), YES)
    run.progress(0.95)
    way, x_m, y_m, z, node = way[keep].astype(np.int64), xyz[keep, 0], xyz[keep, 1], z[keep], node[keep]
    run.progress(0.98)
    ways = Ways(
        roads["road_id"].to_numpy(dtype=object)[owner], base[owner], structure[owner], level[owner],
        rise[owner], fwd[owner], back[owner], ramp[owner],
        _among(wheelchair, ["yes", "designated"])[owner], (narrow | _among(wheelchair, ["no"]))[owner],
        way, x_m, y_m, z, node,
    )  # fmt: skip
    return ways, unfit, level_zero_n


def _own_z(z: Reals, way: Longs) -> tuple[Reals, int]:
    """Return the lines' own heights, NaN = not measured, and how many lines of a layer with heights have only zeros.

    One height for a whole layer was set by a program that wanted a Z: it says nothing about slopes.
    """
    measured = np.isfinite(z) & (z != 0)
    if not measured.any() or np.ptp(z[measured]) == 0:
        return np.full(len(z), np.nan), 0
    count = int(way.max(initial=-1)) + 1
    some = np.bincount(way[measured], minlength=count) > 0
    zero = (np.bincount(way[z == 0], minlength=count) > 0) & ~some
    return np.where(some[way], z, np.nan), int(zero.sum())


def _node_ids(roads: pd.DataFrame, owner: Longs, way: Longs) -> tuple[Longs, Longs]:
    """Return (v,) the source's node id of each vertex (NO_ID = unknown) and the rows whose list does not fit.

    A list (text with whole numbers in it) counts where the line is in one piece and has as many vertices.
    """
    node = np.full(len(way), NO_ID, dtype=np.int64)
    if "nodes" not in roads or not len(way):
        return node, np.empty(0, dtype=np.int64)
    texts = roads["nodes"].astype(frames.TEXT).fillna("").tolist()
    lists = [NUMBER.findall(text) for text in texts]
    told = np.array([len(items) for items in lists], dtype=np.int64)
    sizes = np.bincount(owner[way], minlength=len(roads))
    fits = (told == sizes) & (told > 0) & (np.bincount(owner, minlength=len(roads)) == 1)
    vertex = fits[owner[way]]
    node[vertex] = np.array([int(item) for row in np.flatnonzero(fits) for item in lists[row]], dtype=np.int64)
    return node, np.flatnonzero(~fits & (told > 0))


def _directions(roads: pd.DataFrame, base: Objects, mapping: dict[str, Any]) -> tuple[Flags, Flags]:
    """Return whether each line is open along and against its direction: escalators by `conveying`, else oneway:foot."""
    conveying = np.where(base == "escalator", _words(roads, "conveying"), "").astype(object)
    onward, against = (_among(conveying, mapping.get(f"conveying_{way}", [way])) for way in ("forward", "backward"))
    told = onward | against
    one_way = _words(roads, "oneway_foot")
    one_way = np.where((base == "escalator") & (one_way == ""), _words(roads, "oneway"), one_way).astype(object)
    fwd_only = onward | (_among(one_way, YES) & ~told)
    back_only = against | (_among(one_way, ["-1", "reverse"]) & ~told)
    return ~back_only, ~fwd_only


def _rise(words: Objects) -> Longs:
    """Return +1 for up, -1 for down, 0 where nothing is said; numbers such as 12 % by their sign.

    Bare numbers in a column without a word, a sign or a % (as OpenStreetMap writes it) are how steep it is (坡度), not
    which way.
    """
    told = pd.Series(words).astype(str)
    number = pd.to_numeric(told.str.rstrip("%°％ "), errors="coerce").fillna(0).to_numpy("float64")
    rise: Longs = np.sign(number).astype(np.int64)
    up, down = _among(words, UP_WORDS), _among(words, DOWN_WORDS)
    if not (told.str.contains("[-+%°％]").any() or up.any() or down.any()):
        rise[:] = 0
    rise[up], rise[down] = 1, -1
    return rise
