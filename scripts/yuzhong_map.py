"""The map of minutes in Yuzhong: colours of the buildings and the A3 sheet, for scripts/yuzhong.py."""

CLASSES = ((0, 5, "#FFF6DC"), (5, 10, "#FCCF86"), (10, 15, "#F08F55"), (15, 30, "#C4455B"), (30, 60, "#6A1F5C"))
CREDIT = "道路、房屋、站口 © OpenStreetMap contributors, ODbL 1.0 · 高程 USGS/NASA SRTMGL1"
FONT = "WenQuanYi Micro Hei"


def dress(layer):
    """Colour buildings by an elder's minutes; those without a way are hatched."""
    from qgis.core import QgsFillSymbol, QgsRuleBasedRenderer

    root = QgsRuleBasedRenderer.Rule(None)

    def add(expression, label, **symbol):
        symbol = QgsFillSymbol.createSimple({"outline_color": "#8F958C", "outline_width": "0.05", **symbol})
        root.appendChild(QgsRuleBasedRenderer.Rule(symbol, 0, 0, expression, label))

    for low, high, colour in CLASSES:
        above = f"elder_slope_min > {low}" if low else "elder_slope_min >= 0"
        add(f"{above} and elder_slope_min <= {high}", f"{low}–{high} 分钟", color=colour)
    add("elder_slope_min is null", "走不到（未接上路网或超过 60 分钟）", color="#8B9197", style="f_diagonal")
    layer.setRenderer(QgsRuleBasedRenderer(root))


def draw_map(minutes, edges, doors_path, out, lines):
    """Draw the A3 map as PDF and PNG."""
    from qgis.core import QgsLayoutExporter, QgsLayoutItemPage, QgsPrintLayout, QgsProject

    layers = [*context_layers(edges, doors_path), minutes]
    ways, doors, minutes = layers
    project = QgsProject.instance()
    project.addMapLayers(layers)
    project.setCrs(minutes.crs())
    layout = QgsPrintLayout(project)
    layout.initializeDefaults()
    layout.pageCollection().page(0).setPageSize("A3", QgsLayoutItemPage.Orientation.Landscape)
    fill_sheet(layout, [doors, minutes, ways], minutes.extent(), lines)
    exporter = QgsLayoutExporter(layout)
    image = QgsLayoutExporter.ImageExportSettings()
    image.dpi = 150
    results = [
        exporter.exportToPdf(str(out / "yuzhong.pdf"), QgsLayoutExporter.PdfExportSettings()),
        exporter.exportToImage(str(out / "yuzhong.png"), image),
    ]
    if any(result != QgsLayoutExporter.ExportResult.Success for result in results):
        raise SystemExit("yuzhong: the map could not be written")


def context_layers(edges, doors_path):
    """Return the streets and the station entrances, styled."""
    from qgis.core import QgsLineSymbol, QgsMarkerSymbol, QgsSingleSymbolRenderer, QgsVectorLayer

    ways = QgsVectorLayer(str(edges), "步行路网", "ogr")
    ways.setRenderer(QgsSingleSymbolRenderer(QgsLineSymbol.createSimple({"color": "#CFC9BC", "width": "0.2"})))
    doors = QgsVectorLayer(str(doors_path), "轨道站出入口", "ogr")
    look = {"name": "square", "color": "#FFFFFF", "outline_color": "#C2185B", "outline_width": "0.5", "size": "2.2"}
    doors.setRenderer(QgsSingleSymbolRenderer(QgsMarkerSymbol.createSimple(look)))
    return ways, doors


def fill_sheet(layout, layers, extent, lines):
    """Put map, title, legend, scale bar and what was found on the sheet."""
    from qgis.core import (
        QgsLayoutItemLabel,
        QgsLayoutItemLegend,
        QgsLayoutItemMap,
        QgsLayoutItemScaleBar,
        QgsLayoutPoint,
        QgsLayoutSize,
        QgsTextFormat,
        QgsUnitTypes,
    )  # fmt: skip
    from qgis.PyQt.QtGui import QFont

    def place(item, x, y, width, height):
        item.attemptMove(QgsLayoutPoint(x, y))
        item.attemptResize(QgsLayoutSize(width, height))
        layout.addLayoutItem(item)

    picture = QgsLayoutItemMap(layout)
    place(picture, 8, 22, 404, 205)
    picture.setLayers(layers)
    picture.zoomToExtent(extent.buffered(extent.width() * 0.01))
    picture.setFrameEnabled(True)

    def write(text, x, y, width, height, size):
        label = QgsLayoutItemLabel(layout)
        label.setText(text)
        form = QgsTextFormat()
        form.setFont(QFont(FONT))
        form.setSize(size)
        form.setSizeUnit(QgsUnitTypes.RenderUnit.RenderPoints)
        label.setTextFormat(form)
        place(label, x, y, width, height)

    write("渝中区：老人步行到最近轨道站出入口的时间（去程）", 8, 7, 300, 14, 21)
    write("\n".join(lines), 120, 232, 200, 55, 10)
    write(CREDIT, 8, 289, 300, 6, 8)
    legend = QgsLayoutItemLegend(layout)
    legend.setLinkedMap(picture)
    legend.setTitle("图例")
    legend.setColumnCount(2)
    legend.setSplitLayer(True)
    place(legend, 8, 230, 100, 55)
    bar = QgsLayoutItemScaleBar(layout)
    bar.setLinkedMap(picture)
    bar.applyDefaultSize()
    bar.setUnitsPerSegment(500)
    place(bar, 330, 232, 80, 12)
