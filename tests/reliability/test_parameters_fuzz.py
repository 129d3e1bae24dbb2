"""Every algorithm with hostile parameters and layers: a result or one clear sentence, nothing else, nowhere else."""

import faulthandler
import os
import random
import socket
import sys
import traceback
from pathlib import Path

import pytest
from qgis.core import (
    QgsApplication,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeedback,
    QgsProcessingParameterFeatureSink,
    QgsProcessingParameterFileDestination,
    QgsProject,
)

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "12"))  # of each algorithm; scripts/fuzz.sh asks for more
SEED = int(os.environ.get("FUZZ_SEED", "1"))
HANG_S = 120
SLOW = {"createsample": 3, "exportzones": 2, "proposesites": 2}  # their share of the examples is smaller
ALGORITHMS = (
    "allocatepopulation", "buildwalknetwork", "tagparcels", "facilitygap", "delineatezones", "checkzones",
    "makeprojects", "proposesites", "comparescenarios", "rankzones", "checkinputs", "fixcoordinates", "tagaccuracy",
    "fieldsample", "serviceareas", "missinglinks", "makeunits", "exportzones", "createsample", "mergereviews",
    "verifydelivery", "fullstudy",
)  # fmt: skip


@pytest.fixture(autouse=True)
def no_network(monkeypatch):
    """Whoever opens a socket to anywhere fails the test."""

    def refuse(*arguments, **named):
        raise AssertionError("somebody opened a network connection")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "create_connection", refuse)


def test_every_algorithm_is_here(provider):
    assert {item.name() for item in provider.algorithms() if item.name() not in ("gaponly", "retag")} == set(ALGORITHMS)


def tree(folder):
    """Return every file under the folder with its size and time."""
    found = {}
    for place, _, names in os.walk(folder):
        for name in names:
            if not name.endswith(("-wal", "-shm")):  # QGIS itself, when it reads
                path = Path(place) / name
                info = path.stat()
                found[str(path)] = (info.st_size, info.st_mtime_ns)
    return found


def run_once(algorithm, values, context):
    """Run as QGIS does, step by step; return what refused it or "". Any other exception is a fault."""
    good, message = algorithm.checkParameterValues(values, context)
    if not good:
        assert message.strip(), "refused without a word"
        return message
    feedback = QgsProcessingFeedback(False)
    try:
        if not algorithm.prepareAlgorithm(values, context, feedback):
            return "not prepared"
        algorithm.processAlgorithm(values, context, feedback)
    except QgsProcessingException as error:
        cause = error.__cause__
        if cause is not None and type(cause).__name__ not in ("RenewalError", "Cancelled"):
            raise cause from None
        assert str(error).strip(), "failed without a word"
        return str(error)
    return ""


@pytest.mark.parametrize("name", ALGORITHMS)
def test_hostile_parameters_end_in_a_result_or_a_sentence(name, town, hostile, tmp_path, monkeypatch):
    faults, ends = {}, {"result": 0, "refused": 0}
    inputs = tree(town.folder)
    for number in range(max(1, EXAMPLES // SLOW.get(name, 1))):
        generator = random.Random(f"{SEED} {name} {number}")
        draw = generator.randrange
        target = tmp_path / str(number)
        target.mkdir()
        monkeypatch.chdir(target)  # a name without a folder lands here
        algorithm = QgsApplication.processingRegistry().algorithmById(f"urbanrenewal:{name}").create()
        known = dict(town.known.get(name, {}))
        values = {**known, **destinations(algorithm, target)}
        definitions = {item.name(): item for item in algorithm.parameterDefinitions()}
        changed = [draw(len(definitions)) for _ in range(hostile.pick(draw, (1, 1, 1, 2, 3)))]
        for at in changed:
            key = list(definitions)[at]
            values[key] = hostile.spoil_value(draw, definitions[key], known.get(key), hostile.spoil_layer)
        if not draw(20):
            values[hostile.pick(draw, hostile.TEXTS)] = 1
        context = QgsProcessingContext()
        context.setProject(QgsProject.instance())
        faulthandler.dump_traceback_later(HANG_S, exit=True)
        try:
            said = run_once(algorithm, values, context)
            ends["refused" if said else "result"] += 1
            if said:
                left = tree(target)
                assert not left or values.get("STRICT"), f"refused ({said}), but left {left}"
            assert len(list(tmp_path.iterdir())) == number + 1, "something lies outside the target"
        except Exception:
            faults.setdefault(where(), f"seed {SEED}, {name} {number}: {told(values, known)}\n{short()}")
        finally:
            faulthandler.cancel_dump_traceback_later()
    assert tree(town.folder) == inputs, "an input was touched"
    sys.stderr.write(f"{name}: {ends}\n")
    assert not faults, f"{len(faults)} faults\n" + "\n".join(faults.values())


def where():
    """Return the last place of ours in the traceback, so that one fault is told once."""
    error = sys.exc_info()[1]
    ours = [item for item in traceback.extract_tb(error.__traceback__) if "reliability" not in item.filename]
    return f"{type(error).__name__} {ours[-1].filename if ours else ''} {ours[-1].lineno if ours else error}"


def short():
    """Return the end of the traceback that is being handled."""
    return "\n".join(traceback.format_exception(*sys.exc_info(), chain=False)[-9:])


def destinations(algorithm, target):
    """Return every output of an algorithm in the folder."""
    found = {}
    for definition in algorithm.parameterDefinitions():
        if isinstance(definition, QgsProcessingParameterFeatureSink):
            found[definition.name()] = str(target / f"{definition.name().lower()}.gpkg")
        elif isinstance(definition, QgsProcessingParameterFileDestination):
            found[definition.name()] = str(target / f"{definition.name().lower()}.{definition.defaultFileExtension()}")
    if "FOLDER" in {item.name() for item in algorithm.parameterDefinitions()}:
        found["FOLDER"] = str(target / "delivery")
    return found


def told(values, known):
    """Return the changed parameters in words."""
    return {key: repr(value)[:200] for key, value in values.items() if known.get(key) is not value}
