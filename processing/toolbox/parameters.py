# SPDX-License-Identifier: GPL-2.0-or-later
"""How parameters are declared: each algorithm lists names, types and defaults; texts come from resources/help."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from qgis.core import (
    Qgis,
    QgsProcessing,
    QgsProcessingContext,
    QgsProcessingParameterBoolean,
    QgsProcessingParameterCrs,
    QgsProcessingParameterDateTime,
    QgsProcessingParameterDefinition,
    QgsProcessingParameterEnum,
    QgsProcessingParameterFeatureSink,
    QgsProcessingParameterFeatureSource,
    QgsProcessingParameterField,
    QgsProcessingParameterFile,
    QgsProcessingParameterFileDestination,
    QgsProcessingParameterFolderDestination,
    QgsProcessingParameterMultipleLayers,
    QgsProcessingParameterNumber,
    QgsProcessingParameterRasterLayer,
    QgsProcessingParameterString,
)

from ...core.inputs.aliases import role_for
from ..layers.locks import locked_file
from ..texts import interface_language

SOURCE_TYPES = {
    "polygon": QgsProcessing.SourceType.TypeVectorPolygon,
    "line": QgsProcessing.SourceType.TypeVectorLine,
    "point": QgsProcessing.SourceType.TypeVectorPoint,
    "any": QgsProcessing.SourceType.TypeVector,
    "none": QgsProcessing.SourceType.TypeVector,
}

# Choices list a value only once it is built; values and their order are for ever (tests/layout/contract.json).
BUILT: dict[str, tuple[str, ...]] = {
    "RULES": ("chongqing", "cn-national", "strict-morphology"),
    "STANDARD": ("chongqing", "gb50180-2018", "complete-community-2020", "elder-care-national"),
    "ZONE_RULES": ("chongqing",),
    "KINDS": ("eday", "ectr", "ebed", "nurs", "kgar", "heal", "meal", "play", "park", "mark", "prim", "serv", "rest"),
    "FORMATS": ("gpkg", "qgz", "shp", "dxf", "xlsx", "csv", "pdf", "png", "html", "gdb"),
    "PAPER": ("A3", "A4"),
    "TEMPLATE": ("plain", "bsm-ysdm-xzqdm"),
    "PROFILES": ("adult", "elder", "carer", "stroller", "wheelchair"),
}

LAYERS = (QgsProcessingParameterFeatureSource, QgsProcessingParameterMultipleLayers)
CHOICE_FIELD: list[str] = []  # where the desktop says which class shows a choice in a dialog; without a window none
DIALOG: list[Callable[[Any, Any], Any]] = []  # what makes the dialog of (algorithm, parent) in the desktop


@dataclass(frozen=True)
class RoleUse:
    """A layer parameter of an algorithm: the role it plays there and what the algorithm needs of it.

    `role` names a role of resources/aliases.json; `tables` result tables of ours whose columns are read as well, with
    an empty `role` the table alone. `fields` are the columns that have a field parameter here; all other columns are
    guessed. `needs` must be found; `carry` brings the layer's own fields into the result; `geometry` overrides the
    role's; `many` = a list of layers; a required layer may be without
    features with `may_be_empty`. Field parameters are folded away, because fields are guessed: what must be found, the
    id of a required layer and what `shown` names stay in sight. `folded` puts the layer itself away.
    """

    parameter: str
    role: str = ""
    optional: bool = False
    fields: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    carry: bool = False
    geometry: str = ""
    tables: tuple[str, ...] = ()
    many: bool = False
    may_be_empty: bool = False
    shown: tuple[str, ...] = ()
    folded: bool = False

    def __post_init__(self) -> None:
        if self.fields and not self.role:
            raise ValueError(f"{self.parameter}: fields are those of a role, name it")

    @property
    def wanted_geometry(self) -> str:
        """Return polygon | line | point | any | none."""
        return self.geometry or role_for(self.role, self.tables, ()).geometry

    def definitions(self) -> list[QgsProcessingParameterDefinition]:
        """Return the layer parameter and its field parameters."""
        kind = SOURCE_TYPES[self.wanted_geometry]
        if self.many:
            source = QgsProcessingParameterMultipleLayers(self.parameter, self.parameter, kind, None, self.optional)
            return [advanced(source) if self.folded else source]
        source = Source(self.parameter, self.parameter, [kind], optional=self.optional)
        columns, fields = role_for(self.role, self.tables, ()).columns, []
        for name in self.fields:
            field = field_of(columns[name].parameter, self.parameter)
            fields.append(field if self._is_in_sight(name) else advanced(field))
        return [advanced(source) if self.folded else source, *fields]

    def _is_in_sight(self, field: str) -> bool:
        is_key = field.endswith("_id") and not self.optional
        return not self.folded and (is_key or field in self.needs or field in self.shown)


class Source(QgsProcessingParameterFeatureSource):
    """A layer parameter that does not open a locked file only to look: the refusal of the run says what is wrong."""

    def checkValueIsAcceptable(self, value: Any, context: QgsProcessingContext | None = None) -> bool:
        """Say whether a value can be one of a layer; qgis_process asks for each before we are asked for all."""
        return locked_file(value, context) is not None or super().checkValueIsAcceptable(value, context)


class Day(QgsProcessingParameterDateTime):
    """A date whose text stands in quotes where a run or a model is copied as Python: QGIS writes 2025-12-31, 1982."""

    def valueAsPythonString(self, value: Any, context: QgsProcessingContext) -> str:
        """Return the value as Python takes it."""
        return repr(value) if isinstance(value, str) else super().valueAsPythonString(value, context)


def field_of(name: str, parent: str) -> QgsProcessingParameterDefinition:
    """Return an optional field parameter of the layer parameter `parent`; empty means guessed."""
    return QgsProcessingParameterField(
        name, name, None, parent, QgsProcessingParameterField.DataType.Any, allowMultiple=False, optional=True
    )


def choice(
    name: str, options: Sequence[str], default: str | None = None, many: bool = False, optional: bool = False
) -> QgsProcessingParameterDefinition:
    """Return a static-string enum: it refuses any other word. `default` "all" with `many` = all."""
    value: Any = list(options) if many and default == "all" else default
    made = QgsProcessingParameterEnum(name, name, list(options), many, value, optional, usesStaticStrings=True)
    if CHOICE_FIELD:
        made.setMetadata({"widget_wrapper": {"class": CHOICE_FIELD[0]}})
    return made


def number(
    name: str, default: float | None, low: float, high: float, whole: bool = False, optional: bool = False
) -> QgsProcessingParameterDefinition:
    """Return a number with its range."""
    kind = QgsProcessingParameterNumber.Type.Integer if whole else QgsProcessingParameterNumber.Type.Double
    return QgsProcessingParameterNumber(name, name, kind, default, optional, low, high)


def flag(name: str, default: bool = False) -> QgsProcessingParameterDefinition:
    """Return a yes/no parameter."""
    return QgsProcessingParameterBoolean(name, name, default)


def text(name: str, default: str = "", optional: bool = True) -> QgsProcessingParameterDefinition:
    """Return a text parameter."""
    return QgsProcessingParameterString(name, name, default, optional=optional)


def crs(name: str, default: str) -> QgsProcessingParameterDefinition:
    """Return a coordinate system."""
    return QgsProcessingParameterCrs(name, name, default)


def date(name: str) -> QgsProcessingParameterDefinition:
    """Return an optional date; empty means the day of the run."""
    return Day(name, name, QgsProcessingParameterDateTime.Type.Date, optional=True)


def json_file(name: str) -> QgsProcessingParameterDefinition:
    """Return an optional file of the user's own rules, standards, profiles …, folded away."""
    return advanced(
        QgsProcessingParameterFile(
            name, name, QgsProcessingParameterFile.Behavior.File, extension="json", optional=True
        )
    )


def html_file(name: str) -> QgsProcessingParameterDefinition:
    """Return an optional HTML file that a report is written to."""
    return QgsProcessingParameterFileDestination(name, name, "HTML (*.html)", None, True, False)


def npz_file(name: str) -> QgsProcessingParameterDefinition:
    """Return an optional file of plain arrays that a window reads later."""
    return QgsProcessingParameterFileDestination(name, name, "NPZ (*.npz)", None, True, False)


def folder(name: str) -> QgsProcessingParameterDefinition:
    """Return a folder that results are written to."""
    return QgsProcessingParameterFolderDestination(name, name)


def raster(name: str) -> QgsProcessingParameterDefinition:
    """Return an optional raster layer."""
    return QgsProcessingParameterRasterLayer(name, name, optional=True)


def sink(name: str, geometry: str, optional: bool = False) -> QgsProcessingParameterDefinition:
    """Return an output layer or, with geometry none, an output table; optional ones are not made unless asked for."""
    types = {"none": QgsProcessing.SourceType.TypeVector, **SOURCE_TYPES}
    made = QgsProcessingParameterFeatureSink(name, name, types[geometry], None, optional, createByDefault=not optional)
    made.setMetadata({"is_table": geometry == "none"})
    return made


def advanced(definition: QgsProcessingParameterDefinition) -> QgsProcessingParameterDefinition:
    """Fold the parameter away until somebody looks for it."""
    definition.setFlags(definition.flags() | Qgis.ProcessingParameterFlag.Advanced)
    return definition


def required_first(
    definitions: Iterable[QgsProcessingParameterDefinition],
) -> list[QgsProcessingParameterDefinition]:
    """Return the parameters in the order of a dialog: layers that must be given with their fields, then all others."""
    first: list[QgsProcessingParameterDefinition] = []
    later: list[QgsProcessingParameterDefinition] = []
    layer = ""  # the required layer whose fields may follow
    for item in definitions:
        if isinstance(item, LAYERS):
            layer = "" if item.flags() & Qgis.ProcessingParameterFlag.Optional else item.name()
            is_first = bool(layer)
        else:
            is_first = bool(layer) and getattr(item, "parentLayerParameterName", str)() == layer
            layer = layer if is_first else ""
        (first if is_first else later).append(item)
    return first + later


def dialog_of(algorithm: Any, parent: Any) -> Any:
    """Return the dialog of an algorithm as the desktop makes it; None = QGIS's own."""
    return DIALOG[0](algorithm, parent) if DIALOG else None


# What every algorithm that walks takes; DEM, PROFILE_FILE and the limits are walk_values().
WALK_ROLES = (
    RoleUse("NETWORK", tables=("edges",), needs=("edge_id", "from_node", "to_node", "length_m", "kind")),
    RoleUse("HEIGHT_POINTS", "HEIGHT_POINTS", optional=True, fields=("z",)),
    RoleUse("BARRIERS", "BARRIERS", optional=True),
)
FACILITY_FIELDS = ("facility_id", "kind", "capacity", "unit", "floor_area", "status")
FACILITY_ROLES = (
    RoleUse("CAPACITIES", "CAPACITIES", optional=True, needs=("facility_id", "kind")),
    RoleUse("ENTRANCES", "ENTRANCES", optional=True, fields=("entrance_of",)),
)


def walk_values() -> list[QgsProcessingParameterDefinition]:
    """Return the walk inputs that are not layers of ours: DEM, PROFILE_FILE, SNAP_LIMIT, SNAP_MAX_CLIMB."""
    return [
        raster("DEM"),
        json_file("PROFILE_FILE"),
        advanced(number("SNAP_LIMIT", 100, 0, 5_000)),
        advanced(number("SNAP_MAX_CLIMB", 6, 0, 1_000)),
    ]


def language() -> QgsProcessingParameterDefinition:
    """Return the language of results: zh unless it is given; a dialog starts with that of QGIS."""
    made = choice("LANGUAGE", ["zh", "en"], "zh")
    made.setGuiDefaultValueOverride(interface_language())
    return made


def common(splits: bool = False) -> list[QgsProcessingParameterDefinition]:
    """Return the three that every algorithm has: INVALID, NO_CRS, LANGUAGE; CLUSTER where work splits."""
    return [
        advanced(choice("INVALID", ["repair", "skip", "stop"], "repair")),
        advanced(choice("NO_CRS", ["stop", "local_metric"], "stop")),
        advanced(language()),
        *([advanced(text("CLUSTER"))] if splits else []),
    ]
