"""fixcoordinates as the Toolbox runs it: the published vectors back from both offsets, all kinds of layers."""

import pytest
from qgis.core import QgsProcessingException, QgsVectorLayer, QgsWkbTypes

# place: WGS84, GCJ-02, BD-09 (public algorithm, check values to 1e-6 degrees)
VECTORS = {
    "解放碑": ((106.577000, 29.559000), (106.580688, 29.556113), (106.587165, 29.562267)),
    "观音桥": ((106.532000, 29.574000), (106.535760, 29.571200), (106.542242, 29.577298)),
    "沙坪坝": ((106.457000, 29.556000), (106.460966, 29.553404), (106.467445, 29.559555)),
    "万州": ((108.380000, 30.807000), (108.384580, 30.804728), (108.391035, 30.810814)),
    "永川": ((105.927000, 29.356000), (105.930489, 29.353010), (105.936974, 29.359015)),
}
MICRO = 1.5e-6  # the vectors are rounded to 1e-6 degrees


def layer_of(result, context):
    return context.getMapLayer(result) or QgsVectorLayer(str(result), "result", "ogr")


@pytest.mark.parametrize(("source", "column"), [("gcj02", 1), ("bd09", 2)])
def test_the_published_vectors_come_back(run_algorithm, make_layer, source, column, tmp_path):
    rows = [("POINT({} {})".format(*places[column]), {"名称": name, "n": 3}) for name, places in VECTORS.items()]
    layer = make_layer(rows, "Point", "EPSG:4326")
    out = str(tmp_path / "纠偏.gpkg")
    _, context, _ = run_algorithm("fixcoordinates", {"INPUT": layer, "FROM": source, "OUTPUT": out})
    found = layer_of(out, context)
    assert found.crs().authid() == "EPSG:4490"
    assert [item.name() for item in found.fields()] == ["fid", "名称", "n"]
    assert found.featureCount() == 5
    for feature in found.getFeatures():
        point = feature.geometry().asPoint()
        assert (point.x(), point.y()) == pytest.approx(VECTORS[feature["名称"]][0], abs=MICRO)
        assert feature["n"] == 3


@pytest.mark.parametrize(
    ("kind", "wkt"),
    [
        ("Polygon", "POLYGON(({0} {1}, {2} {3}, {4} {5}, {0} {1}))"),
        ("MultiLineString", "MULTILINESTRING(({0} {1}, {2} {3}))"),
        ("LineStringZ", "LINESTRING Z({0} {1} 231.5, {2} {3} 240)"),
    ],
)
def test_kind_heights_and_empty_rows_stay(run_algorithm, make_layer, kind, wkt):
    """A projected layer: GCJ-02 degrees that somebody has projected to EPSG:4545 go back by the same way."""
    from qgis.core import QgsCoordinateReferenceSystem, QgsCoordinateTransform, QgsGeometry, QgsProject

    known = [VECTORS[name] for name in ("解放碑", "观音桥", "沙坪坝")]
    corners = [number for places in known for number in places[1]]
    true = QgsGeometry.fromWkt(wkt.format(*[number for places in known for number in places[0]]))
    systems = [QgsCoordinateReferenceSystem(name) for name in ("EPSG:4490", "EPSG:4545")]
    there = QgsCoordinateTransform(*systems, QgsProject.instance().transformContext())
    given = QgsGeometry.fromWkt(wkt.format(*corners))
    given.transform(there)
    true.transform(there)
    layer = make_layer([(given.asWkt(6), {"a": "甲"}), (None, {"a": "乙"})], kind)
    wanted = {"INPUT": layer, "FROM": "gcj02", "TARGET_CRS": "EPSG:4545", "OUTPUT": "memory:"}
    results, context, _ = run_algorithm("fixcoordinates", wanted)
    found = results["OUTPUT"] if isinstance(results["OUTPUT"], QgsVectorLayer) else layer_of(results["OUTPUT"], context)
    assert found.wkbType() == layer.wkbType()
    first, second = found.getFeatures()
    assert (first["a"], second["a"]) == ("甲", "乙")
    assert not second.hasGeometry()
    for a, b in zip(first.geometry().vertices(), true.vertices()):
        assert (a.x(), a.y()) == pytest.approx((b.x(), b.y()), abs=0.2)
        if QgsWkbTypes.hasZ(layer.wkbType()):
            assert a.z() == b.z()


def test_places_abroad_stay_and_are_told(run_algorithm, make_layer):
    from qgis.core import QgsProcessingFeedback

    layer = make_layer([("POINT(2.35 48.85)", {"a": 1})], "Point", "EPSG:4326")
    log = QgsProcessingFeedback(False)
    results, context, _ = run_algorithm("fixcoordinates", {"INPUT": layer, "FROM": "gcj02", "OUTPUT": "memory:"}, log)
    found = results["OUTPUT"] if isinstance(results["OUTPUT"], QgsVectorLayer) else layer_of(results["OUTPUT"], context)
    point = next(found.getFeatures()).geometry().asPoint()
    assert (point.x(), point.y()) == pytest.approx((2.35, 48.85), abs=1e-9)
    assert "范围（中国）之外" in log.textLog()


def test_a_table_is_refused(run_algorithm, make_layer):
    layer = make_layer([(None, {"a": 1})], "None", "")
    with pytest.raises(QgsProcessingException, match="没有图形"):
        run_algorithm("fixcoordinates", {"INPUT": layer, "FROM": "gcj02", "OUTPUT": "memory:"})
