# SPDX-License-Identifier: GPL-2.0-or-later
"""comparescenarios as the Toolbox runs it."""

import pytest
from qgis.core import QgsProcessingException, QgsVectorLayer


def detail(make_layer, served, need=(10.0, 20.0)):
    rows = [
        {"parcel_id": name, "kind": "nurs", "unit": "place", "standard_id": "chongqing", "people": 100.0, "need": one,
         "served": got, "gap": one - got, "share": got / one, "walk_s": 60.0, "status": "ok"}
        for name, one, got in zip("ab", need, served)
    ]  # fmt: skip
    return make_layer([(None, row) for row in rows], kind="None", crs="", name="gap_detail")


def test_tables_and_chart(make_layer, run_algorithm, rows_of, tmp_path):
    outputs = {name: str(tmp_path / f"{name}.csv") for name in ("DIFFERENCE", "SUMMARY")}
    values = {"BEFORE": detail(make_layer, [4.0, 0.0]), "AFTER": detail(make_layer, [10.0, 5.0]), **outputs}
    chart = tmp_path / "chart.svg"
    found, _, _ = run_algorithm("comparescenarios", {**values, "CHART": str(chart), "LANGUAGE": "en"})
    changes = {row["parcel_id"]: float(row["gap_change"]) for row in rows_of(found["DIFFERENCE"])}
    assert changes == {"a": -6, "b": -5}
    (row,) = rows_of(found["SUMMARY"])
    assert (float(row["gap_before"]), float(row["gap_after"]), int(row["better_n"])) == (26, 15, 2)
    drawn = chart.read_text(encoding="utf-8")
    assert found["CHART"] == str(chart) and "86.7 %" in drawn and "50.0 %" in drawn and "Before" in drawn
    assert "CHART" not in run_algorithm("comparescenarios", values)[0]


def test_the_difference_as_a_layer(make_layer, run_algorithm, rows_of, tmp_path):
    box = "POLYGON(({0} 0,{1} 0,{1} 9,{0} 9,{0} 0))"
    parcels = make_layer([(box.format(x, x + 9), {"parcel_id": name}) for x, name in ((0, "a"), (10, "b"), (20, "c"))])
    values = {
        "BEFORE": detail(make_layer, [4.0, 5.0]), "AFTER": detail(make_layer, [10.0, 5.0]), "DIFFERENCE": "memory:",
        "SUMMARY": "memory:", "LAYER": str(tmp_path / "layer.gpkg"),
    }  # fmt: skip
    with pytest.raises(QgsProcessingException, match="PARCELS"):
        run_algorithm("comparescenarios", values)
    found, _, _ = run_algorithm("comparescenarios", {**values, "PARCELS": parcels})
    rows = {row["parcel_id"]: (row["change"], row["nurs_change"]) for row in rows_of(found["LAYER"])}
    assert rows == {"a": ("better", -6), "b": ("same", 0), "c": ("unknown", None)}
    layer = QgsVectorLayer(found["LAYER"])
    labels = [rule.label() for rule in layer.renderer().rootRule().children()]
    assert layer.crs() == parcels.crs() and labels[0] == "改善" and len(labels) == 6


def test_what_is_refused(make_layer, run_algorithm, tmp_path):
    outputs = {"DIFFERENCE": "memory:", "SUMMARY": "memory:"}
    before = detail(make_layer, [4.0, 0.0])
    with pytest.raises(QgsProcessingException, match="需求前后不同"):
        run_algorithm(
            "comparescenarios", {"BEFORE": before, "AFTER": detail(make_layer, [4.0, 0.0], (10.0, 21.0)), **outputs}
        )
    nowhere = str(tmp_path / "no" / "chart.svg")
    with pytest.raises(QgsProcessingException, match=r"chart\.svg"):
        run_algorithm("comparescenarios", {"BEFORE": before, "AFTER": before, "CHART": nowhere, **outputs})
