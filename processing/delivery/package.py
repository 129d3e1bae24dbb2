# SPDX-License-Identifier: GPL-2.0-or-later
"""data.gpkg: every layer of the delivery as a table, with headings, default style and where it comes from."""

from __future__ import annotations

import glob
import json
import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from qgis.core import QgsCoordinateReferenceSystem, QgsCoordinateTransformContext, QgsVectorLayer

from ...core import schema
from ...core.inputs.aliases import roles
from ...core.run import Run
from ..intake.inputs import Inputs
from ..layers.apart import apart
from ..output.encoding import Carried, encode
from ..output.targets import Target
from ..output.writing import write_layer
from ..styling.dressing import Dresser
from .domains import add_to_geopackage
from .ownfields import own_column
from .wardrobe import Undressed, dress_all

DATA = "data.gpkg"
STEPS = "steps"  # the dock's folder of single steps
# What a result keeps of the layer it was made from: columns of that role, as other inputs are delivered with theirs.
# Whoever delivers from data.gpkg once more needs them for the sheets of land use and the ledger.
KEPT = {"tagged": ("PARCELS", ("name", "address", "land_use", "ownership", "czcsxm", "tbxhdm", "households"))}
KEPT_DIGITS = 6  # of their numbers: 93.496 homes are 93 in the next ledger too


@dataclass
class Layer:
    """One layer of the delivery: `name` of its table in data.gpkg, rows in its own system, the record of its run."""

    name: str
    table: schema.Table
    frame: Any
    crs: QgsCoordinateReferenceSystem
    carried: Carried | None = None
    record: Mapping[str, Any] | None = None
    kinds: tuple[str, ...] = ()
    profiles: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()  # columns folded away in the attribute table
    upstream: tuple[Mapping[str, Any], ...] = ()  # records of what its run was made from
    texts: tuple[Mapping[str, Any], ...] = ()  # rules and standards of the delivery that it was taken from
    rows: Any = None  # what the rows were hashed to when they were written for this step (identity.Rows)
    content: str | None = None  # of an input that is delivered as it came: its fingerprint
    kept: tuple[str, ...] = ()  # columns that are not of its table: its input's (KEPT)

    @property
    def is_spatial(self) -> bool:
        """Say whether the rows have geometry."""
        return self.table.geometry != "none"

    def delivered(self) -> Any:
        """Return the layer's entry for the manifest."""
        from ...core.delivery.manifest import DeliveredTable
        from ...core.identity import DEGREE_DIGITS, METRE_DIGITS

        known = self.table.name in schema.table_names()
        own = self.kept if known else tuple(column.name for column in self.table.columns)
        crs = (self.crs.authid() or "custom") if self.is_spatial and self.crs.isValid() else None
        digits = DEGREE_DIGITS if self.crs.isGeographic() else METRE_DIGITS
        return DeliveredTable(self.table.name, DATA, self.name, crs, digits, self.kinds, self.profiles, own)

    def held(self) -> Any:
        """Return the rows as they stand in the file: without heights."""
        import shapely

        from ...core import frames, slices
        from ...core.delivery.manifest import Held

        if not self.is_spatial or not shapely.has_z(frames.geometries(self.frame)).any():
            return Held(self.frame, self.rows, self.content)
        return Held(
            self.frame.assign(**{frames.GEOMETRY: slices.sliced(shapely.force_2d, frames.geometries(self.frame))})
        )


def take_layer(inputs: Inputs, parameter: str, name: str, table_name: str, take_all: bool) -> Layer:
    """Return an input as a layer of the delivery, in its own system.

    A result of ours has the columns of its table. Another layer has the columns its role knows (the white list), with
    `take_all` its own fields as well.
    """
    from ...core import frames

    reading, snapshot = inputs.reading(parameter), inputs.plan.vectors[parameter]
    frame = reading.table.copy(deep=False)
    spatial = frames.GEOMETRY in frame
    if spatial:
        frame[frames.GEOMETRY] = reading.original
    kinds, profiles = _repeated(table_name, frame, "kind"), _repeated(table_name, frame, "profile")
    if table_name:
        table = schema.table(table_name, kinds, profiles)
        table = replace(table, geometry=table.geometry if spatial else "none")
    else:
        table = table_of_role(inputs.plan.roles[parameter].name, frame, snapshot.geometry if spatial else "none")
    table, kept = (table, ()) if take_all else _with_kept(frame, table, reading, snapshot, inputs.run)
    carried = inputs.carried(parameter) if take_all and _is_keyed(frame, table) and len(reading.carried) else None
    record = record_beside(snapshot.file) or record_inside(snapshot)
    upstream = tuple(records_upstream(snapshot.file, record))
    conformed = frames.conform(frame, table)
    texts = tuple(texts_beside(snapshot.file))
    as_it_came = not table_name and _is_same(conformed, reading.table)
    content = inputs.content(parameter) if as_it_came else None
    known = {"upstream": upstream, "texts": texts, "rows": reading.rows, "content": content, "kept": kept}
    return Layer(name, table, conformed, snapshot.crs, carried, record, kinds, profiles, **known)


def _with_kept(
    frame: Any, table: schema.Table, reading: Any, snapshot: Any, run: Run
) -> tuple[schema.Table, tuple[str, ...]]:
    """Add to a result's frame what KEPT says of its own fields; return its table with them, and their names."""
    from ...core.inputs.ownership import kinds_only

    role, wanted = KEPT.get(table.name, ("", ()))
    known, columns = {column.name for column in table.columns}, []
    for name in wanted:
        values = own_column(reading, snapshot, role, name, run) if name not in known else None
        if values is None:
            continue
        frame[name] = kinds_only(values) if name == "ownership" else values
        columns.append(replace(described(roles()[role].columns[name]), digits=KEPT_DIGITS))
    return replace(table, columns=(*table.columns, *columns)), tuple(column.name for column in columns)


def _is_same(conformed: Any, table: Any) -> bool:
    """Say whether what is delivered of an input holds all its columns, and its numbers were not rounded."""
    import numpy as np

    from ...core import frames

    names = [name for name in table if name != frames.GEOMETRY]
    if names != [name for name in conformed if name != frames.GEOMETRY] or "fid" in map(str.lower, names):
        return False
    for name in names:
        if conformed[name].dtype != table[name].dtype:
            return False
        if conformed[name].dtype == np.float64:
            one, other = conformed[name].to_numpy(), table[name].to_numpy()
            if not np.array_equal(one, other, equal_nan=True) or (np.signbit(other) & (other == 0)).any():
                return False
    return True


def table_of_role(role_name: str, frame: Any, geometry: str) -> schema.Table:
    """Return a description of an input: the canonical columns it has, with a Chinese heading where an alias is one."""
    role = roles()[role_name]
    columns = tuple(described(column) for name, column in role.columns.items() if name in frame)
    return schema.Table(role_name.lower(), role.title["zh"], role.title["en"], geometry, (columns[0].name,), columns)


def described(column: Any) -> schema.Column:
    """Return a role's column as the dictionary describes one."""
    name = column.name
    return schema.Column(name, column.type, _chinese(column.aliases) or name, name.replace("_", " "), short=name[:10])


def record_beside(file: Path | None) -> dict[str, Any] | None:
    """Return the run record beside a result file, None when there is none that can be read; it is not to be changed."""
    place = file.with_name(file.name + ".run.json") if file else None
    if place is None or not place.is_file():
        return None
    state = place.stat()
    return _record_in(place, state.st_mtime_ns, state.st_size)


@lru_cache(maxsize=128)  # a delivery asks for each some twenty times: of a layer, and of what others were made from
def _record_in(place: Path, changed: int, size: int) -> dict[str, Any] | None:
    from ...core import runrecord
    from ...core.errors import RenewalError

    try:
        return runrecord.parse(place.read_text(encoding="utf-8"), place.name)
    except (RenewalError, OSError, UnicodeDecodeError):
        return None


def record_inside(snapshot: Any) -> dict[str, Any] | None:
    """Return the run record in the metadata of a layer that lies in a GeoPackage, such as an earlier delivery's."""
    from ...core import runrecord
    from ...core.errors import RenewalError

    if snapshot.file is None or not snapshot.file_layer or snapshot.file.suffix.lower() != ".gpkg":
        return None
    layer = QgsVectorLayer(apart(f"{snapshot.file}|layername={snapshot.file_layer}"), snapshot.name, "ogr")
    for text in layer.metadata().history() if layer.isValid() else ():
        try:
            record = runrecord.parse(text, snapshot.name)
        except RenewalError:
            continue
        if record["id"] != "exportzones":  # what stands in a layer of which nothing is known but that it was exported
            return record
    return None


def texts_beside(file: Path | None) -> list[Mapping[str, Any]]:
    """Return the rules and standards, whole, of the delivery in which a data.gpkg lies: this plugin's may be newer."""
    from ...core.delivery.manifest import NAME, read_manifest
    from ...core.errors import RenewalError

    if file is None or file.name != DATA or not file.with_name(NAME).is_file():
        return []
    try:
        return list(read_manifest(file.parent).get("documents", ()))
    except (RenewalError, OSError):
        return []


def records_upstream(file: Path | None, record: Mapping[str, Any] | None) -> list[dict[str, Any]]:
    """Return the records of what a result was made from, as far as they lie beside it: people before tags."""
    found: dict[str, dict[str, Any]] = {}
    todo = [record] if file is not None and record is not None else []
    while todo and file is not None:
        for item in todo.pop()["inputs"]:
            name = str(item["layer"])
            if name in found or Path(name).name != name or item["source"] != "ogr:gpkg":
                continue
            upstream = next(filter(None, map(record_beside, _places_of(file, f"{name}.gpkg"))), None)
            if upstream is not None:
                found[name] = upstream
                todo.append(upstream)
    return list(found.values())


def _places_of(file: Path, name: str) -> list[Path]:
    """Return where a result that `file` was made from may lie: beside it, or in another step of the same study."""
    steps = file.parents[2] if len(file.parents) > 2 else file.parent  # <study>/steps/<step>/<time>/<file>
    others = sorted(steps.glob(f"*/*/{glob.escape(name)}")) if steps.name == STEPS else []
    return [file.with_name(name), *others]


def write_package(
    folder: Path, layers: Iterable[Layer], record: Mapping[str, Any], language: str,
    transforms: QgsCoordinateTransformContext, run: Any,
) -> Path:  # fmt: skip
    """Write data.gpkg and return its path. Raises RenewalError as processing/output/writing.py does; Cancelled."""
    from ...core.delivery.domains import codes_of

    place, todo = folder / DATA, list(layers)
    bare: list[Undressed] = []
    for layer, stretch in run.parts(todo):
        stretch.stage("writing_table", table=layer.table.zh if language == "zh" else layer.table.en)
        target = Target(layer.name, "table", f"{place}|layername={layer.name}", place, layer.name)
        encoded = encode(layer.frame, layer.table, layer.crs, language, layer.carried, run=stretch)
        write_layer(place, layer.name, target, encoded, transforms, stretch)  # the folder is swapped in as a whole
        dresser = Dresser(layer, language, dict(layer.record or record), texts=layer.texts)
        bare.append(Undressed(dresser, layer.name, layer.table.en, encoded.fields, encoded.wkb_type, encoded.crs))
    domains = add_to_geopackage(place, todo, language, run.check)
    coded = {
        layer: {name: codes_of(domain, language) for name, domain in own.items()} for layer, own in domains.items()
    }
    dress_all(place, [replace(table, codes=coded[table.name]) for table in bare], run.check)
    close_journal(place)
    return place


def close_journal(path: Path) -> None:
    """Bring a GeoPackage back from write-ahead logging: one file, nothing beside it."""
    connection = sqlite3.connect(path)
    try:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.execute("PRAGMA journal_mode = DELETE")
    finally:
        connection.close()


def runs_of(layers: Iterable[Layer]) -> list[Mapping[str, Any]]:
    """Return the run records of the layers, each once, with the texts of rules that this plugin no longer has."""
    from ...core.delivery.rulebook import with_documents

    whole = list(layers)
    records = [item for layer in whole for item in (layer.record, *layer.upstream) if item is not None]
    found = {json.dumps(record, sort_keys=True): record for record in records}
    texts = [text for layer in whole for text in layer.texts]
    return [with_documents(found[key], texts) for key in sorted(found)]


def _is_keyed(frame: Any, table: schema.Table) -> bool:
    key = table.key[0]
    return key in frame and bool(frame[key].is_unique)


def _repeated(table_name: str, frame: Any, word: str) -> tuple[str, ...]:
    """Return the kinds or profiles whose columns a frame has."""
    if not table_name:
        return ()
    marks = [c.name for c in schema.table_pattern(table_name).columns if "{" + word + "}" in c.name]
    if not marks:
        return ()
    tail = marks[0].replace("{" + word + "}", "")
    return tuple(name.removesuffix(tail) for name in frame if name.endswith(tail) and name != tail)


def _chinese(words: Iterable[str]) -> str:
    return next((word for word in words if any("\u4e00" <= letter <= "\u9fff" for letter in word)), "")
