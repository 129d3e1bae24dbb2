"""When a study's data count as changed: not when its folder is moved, and told by what was changed."""

import hashlib
import os
import shutil
import sqlite3
import threading
from pathlib import Path

import pytest
from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsFeature,
    QgsGeometry,
    QgsProject,
    QgsRasterLayer,
    QgsVectorFileWriter,
    QgsVectorLayer,
)
from urban_renewal.dialogs.study import project_state, signatures, wording
from urban_renewal.dialogs.study import study as memory
from urban_renewal.dialogs.study.project_state import look_at_world
from urban_renewal.dialogs.study.readiness import LayerLook, World, is_same, states
from urban_renewal.dialogs.study.signatures import signature
from urban_renewal.dialogs.study.steps import STEPS

HOUR_NS = 3_600_000_000_000


@pytest.fixture
def stations(tmp_path):
    """Return a function that writes two stations into a folder and opens them."""

    def write(folder, driver="ESRI Shapefile", name="站点"):
        layer = QgsVectorLayer("Point?crs=EPSG:4545&field=id:string&field=name:string", name, "memory")
        features = []
        for number in (1, 2):
            feature = QgsFeature(layer.fields())
            feature.setGeometry(QgsGeometry.fromWkt(f"POINT({number} 0)"))
            feature.setAttributes([f"S{number}", "七星岗"])
            features.append(feature)
        layer.dataProvider().addFeatures(features)
        (tmp_path / folder).mkdir(exist_ok=True)
        path = tmp_path / folder / ("stations.gpkg" if driver == "GPKG" else "stations.shp")
        options = QgsVectorFileWriter.SaveVectorOptions()
        options.driverName, options.layerName = driver, "stations"
        QgsVectorFileWriter.writeAsVectorFormatV3(layer, str(path), QgsProject.instance().transformContext(), options)
        return path

    return write


def opened(path):
    return QgsVectorLayer(str(path), "站点", "ogr")


def look(layer, edits=0):
    return LayerLook(layer.name(), signature(layer, edits), True, signature(layer, edits, former=True))


def reason(before, now, edits_at=""):
    """Return the sentence of the zones' card after a change of the stations."""
    done = memory.Study(folder="/x")
    done.inputs["STATIONS"] = memory.InputChoice("id1", "", now.name)
    done.steps["zones"] = memory.StepRecord("r", "2026-01-01T10:00:00", 1.0, {}, {}, {}, {"STATIONS": before},
                                            {"STATIONS": "站点"}, {}, {}, [])  # fmt: skip
    if edits_at:
        done.changes["id1"] = memory.Change(1, edits_at)
    built = frozenset(name for step in STEPS for name in step.algorithms)
    found = states(done, World(built, {"STATIONS": now}))["zones"].reasons
    return next((item for item in found if item.values.get("role") == "STATIONS"), None)


@pytest.mark.parametrize("driver", ["GPKG", "ESRI Shapefile"])
def test_a_moved_study_is_not_out_of_date(stations, tmp_path, driver):
    path = stations("old", driver)
    before = look(opened(path)).signature
    shutil.copytree(path.parent, tmp_path / "new")  # keeps the times
    moved = look(opened(tmp_path / "new" / path.name))
    assert moved.signature == before
    for hours in (0, 7):  # an archive rounds them, `cp -r` makes new ones
        for file in (tmp_path / "new").iterdir():
            time = file.stat().st_mtime_ns // 2_000_000_000 * 2_000_000_000 + hours * HOUR_NS
            os.utime(file, ns=(time, time))
        assert is_same(look(opened(tmp_path / "new" / path.name)), before)


def test_a_copied_raster_is_the_same_and_a_changed_one_is_not(tmp_path, monkeypatch):
    """A DEM whose file was copied has a new time; one whose heights were changed in the same second has its old one."""
    from osgeo import gdal

    (tmp_path / "old").mkdir()
    path = tmp_path / "old" / "dem.tif"
    gdal.GetDriverByName("GTiff").Create(str(path), 4, 4, 1, gdal.GDT_Float32).FlushCache()
    before = look(QgsRasterLayer(str(path), "dem"))
    copy = Path(shutil.copy(path, tmp_path / "dem.tif"))
    os.utime(copy, ns=(path.stat().st_mtime_ns + HOUR_NS,) * 2)
    assert is_same(look(QgsRasterLayer(str(copy), "dem")), before.signature)
    changed = bytearray(path.read_bytes())
    changed[-1] ^= 1
    copy.write_bytes(changed)
    os.utime(copy, ns=(path.stat().st_mtime_ns + 1,) * 2)
    assert not is_same(look(QgsRasterLayer(str(copy), "dem")), before.signature)
    monkeypatch.setattr(signatures, "MOST_BYTES", 10)  # too large to be looked into: its time tells
    shutil.copy2(path, copy)
    assert is_same(look(QgsRasterLayer(str(copy), "dem")), before.signature)
    os.utime(copy, ns=(path.stat().st_mtime_ns + HOUR_NS,) * 2)
    assert not is_same(look(QgsRasterLayer(str(copy), "dem")), before.signature)


def test_contents_of_files_are_read_beside_the_window(dock, project, tmp_path, qtbot, monkeypatch):
    """A raster of 60 MB takes the main thread a tenth of a second: until it is read a copy is not out of date."""
    from osgeo import gdal

    path = tmp_path / "dem.tif"
    gdal.GetDriverByName("GTiff").Create(str(path), 4, 4, 1, gdal.GDT_Float32).FlushCache()
    layer = QgsRasterLayer(str(path), "dem")
    project.addMapLayer(layer)
    session, before = dock.session, signature(layer)
    session.study.inputs["DEM"] = memory.InputChoice(layer.id(), layer.source(), "dem")
    session.study.steps["prepare"] = memory.StepRecord("r", "2026-01-01T10:00:00", 1.0, {}, seen={"DEM": before})
    threads, read = [], signatures.read_contents

    def counted(wanted):
        threads.append(threading.current_thread() is threading.main_thread())
        return read(wanted)

    def of_dem():
        return [reason.code for reason in session.states()["prepare"].reasons if reason.values.get("role") == "DEM"]

    monkeypatch.setattr(signatures, "read_contents", counted)
    os.utime(path, ns=(path.stat().st_mtime_ns + HOUR_NS,) * 2)  # as a copy
    unread = []
    world = session.world(unread)
    assert unread == [(path,)] and world.layers["DEM"].signature != before
    assert is_same(world.layers["DEM"], before)
    assert session.study.steps["prepare"].seen["DEM"] == before  # nothing half-known is kept
    dock.refresh()
    qtbot.waitUntil(lambda: session.world(found := []) and not found, timeout=5000)
    assert threads == [False] and of_dem() == []
    changed = bytearray(path.read_bytes())
    changed[-1] ^= 1
    path.write_bytes(changed)
    with qtbot.waitSignal(session.changed, timeout=5000):
        dock.refresh()
    assert threads == [False, False] and of_dem() == ["layer_changed"]


def test_a_file_that_is_written_while_it_is_read_is_read_again(tmp_path, monkeypatch):
    path = tmp_path / "dem.tif"
    path.write_bytes(b"one")
    read = Path.read_bytes

    def written_meanwhile(file):
        found = read(file)
        file.write_bytes(b"two and more")
        return found

    monkeypatch.setattr(Path, "read_bytes", written_meanwhile)
    assert signatures.read_contents([(path,)]) == {}
    monkeypatch.setattr(Path, "read_bytes", read)
    ((stamp, content),) = signatures.read_contents([(path,)]).values()
    assert stamp.startswith("12.") and content == f".{hashlib.sha256(b'two and more').hexdigest()[:12]}"


def test_own_rules_move_along(tmp_path):
    """A study with rules of its own in its folder, copied elsewhere: the steps were run with the same file."""
    project = QgsProject.instance()
    made = memory.Study("s", "n", str(tmp_path / "one/out"), settings={"RULES_FILE": str(tmp_path / "one/own.json")})
    made.steps["tag"] = memory.StepRecord("r", "2026-01-01T10:00:00", 1.0, {}, {}, {}, {}, {},
                                          dict(made.settings))  # fmt: skip
    for place in ("one", "two"):
        (tmp_path / place).mkdir()
    project.setFileName(str(tmp_path / "one/a.qgz"))
    project_state.write_workbook(project, memory.Workbook([made], "s"))
    assert str(tmp_path) not in project.readEntry(memory.SCOPE, memory.KEY, "")[0]
    project.setFileName(str(tmp_path / "two/a.qgz"))
    moved = project_state.read_workbook(project).study
    assert moved.steps["tag"].settings == moved.settings == {"RULES_FILE": str(tmp_path / "two/own.json")}
    project.clear()


def test_a_filtered_layer_that_is_not_counted_yet_is_the_same(stations):
    class Uncounted(QgsVectorLayer):
        def featureCount(self):
            return -1  # what QGIS says of a layer with a good filter in a project just opened

    path = stations("old", "GPKG")
    source, subset = f"{path}|subset=id = 'S1'", "id = 'S2'"
    counted, uncounted = QgsVectorLayer(source, "站点", "ogr"), Uncounted(source, "站点", "ogr")
    assert (counted.featureCount(), uncounted.featureCount()) == (1, -1)
    for now, before in ((uncounted, counted), (counted, uncounted)):
        assert reason(look(before).signature, look(now)) is None
    other = Uncounted(f"{path}|subset={subset}", "站点", "ogr")
    assert reason(look(counted).signature, look(other)) is not None


def test_other_data_of_the_same_name_and_size_are_told(stations):
    path = stations("old")
    before = look(opened(path)).signature
    table = path.with_suffix(".dbf")  # somebody edits the attributes in another program: the .shp stays as it is
    table.write_bytes(table.read_bytes().replace(b"S2", b"S9"))
    os.utime(table, ns=(table.stat().st_mtime_ns + HOUR_NS,) * 2)
    now = look(opened(path))
    assert not is_same(now, before)
    assert reason(before, now).code == "layer_changed"


def test_states_of_earlier_versions_are_understood(stations):
    layer = opened(stations("old", "GPKG"))
    now = look(layer)
    assert now.former != now.signature
    assert reason(now.former, now) is None
    done = memory.Study(folder="/x")
    QgsProject.instance().addMapLayer(layer)
    done.inputs["STATIONS"] = memory.InputChoice(layer.id(), layer.source(), "站点")
    done.steps["zones"] = memory.StepRecord("r", "2026-01-01T10:00:00", 1.0, {}, {}, {}, {"STATIONS": now.former})
    look_at_world(QgsProject.instance(), done, "")
    assert done.steps["zones"].seen["STATIONS"] == now.signature  # from now on it may be moved


def test_what_was_changed_is_told(stations):
    path = stations("old", "GPKG")
    layer = opened(path)
    before = look(layer).signature
    assert reason(before, look(layer)) is None
    layer.setSubsetString("\"id\" = 'S1'")
    told = reason(before, look(layer))
    assert (told.code, told.values["before"], told.values["n"]) == ("layer_filtered", 2, 1)
    layer.setSubsetString("")
    layer.setCrs(QgsCoordinateReferenceSystem("EPSG:4544"))
    told = reason(before, look(layer))
    assert "EPSG:4544" in wording.reason_text(told)
    layer.setCrs(QgsCoordinateReferenceSystem("EPSG:4545"))
    assert reason(before, look(layer)) is None  # set back
    assert "10:42" in wording.reason_text(reason(before, look(layer, 1), "2026-01-01T10:42:00"))
    layer.setName("站点_2025")  # only another name
    assert reason(before, look(layer)) is None
    del layer
    with sqlite3.connect(path) as connection:  # another program
        connection.execute("DROP TRIGGER IF EXISTS rtree_stations_geom_delete")
        connection.execute("DELETE FROM stations WHERE id = 'S2'")
        connection.execute("UPDATE gpkg_contents SET last_change = '2030-01-01T00:00:00.000Z'")
    connection.close()
    told = reason(before, look(opened(path)))
    assert (told.code, told.values["before"], told.values["n"]) == ("layer_rows", 2, 1)


def test_another_layer_in_its_place_is_told(stations):
    before = look(opened(stations("old", "GPKG"))).signature
    other = QgsVectorLayer(str(stations("old")), "站点_2025", "ogr")
    told = reason(before, look(other))
    assert told.code == "layer_swapped"
    assert wording.reason_text(told).count("站点") >= 2


def test_edits_that_are_not_saved_are_told(stations):
    """A run takes them as they are; dropped afterwards, its result tells of data that nobody has."""
    layer = opened(stations("old", "GPKG"))
    clean = look(layer).signature
    assert layer.startEditing()
    assert look(layer).signature == clean, "nothing is changed yet"
    feature = next(layer.getFeatures())
    layer.changeAttributeValue(feature.id(), layer.fields().indexOf("name"), "红旗河沟")
    unsaved = look(layer)
    told = reason(clean, unsaved)
    assert (told.code, told.values["layer"]) == ("layer_unsaved", "站点")
    assert "Unsaved edits" in wording.reason_text(told)
    assert reason(unsaved.signature, look(layer)) is None, "made from just these"
    layer.changeAttributeValue(feature.id(), layer.fields().indexOf("name"), "两路口")
    assert reason(unsaved.signature, look(layer)).code == "layer_unsaved"
    layer.undoStack().undo()
    assert reason(unsaved.signature, look(layer)) is None
    assert layer.rollBack()
    assert reason(unsaved.signature, look(layer)).code == "layer_unsaved"
    assert reason(clean, look(layer)) is None


def test_dropped_edits_and_changes_of_filter_and_system_are_heard(stations, project):
    from urban_renewal.dialogs.study.edits import EditWatch

    layer = opened(stations("old", "GPKG"))
    project.addMapLayer(layer)
    watch, heard = EditWatch(project), []
    watch.altered.connect(heard.append)
    layer.startEditing()
    layer.changeAttributeValue(next(layer.getFeatures()).id(), 1, "S7")
    layer.rollBack()
    assert heard == [layer.id()]
    assert layer.setSubsetString("name <> ''")
    assert heard == [layer.id()] * 2
    layer.setCrs(QgsCoordinateReferenceSystem("EPSG:4546"))
    assert heard == [layer.id()] * 3
    watch.close()
    assert layer.setSubsetString("")
    assert heard == [layer.id()] * 3
