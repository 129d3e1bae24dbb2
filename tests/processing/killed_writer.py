"""Run by a test in a process of its own: starts writing a large result and is killed in the middle."""

import importlib.util
import os
import signal
import sys
from pathlib import Path

spec = importlib.util.spec_from_file_location("conftest", Path(__file__).parents[1] / "conftest.py")
spec.loader.exec_module(importlib.util.module_from_spec(spec))

import pandas as pd  # noqa: E402
import shapely  # noqa: E402
from qgis.core import QgsApplication, QgsCoordinateReferenceSystem, QgsCoordinateTransformContext  # noqa: E402
from urban_renewal.core import frames, schema  # noqa: E402
from urban_renewal.core.run import Run  # noqa: E402
from urban_renewal.processing.output.encoding import encode  # noqa: E402
from urban_renewal.processing.output.targets import Target  # noqa: E402
from urban_renewal.processing.output.writing import write_part  # noqa: E402

application = QgsApplication([], False)
application.initQgis()
table = schema.table("parcel_people")
frame = pd.DataFrame(
    {"parcel_id": [f"p{i}" for i in range(20_000)], "geometry": shapely.box(0, 0, range(1, 20_001), 9)}
)
frame = frames.conform(frame, table)
path = Path(sys.argv[1])
target = Target("OUTPUT", "file", str(path), path)


def die_half_way(percent):
    if percent > 50:
        os.kill(os.getpid(), signal.SIGKILL)


encoded = encode(frame, table, QgsCoordinateReferenceSystem("EPSG:4545"), "zh")
write_part(target, encoded, QgsCoordinateTransformContext(), lambda layer: None, Run(report=die_half_way))
