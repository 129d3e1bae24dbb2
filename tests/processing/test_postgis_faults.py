"""A PostGIS result and what can happen to it: a kill, a server that goes away, Cancel, views, two runs at once."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from qgis.core import (
    QgsDataSourceUri,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeedback,
    QgsProviderRegistry,
)

BOX = "POLYGON((0 0,10 0,10 10,0 10,0 0))"
BINARIES = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
ROWS = 60_000  # some seconds of writing

pytestmark = pytest.mark.skipif(not BINARIES or os.geteuid() != 0, reason="needs PostgreSQL and root to start a server")


class Server:
    """A throw-away server on loopback that can be killed and started again."""

    def __init__(self, folder):
        self.folder = folder
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]

    def as_postgres(self, program, *arguments):
        command = ["runuser", "-u", "postgres", "--", str(BINARIES[-1] / program), *arguments]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=self.folder)

    def start(self):
        options = f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={self.folder} -c fsync=off"
        log = str(self.folder / "log")
        self.as_postgres("pg_ctl", "-D", str(self.folder / "data"), "-l", log, "-w", "-o", options, "start")

    def stop(self):
        """Stop at once, as a machine that goes down does."""
        self.as_postgres("pg_ctl", "-D", str(self.folder / "data"), "-m", "immediate", "-w", "stop")

    def ask(self, command):
        """Return the rows of a command."""
        return self.connection().executeSql(command)

    def connection(self):
        address = QgsDataSourceUri(self.uri("x").removeprefix("postgres://")).connectionInfo()
        return QgsProviderRegistry.instance().providerMetadata("postgres").createConnection(address, {})

    def uri(self, table):
        place = f"dbname='gis' host=127.0.0.1 port={self.port} user='postgres'"
        return f'postgres://{place} table="public"."{table}" (geom)'

    def ids(self, table):
        return sorted(row[0] for row in self.ask(f'SELECT parcel_id FROM public."{table}"'))

    def tables(self):
        return {row[0] for row in self.ask("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")}

    def wait_for(self, table, seconds=60):
        """Wait until somebody has made the table."""
        end = time.monotonic() + seconds
        while table not in self.tables():
            assert time.monotonic() < end, f"{table} never came"
            time.sleep(0.02)


@pytest.fixture(scope="module")
def server():
    folder = Path("/var/tmp") / f"renewal-pgf-{os.getpid()}"  # postgres must be able to enter it
    folder.mkdir()
    shutil.chown(folder, "postgres")
    made = Server(folder)
    try:
        made.as_postgres("initdb", "-D", str(folder / "data"), "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "-N")
        made.start()
        made.as_postgres("createdb", "-h", "127.0.0.1", "-p", str(made.port), "gis")
        made.ask("create extension if not exists postgis")
        yield made
    finally:
        made.stop()
        shutil.rmtree(folder)


def land(make_layer, *names):
    return make_layer([(BOX, {"parcel_id": name}) for name in names])


WRITER = """
processing.run("urbanrenewal:fixcoordinates", {{
    "INPUT": {layer!r}, "FROM": "gcj02", "TARGET_CRS": "EPSG:4490", "OUTPUT": {target!r}}})
"""


@pytest.fixture(scope="module")
def many(tmp_path_factory):
    """A file of many points."""
    from osgeo import ogr, osr

    path = tmp_path_factory.mktemp("many") / "many.gpkg"
    source = ogr.GetDriverByName("GPKG").CreateDataSource(str(path))
    system = osr.SpatialReference()
    system.ImportFromEPSG(4326)
    system.SetAxisMappingStrategy(osr.OAMS_TRADITIONAL_GIS_ORDER)
    layer = source.CreateLayer("many", system, ogr.wkbPoint)
    layer.CreateField(ogr.FieldDefn("parcel_id", ogr.OFTString))
    layer.StartTransaction()
    for number in range(ROWS):
        feature = ogr.Feature(layer.GetLayerDefn())
        feature.SetField(0, f"P{number}")
        feature.SetGeometry(ogr.CreateGeometryFromWkt(f"POINT({106.5 + number * 1e-6} 29.5)"))
        layer.CreateFeature(feature)
    layer.CommitTransaction()
    del layer, source
    return str(path)


@pytest.fixture
def start_writer(many, tmp_path, own_qgis):
    """Begin to write the many points to a table, in another program."""

    def start(target):
        script = tmp_path / "writer.py"
        script.write_text(own_qgis + WRITER.format(layer=many, target=target), encoding="utf-8")
        return subprocess.Popen([sys.executable, str(script)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    return start


def test_kill_while_writing_keeps_the_old_table(server, start_writer, run_algorithm, echo, make_layer):
    """kill -9 as soon as the table beside is there: the old rows stay, the next run takes away what lies about."""
    run_algorithm(echo(), {"PARCELS": land(make_layer, "old"), "OUTPUT": server.uri("killed")})
    writer = start_writer(server.uri("killed"))
    server.wait_for("killed__part")
    time.sleep(0.3)  # in the middle of the rows
    assert writer.poll() is None, "the writer ended before it could be killed"
    writer.kill()
    assert writer.wait() == -signal.SIGKILL
    assert server.ids("killed") == ["old"]
    run_algorithm(echo(), {"PARCELS": land(make_layer, "new"), "OUTPUT": server.uri("killed")})
    assert server.ids("killed") == ["new"] and "killed__part" not in server.tables()


def test_a_server_that_goes_away_gets_a_sentence(server, many, tmp_path, run_algorithm, echo, make_layer):
    """Stopped in the middle of the rows: one sentence, no file, and the old rows when it is up again."""
    run_algorithm(echo(), {"PARCELS": land(make_layer, "old"), "OUTPUT": server.uri("gone")})

    def stop():
        server.as_postgres("pg_ctl", "-D", str(server.folder / "data"), "-m", "immediate", "-w", "stop")

    from urban_renewal.processing.output import postgis

    real, stopper = postgis._write_rows, threading.Event()

    def write(exporter, part, encoded, run):
        if not stopper.is_set():
            stopper.set()
            stop()
        real(exporter, part, encoded, run)

    postgis._write_rows = write
    try:
        outputs = {"OUTPUT": server.uri("gone"), "SECOND": str(tmp_path / "second.gpkg")}
        with pytest.raises(QgsProcessingException) as said:
            run_algorithm(echo(), {"PARCELS": land(make_layer, "new 1", "new 2"), **outputs})
    finally:
        postgis._write_rows = real
        server.start()
    assert "内部出错" not in str(said.value) and "Traceback" not in str(said.value)
    assert list(tmp_path.iterdir()) == []
    assert server.ids("gone") == ["old"]
    run_algorithm(echo(), {"PARCELS": land(make_layer, "new"), "OUTPUT": server.uri("gone")})
    assert server.ids("gone") == ["new"] and "gone__part" not in server.tables()


class StopWhileWriting(QgsProcessingFeedback):
    """Presses Cancel once rows arrive in the table beside."""

    def __init__(self, server, table):
        super().__init__(False)
        self.server, self.table, self.seen = server, table, False

    def isCanceled(self):
        self.seen = self.seen or self.table in self.server.tables()
        return self.seen


def test_cancel_while_writing_keeps_the_old_table(server, many, run_algorithm, echo, make_layer):
    run_algorithm(echo(), {"PARCELS": land(make_layer, "old"), "OUTPUT": server.uri("stopped")})
    stop = StopWhileWriting(server, "stopped__part")
    values = {"INPUT": many, "FROM": "gcj02", "TARGET_CRS": "EPSG:4490", "OUTPUT": server.uri("stopped")}
    with pytest.raises(QgsProcessingException):
        run_algorithm("fixcoordinates", values, feedback=stop)
    assert stop.seen and server.ids("stopped") == ["old"] and "stopped__part" not in server.tables()


def test_a_view_on_the_second_table_keeps_the_first(server, run_algorithm, echo, make_layer):
    """The second table cannot be replaced (a view needs it): the first is not replaced either; later all goes on."""
    outputs = {"OUTPUT": server.uri("one"), "SECOND": server.uri("two")}
    run_algorithm(echo(), {"PARCELS": land(make_layer, "old"), **outputs})
    server.ask("CREATE VIEW needs_two AS SELECT * FROM two")
    with pytest.raises(QgsProcessingException, match="two"):
        run_algorithm(echo(), {"PARCELS": land(make_layer, "new"), **outputs})
    assert server.ids("one") == server.ids("two") == ["old"]
    assert not [name for name in server.tables() if name.endswith("__part")]
    server.ask("DROP VIEW needs_two")
    run_algorithm(echo(), {"PARCELS": land(make_layer, "new"), **outputs})
    assert server.ids("one") == server.ids("two") == ["new"]


def test_two_runs_into_one_table_leave_one_whole_result(server, run_algorithm, echo, make_layer, monkeypatch):
    """The second run writes between the first one's writing and its rename: its half never becomes the result."""
    from urban_renewal.processing import publish

    target, real, inner = server.uri("shared"), publish.finish_postgis, []
    run_algorithm(echo(), {"PARCELS": land(make_layer, "old"), "OUTPUT": target})

    def meanwhile(staged):
        if not inner:
            inner.append(1)  # another user's table beside, half written
            server.ask("DROP TABLE shared__part; CREATE TABLE shared__part AS SELECT * FROM shared WHERE false")
        real(staged)

    monkeypatch.setattr(publish, "finish_postgis", meanwhile)
    with pytest.raises(QgsProcessingException, match="shared"):
        run_algorithm(echo(), {"PARCELS": land(make_layer, "new"), "OUTPUT": target})
    assert server.ids("shared") == ["old"]
    assert "shared__part" in server.tables()  # it is the other's: left alone
    run_algorithm(echo(), {"PARCELS": land(make_layer, "new"), "OUTPUT": target})
    assert server.ids("shared") == ["new"] and "shared__part" not in server.tables()
    assert server.ask("SELECT obj_description('shared'::regclass, 'pg_class')") == [[None]]


def test_a_schema_that_is_not_there_is_told_before_the_work(server, run_algorithm, echo, make_layer):
    """One sentence without SQL, which names the schema, the database and the schemas there are."""
    target = server.uri("nowhere").replace('"public"', '"市局"')
    algorithm, values = echo(), {"PARCELS": land(make_layer, "new"), "OUTPUT": target}
    is_good, sentence = algorithm.create().checkParameterValues(values, QgsProcessingContext())
    assert not is_good and "市局" in sentence and "gis" in sentence and "public" in sentence
    with pytest.raises(QgsProcessingException) as said:
        run_algorithm(algorithm, values)
    assert sentence in str(said.value) and "\n" not in sentence and "CREATE" not in sentence


def test_what_a_server_refuses_is_told_without_its_commands(server, run_algorithm, echo, make_layer):
    server.ask("CREATE ROLE reader LOGIN; REVOKE CREATE ON SCHEMA public FROM PUBLIC")
    target = server.uri("forbidden").replace("user='postgres'", "user='reader'")
    with pytest.raises(QgsProcessingException) as said:
        run_algorithm(echo(), {"PARCELS": land(make_layer, "new"), "OUTPUT": target})
    told = str(said.value).strip()
    assert "permission denied" in told and "\n" not in told and "CREATE" not in told


@pytest.mark.parametrize("name", ["named", "名" * 21, 'it\'s "so"'])
def test_counter_and_key_are_named_after_their_table(server, run_algorithm, echo, make_layer, name):
    """Twice: the second result takes the names of the first. Rows that are added by hand go on counting."""
    target = server.uri(name.replace('"', '\\"'))
    for _ in range(2):
        run_algorithm(echo(), {"PARCELS": land(make_layer, "a", "b"), "OUTPUT": target})
    mine = f"relnamespace = 'public'::regnamespace AND relname LIKE '{name[:10].replace(chr(39), 2 * chr(39))}%'"
    found = {kind: told for told, kind in server.ask(f"SELECT relname, relkind FROM pg_class WHERE {mine}")}
    assert set(found) == {"r", "S", "i"} and found["r"] == name
    assert found["S"].endswith("_fid_seq") and found["i"].endswith("_pkey")
    assert not any("__part" in told for told in found.values())
    table = name.replace('"', '""')
    server.ask(f"""INSERT INTO public."{table}" (parcel_id) VALUES ('c')""")
    assert server.ask(f"""SELECT fid FROM public."{table}" WHERE parcel_id = 'c'""") == [[3]]
