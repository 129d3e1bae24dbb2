# SPDX-License-Identifier: GPL-2.0-or-later
"""What an algorithm gives back to the boundary: tables for sinks, numbers, rules, files."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..core import schema
from ..core.errors import RenewalError
from .output.sidefiles import Writer


@dataclass(frozen=True)
class Output:
    """One table that goes to a sink. `like` names the layer parameter whose geometry (by key) the rows keep."""

    frame: Any
    table: schema.Table
    carry: str = ""  # layer parameter whose own fields come along
    like: str = ""  # layer parameter whose original geometry the rows have
    hidden: tuple[str, ...] = ()  # columns that are written but folded away in the attribute table
    carried: Any = None  # the own columns (encoding.Carried) of a layer that plays no role
    wkb_type: Any = None  # the geometry type of a table with any geometry


@dataclass
class Results:
    """What compute() gives back: tables by sink, values by output name, rules used, a refusal for STRICT, files."""

    tables: dict[str, Output] = field(default_factory=dict)
    values: dict[str, Any] = field(default_factory=dict)
    documents: list[dict[str, Any]] = field(default_factory=list)
    refusal: RenewalError | None = None
    files: dict[str, tuple[Path, Writer]] = field(default_factory=dict)  # output name → place, text or writer
