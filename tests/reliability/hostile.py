"""Hostile things: parameter values, layers and texts that nobody sane would give, and somebody will.

Whoever runs this may be root, and some of these texts become destinations: no text may name a real file of the machine.
`BAIT` stands for the file that must stay as it is; the fixture `hostile` puts one of the test's own in its place.
"""

import math
from pathlib import Path

from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsFeature,
    QgsField,
    QgsGeometry,
    QgsProcessingParameterCrs,
    QgsProcessingParameterDateTime,
    QgsProcessingParameterEnum,
    QgsProcessingParameterFeatureSink,
    QgsProcessingParameterFeatureSource,
    QgsProcessingParameterField,
    QgsProcessingParameterMultipleLayers,
    QgsProcessingParameterNumber,
    QgsProcessingParameterRasterLayer,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import QMetaType

BAIT = "<bait>"
TEXTS = [
    "", " ", "\0", "a\0b", "\n", "\r\n", "\t", "'", '"', "'; DROP TABLE parcels; --", "%s%n%d", "{0}", "{n.__class__}",
    "${HOME}", "=HYPERLINK(\"http://127.0.0.1\")", "=cmd|' /C calc'!A0", "@SUM(1)", "+1", "-1", "../../../etc/passwd",
    BAIT, "C:\\Windows\\win.ini", "\\\\host\\share", "http://127.0.0.1:9/x", "/vsizip/" + BAIT,
    "<script>alert(1)</script>", "&amp;<b>", "]]>", "eval(1)", "env('HOME')", "@qgis_version", "重庆/片区 1", "𠮷㙍",
    "👨‍👩‍👧", "\u202egnp.exe", "\ufeff", "\ud800".encode("utf-8", "replace").decode(), "é" * 300, "长" * 5000, "NULL",
    "nan", "inf", "-0", "1e999", "0x10", "１２３", "一九八〇年代", "true", "9" * 400, "1,2,3", "5,5",
    "a=1", "people=-1",
    "{片区}", "{", "}", "{序号}{序号}", "{n!r}", "{n:>99999}", "id|layername=x", "memory:", "ogr:dbname=", "postgres://x",
]  # fmt: skip
NUMBERS = [
    0,
    -1,
    1,
    2,
    1e-300,
    -1e308,
    1e308,
    math.inf,
    -math.inf,
    math.nan,
    2**31,
    2**63,
    2**64,
    -(2**63),
    0.5,
    "7",
    "x",
]
PATHS = [BAIT, "", "x.gpkg", "/dev/null", 5, None, "|layername=", "/tmp", "memory:"]  # instead of a layer
RASTERS = ["/dev/null", BAIT, "", "x.tif", 0]
ODD = [None, True, False, [], {}, [None], [[]], {"a": 1}, b"bytes", 3 + 4j, object(), ("a",), range(3)]
SHAPES = [
    None, "POLYGON EMPTY", "POINT EMPTY", "POINT(nan nan)", "POINT(1e308 -1e308)", "POINT(inf 0)", "POINT(0 0)",
    "POLYGON((0 0,1 1,0 1,1 0,0 0))", "POLYGON((0 0,0 0,0 0,0 0))", "POLYGON((0 0,1 0,2 0,0 0))",
    "POLYGON((0 0,10 0,10 10,0 10,0 0),(0 0,10 0,10 10,0 10,0 0))", "LINESTRING(0 0,0 0)", "LINESTRING EMPTY",
    "LINESTRING(0 0,1e9 1e9)", "LINESTRINGZ(0 0 nan,1 1 1e300)", "POLYGONZM((0 0 1 2,9 0 1 2,9 9 1 2,0 0 1 2))",
    "CURVEPOLYGON(CIRCULARSTRING(0 0,4 0,4 4,0 4,0 0))", "MULTIPOLYGON EMPTY", "MULTIPOINT((0 0),(1 1))",
    "GEOMETRYCOLLECTION(POINT(0 0),LINESTRING(0 0,1 1))", "GEOMETRYCOLLECTION EMPTY", "MULTILINESTRING((0 0,1 1))",
    "POLYGON((400000 3200000,400001 3200000,400000 3200001,400000 3200000))",
]  # fmt: skip
SYSTEMS = ["", "EPSG:4326", "EPSG:3857", "EPSG:4545", "EPSG:4490", "EPSG:32648", "EPSG:4979", "EPSG:2263", "EPSG:5773"]
TYPES = [QMetaType.Type.QString, QMetaType.Type.Double, QMetaType.Type.LongLong, QMetaType.Type.Bool,
         QMetaType.Type.QDate, QMetaType.Type.QDateTime, QMetaType.Type.QByteArray, QMetaType.Type.Int,
         QMetaType.Type.QVariantList, QMetaType.Type.QVariantMap]  # fmt: skip
KINDS = ["Polygon", "MultiPolygon", "Point", "LineString", "MultiLineStringZ", "None", "PolygonZM", "Geometry"]


def lay_bait(folder):
    """Put a file that nobody may change into the folder, and its path wherever a text names the bait."""
    path = Path(folder) / "passwd"
    path.write_text("root:x:0:0:root:/root:/bin/bash\n", encoding="utf-8")
    for place in (TEXTS, PATHS, RASTERS):
        place[:] = [item.replace(BAIT, str(path)) if isinstance(item, str) else item for item in place]
    return path


def pick(draw, items):
    """Take one of the items."""
    return items[draw(len(items))]


def any_value(draw):
    """Return a text, a number or something that is no value at all."""
    return pick(draw, pick(draw, [TEXTS, NUMBERS, ODD]))


def spoil_value(draw, definition, known, spoil_layer):
    """Return a hostile value for a parameter; `known` is one that works, None = left out."""
    layers = (QgsProcessingParameterFeatureSource, QgsProcessingParameterMultipleLayers)
    if isinstance(definition, layers) and draw(5):
        found = spoil_layer(draw, known)
        return [found] if isinstance(definition, QgsProcessingParameterMultipleLayers) else found
    if isinstance(definition, QgsProcessingParameterField) and draw(2):
        return pick(draw, ["geometry", "fid", "name", "parcel_id", "kind", "缺", "", "population", "value", "status"])
    if isinstance(definition, QgsProcessingParameterEnum) and draw(2):
        options = definition.options()
        return pick(draw, [options, options[:1], options[0], 0, -1, 99, "0", ",".join(options), [options[-1]] * 3])
    if isinstance(definition, QgsProcessingParameterNumber) and draw(2):
        low, high = definition.minimum(), definition.maximum()
        return pick(draw, [low, high, low - 1, high + 1, (low + high) / 2, definition.defaultValue(), *NUMBERS])
    if isinstance(definition, QgsProcessingParameterCrs) and draw(2):
        return pick(draw, [*SYSTEMS, QgsCoordinateReferenceSystem()])
    if isinstance(definition, QgsProcessingParameterDateTime) and draw(2):
        return pick(draw, ["2025-13-01", "0000-00-00", "9999-12-31", "-1", "2025-02-29", "1900-01-01", "today", ""])
    if isinstance(definition, QgsProcessingParameterRasterLayer) and draw(2):
        return pick(draw, [*RASTERS, known])
    if isinstance(definition, QgsProcessingParameterFeatureSink):
        return pick(draw, ["", None, "memory:", "TEMPORARY_OUTPUT", 0, "/dev/full", "/nowhere/x.gpkg", "x\0.gpkg"])
    return any_value(draw)


FIGURES = (0, -1, 1, 2, 0.5, 1e-300, 1e300, -1e300, 2**63, 10**400, True, None, "", "3", [], {}, [1, 2], "(a|aa)+$")


def spoil_document(draw, document):
    """Change one place of a rule file: a number moved, a text replaced, something gone, doubled or of another kind."""
    at = []

    def collect(value):
        for key, item in list(value.items() if isinstance(value, dict) else enumerate(value)):
            at.append((value, key))
            if isinstance(item, (dict, list)):
                collect(item)

    collect(document)
    numbers = [place for place in at if isinstance(place[0][place[1]], (int, float))]
    if numbers and draw(4):  # mostly a document that stays one: other numbers, to be worked with
        holder, key = pick(draw, numbers)
        value = min(holder[key], 2**63)
        holder[key] = pick(draw, [-value, value * 1e6, value * 1.5, value / 3, value + 1, value - 1, 0, 1, 1e-9, 1e9])
        return
    holder, key = pick(draw, at)
    how = pick(draw, ("text", "remove", "double", "odd"))
    if how == "remove":
        del holder[key]
    elif how == "double" and isinstance(holder, list):
        holder.insert(key, holder[key])
    elif how == "text":
        holder[key] = pick(draw, TEXTS)
    else:
        holder[key] = pick(draw, FIGURES)


def spoil_layer(draw, known):
    """Return a copy in memory of a layer that works, with something wrong; or something that is no layer."""
    if known is None or not draw(8):
        return pick(draw, PATHS)
    source = QgsVectorLayer(known[0] if isinstance(known, list) else known, "layer", "ogr")
    kind = {0: "Point", 1: "LineString", 2: "Polygon"}.get(int(source.geometryType()), "None")
    if not draw(12):
        kind = pick(draw, KINDS)
    system = source.crs().authid() if draw(8) else pick(draw, SYSTEMS)
    copy = QgsVectorLayer(
        f"{kind}?crs={system}" if system and kind != "None" else kind, pick(draw, ["层", *TEXTS]), "memory"
    )
    if not system:
        copy.setCrs(QgsCoordinateReferenceSystem())
    fields = [QgsField(item.name(), item.type()) for item in source.fields()]
    fields = [item for item in fields if item.name() != "fid"]
    if fields and not draw(6):
        del fields[draw(len(fields))]
    if fields and not draw(4):
        at = draw(len(fields))
        fields[at] = QgsField(fields[at].name(), pick(draw, TYPES))
    if not draw(10):
        fields.append(
            QgsField(pick(draw, ["fid", "geometry", "PARCEL_ID", "tag", "gap", "长" * 70, "a'b\"c"]), pick(draw, TYPES))
        )
    copy.dataProvider().addAttributes(fields)
    copy.updateFields()
    _copy_rows(draw, source, copy)
    return copy


def _copy_rows(draw, source, copy):
    """Copy the rows: sometimes none, one or each twice; spoil a few values and shapes."""
    rows = list(source.getFeatures())
    rows = pick(draw, [rows, rows, rows, rows, rows, rows[:1], rows[:2], [], rows + rows])
    names = [item.name() for item in copy.fields()]
    spoilt = {draw(len(rows)) for _ in range(draw(4))} if rows else set()
    column = draw(len(names)) if names and not draw(4) else None  # a whole column of the same nonsense
    nonsense = any_value(draw)
    for number, row in enumerate(rows):
        feature = QgsFeature(copy.fields())
        for name in names:
            if name in row.fields().names():
                feature[name] = row[name]
        geometry = row.geometry()
        if number in spoilt:
            if names and draw(2):
                _put(feature, draw(len(names)), any_value(draw))
            else:
                shape = pick(draw, SHAPES)
                geometry = QgsGeometry() if shape is None else QgsGeometry.fromWkt(shape)
        if column is not None:
            _put(feature, column, nonsense)
        feature.setGeometry(geometry)
        copy.dataProvider().addFeature(feature)
    copy.updateExtents()


def _put(feature, at, value):
    try:
        feature.setAttribute(at, value)
    except (TypeError, KeyError, ValueError, OverflowError, SystemError):
        feature.setAttribute(at, str(value))
