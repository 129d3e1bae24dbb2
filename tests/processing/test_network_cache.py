"""The network kept beside the project: same results, made anew when anything changes, never where it must not be."""

import json
import os
from pathlib import Path

import pytest
import shapely
from qgis.core import QgsProject

X0, Y0 = 300_000.0, 3_270_000.0  # metres of EPSG:4545
FOLDER = "urban_renewal_cache"


@pytest.fixture
def home(project, tmp_path):
    """A saved project; its folder."""
    folder = tmp_path / "项目"
    folder.mkdir()
    assert project.write(str(folder / "study.qgz"))
    return folder


@pytest.fixture
def study(run_algorithm, make_layer, tmp_path):
    """Layers of a street of 800 m with homes, one facility and a station; its network as a file."""
    line = f"LINESTRING({X0} {Y0},{X0 + 400} {Y0})"
    more = f"LINESTRING({X0 + 400} {Y0},{X0 + 800} {Y0})"
    highway = {"road_id": "a", "highway": "residential"}
    roads = make_layer([(line, highway), (more, {**highway, "road_id": "b"})], "LineString", name="roads")
    edges = str(tmp_path / "data" / "edges.gpkg")
    Path(edges).parent.mkdir()
    run_algorithm("buildwalknetwork", {"ROADS": roads, "EDGES": edges})
    parcels = [
        (shapely.box(X0 + x, Y0 + 5, X0 + x + 40, Y0 + 45).wkt, {"parcel_id": f"P{x}", "pop": 1000.0})
        for x in (50, 300, 700)
    ]  # fmt: skip
    place = {"facility_id": "F", "kind": "nurs", "capacity": 4.0, "unit": "place", "status": "现状"}
    facilities = make_layer([(f"POINT({X0 + 120} {Y0})", place)], "Point", name="facilities")
    return {"PARCELS": make_layer(parcels), "FACILITIES": facilities, "NETWORK": edges, "KINDS": ["nurs"]}


def count(run_algorithm, rows_of, read_json, study, folder, name, **more):
    """Return DETAIL and the run record of a run."""
    detail = str(folder / f"{name}.gpkg")
    run_algorithm("facilitygap", {**study, **more, "OUTPUT": "memory:", "DETAIL": detail})
    return rows_of(detail), read_json(f"{detail}.run.json")


def from_file(record):
    return record["facts"]["network_from_cache"], record["facts"]["network_into_cache"]


def kept(home):
    return sorted((home / FOLDER).glob("network-*.npz"))


def test_second_run_from_the_file(home, study, run_algorithm, rows_of, read_json, tmp_path, make_layer):
    want = run_algorithm, rows_of, read_json, study, tmp_path
    first, written = count(*want, "first")
    assert from_file(written) == (0, 1) and len(kept(home)) == 1
    second, record = count(*want, "second")
    assert from_file(record) == (1, 0) and len(kept(home)) == 1
    assert second == first
    told = {key: [item for item in whole["inputs"] if item["role"] == "NETWORK"] for key, whole in
            (("first", written), ("second", record))}  # fmt: skip
    assert told["second"] == told["first"] and told["first"][0]["content"]
    assert record["messages"] == written["messages"] and record["left_out"] == written["left_out"]
    # another step, another profile, the same file
    areas = str(tmp_path / "areas.gpkg")
    run_algorithm("serviceareas", {"FACILITIES": study["FACILITIES"], "NETWORK": study["NETWORK"], "OUTPUT": areas})
    assert from_file(read_json(f"{areas}.run.json")) == (1, 0)
    homes = make_layer([(f"POINT({X0 + 60} {Y0 + 5})", {"people": 50.0})], "Point")
    links = str(tmp_path / "links.gpkg")
    run_algorithm("missinglinks", {"PLACES": homes, "NETWORK": study["NETWORK"], "LINKS": links})
    assert from_file(read_json(f"{links}.run.json")) == (1, 0)


def test_the_workbench_uses_the_same_file(home, study, run_algorithm, rows_of, read_json, tmp_path):
    from urban_renewal.core.walking.around import reach_of
    from urban_renewal.dialogs.explore.walk_ground import read_ground, times_around

    ground = read_ground(study["NETWORK"], home=home)
    assert len(kept(home)) == 1
    _, record = count(run_algorithm, rows_of, read_json, study, tmp_path, "gap")
    assert from_file(record) == (1, 0)
    assert next(item["content"] for item in record["inputs"] if item["role"] == "NETWORK")
    again = read_ground(study["NETWORK"], home=home)
    found = [reach_of(times_around(item, X0, Y0, "elder", 10)).minutes for item in (ground, again)]
    assert found[0] == found[1] and len(found[0]) == 2  # a street as a whole, and one cut where ten minutes end


def test_changed_roads_or_profiles_are_another_network(
    home, study, run_algorithm, rows_of, read_json, tmp_path, make_layer
):
    want = run_algorithm, rows_of, read_json
    before, _ = count(*want, study, tmp_path, "before")
    line = f"LINESTRING({X0} {Y0},{X0 + 800} {Y0})"
    roads = make_layer([(line, {"road_id": "a", "highway": "steps"})], "LineString", name="roads")
    run_algorithm("buildwalknetwork", {"ROADS": roads, "EDGES": study["NETWORK"]})
    after, record = count(*want, study, tmp_path, "after")
    assert from_file(record) == (0, 1) and len(kept(home)) == 2
    assert [row["walk_s"] for row in after] != [row["walk_s"] for row in before]
    figure = {"value": 0.4, "unit": "m/s", "source": "test", "status": "heuristic", "confidence": "l"}
    slow = {"id": "carer", "title": {"zh": "慢", "en": "slow"}, "flat_m_s": figure, "gains_downhill": False,
            "stairs_up_m_s": figure, "stairs_down_m_s": figure, "closed": [], "wheels": False}  # fmt: skip
    own = tmp_path / "own.json"
    own.write_text(json.dumps({"schema": "urban-renewal/profiles/1", "id": "own", "title": {"zh": "自", "en": "own"},
                               "profiles": [slow]}), encoding="utf-8")  # fmt: skip
    run_algorithm("buildwalknetwork", {"ROADS": roads, "PROFILE_FILE": str(own), "EDGES": study["NETWORK"]})
    slower, record = count(*want, study, tmp_path, "slower", PROFILE_FILE=str(own))
    assert from_file(record) == (0, 1) and len(kept(home)) == 3
    assert slower[0]["walk_s"] != after[0]["walk_s"]
    # the same file in another working system
    _, record = count(*want, {**study, "PARCELS": make_layer(
        [("POLYGON((106.5 29.5,106.501 29.5,106.501 29.501,106.5 29.501,106.5 29.5))", {"parcel_id": "P", "pop": 9.0})],
        crs="EPSG:4490")}, tmp_path, "degrees", PROFILE_FILE=str(own))  # fmt: skip
    assert from_file(record) == (0, 1) and len(kept(home)) == 4


def test_a_broken_file_is_made_anew(home, study, run_algorithm, rows_of, read_json, tmp_path):
    want = run_algorithm, rows_of, read_json, study, tmp_path
    first, _ = count(*want, "first")
    (file,) = kept(home)
    whole = file.read_bytes()
    for damage in (whole[: len(whole) // 2], b"not ours"):
        file.write_bytes(damage)
        again, record = count(*want, "again")
        assert again == first and from_file(record) == (0, 1)
        again, record = count(*want, "again")
        assert again == first and from_file(record) == (1, 0)


def test_where_nothing_is_kept(home, project, study, run_algorithm, rows_of, read_json, tmp_path, make_layer):
    from qgis.core import QgsProcessingUtils

    want = run_algorithm, rows_of, read_json
    memory = make_layer([(f"LINESTRING({X0} {Y0},{X0 + 800} {Y0})", {
        "edge_id": "e", "from_node": "a", "to_node": "b", "length_m": 800.0, "kind": "path", "carer_fwd_ms": 10**6,
        "carer_back_ms": 10**6})], "LineString")  # fmt: skip
    passing = Path(QgsProcessingUtils.tempFolder()) / "edges.gpkg"
    passing.write_bytes(Path(study["NETWORK"]).read_bytes())
    for number, network in enumerate((memory, str(passing))):
        _, record = count(*want, {**study, "NETWORK": network}, tmp_path, f"none{number}")
        assert from_file(record) == (0, 0)
    (home / "manifest.json").write_text("{}", encoding="utf-8")  # the project of a delivery: nothing is put there
    _, record = count(*want, study, tmp_path, "delivery")
    assert from_file(record) == (0, 0)
    (home / "manifest.json").unlink()
    project.clear()  # no project: nothing beside the inputs
    _, record = count(*want, study, tmp_path, "alone")
    assert from_file(record) == (0, 0)
    assert not list(tmp_path.rglob(FOLDER))
    (Path(study["NETWORK"]).parent / FOLDER).mkdir()  # asked for
    assert from_file(count(*want, study, tmp_path, "asked")[1]) == (0, 1)
    assert from_file(count(*want, study, tmp_path, "asked")[1]) == (1, 0)


def test_edits_and_filters_are_not_kept(home, study, run_algorithm, rows_of, read_json, tmp_path):
    from qgis.core import QgsVectorLayer

    layer = QgsVectorLayer(study["NETWORK"], "edges", "ogr")
    QgsProject.instance().addMapLayer(layer)
    layer.setSubsetString("kind = 'street'")
    _, record = count(run_algorithm, rows_of, read_json, {**study, "NETWORK": layer}, tmp_path, "filtered")
    assert from_file(record) == (0, 0) and not (home / FOLDER).exists()


@pytest.mark.skipif(os.name == "nt", reason="POSIX permissions")
def test_a_folder_that_cannot_be_written_to(home, study, run_algorithm, rows_of, read_json, tmp_path, monkeypatch):
    """Root may write anywhere, so the refusal is made: mkdir and mkstemp say no."""
    import tempfile

    def no(*args, **named):
        raise PermissionError(13, "read-only")

    monkeypatch.setattr(tempfile, "mkstemp", no)
    rows, record = count(run_algorithm, rows_of, read_json, study, tmp_path, "read-only")
    assert from_file(record) == (0, 0) and kept(home) == [] and len(rows) == 3


def test_doubts_about_heights_are_said_again(home, study, run_algorithm, rows_of, read_json, tmp_path):
    """高程待核 belongs beside every result, also when the network comes from the file."""
    from qgis.core import QgsVectorLayer

    layer = QgsVectorLayer(study["NETWORK"], "edges", "ogr")
    layer.startEditing()
    index = layer.fields().lookupField("capped")
    for feature in layer.getFeatures():
        layer.changeAttributeValue(feature.id(), index, 1)
    assert layer.commitChanges()
    del layer
    for name, wanted in (("one", (0, 1)), ("two", (1, 0))):
        _, record = count(run_algorithm, rows_of, read_json, study, tmp_path, name)
        assert from_file(record) == wanted
        assert "network_heights_doubtful" in [item["code"] for item in record["messages"]]
