# SPDX-License-Identifier: GPL-2.0-or-later
"""What comes after a run that ended well: figures are kept, layers loaded; in turns, so that the window lives."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from ...core.words import fill
from ...processing.texts import tr
from . import project_state, recording, results, speed
from .figures import figures_of
from .handover import CREATE_SAMPLE, FULL_STUDY
from .kept import result_folders
from .looking import guessing
from .recording import Activity, Left, now
from .runner import Outcome
from .steps import DELIVERY, GAPS, STEPS, results_of
from .turns import aside
from .wording import duration

ALL, ONE, OPEN_SAMPLE, SITES = "all", "one", "sample", "sites"
EXPORT = "exportzones"


def has_delivered(outcome: Outcome) -> bool:
    """Say whether a delivery was whole, in the place of the last one, before its check was called off."""
    return outcome.cancelled and EXPORT in outcome.results


def after_run(session: Any, activity: Activity, outcome: Outcome) -> Any:
    """Keep and show what a run left, in turns; gives the sentence that tells its end. The map is drawn at last."""
    canvas = session.iface.mapCanvas() if session.iface is not None else None
    if canvas is not None:
        canvas.freeze(True)
    try:
        return (yield from AFTER[activity.kind](session, activity, outcome))
    finally:
        if canvas is not None:
            canvas.freeze(False)
            canvas.refresh()


def _after_sample(session: Any, activity: Activity, outcome: Outcome) -> Any:
    from ...processing import sample_files

    values = outcome.results[CREATE_SAMPLE]
    gpkg, dem = str(values.get("GPKG", "")), str(values.get("DEM", ""))
    layers = yield from results.loading_sample(session.project, gpkg, dem)
    yield from guessing(session)
    session.set_value("AS_OF", sample_files.AS_OF)
    ground = [layer for layer in layers if project_state.geometry_of(layer) == "polygon"]
    results.zoom_to(session.iface, session.project, ground or layers)
    return tr("The sample is open. Run all comes next.")


def _after_one(session: Any, activity: Activity, outcome: Outcome) -> Any:
    values = {name: value for found in outcome.results.values() for name, value in found.items()}
    files = {name: path for name, path in activity.outputs.items() if Path(path).exists()}
    step = activity.step
    figures = yield from aside(partial(figures_of, step, files, values))
    if step == "prepare":  # without figures of people no table of theirs tells how many there are
        counted = {"parcels": session.rows_n("PARCELS"), "buildings": session.rows_n("BUILDINGS")}
        figures = {**{name: n for name, n in counted.items() if n}, **figures}
    recording.record(activity, step, f"{now()} {step}", Left(files, figures, outcome.seconds), outcome.log)
    speed.remember(step, outcome.seconds, session.rows_n("PARCELS"))
    if step == "deliver":
        yield from results.opening_delivery(session.iface, session.project, activity.study)
    else:
        yield from results.opening_step(session.iface, session.project, activity.study, step)
    if activity.folder is not None:
        yield from session.keeper.clear(activity.folder)
    if has_delivered(outcome):
        return tr("The new delivery is written; only checking it was cancelled. “Verify a delivery” makes up for it.")
    return tr("Done in {time}.").format(time=duration(time.monotonic() - session.since))  # of all steps


def _after_sites(session: Any, activity: Activity, outcome: Outcome) -> Any:
    fresh = {name: path for name, path in activity.outputs.items() if Path(path).exists()}
    files = {**results_of(activity.study), **fresh}
    values = {name: value for found in outcome.results.values() for name, value in found.items()}
    figures = yield from aside(partial(figures_of, GAPS, files, values))
    recording.record_sites(activity, Left(fresh, figures, outcome.seconds), outcome.log)
    yield from results.opening_step(session.iface, session.project, activity.study, GAPS)
    yield from session.keeper.clear(activity.folder, result_folders(session.workbook))
    if not figures["sites"]:
        return tr("No site proposed: no candidate would serve more need, or what is missing is too far to walk to.")
    return fill(tr("{n} {n?site|sites} proposed in {time}."), n=figures["sites"], time=duration(outcome.seconds))


def _after_all(session: Any, activity: Activity, outcome: Outcome) -> Any:
    values, study, run_id = outcome.results[FULL_STUDY], activity.study, now()
    folder = Path(str(values.get("FOLDER") or Path(study.folder) / DELIVERY))
    gpkg = folder / "data.gpkg"
    files = {name: f"{gpkg}|layername={name}" for name in results.tables_in(gpkg)} if gpkg.exists() else {}
    files |= {name: path for name, path in activity.outputs.items() if Path(path).exists()}
    for step in STEPS:
        seconds = activity.seconds(step.key, outcome.seconds)
        figures = yield from aside(partial(figures_of, step.key, files, {"FOLDER": str(folder)}))
        recording.record(activity, step.key, run_id, Left(files, figures, seconds), outcome.log)
        speed.remember(step.key, seconds, session.rows_n("PARCELS"))
    layers = yield from results.opening_delivery(session.iface, session.project, study)
    return fill(tr("The study is done in {time}: {n} {n?layer|layers}."), time=duration(outcome.seconds), n=len(layers))


AFTER: dict[str, Callable[[Any, Activity, Outcome], Any]] = {
    ALL: _after_all,
    ONE: _after_one,
    OPEN_SAMPLE: _after_sample,
    SITES: _after_sites,
}
