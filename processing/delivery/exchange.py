# SPDX-License-Identifier: GPL-2.0-or-later
"""The formats for others: csv, shp, gdb, dxf. Each file is read back and counted; what it cannot hold is listed."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from qgis.core import QgsCoordinateReferenceSystem
from qgis.PyQt.QtCore import QMetaType

from ...core import schema
from ...core.errors import RenewalError
from ...core.words import join_words
from ..layers.gdalmode import gdal_raises
from ..output.encoding import encode
from ..output.writing import count_rows
from ..running.memory import give_back_memory
from .package import Layer
from .study import Study

FORMATS = ("csv", "shp", "gdb", "dxf")
WHOLE = (
    QMetaType.Type.Int,
    QMetaType.Type.UInt,
    QMetaType.Type.LongLong,
    QMetaType.Type.ULongLong,
    QMetaType.Type.Bool,
)
MOST_DIGITS = 15
LOSSES = "tables/losses.csv"


def write_exchange(folder: Path, study: Study, run: Any) -> dict[str, int]:
    """Write the formats that are wanted and tables/losses.csv; return counts for the manifest.

    Raises RenewalError: `written_incomplete`, `table_too_wide`, `file_too_large`, `gdb_not_supported`; Cancelled.
    """
    from ...core.delivery.formats.csvtext import write_csv
    from ...core.delivery.formats.flat import flatten, losses_frame

    wanted = [name for name in FORMATS if name in study.formats]
    if not wanted:
        return {}
    run.stage("writing_formats", names=join_words(wanted, study.language))
    flats = [flat_of(layer, study.language, run) for layer in study.layers.values()]
    losses: list[Any] = []
    facts: dict[str, int] = {}
    for name, part in run.parts(wanted):
        write = {"csv": _write_csv, "shp": _write_shp, "gdb": _write_gdb, "dxf": _write_dxf}[name]
        found, counts = write(folder, study, flats, part)
        losses += found
        facts |= counts
    _let_go(flats, run)
    table = schema.table("losses")
    listed = flatten("losses", losses_frame(losses, study.language), table)
    _save(folder / LOSSES, write_csv(listed, LOSSES, run)[0].encode("utf-8"))
    for loss in losses:
        facts[f"{loss.code}_n"] = facts.get(f"{loss.code}_n", 0) + 1
    if losses:
        is_held = not study.formats.isdisjoint(("gpkg", "qgz"))  # data.gpkg is among what is delivered
        run.warn("formats_lost" if is_held else "formats_lost_alone", n=len(losses), file=LOSSES)
    return {**facts, "losses_n": len(losses)}


def _let_go(flats: list[Any], run: Any) -> None:
    """Let go of the lists one by one, the rows of each in pieces. Raises Cancelled."""
    from ...core.slices import let_go

    while flats:
        flat = flats.pop()
        kept = [list(flat.ids), [] if flat.shapes is None else flat.shapes.tolist()]
        kept += [values for values in flat.values if isinstance(values, list)]
        del flat
        let_go(kept)
        give_back_memory()
        run.check()


def flat_of(layer: Layer, language: str, run: Any) -> Any:
    """Return a layer of the delivery as lists, the input's own fields first when they come along. Raises Cancelled."""
    from ...core.delivery.formats.flat import Flat, row_names, shapes_of

    bare = replace(layer.table, geometry="none")  # shapes go another way
    encoded = encode(layer.frame, bare, layer.crs, language, layer.carried, run=run)
    known = {column.name: column for column in layer.table.columns}
    columns, values = [], []
    for number, cells in enumerate(encoded.columns):
        run.check()
        item = encoded.fields.at(number)
        own = number < len(encoded.columns) - len(known)
        column, plain = _carried_column(item, cells) if own else (known[item.name()], cells)
        columns.append(column)
        values.append(plain)
    table = replace(layer.table, columns=tuple(columns))
    ids = row_names(layer.frame, layer.table.key, run)
    return Flat(layer.name, table, ids, values, shapes_of(layer.frame, layer.table, run), _system(layer.crs))


def _carried_column(item: Any, cells: list[Any]) -> tuple[schema.Column, list[Any]]:
    """Return the description and plain values of an input's own field: what is no number is text."""
    if item.type() in WHOLE:
        kind, make, digits = "int", int, 0
    elif item.type() == QMetaType.Type.Double:
        cells = [None if value is None or not math.isfinite(value) else value for value in cells]
        told = [repr(float(value)).partition(".")[2] for value in cells if value is not None]
        kind, make, digits = "real", float, min(max([2, *(len(text) for text in told if "e" not in text)]), MOST_DIGITS)
    else:
        kind, make, digits = "text", _text, 0
    heading = item.alias() or item.name()
    column = schema.Column(item.name(), kind, heading, heading, digits=digits, short=item.name())
    return column, [None if value is None else make(value) for value in cells]


def _text(value: Any) -> str:
    from qgis.PyQt.QtCore import Qt

    return str(value.toString(Qt.DateFormat.ISODate)) if hasattr(value, "toString") else str(value)


def _system(crs: QgsCoordinateReferenceSystem) -> str:
    return str(crs.toWkt(QgsCoordinateReferenceSystem.WktVariant.WKT1_ESRI)) if crs.isValid() else ""


def _write_csv(folder: Path, study: Study, flats: list[Any], run: Any) -> tuple[list[Any], dict[str, int]]:
    from ...core.delivery.formats.csvtext import csv_pieces, types_line

    losses: list[Any] = []
    for flat, part in run.parts(flats):
        file = f"csv/{flat.name}.csv"
        _save_pieces(folder / file, (text.encode("utf-8") for text in csv_pieces(flat, file, losses, part)), part)
        _save((folder / file).with_suffix(".csvt"), types_line(flat).encode("ascii"))
        _count(folder / file, flat.name, len(flat), part)
    return losses, {"csv_layers_n": len(flats)}


def _write_shp(folder: Path, study: Study, flats: list[Any], run: Any) -> tuple[list[Any], dict[str, int]]:
    from ...core.delivery.formats.csvtext import write_csv
    from ...core.delivery.formats.flat import field_names
    from ...core.delivery.formats.shapefile import unique_names, write_shapefile

    fitted, losses = _fitted(study, flats, "shp", run.part(0, 0.1))
    named = [replace(flat, table=replace(flat.table, columns=tuple(unique_names(flat.columns)))) for flat in fitted]
    for flat, part in run.part(0.1, 1).parts(named):
        base = folder / "shp" / flat.name
        parts, found = write_shapefile(flat, f"shp/{flat.name}", study.inputs.choice("SHP_ENCODING"), part)
        for suffix, pieces in parts.items():
            _save_pieces(base.with_name(base.name + suffix), pieces, part)
        _count(base.with_name(base.name + (".shp" if ".shp" in parts else ".dbf")), flat.name, len(flat), part)
        losses += found
    _save(folder / "shp" / "fields.csv", write_csv(field_names(named), "shp/fields.csv", run)[0].encode("utf-8"))
    return losses, {"shp_layers_n": len(named)}


def _write_gdb(folder: Path, study: Study, flats: list[Any], run: Any) -> tuple[list[Any], dict[str, int]]:
    from .geodatabase import write_geodatabase

    fitted, losses = _fitted(study, flats, "data.gdb", run.part(0, 0.1))
    path = folder / "data.gdb"
    losses += write_geodatabase(path, fitted, run.part(0.1, 1))
    for flat in fitted:
        _count(path, flat.name, len(flat), run)
    return losses, {"gdb_layers_n": len(fitted)}


def _write_dxf(folder: Path, study: Study, flats: list[Any], run: Any) -> tuple[list[Any], dict[str, int]]:
    from ...core import frames
    from ...core.delivery.drawing import FILE, draw
    from ...core.delivery.formats.dxf import dxf_pieces
    from ...core.words import say

    metres = {name: parameter for parameter, name, _ in study.wanted if study.inputs.has(parameter)}
    drawn_flats = []
    for flat in flats:
        frame = study.inputs.table(metres[flat.name]) if flat.name in metres and flat.shapes is not None else None
        if frame is not None and frames.GEOMETRY in frame:
            drawn_flats.append(replace(flat, shapes=frames.geometries(frame), system=""))
    template = _template(study)
    notes = [" ".join(filter(None, (study.title, study.mark))), study.author, study.crs_told()]
    notes += [say("secrecy_line", study.language, text=study.secrecy)] if study.secrecy else []
    offset = template["cad"].get("offset")
    notes += [say("offset_line", study.language, x=offset["x"], y=offset["y"])] if offset else []
    drawn = draw(template, drawn_flats, notes, study.language, run.part(0, 0.6))
    _save_pieces(folder / FILE, dxf_pieces(drawn.drawing, run.part(0.6, 1)), run)
    _count(folder / FILE, "entities", drawn.entities_n, run)
    facts = {"dxf_features_n": drawn.features_n, "dxf_drawn_n": drawn.drawn_n}
    return list(drawn.losses), {**facts, "dxf_entities_n": drawn.entities_n, "dxf_labels_n": drawn.labels_n}


def _template(study: Study) -> dict[str, Any]:
    return study.inputs.document("template", study.inputs.choice("TEMPLATE") or "plain", "TEMPLATE_FILE")


def _fitted(study: Study, flats: list[Any], folder: str, run: Any) -> tuple[list[Any], list[Any]]:
    """Return the layers as the template wants them, and what it could not take."""
    from ...core.delivery.templates import fit_layers

    found = fit_layers(_template(study), flats, folder, run)
    return [item.flat for item in found], [loss for item in found for loss in item.losses]


def _save(path: Path, content: bytes) -> None:
    """Write a file of the folder that is being made; it is swapped in as a whole later."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def _save_pieces(path: Path, pieces: Iterable[bytes], run: Any) -> None:
    """Write a file piece by piece: a city's at once would hold Python's lock. Raises Cancelled."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        for piece in pieces:
            run.check()
            file.write(piece)


def _count(path: Path, layer_name: str, rows: int, run: Any) -> None:
    """Re-open a file with GDAL and count its features one by one. Raises RenewalError("written_incomplete")."""
    from osgeo import gdal, ogr

    found = -1
    try:
        with gdal_raises():
            dataset = gdal.OpenEx(str(path), gdal.OF_VECTOR | gdal.OF_READONLY)
            layer = dataset.GetLayerByName(layer_name) or dataset.GetLayer(0)
            definition = layer.GetLayerDefn()
            if layer.TestCapability(ogr.OLCIgnoreFields):  # a city's texts would be copied to be thrown away
                names = [definition.GetFieldDefn(n).GetName() for n in range(definition.GetFieldCount())]
                layer.SetIgnoredFields([*names, "OGR_GEOMETRY"])
            found = count_rows(layer, run)
    except RuntimeError:
        pass
    if found != rows:
        raise RenewalError("written_incomplete", path=path.name, expected=rows, found=found)
