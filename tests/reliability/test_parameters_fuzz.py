"""Every algorithm with hostile parameters and layers: a result or one clear sentence, nothing else, nowhere else."""

import faulthandler
import gc
import json
import os
import socket
import sys
import traceback
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from qgis.core import (
    QgsApplication,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeedback,
    QgsProcessingParameterFeatureSink,
    QgsProcessingParameterFileDestination,
    QgsProject,
)
from urban_renewal.core import envelope

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "12"))  # of each algorithm; scripts/fuzz.sh asks for more
SEED = int(os.environ.get("FUZZ_SEED", "1"))
HANG_S = 120
FILES = {  # parameter → kind of file it takes
    "RULES_FILE": "ruleset", "STANDARD_FILE": "standard", "ZONE_RULES_FILE": "zone-rules", "PROFILE_FILE": "profiles",
    "MAPPING_FILE": "mapping", "TEMPLATE_FILE": "template", "COST_TABLE": "costs",
}  # fmt: skip
READERS = (
    ("tagparcels", "RULES_FILE"), ("facilitygap", "STANDARD_FILE"), ("facilitygap", "PROFILE_FILE"),
    ("delineatezones", "ZONE_RULES_FILE"), ("checkzones", "ZONE_RULES_FILE"), ("rankzones", "ZONE_RULES_FILE"),
    ("buildwalknetwork", "PROFILE_FILE"), ("buildwalknetwork", "MAPPING_FILE"), ("makeprojects", "COST_TABLE"),
    ("exportzones", "TEMPLATE_FILE"),
)  # fmt: skip
SLOW = {"createsample": 3, "exportzones": 2, "proposesites": 2}  # their share of the examples is smaller
ALGORITHMS = (
    "allocatepopulation", "buildwalknetwork", "tagparcels", "facilitygap", "delineatezones", "checkzones",
    "makeprojects", "proposesites", "comparescenarios", "rankzones", "checkinputs", "fixcoordinates", "tagaccuracy",
    "fieldsample", "serviceareas", "missinglinks", "makeunits", "exportzones", "createsample", "mergereviews",
    "verifydelivery", "fullstudy", "mergefacilities",
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
        algorithm._process(values, context, feedback)  # processAlgorithm itself lets nothing but a sentence out
    except QgsProcessingException as error:
        cause = error.__cause__
        if cause is not None and type(cause).__name__ not in ("RenewalError", "Cancelled"):
            raise cause from None
        assert str(error).strip(), "failed without a word"
        return str(error)
    return ""


def test_a_fault_of_ours_is_seen(provider, tmp_path, monkeypatch):
    """An exception that is no refusal reaches the trials: they cannot call a fault a sentence."""
    from urban_renewal.processing.algorithms.createsample import CreateSample

    def broken(algorithm, inputs, run):
        return {}["nothing"]

    monkeypatch.setattr(CreateSample, "compute", broken)
    algorithm = QgsApplication.processingRegistry().algorithmById("urbanrenewal:createsample").create()
    with pytest.raises(KeyError):
        run_once(algorithm, {"FOLDER": str(tmp_path / "s"), "PARCEL_COUNT": 200}, QgsProcessingContext())


class Trials:
    """Runs an algorithm on hostile values in a folder of its own each time; keeps each fault once."""

    def __init__(self, name, town, folder, monkeypatch):
        self.name, self.town, self.folder, self.monkeypatch = name, town, folder, monkeypatch
        self.faults, self.ends, self.number = {}, {"result": 0, "refused": 0}, 0
        self.before = tree(town.folder)

    def run(self, spoil):
        """Let `spoil(values, definitions, known)` change the values that work, run, and judge what came of it."""
        target = self.folder / str(self.number)
        target.mkdir()
        self.number += 1
        self.monkeypatch.chdir(target)  # a name without a folder lands here
        algorithm = QgsApplication.processingRegistry().algorithmById(f"urbanrenewal:{self.name}").create()
        known = dict(self.town.known.get(self.name, {}))
        values = {**known, **destinations(algorithm, target)}
        spoil(values, {item.name(): item for item in algorithm.parameterDefinitions()}, known)
        context = QgsProcessingContext()
        context.setProject(QgsProject.instance())
        faulthandler.dump_traceback_later(HANG_S, exit=True)
        try:
            said = run_once(algorithm, values, context)
            self.ends["refused" if said else "result"] += 1
            if os.environ.get("FUZZ_TOLD"):
                sys.stderr.write(f"{self.name}: {said[:300]}\n")
            if said:
                left = tree(target)
                assert not left or values.get("STRICT"), f"refused ({said}), but left {left}"
            assert len(list(self.folder.iterdir())) == self.number, "something lies outside the target"
        except Exception:
            self.faults.setdefault(where(), f"seed {SEED}, {self.name} {self.number}: {told(values, known)}\n{short()}")
        finally:
            faulthandler.cancel_dump_traceback_later()

    def judge(self):
        """Say what was found."""
        gc.collect()  # layers that errors hold in circles must go before QGIS does
        assert tree(self.town.folder) == self.before, "an input was touched"
        sys.stderr.write(f"{self.name}: {self.ends}\n")
        assert not self.faults, f"{len(self.faults)} faults\n" + "\n".join(self.faults.values())


def many(examples, name, one):
    """Let hypothesis call `one(draw)` so many times; draw(n) is 0…n-1. The same seed, the same inputs."""
    quietly = settings(max_examples=examples, deadline=None, database=None, phases=[Phase.generate],
                       suppress_health_check=list(HealthCheck))  # fmt: skip
    quietly(seed(f"{SEED} {name}")(given(st.randoms(use_true_random=False))(lambda source: one(source.randrange))))()


@pytest.mark.parametrize("name", ALGORITHMS)
def test_hostile_parameters_end_in_a_result_or_a_sentence(name, town, hostile, tmp_path, monkeypatch):
    trials = Trials(name, town, tmp_path, monkeypatch)

    def one(draw):
        def spoil(values, definitions, known):
            changed = [draw(len(definitions)) for _ in range(hostile.pick(draw, (1, 1, 1, 2, 3)))]
            for at in changed:
                key = list(definitions)[at]
                values[key] = hostile.spoil_value(draw, definitions[key], known.get(key), hostile.spoil_layer)
            if not draw(20):
                values[hostile.pick(draw, hostile.TEXTS)] = 1

        trials.run(spoil)

    many(max(1, EXAMPLES // SLOW.get(name, 1)), name, one)
    trials.judge()


@pytest.mark.parametrize(("name", "parameter"), READERS)
def test_hostile_files_end_in_a_result_or_a_sentence(name, parameter, town, hostile, tmp_path, monkeypatch):
    """A rule file that would work, but for one to three places: read, checked and worked with to the end."""
    folder = tmp_path / "runs"
    folder.mkdir()
    trials, kind = Trials(name, town, folder, monkeypatch), FILES[parameter]

    def one(draw):
        def spoil(values, definitions, known):
            assert parameter in definitions
            shipped = envelope.FOLDERS[kind], hostile.pick(draw, envelope.names(kind))
            whole = json.loads((envelope.RESOURCES / shipped[0] / f"{shipped[1]}.json").read_text(encoding="utf-8"))
            for _ in range(hostile.pick(draw, (1, 1, 2, 3))):
                hostile.spoil_document(draw, whole)
            path = tmp_path / f"{kind}.json"
            path.write_text(json.dumps(whole, ensure_ascii=not draw(2)), encoding="utf-8", errors="replace")
            values[parameter] = str(path)

        trials.run(spoil)

    many(max(1, EXAMPLES // SLOW.get(name, 1) // 2), f"{name} {parameter}", one)
    trials.judge()


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
