# SPDX-License-Identifier: GPL-2.0-or-later
"""People's decisions: a review with a name and a date stands above the rules, as long as the parcel is the same."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from .. import frames
from ..run import Run
from ..words import say
from .moments import is_moment, is_to_come, moment_key

TAGS = ("old_compound", "urban_village", "idle_factory", "idle_building", "none")
Objects = npt.NDArray[np.object_]
Rows = npt.NDArray[np.int64]
SHOWN = ("tag", "tag_level", "tag_source", "tag_second", "tag_reason")  # columns that a review decides


def apply_reviews(
    tagged: pd.DataFrame, reviews: pd.DataFrame | None, hashes: Objects | None, titles: Mapping[str, str], run: Run
) -> pd.DataFrame:
    """Return `tagged` with the decisions of the reviews.

    Parameters: `tagged` with parcel_id, tag, tag_level, tag_source, tag_second, tag_reason; `reviews` as table
    `reviews`; `hashes` (n,) identity.geometry_hash of each parcel in its layer's own system (None: nothing to compare);
    `titles` of the tags in the language of the run.
    Of several reviews of a parcel the latest counts (`moment_key`). A parcel is the same when its geometry is: a review
    whose parcel has another id now follows its geometry and is applied, with `review_id_changed`. Not applied, with a
    row in LEFT_OUT: without reviewer or date or with an unknown tag (`review_incomplete`), of a parcel that is gone
    (`review_parcel_missing`), of one whose geometry has changed (`review_geometry_changed`, and the parcel's reason
    says what was decided). A date in the future is told (`review_to_come`). Where the rules say something else than the
    review, `review_differs` tells; where they say something else than when it was made (`rule_tag`),
    `review_rule_changed`.
    """
    if reviews is None or not len(reviews):
        return tagged
    table = pd.DataFrame({name: _text(reviews, name) for name in (
        "review_id", "parcel_id", "geometry_hash", "tag", "reviewer", "reviewed_at", "reason", "rule_tag"
    )})  # fmt: skip
    whole = is_whole(table)
    run.leave_out("REVIEWS", table["review_id"][~whole], "review_incomplete", "warning")
    table = table[whole]
    run.leave_out("REVIEWS", table["review_id"][to_come(table)], "review_to_come", "warning")
    table = table.assign(at=table["reviewed_at"].map(moment_key))
    table = table.sort_values(["at", "review_id"], ignore_index=True)  # the latest comes last
    row, same = _find_parcels(table, tagged["parcel_id"], hashes)
    run.leave_out("REVIEWS", table["review_id"][row < 0], "review_parcel_missing", "warning")
    changed: dict[int, int] = {}
    latest: dict[int, int] = {}
    for item, (at, fits) in enumerate(zip(row.tolist(), same.tolist())):
        if at >= 0:
            (latest if fits else changed)[at] = item
    _tell_changed(table, row, same, tagged["parcel_id"].to_numpy(dtype=object), run)
    found = _decided(tagged, table, latest, titles, run)
    open_rows = {at: item for at, item in changed.items() if at not in latest}
    return _flagged(found, table, open_rows, titles, run)


def tell_tags(parcels: pd.DataFrame, run: Run) -> None:
    """Say how many parcels of a tagged layer bear a word that is no tag, or none (`tags_unknown`)."""
    tags = frames.optional(parcels, "tag").astype(frames.TEXT)
    odd = tags[~tags.isin(TAGS)]
    if len(odd):
        run.warn("tags_unknown", n=len(odd), words=sorted(odd.fillna("—").unique().tolist()))


def is_whole(table: pd.DataFrame) -> pd.Series:
    """Say which reviews can be applied: with a name, a date that can be read and a known tag."""
    dated = np.array([is_moment(str(text)) for text in table["reviewed_at"]], dtype=bool)
    return (table["reviewer"].str.strip() != "") & dated & table["tag"].isin(TAGS)


def to_come(table: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Say which reviews are dated in the future: until then no later decision counts beside them."""
    return np.array([is_to_come(str(text)) for text in table["reviewed_at"]], dtype=bool)


def _find_parcels(table: pd.DataFrame, ids: pd.Series, hashes: Objects | None) -> tuple[Rows, npt.NDArray[np.bool_]]:
    """Return the row of each review's parcel (−1 = none) and whether it is still the same land."""
    by_id = pd.Index(ids).get_indexer(table["parcel_id"]).astype(np.int64)
    given = table["geometry_hash"].to_numpy(dtype=object)
    if hashes is None:
        return by_id, np.ones(len(table), dtype=bool)
    here = np.full(len(table), None, dtype=object)
    here[by_id >= 0] = hashes[by_id[by_id >= 0]]
    same = (by_id >= 0) & ((given == "") | (given == here))
    unique = pd.Series(np.arange(len(hashes)), index=hashes)
    unique = unique[~unique.index.duplicated(keep=False) & ~pd.isna(hashes)]
    by_shape = unique.reindex(given).fillna(-1).to_numpy(np.int64)
    moved = ~same & (by_shape >= 0)
    return np.where(moved, by_shape, by_id), same | moved


def _tell_changed(table: pd.DataFrame, row: Rows, same: npt.NDArray[np.bool_], ids: Objects, run: Run) -> None:
    for item in np.flatnonzero(row >= 0):
        review, parcel = table["review_id"][item], table["parcel_id"][item]
        if not same[item]:
            run.leave_out("REVIEWS", [review], "review_geometry_changed", "warning", parcel=parcel)
        elif str(ids[row[item]]) != parcel:
            run.leave_out("REVIEWS", [review], "review_id_changed", "warning", was=parcel, now=str(ids[row[item]]))


def _decided(
    tagged: pd.DataFrame, table: pd.DataFrame, latest: Mapping[int, int], titles: Mapping[str, str], run: Run
) -> pd.DataFrame:
    columns = {name: tagged[name].to_numpy(dtype=object, copy=True) for name in SHOWN}
    for row, item in sorted(latest.items()):
        review = table.iloc[item]
        before, tag = str(columns["tag"][row]), str(review["tag"])
        _tell_rule(tagged["parcel_id"].iloc[row], before, review, titles, run)
        if before != tag:
            columns["tag_second"][row] = None if before == "none" else before
        columns["tag"][row], columns["tag_source"][row] = tag, "review"
        columns["tag_level"][row] = "none" if tag == "none" else "confirmed"
        columns["tag_reason"][row] = say(
            "tag_reviewed", run.language, title=titles[tag], reviewer=review["reviewer"], day=review["reviewed_at"],
            reason=review["reason"] or "—", rule=columns["tag_reason"][row],
        )  # fmt: skip
    run.fact(reviews_applied_n=len(latest))
    return tagged.assign(**{name: frames.texts(values) for name, values in columns.items()})


def _tell_rule(parcel: str, rule: str, review: pd.Series, titles: Mapping[str, str], run: Run) -> None:
    """Say where the rules have changed their mind since the review, or differ from it."""
    was, tag = str(review["rule_tag"]), str(review["tag"])
    if was in TAGS and was != rule:
        words: dict[str, Any] = {"was": titles[was], "now": titles[rule], "review": titles[tag]}
        run.leave_out("PARCELS", [parcel], "review_rule_changed", "warning", **words)
    elif rule != tag:
        run.leave_out("PARCELS", [parcel], "review_differs", "info", rule=titles[rule], review=titles[tag])


def _flagged(
    tagged: pd.DataFrame, table: pd.DataFrame, rows: Mapping[int, int], titles: Mapping[str, str], run: Run
) -> pd.DataFrame:
    """Return `tagged` with a word about decisions that no longer fit the land; the rules' tag stays."""
    reasons = tagged["tag_reason"].to_numpy(dtype=object, copy=True)
    for row, item in sorted(rows.items()):
        review = table.iloc[item]
        reasons[row] = say(
            "tag_review_open", run.language, title=titles[str(review["tag"])], reviewer=review["reviewer"],
            day=review["reviewed_at"], rule=reasons[row],
        )  # fmt: skip
    run.fact(reviews_open_n=len(rows))
    return tagged.assign(tag_reason=frames.texts(reasons))


def _text(table: pd.DataFrame, name: str) -> Objects:
    """Return a text column, missing as ''."""
    words: Objects = frames.optional(table, name).astype(frames.TEXT).fillna("").to_numpy(dtype=object)
    return np.array([str(word).strip() for word in words], dtype=object)
