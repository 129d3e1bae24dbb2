"""Findings in words: order, units, limits, and what nobody has seen at its source."""

import math

import pandas as pd
import pytest
from urban_renewal.core.delivery.findings import order_findings, tell_clause, tell_limit, tell_number, tell_range
from urban_renewal.core.delivery.report.checks import checks_figure, checks_section
from urban_renewal.core.delivery.report.links import Links


def finding(check, subject, verdict, value, unit="share", limit=math.nan, status="found"):
    return {"finding_id": f"{check}:{subject}", "subject_id": subject, "clause": "某号<1>", "value": value,
            "unit": unit, "limit": limit, "verdict": verdict, "message": "说明", "status": status}  # fmt: skip


ROWS = [
    finding("demolish_all", "Z-1", "pass", 0.027, limit=0.2),
    finding("demolish_all", "Z-2", "pass", 0.112, limit=0.2),
    finding("area_min", "Z-1", "advice", 630_000.0, "m2", 300_000.0, "heuristic"),
    finding("rent", "Z-1", "unknown", math.nan, limit=0.05),
    finding("rebuild_ratio", "Z-2", "fail", 2.5, "ratio", 2.0),
]
FINDINGS = pd.DataFrame(ROWS)


def test_order():
    assert [row["verdict"] for row in order_findings(FINDINGS)] == ["fail", "unknown", "advice", "pass", "pass"]


@pytest.mark.parametrize(
    ("value", "unit", "told"),
    [
        (0.25, "share", "25.0 %"),
        (630_000.0, "m2", "63.0 ha"),
        (850.0, "m2", "850 m²"),
        (6621.11, "places", "6\u2009621 个"),
        (2.5, "ratio", "2.50"),
        (3.0, "ratio", "3"),
        (math.nan, "share", "–"),
    ],
)
def test_numbers(value, unit, told):
    assert tell_number(value, unit, "zh") == told


def test_limits_and_clauses():
    assert tell_limit(ROWS[0], "zh") == "≤ 20.0 %"
    assert tell_limit(ROWS[2], "zh") == "≥ 30.0 ha"
    assert tell_limit(finding("floor_min", "Z-1", "advice", 8e5, "m2", 1e5), "zh") == "≥ 10.0 万 m²"
    assert tell_limit(finding("plan", "Z-1", "unknown", 1.0), "zh") == ""
    assert tell_clause(ROWS[2], "zh") == "待核：某号<1>"
    assert tell_range(ROWS[:2], "zh") == "2.7–11.2 %"


def test_section():
    """Two passes of one check share a row; what is not met stands alone and first, with the zone's name; escaped."""
    zones = pd.DataFrame({"zone_id": ["Z-1", "Z-2"], "name": ["七星岗", "大坪"]})
    html = checks_section(FINDINGS, Links.of("zh", {"zones": zones}, {}, []))
    rows = html.split("<tr id=")[1:]
    assert len(rows) == 4
    assert "× 未达" in rows[0]
    assert "大坪" in rows[0]
    assert 'class="bad"' in rows[0]
    assert "七星岗、大坪" in rows[3]
    assert "2.7–11.2\u00a0%" in rows[3]  # a number and its unit stay in one line
    assert "某号&lt;1&gt;" in html
    assert "<1>" not in html
    assert '<b class="bad">1<small> 项</small></b>' in checks_figure(FINDINGS, "zh")
    assert 'class="bad"' not in checks_figure(FINDINGS[FINDINGS["verdict"] != "fail"], "zh")


@pytest.mark.parametrize(
    ("low", "high", "unit", "told"),
    [
        (0.5, 0.5, "share", "50.0 %"),
        (3581.0, 6954.0, "places", "3\u2009581–6\u2009954 个"),
        (9_000.0, 20_000.0, "m2", "9\u2009000 m² – 2.0 ha"),  # another unit: both in full
        (572_000.0, 1_091_000.0, "floor_m2", "57.2–109.1 万 m²"),
    ],
)
def test_a_range_names_its_unit_once(low, high, unit, told):
    rows = [finding("parks", zone, "advice", value, unit) for zone, value in (("Z-1", low), ("Z-2", high))]
    assert tell_range(rows, "zh") == told


def test_one_of_something_is_no_several():
    rows = [finding("parks", f"Z-{n}", "advice", value, "places") for n, value in enumerate((1.0, 3.0))]
    assert [tell_range(part, "en") for part in (rows[:1], rows[1:], rows)] == ["1 place", "3 places", "1–3 places"]
    assert tell_range(rows, "zh") == "1–3 个"


def test_the_first_screen_names_what_is_wrong_and_what_is_not_known():
    from urban_renewal.core.delivery.report.checks import checks_lead

    wrong, unsure = checks_lead(FINDINGS, "zh")
    mine = FINDINGS[FINDINGS["verdict"] == "fail"]
    assert wrong.startswith(f"未达 {len(mine)} 项：")
    assert unsure.startswith(f"待核 {(FINDINGS['verdict'] == 'unknown').sum()} 项：")
    passed = FINDINGS[FINDINGS["verdict"] == "pass"]
    assert checks_lead(passed, "zh") == ("没有未达的审查项。", "没有待核的审查项。")
    many = pd.concat([FINDINGS[FINDINGS["verdict"] == "unknown"].head(1)] * 7, ignore_index=True)
    many["finding_id"] = [
        f"{check}:Z-1" for check in ("rent", "resettle", "parking", "lifts", "danger", "parks", "plan")
    ]
    assert checks_lead(many, "en")[1].endswith(" and 2 more.")  # five are named


def test_shipped_rules_are_told_by_their_title():
    from urban_renewal.core.delivery.findings import tell_source_clause

    assert tell_source_clause("片区规则 chongqing（本插件自定值）", "zh") == "重庆示范片区规则（本插件自定值）"
    assert (
        tell_source_clause("片区规则 chongqing（本插件自定值）", "en") == "Chongqing demonstration zones (own choice)"
    )
    assert tell_source_clause("片区规则 ours（本插件自定值）", "zh") == "片区规则 ours（本插件自定值）"
