"""Buildings and points on parcels: parts measured, ties by id, nothing lost, any order the same."""

import numpy as np
import pandas as pd
import shapely
from urban_renewal.core.inputs.overlay import first_at, parcels_at, share_buildings
from urban_renewal.core.run import Run


def land(*boxes):
    ids = [f"P{i}" for i in range(len(boxes))]
    return pd.DataFrame({"parcel_id": ids, "geometry": [shapely.box(*item) for item in boxes]})


def built(*boxes):
    ids = [f"B{i}" for i in range(len(boxes))]
    return pd.DataFrame({"building_id": ids, "geometry": [shapely.box(*item) for item in boxes]})


def test_shares_against_plain_intersection():
    """Every pair cut by hand, without a tree: the same shares for 400 random houses on a grid with gaps."""
    rng = np.random.default_rng(5)
    parcels = land(*[(10 * i, 10 * j, 10 * i + 9.5, 10 * j + 10) for i in range(8) for j in range(8)])
    corner = rng.uniform(-3, 80, (400, 2))
    houses = built(*[(x, y, x + w, y + h) for (x, y), (w, h) in zip(corner, rng.uniform(0.5, 12, (400, 2)))])
    run = Run()
    found = share_buildings(houses, parcels, run)
    area = np.round(shapely.area(shapely.intersection(
        houses["geometry"].to_numpy(object)[:, None], parcels["geometry"].to_numpy(object)[None, :]
    )), 3)  # fmt: skip
    area[area <= 0.01] = 0
    reach, foot = area.sum(axis=1), shapely.area(houses["geometry"].to_numpy(object))
    beside = (reach > 0) & (reach < 0.1 * foot)
    area[beside] = 0
    building, parcel = np.nonzero(area)
    order = np.lexsort((parcels["parcel_id"].to_numpy(str)[parcel], building))
    assert found["building"].tolist() == building[order].tolist()
    assert found["parcel"].tolist() == parcel[order].tolist()
    share = area[building, parcel] / area.sum(axis=1)[building]
    np.testing.assert_allclose(found["share"], share[order], atol=1e-9)
    assert found.groupby("building")["is_main"].sum().eq(1).all()
    for code, gone in (("building_outside", reach == 0), ("building_beside", beside)):
        lost = [item.feature_id for item in run.left_out if item.code == code]
        assert lost == [f"B{i}" for i in np.flatnonzero(gone)] and lost


def test_a_tie_goes_to_the_lower_id_and_touching_is_nothing():
    parcels = land((10, 0, 20, 10), (0, 0, 10, 10), (20, 0, 30, 10)).assign(parcel_id=["b", "a", "c"])
    found = share_buildings(built((8, 2, 12, 4), (15, 2, 20, 4)), parcels, Run())
    assert found[["building", "parcel", "share", "is_main"]].to_numpy().tolist() == [
        [0, 1, 0.5, True], [0, 0, 0.5, False], [1, 0, 1.0, True],
    ]  # fmt: skip


def test_points_go_to_the_parcel_that_holds_them():
    parcels = land((0, 0, 10, 10), (10, 0, 20, 10), (5, 5, 15, 15)).assign(parcel_id=["b", "a", "c"])
    points = shapely.points([[1, 1], [10, 1], [7, 7], [14, 14], [99, 99]])
    assert parcels_at(points, parcels).tolist() == [0, 1, 0, 2, -1]
    assert parcels_at(points[:0], parcels).tolist() == []
    shapes = parcels["geometry"].to_numpy(dtype=object)
    inside = [[n for n, shape in enumerate(shapes) if shape.intersects(point)] for point in points]
    assert first_at(points, shapes).tolist() == [min(rows, default=-1) for rows in inside]
    assert first_at(points, shapes[:0]).tolist() == [-1] * 5
    assert first_at(points[:0], shapes).tolist() == []
    assert parcels_at(points, parcels.iloc[:0]).tolist() == [-1] * 5
