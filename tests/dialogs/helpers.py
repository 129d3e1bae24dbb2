"""What tests of the Workbench share: files of results written row by row, ways to press, to type and to wait."""

import json
import sqlite3
from contextlib import closing

from qgis.core import QgsFeature, QgsGeometry, QgsPointXY, QgsProject, QgsVectorFileWriter, QgsVectorLayer
from qgis.PyQt.QtCore import QAbstractEventDispatcher, QMimeData, QPoint, Qt, QTimer, QUrl
from qgis.PyQt.QtGui import QDragEnterEvent, QDropEvent
from qgis.PyQt.QtWidgets import QApplication, QDialogButtonBox


def wait_idle(qtbot, dock):
    qtbot.waitUntil(lambda: not dock.session.is_busy, timeout=10000)


def rest(qtbot, timeout=5000):
    """Wait until the windows are at rest: layouts and turns that were asked for are over, no timer fires once more.

    Timers of a second and more have to do with nothing that is seen: they import ahead and tidy up.
    """
    later = QAbstractEventDispatcher.instance()

    def is_at_rest():
        for _ in range(3):  # a layout asks for another, and what is told to a window in the next turn
            QApplication.sendPostedEvents()
            QApplication.processEvents()
        timers = (timer for window in QApplication.topLevelWidgets() for timer in window.findChildren(QTimer))
        soon = [timer for timer in timers if timer.isSingleShot() and timer.isActive() and timer.interval() < 1000]
        return not soon and "QSingleShotTimer" not in [item.metaObject().className() for item in later.children()]

    qtbot.waitUntil(is_at_rest, timeout=timeout)


def wait_looked(qtbot, dock):
    """Wait until the layers there are have been looked at: the dock does so a moment after it is made or some come."""
    look = dock._look
    qtbot.waitUntil(lambda: not look._timer.isActive() and look._turns is None, timeout=5000)


def ready(dock, qtbot, tmp_path, load_inputs):
    load_inputs()
    qtbot.waitUntil(lambda: bool(dock.inputs.combos["STATIONS"].currentData()), timeout=3000)
    dock.folder.setFilePath(str(tmp_path / "study"))
    qtbot.waitUntil(dock.run_all.isEnabled, timeout=3000)


def write_rows(path, name, source, rows):
    """Write rows, (WKT or None, values), into a GeoPackage as one table; `source` is what a memory layer is made of."""
    layer = QgsVectorLayer(source, name, "memory")
    for wkt, values in rows:
        feature = QgsFeature(layer.fields())
        feature.setAttributes(values)
        if wkt:
            feature.setGeometry(QgsGeometry.fromWkt(wkt))
        assert layer.dataProvider().addFeature(feature)
    options = QgsVectorFileWriter.SaveVectorOptions()
    options.driverName, options.layerName = "GPKG", name
    context = QgsProject.instance().transformContext()
    assert QgsVectorFileWriter.writeAsVectorFormatV3(layer, str(path), context, options)[0] == 0
    return layer


def write_without_system(path, name, wkt, values):
    """Write one row into a GeoPackage that knows no coordinate system; `values` are {field: text}."""
    from osgeo import ogr

    base = ogr.GetDriverByName("GPKG").CreateDataSource(str(path))
    shape = ogr.CreateGeometryFromWkt(wkt)
    layer = base.CreateLayer(name, None, shape.GetGeometryType())
    for field in values:
        layer.CreateField(ogr.FieldDefn(field, ogr.OFTString))
    row = ogr.Feature(layer.GetLayerDefn())
    row.SetGeometry(shape)
    for field, text in values.items():
        row.SetField(field, text)
    assert layer.CreateFeature(row) == 0
    del row, layer, base  # closes the file


# A 120 m street east, B 60 m of stairs north (10 m up), C 120 m street east; an elder walks 1 m in 1 s on streets,
# the stairs take 100 s up and 80 s down
EDGES = (
    ("A", "n1", "n2", "street", 120.0, 0.0, 0.0, 120000, 120000, "LINESTRING(0 0, 120 0)"),
    ("B", "n2", "n3", "stairs", 60.0, 0.0, 10.0, 100000, 80000, "LINESTRING(120 0, 120 60)"),
    ("C", "n3", "n4", "street", 120.0, 10.0, 10.0, 120000, 120000, "LINESTRING(120 60, 240 60)"),
)


def write_edges(path, x=0.0, y=0.0):
    fields = "field=edge_id:string&field=from_node:string&field=to_node:string&field=kind:string&field=length_m:double"
    more = "&field=z_from_m:double&field=z_to_m:double&field=elder_fwd_ms:integer&field=elder_back_ms:integer"
    rows = []
    for *values, wkt in EDGES:
        shape = QgsGeometry.fromWkt(wkt)
        shape.translate(x, y)
        rows.append((shape.asWkt(), values))
    write_rows(path, "edges", f"LineString?crs=EPSG:4545&{fields}{more}", rows)


FIELDS = (
    "parcel_id:string", "tag:string", "tag_level:string", "tag_score:double", "tag_known:double", "tag_source:string",
    "tag_reason:string", "tag_evidence:string(0)", "area_m2:double", "bldg_n:integer", "rules_id:string",
)  # fmt: skip


EVIDENCE = {
    "tag": "old_compound", "level": "suspected", "score": 0.56, "score_max": 0.7, "known": 0.9,
    "where": [{"indicator": "resid_share", "state": "true"}, {"indicator": "self_built", "state": "unknown"}],
    "criteria": [
        {"criterion": "age", "values": {"old_share": [0, 0]}, "m_lo": 0.4, "m_hi": 0.4, "weight": 0.5,
         "source": "国办发〔2020〕23号", "status": "found"},
        {"criterion": "lift_need_n", "values": {"lift_need_n": [3, 5]}, "m_lo": 1, "m_hi": 1, "weight": 0.2,
         "source": "own choice", "status": "heuristic"},
        {"criterion": "weak_share", "values": {"weak_share": [0, 0]}, "m_lo": 0, "m_hi": 0, "weight": 0.2,
         "source": "own choice", "status": "heuristic"},
        {"criterion": "upkeep", "values": {"management": [None, None]}, "m_lo": 0, "m_hi": 1, "weight": 0.1,
         "source": "own choice", "status": "heuristic"},
    ],
}  # fmt: skip


# limits of the Chongqing rules: old compound 0.4 and 0.6, urban village 0.4 and 0.7
PARCELS = (
    ("P1", "old_compound", "suspected", 0.50, 1.0, "rule", 900.0),  # 0.1 from both limits: doubt 0.5
    ("P2", "old_compound", "suspected", 0.60, 1.0, "rule", 400.0),  # at a limit: 1
    ("P3", "urban_village", "suspected", 0.65, 0.5, "rule", 700.0),  # 0.05 away: 0.75; half unknown: 0.875
    ("P4", "old_compound", "confirmed", 0.90, 1.0, "rule", 800.0),
    ("P5", "none", "none", 0.10, 1.0, "rule", 600.0),
    ("P6", "idle_factory", "suspected", 0.5, 1.0, "review", 500.0),  # decided before: not asked again
)


def write_tagged(path, parcels=PARCELS):
    """Write parcels of 10 m × 10 m, every 20 m from 500,000 m east, 3,270,000 m north."""
    rows = []
    for place, (key, tag, level, score, known, source, area) in enumerate(parcels):
        left = 500000 + 20 * place
        shape = f"POLYGON(({left} 3270000, {left + 10} 3270000, {left + 10} 3270010, {left} 3270010, {left} 3270000))"
        told = [f"why {key}", json.dumps(EVIDENCE)]
        rows.append((shape, [key, tag, level, score, known, source, *told, area, 3, "chongqing"]))
    write_rows(path, "tagged", "Polygon?crs=EPSG:4545&" + "&".join(f"field={name}" for name in FIELDS), rows)


EAST, NORTH = 500020.0, 3270005.0  # where the street begins: in P2, the second parcel of write_tagged


DETAIL = (
    "NoGeometry?field=parcel_id:string&field=kind:string&field=standard_id:string&field=people:double"
    "&field=need:double&field=served:double&field=gap:double&field=walk_m:double&field=walk_s:double"
    "&field=nearest_id:string&field=reach_n:integer&field=status:string&field=unit:string&field=line_m:double"
)


def tab_chain(start, within, count=40):
    """Return what Tab goes through from a widget, inside another, until it comes round."""
    found, widget = [], start
    for _ in range(400):
        if within.isAncestorOf(widget) and widget.isVisibleTo(within) and widget.isEnabled():
            if widget in found:
                break
            if int(widget.focusPolicy()) & int(Qt.FocusPolicy.TabFocus) and widget.focusProxy() is None:
                found.append(widget)
        widget = widget.nextInFocusChain()
        if widget is start or len(found) >= count:
            break
    return found


def drop(dock, path):
    from urban_renewal.dialogs.drop.sheet import DropSheet

    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path))])
    buttons, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    QApplication.sendEvent(dock, QDragEnterEvent(QPoint(20, 20), Qt.DropAction.CopyAction, mime, buttons, keys))
    QApplication.sendEvent(dock, QDropEvent(QPoint(20, 20), Qt.DropAction.CopyAction, mime, buttons, keys))
    return dock.findChild(DropSheet)


def press(qtbot, sheet):
    qtbot.mouseClick(sheet.buttons.button(QDialogButtonBox.StandardButton.Ok), Qt.MouseButton.LeftButton)


KINDS = ("ruleset", "standard", "profiles", "zone-rules", "costs", "template")


def number(editor, keys):
    """Return the spin box of a value in the section that is shown."""
    for table in editor.dialog.form.tables:
        if keys in table.editors:
            return table.editors[keys]._inputs[0]
    raise KeyError(keys)


def type_number(qtbot, box, text):
    box.setFocus()
    box.selectAll()
    qtbot.keyClicks(box, text)
    qtbot.keyClick(box, Qt.Key.Key_Return)


def one_petal_is_enough(path):
    """Write zone rules of a user's own: the town is all of one kind, so its zone has one petal."""
    from urban_renewal.core.resources import RESOURCES

    rules = json.loads((RESOURCES / "zonerules" / "chongqing.json").read_text(encoding="utf-8"))
    rules["id"], rules["limits"]["petals_min"]["value"] = "town", 1
    path.write_text(json.dumps(rules, ensure_ascii=False), encoding="utf-8")
    return str(path)


LIST_HEAD = ["序号", "设施编号", "设施名称", "设施类别", "规模", "规模单位", "经度", "纬度"]
LIST_ROWS = [  # a list of facilities as an office sends it: the last one without coordinates
    [1, "F1", "甲托育园", "托育园", 40.0, "座", 106.5501, 29.5602],
    [2, "F2", "乙幼儿园", "幼儿园", 180.0, "座", 106.5512, 29.5611],
    [3, "F3", "丙养老站", "社区养老服务站", 350.0, "平方米", None, None],
]


def opened(dock, qtbot, path):
    """Drop a large list and wait until it is read."""
    sheet = drop(dock, path)
    qtbot.waitUntil(lambda: not sheet.large.is_reading, timeout=5000)
    return sheet


def shown(panel):
    """Return the parcel that the panel of reviews shows."""
    return panel.item().parcel_id


def column(panel, n):
    """Return a column of the list of reviews as it is read."""
    model = panel.form.table
    return [model.data(model.index(row, n)) for row in range(model.rowCount())]


def rows(panel):
    """Return the reviews in the file of a panel: parcel, tag, reviewer, reason."""
    with closing(sqlite3.connect(panel.desk.store.path)) as base, base:
        return base.execute("SELECT parcel_id, tag, reviewer, reason FROM reviews ORDER BY fid").fetchall()


def click(explore, x, y):
    """Click a place of the map while exploring; return what the panel says."""
    explore.tool.canvasClicked.emit(QgsPointXY(x, y), Qt.MouseButton.LeftButton)
    return explore.panel.text.toPlainText()


def turn_wheel(widget):
    """Send a notch of the wheel to a widget; whether it was taken."""
    from qgis.PyQt.QtCore import QPoint, QPointF, Qt
    from qgis.PyQt.QtGui import QWheelEvent
    from qgis.PyQt.QtWidgets import QApplication

    event = QWheelEvent(
        QPointF(3, 3), QPointF(widget.mapToGlobal(QPoint(3, 3))), QPoint(), QPoint(0, -120),
        Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(widget, event)
    return event.isAccepted()
