"""While one of our threads works, it hands Python's lock to the window sooner; afterwards all is as it was."""

import gc
import sys
import threading
import time
import weakref

import pytest
from qgis.core import QgsProcessingContext, QgsProcessingFeedback
from urban_renewal.processing.running.promptness import (
    PROMPT_S,
    TOLD_S,
    hand_back_walks,
    keep_walks,
    prompt,
    promptly,
    resume_collecting,
    seldom,
    walk_if_owed,
)

USUAL_S = 0.005


@pytest.fixture(autouse=True)
def _usual():
    before = sys.getswitchinterval()
    sys.setswitchinterval(USUAL_S)
    yield
    sys.setswitchinterval(before)


def interval():
    return pytest.approx(sys.getswitchinterval(), abs=1e-6)


def test_blocks_in_one_another_and_what_fails_give_it_back():
    with prompt():
        assert interval() == PROMPT_S
        with pytest.raises(KeyError), prompt():
            raise KeyError
        assert interval() == PROMPT_S
    assert interval() == USUAL_S


def test_blocks_beside_one_another_last_until_the_last_one():
    first, second = prompt(), prompt()
    first.__enter__()
    second.__enter__()
    first.__exit__(None, None, None)
    assert interval() == PROMPT_S
    second.__exit__(None, None, None)
    assert interval() == USUAL_S


def test_what_somebody_else_sets_stays():
    with prompt():
        sys.setswitchinterval(0.002)
    assert interval() == 0.002
    sys.setswitchinterval(PROMPT_S / 2)
    with prompt():
        assert interval() == PROMPT_S / 2  # sooner than ours is left alone
    assert interval() == PROMPT_S / 2


@pytest.mark.usefixtures("provider")
def test_a_run_is_prompt_and_gives_it_back(tmp_path):
    from qgis import processing

    seen = []

    class Feedback(QgsProcessingFeedback):
        def isCanceled(self):
            seen.append(sys.getswitchinterval())
            return False

    processing.run("urbanrenewal:createsample", {"FOLDER": str(tmp_path / "s"), "PARCEL_COUNT": 200},
                   context=QgsProcessingContext(), feedback=Feedback())  # fmt: skip
    assert max(seen) == pytest.approx(PROMPT_S, abs=1e-6)
    assert interval() == USUAL_S


@pytest.mark.usefixtures("provider")
def test_a_run_tells_its_progress_seldom(tmp_path, monkeypatch):
    from qgis import processing
    from urban_renewal.processing.algorithms.createsample import CreateSample

    whole = CreateSample.compute

    def in_small_slices(algorithm, inputs, run):
        for number in range(5000):
            run.progress(number / 5000)
        return whole(algorithm, inputs, run)

    monkeypatch.setattr(CreateSample, "compute", in_small_slices)
    told, feedback = [], QgsProcessingFeedback()
    feedback.progressChanged.connect(told.append)
    began = time.monotonic()
    processing.run("urbanrenewal:createsample", {"FOLDER": str(tmp_path / "s"), "PARCEL_COUNT": 200},
                   context=QgsProcessingContext(), feedback=feedback)  # fmt: skip
    assert 1 <= len(told) <= (time.monotonic() - began) / TOLD_S + 1


def test_many_figures_in_a_moment_are_one_and_the_end_is_never_kept_back():
    told = []
    report = seldom(told.append)
    for percent in range(1000):
        report(percent / 10)
    report(100)
    assert told[0] == 0
    assert told[-1] == 100
    assert len(told) < 1000 / 5  # a thousand calls take far less than ten seconds


def wait_for_forty(keeps):
    """Return the median time of 40 requests for the lock beside a thread that computes."""
    stop, waits = [], []

    def work():
        while not stop:
            sum(range(200))

    thread = threading.Thread(target=keeps(work))
    thread.start()
    for _ in range(5):
        began = time.perf_counter()
        for _ in range(40):
            time.sleep(0)  # lets go of the lock, as each call of Qt from Python or back may
        waits.append(time.perf_counter() - began)
    stop.append(True)
    thread.join()
    return sorted(waits)[2]


def test_the_window_waits_less_for_a_thread_that_computes():
    """Where other programs take the processor both are chance: the best of some attempts tells."""
    pairs = ((wait_for_forty(promptly), wait_for_forty(lambda work: work)) for _ in range(8))
    assert any(sooner < later / 2 for sooner, later in pairs)


class Node:
    """A cycle: only the collector lets go of it."""

    def __init__(self):
        self.me = self


def test_the_collector_leaves_old_objects_alone_while_one_works(collector_walks):
    """A walk through all objects holds the lock for tenths of a second; young cycles are still collected."""
    usual, gone = gc.get_threshold(), weakref.ref(Node())
    with prompt():
        collector_walks.clear()
        with prompt():
            held = [[number] for number in range(400_000)]
        for _ in range(20_000):
            Node()
        assert (collector_walks, gone()) == ([], None)
    assert gc.get_threshold() == usual
    more = [[number] for number in range(400_000)]
    assert len(collector_walks) > 0
    assert len(held) == len(more)


def test_walks_that_are_kept_are_begun_by_hand_only(collector_walks):
    """Not by what is loaded, nor inside a block; when they are owed, once; then Python has them back as they were."""
    usual = gc.get_threshold()
    gc.collect()
    collector_walks.clear()
    try:
        keep_walks()
        assert not walk_if_owed()  # nothing has come since the last one
        rubbish = Node()
        held = [[number] for number in range(400_000)]
        gone = weakref.ref(rubbish)
        del rubbish
        with prompt():
            assert not walk_if_owed()
        assert collector_walks == []
        assert gone() is not None
        assert walk_if_owed()
        assert (len(collector_walks), gone()) == (1, None)
        assert not walk_if_owed()
        with prompt():
            hand_back_walks()  # the dock goes while something works
        assert gc.get_threshold() == usual
        assert not walk_if_owed()
    finally:
        hand_back_walks()
    assert len(held) == 400_000


@pytest.fixture
def unset(monkeypatch):
    """As in a QGIS that has just started, and again afterwards."""
    resume_collecting()
    yield
    resume_collecting()


@pytest.mark.usefixtures("unset")
def test_the_libraries_are_set_aside_once():
    """A walk that comes later passes by all that was there, and by nothing else; what was rubbish is not kept."""
    import pandas as pd

    assert pd.__name__ in sys.modules
    rubbish = weakref.ref(Node())
    with prompt():
        assert rubbish() is None
        there = gc.get_freeze_count()
        assert there > 50_000  # the modules of pandas alone are more
    held = [[number] for number in range(100_000)]
    with prompt(), prompt():
        later = weakref.ref(Node())
    assert gc.get_freeze_count() <= there  # less when some of it has gone meanwhile
    gc.collect()
    assert (later(), len(held)) == (None, 100_000)
    resume_collecting()
    assert gc.get_freeze_count() == 0


@pytest.mark.usefixtures("unset")
def test_nothing_is_set_aside_before_the_libraries_are_there(monkeypatch):
    """What is loaded by the first block would be walked through ever after."""
    monkeypatch.delitem(sys.modules, "pandas")
    with prompt():
        assert gc.get_freeze_count() == 0


@pytest.mark.usefixtures("provider")
def test_a_run_holds_no_walk_and_leaves_the_collector_as_it_was(tmp_path, collector_walks):
    from qgis import processing

    usual, limits = gc.get_threshold(), []

    class Feedback(QgsProcessingFeedback):
        def isCanceled(self):
            limits.append(gc.get_threshold()[2])
            return False

    collector_walks.clear()
    processing.run("urbanrenewal:createsample", {"FOLDER": str(tmp_path / "s"), "PARCEL_COUNT": 200},
                   context=QgsProcessingContext(), feedback=Feedback())  # fmt: skip
    assert min(limits) > usual[2]
    assert set(collector_walks) <= {usual[2]}  # none of them inside
    assert gc.get_threshold() == usual


def test_a_limit_somebody_else_sets_for_the_collector_stays():
    usual = gc.get_threshold()
    try:
        with prompt():
            gc.set_threshold(500, 5, 5)
        assert gc.get_threshold() == (500, 5, 5)
    finally:
        gc.set_threshold(*usual)
