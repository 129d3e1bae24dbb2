"""Columns that are folded away where a layer is read, and headings that are read to their end."""

from qgis.core import QgsVectorLayer
from qgis.PyQt.QtGui import QFontMetrics
from qgis.PyQt.QtWidgets import QApplication
from urban_renewal.processing.styling.folding import fold_columns, show_columns

LONG = "街道养老服务中心：需求（按六十岁以上人口）"


def town():
    layer = QgsVectorLayer(
        "Point?field=fid:int&field=parcel_id:string&field=ectr_need:double&field=ectr_min:double", "", "memory"
    )
    layer.setFieldAlias(1, "号")
    layer.setFieldAlias(2, LONG)
    return layer


def columns_of(layer):
    return {column.name: column for column in layer.attributeTableConfig().columns() if column.name}


def test_what_is_shown_is_as_wide_as_its_heading(qgis_app):
    layer = town()
    show_columns(layer, ["ectr_need", "parcel_id"])
    columns = columns_of(layer)
    assert [name for name, column in columns.items() if not column.hidden] == ["parcel_id", "ectr_need"]
    assert [item.name() for item in layer.editFormConfig().tabs()] == ["parcel_id", "ectr_need"]
    assert columns["ectr_need"].width > QFontMetrics(QApplication.font()).horizontalAdvance(LONG)
    assert columns["parcel_id"].width == columns_of(town_folded())["parcel_id"].width  # a short one as QGIS has it


def town_folded():
    layer = town()
    fold_columns(layer, ["fid"])
    return layer


def test_what_was_folded_stays_folded(qgis_app):
    layer = town_folded()
    fold_columns(layer, ["ectr_min"])
    assert [name for name, column in columns_of(layer).items() if column.hidden] == ["fid", "ectr_min"]
