"""Small places by hand: square parcels 100 m apart, buildings inside them."""

import datetime

import numpy as np
import pandas as pd
import pytest
import shapely
from urban_renewal.core import envelope, frames
from urban_renewal.core.run import Run
from urban_renewal.core.tagging.tags import Sources, tag_parcels

AS_OF = datetime.date(2025, 12, 31)


@pytest.fixture(scope="session")
def ruleset():
    return envelope.load("ruleset", "chongqing")


@pytest.fixture
def plots():
    """Parcels P0, P1 … of 80 × 80 m, 200 m apart; columns by keyword, one value each."""

    def build(n, **columns):
        shapes = [shapely.box(200 * i, 0, 200 * i + 80, 80) for i in range(n)]
        frame = pd.DataFrame({"parcel_id": frames.texts(f"P{i}" for i in range(n))})
        for name, values in columns.items():
            real = name in ("in_boundary", "doc_area")
            frame[name] = np.array(values, dtype=float) if real else frames.texts(values)
        frame["geometry"] = shapes
        return frame

    return build


@pytest.fixture
def houses():
    """Buildings: rows of (parcel number, place 0…15 on it, width, depth, {column: value})."""

    def build(rows):
        records, shapes = [], []
        for i, (parcel, place, width, depth, values) in enumerate(rows):
            x, y = 200 * parcel + 1 + 20 * (place % 4), 1 + 20 * (place // 4)
            shapes.append(shapely.box(x, y, x + width, y + depth))
            records.append({"building_id": f"B{i:03d}", **values})
        frame = pd.DataFrame(records)
        for name in frame.columns:
            frame[name] = frames.texts(None if pd.isna(item) else str(item) for item in frame[name])
        frame["geometry"] = shapes
        return frame

    return build


@pytest.fixture
def tag(ruleset):
    """Tag with the shipped ruleset and return (rows by parcel_id, run, result)."""

    def act(parcels, rules=None, language="zh", **sources):
        run = Run(language=language)
        found = tag_parcels(Sources(parcels, **{"as_of": AS_OF, **sources}), rules or ruleset, run)
        return found.parcels.set_index("parcel_id"), run, found

    return act
