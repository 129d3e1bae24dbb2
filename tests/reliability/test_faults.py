"""Faults that the tests of the boundary do not hold yet; docs/trust.md names the test of each of the twenty."""

import contextlib
import html.parser
import json
import os
import shutil
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
import zipfile
from pathlib import Path

import numpy as np
import pytest
from qgis.core import QgsProcessingException, QgsProcessingFeedback, QgsProject, QgsVectorLayer

BOX = "POLYGON((0 0,10 0,10 10,0 10,0 0))"
ODD_NAMES = ["重庆 片区—1", "a'b\"c", "emoji 👷", "𠮷野", "percent % and #hash", "é" * 40, "x" * 120]


def content(path):
    """Return all rows of a file's first layer as text, in order."""
    layer = QgsVectorLayer(str(path), "rows", "ogr")
    assert layer.isValid(), path
    return sorted(str(feature.attributes()[1:]) + feature.geometry().asWkt(3) for feature in layer.getFeatures())


# 5 · two users ------------------------------------------------------------------------------------------------------


def test_an_input_that_somebody_else_edits_is_read_as_last_saved(run_algorithm, echo, make_layer, save_layer, tmp_path):
    """Another program holds an open transaction with a change that it has not committed."""
    path = save_layer(make_layer([(BOX, {"parcel_id": "P1"})], name="land"), tmp_path / "land.gpkg")
    other = sqlite3.connect(tmp_path / "land.gpkg")
    for name in ("ST_IsEmpty", "ST_MinX", "ST_MaxX", "ST_MinY", "ST_MaxY"):  # the package's triggers ask for these
        other.create_function(name, 1, lambda shape: 0)
    other.execute("PRAGMA journal_mode = WAL")
    other.execute("BEGIN")
    other.execute("UPDATE land SET parcel_id = 'half done' WHERE fid = 1")
    try:
        results, _, _ = run_algorithm(echo(), {"PARCELS": path, "OUTPUT": str(tmp_path / "out.gpkg")})
        rows = content(results["OUTPUT"])
    finally:
        other.rollback()
        other.close()
    assert len(rows) == 1 and "P1" in rows[0] and "half done" not in rows[0]


def test_two_runs_into_one_file_leave_one_whole_result(run_algorithm, echo, make_layer, tmp_path):
    """The second begins while the first is at work: one result stands in the end, whole, and no part stays."""
    target = tmp_path / "out.gpkg"
    first = make_layer([(BOX, {"parcel_id": f"first {n}"}) for n in range(50)])
    second = make_layer([(BOX.replace("10", "20"), {"parcel_id": f"second {n}"}) for n in range(80)])
    inner = echo()

    def meanwhile(inputs, run):
        if inputs.table("PARCELS")["parcel_id"].iloc[0].startswith("first"):
            run_algorithm(inner.create(), {"PARCELS": second, "OUTPUT": str(target)})

    outer = echo(meanwhile)
    run_algorithm(outer, {"PARCELS": first, "OUTPUT": str(target)})
    rows = content(target)
    assert len(rows) == 50 and all("first" in row for row in rows)
    assert [path.name for path in tmp_path.iterdir() if "part" in path.name] == []


HOLDING = """
import json, time
from pathlib import Path
from urban_renewal.processing import publish
home, real = Path(sys.argv[1]), publish.move_into_place
def late(target):
    (home / "written").touch()
    while not (home / "go on").exists():
        time.sleep(0.02)
    real(target)
publish.move_into_place = late
processing.run("urbanrenewal:tagparcels", json.load(open(sys.argv[2])))
"""


@pytest.mark.parametrize("ending", ["goes on", "is killed"])
def test_two_programs_write_one_file_at_the_same_moment(town, run_algorithm, own_qgis, tmp_path, ending):
    """One has written its part and is about to move it; the other is told so. The first ends well, or is killed."""
    target, script, given = tmp_path / "tagged.gpkg", tmp_path / "holding.py", tmp_path / "values.json"
    values = {**town.known["tagparcels"], "OUTPUT": str(target)}
    run_algorithm("tagparcels", values)
    rows, good = content(target), target.read_bytes()
    script.write_text(own_qgis + HOLDING)
    given.write_text(json.dumps({**values, "RULES": "cn-national"}))
    other = subprocess.Popen([sys.executable, str(script), str(tmp_path), str(given)], stderr=subprocess.PIPE)
    try:
        until = time.monotonic() + 60
        while not (tmp_path / "written").exists():
            assert other.poll() is None and time.monotonic() < until, other.stderr.read().decode()[-800:]
            time.sleep(0.02)
        with pytest.raises(QgsProcessingException, match="另一次运行正在写同一处结果"):
            run_algorithm("tagparcels", values)
        assert target.read_bytes() == good
        if ending == "is killed":
            other.kill()
        (tmp_path / "go on").touch()
        other.wait(60)
    finally:
        other.kill()
        other.stderr.close()
    assert other.returncode == (0 if ending == "goes on" else -9)
    assert (content(target) == rows) is (ending == "is killed")
    run_algorithm("tagparcels", values)
    assert content(target) == rows
    assert sorted(path.name for path in tmp_path.iterdir() if "tagged" in path.name) == [
        "tagged.gpkg", "tagged.gpkg.run.json"
    ]  # fmt: skip
    sys.stderr.write(f"fault 5: two programs, the first {ending}: the second told, {len(rows)} rows of one run\n")


STRICT = """
import warnings
warnings.filterwarnings("error", category=EncodingWarning, module="urban_renewal")
try:
    exec(compile("open('/dev/null').close()", "x", "exec"), {"__name__": "urban_renewal.x"})
except EncodingWarning:
    print("a text without encoding is told")
"""
ALONE = """
import json
from qgis.core import QgsProcessingFeedback
feedback = QgsProcessingFeedback()
with open(sys.argv[2], encoding="utf-8") as given:
    processing.run(sys.argv[1], json.load(given), feedback=feedback)
print(feedback.textLog())
"""


# 6 · names ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ODD_NAMES)
def test_odd_folders_layers_and_fields(run_algorithm, echo, make_layer, save_layer, tmp_path, name):
    folder = tmp_path / name / "用户 张三"
    folder.mkdir(parents=True)
    source = save_layer(make_layer([(BOX, {"宗地号": name})], name=name[:60]), folder / "输入.gpkg", table=name[:60])
    target = folder / f"{name[:50]}.gpkg"
    results, _, _ = run_algorithm(echo(), {"PARCELS": source, "PARCEL_ID": "宗地号", "OUTPUT": str(target)})
    assert name in content(results["OUTPUT"])[0].replace("\\'", "'")
    assert target.exists()


def test_a_chinese_user_on_a_machine_that_speaks_gbk(town, own_qgis, tmp_path):
    """Home, temporary files and results under Chinese names, a console in cp936, no locale at all as in cron.

    Whoever opens a text without naming its encoding would get cp936 there: EncodingWarning tells, and is an error.
    """
    script, given = tmp_path / "alone.py", tmp_path / "values.json"
    script.write_text(STRICT + own_qgis + ALONE, "utf-8")
    home, scratch, folder = (tmp_path / "用户" / name for name in ("张三", "临时 文件", "重庆—片区 1"))
    for place in (home, scratch, folder):
        place.mkdir(parents=True)
    outputs = {"FOLDER": str(folder / "成果"), "FORMATS": ["gpkg", "qgz", "csv", "xlsx", "html", "shp", "dxf"]}
    given.write_text(json.dumps({**town.known["exportzones"], **outputs}), "utf-8")
    place = {**os.environ, "HOME": str(home), "TMPDIR": str(scratch), "PYTHONIOENCODING": "cp936"}
    for name in ("LANG", "LC_ALL", "LC_CTYPE"):
        place.pop(name, None)
    command = [sys.executable, "-X", "warn_default_encoding", str(script), "urbanrenewal:exportzones", str(given)]
    done = subprocess.run(command, env=place, capture_output=True, check=False, timeout=180)
    told = done.stdout.decode("cp936")
    assert done.returncode == 0, told[-500:] + done.stderr.decode("cp936", "replace")[-1500:]
    assert "a text without encoding is told" in told
    names = {path.relative_to(folder / "成果").as_posix() for path in (folder / "成果").rglob("*")}
    assert {"data.gpkg", "project.qgz", "manifest.json", "report.html", "cad/zones.dxf"} <= names
    rows = json.loads((folder / "成果" / "manifest.json").read_text("utf-8"))["tables"]
    wanted = {"tagged": len(content(town.folder / "tagged.gpkg")), "zones": len(content(town.folder / "zones.gpkg"))}
    assert {item["layer"]: item["count"] for item in rows if item["layer"] in wanted} == wanted
    assert [path.name for path in scratch.iterdir() if path.name.startswith("urban_renewal_run_")] == []


# 10 · huge inputs ---------------------------------------------------------------------------------------------------


def test_a_small_memory_budget_gives_the_same_pairs():
    """The searches are cut to the budget of the run: a hundredth of the memory, not one other row."""
    import pandas as pd
    import shapely
    from urban_renewal.core.run import Run
    from urban_renewal.core.walking.graph import graph_from_edges
    from urban_renewal.core.walking.join import JoinOptions, Points, join_points
    from urban_renewal.core.walking.network import NetworkOptions, build_network
    from urban_renewal.core.walking.profiles import load_profiles
    from urban_renewal.core.walking.reach import reach_pairs

    profile, grid = load_profiles(["elder"])[0], np.arange(40) * 60.0
    lines = [shapely.LineString([(x, y) for x in grid]) for y in grid]
    lines += [shapely.LineString([(x, y) for y in grid]) for x in grid]
    roads = pd.DataFrame({"road_id": pd.array([f"r{n}" for n in range(len(lines))], dtype="string"), "geometry": lines})
    edges = build_network(roads, NetworkOptions(), [profile], None, Run()).edges
    graph = graph_from_edges(edges, ["elder"], Run())
    x, y = np.random.default_rng(1).uniform(0, grid[-1], (2, 300))
    points = Points(np.array([str(n) for n in range(300)], dtype=object), x, y, np.arange(300, dtype=np.int32), 300)
    joined = join_points(points, graph, profile, None, None, JoinOptions(), Run())
    found = [reach_pairs(graph, profile, joined, joined, 900_000, "both", Run(memory_bytes=size))
             for size in (2**31, 2**17)]  # fmt: skip
    assert len(found[0].place) > 3000
    assert all(np.array_equal(a, b) for a, b in zip(vars(found[0]).values(), vars(found[1]).values()))


# 11 · broken projects -----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def delivery(town, tmp_path_factory):
    """A delivery of the town."""
    import processing

    folder = tmp_path_factory.mktemp("delivery") / "out"
    formats = ["gpkg", "qgz", "csv", "html", "xlsx", "shp", "dxf"]
    processing.run("urbanrenewal:exportzones", {**town.known["exportzones"], "FORMATS": formats, "FOLDER": str(folder)})
    return folder


@pytest.mark.parametrize("damage", ["cut", "flip", "gone", "swap"])
def test_a_damaged_project_is_found(delivery, tmp_path, run_algorithm, rows_of, damage):
    copy = tmp_path / "copy"
    shutil.copytree(delivery, copy)
    project = copy / "project.qgz"
    data = bytearray(project.read_bytes())
    if damage == "cut":
        project.write_bytes(data[: len(data) // 2])
    elif damage == "flip":
        data[len(data) // 2] ^= 0xFF
        project.write_bytes(data)
    elif damage == "gone":
        project.unlink()
    else:
        with zipfile.ZipFile(project, "w") as archive:
            archive.writestr("../../outside.qgs", "<qgis/>")
    results, _, _ = run_algorithm("verifydelivery", {"FOLDER": str(copy), "STRICT": False, "FINDINGS": "memory:"})
    bad = {row["subject_id"] for row in rows_of(results["FINDINGS"]) if row["verdict"] == "fail"}
    assert bad == {"project.qgz"}
    assert not (tmp_path / "outside.qgs").exists()


# 12 · cancel, life --------------------------------------------------------------------------------------------------


class StopAt(QgsProcessingFeedback):
    """Presses Cancel when it has been asked so many times."""

    def __init__(self, times):
        super().__init__(False)
        self.left = times

    def isCanceled(self):
        self.left -= 1
        return self.left < 0


@pytest.mark.parametrize(
    "name", ["allocatepopulation", "buildwalknetwork", "tagparcels", "facilitygap", "delineatezones"]
)
def test_cancel_at_any_moment_leaves_what_was_there(town, run_algorithm, tmp_path, name):
    outputs = {
        "allocatepopulation": "OUTPUT", "buildwalknetwork": "EDGES", "tagparcels": "OUTPUT", "facilitygap": "OUTPUT",
        "delineatezones": "ZONES",
    }  # fmt: skip
    target = tmp_path / "last.gpkg"
    values = {**town.known[name], outputs[name]: str(target)}
    for extra in {"delineatezones": ("MEMBERS", "CORES", "BRANCHES", "PETALS"), "facilitygap": ("DETAIL",)}.get(
        name, ()
    ):
        values[extra] = "memory:"
    whole = StopAt(10**9)
    run_algorithm(name, values, feedback=whole)
    asked = 10**9 - whole.left
    good = target.read_bytes()
    for share in (0.0, 0.3, 0.6, 0.9, 0.97):
        with pytest.raises(QgsProcessingException):
            run_algorithm(name, values, feedback=StopAt(int(share * asked)))
        assert target.read_bytes() == good
        assert sorted(path.name for path in tmp_path.iterdir()) == ["last.gpkg", "last.gpkg.run.json"]
    for file in {str(value).split("|")[0] for value in town.known[name].values() if ".gpkg" in str(value)} | {target}:
        with contextlib.closing(sqlite3.connect(file, timeout=0, isolation_level=None)) as other:
            other.execute("BEGIN EXCLUSIVE")  # nothing of the cancelled runs holds a lock
            other.execute("ROLLBACK")


# 14 · hostile projects ----------------------------------------------------------------------------------------------


def test_a_hostile_project_runs_nothing(tmp_path, make_layer, save_layer, run_algorithm, echo, project, rows_of):
    """Macros, actions, form code and expressions in a project that layers are taken from: none of it comes along."""
    path = save_layer(make_layer([(BOX, {"parcel_id": "P1"})], name="land"), tmp_path / "land.gpkg")
    layer = QgsVectorLayer(path, "宗地", "ogr")
    config = layer.editFormConfig()
    config.setInitCode(f"open({str(tmp_path / 'owned')!r}, 'w')")
    config.setInitFunction("x")
    layer.setEditFormConfig(config)
    layer.setMapTipTemplate("[% env('HOME') %]<script>alert(1)</script>")
    layer.setName("<img src=x onerror=alert(1)>")
    project.addMapLayer(layer)
    project.writeEntry("Macros", "/pythonCode", f"open({str(tmp_path / 'owned')!r}, 'w')")
    project.write(str(tmp_path / "hostile.qgz"))
    QgsProject.instance().read(str(tmp_path / "hostile.qgz"))
    target = tmp_path / "out.gpkg"
    results, _, _ = run_algorithm(echo(), {"PARCELS": next(iter(project.mapLayers().values())), "OUTPUT": str(target)})
    assert len(rows_of(results["OUTPUT"])) == 1
    assert not (tmp_path / "owned").exists()
    whole = target.read_bytes()
    for word in (b"pythonCode", b"owned", b"env('HOME')"):
        assert word not in whole


# 16 · archives ------------------------------------------------------------------------------------------------------


def test_no_archive_is_ever_unpacked(pytestconfig):
    """Nothing that ships calls what unpacks a zip: there is no member whose name could lead out."""
    words = (".extractall(", "unpack_archive", "tarfile", "zipfile.Path", "-m zipfile")
    for place in ("core", "processing", "dialogs"):
        for path in (Path(pytestconfig.rootpath) / place).rglob("*.py"):
            text = path.read_text(encoding="utf-8")
            assert not [word for word in words if word in text], path


# 18 · HTML ----------------------------------------------------------------------------------------------------------


class Tags(html.parser.HTMLParser):
    """Collects scripts, handlers and outside addresses of a page."""

    def __init__(self):
        super().__init__()
        self.bad = []

    def handle_starttag(self, tag, attributes):
        if tag in ("script", "iframe", "object", "embed", "link", "form"):
            self.bad.append(tag)
        self.bad += [name for name, _ in attributes if name.startswith("on")]
        self.bad += [value for name, value in attributes if name in ("src", "href") and ":" in (value or "")[:12]]


def test_reports_hold_no_script_whatever_the_layers_say(run_algorithm, make_layer, tmp_path):
    evil = '<script>alert(1)</script><img src="http://x" onerror=alert(1)>'
    land = make_layer([(BOX, {"parcel_id": evil}), (BOX, {"parcel_id": evil}), (None, {"parcel_id": "P"})], name=evil)
    report = tmp_path / "report.html"
    run_algorithm("checkinputs", {"PARCELS": land, "ISSUES": "memory:", "REPORT": str(report)})
    text = report.read_text(encoding="utf-8")
    assert "&lt;script&gt;" in text
    page = Tags()
    page.feed(text)
    assert page.bad == []


# 19 · privacy -------------------------------------------------------------------------------------------------------


def test_a_delivery_names_no_folder_and_no_user(delivery, town):
    """Neither the folder of the inputs nor the user's name stands in any file, packed ones included."""
    secrets = [str(town.folder).encode(), str(Path.home()).encode() + b"/", tempfile.gettempdir().encode() + b"/"]
    secrets += [socket.gethostname().encode()] if len(socket.gethostname()) > 5 else []
    for path in (item for item in delivery.rglob("*") if item.is_file()):
        parts = [path.read_bytes()]
        if path.suffix in (".qgz", ".xlsx"):
            with zipfile.ZipFile(path) as archive:
                parts += [archive.read(name) for name in archive.namelist()]
        for secret in secrets:
            assert not any(secret in part for part in parts), f"{path.name} tells {secret!r}"


# the whole, without a network ---------------------------------------------------------------------------------------


@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="needs root to take the network away")
def test_a_study_step_needs_no_network(town, own_qgis, tmp_path):
    """In a kernel namespace without any network device the same step gives the same result."""
    if subprocess.run(["unshare", "--net", "true"], check=False).returncode:
        pytest.skip("this machine cannot take the network away")
    script = tmp_path / "step.py"
    script.write_text(
        f"{own_qgis}import json\nprocessing.run('urbanrenewal:facilitygap', json.load(open(sys.argv[1])))\n"
    )
    outputs = {"OUTPUT": str(tmp_path / "gap.gpkg"), "DETAIL": str(tmp_path / "detail.gpkg")}
    (tmp_path / "values.json").write_text(json.dumps({**town.known["facilitygap"], **outputs}), encoding="utf-8")
    command = ["unshare", "--net", sys.executable, str(script), str(tmp_path / "values.json")]
    done = subprocess.run(command, capture_output=True, check=False, timeout=120)
    assert Path(outputs["DETAIL"]).exists(), done.stderr.decode("utf-8", "replace")[-1500:]
    assert content(outputs["DETAIL"]) == content(town.folder / "detail.gpkg")
