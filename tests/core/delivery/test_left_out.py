"""What several steps left out, told once and counted whole."""

import pandas as pd
from urban_renewal.core import frames, schema
from urban_renewal.core.delivery.formats.flat import NAMED, row_names
from urban_renewal.core.delivery.report.left_out import left_out_section
from urban_renewal.core.delivery.summary import merge_left_out
from urban_renewal.core.run import Run

COLUMNS = ["layer", "feature_id", "code", "severity", "message", "n"]


def step(*rows):
    return frames.conform(pd.DataFrame(rows, columns=COLUMNS), schema.table("left_out"))


def test_doubles_are_counted_and_no_kind_of_a_facility_is_lost():
    double = ("PARCELS", "P1", "duplicate_feature", "error", "dropped", 1)
    nameless = ("ENTRANCES", "", "entrance_of_nobody", "error", "nobody", 1)
    nursery = ("FACILITIES", "F1", "capacity_unknown", "warning", "no size (nursery)", 1)
    canteen = ("FACILITIES", "F1", "capacity_unknown", "warning", "no size (canteen)", 1)
    crossing = ("LINKS", "L", "links", "info", "some", 5)
    check = step(double, double)  # three rows in one place: two were left out
    gaps = step(double, double, nameless, nameless, nameless, nursery, canteen, crossing)
    sites = step(nursery)
    for parts in ([check, gaps, sites], [sites, gaps, check]):
        found = merge_left_out(parts)
        assert list(zip(found["layer"], found["feature_id"], found["message"], found["n"])) == [
            ("ENTRANCES", "", "nobody", 3),
            ("FACILITIES", "F1", "no size (canteen)", 1),
            ("FACILITIES", "F1", "no size (nursery)", 1),
            ("LINKS", "L", "some", 5),
            ("PARCELS", "P1", "dropped", 2),
        ]


def test_features_without_an_id_stay():
    missing = ("ROADS", None, "geometry_empty", "error", "empty", 1)
    found = merge_left_out([step(missing, missing), step()])
    assert found["feature_id"].isna().tolist() == [True] and found["n"].tolist() == [2]


def test_of_many_sentences_under_one_reason_the_report_shows_thirty():
    """The first thirty by the alphabet, each with its ids, and how many more there are."""
    rows = [("PARCELS", f"P{number:03}", "duplicate_feature", "error", f"words {number:03}", 1) for number in range(35)]
    html = left_out_section(step(*rows[::-1]), "en")
    assert html.count("<li>") == 31 and "5 more in the table left_out" in html
    assert [f"P{number:03}: words {number:03}" in html for number in range(35)] == [True] * 30 + [False] * 5
    assert ">35<" in html  # what was left out is counted whole
    assert left_out_section(step(*rows[:30]), "en").count("<li>") == 30


def test_a_reason_in_one_sentence_opens_to_its_ids():
    """Who looks for the one invalid parcel of a city finds it in the report; rows without an id name none."""
    broken = [("PARCELS", f"P{number:03}", "invalid", "warning", "broken", 1) for number in range(31)]
    nameless = ("ENTRANCES", "", "nobody", "error", "of nobody", 3)
    html = left_out_section(step(broken[4], nameless), "zh")
    assert "<summary>broken</summary><ul><li>P004</li></ul>" in html
    assert html.count("<details>") == 1 and ">of nobody<" in html
    html = left_out_section(step(*broken), "zh")
    assert "P029 等 31 个<" in html and "P030" not in html
    html = left_out_section(step(*broken[:4], ("PARCELS", "Q", "invalid", "warning", "worse", 1)), "en")
    assert "<li>P000, P001, P002 and others, 4 in all: broken</li><li>Q: worse</li>" in html


def test_rows_are_named_by_their_key_with_looks_at_cancel():
    class Cancelling(Run):
        """Counts the looks."""

        looks = 0

        def check(self):
            self.looks += 1

    run, rows = Cancelling(), 2 * NAMED + 1
    frame = pd.DataFrame({"a": [None, *map(str, range(1, rows))], "b": [""] * rows})
    names = row_names(frame, ["a"], run)
    assert (names[:3], names[-1], len(names)) == (["#1", "1", "2"], str(rows - 1), rows)
    assert row_names(frame, [])[-1] == f"#{rows}" and row_names(frame, ["b"])[:2] == ["#1", "#2"]
    assert row_names(frame, ["a", "b"])[:2] == ["/", "1/"]
    assert run.looks == 3


def test_tables_that_a_later_step_read_are_called_by_their_names():
    rows = [(layer, "", "code", "warning", f"of {layer}", 1) for layer in ("BUILDING_PEOPLE", "NETWORK", "DEM")]
    chinese, english = (left_out_section(step(*rows), language) for language in ("zh", "en"))
    assert "房屋人口" in chinese and "步行路网" in chinese and ">DEM<" in chinese
    assert "People by building" in english and ">NETWORK<" not in english
