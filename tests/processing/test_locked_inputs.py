"""A GeoPackage that another program keeps to itself: one sentence, soon, however many tables of it are asked for."""

import sqlite3
import time
from contextlib import closing

import pytest
from qgis.core import QgsProcessingContext, QgsProcessingException, QgsProject, QgsVectorFileWriter, QgsVectorLayer

SQUARE = "POLYGON((0 0,100 0,100 100,0 100,0 0))"


@pytest.fixture
def package(make_layer, tmp_path):
    path = tmp_path / "城区.gpkg"
    QgsVectorFileWriter.writeAsVectorFormatV3(
        make_layer([(SQUARE, {"parcel_id": "a"})]), str(path), QgsProject.instance().transformContext(),
        QgsVectorFileWriter.SaveVectorOptions(),
    )  # fmt: skip
    return path


@pytest.fixture
def kept_by_another(package):
    with closing(sqlite3.connect(package, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        yield other
        other.execute("ROLLBACK")


def test_it_is_refused_by_one_sentence_and_soon(run_algorithm, echo, package, kept_by_another, tmp_path):
    began = time.monotonic()
    algorithm = echo()
    values = {"PARCELS": str(package), "OUTPUT": str(tmp_path / "out.gpkg")}
    sources = [algorithm.parameterDefinition(name) for name in ("PARCELS", "BUILDINGS")]
    # qgis_process asks each parameter, before the algorithm is asked: QGIS would wait 5 s for each
    assert all(source.checkValueIsAcceptable(str(package), QgsProcessingContext()) for source in sources)
    good, sentence = algorithm.checkParameterValues(values, QgsProcessingContext())
    assert not good and "城区.gpkg" in sentence and "锁定" in sentence
    with pytest.raises(QgsProcessingException, match="锁定"):
        run_algorithm(echo(), values)
    assert time.monotonic() - began < 5
    assert [path.name for path in tmp_path.iterdir()] == [package.name]


def test_a_layer_of_the_project_is_refused_as_well(run_algorithm, echo, package, qgis_new_project):
    layer = QgsVectorLayer(str(package), "城区", "ogr")
    QgsProject.instance().addMapLayer(layer)
    with closing(sqlite3.connect(package, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(QgsProcessingException, match="锁定"):
            run_algorithm(echo(), {"PARCELS": layer, "OUTPUT": "memory:"})
    run_algorithm(echo(), {"PARCELS": layer, "OUTPUT": "memory:"})  # the lock is gone: it is read at once


def test_one_that_is_only_being_saved_is_waited_for(run_algorithm, echo, package):
    """Another program's commit is over within two seconds."""
    import threading

    other = sqlite3.connect(package, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN EXCLUSIVE")
    over = threading.Timer(0.6, lambda: other.execute("ROLLBACK"))
    over.start()
    run_algorithm(echo(), {"PARCELS": str(package), "OUTPUT": "memory:"})
    over.join()
    other.close()
