# SPDX-License-Identifier: GPL-2.0-or-later
"""The sample city as an office would hand it over: other names, other fields, other files. Runs inside QGIS.

A shapefile in GBK without .cpg, GeoPackages with Chinese layer and field names, a list of facilities in Excel with a
merged title and two columns of degrees, readings of meters as CSV in GBK. What is in them is the sample's, so the study
must find the same.
"""

from __future__ import annotations

import csv
import shutil
from pathlib import Path
from typing import Any

from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsFeature,
    QgsField,
    QgsFields,
    QgsProject,
    QgsVectorFileWriter,
    QgsVectorLayer,
    QgsWkbTypes,
)

# table of the sample → (file, {field: its name at the office}); fields not named stay away
FILES: dict[str, tuple[str, dict[str, str]]] = {
    "parcels": ("不动产图斑2025.shp", {
        "parcel_id": "宗地代码", "land_use": "地类编码", "ownership": "权属性质", "czcsxm": "CZCSXM",
        "tbxhdm": "TBXHDM", "in_boundary": "边界内", "doc_area": "登记面积", "name": "小区名称"}),
    "buildings": ("房屋普查成果.gpkg", {
        "building_id": "房屋编号", "year": "建成年代", "floors": "地上层数", "floors_down": "地下层数",
        "entry_floor": "入户层", "height": "建筑高度", "use": "房屋用途", "structure": "房屋结构", "danger": "鉴定等级",
        "lift": "有无电梯", "name": "建筑名称"}),
    "communities": ("七普社区.gpkg", {
        "community_id": "社区代码", "name": "社区名称", "pop": "常住人口", "pop_0_2": "0-2岁", "pop_3_5": "3-5岁",
        "pop_6_14": "6-14岁", "pop_60": "60岁以上", "pop_65": "65岁以上", "pop_80": "80岁以上", "households": "总户数",
        "pop_year": "人口年份"}),
    "roads": ("道路中心线.gpkg", {
        "road_id": "道路编号", "highway": "道路等级", "bridge": "桥", "tunnel": "隧道", "layer": "层",
        "incline": "坡度", "step_count": "步数", "width": "路宽", "conveying": "conveying", "foot": "foot",
        "name": "道路名称"}),
    "stations": ("轨道站点.shp", {"station_id": "站点编号", "name": "站名", "kind": "站点类型"}),
    "station_entrances": ("站口.gpkg", {"entrance_of": "所属站点", "entrance_id": "出入口编号", "name": "名称"}),
    "protected": ("历史保护紫线.gpkg", {"class": "保护类别", "name": "名称"}),
    "programme": ("改造计划台账.gpkg", {"status": "改造状态", "year": "改造年份", "project_no": "项目编号"}),
    "barriers": ("河流铁路.gpkg", {"kind": "类型", "name": "名称"}),
}  # fmt: skip
KINDS = {
    "eday": "社区养老服务站", "ectr": "街道养老服务中心", "ebed": "养老院", "nurs": "托育园", "kgar": "幼儿园",
    "heal": "社区卫生服务站", "meal": "社区食堂", "play": "活动场地", "park": "公园", "mark": "菜市场", "prim": "小学",
    "serv": "社区服务站", "rest": "司机之家",
}  # fmt: skip
UNITS = {"m2": "平方米", "bed": "张", "place": "座", "people": "人"}
STREAMS = {
    "power": "用电",
    "water": "用水",
    "firm": "企业",
    "tax": "税收",
    "poi": "兴趣点",
    "people": "人流",
    "visit": "踏勘",
}


def make(sample: Path, out: Path) -> list[Path]:
    """Write the office's files of a sample (sample.gpkg, dem.tif) into a folder; return them."""
    out.mkdir(parents=True, exist_ok=True)
    made = []
    for table, (name, fields) in FILES.items():
        layer = _renamed(_open(sample, table), fields)
        made.append(_write(layer, out / name))
    made.append(_facility_list(_open(sample, "facilities"), out / "一老一小等设施名单.xlsx"))
    made.append(_readings(_open(sample, "activity"), out / "活动数据_水电.csv"))
    shutil.copyfile(sample / "dem.tif", out / "地形.tif")
    return [*made, out / "地形.tif"]


def _open(sample: Path, table: str) -> QgsVectorLayer:
    layer = QgsVectorLayer(f"{sample / 'sample.gpkg'}|layername={table}", table, "ogr")
    if not layer.isValid():
        raise FileNotFoundError(f"{sample}: {table}")
    return layer


def _renamed(layer: QgsVectorLayer, names: dict[str, str]) -> QgsVectorLayer:
    kinds = {0: "Point", 1: "LineString", 2: "Polygon"}
    multi = "Multi" if QgsWkbTypes.isMultiType(layer.wkbType()) else ""
    made = QgsVectorLayer(f"{multi}{kinds[int(layer.geometryType())]}", layer.name(), "memory")
    made.setCrs(layer.crs())
    fields = QgsFields()
    for field, name in names.items():
        fields.append(QgsField(name, layer.fields().field(field).type()))
    made.dataProvider().addAttributes(fields.toList())
    made.updateFields()
    rows = []
    for feature in layer.getFeatures():
        row = QgsFeature(made.fields())
        row.setAttributes([feature[field] for field in names])
        row.setGeometry(feature.geometry())
        rows.append(row)
    good, _ = made.dataProvider().addFeatures(rows)
    assert good and made.featureCount() == layer.featureCount()
    return made


def _write(layer: QgsVectorLayer, path: Path) -> Path:
    options = QgsVectorFileWriter.SaveVectorOptions()
    is_shape = path.suffix == ".shp"
    options.driverName = "ESRI Shapefile" if is_shape else "GPKG"
    options.fileEncoding, options.layerName = "GBK" if is_shape else "UTF-8", path.stem
    context = QgsProject.instance().transformContext()
    error = QgsVectorFileWriter.writeAsVectorFormatV3(layer, str(path), context, options)
    assert error[0] == QgsVectorFileWriter.WriterError.NoError, error
    path.with_suffix(".cpg").unlink(missing_ok=True)
    return path


def _facility_list(layer: QgsVectorLayer, path: Path) -> Path:
    from urban_renewal.core.delivery.formats.workbook import Sheet, write_workbook

    degrees = QgsCoordinateTransform(layer.crs(), QgsCoordinateReferenceSystem("EPSG:4490"), QgsProject.instance())
    rows: list[list[Any]] = []
    for number, feature in enumerate(layer.getFeatures(), 1):
        place = degrees.transform(feature.geometry().centroid().asPoint())
        capacity, floor = (_plain(feature[name]) for name in ("capacity", "floor_area"))
        rows.append([
            number, _plain(feature["facility_id"]), _plain(feature["name"]), KINDS[feature["kind"]], capacity,
            UNITS.get(feature["unit"], ""), floor, _plain(feature["status"]), place.x(), place.y(),
        ])  # fmt: skip
    headings = [
        "序号",
        "设施编号",
        "设施名称",
        "设施类别",
        "规模",
        "规模单位",
        "建筑面积（㎡）",
        "建设状态",
        "经度",
        "纬度",
    ]
    digits = [0, None, None, None, 1, None, 1, None, 6, 6]
    write_workbook(path, [Sheet("名单", "某区养老托育等公共服务设施名单（2025年12月）", headings, digits, rows)])
    return path


def _readings(layer: QgsVectorLayer, path: Path) -> Path:
    with path.open("w", encoding="gb18030", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["宗地代码", "数据类型", "数值", "日期"])
        for row in layer.getFeatures():
            values = [_plain(row[name]) for name in ("parcel_id", "stream", "value", "date")]
            values[1] = STREAMS.get(values[1], values[1])
            writer.writerow(["" if value is None else value for value in values])
    return path


def _plain(value: Any) -> Any:
    return None if value is None or (hasattr(value, "isNull") and value.isNull()) else value
