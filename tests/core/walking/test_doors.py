"""Doors: points all around large grounds, whose an entrance is, entrances that are too far away."""

import numpy as np
import pytest
import shapely
from urban_renewal.core.run import Run
from urban_renewal.core.walking.doors import inside_points, nearest_owner, rim_points, tell_far


def around(*shapes):
    """Return how many rim points each shape has, and the points."""
    layer = np.array(shapes, dtype=object)
    points, row = rim_points(layer, inside_points(layer))
    return np.bincount(row, minlength=len(layer)).tolist(), shapely.get_coordinates(points)


def test_points_along_the_rim_stand_evenly_at_most_50_m_apart():
    """Rims of 440 and 520 m: 9 points 48.9 m apart, 11 points 47.3 m apart, each walked to its end."""
    one, two = shapely.box(0, 0, 200, 20), shapely.box(1000, 0, 1240, 20)
    counts, xy = around(one, two)
    assert counts == [9, 11]
    for shape, start, n in ((one, 0, 9), (two, 9, 11)):
        ring = shapely.get_exterior_ring(shapely.normalize(shape))
        along = sorted(shapely.line_locate_point(ring, shapely.points(xy[start : start + n])))
        assert along == pytest.approx(np.arange(n) * shape.length / n)


def test_grounds_of_several_parts_are_entered_around_each_part_and_not_around_a_pond():
    pond = shapely.Polygon(shapely.box(0, 0, 200, 200).exterior.coords, [shapely.box(90, 90, 110, 110).exterior.coords])
    park = shapely.MultiPolygon([pond, shapely.box(300, 0, 302, 1)])
    counts, xy = around(park)
    assert counts == [17]  # 800 m ÷ 50 m, and one of the kiosk's 6 m
    assert shapely.distance(shapely.points(xy), shapely.box(90, 90, 110, 110)).min() > 80


@pytest.mark.parametrize(("corner_m", "n"), [(60.0, 0), (60.1, 6)])
def test_a_ground_is_large_when_a_corner_is_more_than_60_m_away(corner_m, n):
    """A strip 10 m wide whose corners are `corner_m` from its middle, 260 m around; a line is no ground."""
    long = 2 * np.sqrt(corner_m**2 - 25)
    counts, _ = around(shapely.box(0, 0, long, 10), shapely.LineString([(0, 50), (500, 50)]), shapely.Point(0, 0))
    assert counts == [n, 0, 0]


def test_an_entrance_is_of_the_nearest_within_the_limit_the_first_of_two():
    owners = np.array([shapely.Point(0, 0), shapely.Point(20, 0), shapely.Point(20, 0)], dtype=object)
    points = shapely.points([2, 10, 20, 25, 25.5], [0, 0, 0, 0, 0])
    assert nearest_owner(owners, points, 10.0).tolist() == [0, 0, 1, 1, 1]
    assert nearest_owner(owners, points, 5.0).tolist() == [0, -1, 1, 1, -1]


def test_an_entrance_more_than_500_m_away_is_listed():
    doors, names = shapely.points([500, 501], [0, 0]), np.array(["a", "b"], dtype=object)
    run = Run()
    tell_far(doors, names, np.array([shapely.Point(0, 0)] * 2, dtype=object), "ENTRANCES", run)
    told = [(row.layer, row.feature_id, row.code, row.severity, row.values) for row in run.left_out]
    assert told == [("ENTRANCES", "b", "entrance_far", "warning", {"metres": 501})]
