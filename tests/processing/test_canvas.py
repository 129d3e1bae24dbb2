"""The house's looks on the map canvas: rims that fade, classes with their numbers, names, full facilities."""

from pathlib import Path

import pytest
from qgis.core import (
    Qgis,
    QgsCoordinateReferenceSystem,
    QgsExpression,
    QgsExpressionContextUtils,
    QgsMapRendererSequentialJob,
    QgsMapSettings,
    QgsPointXY,
    QgsProject,
    QgsRectangle,
    QgsRenderContext,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import QSize
from qgis.PyQt.QtGui import QColor
from qgis.PyQt.QtXml import QDomDocument

SIDE = 600  # pixels of a picture
GUIDE = Path(__file__).resolve().parents[2] / "docs" / "guide"
GEOMETRY = {"polygon": "Polygon", "line": "LineString", "point": "Point"}
COLUMNS = {  # of inputs, as the sample has them
    "roads": ("LineString", ("name", "highway")), "stations": ("Point", ("name",)), "parcels": ("Polygon", ("name",)),
    "buildings": ("Polygon", ("floors",)), "facilities": ("Point", ("facility_id", "name")),
    "communities": ("Polygon", ("name",)), "barriers": ("Polygon", ("kind", "name")), "green": ("Polygon", ("name",)),
    "protected": ("Polygon", ("name",)), "plan": ("Polygon", ("land_use",)), "constraints": ("Polygon", ("kind",)),
    "programme": ("Polygon", ("status",)), "entrances": ("Point", ("name",)), "height_points": ("Point", ("z",)),
    "station_entrances": ("Point", ("name",)), "population": ("Polygon", ("pop",)),
}  # fmt: skip


def draw(layers, scale, middle=(0.0, 0.0)):
    """Draw layers around a point at a scale of 96 dpi, in the layers' metres."""
    settings = QgsMapSettings()
    settings.setLayers(layers)
    settings.setDestinationCrs(QgsCoordinateReferenceSystem("EPSG:4545"))
    settings.setOutputDpi(96)
    settings.setOutputSize(QSize(SIDE, SIDE))
    settings.setBackgroundColor(QColor("#FFFFFF"))
    half = SIDE / 96 * 0.0254 * scale / 2
    (x, y) = middle
    settings.setExtent(QgsRectangle(x - half, y - half, x + half, y + half))
    context = QgsProject.instance().createExpressionContext()
    context.appendScope(QgsExpressionContextUtils.mapSettingsScope(settings))  # as the canvas: @map_scale
    settings.setExpressionContext(context)
    settings.setFlags(Qgis.MapSettingsFlag.Antialiasing | Qgis.MapSettingsFlag.DrawLabeling)
    job = QgsMapRendererSequentialJob(settings)
    job.start()
    job.waitForFinished()
    assert not job.errors()
    return job.renderedImage()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_look_can_be_drawn_and_read_back(make_layer, language):
    """Rules, sizes and names of each role and table are valid, name their classes, and survive the file of a style."""
    from urban_renewal.core import schema
    from urban_renewal.processing.styling.canvas import OWN
    from urban_renewal.processing.styling.dressed import wear
    from urban_renewal.processing.styling.styles import STYLES

    places = dict(COLUMNS)
    for name in {*STYLES, *OWN} & set(schema.table_names()):
        table = schema.table(name, ("eday",), ("elder",))
        if table.geometry in GEOMETRY:
            places[name] = (GEOMETRY[table.geometry], tuple(table.names()))
    for name, (kind, columns) in places.items():
        layer = make_layer([(None, dict.fromkeys(columns))], kind=kind)
        found = wear(layer, name, language)
        assert found and all(label for label, _, _ in found), name
        labeled = [] if layer.labeling() is None else [layer.labeling().settings().fieldName]
        for told in [condition for _, condition, _ in found if condition not in ("", "ELSE")] + labeled:
            expression = QgsExpression(told)
            assert not expression.hasParserError(), (name, told)
            assert expression.referencedColumns() - set(columns) <= {"petals_n"}, (name, told)
        kept = QDomDocument()
        layer.exportNamedStyle(kept)
        again = make_layer([(None, dict.fromkeys(columns))], kind=kind)
        assert again.importNamedStyle(kept)[0], name
        assert again.renderer().dump() == layer.renderer().dump(), name
        assert (again.labeling() is None) == (layer.labeling() is None), name
        draw([again], 5000)


def test_rims_are_seen_from_near_and_gone_from_far(make_layer):
    """Two tagged parcels side by side: a white line at 1:2000, nothing to be seen of it at 1:100000."""
    from urban_renewal.processing.styling.dressed import wear

    row = {"tag": "old_compound", "tag_level": "confirmed", "programme": "none"}
    wide = 20_000
    layer = make_layer([(f"POLYGON(({x} -{wide},{x + wide} -{wide},{x + wide} {wide},{x} {wide},{x} -{wide}))", row)
                        for x in (-wide, 0)])  # fmt: skip
    wear(layer, "tagged", "zh")
    ground = QColor("#D9812F")

    def difference(scale):
        picture = draw([layer], scale)
        seen = [QColor(picture.pixel(x, SIDE // 2)) for x in range(SIDE // 2 - 4, SIDE // 2 + 4)]
        assert QColor(picture.pixel(SIDE // 4, SIDE // 2)) == ground
        return max(color.blue() - ground.blue() for color in seen)

    assert difference(2000) > 150
    assert difference(15_000) < difference(2000) / 2
    assert difference(100_000) < 20


def test_a_hatch_is_seen_at_every_scale(make_layer):
    """White lines take between a third and six tenths of a suspected parcel, from 1:2000 to 1:50000."""
    from urban_renewal.processing.styling.dressed import wear

    row = {"tag": "old_compound", "tag_level": "suspected", "programme": "none"}
    wide = 20_000
    layer = make_layer(
        [(f"POLYGON((-{wide} -{wide},{wide} -{wide},{wide} {wide},-{wide} {wide},-{wide} -{wide}))", row)]
    )
    wear(layer, "tagged", "zh")
    blue = QColor("#D9812F").blue()
    for scale in (2000, 8000, 20_000, 50_000):
        picture = draw([layer], scale)
        middle = range(SIDE // 4, SIDE // 2)
        seen = [QColor(picture.pixel(x, y)).blue() - blue for x in middle for y in middle]
        assert 0.33 < sum(seen) / len(seen) / (255 - blue) < 0.62, scale


def test_sizes_stay_between_their_limits(qgis_app):
    """A branch of 5 m: 1.2 mm at 1:2000, 0.5 mm at 1:10000, never under 0.3 mm."""
    from urban_renewal.processing.styling.canvas import look_of

    symbol = look_of("branches", [], {"kind", "climb_m", "length_m"}, "zh")[0][2]
    stroke = symbol.symbolLayer(1)

    def width_mm(scale):
        settings = QgsMapSettings()
        settings.setDestinationCrs(QgsCoordinateReferenceSystem("EPSG:4545"))
        settings.setOutputDpi(96)
        settings.setOutputSize(QSize(SIDE, SIDE))
        half = SIDE / 96 * 0.0254 * scale / 2
        settings.setExtent(QgsRectangle(360_000 - half, 3_270_000 - half, 360_000 + half, 3_270_000 + half))
        context = QgsRenderContext.fromMapSettings(settings)
        return context.convertToPainterUnits(stroke.width(), stroke.widthUnit(), stroke.widthMapUnitScale()) * 25.4 / 96

    assert width_mm(2000) == pytest.approx(1.2, rel=0.01)
    assert width_mm(10_000) == pytest.approx(0.5, rel=0.02)  # 5 m ÷ 10 000
    assert width_mm(100_000) == pytest.approx(0.3, rel=0.01)


def test_a_station_is_as_large_as_its_place_between_two_limits(make_layer):
    """60 m: 5.6 mm at most (from 1:10714), 3.75 mm at 1:16000, 2.4 mm at least (to 1:25000); rims keep their share."""
    from urban_renewal.processing.styling.dressed import wear

    layer = make_layer([("POINT(0 0)", {"zone_id": "Z", "station_id": "S", "name": "x"})], kind="Point")
    wear(layer, "cores", "zh")
    layer.setLabelsEnabled(False)

    def width(scale):
        picture = draw([layer], scale)
        seen = [x for x in range(SIDE) if QColor(picture.pixel(x, SIDE // 2)) != QColor("#FFFFFF")]
        return max(seen) - min(seen) + 1

    whole = width(2000)
    for scale, mm in ((5000, 5.6), (16_000, 3.75), (25_000, 2.4), (100_000, 2.4)):
        assert width(scale) == pytest.approx(whole * mm / 5.6, abs=1.6), scale


def test_counts_of_classes_are_those_of_the_expressions(make_layer, save_layer, tmp_path):
    """SQL counts as QGIS draws: suspected, renovated, untagged and unknown rows each fall into one class."""
    from urban_renewal.processing.styling.counting import GAP, classes_of, count_classes, drop_empty, tell_counts
    from urban_renewal.processing.styling.dressed import wear

    kinds = [
        ("old_compound", "confirmed", "none"),
        ("old_compound", "suspected", None),
        ("none", "none", "none"),
        ("urban_village", "confirmed", "renovated"),
        (None, None, None),
        ("idle_factory", "suspected", "listed"),
    ]
    rows = [(f"POINT({n} 0)", dict(zip(("tag", "tag_level", "programme"), kinds[n % 6]))) for n in range(32)]
    source = save_layer(make_layer(rows, kind="Point"), tmp_path / "tagged.gpkg", "tagged")
    layer = QgsVectorLayer(source, "tagged", "ogr")
    wear(layer, "tagged", "en")
    classes = classes_of(layer)
    numbers = count_classes(source, [condition for _, condition in classes])
    drawn = {label: 0 for label, _ in classes}
    context = QgsRenderContext()
    context.setExpressionContext(layer.createExpressionContext())
    renderer = layer.renderer().clone()
    renderer.startRender(context, layer.fields())
    labels = {item.ruleKey(): item.label() for item in renderer.legendSymbolItems()}
    for feature in layer.getFeatures():
        context.expressionContext().setFeature(feature)
        for key in renderer.legendKeysForFeature(feature, context):
            if key in labels:
                drawn[labels[key]] += 1
    renderer.stopRender(context)
    assert dict(zip(drawn, numbers)) == drawn
    assert sum(numbers) == 32
    tell_counts(layer, numbers)
    tell_counts(layer, numbers)  # a second time does not add a second number
    assert [item.label() for item in layer.renderer().legendSymbolItems()] == [
        f"{label}{GAP}{number:,}" for label, number in drawn.items()]  # fmt: skip
    assert classes_of(layer) == classes
    drop_empty(layer)
    assert [label for label, _ in classes_of(layer)] == [label for label, number in drawn.items() if number]
    assert len(classes_of(layer)) < len(classes)
    again = count_classes(source, [condition for _, condition in classes_of(layer)])
    assert again == [number for number in drawn.values() if number]
    tell_counts(layer, [0] * len(again))
    drop_empty(layer)
    assert len(classes_of(layer)) == len(again), "a layer without a feature keeps its legend"
    assert count_classes(f"{source}|subset=tag='none'", [""]) == [], "a part of a table is not counted"
    assert count_classes("/nowhere/at.gpkg", [""]) == []


def test_several_rooms_in_one_house_are_one_place_of_the_legend(make_layer, save_layer, tmp_path):
    """As the card says it: 2 buildings, not 3 rooms."""
    from urban_renewal.processing.styling.counting import count_classes

    rows = [("POINT(0 0)", {"candidate_id": house, "kind": kind}) for house, kind in ("a1", "a2", "b1")]
    source = save_layer(make_layer(rows, kind="Point"), tmp_path / "sites.gpkg", "sites")
    assert count_classes(source, [""]) == [2]


def test_roads_are_told_by_the_words_of_osm_and_of_offices(make_layer):
    """Steps and paths by the usual mapping; a field of the user's own name is read."""
    from urban_renewal.processing.styling.dressed import wear

    words = ["primary", "次干路", "residential", "steps", "梯道", "footway", None, "高架"]
    layer = make_layer(
        [(f"LINESTRING({n} 0,{n} 5)", {"DLDJ": word}) for n, word in enumerate(words)], kind="LineString"
    )
    assert wear(layer, "roads", "zh", {"highway": "DLDJ"})
    context = QgsRenderContext()
    context.setExpressionContext(layer.createExpressionContext())
    context.setRendererScale(5000)
    renderer = layer.renderer().clone()
    renderer.startRender(context, layer.fields())
    labels = {item.ruleKey(): item.label() for item in renderer.legendSymbolItems()}
    found = []
    for feature in layer.getFeatures():
        context.expressionContext().setFeature(feature)
        found.append([labels[key] for key in renderer.legendKeysForFeature(feature, context) if key in labels])
    renderer.stopRender(context)
    told = [item[0] if len(item) == 1 else item for item in found]
    assert told == ["干路", "次干路、支路", "街巷", "梯道", "梯道", "步道", "街巷", "街巷"]


def test_full_facilities_are_red(make_layer, save_layer, tmp_path):
    """A facility is full when one of its kinds is; the rows that say so are hidden in the layer tree."""
    from qgis.core import QgsMapLayer
    from urban_renewal.processing.styling.dressed import wear
    from urban_renewal.processing.styling.loads import count_full, full_rows, join_full

    load = [("F1", "eday", 0.0, 40.0), ("F1", "meal", 0.0, 9.0), ("F2", "eday", 5.0, 40.0), ("F2", "nurs", 0.0, 7.0),
            ("F3", "kgar", 0.0, 0.0)]  # fmt: skip
    rows = [(None, dict(zip(("facility_id", "kind", "free", "served"), row))) for row in load]
    source = save_layer(make_layer(rows, kind="NoGeometry", crs=""), tmp_path / "load.gpkg", "load")
    full = full_rows(source, "load")
    assert full.flags() & QgsMapLayer.LayerFlag.Private
    places = make_layer([(f"POINT({n * 100} 0)", {"编号": f"F{n}"}) for n in (1, 2, 3, 4)], kind="Point")
    project = QgsProject.instance()
    project.addMapLayer(full, False)
    join_full(places, full, "编号")
    wear(
        places, "facilities", "en", {**{field.name(): field.name() for field in places.fields()}, "facility_id": "编号"}
    )
    picture = draw([places], 2000, (250.0, 0.0))
    metre = 1 / (2000 * 0.0254 / 96)  # pixels

    def rim(n):
        x = SIDE // 2 + round((100 * n - 250) * metre)
        colors = [QColor(picture.pixel(x + step, SIDE // 2)) for step in range(-8, 9) if 0 <= x + step < SIDE]
        more = {"red": max(c.red() - c.green() for c in colors), "green": max(c.green() - c.red() for c in colors)}
        return {word for word, excess in more.items() if excess > 40}

    assert [rim(n) for n in (1, 2, 3, 4)] == [{"red"}, {"red"}, {"green"}, {"green"}]
    assert count_full(source) == 2
    project.removeMapLayer(full.id())


NAMED = {  # what is named → a row of it, and the side of its square in metres
    "communities": ({"name": "人和社区"}, 400), "green": ({"name": "沿江公园"}, 200), "buildings": ({"floors": 6}, 30),
    "petals": ({"tag": "old_compound", "area_m2": 1e4, "walk_s": 60.0}, 200),
    "zones": ({"zone_id": "Z", "name": "大坪", "area_m2": 1e5, "petals_n": 2}, 400),
    "tagged": ({"name": "幸福里", "tag": "old_compound", "tag_level": "confirmed", "programme": "none"}, 200),
}  # fmt: skip


@pytest.mark.parametrize("name", NAMED)
def test_names_are_written_from_near_and_not_from_far(make_layer, name):
    """At 1:2000 each is named, at 1:100000 nothing is: no pixel is another than without names."""
    from urban_renewal.processing.styling.dressed import wear

    row, side = NAMED[name]
    h = side / 2
    layer = make_layer([(f"POLYGON((-{h} -{h},{h} -{h},{h} {h},-{h} {h},-{h} -{h}))", row)])
    wear(layer, name, "zh", {field.name(): field.name() for field in layer.fields()})

    def is_written(scale):
        pictures = []
        for enabled in (True, False):
            layer.setLabelsEnabled(enabled)
            pictures.append(draw([layer], scale))
        return pictures[0] != pictures[1]

    assert is_written(2000)
    assert not is_written(100_000)


def test_the_larger_thing_is_named_from_farther_and_first_as_the_guide_says():
    from urban_renewal.processing.styling.names import namings

    for language in ("zh", "en"):
        told, guide = namings(language), (GUIDE / f"guide.{language}.md").read_text(encoding="utf-8")
        for name in ("zones", "roads", "petals", "buildings"):
            assert f"1:{told[name].up_to}" in guide, name
        assert told["zones"].up_to > told["communities"].up_to > told["petals"].up_to > told["buildings"].up_to
        assert told["zones"].first > told["communities"].first > told["roads"].first > told["buildings"].first


def test_middle_of_a_picture_is_the_middle(make_layer):
    """What `draw` says where it is: else the pictures above would prove nothing."""
    from urban_renewal.processing.styling.dressed import wear

    layer = make_layer([("POLYGON((-5 -5,5 -5,5 5,-5 5,-5 -5))", {"floors": 3})])
    wear(layer, "buildings", "zh")
    layer.setLabelsEnabled(False)
    picture = draw([layer], 5000)
    assert QColor(picture.pixel(SIDE // 2, SIDE // 2)) == QColor("#DAD4C8")
    assert QColor(picture.pixel(20, 20)) == QColor("#FFFFFF")
    assert layer.extent().contains(QgsPointXY(0, 0))
