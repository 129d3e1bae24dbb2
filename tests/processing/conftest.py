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

FEW = {
    "PARCELS": "parcels", "BUILDINGS": "buildings", "FACILITIES": "facilities", "CAPACITIES": "capacities",
    "POPULATION": "communities", "COMMUNITIES": "communities", "ROADS": "roads", "STATIONS": "stations",
}  # fmt: skip


@pytest.fixture(scope="session")
def provider(as_provider):
    """The registered provider `urbanrenewal`."""
    from urban_renewal.processing.provider import RenewalProvider

    with as_provider(RenewalProvider) as made:
        yield made


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


@pytest.fixture(scope="module")
def make_city(provider, tmp_path_factory):
    """Make a sample city of so many parcels and return its folder."""
    import processing

    def make(parcels, seed):
        folder = tmp_path_factory.mktemp("city") / "sample"
        processing.run("urbanrenewal:createsample", {"FOLDER": str(folder), "PARCEL_COUNT": parcels, "SEED": seed})
        return folder

    return make


@pytest.fixture(scope="session")
def few_inputs():
    """What a whole study of a sample city needs to find zones and sites: {parameter: source}, of its folder."""
    return lambda city: {
        **{role: f"{city / 'sample.gpkg'}|layername={name}" for role, name in FEW.items()},
        "DEM": str(city / "dem.tif"),
    }


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


@pytest.fixture
def labels_by_feature():
    """Return a function: layer → {fid: legend labels of the rules that draw it}."""

    def look(layer):
        from qgis.core import QgsRenderContext

        context = QgsRenderContext()
        context.setExpressionContext(layer.createExpressionContext())
        renderer = layer.renderer().clone()
        renderer.startRender(context, layer.fields())
        labels = {item.ruleKey(): item.label() for item in renderer.legendSymbolItems()}
        found = {}
        for feature in layer.getFeatures():
            context.expressionContext().setFeature(feature)
            keys = renderer.legendKeysForFeature(feature, context)
            found[feature.id()] = [labels[key] for key in keys if key in labels]
        renderer.stopRender(context)
        return found

    return look


@pytest.fixture
def pdf_text():
    """Return a function: path of a PDF → the text in it, laid out as on the page."""
    import subprocess

    def read(path):
        command = ["pdftotext", "-layout", path, "-"]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout

    return read


BOX = "POLYGON(({x} 0,{y} 0,{y} 10,{x} 10,{x} 0))"


def box(x):
    return BOX.format(x=x, y=x + 10)


@pytest.fixture
def study(make_layer, save_layer, tmp_path):
    """Two zones of a small town, every layer by hand: the parameters of exportzones."""
    parcels = [
        (box(0), {"parcel_id": "A", "tag": "old_compound", "tag_level": "confirmed", "programme": "none",
                  "area_m2": 100.0, "floor_m2": 300.0, "tag_reason": "=1+1 建成于1985年", "secret": "x"}),
        (box(20), {"parcel_id": "B", "tag": "urban_village", "tag_level": "suspected", "programme": "none",
                   "area_m2": 100.0, "floor_m2": 150.5, "tag_reason": "<b>集体</b>", "secret": "y"}),
        (box(40), {"parcel_id": "C", "tag": "none", "tag_level": "none", "programme": "none", "area_m2": 100.0,
                   "floor_m2": None, "tag_reason": None, "secret": None}),
    ]  # fmt: skip
    zones = [
        ("POLYGON((-200 -200,700 -200,700 500,-200 500,-200 -200))",
         {"zone_id": "Z-1", "name": "七星岗", "anchor": "七星岗站", "area_m2": 630000.0, "floor_m2": 100450.5,
          "people": 1234.0, "petals_n": 2, "score": 0.5, "elder_gap": 0.41, "child_gap": 0.2}),
        ("POLYGON((1000 0,1500 0,1500 400,1000 400,1000 0))",
         {"zone_id": "Z-2", "name": "大坪", "anchor": "大坪站", "area_m2": 200000.0, "floor_m2": 50000.0,
          "people": None, "petals_n": 0, "score": 0.25, "elder_gap": None, "child_gap": None}),
    ]  # fmt: skip
    detail = [
        {"parcel_id": "A", "kind": "eday", "need": 10.0, "served": 4.0, "gap": 6.0, "share": 0.4},
        {"parcel_id": "B", "kind": "eday", "need": 10.0, "served": 10.0, "gap": 0.0, "share": 1.0},
    ]
    summary = [
        (box(0), {"community_id": "S1", "name": "人和社区", "kind": "eday", "unit": "m2", "people": 500.0,
                  "need": 100.0, "supply": 20.0, "served": 20.0, "gap": 80.0, "surplus": 0.0}),
        (box(20), {"community_id": "S2", "name": "学坊社区", "kind": "eday", "unit": "m2", "people": 100.0,
                   "need": 40.0, "supply": 40.0, "served": 30.0, "gap": 10.0, "surplus": 10.0}),
    ]  # fmt: skip
    layers = {
        "ZONES": make_layer(zones, name="zones"),
        "MEMBERS": make_layer(
            [(None, {"zone_id": "Z-1", "parcel_id": item, "role": "petal", "reason": "r"}) for item in "AB"],
            kind="None", crs="",
        ),
        "CORES": make_layer([("POINT(100 50)", {"zone_id": "Z-1", "station_id": "1", "name": "七星岗站"})], "Point"),
        "BRANCHES": make_layer(
            [("LINESTRING(100 50,5 5)", {"zone_id": "Z-1", "petal_id": "Z-1-P1", "edge_id": "e1", "kind": "stairs",
                                         "length_m": 105.0, "climb_m": 8.0, "walk_s": 300.0, "people": 20.0})],
            "LineString",
        ),
        "PETALS": make_layer(
            [(box(0), {"zone_id": "Z-1", "petal_id": "Z-1-P1", "tag": "old_compound", "area_m2": 100.0,
                       "floor_m2": 300.0, "walk_s": 300.0}),
             (box(20), {"zone_id": "Z-1", "petal_id": "Z-1-P2", "tag": "urban_village", "area_m2": 100.0,
                        "floor_m2": 150.5, "walk_s": 660.0})]
        ),
        "PARCELS": make_layer(parcels),
        "BUILDINGS": make_layer([(box(1), {"building_id": "b1", "year": "1985", "owner_phone": "139"})]),
        "FACILITIES": make_layer([("POINT(7 7)", {"facility_id": "f1", "kind": "日间照料"})], "Point"),
        "DETAIL": make_layer([(None, row) for row in detail], "None", crs=""),
        "FACILITY_LOAD": make_layer(
            [("POINT(7 7)", {"facility_id": "f1", "kind": "eday", "unit": "m2", "capacity": 14.0, "served": 14.0,
                             "free": 0.0})],
            "Point",
        ),
        "SUMMARY": make_layer(summary),
        "NETWORK": make_layer(
            [("LINESTRING(100 50,5 5)", {"edge_id": "e1", "from_node": "n1", "to_node": "n2", "length_m": 105.0,
                                         "kind": "stairs", "elder_fwd_ms": 262500, "elder_back_ms": 218750})],
            "LineString",
        ),
        "LEFT_OUT": make_layer(
            [(None, {"layer": "PARCELS", "feature_id": "X", "code": "geometry_repaired", "severity": "warning",
                     "message": "修复", "n": 3})],
            "None", crs="",
        ),
    }  # fmt: skip
    given = {name: save_layer(layer, tmp_path / f"{name.lower()}.gpkg") for name, layer in layers.items()}
    return {**given, "LEFT_OUT": [given["LEFT_OUT"]], "FOLDER": str(tmp_path / "交付")}
