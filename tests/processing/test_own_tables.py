"""Results of ours that come back as inputs, damaged as tables are that were edited or put together by hand."""

import pytest
from qgis.core import QgsProcessingException

SQUARE = "POLYGON(({0} 0,{1} 0,{1} 9,{0} 9,{0} 0))"
REVIEW = {"review_id": "1", "parcel_id": "p", "tag": "none", "reviewer": "甲", "reviewed_at": "2025-03-01"}


def zones_of(make_layer, *ids):
    rows = [(SQUARE.format(10 * i, 10 * i + 9), {"zone_id": name, "people": 10_000.0}) for i, name in enumerate(ids)]
    return make_layer(rows, name="两区片区")


def test_zones_without_an_id_are_told_and_not_ranked(make_layer, run_algorithm, rows_of, tmp_path):
    zones = zones_of(make_layer, "A", None, "")
    results, _, feedback = run_algorithm("rankzones", {"ZONES": zones, "OUTPUT": str(tmp_path / "r.gpkg")})
    assert [row["zone_id"] for row in rows_of(results["OUTPUT"])] == ["A"]
    assert "图层“两区片区”的 3 行中有 2 行缺少编号（zone_id），未使用" in feedback.textLog()


def test_zones_that_share_an_id_are_refused(make_layer, run_algorithm, tmp_path):
    zones, path = zones_of(make_layer, "A", "B", "A"), tmp_path / "r.gpkg"
    for others in ({}, {"ALTERNATIVES": [zones], "COMPARISON": "memory:", "ZONES": zones_of(make_layer, "A")}):
        with pytest.raises(QgsProcessingException, match="有 1 个编号重复：A"):
            run_algorithm("rankzones", {"ZONES": zones, "OUTPUT": str(path), **others})
    assert not list(tmp_path.iterdir())


def test_a_carried_column_stays_with_its_row(make_layer, run_algorithm, rows_of, tmp_path):
    """Rows are left out before the layer's own fields come along."""
    rows = [(SQUARE.format(10 * i, 10 * i + 9), {"zone_id": name, "备注": f"{name}的"})
            for i, name in enumerate(("A", None, "C"))]  # fmt: skip
    members = make_layer([(None, {"zone_id": "A", "parcel_id": "p"})], "NoGeometry", name="成员")
    values = {"ZONES": make_layer(rows, name="片区"), "MEMBERS": members, "FORMATS": ["gpkg"], "FIELDS": "all"}
    run_algorithm("exportzones", {**values, "FOLDER": str(tmp_path / "成果")})
    found = rows_of(f"{tmp_path / '成果' / 'data.gpkg'}|layername=zones")
    assert [(row["zone_id"], row["备注"]) for row in found] == [("A", "A的"), ("C", "C的")]


def test_reviews_of_which_some_layers_are_empty(make_layer, run_algorithm, rows_of, tmp_path):
    given = make_layer([(None, REVIEW)], "NoGeometry", name="甲组")
    empty = make_layer([(None, REVIEW)], "NoGeometry", name="乙组")
    empty.dataProvider().truncate()
    ends = {"OUTPUT": str(tmp_path / "o.gpkg"), "CONFLICTS": str(tmp_path / "c.gpkg")}
    results, _, feedback = run_algorithm("mergereviews", {"REVIEWS": [given, empty], **ends})
    assert len(rows_of(results["OUTPUT"])) == 1 and "图层“乙组”没有要素，没有并入任何内容" in feedback.textLog()
    with pytest.raises(QgsProcessingException, match="2 个复核表里没有一条复核"):
        run_algorithm("mergereviews", {"REVIEWS": [empty, empty.clone()], **ends})


def test_a_tagged_layer_in_place_of_reviews_is_told(make_layer, run_algorithm, tmp_path):
    tagged = make_layer([(SQUARE.format(0, 9), {"parcel_id": "p", "tag": "none"})], name="标记")
    ends = {"OUTPUT": str(tmp_path / "o.gpkg"), "CONFLICTS": str(tmp_path / "c.gpkg")}
    _, _, feedback = run_algorithm("mergereviews", {"REVIEWS": [tagged], **ends})
    assert "“标记”的 1 条复核中有 1 条缺少" in feedback.textLog()


def test_the_detail_that_holds_rows_twice_goes_by_its_name(make_layer, run_algorithm):
    row = {"parcel_id": "p", "kind": "eday", "unit": "m2", "standard_id": "s", "need": 1.0, "served": 0.0, "gap": 1.0,
           "share": 0.0}  # fmt: skip
    before = make_layer([(None, row)], "NoGeometry", name="旧明细")
    after = make_layer([(None, row)] * 2, "NoGeometry", name="新明细")
    with pytest.raises(QgsProcessingException, match="缺口明细“新明细”中有 1 行重复"):
        run_algorithm(
            "comparescenarios", {"BEFORE": before, "AFTER": after, "DIFFERENCE": "memory:", "SUMMARY": "memory:"}
        )


def test_a_delivery_of_two_runs_says_so(make_layer, run_algorithm, tmp_path):
    """Members of the last delineation beside zones of this one: sheets and report told different things in silence."""
    members = make_layer([(None, {"zone_id": "旧", "parcel_id": "p"})] * 2, "NoGeometry", name="上次成员")
    values = {"ZONES": zones_of(make_layer, "A"), "MEMBERS": members, "FORMATS": ["gpkg"]}
    _, _, feedback = run_algorithm("exportzones", {**values, "FOLDER": str(tmp_path / "成果")})
    assert "“上次成员”有 2 行的 zone_id 在“两区片区”里没有（旧）：两者不是同一次计算的结果" in feedback.textLog()
