"""The fast ways of the boundary give what the slow ones give: rows through SQLite, readings shared by a study."""

import sqlite3
from contextlib import closing
from types import SimpleNamespace

import numpy as np
import pytest
import shapely
from qgis.core import QgsCoordinateTransformContext, QgsProcessingContext
from urban_renewal.core.errors import Cancelled, RenewalError
from urban_renewal.core.inputs.aliases import role_for
from urban_renewal.core.run import Run
from urban_renewal.processing.intake.inputs import map_fields
from urban_renewal.processing.intake.reading import read_raw, read_shapes, read_table
from urban_renewal.processing.intake.sharing import made_once, read_shared, shared_readings
from urban_renewal.processing.layers.snapshot import take_vector
from urban_renewal.processing.output import bulk, writing
from urban_renewal.processing.output.encoding import Encoded
from urban_renewal.processing.output.packedtree import fill_tree
from urban_renewal.processing.output.targets import Target
from urban_renewal.processing.toolbox.parameters import RoleUse

ODD = [
    {"id": "a", "n": 2**62 + 1, "x": 0.1, "t": "长" * 300},
    {"id": "b", "n": None, "x": None, "t": None},
    {"id": "c", "n": -1, "x": -1e-300, "t": "'quoted' \"twice\"\nnew line 𠮷"},
    {"id": "d", "n": 0, "x": 3.0, "t": ""},
]
SHAPES = {
    "Polygon": ["POLYGON((0 0,0.1 0,9 9,0 0))", None, "POLYGON((5 5,6 5,6 6,5 5))", "POLYGON EMPTY"],
    "MultiPolygon": [
        "MULTIPOLYGON(((0 0,1 0,1 1,0 0)),((5 5,6 5,6 6,5 5)))", None, "MULTIPOLYGON(((7 7,8 7,8 8,7 7)))",
        "POLYGON((356184.8812612825 3270010.1,356189 3270010.1,356189 3270019,356184.8812612825 3270010.1))",
    ],
    "LineString": ["LINESTRING(0 0,1 1.5)", "LINESTRING(-3 2,4 4,5 5)", None, None],
    "MultiLineString": ["LINESTRING(0 0,1 1)", "MULTILINESTRING((0 0,1 1),(2 2,3 3))", None, None],
    "Point": ["POINT(1.5 2)", None, "POINT(-1 7)", "POINT(356184.8812612825 3270010.1813252724)"],
    "None": [None] * 4,
}  # fmt: skip


def encoded_of(layer, run=None):
    """A layer as the encoder leaves it."""
    snapshot = take_vector("PARCELS", layer, QgsProcessingContext())
    names = [item.name() for item in snapshot.fields]
    columns, wkb = read_raw(snapshot, names, run or Run())
    crs, wkb_type = snapshot.crs, snapshot.wkb_type
    shapes = shapely.from_wkb(np.array(wkb, dtype=object)) if snapshot.geometry != "none" else None
    return Encoded(None, snapshot.fields, [columns[name] for name in names], shapes, wkb_type, crs, len(ODD))


def everything(path):
    """What a GeoPackage holds, but for the time of its last change."""
    with closing(sqlite3.connect(path)) as base:
        made = sorted(str(row) for row in base.execute("SELECT type, name, tbl_name, sql FROM sqlite_master"))
        tables = [name for (name,) in base.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        held = {}
        for name in tables:
            columns = [row[1] for row in base.execute(f'PRAGMA table_info("{name}")') if row[1] != "last_change"]
            if columns and not name.startswith("rtree_"):  # its nodes may be cut otherwise: asked below
                held[name] = list(base.execute(f'SELECT {", ".join(f"[{c}]" for c in columns)} FROM "{name}"'))
        trees = [name for name in tables if name.startswith("rtree_") and name.endswith("_geom")]
        boxes = [sorted(base.execute(f'SELECT * FROM "{name}"')) for name in trees]
        sound = [base.execute(f"SELECT rtreecheck('{name}')").fetchone() for name in trees]
    return made, held, boxes, sound


@pytest.mark.parametrize("kind", SHAPES)
def test_rows_through_sqlite_are_the_file_that_qgis_writes(tmp_path, monkeypatch, make_layer, kind):
    encoded = encoded_of(make_layer(list(zip(SHAPES[kind], ODD)), kind=kind, name="in"))
    found = {}
    for way in ("qgis", "rows"):
        folder = tmp_path / way
        folder.mkdir()
        target = Target("OUTPUT", "file", str(folder / "out.gpkg"), folder / "out.gpkg")
        if way == "qgis":
            monkeypatch.setattr(writing, "can_bulk", lambda part, encoded: False)
        else:
            monkeypatch.undo()
            assert bulk.can_bulk(target.part, encoded)
        writing.write_part(target, encoded, QgsCoordinateTransformContext(), lambda layer: None, Run())
        writing.move_into_place(target)
        found[way] = everything(folder / "out.gpkg")
    assert found["rows"][0] == found["qgis"][0]  # tables, triggers, indexes
    assert found["rows"][1] == found["qgis"][1]  # rows, extent, counts
    assert found["rows"][2:] == found["qgis"][2:]


@pytest.mark.parametrize("why", ["bool", "z", "mixed", "shp"])
def test_what_needs_conversion_goes_through_qgis(tmp_path, make_layer, why):
    layers = {
        "bool": lambda: make_layer([("POINT(0 0)", {**row, "flag": True}) for row in ODD], kind="Point"),
        "z": lambda: make_layer([("POINTZ(0 0 3)", row) for row in ODD], kind="PointZ"),
    }
    encoded = encoded_of(layers.get(why, lambda: make_layer([("POINT(0 0)", row) for row in ODD], kind="Point"))())
    if why == "mixed":
        encoded.shapes[1] = shapely.LineString([(0, 0), (1, 1)])
    assert not bulk.can_bulk(tmp_path / ("a.shp" if why == "shp" else "a.gpkg"), encoded)


def test_cancel_is_heard_between_rows(tmp_path, make_layer):
    encoded = encoded_of(make_layer([("POINT(0 0)", row) for row in ODD], kind="Point"))
    target = Target("OUTPUT", "file", str(tmp_path / "out.gpkg"), tmp_path / "out.gpkg")
    with pytest.raises(Cancelled):
        writing.write_part(target, encoded, QgsCoordinateTransformContext(), print, Run(is_cancelled=lambda: True))


def test_a_study_reads_a_file_once_and_hears_again_what_was_said(tmp_path, make_layer, save_layer):
    rows = [("POLYGON((0 0,1 0,1 1,0 0))", {"parcel_id": "a", "year": "x"}),
            ("POLYGON((0 0,2 2,2 0,0 2,0 0))", {"parcel_id": "b", "year": "1980"})]  # fmt: skip
    path = save_layer(make_layer(rows), tmp_path / "in.gpkg", table="in")
    use, context, reads = RoleUse("PARCELS", "PARCELS"), QgsProcessingContext(), []

    def step(carry=False):
        snapshot, run = take_vector("PARCELS", path, context), Run()
        role = role_for("PARCELS", (), [item.name() for item in snapshot.fields])
        mapping, _ = map_fields(use, role, snapshot, {})

        def read(whole):
            reads.append(whole)
            return read_table(snapshot, role, mapping, None, context.transformContext(), run, whole, "repair")

        return read_shared(snapshot, role, mapping, None, "repair", carry, read, run), run

    alone, told = step(carry=True)
    again_here = {(tmp_path / "in.gpkg", "in", "PARCELS")}
    with shared_readings(tmp_path / "elsewhere") as shelf:
        shelf.begin(again_here, again_here)
        first, said = step(carry=True)
        first.table["parcel_id"] = "spoilt"
        second, again = step()
        assert reads == [True, False], "in a study the layer's own columns wait in the file"
        assert second.table.drop(columns="geometry").equals(alone.table.drop(columns="geometry"))
        assert second.content(3, Run()) == alone.content(3, Run())
        assert again.left_out == said.left_out == told.left_out != []
        assert first.carried.equals(alone.carried) and list(first.own) == list(alone.own)
        assert first.column("year").equals(alone.column("year"))
        late, _ = step(carry=True)
        shelf.begin(again_here, again_here)
        step()
        assert reads == [True, False]
        shelf.begin(set(), again_here, tight=True)  # a step that does not read it and needs the memory
        third, _ = step()
        assert reads == [True, False, False] and third.contents == second.contents != {}
        reads.pop()
        shelf.begin(again_here, {(tmp_path / "in.gpkg", "another", "PARCELS")})  # the last step that reads it
        step()
        assert reads == [True, False]
        step()
        assert reads == [True, False, False], "not kept when no later step reads the same layer of the file"
        with closing(sqlite3.connect(tmp_path / "in.gpkg")) as base:
            base.execute("CREATE TABLE touched (a)")  # the file is no longer the one that was read
            base.commit()
        step()
        assert reads == [True, False, False, False]
        with pytest.raises(RenewalError) as refused:
            late.column("year")
        assert refused.value.code == "source_being_written"
    step()
    assert reads == [True, False, False, False, False]


def test_what_a_step_made_of_files_is_made_once(tmp_path):
    """The ground of a study: made again when a file has changed, when no later step walks, and outside of studies."""
    file, made = tmp_path / "dem.tif", []
    file.write_bytes(b"1")
    sources = [SimpleNamespace(file=file), None]

    def ground(run, sources=sources):
        def make():
            made.append(len(made))
            run.warn("survey_too_sparse", n=1, span_m=1)
            return made[-1]

        return made_once(("surface", 1), sources, make, run)

    assert [ground(Run()), ground(Run())] == [0, 1], "outside of a study nothing is kept"
    with shared_readings(tmp_path) as shelf:
        first, second = Run(), Run()
        assert ground(first) == ground(second) == 2
        assert first.messages == second.messages != []
        assert ground(Run(), [SimpleNamespace(file=None), None]) == 3, "no file to tell it by"
        assert ground(Run(), [SimpleNamespace(file=file, plain=False), None]) == 4, "edits lie before the file"
        file.write_bytes(b"12")
        assert ground(Run()) == 5
        shelf.begin(set(), set(), walks=True)
        assert ground(Run()) == 5
        shelf.begin(set(), set(), walks=False)
        assert ground(Run()) == 6


def test_a_study_keeps_no_file_that_nobody_reads_and_hashes_rows_once(tmp_path, run_algorithm):
    """In the folder of a study: no style, nothing unread, fingerprints of rows that were hashed already."""
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    seen, passed = tmp_path / "seen.gpkg", scratch / "passed.gpkg"
    run_algorithm("createsample", {"FOLDER": str(tmp_path / "sample"), "PARCEL_COUNT": 200})
    city = tmp_path / "sample" / "sample.gpkg"
    tagged = {"PARCELS": f"{city}|layername=parcels", "BUILDINGS": f"{city}|layername=buildings"}
    tagged |= {"AS_OF": "2025-12-31", "OUTPUT": str(seen)}
    run_algorithm("tagparcels", {**tagged, "SUMMARY": str(tmp_path / "summary.gpkg")})
    with shared_readings(scratch) as shelf:
        shelf.begin(set(), {(passed, "", "PARCELS"), (scratch / "summary.gpkg", "", "tag_summary")})
        given = {**tagged, "OUTPUT": str(passed), "SUMMARY": str(scratch / "summary.gpkg")}
        run_algorithm("tagparcels", {**given, "LEFT_OUT": str(scratch / "left_out.gpkg")})
        assert not (scratch / "left_out.gpkg").exists()
        snapshot = take_vector("S", str(scratch / "summary.gpkg"), QgsProcessingContext())
        role = role_for("", ("tag_summary",), [item.name() for item in snapshot.fields])
        mapping = {name: name for name in role.columns}

        def read(whole):
            return read_table(snapshot, role, mapping, None, QgsCoordinateTransformContext(), Run(), whole)

        reading = read_shared(snapshot, role, mapping, None, "repair", False, read, Run())
        assert reading.rows is not None and len(reading.rows) == len(reading.table)
        assert reading.content(3, Run()) == read(False).content(3, Run())
        there = take_vector("T", str(seen), QgsProcessingContext())
        between = take_vector("T", str(passed), QgsProcessingContext())
        names = [item.name() for item in there.fields]
        assert [item.name() for item in between.fields] == names
        assert (between.count, between.extent, between.crs, between.wkb_type) == (
            there.count, there.extent, there.crs, there.wkb_type,
        )  # fmt: skip
        assert_same_cells(read_shapes(between, names, True, Run()), read_shapes(there, names, True, Run()))
    with closing(sqlite3.connect(passed)) as base:
        assert base.execute("SELECT count(*) FROM passed").fetchone() == (0,), "rows go through no database"
        assert base.execute("SELECT count(*) FROM sqlite_master WHERE name = 'layer_styles'").fetchone() == (0,)
    with pytest.raises(RenewalError) as refused:  # somebody who was not handed the rows
        read_shapes(between, names, True, Run())
    assert refused.value.code == "read_incomplete"


def assert_same_cells(one, other):
    """Two readings of a layer: the same cells of the same types, the same shapes."""
    (cells, shapes), (cells_too, shapes_too) = one, other
    assert list(cells) == list(cells_too)
    for name, values in cells.items():
        assert values.dtype == cells_too[name].dtype, name
        assert values.tolist() == cells_too[name].tolist(), name
    assert (shapes is None) == (shapes_too is None)
    if shapes is not None:
        assert shapely.to_wkb(shapes).tolist() == shapely.to_wkb(shapes_too).tolist()


@pytest.mark.parametrize("kind", SHAPES)
def test_rows_handed_over_are_those_that_a_file_gives(tmp_path, make_layer, kind):
    """Odd texts, the largest numbers, missing and empty shapes, single ones among multi: as read from the file."""
    encoded, run = encoded_of(make_layer(list(zip(SHAPES[kind], ODD)), kind=kind, name="in")), Run()
    target = Target("OUTPUT", "file", str(tmp_path / "out.gpkg"), tmp_path / "out.gpkg")
    writing.write_part(target, encoded, QgsCoordinateTransformContext(), lambda layer: None, run)
    writing.move_into_place(target)
    snapshot = take_vector("T", str(target.path), QgsProcessingContext())
    names, with_geometry = [item.name() for item in snapshot.fields], kind != "None"
    from_file = read_shapes(snapshot, names, with_geometry, run)
    with shared_readings(tmp_path) as shelf:
        shelf.begin(set(), {(target.path, "", "PARCELS")})
        assert shelf.hand_over(target.path, encoded, run)
        assert (tmp_path / "out.gpkg.rows").exists() == (kind == "None")
        by_hand = read_shapes(snapshot, names, with_geometry, run)
        if with_geometry:  # the file has an empty shape where one is missing: both are left out when a layer is read
            gone = shapely.is_missing(by_hand[1])
            assert shapely.is_empty(from_file[1][gone]).all()
            from_file[1][gone] = None
        assert_same_cells(by_hand, from_file)
        shelf.begin(set(), set())
        assert not (tmp_path / "out.gpkg.rows").exists() and not shelf.handed


def test_what_only_a_file_gives_is_not_handed_over(tmp_path, make_layer):
    """Yes and no, heights, several types of shapes, a number in a field of text."""
    plain, run = encoded_of(make_layer([("POINT(0 0)", row) for row in ODD], kind="Point")), Run()
    flags = encoded_of(make_layer([("POINT(0 0)", {**row, "flag": True}) for row in ODD], kind="Point"))
    high = encoded_of(make_layer([("POINTZ(0 0 3)", row) for row in ODD], kind="PointZ"))
    mixed, odd = (encoded_of(make_layer([("POINT(0 0)", row) for row in ODD], kind="Point")) for _ in range(2))
    mixed.shapes[1] = shapely.LineString([(0, 0), (1, 1)])
    odd.columns[0] = [1, *odd.columns[0][1:]]
    with shared_readings(tmp_path) as shelf:
        assert shelf.hand_over(tmp_path / "plain.gpkg", plain, run)
        for number, encoded in enumerate((flags, high, mixed, odd)):
            assert not shelf.hand_over(tmp_path / f"{number}.gpkg", encoded, run), number
        assert list(shelf.handed) == [tmp_path / "plain.gpkg"]
        (kept,) = shelf.handed.values()
        shelf.close()
        assert not shelf.handed and not kept.held and kept.shapes is None


@pytest.mark.parametrize("count", [1, 51, 52, 2_601, 7_000])
def test_a_packed_index_finds_what_sqlites_own_finds(count):
    """One node, one full node, two levels, just beyond two, three levels; then rows come and go as in any index."""
    rng = np.random.default_rng(count)
    low = np.column_stack([rng.uniform(-1e6, 4e5, count), rng.uniform(-5, 3.3e6, count)])
    bounds = np.hstack([low, low + rng.exponential(30, (count, 2))])
    ids = rng.permutation(count).astype(np.int64) + 1
    with closing(sqlite3.connect(":memory:")) as base:
        for name in ("own", "packed"):
            base.execute(f"CREATE VIRTUAL TABLE {name} USING rtree(id, minx, maxx, miny, maxy)")
        rows = [(int(number), *box) for number, box in zip(ids, bounds[:, [0, 2, 1, 3]].tolist())]
        base.executemany("INSERT INTO own VALUES (?, ?, ?, ?, ?)", rows)
        fill_tree(base, "packed", ids, bounds)

        def same():
            assert base.execute("SELECT rtreecheck('packed')").fetchone() == ("ok",)
            query = (
                "SELECT id, minx, maxx, miny, maxy FROM {} WHERE maxx >= ? AND minx <= ? AND maxy >= ? AND miny <= ?"
            )
            for x, y in rng.uniform((-1e6, 0), (4e5, 3.3e6), (20, 2)).tolist():
                window = (x - 5e4, x + 5e4, y - 2e5, y + 2e5)
                assert sorted(base.execute(query.format("packed"), window)) == sorted(
                    base.execute(query.format("own"), window)
                )
            assert sorted(base.execute("SELECT * FROM packed")) == sorted(base.execute("SELECT * FROM own"))

        same()
        for name in ("own", "packed"):
            base.execute(f"DELETE FROM {name} WHERE id % 3 = 0")
            base.executemany(
                f"INSERT INTO {name} VALUES (?, ?, ?, ?, ?)", [(10**6 + n, n, n + 1, n, n + 1) for n in range(200)]
            )
        same()
