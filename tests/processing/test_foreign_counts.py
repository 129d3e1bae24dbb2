"""GeoPackages of other programs that keep no count: QGIS takes the highest fid for it once there are 100,000 rows."""

import sqlite3
from contextlib import closing

import pytest
from qgis.core import QgsProcessingContext, QgsProcessingFeatureSourceDefinition, QgsVectorLayer
from urban_renewal.core.run import Run
from urban_renewal.processing.intake import reading
from urban_renewal.processing.layers.snapshot import take_vector

ROWS, KEPT = 128_000, 109_714  # every seventh row was deleted


@pytest.fixture
def foreign(tmp_path, make_layer, save_layer):
    """Parcels as another program wrote them: no gpkg_ogr_contents, no triggers, rows deleted in between."""
    path = tmp_path / "foreign.gpkg"
    rows = [("POINT(0 0)", {"id": str(number % 9)}) for number in range(125)]
    save_layer(make_layer(rows, "Point", name="dltb"), path, table="dltb")
    with closing(sqlite3.connect(path)) as base:
        for (name,) in base.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            base.execute(f'DROP TRIGGER "{name}"')
        base.execute("DROP TABLE gpkg_ogr_contents")
        geometry = base.execute("SELECT column_name FROM gpkg_geometry_columns").fetchone()[0]
        for _ in range(10):
            base.execute(f'INSERT INTO dltb ("{geometry}", id) SELECT "{geometry}", id FROM dltb')
        base.execute("DELETE FROM dltb WHERE fid % 7 = 3")
        base.commit()
        assert base.execute("SELECT count(*), max(fid) FROM dltb").fetchone() == (KEPT, ROWS)
    return f"{path}|layername=dltb"


def test_rows_are_counted_when_they_are_read(foreign):
    assert QgsVectorLayer(foreign, "x", "ogr").featureCount() == ROWS  # what QGIS says
    snapshot = take_vector("PARCELS", foreign, QgsProcessingContext())
    cells, shapes = reading.read_cells(snapshot, ["id"], True, Run())
    assert (len(cells["id"]), len(shapes), snapshot.count) == (KEPT, KEPT, KEPT)


def test_feature_by_feature_too(foreign):
    """A filter lies between, so that the file cannot be asked: what comes is all there is."""
    layer = QgsVectorLayer(foreign, "x", "ogr")
    layer.startEditing()
    snapshot = take_vector("PARCELS", layer, QgsProcessingContext())
    assert len(reading.read_cells(snapshot, ["id"], False, Run())[0]["id"]) == KEPT
    layer.rollBack()


def test_a_filter_is_counted_as_ever(foreign):
    value = QgsProcessingFeatureSourceDefinition(foreign, filterExpression="id = '3'")
    context = QgsProcessingContext()  # the filter is read by it
    snapshot = take_vector("PARCELS", value, context)
    assert snapshot.count == len(reading.read_cells(snapshot, ["id"], False, Run())[0]["id"]) > 0
