"""tagaccuracy, fieldsample and mergereviews as the Toolbox runs them."""

import pytest
from qgis.core import QgsProcessingException

SQUARE = "POLYGON(({0} 0, {1} 0, {1} 1, {0} 1, {0} 0))"


def tagged(make_layer):
    rows = [
        ("a", "old_compound", "confirmed", 0.9),
        ("b", "old_compound", "suspected", 0.5),
        ("c", "none", "none", 0.1),
    ]
    names = ("parcel_id", "tag", "tag_level", "tag_score")
    return make_layer([(SQUARE.format(n, n + 1), dict(zip(names, row))) for n, row in enumerate(rows)], name="tagged")


def test_accuracy_from_a_chinese_table(run_algorithm, make_layer, rows_of, tmp_path):
    known = (("a", "老旧小区"), ("b", "都不是"), ("c", "都不是"))
    truth = make_layer([(None, {"宗地代码": key, "核查结果": word}) for key, word in known], kind="None", crs="")
    matrix, errors = str(tmp_path / "matrix.csv"), str(tmp_path / "errors.gpkg")
    found, _, _ = run_algorithm(
        "tagaccuracy", {"TAGGED": tagged(make_layer), "TRUTH": truth, "MATRIX": matrix, "ERRORS": errors}
    )
    assert round(found["ACCURACY"], 4) == 0.6667
    assert [row["parcel_id"] for row in rows_of(errors)] == ["b"]
    with pytest.raises(QgsProcessingException, match="nix"):
        run_algorithm(
            "tagaccuracy", {"TAGGED": tagged(make_layer), "TRUTH": truth, "TRUTH_FIELD": "nix", "MATRIX": matrix}
        )


def test_field_sample(run_algorithm, make_layer, rows_of, tmp_path):
    out = str(tmp_path / "sample.gpkg")
    run_algorithm("fieldsample", {"TAGGED": tagged(make_layer), "SAMPLE": out})
    assert [(row["visit"], row["parcel_id"], row["why"]) for row in rows_of(out)] == [
        (1, "b", "suspected"), (2, "a", "random"), (3, "c", "random"),
    ]  # fmt: skip


def test_merge_reviews(run_algorithm, make_layer, rows_of, tmp_path):
    def table(number, tag, who):
        row = {"review_id": number, "parcel_id": "a", "geometry_hash": "h", "tag": tag, "reviewer": who,
               "reviewed_at": f"2025-01-0{number}"}  # fmt: skip
        return make_layer([(None, row)], kind="None", crs="", name=f"r{number}")

    out, conflicts = str(tmp_path / "out.csv"), str(tmp_path / "conflicts.csv")
    layers = [table("1", "none", "甲"), table("2", "old_compound", "乙")]
    run_algorithm("mergereviews", {"REVIEWS": layers, "OUTPUT": out, "CONFLICTS": conflicts})
    assert len(rows_of(out)) == 2
    assert sorted(str(row["kept"]) for row in rows_of(conflicts)) == ["0", "1"]
