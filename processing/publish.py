# SPDX-License-Identifier: GPL-2.0-or-later
"""From results to layers: all parts are written and checked before the first one replaces anything."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from qgis.core import QgsProcessingContext

from ..core import schema
from ..core.run import Run
from ..core.words import say
from .intake.inputs import Inputs
from .intake.records import build_record
from .intake.sharing import passing
from .layers.crs import move_coordinates
from .layers.systems import transform_between
from .output.encoding import Encoded, encode
from .output.losses import fit_into
from .output.postgis import dress_postgis, drop_stage, finish_postgis, stage_postgis
from .output.sidefiles import drop, move_side_files, stage_side_files
from .output.targets import Target, load_on_completion
from .output.writing import discard, layer_of, move_into_place, write_empty_part, write_memory, write_part
from .results import Output
from .styling.dressing import Dresser

LAST = ("memory", "postgis", "table", "file")


def publish(
    algorithm: Any,
    inputs: Inputs,
    results: Any,
    values: Mapping[str, Any],
    context: QgsProcessingContext,
    run: Run,
    started: datetime,
) -> dict[str, Any]:
    """Write every wanted table to its destination and return {output name: layer or value}.

    Nothing replaces an existing file before everything has been written, re-opened and counted.
    """
    plan, tables = inputs.plan, dict(results.tables)
    if "LEFT_OUT" in plan.targets:
        tables["LEFT_OUT"] = left_out_output(run, plan)
    placed = {name: _in_result_crs(tables[name], inputs, run) for name in plan.targets}
    described = {name: _described(name, frame, tables[name], plan, run) for name, frame in placed.items()}
    encoded: dict[str, Encoded] = {}  # only of what is written last: of files one at a time is in memory
    record = build_record(algorithm, inputs, [row for row, _ in described.values()], results.documents, values, started)
    targets = {name: target for name, target in plan.targets.items() if not _is_unread(target)}
    _let_go(plan.targets.keys() - targets.keys(), placed, tables, results.tables)
    found: dict[str, Any] = {**results.values, **{name: target.uri for name, target in plan.targets.items()}}
    dressers = {name: Dresser(tables[name], run.language, record, item.table) for name, item in targets.items()}
    staged: list[Target] = []
    beside: list[tuple[Path, Path]] = []
    tables_beside: list[tuple[Target, str]] = []
    try:
        for (name, target), stretch in run.parts(targets.items()):
            whole = _encode(placed[name], tables[name], inputs, stretch)
            if target.kind in ("file", "table"):
                staged.append(target)
                _write(target, whole, dressers[name], context.transformContext(), stretch)
                del whole
                continue
            encoded[name] = whole
            if target.kind == "postgis":
                tables_beside.append((target, stage_postgis(target, whole, stretch)))
        beside += stage_side_files(results.files)
        run.check()
        # memory first, files last: whatever can still fail does so before the first file is replaced
        for kind in LAST:
            if kind == "postgis":
                finish_postgis(tables_beside)
            for name in (item for item, target in targets.items() if target.kind == kind):
                found[name] = _finish(targets[name], encoded.get(name), dressers[name], context, run)
                _tell_rows(targets[name], described[name][1])
        move_side_files(beside)
        found.update({name: str(place) for name, (place, _) in results.files.items()})
    finally:
        drop(beside)
        for target, mark in tables_beside:
            drop_stage(target, mark)
        for target in staged:
            discard(target.part)
    for name, target in targets.items():
        title = algorithm.parameterDefinition(name).description()
        load_on_completion(target, found[name], context, title, dressers[name].dress)
    return found


def _let_go(names: Iterable[str], *holders: dict[str, Any]) -> None:
    """Hold nobody's tables no longer, while the others are written."""
    for name in names:
        for holder in holders:
            holder.pop(name, None)


def _finish(target: Target, encoded: Any, dresser: Dresser, context: QgsProcessingContext, run: Run) -> str:
    if target.kind == "memory":
        layer_id = write_memory(encoded, target.layer_name or encoded.table.name, context, run)
        dresser.dress(layer_of(layer_id, context))
        return layer_id
    if target.kind == "postgis":
        return dress_postgis(target, encoded, dresser)
    move_into_place(target)
    if target.kind == "table":
        dresser.dress_file(target.uri)
    dresser.write_record(target)
    return target.uri


def _in_result_crs(output: Any, inputs: Inputs, run: Run) -> Any:
    """Return the frame with geometry in the results' system; rows of an input keep that input's very coordinates."""
    import pandas as pd
    import shapely

    from ..core import frames
    from ..core.slices import sliced

    run.check()  # making the tables, or moving the one before, may have taken a second
    plan = inputs.plan
    working = plan.working.crs if plan.working else None
    if output.table.geometry == "none" or working is None or working == plan.result_crs:
        return output.frame
    frame = output.frame.copy()
    source = output.like or output.carry
    if source and inputs.plan.vectors[source].crs == plan.result_crs:
        reading, key = inputs.reading(source), output.table.key[0]
        shapes = pd.Series(reading.original, index=reading.table[key], dtype=object)
        frame[frames.GEOMETRY] = shapes.loc[frame[key]].to_numpy()
    else:
        back = transform_between(working, plan.result_crs, plan.transforms)
        shapes = frames.geometries(frame)
        frame[frames.GEOMETRY] = sliced(
            shapely.transform, shapes, lambda xy: move_coordinates(xy, back, output.table.name), run=run
        )
    return frame


def _encode(frame: Any, output: Any, inputs: Inputs, run: Run) -> Encoded:
    carried = inputs.carried(output.carry) if output.carry else output.carried
    return encode(frame, output.table, inputs.plan.result_crs, run.language, carried, output.wkb_type, run)


def _write(target: Target, whole: Encoded, dresser: Dresser, transforms: Any, run: Run) -> None:
    """Write a file or table beside its place; rows that only go to the next step of a study are handed over."""
    shelf = _shelf_of(target)
    if shelf is None:
        write_part(target, fit_into(target, whole, run), transforms, dresser.dress_and_save, run)
    elif shelf.hand_over(target.path, whole, run):
        write_empty_part(target, whole, transforms)
    else:
        write_part(target, whole, transforms, None, run)


def _shelf_of(target: Target) -> Any:
    """Return the shelf of the study in which a result only goes from step to step; None for all others."""
    return passing(target.path) if target.kind == "file" else None


def _is_unread(target: Target) -> bool:
    shelf = _shelf_of(target)
    return shelf is not None and not shelf.is_read(target.path)


def _tell_rows(target: Target, rows: Any) -> None:
    shelf = _shelf_of(target)
    if shelf is not None:
        shelf.tell_rows(target.path, rows)


def _described(name: str, frame: Any, output: Any, plan: Any, run: Run) -> tuple[Any, Any]:
    """Return the row of a result in the run record, and what its rows were hashed to.

    The hash is over our columns, not those that came along; what is never written has none.
    """
    from ..core.identity import DEGREE_DIGITS, METRE_DIGITS, hash_content
    from ..core.runrecord import Output as Row

    digits = DEGREE_DIGITS if plan.result_crs.isGeographic() else METRE_DIGITS
    if _is_unread(plan.targets[name]):  # a step of a study made it for nobody
        return Row(name, output.table.name, len(frame), None), None
    content, rows = hash_content(frame, output.table, digits=digits, run=run)
    return Row(name, output.table.name, len(frame), content), rows


def left_out_output(run: Run, plan: Any) -> Any:
    """Return the LEFT_OUT table of a run, sorted, one sentence a row."""
    import pandas as pd

    from ..core import frames

    table = schema.table("left_out")
    rows = [
        (plan.told_layer(row.layer), row.feature_id, row.code, row.severity,
         say(row.code, run.language, **{"n": row.n, **row.values}), row.n)
        for row in sorted(run.left_out, key=lambda row: (row.layer, row.code, row.feature_id))
    ]  # fmt: skip
    return Output(frames.conform(pd.DataFrame(rows, columns=table.names()), table), table)
