"""Results appear whole or not at all, in the right types, with their headings."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from qgis.core import (
    NULL,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeedback,
    QgsProcessingOutputLayerDefinition,
    QgsVectorLayer,
)

SQUARES = [
    (f"POLYGON(({x} 0,{x + 100} 0,{x + 100} 100,{x} 100,{x} 0))", {"ZDDM": f"p{x}", "note": f"第{x}块", "Pop": x})
    for x in (0, 200, 400)
]


@pytest.fixture
def parcels(make_layer):
    return make_layer(SQUARES, name="宗地")


def good_file(tmp_path, run_algorithm, echo, parcels):
    """A finished result that later runs must not harm."""
    target = tmp_path / "结果 1.gpkg"
    run_algorithm(echo(), {"PARCELS": parcels, "OUTPUT": str(target)})
    return target


def leftovers(folder):
    return sorted(p.name for p in Path(folder).iterdir() if ".part" in p.name or p.suffix in ("-wal", "-journal"))


def test_result_has_rows_carried_fields_and_record(tmp_path, run_algorithm, echo, parcels, rows_of, read_json):
    target = good_file(tmp_path, run_algorithm, echo, parcels)
    rows = rows_of(target)
    assert [row["parcel_id"] for row in rows] == ["p0", "p200", "p400"]
    assert [row["pop"] for row in rows] == [10.0, 10.0, 10.0]  # 100 m × 100 m ÷ 1000
    assert [row["Pop_in"] for row in rows] == [0, 200, 400]  # the input's own column, renamed: ours wins (rule 3)
    assert [row["note"] for row in rows] == ["第0块", "第200块", "第400块"]
    assert "ZDDM" in rows[0], "the field that gave the id has another name and stays"
    assert all(row["households"] is None for row in rows)
    assert leftovers(tmp_path) == []
    record = read_json(str(target) + ".run.json")
    assert record["schema"] == "urban-renewal/run/1"


def test_a_carried_fid_cannot_break_uniqueness(tmp_path, run_algorithm, echo, make_layer, rows_of):
    layer = make_layer([(wkt, {"ZDDM": values["ZDDM"], "fid": 7, "geom": "x"}) for wkt, values in SQUARES])
    run_algorithm(echo(), {"PARCELS": layer, "OUTPUT": str(tmp_path / "o.gpkg")})
    assert [row["geom_in"] for row in rows_of(tmp_path / "o.gpkg")] == ["x"] * 3


def test_no_handle_stays_open_and_no_write_ahead_log(tmp_path, run_algorithm, echo, parcels):
    """An open handle would make the next replace fail on Windows."""
    target = good_file(tmp_path, run_algorithm, echo, parcels)
    opened = [str(item.readlink()) for item in Path("/proc/self/fd").iterdir() if item.is_symlink()]
    assert [name for name in opened if str(tmp_path) in name] == []
    assert target.read_bytes()[18:20] == b"\x01\x01", "SQLite header: rollback journal"


def test_headings_and_history_live_in_the_file(tmp_path, run_algorithm, echo, parcels):
    target = good_file(tmp_path, run_algorithm, echo, parcels)
    layer = QgsVectorLayer(str(target), "again", "ogr")
    layer.loadDefaultStyle()
    assert layer.fields()[layer.fields().lookupField("pop")].alias() == "人口（人）"
    metadata = layer.metadata()
    assert metadata.identifier() == "urban-renewal/parcel_people"
    assert json.loads(metadata.history()[0])["schema"] == "urban-renewal/run/1"


@pytest.mark.parametrize("suffix", [".gpkg", ".shp", ".geojson", ".csv", ".fgb"])
def test_every_file_format_arrives_whole(tmp_path, run_algorithm, echo, parcels, suffix):
    target = tmp_path / f"out{suffix}"
    results, _, _ = run_algorithm(echo(), {"PARCELS": parcels, "OUTPUT": str(target)})
    assert results["OUTPUT"] == str(target)
    layer = QgsVectorLayer(str(target), "again", "ogr")
    assert layer.featureCount() == 3
    assert leftovers(tmp_path) == []


def test_long_chinese_names_of_a_shapefile_are_cut_between_characters(tmp_path, run_algorithm, echo, make_layer):
    wkt = "POLYGON((0 0,10 0,10 10,0 10,0 0))"
    rows = [
        (
            wkt,
            {
                "parcel_id": "a",
                "登记面积说明": "甲",
                "登记面积单位": "乙",
                "a_long_latin_name": 1,
                "a_long_latin_word": 2,
            },
        )
    ]
    target = tmp_path / "宗地.shp"
    run_algorithm(echo(), {"PARCELS": make_layer(rows), "OUTPUT": str(target)})
    layer = QgsVectorLayer(str(target), "again", "ogr")
    (row,) = layer.getFeatures()
    told = dict(zip(layer.fields().names(), row.attributes()))
    assert told["登记面"] == "甲" and told["登记面1"] == "乙"  # three characters are nine bytes
    assert (told["a_long_lat"], told["a_long_la1"]) == (1, 2)
    assert told["parcel_id"] == "a" and told["pop"] == pytest.approx(0.1)


def test_cancel_keeps_the_last_good_file(tmp_path, run_algorithm, echo, parcels):
    target = good_file(tmp_path, run_algorithm, echo, parcels)
    before = target.read_bytes()
    looks = Counting(10**6)
    run_algorithm(echo(), {"PARCELS": parcels, "OUTPUT": str(tmp_path / "other.gpkg")}, looks)
    steps = 10**6 - looks.left
    assert steps >= 4, "reading, computing and writing each look at the flag"
    for stop_after in range(steps):  # at the first, second … look at the flag
        with pytest.raises(QgsProcessingException, match="已取消"):
            run_algorithm(echo(), {"PARCELS": parcels, "OUTPUT": str(target)}, Counting(stop_after))
        assert target.read_bytes() == before
        assert leftovers(tmp_path) == []


class Counting(QgsProcessingFeedback):
    """Cancelled when asked for the n-th time."""

    def __init__(self, stop_after):
        super().__init__(False)
        self.left = stop_after

    def isCanceled(self):
        self.left -= 1
        return self.left < 0


def test_a_fault_inside_keeps_the_last_good_file(tmp_path, run_algorithm, echo, parcels):
    target = good_file(tmp_path, run_algorithm, echo, parcels)
    before = target.read_bytes()

    def fail(inputs, run):
        raise ZeroDivisionError("on purpose")

    with pytest.raises(QgsProcessingException, match="内部出错"):
        run_algorithm(echo(fail), {"PARCELS": parcels, "OUTPUT": str(target)})
    assert target.read_bytes() == before
    assert leftovers(tmp_path) == []


def test_second_output_failing_leaves_the_first_unchanged(tmp_path, run_algorithm, echo, parcels, monkeypatch):
    from urban_renewal.core.errors import RenewalError
    from urban_renewal.processing import publish

    target = good_file(tmp_path, run_algorithm, echo, parcels)
    before = target.read_bytes()
    write = publish.write_part

    def second_fails(target, *rest):
        if target.parameter == "SECOND":
            raise RenewalError("write_failed", path="x", reason="on purpose")
        write(target, *rest)

    monkeypatch.setattr(publish, "write_part", second_fails)
    with pytest.raises(QgsProcessingException, match="on purpose"):
        run_algorithm(echo(), {"PARCELS": parcels, "OUTPUT": str(target), "SECOND": str(tmp_path / "b.gpkg")})
    assert target.read_bytes() == before
    assert leftovers(tmp_path) == []


class TestRefused:
    """Each with one sentence, before anything is computed."""

    def refused(self, run_algorithm, echo, values, match):
        def never(inputs, run):
            raise AssertionError("computed although refused")

        with pytest.raises(QgsProcessingException, match=match):
            run_algorithm(echo(never), values)

    def test_output_is_an_input(self, tmp_path, run_algorithm, echo, parcels, save_layer, rows_of):
        path = save_layer(parcels, tmp_path / "in.gpkg")
        before = rows_of(path)
        self.refused(run_algorithm, echo, {"PARCELS": path, "OUTPUT": path}, "就是输入图层")
        assert rows_of(path) == before

    def test_output_table_is_an_input(self, tmp_path, run_algorithm, echo, parcels, save_layer):
        path = save_layer(parcels, tmp_path / "in.gpkg", table="parcels")
        target = f"ogr:dbname='{tmp_path / 'in.gpkg'}' table=\"parcels\" (geom)"
        self.refused(run_algorithm, echo, {"PARCELS": path, "OUTPUT": target}, "就是输入图层")

    @pytest.mark.parametrize(("named", "table"), [(False, "parcels"), (True, "Parcels"), (False, "PARCELS")])
    def test_output_table_is_an_input_however_either_is_named(
        self, tmp_path, run_algorithm, echo, parcels, save_layer, rows_of, named, table
    ):
        """By the file alone QGIS opens its only table; and to SQLite capitals are no other name."""
        path = save_layer(parcels, tmp_path / "in.gpkg", table="parcels")
        before = rows_of(path)
        source = path if named else str(tmp_path / "in.gpkg")
        target = f"ogr:dbname='{tmp_path / 'in.gpkg'}' table=\"{table}\" (geom)"
        self.refused(run_algorithm, echo, {"PARCELS": source, "OUTPUT": target}, "就是输入图层")
        assert rows_of(path) == before

    def test_other_peoples_tables(self, tmp_path, run_algorithm, echo, parcels, save_layer, make_layer, rows_of):
        other = make_layer(SQUARES[:1], name="theirs")
        path = save_layer(other, tmp_path / "shared.gpkg", table="theirs")
        values = {"PARCELS": parcels, "OUTPUT": str(tmp_path / "shared.gpkg")}
        self.refused(run_algorithm, echo, values, "theirs")
        assert len(rows_of(path)) == 1

    def test_two_outputs_with_one_path(self, tmp_path, run_algorithm, echo, parcels):
        path = str(tmp_path / "x.gpkg")
        self.refused(run_algorithm, echo, {"PARCELS": parcels, "OUTPUT": path, "SECOND": path}, "同一个位置")

    @pytest.mark.parametrize(
        ("first", "second"),
        [("{0}", "{0}|layername=people"), ("{0}|layername=people", "{0}"),
         ("{0}|layername=people", "ogr:dbname='{0}' table=\"People\" (geom)")],
    )  # fmt: skip
    def test_a_file_and_a_table_in_it(self, tmp_path, run_algorithm, echo, parcels, first, second):
        """The file would take the place of the table, or the other way round: whichever is moved last."""
        path = tmp_path / "x.gpkg"
        values = {"PARCELS": parcels, "OUTPUT": first.format(path), "SECOND": second.format(path)}
        self.refused(run_algorithm, echo, values, "同一个位置")
        assert not path.exists()

    def test_two_tables_of_one_file(self, tmp_path, run_algorithm, echo, parcels, rows_of):
        path = tmp_path / "x.gpkg"
        run_algorithm(echo(), {"PARCELS": parcels, "OUTPUT": f"{path}|layername=a", "SECOND": f"{path}|layername=b"})
        assert [len(rows_of(f"{path}|layername={name}")) for name in "ab"] == [3, 3]

    def test_two_tables_whose_names_differ_in_a_sign(self, tmp_path, run_algorithm, echo, parcels, rows_of):
        """Both were written into the same part: the second one took the first one's away."""
        path, names = tmp_path / "x.gpkg", ("a b", "a_b")
        wanted = zip(("OUTPUT", "SECOND"), (f"{path}|layername={name}" for name in names))
        run_algorithm(echo(), {"PARCELS": parcels, **dict(wanted)})
        assert [len(rows_of(f"{path}|layername={name}")) for name in names] == [3, 3]

    def test_target_in_edit_mode(self, tmp_path, run_algorithm, echo, parcels, project):
        target = good_file(tmp_path, run_algorithm, echo, parcels)
        layer = QgsVectorLayer(str(target), "mine", "ogr")
        project.addMapLayer(layer)
        assert layer.startEditing()
        self.refused(run_algorithm, echo, {"PARCELS": parcels, "OUTPUT": str(target)}, "正在编辑")
        layer.rollBack()

    @pytest.mark.parametrize("side", ["-wal", "-journal"])
    def test_target_with_a_live_journal(self, tmp_path, run_algorithm, echo, parcels, side):
        target = good_file(tmp_path, run_algorithm, echo, parcels)
        Path(str(target) + side).write_bytes(b"x")
        self.refused(run_algorithm, echo, {"PARCELS": parcels, "OUTPUT": str(target)}, "正被占用")

    def test_folder_missing(self, tmp_path, run_algorithm, echo, parcels):
        values = {"PARCELS": parcels, "OUTPUT": str(tmp_path / "没有" / "x.gpkg")}
        self.refused(run_algorithm, echo, values, "不存在")

    def test_unknown_format(self, tmp_path, run_algorithm, echo, parcels):
        self.refused(run_algorithm, echo, {"PARCELS": parcels, "OUTPUT": str(tmp_path / "x.qqq")}, "不能写.*这种格式")


def test_a_named_table_joins_a_shared_geopackage(
    tmp_path, run_algorithm, echo, parcels, save_layer, make_layer, rows_of
):
    path = tmp_path / "shared.gpkg"
    save_layer(make_layer(SQUARES[:1], name="theirs"), path, table="theirs")
    named = (f"ogr:dbname='{path}' table=\"people\" (geom)", f"{path}|layername=people")  # as QGIS names a layer
    for target in named:  # the second time it replaces its own table
        results, _, _ = run_algorithm(echo(), {"PARCELS": parcels, "OUTPUT": target})
    assert results["OUTPUT"] == f"{path}|layername=people"
    assert len(rows_of(results["OUTPUT"])) == 3
    assert len(rows_of(f"{path}|layername=theirs")) == 1
    layer = QgsVectorLayer(results["OUTPUT"], "again", "ogr")
    layer.loadDefaultStyle()
    assert layer.fields()[layer.fields().lookupField("pop")].alias() == "人口（人）"
    assert leftovers(tmp_path) == []


def test_why_a_shared_geopackage_takes_no_table_is_told(tmp_path, run_algorithm, echo, parcels, save_layer, make_layer):
    """What GDAL says of it was no sentence but a fault of ours; the tables of others stay as they were."""
    import sqlite3
    from contextlib import closing

    path = tmp_path / "shared.gpkg"
    save_layer(make_layer(SQUARES[:1], name="theirs"), path, table="theirs")
    with closing(sqlite3.connect(path)) as base:
        base.execute("CREATE TRIGGER closed BEFORE INSERT ON gpkg_contents BEGIN SELECT RAISE(ABORT, 'closed'); END")
        base.commit()
    with pytest.raises(QgsProcessingException, match=r"(?s)^写“.*people”失败：系统报告“.*layer people"):
        run_algorithm(echo(), {"PARCELS": parcels, "OUTPUT": f"{path}|layername=people"})
    with closing(sqlite3.connect(path)) as base:
        assert base.execute("SELECT table_name FROM gpkg_contents").fetchall() == [("theirs",)]
        tables = base.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    assert ("people",) not in tables and leftovers(tmp_path) == []


def test_two_results_of_a_kind_share_a_geopackage(tmp_path, run_algorithm, echo, parcels, rows_of):
    """The identifier of a table must be unique in its file: the second one was told to be locked."""
    path = tmp_path / "all.gpkg"
    run_algorithm(echo(), {"PARCELS": parcels, "OUTPUT": str(path)})
    for name in ("second", "third", "second"):
        target = f"ogr:dbname='{path}' table=\"{name}\" (geom)"
        results, _, _ = run_algorithm(echo(), {"PARCELS": parcels, "OUTPUT": target})
        assert results["OUTPUT"] == f"{path}|layername={name}"
    assert [len(rows_of(f"{path}|layername={name}")) for name in ("all", "second", "third")] == [3, 3, 3]
    assert leftovers(tmp_path) == []


def test_loaded_results_have_their_name_style_and_headings(tmp_path, echo, parcels, project):
    """Processing opens a file without the style that it carries, and named a temporary layer OUTPUT."""
    wanted = {"file": str(tmp_path / "mine.gpkg"), "memory": "TEMPORARY_OUTPUT"}
    for kind, place in wanted.items():
        algorithm, context, feedback = echo().create(), QgsProcessingContext(), QgsProcessingFeedback(False)
        context.setProject(project)
        output = QgsProcessingOutputLayerDefinition(place, project)
        _, good = algorithm.run({"PARCELS": parcels, "OUTPUT": output}, context, feedback)
        assert good, feedback.textLog()
        ((uri, details),) = context.layersToLoadOnCompletion().items()
        title = algorithm.parameterDefinition("OUTPUT").description()
        assert details.name == ("mine" if kind == "file" else title)
        if kind == "file":
            layer = QgsVectorLayer(uri, details.name, "ogr")
            details.postProcessor().postProcessLayer(layer, context, feedback)
            assert layer.fields()[layer.fields().lookupField("pop")].alias() == "人口（人）"


@pytest.mark.parametrize(
    ("place", "sentence"),
    [("spatialite://dbname='/x/a.sqlite' table=\"b\" (geom)", "spatialite"), ("{folder}/a.dxf", r"\.dxf")],
)
def test_places_that_cannot_hold_a_result(tmp_path, run_algorithm, echo, parcels, place, sentence):
    with pytest.raises(QgsProcessingException, match=sentence):
        run_algorithm(echo(), {"PARCELS": parcels, "OUTPUT": place.format(folder=tmp_path)})
    assert leftovers(tmp_path) == []


def test_memory_results_are_layers_with_headings(run_algorithm, echo, parcels):
    results, _, _ = run_algorithm(echo(), {"PARCELS": parcels, "OUTPUT": "TEMPORARY_OUTPUT"})
    layer = results["OUTPUT"]
    assert isinstance(layer, QgsVectorLayer), "processing.run gives the layer itself"
    assert layer.featureCount() == 3
    assert layer.fields()[layer.fields().lookupField("pop")].alias() == "人口（人）"


def test_null_in_all_shapes_stays_null(tmp_path, run_algorithm, echo, make_layer, rows_of):
    values = {"ZDDM": "a", "n": 1, "x": 0.5, "t": "v", "b": True}
    rows = [(SQUARES[0][0], values), (SQUARES[1][0], {**dict.fromkeys(values), "ZDDM": "b"})]
    layer = make_layer(rows)
    layer.dataProvider().changeAttributeValues({2: {layer.fields().lookupField("t"): NULL}})
    run_algorithm(echo(), {"PARCELS": layer, "OUTPUT": str(tmp_path / "o.gpkg")})
    first, second = rows_of(tmp_path / "o.gpkg")
    assert (first["n"], first["x"], first["t"], first["b"]) == (1, 0.5, "v", True)
    assert [second[name] for name in "nxtb"] == [None] * 4


def test_own_old_columns_are_replaced_not_doubled(tmp_path, run_algorithm, echo, make_layer, rows_of):
    """A result of ours fed back in: this table's old columns go, the user's and other algorithms' stay (rule 3)."""
    values = {"parcel_id": "a", "note": "x", "pop": 99.0, "tag": "none", "schema_version": 1}
    layer = make_layer([(SQUARES[0][0], values)])
    run_algorithm(echo(), {"PARCELS": layer, "OUTPUT": str(tmp_path / "o.gpkg")})
    (row,) = rows_of(tmp_path / "o.gpkg")
    assert row["pop"] == 10.0
    assert row["note"] == "x"
    assert row["tag"] == "none"
    assert not [name for name in row if name.endswith("_in")]


def test_kill_while_writing_keeps_the_last_good_file(tmp_path, run_algorithm, echo, parcels):
    """kill -9 in the middle of writing the part: the old result opens and counts, and the next run works."""
    target = good_file(tmp_path, run_algorithm, echo, parcels)
    before = target.read_bytes()
    script = Path(__file__).with_name("killed_writer.py")
    done = subprocess.run([sys.executable, str(script), str(target)], capture_output=True, timeout=120, check=False)
    assert done.returncode == -9, done.stderr.decode()
    assert target.read_bytes() == before
    assert target.with_name(f"{target.stem}.part.gpkg").exists(), "it was killed while writing"
    run_algorithm(echo(), {"PARCELS": parcels, "OUTPUT": str(target)})
    assert leftovers(tmp_path) == []
    assert QgsVectorLayer(str(target), "again", "ogr").featureCount() == 3


def open_files(folder):
    """The files of a folder that this process has open."""
    found = [link.resolve() for link in Path("/proc/self/fd").iterdir() if link.exists()]
    return sorted(file.name for file in found if file.parent == folder)


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="the system does not tell which files are open")
@pytest.mark.parametrize("fault", ["one row too few", "cancelled"])
def test_a_part_that_is_refused_is_closed(qgis_app, make_layer, save_layer, tmp_path, monkeypatch, fault):
    """An error on its way held the part open: on Windows it could not be removed, and that was told instead."""
    from urban_renewal.core.errors import Cancelled, RenewalError
    from urban_renewal.core.run import Run
    from urban_renewal.processing.output import writing
    from urban_renewal.processing.output.targets import Target

    file = Path(save_layer(make_layer(SQUARES), tmp_path / "x.gpkg").partition("|")[0])
    run = Run(is_cancelled=lambda: fault == "cancelled")
    with pytest.raises((RenewalError, Cancelled)) as error:
        writing.check_written(file, "x", 4, Target("OUTPUT", "file", str(file), file), run)
    assert error.value is not None and open_files(tmp_path) == []


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="the system does not tell which files are open")
def test_files_of_a_table_that_is_refused_are_closed(qgis_app, make_layer, save_layer, tmp_path):
    import sqlite3
    from contextlib import closing

    from urban_renewal.core.errors import RenewalError
    from urban_renewal.processing.output import writing
    from urban_renewal.processing.output.targets import Target

    path = tmp_path / "shared.gpkg"
    save_layer(make_layer(SQUARES[:1], name="theirs"), path, table="theirs")
    with closing(sqlite3.connect(path)) as base:
        base.execute("CREATE TRIGGER closed BEFORE INSERT ON gpkg_contents BEGIN SELECT RAISE(ABORT, 'closed'); END")
        base.commit()
    target = Target("OUTPUT", "table", str(path), path, "people")
    save_layer(make_layer(SQUARES), target.part, table="people")
    with pytest.raises(RenewalError) as error:
        writing.move_into_place(target)
    assert error.value.code == "write_failed" and open_files(tmp_path) == []
