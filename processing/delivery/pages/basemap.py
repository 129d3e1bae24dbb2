# SPDX-License-Identifier: GPL-2.0-or-later
"""Layers that only the printed pages show: a veil around the zone, its own petals and branches, roads with casing."""

from __future__ import annotations

from typing import Any

from qgis.core import (
    QgsFillSymbol,
    QgsGeometryGeneratorSymbolLayer,
    QgsInvertedPolygonRenderer,
    QgsLineSymbol,
    QgsMarkerSymbol,
    QgsVectorLayer,
)
from qgis.PyQt.QtGui import QPainter

from ....core.palette import palette, stage_name
from ....core.sqlnames import literal
from ....core.words import say
from ...styling.loads import FULL_ROWS, PREFIX, join_full
from ...styling.styles import STYLES, group_rules, rules_of
from ...styling.symbols import Rule, fill, line, mixed, outlined, ring, rules
from ..bounds import HAIRS_FROM, PLAIN_FROM, TINTS_FROM, city_view
from ..package import DATA
from .citylook import (
    community_rules,
    facility_size,
    gap_scale,
    outside_veil,
    plain,
    road_rules,
    served_rules,
    serving_n,
)
from .landpage import stages_of
from .legends import AS_LINE
from .surroundings import block_labels, page_communities, page_names, page_stations

OF_ZONE = '"zone_id" = @zone_id'  # each page names its zone
RING_M = 300
LOADS = (("serves_", "", "map_load_rows"), (PREFIX, FULL_ROWS, "map_full_rows"))  # prefix of a join, its rows of load
AS_LINES = {"own_zones": "zone", "ring": "core_ring"}  # areas whose rim is what a legend must show
NAMED = (("page_names", page_names), ("page_stations", page_stations), ("page_communities", page_communities))
IN_THE_WAY = ("city_cores", "own_cores")  # no name of a road or a river stands on a station
BASE = ("buildings", "station_entrances", "protected", "barriers", "green", "contours")
NAMED_BASE = ("station_entrances", "barriers", "green", "contours")
ROADS = (  # kind, width of casing and of road in mm at A3, dashes; the rest is drawn like streets
    ("path", 0.0, 0.35, (1.2, 0.6)),
    ("stairs", 0.0, 0.9, (0.35, 0.35)),
    ("bridge", 1.9, 1.2, ()),
    ("tunnel", 0.0, 0.7, (1.5, 1.0)),
    ("lift", 0.0, 0.9, ()),
    ("escalator", 0.0, 0.9, ()),
)


def add_page_layers(made: Any, study: Any) -> None:
    """Add them to the project in one group that is off; `made.layers` knows them as veil, roads, ring, own_*."""
    language = study.language
    group = made.project.layerTreeRoot().addGroup(say("map_group", language))
    group.setCustomProperty("urbanrenewal/group", "layouts")
    group.setItemVisibilityChecked(False)
    group.setExpanded(False)
    inner = rules([("", OF_ZONE, fill("#FFFFFF", opacity=0.42))])
    wanted = [("veil", "zones", say("map_veil", language), QgsInvertedPolygonRenderer(inner))]
    wanted.append(("city_zones", "zones", say("map_city_zones", language), rules(_city(language))))
    zone = palette()["zone"]
    outline = rules([(zone[language], "", outlined(zone["color"], 0.5, (), 1.1))])
    wanted.append(("city_outlines", "zones", say("map_city_zones", language), outline))
    wanted.append(("place", "zones", say("map_place", language), rules(_places(language))))
    if "edges" in study.layers:
        roads = rules(_roads(language))
        roads.setUsingSymbolLevels(True)  # crossings of roads are open
        wanted.append(("page_roads", "edges", say("map_roads", language), roads))
        wanted.append(("road_hairs", "edges", say("map_roads", language), rules(road_rules(language))))
    made.run.check()
    wanted += _tags(study)
    if "cores" in study.layers:
        entry = palette()["core"]
        city = rules([(entry[language], "", ring(entry["color"], 4.0, 0.7))])
        wanted.append(("city_cores", "cores", say("map_city_cores", language), city))
        is_geographic = study.layers["cores"].crs.isGeographic()
        wanted.append(("ring", "cores", say("map_ring", language), rules(_circle(language, is_geographic))))
    if "communities" in study.layers:
        wanted.append(("city_veil", "communities", say("map_city_veil", language), outside_veil(language)))
    made.run.check()
    wanted += _gaps(study) + _land(study)
    for name in ("zones", "petals", "branches", "cores", "actions", "projects"):
        if name in study.layers:
            table = study.layers[name].table
            title = say("map_own", language, layer=table.zh if language == "zh" else table.en)
            found = _projects(language) if name == "projects" else STYLES[name](set(), language)
            wanted.append((f"own_{name}", name, title, rules(only(found))))
    for name, table_name, title, renderer in wanted:
        made.run.check()
        layer = QgsVectorLayer(f"{made.folder / DATA}|layername={table_name}", title, "ogr")
        layer.setRenderer(renderer)
        if name in IN_THE_WAY:
            block_labels(layer)
        _add(made, group, name, layer, labels=name in IN_THE_WAY)
    _add_base(made, group, study)
    _add_facilities(made, group, study)
    for name, make in NAMED:
        made.run.check()
        layer = make(made)
        if layer is not None:
            _add(made, group, name, layer, labels=True)
    if not group.children():
        made.project.layerTreeRoot().removeChildNode(group)


def _tags(study: Any) -> list[tuple[str, str, str, Any]]:
    """Return the tags of the overview: no others, no rims and no hatches where parcels are small."""
    if "tagged" not in study.layers:
        return []
    language, other = study.language, palette()["other"][study.language]
    tags = [rule for rule in STYLES["tagged"]({"programme"}, language) if rule[0] != other]  # the ground shows
    tags = plain(tags, city_view(study)[2], PLAIN_FROM)
    return [("city_tagged", "tagged", say("map_city_tags", language), rules(tags))]


def _gaps(study: Any) -> list[tuple[str, str, str, Any]]:
    """Return name, table, title and renderer of the gaps of elders and of children, as their sheet's scale asks."""
    if "gap" not in study.layers:
        return []
    language, scale, found = study.language, gap_scale(study), []
    for group, kinds in study.groups.items():
        counted = [kind for kind in kinds if kind in study.layers["gap"].kinds]
        look = plain(group_rules(f'"{group}_gap"', counted, language), scale)
        title = say("map_gaps_of", language, group=palette()["groups"][group][language])
        found.append((f"gap_{group}", "gap", title, rules(look)))
        of_communities = community_rules(study, group) if scale >= TINTS_FROM else []
        if of_communities:
            found.append((f"gap_{group}_communities", "communities", title, rules(of_communities)))
    return found


def _land(study: Any) -> list[tuple[str, str, str, Any]]:
    """Return name, rows, title and renderer of the land use of each stage: without rims where blocks are narrow."""
    box = study.bounds
    found = []
    for stage in stages_of(study):
        look = plain(STYLES["land_use_map"](set(), study.language), study.paper.choose("land", box)[1], HAIRS_FROM)
        title = say("map_land_layer", study.language, stage=stage_name(stage, study.language))
        found.append((f"page_land_{stage}", f"land_use_map|subset=\"stage\" = '{stage}'", title, rules(look)))
    return found


def _add_facilities(made: Any, group: Any, study: Any) -> None:
    """Add the facilities whose load is known: those of elders, of children, and all of them.

    A facility has a row of load for each kind it serves: it is joined to whether it serves one of the kinds at all, and
    to whether it is full in one of them.
    """
    load, places = made.layer("facility_load"), made.layer("facilities")
    if load is None or places is None or not places.isSpatial():
        return
    scale = gap_scale(study)
    for name, kinds in (("gap_elder", study.groups["elder"]), ("gap_child", study.groups["child"]), ("gap", ())):
        made.run.check()
        title = say("map_facilities", study.language)
        layer = QgsVectorLayer(places.source(), title, "ogr")
        group_name = palette()["groups"].get(name.removeprefix("gap_"), {}).get(study.language)
        group_name = group_name or say("map_all_kinds", study.language)
        for prefix, condition, told in LOADS:
            rows = QgsVectorLayer(load.source(), say(told, study.language, group=group_name), "ogr")
            listed = ", ".join(map(literal, kinds))
            wanted = [condition, f'"kind" IN ({listed})' if kinds else ""]
            rows.setSubsetString(" AND ".join(part for part in wanted if part))
            _add(made, group, f"{name}_{prefix}rows", rows)
            join_full(layer, rows, "facility_id", prefix)
        size, has_room = facility_size(study, serving_n(study, kinds), scale)
        layer.setRenderer(rules(served_rules(study.language, size, has_room)))
        _add(made, group, f"{name}_facilities", layer)


def _add_base(made: Any, group: Any, study: Any) -> None:
    """Add the layers that a map stands on as paper shows them: sizes in mm at any scale, names as in the project.

    On the canvas their symbols follow the scale, and small things go.
    """
    for name in BASE:
        made.run.check()
        own = made.layer(name)
        if own is None or not own.isSpatial():
            continue
        layer = own.clone()
        names = {field.name() for field in layer.fields()}
        layer.setName(say("map_base", study.language, layer=own.name()))
        layer.setRenderer(rules(rules_of(layer, name, names, study.language)))
        _add(made, group, f"page_{name}", layer, labels=name in NAMED_BASE)


def _add(made: Any, group: Any, name: str, layer: QgsVectorLayer, labels: bool = False) -> None:
    layer.setLabelsEnabled(labels)
    layer.setScaleBasedVisibility(False)  # what the default style has for the canvas is nothing for paper
    layer.setBlendMode(QPainter.CompositionMode.CompositionMode_SourceOver)
    layer.setReadOnly(True)
    if name in AS_LINES:
        layer.setCustomProperty(AS_LINE, AS_LINES[name])
    made.project.addMapLayer(layer, False)
    group.addLayer(layer)
    made.layers[name] = [layer]


def only(found: list[Rule], wanted: str = OF_ZONE) -> list[Rule]:
    """Return the rules of a style for some features (the page's zone); what "ELSE" means is written out."""
    others = [f"coalesce({condition}, FALSE)" for _, condition, _ in found if condition not in ("", "ELSE")]
    rest = f"NOT ({' OR '.join(others)})" if others else "TRUE"
    return [
        (label, f"{wanted} AND ({rest if condition == 'ELSE' else condition or 'TRUE'})", symbol)
        for label, condition, symbol in found
    ]


def _city(language: str) -> list[Rule]:
    """Zones on the overview: a tint and a plain line, so that small outlines stay readable."""
    zone = palette()["zone"]
    tint = fill(zone["color"], opacity=0.14)
    return [(zone[language], "", _joined(tint, outlined(zone["color"], 0.5, (), 1.1)))]


def _projects(language: str) -> list[Rule]:
    """Projects by what is done, with their outlines."""
    entry, found = palette()["project"], []
    for action, look in palette()["actions"].items():
        ground, rim = fill(look["color"], opacity=0.45), outlined(entry["color"], 0.4)
        found.append((look[language], f"\"action\" LIKE '%{action}%'", _joined(ground, rim)))
    return [*found, (entry[language], "ELSE", outlined(entry["color"], 0.4))]


def _places(language: str) -> list[Rule]:
    """The page's zone filled, the others as outlines: where it lies in the city."""
    zone = palette()["zone"]
    return [
        (zone[language], OF_ZONE, fill(mixed(zone["color"], 0.75), zone["color"], 0.3)),
        (zone[language], "ELSE", outlined(zone["color"], 0.25)),
    ]


def _circle(language: str, is_geographic: bool) -> list[Rule]:
    """A ring of 300 m on the ground, also where the layer is in degrees."""
    entry = palette()["core_ring"]
    place = "$geometry"
    if is_geographic:
        place = f"transform({place}, @layer_crs, @project_crs)"
    circle = f"buffer({place}, {RING_M}, 32)"
    if is_geographic:
        circle = f"transform({circle}, @project_crs, @layer_crs)"
    drawn = QgsGeometryGeneratorSymbolLayer.create({"geometryModifier": circle, "SymbolType": "Fill"})
    inside = fill(entry["color"], opacity=0.07)
    rim = outlined(entry["color"], 0.4, (1.9, 1.1))
    symbol = QgsMarkerSymbol()
    drawn.setSubSymbol(_joined(inside, rim))
    symbol.changeSymbolLayer(0, drawn)
    return [(entry[language], OF_ZONE, symbol)]


def _joined(first: QgsFillSymbol, second: QgsFillSymbol) -> QgsFillSymbol:
    """Return one area symbol with the layers of both; the opacity of the first goes into its colour."""
    symbol = QgsFillSymbol()
    ground = first.symbolLayer(0).clone()
    color = ground.color()
    color.setAlphaF(first.opacity())
    ground.setColor(color)
    symbol.changeSymbolLayer(0, ground)
    for place in range(second.symbolLayerCount()):
        symbol.appendSymbolLayer(second.symbolLayer(place).clone())
    return symbol


def _roads(language: str) -> list[Rule]:
    edges, base = palette()["edges"], palette()["base"]
    found: list[Rule] = []
    for kind, casing, width, dashes in ROADS:
        color = base["road"]["color"] if kind == "bridge" else edges[kind]["color"]
        symbol = _road(color, width, edges[kind]["color"], casing) if casing else _levelled(line(color, width, dashes))
        found.append((edges[kind][language], f"\"kind\" = '{kind}'", symbol))
    street = _road(base["road"]["color"], 0.9, base["casing"]["color"], 1.3)
    return [*found, (edges["street"][language], "ELSE", street)]


def _road(color: str, width: float, rim: str, casing: float) -> QgsLineSymbol:
    """Return a road on a wider one of the casing's colour; all casings are drawn before all roads."""
    symbol, road = line(rim, casing), line(color, width)  # the road's symbol must live until its layer is copied
    top = road.symbolLayer(0).clone()
    top.setRenderingPass(1)
    symbol.appendSymbolLayer(top)
    return symbol


def _levelled(symbol: QgsLineSymbol) -> QgsLineSymbol:
    symbol.symbolLayer(0).setRenderingPass(1)
    return symbol
