"""Fingerprints: equal for what is equal, different for what is different, and as the docstring says they are made."""

import hashlib
import json

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import LineString, MultiLineString, MultiPolygon, Point, Polygon
from urban_renewal.core import frames, identity, schema
from urban_renewal.core.errors import Cancelled
from urban_renewal.core.run import Run

SQUARE = [(0, 0), (10, 0), (10, 10), (0, 10)]
HOLES = [[(1, 1), (2, 1), (2, 2), (1, 2)], [(5, 5), (6, 5), (6, 6), (5, 6)]]
COLUMNS = [("parcel_id", "text", 2), ("people", "int", 2), ("share", "real", 3)]


def table(geometry="polygon"):
    columns = tuple(schema.Column(name, kind, "", "", digits=digits) for name, kind, digits in COLUMNS)
    return schema.Table("towns", "", "", geometry, ("parcel_id",), columns)


def frame():
    return pd.DataFrame(
        {
            "parcel_id": frames.texts(["A", "B", None, "重庆 “%s”\n"]),
            "people": pd.array([1, None, -3, 2**40], dtype="Int64"),
            "share": [0.12345, np.nan, -0.0001, 2.5],
            "geometry": [Polygon(SQUARE), Polygon(SQUARE, HOLES), None, MultiPolygon([Polygon(SQUARE)])],
        }
    )


def one(shape, digits=3):
    return identity.geometry_hash(np.array([shape], dtype=object), digits)[0]


@given(st.integers(0, 3), st.booleans(), st.booleans(), st.permutations([0, 1]))
def test_ring_start_orientation_and_hole_order_do_not_count(start, outer_back, hole_back, order):
    ring = SQUARE[start:] + SQUARE[:start]
    holes = [HOLES[place][:: -1 if hole_back else 1] for place in order]
    assert one(Polygon(ring[:: -1 if outer_back else 1], holes)) == one(Polygon(SQUARE, HOLES))


@given(st.permutations(range(4)))
def test_order_of_parts_does_not_count(order):
    parts = [Polygon(np.array(SQUARE) + 20 * place) for place in range(4)]
    lines = [LineString([(place, 0), (place, 5)]) for place in range(4)]
    assert one(MultiPolygon([parts[place] for place in order])) == one(MultiPolygon(parts))
    assert one(MultiLineString([lines[place] for place in order])) == one(MultiLineString(lines))


def test_single_part_in_a_multi_type_is_the_part_itself():
    assert one(MultiPolygon([Polygon(SQUARE)])) == one(Polygon(SQUARE))
    assert one(MultiLineString([[(0, 0), (1, 1)]])) == one(LineString([(0, 0), (1, 1)]))


def test_heights_do_not_count_but_direction_of_lines_does():
    assert one(Polygon([(*point, 7) for point in SQUARE])) == one(Polygon(SQUARE))
    assert one(LineString([(0, 0), (1, 1)])) != one(LineString([(1, 1), (0, 0)]))
    assert one(MultiLineString([[(0, 0), (1, 1)], [(3, 3), (4, 4)]])) != one(
        MultiLineString([[(1, 1), (0, 0)], [(3, 3), (4, 4)]])
    )


@pytest.mark.parametrize(("shift_m", "same"), [(0.0004, True), (0.0006, False), (-0.0004, True), (-0.0006, False)])
def test_one_millimetre_counts(shift_m, same):
    assert (one(Point(shift_m, 5)) == one(Point(0, 5))) is same


@pytest.mark.parametrize(("shift", "same"), [(4e-9, True), (6e-9, False)])
def test_degrees_have_eight_decimals(shift, same):
    assert (one(Point(106.5 + shift, 29.5), 8) == one(Point(106.5, 29.5), 8)) is same


def test_what_has_no_place_has_no_hash():
    shapes = [None, np.nan, pd.NA, Polygon(), Point(np.nan, 1), LineString([(0, 0), (np.inf, 1)]), Point(1, 1)]
    assert [text is not None for text in identity.geometry_hash(np.array(shapes, dtype=object))] == [False] * 6 + [True]
    assert len(identity.geometry_hash(np.array([], dtype=object))) == 0


def test_hash_is_blake2b_of_the_wkb_in_millimetres():
    wkb = bytes.fromhex("0101000000") + np.array([1500.0, -2000.0], dtype="<f8").tobytes()  # little-endian point
    assert one(Point(1.5, -2.0)) == hashlib.blake2b(wkb, digest_size=8).hexdigest()


def test_many_slices_give_the_same_as_one_by_one():
    shapes = shapely.points(np.arange(25.0), 0.0)
    whole = identity.geometry_hash(shapes)
    identity_rows, identity.SLICE_ROWS = identity.SLICE_ROWS, 7
    try:
        assert list(identity.geometry_hash(shapes)) == list(whole) == [one(shape) for shape in shapes]
    finally:
        identity.SLICE_ROWS = identity_rows


def by_hand(rows):
    """The content hash by another way: row by row with json.dumps."""
    head = {"columns": [["parcel_id", "text", 0], ["people", "int", 0], ["share", "real", 3]], "geometry_digits": 3}

    def tell(value):
        return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()

    digests = sorted(hashlib.sha256(tell(row)).digest() for row in rows)
    return hashlib.sha256(tell(head) + b"".join(digests)).hexdigest()


def wkb_mm(shape):
    turned = shapely.normalize(shapely.transform(shape, lambda xy: np.rint(xy * 1000)))
    return shapely.to_wkb(turned, hex=True, byte_order=1).lower()


def test_content_hash_is_made_as_described():
    square = wkb_mm(Polygon(SQUARE))
    rows = [
        {"geometry": square, "parcel_id": "A", "people": 1, "share": 0.123},
        {"geometry": wkb_mm(Polygon(SQUARE, HOLES)), "parcel_id": "B", "people": None, "share": None},
        {"geometry": None, "parcel_id": None, "people": -3, "share": 0.0},
        {"geometry": square, "parcel_id": "重庆 “%s”\n", "people": 2**40, "share": 2.5},
    ]
    ordered = [{key: row[key] for key in ("parcel_id", "people", "share", "geometry")} for row in rows]

    def tell(row):
        return json.dumps(row, ensure_ascii=False, separators=(",", ":")).encode()

    head = {"columns": [["parcel_id", "text", 0], ["people", "int", 0], ["share", "real", 3]], "geometry_digits": 3}
    digests = sorted(hashlib.sha256(tell(row)).digest() for row in ordered)
    wanted = hashlib.sha256(tell(head) + b"".join(digests)).hexdigest()
    assert identity.content_hash(frame(), table()) == wanted


@given(
    st.permutations(range(4)), st.permutations(["parcel_id", "people", "share", "geometry", "fid"]), st.integers(1, 5)
)
def test_order_index_fid_and_slices_do_not_count(order, names, slice_rows):
    changed = frame().assign(fid=[9, 8, 7, 6]).iloc[list(order)][names]
    before, identity.SLICE_ROWS = identity.SLICE_ROWS, slice_rows
    try:
        assert identity.content_hash(changed, table()) == identity.content_hash(frame(), table())
    finally:
        identity.SLICE_ROWS = before


def test_every_cell_counts():
    found = {identity.content_hash(frame(), table())}
    changes = [("parcel_id", ""), ("people", 7), ("share", 0.777), ("geometry", Point(1, 1))]
    for name, value in changes:
        for row in range(4):
            changed = frame()
            changed.loc[row, name] = value
            found.add(identity.content_hash(changed, table()))
    found.add(identity.content_hash(frame().iloc[:3], table()))
    found.add(identity.content_hash(pd.concat([frame(), frame().iloc[:1]]), table()))
    assert len(found) == 1 + 16 + 2


@pytest.mark.parametrize(("share", "same"), [(0.12349, True), (0.1236, False), (0.123, True)])
def test_reals_count_at_their_written_precision(share, same):
    changed = frame()
    changed.loc[0, "share"] = share
    assert (identity.content_hash(changed, table()) == identity.content_hash(frame(), table())) is same


def test_conformed_and_raw_frames_have_one_hash():
    raw = frame().drop(columns="people").assign(share=[1, 2, 3, 4])
    assert identity.content_hash(raw, table()) == identity.content_hash(frames.conform(raw, table()), table())
    ids_as_numbers = frame().assign(parcel_id=[1, 2, 3, 4])
    ids_as_texts = frame().assign(parcel_id=["1", "2", "3", "4"])
    assert identity.content_hash(ids_as_numbers, table()) == identity.content_hash(ids_as_texts, table())


def test_carried_columns_and_schema_count():
    base = identity.content_hash(frame(), table())
    more = frame().assign(note=["a", "b", "c", "d"])
    assert identity.content_hash(more, table()) == base
    assert identity.content_hash(more, table(), ["note"]) != base
    assert identity.content_hash(frame(), table("none")) != base


def test_a_column_of_the_wrong_type_is_a_change_and_no_crash():
    spoilt = frame().assign(people=["many", "1", None, "x"], share=["a", "b", "c", "d"])
    assert identity.content_hash(spoilt, table()) != identity.content_hash(frame(), table())
    halves = frame().assign(people=[1.5, np.nan, 2.0, 3.0])
    assert identity.content_hash(halves, table()) != identity.content_hash(frame(), table())


def test_direction_of_an_edge_is_part_of_the_content():
    lines = [LineString([(0, 0), (1, 1)]), LineString([(1, 1, 5), (2, 2, 6)]), Point(0, 0), Point(0, 0, 1)]
    there = frame().assign(geometry=lines)
    back = frame().assign(geometry=[shapely.reverse(lines[0]), *lines[1:]])
    higher = frame().assign(geometry=[lines[0], LineString([(1, 1, 5), (2, 2, 7)]), *lines[2:]])
    assert len({identity.content_hash(each, table("line")) for each in (there, back, higher)}) == 3


def test_empty_table_has_a_hash_of_its_schema():
    empty = frames.empty(table())
    assert identity.content_hash(empty, table()) == by_hand([])
    assert identity.fingerprint(empty) != identity.fingerprint(empty.drop(columns="people"))


def test_fingerprint_takes_everything_but_fid():
    given_frame = frame().assign(flag=[True, False, True, True], odd=[np.inf, 1e300, -np.inf, 0.1 + 0.2])
    base = identity.fingerprint(given_frame)
    assert identity.fingerprint(given_frame.assign(FID=1).iloc[::-1]) == base
    assert identity.fingerprint(given_frame.assign(odd=[np.inf, 1e300, -np.inf, 0.3])) != base
    assert identity.fingerprint(given_frame.assign(flag=False)) != base
    assert identity.fingerprint(given_frame.drop(columns="geometry")) != base


def test_nothing_given_is_changed():
    given_frame, copy = frame(), frame()
    identity.content_hash(given_frame, table())
    identity.geometry_hash(frames.geometries(given_frame))
    pd.testing.assert_frame_equal(given_frame, copy)


@pytest.mark.parametrize("look", [2, 3, 4])
def test_cancel_is_heard_after_the_last_slice(look):
    """The sorting of a million rows and each column's second look are not waited for: one slice, then these."""
    looks = iter(range(1, 100))
    frame = pd.DataFrame({"tag": ["a", "b"], "score": [0.5, 0.25]})
    with pytest.raises(Cancelled):
        identity.fingerprint(frame, run=Run(is_cancelled=lambda: next(looks) >= look))


def test_cancel_stops_between_slices():
    with pytest.raises(Cancelled):
        identity.content_hash(frame(), table(), run=Run(is_cancelled=lambda: True))


@pytest.mark.parametrize(
    ("column", "value"), [("parcel_id", " A"), ("parcel_id", ""), ("share", 0.12345), ("share", -0.0)]
)
def test_rows_hashed_once_stand_for_what_was_written_and_read(column, value):
    """Only where a file cannot change them: blanks around texts, decimals that are not written, a negative zero."""
    plain = frame().drop(columns="geometry")
    plain = plain.assign(parcel_id=frames.texts(["A", "B", None, "C"]), share=[0.123, np.nan, -1.5, 0.0])
    content, rows = identity.hash_content(plain, table("none"))
    assert content == identity.content_hash(plain, table("none")) and rows.plain and len(rows) == 4
    back = plain.iloc[::-1].reset_index(drop=True)
    assert identity.same_content(back, table("none"), rows) == content
    assert identity.fingerprint(back, rows=rows) == identity.fingerprint(back) != content
    odd = plain.copy()
    odd.loc[0, column] = value
    _, changed = identity.hash_content(odd, table("none"))
    assert not changed.plain and identity.same_content(odd, table("none"), changed) is None
    assert identity.fingerprint(back, rows=changed) == identity.fingerprint(back)
    for other in (back.iloc[:3], back.assign(more=1), back.drop(columns="share")):
        assert identity.fingerprint(other, rows=rows) == identity.fingerprint(other)


def test_rows_with_shapes_stand_for_what_was_written_and_read_but_for_heights():
    """A file makes single shapes multi and drops heights; decimals of the coordinates are part of what was hashed."""
    plain = frame().assign(parcel_id=frames.texts(["A", "B", None, "C"]), share=[0.123, np.nan, -1.5, 0.0])
    content, rows = identity.hash_content(plain, table())
    assert content == identity.content_hash(plain, table()) and rows.plain and rows.digits == 3
    many = [MultiPolygon([shape]) if isinstance(shape, Polygon) else shape for shape in plain["geometry"]]
    back = plain.assign(geometry=many).iloc[::-1].reset_index(drop=True)
    assert identity.same_content(back, table(), rows) == content
    assert identity.fingerprint(back, rows=rows) == identity.fingerprint(back) != content
    assert (
        identity.same_content(back, table(), rows, 8) is None
        and identity.same_content(back, table("none"), rows) is None
    )
    assert identity.fingerprint(back, 8, rows=rows) == identity.fingerprint(back, 8)
    assert identity.fingerprint(back.drop(columns="geometry"), rows=rows) != identity.fingerprint(back)
    high = plain.assign(geometry=shapely.force_3d(plain["geometry"].to_numpy(), 7.0))
    _, changed = identity.hash_content(high, table())
    assert not changed.plain and identity.same_content(high, table(), changed) is None
