"""Cleaning of geometry as it arrives."""

import numpy as np
import pandas as pd
import shapely
from urban_renewal.core.inputs.geometry import clean_geometry
from urban_renewal.core.run import Run


def test_a_layer_of_mixed_kinds_keeps_them_all():
    bow = shapely.Polygon([(0, 0), (2, 2), (2, 0), (0, 2)])
    shapes = [shapely.Point(0, 0), shapely.LineString([(0, 0), (1, 1)]), shapely.box(0, 0, 1, 1), bow, None]
    table = pd.DataFrame({"geometry": np.array(shapes, dtype=object)})
    run = Run()
    keep = clean_geometry(table, "BARRIERS", "any", pd.Series(list("abcde")), "repair", run)
    assert keep.tolist() == [True, True, True, True, False]
    assert table["geometry"][3].area == 2.0
    assert {(row.feature_id, row.code) for row in run.left_out} == {("d", "geometry_repaired"), ("e", "geometry_empty")}
