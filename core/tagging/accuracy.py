# SPDX-License-Identifier: GPL-2.0-or-later
"""How right the tags are: matrix, overall accuracy, kappa, precision and recall by class with 95 % intervals."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from .. import frames, schema
from ..errors import RenewalError
from ..run import Run
from .doubt import is_doubted
from .overlays import DONE
from .reviews import TAGS, tell_tags

Objects = npt.NDArray[np.object_]
Z95 = 1.959964  # normal quantile of a two-sided 95 % interval


@dataclass(frozen=True, eq=False)
class Accuracy:
    """Tables tag_matrix and tag_errors; `accuracy` and `kappa` over the tags at any level, NaN without parcels."""

    matrix: pd.DataFrame
    errors: pd.DataFrame
    accuracy: float
    kappa: float


def compare_tags(tagged: pd.DataFrame, truth: pd.DataFrame, run: Run) -> Accuracy:
    """Compare tags with what parcels really are.

    Parameters: `tagged` with parcel_id, tag, tag_level, tag_reason, geometry; `truth` with parcel_id, truth (a tag).
    Precision and recall are of `confirmed`; `recall_any` and `f1` count suspected as well. Intervals: Wilson, 95 %.
    Truths without a parcel (`truth_without_parcel`), twice (`truth_twice`), that contradict each other
    (`truth_differs`) or of an unknown class (`truth_unknown`) are left out and listed, and so are parcels whose tag is
    no class (`tagged_class_unknown`). Raises RenewalError: `truth_no_class` when no truth is a class,
    `truth_matches_nothing` when no id is common, `truth_all_differ` when all that are contradict each other,
    `tagged_class_none` when no common parcel bears a class.
    Source: congruence measures as in Congalton & Green; Cohen 1960; Wilson 1927.
    """
    known = truth[truth["truth"].isin(TAGS)]
    run.leave_out("TRUTH", truth["parcel_id"][~truth["truth"].isin(TAGS)], "truth_unknown", "warning")
    differs = known.groupby("parcel_id")["truth"].transform("nunique") > 1
    twice = known.duplicated("parcel_id") & ~differs
    run.leave_out("TRUTH", known["parcel_id"][differs], "truth_differs", "warning")
    run.leave_out("TRUTH", known["parcel_id"][twice], "truth_twice", "warning")
    joined = tagged.merge(known[~twice & ~differs][["parcel_id", "truth"]], on="parcel_id", how="inner")
    absent = known[~known["parcel_id"].isin(tagged["parcel_id"])]
    run.leave_out("TRUTH", absent["parcel_id"], "truth_without_parcel", "warning")
    if not len(known) and len(truth):
        words = sorted(frames.texts(truth["truth"]).fillna("—").unique())
        raise RenewalError("truth_no_class", n=len(truth), words=words)
    if len(absent) == len(known):
        raise RenewalError("truth_matches_nothing", n=len(truth), m=len(tagged))
    if not len(joined):
        raise RenewalError("truth_all_differ", n=known["parcel_id"][differs].nunique())
    strange = ~joined["tag"].isin(TAGS)
    run.leave_out("TAGGED", joined["parcel_id"][strange], "tagged_class_unknown", "warning")
    joined = joined[~strange].reset_index(drop=True)
    if not len(joined):
        raise RenewalError("tagged_class_none", n=int(strange.sum()))
    real, tag = joined["truth"].to_numpy(dtype=object), joined["tag"].to_numpy(dtype=object)
    sure = (joined["tag_level"] == "confirmed").to_numpy(dtype=bool, na_value=False)
    counts = np.array([[int(((real == row) & (tag == column)).sum()) for column in TAGS] for row in TAGS])
    rows = [_row(name, counts[number], (real, tag, sure)) for number, name in enumerate(TAGS)]
    matrix = frames.conform(pd.DataFrame(rows), schema.table("tag_matrix"))
    wrong = joined[real != tag].sort_values("parcel_id")
    errors = frames.conform(wrong, schema.table("tag_errors"))
    return Accuracy(matrix, errors, *_overall(counts))


def _row(
    name: str, counts: npt.NDArray[np.int64], what: tuple[Objects, Objects, npt.NDArray[np.bool_]]
) -> dict[str, object]:
    real, tag, sure = what
    mine, said = real == name, tag == name
    firm = said if name == "none" else said & sure
    hit, all_said = int((mine & firm).sum()), int(firm.sum())
    n, any_hit, any_said = int(mine.sum()), int((mine & said).sum()), int(said.sum())
    precision, recall = wilson(hit, all_said), wilson(hit, n)
    return {
        "class": name, "n": n, **{f"as_{other}": int(count) for other, count in zip(TAGS, counts)},
        "precision": precision[0], "precision_lo": precision[1], "precision_hi": precision[2],
        "recall": recall[0], "recall_lo": recall[1], "recall_hi": recall[2],
        "recall_any": any_hit / n if n else np.nan, "f1": _f1(any_hit, any_said, n),
        "f1_confirmed": _f1(hit, all_said, n),
    }  # fmt: skip


def wilson(hits: int, n: int) -> tuple[float, float, float]:
    """Return a share and its 95 % interval (Wilson 1927); NaN of nothing."""
    if n == 0:
        return np.nan, np.nan, np.nan
    share, square = hits / n, Z95**2
    middle = (share + square / (2 * n)) / (1 + square / n)
    half = Z95 / (1 + square / n) * np.sqrt(share * (1 - share) / n + square / (4 * n * n))
    return share, float(max(0.0, middle - half)), float(min(1.0, middle + half))


def _f1(hit: int, said: int, real: int) -> float:
    return 2 * hit / (said + real) if said + real else np.nan


def _overall(counts: npt.NDArray[np.int64]) -> tuple[float, float]:
    """Return overall accuracy and Cohen's kappa (1 when chance alone agrees fully)."""
    total = counts.sum()
    agreed = np.trace(counts) / total
    chance = float((counts.sum(axis=0) * counts.sum(axis=1)).sum()) / float(total) ** 2
    return float(agreed), float((agreed - chance) / (1 - chance)) if chance < 1 else 1.0


def sample_size(population: int, margin: float) -> int:
    """Return how many of `population` to visit for a share ± margin at 95 %, at worst (a half): with the finite
    population correction. Source: Cochran 1977.
    """
    if population == 0:
        return 0
    endless = Z95**2 * 0.25 / margin**2
    return int(min(population, np.ceil(endless / (1 + (endless - 1) / population))))


def choose_field_sample(tagged: pd.DataFrame, margin: float, seed: int, run: Run) -> pd.DataFrame:
    """Return table field_sample: whom to visit, in order.

    All doubtful parcels come first (suspected, the nearest to a limit before others: by score; then tags that the form
    of the houses speaks against), then from each class a random sample that gives its share of right tags ± margin.
    Reviewed parcels need no visit, nor do those that a programme has begun or done (DONE): nothing is decided there,
    and no count of classes holds them (`sample_without_done`). The same seed gives the same sample whatever the order
    of rows.
    """
    tell_tags(tagged, run)
    table = tagged.sort_values("parcel_id", ignore_index=True)
    source = frames.optional(table, "tag_source").fillna("rule")
    done = frames.optional(table, "programme").isin(DONE).to_numpy(dtype=bool, na_value=False)
    open_ones = (source != "review").to_numpy(dtype=bool)
    if (done & open_ones).any():
        run.note("sample_without_done", n=int((done & open_ones).sum()))
    table = table[open_ones & ~done].reset_index(drop=True)
    by_score = table.assign(_score=frames.optional(table, "tag_score", "real"))
    by_score = by_score.sort_values(["_score", "parcel_id"], ascending=[False, True]).drop(columns="_score")
    suspected = by_score["tag_level"] == "suspected"
    against = frames.optional(by_score, "tag_evidence").map(is_doubted).to_numpy(dtype=bool) & ~suspected
    parts = [
        by_score[rows].assign(why=why, stratum=by_score["tag"][rows])
        for why, rows in (("suspected", suspected), ("form", against))
    ]
    random = np.random.default_rng(seed)
    for name in TAGS:
        mine = table[(table["tag"] == name) & ~table["parcel_id"].isin(by_score["parcel_id"][suspected | against])]
        chosen = np.sort(random.permutation(len(mine))[: sample_size(len(mine), margin)])
        parts.append(mine.iloc[chosen].assign(why="random", stratum=name))
        run.fact(**{f"visit_{name}_n": len(chosen), f"of_{name}_n": len(mine)})
    found = pd.concat(parts, ignore_index=True)
    found["visit"] = np.arange(1, len(found) + 1)
    return frames.conform(found, schema.table("field_sample"))
