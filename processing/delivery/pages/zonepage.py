# SPDX-License-Identifier: GPL-2.0-or-later
"""The sheet of a zone: map, key figures, petals, legend, place in the city, the profile of its longest walk."""

from __future__ import annotations

import math
from typing import Any

from qgis.core import QgsRectangle

from ....core import frames
from ....core.delivery.callouts import Box, fit_words
from ....core.delivery.paper import Place
from ....core.delivery.scales import frame_extent
from ....core.palette import palette, tag_name
from ....core.words import say
from .checks import draw_actions, draw_findings
from .corners import bar_box, core_boxes, entrance_boxes, north_box
from .figures import petal_rows, print_hectares, with_known_floor, zone_figures
from .labels import petal_numbers
from .leaf import Leaf, begin_sheet, draw_columns, end_sheet, ground_of, layers_of, page_form
from .locator import LEAST_HIGH, column_room, draw_in_column, draw_inset, inset_box
from .naming import Named, View, draw_names, spots_of
from .section import draw_section, longest_of_zone, profiles_of
from .sheet import GREY, Sheet

SHOWN = (
    "own_cores",
    "page_station_entrances",
    "own_zones",
    "own_branches",
    "page_names",
    "veil",
    "city_cores",
    "own_actions",
    "page_buildings",
    "own_petals",
    "page_protected",
    "ring",
    "page_roads",
)  # from above, and below them the ground
LISTED = (
    "own_zones",
    "own_cores",
    "ring",
    "own_branches",
    "own_petals",
    "own_actions",
    "page_buildings",
    "page_station_entrances",
    "page_protected",
    "page_roads",
    "page_barriers",
    "page_green",
    "page_contours",
)  # in the legend
MOST_BOXES = 20  # petals with a box on the map
ROW, HEAD, BETWEEN = 4.3, 8.4, 3.0  # mm of a row, of a heading, between table and legend
HALF = 55.2 / 104.4  # of the width of a table in two blocks: from one to the other
FIGURES = 33.0  # mm of the key figures


def draw_zone(made: Any, study: Any, leaf: Leaf, run: Any) -> Sheet:
    """Draw a page of a zone's sheet."""
    zone, language = leaf.zones[0], study.language
    told = {"zone": zone["zone_id"], "petals": zone.get("petals_n")}
    title = say("map_zone_title", language, name=zone_name(zone))
    sheet = begin_sheet(made, study, leaf, title, say("map_zone_below", language, **told), zone_name(zone))
    _ZonePage(made, study, leaf, sheet).draw(run)
    return end_sheet(sheet, study, leaf)


class _ZonePage:
    """A page of a zone's sheet while it is drawn; `kept` are boxes of its map that no name may cover, mm."""

    def __init__(self, made: Any, study: Any, leaf: Leaf, sheet: Sheet) -> None:
        self.made, self.study, self.sheet, self.zone = made, study, sheet, leaf.zones[0]
        self.zone_id = str(self.zone["zone_id"])
        box = self.zone["geometry"].bounds
        self.form, scale = page_form(study, "zone", leaf, box)
        places = [View(place, frame_extent(box, place[2:], scale), scale) for place in self.form.maps]
        self.view = places[0] if places else None
        self.kept: list[Box] = []
        self.legend: tuple[Any, float] | None = None

    def draw(self, run: Any) -> None:
        """Draw map, columns and profile, as far as the page has them."""
        view, sheet = self.view, self.sheet
        if view is not None:
            shown = layers_of(self.made, *SHOWN, *ground_of(self.study))
            drawn = sheet.map(view.place, QgsRectangle(*view.extent), shown, self.made.project.crs(), view.scale)
            bar = bar_box(view, self.zone["geometry"])
            self.kept += [bar, north_box(view)]
            self._make_legend(drawn)
        draw_columns(self.form, {
            "figures": self._figures, "actions": self._actions, "findings": self._findings, "petals": self._petals,
            "legend": self._legend, "location": self._location,
        })  # fmt: skip
        if view is not None:
            _names(sheet, view, self.study, self.zone, self.kept, run)
            sheet.scale_bar(drawn, view.scale, bar)
            sheet.north_of(view.place, self.study.language)
        if "profile" in self.form.places:
            _section(sheet, self.study, self.zone, self.form.places["profile"])

    def _make_legend(self, drawn: Any) -> None:
        """Make the legend before its place is known: the petals above it take what it leaves."""
        if "legend" not in self.form.sections:
            return
        width = next(column.at[2] for column in self.form.columns if "legend" in column.sections)
        listed = layers_of(self.made, *ground_of(self.study, names=LISTED))
        columns = self.form.legend[self.study.language]
        self.legend = self.sheet.make_legend(drawn, listed, width, columns, [self.zone_id])

    def _figures(self, place: Place) -> float:
        x, y, width, _ = place
        y = self.sheet.head(say("map_figures", self.study.language), x, y, width)
        areas = _hectares(self.study, self.zone)
        unknown = self.study.unknown_floors
        zone = with_known_floor(self.zone, self.study.frame("actions")) if self.zone_id in unknown else self.zone
        figures = zone_figures(zone, areas, self.study.language, unknown)
        self.sheet.figures(figures, (x, y, width, FIGURES), 3)
        return y + FIGURES

    def _actions(self, place: Place) -> float:
        return draw_actions(self.sheet, self.study, self.zone_id, place[:3])

    def _findings(self, place: Place) -> float:
        return draw_findings(self.sheet, self.study, self.zone_id, place[:3])

    def _petals(self, place: Place) -> float:
        below = self.legend[1] + HEAD + BETWEEN if self.legend is not None else 0.0
        return _petal_table(self.sheet, self.study, self.zone_id, place, below)

    def _legend(self, place: Place) -> float:
        x, y, width, _ = place
        if self.legend is None:
            return y
        y = self.sheet.head(say("map_legend", self.study.language), x, y, width) - 1
        self.sheet.put_legend(self.legend[0], (x, y), self.legend[1])
        return y + self.legend[1]

    def _location(self, place: Place) -> float:
        """Show the city in the column where there is room, else in a free corner of the map."""
        corner = None
        if self.view is not None and not column_room(place[3]):
            corner = inset_box(self.study, self.view, self.kept, self.zone["geometry"])
        if corner is not None:
            draw_inset(self.made, self.sheet, self.study, corner, self.sheet.last_map)
            self.kept.append(corner)
        elif place[3] >= LEAST_HIGH:
            draw_in_column(self.made, self.sheet, self.study, place, self.sheet.last_map)
        return place[1]


def zone_name(zone: dict[str, Any]) -> str:
    """Return what a zone is called: its name, else its id."""
    return str(zone["name"]) if isinstance(zone.get("name"), str) else str(zone["zone_id"])


def _names(sheet: Sheet, view: View, study: Any, zone: dict[str, Any], free: list[Box], run: Any) -> None:
    """Name the core and the petals of the zone; where there are many, the small ones by their number only."""
    import numpy as np

    language, zone_id = study.language, zone["zone_id"]
    cores, branches = study.metres("CORES"), study.metres("BRANCHES")
    kept = list(free)
    kept += core_boxes(study, view) + entrance_boxes(study, view)
    names: list[Named] = []
    more: list[Named] = []  # further parts of petals after all boxes: these choose their places first
    for core in _of(cores, zone_id):
        spot = core["geometry"].centroid
        called = core["name"] if isinstance(core.get("name"), str) else zone_name(zone)
        second = say("map_zone_line", language, **_told_zone(study, zone))
        first = say("map_core_name", language, name=called)
        names.append(Named(spot.x, spot.y, "", first, second, palette()["core"]["color"], True))
    numbers = petal_numbers(study.frame("petals")) if study.frame("petals") is not None else {}
    petals = _of(study.metres("PETALS"), zone_id)
    largest = sorted(petals, key=lambda petal: (-petal["area_m2"], petal["petal_id"]))[:MOST_BOXES]
    boxed = {petal["petal_id"] for petal in largest}
    called = _project_names(study, zone)
    for petal in petals:
        number = numbers[f"{zone_id}/{petal['petal_id']}"]
        name = called.get(str(petal["petal_id"]), "")
        names.append(_named_petal(petal, number, petal["petal_id"] in boxed, language, name))
        further = spots_of(view, petal["geometry"])[1:]
        more += [Named(spot.x, spot.y, str(number), "", "", names[-1].color) for spot in further]
    lines = [row["geometry"] for row in _of(branches, zone_id)]
    rims = view.samples([petal["geometry"].boundary for petal in petals], 2.0)
    draw_names(sheet, view, [*names, *more], kept, np.vstack([view.samples(lines), rims]), run)


def _project_names(study: Any, zone: dict[str, Any]) -> dict[str, str]:
    """Return the names that the projects give petals by petal_id, without the words of the work behind them.

    A name that was made up from the zone's own is none.
    """
    from ....core import envelope

    frame = study.frame("projects")
    if frame is None:
        return {}
    mine = frames.rows_with(frame, "zone_id", zone["zone_id"])
    named = {str(key): str(name) for key, name in zip(mine["subject_id"], mine["name"]) if isinstance(name, str)}
    documents = [envelope.load("costs", name) for name in envelope.names("costs")] + study.documents
    kinds = [kind for item in documents if "/costs/" in item["schema"] for kind in item["types"]]
    works = sorted({str(work) for kind in kinds for work in kind["work"].values()}, key=len, reverse=True)
    found = {}
    for key, name in named.items():
        work = next((work for work in works if name.endswith(work)), "")
        if not name.startswith(zone_name(zone)):
            found[key] = name.removesuffix(work).strip()
    return found


def _named_petal(petal: dict[str, Any], number: int, is_boxed: bool, language: str, name: str = "") -> Named:
    from ....core.delivery.summary import hectares, told

    spot = petal["geometry"].point_on_surface()
    entry = palette()["tags"].get(petal["tag"], palette()["no_data"])
    second = say("map_petal_line", language, area=hectares(petal["area_m2"]), minutes=told(petal["walk_s"] / 60, 1))
    first = fit_words(name or tag_name(petal["tag"], language), 9.5, 34) if is_boxed else ""
    return Named(spot.x, spot.y, str(number), first, second, entry["color"])


def _told_zone(study: Any, zone: dict[str, Any]) -> dict[str, str]:
    from ....core.delivery.summary import told

    return {"area": _hectares(study, zone), "petals": told(zone.get("petals_n"))}


def _hectares(study: Any, zone: dict[str, Any]) -> str:
    return print_hectares(study.frame("zones"))[str(zone["zone_id"])]


def _of(frame: Any, zone_id: str) -> list[dict[str, Any]]:
    """Return the rows of a zone that have an outline, in the order of their keys."""
    if frame is None or "zone_id" not in frame:
        return []
    return [row for row in _rows_of(frame, zone_id) if row["geometry"] is not None and not row["geometry"].is_empty]


def _rows_of(frame: Any, zone_id: str) -> list[dict[str, Any]]:
    mine = frames.rows_with(frame, "zone_id", zone_id)
    keys = [name for name in ("petal_id", "station_id", "edge_id") if name in mine]
    return list(mine.sort_values(keys, kind="stable").to_dict("records"))


def _section(sheet: Sheet, study: Any, zone: dict[str, Any], place: Place) -> None:
    """Draw the profile of the longest walk, or say why there is none."""
    language, zone_id = study.language, str(zone["zone_id"])
    walk = longest_of_zone(study, zone_id)
    if walk is None or not walk.has_heights:
        sheet.text(say("section_none", language), (place[0], place[1] + 1, place[2], 6), 7.5, color=GREY)
        return
    petals = study.frame("petals")
    number = petal_numbers(petals).get(f"{zone_id}/{walk.petal_id}", "") if petals is not None else ""
    tags = (
        [] if petals is None else [row["tag"] for row in _rows_of(petals, zone_id) if row["petal_id"] == walk.petal_id]
    )
    tag = str(tags[0]) if tags else ""
    color = palette()["tags"].get(tag, palette()["no_data"])["color"]
    core = next((row["name"] for row in _of(study.metres("CORES"), zone_id) if isinstance(row["name"], str)), "")
    called = _project_names(study, zone).get(str(walk.petal_id), "") or tag_name(tag, language)
    told = {"core": core or zone_name(zone), "number": number, "tag": called}
    titles = (say("section_title", language, **told), str(number), color)
    draw_section(sheet, walk, titles, place[:3], profiles_of(study.inputs.table("NETWORK")), language)


def _petal_table(sheet: Sheet, study: Any, zone_id: str, place: Place, below: float) -> float:
    """Write the petals of the map with the same numbers, as many as leave `below` mm; return where the table ends."""
    x, y, width, room = place
    bottom = y + room
    y = sheet.head(study.walked(say("map_petals", study.language)), x, y, width)
    rows = petal_rows(study.frame("petals"), zone_id, study.language)
    head, body = rows[0], rows[1:]
    most = max(1, math.floor((bottom - y - below) / ROW) - 1)
    share = width / 104.4
    if len(body) <= most:
        widths = [part * share for part in (30, 13, 20, 15, 26.4)]
        return sheet.rows(rows, widths, x, y, ROW)
    is_cut = len(body) > 2 * most  # two blocks with fewer columns, and a line that says how many rows are missing
    most = max(1, most - 1) if is_cut else most
    half = min(-(-len(body) // 2), most)
    ends = []
    for block in (0, 1):
        part = [head, *body[block * half : (block + 1) * half]]
        short = [[row[0], row[1], row[3]] for row in part]
        widths = [size * share for size in (25, 11, 13.2)]
        ends.append(sheet.rows(short, widths, x + block * HALF * width, y, ROW))
    y = max(ends)
    if is_cut:
        words = say("map_more_rows", study.language, n=len(body) - 2 * most)
        sheet.text(words, (x, y + 0.3, width, 4), 7, color=GREY, align="right")
        y += 4
    return y
