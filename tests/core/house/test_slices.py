"""Calls in slices: the same array as one call, Cancel heard between them, what is no geometry passes through."""

import threading
import time
import weakref

import numpy as np
import pytest
import shapely
from urban_renewal.core import slices
from urban_renewal.core.errors import Cancelled
from urban_renewal.core.run import Run
from urban_renewal.core.slices import aside, sliced


def test_slices_give_what_one_call_gives():
    shapes = np.array([shapely.box(n, 0, n + 1, 2) for n in range(10)] + [None], dtype=object)
    for rows in (1, 3, 10, 11, 12):
        whole = sliced(shapely.centroid, shapes, rows=rows)
        assert [item is None for item in whole] == [False] * 10 + [True]
        assert shapely.equals_exact(whole[:10], shapely.centroid(shapes[:10])).all()
    wkb = np.array([shapely.to_wkb(shape) if shape is not None else None for shape in shapes], dtype=object)
    read = sliced(shapely.from_wkb, wkb, rows=4, on_invalid="ignore")
    assert shapely.equals_exact(read[:10], shapes[:10]).all()
    assert read[10] is None
    assert sliced(shapely.is_valid, shapes, rows=2).dtype == bool
    assert len(sliced(shapely.centroid, shapes[:0])) == 0


def test_cancel_is_heard_between_slices():
    seen = []

    def count(part):
        seen.append(len(part))
        return part

    run = Run(is_cancelled=lambda: len(seen) == 2)
    with pytest.raises(Cancelled):
        sliced(count, np.arange(10), run=run, rows=3)
    assert seen == [3, 3]


def test_cancel_is_heard_while_one_long_call_works():
    over = threading.Event()
    began = time.monotonic()
    run = Run(is_cancelled=lambda: time.monotonic() - began > 0.15)
    with pytest.raises(Cancelled):
        aside(lambda: over.wait(10), run)
    assert time.monotonic() - began < 5 and not over.is_set()  # long before the call ends
    over.set()


def test_what_is_done_aside_comes_back():
    assert aside(lambda: shapely.union_all([shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1)]).area, Run()) == 2
    with pytest.raises(ZeroDivisionError):
        aside(lambda: 1 / 0, Run())
    with pytest.raises(Cancelled):
        aside(lambda: pytest.fail("must not begin"), Run(is_cancelled=lambda: True))


def test_each_item_has_an_equal_stretch_of_the_progress():
    told = []
    for item, part in Run(report=told.append).part(0.5, 1).parts(["a", "b"]):
        part.progress({"a": 0.5, "b": 1}[item])
    assert told == [62.5, 100]


class Thing:
    """Something that tells when it goes."""


def test_what_is_let_go_of_goes_in_pieces_but_for_what_others_hold(monkeypatch):
    monkeypatch.setattr(slices, "MOST_FREED", 10)
    things = [Thing() for _ in range(25)]
    kept, gone = things[3], [weakref.ref(thing) for thing in things if thing is not things[3]]
    columns = [np.arange(3), things]
    del things
    slices.let_go(columns)
    assert columns == []
    assert [ref() for ref in gone] == [None] * 24
    assert isinstance(kept, Thing)
