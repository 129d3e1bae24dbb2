"""Tasks of QGIS: what fails when they are over is heard, as any other fault of ours."""

import pytest


def raised(qtbot, work, over):
    """Return what was heard while a task was done and `over` called."""
    from urban_renewal.dialogs.study.tasks import begin

    ended = []

    def at_end(error):
        ended.append(error)
        over(error)

    with qtbot.captureExceptions() as faults:
        task = begin("tested", work, at_end)
        qtbot.waitUntil(lambda: bool(ended), timeout=10000)
    del task
    return [str(value) for _, value, _ in faults]


def test_the_end_is_told_what_became_of_the_work(qgis_app, qtbot):
    told = []
    assert raised(qtbot, lambda task: None, told.append) == [] and told == [None]

    def fail(task):
        raise OSError("no disk")

    assert raised(qtbot, fail, told.append) == [] and str(told[1]) == "no disk"


@pytest.mark.parametrize("fails", [False, True])
def test_a_fault_at_the_end_is_heard(qgis_app, qtbot, fails):
    """QGIS itself says nothing of it: the window would wait for ever for what never comes."""

    def work(task):
        if fails:
            raise KeyError("x")

    def over(error):
        raise ValueError("ours")

    assert raised(qtbot, work, over) == ["ours"]
