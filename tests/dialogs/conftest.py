"""Fixtures for the Workbench: a window, an empty project, a provider with small stand-ins for the long algorithms."""

import threading
import time
from pathlib import Path
from typing import ClassVar

import pytest
from qgis.core import (
    QgsFeature,
    QgsGeometry,
    QgsProcessingAlgorithm,
    QgsProcessingException,
    QgsProcessingOutputString,
    QgsProcessingParameterFeatureSource,
    QgsProcessingParameterFolderDestination,
    QgsProcessingParameterRasterLayer,
    QgsProcessingParameterString,
    QgsProcessingProvider,
    QgsProject,
    QgsVectorFileWriter,
    QgsVectorLayer,
)
from urban_renewal.core.words import say

from .panels import explore, gaps, real_dock, review, study  # noqa: F401 — fixtures
from .windows import language, root, scale, workbook  # noqa: F401 — fixtures

BOX = "POLYGON((0 0, 100 0, 100 100, 0 100, 0 0))"
SAMPLE = {  # table → (geometry and fields, WKT, values)
    "parcels": ("Polygon?crs=EPSG:4545&field=parcel_id:string&field=land_use:string", BOX, ["P1", "0701"]),
    "facilities": (
        "Point?crs=EPSG:4545&field=facility_id:string&field=kind:string&field=capacity:double", "POINT(5 5)",
        ["F1", "kgar", 90.0],
    ),
    "population": ("Polygon?crs=EPSG:4545&field=community_id:string&field=pop:double&field=pop_60:double", BOX,
                   ["C1", 900.0, 200.0]),
    "roads": ("LineString?crs=EPSG:4545&field=highway:string", "LINESTRING(0 0, 100 100)", ["residential"]),
    "stations": ("Point?crs=EPSG:4545&field=station_id:string&field=name:string", "POINT(50 50)", ["S1", "七星岗"]),
}  # fmt: skip
DELIVERY = {
    "tagged": (
        ("Polygon?crs=EPSG:4545&field=parcel_id:string&field=tag:string&field=tag_level:string"
         "&field=tag_score:double&field=pop:double&field=rules_id:string"),
        BOX, ["P1", "old_compound", "suspected", 0.55, 900.0, "chongqing"],
    ),
    "zones": (
        ("Polygon?crs=EPSG:4545&field=zone_id:string&field=name:string&field=area_m2:double&field=petals_n:integer"
         "&field=people:double"), BOX, ["Z1", "七星岗", 20000.0, 3, 900.0],
    ),
}  # fmt: skip


def write_tables(path, tables):
    """Write one-row tables into a GeoPackage."""
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    for place, (name, (source, wkt, values)) in enumerate(tables.items()):
        layer = QgsVectorLayer(source, name, "memory")
        feature = QgsFeature(layer.fields())
        feature.setAttributes(values)
        feature.setGeometry(QgsGeometry.fromWkt(wkt))
        assert layer.dataProvider().addFeature(feature)
        options = QgsVectorFileWriter.SaveVectorOptions()
        options.driverName, options.layerName = "GPKG", name
        if place:
            options.actionOnExistingFile = QgsVectorFileWriter.ActionOnExistingFile.CreateOrOverwriteLayer
        context = QgsProject.instance().transformContext()
        error = QgsVectorFileWriter.writeAsVectorFormatV3(layer, str(path), context, options)
        assert error[0] == QgsVectorFileWriter.WriterError.NoError, error


RAN = []  # (name, parameters) of the algorithms of single steps, in the order in which they ran


class StandIn(QgsProcessingAlgorithm):
    """An algorithm that does what the test says: `during(values, feedback, folder)` runs in the worker thread."""

    NAME, ROLES = "", ()
    during = staticmethod(lambda values, feedback, folder: None)
    calls: ClassVar[list] = []

    def name(self):
        return self.NAME

    def displayName(self):
        return self.NAME

    def createInstance(self):
        return type(self)()

    def initAlgorithm(self, configuration=None):
        for role in self.ROLES:
            self.addParameter(QgsProcessingParameterFeatureSource(role, role, optional=role in ("BUILDINGS",)))
        if self.ROLES:
            self.addParameter(QgsProcessingParameterRasterLayer("DEM", "DEM", optional=True))
        for name in ("LANGUAGE", "RULES"):
            self.addParameter(QgsProcessingParameterString(name, name, optional=True))
        self.addParameter(QgsProcessingParameterFolderDestination("FOLDER", "FOLDER"))
        for name in ("GPKG", "DEM_FILE"):
            self.addOutput(QgsProcessingOutputString(name, name))

    def processAlgorithm(self, values, context, feedback):
        type(self).calls.append(dict(values))
        folder = Path(values["FOLDER"])
        return {"FOLDER": str(folder), **(type(self).during(values, feedback, folder) or {})}


class CreateSample(StandIn):
    """Stands in for createsample."""

    NAME = "createsample"


class FullStudy(StandIn):
    """Stands in for fullstudy."""

    NAME = "fullstudy"
    ROLES = ("PARCELS", "BUILDINGS", "FACILITIES", "POPULATION", "ROADS", "STATIONS")


class Small(StandIn):
    """Stands in for an algorithm of a step: takes everything, writes an empty file for each output."""

    OUTPUTS = ("ISSUES", "OUTPUT", "BUILDING_PEOPLE", "LEFT_OUT", "EDGES", "FINDINGS")

    def initAlgorithm(self, configuration=None):
        for name in ("PARCELS", "POPULATION", "ROADS", "LANGUAGE", *self.OUTPUTS):
            self.addParameter(QgsProcessingParameterString(name, name, optional=True))

    def processAlgorithm(self, values, context, feedback):
        RAN.append((self.NAME, dict(values)))
        for name in self.OUTPUTS:
            if values.get(name):
                Path(values[name]).write_bytes(b"")
        return {}


def others():
    """Make the stand-ins of the single steps."""
    from urban_renewal.dialogs.study.steps import STEPS

    names = [name for step in STEPS for name in step.algorithms]
    return [type(name, (Small,), {"NAME": name})() for name in names]


class Provider(QgsProcessingProvider):
    """The provider's id with the stand-ins."""

    def id(self):
        return "urbanrenewal"

    name = id

    def loadAlgorithms(self):
        for kind in (CreateSample, FullStudy):
            self.addAlgorithm(kind())
        for algorithm in others():
            self.addAlgorithm(algorithm)


def make_sample(values, feedback, folder):
    write_tables(folder / "sample.gpkg", SAMPLE)
    return {"GPKG": str(folder / "sample.gpkg")}


def make_delivery(values, feedback, folder):
    """Announce the steps as the real study does, leave a delivery."""
    feedback.setProgressText(say("study_step", values.get("LANGUAGE") or "en", number=1, of=1, title="x"))
    feedback.setProgress(50)
    write_tables(folder / "data.gpkg", DELIVERY)
    (folder / "report.html").write_text("<p>ok</p>", encoding="utf-8")


def fail(values, feedback, folder):
    raise QgsProcessingException("Facilities: 2 rows without a kind.")


class Patient:
    """Work that goes on until it is cancelled, and says when it began and stopped."""

    def __init__(self):
        self.began, self.stopped = threading.Event(), threading.Event()

    def __call__(self, values, feedback, folder):
        feedback.setProgress(30)
        self.began.set()
        until = time.monotonic() + 20
        while not feedback.isCanceled() and time.monotonic() < until:
            time.sleep(0.02)
        self.stopped.set()
        raise QgsProcessingException("cancelled")


@pytest.fixture
def stand_ins(as_provider, monkeypatch):
    """The registered stand-ins by name; tests set their `during`."""
    for kind, during in ((CreateSample, make_sample), (FullStudy, make_delivery)):
        monkeypatch.setattr(kind, "during", staticmethod(during))
        monkeypatch.setattr(kind, "calls", [])
    RAN.clear()
    with as_provider(Provider):
        yield {"createsample": CreateSample, "fullstudy": FullStudy, "ran": RAN}


@pytest.fixture
def dock(qgis_iface, qtbot, project, stand_ins):
    """The dock in a window of its own, closed down afterwards."""
    from urban_renewal.dialogs.workbench.dock import RenewalDock

    made = RenewalDock(qgis_iface)
    made.setFloating(True)
    made.resize(390, 900)
    made.show()
    qtbot.addWidget(made)
    yield made
    made.close_down()


@pytest.fixture
def click(qtbot):
    """Click a button with the mouse."""
    from qgis.PyQt.QtCore import Qt

    def press(button):
        assert button.isEnabled(), button.text()
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)

    return press


@pytest.fixture
def patient():
    """Work that waits for Cancel."""
    return Patient()


@pytest.fixture
def load_inputs(project, tmp_path):
    """Put the sample's layers into the project."""

    def load(*leave_out):
        write_tables(tmp_path / "in.gpkg", SAMPLE)
        for name in SAMPLE:
            if name not in leave_out:
                project.addMapLayer(QgsVectorLayer(f"{tmp_path}/in.gpkg|layername={name}", name, "ogr"))

    return load


def town(side=9, block=100.0, street=12.0):
    """Return a made-up town: side × side parcels with a house each, streets around them, a station in the middle."""
    rows = {name: [] for name in ("parcels", "buildings", "roads", "facilities")}
    lows = [n * (block + street) + street for n in range(side)]
    ends = [6.0, *(low + block + 6 for low in lows)]
    for x, left in enumerate(lows):
        for y, low in enumerate(lows):
            rows["parcels"].append((box(left, low, block), [f"P{x}{y}", "0701", "国有"]))
            rows["buildings"].append((box(left + 20, low + 20, 60), [f"B{x}{y}", "1985", 6, "住宅", "砖混", "无"]))
    for x in ends:  # roads meet where they share a vertex
        rows["roads"].append(("LINESTRING(" + ", ".join(f"{x} {y}" for y in ends) + ")", ["residential"]))
    for y in ends:
        rows["roads"].append(("LINESTRING(" + ", ".join(f"{x} {y}" for x in ends) + ")", ["residential"]))
    for n, (kind, unit) in enumerate((("eday", "m2"), ("nurs", "place"), ("kgar", "place"))):
        rows["facilities"].append((f"POINT({ends[n + 2]} 300)", [f"F{n}", kind, 60.0, unit, "现状"]))
    rows["population"] = [(box(0, 0, ends[-1]), ["C1", "七星岗社区", 9000.0, 270.0, 300.0, 2000.0])]
    rows["communities"] = [(box(0, 0, ends[-1]), ["C1", "七星岗社区"])]
    rows["stations"] = [(f"POINT({ends[side // 2 + 1]} {ends[side // 2]})", ["S1", "七星岗"])]
    return rows


def box(left, low, size):
    right, top = left + size, low + size
    return f"POLYGON(({left} {low}, {right} {low}, {right} {top}, {left} {top}, {left} {low}))"


TOWN = {
    "parcels": "Polygon?crs=EPSG:4545&field=parcel_id:string&field=land_use:string&field=ownership:string",
    "buildings": "Polygon?crs=EPSG:4545&field=building_id:string&field=year:string&field=floors:integer"
    "&field=use:string&field=structure:string&field=lift:string",
    "roads": "LineString?crs=EPSG:4545&field=highway:string",
    "facilities": "Point?crs=EPSG:4545&field=facility_id:string&field=kind:string&field=capacity:double"
    "&field=unit:string&field=status:string",
    "population": "Polygon?crs=EPSG:4545&field=community_id:string&field=name:string&field=pop:double"
    "&field=pop_0_2:double&field=pop_3_5:double&field=pop_60:double",
    "communities": "Polygon?crs=EPSG:4545&field=community_id:string&field=name:string",
    "stations": "Point?crs=EPSG:4545&field=station_id:string&field=name:string",
}


@pytest.fixture
def load_town(project):
    """Put the made-up town into the project as memory layers; 500 000 m east of the zone's edge, 3 270 km north."""

    def load():
        for name, rows in town().items():
            layer = QgsVectorLayer(TOWN[name], name, "memory")
            for wkt, values in rows:
                feature = QgsFeature(layer.fields())
                feature.setAttributes(values)
                shape = QgsGeometry.fromWkt(wkt)
                shape.translate(500000.0, 3270000.0)
                feature.setGeometry(shape)
                assert layer.dataProvider().addFeature(feature)
            layer.updateExtents()
            project.addMapLayer(layer)

    return load
