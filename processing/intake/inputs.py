# SPDX-License-Identifier: GPL-2.0-or-later
"""What an algorithm computes from: its layers as tables, its other parameters as plain values."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from qgis.core import QgsCoordinateReferenceSystem, QgsCoordinateTransformContext, QgsProcessingContext

from ...core.errors import RenewalError
from ...core.inputs.aliases import Role
from ...core.inputs.fields import guess_field
from ...core.run import Run
from ..layers.crs import WorkingCrs, choose_working_crs
from ..layers.snapshot import RasterSnapshot, VectorSnapshot, usual_extent
from ..layers.systems import transform_between
from ..output.encoding import Carried
from ..running.memory import free_readings
from ..toolbox.parameters import RoleUse
from .reading import Reading, digits_of, key_column, read_table
from .sharing import read_shared


@dataclass
class Plan:
    """Everything settled on the main thread: frozen layers, which field is what, the working system, destinations."""

    vectors: dict[str, VectorSnapshot] = field(default_factory=dict)
    rasters: dict[str, RasterSnapshot] = field(default_factory=dict)
    roles: dict[str, Role] = field(default_factory=dict)
    mappings: dict[str, dict[str, str]] = field(default_factory=dict)
    guessed: dict[str, dict[str, str]] = field(default_factory=dict)
    working: WorkingCrs | None = None
    result_crs: QgsCoordinateReferenceSystem = field(default_factory=QgsCoordinateReferenceSystem)
    targets: dict[str, Any] = field(default_factory=dict)
    problems: list[tuple[str, RenewalError]] = field(default_factory=list)  # of a LENIENT algorithm, by parameter
    doubts: list[tuple[str, dict[str, Any]]] = field(default_factory=list)  # to be said, not to stop at
    transforms: QgsCoordinateTransformContext = field(default_factory=QgsCoordinateTransformContext)
    home: Path | None = None  # the folder of the project, when it has one of its own

    def told_layer(self, layer: str) -> str:
        """Return the layer that a row of LEFT_OUT is about: of one in a list of layers its name, too.

        Of several that have one name the second is “name (2)”.
        """
        parameter, is_listed, _ = layer.partition("#")
        if not is_listed or layer not in self.vectors:
            return layer
        name = self.vectors[layer].name
        listed = [other for other in self.vectors if other.startswith(f"{parameter}#")]
        same = [other for other in listed if self.vectors[other].name == name]
        place = same.index(layer) + 1
        return f"{parameter}: {name}" if place == 1 else f"{parameter}: {name} ({place})"


def map_fields(
    use: RoleUse, role: Role, snapshot: VectorSnapshot, named: Mapping[str, str]
) -> tuple[dict[str, str], dict[str, str]]:
    """Return {column: field} for the role, and the part of it that was guessed.

    `named` holds what the user chose by column. Raises RenewalError: `field_missing` (a chosen field does not exist),
    `field_needed` (a column the algorithm cannot do without was neither chosen nor found).
    """
    names = [item.name() for item in snapshot.fields]
    mapping: dict[str, str] = {}
    guessed: dict[str, str] = {}
    for name, column in role.columns.items():
        chosen = named.get(name, "")
        if chosen and chosen not in names:
            raise RenewalError(
                "field_missing", layer=snapshot.name, field=chosen, parameter=column.parameter, fields=names
            )
        found = chosen or guess_field(column, names, snapshot.headings, named.values())
        if found:
            mapping[name] = found
            if not chosen and found.lower() != name:
                guessed[name] = found
        elif name in use.needs:
            raise RenewalError(
                "field_needed",
                layer=snapshot.name,
                column=name,
                parameter=column.parameter or use.parameter,
                fields=names,
            )
    return mapping, guessed


class Inputs:
    """Tables and values for compute(): layers are read when first asked for, in the working system."""

    def __init__(
        self, algorithm: Any, parameters: dict[str, Any], context: QgsProcessingContext, plan: Plan, run: Run
    ) -> None:
        self._algorithm, self._parameters, self.context = algorithm, parameters, context
        self._uses = {use.parameter: use for use in algorithm.ROLES}
        self._readings: dict[str, Reading] = {}
        self._contents: dict[str, str] = {}
        self.plan = plan
        self.run = run

    def has(self, parameter: str) -> bool:
        """Say whether a layer was given."""
        return parameter in self.plan.vectors or parameter in self.plan.rasters

    def table(self, parameter: str) -> Any:
        """Return the layer as a frame with canonical columns, metres, valid geometry; None when it was not given."""
        return self.reading(parameter).table if parameter in self.plan.vectors else None

    def reading(self, parameter: str) -> Reading:
        """Return the layer's frame together with what came along with it."""
        if parameter not in self._readings:
            use, snapshot = self._uses[parameter.split("#", maxsplit=1)[0]], self.plan.vectors[parameter]
            for column, name in self.plan.guessed[parameter].items():
                self.run.note("field_guessed", layer=snapshot.name, column=column, field=name)
            given = parameter if use.many else use.parameter  # messages name the layer that was given
            role = replace(self.plan.roles[parameter], name=given)
            told = snapshot, role, self.plan.mappings[parameter], self.plan.working
            invalid = self.choice("INVALID")
            self._readings[parameter] = read_shared(
                *told, invalid, use.carry,
                lambda carry: read_table(*told, self.context.transformContext(), self.run, carry, invalid), self.run,
            )  # fmt: skip
            if not (use.optional or use.may_be_empty or len(self._readings[parameter].table)):
                n = snapshot.count
                raise RenewalError("layer_all_left_out", layer=snapshot.name, parameter=use.parameter, n=n)
        return self._readings[parameter]

    def several(self, parameter: str) -> list[str]:
        """Return the names under which the layers of a list parameter can be asked for."""
        return [name for name in self.plan.vectors if name.split("#")[0] == parameter]

    def readings(self) -> dict[str, Reading]:
        """Return the layers read so far, by parameter."""
        return self._readings

    def content(self, parameter: str) -> str | None:
        """Return the fingerprint of a layer as it came; None when it was not read and nobody told it."""
        if parameter not in self._contents and parameter in self._readings:
            reading, snapshot = self._readings[parameter], self.plan.vectors[parameter]
            self._contents[parameter] = reading.content(digits_of(snapshot), self.run)
        return self._contents.get(parameter)

    def let_go(self, parameter: str) -> None:
        """Hold a large layer no longer than needed; its fingerprint stays, and who asks for it again reads it again."""
        self.content(parameter)
        self._readings.pop(parameter, None)

    def close(self) -> None:
        """Let go of all that was read, bit by bit."""
        readings = list(self._readings.values())
        self._readings.clear()
        free_readings(readings)

    def told_content(self, parameter: str, content: str) -> None:
        """Take the fingerprint of a layer that need not be read (a kept network)."""
        self._contents[parameter] = content

    def carried(self, parameter: str) -> Carried:
        """Return the columns of a layer that go into the result beside ours."""
        reading, snapshot = self.reading(parameter), self.plan.vectors[parameter]
        key = key_column(self.plan.roles[parameter])
        id_field = self.plan.mappings[parameter].get(key, "")
        return Carried(snapshot.fields, reading.carried, list(reading.table[key]), id_field)

    def raster(self, parameter: str, bounds: tuple[float, float, float, float]) -> Any:
        """Return a raster over the bounds (working metres), or None when it was not given."""
        if parameter not in self.plan.rasters:
            return None
        from .raster import read_raster

        return read_raster(
            self.plan.rasters[parameter], bounds, self.plan.working, self.context.transformContext(), self.run
        )

    def choice(self, name: str) -> str:
        """Return the word chosen in an enum."""
        return str(self._algorithm.parameterAsEnumString(self._parameters, name, self.context))

    def choices(self, name: str) -> tuple[str, ...]:
        """Return the words chosen in an enum of several."""
        return tuple(self._algorithm.parameterAsEnumStrings(self._parameters, name, self.context))

    def number(self, name: str) -> float:
        """Return a real number."""
        return float(self._algorithm.parameterAsDouble(self._parameters, name, self.context))

    def integer(self, name: str) -> int:
        """Return a whole number."""
        return int(self._algorithm.parameterAsInt(self._parameters, name, self.context))

    def given(self, name: str) -> bool:
        """Say whether an optional parameter has a value."""
        return self._parameters.get(name) not in (None, "")

    def flag(self, name: str) -> bool:
        """Return a yes or no."""
        return bool(self._algorithm.parameterAsBool(self._parameters, name, self.context))

    def text(self, name: str) -> str:
        """Return a text."""
        return str(self._algorithm.parameterAsString(self._parameters, name, self.context))

    def day(self, name: str) -> datetime.date:
        """Return a date; the day of the run when it is empty."""
        value = self._algorithm.parameterAsDateTime(self._parameters, name, self.context)
        if not value.isValid():
            return datetime.date.today()
        return datetime.date(value.date().year(), value.date().month(), value.date().day())

    def crs(self, name: str) -> QgsCoordinateReferenceSystem:
        """Return a coordinate system; raises RenewalError("crs_unknown") for one that QGIS does not know."""
        crs = self._algorithm.parameterAsCrs(self._parameters, name, self.context)
        if not crs.isValid():
            raise RenewalError("crs_unknown", parameter=name, given=str(self._parameters.get(name, "")))
        return crs

    def path(self, name: str) -> Path | None:
        """Return a file or folder, absolute, or None."""
        value = self._algorithm.parameterAsString(self._parameters, name, self.context)
        return Path(value).absolute() if value else None

    def file_output(self, name: str) -> Path | None:
        """Return the file that a report is wanted in, absolute; None when none is wanted."""
        if not self.given(name):
            return None
        value = self._algorithm.parameterAsFileOutput(self._parameters, name, self.context)
        return Path(value).absolute() if value else None

    def document(self, kind: str, name: str, file_parameter: str) -> dict[str, Any]:
        """Return a ruleset, standard …: the user's own file when given, else the shipped one of that name."""
        from ...core import envelope

        own = self.path(file_parameter)
        return envelope.load_file(kind, own) if own else envelope.load(kind, name)


def working_crs_of(
    main: VectorSnapshot, context: QgsProcessingContext, others: Iterable[VectorSnapshot] = ()
) -> WorkingCrs:
    """Return the working system that the main layer decides; one without features lies where the others lie."""
    transforms, extent = context.transformContext(), usual_extent(main)
    there = next((item for item in others if item.count and item.crs.isValid() and item.geometry != "none"), None)
    if not main.count and main.crs.isValid() and there is not None:
        extent = transform_between(there.crs, main.crs, transforms).transformBoundingBox(usual_extent(there))
    return choose_working_crs(main.crs, extent, transforms)
