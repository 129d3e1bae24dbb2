# SPDX-License-Identifier: GPL-2.0-or-later
"""Messages as the person at the dialog reads them: layers by their own names, parameters by their labels."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...core.words import say
from ..texts import help_of

LAYERS = ("layer", "target")  # values of messages that name a layer: in core it goes by the name of its parameter
PARAMETERS = ("parameter", "first", "second")
GEOMETRIES = {
    "polygon": {"zh": "面", "en": "polygons"},
    "line": {"zh": "线", "en": "lines"},
    "point": {"zh": "点", "en": "points"},
    "place": {"zh": "点或面", "en": "points or polygons"},
    "none": {"zh": "没有图形的表", "en": "rows without geometry"},
    "any": {"zh": "任意", "en": "any geometry"},
    "unknown": {"zh": "图形不明的图层", "en": "geometry that is not known"},
}


class Speaker:
    """Says the messages of one algorithm in one language.

    `names` are the layers that were given, by parameter; `fields` for each of them the field parameters by the column
    that they name: `kind` is one thing of stations and another of facilities.
    """

    def __init__(
        self,
        algorithm: str,
        language: str,
        names: Mapping[str, str] | None = None,
        fields: Mapping[str, Mapping[str, str]] | None = None,
    ) -> None:
        self._algorithm, self._language = algorithm, language
        self._names, self._fields = dict(names or {}), dict(fields or {})

    def say(self, code: str, values: Mapping[str, Any], layer: str = "") -> str:
        """Return the sentence of a message; `layer`: the one it is about, where its values do not tell."""
        shown = {key: self._shown(key, value) for key, value in values.items()}
        if isinstance(column := values.get("column"), str):
            shown["column"] = self._column(column, str(values.get("layer") or layer))
        return say(code, self._language, **shown)

    def layer(self, parameter: str) -> str:
        """Return what a layer is called in the log: its role and, when it was given, its own name."""
        label, name = self._label(parameter), self._names.get(parameter, "")
        if not name or name == label:
            return label
        return f"{label}“{name}”" if self._language == "zh" else f"{label} “{name}”"

    def _shown(self, key: str, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        if key in LAYERS:
            return self._names.get(value) or self._label(value)
        if key in PARAMETERS:
            label = self._label(value)
            return value if label == value else f"{label} {value}"
        return GEOMETRIES.get(value, {}).get(self._language, value) if key in ("wanted", "found") else value

    def _column(self, column: str, layer: str) -> str:
        """Return what a column of a layer, given by its parameter or its name, is called; itself when nobody says."""
        about = [name for name in self._fields if layer in (name, name.split("#")[0], self._names.get(name))]
        found = {self._fields[name][column] for name in about or self._fields if column in self._fields[name]}
        if len(found) != 1:  # layers of one name may mean two things by it
            return column
        return self._label(found.pop()).removesuffix("字段" if self._language == "zh" else " field")

    def _label(self, parameter: str) -> str:
        parameter = parameter.split("#", maxsplit=1)[0]  # of a list of layers each has its number
        try:
            texts = help_of(self._algorithm)
        except OSError:  # an algorithm of somebody else's, on our base
            return parameter
        for part in ("parameters", "outputs"):
            label = texts[part].get(parameter, {}).get("label")
            if label:
                return str(label[self._language])
        return parameter
