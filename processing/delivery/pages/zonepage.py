# SPDX-License-Identifier: GPL-2.0-or-later
"""The A3 page of a zone: map, key figures, petals, legend, place in the city, the profile of its longest walk."""

from __future__ import annotations

from typing import Any

from qgis.core import QgsExpressionContextUtils, QgsRectangle

from ....core.delivery.callouts import Box, fit_words
from ....core.delivery.palette import palette, tag_name
from ....core.delivery.scales import choose_scale, frame_extent, page
from ....core.words import say
from .checks import draw_actions, draw_findings
from .figures import petal_rows, zone_figures
from .labels import petal_numbers
from .locator import column_room, draw_in_column, draw_inset, inset_box
from .naming import Named, View, draw_names
from .section import draw_section, longest_of_zone, profiles_of
from .sheet import BAR_HEIGHT, GREY, Sheet, bar_width
from .surroundings import GROUND
from .titleblock import LEFT, TOP, draw_heading, draw_title_block

FRAME = (296.0, 210.0)  # mm
COLUMN = (308.3, 104.4)  # x and width of the right column
END = 278.0  # y where the right column ends
SHOWN = (
    "own_cores",
    "station_entrances",
    "own_zones",
    "own_branches",
    "page_names",
    "veil",
    "city_cores",
    "own_actions",
    "buildings",
    "own_petals",
    "protected",
    "ring",
    "page_roads",
    *GROUND,
)  # from above
LISTED = (
    "own_zones",
    "own_cores",
    "ring",
    "own_branches",
    "own_petals",
    "own_actions",
    "buildings",
    "station_entrances",
    "protected",
    "page_roads",
    "barriers",
    "green",
    "contours",
)  # in the legend
MOST_BOXES, MOST_ROWS = 20, 19  # petals with a box on the map, rows of a block of the table
FULL, FEW_ROWS = 100.0, 8  # mm from which the table begins low, and then has fewer rows
ROW, SMALLEST_PLACE = 4.3, 24.0  # mm: of a row, of a map of the city with its heading


def draw_zone(made: Any, study: Any, zone: dict[str, Any], number: tuple[int, int, int], run: Any) -> tuple[str, Sheet]:
    """Draw the page of a zone; `number` = of the zone, of the page, of all pages. Returns its number and sheet."""
    language, name = study.language, zone_name(zone)
    stem = f"03-{number[0]:02}"
    sheet = Sheet(made.project, f"{stem} {name}", study.font, made.run)
    QgsExpressionContextUtils.setLayoutVariable(sheet.layout, "zone_id", str(zone["zone_id"]))
    told = {"zone": zone["zone_id"], "petals": zone.get("petals_n")}
    below = say("map_zone_below", language, **told)
    draw_heading(sheet, study, say("map_zone_title", language, name=name), below, stem)
    box = zone["geometry"].bounds
    scale = choose_scale(box, FRAME, page()["zone_scales"], page()["margin_share"])
    view = View((LEFT, TOP, *FRAME), frame_extent(box, FRAME, scale), scale)
    layers = [layer for layer in map(made.layer, SHOWN) if layer is not None]
    drawn = sheet.map(view.place, QgsRectangle(*view.extent), layers, made.project.crs(), scale)
    bar = bar_box(view, zone["geometry"])
    kept = [bar, north_box(view)]
    y = _column(sheet, study, zone, [layer for layer in map(made.layer, LISTED) if layer is not None], drawn)
    corner = None if column_room(END - y) else inset_box(study, view, kept, zone["geometry"])
    if corner is not None:
        draw_inset(made, sheet, study, corner, drawn)
        kept.append(corner)
    elif END - y >= SMALLEST_PLACE:
        draw_in_column(made, sheet, study, (COLUMN[0], y, COLUMN[1], END - y), drawn)
    _names(sheet, view, study, zone, kept, run)
    sheet.scale_bar(drawn, scale, bar[0] + 4, bar[1] + 1)
    sheet.north(say("map_north", language), LEFT + FRAME[0] - 12, TOP + 4)
    _section(sheet, study, zone)
    draw_title_block(sheet, study, *number[1:])
    return stem, sheet


def zone_name(zone: dict[str, Any]) -> str:
    """Return what a zone is called: its name, else its id."""
    return str(zone["name"]) if isinstance(zone.get("name"), str) else str(zone["zone_id"])


def bar_box(view: View, kept_clear: Any = None) -> Box:
    """Return the lower corner of the map for the scale bar, mm: the right one where the left would hide more of it."""
    (left, top, width, height), wide = view.place, bar_width(view.scale) + 1
    boxes = [(x, top + height - BAR_HEIGHT - 1, x + wide, top + height) for x in (left, left + width - wide)]
    if kept_clear is None:
        return boxes[0]
    return min(boxes, key=lambda box: view.on_ground(box).intersection(kept_clear).area)


def north_box(view: View) -> Box:
    """Return the corner of the map that the arrow to the north takes, mm."""
    right, top = view.place[0] + view.place[2], view.place[1]
    return right - 14, top, right, top + 20


def _names(sheet: Sheet, view: View, study: Any, zone: dict[str, Any], free: list[Box], run: Any) -> None:
    """Name the core and the petals of the zone; where there are many, the small ones by their number only."""
    import numpy as np

    language, zone_id = study.language, zone["zone_id"]
    cores, branches = study.metres("CORES"), study.metres("BRANCHES")
    kept = list(free)
    names: list[Named] = []
    for core in _of(cores, zone_id):
        spot = core["geometry"].centroid
        x, y = view.on_page(spot.x, spot.y)
        kept.append((x - 3.6, y - 3.6, x + 3.6, y + 3.6))
        called = core["name"] if isinstance(core.get("name"), str) else zone_name(zone)
        second = say("map_zone_line", language, **_told_zone(zone))
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
    lines = [row["geometry"] for row in _of(branches, zone_id)]
    rims = view.samples([petal["geometry"].boundary for petal in petals], 2.0)
    draw_names(sheet, view, names, kept, np.vstack([view.samples(lines), rims]), run)


def _project_names(study: Any, zone: dict[str, Any]) -> dict[str, str]:
    """Return the names that the projects give petals by petal_id, without the words of the work behind them.

    A name that was made up from the zone's own is none.
    """
    from ....core import envelope

    frame = study.frame("projects")
    if frame is None:
        return {}
    mine = frame[(frame["zone_id"] == zone["zone_id"]).fillna(False).astype(bool)]
    named = {str(key): str(name) for key, name in zip(mine["subject_id"], mine["name"]) if isinstance(name, str)}
    documents = [envelope.load("costs", name) for name in envelope.names("costs")] + study.documents()
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


def _told_zone(zone: dict[str, Any]) -> dict[str, str]:
    from ....core.delivery.summary import hectares, told

    return {"area": hectares(zone.get("area_m2")), "petals": told(zone.get("petals_n"))}


def _of(frame: Any, zone_id: str) -> list[dict[str, Any]]:
    """Return the rows of a zone that have an outline, in the order of their keys."""
    if frame is None or "zone_id" not in frame:
        return []
    return [row for row in _rows_of(frame, zone_id) if row["geometry"] is not None and not row["geometry"].is_empty]


def _rows_of(frame: Any, zone_id: str) -> list[dict[str, Any]]:
    mine = frame[(frame["zone_id"] == zone_id).fillna(False).astype(bool)]
    keys = [name for name in ("petal_id", "station_id", "edge_id") if name in mine]
    return list(mine.sort_values(keys, kind="stable").to_dict("records"))


def _section(sheet: Sheet, study: Any, zone: dict[str, Any]) -> None:
    """Draw the profile of the longest walk below the map, or say why there is none."""
    language, zone_id = study.language, str(zone["zone_id"])
    walk = longest_of_zone(study, zone_id)
    if walk is None or not walk.has_heights:
        sheet.text(say("section_none", language), (LEFT, 237, FRAME[0], 6), 7.5, color=GREY)
        return
    petals = study.frame("petals")
    number = petal_numbers(petals).get(f"{zone_id}/{walk.petal_id}", "") if petals is not None else ""
    tags = (
        [] if petals is None else [row["tag"] for row in _rows_of(petals, zone_id) if row["petal_id"] == walk.petal_id]
    )
    tag = str(tags[0]) if tags else ""
    color = palette()["tags"].get(tag, palette()["no_data"])["color"]
    core = next((row["name"] for row in _of(study.metres("CORES"), zone_id) if isinstance(row["name"], str)), "")
    told = {"core": core or zone_name(zone), "number": number, "tag": tag_name(tag, language)}
    titles = (say("section_title", language, **told), str(number), color)
    profiles = profiles_of(study.inputs.table("NETWORK"))
    draw_section(sheet, walk, titles, (LEFT, 236, FRAME[0]), profiles, language)


def _column(sheet: Sheet, study: Any, zone: dict[str, Any], listed: list[Any], drawn: Any) -> float:
    """Fill the right column: figures, checks, petals, legend; return where the next heading may stand."""
    language, (x, width) = study.language, COLUMN
    y = sheet.head(say("map_figures", language), x, TOP, width)
    sheet.figures(zone_figures(zone, language), (x, y, width, 33), 3)
    zone_id, y = str(zone["zone_id"]), y + 34.5
    for draw in (draw_actions, draw_findings):
        end = draw(sheet, study, zone_id, (x, y, width))
        y = end + 2 if end > y else y
    y = _petals(sheet, study, zone_id, y)
    y = sheet.head(say("map_legend", language), x, y + 3, width)
    return sheet.legend(drawn, listed, (x, y - 1, width, 0), 3 if language == "zh" else 2, [zone_id]) + 3


def _petals(sheet: Sheet, study: Any, zone_id: str, y: float) -> float:
    """Write the petals of the map with the same numbers; return where the table ends."""
    x, width = COLUMN
    y = sheet.head(say("map_petals", study.language), x, y, width)
    rows = petal_rows(study.frame("petals"), zone_id, study.language)
    head, body = rows[0], rows[1:]
    most = MOST_ROWS if y < FULL else FEW_ROWS
    more = len(body) - 2 * most
    if len(body) <= most:
        y = sheet.rows(rows, (30, 13, 20, 15, 26.4), x, y, ROW)
    else:  # two blocks with fewer columns
        half = min(-(-len(body) // 2), most)
        ends = []
        for place in (0, 1):
            part = [head, *body[place * half : (place + 1) * half]]
            short = [[row[0], row[1], row[3]] for row in part]
            ends.append(sheet.rows(short, (25, 11, 13.2), x + place * 55.2, y, ROW))
        y = max(ends)
    if more > 0:
        words = say("map_more_rows", study.language, n=more)
        sheet.text(words, (x, y + 0.3, width, 4), 7, color=GREY, align="right")
        y += 4
    return y
