# SPDX-License-Identifier: GPL-2.0-or-later
"""OpenStreetMap tags kept in one text column (GDAL's other_tags, Overpass exports) spread over the columns of ROADS."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pandas as pd

from .. import frames
from .graph import Objects

TAGS = "other_tags"
KEYS = {  # tag → canonical column; what a column says itself goes before the tag
    **{name: name for name in (
        "highway", "name", "bridge", "tunnel", "layer", "incline", "step_count", "width", "foot", "access", "conveying",
        "wheelchair", "ramp", "oneway", "sidewalk", "barrier", "railway", "waterway", "aerialway", "man_made", "route",
        "motorroad",
    )},
    "oneway:foot": "oneway_foot",
    "ramp:wheelchair": "ramp",
    "ramp:stroller": "ramp",
}  # fmt: skip
THINGS = ("railway", "waterway", "aerialway", "man_made", "barrier", "route")  # lines that are no roads by themselves
NOTHING = ("", "no", "0", "f", "false", "n", "否", "无")
_VALUE = r'"\s*(?:=>|:)\s*"((?:[^"\\]|\\.)*)"'
_PAIR = re.compile('"(' + "|".join(re.escape(key) for key in KEYS) + ")" + _VALUE)
_ESCAPED = re.compile(r"\\(.)")


def parse_tags(text: str) -> dict[str, str]:
    """Return the tags we know of '"foot"=>"no","layer"=>"1"' (GDAL) or '{"foot": "no"}' (Overpass), by column.

    >>> parse_tags('"foot"=>"no","source"=>"x","oneway:foot"=>"yes"')
    {'foot': 'no', 'oneway_foot': 'yes'}
    """
    found: dict[str, str] = {}
    for key, value in _PAIR.findall(text):
        found.setdefault(KEYS[key], _ESCAPED.sub(r"\1", value))
    return found


def spread_tags(roads: pd.DataFrame) -> pd.DataFrame:
    """Return the roads with what their column `other_tags` says in columns of its own, where those say nothing."""
    if TAGS not in roads:
        return roads
    codes, texts = pd.factorize(roads[TAGS].astype(frames.TEXT))
    parsed = [parse_tags(str(text)) for text in texts]
    spread = roads.drop(columns=[TAGS])
    for column in sorted({name for tags in parsed for name in tags}):
        values = np.array([*(tags.get(column) for tags in parsed), None], dtype=object)[codes]  # missing is the last
        told = frames.texts(values)
        told.index = roads.index
        own: Any = spread[column].astype(frames.TEXT) if column in spread else None
        spread[column] = told if own is None else own.where(own.notna(), told)
    return spread


def other_things(roads: pd.DataFrame) -> Objects:
    """Return for each line what else it says it is, "railway = platform" or "waterway = river", "" for nothing."""
    found = np.full(len(roads), "", dtype=object)
    for name in THINGS:
        if name in roads:
            words = roads[name].astype(frames.TEXT).fillna("").to_numpy(dtype=object)
            take = (found == "") & ~np.isin(words.astype(str), NOTHING)
            found[take] = [f"{name} = {word}" for word in words[take]]
    return found
