# SPDX-License-Identifier: GPL-2.0-or-later
"""What lies around the zones on maps and in the project: relief, contours, water, green, names, stations, entrances."""

from __future__ import annotations

from typing import Any

from qgis.core import (
    Qgis,
    QgsColorRampShader,
    QgsNullSymbolRenderer,
    QgsPalLayerSettings,
    QgsProperty,
    QgsRasterLayer,
    QgsRasterShader,
    QgsSingleBandPseudoColorRenderer,
    QgsVectorLayer,
    QgsVectorLayerSimpleLabeling,
)
from qgis.PyQt.QtGui import QColor

from ....core.errors import RenewalError
from ....core.palette import palette
from ....core.words import say
from ...styling.expressions import is_one_of
from ...styling.lettering import NOT_ON_PAGES, label_layer, text_format
from ...styling.styles import WATER, barrier_is
from ...styling.symbols import marker, outlined, rules
from ..bounds import HAIRS_FROM, RELIEF, city_view

DARKEST = 0.15  # of the shade, own choice
GROUND = ("barriers", "contours", "green", "relief")  # from above: what every map stands on
ON_PAPER = ("page_barriers", "page_contours", "page_green", "relief")  # the same as sheets show them
IN_PLACE = "coalesce(@is_place, 0) = 1"  # the map only shows where a zone lies in the city
LARGE_ROADS = "'motorway', 'trunk', 'primary'"
MAIN_ROADS = f"{LARGE_ROADS}, 'secondary', 'tertiary'"
Placement = Qgis.LabelPlacement


def open_relief(made: Any) -> QgsRasterLayer | None:
    """Open the shade of the delivery, None when it has none. Raises RenewalError("project_layer_broken")."""
    path = made.folder / RELIEF
    if not path.is_file():
        return None
    entry = palette()["base"]["relief"]
    bare = QgsRasterLayer.LayerOptions(False)  # the usual style counts cells and leaves its figures beside the file
    layer = QgsRasterLayer(str(path), entry[made.study.language], "gdal", bare)
    if not layer.isValid():
        raise RenewalError("project_layer_broken", layer=RELIEF)
    light, dark = QColor(entry["color"]), QColor(entry["color"])
    light.setAlphaF(0.0)
    dark.setAlphaF(DARKEST)
    ramp = QgsColorRampShader(0, 255)
    ramp.setColorRampType(Qgis.ShaderInterpolationMethod.Linear)
    ramp.setColorRampItemList(
        [QgsColorRampShader.ColorRampItem(0, light, ""), QgsColorRampShader.ColorRampItem(255, dark, "")]
    )
    shader = QgsRasterShader()
    shader.setRasterShaderFunction(ramp)
    layer.setRenderer(QgsSingleBandPseudoColorRenderer(layer.dataProvider(), 1, shader))
    return layer


def label_surroundings(made: Any) -> None:
    """Name water and green, write the heights of index contours, number the stations' entrances."""
    family, base = made.study.font, palette()["base"]
    water = text_format(family, 12, base["water_name"]["color"], halo=True)
    _spaced(water, 1.2)
    names = _columns(made, "barriers")
    if {"kind", "name"} <= names:
        placement = Placement.Line if _is_line(made.layer("barriers")) else Placement.Free
        layer = made.layer("barriers")
        label_layer(layer, '"name"', water, barrier_is(WATER), placement=placement, mergeLines=True, repeatDistance=150)
        _smaller_in_place(layer)
    if made.layer("contours") is not None:
        height = text_format(family, 6, base["contour_index"]["color"], halo=True)
        label_layer(made.layer("contours"), 'to_string(round("height_m"))', height, '"is_index" = 1',
                    placement=Placement.Curved, repeatDistance=90, mergeLines=True)  # fmt: skip
    if "name" in _columns(made, "green"):
        green = text_format(family, 6.5, "#55774A", halo=True)
        label_layer(made.layer("green"), '"name"', green, f"{NOT_ON_PAGES} OR (@zone_id <> '*' AND NOT ({IN_PLACE}))",
                    placement=Placement.Horizontal, fitInPolygonOnly=True)  # fmt: skip
    if {"name", "entrance_id"} & _columns(made, "station_entrances"):
        number = text_format(family, 6, "#FFFFFF", True)
        label_layer(made.layer("station_entrances"), _number(made), number, "TRUE", placement=Placement.OverPoint,
                    displayAll=True)  # fmt: skip


def page_names(made: Any) -> QgsVectorLayer | None:
    """Return a layer that draws nothing but the names of the roads along them; None where nobody knows names."""
    names = _columns(made, "roads")
    if "name" not in names:
        return None
    layer = QgsVectorLayer(made.layer("roads").source(), say("map_road_names", made.study.language), "ogr")
    layer.setRenderer(QgsNullSymbolRenderer())
    look = text_format(made.study.font, 7, palette()["base"]["road_name"]["color"], halo=True)
    _spaced(look, 0.3)
    is_small = city_view(made.study)[2] >= HAIRS_FROM  # then only the names of the largest stand on a city's sheets
    named = LARGE_ROADS if is_small else MAIN_ROADS
    others = "FALSE" if is_small else "TRUE"
    shown = "@zone_id <> '*' OR " + (f'"highway" IN ({named})' if "highway" in names else others)
    label_layer(layer, '"name"', look, shown, placement=Placement.Curved, mergeLines=True, repeatDistance=160)
    return layer


def page_communities(made: Any) -> QgsVectorLayer | None:
    """Return the communities' outlines with their names; None without them."""
    layer = made.layer("communities")
    if layer is None or not layer.isSpatial():
        return None
    entry, language = palette()["base"]["community"], made.study.language
    found = QgsVectorLayer(layer.source(), say("map_communities", language), "ogr")
    found.setRenderer(rules([(entry[language], "", outlined(entry["color"], 0.25, (2.4, 0.8, 0.6, 0.8), 0.6))]))
    look = text_format(made.study.font, 7, entry["color"], halo=True)
    if "name" in _columns(made, "communities"):
        label_layer(found, '"name"', look, "TRUE", placement=Placement.Horizontal)
    return found


def page_stations(made: Any) -> QgsVectorLayer | None:
    """Return the stations that are no cores, small, with their names; None without stations."""
    if "station_id" not in _columns(made, "stations"):
        return None
    entry, family = palette()["base"]["station"], made.study.font
    layer = QgsVectorLayer(made.layer("stations").source(), entry[made.study.language], "ogr")
    dot = marker("circle", "#FFFFFF", 2.2, entry["color"], 0.4)
    layer.setRenderer(rules([(entry[made.study.language], _not_a_core(made), dot)]))
    if "name" in _columns(made, "stations"):
        label_layer(layer, '"name"', text_format(family, 7.5, entry["color"], halo=True), _not_a_core(made),
                    placement=Placement.AroundPoint, dist=1.4)  # fmt: skip
    return layer


def block_labels(layer: Any) -> None:
    """Let names of other layers keep off the symbols of a layer that has no names itself."""
    settings = QgsPalLayerSettings()
    settings.drawLabels = False
    settings.fieldName = "fid"
    obstacles = settings.obstacleSettings()
    obstacles.setIsObstacle(True)
    obstacles.setFactor(2.0)
    settings.setObstacleSettings(obstacles)
    layer.setLabeling(QgsVectorLayerSimpleLabeling(settings))


def _not_a_core(made: Any) -> str:
    """Return the condition that a station is the core of no zone: those are named by their zones."""
    cores = made.study.frame("cores")
    ids = [] if cores is None else sorted({str(item) for item in cores["station_id"].dropna()})
    return is_one_of("station_id", ids, negated=True)


def _number(made: Any) -> str:
    names = _columns(made, "station_entrances")
    found = {"name": "(?:^|[^0-9])([0-9]{1,2}|[A-Z])(?:$|[^0-9])", "entrance_id": "(?:^|[^0-9A-Z])([0-9A-Z]{1,2})$"}
    parts = [f"nullif(regexp_substr(\"{column}\", '{form}'), '')" for column, form in found.items() if column in names]
    return f"coalesce({', '.join(parts)}, '')"


def _columns(made: Any, name: str) -> set[str]:
    layer = made.layer(name)
    return {item.name() for item in layer.fields()} if layer is not None and layer.isSpatial() else set()


def _is_line(layer: Any) -> bool:
    return bool(layer.geometryType() == Qgis.GeometryType.Line)


def _smaller_in_place(layer: Any) -> None:
    """Write the names of a layer at half their size on maps that only show where a zone lies."""
    settings = layer.labeling().settings()
    size = settings.format().size()
    properties = settings.dataDefinedProperties()
    told = QgsProperty.fromExpression(f"if({IN_PLACE}, {size / 2}, {size})")
    properties.setProperty(QgsPalLayerSettings.Property.Size, told)
    settings.setDataDefinedProperties(properties)
    layer.setLabeling(QgsVectorLayerSimpleLabeling(settings))


def _spaced(look: Any, millimetres: float) -> None:
    """Letter-space a text format."""
    font = look.font()
    font.setLetterSpacing(font.SpacingType.AbsoluteSpacing, millimetres)
    look.setFont(font)
