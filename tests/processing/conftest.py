"""Fixtures for tests that run real algorithms on real layers in a real QGIS (pytest-qgis starts it)."""

import json
from pathlib import Path

import pytest
from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsFeature,
    QgsField,
    QgsGeometry,
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProject,
    QgsVectorFileWriter,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import QMetaType

TEXTS = {"title": {"zh": "回声", "en": "Echo"}, "summary": {}, "parameters": {}, "outputs": {}}
TYPES = {
    int: QMetaType.Type.LongLong,
    float: QMetaType.Type.Double,
    str: QMetaType.Type.QString,
    bool: QMetaType.Type.Bool,
}


@pytest.fixture(scope="session")
def provider(as_provider):
    """The registered provider `urbanrenewal`."""
    from urban_renewal.processing.provider import RenewalProvider

    with as_provider(RenewalProvider) as made:
        yield made


@pytest.fixture
def project(qgis_app):
    """An empty project, emptied again."""
    QgsProject.instance().clear()
    yield QgsProject.instance()
    QgsProject.instance().clear()


@pytest.fixture
def make_layer(qgis_app):
    """Draw a memory layer: rows of (WKT or None, {field: value}), field types taken from the values."""

    def build(rows, kind="Polygon", crs="EPSG:4545", name="layer", types=None):
        layer = QgsVectorLayer(f"{kind}?crs={crs}" if crs else kind, name, "memory")
        if not crs:
            layer.setCrs(QgsCoordinateReferenceSystem())
        types = dict(types or {})
        for _, values in rows:
            for field, value in values.items():
                if value is not None:
                    types.setdefault(field, type(value))
        fields = [field for _, values in rows for field in values]
        names = list(dict.fromkeys([*types, *fields]))
        layer.dataProvider().addAttributes([QgsField(item, TYPES[types.get(item, str)]) for item in names])
        layer.updateFields()
        for wkt, values in rows:
            feature = QgsFeature(layer.fields())
            for field, value in values.items():
                feature[field] = value
            if wkt:
                feature.setGeometry(QgsGeometry.fromWkt(wkt))
            assert layer.dataProvider().addFeature(feature)
        layer.updateExtents()
        return layer

    return build


@pytest.fixture
def save_layer(qgis_app):
    """Write a layer to a file and return the path (with |layername= for a table of a GeoPackage)."""

    def save(layer, path, table=None, **options):
        settings = QgsVectorFileWriter.SaveVectorOptions()
        settings.driverName = QgsVectorFileWriter.driverForExtension(Path(path).suffix)
        settings.layerName = table or Path(path).stem
        settings.fileEncoding = options.get("encoding", "UTF-8")
        if Path(path).exists() and table:
            settings.actionOnExistingFile = QgsVectorFileWriter.ActionOnExistingFile.CreateOrOverwriteLayer
        error = QgsVectorFileWriter.writeAsVectorFormatV3(
            layer, str(path), QgsProject.instance().transformContext(), settings
        )
        assert error[0] == QgsVectorFileWriter.WriterError.NoError, error
        return f"{path}|layername={table}" if table else str(path)

    return save


@pytest.fixture
def run_algorithm(provider):
    """Run an algorithm by id as the Toolbox does, and return (results, context, log lines)."""
    import processing

    def run(algorithm, parameters, feedback=None, context=None):
        name = algorithm if not isinstance(algorithm, str) or ":" in algorithm else f"urbanrenewal:{algorithm}"
        context = context or QgsProcessingContext()
        context.setProject(QgsProject.instance())
        feedback = feedback or QgsProcessingFeedback(False)
        results = processing.run(name, parameters, context=context, feedback=feedback)
        return results, context, feedback

    return run


@pytest.fixture
def rows_of(qgis_app):
    """Return a layer's rows as dictionaries, NULL as None, without fid."""
    from urban_renewal.processing.intake.reading import plain_value

    def rows(source):
        layer = source if isinstance(source, QgsVectorLayer) else QgsVectorLayer(str(source), "rows", "ogr")
        assert layer.isValid(), source
        names = [item.name() for item in layer.fields() if item.name().lower() != "fid"]
        return [{name: plain_value(feature[name]) for name in names} for feature in layer.getFeatures()]

    return rows


@pytest.fixture
def read_json():
    """Read a JSON file."""
    return lambda path: json.loads(Path(path).read_text(encoding="utf-8"))


@pytest.fixture
def echo(qgis_app, monkeypatch):
    """A small algorithm on the real base: people of a parcel = its area in thousands; to try the boundary with."""
    from urban_renewal.core import frames, schema
    from urban_renewal.processing import texts
    from urban_renewal.processing.base import RenewalAlgorithm
    from urban_renewal.processing.results import Output, Results
    from urban_renewal.processing.toolbox import parameters as declare

    monkeypatch.setattr(texts, "help_of", lambda name: TEXTS)
    monkeypatch.setattr(texts, "title", lambda name: name)
    monkeypatch.setattr(texts, "group_title", lambda name: name)
    monkeypatch.setattr(texts, "short_help", lambda name: "")

    class Echo(RenewalAlgorithm):
        ID, GROUP = "echo", "prepare"
        ROLES = (
            declare.RoleUse("PARCELS", "PARCELS", fields=("parcel_id",), carry=True),
            declare.RoleUse("BUILDINGS", "BUILDINGS", optional=True, needs=("year",)),
        )
        during = staticmethod(lambda inputs, run: None)  # a test may do something in the middle of the work

        def definitions(self):
            for use in self.ROLES:
                yield from use.definitions()
            yield declare.sink("OUTPUT", "polygon")
            yield declare.sink("SECOND", "polygon", optional=True)
            yield declare.sink("LEFT_OUT", "none", optional=True)

        def compute(self, inputs, run):
            parcels = inputs.table("PARCELS")
            type(self).during(inputs, run)
            run.progress(0.5)
            table = schema.table("parcel_people")
            frame = parcels[["parcel_id", "geometry"]].copy()
            frame["pop"] = [shape.area / 1000 for shape in frame["geometry"]]
            people = frames.conform(frame, table)
            return Results({"OUTPUT": Output(people, table, carry="PARCELS"), "SECOND": Output(people, table)})

    def make(during=None):
        if during is not None:
            Echo.during = staticmethod(during)
        return Echo().create()

    return make
