"""A delivery made by hand with SQLite: touched is not changed, and one changed value is found."""

import json
import sqlite3
import struct
from datetime import datetime, timezone

import pytest
import shapely
from urban_renewal.core.delivery import manifest, verify
from urban_renewal.core.delivery.formats.geopackage import read_layer
from urban_renewal.core.errors import Cancelled, RenewalError
from urban_renewal.core.run import Run

SQUARE = shapely.box(0, 0, 100, 100)


def blob(shape, envelope=1):
    bounds = shape.bounds
    head = b"GP" + struct.pack("<BBi", 0, 1 | envelope << 1, 4545)
    box = struct.pack("<4d", bounds[0], bounds[2], bounds[1], bounds[3]) if envelope else b""
    return head + box + shapely.to_wkb(shape)


def write_geopackage(path, area=10000.0):
    with sqlite3.connect(path) as base:
        base.executescript("""
            CREATE TABLE gpkg_contents (table_name TEXT, data_type TEXT);
            CREATE TABLE gpkg_geometry_columns (table_name TEXT, column_name TEXT);
            CREATE TABLE zones (fid INTEGER PRIMARY KEY, geom BLOB, zone_id TEXT, name TEXT, area_m2 REAL,
                                petals_n MEDIUMINT);
            CREATE TABLE layer_styles (id INTEGER PRIMARY KEY);
            INSERT INTO gpkg_contents VALUES ('zones', 'features'), ('layer_styles', 'attributes');
            INSERT INTO gpkg_geometry_columns VALUES ('zones', 'geom');
        """)
        base.execute("INSERT INTO zones VALUES (1, ?, 'Z-1', '七星岗', ?, 2)", (blob(SQUARE), area))
        base.execute("INSERT INTO zones VALUES (2, NULL, 'Z-2', NULL, NULL, NULL)")
    base.close()


@pytest.fixture
def delivery(tmp_path):
    folder = tmp_path / "交付"
    (folder / "tables").mkdir(parents=True)
    write_geopackage(folder / "data.gpkg")
    (folder / "tables" / "清单.xlsx").write_bytes(b"sheet")
    table = manifest.DeliveredTable("zones", "data.gpkg", "zones", "EPSG:4545")
    described = manifest.Delivery(
        {"zh": "成果", "en": "Delivery"}, "0.1.0", datetime.now(timezone.utc), {"FOLDER": str(folder)}, (table,)
    )
    content = manifest.build_manifest(folder, described, Run())
    (folder / "manifest.json").write_text(manifest.to_text(content), encoding="utf-8")
    return folder


def verdicts(folder):
    found = verify.verify_delivery(folder, Run())
    rows = found.findings[["subject_id", "clause", "verdict"]]
    return found.is_ok, {tuple(row) for row in rows.itertuples(index=False) if row[2] != "pass"}


def change(folder, statement):
    with sqlite3.connect(folder / "data.gpkg") as base:
        base.execute(statement)
    base.close()


def test_read_layer(delivery):
    frame = read_layer(delivery / "data.gpkg", "zones", Run())
    assert list(frame.columns) == ["zone_id", "name", "area_m2", "petals_n", "geometry"]
    assert [str(dtype) for dtype in frame.dtypes] == ["string", "string", "float64", "Int64", "object"]
    assert frame["geometry"][0].equals(SQUARE)
    assert frame["geometry"][1] is None
    assert frame["name"].isna().tolist() == [False, True]


def test_untouched(delivery):
    content = json.loads((delivery / "manifest.json").read_text(encoding="utf-8"))
    assert [entry["path"] for entry in content["files"]] == ["data.gpkg", "tables/清单.xlsx"]
    assert content["files"][1]["bytes"] == 5
    assert content["tables"][0]["count"] == 2
    assert content["parameters"]["FOLDER"] == "."
    before = {path: path.stat().st_mtime_ns for path in delivery.rglob("*")}
    assert verdicts(delivery) == (True, set())
    assert {path: path.stat().st_mtime_ns for path in delivery.rglob("*")} == before  # looking leaves no trace


def test_touched_is_not_changed(delivery):
    """Other bytes, other order of rows and other fids, the same data."""
    change(delivery, "UPDATE zones SET fid = 10 - fid")
    change(delivery, "VACUUM")
    assert verdicts(delivery) == (True, {("data.gpkg", "file_touched", "advice")})


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE zones SET area_m2 = 10000.01 WHERE zone_id = 'Z-1'",
        "UPDATE zones SET name = '' WHERE zone_id = 'Z-2'",
        "UPDATE zones SET area_m2 = 'much' WHERE zone_id = 'Z-2'",
        "DELETE FROM zones WHERE zone_id = 'Z-2'",
        "UPDATE zones SET geom = NULL",
    ],
)
def test_one_changed_value_is_found(delivery, statement):
    change(delivery, statement)
    wanted = {("data.gpkg", "file_changed", "fail"), ("data.gpkg/zones", "table_changed", "fail")}
    assert verdicts(delivery) == (False, wanted)


def test_a_dictionary_that_has_gained_columns_since_accuses_nobody(delivery, monkeypatch):
    """Made when zones had but the four columns of the file: touched, it is the same; changed, it is found."""
    from dataclasses import replace

    full = manifest.dictionary_table
    names = ("zone_id", "name", "area_m2", "petals_n")

    def as_then(item, is_spatial):
        table = full(item, is_spatial)
        return replace(table, columns=tuple(column for column in table.columns if column.name in names))

    content = json.loads((delivery / "manifest.json").read_text(encoding="utf-8"))
    monkeypatch.setattr(manifest, "dictionary_table", as_then)
    item = manifest.table_of(content["tables"][0])
    content["tables"] = [manifest.describe_table(delivery, item, Run())]
    monkeypatch.undo()
    (delivery / "manifest.json").write_text(manifest.to_text(content), encoding="utf-8")
    change(delivery, "VACUUM")
    assert verdicts(delivery)[0]
    change(delivery, "UPDATE zones SET petals_n = 3 WHERE zone_id = 'Z-1'")
    assert not verdicts(delivery)[0]


def test_a_change_below_what_is_written_does_not_count(delivery):
    """area_m2 has 2 decimals: 0.001 m² more is the same value."""
    change(delivery, "UPDATE zones SET area_m2 = 10000.001 WHERE zone_id = 'Z-1'")
    assert verdicts(delivery)[0]


def test_missing_extra_and_changed_files(delivery):
    (delivery / "tables" / "清单.xlsx").write_bytes(b"SHEET")
    (delivery / "data.gpkg").unlink()
    (delivery / "说明.txt").write_text("later", encoding="utf-8")
    assert verdicts(delivery) == (
        False,
        {
            ("data.gpkg", "file_missing", "fail"),
            ("tables/清单.xlsx", "file_changed", "fail"),
            ("说明.txt", "file_extra", "advice"),
        },
    )


def test_missing_and_extra_tables(delivery):
    change(delivery, "UPDATE gpkg_contents SET table_name = 'other' WHERE table_name = 'zones'")
    assert verdicts(delivery)[1] == {
        ("data.gpkg", "file_changed", "fail"),
        ("data.gpkg/zones", "table_missing", "fail"),
        ("data.gpkg/other", "table_extra", "advice"),
    }


def test_a_damaged_geopackage_gets_a_sentence(delivery):
    (delivery / "data.gpkg").write_bytes(b"no database at all" * 100)
    assert verdicts(delivery)[1] >= {("data.gpkg", "geopackage_unreadable", "fail")}


def test_a_link_out_of_the_folder_is_not_followed(delivery, tmp_path):
    secret = tmp_path / "secret"
    secret.write_bytes(b"sheet")
    path = delivery / "tables" / "清单.xlsx"
    path.unlink()
    path.symlink_to(secret)
    assert verdicts(delivery) == (False, {("tables/清单.xlsx", "file_outside", "fail")})


def hostile(folder, edit):
    path = folder / "manifest.json"
    content = json.loads(path.read_text(encoding="utf-8"))
    edit(content)
    path.write_text(json.dumps(content), encoding="utf-8")


@pytest.mark.parametrize(
    ("edit", "code"),
    [
        (lambda c: c["files"][0].update(path="../../etc/passwd"), "schema_pattern"),
        (lambda c: c["files"][0].update(path="/etc/passwd"), "schema_pattern"),
        (lambda c: c["files"][0].update(bytes="many"), "schema_type"),
        (lambda c: c["tables"][0].update(file="..\\x"), "schema_pattern"),
        (lambda c: c.update(files={}), "schema_type"),
        (lambda c: c["parameters"].update(ZONES="/home/u/zones.gpkg"), "manifest_shows_path"),
        (lambda c: c["facts"].update(source="D:\\项目\\a.gpkg"), "manifest_shows_path"),
    ],
)
def test_hostile_manifests_are_refused_with_a_sentence(delivery, edit, code):
    hostile(delivery, edit)
    with pytest.raises(RenewalError) as caught:
        verify.verify_delivery(delivery, Run())
    assert caught.value.code == code
    assert str(caught.value) != code


@pytest.mark.parametrize(
    "edit",
    [
        lambda c: c["tables"][0].update(layer='zones"; DROP TABLE zones; --'),
        lambda c: c["tables"][0].update(table="no such table"),
        lambda c: c["tables"][0].update(digits=10**9),
        lambda c: c["tables"][0].update(carried=["no", "geometry", "zone_id"]),
        lambda c: c["tables"][0].update(kinds=["{kind}"] * 3),
    ],
)
def test_odd_manifests_do_no_harm(delivery, edit):
    hostile(delivery, edit)
    change(delivery, "VACUUM")
    change(delivery, "UPDATE zones SET fid = fid + 5")
    verify.verify_delivery(delivery, Run())
    assert len(read_layer(delivery / "data.gpkg", "zones", Run())) == 2


def test_no_manifest(tmp_path):
    with pytest.raises(RenewalError) as caught:
        verify.verify_delivery(tmp_path, Run())
    assert caught.value.code == "delivery_without_manifest"


def test_cancel(delivery):
    with pytest.raises(Cancelled):
        verify.verify_delivery(delivery, Run(is_cancelled=lambda: True))


def test_what_it_was_made_of_is_kept_without_paths(delivery):
    from urban_renewal.core import runrecord

    now = datetime.now(timezone.utc)
    figure = {"value": 1, "source": "s", "status": "heuristic"}
    rules = {"schema": "urban-renewal/ruleset/1", "id": "own", "figures": [figure]}
    inputs = (runrecord.Input("PARCELS", "宗地", "ogr:gpkg", 3, "EPSG:4545", "0" * 64),)
    work = runrecord.Work("tagparcels", {"zh": "识别", "en": "Tag"}, "0.1.0", {}, now, now, inputs, (), (rules,))
    record = runrecord.build(work, Run())
    record["messages"] = [{"level": "info", "code": "x", "text": {"zh": "见 /home/u/a.gpkg", "en": "n/a (/)"}}]
    title = {"zh": "甲/乙 D:\\项目\\丙", "en": "A"}
    described = manifest.Delivery(title, "0.1.0", now, {"FOLDER": str(delivery)}, (), (), (record,), {"code": 7})
    content = manifest.build_manifest(delivery, described, Run())
    text = manifest.to_text(content)
    assert "/home" not in text
    assert "D:" not in text
    assert content["rules"][0]["unverified_n"] == 1
    assert content["runs"][0]["inputs"][0]["layer"] == "宗地"
    assert content["left_out"] == {"code": 7}
    (delivery / "manifest.json").write_text(text, encoding="utf-8")
    assert verdicts(delivery) == (True, set())


@pytest.mark.parametrize(
    ("layer", "contents", "code", "before"),
    [
        ("parcels", {("tagparcels", "PARCELS"): "a" * 64}, "input_same", 12),
        ("parcels", {("tagparcels", "PARCELS"): "b" * 64}, "input_changed", 12),
        ("renamed", {("tagparcels", "PARCELS"): "a" * 64}, "input_same", 12),  # known by its content
        ("renamed", {("tagparcels", "PARCELS"): "b" * 64}, "input_unknown", None),
        ("parcels", {}, "input_unreadable", None),
    ],
)
def test_a_layer_is_compared_with_the_inputs_it_looks_like(layer, contents, code, before):
    from urban_renewal.core.delivery.verify import InputLook, _check_input

    entry = {"role": "PARCELS", "layer": "parcels", "count": 12, "content": "a" * 64}
    other = {**entry, "layer": "x", "content": None}
    runs = [{"id": "tagparcels", "inputs": [entry]}, {"id": "other", "inputs": [other]}]
    [check] = _check_input(runs, InputLook(layer, 13, contents))
    assert (check.subject, check.code) == (layer, code)
    assert (check.found, check.expected) == (13, before)
