# SPDX-License-Identifier: GPL-2.0-or-later
"""People's decisions: a review with a name and a date stands above the rules, as long as the parcel is the same."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd

from .. import frames
from ..run import Run
from ..words import say

TAGS = ("old_compound", "urban_village", "idle_factory", "idle_building", "none")


def apply_reviews(
    tagged: pd.DataFrame, reviews: pd.DataFrame | None, hashes: npt.NDArray[np.object_] | None,
    titles: Mapping[str, str], run: Run,
) -> pd.DataFrame:  # fmt: skip
    """Return `tagged` with the decisions of the reviews.

    Parameters: `tagged` with parcel_id, tag, tag_level, tag_source, tag_second, tag_reason; `reviews` as table
    `reviews`; `hashes` (n,) identity.geometry_hash of each parcel in its layer's own system (None: nothing to compare);
    `titles` of the tags in the language of the run.
    Of several reviews of a parcel the latest counts. Left out, with a row in LEFT_OUT: without reviewer or date or with
    an unknown tag (`review_incomplete`), of a parcel that is not there (`review_parcel_missing`), of a parcel whose
    geometry has changed (`review_geometry_changed`). Where the rules now say something else, `review_differs` tells.
    """
    if reviews is None or not len(reviews):
        return tagged
    table = reviews.reset_index(drop=True)
    ids, names = _text(table, "review_id"), _text(table, "reviewer")
    days, tags = _text(table, "reviewed_at"), _text(table, "tag")
    row = pd.Index(tagged["parcel_id"]).get_indexer(_text(table, "parcel_id"))
    whole = (names != "") & (days != "") & np.isin(tags, TAGS)
    run.leave_out("REVIEWS", ids[~whole], "review_incomplete", "warning")
    there = row >= 0
    run.leave_out("REVIEWS", ids[whole & ~there], "review_parcel_missing", "warning")
    given = _text(table, "geometry_hash")
    same = np.ones(len(table), dtype=bool)
    if hashes is not None:
        now = np.where(there, hashes[row], np.array("", dtype=object))
        same = (given == "") | (given == now)
        for item in np.flatnonzero(whole & there & ~same):
            parcel = str(table["parcel_id"][item])
            run.leave_out("REVIEWS", [ids[item]], "review_geometry_changed", "warning", parcel=parcel)
    use = np.flatnonzero(whole & there & same)
    use = use[np.lexsort((ids[use].astype(str), days[use].astype(str)))]  # the latest is written last
    latest = {int(row[item]): int(item) for item in use}
    return _decided(tagged, table, latest, titles, run)


def _decided(
    tagged: pd.DataFrame, table: pd.DataFrame, latest: Mapping[int, int], titles: Mapping[str, str], run: Run
) -> pd.DataFrame:
    found = tagged.copy()
    columns = {name: found[name].to_numpy(dtype=object, copy=True)
               for name in ("tag", "tag_level", "tag_source", "tag_second", "tag_reason")}  # fmt: skip
    names, days = _text(table, "reviewer"), _text(table, "reviewed_at")
    tags, reasons = _text(table, "tag"), _text(table, "reason")
    for row, item in sorted(latest.items()):
        before, tag = str(columns["tag"][row]), str(tags[item])
        if before != tag:
            run.leave_out(
                "PARCELS", [tagged["parcel_id"].iloc[row]], "review_differs", "info",
                rule=titles[before], review=titles[tag],
            )  # fmt: skip
            columns["tag_second"][row] = None if before == "none" else before
        columns["tag"][row], columns["tag_source"][row] = tag, "review"
        columns["tag_level"][row] = "none" if tag == "none" else "confirmed"
        columns["tag_reason"][row] = say(
            "tag_reviewed", run.language, title=titles[tag], reviewer=names[item], day=days[item],
            reason=reasons[item] or "—", rule=columns["tag_reason"][row],
        )  # fmt: skip
    for name, values in columns.items():
        found[name] = frames.texts(values)
    run.fact(reviews_applied_n=len(latest))
    return found


def _text(table: pd.DataFrame, name: str) -> npt.NDArray[np.object_]:
    """Return a text column, missing as ''."""
    words: npt.NDArray[np.object_] = frames.optional(table, name).astype(frames.TEXT).fillna("").to_numpy(dtype=object)
    return np.array([str(word).strip() for word in words], dtype=object)
