"""CSV against Python's own reader, and against the rule that no cell may start a formula."""

import csv
import io

import numpy as np
import pandas as pd
import pytest
import shapely
from urban_renewal.core import frames
from urban_renewal.core.delivery.formats.csvtext import clean, guard, types_line, write_csv
from urban_renewal.core.delivery.formats.flat import flatten, losses_frame
from urban_renewal.core.run import Run

from .helpers import table

ODD = ['说 "好" 的', "一\r\n二\n三\r四", "𠮷㙍 🏠", ",;\t|", " 前后空格 ", "O'Brien"]
RUNNING = ["=1+1", "+86 23", "-5", "@SUM(A1)", "\t=1", "\r=1", "＝1", " =1", "|calc", "%0A"]


def flat(notes, shapes=None):
    n = len(notes)
    frame = pd.DataFrame({"zone_id": [f"Z{row}" for row in range(n)], "note": notes})
    frame["people"], frame["area_m2"] = pd.array([-7] * n, "Int64"), [0.1 + 0.2] * n
    frame["geometry"] = np.array(shapes or [shapely.box(0, 0, 1, 1)] * n, dtype=object)
    return flatten("zones", frames.conform(frame, table()), table())


def read(text):
    return list(csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline="")))


def test_texts_come_back_letter_by_letter():
    text, losses = write_csv(flat(ODD), "csv/zones.csv", Run())
    head, *rows = read(text)
    assert text.startswith("\ufeff")
    assert head == ["zone_id", "note", "people", "area_m2", "WKT"]
    assert [row[1] for row in rows] == ODD
    assert {tuple(row[2:4]) for row in rows} == {("-7", "0.30")}  # numbers are never guarded
    assert shapely.from_wkt(rows[0][4]).equals(shapely.box(0, 0, 1, 1))
    assert losses == []


@pytest.mark.parametrize("note", RUNNING)
def test_no_cell_starts_a_formula(note):
    text, losses = write_csv(flat([note]), "csv/zones.csv", Run())
    assert read(text)[1][1] == "'" + note
    assert [(item.field, item.code, item.found) for item in losses] == [("note", "loss_guarded", note)]


def test_guard_can_be_undone():
    for text in [*RUNNING, *ODD, "'=1", "''", "普通"]:
        safe = guard(text)
        assert (safe[1:] if safe.startswith("'") else safe) == text


def test_missing_empty_and_control():
    text, losses = write_csv(flat([None, "", "a\0b", "x\ud800"], [None, shapely.Polygon(), None, None]), "f", Run())
    lines = text.split("\r\n")
    assert lines[1].startswith('"Z0",,-7')
    assert lines[2].startswith('"Z1","",-7')
    assert [row[1] for row in read(text)[3:]] == ["ab", "x"]
    assert [row[4] for row in read(text)[1:]] == [""] * 4
    listed = losses_frame(losses, "zh")
    assert [(row.feature_id, row.code) for row in listed.itertuples()] == [
        ("Z1", "loss_empty_shape"),
        ("Z1", "loss_empty_text"),
        ("Z2", "loss_control"),
        ("Z3", "loss_control"),
    ]
    assert clean("𠮷") == "𠮷"


def test_types_line():
    assert types_line(flat(["a"])) == '"String","String","Integer64","Real","WKT"\r\n'


def test_full_precision_of_what_has_no_fixed_decimals():
    sheet = flat(["a"], [shapely.Point(106.551234567890123, 29.5)])
    text, _ = write_csv(sheet, "f", Run())
    assert shapely.from_wkt(read(text)[1][4]).x == 106.551234567890123
