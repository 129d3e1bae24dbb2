"""Closing QGIS while something runs: once, not twice; who answers No goes on working."""

import pytest


class Window:
    """Stands in for QGIS: its window and its entry Exit ask as QGIS does, and count what came of it."""

    def __init__(self, answer):
        from qgis.core import QgsApplication
        from qgis.PyQt.QtGui import QAction
        from qgis.PyQt.QtWidgets import QMainWindow

        outer, self.answer, self.asked, self.left = self, answer, 0, 0

        class Main(QMainWindow):
            def closeEvent(self, event):
                event.ignore()
                outer.exit_qgis()

        self.window, self.action = Main(), QAction("Exit")
        self.action.triggered.connect(self.exit_qgis)
        self.tasks = QgsApplication.taskManager()

    def exit_qgis(self):
        if self.tasks.countActiveTasks(False):
            self.asked += 1
            if self.answer:
                self.tasks.cancelAll()
            return
        self.left += 1

    def mainWindow(self):
        return self.window

    def actionExit(self):
        return self.action


@pytest.mark.parametrize("way", ["cross", "menu"])
@pytest.mark.parametrize("answer", [True, False])
def test_once_is_enough(qgis_app, qtbot, project, stand_ins, patient, tmp_path, way, answer):
    from urban_renewal.dialogs.study.leaving import Leaving
    from urban_renewal.dialogs.study.runner import Job, Runner

    stand_ins["createsample"].during = staticmethod(patient)
    qgis, runner, ended = Window(answer), Runner(), []
    runner.finished.connect(ended.append)
    leaving = Leaving(qgis, runner)
    try:
        runner.start([Job("createsample", {"FOLDER": str(tmp_path / "s")})])
        qtbot.waitUntil(patient.began.is_set, timeout=5000)
        if way == "cross":
            qgis.window.close()
        else:
            qgis.action.trigger()
        if answer:
            qtbot.waitUntil(lambda: qgis.left == 1, timeout=4000)
            assert ended[0].cancelled, "a run that QGIS cancelled is no failure"
        else:
            qtbot.wait(500)
            assert runner.is_running
            assert qgis.left == 0
            runner.cancel()
            qtbot.waitUntil(lambda: bool(ended), timeout=4000)
            qtbot.wait(400)
            assert qgis.left == 0, "somebody who said No and cancels later wants to stay"
        assert qgis.asked == 1
    finally:
        leaving.close()
        runner.abandon()


def test_nothing_runs_nothing_is_in_the_way(qgis_app, qtbot, project, stand_ins):
    from urban_renewal.dialogs.study.leaving import Leaving
    from urban_renewal.dialogs.study.runner import Runner

    qgis = Window(True)
    leaving = Leaving(qgis, Runner())
    qgis.window.close()
    qgis.action.trigger()
    assert (qgis.asked, qgis.left) == (0, 2)
    leaving.close()
    leaving.close()
    qgis.window.close()
    assert qgis.left == 3


def test_what_is_measured_aside_is_no_question(qgis_app, qtbot, project, stand_ins, patient, tmp_path):
    """The rules editor measures indicators for its preview: nobody asked for it, QGIS closes without a question."""
    from urban_renewal.dialogs.study.runner import Job, Runner

    stand_ins["createsample"].during = staticmethod(patient)
    qgis, runner = Window(True), Runner(is_aside=True)
    try:
        runner.start([Job("createsample", {"FOLDER": str(tmp_path / "s")})])
        qtbot.waitUntil(patient.began.is_set, timeout=5000)
        qgis.action.trigger()
        assert (qgis.asked, qgis.left) == (0, 1)
    finally:
        runner.abandon()
    assert not runner.is_running
