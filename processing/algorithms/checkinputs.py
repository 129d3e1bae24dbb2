# SPDX-License-Identifier: GPL-2.0-or-later
"""checkinputs: what is wrong, odd or missing in the layers, before anything is computed."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

from ...core import schema
from ...core.errors import RenewalError
from ..base import RenewalAlgorithm
from ..intake import checking
from ..intake.reading import key_column
from ..results import Output, Results
from ..texts import help_of
from ..toolbox import parameters as declare
from ..toolbox.parameters import RoleUse

# every role of the study by its name; STATION_ENTRANCES and the like play the role of that name
LAYERS = (
    "PARCELS", "BUILDINGS", "ACTIVITY", "FACILITIES", "CAPACITIES", "ENTRANCES", "POPULATION", "ROADS",
    "HEIGHT_POINTS", "STATIONS", "STATION_ENTRANCES", "PROTECTED", "PROGRAMME", "PLAN", "CONSTRAINTS", "GREEN",
    "BARRIERS", "COMMUNITIES", "GIVEN", "LOCKED", "PREVIOUS",
)  # fmt: skip
SLICE = 1000  # sentences between two looks at Cancel
ZONES = ("GIVEN", "PREVIOUS")  # zones, whoever drew them
MAPPED = ("PARCELS", "COMMUNITIES", "POPULATION", "BUILDINGS")  # what the report's map shows beneath, the first of them


def _use(name: str) -> RoleUse:
    if name in ZONES:
        return RoleUse(name, tables=("zones",), optional=True)
    return RoleUse(name, "GREEN" if name == "LOCKED" else name, optional=True)


class CheckInputs(RenewalAlgorithm):
    """Reads every layer given and lists what it finds; nothing is changed."""

    ID, GROUP = "checkinputs", "prepare"
    MAIN = ("PARCELS", "BUILDINGS", "ROADS", "FACILITIES", "POPULATION", "COMMUNITIES", "STATIONS", *ZONES, "LOCKED")
    LENIENT = True
    ROLES = tuple(_use(name) for name in LAYERS)
    OUTPUTS = (("ERRORS", "number"), ("WARNINGS", "number"))

    def definitions(self):
        for use in self.ROLES:
            yield from use.definitions()
        yield declare.raster("DEM")
        yield declare.flag("STRICT")
        yield declare.sink("ISSUES", "point")
        yield declare.html_file("REPORT")

    def refuse(self, values, plan) -> None:
        if not plan.vectors and not plan.problems:
            raise RenewalError("nothing_to_check")
        report = values.get("REPORT")
        if isinstance(report, str) and report and report != "TEMPORARY_OUTPUT":
            folder = Path(report).absolute().parent
            if not folder.is_dir():
                raise RenewalError("check_report_folder", folder=str(folder))

    def compute(self, inputs, run) -> Results:
        from ...core.inputs import checks, checks_layer, checks_values

        for parameter, error in inputs.plan.problems:
            run.leave_out(parameter, [""], error.code, "error", **error.values)
        tables: dict[str, Any] = {}
        given = [name for name in LAYERS if inputs.has(name)]
        for name, stretch in run.part(0, 0.9).parts(given):
            stretch.stage("checking_layer", layer=inputs.plan.vectors[name].name)
            said = len(run.messages)
            try:
                tables[name] = inputs.table(name)
            except RenewalError as error:
                run.leave_out(name, [""], error.code, "error", **error.values)
                continue
            _not_numbers(name, run.messages[said:], run)
            _check_one(name, tables[name], inputs, stretch)
        checks.check_overlay(tables, "PARCELS", run)
        checks_values.check_references(tables, run)
        checking.check_shifts(checks_layer.POINTS, tables, inputs, run)
        checking.check_dem(tables, inputs, run)
        issues = _issues(tables, inputs, run)
        errors = int((issues["severity"] == "error").sum())
        warnings = int((issues["severity"] == "warning").sum())
        refusal = RenewalError("inputs_have_errors", n=errors) if errors and inputs.flag("STRICT") else None
        found: dict[str, Any] = {"ERRORS": errors, "WARNINGS": warnings}
        run.fact(errors_n=errors, warnings_n=warnings)
        report = inputs.file_output("REPORT")
        files = {"REPORT": (report, _report(issues, tables, inputs, run))} if report is not None else {}
        return Results({"ISSUES": Output(issues, schema.table("issues"))}, found, refusal=refusal, files=files)


def _check_one(name: str, table: Any, inputs: Any, run: Any) -> None:
    from ...core.inputs import checks_layer

    snapshot = inputs.plan.vectors[name]
    if snapshot.count == 0 or not len(table):
        run.leave_out(name, [""], "layer_has_nothing", "warning")
        return
    fields = [item.name() for item in snapshot.fields]
    key = _key(name, inputs)
    checks_layer.check_layer(table, name, key, fields, datetime.date.today().year, run)
    checking.check_types(name, inputs, run)
    checking.check_place(name, inputs, run)


def _key(name: str, inputs: Any) -> str:
    role = inputs.plan.roles[name]
    return key_column(role) or next(iter(role.columns))


def _not_numbers(name: str, messages: Any, run: Any) -> None:
    """List what reading has found to be no number, or in another measure: it is in the log, and belongs into ISSUES."""
    for message in messages:
        if message.code in ("not_a_number", "another_unit", "unit_in_field_name", "storeys_less_basements"):
            values = {key: value for key, value in message.values.items() if key != "n"}
            run.leave_out(name, [""], message.code, "warning", n=int(message.values.get("n", 1)), **values)


def _issues(tables: dict[str, Any], inputs: Any, run: Any) -> Any:
    """Return the ISSUES table: each finding with its sentence and a point inside the feature it is about."""
    import pandas as pd
    import shapely

    from ...core import frames
    from ...core.slices import sliced
    from ...core.words import say

    told: dict[str, set[str]] = {}
    for row in run.left_out:
        told.setdefault(row.layer, set()).add(row.feature_id)
    places: dict[tuple[str, str], Any] = {}
    for name, table in tables.items():
        run.check()
        key = _key(name, inputs)
        if frames.GEOMETRY in table and key in table:
            shown = table[table[key].astype(str).isin(told.get(name, ()))]
            inside = sliced(shapely.point_on_surface, frames.geometries(shown), run=run)
            places.update({(name, str(item)): point for item, point in zip(shown[key], inside)})
    order = {"error": 0, "warning": 1, "info": 2}
    rows = []
    for row in sorted(run.left_out, key=lambda row: (order[row.severity], row.layer, row.code, row.feature_id)):
        if len(rows) % SLICE == 0:
            run.check()
        place = places.get((row.layer, row.feature_id))
        rows.append(
            (row.layer, row.feature_id, row.code, row.severity, _sentence(row, run.language, say), row.n, place)
        )
    table = schema.table("issues")
    return frames.conform(pd.DataFrame(rows, columns=[*table.names(), frames.GEOMETRY]), table)


def _sentence(row: Any, language: str, say: Any) -> str:
    return str(say(row.code, language, **{"n": row.n, **row.values}))


def _report(issues: Any, tables: dict[str, Any], inputs: Any, run: Any) -> str:
    from ...core import frames
    from ...core.delivery.report.inputs_check import Checked, write_check_report

    titles = help_of("checkinputs")["parameters"]
    beneath = next((name for name in MAPPED if len(tables.get(name, ()))), "")
    layers = [
        Checked(
            name, titles[name]["label"][run.language], snapshot.name, snapshot.count,
            snapshot.crs.authid() if snapshot.geometry != "none" else "",
            frames.geometries(tables[name]) if name == beneath else None,
        )
        for name, snapshot in inputs.plan.vectors.items()
    ]  # fmt: skip
    return write_check_report(issues, layers, f"{datetime.date.today():%Y-%m-%d}", run.language, run)
