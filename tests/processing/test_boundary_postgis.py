"""qgis.md 1: a PostGIS result is there whole, or the old table is as it was."""

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
    from urban_renewal.processing import postgis

    def fail(*rest):
        raise RenewalError("write_failed", path="kept", reason="on purpose")

    monkeypatch.setattr(postgis, "_rename", fail)
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
