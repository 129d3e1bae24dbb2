# SPDX-License-Identifier: GPL-2.0-or-later
"""What communities lack: sums people quote, cover by people, land and floor, sizes that can be built."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from .. import frames, schema
from ..inputs.overlay import first_at
from ..run import Run
from ..slices import sliced
from ..trees import Tree
from .demand import MILLI, Demand, who_is_unknown
from .gap import KindResult
from .radius import Spots, cutting_lines, look_straight
from .standard import Kind

Reals = npt.NDArray[np.float64]
Places = npt.NDArray[np.intp]

OUTSIDE = {"zh": "未划入社区", "en": "In no community"}
ASKED = 500  # facilities between two looks at Cancel: one that lies far from all parcels takes long
WHOLE = {"zh": "全部", "en": "All"}


@dataclass(frozen=True, eq=False)
class Districts:
    """Communities (or groups of parcels): `ids`, `names`, `shapes` (k,); `of_parcel`, `of_facility` say whose row."""

    ids: npt.NDArray[np.object_]
    names: npt.NDArray[np.object_]
    shapes: npt.NDArray[np.object_]
    of_parcel: Places
    of_facility: Places


def districts_of_layer(
    communities: pd.DataFrame, parcels: pd.DataFrame, facilities: pd.DataFrame, run: Run
) -> Districts:
    """Return the communities of a layer, in order of their ids; what lies in none goes into one row of its own.

    A parcel or facility belongs where its inside point lies; the lowest id where communities overlap.
    """
    table = communities.sort_values("community_id", ignore_index=True)
    shapes = frames.geometries(table)
    of_parcel, of_facility = (
        first_at(sliced(shapely.point_on_surface, frames.geometries(layer), run=run), shapes)
        for layer in (parcels, facilities)
    )
    ids, names = list(table["community_id"]), list(frames.optional(table, "name"))
    areas = list(shapes)
    if (of_parcel < 0).any() or (of_facility < 0).any():  # supply across the boundary serves people here
        ids, names, areas = [*ids, "-"], [*names, OUTSIDE[run.language]], [*areas, None]
        of_parcel = np.where(of_parcel < 0, len(shapes), of_parcel)
        of_facility = np.where(of_facility < 0, len(shapes), of_facility)
    return Districts(_objects(ids), _objects(names), _objects(areas), of_parcel, of_facility)


def districts_of_streets(communities: pd.DataFrame, districts: Districts) -> Districts | None:
    """Return the subdistricts (街道) that the communities of `districts` belong to, None where nothing names them.

    A community's subdistrict is its column `subdistrict`, else the first nine figures of a code of twelve (statistical
    codes: province, city, county, subdistrict, community). Communities that name none form one row of their own.
    """
    table = communities.sort_values("community_id", ignore_index=True)
    told = frames.optional(table, "subdistrict").astype(frames.TEXT).str.strip()
    coded = table["community_id"].astype(frames.TEXT).str.extract(r"^(\d{9})\d{3}$")[0].astype(frames.TEXT)
    words = told.where(told.notna() & (told != ""), coded)
    if words.isna().all():
        return None
    words = pd.concat([words.fillna("-"), pd.Series(["-"] * (len(districts.ids) - len(table)), dtype=frames.TEXT)])
    codes, ids = pd.factorize(words.to_numpy(dtype=object), sort=True)
    shapes = []
    for code in range(len(ids)):
        parts = [shape for shape in districts.shapes[codes == code] if shape is not None]
        shapes.append(shapely.union_all(parts) if parts else None)
    names = _objects([str(item) for item in ids])
    return Districts(names, names, _objects(shapes), *(
        np.where(owner >= 0, codes[np.maximum(owner, 0)], -1).astype(np.intp)
        for owner in (districts.of_parcel, districts.of_facility)
    ))  # fmt: skip


def districts_of_field(
    labels: pd.Series | None, parcels: pd.DataFrame, facilities: pd.DataFrame, run: Run
) -> Districts:
    """Return one district per value of a parcel field, or a single one for all parcels without a field.

    A facility belongs to the district of the parcel it stands on, else of the nearest; of several the first district.
    """
    words = pd.Series([WHOLE[run.language]] * len(parcels)) if labels is None else labels.reset_index(drop=True)
    words = words.astype(frames.TEXT).fillna("-")
    codes, ids = pd.factorize(words, sort=True)
    land = frames.geometries(parcels)
    shapes = [shapely.geometrycollections(land[codes == code]) for code in range(len(ids))]  # only nearness is asked
    points = sliced(shapely.point_on_surface, frames.geometries(facilities), run=run)
    tree = Tree(land)
    of_facility = np.full(len(points), len(ids), dtype=np.intp)
    for start in range(0, len(points), ASKED):
        run.check()
        facility, parcel = tree.query_nearest(points[start : start + ASKED])
        np.minimum.at(of_facility, start + facility, codes[parcel])  # the order of rows must not decide
    of_facility[of_facility == len(ids)] = -1
    names = _objects([str(item) for item in ids])
    return Districts(names, names, _objects(shapes), codes.astype(np.intp), of_facility.astype(np.intp))


def _objects(items: list[object]) -> npt.NDArray[np.object_]:
    array = np.empty(len(items), dtype=object)
    array[:] = items
    return array


class Summaries:
    """Table gap_summary of several divisions of the same ground, which is looked at once; kinds come in any order."""

    def __init__(
        self, several: Sequence[Districts], parcels: pd.DataFrame, facilities: pd.DataFrame,
        barriers: pd.DataFrame | None, run: Run,
    ) -> None:  # fmt: skip
        self._several, self._facilities = several, facilities
        self._areas = [_areas_of(districts) for districts in several]
        self._ground = _ground(parcels, barriers, run)
        self._rows: list[dict[str, pd.DataFrame]] = [{} for _ in several]

    def add(self, demand: Demand, result: KindResult, run: Run) -> None:
        """Take the sums of one kind."""
        cover = _land_cover(self._ground, self._facilities, demand, result, run)
        for districts, areas, rows in zip(self._several, self._areas, self._rows):
            run.check()
            frame = _rows_of(districts, demand, result)
            frame |= _cover_of(districts, self._ground, cover)
            frame |= _exam(districts, areas, self._facilities, result, run.language)
            rows[result.kind.id] = pd.DataFrame(frame)

    def tables(self, kinds: Sequence[Kind]) -> list[pd.DataFrame]:
        """Return table gap_summary of each division: one row a community and kind, kinds in this order.

        `supply` is what stands inside; `surplus` = supply − served, so that need − supply = gap − surplus (below 0
        where people are served elsewhere). Where nobody knows the people of any home, people, need, served, gap,
        surplus and sizes are NULL. Cover: shares of the kind's people, of residential land (parcel area × resid_share,
        NULL without that column) and of residential floor within the radius or the walk. Feasible: n = ceil(gap ÷
        largest size) of size max(smallest, gap ÷ n); a gap under half the smallest size gives 0: join a neighbour.
        `exam_missing`: 1 where no existing facility of the standard's floor area lies inside or within the radius,
        NULL where the floor areas are unknown.
        """
        table = schema.table("gap_summary")
        return [
            frames.conform(pd.concat([rows[kind.id] for kind in kinds], ignore_index=True), table)
            for rows in self._rows
        ]


def _rows_of(districts: Districts, demand: Demand, result: KindResult) -> dict[str, object]:
    kind, k = result.kind, len(districts.ids)
    of_point = districts.of_parcel[demand.parcel]

    def add(values: npt.ArrayLike) -> Reals:
        """Return sums by community of values by demand point."""
        return _add(values, of_point, k)

    people, floor = demand.people[kind.people] / MILLI, np.nan_to_num(demand.floor_m2)
    walked = np.isin(np.arange(len(demand.ids)), result.pairs.place)
    need, served = add(result.need), add(result.served)
    of_supply = districts.of_facility[result.supply["facility"].to_numpy(dtype=np.intp)]
    inside = of_supply >= 0
    capacity = result.supply["capacity"].fillna(0).to_numpy("float64")
    supply = np.bincount(of_supply[inside], weights=capacity[inside], minlength=k)
    gap = np.round(need - served, 6)
    n, size = feasible_sizes(gap, kind)
    nobody, _ = who_is_unknown(demand, kind.people, of_point, k)
    blank, _ = who_is_unknown(demand, kind.need_of, of_point, k)
    need, served, gap, n, size = (np.where(blank, np.nan, values) for values in (need, served, gap, n, size))
    return {
        "community_id": districts.ids, "name": districts.names, "kind": kind.id, "unit": kind.unit,
        "people": np.where(nobody, np.nan, add(people)), "need": need, "supply": supply, "served": served, "gap": gap,
        "surplus": supply - served, "feasible_n": n, "feasible_size": size,
        "radius_cover_people": _share(add(people * result.in_radius), add(people)),
        "radius_cover_floor": _share(add(floor * result.in_radius), add(floor)),
        "walk_cover_people": _share(add(people * walked), add(people)),
        "walk_cover_floor": _share(add(floor * walked), add(floor)),
    }  # fmt: skip


def feasible_sizes(gap: Reals, kind: Kind) -> tuple[Reals, Reals]:
    """Return how many facilities of which size close a gap: (k,) counts and sizes, size NaN where there is none."""
    n = np.where(gap < kind.min_size / 2, 0, np.ceil(gap / kind.max_size))
    size = np.maximum(kind.min_size, np.divide(gap, n, out=np.zeros(len(gap)), where=n > 0))
    return n, np.where(n > 0, size, np.nan)


def _share(part: Reals, whole: Reals) -> Reals:
    return np.divide(part, whole, out=np.full(len(whole), np.nan), where=whole > 0)


@dataclass(frozen=True, eq=False)
class _Ground:
    """Of the parcels (n,): residential land in m² and inside points; both None where the share is unknown."""

    resid_m2: Reals | None
    spots: Spots | None


def _ground(parcels: pd.DataFrame, barriers: pd.DataFrame | None, run: Run) -> _Ground:
    if "resid_share" not in parcels:
        return _Ground(None, None)
    land = frames.geometries(parcels)
    points = sliced(shapely.point_on_surface, land, run=run)
    resid_m2 = np.nan_to_num(frames.shares(parcels, "resid_share")) * shapely.area(land)
    return _Ground(resid_m2, Spots(points, cutting_lines(barriers)))


def _land_cover(
    ground: _Ground, facilities: pd.DataFrame, demand: Demand, result: KindResult, run: Run
) -> tuple[Reals, Reals] | None:
    """Return residential m² of the parcels that are covered: by their inside points, by their people within reach."""
    if ground.resid_m2 is None or ground.spots is None:
        return None
    shapes = frames.geometries(facilities)[result.supply["facility"].to_numpy(dtype=np.intp)]
    _, inside = look_straight(ground.spots, shapes, result.kind.radius_m, replace(run, report=_silently))
    walked = np.isin(np.arange(len(demand.ids)), result.pairs.place)
    n = len(ground.resid_m2)
    people = demand.people["pop"]
    share = np.nan_to_num(_share(_add(people * walked, demand.parcel, n), _add(people, demand.parcel, n)))
    return ground.resid_m2 * inside, ground.resid_m2 * share


def _silently(percent: float) -> None:
    """Tell nobody: how far the sums have come is told kind by kind."""


def _cover_of(districts: Districts, ground: _Ground, cover: tuple[Reals, Reals] | None) -> dict[str, Reals]:
    """Return cover of residential land: by a parcel's inside point (radius), by the share of its people (walk)."""
    k = len(districts.ids)
    if ground.resid_m2 is None or cover is None:
        nothing = np.full(k, np.nan)
        return {"radius_cover_land": nothing, "walk_cover_land": nothing}
    total = _add(ground.resid_m2, districts.of_parcel, k)
    names = ("radius_cover_land", "walk_cover_land")
    return {name: _share(_add(part, districts.of_parcel, k), total) for name, part in zip(names, cover)}


def _add(values: npt.ArrayLike, group: Places, n: int) -> Reals:
    return np.bincount(group, weights=np.asarray(values, dtype=np.float64), minlength=n).astype(np.float64)


def _areas_of(districts: Districts) -> tuple[shapely.STRtree, Places]:
    """Return the parts of all districts in one tree, and whose each is."""
    parts, owner = shapely.get_parts(districts.shapes, return_index=True)
    return shapely.STRtree(parts), owner.astype(np.intp)


def _exam(
    districts: Districts, areas: tuple[shapely.STRtree, Places], facilities: pd.DataFrame, result: KindResult,
    language: str,
) -> dict[str, object]:  # fmt: skip
    """Return the examination's name and, per community, whether a facility up to standard is missing."""
    kind, k = result.kind, len(districts.ids)
    if kind.exam_name is None or kind.exam_floor_m2 is None:
        return {"exam_name": None, "exam_missing": pd.array([None] * k, dtype="Int64")}
    rows = result.supply["facility"].to_numpy(dtype=np.intp)
    floor = result.supply["floor_m2"].to_numpy("float64")
    telling = ~(floor < kind.exam_floor_m2)  # a smaller one changes nothing
    rows, floor = rows[telling], floor[telling]
    (tree, owner), shapes, home = areas, frames.geometries(facilities)[rows], districts.of_facility[rows]
    near, part = tree.query(shapes, predicate="dwithin", distance=kind.radius_m)
    inside = np.flatnonzero(home >= 0)
    facility, row = np.concatenate([near, inside]), np.concatenate([owner[part], home[inside]])
    is_good, is_unclear = np.zeros(k, dtype=bool), np.zeros(k, dtype=bool)
    is_good[row[floor[facility] >= kind.exam_floor_m2]] = True
    is_unclear[row[np.isnan(floor[facility])]] = True
    missing = [0 if good else None if unclear else 1 for good, unclear in zip(is_good, is_unclear)]
    return {"exam_name": kind.exam_name[language], "exam_missing": pd.array(missing, dtype="Int64")}
