"""Systems that die with a thread: QGIS keeps them, calls them valid, and hands coordinates back as they are."""

import threading
import time

import numpy as np
import pytest
from osgeo import ogr
from qgis.core import (
    QgsApplication,
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsCoordinateTransformContext,
    QgsPointXY,
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsVectorFileWriter,
    QgsVectorLayer,
)
from urban_renewal.core.errors import RenewalError
from urban_renewal.processing.layers import crs as crs_module
from urban_renewal.processing.layers import systems
from urban_renewal.processing.layers.snapshot import take_vector

METRES = np.array([[360000.0, 3272000.0], [361000.0, 3272000.0]])
DEGREES = pytest.approx([106.5555, 29.5581], abs=1e-4)


def in_a_thread(names, meanwhile=lambda: None):
    """Look systems up in a thread that then ends; `meanwhile` runs here while it lives."""
    ready, go = threading.Event(), threading.Event()

    def work():
        for name in names:
            QgsCoordinateReferenceSystem(name).toWkt()
        ready.set()
        go.wait(20)

    thread = threading.Thread(target=work)
    thread.start()
    assert ready.wait(20)
    found = meanwhile()
    go.set()
    thread.join()
    time.sleep(0.3)  # Python lets go of a thread a moment before the system has ended it
    return found


@pytest.fixture
def dead(qgis_app):
    """Two systems as QGIS leaves them when the thread that asked first is gone; skips where QGIS has mended that."""
    names = ("EPSG:4545", "EPSG:4490")
    systems._forget()
    found = in_a_thread(names, lambda: [held(name) for name in names])  # held here too, as a layer on the map does
    yield found
    systems._forget()
    if any(crs.toWkt() for crs in found):
        pytest.skip("this QGIS keeps its systems alive")


def held(name):
    crs = QgsCoordinateReferenceSystem(name)
    assert crs.toWkt()
    return crs


def test_what_qgis_does(dead):
    """The fault itself, without us: both ends valid, and metres come back as they went in."""
    made = QgsCoordinateTransform(*dead, QgsCoordinateTransformContext())
    assert [crs.isValid() for crs in dead] == [True, True]
    assert [crs.toWkt() for crs in dead] == ["", ""]
    assert made.transform(QgsPointXY(*METRES[0])) == QgsPointXY(*METRES[0])
    assert not made.isValid()


def test_dead_systems_are_made_anew(dead):
    transforms = QgsCoordinateTransformContext()
    assert not any(systems.is_alive(crs) for crs in dead)
    with pytest.raises(RenewalError) as refused:  # never in silence
        crs_module.move_coordinates(METRES, QgsCoordinateTransform(*dead, transforms), "房屋")
    assert refused.value.code == "crs_lost"
    made = systems.transform_between(*dead, transforms)
    assert crs_module.move_coordinates(METRES, made, "房屋")[0] == DEGREES
    assert systems.revived(dead[0]).toWkt()
    assert systems.system_named("EPSG:4490").toWkt()


def test_a_layer_whose_system_died_is_read_with_a_living_one(dead):
    layer = QgsVectorLayer("Point?field=a:int", "x", "memory")
    layer.setCrs(dead[0])
    assert layer.crs().toWkt() == ""
    assert take_vector("X", layer, QgsProcessingContext()).crs.toWkt()


def test_kept_systems_outlive_every_thread(qgis_app):
    """What a run keeps is this thread's own, so that workers that come and go do it no harm."""
    systems._forget()
    names = ("EPSG:4545", "EPSG:4490", "EPSG:32648")
    systems.keep_systems([QgsCoordinateReferenceSystem(name) for name in names])
    for _ in range(3):
        found = in_a_thread(names, lambda: [held(name) for name in names])
        assert all(crs.toWkt() for crs in found)
        assert all(QgsCoordinateReferenceSystem(name).toWkt() for name in names)


@pytest.mark.parametrize("name", ["EPSG:4326", "EPSG:4490", "EPSG:4545", "EPSG:32648", "EPSG:3857"])
def test_the_file_that_is_quick_to_make_tells_a_system_as_a_geopackage_does(qgis_app, name, tmp_path):
    """Workers read and write GeoPackages: the system kept must be the one that QGIS finds for those."""
    layer = QgsVectorLayer(f"Point?crs={name}", "x", "memory")
    options = QgsVectorFileWriter.SaveVectorOptions()
    target = str(tmp_path / "x.gpkg")
    QgsVectorFileWriter.writeAsVectorFormatV3(layer, target, QgsCoordinateTransformContext(), options)
    written, kept = QgsVectorLayer(target, "x", "ogr").crs(), systems._of_a_file(name)
    shown = QgsCoordinateReferenceSystem.WktVariant.WKT_PREFERRED
    assert kept == written and kept.toWkt(shown) == written.toWkt(shown)
    told = []
    for path, driver in ((target, "GPKG"), (str(tmp_path / "x.fgb"), "FlatGeobuf")):
        if driver != "GPKG":
            options.driverName = driver
            QgsVectorFileWriter.writeAsVectorFormatV3(layer, path, QgsCoordinateTransformContext(), options)
        opened = ogr.Open(path)  # what it gives dies with it
        told.append(opened.GetLayer(0).GetSpatialRef().ExportToWkt(["FORMAT=WKT2_2018"]))
    assert told[0] == told[1]  # the text by which QGIS keeps it


def test_keeping_heals(dead):
    systems.keep_systems(dead)
    assert all(QgsCoordinateReferenceSystem(crs.authid()).toWkt() for crs in dead)


def test_a_worker_keeps_nothing(qgis_app):
    told = []
    before = set(systems._kept)
    thread = threading.Thread(
        target=lambda: told.append(systems.keep_systems([QgsCoordinateReferenceSystem("EPSG:32649")]))
    )
    thread.start()
    thread.join()
    assert set(systems._kept) == before


def test_a_system_that_is_not_there_is_told(qgis_app):
    with pytest.raises(RenewalError) as refused:
        systems.system_named("EPSG:999999")
    assert refused.value.code == "crs_not_there"
    nameless = QgsCoordinateReferenceSystem.fromProj("+proj=tmerc +lon_0=106.5 +x_0=500000 +ellps=GRS80 +units=m")
    assert systems.revived(nameless) == nameless
    nothing = systems.transform_between(QgsCoordinateReferenceSystem(), nameless, QgsCoordinateTransformContext())
    assert crs_module.move_coordinates(METRES, nothing, "x") is METRES


def test_a_run_leaves_its_systems_alive(qgis_app, provider, make_layer, save_layer, tmp_path):
    """Results in a system that nobody has asked for so far, loaded while the worker lives, used when it is gone."""
    layer = make_layer([("POINT(106.55 29.56)", {"name": "a"})], "Point", crs="EPSG:4326")
    path = save_layer(layer, tmp_path / "in.gpkg")
    systems._forget()
    algorithm = QgsApplication.processingRegistry().createAlgorithmById("urbanrenewal:fixcoordinates")
    values = {"INPUT": str(path), "FROM": "gcj02", "TARGET_CRS": "EPSG:32648", "OUTPUT": str(tmp_path / "out.gpkg")}
    context, feedback = QgsProcessingContext(), QgsProcessingFeedback()
    assert algorithm.prepare(values, context, feedback)
    ready, go = threading.Event(), threading.Event()

    def work():
        algorithm.runPrepared(values, context, feedback)
        ready.set()
        go.wait(20)

    thread = threading.Thread(target=work)
    context.pushToThread(None)
    thread.start()
    assert ready.wait(60), feedback.textLog()
    loaded = QgsVectorLayer(str(tmp_path / "out.gpkg"), "out", "ogr")
    assert loaded.crs().toWkt()
    go.set()
    thread.join()
    time.sleep(0.3)
    assert loaded.crs().authid() == "EPSG:32648"
    assert loaded.crs().toWkt()
    assert QgsVectorLayer(str(tmp_path / "out.gpkg"), "again", "ogr").crs().toWkt()
