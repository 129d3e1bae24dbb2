# SPDX-License-Identifier: GPL-2.0-or-later
"""What the rules look at, kept in a file: so that other limits can be tried without measuring parcels again.

A NumPy archive (.npz) of plain arrays; nothing in it can run (allow_pickle is never on). It belongs to the tagged
parcels beside it and is of no use to anybody but the editor of rules.
"""

from __future__ import annotations

import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from .. import frames
from ..errors import RenewalError
from ..jsontext import canonical_json, parse
from .indicators import Indicators, Objects
from .intervals import Interval, Weights
from .overlays import DONE
from .parts import Parts
from .reviews import TAGS

FORMAT = "urban-renewal/indicators/1"
REALS = ("year_lo", "year_hi", "floors", "entry_floor", "lift", "foot_m2", "resid_share")
NOT_REVIEWED = -1
TEXTS_AT_ONCE = 20_000  # about 10 ms
BROKEN = (  # what numpy, zipfile and zlib say of a file that is not what it was
    OSError, ValueError, LookupError, TypeError, ArithmeticError, EOFError, RuntimeError, zlib.error,
    zipfile.BadZipFile,
)  # fmt: skip


@dataclass(frozen=True)
class Snapshot:
    """n parcels: `parcel_id` (n,) text, `indicators` (those read from a file are without report).

    `limits` are those the indicators were measured with; `reviewed` (n,) place of the tag in reviews.TAGS that somebody
    decided on, −1 where the rules speak; `done` (n,) bool: renovated, under way or expropriated, so no target any more.
    """

    parcel_id: Objects
    indicators: Indicators
    limits: dict[str, float]
    reviewed: npt.NDArray[np.int8]
    done: npt.NDArray[np.bool_]


def take_snapshot(tagged: pd.DataFrame, indicators: Indicators, limits: dict[str, float]) -> Snapshot:
    """Return the snapshot of tagged parcels (table `tagged`) and what they were tagged by, row by row."""
    decided = (tagged["tag_source"] == "review").to_numpy(dtype=bool)
    tag = pd.Index(TAGS).get_indexer(tagged["tag"].to_numpy(dtype=object))
    reviewed = np.where(decided, tag, NOT_REVIEWED).astype(np.int8)
    done = frames.optional(tagged, "programme").isin(DONE).fillna(False).to_numpy(dtype=bool)
    return Snapshot(tagged["parcel_id"].to_numpy(dtype=object), indicators, dict(limits), reviewed, done)


def write_snapshot(path: Path, snapshot: Snapshot) -> None:
    """Write the file whole or not at all. Raises OSError."""
    parts, land = snapshot.indicators.parts, snapshot.indicators.land
    nobody = np.full(parts.n, None, dtype=object)
    arrays: dict[str, npt.NDArray[Any]] = {
        "about": np.array(canonical_json({"format": FORMAT, "limits": snapshot.limits, "given": parts.given})),
        "parcel_id": _texts(snapshot.parcel_id), "land": _texts(nobody if land is None else land),
        "reviewed": snapshot.reviewed, "done": snapshot.done,
        "parcel": parts.parcel.astype(np.int32), "share": parts.share,
        "main": parts.main, "floor.lo": parts.floor.lo, "floor.hi": parts.floor.hi,
    }  # fmt: skip
    if parts.given:
        arrays |= {f"house.{name}": parts.real(name) for name in REALS}
        arrays |= {"house.use": _texts(parts.words("use")), "house.is_shed": parts.house["is_shed"].to_numpy(bool)}
    for name, value in snapshot.indicators.values.items():
        arrays[f"value.{name}.lo"] = value.lo
        if not np.array_equal(value.lo, value.hi):
            arrays[f"value.{name}.hi"] = value.hi
    part = path.with_name(f"{path.stem}.part.npz")
    try:
        np.savez(part, **arrays)  # type: ignore[arg-type]  # the stub takes every keyword for allow_pickle
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def read_snapshot(path: Path) -> Snapshot:
    """Return the snapshot of a file. Raises RenewalError `snapshot_unreadable` for any other file."""
    try:
        with path.open("rb") as stream, np.load(stream, allow_pickle=False) as file:
            about = parse(str(file["about"]), path.name).value
            if about.get("format") != FORMAT:
                raise ValueError(str(about.get("format")))
            return _unpacked({name: file[name] for name in file.files}, about)
    except BROKEN as error:
        raise RenewalError("snapshot_unreadable", file=path.name, reason=f"{type(error).__name__}: {error}") from error


def _unpacked(arrays: dict[str, npt.NDArray[Any]], about: dict[str, Any]) -> Snapshot:
    n = len(arrays["parcel_id"])
    house = pd.DataFrame({name: arrays[f"house.{name}"] for name in REALS if f"house.{name}" in arrays})
    if about["given"]:
        house["use"], house["is_shed"] = _objects(arrays["house.use"]), arrays["house.is_shed"]
    parcel = arrays["parcel"].astype(np.int64)
    floor = Weights(parcel, arrays["floor.lo"], arrays["floor.hi"], n)
    parts = Parts(parcel, house, arrays["share"], arrays["main"], floor, n, given=bool(about["given"]))
    values = {}
    for name in (name for name in arrays if name.startswith("value.") and name.endswith(".lo")):
        key = name[len("value.") : -len(".lo")]
        values[key] = Interval(arrays[name], arrays.get(f"value.{key}.hi", arrays[name]))
    limits = {name: float(value) for name, value in about["limits"].items()}
    indicators = Indicators(values, parts, pd.DataFrame(index=range(n)), land=_objects(arrays["land"]))
    done = arrays.get("done", np.zeros(n, dtype=bool))  # files of earlier versions do not tell
    return Snapshot(_objects(arrays["parcel_id"]), indicators, limits, arrays["reviewed"], done)


def _texts(values: Objects) -> npt.NDArray[np.str_]:
    told = ["" if value is None or pd.isna(value) else str(value) for value in values]
    parts = [np.array(told[at : at + TEXTS_AT_ONCE], dtype=np.str_) for at in range(0, len(told), TEXTS_AT_ONCE)]
    return np.concatenate(parts) if parts else np.empty(0, dtype=np.str_)


def _objects(values: npt.NDArray[np.str_]) -> Objects:
    found = np.empty(len(values), dtype=object)
    for start in range(0, len(values), TEXTS_AT_ONCE):  # making text holds the interpreter: others get it in between
        part = values[start : start + TEXTS_AT_ONCE]
        found[start : start + len(part)] = part
        found[start : start + len(part)][part == ""] = None
    return found
