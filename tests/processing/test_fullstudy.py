"""The whole way on a small made-up city: study, models, a delivery that moves, and what goes wrong."""

import copy
import json
import os
import re
import shutil
import sqlite3
import tempfile
import weakref
from contextlib import closing
from importlib import import_module
from pathlib import Path

import pytest
from qgis.core import QgsProcessingException, QgsProcessingFeedback, QgsProject, QgsVectorLayer
from urban_renewal.core import envelope

ROLES = {
    "PARCELS": "parcels", "BUILDINGS": "buildings", "ACTIVITY": "activity", "FACILITIES": "facilities",
    "CAPACITIES": "capacities", "ENTRANCES": "entrances", "POPULATION": "communities", "COMMUNITIES": "communities",
    "ROADS": "roads", "HEIGHT_POINTS": "height_points", "BARRIERS": "barriers", "STATIONS": "stations",
    "STATION_ENTRANCES": "station_entrances", "PROTECTED": "protected", "PROGRAMME": "programme",
}  # fmt: skip


@pytest.fixture(scope="module")
def city(make_city):
    """The sample city with 300 parcels."""
    return make_city(300, 7)


def layer(city, name):
    return f"{city / 'sample.gpkg'}|layername={name}"


def inputs(city):
    layers = {role: layer(city, name) for role, name in ROLES.items()}
    return {**layers, "DEM": str(city / "dem.tif"), "AS_OF": "2025-12-31"}


@pytest.fixture(scope="module")
def delivery(city, provider, tmp_path_factory):
    import processing

    folder = tmp_path_factory.mktemp("study") / "delivery"
    found = processing.run("urbanrenewal:fullstudy", {**inputs(city), "FOLDER": str(folder)})
    assert found["MANIFEST"] == str(folder / "manifest.json")
    return folder


def check(folder, tmp_path, run_algorithm, strict=False):
    found, _, _ = run_algorithm(
        "verifydelivery", {"FOLDER": str(folder), "STRICT": strict, "FINDINGS": str(tmp_path / "findings.gpkg")}
    )
    return found


def read(folder, table):
    source = QgsVectorLayer(f"{folder / 'data.gpkg'}|layername={table}", table, "ogr")
    assert source.isValid(), table
    names = source.fields().names()
    return [dict(zip(names, feature.attributes())) for feature in source.getFeatures()]


def test_sums_of_the_study_agree(delivery):
    detail, loads, summary = (read(delivery, name) for name in ("gap_detail", "facility_load", "gap_summary"))
    wide = read(delivery, "gap")
    for kind in ("eday", "nurs", "kgar", "heal"):
        rows = [row for row in detail if row["kind"] == kind and row["need"] is not None]
        need, served, gap = (sum(float(row[name] or 0) for row in rows) for name in ("need", "served", "gap"))
        assert need > 0
        assert abs(need - served - gap) < 1e-6 * len(rows)
        load = sum(float(row["served"] or 0) for row in loads if row["kind"] == kind)
        assert abs(load - served) < 1e-3 * len(rows)
        assert all(
            float(row["free"]) >= -1e-9 for row in loads if row["kind"] == kind and row["status"] != "NO_CAPACITY"
        )
        mine = [row for row in summary if row["kind"] == kind]
        assert abs(sum(float(row["need"]) for row in mine) - need) < 1e-3 * len(rows)
        for row in mine:
            assert abs(row["need"] - row["supply"] - (row["gap"] - row["surplus"])) < 1e-6
        near = sum(row["radius_cover_people"] * row["people"] for row in mine if row["people"])
        assert near > 0
        assert abs(sum(row[f"{kind}_in_r"] for row in wide if row[f"{kind}_in_r"] is not None) - near) < 0.002 * len(
            wide
        )
    tags = {row["tag"] for row in read(delivery, "tagged")}
    assert {"old_compound", "urban_village", "idle_factory"} <= tags


def test_every_table_holds_what_the_manifest_says(delivery):
    """Contents are hashed from the rows that are written; read back from the file they must be the same."""
    from urban_renewal.core.delivery.manifest import describe_table, read_manifest, table_of
    from urban_renewal.core.run import Run

    entries = read_manifest(delivery)["tables"]
    assert len(entries) >= 30
    for entry in entries:
        assert describe_table(delivery, table_of(entry), Run()) == entry


def test_a_moved_delivery_opens_and_verifies(delivery, tmp_path, run_algorithm, project):
    moved = tmp_path / "成果 第 1 稿" / "delivery"
    shutil.copytree(delivery, moved)
    assert check(moved, tmp_path, run_algorithm, strict=True)["OK"]
    assert project.read(str(moved / "project.qgz"))
    layers = project.mapLayers().values()
    assert len(layers) >= 8
    assert [item.name() for item in layers if not item.isValid()] == []
    assert all(str(moved) in item.source() or item.source().startswith("./") for item in layers)
    tagged = next(item for item in layers if item.source().endswith("layername=tagged"))
    assert tagged.attributeAlias(tagged.fields().lookupField("area_m2")) == "地块面积（m²）"
    labels = {item.label().split("  ")[0] for item in tagged.renderer().legendSymbolItems()}  # a number stands behind
    assert labels & {"老旧小区", "城中村", "闲置厂房"}


def test_one_changed_value_is_found(delivery, tmp_path, run_algorithm):
    touched = tmp_path / "delivery"
    shutil.copytree(delivery, touched)
    with closing(sqlite3.connect(touched / "data.gpkg")) as database, database:
        database.create_function("ST_IsEmpty", 1, lambda shape: 0)  # the package's triggers ask for these
        for name in ("ST_MinX", "ST_MaxX", "ST_MinY", "ST_MaxY"):
            database.create_function(name, 1, lambda shape: 0)
        database.execute("update tagged set tag_score = tag_score + 0.01 where fid = 5")
    assert not check(touched, tmp_path, run_algorithm)["OK"]
    with pytest.raises(QgsProcessingException):
        check(touched, tmp_path, run_algorithm, strict=True)


def test_the_same_inputs_give_the_same_tables(city, delivery, tmp_path, run_algorithm):
    again = tmp_path / "again"
    run_algorithm("fullstudy", {**inputs(city), "FOLDER": str(again), "FORMATS": ["gpkg"]})
    first, second = (json.loads((folder / "manifest.json").read_text("utf-8")) for folder in (delivery, again))
    contents = [{item["layer"]: item["content"] for item in manifest["tables"]} for manifest in (first, second)]
    assert contents[0] == contents[1]
    assert len(contents[0]) >= 10


def test_a_study_looks_its_inputs_over_first(city, delivery, tmp_path, run_algorithm):
    """Facilities off by GCJ-02: said at once, and in the delivery; the sample's own facilities raise no such alarm."""
    shifted = {**inputs(city), "FACILITIES": layer(city, "facilities_gcj02"), "KINDS": ["kgar"], "FORMATS": ["gpkg"]}
    _, _, feedback = run_algorithm("fullstudy", {**shifted, "FOLDER": str(tmp_path / "shifted")})
    assert "检查输入时发现 1 处错误" in feedback.textLog()
    told = [(row["layer"], row["code"]) for row in read(tmp_path / "shifted", "left_out")]
    assert told.count(("FACILITIES", "gcj02_suspected")) == 1  # not once more by each step that walks to them
    assert "gcj02_suspected" not in {row["code"] for row in read(delivery, "left_out")}


@pytest.mark.parametrize("places", ["facilities_gcj02", "facilities"])
def test_a_step_alone_names_the_web_map_that_its_places_come_from(
    city, delivery, tmp_path, run_algorithm, rows_of, places
):
    """Where no study has looked them over: gaps by the streets of the network, and service areas."""
    tagged, edges = (f"{delivery / 'data.gpkg'}|layername={name}" for name in ("tagged", "edges"))
    walk = {"FACILITIES": layer(city, places), "NETWORK": edges, "OUTPUT": str(tmp_path / "out.gpkg")}
    left_out = str(tmp_path / "left_out.gpkg")
    gap = {**walk, "PARCELS": tagged, "KINDS": ["kgar"], "LEFT_OUT": left_out}
    _, _, feedback = run_algorithm("facilitygap", gap)
    told = [(row["layer"], row["severity"]) for row in rows_of(left_out) if row["code"] == "gcj02_suspected"]
    assert told == ([("FACILITIES", "warning")] if places == "facilities_gcj02" else [])
    assert ("像是 GCJ-02 坐标" in feedback.textLog()) == bool(told)
    _, _, feedback = run_algorithm("serviceareas", {**walk, "LANGUAGE": "en", "MINUTES": "5"})
    assert ("like GCJ-02 coordinates" in feedback.textLog()) == bool(told)


def test_gaponly_and_retag_are_the_steps_themselves(city, tmp_path, run_algorithm, rows_of):
    edges, people, homes = (str(tmp_path / f"{name}.gpkg") for name in ("edges", "people", "homes"))
    run_algorithm("buildwalknetwork", {"ROADS": layer(city, "roads"), "EDGES": edges})
    run_algorithm(
        "allocatepopulation",
        {"POPULATION": layer(city, "communities"), "PARCELS": layer(city, "parcels"), "OUTPUT": people,
         "BUILDINGS": layer(city, "buildings"), "BUILDING_PEOPLE": homes},
    )  # fmt: skip
    gap, detail = str(tmp_path / "gap.gpkg"), str(tmp_path / "detail.gpkg")
    common = {"BUILDING_PEOPLE": homes, "FACILITIES": layer(city, "facilities"), "NETWORK": edges}
    run_algorithm(
        "gaponly",
        {"parcels": people, "gap": gap, "detail": detail, **{key.lower(): value for key, value in common.items()}},
    )
    plain = str(tmp_path / "plain.gpkg")
    run_algorithm("facilitygap", {"PARCELS": people, "OUTPUT": plain, **common})
    assert rows_of(gap) == rows_of(plain)
    assert len(rows_of(detail)) == 13 * len(rows_of(gap))
    tagged = str(tmp_path / "tagged.gpkg")
    run_algorithm("retag", {"parcels": people, "buildings": layer(city, "buildings"), "tagged": tagged})
    assert len(rows_of(tagged)) == len(rows_of(people))


class CancelAt(QgsProcessingFeedback):
    """Presses Cancel when the progress has come so far."""

    def __init__(self, percent):
        super().__init__(False)
        self.percent = percent
        self.progressChanged.connect(lambda done: self.cancel() if done >= self.percent else None)


@pytest.mark.parametrize("percent", [1, 30, 55, 74])
def test_cancel_leaves_the_last_delivery(city, delivery, tmp_path, run_algorithm, percent, monkeypatch):
    monkeypatch.setattr("urban_renewal.processing.running.promptness.TOLD_S", 0)  # at this figure, not at a later one
    folder = tmp_path / "delivery"
    shutil.copytree(delivery, folder)
    before = (folder / "manifest.json").read_bytes()
    with pytest.raises(QgsProcessingException):
        run_algorithm("fullstudy", {**inputs(city), "FOLDER": str(folder)}, feedback=CancelAt(percent))
    assert (folder / "manifest.json").read_bytes() == before
    assert sorted(item.name for item in tmp_path.iterdir()) == ["delivery"]
    assert check(folder, tmp_path / "..", run_algorithm)["OK"]


@pytest.mark.parametrize(("algorithm", "keeper", "least"), [("fullstudy", "sharing", 4), ("tagparcels", "inputs", 3)])
def test_what_was_read_goes_in_pieces_after_cancel(
    city, tmp_path, run_algorithm, monkeypatch, algorithm, keeper, least
):
    """Nobody else holds it then: with the frames that Cancel left a city's shapes would go all at once."""
    from urban_renewal.core.errors import Cancelled

    place = import_module(f"urban_renewal.processing.intake.{keeper}")
    free, gone = place.free_readings, []

    def watched(readings):
        shapes = [weakref.ref(r.table["geometry"].iloc[0]) for r in readings if "geometry" in r.table]
        free(readings)
        gone.extend(shape() is None for shape in shapes)

    def cancelled(*_given, **_named):
        monkeypatch.setattr(place, "free_readings", watched)
        raise Cancelled

    monkeypatch.setattr("urban_renewal.core.tagging.tags.tag_parcels", cancelled)
    given = inputs(city)
    if algorithm == "fullstudy":
        wanted = {**given, "FOLDER": str(tmp_path / "out")}
    else:
        names = ("PARCELS", "BUILDINGS", "ROADS", "ACTIVITY")
        wanted = {"OUTPUT": "memory:", "AS_OF": "2025-12-31", **{name: given[name] for name in names}}
    with pytest.raises(QgsProcessingException, match="已取消"):
        run_algorithm(algorithm, wanted)
    assert len(gone) >= least
    assert all(gone)


def test_a_layer_removed_while_running_does_not_matter(city, delivery, tmp_path, run_algorithm, project):
    layers = {role: QgsVectorLayer(layer(city, name), name, "ogr") for role, name in ROLES.items()}
    QgsProject.instance().addMapLayers(layers.values())

    class Remove(QgsProcessingFeedback):
        gone = False

        def setProgressText(self, text):
            if not self.gone:
                self.gone = True
                QgsProject.instance().clear()

    folder = tmp_path / "out"
    wanted = {**inputs(city), **{role: item.id() for role, item in layers.items()}}
    run_algorithm("fullstudy", {**wanted, "FOLDER": str(folder), "FORMATS": ["gpkg"]}, feedback=Remove(False))
    first, second = (json.loads((item / "manifest.json").read_text("utf-8")) for item in (delivery, folder))
    tables = [{item["layer"]: item["content"] for item in manifest["tables"]} for manifest in (first, second)]
    assert tables[0] == tables[1]


def test_a_folder_with_other_files_is_refused(city, tmp_path, run_algorithm):
    (tmp_path / "mine.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(QgsProcessingException, match=r"mine\.txt"):
        run_algorithm("fullstudy", {**inputs(city), "FOLDER": str(tmp_path)})
    assert [item.name for item in tmp_path.iterdir()] == ["mine.txt"]


def test_a_layer_that_the_project_calls_classified_is_refused_at_once(city, tmp_path, provider, project):
    """By what its owner wrote into its properties, which no file tells; before any step, not at the delivery."""
    from qgis.core import QgsApplication, QgsLayerMetadata, QgsProcessingContext

    buildings = QgsVectorLayer(layer(city, "buildings"), "房屋", "ogr")
    metadata = QgsLayerMetadata()
    metadata.setRights(["秘密★5年"])
    buildings.setMetadata(metadata)
    project.addMapLayer(buildings)
    context = QgsProcessingContext()
    context.setProject(project)
    values = {**inputs(city), "BUILDINGS": buildings.id(), "FOLDER": str(tmp_path / "out"), "LANGUAGE": "zh"}
    algorithm = QgsApplication.processingRegistry().createAlgorithmById("urbanrenewal:fullstudy")
    is_good, message = algorithm.checkParameterValues(values, context)
    assert not is_good and "密级" in message and "房屋" in message
    project.removeMapLayer(buildings.id())
    assert algorithm.checkParameterValues({**values, "BUILDINGS": layer(city, "buildings")}, context)[0]


def test_own_files_reach_every_step(city, delivery, tmp_path, run_algorithm):
    """Rules, a walker half as fast, a bureau's names: each shows in its table, and only there where it must."""
    heads = {"ruleset": "rules", "profiles": "profiles", "template": "template"}
    bodies = {
        "ruleset": {"extends": "chongqing", "classes": [{"id": "old_compound", "confirm": {"value": 0.61}}]},
        "profiles": {"extends": "standard", "profiles": [{"id": "elder", "flat_m_s": {"value": 0.45}}]},
        "template": {"extends": "bsm-ysdm-xzqdm"},
    }
    files = {}
    for kind, name in heads.items():
        files[kind] = tmp_path / f"{name}.json"
        head = {"schema": f"urban-renewal/{kind}/1", "id": f"own-{name}", "title": {"zh": "本院", "en": "Own"}}
        files[kind].write_text(json.dumps({**head, **bodies[kind]}, ensure_ascii=False), encoding="utf-8")
    folder = tmp_path / "own"
    own = {"RULES_FILE": files["ruleset"], "PROFILE_FILE": files["profiles"], "TEMPLATE_FILE": files["template"]}
    given = {**inputs(city), **{name: str(path) for name, path in own.items()}}
    run_algorithm("fullstudy", {**given, "FOLDER": str(folder), "FORMATS": ["gpkg", "shp"]})
    assert {row["rules_id"] for row in read(folder, "tagged")} == {"own-rules"}
    before = {row["edge_id"]: row for row in read(delivery, "edges")}
    streets = [row for row in read(folder, "edges") if row["kind"] == "street"]
    assert all(
        row["elder_fwd_ms"] == pytest.approx(2 * before[row["edge_id"]]["elder_fwd_ms"], abs=2) for row in streets
    )
    assert all(row["adult_fwd_ms"] == before[row["edge_id"]]["adult_fwd_ms"] for row in streets)
    named = QgsVectorLayer(str(folder / "shp" / "GXDX.shp"), "x", "ogr")
    assert named.featureCount() > 0, "the bureau's name of the tagged parcels"
    assert {"BSM", "YSDM", "XZQDM"} <= set(named.fields().names())


@pytest.fixture
def asked(monkeypatch):
    """What each step of a study is given; none is run."""
    from urban_renewal.processing.algorithms.fullstudy import _Study

    found = {}

    def child(study, algorithm, parameters, stretch):
        found[f"{algorithm} after" if "SITES" in parameters and algorithm == "facilitygap" else algorithm] = parameters
        return {"MANIFEST": "m"}

    monkeypatch.setattr(_Study, "_child", child)
    return found


def test_choices_of_a_study_are_handed_to_its_steps(city, tmp_path, run_algorithm, asked):
    """The paper to the delivery; rooms are looked for only for kinds that are wanted and can be rooms."""
    chosen = {"PAPER": "A4", "KINDS": ["eday", "park"], "FORMATS": ["gpkg"]}
    run_algorithm("fullstudy", {**inputs(city), **chosen, "FOLDER": str(tmp_path / "d")})
    assert (asked["exportzones"]["PAPER"], asked["exportzones"]["FORMATS"]) == ("A4", ["gpkg"])
    assert asked["facilitygap"]["KINDS"] == ["eday", "park"]
    assert asked["proposesites"]["KINDS"] == asked["facilitygap after"]["KINDS"] == ["eday"]
    assert asked["checkzones"]["DETAIL_AFTER"] == asked["facilitygap after"]["DETAIL"]


def test_own_files_are_handed_to_the_steps_that_use_them(city, tmp_path, run_algorithm, asked):
    """What each step does with its file is tested with the step; here: that it gets it, and no other does."""
    heads = {"COST_TABLE": ("costs", "chongqing"), "TEMPLATE_FILE": ("template", "plain"),
             "STANDARD_FILE": ("standard", "chongqing"), "ZONE_RULES_FILE": ("zone-rules", "chongqing")}  # fmt: skip
    own = {}
    for name, (kind, base) in heads.items():
        path = tmp_path / f"{name}.json"
        head = {"schema": f"urban-renewal/{kind}/1", "id": "own", "title": {"zh": "本院", "en": "Own"}, "extends": base}
        path.write_text(json.dumps(head), encoding="utf-8")
        own[name] = str(path)
    run_algorithm("fullstudy", {**inputs(city), **own, "FOLDER": str(tmp_path / "d")})
    users = {name: {step for step, given in asked.items() if given.get(name) == own[name]} for name in own}
    assert users["COST_TABLE"] == {"proposesites", "makeprojects"}
    assert users["TEMPLATE_FILE"] == {"exportzones"}
    assert users["STANDARD_FILE"] >= {"allocatepopulation", "facilitygap", "proposesites", "facilitygap after"}
    assert users["ZONE_RULES_FILE"] == {"delineatezones", "checkzones"}
    assert not {"COST_TABLE", "TEMPLATE_FILE"} & set(asked["tagparcels"])


def test_a_delivery_groups_kinds_as_the_own_standard_does(city, tmp_path, run_algorithm):
    """The station for elders, alone with day care: the delivered means are of both, comparisons say the same."""
    own = copy.deepcopy(envelope.load("standard", "chongqing"))
    own |= {"id": "own", "title": {"zh": "本院", "en": "Own"}}
    next(entry for entry in own["kinds"] if entry["id"] == "serv")["group"] = "elder"
    path = tmp_path / "own.json"
    path.write_text(json.dumps(own), encoding="utf-8")
    chosen = {"KINDS": ["eday", "serv"], "FORMATS": ["gpkg"], "STANDARD_FILE": str(path)}
    run_algorithm("fullstudy", {**inputs(city), **chosen, "FOLDER": str(tmp_path / "own")})
    data = tmp_path / "own" / "data.gpkg"
    sql = "SELECT parcel_id, elder_gap, 1 - eday_share, 1 - serv_share FROM gap WHERE eday_need > 0 AND serv_need > 0"
    with closing(sqlite3.connect(data)) as connection:
        rows = {name: (mean, day, station) for name, mean, day, station in connection.execute(sql)}
    assert rows and any(day != station for _, day, station in rows.values())
    assert [mean for mean, _, _ in rows.values()] == pytest.approx([(a + b) / 2 for _, a, b in rows.values()], abs=2e-6)
    detail, outputs = f"{data}|layername=gap_detail", {"DIFFERENCE": "memory:", "SUMMARY": "memory:"}
    given = {"BEFORE": detail, "AFTER": detail, "PARCELS": f"{data}|layername=tagged", **outputs}
    found, _, _ = run_algorithm("comparescenarios", {**given, "LAYER": str(tmp_path / "change.gpkg")})
    after = {one["parcel_id"]: one["elder_after"] for one in QgsVectorLayer(found["LAYER"]).getFeatures()}
    assert [after[name] for name in rows] == pytest.approx([mean for mean, _, _ in rows.values()], abs=2e-6)


def test_the_bar_of_a_study_leaves_room_for_drawing_the_sheets():
    """Ten steps: the delivery is 40 of 49 parts with sheets, 12 of 21 in a city, one of ten without."""
    from urban_renewal.processing.algorithms.fullstudy import shares_of

    steps = ["tagparcels"] * 9 + ["exportzones"]
    assert shares_of(steps, ["gpkg", "csv"], 1_200) == pytest.approx([n / 10 for n in range(11)])
    for parcels_n, whole in ((0, 49), (1_200, 49), (100_000, 21), (1_000_000, 21)):  # nine steps and the sheets
        told = shares_of(steps, ["gpkg", "pdf"], parcels_n)
        assert told == pytest.approx([*(n / whole for n in range(10)), 1])
    assert 9 / 49 < shares_of(steps, ["gpkg", "pdf"], 10_000)[9] < 9 / 21


def test_messages_call_layers_as_the_user_does(city, tmp_path, run_algorithm):
    """Steps read files: a layer of the project bears another name than its table, the parcels go through two tables."""
    named = {role: QgsVectorLayer(layer(city, ROLES[role]), f"渝中{role}", "ogr") for role in ("PARCELS", "ROADS")}
    named["PARCELS"].setSubsetString("parcel_id <> 'P000003'")  # now it is copied into the study's folder
    given = {**inputs(city), **named, "KINDS": ["kgar"], "FORMATS": ["gpkg"], "FOLDER": str(tmp_path / "named")}
    _, _, feedback = run_algorithm("fullstudy", given)
    said = feedback.textLog()
    assert "“渝中PARCELS”里没有" in said  # a sign of activity of the parcel that the layer's filter hides
    assert "“people”" not in said
    assert "“tagged”" not in said
    runs = json.loads((tmp_path / "named" / "manifest.json").read_text("utf-8"))["runs"]
    recorded = {(run["id"], item["role"]): item["layer"] for run in runs for item in run["inputs"]}
    assert recorded["buildwalknetwork", "ROADS"] == "渝中ROADS"
    assert recorded["facilitygap", "PARCELS"] == "tagged"  # not the content of the layer that was given
    assert recorded["facilitygap", "BUILDING_PEOPLE"] == "building_people"


def test_a_study_whose_folder_vanishes_tells_so_in_one_language(city, tmp_path, run_algorithm):
    """The drive is pulled out in the middle: “磁盘或文件出错：No such file or directory” mixed two languages."""
    from urban_renewal.processing.running.scratch import PREFIX

    class Pulled(QgsProcessingFeedback):
        told = 0

        def setProgressText(self, text):
            self.told += 1
            if self.told == 8:
                for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}{os.getpid()}_*"):
                    shutil.rmtree(folder)

    with pytest.raises(QgsProcessingException) as caught:
        run_algorithm("fullstudy", {**inputs(city), "FOLDER": str(tmp_path / "成果")}, Pulled(False))
    said = re.sub("“[^”]*”", "", str(caught.value))
    assert "不在了" in said
    assert not re.search("[A-Za-z]{2,}", said)
    assert not (tmp_path / "成果").exists()
