# SPDX-License-Identifier: GPL-2.0-or-later
"""Everything that can be known to be wrong before the work starts, in one place.

`settle` is called from both checkParameterValues and prepareAlgorithm: tasks and model children skip the first.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from qgis.core import (
    Qgis,
    QgsCoordinateReferenceSystem,
    QgsCsException,
    QgsProcessingContext,
    QgsProcessingParameterCrs,
    QgsProcessingParameterDateTime,
    QgsProcessingParameterEnum,
    QgsProcessingParameterFeatureSink,
    QgsProcessingParameterField,
    QgsProcessingParameterNumber,
    QgsProcessingParameterRasterLayer,
    QgsProperty,
    QgsRectangle,
    QgsSettings,
)
from qgis.PyQt.QtCore import QDate, QDateTime, Qt

from ..core.errors import RenewalError
from ..core.inputs.aliases import role_for
from ..core.inputs.encodings import garbled_name
from .intake.inputs import Plan, map_fields, working_crs_of
from .intake.networks import home_of
from .intake.tabled import name_table
from .layers.crs import transform_to
from .layers.locks import locked_file
from .layers.snapshot import VectorSnapshot, take_raster, take_vector
from .layers.systems import OURS, keep_systems
from .missing import how_to_install, missing_packages
from .output.postgis import refuse_databases
from .output.shares import doubts_about
from .output.sidefiles import refuse_side_files
from .output.targets import refuse_tables, refuse_targets, wanted, with_asked
from .running.cluster import SETTING, refuse_address
from .toolbox.parameters import RoleUse

OWN_FILES = {
    "RULES_FILE": "ruleset", "STANDARD_FILE": "standard", "ZONE_RULES_FILE": "zone-rules", "PROFILE_FILE": "profiles",
    "TEMPLATE_FILE": "template", "COST_TABLE": "costs", "MAPPING_FILE": "mapping",
}  # fmt: skip
PLACES = ("FACILITIES", "PLACES", "SERVED")  # points or areas: nobody is served by a line
FAR_M = 5_000.0  # as in core/inputs/checks.py, which is too heavy to be asked here


def settle(algorithm: Any, values: Mapping[str, Any], context: QgsProcessingContext) -> Plan:
    """Return the plan of a run, or raise a RenewalError that says what is wrong and what to do."""
    refuse_missing_packages()
    values = with_asked(values)
    _refuse_unknown(algorithm, values)
    _refuse_numbers(algorithm, values)
    _refuse_choices(algorithm, values)
    _refuse_days(algorithm, values)
    _refuse_files(algorithm, values)
    if algorithm.SPLITS and cluster_address(values):
        refuse_address(cluster_address(values))
    plan = Plan(transforms=context.transformContext(), home=home_of(context.project()))
    local = _word(values, "NO_CRS", "stop") == "local_metric"
    for use in algorithm.ROLES:
        try:
            _take_role(algorithm, use, values, context, plan, local)
        except RenewalError as error:
            if not algorithm.LENIENT:
                raise
            plan.problems.append((use.parameter, error))
    for definition in algorithm.parameterDefinitions():
        name = definition.name()
        if isinstance(definition, QgsProcessingParameterRasterLayer) and values.get(name) not in (None, ""):
            plan.rasters[name] = take_raster(name, values[name], context)
    if not algorithm.LENIENT:  # which tells it by itself
        named = ((item.name, garbled_name(part.name() for part in item.fields)) for item in plan.vectors.values()
                 if not item.written_in)  # fmt: skip
        plan.doubts += [("layer_garbled", {"layer": layer, "sample": name}) for layer, name in named if name]
        plan.doubts += [
            ("layer_read_again" if item.is_read_again else "layer_misread",
             {"layer": item.name, "encoding": item.written_in})
            for item in plan.vectors.values() if item.written_in
        ]  # fmt: skip
    _settle_crs(algorithm, context, plan)
    _keep(algorithm, values, context, plan)
    algorithm.refuse(values, plan)
    _refuse_fields(algorithm, values, plan)
    refuse_side_files(algorithm, values)
    sinks = [d for d in algorithm.parameterDefinitions() if isinstance(d, QgsProcessingParameterFeatureSink)]
    for definition in sinks:
        is_optional = bool(definition.flags() & Qgis.ProcessingParameterFlag.Optional)
        if not is_optional and values.get(definition.name()) in (None, ""):
            raise RenewalError("output_needed", parameter=definition.name())
    plan.targets = wanted(values, [definition.name() for definition in sinks], context)
    refuse_tables({definition.name() for definition in sinks if definition.metadata().get("is_table")}, plan.targets)
    refuse_targets(plan.targets.values(), plan.vectors.values(), context)
    refuse_databases(plan.targets.values())
    plan.doubts += doubts_about(algorithm, values, plan)
    return plan


def cluster_address(values: Mapping[str, Any]) -> str:
    """Return the scheduler that a run works with: CLUSTER, else the setting; "" = this machine alone."""
    return str(values.get("CLUSTER") or QgsSettings().value(SETTING, "") or "").strip()


def refuse_missing_packages() -> None:
    """Raise RenewalError("package_missing") when one of the four libraries is not there."""
    missing = missing_packages()
    if missing:
        raise RenewalError("package_missing", names=missing, how=how_to_install(missing))


def _refuse_unknown(algorithm: Any, values: Mapping[str, Any]) -> None:
    known = {definition.name() for definition in algorithm.parameterDefinitions()}
    unknown = sorted(set(values) - known)
    if unknown:
        raise RenewalError("parameter_unknown", n=len(unknown), names=unknown, algorithm=algorithm.ID)


def _refuse_numbers(algorithm: Any, values: Mapping[str, Any]) -> None:
    """Refuse what is no number or out of range: QGIS looks only in its dialogs, and takes NaN for one even there."""
    for definition in algorithm.parameterDefinitions():
        value = values.get(definition.name())
        if not isinstance(definition, QgsProcessingParameterNumber) or value is None or isinstance(value, QgsProperty):
            continue
        low, high = definition.minimum(), definition.maximum()
        try:
            number = float(value)
        except (TypeError, ValueError, OverflowError):
            if not isinstance(value, str) or not value.strip():
                continue
            number = float("nan")  # a word: QGIS takes it for nothing given where it is optional
        if not low <= number <= high:
            raise RenewalError(
                "number_out_of_range",
                parameter=definition.name(),
                value=str(value)[:40],
                low=_plain(low),
                high=_plain(high),
            )


def _plain(number: float) -> str:
    return str(int(number)) if float(number).is_integer() else f"{number:g}"


def _refuse_choices(algorithm: Any, values: Mapping[str, Any]) -> None:
    """Refuse a word that is no choice, and say which are."""
    for definition in algorithm.parameterDefinitions():
        value = values.get(definition.name())
        if not isinstance(definition, QgsProcessingParameterEnum) or value in (None, ""):
            continue
        if value in ([], ()) and not definition.flags() & Qgis.ProcessingParameterFlag.Optional:
            raise RenewalError("choice_needed", parameter=definition.name(), known=definition.options())
        if isinstance(value, QgsProperty):
            continue
        several = value.split(",") if isinstance(value, str) else value
        words = several if definition.allowMultiple() and isinstance(several, (list, tuple)) else [value]
        unknown = [str(word) for word in words if str(word) not in definition.options()]
        if unknown:
            told = {"parameter": definition.name(), "values": unknown, "n": len(unknown)}
            raise RenewalError("choice_unknown", known=definition.options(), **told)


def _refuse_days(algorithm: Any, values: Mapping[str, Any]) -> None:
    """Refuse what is no day: QGIS takes a number for none given, and the day of the run would count."""
    for definition in algorithm.parameterDefinitions():
        value = values.get(definition.name())
        if not isinstance(definition, QgsProcessingParameterDateTime) or value in (None, ""):
            continue
        if isinstance(value, QgsProperty):
            continue
        day = QDate.fromString(value[:10], Qt.DateFormat.ISODate) if isinstance(value, str) else value
        if not isinstance(day, (QDate, QDateTime)) or not day.isValid():
            told = value if isinstance(value, str) else repr(value)
            raise RenewalError("day_unreadable", parameter=definition.name(), value=told[:40])


def _refuse_fields(algorithm: Any, values: Mapping[str, Any], plan: Plan) -> None:
    """Refuse a field that its layer has not; those of a role's columns were looked for with the layer."""
    for definition in algorithm.parameterDefinitions():
        chosen = values.get(definition.name())
        if not isinstance(definition, QgsProcessingParameterField) or not isinstance(chosen, str) or not chosen:
            continue
        layer, role = (of.get(definition.parentLayerParameterName()) for of in (plan.vectors, plan.roles))
        if layer is None or role is None or definition.name() in {item.parameter for item in role.columns.values()}:
            continue
        fields = [item.name() for item in layer.fields]
        if chosen not in fields:
            told = {"field": chosen, "parameter": definition.name(), "fields": fields}
            raise RenewalError("field_missing", layer=layer.name, **told)


def _refuse_files(algorithm: Any, values: Mapping[str, Any]) -> None:
    """Refuse an own file of rules, prices … that cannot be read or is of another kind, before anything is computed."""
    from ..core import envelope

    for name, kind in OWN_FILES.items():
        value = values.get(name)
        if isinstance(value, str) and value and algorithm.parameterDefinition(name) is not None:
            envelope.load_file(kind, value)


def _take_role(algorithm: Any, use: RoleUse, values: Mapping[str, Any], context: Any, plan: Plan, local: bool) -> None:
    value = values.get(use.parameter)
    if value in (None, "", []):
        if not use.optional:
            language = _word(values, "LANGUAGE", "zh")
            raise RenewalError("layer_needed", parameter=use.parameter, title=_title(use, language))
        return
    if not use.many:
        _take_layer(use, use.parameter, value, values, context, plan, local)
        return
    for number, item in enumerate(value if isinstance(value, (list, tuple)) else [value]):
        _take_layer(use, f"{use.parameter}#{number}", item, values, context, plan, local)


def _take_layer(
    use: RoleUse, name: str, value: Any, values: Mapping[str, Any], context: Any, plan: Plan, local: bool
) -> None:
    if locked := locked_file(value, context):
        raise RenewalError("source_locked", parameter=use.parameter, path=str(locked))
    value, told = name_table(use, value, context)
    if told is not None:
        plan.doubts.append(("file_table_taken", told))
    snapshot = take_vector(use.parameter, value, context)
    wanted_geometry = use.wanted_geometry
    is_blank = snapshot.geometry == "none" and not snapshot.count  # so QGIS shows a layer for anything that is empty
    if not (is_blank or wanted_geometry in ("any", "none") or snapshot.geometry in (wanted_geometry, "unknown")):
        kinds = {"wanted": wanted_geometry, "found": snapshot.geometry}
        raise RenewalError("source_geometry", layer=snapshot.name, parameter=use.parameter, **kinds)
    if use.role in PLACES and snapshot.geometry == "line":
        kinds = {"wanted": "place", "found": "line"}
        raise RenewalError("source_geometry", layer=snapshot.name, parameter=use.parameter, **kinds)
    if snapshot.geometry != "none" and wanted_geometry != "none" and not snapshot.crs.isValid() and not local:
        raise RenewalError("layer_without_crs", layer=snapshot.name)
    if snapshot.count == 0 and not use.optional and not use.may_be_empty:
        raise RenewalError("layer_empty", layer=snapshot.name, parameter=use.parameter)
    fields = [item.name() for item in snapshot.fields]
    role = role_for(use.role, use.tables, fields)
    if role.placed and snapshot.geometry == "none" and not is_blank:
        raise RenewalError("layer_without_places", layer=snapshot.name, parameter=use.parameter, fields=fields)
    named = {}
    for column in role.columns.values():
        chosen = values.get(column.parameter) if column.name in use.fields else None
        if isinstance(chosen, QgsProperty):
            chosen = chosen.valueAsString(context.expressionContext(), "")[0]
        if chosen:
            named[column.name] = snapshot.renamed.get(str(chosen), str(chosen))
    mapping, guessed = map_fields(use, role, snapshot, named)
    plan.vectors[name], plan.roles[name] = snapshot, role
    plan.mappings[name], plan.guessed[name] = mapping, guessed


def _title(use: RoleUse, language: str) -> str:
    return role_for(use.role, use.tables, ()).title[language]


def _settle_crs(algorithm: Any, context: QgsProcessingContext, plan: Plan) -> None:
    """Let the main layer decide the working system; a local grid cannot be mixed with degrees or a DEM."""
    names = (algorithm.MAIN,) if isinstance(algorithm.MAIN, str) else algorithm.MAIN
    main: VectorSnapshot | None = next((plan.vectors[name] for name in names if name in plan.vectors), None)
    if main is None:
        return
    plan.working = working_crs_of(main, context, plan.vectors.values())
    plan.result_crs = main.crs
    if plan.working.crs is not None:
        if not algorithm.LENIENT:  # which tells it by itself
            plan.doubts += _far_layers(plan, main)
        return
    odd = [item.name for item in plan.vectors.values() if item.crs.isValid() and item.crs.isGeographic()]
    if odd or plan.rasters:
        odd += [item.name for item in plan.rasters.values()]
        raise RenewalError("local_grid_mixed", layer=main.name, others=odd)
    if not algorithm.LENIENT:
        plan.doubts += _far_layers(plan, main)


def _far_layers(plan: Plan, main: VectorSnapshot) -> list[tuple[str, dict[str, Any]]]:
    """Return what should be said of layers that lie nowhere near the main one: a wrong system, most likely.

    Each layer is taken as large as its stray features make it, so what is told is true of all that it holds.
    """
    boxes: dict[str, QgsRectangle] = {}
    for name, item in plan.vectors.items():
        is_placed = plan.working.crs is None or item.crs.isValid()  # a local grid takes all coordinates as they are
        if item.geometry != "none" and is_placed and item.count and not item.extent.isNull():
            with suppress(QgsCsException):  # told by its own sentence when it is read
                boxes[name] = transform_to(item.crs, plan.working, plan.transforms).transformBoundingBox(item.extent)
    around = boxes.pop(main.parameter, None)
    told = []
    for name, box in boxes.items() if around is not None and around.isFinite() else ():
        far_m = math.hypot(
            max(box.xMinimum() - around.xMaximum(), around.xMinimum() - box.xMaximum(), 0.0),
            max(box.yMinimum() - around.yMaximum(), around.yMinimum() - box.yMaximum(), 0.0),
        )
        if far_m > FAR_M and box.isFinite():
            told.append(("layer_far", {"layer": name, "anchor": main.name, "km": round(far_m / 1000, 1)}))
    return told


def _keep(algorithm: Any, values: Mapping[str, Any], context: QgsProcessingContext, plan: Plan) -> None:
    """Make the systems of the run where they outlive it: those of the layers, and those that were asked for."""
    asked = [
        algorithm.parameterAsCrs(values, definition.name(), context)
        for definition in algorithm.parameterDefinitions()
        if isinstance(definition, QgsProcessingParameterCrs)
    ]
    ours = map(QgsCoordinateReferenceSystem, OURS)
    keep_systems([*ours, *asked, *(item.crs for item in [*plan.vectors.values(), *plan.rasters.values()])])


def _word(values: Mapping[str, Any], name: str, default: str) -> str:
    value = values.get(name)
    return default if value in (None, "") else str(value)
