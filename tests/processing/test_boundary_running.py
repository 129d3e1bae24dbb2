"""Refusals also where QGIS skips the check, cancel from a task, languages, exit through exceptions."""

import gc
import threading
import weakref

import pytest
from qgis.core import (
    QgsApplication,
    QgsProcessingAlgRunnerTask,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeedback,
    QgsProject,
)

BOX = "POLYGON((0 0,10 0,10 10,0 10,0 0))"


class Heard(QgsProcessingFeedback):
    """Remembers what was said."""

    def __init__(self):
        super().__init__(False)
        self.errors, self.warnings, self.infos = [], [], []

    def reportError(self, error, fatalError=False):  # noqa: N803
        self.errors.append(error)

    def pushWarning(self, warning):
        self.warnings.append(warning)

    def pushInfo(self, info):
        self.infos.append(info)


def run_task(algorithm, values, feedback, context, qtbot):
    """Run as the desktop does in the background: no checkParameterValues, work in another thread."""
    task = QgsProcessingAlgRunnerTask(algorithm, values, context, feedback)
    with qtbot.waitSignal(task.executed, timeout=20_000) as signal:
        QgsApplication.taskManager().addTask(task)
    return signal.args


def test_a_task_runs_in_a_worker_and_loads_its_result(echo, make_layer, qtbot, project, tmp_path):
    threads = []
    algorithm = echo(lambda inputs, run: threads.append(threading.get_ident()))
    context = QgsProcessingContext()
    context.setProject(project)
    values = {"PARCELS": make_layer([(BOX, {"parcel_id": "a"})]), "OUTPUT": str(tmp_path / "o.gpkg")}
    good, results = run_task(algorithm, values, Heard(), context, qtbot)
    assert good
    assert results["OUTPUT"] == str(tmp_path / "o.gpkg")
    assert threads != [threading.get_ident()], "the work was done in another thread"


def test_a_task_is_refused_too(echo, make_layer, qtbot, project):
    """Rule 8: tasks skip checkParameterValues; what settle() refuses must still stop the run before it computes."""
    context, heard = QgsProcessingContext(), Heard()
    context.setProject(project)

    def never(inputs, run):
        raise AssertionError("computed although refused")

    values = {"PARCELS": make_layer([(BOX, {"parcel_id": "a"})], crs="", name="无坐标"), "OUTPUT": "TEMPORARY_OUTPUT"}
    good, _ = run_task(echo(never), values, heard, context, qtbot)
    assert not good
    assert [error for error in heard.errors if "无坐标" in error and "没有坐标系" in error]


def test_check_and_prepare_say_the_same(echo, make_layer):
    context, heard = QgsProcessingContext(), Heard()
    context.setProject(QgsProject.instance())
    values = {"PARCELS": make_layer([(BOX, {"parcel_id": "a"})], crs="", name="无坐标"), "OUTPUT": "TEMPORARY_OUTPUT"}
    good, message = echo().checkParameterValues(values, context)
    assert not good
    _, done = echo().run(values, context, heard, {}, True)
    assert not done
    assert heard.errors == [message]


def test_missing_packages_are_named_with_the_way_to_get_them(echo, make_layer, monkeypatch):
    from urban_renewal.processing import refusals

    monkeypatch.setattr(refusals, "missing_packages", lambda: ["pandas", "shapely"])
    layer = make_layer([(BOX, {"parcel_id": "a"})])
    good, message = echo().checkParameterValues(
        {"PARCELS": layer, "OUTPUT": "TEMPORARY_OUTPUT"}, QgsProcessingContext()
    )
    assert not good
    assert "pandas、shapely" in message
    assert "install" in message


@pytest.mark.parametrize("fault", [ImportError("DLL load failed"), ValueError("numpy.dtype size changed")])
def test_a_broken_library_is_told_in_one_sentence_not_as_a_fault_of_the_plugin(echo, make_layer, monkeypatch, fault):
    """It is there, so nothing was refused; only when it is imported, in the middle of the work, does it fail."""
    from urban_renewal.processing import missing

    def breaks(inputs, run):
        monkeypatch.setattr(missing.importlib, "import_module", lambda name: (_ for _ in ()).throw(fault))
        raise fault

    monkeypatch.setattr(missing, "_broken", {})
    values = {"PARCELS": make_layer([(BOX, {"parcel_id": "a"})]), "OUTPUT": "TEMPORARY_OUTPUT", "LANGUAGE": "en"}
    with pytest.raises(QgsProcessingException) as caught:
        echo(breaks).run(values, QgsProcessingContext(), Heard(), {}, False)
    sentence = str(caught.value)
    assert "is installed but cannot be used" in sentence and str(fault) in sentence and "pandas" in sentence
    assert "install" in sentence and "maintainers" not in sentence


def test_what_was_left_out_is_said_in_the_wanted_language(echo, make_layer):
    rows = [(BOX, {"parcel_id": "a"}), (None, {"parcel_id": "b"})]
    for language, word in (("zh", "没有图形"), ("en", "Has no geometry")):
        heard = Heard()
        values = {"PARCELS": make_layer(rows), "OUTPUT": "TEMPORARY_OUTPUT", "LANGUAGE": language}
        echo().run(values, QgsProcessingContext(), heard, {}, False)
        assert [line for line in heard.warnings if word in line and "1" in line]


def test_what_is_only_worth_knowing_is_no_warning(echo, make_layer):
    def tells(inputs, run):
        for severity, n in (("info", 3), ("warning", 2), ("error", 4)):
            run.leave_out("PARCELS", [str(place) for place in range(n)], "geometry_empty", severity)
        run.leave_out("PARCELS", ["x"], "geometry_repaired", "info")

    heard = Heard()
    echo(tells).run({"PARCELS": make_layer([(BOX, {"parcel_id": "a"})]), "OUTPUT": "memory:", "LANGUAGE": "en"},
                    QgsProcessingContext(), heard, {}, False)  # fmt: skip
    assert [line.split(" · ")[1] for line in heard.warnings] == ["9"]  # one line, counted
    assert [line.split(" · ")[1] for line in heard.infos if " · " in line] == ["1"]


def test_a_count_is_of_the_sentence_behind_it(echo, make_layer):
    """16 facilities shut down are not 59 that are shut down, planned or being built."""

    def tells(inputs, run):
        for word, n in (("shut", 2), ("planned", 4)):
            run.leave_out("PARCELS", [f"{word}{place}" for place in range(n)], "facility_not_existing", word=word)
        for place, far in enumerate((7, 8, 9, 9, 10)):
            run.leave_out("PARCELS", [str(place)], "entrance_far", metres=far)

    heard = Heard()
    echo(tells).run({"PARCELS": make_layer([(BOX, {"parcel_id": "a"})]), "OUTPUT": "memory:", "LANGUAGE": "en"},
                    QgsProcessingContext(), heard, {}, False)  # fmt: skip
    far, planned, shut = heard.warnings
    assert far.split(" · ")[1] == "2" and "9" in far and far.endswith("(3 more of the kind)")
    assert planned.split(" · ")[1] == "4" and "“planned”" in planned and "more of" not in planned
    assert shut.split(" · ")[1] == "2" and "“shut”" in shut


def test_what_a_step_of_a_study_warns_of_is_a_warning_of_the_study(echo, make_layer):
    from urban_renewal.processing.algorithms.fullstudy import _Forward

    def runs_a_step(inputs, run):
        step = _Forward(run.part(0.0, 0.5))
        step.pushWarning("look at this")
        step.pushInfo("only so")

    heard = Heard()
    echo(runs_a_step).run({"PARCELS": make_layer([(BOX, {"parcel_id": "a"})]), "OUTPUT": "memory:"},
                          QgsProcessingContext(), heard, {}, False)  # fmt: skip
    assert heard.warnings == ["look at this"]


def test_strict_writes_first_and_raises_then(echo, make_layer, tmp_path):
    """Rule 11: the findings are in place, then the run ends with an error."""
    from urban_renewal.core.errors import RenewalError

    algorithm = echo()
    compute = type(algorithm).compute

    def strict(self, inputs, run):
        results = compute(self, inputs, run)
        results.refusal = RenewalError("layer_empty", layer="x", parameter="y")
        return results

    type(algorithm).compute = strict
    values = {"PARCELS": make_layer([(BOX, {"parcel_id": "a"})]), "OUTPUT": str(tmp_path / "o.gpkg")}
    with pytest.raises(QgsProcessingException, match="没有要素"):
        algorithm.run(values, QgsProcessingContext(), QgsProcessingFeedback(False), {}, False)
    assert (tmp_path / "o.gpkg").exists()


@pytest.mark.parametrize("srs", [None, "cartesian"])
def test_a_geopackage_without_a_system_is_refused_or_taken_as_a_local_grid(run_algorithm, rows_of, tmp_path, srs):
    from osgeo import ogr, osr

    system = None
    if srs:
        system = osr.SpatialReference()
        system.SetFromUserInput('LOCAL_CS["Undefined Cartesian SRS",UNIT["metre",1]]')
    path = tmp_path / "cad.gpkg"
    source = ogr.GetDriverByName("GPKG").CreateDataSource(str(path))
    table = source.CreateLayer("cad", system, ogr.wkbPolygon)
    feature = ogr.Feature(table.GetLayerDefn())
    feature.SetGeometry(ogr.CreateGeometryFromWkt("POLYGON((500 500,600 500,600 600,500 600,500 500))"))
    table.CreateFeature(feature)
    table = source = None
    out = str(tmp_path / "out.gpkg")
    with pytest.raises(QgsProcessingException, match="没有坐标系"):
        run_algorithm("tagparcels", {"PARCELS": str(path), "OUTPUT": out})
    run_algorithm("tagparcels", {"PARCELS": str(path), "NO_CRS": "local_metric", "OUTPUT": out})
    assert [row["area_m2"] for row in rows_of(out)] == [10000.0]


def test_a_refused_row_does_not_cancel_the_batch(provider, echo, qtbot):
    """The rows of a batch share what hears Cancel: refused while it prepares, QGIS calls off all that come after."""
    feedback, values = Heard(), {"PARCELS": "/nowhere.gpkg", "OUTPUT": "memory:"}
    good, _ = run_task(echo(), values, feedback, QgsProcessingContext(), qtbot)
    assert not good and not feedback.isCanceled()
    assert any("nowhere.gpkg" in error for error in feedback.errors)


@pytest.mark.parametrize("fault", ["cancelled", "renewal", "internal"])
def test_nothing_of_a_run_that_ended_badly_stays_in_memory(echo, make_layer, fault):
    """QGIS never lets go of an exception of an algorithm; its frames would keep the tables of each cancelled run."""
    from urban_renewal.core.errors import Cancelled, RenewalError

    class Table:
        """Stands for what a run holds."""

    held = []

    def work(inputs, run):
        table = Table()
        held.append(weakref.ref(table))
        faults = {"cancelled": Cancelled(), "renewal": RenewalError("cancelled"), "internal": ZeroDivisionError("0")}
        raise faults[fault]

    values = {"PARCELS": make_layer([(BOX, {"parcel_id": "a"})]), "OUTPUT": "TEMPORARY_OUTPUT"}
    context, heard = QgsProcessingContext(), Heard()
    context.setProject(QgsProject.instance())
    _, done = echo(work).run(values, context, heard, {}, True)
    assert not done
    gc.collect()
    assert len(held) == 1
    assert held[0]() is None


def test_an_error_takes_nothing_along_but_a_sentence(echo, make_layer):
    """QGIS keeps the frame: what it names, and what its function can name, would stay with it."""

    def work(inputs, run):
        raise ZeroDivisionError("0")

    values = {"PARCELS": make_layer([(BOX, {"parcel_id": "a"})]), "OUTPUT": "TEMPORARY_OUTPUT"}
    context, heard = QgsProcessingContext(), Heard()
    context.setProject(QgsProject.instance())
    algorithm = echo(work).create()
    assert algorithm.prepareAlgorithm(values, context, heard)
    with pytest.raises(QgsProcessingException, match="ZeroDivisionError") as caught:
        algorithm.processAlgorithm(values, context, heard)
    frame = caught.value.__traceback__.tb_next.tb_frame
    assert list(frame.f_locals) == ["found"]
    assert set(frame.f_globals) <= {"QgsProcessingException", "__builtins__"}
    assert caught.value.__context__ is None


def test_a_step_of_a_study_tells_its_failure_to_the_study(echo, make_layer):
    """The frames that QGIS keeps with an exception are those of the study as well."""

    class Study(Heard):
        def take_failure(self, sentence):
            self.failure = sentence

    def work(inputs, run):
        raise ZeroDivisionError("0")

    values = {"PARCELS": make_layer([(BOX, {"parcel_id": "a"})]), "OUTPUT": "TEMPORARY_OUTPUT"}
    context, study = QgsProcessingContext(), Study()
    context.setProject(QgsProject.instance())
    results, done = echo(work).run(values, context, study, {}, False)
    assert (results, done) == ({}, True)
    assert "ZeroDivisionError" in study.failure


def test_the_ear_of_a_study_goes_with_its_step(echo, make_layer):
    """What a thread without events has connected to a signal stays until QGIS ends."""
    from urban_renewal.processing.algorithms.fullstudy import _Forward

    class Study:
        """Stands for the run of a whole study."""

        def report_share(self, share):
            told.append(share)

        def is_cancelled(self):
            return False

        def announce(self, text):
            pass

    told, held = [], []
    values = {"PARCELS": make_layer([(BOX, {"parcel_id": "a"})]), "OUTPUT": "TEMPORARY_OUTPUT"}
    context = QgsProcessingContext()
    context.setProject(QgsProject.instance())
    algorithm = echo()

    def run_step():
        study = Study()
        held.append(weakref.ref(study))
        algorithm.run(values, context, _Forward(study), {}, False)

    thread = threading.Thread(target=run_step)
    thread.start()
    thread.join()
    gc.collect()
    assert told and 0 < told[-1] <= 1
    assert held[0]() is None
