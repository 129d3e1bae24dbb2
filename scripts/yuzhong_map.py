"""The map of minutes in Yuzhong: colours of the buildings and the A3 sheet, for scripts/yuzhong.py."""

CLASSES = ((0, 5, "#FFF6DC"), (5, 10, "#FCCF86"), (10, 15, "#F08F55"), (15, 30, "#C4455B"), (30, 60, "#6A1F5C"))
RATIOS = (
    (0, 1.02, "#FFF6DC"),
    (1.02, 1.1, "#FCCF86"),
    (1.1, 1.25, "#F08F55"),
    (1.25, 1.5, "#C4455B"),
    (1.5, 99, "#6A1F5C"),
)
SHEETS = {  # name of the file: (title, expression of the colour, classes, unit behind the class, name in the legend)
    "yuzhong": (
        "渝中区：老人步行到最近轨道站出入口的时间（去程）",
        "elder_slope_min",
        CLASSES,
        " 分钟",
        "老人到最近轨道站口（去程）",
    ),
    "yuzhong_slope": (
        "渝中区：坡度和梯道使老人多走多少时间（计坡度 ÷ 不计坡度）",
        "elder_slope_min / elder_flat_min",
        RATIOS,
        " 倍",
        "老人：计坡度 ÷ 不计坡度",
    ),
}
CREDIT = "道路、房屋、站口 © OpenStreetMap contributors, ODbL 1.0 · 高程 USGS/NASA SRTMGL1"
FONT = "WenQuanYi Micro Hei"


def dress(layer, sheet="yuzhong"):
    """Colour buildings by an elder's minutes (or their ratio to the flat); those without a way are hatched."""
    from qgis.core import QgsFillSymbol, QgsRuleBasedRenderer

    root = QgsRuleBasedRenderer.Rule(None)

    def add(expression, label, **symbol):
        symbol = QgsFillSymbol.createSimple({"outline_color": "#8F958C", "outline_width": "0.05", **symbol})
        root.appendChild(QgsRuleBasedRenderer.Rule(symbol, 0, 0, expression, label))

    _, value, classes, unit, _ = SHEETS[sheet]
    for low, high, colour in classes:
        above = f"{value} > {low}" if low else f"{value} >= 0"
        label = f"{low}–{high}{unit}" if high < 99 else f"> {low}{unit}"
        add(f"{above} and {value} <= {high}", label, color=colour)
    add(f"({value}) is null", "走不到（未接上路网或超过 60 分钟）", color="#8B9197", style="f_diagonal")
    layer.setRenderer(QgsRuleBasedRenderer(root))


def draw_map(minutes, edges, doors_path, out, lines, sheet="yuzhong"):
    """Draw an A3 map as PDF and PNG."""
    from qgis.core import QgsLayoutExporter, QgsLayoutItemPage, QgsPrintLayout, QgsProject

    layers = [*context_layers(edges, doors_path), minutes]
    ways, doors, minutes = layers
    project = QgsProject()  # one a sheet: the legend shows what the project holds
    minutes.setName(SHEETS[sheet][4])
    project.addMapLayers(layers)
    project.setCrs(minutes.crs())
    layout = QgsPrintLayout(project)
    layout.initializeDefaults()
    layout.pageCollection().page(0).setPageSize("A3", QgsLayoutItemPage.Orientation.Landscape)
    dress(minutes, sheet)
    fill_sheet(layout, [doors, minutes, ways], minutes.extent(), lines, SHEETS[sheet][0])
    exporter = QgsLayoutExporter(layout)
    image = QgsLayoutExporter.ImageExportSettings()
    image.dpi = 150
    results = [
        exporter.exportToPdf(str(out / f"{sheet}.pdf"), QgsLayoutExporter.PdfExportSettings()),
        exporter.exportToImage(str(out / f"{sheet}.png"), image),
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


def fill_sheet(layout, layers, extent, lines, title):
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
    place(picture, 8, 22, 404, 200)
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

    write(title, 8, 7, 300, 14, 21)
    write("\n".join(lines), 180, 228, 140, 58, 10)
    write(CREDIT, 8, 289, 300, 6, 8)
    legend = QgsLayoutItemLegend(layout)
    legend.setLinkedMap(picture)
    legend.setTitle("图例")
    legend.setColumnCount(2)
    legend.setSplitLayer(True)
    place(legend, 8, 225, 150, 60)
    bar = QgsLayoutItemScaleBar(layout)
    bar.setLinkedMap(picture)
    bar.applyDefaultSize()
    bar.setUnitsPerSegment(500)
    place(bar, 330, 232, 80, 12)
