"""What a worker deletes is deleted with Python's lock held, also when a page cannot be printed."""

import subprocess
import sys
import threading
import time
from functools import partial

import pytest
from qgis.core import QgsLayoutItemLabel, QgsPrintLayout, QgsProject, QgsVectorLayer
from qgis.PyQt import sip
from qgis.PyQt.QtCore import QCoreApplication, QObject, QThread, pyqtSlot

LABELS, TRIES = 60, 20


@pytest.fixture
def layout(qgis_app):
    """Return a function that makes a layout with items; its project must live as long."""
    projects = []

    def make():
        projects.append(QgsProject())
        made = QgsPrintLayout(projects[-1])
        made.initializeDefaults()
        for _ in range(LABELS):
            made.addLayoutItem(QgsLayoutItemLabel(made))
        return made

    return make


def turns_of_another_thread(delete, interval_s):
    """Return how often another thread of Python came to run while something was deleted.

    A thread is made to give way after `interval_s`: longer than the deletion takes, so who lets go does it by itself.
    """
    stop, turns = [], [0]

    def count():
        while not stop:
            turns[0] += 1

    before = sys.getswitchinterval()
    sys.setswitchinterval(interval_s)
    thread = threading.Thread(target=count)
    try:
        thread.start()
        time.sleep(0.05)
        seen = turns[0]
        delete()
        return turns[0] - seen
    finally:
        stop.append(True)
        sys.setswitchinterval(before)
        thread.join()


def test_pythons_lock_is_held_while_a_layout_goes(layout):
    from urban_renewal.processing.running.deleting import delete_locked

    usual, mine = sys.getswitchinterval(), layout()
    firsts = (layout() for _ in range(TRIES))  # on a busy machine the other thread may sleep through one
    assert any(turns_of_another_thread(partial(sip.delete, first), usual) for first in firsts)  # QGIS's wrapper lets go
    assert turns_of_another_thread(lambda: delete_locked(mine), 1.0) == 0
    assert sip.isdeleted(mine)


@pytest.mark.parametrize("is_copy", [False, True])
def test_the_layers_of_a_project_go_one_by_one_before_it(is_copy, qgis_app):
    """Also those that Python did not make: a copy made by QGIS is no object of Python's until somebody asks for it."""
    from urban_renewal.processing.running.deleting import delete_project

    project = QgsProject()
    layers = [QgsVectorLayer("Point", str(place), "memory") for place in range(5)]
    layers = [layer.clone() for layer in layers] if is_copy else layers
    gone = []
    for layer in layers:
        project.addMapLayer(layer)
        layer.destroyed.connect(partial(gone.append, layer.name()))
    project.destroyed.connect(partial(gone.append, "project"))
    delete_project(project)
    assert (sorted(gone[:-1]), gone[-1]) == (list("01234"), "project")
    assert all(map(sip.isdeleted, [*layers, project]))


class Worker(QThread):
    """Does something beside the main thread."""

    def __init__(self, work):
        super().__init__()
        self._work = work

    def run(self):
        self._work()


def finish(worker, patience_s=60):
    """Let a worker work while the main thread does what is posted to it."""
    until = time.monotonic() + patience_s
    worker.start()
    while not worker.isFinished() and time.monotonic() < until:
        QCoreApplication.processEvents()
        time.sleep(0.001)
    assert worker.wait(1000)


class Ear(QObject):
    """An object of the main thread that is told what goes."""

    def __init__(self):
        super().__init__()
        self.heard = []

    @pyqtSlot()
    def hear(self):
        self.heard.append(threading.current_thread() is threading.main_thread())


def test_the_main_thread_has_heard_of_what_a_worker_deleted(qgis_app):
    """PyQt is told in the same way: what the worker gets to know next must not come before."""
    from urban_renewal.processing.running.deleting import delete_project

    ear, found = Ear(), []

    def work():
        for _ in range(20):
            project = QgsProject()
            project.addMapLayer(QgsVectorLayer("Point", "a", "memory"))
            project.layerTreeRoot().destroyed.connect(ear.hear)
            delete_project(project)
            found.append(len(ear.heard))

    finish(Worker(work))
    assert ear.heard == [True] * 20
    assert found == list(range(1, 21))


def test_a_main_thread_that_waits_for_the_worker_is_not_waited_for(qgis_app):
    """QGIS closes: it hears nothing until the worker is done. The first deletion is patient, the others are not."""
    from urban_renewal.processing.running.deleting import PATIENCE_S, delete_locked

    took = []

    def work():
        for _ in range(20):
            began = time.monotonic()
            delete_locked(QgsProject())
            took.append(time.monotonic() - began)

    worker = Worker(work)
    worker.start()
    assert worker.wait(60_000)
    assert took[0] > PATIENCE_S * 0.9
    assert sum(took[1:]) < PATIENCE_S * 4
    QCoreApplication.processEvents()
    took.clear()
    finish(Worker(work))  # it hears again
    assert len(took) == 20


STRESS = """
import os, sys, time
from importlib.util import module_from_spec, spec_from_file_location
from qgis.core import QgsApplication, QgsLayerTree
from qgis.PyQt.QtCore import QThread
app = QgsApplication([], False)
app.initQgis()
spec = spec_from_file_location("deleting", sys.argv[1])
deleting = module_from_spec(spec)
spec.loader.exec_module(deleting)
names, done = [str(number) for number in range(40)], []

class Worker(QThread):
    def run(self):
        for _ in range(1500):
            first, other = QgsLayerTree(), QgsLayerTree()
            for name in names:
                first.addGroup(name)
                other.addGroup(name)
            children = first.children()
            deleting.delete_locked(first)
            if [child.name() for child in other.children()] != names:
                return
            deleting.delete_locked(other)
        done.append(True)

worker = Worker()
worker.start()
while not worker.isFinished():
    app.processEvents()
    time.sleep(0.0005)
print("through" if done else "broken", flush=True)
os._exit(0)
"""


def test_qgis_lives_through_a_worker_that_deletes_and_gets_to_know(tmp_path):
    """Without the wait it dies on signal 11."""
    from urban_renewal.processing.running import deleting

    script = tmp_path / "stress.py"
    script.write_text(STRESS, encoding="utf-8")
    command = [sys.executable, str(script), deleting.__file__]
    found = subprocess.run(command, capture_output=True, text=True, timeout=90, check=False)
    assert (found.returncode, found.stdout.strip()) == (0, "through"), found.stderr[-2000:]


def cancelled(*given):
    from urban_renewal.core.errors import Cancelled

    raise Cancelled


@pytest.mark.parametrize("where", ["draw_heading", "draw_title_block", "_print"])
def test_a_page_that_cannot_be_finished_is_let_go_of_like_the_others(where, study, run_algorithm, monkeypatch):
    """Cancel comes while a sheet is drawn or printed: its layout goes at once, not when Python comes to collect it."""
    from qgis.core import QgsProcessingException
    from urban_renewal.processing.delivery.pages import leaf, maps, sheet

    begun, sheets = sheet.QgsPrintLayout, []
    monkeypatch.setattr(sheet, "QgsPrintLayout", lambda project: sheets.append(begun(project)) or sheets[-1])
    monkeypatch.setattr(maps if where == "_print" else leaf, where, cancelled)
    with pytest.raises(QgsProcessingException, match="已取消"):
        run_algorithm("exportzones", {**study, "FORMATS": ["png"]})
    assert [sip.isdeleted(layout) for layout in sheets] == [True]


def test_a_project_that_is_not_finished_is_let_go_of_too(qgis_app, monkeypatch, tmp_path):
    """Cancel comes while the layers of a delivery are put into its project."""
    from types import SimpleNamespace

    from urban_renewal.core.errors import Cancelled
    from urban_renewal.core.run import Run
    from urban_renewal.processing.delivery import project

    made, plain = [], project.QgsProject
    monkeypatch.setattr(project, "QgsProject", lambda: made.append(plain()) or made[-1])
    monkeypatch.setattr(project.DeliveryProject, "_add_groups", cancelled)
    study = SimpleNamespace(title="x", inputs=SimpleNamespace(plan=SimpleNamespace(working=None)))
    with pytest.raises(Cancelled):
        project.DeliveryProject(tmp_path, study, Run())
    assert [sip.isdeleted(one) for one in made] == [True]


@pytest.mark.parametrize("what", ["text", "make_legend"])
def test_an_item_belongs_to_its_sheet_before_cancel_is_heard(what, qgis_app):
    """An item of no layout would go by itself, when Python comes to collect it."""
    from types import SimpleNamespace

    from urban_renewal.core.errors import Cancelled
    from urban_renewal.processing.delivery.pages.sheet import Sheet

    project = QgsProject()
    sheet = Sheet(project, "x", "", SimpleNamespace(check=cancelled))
    before = len(sheet.layout.items())
    with pytest.raises(Cancelled):
        sheet.text("x", (0, 0, 9, 9)) if what == "text" else sheet.make_legend(None, [], 50)
    assert len(sheet.layout.items()) == before + 1
    sheet.close()
