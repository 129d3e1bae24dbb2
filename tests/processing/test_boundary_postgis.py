"""A PostGIS result is there whole, or the old table is as it was."""

import json
import os
import shutil
import socket
import subprocess
from pathlib import Path

import pytest
from qgis.core import QgsDataSourceUri, QgsProcessingException, QgsProviderRegistry, QgsVectorLayer

BOX = "POLYGON((0 0,10 0,10 10,0 10,0 0))"
BINARIES = sorted(Path("/usr/lib/postgresql").glob("*/bin"))

pytestmark = pytest.mark.skipif(not BINARIES or os.geteuid() != 0, reason="needs PostgreSQL and root to start a server")


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """A throw-away server on loopback; gives its port."""
    folder = Path("/var/tmp") / f"renewal-pg-{os.getpid()}"  # postgres must be able to enter it
    folder.mkdir()
    shutil.chown(folder, "postgres")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]

    def as_postgres(program, *arguments):
        command = ["runuser", "-u", "postgres", "--", str(BINARIES[-1] / program), *arguments]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=folder)

    try:
        as_postgres("initdb", "-D", str(folder / "data"), "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")
        options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder} -c fsync=off"
        as_postgres("pg_ctl", "-D", str(folder / "data"), "-l", str(folder / "log"), "-w", "-o", options, "start")
        as_postgres("createdb", "-h", "127.0.0.1", "-p", str(port), "gis")
        as_postgres("psql", "-h", "127.0.0.1", "-p", str(port), "-d", "gis", "-qc", "create extension postgis")
        yield port
    finally:
        as_postgres("pg_ctl", "-D", str(folder / "data"), "-m", "immediate", "-w", "stop")
        shutil.rmtree(folder)


def uri(port, table):
    return f"postgres://dbname='gis' host=127.0.0.1 port={port} user='postgres' table=\"public\".\"{table}\" (geom)"


def tables(port):
    address = QgsDataSourceUri(uri(port, "x").removeprefix("postgres://")).connectionInfo()
    connection = QgsProviderRegistry.instance().providerMetadata("postgres").createConnection(address, {})
    return {item.tableName() for item in connection.tables("public")} - {"spatial_ref_sys"}


def test_result_replaces_the_table_whole(server, run_algorithm, echo, make_layer):
    for n in (1, 2):
        layer = make_layer([(BOX, {"ZDDM": f"第{i}宗"}) for i in range(n)])
        results, _, _ = run_algorithm(echo(), {"PARCELS": layer, "PARCEL_ID": "ZDDM", "OUTPUT": uri(server, "people")})
        stored = QgsVectorLayer(results["OUTPUT"], "stored", "postgres")
        assert sorted(feature["parcel_id"] for feature in stored.getFeatures()) == [f"第{i}宗" for i in range(n)]
        del stored
    assert "people__part" not in tables(server)


def test_a_failure_keeps_the_old_table(server, run_algorithm, echo, make_layer, monkeypatch):
    layer = make_layer([(BOX, {"parcel_id": "a"})])
    results, _, _ = run_algorithm(echo(), {"PARCELS": layer, "OUTPUT": uri(server, "kept")})
    from urban_renewal.core.errors import RenewalError
    from urban_renewal.processing import publish

    def fail(*rest):
        raise RenewalError("write_failed", path="kept", reason="on purpose")

    monkeypatch.setattr(publish, "finish_postgis", fail)
    with pytest.raises(QgsProcessingException, match="on purpose"):
        run_algorithm(echo(), {"PARCELS": layer, "OUTPUT": uri(server, "kept")})
    assert QgsVectorLayer(results["OUTPUT"], "stored", "postgres").featureCount() == 1
    assert "kept__part" not in tables(server)


def test_input_as_output_is_refused(server, run_algorithm, echo, make_layer):
    layer = make_layer([(BOX, {"parcel_id": "a"})])
    results, _, _ = run_algorithm(echo(), {"PARCELS": layer, "OUTPUT": uri(server, "both")})
    source = QgsVectorLayer(results["OUTPUT"], "stored", "postgres")
    with pytest.raises(QgsProcessingException, match="就是输入图层"):
        run_algorithm(echo(), {"PARCELS": source, "OUTPUT": uri(server, "both")})
    assert source.featureCount() == 1


def test_a_database_source_names_no_secret_in_the_record(server, run_algorithm, echo, make_layer, tmp_path, read_json):
    layer = make_layer([(BOX, {"parcel_id": "a"})])
    results, _, _ = run_algorithm(echo(), {"PARCELS": layer, "OUTPUT": uri(server, "secret")})
    target = tmp_path / "o.gpkg"
    address = QgsDataSourceUri(results["OUTPUT"])
    address.setPassword("geheim")
    source = QgsVectorLayer(address.uri(False), "库", "postgres")
    assert "geheim" in source.source()
    run_algorithm(echo(), {"PARCELS": source, "OUTPUT": str(target)})
    text = Path(str(target) + ".run.json").read_text(encoding="utf-8")
    assert "geheim" not in text
    assert "127.0.0.1" not in text
    assert read_json(str(target) + ".run.json")["inputs"][0]["source"] == "postgres"


def test_two_tables_come_together_or_not_at_all(server, run_algorithm, echo, make_layer, monkeypatch):
    """The second table cannot be written: the first stays as it was, and no table beside is left."""
    old = make_layer([(BOX, {"parcel_id": "old"})])
    outputs = {"OUTPUT": uri(server, "first"), "SECOND": uri(server, "second")}
    run_algorithm(echo(), {"PARCELS": old, **outputs})
    from urban_renewal.core.errors import RenewalError
    from urban_renewal.processing.output import postgis

    real = postgis._write_rows

    def fail_second(exporter, part, encoded, run):
        if part.table().startswith("second"):
            raise RenewalError("write_failed", path="second", reason="on purpose")
        real(exporter, part, encoded, run)

    monkeypatch.setattr(postgis, "_write_rows", fail_second)
    new = make_layer([(BOX, {"parcel_id": "new 1"}), (BOX, {"parcel_id": "new 2"})])
    with pytest.raises(QgsProcessingException, match="on purpose"):
        run_algorithm(echo(), {"PARCELS": new, **outputs})
    assert ids(server, "first") == ids(server, "second") == ["old"]
    assert not [name for name in tables(server) if name.endswith("__part")]


def ids(port, table):
    address = uri(port, table).removeprefix("postgres://").replace("(geom)", "key='fid' (geom)")
    address = address.replace(f'table="public"."{table}" key=\'fid\'', f'key=\'fid\' table="public"."{table}"')
    layer = QgsVectorLayer(address, "stored", "postgres")
    assert layer.isValid(), address
    return sorted(feature["parcel_id"] for feature in layer.getFeatures())


def test_a_name_as_long_as_can_be_keeps_the_old_table(server, run_algorithm, echo, make_layer, monkeypatch):
    """63 bytes: cut behind its mark, the table beside would be the table itself and the old rows gone."""
    name = "t" * 63
    run_algorithm(echo(), {"PARCELS": make_layer([(BOX, {"parcel_id": "old"})]), "OUTPUT": uri(server, name)})
    from urban_renewal.core.errors import RenewalError
    from urban_renewal.processing.output import postgis

    def fail(exporter, part, encoded, run):
        raise RenewalError("write_failed", path=name, reason="on purpose")

    monkeypatch.setattr(postgis, "_write_rows", fail)
    with pytest.raises(QgsProcessingException, match="on purpose"):
        run_algorithm(echo(), {"PARCELS": make_layer([(BOX, {"parcel_id": "new"})]), "OUTPUT": uri(server, name)})
    assert ids(server, name) == ["old"]


def test_inputs_from_a_database_give_what_files_give(server, run_algorithm, make_layer, rows_of):
    """Parcels and communities from PostGIS, one with a filter, give the very rows that layers in memory give."""
    from qgis.core import QgsProject, QgsVectorLayerExporter

    land = [(BOX.replace("10", str(10 + n)), {"parcel_id": f"宗地{n}", "land_use": "0701"}) for n in range(6)]
    around = "POLYGON((-5 -5,50 -5,50 50,-5 50,-5 -5))"
    layers = {
        "PARCELS": make_layer(land),
        "POPULATION": make_layer([(around, {"community_id": "C1", "pop": 600.0, "pop_60": 90.0})]),
    }
    stored = {}
    for name, layer in layers.items():
        target = QgsDataSourceUri(uri(server, f"in_{name.lower()}").removeprefix("postgres://"))
        target.setDataSource("public", f"in_{name.lower()}", "geom", "", "fid")
        error, message = QgsVectorLayerExporter.exportLayer(
            layer, target.uri(False), "postgres", layer.crs(), False, {"overwrite": True}
        )
        assert error == 0, message
        stored[name] = QgsVectorLayer(target.uri(False), name, "postgres")
        assert stored[name].isValid()
    assert stored["PARCELS"].setSubsetString("parcel_id <> '宗地5'")
    assert layers["PARCELS"].setSubsetString("\"parcel_id\" <> '宗地5'")
    found = []
    for given in (layers, stored):
        QgsProject.instance().clear()
        results, _, _ = run_algorithm("allocatepopulation", {**given, "OUTPUT": "memory:"})
        found.append(sorted(rows_of(results["OUTPUT"]), key=lambda row: row["parcel_id"]))
    assert len(found[0]) == 5
    keep = ("parcel_id", "pop", "pop_60")
    assert [[row[name] for name in keep] for row in found[0]] == [[row[name] for name in keep] for row in found[1]]


def test_cancel_while_writing_keeps_the_old_table(server, run_algorithm, echo, make_layer, monkeypatch):
    run_algorithm(echo(), {"PARCELS": make_layer([(BOX, {"parcel_id": "old"})]), "OUTPUT": uri(server, "stopped")})
    from urban_renewal.core.errors import Cancelled
    from urban_renewal.processing.output import postgis

    real = postgis._write_rows

    def stop(exporter, part, encoded, run):
        real(exporter, part, encoded, run)
        raise Cancelled

    monkeypatch.setattr(postgis, "_write_rows", stop)
    with pytest.raises(QgsProcessingException):
        run_algorithm(echo(), {"PARCELS": make_layer([(BOX, {"parcel_id": "new"})]), "OUTPUT": uri(server, "stopped")})
    assert ids(server, "stopped") == ["old"]
    assert "stopped__part" not in tables(server)


def test_a_table_without_geometry_is_written_and_replaced(server, run_algorithm, echo, make_layer):
    """What was left out, details, sums: tables that have no place. Names as people give them."""
    address = uri(server, "未纳入 Rows").removesuffix(" (geom)")
    for n in (2, 3):
        layer = make_layer([(BOX, {"parcel_id": "a"}), *[(None, {"parcel_id": f"x{i}"}) for i in range(n)]])
        results, _, _ = run_algorithm(
            echo(), {"PARCELS": layer, "OUTPUT": uri(server, "withplace"), "LEFT_OUT": address}
        )
        stored = QgsVectorLayer(results["LEFT_OUT"], "stored", "postgres")
        assert stored.isValid() and sorted(row["feature_id"] for row in stored.getFeatures()) == [
            f"x{i}" for i in range(n)
        ]
        del stored


def test_columns_of_a_database_come_along_as_texts(server, run_algorithm, echo):
    """jsonb, arrays and bytes beside mixed-case names, a generated column and a curve polygon in another system."""
    address = QgsDataSourceUri(uri(server, "x").removeprefix("postgres://")).connectionInfo()
    connection = QgsProviderRegistry.instance().providerMetadata("postgres").createConnection(address, {})
    connection.executeSql(
        'create table "宗地 Odd" ("ZDDM" text primary key, "Props" jsonb, "标签" text[], raw bytea, n numeric(12,2), '
        'twice numeric generated always as (n * 2) stored, "Shape" geometry(CurvePolygonZ, 32648))'
    )
    connection.executeSql(
        'insert into "宗地 Odd" ("ZDDM", "Props", "标签", raw, n, "Shape") values (\'a\', \'{"k": [1, "二"]}\', '
        "array['x','y'], '\\xff00', 12.5, st_setsrid('CURVEPOLYGON Z((640000 3270000 5,640100 3270000 5,"
        "640100 3270100 5,640000 3270100 5,640000 3270000 5))'::geometry, 32648))"
    )
    source = uri(server, "宗地 Odd").replace("(geom)", "(Shape)")
    for target in ("TEMPORARY_OUTPUT", uri(server, "odd_again")):
        results, _, _ = run_algorithm(echo(), {"PARCELS": source, "OUTPUT": target})
        stored = results["OUTPUT"]
        layer = stored if isinstance(stored, QgsVectorLayer) else QgsVectorLayer(stored, "stored", "postgres")
        (row,) = layer.getFeatures()
        names = {item.name().lower(): item.name() for item in layer.fields()}
        told = {key: row[name] for key, name in names.items()}
        assert (told["parcel_id"], told["pop"]) == ("a", 10) and float(told["twice"]) == 25
        assert json.loads(told["props"]) == {"k": [1, "二"]} and json.loads(told["标签"]) == ["x", "y"]
        assert told["raw"] == "ff00"
        del row, layer
