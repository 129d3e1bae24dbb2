# SPDX-License-Identifier: GPL-2.0-or-later
"""From a study to what algorithms are asked: layers, fields, settings, files to write."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from qgis.core import QgsApplication, QgsProject

from ...processing.texts import interface_language
from ...processing.toolbox.parameters import BUILT
from . import project_state, steps
from .runner import Job
from .steps import BY_KEY, DELIVERY, PROVIDER, Material
from .study import Study

SHARES = {"fullstudy": 30.0, "exportzones": 30.0}  # of the bar: as long as so many others; own choice, from the sample
FULL_STUDY, CREATE_SAMPLE, CHECK = "fullstudy", "createsample", "checkinputs"


def layers_of(project: QgsProject, study: Study) -> dict[str, str]:
    """Return {role: layer id} of the layers that are there and can be read."""
    found = {}
    for role, choice in study.inputs.items():
        layer = project_state.layer_of(project, choice)
        if layer is not None and layer.isValid():
            found[role] = layer.id()
    return found


def job(algorithm: str, parameters: dict[str, Any]) -> Job:
    """Return a job with the parameters that the algorithm has, without empty ones, in the language of QGIS."""
    wanted = {"LANGUAGE": interface_language(), **parameters}
    found = QgsApplication.processingRegistry().algorithmById(f"{PROVIDER}:{algorithm}")
    known = {
        name: value
        for name, value in wanted.items()
        if value not in (None, "") and found is not None and found.parameterDefinition(name) is not None
    }
    return Job(algorithm, known, SHARES.get(algorithm, 1.0))


def whole_study(project: QgsProject, study: Study, own: Path) -> tuple[list[Job], dict[str, str]]:
    """Return the check of the inputs and the one job that does everything, into `<folder>/delivery`.

    The check's findings and page go into the folder `own`; {result name: file} tells where.
    """
    layers, folder = layers_of(project, study), str(Path(study.folder) / DELIVERY)
    outputs = {name: steps.result_file(own, name) for name in ("issues", "issues_report")}
    check = {**layers, "ISSUES": outputs["issues"], "REPORT": outputs["issues_report"], "STRICT": False}
    check.pop("REVIEWS", None)
    everything = {**layers, **_fields(study), **study.settings, "FOLDER": folder}
    looked = job(CHECK, check)
    return [Job(looked.algorithm, looked.parameters, 0.05), job(FULL_STUDY, everything)], outputs


def left_behind(project: QgsProject, study: Study) -> list[str]:
    """Return what was chosen for the study and the one algorithm does not ask for: fields, most of all, and sites."""
    found = QgsApplication.processingRegistry().algorithmById(f"{PROVIDER}:{FULL_STUDY}")
    wanted = {**_fields(study), **{name: value for name, value in study.settings.items() if value not in ("", None)}}
    names = [name for name in wanted if found is None or found.parameterDefinition(name) is None]
    layers = layers_of(project, study)
    return sorted([*names, *(role for role in layers if role == "CANDIDATES")]) if layers else []


def lacks_material(study: Study) -> bool:
    """Say whether the earlier steps must be made again before one of them runs alone: their own files are not there.

    A study made in one go leaves a delivery, and a delivery keeps neither people on parcels nor each step's list of
    what was left out: a gap would be counted for nobody, a name on such a list would be lost.
    """
    record = study.steps.get("prepare")
    return record is not None and "POPULATION" in study.inputs and "people" not in steps.results_of(study)


def single_step(project: QgsProject, study: Study, key: str, folder: Path) -> tuple[list[Job], dict[str, str]]:
    """Return the jobs of a step and {result name: file}; files go into `folder`, a delivery to its own place."""
    return _jobs(BY_KEY[key].calls(_material(project, study, folder)), folder)


def sites_alone(project: QgsProject, study: Study, folder: Path) -> tuple[list[Job], dict[str, str]]:
    """Return the job that chooses sites anew beside gaps that are counted, and {result name: file}; none without
    buildings or kinds to look for.
    """
    return _jobs(steps.sites_of(_material(project, study, folder)), folder)


def _material(project: QgsProject, study: Study, folder: Path) -> Material:
    mappings = {role: choice.mapping for role, choice in study.inputs.items()}
    layers, results = layers_of(project, study), steps.results_of(study)
    return Material(layers, mappings, study, results, interface_language(), folder, standard_of(study))


def _jobs(calls: Iterable[steps.Call], folder: Path) -> tuple[list[Job], dict[str, str]]:
    jobs, outputs = [], {}
    for call in calls:
        files = {parameter: steps.result_file(folder, name) for parameter, name in call.outputs.items()}
        outputs.update({name: files[parameter] for parameter, name in call.outputs.items()})
        jobs.append(job(call.algorithm, {**call.parameters, **files}))
    return jobs, outputs


def standard_of(study: Study) -> Mapping[str, Any]:
    """Return the standard of a study; one without kinds when it cannot be read: counting the gaps says why."""
    from ...core import envelope
    from ...core.errors import RenewalError

    own, name = study.setting("STANDARD_FILE"), study.setting("STANDARD") or BUILT["STANDARD"][0]
    try:
        return envelope.load_file("standard", own) if own else envelope.load("standard", name)
    except (RenewalError, OSError):
        return {"kinds": []}


def _fields(study: Study) -> dict[str, str]:
    return steps.field_parameters({role: choice.mapping for role, choice in study.inputs.items()})
