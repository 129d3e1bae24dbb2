"""A reference learner that knows no rule: plain indicators of a parcel and a multinomial logistic regression.

Written for the sample's honesty test : how hard the city is, is measured here, never on a ruleset.
"""

import re

import numpy as np
import pandas as pd
import shapely
from scipy.optimize import minimize

CLASSES = ("old_compound", "urban_village", "idle_factory", "none")
CODES = ("0701", "0702", "0601", "0508", "05H1", "08H1", "08H2", "0810", "1201")
STREAMS = ("power", "water", "firm", "tax", "poi", "people", "visit")
MORPHOLOGY = ("coverage", "far", "n", "foot", "floors", "floors_high", "gap", "turn", "area", "built", "dense")
MONTH_2025 = 2025 * 12 + 12


def year_of(text):
    """Return the middle of what a year text says, NaN for nothing."""
    if text is None or text is pd.NA:
        return np.nan
    if text.endswith("年代"):
        return 1900 + int(text[:2]) + 5
    found = [int(item) for item in re.findall(r"(?:19|20)\d\d", text)]
    return float(np.mean(found[:2])) if found else np.nan


def mean_by(owner, values, n):
    """Return the mean of values by owner, NaN where nothing is known."""
    good = ~np.isnan(values)
    total = np.bincount(owner[good], values[good], minlength=n)
    count = np.bincount(owner[good], minlength=n)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def share_of(column, words):
    """Return 1 or 0 for these words, NaN where the column is missing."""
    return np.where(column.isna(), np.nan, column.isin(words).fillna(False).astype(float))


def indicators(layers, truth):
    """Return (features of the parcels in `truth`, in its order): a frame of plain numbers, NaN = unknown."""
    parcels = layers["parcels"].set_index("parcel_id").loc[truth["parcel_id"]].reset_index()
    buildings = layers["buildings"]
    shapes = shapely.make_valid(parcels["geometry"].to_numpy(dtype=object))
    n = len(parcels)
    area = shapely.area(shapes)
    houses = buildings["geometry"].to_numpy(dtype=object)
    inside = shapely.STRtree(shapes).query(shapely.point_on_surface(houses), predicate="within")
    order = np.argsort(inside[0], kind="stable")
    house, owner = inside[0][order], inside[1][order]
    rows = buildings.iloc[house].reset_index(drop=True)
    houses = houses[house]
    found = pd.DataFrame(index=range(n))
    form(found, rows, houses, owner, area, n)
    records(found, parcels, rows, owner, n)
    signals(found, layers["activity"], parcels, n)
    return found


def form(found, rows, houses, owner, area, n):
    """Add what a map alone shows: MORPHOLOGY."""
    foot = shapely.area(houses)
    floors = pd.to_numeric(rows["floors"]).to_numpy("float64", na_value=np.nan)
    floors = np.where(np.isnan(floors), rows["height"].to_numpy("float64") / 3.3, floors)
    count = np.bincount(owner, minlength=n)
    found["built"] = (count > 0).astype(float)
    found["coverage"] = np.bincount(owner, foot, minlength=n) / area
    found["far"] = np.bincount(owner, foot * np.nan_to_num(floors, nan=2.0), minlength=n) / area
    found["n"] = np.log1p(count)
    found["area"] = np.log(area)
    found["dense"] = np.log1p(count / area * 1e4)
    found["foot"] = mean_by(owner, np.log(foot), n)
    found["floors"] = mean_by(owner, np.log(floors), n)
    found["floors_high"] = mean_by(owner, (floors >= 8).astype(float), n)
    tree = shapely.STRtree(houses)
    pairs, distance = tree.query_nearest(houses, exclusive=True, return_distance=True, all_matches=False)
    gap = np.full(len(houses), np.nan)
    gap[pairs[0]] = np.log1p(distance)
    found["gap"] = mean_by(owner, gap, n)
    rings = shapely.get_coordinates(shapely.get_exterior_ring(houses)).reshape(len(houses), 5, 2)
    side = rings[:, 1] - rings[:, 0]
    angle = np.arctan2(side[:, 1], side[:, 0]) * 4
    cos, sin = mean_by(owner, np.cos(angle), n), mean_by(owner, np.sin(angle), n)
    found["turn"] = 1 - np.hypot(cos, sin)


def records(found, parcels, rows, owner, n):
    """Add what the cadastre and the survey of buildings say."""
    for code in CODES:
        found[f"code_{code}"] = (parcels["land_use"] == code).fillna(False).astype(float)
    collective = parcels["ownership"].str[0].isin(["3", "4"]).astype(float)
    found["collective"] = collective.where(parcels["ownership"].notna())
    for mark in ("203", "202", "201A"):
        found[f"mark_{mark}"] = (parcels["czcsxm"] == mark).astype(float).where(parcels["czcsxm"].notna())
    found["derelict"] = (parcels["tbxhdm"] == "FQ").fillna(False).astype(float)
    found["inside"] = parcels["in_boundary"].to_numpy("float64")
    year = np.array([year_of(text) for text in rows["year"].astype(object)], dtype="float64")
    found["year"] = mean_by(owner, np.clip(year, 1970, 2015), n)
    for limit in (1990, 2000, 2005):
        found[f"until_{limit}"] = mean_by(owner, np.where(np.isnan(year), np.nan, (year <= limit) * 1.0), n)
    for name, words in (
        ("住宅", ["住宅"]),
        ("厂房", ["厂房", "仓库"]),
        ("商业", ["商业"]),
        ("办公", ["办公", "文化", "学校"]),
    ):
        found[f"use_{name}"] = mean_by(owner, share_of(rows["use"], words), n)
    found["brick"] = mean_by(owner, share_of(rows["structure"], ["混合", "4", "砖木", "5"]), n)
    found["timber"] = mean_by(owner, share_of(rows["structure"], ["砖木", "5"]), n)
    found["lift"] = mean_by(owner, share_of(rows["lift"], ["有"]), n)
    found["danger"] = mean_by(owner, share_of(rows["danger"], ["C", "D"]), n)


def signals(found, activity, parcels, n):
    """Add each stream's value of its last twelve months on a log scale, and how long ago that was."""
    place = pd.Series(range(n), index=parcels["parcel_id"].astype(object))
    floor = found["far"].to_numpy() * np.exp(found["area"].to_numpy())
    at = place.reindex(activity["parcel_id"].astype(object)).to_numpy("float64")
    known = ~np.isnan(at)
    month = activity["date"].str[:4].astype(int) * 12 + activity["date"].str[5:7].astype(int)
    for stream in STREAMS:
        chosen = known & (activity["stream"] == stream).fillna(False).to_numpy(dtype=bool)
        owner = at[chosen].astype(int)
        value = np.bincount(owner, activity["value"].to_numpy()[chosen], minlength=n)
        has = np.bincount(owner, minlength=n) > 0
        last = np.zeros(n)
        np.maximum.at(last, owner, month.to_numpy()[chosen])
        rate = np.log10(1e-4 + value / np.maximum(floor, 1)) if stream not in ("firm", "poi", "visit") else value > 0
        stale = (MONTH_2025 - last > 12).astype(float)
        found[f"{stream}_rate"] = np.where(
            has, np.where(stale > 0, -4.0 if stream not in ("firm", "poi") else 0, rate), np.nan
        )
        found[f"{stream}_stale"] = np.where(has, stale, np.nan)


def prepare(frame, columns=None):
    """Return the values and a matrix that says where one is missing."""
    frame = frame[list(columns)] if columns else frame
    return frame.to_numpy("float64"), frame.isna().to_numpy(dtype=float)


class Logistic:
    """Multinomial logistic regression with a ridge, trained once."""

    def __init__(self, frame, tags, columns=None, ridge=3.0, weights=None):
        self.columns = columns
        values, _ = prepare(frame, columns)
        self.middle = np.nan_to_num(np.nanmean(values, axis=0))
        self.spread = np.maximum(np.nan_to_num(np.nanstd(values, axis=0)), 1e-6)
        x = self._design(frame)
        y = np.array([CLASSES.index(tag) for tag in tags])
        weight = np.ones(len(y)) if weights is None else np.asarray(weights)
        hot = np.eye(len(CLASSES))[y]

        def loss(flat):
            w = flat.reshape(x.shape[1], len(CLASSES))
            score = x @ w
            score -= score.max(axis=1, keepdims=True)
            p = np.exp(score)
            p /= p.sum(axis=1, keepdims=True)
            cost = -(weight * np.log(p[np.arange(len(y)), y] + 1e-300)).sum() + ridge / 2 * (w[1:] ** 2).sum()
            slope = x.T @ (weight[:, None] * (p - hot))
            slope[1:] += ridge * w[1:]
            return cost, slope.ravel()

        done = minimize(
            loss, np.zeros(x.shape[1] * len(CLASSES)), jac=True, method="L-BFGS-B", options={"maxiter": 300}
        )
        self.w = done.x.reshape(x.shape[1], len(CLASSES))

    def _design(self, frame):
        """Return a one, the standardised values (the mean where missing), and what is missing."""
        values, gaps = prepare(frame, self.columns)
        scaled = (np.where(gaps > 0, self.middle, values) - self.middle) / self.spread
        return np.column_stack([np.ones(len(scaled)), scaled, gaps])

    def predict(self, frame):
        return np.array(CLASSES)[np.argmax(self._design(frame) @ self.w, axis=1)]


def score(truth, found):
    """Return overall accuracy, Cohen's kappa, mean recall of the classes, recall and precision by class."""
    truth, found = np.asarray(truth, dtype=object), np.asarray(found, dtype=object)
    table = np.array([[np.sum((truth == a) & (found == b)) for b in CLASSES] for a in CLASSES], dtype=float)
    total = table.sum()
    right, chance = np.trace(table) / total, (table.sum(0) * table.sum(1)).sum() / total**2
    recall = np.diag(table) / table.sum(1)
    precision = np.diag(table) / np.maximum(table.sum(0), 1)
    return {"accuracy": right, "kappa": (right - chance) / (1 - chance), "balanced": recall.mean(),
            "recall": recall, "precision": precision}  # fmt: skip
