"""Reading and writing a plain file beside QGIS's own loop over features: seconds of the processor.

    .venv/bin/python benchmarks/files.py [rows]     (default 50,000 polygons with 40 columns)

QGIS's side is what a script does: `getFeatures` with attributes and WKB as Python values; a QgsFeature a row handed to
QgsVectorFileWriter. Ours are the ways of processing/intake/fastpath.py and processing/output/bulk.py as every algorithm
takes them, with the check of what was written. Each is done three times and the quickest told.

Asked for: reading ≥ 10 times, writing ≥ 1.5 times as fast. Writing keeps it. Reading keeps it for layers of few columns
or of numbers (docs/scaling.md: 11 to 16 times) and not for this table: the last line tells how far OGR's stream alone
gets, its cells looked at by nobody.
"""

import os
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import shapely

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "scripts"))
from checkout import start_qgis

COLUMNS = {"text": 4, "int": 6, "real": 30}
SIDE_M = 20.0


def table(rows):
    """Return an encoded table: polygons of four corners on a grid, texts of 12 kinds, an id, whole and real numbers."""
    from qgis.core import QgsCoordinateReferenceSystem, QgsField, QgsFields, QgsWkbTypes
    from qgis.PyQt.QtCore import QMetaType
    from urban_renewal.processing.output.encoding import Encoded

    rng = np.random.default_rng(1)
    fields, columns = QgsFields(), []
    kinds = {"text": QMetaType.Type.QString, "int": QMetaType.Type.LongLong, "real": QMetaType.Type.Double}
    for kind, count in COLUMNS.items():
        for number in range(count):
            fields.append(QgsField(f"{kind}_{number}", kinds[kind]))
            if kind == "real":
                columns.append(np.round(rng.uniform(0, 1e4, rows), 2).tolist())
            elif kind == "int":
                columns.append(rng.integers(0, 3000, rows).tolist())
            else:
                columns.append([f"P{row:07d}" if number == 0 else f"地类{row % 12}" for row in range(rows)])
    west, south = (np.arange(rows) % 500) * 25.0 + 350_000, (np.arange(rows) // 500) * 25.0 + 3_270_000
    shapes = shapely.multipolygons(shapely.box(west, south, west + SIDE_M, south + SIDE_M)[:, None])
    crs = QgsCoordinateReferenceSystem("EPSG:4545")
    return Encoded(None, fields, columns, shapes, QgsWkbTypes.Type.MultiPolygon, crs, rows)


def timed(work, times=3):
    """Return what work gives and the seconds of the processor it took, the least of several times."""
    taken = []
    for _ in range(times):
        began = time.process_time()
        given = work()
        taken.append(time.process_time() - began)
    return given, min(taken)


def read_by_features(path):
    """Read as a script does."""
    from qgis.core import QgsVectorLayer

    layer = QgsVectorLayer(path, "in", "ogr")
    return [(feature.attributes(), bytes(feature.geometry().asWkb())) for feature in layer.getFeatures()]


def write_by_features(encoded, path):
    """Write as a script does."""
    from qgis.core import QgsCoordinateTransformContext, QgsVectorFileWriter

    options = QgsVectorFileWriter.SaveVectorOptions()
    options.driverName = "GPKG"
    writer = QgsVectorFileWriter.create(
        path, encoded.fields, encoded.wkb_type, encoded.crs, QgsCoordinateTransformContext(), options
    )
    for feature in encoded.features():
        writer.addFeature(feature)
    del writer


def stream_alone(path):
    """Let OGR hand over every cell, as the reading asks for them, and do nothing with any."""
    from osgeo import gdal
    from urban_renewal.processing.intake.fastpath import BATCH

    dataset = gdal.OpenEx(path, gdal.OF_VECTOR)  # held as long as its layer
    layer = dataset.GetLayer(0)
    options = ["USE_MASKED_ARRAYS=YES", f"MAX_FEATURES_IN_BATCH={BATCH}"]
    return sum(len(next(iter(batch.values()))) for batch in layer.GetArrowStreamAsNumPy(options=options))


def main(rows):
    """Measure both ways of both directions."""
    application = start_qgis()
    from qgis.core import QgsCoordinateTransformContext, QgsProcessingContext
    from urban_renewal.core.run import Run
    from urban_renewal.processing.intake.reading import read_cells
    from urban_renewal.processing.layers.snapshot import take_vector
    from urban_renewal.processing.output.targets import Target
    from urban_renewal.processing.output.writing import write_layer

    with tempfile.TemporaryDirectory() as folder:
        encoded = table(rows)
        slow, fast = Path(folder) / "slow.gpkg", Path(folder) / "fast.gpkg"
        _, theirs = timed(lambda: write_by_features(encoded, str(slow)))
        target = Target("OUTPUT", "file", str(fast), fast)
        _, ours = timed(lambda: write_layer(fast, "fast", target, encoded, QgsCoordinateTransformContext(), Run()))
        print(f"write {rows} × {len(encoded.columns)}: QGIS {theirs:.2f} s, ours {ours:.2f} s, {theirs / ours:.1f} ×")
        features, theirs = timed(lambda: read_by_features(str(fast)))
        snapshot = take_vector("PARCELS", str(fast), QgsProcessingContext())
        names = [item.name() for item in snapshot.fields]
        (cells, wkb), ours = timed(lambda: read_cells(snapshot, names, True, Run()))
        print(f"read  {rows} × {len(names)}: QGIS {theirs:.2f} s, ours {ours:.2f} s, {theirs / ours:.1f} ×")
        found, alone = timed(lambda: stream_alone(str(fast)))
        print(f"      OGR's stream alone {alone:.2f} s, {theirs / alone:.1f} ×")
        if found != rows:
            raise SystemExit("files: the stream lost rows")
        if [list(row) for row in zip(*(cells[name].tolist() for name in names))] != [row for row, _ in features]:
            raise SystemExit("files: the two ways read different rows")
        if wkb != [shape for _, shape in features]:
            raise SystemExit("files: the two ways read different shapes")
    sys.stdout.flush()
    del application
    os._exit(0)  # QGIS's own tear-down is no part of it


if __name__ == "__main__":
    main(int(sys.argv[1]) if sys.argv[1:] else 50_000)
