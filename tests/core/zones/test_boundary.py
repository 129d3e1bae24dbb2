"""Where boundaries run: centre lines, the middle of lanes, community edges; neighbours share one line."""

import numpy as np
import pytest
import shapely
import shapely.affinity
from urban_renewal.core.errors import Cancelled
from urban_renewal.core.run import Run
from urban_renewal.core.zones import boundary
from urban_renewal.core.zones import outline as outline_module
from urban_renewal.core.zones.boundary import Drafter, Lines
from urban_renewal.core.zones.outline import Ground, cut_faces, fill_empty

GAP = 30.0


def draw_boundaries(ground, zones, near, gap_m, lines, run):
    """Outlines of zones, drawn anew."""
    return Drafter(ground, near, gap_m, lines).draw(zones, run)


def row(n, side=100.0, street=20.0):
    return np.array([shapely.box(i * (side + street), 0, i * (side + street) + side, side) for i in range(n)])


def objects(*shapes):
    found = np.empty(len(shapes), dtype=object)
    found[:] = shapes
    return found


def draw(shapes, zones, run, **lines):
    near = [[j for j in (i - 1, i + 1) if 0 <= j < len(shapes)] for i in range(len(shapes))]
    return draw_boundaries(Ground(shapes), zones, near, GAP, Lines(**lines), run)


def test_to_the_middle_of_a_lane_that_nobody_drew(run):
    """Squares 20 m apart: the boundary stands in the middle, and at the parcels' edge where nothing is beyond."""
    outline = draw(row(3), [{1}], run)[0]
    assert outline.bounds == pytest.approx((110, 0, 230, 100), abs=0.01)
    assert outline.area == pytest.approx(120 * 100, rel=1e-3)


def test_to_the_centre_line_where_there_is_one(run):
    """The street's line lies 5 m from the eastern square, not in the middle; to the south a line 12 m away."""
    west, south = shapely.LineString([(115, -50), (115, 150)]), shapely.LineString([(-50, -12), (400, -12)])
    outline = draw(row(3), [{1}], run, centre=objects(west, south))[0]
    assert outline.bounds == pytest.approx((115, -12, 230, 100), abs=0.02)


def test_a_corner_between_two_centre_lines_is_the_crossing(run):
    """Half streets of 5 m and 12 m meet in the crossing; the lines run on, the zone does not."""
    west, south = shapely.LineString([(115, -50), (115, 150)]), shapely.LineString([(-50, -12), (400, -12)])
    outline = draw(row(3), [{1}], run, centre=objects(west, south))[0]
    assert outline.area == pytest.approx(100 * 100 + 5 * 100 + 12 * 110 + 5 * 12 + 10 * 100, rel=2e-3)


def test_a_line_too_far_away_is_not_this_zones_street(run):
    far = shapely.LineString([(-50, -31), (400, -31)])
    assert draw(row(3), [{1}], run, centre=objects(far))[0].bounds[1] == pytest.approx(0, abs=0.01)


@pytest.mark.parametrize("left", [100, 60, 99.9999999])
def test_a_parcel_that_begins_just_where_the_space_around_the_zone_ends(run, left):
    """Its corner or edge lies on the rim of the 30 m: of what is closed between them half counts, of a touch none."""
    outline = draw(objects(shapely.box(0, 0, 100, 100), shapely.box(left, 130, 200, 230)), [{0}], run)[0]
    assert outline.area == pytest.approx(100 * 100 + (100 - left) * 30 / 2, abs=1)


def test_neighbours_share_one_line(run):
    for centre in (objects(), objects(shapely.LineString([(113, -50), (113, 150)]))):
        a, b = draw(row(2), [{0}, {1}], run, centre=centre)
        assert shapely.intersection(a, b).area == pytest.approx(0, abs=1e-6)
        shared = shapely.intersection(shapely.boundary(a), shapely.boundary(b))
        assert shapely.length(shared) == pytest.approx(100, abs=0.5)
        assert shapely.union(a, b).geom_type == "Polygon"


def test_where_no_street_was_drawn_a_community_edge_decides(run):
    edge = shapely.LineString([(104, -50), (104, 150)])
    outline = draw(row(3), [{0}], run, edges=objects(edge))[0]
    assert outline.bounds[2] == pytest.approx(104, abs=0.01)


def test_a_river_and_a_given_zone_are_never_entered(run):
    river = shapely.box(102, -99, 108, 199)
    outline = draw(row(2), [{0}], run, shut=objects(river))[0]
    assert outline.bounds[2] <= 102.001
    assert shapely.intersection(outline, river).area == pytest.approx(0, abs=1e-6)


def test_members_across_a_wide_street_are_one_area(run):
    """Squares 60 m apart that a walk joins: a strip of 6 m across, which the zone beside it leaves free."""
    shapes = row(2, street=60.0)
    outline = draw(shapes, [{0, 1}], run)[0]
    assert outline.geom_type == "Polygon"
    assert outline.area == pytest.approx(2 * 100 * 100 + 60 * 6, rel=1e-3)


def turned_blocks(seed):
    """Blocks of turned parcels, zones at random, streets at random: ground, zones, neighbours and lines."""
    dice = np.random.default_rng(seed)
    side, pitch, n = 40.0, 55.0, 7
    shapes = np.array([shapely.affinity.rotate(shapely.box(x * pitch, y * pitch, x * pitch + side, y * pitch + side),
                                               dice.uniform(-8, 8)) for y in range(n) for x in range(n)])  # fmt: skip
    owner = dice.integers(-1, 3, len(shapes))
    zones = [set(np.flatnonzero(owner == zone).tolist()) for zone in range(3)]
    centre = [shapely.LineString([(i * pitch - 7, -50), (i * pitch - 7, n * pitch)]) for i in range(n + 1)
              if dice.random() < 0.5]  # fmt: skip
    near = [np.flatnonzero(shapely.dwithin(shapes, shape, GAP)).tolist() for shape in shapes]
    return shapes, zones, near, Lines(centre=objects(*centre))


@pytest.mark.parametrize("seed", range(6))
def test_no_parcel_is_cut_and_nothing_overlaps(seed, run):
    """Every outline holds its own and nothing else."""
    shapes, zones, near, lines = turned_blocks(seed)
    drawn = draw_boundaries(Ground(shapes), zones, near, GAP, lines, run)
    for zone, members in enumerate(zones):
        for i, shape in enumerate(shapes):
            inside = shapely.intersection(drawn[zone], shape).area
            assert inside == pytest.approx(shape.area if i in members else 0, abs=0.01)
    for a in range(3):
        for b in range(a):
            assert shapely.intersection(drawn[a], drawn[b]).area == pytest.approx(0, abs=0.01)


@pytest.mark.parametrize("seed", range(4))
def test_drawn_again_with_a_parcel_more_is_as_drawn_anew(seed, run, monkeypatch):
    """To the byte; the three zones share streets, of which only what the parcel changes is shared out again."""
    shared = []
    work = boundary._share
    monkeypatch.setattr(boundary, "_share", lambda *given: shared.append(1) or work(*given))
    shapes, zones, near, lines = turned_blocks(seed)
    free = set(range(len(shapes))).difference(*zones)
    wider = [zones[0] | {min(free)}, *zones[1:]]
    drafter = Drafter(Ground(shapes), near, GAP, lines)
    counts = []
    for members in (zones, wider, zones, wider):
        shared.clear()
        again = drafter.draw(members, run)
        counts.append(len(shared))
        anew = draw_boundaries(Ground(shapes), members, near, GAP, lines, run)
        assert [area.wkb for area in again] == [area.wkb for area in anew]
    assert counts[1] < counts[0]
    assert counts[2:] == [0, 0]


def test_what_is_far_from_a_change_is_not_drawn_again(run, monkeypatch):
    """Two pairs of squares, 200 m apart: the second pair keeps its part of the streets."""
    seen = []
    work = Drafter._street_faces
    monkeypatch.setattr(Drafter, "_street_faces", lambda self, zones, group, *more: seen.append(group)
                        or work(self, zones, group, *more))  # fmt: skip
    shapes = np.concatenate([row(3), shapely.transform(row(2), lambda xy: xy + np.array([540, 0]))])
    drafter = Drafter(Ground(shapes), [[1], [0, 2], [1], [4], [3]], GAP, Lines())
    drafter.draw([{0}, {3}, {4}], run)
    drafter.draw([{0, 1}, {3}, {4}], run)
    assert seen == [[0], [1, 2], [0]]


def test_a_hole_is_filled_unless_something_else_lies_in_it():
    """Holes of 10 × 10 m: nothing in it; a sliver of 0.05 m²; two slivers of 0.06 that lie on one another; two apart
    that are 0.12 together; a parcel; another zone; a zone beside it.
    """

    def strip(x, y):
        return shapely.box(x + 1, y, x + 7, y + 0.01)

    holes = [shapely.box(x, 20, x + 10, 30) for x in range(10, 150, 20)]
    outline = shapely.difference(shapely.box(0, 0, 160, 50), shapely.union_all(holes))
    parcels = [outline, shapely.box(31, 22, 36, 22.01), strip(50, 23), strip(50, 23), strip(70, 23), strip(70, 25),
               shapely.box(92, 22, 95, 25)]  # fmt: skip
    zones = [shapely.box(112, 22, 115, 25), shapely.box(130, 60, 170, 90)]
    filled = fill_empty(outline, Ground(np.array(parcels, dtype=object)), {0}, zones)
    assert [bool(filled.contains(hole.centroid)) for hole in holes] == [True, True, True, False, False, False, True]


def test_cancel_is_heard_in_the_middle_of_an_outline(monkeypatch):
    """Every long overlay is asked aside, and the pieces of street one by one."""
    looks = []
    monkeypatch.setattr(outline_module, "MANY", 1)
    run = Run(is_cancelled=lambda: looks.append(1) or False)
    ground = Ground(np.array([shapely.box(x, 0, x + 20, 30) for x in range(0, 200, 24)], dtype=object))
    near = [[j for j in (i - 1, i + 1) if 0 <= j < 9] for i in range(9)]
    draw_boundaries(ground, [{0, 1, 2, 3}, {4, 5, 6, 7}], near, 30, Lines(), run)
    assert len(looks) > 20
    for stop in (3, 8, 15):
        seen = []
        with pytest.raises(Cancelled):
            heard = Run(is_cancelled=lambda: seen.append(1) or len(seen) > stop)  # noqa: B023
            draw_boundaries(ground, [{0, 1, 2, 3}, {4, 5, 6, 7}], near, 30, Lines(), heard)
        assert len(seen) == stop + 1


def test_lines_beside_an_area_are_no_part_of_its_web(monkeypatch):
    """An older GEOS in QGIS's own process warns of an empty shape among those that it unites."""
    united = []
    work = shapely.union_all
    monkeypatch.setattr(shapely, "union_all", lambda shapes, **how: united.extend(shapes) or work(shapes, **how))
    yard = shapely.box(0, 0, 30, 10).difference(shapely.box(12, 4, 14, 6))
    beside, across = shapely.LineString([(0, 20), (30, 20)]), shapely.LineString([(20, -5), (20, 15)])
    assert sorted(face.area for face in cut_faces(yard, [beside])) == [4, 296]  # the hole is a face as well
    assert sorted(face.area for face in cut_faces(yard, [beside, across])) == [4, 100, 196]
    assert united and not any(shape.is_empty for shape in united)
