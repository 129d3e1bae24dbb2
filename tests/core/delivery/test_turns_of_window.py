"""What reads or makes a city's coordinates holds the interpreter: it is done for so many rows at a time, never all."""

import numpy as np
import pandas as pd
import pytest
import shapely
from urban_renewal.core import frames, slices
from urban_renewal.core.delivery.formats.csvtext import write_csv
from urban_renewal.core.delivery.formats.flat import flatten
from urban_renewal.core.delivery.formats.shapefile import write_shapefile
from urban_renewal.core.run import Run

from .test_csvtext import table

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
    assert np.frombuffer(parts[".shp"][36:68], "<f8").tolist() == [0.0, 0.0, float(ROWS), 1.0]  # the box of all
    assert {"to_wkt", "force_2d", "get_coordinates"} <= set(most)
    assert max(most.values()) <= slices.ROWS, most
