"""What reads or makes a city's coordinates holds the interpreter: it is done for so many rows at a time, never all."""

import numpy as np
import pandas as pd
import pytest
import shapely
from urban_renewal.core import envelope, frames, slices
from urban_renewal.core.delivery import drawing
from urban_renewal.core.delivery.formats import csvtext, dbase, dxf
from urban_renewal.core.delivery.formats.csvtext import write_csv
from urban_renewal.core.delivery.formats.flat import flatten
from urban_renewal.core.delivery.formats.shapefile import write_shapefile
from urban_renewal.core.delivery.report import charts
from urban_renewal.core.errors import Cancelled
from urban_renewal.core.run import Run

from .helpers import table

HOLDING = ("to_wkt", "to_wkb", "force_2d", "get_coordinates", "get_parts", "get_rings", "transform")
ROWS = slices.ROWS + 1


@pytest.fixture
def most(monkeypatch):
    """The most rows that one call was given, by function."""
    found = {}

    def watched(name, function):
        def call(shapes, *args, **named):
            found[name] = max(found.get(name, 0), int(np.size(shapes)))
            return function(shapes, *args, **named)

        return call

    for name in HOLDING:
        monkeypatch.setattr(shapely, name, watched(name, getattr(shapely, name)))
    return found


def test_csv_and_shapefile_go_in_slices(most):
    frame = pd.DataFrame({"zone_id": [f"Z{row}" for row in range(ROWS)], "note": ["x"] * ROWS})
    frame["people"], frame["area_m2"] = pd.array([1] * ROWS, "Int64"), [0.5] * ROWS
    left = np.arange(ROWS, dtype=float)
    frame["geometry"] = np.array(shapely.box(left, 0, left + 1, 1), dtype=object)
    flat = flatten("zones", frames.conform(frame, table()), table())
    text, _ = write_csv(flat, "zones.csv", Run())
    parts, _ = write_shapefile(flat, "zones.shp", "UTF-8", Run())
    assert text.count("POLYGON") == ROWS
    assert np.frombuffer(b"".join(parts[".shp"])[36:68], "<f8").tolist() == [
        0.0,
        0.0,
        float(ROWS),
        1.0,
    ]  # the box of all
    assert {"to_wkt", "force_2d", "get_coordinates"} <= set(most)
    assert max(most.values()) <= slices.ROWS, most


class Counted(Run):
    """A run that counts how often it is asked for Cancel."""

    def __init__(self):
        super().__init__(is_cancelled=self._look)
        self.looks = 0

    def _look(self):
        self.looks += 1
        return False


def flat_of_boxes(rows):
    frame = pd.DataFrame({"zone_id": [f"Z{row:06}" for row in range(rows)], "note": [f"x{row}" for row in range(rows)]})
    frame["people"], frame["area_m2"] = pd.array(list(range(rows)), "Int64"), np.arange(rows) / 7
    left = np.arange(rows, dtype=float)
    frame["geometry"] = np.array(shapely.box(left, 0, left + 1, 1), dtype=object)
    return flatten("zones", frames.conform(frame, table()), table())


def test_a_csv_comes_in_pieces_with_a_look_at_cancel_before_each():
    flat, run = flat_of_boxes(5 * csvtext.SLICE + 1), Counted()
    pieces = list(csvtext.csv_pieces(flat, "zones.csv", [], run))
    assert [piece.count("\r\n") for piece in pieces] == [1, *[csvtext.SLICE] * 5, 1]
    assert run.looks >= 6
    assert "".join(pieces) == write_csv(flat, "zones.csv", Run())[0]


def test_a_dbf_is_joined_by_slices_of_rows():
    """Cells of a city joined in one call held Python's lock for eight seconds."""
    rows = 5 * dbase.SLICE + 1
    fields = [dbase.DbfField(f"f{number}", "C", 3) for number in range(40)]
    cells = [[b"ab"] * rows for _ in fields]
    run = Counted()
    pieces = list(dbase._file(fields, cells, rows, "UTF-8", run))
    assert len(pieces) == 1 + len(fields) + 1 + 6 + 1  # head, fields, their end, slices of rows, end
    assert run.looks == 6
    whole = b"".join(pieces)
    size = 1 + 40 * 3
    assert len(whole) == 33 + 32 * 40 + rows * size + 1
    assert whole[33 + 32 * 40 :][:size] == b" " + b"ab " * 40


def test_a_shapefile_comes_in_pieces():
    """Joined into one, the table of a city's gaps held Python's lock for a second."""
    rows = 3 * slices.PIECE + 1
    parts, _ = write_shapefile(flat_of_boxes(rows), "zones.shp", "UTF-8", Run())
    for suffix, least in ((".dbf", rows // dbase.SLICE), (".shp", 4), (".shx", 4)):
        sizes = list(map(len, parts[suffix]))
        assert len(sizes) >= least
        assert max(sizes) <= 2 * sum(sizes) / least


def test_a_drawing_comes_in_pieces_with_looks_between_features(monkeypatch):
    monkeypatch.setattr(dxf, "PIECE", 10)
    flat, run = flat_of_boxes(3 * drawing.SLICE), Counted()
    template = envelope.load("template", "plain")
    drawn = drawing.draw(template, [flat], [], "zh", run)
    assert drawn.entities_n >= 3 * drawing.SLICE
    assert run.looks >= 3
    pieces = list(dxf.dxf_pieces(drawn.drawing, Run()))
    assert len(pieces) == 2 + -(-drawn.entities_n // 10)  # the opening, the entities, the closing
    monkeypatch.setattr(dxf, "PIECE", 10 * drawn.entities_n)
    assert pieces[1:-1] and b"".join(pieces) == b"".join(dxf.dxf_pieces(drawn.drawing, Run()))


def test_the_small_map_looks_at_cancel_between_shapes():
    row, column = np.divmod(np.arange(2 * charts.SLICE + 1), 40)  # what is smaller than half a pixel is not drawn
    left, low = 10.0 * column, 10.0 * row
    layer = charts.Drawn(shapely.box(left, low, left + 9, low + 9), "#111111")
    run = Counted()
    body = charts.map_body([layer], run=run)
    assert run.looks == 3
    assert body.count("M") == len(left)
    assert charts.titled_map("t", body) == charts.small_map("t", [layer])

    def refuse():
        return True

    with pytest.raises(Cancelled):
        charts.map_body([layer], run=Run(is_cancelled=refuse))


def test_pieces_and_freed_lists():
    parts = [bytes([number % 256]) for number in range(2 * slices.PIECE + 3)]
    found = list(slices.in_pieces(parts))
    assert [len(piece) for piece in found] == [slices.PIECE, slices.PIECE, 3]
    assert b"".join(found) == b"".join(parts)
    long, short = list(range(slices.MOST_FREED * 2)), (1, 2)
    kept = [long, short]
    slices.let_go(kept)
    assert kept == []
    assert len(long) <= slices.MOST_FREED  # emptied in place, in pieces
    assert short == (1, 2)
