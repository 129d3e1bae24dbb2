"""The report of the input check: counts, where things are, each kind of finding once."""

import re

import numpy as np
import pandas as pd
import pytest
import shapely
from urban_renewal.core import frames, schema
from urban_renewal.core.delivery.report.inputs_check import Checked, write_check_report
from urban_renewal.core.run import Run
from urban_renewal.core.words import say

NASTY = "<script>alert(1)</script>"


def issues(*rows):
    names = ["layer", "feature_id", "code", "severity", "message", "n", "geometry"]
    frame = pd.DataFrame([dict(zip(names, row)) for row in rows], columns=names)
    frame["geometry"] = np.array([row[-1] for row in rows], dtype=object)
    return frames.conform(frame, schema.table("issues"))


@pytest.mark.parametrize("language", ["zh", "en"])
def test_findings_are_counted_named_and_placed(language):
    layers = [Checked("PARCELS", "宗地", NASTY, 3, "EPSG:4545", np.array([shapely.box(0, 0, 100, 100)]))]
    rows = [
        ("PARCELS", "b", "polygons_overlap", "warning", "second sentence", 1, shapely.Point(50, 50)),
        ("PARCELS", "a", "polygons_overlap", "warning", "first sentence", 2, shapely.Point(20, 20)),
        ("PARCELS", NASTY, "geometry_empty", "error", "no shape", 4, None),
        ("STRANGE", "", "layer_elsewhere", "info", "far away", 1, shapely.Point(9e6, 9e6)),
    ]
    page = write_check_report(issues(*rows), layers, "2025-12-31", language, Run())
    assert "<script" not in page
    words = [word for word in re.findall(">([^<]+)<", page) if word.strip()]
    texts = " ".join(words)
    assert "no shape" in texts
    assert re.search(r"(first|second) sentence \(\+1\)", texts)  # two sentences of one kind
    place = next(n for n, word in enumerate(words) if word.endswith("(+1)"))
    assert sorted(re.findall(r"\b[ab]\b", words[place + 1])) == ["a", "b"]
    assert words[place + 2] == "3"
    assert texts.index("no shape") < texts.index("sentence (+1)") < texts.index("far away")  # errors first
    paths = re.findall("<path[^>]*>", page)
    drawn = [path for path in paths if re.search(r'd="M', path)]
    dots = {color for path in drawn for color in re.findall("#(A8322D|E0A030|9AA0A6)", path)}
    assert dots == {"E0A030"}, "only the overlaps have a place on the map; what lies elsewhere would shrink it"


def test_nothing_found_is_said_once_in_each_section():
    page = write_check_report(issues(), [Checked("PARCELS", "宗地", "p", 3, "EPSG:4545")], "2025-12-31", "zh", Run())
    assert page.count(say("check_clean", "zh")) == 2


def test_findings_without_a_place_need_no_map():
    only = issues(("ROADS", "r", "way_unusable", "warning", "odd", 1, None))
    page = write_check_report(only, [Checked("ROADS", "道路", "r", 1, "EPSG:4545")], "2025-12-31", "zh", Run())
    assert say("check_clean", "zh") not in page
    assert "<path" not in page.split(say("check_where", "zh"))[-1]


def test_of_dots_that_hide_one_another_one_is_drawn():
    """A map 1 km wide: dots of 6 m stand on a grid of 6 m, so 10,000 findings within 60 × 60 m are 11 × 11 dots."""
    layers = [Checked("PARCELS", "宗地", "p", 1, "EPSG:4545", np.array([shapely.box(0, 0, 1000, 1000)]))]
    spots = np.random.default_rng(1).uniform(300.0, 360.0, (10_000, 2))
    rows = [("PARCELS", str(n), "odd", "warning", "odd", 1, shapely.Point(*spot)) for n, spot in enumerate(spots)]
    page = write_check_report(issues(*rows), layers, "2025-12-31", "en", Run())
    dots = next(path for path in re.findall("<path[^>]*>", page) if "#E0A030" in path)
    assert dots.count("M") == len(np.unique(np.rint(spots / 6), axis=0)) <= 121
