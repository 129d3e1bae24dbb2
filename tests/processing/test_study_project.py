"""The steps of a study read what the project said of its layers as it began, whatever becomes of the project."""

import json
import threading

import pytest
from osgeo import gdal
from qgis.core import (
    QgsApplication,
    QgsCoordinateReferenceSystem,
    QgsFeatureRequest,
    QgsProcessingAlgRunnerTask,
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProject,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import QTimer

COUNTED = {"tagged", "gap_detail", "gap_summary", "facility_load", "zones", "members"}


@pytest.fixture(scope="module")
def city(make_city):
    """The sample city with 200 parcels."""
    return make_city(200, 11)


def table(city, name):
    return QgsVectorLayer(f"{city / 'sample.gpkg'}|layername={name}", name, "ogr")


@pytest.fixture(scope="module")
def inputs(city, few_inputs):
    """What the study is given, with the folder that it writes."""
    choices = {"AS_OF": "2025-12-31", "KINDS": ["kgar", "eday"], "FORMATS": ["gpkg"]}
    return lambda folder: {**few_inputs(city), **choices, "FOLDER": str(folder)}


def contents(folder):
    """Return the fingerprints of the tables that the steps count."""
    entries = json.loads((folder / "manifest.json").read_text("utf-8"))["tables"]
    found = {entry["layer"]: entry["content"] for entry in entries if entry["layer"] in COUNTED}
    assert found.keys() == COUNTED
    return found


@pytest.fixture(scope="module")
def known(inputs, tmp_path_factory):
    """What the study finds from the files of the city."""
    import processing

    folder = tmp_path_factory.mktemp("known") / "delivery"
    processing.run("urbanrenewal:fullstudy", inputs(folder))
    return contents(folder)


@pytest.fixture
def told_by_project(city, tmp_path, project, save_layer):
    """Layers whose files tell neither system nor what their columns are: only the project does."""
    system = table(city, "parcels").crs()
    for table_name, field, name in (("facilities", "kind", "f1"), ("communities", "pop", "f2")):
        copy = table(city, table_name).materialize(QgsFeatureRequest())
        assert copy.dataProvider().renameAttributes({copy.fields().lookupField(field): name})
        copy.updateFields()
        copy.setCrs(QgsCoordinateReferenceSystem())
        save_layer(copy, tmp_path / "own.gpkg", table_name)
    layers = {}
    for role, name, field, heading in (
        ("FACILITIES", "facilities", "f1", "设施类型"),
        ("POPULATION", "communities", "f2", "常住人口"),
        ("COMMUNITIES", "communities", "f2", ""),  # the same table, in other words
    ):
        layer = QgsVectorLayer(f"{tmp_path / 'own.gpkg'}|layername={name}", f"本院{role}", "ogr")
        assert not layer.crs().isValid() or layer.crs().authid() != system.authid()
        layer.setCrs(system)
        layer.setFieldAlias(layer.fields().lookupField(field), heading)
        layers[role] = layer
    layers["PARCELS"] = table(city, "parcels")
    project.addMapLayers(list(layers.values()))
    return layers


class Meddling(QgsProcessingFeedback):
    """Does something to the project as the first step begins."""

    def __init__(self, meddle):
        super().__init__(False)
        self._meddle = meddle

    def setProgressText(self, text):
        meddle, self._meddle = self._meddle, None
        if meddle is not None:
            meddle()


def hide_half(layers):
    for layer in layers.values():
        assert layer.setSubsetString("fid % 2 = 0")


def mislead(layers):
    for layer in layers.values():
        layer.setCrs(QgsCoordinateReferenceSystem("EPSG:4326"))
        for place in range(layer.fields().count()):
            layer.setFieldAlias(place, "")


MEDDLE = {"leaves": lambda layers: None, "closes": lambda layers: QgsProject.instance().clear(), "filters": hide_half,
          "misleads": mislead}  # fmt: skip


@pytest.mark.parametrize("does", sorted(MEDDLE))
def test_a_study_counts_what_the_project_had_as_it_began(
    does, inputs, known, told_by_project, tmp_path, run_algorithm
):  # fmt: skip
    folder = tmp_path / "out"
    given = {**inputs(folder), **{role: layer.id() for role, layer in told_by_project.items()}}
    run_algorithm("fullstudy", given, feedback=Meddling(lambda: MEDDLE[does](told_by_project)))
    assert contents(folder) == known
    runs = json.loads((folder / "manifest.json").read_text("utf-8"))["runs"]
    named = {(run["id"], item["role"]): item["layer"] for run in runs for item in run["inputs"]}
    assert named["allocatepopulation", "POPULATION"] == "本院POPULATION"
    assert named["facilitygap", "COMMUNITIES"] == "本院COMMUNITIES"


def test_no_step_of_a_study_in_the_background_looks_into_the_project(
    city, inputs, known, told_by_project, tmp_path, project, qtbot, monkeypatch
):  # fmt: skip
    """The project belongs to the window, which adds and takes away layers meanwhile: to walk its store kills QGIS."""
    from urban_renewal.processing.layers import snapshot

    seen, find = set(), snapshot.find_layer

    def watched(value, context, hint):
        seen.add((threading.get_ident() == window, context.project() is not None))
        return find(value, context, hint)

    window = threading.get_ident()
    monkeypatch.setattr(snapshot, "find_layer", watched)
    context, folder = QgsProcessingContext(), tmp_path / "out"
    context.setProject(project)
    values = {**inputs(folder), **{role: layer.id() for role, layer in told_by_project.items()}}
    algorithm = QgsApplication.processingRegistry().createAlgorithmById("urbanrenewal:fullstudy")
    feedback = QgsProcessingFeedback(False)
    task = QgsProcessingAlgRunnerTask(algorithm, values, context, feedback)
    timer = QTimer()
    timer.timeout.connect(lambda: project.removeMapLayer(project.addMapLayer(table(city, "roads")).id()))
    timer.start(5)
    with qtbot.waitSignal(task.executed, timeout=120_000) as signal:
        QgsApplication.taskManager().addTask(task)
    timer.stop()
    assert signal.args[0], feedback.textLog()
    assert contents(folder) == known
    assert seen == {(True, True), (False, False)}


def test_heights_that_are_a_table_of_a_geopackage_reach_every_step(city, inputs, known, tmp_path, run_algorithm):
    """They have no file of their own: the steps were given “None”."""
    dem = gdal.Open(str(city / "dem.tif"))
    options = ["RASTER_TABLE=heights", "TILE_FORMAT=TIFF"]
    gdal.Translate(str(tmp_path / "ground.gpkg"), dem, format="GPKG", creationOptions=options)
    del dem
    source = f"GPKG:{tmp_path / 'ground.gpkg'}:heights"
    run_algorithm("fullstudy", {**inputs(tmp_path / "out"), "DEM": source})
    assert contents(tmp_path / "out") == known
