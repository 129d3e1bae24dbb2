"""Questions asked by clicking on the walk network, on a line of three edges counted by hand."""

import pytest
from qgis.core import QgsFeature, QgsGeometry, QgsProject, QgsVectorFileWriter, QgsVectorLayer

# A 120 m street east, B 60 m of stairs north (10 m up), C 120 m street east; an elder walks 1 m in 1 s on streets,
# the stairs take 100 s up and 80 s down
EDGES = (
    ("A", "n1", "n2", "street", 120.0, 0.0, 0.0, 120000, 120000, "LINESTRING(0 0, 120 0)"),
    ("B", "n2", "n3", "stairs", 60.0, 0.0, 10.0, 100000, 80000, "LINESTRING(120 0, 120 60)"),
    ("C", "n3", "n4", "street", 120.0, 10.0, 10.0, 120000, 120000, "LINESTRING(120 60, 240 60)"),
)


def write_edges(path, x=0.0, y=0.0):
    fields = "field=edge_id:string&field=from_node:string&field=to_node:string&field=kind:string&field=length_m:double"
    more = "&field=z_from_m:double&field=z_to_m:double&field=elder_fwd_ms:integer&field=elder_back_ms:integer"
    layer = QgsVectorLayer(f"LineString?crs=EPSG:4545&{fields}{more}", "edges", "memory")
    for *values, wkt in EDGES:
        feature = QgsFeature(layer.fields())
        feature.setAttributes(values)
        shape = QgsGeometry.fromWkt(wkt)
        shape.translate(x, y)
        feature.setGeometry(shape)
        assert layer.dataProvider().addFeature(feature)
    options = QgsVectorFileWriter.SaveVectorOptions()
    options.driverName, options.layerName = "GPKG", "edges"
    error = QgsVectorFileWriter.writeAsVectorFormatV3(
        layer, str(path), QgsProject.instance().transformContext(), options
    )
    assert error[0] == QgsVectorFileWriter.WriterError.NoError, error


@pytest.fixture
def ground(qgis_app, tmp_path):
    from urban_renewal.dialogs.explore.walk_ground import read_ground

    write_edges(tmp_path / "edges.gpkg")
    return read_ground(str(tmp_path / "edges.gpkg"))


def test_reach_up_the_stairs(ground):
    """From the street's start: A ends at 120 s, B at 220 s, C at 340 s."""
    from urban_renewal.dialogs.explore.walk_ground import reach_from

    found = reach_from(ground, 0.0, 0.0, "elder", 5.0)
    assert [round(60 * item) for item in found.minutes] == [120, 220]
    assert found.kinds == ["street", "stairs"]
    assert len(reach_from(ground, 0.0, 0.0, "elder", 6.0).lines) == 3


def test_reach_from_nowhere(ground):
    from urban_renewal.dialogs.explore.walk_ground import reach_from

    assert not reach_from(ground, 0.0, 5000.0, "elder", 5.0).is_joined


def test_profile_of_the_way(ground):
    """60 m street at 0 m, 60 m stairs up to 10 m, 60 m street: after one minute the stairs begin, after two 36 m of
    them are walked, after three 140 s in all … 220 s: 0.6 m/s on the stairs, 1 m/s on the street.
    """
    from urban_renewal.dialogs.explore.walk_ground import way_to

    way = way_to(ground, (60.0, 0.0), [(180.0, 60.0)], "elder")
    assert way.heights == (
        (0.0, 0.0, "street"),
        (60.0, 0.0, "street"),
        (120.0, 10.0, "stairs"),
        (180.0, 10.0, "street"),
    )
    assert way.minutes == pytest.approx((60.0, 96.0, 140.0))
    assert way.steps_n == 67  # 10 m by 0.15 m a step


def test_way_with_stairs_and_climb(ground):
    """From 60 m along A to 60 m along C: 60 + 100 + 60 s there, 60 + 80 + 60 s back."""
    from urban_renewal.dialogs.explore.walk_ground import way_to

    way = way_to(ground, (60.0, 0.0), [(180.0, 60.0)], "elder")
    assert (way.there_s, way.back_s) == (220.0, 200.0)
    assert (way.length_m, way.stairs_m, way.climb_m, way.drop_m) == (180.0, 60.0, 10.0, 0.0)
    coordinates = list(dict.fromkeys(way.line.coords))
    assert coordinates == [(60.0, 0.0), (120.0, 0.0), (120.0, 60.0), (180.0, 60.0)]
    assert [list(line.coords) for line in way.stairs] == [[(120.0, 0.0), (120.0, 60.0)]]


def test_way_down_is_turned_round(ground):
    from urban_renewal.dialogs.explore.walk_ground import way_to

    way = way_to(ground, (180.0, 60.0), [(60.0, 0.0)], "elder")
    assert way.drop_m == 10.0
    assert list(dict.fromkeys(way.line.coords))[-1] == (60.0, 0.0)


def test_nearest_of_several_points(ground):
    from urban_renewal.dialogs.explore.walk_ground import way_to

    assert way_to(ground, (60.0, 0.0), [(180.0, 60.0), (20.0, 0.0)], "elder").there_s == 40.0
