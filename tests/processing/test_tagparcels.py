"""tagparcels as the Toolbox runs it: layers in, tags with reasons, summary and LEFT_OUT out."""

import json

import pytest
from qgis.core import QgsProcessingException

SQUARE = "Polygon(({0} {1}, {2} {1}, {2} {3}, {0} {3}, {0} {1}))"
X, Y = 500_000, 3_270_000


def box(x, y, width, depth):
    return SQUARE.format(X + x, Y + y, X + x + width, Y + y + depth)


@pytest.fixture
def town(make_layer):
    """One compound of 1995, one factory without power and firms, one plot without anything told."""
    parcels = make_layer([
        (box(0, 0, 80, 80), {"ZDDM": "A", "DLBM": "0701", "QSXZ": "20", "CZCSXM": "201", "memo": "甲"}),
        (box(200, 0, 80, 80), {"ZDDM": "B", "DLBM": "0601", "QSXZ": "20", "CZCSXM": "201", "memo": "乙"}),
        (box(400, 0, 80, 80), {"ZDDM": "C", "DLBM": None, "QSXZ": None, "CZCSXM": None, "memo": None}),
    ], name="parcels")  # fmt: skip
    buildings = make_layer([
        (box(5, 5, 12, 40), {"building_id": "b1", "use": "住宅", "floors": 6, "year": "90年代", "structure": "混合",
                             "lift": "无", "danger": "A"}),
        (box(210, 5, 40, 40), {"building_id": "b2", "use": "厂房", "floors": 1, "year": None, "structure": None,
                               "lift": None, "danger": None}),
    ], name="buildings")  # fmt: skip
    activity = make_layer([
        (None, {"parcel_id": "B", "stream": "用电", "value": 0.0, "date": "2025-03"}),
        (None, {"parcel_id": "B", "stream": "企业", "value": 1.0, "date": "2023-01-05"}),
    ], kind="None", crs=None, name="activity")  # fmt: skip
    return {"PARCELS": parcels, "BUILDINGS": buildings, "ACTIVITY": activity, "AS_OF": "2025-12-31"}


def test_tags_reasons_and_summary(town, run_algorithm, rows_of):
    sinks = dict.fromkeys(("OUTPUT", "SUMMARY", "LEFT_OUT"), "memory:")
    results, _, _ = run_algorithm("tagparcels", {**town, **sinks})
    rows = {row["parcel_id"]: row for row in rows_of(results["OUTPUT"])}
    assert {key: (row["tag"], row["tag_level"]) for key, row in rows.items()} == {
        "A": ("old_compound", "confirmed"), "B": ("idle_factory", "confirmed"), "C": ("none", "none"),
    }  # fmt: skip
    assert rows["A"]["memo"] == "甲"
    assert rows["A"]["tag_score"] == 0.8  # age 0.5·0.8, walk-up 0.2, brick 0.2; upkeep unknown
    assert "符合条件（待认定）" in rows["A"]["tag_reason"]
    assert "已认定" not in rows["A"]["tag_reason"]
    assert json.loads(rows["B"]["tag_evidence"])["criteria"][0]["m_lo"] == 1
    assert (rows["B"]["stream_fail_n"], rows["B"]["rules_id"]) == (2, "chongqing")
    summary = rows_of(results["SUMMARY"])
    assert sum(row["parcels_n"] for row in summary) == 3
    assert sum(row["area_m2"] for row in summary) == pytest.approx(3 * 6400)


@pytest.mark.parametrize("documented", [{"A": 6500.0, "B": None, "C": None}, {"A": None, "B": None, "C": None}])
def test_tagged_again_the_documented_area_stays_what_it_was(town, run_algorithm, rows_of, make_layer, documented):
    """The result has an area measured on the drawing as well: that one is documented by nobody."""
    parcels = make_layer([
        (box(200 * place, 0, 80, 80), {"ZDDM": name, "TBMJ": area})
        for place, (name, area) in enumerate(documented.items())
    ], name="parcels")  # fmt: skip
    first, _, _ = run_algorithm("tagparcels", {**town, "PARCELS": parcels, "OUTPUT": "memory:"})
    again, _, _ = run_algorithm("tagparcels", {**town, "PARCELS": first["OUTPUT"], "OUTPUT": "memory:"})
    for found in (first, again):
        assert {row["parcel_id"]: row["area_doc_m2"] for row in rows_of(found["OUTPUT"])} == documented


def test_review_with_a_name_stands(town, run_algorithm, rows_of, make_layer):
    review = {"review_id": "r1", "parcel_id": "C", "geometry_hash": None, "tag": "old_compound", "reviewer": "张三",
              "reviewed_at": "2025-06-01", "reason": "现场"}  # fmt: skip
    town["REVIEWS"] = make_layer([(None, review)], kind="None", crs=None, name="reviews")
    results, _, _ = run_algorithm("tagparcels", {**town, "OUTPUT": "memory:"})
    row = next(row for row in rows_of(results["OUTPUT"]) if row["parcel_id"] == "C")
    assert (row["tag"], row["tag_level"], row["tag_source"]) == ("old_compound", "confirmed", "review")
    assert row["tag_reason"].startswith("老旧小区，已认定（张三，2025-06-01）：现场")


def test_clashing_codes_are_refused_in_words(make_layer, run_algorithm):
    parcels = make_layer([(box(0, 0, 9, 9), {"DLBM": "0601"}), (box(20, 0, 9, 9), {"DLBM": "0702"})])
    with pytest.raises(QgsProcessingException, match="用地分类"):
        run_algorithm("tagparcels", {"PARCELS": parcels, "OUTPUT": "memory:"})


@pytest.mark.parametrize("rules", ["chongqing", "cn-national", "strict-morphology"])
def test_every_ruleset_runs(town, run_algorithm, rows_of, rules):
    results, _, _ = run_algorithm("tagparcels", {**town, "RULES": rules, "OUTPUT": "memory:"})
    assert {row["rules_id"] for row in rows_of(results["OUTPUT"])} == {rules}


def test_indicators_are_kept_for_trying_other_limits(town, run_algorithm, rows_of, tmp_path):
    """What the file keeps, judged by the same rules, is what the algorithm wrote."""
    from urban_renewal.core import envelope
    from urban_renewal.core.tagging.preview import Preview
    from urban_renewal.core.tagging.reviews import TAGS
    from urban_renewal.core.tagging.snapshot import read_snapshot

    file = tmp_path / "指标.npz"
    results, _, _ = run_algorithm("tagparcels", {**town, "OUTPUT": "memory:", "INDICATORS": str(file)})
    assert results["INDICATORS"] == str(file)
    preview = Preview(read_snapshot(file))
    judged = preview.judge(envelope.load("ruleset", "chongqing"))
    rows = {row["parcel_id"]: row for row in rows_of(results["OUTPUT"])}
    for place, parcel in enumerate(preview.snapshot.parcel_id):
        assert TAGS[judged.tag[place]] == rows[parcel]["tag"]
        assert round(float(judged.score[place]), 4) == round(rows[parcel]["tag_score"], 4)
    assert list(tmp_path.iterdir()) == [file]


def test_years_that_nobody_can_read_are_told(town, run_algorithm, rows_of):
    """A field of words where years belong: the houses count as undated, and the list says so by count."""
    given = {**town, "BUILDING_YEAR": "use", "OUTPUT": "memory:", "LEFT_OUT": "memory:"}
    results, _, _ = run_algorithm("tagparcels", given)
    told = [row for row in rows_of(results["LEFT_OUT"]) if row["code"] == "value_unreadable"]
    assert [(row["layer"], int(row["n"])) for row in told] == [("BUILDINGS", 2)]
    assert "住宅" in told[0]["message"]
    results, _, _ = run_algorithm("tagparcels", {**town, "OUTPUT": "memory:", "LEFT_OUT": "memory:"})
    assert "value_unreadable" not in {row["code"] for row in rows_of(results["LEFT_OUT"])}
