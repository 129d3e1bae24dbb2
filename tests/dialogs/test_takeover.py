"""Taking a delivery over: another machine, another project, and the same rows when nothing changed."""

import json
import shutil
from pathlib import Path

import pytest
from qgis.core import QgsProject, QgsVectorFileWriter, QgsVectorLayer
from urban_renewal.core.errors import RenewalError

from .helpers import one_petal_is_enough, rest


@pytest.fixture
def make_dock(qgis_iface, qtbot, project, as_provider):
    from urban_renewal.dialogs.workbench.dock import RenewalDock
    from urban_renewal.processing.provider import RenewalProvider

    docks = []

    def make():
        docks.append(RenewalDock(qgis_iface))
        qtbot.addWidget(docks[-1])
        return docks[-1]

    with as_provider(RenewalProvider):
        yield make
        for dock in docks:
            dock.close_down()


def save_layers(project, path):
    """Write the project's layers into one GeoPackage, a table each, and leave the project empty."""
    for place, layer in enumerate(list(project.mapLayers().values())):
        options = QgsVectorFileWriter.SaveVectorOptions()
        options.driverName, options.layerName = "GPKG", layer.name()
        if place:
            options.actionOnExistingFile = QgsVectorFileWriter.ActionOnExistingFile.CreateOrOverwriteLayer
        error = QgsVectorFileWriter.writeAsVectorFormatV3(layer, str(path), project.transformContext(), options)
        assert error[0] == QgsVectorFileWriter.WriterError.NoError, error
    project.clear()


def load_tables(project, path):
    from urban_renewal.dialogs.study import results

    for name in results.tables_in(path):
        project.addMapLayer(QgsVectorLayer(f"{path}|layername={name}", name, "ogr"))


def add_review(path, parcel_id):
    from urban_renewal.dialogs.review.store import Review, ReviewStore

    store = ReviewStore(path)
    store.make()
    assert store.add(Review("r-1", parcel_id, "", "none", "张三", "2025-11-30T10:00:00+08:00", "现场看过"))
    return f"{path}|layername=reviews"


def lock(path):
    """Lock a corner of the town out of every zone."""
    layer = QgsVectorLayer("Polygon?crs=EPSG:4545&field=name:string", "locked_out", "memory")
    from qgis.core import QgsFeature, QgsGeometry

    feature = QgsFeature(layer.fields())
    feature.setAttributes(["军事用地"])
    shape = QgsGeometry.fromWkt("POLYGON((-60 -60, 160 -60, 160 160, -60 160, -60 -60))")
    shape.translate(500000.0, 3270000.0)
    feature.setGeometry(shape)
    assert layer.dataProvider().addFeature(feature)
    options = QgsVectorFileWriter.SaveVectorOptions()
    options.driverName, options.layerName = "GPKG", "locked_out"
    context = QgsProject.instance().transformContext()
    assert QgsVectorFileWriter.writeAsVectorFormatV3(layer, str(path), context, options)[0] == 0
    return f"{path}|layername=locked_out"


def run_all(dock, qtbot):
    dock.session.start_all()
    qtbot.waitUntil(lambda: not dock.session.is_busy, timeout=120000)
    failures = dock.session.study.failures
    assert failures == {}, [line for failure in failures.values() for line in [failure.message, *failure.log[-15:]]]


def contents(folder):
    """Return {table: hash of its rows}; the reviews carry no times of the run, so they count too."""
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    return {entry["layer"]: (entry["count"], entry["content"]) for entry in manifest["tables"]}


def move_everything(dock, make_dock, project, home, there, delivery):
    """Save the project, move its folder, take the delivery away; return (folder, dock) of the project opened there."""
    from urban_renewal.dialogs.study.study import KEY, SCOPE

    for layer in list(project.mapLayers().values()):  # what was loaded to look at stays behind with the delivery
        if layer.source().startswith(str(delivery)):
            project.removeMapLayer(layer)
    assert project.write(str(home / "study.qgz"))
    assert str(home.parent) not in project.readEntry(SCOPE, KEY)[0]  # relative, so that a folder can be moved
    dock.close_down()
    project.clear()
    home.rename(there)
    shutil.rmtree(delivery)
    assert project.read(str(there / "study.qgz"))
    dock = make_dock()
    assert dock.session.study.settings["LOCKED_OUT"] == f"{there / '研究' / 'locks.gpkg'}|layername=locked_out"
    return there, dock


def cancel_midway(sheet, qtbot, project, delivery, folder, inputs):
    """Close the sheet once the results begin to be loaded: neither layers nor files nor a group stay."""
    qtbot.addWidget(sheet)
    groups = [group.name() for group in project.layerTreeRoot().findGroups()]
    for field, path in ((sheet.delivery, delivery), (sheet.folder, folder), (sheet.inputs, inputs)):
        field.setFilePath(str(path))
    sheet.take()
    assert not sheet.ok.isEnabled() and not sheet.busy.isHidden()
    sheet.take()  # a second click is none
    qtbot.waitUntil(lambda: bool(project.mapLayersByName("Tagged parcels")), timeout=30000)
    assert (folder / "rules").is_dir() and sheet.check is None
    sheet.reject()
    qtbot.waitUntil(lambda: project.mapLayers() == {} and not folder.exists(), timeout=5000)
    assert sheet.check is None
    assert [group.name() for group in project.layerTreeRoot().findGroups()] == groups


def test_the_next_institute_gets_the_same_rows(make_dock, qtbot, tmp_path, load_town, project):
    from urban_renewal.dialogs.delivery import menu as delivery_menu
    from urban_renewal.dialogs.study.steps import DELIVERY

    load_town()
    data = tmp_path / "资料 1" / "town.gpkg"
    data.parent.mkdir()
    save_layers(project, data)
    load_tables(project, data)
    dock = make_dock()
    qtbot.waitUntil(lambda: bool(dock.inputs.combos["STATIONS"].currentData()), timeout=3000)
    dock.folder.setFilePath(str(tmp_path / "甲院"))
    session = dock.session
    session.set_value("ZONE_RULES_FILE", one_petal_is_enough(tmp_path / "甲院规则.json"))
    session.set_value("AS_OF", "2025-12-31")
    session.set_value("FORMATS", ["gpkg", "qgz"])
    session.set_value("LOCKED_OUT", lock(tmp_path / "locks.gpkg"))
    session.rename("小镇研究")
    buildings = session.study.inputs["BUILDINGS"]
    session.set_mapping("BUILDINGS", {"year": "year"})
    reviews = QgsVectorLayer(add_review(tmp_path / "甲院" / "judged.gpkg", "p40"), "复核", "ogr")
    project.addMapLayer(reviews)
    session.choose("REVIEWS", reviews.id())
    assert buildings.layer_id
    run_all(dock, qtbot)
    delivery = tmp_path / "甲院" / DELIVERY
    before = contents(delivery)
    assert before["reviews"][0] == before["locked_out"][0] == 1

    (tmp_path / "甲院规则.json").unlink()  # the next institute has neither the rules' file nor the project
    (tmp_path / "locks.gpkg").unlink()
    moved = delivery.rename(tmp_path / "乙院 收到的 成果")
    project.clear()
    dock.close_down()
    dock = make_dock()
    home = tmp_path / "乙院"
    home.mkdir()
    data = data.parent.rename(home / "资料 1") / data.name
    cancel_midway(delivery_menu.TakeOver(dock.session), qtbot, project, moved, home / "研究", data.parent)
    assert [study.name for study in dock.session.workbook.studies] != ["小镇研究"]
    sheet = delivery_menu.TakeOver(dock.session)
    qtbot.addWidget(sheet)
    sheet.delivery.setFilePath(str(moved))
    sheet.folder.setFilePath(str(home / "研究"))
    sheet.inputs.setFilePath(str(data.parent))
    sheet.take()
    qtbot.waitUntil(lambda: sheet.check is not None or not sheet.problem.isHidden(), timeout=30000)
    assert sheet.problem.text() == ""
    with qtbot.waitSignal(sheet.check.checked, timeout=60000) as heard:
        pass
    assert heard.args == [True]
    assert sheet.check.notes.text() == ""
    found = {sheet.check.table.item(row, 1).text() for row in range(sheet.check.table.rowCount())
             if "input" in sheet.check.table.item(row, 2).text().lower()}  # fmt: skip
    assert {"parcels", "buildings", "roads", "stations"} <= found
    assert sheet.check.head.text().startswith("Everything is as delivered: ")
    sheet.check.reject()
    study = dock.session.study
    assert study.name == "小镇研究"
    assert study.settings["AS_OF"] == "2025-12-31"
    assert Path(study.settings["ZONE_RULES_FILE"]).parent == home / "研究" / "rules"
    assert study.inputs["BUILDINGS"].mapping == {"year": "year"}
    assert study.inputs["REVIEWS"].source.startswith(str(home))
    there, dock = move_everything(dock, make_dock, project, home, tmp_path / "丙处 2", moved)
    run_all(dock, qtbot)
    after = contents(there / "研究" / DELIVERY)
    assert {name: pair for name, pair in after.items() if name != "left_out"} == {
        name: pair for name, pair in before.items() if name != "left_out"
    }
    assert after["left_out"] == before["left_out"]


def test_a_changed_input_and_newer_rules_are_told(make_dock, qtbot, tmp_path, load_town, project, monkeypatch):
    from urban_renewal.core import envelope
    from urban_renewal.core.delivery import verify
    from urban_renewal.dialogs.delivery import menu as delivery_menu
    from urban_renewal.dialogs.study.steps import DELIVERY

    load_town()
    data = tmp_path / "town.gpkg"
    save_layers(project, data)
    load_tables(project, data)
    dock = make_dock()
    qtbot.waitUntil(lambda: bool(dock.inputs.combos["STATIONS"].currentData()), timeout=3000)
    dock.folder.setFilePath(str(tmp_path / "a"))
    dock.session.set_value("ZONE_RULES_FILE", one_petal_is_enough(tmp_path / "rules.json"))
    dock.session.set_value("FORMATS", ["gpkg"])
    run_all(dock, qtbot)
    [layer] = project.mapLayersByName("buildings")
    layer.startEditing()
    fid = next(layer.getFeatures()).id()
    layer.changeAttributeValue(fid, layer.fields().lookupField("year"), "1999")
    assert layer.commitChanges()
    shipped = envelope.shipped_hash
    monkeypatch.setattr(
        envelope, "shipped_hash", lambda kind, name: "f" * 64 if kind == "ruleset" else shipped(kind, name)
    )
    monkeypatch.setattr(verify, "is_reworded", lambda rule, documents: False)  # not its words alone
    check = delivery_menu.verify(dock.session, tmp_path / "a" / DELIVERY, dock)
    with qtbot.waitSignal(check.checked, timeout=60000) as heard:
        pass
    assert heard.args == [True]  # the delivery itself is as it was
    assert check.head.text() == "As delivered, but out of date: buildings, Rules for tags: Chongqing."
    check.reject()


@pytest.mark.parametrize(
    ("spoil", "word"),
    [
        (lambda c: c["files"][0].update(path="../../x"), "manifest.json"),
        (lambda c: c["rules"].append({"kind": "ruleset"}), "manifest.json"),
        (lambda c: c.update(documents=[{"id": 1}]), ""),
        (lambda c: c["runs"][0]["parameters"].update(RULES_FILE=10**400), "manifest.json"),
    ],
)
def test_a_hostile_manifest_gets_a_sentence(tmp_path, spoil, word, project, make_layer_folder):
    from urban_renewal.dialogs.delivery.takeover import taking_over
    from urban_renewal.dialogs.study.turns import through

    folder = make_layer_folder
    path = folder / "manifest.json"
    content = json.loads(path.read_text(encoding="utf-8"))
    spoil(content)
    path.write_text(json.dumps(content), encoding="utf-8")
    try:
        taken = through(taking_over(project, folder, tmp_path / "work"))
    except RenewalError as error:
        assert word in str(error)
        assert not (tmp_path / "work").exists()
    else:
        assert taken.study.settings.get("RULES_FILE", "") == ""


@pytest.fixture
def make_layer_folder(tmp_path):
    """A delivery of one file and one run, by hand."""
    from datetime import datetime, timezone

    from urban_renewal.core import runrecord
    from urban_renewal.core.delivery import manifest
    from urban_renewal.core.run import Run

    folder = tmp_path / "handed"
    folder.mkdir()
    (folder / "report.html").write_text("x")
    now = datetime.now(timezone.utc)
    work = runrecord.Work("tagparcels", {"zh": "识别", "en": "Tag"}, "0.1.0", {"RULES": "chongqing"}, now, now)
    told = manifest.Delivery({"zh": "成果", "en": "D"}, "0.1.0", now, {}, (), (), (runrecord.build(work, Run()),))
    (folder / "manifest.json").write_text(manifest.to_text(manifest.build_manifest(folder, told, Run())))
    return folder


def test_working_inside_the_delivery_is_refused(make_dock, qtbot, make_layer_folder):
    from urban_renewal.dialogs.delivery.menu import TakeOver

    dock = make_dock()
    sheet = TakeOver(dock.session)
    qtbot.addWidget(sheet)
    sheet.take()
    assert sheet.problem.text() == "✗ Choose the delivery and a folder to work in."
    sheet.delivery.setFilePath(str(make_layer_folder))
    sheet.folder.setFilePath(str(make_layer_folder / "new"))
    sheet.take()
    assert sheet.problem.text() == "✗ Work in another folder: the delivery stays as it is."
    assert not (make_layer_folder / "new").exists()


def test_what_a_folder_does_not_allow_is_told_in_words(make_dock, qtbot, make_layer_folder, tmp_path):
    """Below a file no folder can be made: the system says so in its own language, “Not a directory”."""
    from urban_renewal.dialogs.delivery.menu import TakeOver

    dock, delivery = make_dock(), make_layer_folder
    (tmp_path / "文件").write_text("x", encoding="utf-8")
    sheet = TakeOver(dock.session)
    qtbot.addWidget(sheet)
    sheet.delivery.setFilePath(str(delivery))
    sheet.folder.setFilePath(str(tmp_path / "文件" / "研究"))
    sheet.take()
    qtbot.waitUntil(lambda: bool(sheet.problem.text()), timeout=10000)
    assert "a file of that name is in the way" in sheet.problem.text()
    for part in (sheet.delivery, sheet.folder, sheet.inputs):  # of a folder, not of “file(s), including extension”
        assert "extension" not in part.lineEdit().toolTip()


def test_a_check_of_a_delivery_calls_rules_by_their_names(qgis_app):
    """Files stand for themselves; of rules, prices and tables of classes people know the titles."""
    from urban_renewal.dialogs.delivery.check import subject_title, tell

    assert subject_title("tables/Gaps.xlsx") == "tables/Gaps.xlsx" and subject_title("costs/mine") == "costs/mine"
    assert subject_title("ruleset/chongqing").startswith("Rules for tags: ")
    assert subject_title("mapping/standard") == "Road classes: OSM and common Chinese words"
    newer = {"subject_id": "costs/chongqing", "verdict": "advice", "clause": "rules_newer", "message": ""}
    assert "Unit prices: " in tell(True, [newer]) and "costs/" not in tell(True, [newer])


def test_the_project_of_a_delivery_says_so_and_leads_to_taking_it_over(make_dock, project, qtbot, tmp_path):
    """Its layers are guessed as inputs; who opens it should not begin a study of results by mistake."""
    (tmp_path / "manifest.json").write_text("{}", encoding="utf-8")
    project.addMapLayer(QgsVectorLayer("Polygon?crs=EPSG:4545&field=parcel_id:string", "tagged", "memory"))
    dock = make_dock()
    assert "delivery" not in dock.welcome.text()
    project.write(str(tmp_path / "project.qgz"))
    dock.refresh()
    assert "This project is a delivery" in dock.welcome.text() and dock.welcome.isVisibleTo(dock)
    dock.welcome.linkActivated.emit("takeover")
    from urban_renewal.dialogs.delivery.menu import TakeOver

    sheet = dock.findChild(TakeOver)
    assert Path(sheet.delivery.filePath()) == tmp_path and not sheet.folder.filePath()
    sheet.reject()


def test_every_finding_has_the_lines_it_needs_also_in_another_width(qtbot, make_layer_folder):
    """Rows are fitted some a turn: as high as Qt would make them all at once."""
    from urban_renewal.dialogs.delivery.check import ROWS_A_TURN, DeliveryCheck

    check = DeliveryCheck(make_layer_folder)
    qtbot.addWidget(check)
    check._runner.abandon()  # the findings come from here
    words = "The table was changed since the delivery was made; what it holds is not what its manifest tells. "
    found = [{"verdict": "fail", "subject_id": f"t{n}", "message": words * (n % 4)} for n in range(2 * ROWS_A_TURN + 7)]
    check.show()
    check._fill(found)
    for width in (900, 500):
        check.resize(width, 400)
        rest(qtbot)
        qtbot.waitUntil(lambda: not check._fit.isActive(), timeout=5000)
        heights = [check.table.rowHeight(row) for row in range(len(found))]
        check.table.resizeRowsToContents()
        assert heights == [check.table.rowHeight(row) for row in range(len(found))]
        assert heights[3] > heights[0]
    assert check.table.item(0, 1).text() == "t0"  # as they came, until a heading is clicked
    check.table.sortItems(1)
    assert [check.table.item(row, 1).text() for row in range(3)] == ["t0", "t1", "t10"]
    qtbot.waitUntil(lambda: not check._fit.isActive(), timeout=5000)
    heights = [check.table.rowHeight(row) for row in range(len(found))]
    check.table.resizeRowsToContents()
    assert heights == [check.table.rowHeight(row) for row in range(len(found))]  # they follow their findings
    check.reject()
