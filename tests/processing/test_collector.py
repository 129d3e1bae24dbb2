"""While a run holds large tables, Python's collector does not walk through them; afterwards all is as before."""

import gc

import pytest
from qgis.core import QgsProcessingContext, QgsProcessingFeedback
from urban_renewal.processing.running.collector import spared


def test_what_is_held_is_set_aside_and_given_back():
    with spared(lambda: False) as look:
        held = [[number] for number in range(50_000)]
        assert look() is False
        assert gc.get_freeze_count() >= 50_000
        with spared(lambda: True) as inner:  # a child of a whole study
            assert inner() is True
        look()
        assert gc.get_freeze_count() >= len(held)
    assert gc.get_freeze_count() == 0


def test_cycles_of_one_slice_are_collected_meanwhile():
    class Node:
        def __init__(self):
            self.me = self

    with spared(lambda: False) as look:
        look()
        before = gc.get_freeze_count()
        for _ in range(5_000):
            Node()
        gc.collect()
        look()
        assert gc.get_freeze_count() - before < 2_500


@pytest.mark.usefixtures("provider")
def test_a_run_leaves_nothing_set_aside(tmp_path):
    from qgis import processing

    seen = []

    class Feedback(QgsProcessingFeedback):
        def isCanceled(self):
            seen.append(gc.get_freeze_count())
            return False

    processing.run("urbanrenewal:createsample", {"FOLDER": str(tmp_path / "s"), "PARCEL_COUNT": 200},
                   context=QgsProcessingContext(), feedback=Feedback())  # fmt: skip
    assert max(seen) > 0
    assert gc.get_freeze_count() == 0
