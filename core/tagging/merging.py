# SPDX-License-Identifier: GPL-2.0-or-later
"""Reviews of several people in one table; where they disagree, both stand in the list of conflicts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from .. import frames, schema
from ..errors import RenewalError
from ..inputs.aliases import fold, roles
from ..run import Run
from .moments import moment_key
from .reviews import is_whole, to_come

COLUMNS = (
    "review_id", "parcel_id", "geometry_hash", "tag", "reviewer", "reviewed_at", "reason", "evidence", "rule_tag",
)  # fmt: skip
PLACE = ["parcel_id", "land"]


@dataclass(frozen=True, eq=False)
class Merged:
    """Tables reviews (every review once, sorted by parcel, time) and review_conflicts."""

    reviews: pd.DataFrame
    conflicts: pd.DataFrame


def merge_reviews(tables: Sequence[pd.DataFrame], run: Run, names: Sequence[str] = ()) -> Merged:
    """Merge reviews of one parcel geometry from several files.

    A review of the same id is taken once; the same id with another content is a conflict (`same id`). Of one parcel in
    one geometry the latest review that can be applied counts (`kept` = 1) as in every run; another reviewer's other tag
    is a conflict (`other tag`), by what each said last. Reviews of changed geometries stay apart: both are kept. One
    that tells no geometry, as a list written by hand, is of the parcel as it was reviewed last.
    Nothing is dropped: OUTPUT holds all reviews, so that a later merge finds the same conflicts.
    Where `names` says what the tables are called, those that hold nothing (`layer_adds_nothing`) and reviews that no
    run would apply (`reviews_incomplete`) are told. Raises RenewalError("reviews_none") when there is no review at all.
    """
    if not any(len(table) for table in tables):
        raise RenewalError("reviews_none", n=len(tables))
    parts = [_whole(table, run) for table in tables]
    _tell_incomplete(parts, names, run)
    run.progress(0.3)
    every = pd.concat(parts, ignore_index=True).drop_duplicates(ignore_index=True)
    run.progress(0.4)
    every["at"] = every["reviewed_at"].map(moment_key)
    every["land"] = _land(every)
    run.progress(0.5)
    every = every.sort_values(["parcel_id", "land", "at", "review_id"], ignore_index=True)
    run.progress(0.6)
    same_id = every.duplicated("review_id", keep=False) & (every["review_id"] != "")
    applies = every[is_whole(every)]
    latest = every.index.isin(applies.groupby(PLACE, sort=False).tail(1).index)
    run.progress(0.7)
    every["why"] = pd.Series("", index=every.index).mask(_contradict(every), "other tag").mask(same_id, "same id")
    every["kept"] = pd.Series(latest, index=every.index).astype("Int64")
    run.progress(0.9)
    conflicts = every[every["why"] != ""]  # nothing is assigned to it: pandas makes rows of an empty frame then
    run.progress(1.0)
    run.fact(reviews_n=len(every), conflicts_n=len(conflicts))
    return Merged(
        frames.conform(every, schema.table("reviews")), frames.conform(conflicts, schema.table("review_conflicts"))
    )


def _tell_incomplete(parts: Sequence[pd.DataFrame], names: Sequence[str], run: Run) -> None:
    for name, part in zip(names, parts):
        run.check()
        nowhere = (part["parcel_id"] == "") & (part["geometry_hash"] == "")
        odd = part["parcel_id"][~is_whole(part) | nowhere]
        if not len(part):
            run.warn("layer_adds_nothing", layer=name)
        elif len(odd):
            ids = odd.replace("", "—").tolist()
            run.warn("reviews_incomplete", layer=name, n=len(odd), of=len(part), ids=ids)
        early = part["parcel_id"][to_come(part)].tolist()
        if early:
            run.warn("reviews_to_come", layer=name, n=len(early), ids=early)


def _whole(table: pd.DataFrame, run: Run) -> pd.DataFrame:
    """Return the columns of reviews, no blanks around their texts, tags by their codes (老旧小区 = old_compound)."""
    words = roles()["REVIEWS"].columns["tag"].values
    told = {}
    for name in COLUMNS:
        run.check()
        told[name] = frames.optional(table, name).astype(frames.TEXT).fillna("").str.strip()
    told["tag"] = frames.texts(words.get(fold(str(tag)), str(tag)) for tag in told["tag"])
    return pd.DataFrame({name: texts.reset_index(drop=True) for name, texts in told.items()})


def _contradict(reviews: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Say which of sorted reviews are the last word of a person where the last words differ.

    Who changed their mind contradicts nobody by what they said before. What can be applied is said later than what
    cannot.
    """
    order = reviews.assign(whole=is_whole(reviews)).sort_values("whole", kind="stable")
    last = order.groupby([*PLACE, "reviewer"], sort=False).tail(1)
    differ = last.groupby(PLACE, sort=False)["tag"].transform("nunique") > 1
    return np.asarray(reviews.index.isin(last.index[differ]), dtype=bool)


def _land(reviews: pd.DataFrame) -> pd.Series:
    """Return the geometry of each review's parcel; where none is told that of the parcel's latest review with one."""
    told = reviews["geometry_hash"] != ""
    latest = reviews[told].sort_values(["at", "geometry_hash"]).groupby("parcel_id")["geometry_hash"].last()
    return reviews["geometry_hash"].where(told, reviews["parcel_id"].map(latest).astype(frames.TEXT).fillna(""))
