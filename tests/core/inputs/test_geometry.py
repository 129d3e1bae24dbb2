"""Cleaning of geometry as it arrives."""

import numpy as np
import pandas as pd
import pytest
import shapely
from urban_renewal.core.errors import RenewalError
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


BOW = shapely.Polygon([(0, 0), (2, 2), (2, 0), (0, 2)])


def cleaned(shapes, wanted, invalid="repair"):
    table = pd.DataFrame({"geometry": np.array(shapes, dtype=object)})
    run = Run()
    keep = clean_geometry(table, "PARCELS", wanted, pd.Series([f"p{n}" for n in range(len(shapes))]), invalid, run)
    return keep.tolist(), [(row.feature_id, row.code, row.severity) for row in run.left_out], table["geometry"].tolist()


def test_broken_shapes_are_mended_left_out_or_stop_the_run():
    """The bow tie crosses itself; mended it is two triangles of 1 m² each."""
    shapes = [shapely.box(0, 0, 1, 1), BOW]
    keep, told, mended = cleaned(shapes, "polygon")
    assert (keep, told) == ([True, True], [("p1", "geometry_repaired", "warning")])
    assert (mended[1].area, mended[1].is_valid) == (2.0, True)
    keep, told, _ = cleaned(shapes, "polygon", "skip")
    assert keep == [True, False]
    assert [code for _, code, _ in told] == ["geometry_invalid_skipped"]
    with pytest.raises(RenewalError) as refused:
        cleaned(shapes, "polygon", "stop")
    assert (refused.value.code, refused.value.values["n"], refused.value.values["ids"]) == (
        "geometry_invalid_stop", 1, ["p1"],
    )  # fmt: skip
    assert cleaned(shapes[:1], "polygon", "stop")[:2] == ([True], [])


def test_what_cannot_be_used_is_listed_with_its_reason():
    endless = shapely.Polygon([(0, 0), (np.inf, 0), (1, 1)])
    spike = shapely.Polygon([(0, 0), (5, 0), (0, 0)])  # nothing of it is an area
    shapes = [shapely.Point(0, 0), None, shapely.Polygon(), endless, spike, shapely.box(0, 0, 1, 1)]
    keep, told, _ = cleaned(shapes, "polygon")
    assert keep == [False] * 5 + [True]
    codes = {name: code for name, code, severity in told if severity == "error"}
    assert codes == {
        "p0": "geometry_type", "p1": "geometry_empty", "p2": "geometry_empty", "p3": "geometry_not_finite",
        "p4": "geometry_type",
    }  # fmt: skip


def test_a_mended_shape_keeps_the_parts_of_its_kind():
    """A square with a spike that leaves it and comes back: the square stays, the line goes."""
    spiked = shapely.Polygon([(0, 0), (4, 0), (4, 2), (9, 2), (4, 2), (4, 4), (0, 4)])
    keep, _, mended = cleaned([spiked], "polygon")
    assert keep == [True]
    assert (mended[0].geom_type, mended[0].area) == ("Polygon", 16.0)
