"""Maps of sheets drawn in a worker: the same picture as QGIS's own, and Cancel ends the drawing."""

import pytest


@pytest.fixture
def sheet(qgis_app):
    """A function that makes (layers, a sheet with their map and a second map that shows where it lies)."""
    from qgis.core import (
        QgsFeature,
        QgsFillSymbol,
        QgsGeometry,
        QgsPalLayerSettings,
        QgsProject,
        QgsRectangle,
        QgsSingleSymbolRenderer,
        QgsVectorLayer,
        QgsVectorLayerSimpleLabeling,
    )
    from urban_renewal.processing.delivery.pages.sheet import Sheet

    def make(count):
        layer = QgsVectorLayer("Polygon?crs=EPSG:4545&field=n:int", "boxes", "memory")
        features = []
        for number in range(count):
            feature = QgsFeature(layer.fields())
            feature.setAttributes([number])
            x, y = number % 50 * 20, number // 50 * 20
            feature.setGeometry(QgsGeometry.fromRect(QgsRectangle(x, y, x + 17, y + 13)))
            features.append(feature)
        layer.dataProvider().addFeatures(features)
        layer.updateExtents()
        look = QgsFillSymbol.createSimple({"color": "#D9A7B5", "outline_color": "#222222"})  # QGIS's own is any colour
        layer.setRenderer(QgsSingleSymbolRenderer(look))
        names = QgsPalLayerSettings()
        names.fieldName = "n"
        layer.setLabeling(QgsVectorLayerSimpleLabeling(names))
        layer.setLabelsEnabled(True)
        project = QgsProject()
        project.addMapLayer(layer, False)
        made = Sheet(project, "01", "")
        extent = QgsRectangle(0, 0, 1000, 700)
        drawn = made.map((10, 10, 300, 210), extent, [layer], layer.crs(), 4000)
        place = made.map((330, 10, 60, 42), extent, [layer], layer.crs(), 20000, marked=False)
        place.overview().setLinkedMap(drawn)
        return project, made

    return make


def in_worker(work):
    """Do it in a thread that is not the main one; return what it returns, raise what it raises."""
    from qgis.PyQt.QtCore import QThread

    found = []

    class Worker(QThread):  # a thread of Qt's, as tasks have: timers run in no other
        def run(self):
            try:
                found.append((work(), None))
            except BaseException as fault:
                found.append((None, fault))

    worker = Worker()
    worker.start()
    worker.wait()
    value, fault = found[0]
    if fault is not None:
        raise fault
    return value


def picture(made, run, path):
    from qgis.core import QgsLayoutExporter
    from urban_renewal.processing.delivery.pages.printedmap import Printer

    settings = QgsLayoutExporter.ImageExportSettings()
    settings.dpi, settings.exportMetadata, settings.generateWorldFile = 60, False, False
    done = Printer(made, run).exportToImage(str(path), settings)
    assert done == QgsLayoutExporter.ExportResult.Success
    return path.read_bytes()


def test_a_watched_map_is_the_picture_that_qgis_draws(sheet, tmp_path, monkeypatch):
    """On the main thread QGIS draws all by itself; in a worker the layers are drawn by a job of their own."""
    from urban_renewal.core.run import Run
    from urban_renewal.processing.delivery.pages import printedmap

    jobs = []
    draw = printedmap.PrintedMap._draw
    monkeypatch.setattr(printedmap.PrintedMap, "_draw", lambda item, job: (jobs.append(1), draw(item, job))[1])
    _project, made = sheet(900)
    alone = picture(made, Run(), tmp_path / "alone.png")
    assert jobs == []

    def work():
        project, made = sheet(900)
        found = picture(made, Run(), tmp_path / "watched.png")
        made.close()
        project.clear()
        return found

    watched = in_worker(work)
    assert len(jobs) == 2  # the map, and the one that shows where it lies
    assert watched == alone


def test_a_picture_is_the_file_that_qgis_writes(sheet, tmp_path):
    """Drawing and writing are asked for Cancel in between; dots of the page stay as they were."""
    from qgis.core import QgsLayoutExporter
    from urban_renewal.core.run import Run
    from urban_renewal.processing.delivery.pages.printedmap import Printer

    results, settings = QgsLayoutExporter.ExportResult, QgsLayoutExporter.ImageExportSettings()
    settings.dpi, settings.exportMetadata, settings.generateWorldFile = 60, False, False
    _project, made = sheet(900)
    before = made.layout.renderContext().dpi()
    assert before != 60
    ours = picture(made, Run(), tmp_path / "ours.png")
    assert made.layout.renderContext().dpi() == before
    assert QgsLayoutExporter(made.layout).exportToImage(str(tmp_path / "qgis.png"), settings) == results.Success
    assert ours == (tmp_path / "qgis.png").read_bytes()
    assert Printer(made, Run()).exportToImage(str(tmp_path / "no folder" / "a.png"), settings) == results.FileError


def test_cancel_ends_the_drawing(sheet, tmp_path):
    """Cancel that comes while the map is drawn is heard by the first look: the job is called off, the sheet is none."""
    from urban_renewal.core.errors import Cancelled
    from urban_renewal.core.run import Run
    from urban_renewal.processing.delivery.pages import printedmap

    class Job(printedmap.QgsMapRendererCustomPainterJob):
        stopped = 0

        def cancelWithoutBlocking(self):
            Job.stopped += 1
            super().cancelWithoutBlocking()

    looks = []

    def is_cancelled():
        looks.append(1)
        return len(looks) > 1  # the drawing begins, then Cancel is pressed

    def work():
        project, made = sheet(30_000)
        try:
            picture(made, Run(is_cancelled=is_cancelled), tmp_path / "a.png")
        finally:
            made.close()
            project.clear()

    patch = pytest.MonkeyPatch()
    patch.setattr(printedmap, "LOOK_MS", 1)
    patch.setattr(printedmap, "QgsMapRendererCustomPainterJob", Job)
    try:
        with pytest.raises(Cancelled):
            in_worker(work)
    finally:
        patch.undo()
    assert Job.stopped >= 1
    assert len(looks) < 200


def test_a_fault_while_painting_is_raised_after_it(sheet, tmp_path, monkeypatch):
    """QGIS calls paint(): an exception there would take the process down."""
    from urban_renewal.core.run import Run
    from urban_renewal.processing.delivery.pages import printedmap

    def broken(item, job):
        raise ValueError("broken")

    monkeypatch.setattr(printedmap.PrintedMap, "_draw", broken)

    def work():
        project, made = sheet(10)
        try:
            picture(made, Run(), tmp_path / "a.png")
        finally:
            made.close()
            project.clear()

    with pytest.raises(ValueError, match="broken"):
        in_worker(work)


def test_a_legend_looks_at_cancel_between_features(sheet):
    """A city's features are looked at one by one for what occurs among them: a rule that draws none needs them all."""
    from qgis.core import QgsFillSymbol, QgsRuleBasedRenderer
    from urban_renewal.core.run import Run
    from urban_renewal.processing.delivery.pages import legends

    looks = []
    _project, made = sheet(2 * legends.SLICE + 1)
    layer = made.maps[0].layers()[0]
    root = QgsRuleBasedRenderer.Rule(None)
    for condition in ('"n" >= 0', '"n" < 0'):
        root.appendChild(
            QgsRuleBasedRenderer.Rule(QgsFillSymbol.createSimple({}), filterExp=condition, label=condition)
        )
    layer.setRenderer(QgsRuleBasedRenderer(root))
    run = Run(is_cancelled=lambda: bool(looks.append(1)))
    assert legends.entries_that_occur(layer, run=run) == [0]
    assert len(looks) == 3


def printed_page(made, run, path):
    """Print a PDF; return its bytes and the streams in it, unpacked."""
    import re
    import zlib

    from qgis.core import Qgis, QgsLayoutExporter
    from urban_renewal.processing.delivery.pages.printedmap import Printer

    settings = QgsLayoutExporter.PdfExportSettings()
    settings.dpi, settings.exportMetadata, settings.appendGeoreference = 100, False, False
    settings.textRenderFormat = Qgis.TextRenderFormat.AlwaysText
    assert Printer(made, run).exportToPdf(str(path), settings) == QgsLayoutExporter.ExportResult.Success
    content, streams = path.read_bytes(), []
    for start in re.finditer(rb"stream\r?\n", content):
        try:
            streams.append(zlib.decompressobj().decompress(content[start.end() :]))
        except zlib.error:
            continue
    return content, max(streams, key=lambda stream: stream.count(b" l\n"))


@pytest.mark.parametrize("where", ["worker", "main"])
def test_a_crowded_layer_is_a_picture_on_the_page_and_its_names_stay_text(sheet, tmp_path, monkeypatch, where):
    """The second map, a fortieth of the first's size, shows as many shapes; a layer with few stays lines."""
    from urban_renewal.core.run import Run
    from urban_renewal.processing.delivery.pages import printedmap

    def work():
        project, made = sheet(900)
        layer = made.maps[0].layers()[0]
        few = printed_page(made, Run(), tmp_path / "few.pdf")
        monkeypatch.setattr(printedmap, "MANY", 500)
        many = printed_page(made, Run(), tmp_path / "many.pdf")
        kept = layer.renderer().forceRasterRender()
        made.close()
        project.clear()
        return few, many, kept

    (few, lines), (many, rest), kept = work() if where == "main" else in_worker(work)
    assert b"/Subtype /Image" not in few
    assert many.count(b"/Subtype /Image") >= 2
    assert kept is False  # the project keeps its layers as they were
    assert rest.count(b" l\n") < lines.count(b" l\n") - 900
    assert rest.count(b"Tj") == lines.count(b"Tj") > 500  # a name for each shape


def test_rims_around_names_are_pens_not_shapes_on_the_page(sheet, tmp_path):
    """A translucent rim is written as the outline of a stroke: ten times as much as the name itself."""
    from qgis.core import QgsPalLayerSettings, QgsVectorLayerSimpleLabeling
    from urban_renewal.core.run import Run
    from urban_renewal.processing.styling import lettering

    project, made = sheet(900)
    layer = made.maps[0].layers()[0]

    def page(halo, opacity=None):
        names = QgsPalLayerSettings()
        names.fieldName = "n"
        drawn = lettering.text_format(lettering.letters(), 6, "#222222", halo=halo)
        if opacity is not None:
            rim = drawn.buffer()
            rim.setOpacity(opacity)
            drawn.setBuffer(rim)
        names.setFormat(drawn)
        layer.setLabeling(QgsVectorLayerSimpleLabeling(names))
        return printed_page(made, Run(), tmp_path / "page.pdf")[1]

    bare, opaque, rimmed = page(False), page(True, 1.0), page(True)
    settings = layer.labeling().settings()
    drawn = settings.format()
    assert drawn.buffer().opacity() == 0.85  # the project keeps its layers as they were
    assert rimmed == opaque
    assert rimmed.count(b"Tj") == bare.count(b"Tj") > 500
    assert len(rimmed) > len(bare) + 500 * 100  # there are rims
    made.close()
    project.clear()


def test_only_what_a_map_shows_counts(sheet, monkeypatch):
    from qgis.core import QgsRectangle
    from urban_renewal.processing.delivery.pages import printedmap

    monkeypatch.setattr(printedmap, "MANY", 500)
    _project, made = sheet(900)  # 1,000 x 360 m of boxes
    shown = made.maps[0]
    assert [layer.name() for layer in printedmap.crowded(shown)] == ["boxes"]
    shown.zoomToExtent(QgsRectangle(0, 0, 100, 70))
    assert printedmap.crowded(shown) == []


def test_a_part_of_a_table_is_counted(qgis_app, tmp_path):
    """QGIS does not know how many rows a layer has that is opened with a subset."""
    from qgis.core import (
        QgsFeature,
        QgsGeometry,
        QgsPointXY,
        QgsProject,
        QgsRectangle,
        QgsVectorFileWriter,
        QgsVectorLayer,
    )
    from urban_renewal.processing.delivery.pages import printedmap
    from urban_renewal.processing.delivery.pages.sheet import Sheet

    memory = QgsVectorLayer("Point?crs=EPSG:4545&field=stage:string", "land", "memory")
    features = []
    for number in range(60):
        feature = QgsFeature(memory.fields())
        feature.setAttributes(["now" if number % 3 else "plan"])
        feature.setGeometry(QgsGeometry.fromPointXY(QgsPointXY(10 * number, 5 * number)))
        features.append(feature)
    memory.dataProvider().addFeatures(features)
    options = QgsVectorFileWriter.SaveVectorOptions()
    options.layerName = "land"
    path = str(tmp_path / "a.gpkg")
    project = QgsProject()
    QgsVectorFileWriter.writeAsVectorFormatV3(memory, path, project.transformContext(), options)
    source = f'{path}|layername=land|subset="stage" = '
    layers = [QgsVectorLayer(f"{source}'{stage}'", stage, "ogr") for stage in ("now", "plan")]
    project.addMapLayers(layers, False)
    made = Sheet(project, "01", "")
    shown = made.map((10, 10, 200, 100), QgsRectangle(0, 0, 600, 300), layers, memory.crs(), 3000)
    patch = pytest.MonkeyPatch()
    patch.setattr(printedmap, "MANY", 25)
    try:
        assert [layer.name() for layer in printedmap.crowded(shown)] == ["now"]  # 40 of 60
    finally:
        patch.undo()
        made.close()
