"""Styles and metadata that go into a delivery in one transaction are those that QGIS writes table by table."""

import re
import shutil
import sqlite3
from contextlib import closing
from types import SimpleNamespace

import pandas as pd
import pytest
from qgis.core import Qgis, QgsField, QgsFields, QgsVectorLayer
from urban_renewal.core import schema
from urban_renewal.core.delivery.domains import codes_of, domain_of
from urban_renewal.processing.delivery.domains import add_to_geopackage
from urban_renewal.processing.delivery.wardrobe import Undressed, dress_all
from urban_renewal.processing.styling.dressing import Dresser

TABLES = (
    ("zones", "Polygon"),
    ("tagged", "MultiPolygon"),
    ("cores", "Point"),
    ("edges", "LineString"),
    ("findings", ""),
)
RECORD = {"id": "delineatezones", "inputs": [], "title": '<示范区> & "quotes"'}


class Worn:
    """What a Dresser asks of an output."""

    def __init__(self, name):
        self.table, self.hidden = schema.table(name), ("area_m2",) if name == "zones" else ()


def frames_of(name):
    """One row with a code in each column that has a domain."""
    codes = {column.name: domain_of(name, column.name) for column in schema.table(name).columns}
    return pd.DataFrame({
        column: [next(iter(codes_of(domain, "zh"))) if domain else "a"] for column, domain in codes.items()
    })  # fmt: skip


def plain(text):
    """A text without what QGIS makes up anew each time: colours of the elevation profile, ids.

    The numbers behind classes are the delivery's own: what QGIS writes has none.
    """
    text = re.sub(r"<elevation.*?</elevation>", "", text, flags=re.DOTALL)
    text = re.sub(r"  [\d,]+(?=\"|</se:)", "", text)
    return re.sub(r"\{[0-9a-f-]{36}\}", "{}", text)


def rows(path):
    """What the tables of styles and metadata hold, table by table."""
    with closing(sqlite3.connect(path)) as base:
        styles = base.execute(
            "SELECT f_table_name, f_table_catalog, f_table_schema, f_geometry_column, styleName, styleQML, styleSLD, "
            "useAsDefault, description, owner, ui, datetime(update_time) IS NOT NULL FROM layer_styles ORDER BY 1"
        ).fetchall()
        metadata = base.execute(
            "SELECT table_name, reference_scope, column_name, row_id_value, md_scope, mime_type, metadata "
            "FROM gpkg_metadata_reference JOIN gpkg_metadata ON md_file_id = id "
            "WHERE md_standard_uri LIKE '%qgis%' ORDER BY 1"
        ).fetchall()
        counted = base.execute(
            "SELECT feature_count FROM gpkg_ogr_contents WHERE table_name = 'layer_styles'"
        ).fetchone()
    return [tuple(map(plain, map(str, row))) for row in [*styles, *metadata]], counted


@pytest.mark.parametrize("language", ["zh", "en"])
def test_one_transaction_writes_what_qgis_writes(tmp_path, make_layer, save_layer, language):
    path, worn = tmp_path / "ours.gpkg", []
    shapes = {"Polygon": "POLYGON((0 0,1 0,1 1,0 0))", "MultiPolygon": "MULTIPOLYGON(((0 0,1 0,1 1,0 0)))",
              "Point": "POINT(0 0)", "LineString": "LINESTRING(0 0,1 1)"}  # fmt: skip
    for name, kind in TABLES:
        values = {column.name: 1 if column.type != "text" else "a" for column in schema.table(name).columns}
        save_layer(make_layer([(shapes.get(kind), values)], kind or "None"), path, table=name)
        worn.append(Dresser(Worn(name), language, RECORD))
    layers = [SimpleNamespace(name=name, table=schema.table(name), frame=frames_of(name)) for name, _ in TABLES]
    domains = add_to_geopackage(path, layers, language)
    assert any(domains.values())
    shutil.copy(path, tmp_path / "theirs.gpkg")
    bare = []
    for (name, _), dresser in zip(TABLES, worn):
        layer = QgsVectorLayer(f"{path}|layername={name}", name, "ogr")
        fields = layer.fields()
        fields.remove(0)  # fid
        plain_fields = QgsFields()
        for item in fields:
            plain_fields.append(QgsField(item.name(), item.type()))
        codes = {column: codes_of(domain, language) for column, domain in domains[name].items()}
        told = schema.table(name).en, plain_fields, layer.wkbType(), layer.crs(), codes
        bare.append(Undressed(dresser, name, *told))
        del layer
        dresser.dress_file(f"{tmp_path / 'theirs.gpkg'}|layername={name}")
    dress_all(path, bare, lambda: None)
    ours, theirs = rows(path), rows(tmp_path / "theirs.gpkg")
    if Qgis.versionInt() >= 34400:  # it stores no SLD for a layer with labels; ours keeps what it exports
        bare_rows = [number for number, row in enumerate(theirs[0]) if row[0] in dict(TABLES) and row[6:7] == ("",)]
        for number in bare_rows:
            assert ours[0][number][6].startswith("<?xml")
            ours[0][number] = (*ours[0][number][:6], "", *ours[0][number][7:])
    assert ours == theirs and len(ours[0]) == 2 * len(TABLES)
    layer = QgsVectorLayer(f"{path}|layername=zones", "zones", "ogr")
    assert layer.metadata().history() and layer.fields().field("area_m2").alias()


def test_a_column_that_has_a_heading_gets_its_domain_too(tmp_path, make_layer, save_layer):
    """GDAL 3.7 and later write a heading into the very row that a domain needs: the heading stays."""
    path, values = tmp_path / "zones.gpkg", {column.name: "a" for column in schema.table("tagged").columns}
    save_layer(make_layer([("MULTIPOLYGON(((0 0,1 0,1 1,0 0)))", values)], "MultiPolygon"), path, table="tagged")
    layer = SimpleNamespace(name="tagged", table=schema.table("tagged"), frame=frames_of("tagged"))
    with closing(sqlite3.connect(path)) as base, base:  # as the GeoPackage standard has it
        base.execute(
            "CREATE TABLE IF NOT EXISTS gpkg_data_columns (table_name TEXT NOT NULL, column_name TEXT NOT NULL, "
            "name TEXT, title TEXT, description TEXT, mime_type TEXT, constraint_name TEXT, "
            "CONSTRAINT pk_gdc PRIMARY KEY (table_name, column_name), CONSTRAINT gdc_tn UNIQUE (table_name, name))"
        )
        base.execute("DELETE FROM gpkg_data_columns")
        base.execute("INSERT INTO gpkg_data_columns (table_name, column_name, title) VALUES ('tagged', 'tag', '标记')")
    domains = add_to_geopackage(path, [layer], "zh")["tagged"]
    with closing(sqlite3.connect(path)) as base:
        found = base.execute("SELECT column_name, title, constraint_name FROM gpkg_data_columns").fetchall()
    assert {column: domain for column, _, domain in found} == domains and len(found) == len(domains) > 2
    assert [title for column, title, _ in found if column == "tag"] == ["标记"]


def test_the_key_of_the_file_is_folded_away_in_the_attribute_table(make_layer, run_algorithm, tmp_path):
    """What a table shows first is the parcel's id, not the number of its row in the file; the field is still there."""
    from qgis.core import QgsVectorLayer

    shape = "POLYGON((0 0,10 0,10 10,0 10,0 0))"
    output = str(tmp_path / "tagged.gpkg")
    run_algorithm("tagparcels", {"PARCELS": make_layer([(shape, {"parcel_id": "a"})]), "OUTPUT": output})
    layer = QgsVectorLayer(output)
    assert layer.fields().lookupField("fid") == 0
    shown = [column.name for column in layer.attributeTableConfig().columns() if column.name and not column.hidden]
    assert shown[0] == "parcel_id" and "fid" not in shown
