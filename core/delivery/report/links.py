# SPDX-License-Identifier: GPL-2.0-or-later
"""Ways through a delivery: from a finding to its zone, the sheets that show it, the table that lists it, and back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

import pandas as pd

from ... import schema
from ...words import LANGUAGES, say
from .htmltable import Markup

PLAIN = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-~/"
BOOKS = {  # section → workbooks: a sentence that is the file's name, or a table of the dictionary
    "report_checks": ("sheet_findings",),
    "report_found": ("sheet_opportunities", "ledger_title"),
    "report_gaps": ("sheet_gaps",),
    "report_zones": ("sheet_zones", "corners", "land_use"),
    "report_projects": ("sheet_projects",),
}
OWN_SHEETS = ("03", "04", "05", "06")  # chapters of the atlas that show one zone or a few
OF_ONE = {"03": "map_zone_title", "06": "map_projects_title"}  # chapters with a sheet for each zone: its title


@dataclass(frozen=True)
class Links:
    """Where things stand, in one language: `names` of zones, `zone_of` a building, `maps` {sheet: zones on it}."""

    language: str
    names: Mapping[str, str]
    zone_of: Mapping[str, str]
    maps: Mapping[str, Sequence[str]]
    books: Sequence[str]

    @classmethod
    def of(
        cls, language: str, tables: Mapping[str, pd.DataFrame], maps: Mapping[str, Sequence[str]], books: Sequence[str]
    ) -> Links:
        """Return the links of a delivery that holds these tables, sheets and workbooks."""
        rows = tables["zones"].sort_values("zone_id").to_dict("records")
        names = {str(row["zone_id"]): row["name"] if _is_text(row.get("name")) else str(row["zone_id"]) for row in rows}
        actions = tables.get("actions")
        zone_of = {} if actions is None else dict(zip(actions["building_id"].astype(str), actions["zone_id"]))
        return cls(language, names, {key: zone for key, zone in zone_of.items() if zone in names}, maps, books)

    def anchor(self, zone: str) -> str:
        """Return the id of a zone's row; ids of zones may hold anything, so that they are numbered."""
        return zone_anchor(self.language, list(self.names).index(zone) + 1)

    def row(self, number: int) -> str:
        """Return the id of a row of the findings."""
        return f"{self.language}-f{number}"

    def subject(self, subject: str) -> Markup:
        """Return who a finding is about, with a link to the zone: a zone by name, a building with its zone."""
        if subject in self.names:
            return Markup(f'<a href="#{self.anchor(subject)}">{escape(self.names[subject])}</a>')
        zone = self.zone_of.get(subject)
        return Markup(escape(subject) + (f" ({self.subject(zone)})" if zone is not None else ""))

    def sheets_of(self, zone: str) -> Markup:
        """Return links to the sheets that show a zone, by their numbers."""
        shown = [path for path, zones in self.maps.items() if zone in zones and _number(path)[:2] in OWN_SHEETS]
        links = "".join(f'<a href="{href(path)}">{escape(_number(path))}</a> ' for path in shown)
        return Markup(f'<span class="here">{links}</span>' if shown else "")

    def title_of(self, path: str) -> str:
        """Return number and title of a sheet; of one zone's as it stands on it: two chapters have a sheet a zone."""
        number, zones = _number(path), self.maps[path]
        code = OF_ONE.get(number[:2])
        if code is None or len(zones) != 1 or zones[0] not in self.names:
            return sheet_title(path)
        title = say(code, self.language, name=self.names[zones[0]])
        is_continued = number.endswith("-2")
        return f"{number}　{say('map_continued', self.language, title=title) if is_continued else title}"

    def zones_on(self, path: str) -> Markup:
        """Return links back from a sheet to the zones that it shows; none from those that show them all."""
        zones = self.maps[path] if _number(path)[:2] in OWN_SHEETS else ()
        return Markup(" ".join(self.subject(zone) for zone in zones if zone in self.names))

    def tables_of(self, section: str) -> Markup:
        """Return a line with links to the workbooks that hold a section's rows; empty without one."""
        files = [file_link(path) for code in BOOKS.get(section, ()) for path in self._book(code)]
        told = escape(say("report_sheets", self.language))
        return Markup(f'<p class="here">{told} {" ".join(files)}</p>' if files else "")

    def _book(self, code: str) -> list[str]:
        if code in schema.table_names():
            table = schema.table(code)
            names = {table.zh, table.en}
        else:
            names = {say(code, language) for language in LANGUAGES}
        return [path for path in self.books if _stem(path) in names]


def zone_anchor(language: str, number: int) -> str:
    """Return the id of a zone's row in the report; zones are numbered from 1 in the order of their ids."""
    return f"{language}-z{number}"


def file_link(path: str) -> str:
    """Return a link to a file of the delivery, by its name without suffix."""
    return f'<a href="{href(path)}">{escape(_stem(path))}</a>'


def href(path: str) -> str:
    """Return a relative path as a link: what is neither a letter, a digit nor one of _.-~/ is escaped (RFC 3986)."""
    return "".join(chr(byte) if byte in PLAIN else f"%{byte:02X}" for byte in path.encode("utf-8"))


def sheet_title(path: str) -> str:
    """Return number and name of a sheet of the atlas, from the name of its file."""
    name = _stem(path).partition("_")[2]
    return f"{_number(path)}　{name.replace('_', ' ')}".strip()


def _stem(path: str) -> str:
    return path.rpartition("/")[2].rpartition(".")[0]


def _number(path: str) -> str:
    """Return the number that is printed on a sheet: the second page of 03-01 has 03-01-2."""
    number, _, name = _stem(path).partition("_")
    is_continued = any(name.endswith("_" + say("map_file_continued", language)) for language in LANGUAGES)
    return f"{number}-2" if is_continued else number


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and value != ""
