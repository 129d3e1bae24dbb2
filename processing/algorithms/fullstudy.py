# SPDX-License-Identifier: GPL-2.0-or-later
"""fullstudy: runs the steps by id, one after the other, and leaves a delivery."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import accumulate
from math import log
from pathlib import Path
from typing import Any

from qgis.core import QgsApplication, QgsProcessingException, QgsProcessingFeedback

from ...core.errors import Cancelled
from ...core.words import say
from ..base import RenewalAlgorithm
from ..intake.networks import FOLDER
from ..intake.sharing import shared_readings
from ..intake.staging import copied_source, staged_source
from ..layers.given import handed_on, steps_context
from ..layers.snapshot import VectorSnapshot
from ..layers.sources import split_source
from ..output.folders import refuse_folder
from ..results import Results
from ..running.scratch import Scratch
from ..toolbox import parameters as declare
from ..toolbox.parameters import RoleUse
from .checkinputs import LAYERS

ID = "urbanrenewal:"
SPLIT = ("buildwalknetwork", "tagparcels", "facilitygap", "proposesites", "delineatezones")  # they take CLUSTER
TIGHT = ("facilitygap",)  # a row a parcel and kind, and who reaches what: the most memory of all
DRAWN, SHEETS_TAKE = {"pdf", "png"}, ((1_200, 40.0), (100_000, 12.0))  # parcels → sheets as long as so many steps
SAME_FEATURES = {"people": "PARCELS", "tagged": "PARCELS", "building_people": "BUILDINGS"}  # of tables between steps
SURROUNDINGS = (  # of the maps
    "STATIONS", "STATION_ENTRANCES", "ROADS", "BARRIERS", "GREEN", "PROTECTED", "COMMUNITIES", "PLAN",
)  # fmt: skip


def shares_of(algorithms: Sequence[str], formats: Sequence[str], parcels_n: int) -> list[float]:
    """Return where each step begins, 0–1, and the end: by what it takes, else the bar would stand still over the maps.

    Own choice, from studies of 1,200 and of 100,000 parcels: to draw the sheets takes as long as forty other steps, or
    as twelve; between them by the logarithm of the parcels. Sheets take their time however small the study is.
    """
    (few, long), (many, short) = SHEETS_TAKE
    place = log(min(max(parcels_n, few), many) / few) / log(many / few)
    sheets = long + (short - long) * place if DRAWN & set(formats) else 1.0
    ends = list(accumulate((sheets if step == "exportzones" else 1.0 for step in algorithms), initial=0.0))
    return [end / ends[-1] for end in ends]


class FullStudy(RenewalAlgorithm):
    """Hands frozen inputs to the other algorithms; does no analysis of its own."""

    ID, GROUP = "fullstudy", "study"
    COMPUTES = 1.0
    SPLITS = True
    ROLES = (
        RoleUse("PARCELS", "PARCELS"),
        RoleUse("BUILDINGS", "BUILDINGS", optional=True),
        RoleUse("ACTIVITY", "ACTIVITY", optional=True),
        RoleUse("FACILITIES", "FACILITIES", needs=("kind",)),
        RoleUse("CAPACITIES", "CAPACITIES", optional=True, needs=("facility_id", "kind")),
        RoleUse("ENTRANCES", "ENTRANCES", optional=True),
        RoleUse("POPULATION", "POPULATION", needs=("pop",)),
        RoleUse("ROADS", "ROADS"),
        RoleUse("HEIGHT_POINTS", "HEIGHT_POINTS", optional=True),
        RoleUse("STATIONS", "STATIONS"),
        RoleUse("STATION_ENTRANCES", "STATION_ENTRANCES", optional=True),
        RoleUse("PROTECTED", "PROTECTED", optional=True),
        RoleUse("PROGRAMME", "PROGRAMME", optional=True),
        RoleUse("BARRIERS", "BARRIERS", optional=True),
        RoleUse("COMMUNITIES", "COMMUNITIES", optional=True),
        RoleUse("CONSTRAINTS", "CONSTRAINTS", optional=True),
        RoleUse("PLAN", "PLAN", optional=True),
        RoleUse("GREEN", "GREEN", optional=True),
        RoleUse("REVIEWS", "REVIEWS", optional=True, needs=("tag",)),
    )
    OUTPUTS = (("MANIFEST", "file"),)

    def definitions(self):
        for use in self.ROLES:
            yield from use.definitions()
        yield declare.field_of("SUMMARY_FIELD", "PARCELS")
        yield declare.raster("DEM")
        yield declare.flag("JOIN_NEAR_MISSES")
        yield declare.date("AS_OF")
        yield declare.choice("RULES", declare.BUILT["RULES"], "chongqing")
        yield declare.json_file("RULES_FILE")
        yield declare.choice("STANDARD", declare.BUILT["STANDARD"], "chongqing")
        yield declare.json_file("STANDARD_FILE")
        yield declare.choice("ZONE_RULES", declare.BUILT["ZONE_RULES"], "chongqing")
        yield declare.json_file("ZONE_RULES_FILE")
        yield declare.json_file("PROFILE_FILE")
        yield declare.json_file("COST_TABLE")
        yield declare.choice("TEMPLATE", declare.BUILT["TEMPLATE"], "plain", optional=True)
        yield declare.json_file("TEMPLATE_FILE")
        yield declare.choice("KINDS", declare.BUILT["KINDS"], "all", many=True)
        yield declare.choice("FORMATS", declare.BUILT["FORMATS"], "all", many=True)
        yield declare.choice("PAPER", declare.BUILT["PAPER"], "A3")
        yield declare.folder("FOLDER")

    def refuse(self, values, plan) -> None:
        from ..delivery.secrecy import refuse_classified

        refuse_classified({**plan.vectors, **plan.rasters})  # else the last step would, after all the others
        if values.get("FOLDER"):
            refuse_folder(Path(str(values["FOLDER"])).absolute(), "manifest.json")

    def compute(self, inputs, run) -> Results:
        folder = inputs.path("FOLDER")
        with Scratch() as scratch:
            study = _Study(inputs, scratch, run)
            manifest = study.run_all(folder)
        return Results(values={"FOLDER": str(folder), "MANIFEST": manifest})


class _Study:
    """The steps of one study: where each result lies, and how far the whole has come."""

    def __init__(self, inputs: Any, scratch: Path, run: Any) -> None:
        self.inputs, self.scratch, self.run = inputs, scratch, run
        (scratch / FOLDER).mkdir()  # the steps share the network in memory; it goes with the folder
        self.frozen: dict[str, Any] = {}  # by the source that the steps are given
        self.told: set[str] = set()  # what steps have warned of: those that read the same layers say the same
        self.given = {name: self._stage(snapshot) for name, snapshot in inputs.plan.vectors.items()}
        self.dem = None
        if inputs.has("DEM"):
            self.dem = inputs.plan.rasters["DEM"].source
            self.frozen[self.dem] = inputs.plan.rasters["DEM"]

    def _stage(self, snapshot: VectorSnapshot) -> str:
        """Return what the steps read a layer from; one that reads a file in its own way has a copy of its own."""
        told = self.inputs.plan.transforms, self.run.part(0, 0.05)
        source = staged_source(snapshot, self.scratch, *told)
        if source in self.frozen and not snapshot.reads_as(self.frozen[source]):
            source = copied_source(snapshot, self.scratch, *told)
        self.frozen.setdefault(source, snapshot)
        return source

    def run_all(self, folder: Path) -> str:
        """Run the steps in order and return the path of the manifest."""
        steps = list(self._steps(folder))
        results: dict[str, Any] = {}
        sources = [_sources(*step) for step in steps]
        context = steps_context(self.inputs.context)
        with shared_readings(self.scratch) as shelf, handed_on(self.frozen, self._made()), context as self.context:
            names, n = [algorithm for algorithm, _ in steps], self.inputs.plan.vectors["PARCELS"].count
            ends = shares_of(names, self.inputs.choices("FORMATS"), n)
            for number, (algorithm, parameters) in enumerate(steps):
                stretch = self.run.part(0.05 + 0.95 * ends[number], 0.05 + 0.95 * ends[number + 1])
                title = _title(algorithm, self.run.language)
                if algorithm == "facilitygap" and "SITES" in parameters:
                    title = say("study_planned", self.run.language, title=title)
                stretch.stage("study_step", number=number + 1, of=len(steps), title=title)
                walks = any(step in SPLIT for step, _ in steps[number:])
                shelf.begin(sources[number], set().union(*sources[number + 1 :]), walks, algorithm in TIGHT)
                stretch.check()
                results = self._child(algorithm, parameters, stretch)
                if results.get("ERRORS"):
                    self.run.warn("study_inputs_doubtful", n=int(results["ERRORS"]))
        return str(results["MANIFEST"])

    def _made(self) -> dict[str, str]:
        """Return what messages call the layers that the steps make of those that the user gave."""
        vectors = self.inputs.plan.vectors
        return {self._file(table): vectors[name].name for table, name in SAME_FEATURES.items() if name in vectors}

    def _child(self, algorithm: str, parameters: dict[str, Any], stretch: Any) -> dict[str, Any]:
        """Run a step without QGIS's check of its values, which opens each layer by the path of its file.

        There it locks up for good with a window that opens another table of the file (layers/apart.py).
        """
        feedback = _Forward(stretch, self.told)
        wanted = {name: value for name, value in parameters.items() if value not in (None, "")}
        wanted["LANGUAGE"] = self.run.language
        if algorithm in SPLIT and self.inputs.text("CLUSTER"):
            wanted["CLUSTER"] = self.inputs.text("CLUSTER")
        wanted["INVALID"], wanted["NO_CRS"] = self.inputs.choice("INVALID"), self.inputs.choice("NO_CRS")
        self.context.setFeedback(feedback)
        step = QgsApplication.processingRegistry().createAlgorithmById(ID + algorithm)
        try:
            results, _ = step.run(wanted, self.context, feedback, {}, False)
            if feedback.failure:
                raise QgsProcessingException(feedback.failure)
        except QgsProcessingException as error:
            if self.run.is_cancelled():
                raise Cancelled from error
            raise
        return dict(results)

    def _sited_kinds(self) -> list[str]:
        from ...core.gaps.sites.propose import sited_kinds

        document = self.inputs.document("standard", self.inputs.choice("STANDARD"), "STANDARD_FILE")
        return sited_kinds(document, self.inputs.choices("KINDS"))

    def _file(self, name: str) -> str:
        return str(self.scratch / f"{name}.gpkg")

    def _steps(self, folder: Path) -> Iterator[tuple[str, dict[str, Any]]]:
        given, file, inputs = self.given.get, self._file, self.inputs
        left_out = [file(f"left_out_{step}") for step in ("people", "tags", "gaps", "zones", "sites")]
        yield "checkinputs", {**{name: given(name) for name in LAYERS}, "DEM": self.dem, "ISSUES": file("issues")}
        walk = {"NETWORK": file("edges"), "DEM": self.dem, "PROFILE_FILE": inputs.text("PROFILE_FILE")}
        walk |= {name: given(name) for name in ("HEIGHT_POINTS", "BARRIERS")}
        places = {name: given(name) for name in ("FACILITIES", "CAPACITIES", "ENTRANCES")}
        yield "allocatepopulation", {
            "POPULATION": given("POPULATION"), "PARCELS": given("PARCELS"), "BUILDINGS": given("BUILDINGS"),
            "STANDARD": inputs.choice("STANDARD"), "STANDARD_FILE": inputs.text("STANDARD_FILE"),
            "OUTPUT": file("people"), "BUILDING_PEOPLE": file("building_people"), "LEFT_OUT": left_out[0],
        }  # fmt: skip
        yield "buildwalknetwork", {
            "ROADS": given("ROADS"), "DEM": self.dem, "HEIGHT_POINTS": given("HEIGHT_POINTS"), "EDGES": file("edges"),
            "FINDINGS": file("network_findings"), "PROFILE_FILE": inputs.text("PROFILE_FILE"),
            "JOIN_NEAR_MISSES": inputs.flag("JOIN_NEAR_MISSES"),
        }  # fmt: skip
        yield "tagparcels", {
            "PARCELS": file("people"), "BUILDINGS": given("BUILDINGS"), "ROADS": given("ROADS"),
            "ACTIVITY": given("ACTIVITY"), "PROTECTED": given("PROTECTED"), "PROGRAMME": given("PROGRAMME"),
            "REVIEWS": given("REVIEWS"), "AS_OF": inputs.day("AS_OF").isoformat(), "RULES": inputs.choice("RULES"),
            "RULES_FILE": inputs.text("RULES_FILE"), "OUTPUT": file("tagged"), "SUMMARY": file("tag_summary"),
            "LEFT_OUT": left_out[1],
        }  # fmt: skip
        yield "facilitygap", {
            "PARCELS": file("tagged"), "BUILDING_PEOPLE": file("building_people"), **places, **walk,
            "STANDARD": inputs.choice("STANDARD"), "STANDARD_FILE": inputs.text("STANDARD_FILE"),
            "KINDS": list(inputs.choices("KINDS")), "COMMUNITIES": given("COMMUNITIES"),
            "SUMMARY_FIELD": inputs.text("SUMMARY_FIELD"), "OUTPUT": file("gap"),
            "DETAIL": file("gap_detail"), "FACILITY_LOAD": file("facility_load"), "SUMMARY": file("gap_summary"),
            "LEFT_OUT": left_out[2],
        }  # fmt: skip
        sited = self._sited_kinds()
        sites = file("sites") if sited and given("BUILDINGS") else None
        if sites:
            yield from self._sites({**places, **walk}, sited, left_out[4])
        yield from self._zones(walk, sites, left_out[3])
        yield "exportzones", {
            **{name.upper(): file(name) for name in ("zones", "members", "cores", "branches", "petals", "corners")},
            "LAND_USE_TABLE": file("land_use"),
            **{name: file(name.lower()) for name in ("ACTIONS", "FINDINGS", "PROJECTS", "PROJECT_ITEMS")},
            "PARCELS": file("tagged"), "BUILDINGS": given("BUILDINGS"), "FACILITIES": given("FACILITIES"),
            "DETAIL": file("gap_detail"), "FACILITY_LOAD": file("facility_load"), "SUMMARY": file("gap_summary"),
            "NETWORK": file("edges"), "REVIEWS": given("REVIEWS"), "SITES": sites, "CHECKED": file("checked_zones"),
            "DEM": self.dem, "PROGRAMME": given("PROGRAMME"), **{name: given(name) for name in SURROUNDINGS},
            "LEFT_OUT": [file("issues"), *(left_out if sites else left_out[:4])],
            "FORMATS": list(inputs.choices("FORMATS")), "PAPER": inputs.choice("PAPER"),
            "TEMPLATE": inputs.choice("TEMPLATE"), "TEMPLATE_FILE": inputs.text("TEMPLATE_FILE"), "FOLDER": str(folder),
        }  # fmt: skip

    def _sites(self, ground: dict[str, Any], kinds: list[str], left_out: str) -> Iterator[tuple[str, dict[str, Any]]]:
        """Rooms for these kinds, then what is lacking once they are there: others stay as they are."""
        given, file, inputs = self.given.get, self._file, self.inputs
        counted = {
            "PARCELS": file("tagged"), "BUILDING_PEOPLE": file("building_people"), **ground, "KINDS": kinds,
            "STANDARD": inputs.choice("STANDARD"), "STANDARD_FILE": inputs.text("STANDARD_FILE"),
        }  # fmt: skip
        yield "proposesites", {
            **counted, **{name: given(name) for name in ("BUILDINGS", "CONSTRAINTS", "COMMUNITIES")},
            "COST_TABLE": inputs.text("COST_TABLE"), "SITES": file("sites"), "COVERED": file("covered"),
            "LEFT_OUT": left_out,
        }  # fmt: skip
        after = {"OUTPUT": file("gap_after"), "DETAIL": file("gap_detail_after")}
        yield "facilitygap", {**counted, "SITES": file("sites"), **after}

    def _zones(self, walk: dict[str, Any], sites: str | None, left_out: str) -> Iterator[tuple[str, dict[str, Any]]]:
        given, file, inputs = self.given.get, self._file, self.inputs
        yield "delineatezones", {
            "PARCELS": file("tagged"), "DETAIL": file("gap_detail"), "STATIONS": given("STATIONS"),
            "STATION_ENTRANCES": given("STATION_ENTRANCES"), **walk,
            **{name: given(name) for name in ("ROADS", "COMMUNITIES", "PLAN")},
            "ZONE_RULES": inputs.choice("ZONE_RULES"), "ZONE_RULES_FILE": inputs.text("ZONE_RULES_FILE"),
            **{name.upper(): file(name) for name in ("zones", "members", "cores", "branches", "petals", "corners")},
            "LEFT_OUT": left_out,
        }  # fmt: skip
        zoned = {name: file(name.lower()) for name in ("ZONES", "MEMBERS", "ACTIONS", "FINDINGS")}
        ground = {name: given(name) for name in ("BUILDINGS", "PROTECTED", "PLAN", "CONSTRAINTS", "GREEN")}
        yield "checkzones", {
            **zoned, "PARCELS": file("tagged"), **ground, "OUTPUT": file("checked_zones"), "DETAIL": file("gap_detail"),
            "COVERED": file("covered") if sites else None, "LAND_USE_TABLE": file("land_use"),
            "DETAIL_AFTER": file("gap_detail_after") if sites else None,
            "ZONE_RULES": inputs.choice("ZONE_RULES"), "ZONE_RULES_FILE": inputs.text("ZONE_RULES_FILE"),
        }  # fmt: skip
        yield "makeprojects", {
            "ZONES": file("zones"), "MEMBERS": file("members"), "PARCELS": file("tagged"), "PETALS": file("petals"),
            "ACTIONS": file("actions"), "PROJECTS": file("projects"), "PROJECT_ITEMS": file("project_items"),
            "SITES": sites, "COST_TABLE": inputs.text("COST_TABLE"), "BRANCHES": file("branches"),
            "COMMUNITIES": given("COMMUNITIES"), "PLAN": given("PLAN"),
        }  # fmt: skip


def _title(algorithm: str, language: str) -> str:
    from ..texts import help_of

    return str(help_of(algorithm)["title"][language])


def _sources(algorithm: str, parameters: dict[str, Any]) -> set[tuple[Path, str, str]]:
    """Return the layers that a step reads: file, layer and the role it plays there."""
    found = set()
    for use in QgsApplication.processingRegistry().algorithmById(ID + algorithm).ROLES:
        value = parameters.get(use.parameter) or []
        role = use.role or next(iter(use.tables), "")
        for text in value if isinstance(value, list) else [value]:
            found.add((*split_source(str(text)), role))
    return found


class _Forward(QgsProcessingFeedback):
    """Passes a child's progress, words and the user's Cancel through to the study, each warning once."""

    def __init__(self, run: Any, told: set[str] | None = None) -> None:
        super().__init__(False)
        self._run, self._told = run, set() if told is None else told
        self.failure = ""  # what went wrong in the child

    def setProgress(self, percent: float) -> None:
        """Pass it on. Not by a signal: what is connected in a task's thread, which hears no events, is never let go."""
        self._run.report_share(percent / 100)

    def take_failure(self, sentence: str) -> None:
        """Take what went wrong: as an exception it would keep the whole study in memory."""
        self.failure = sentence

    def isCanceled(self) -> bool:
        return bool(self._run.is_cancelled())

    def setProgressText(self, text: str) -> None:
        self._run.announce(text)

    def pushInfo(self, info: str) -> None:
        self._run.announce(info)

    def pushWarning(self, warning: str) -> None:
        if warning not in self._told:
            self._told.add(warning)
            self._run.caution(warning)

    def pushDebugInfo(self, info: str) -> None:
        self._run.announce(info)

    def reportError(self, error: str, fatalError: bool = False) -> None:  # noqa: N803
        self._run.announce(error)
