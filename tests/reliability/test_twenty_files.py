"""The faults of files and formats, met by real algorithms on the tiny town; each says its figure (docs/trust.md)."""

import csv
import html.parser
import json
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
import zipfile

import pytest
from qgis.core import QgsProcessingException, QgsVectorLayer

ROOT_ONLY = pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="needs root to mount a small disk")


def tell(number, text):
    """Say the figure of a fault; shown by pytest -s."""
    sys.stderr.write(f"fault {number}: {text}\n")


def rows_in(path, layer=None):
    """Return every row of a file as text, in order; the file must open."""
    found = QgsVectorLayer(f"{path}|layername={layer}" if layer else str(path), "rows", "ogr")
    assert found.isValid(), path
    return sorted(str(row.attributes()[1:]) + row.geometry().asWkt(3) for row in found.getFeatures())


def values_of(town, name, **more):
    """Return the parameters of an algorithm that work, some changed."""
    return {**town.known[name], **more}


# 1 · kill −9 --------------------------------------------------------------------------------------------------------

KILLED = """
import json, os, signal
from urban_renewal.processing import publish
moment, real = sys.argv[1], getattr(publish, sys.argv[1])
def die(*arguments, **named):
    if moment == "write_part":
        real(*arguments, **named)  # the part is whole, nothing is moved yet
    os.kill(os.getpid(), signal.SIGKILL)
setattr(publish, moment, die)
processing.run("urbanrenewal:tagparcels", json.load(open(sys.argv[2])))
"""


@pytest.mark.parametrize("moment", ["write_part", "move_into_place", "move_side_files"])
def test_01_a_kill_leaves_the_last_good_file(town, run_algorithm, own_qgis, tmp_path, moment):
    target = tmp_path / "tagged.gpkg"
    values = values_of(town, "tagparcels", OUTPUT=str(target), SUMMARY=str(tmp_path / "summary.gpkg"))
    run_algorithm("tagparcels", values)
    good = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    rows = len(rows_in(target))
    script, given = tmp_path / "killed.py", tmp_path / "values.json"
    script.write_text(own_qgis + KILLED)
    given.write_text(json.dumps(values))
    done = subprocess.run([sys.executable, str(script), moment, str(given)], capture_output=True, check=False)
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()[-800:]
    if moment != "move_side_files":  # by then the results have taken their places, whole
        assert {name: (tmp_path / name).read_bytes() for name in good} == good
    assert len(rows_in(target)) == rows
    lying = [path.name for path in tmp_path.iterdir() if ".part" in path.name]
    run_algorithm("tagparcels", values)
    assert not [path.name for path in tmp_path.iterdir() if ".part" in path.name]
    tell(1, f"killed at {moment}: {rows} rows as before, {len(lying)} parts lay about, 0 after the next run")


# 2 · disk full ------------------------------------------------------------------------------------------------------


@pytest.fixture
def small_disk(tmp_path):
    """Mount file systems of a given size; unmounted in the end."""
    mounted = []

    def mount(size):
        place = tmp_path / f"disk{len(mounted)}"
        place.mkdir()
        command = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(place)]
        if subprocess.run(command, check=False, capture_output=True).returncode:
            pytest.skip("this machine cannot mount a small disk")
        mounted.append(place)
        return place

    yield mount
    for place in mounted:
        subprocess.run(["umount", "-l", str(place)], check=True)


@ROOT_ONLY
@pytest.mark.parametrize("suffix", ["gpkg", "shp", "csv", "geojson", "xlsx"])
def test_02_a_full_disk_gets_a_sentence(town, run_algorithm, tmp_path, small_disk, suffix):
    """The disk holds the last result and two fifths of the next: that one does not fit beside it."""
    probe = tmp_path / "probe"
    probe.mkdir()
    run_algorithm("tagparcels", values_of(town, "tagparcels", OUTPUT=str(probe / f"tagged.{suffix}")))
    size = sum(path.stat().st_size for path in probe.iterdir())
    disk = small_disk(int(size * 1.4) + 16_384)
    for path in probe.iterdir():
        shutil.copy(path, disk)
    good = {path.name: path.read_bytes() for path in disk.iterdir()}
    with pytest.raises(QgsProcessingException) as said:
        run_algorithm("tagparcels", values_of(town, "tagparcels", OUTPUT=str(disk / f"tagged.{suffix}")))
    assert "内部出错" not in str(said.value)
    assert {path.name: path.read_bytes() for path in disk.iterdir()} == good
    tell(2, f".{suffix} of {size // 1024} KiB, {int(size * 0.4) // 1024} KiB free: {str(said.value)[-70:]}")


# 3 · somebody's GeoPackage ------------------------------------------------------------------------------------------


def test_03_other_peoples_tables_stay(town, run_algorithm, tmp_path):
    theirs = tmp_path / "blocks.gpkg"
    shutil.copy(town.folder / "blocks.gpkg", theirs)
    layer = QgsVectorLayer(str(theirs), "x", "ogr")
    tables = len(layer.dataProvider().subLayers())
    del layer
    before = theirs.read_bytes()
    with pytest.raises(QgsProcessingException, match=r"blocks\.gpkg"):
        run_algorithm("tagparcels", values_of(town, "tagparcels", OUTPUT=str(theirs)))
    assert theirs.read_bytes() == before and [path.name for path in tmp_path.iterdir()] == ["blocks.gpkg"]
    tell(3, f"a plain path onto a GeoPackage of {tables} tables: refused, not a byte changed")


# 4 · locks ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("which", ["input", "target"])
def test_04_a_locked_file_is_read_or_named_soon(town, run_algorithm, tmp_path, which):
    """Another program holds an exclusive lock and is in the middle of writing."""
    package = tmp_path / "people.gpkg"
    shutil.copy(town.folder / "people.gpkg", package)
    values = values_of(town, "tagparcels", OUTPUT=str(tmp_path / "tagged.gpkg"))
    values |= {"PARCELS": str(package)} if which == "input" else {"OUTPUT": str(package)}
    other = sqlite3.connect(package, isolation_level=None)
    for name in ("ST_IsEmpty", "ST_MinX", "ST_MaxX", "ST_MinY", "ST_MaxY"):
        other.create_function(name, 1, lambda shape: 0)
    other.execute("PRAGMA cache_size = 1")
    other.execute("BEGIN EXCLUSIVE")
    other.execute("UPDATE people SET pop = pop + 1")
    began = time.monotonic()
    try:
        with pytest.raises(QgsProcessingException) as said:
            run_algorithm("tagparcels", values)
        seconds = time.monotonic() - began
    finally:
        other.execute("ROLLBACK")
        other.close()
    assert "内部出错" not in str(said.value) and seconds < 8
    assert rows_in(package) == rows_in(town.folder / "people.gpkg")
    assert [path.name for path in tmp_path.iterdir()] == ["people.gpkg"]
    tell(4, f"locked {which}: a sentence after {seconds:.1f} s: {str(said.value)[:60]}")


# 7 · encodings, 17 · formulas, 18 · HTML ----------------------------------------------------------------------------

EVIL = '<script>alert(1)</script><img src="http://127.0.0.1/x" onerror="alert(2)">'
NAMES = ["𠮷㙍站", '=HYPERLINK("http://127.0.0.1")', "+1", "@SUM(1)", EVIL]


@pytest.fixture(scope="module")
def odd_delivery(town, tmp_path_factory):
    """A delivery whose parcels bear reasons that formats cannot hold or that would run; so do title and zones."""
    import processing

    folder = tmp_path_factory.mktemp("odd")
    tagged = folder / "tagged.gpkg"
    shutil.copy(town.folder / "tagged.gpkg", tagged)
    layer = QgsVectorLayer(str(tagged), "tagged", "ogr")
    layer.startEditing()
    for number, row in enumerate(layer.getFeatures()):
        layer.changeAttributeValue(row.id(), layer.fields().indexOf("tag_reason"), NAMES[number % len(NAMES)])
    assert layer.commitChanges()
    count = layer.featureCount()
    del layer
    zones = folder / "zones.gpkg"
    shutil.copy(town.folder / "zones.gpkg", zones)
    layer = QgsVectorLayer(str(zones), "zones", "ogr")
    layer.startEditing()
    for row in layer.getFeatures():
        layer.changeAttributeValue(row.id(), layer.fields().indexOf("name"), EVIL)
    assert layer.commitChanges()
    del layer
    outputs = {"FORMATS": ["gpkg", "shp", "dxf", "csv", "xlsx", "html"], "SHP_ENCODING": "GBK"}
    outputs |= {"ZONES": str(zones), "TITLE": EVIL, "AUTHOR": EVIL}
    values = values_of(town, "exportzones", PARCELS=str(tagged), FOLDER=str(folder / "out"), **outputs)
    processing.run("urbanrenewal:exportzones", values)
    return folder / "out", [NAMES[number % len(NAMES)] for number in range(count)]


def test_07_what_an_encoding_cannot_hold_is_listed(odd_delivery):
    folder, names = odd_delivery
    lost = sum("𠮷" in name for name in names)
    told = {str(path.relative_to(folder)): path.read_text("utf-8-sig").count("𠮷")
            for path in folder.rglob("*.csv") if "losses" in path.name or path.parent.name == "shp"}  # fmt: skip
    assert lost > 5 and sum(told.values()) >= lost, told
    stored = rows_in(folder / "data.gpkg", "tagged")
    assert sum("𠮷㙍站" in row for row in stored) == lost
    tell(7, f"{lost} of {len(names)} texts hold what GBK cannot: whole in data.gpkg, listed: {told}")


def test_17_no_cell_is_a_formula(odd_delivery):
    folder, names = odd_delivery
    sheets = cells = 0
    for book in folder.rglob("*.xlsx"):
        with zipfile.ZipFile(book) as archive:
            for part in (name for name in archive.namelist() if name.startswith("xl/worksheets/")):
                content = archive.read(part).decode("utf-8")
                sheets += 1
                assert "<f>" not in content and "<f " not in content
    for path in folder.rglob("*.csv"):
        for row in csv.reader(path.read_text("utf-8-sig").splitlines()):
            cells += len(row)
            for cell in row:
                is_number = cell.lstrip("+-").replace(".", "").replace("e", "").replace("-", "").isdigit()
                assert not cell.startswith(("=", "@", "\t")) and (is_number or not cell.startswith(("+", "-="))), cell
    assert sheets > 3 and cells > 100
    tell(17, f"{len(names)} hostile names: 0 formulas in {sheets} sheets and {cells} cells of csv")


class Page(html.parser.HTMLParser):
    """Collects scripts, handlers and outside addresses of a page, and its text."""

    def __init__(self, text):
        super().__init__()
        self.bad, self.words = [], []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        if tag in ("script", "iframe", "object", "embed", "link", "form"):
            self.bad.append(tag)
        self.bad += [name for name, _ in attributes if name.startswith("on")]
        self.bad += [value for name, value in attributes if name in ("src", "href", "action", "xlink:href")
                     and re.match(r"\s*(?!data:image/)(?:\w+:|//)", value or "")]  # fmt: skip

    def handle_data(self, data):
        self.words.append(data)


def test_18_no_script_in_the_report(odd_delivery):
    """Title, author and names of zones are code of a page; they are shown as the text they are."""
    folder, _ = odd_delivery
    pages = [Page(path.read_text("utf-8")) for path in folder.rglob("*.html")]
    shown = sum(page.words.count(EVIL) + sum(EVIL in word for word in page.words if word != EVIL) for page in pages)
    assert pages and shown >= 2, "nothing hostile has come into the page: the test would prove nothing"
    assert [page.bad for page in pages] == [[]] * len(pages)
    tell(18, f"{shown} hostile texts shown in {len(pages)} pages: 0 scripts, handlers, outside addresses")


# 8 · invalid geometry -----------------------------------------------------------------------------------------------

BROKEN = [
    "POLYGON((0 0,100 100,0 100,100 0,0 0))", "POLYGON((0 0,0 0,0 0,0 0))", "POLYGON EMPTY", None,
    "POLYGON((0 0,90 0,90 90,0 90,0 0),(0 0,90 0,90 90,0 90,0 0))",
    "MULTIPOLYGON(((0 0,9 0,9 9,0 0)),((0 0,9 0,9 9,0 0)))",
    "CURVEPOLYGON(CIRCULARSTRING(0 0,40 0,40 40,0 40,0 0))", "POLYGONZM((0 0 1 2,90 0 1 2,90 90 1 2,0 0 1 2))",
]  # fmt: skip


@pytest.mark.parametrize("way", ["repair", "skip", "stop"])
def test_08_rows_in_are_rows_out_and_rows_listed(make_layer, run_algorithm, rows_of, way):
    sound = [(f"POLYGON(({200 + 20 * n} 0,{210 + 20 * n} 0,{210 + 20 * n} 9,{200 + 20 * n} 0))", {"parcel_id": f"S{n}"})
             for n in range(5)]  # fmt: skip
    land = make_layer(sound + [(shape, {"parcel_id": f"B{n}"}) for n, shape in enumerate(BROKEN)])
    around = make_layer([("POLYGON((-50 -50,500 -50,500 200,-50 200,-50 -50))", {"community_id": "C", "pop": 130.0})])
    values = {"PARCELS": land, "POPULATION": around, "INVALID": way, "OUTPUT": "memory:", "LEFT_OUT": "memory:"}
    if way == "stop":
        with pytest.raises(QgsProcessingException, match="B0"):
            run_algorithm("allocatepopulation", values)
        tell(8, "stop: refused, the first broken parcel named")
        return
    results, _, _ = run_algorithm("allocatepopulation", values)
    kept = {row["parcel_id"] for row in rows_of(results["OUTPUT"])}
    listed = {row["feature_id"] for row in rows_of(results["LEFT_OUT"]) if row["layer"] == "PARCELS"}
    every = {f"S{n}" for n in range(5)} | {f"B{n}" for n in range(len(BROKEN))}
    assert kept | listed >= every and {f"S{n}" for n in range(5)} <= kept
    assert sum(row["pop"] for row in rows_of(results["OUTPUT"])) == pytest.approx(130, abs=0.01)
    tell(8, f"{way}: {len(every)} parcels in, {len(kept)} out, {len(every - kept)} left out by name")


# 9 · mixed systems, GCJ-02 ------------------------------------------------------------------------------------------


def test_09_mixed_systems_change_nothing_and_shifted_ones_are_told(town, run_algorithm, rows_of, tmp_path):
    import processing

    for system in ("EPSG:4490", "EPSG:4547", "EPSG:4524", "EPSG:32648"):  # 4524: with the zone's number before x
        moved = str(tmp_path / f"{system[5:]}.gpkg")
        given = {"INPUT": town.known["facilitygap"]["FACILITIES"], "TARGET_CRS": system, "OUTPUT": moved}
        processing.run("native:reprojectlayer", given)
        values = values_of(town, "facilitygap", FACILITIES=moved, OUTPUT="memory:", DETAIL="memory:")
        results, _, _ = run_algorithm("facilitygap", values)
        found = {(row["parcel_id"], row["kind"]): row["served"] for row in rows_of(results["DETAIL"])}
        layer = QgsVectorLayer(str(town.folder / "detail.gpkg"), "detail", "ogr")
        wanted = {(row["parcel_id"], row["kind"]): row["served"] for row in layer.getFeatures()}
        assert found.keys() == wanted.keys() and len(found) > 100
        worst = max(abs(float(found[key] or 0) - float(wanted[key] or 0)) for key in found)
        assert worst <= 0.02, (system, worst)
    shifted = f"{town.folder / 'sample' / 'sample.gpkg'}|layername=facilities_gcj02"
    values = values_of(town, "checkinputs", FACILITIES=shifted, ISSUES="memory:")
    results, _, _ = run_algorithm("checkinputs", values)
    told = [row["message"] for row in rows_of(results["ISSUES"]) if "GCJ" in row["message"]]
    assert told
    tell(9, f"facilities in 4 other systems: {len(found)} rows as before; shifted ones: {told[0][:70]}")
