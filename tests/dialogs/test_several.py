"""Facilities that come in several files: dropped one after the other, ticked in a list, made anew when one changes."""

import pytest
from qgis.core import QgsFeature, QgsGeometry, QgsProject, QgsVectorFileWriter, QgsVectorLayer
from qgis.PyQt.QtCore import Qt
from urban_renewal.processing.provider import RenewalProvider

from .helpers import rest


@pytest.fixture
def stand_ins(as_provider):
    """The real algorithms: what is tested is that they are run and their result plays its role."""
    with as_provider(RenewalProvider):
        yield {}


def write(path, fields, rows, kind="Point"):
    layer = QgsVectorLayer(f"{kind}?crs=EPSG:4545&{'&'.join(f'field={name}' for name in fields)}", "x", "memory")
    for wkt, values in rows:
        feature = QgsFeature(layer.fields())
        feature.setAttributes(values)
        feature.setGeometry(QgsGeometry.fromWkt(wkt))
        assert layer.dataProvider().addFeature(feature)
    options = QgsVectorFileWriter.SaveVectorOptions()
    options.driverName, options.layerName = "GPKG", path.stem
    QgsVectorFileWriter.writeAsVectorFormatV3(layer, str(path), QgsProject.instance().transformContext(), options)
    return path


@pytest.fixture
def files(tmp_path):
    """Kindergartens without a kind, homes for the aged with their own words, a park as an area."""
    square = "POLYGON((500200 3270000, 500240 3270000, 500240 3270040, 500200 3270040, 500200 3270000))"
    return [
        write(tmp_path / "幼儿园.gpkg", ("编号:string", "名称:string", "学位数:integer"),
              [("POINT(500000 3270000)", ["1", "一幼", 90])]),
        write(tmp_path / "养老.gpkg", ("编号:string", "设施类别:string", "床位数:integer"),
              [("POINT(500100 3270000)", ["1", "养老院", 60]), ("POINT(500150 3270000)", ["2", "日间照料中心", 20])]),
        write(tmp_path / "公园.gpkg", ("MC:string",), [(square, ["沿江公园"])], "Polygon"),
    ]  # fmt: skip


def rows(dock):
    layer = dock.dropping.merging.layer()
    is_made = layer is not None and layer.fields().indexOf("source") >= 0
    return {f["facility_id"]: (f["kind"], f["source"]) for f in layer.getFeatures()} if is_made else {}


def take(dock, qtbot, path, check=lambda sheet: None):
    sheet = dock.dropping.ask(path)
    sheet.role.setCurrentIndex(sheet.role.findData("FACILITIES"))
    check(sheet)
    sheet.accept()
    qtbot.waitUntil(lambda: any(layer.name() == path.stem for layer in QgsProject.instance().mapLayers().values()))
    rest(qtbot)
    qtbot.waitUntil(lambda: dock.dropping.merging._work is None and not dock.dropping.merging._wanted, timeout=20000)


def test_files_dropped_one_after_the_other_are_the_facilities_together(dock, qtbot, tmp_path, files):
    dock.session.study.folder = str(tmp_path / "study")
    told = []
    dock.dropping.told.connect(lambda ok, text: told.append((ok, text)))

    def first(sheet):
        """The name alone says the kind; there is nothing yet to join."""
        assert sheet.facilities.asked() == ("kgar", False)

    take(dock, qtbot, files[0], first)
    assert rows(dock) == {"1": ("kgar", "幼儿园")}

    def second(sheet):
        """Its rows say their kinds; it joins unless somebody says no."""
        assert sheet.facilities.asked() == ("", True) and "幼儿园" in sheet.facilities.joins.text()

    take(dock, qtbot, files[1], second)
    both = {"幼儿园:1": ("kgar", "幼儿园"), "养老:1": ("ebed", "养老"), "2": ("eday", "养老")}
    assert rows(dock) == both
    take(dock, qtbot, files[2])
    layer = dock.dropping.merging.layer()
    assert {key: value for key, value in rows(dock).items() if key in both} == both and layer.featureCount() == 4
    assert [ok for ok, _ in told] == [True] * 3 and told[-1][1].startswith("4 facilities of 幼儿园, 养老, 公园")
    names = sorted(item.name() for item in QgsProject.instance().mapLayers().values())
    assert names == sorted(["幼儿园", "养老", "公园", "Facilities (merged)"])  # what was made before is gone
    assert dock.session.study.inputs["FACILITIES"].layer_id == layer.id()
    nodes = {node.name(): node.itemVisibilityChecked() for node in QgsProject.instance().layerTreeRoot().findLayers()}
    assert nodes == {"幼儿园": False, "养老": False, "公园": False, "Facilities (merged)": True}  # drawn once

    from urban_renewal.dialogs.study.study import InputChoice, Study

    other = Study(inputs={"FACILITIES": InputChoice(layer.id())})  # of the same project: it goes on with its own
    dock.session.workbook.studies.append(other)
    dialog_rows = dock.dropping.merging.members()
    dock.dropping.merging.merge([part for part in dialog_rows if part.name != "公园"])  # as ticked off in the list
    qtbot.waitUntil(lambda: not dock.dropping.merging._wanted, timeout=20000)
    assert rows(dock) == both and QgsProject.instance().mapLayer(other.inputs["FACILITIES"].layer_id) is not None


def test_a_part_that_is_edited_is_read_again(dock, qtbot, tmp_path, files):
    dock.session.study.folder = str(tmp_path / "study")
    take(dock, qtbot, files[0])
    part = next(item for item in QgsProject.instance().mapLayers().values() if item.name() == "幼儿园")
    assert part.startEditing()
    feature = QgsFeature(part.fields())
    feature["编号"] = "9"
    feature.setGeometry(QgsGeometry.fromWkt("POINT(500900 3270000)"))
    assert part.addFeature(feature) and part.commitChanges()
    qtbot.waitUntil(lambda: "9" in rows(dock), timeout=20000)
    qtbot.waitUntil(lambda: not dock.dropping.merging._wanted, timeout=20000)
    assert rows(dock) == {"1": ("kgar", "幼儿园"), "9": ("kgar", "幼儿园")}


def test_layers_of_a_project_are_ticked_in_a_list(dock, qtbot, tmp_path, files):
    """The last line of the box of facilities asks; what is ticked and its kinds are as guessed, and can be changed."""
    dock.session.study.folder = str(tmp_path / "study")
    for path in files:
        QgsProject.instance().addMapLayer(QgsVectorLayer(str(path), path.stem, "ogr"))
    qtbot.waitUntil(lambda: dock.inputs.combos["FACILITIES"].count() > 4, timeout=5000)
    combo = dock.inputs.combos["FACILITIES"]
    before = combo.currentIndex()
    combo.setCurrentIndex(combo.count() - 1)
    combo.activated.emit(combo.count() - 1)
    from urban_renewal.dialogs.drop.several import SeveralLayers

    (dialog,) = dock.findChildren(SeveralLayers)
    assert combo.currentIndex() == before
    shown = [dialog.table.item(row, 0).text() for row in range(dialog.table.rowCount())]
    assert sorted(shown) == sorted(["幼儿园", "养老", "公园"])
    for row, name in enumerate(shown):
        dialog.table.item(row, 0).setCheckState(Qt.CheckState.Checked)
        assert dialog.kinds[row].currentData() == {"幼儿园": "kgar", "养老": "", "公园": "park"}[name]
    dialog.kinds[shown.index("公园")].show_kind("play")
    dialog.accept()
    qtbot.waitUntil(lambda: len(rows(dock)) == 4, timeout=20000)
    assert sorted(kind for kind, _ in rows(dock).values()) == ["ebed", "eday", "kgar", "play"]


def test_facilities_that_cannot_be_put_together_are_told_in_a_sentence(dock, qtbot, tmp_path, files):
    from urban_renewal.dialogs.drop.several import Member

    dock.session.study.folder = str(tmp_path / "study")
    told = []
    dock.dropping.told.connect(lambda ok, text: told.append((ok, text)))
    dock.dropping.merging.merge([Member("gone", str(tmp_path / "no.gpkg"), "no", "kgar")])
    qtbot.waitUntil(lambda: bool(told), timeout=20000)
    assert told[0][0] is False and told[0][1].startswith("The facilities could not be put together: ")
    assert "no.gpkg" in told[0][1] and "FACILITIES" not in dock.session.study.inputs


def begun(dock, files, told):
    """Three layers in the project, and a run at work that makes one of the first two."""
    from urban_renewal.dialogs.drop.several import member

    dock.dropping.told.connect(lambda ok, text: told.append((ok, text)))
    layers = [QgsVectorLayer(str(path), path.stem, "ogr") for path in files]
    QgsProject.instance().addMapLayers(layers)
    dock.dropping.merging.merge([member(layer, kind) for layer, kind in zip(layers[:2], ("kgar", ""), strict=True)])
    return layers, dock.dropping.merging._work[0]


def test_a_run_that_is_cancelled_says_so_and_is_not_begun_again(dock, qtbot, tmp_path, files):
    dock.session.study.folder, told = str(tmp_path / "study"), []
    before = dock.session.study.inputs.get("FACILITIES")
    _, task = begun(dock, files, told)
    task.cancel()  # as the task manager's button does
    qtbot.waitUntil(lambda: bool(told), timeout=20000)
    assert told == [(False, "Cancelled. The last result is unchanged.")]
    dock.dropping.merging.look()
    assert dock.dropping.merging._work is None and dock.session.study.inputs.get("FACILITIES") == before


def test_one_layer_chosen_while_others_are_put_together_stays_chosen(dock, qtbot, tmp_path, files):
    """What is at work then is not wanted any more: it neither plays the role nor complains."""
    from urban_renewal.dialogs.drop.several import member

    dock.session.study.folder, told = str(tmp_path / "study"), []
    layers, _ = begun(dock, files, told)
    dock.dropping.merging.merge([member(layers[2])])
    qtbot.waitUntil(lambda: dock.dropping.merging._work is None, timeout=20000)
    rest(qtbot)
    assert dock.session.study.inputs["FACILITIES"].layer_id == layers[2].id() and told == []
    assert sorted(layer.name() for layer in QgsProject.instance().mapLayers().values()) == sorted(
        ["幼儿园", "养老", "公园"]
    )


@pytest.mark.parametrize("leave", ["project", "study"])
def test_what_is_put_together_comes_into_no_other_project_or_study(dock, qtbot, tmp_path, files, leave):
    dock.session.study.folder, told = str(tmp_path / "study"), []
    begun(dock, files, told)
    if leave == "project":
        QgsProject.instance().clear()
    else:
        from urban_renewal.dialogs.workbench import studies

        studies.begin(dock.session)
    qtbot.waitUntil(lambda: dock.dropping.merging._work is None, timeout=20000)
    rest(qtbot)
    assert QgsProject.instance().mapLayersByName("Facilities (merged)") == [] and told == []


def test_a_copy_that_is_corrected_comes_into_no_other_project(dock, qtbot, tmp_path, files, monkeypatch):
    """Whether its task heeds the call or is over already."""
    from qgis.core import QgsApplication

    dock.session.study.folder, told = str(tmp_path / "study"), []
    layer = QgsVectorLayer(str(files[0]), "幼儿园", "ogr")
    QgsProject.instance().addMapLayer(layer)
    dock.dropping.told.connect(lambda ok, text: told.append(text))
    dock.dropping.correct(layer, "FACILITIES", "gcj02")
    monkeypatch.setattr(dock.dropping._work[0][2], "cancel", lambda: None, raising=False)
    QgsProject.instance().clear()
    qtbot.waitUntil(lambda: QgsApplication.taskManager().count() == 0, timeout=20000)
    qtbot.waitUntil(lambda: dock.dropping._work == [], timeout=5000)
    assert QgsProject.instance().mapLayers() == {} and told == []


def test_facilities_of_a_file_with_several_layers_join_those_there_are(dock, qtbot, tmp_path, files):
    """Else those chosen before would no longer be counted; what a web map shifts is never taken unasked."""
    dock.session.study.folder = str(tmp_path / "study")
    take(dock, qtbot, files[0])
    path = tmp_path / "都有.gpkg"
    options = QgsVectorFileWriter.SaveVectorOptions()
    context = QgsProject.instance().transformContext()
    for place, (source, name) in enumerate(
        zip((*files[1:], files[1]), ("养老", "公园", "养老设施_gcj02"), strict=True)
    ):
        layer = QgsVectorLayer(str(source), name, "ogr")
        options.driverName, options.layerName = "GPKG", name
        if place:
            options.actionOnExistingFile = QgsVectorFileWriter.ActionOnExistingFile.CreateOrOverwriteLayer
        QgsVectorFileWriter.writeAsVectorFormatV3(layer, str(path), context, options)
    sheet = dock.dropping.ask(path)
    assert sheet.takes_all
    shown = {sheet.preview.item(row, 0).text(): sheet.preview.item(row, 1).text() for row in range(3)}
    assert shown["养老设施_gcj02"] == "Only add it to the map"
    sheet.accept()
    qtbot.waitUntil(lambda: len(rows(dock)) > 1, timeout=20000)
    names = {source for _, source in rows(dock).values()}
    assert {"幼儿园", "养老"} <= names and "养老设施_gcj02" not in names
