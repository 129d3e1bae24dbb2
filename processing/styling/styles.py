# SPDX-License-Identifier: GPL-2.0-or-later
"""How tables look on paper: colours in resources/styles/palette.json, sizes in mm. On the canvas: `canvas.py`."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from qgis.core import Qgis, QgsVectorLayer

from ...core.gaps.grouping import USUAL, Groups
from ...core.palette import palette
from .sidestyles import SIDE_STYLES
from .symbols import Rule, crossed, dotted, fill, hatched, line, marker, mixed, outlined, ring

GAPS = ("gap", "gap_served")  # tables that have a column a kind
STEEP = 0.12  # the share of climb from which a branch counts as steep: the cap on streets (method notes §2)


def rules_of(layer: QgsVectorLayer, name: str, names: set[str], language: str, groups: Groups = USUAL) -> list[Rule]:
    """Return the classes of a table in a layer with these columns, with sizes as on paper; none without a style.

    `groups` which kinds are elders' and children's in the standard that gaps were counted by.
    """
    if name in GAPS:
        return _gap(names, language, groups)
    make = STYLES.get(name)
    if name == "barriers" and layer.geometryType() == Qgis.GeometryType.Line:
        make = _barrier_lines
    return make(names, language) if make is not None else []


def gap_rules(share: str, language: str, unknown: str = "no_data") -> list[Rule]:
    """Return the five classes of an expression that gives the share of need unmet (0–1), and the one for NULL."""
    found: list[Rule] = []
    lower = None
    for entry in palette()["gap"]:
        upper = entry["upper"]
        condition = f"({share}) <= {upper}" if lower is None else f"({share}) > {lower} AND ({share}) <= {upper}"
        found.append((entry[language], condition, fill(entry["color"], "#FFFFFF", 0.1)))
        lower = upper
    empty = palette()[unknown]
    found.append((empty[language], f"({share}) IS NULL", hatched(empty["color"], -45, empty["color"], ground=False)))
    return found


def _tagged(names: set[str], language: str) -> list[Rule]:
    """Tags in their hues; suspected ones hatched; renovated, under way or expropriated ones without emphasis."""
    done = "\"programme\" IN ('renovated', 'under_way', 'expropriated')" if "programme" in names else "FALSE"
    found: list[Rule] = []
    for tag, entry in palette()["tags"].items():
        mine = f"\"tag\" = '{tag}' AND NOT coalesce({done}, FALSE)"
        suspected = palette()["levels"]["suspected"][language]
        found.append((entry[language], f"{mine} AND \"tag_level\" = 'confirmed'", fill(entry["color"], "#FFFFFF", 0.1)))
        found.append(
            (f"{entry[language]} · {suspected}", f"{mine} AND \"tag_level\" = 'suspected'", hatched(entry["color"]))
        )
    other, renovated = palette()["other"], palette()["renovated"]
    found.append((renovated[language], f"coalesce({done}, FALSE)", fill(renovated["color"], "#CFC9BC", 0.1)))
    found.append((other[language], "ELSE", fill(other["color"], "#FFFFFF", 0.1)))
    return found


def group_rules(share: str, kinds: Iterable[str], language: str) -> list[Rule]:
    """Return the classes of a gap in the facilities of some kinds; where nobody needs them stands apart from unknown.

    `kinds` those whose {kind}_need the layer has; without any, everything without a share is unknown.
    """
    *found, (empty, _, hatch) = gap_rules(share, language)
    nobody = " AND ".join(f'coalesce("{kind}_need", -1) = 0' for kind in kinds)
    missing, unneeded = f"({share}) IS NULL", palette()["no_need"]
    if nobody:
        symbol = fill(unneeded["color"], "#D9D5CB", 0.1)
        found.append((unneeded[language], f"{missing} AND {nobody}", symbol))
    return [*found, (empty, f"{missing} AND NOT ({nobody})" if nobody else missing, hatch)]


def _gap(names: set[str], language: str, groups: Groups = USUAL) -> list[Rule]:
    """Elders first; a study of children or of one kind shows that one."""
    kinds = sorted(name.removesuffix("_share") for name in names if name.endswith("_share"))
    elder, child = ([kind for kind in kinds if kind in groups[name]] for name in ("elder", "child"))
    share = '"elder_gap"' if elder or not kinds else '"child_gap"' if child else f'1 - "{kinds[0]}_share"'
    counted = [kind for kind in elder or child or kinds[:1] if f"{kind}_need" in names]
    return group_rules(share, counted, language)


def _gap_summary(names: set[str], language: str) -> list[Rule]:
    return gap_rules('"gap" / nullif("need", 0)', language, "no_need")


def _changes(names: set[str], language: str) -> list[Rule]:
    """What a scenario changes: better and worse differ in lightness too, so that print and all eyes tell them apart."""
    found: list[Rule] = []
    for word, entry in palette()["changes"].items():
        symbol = fill(entry["color"], "#FFFFFF", 0.1)
        if word == "unknown":
            symbol = hatched(entry["color"], -45, entry["color"], ground=False)
        elif word == "worse":
            symbol = crossed(entry["color"], entry["color"])
        found.append((entry[language], f"\"change\" = '{word}'", symbol))
    return found


def _zones(names: set[str], language: str) -> list[Rule]:
    zone = palette()["zone"]
    return [(zone[language], "", outlined(zone["color"], 0.9, (4.8, 1.1, 0.8, 1.1), 1.7))]


def _petals(names: set[str], language: str) -> list[Rule]:
    head = palette()["petal"][language]
    found = [
        (f"{head}{entry[language]}", f"\"tag\" = '{tag}'", fill(mixed(entry["color"], 0.62), entry["color"], 0.5, 0.75))
        for tag, entry in palette()["tags"].items()
    ]
    other = palette()["other"]
    return [*found, (f"{head}{other[language]}", "ELSE", fill(other["color"], "#8F958C", 0.5, 0.75))]


def _branches(names: set[str], language: str) -> list[Rule]:
    steep = f'"kind" = \'stairs\' OR "climb_m" > {STEEP} * "length_m"'
    plain, stairs = palette()["branch"], palette()["branch_stairs"]
    return [
        (plain[language], "ELSE", line(plain["color"], 1.2, casing=2.1)),
        (stairs[language], steep, line(stairs["color"], 2.0, (0.5, 0.5))),
    ]


def _cores(names: set[str], language: str) -> list[Rule]:
    core = palette()["core"]
    return [(core[language], "", ring(core["color"], 6.3, 1.0))]


def _facility_load(names: set[str], language: str) -> list[Rule]:
    """Squares; a facility without any free capacity gets a thick rim."""
    return load_rules("", language)


def load_rules(prefix: str, language: str, size: float = 3.0) -> list[Rule]:
    """Return full facilities and the others as white squares; `prefix` stands before the columns of the load."""
    plain, full = palette()["facility"], palette()["overloaded"]
    is_full = f'"{prefix}free" <= 0 AND "{prefix}served" > 0'
    return [
        (full[language], is_full, marker("square", "#FFFFFF", size, full["color"], 0.6)),
        (plain[language], "ELSE", marker("square", "#FFFFFF", size, plain["color"], 0.35)),
    ]


def _people(names: set[str], language: str) -> list[Rule]:
    found: list[Rule] = []
    lower = None
    for entry in palette()["people"]:
        condition = f'"pop" <= {entry["upper"]}' + ("" if lower is None else f' AND "pop" > {lower}')
        found.append((entry[language], condition, fill(entry["color"], "#FFFFFF", 0.1)))
        lower = entry["upper"]
    empty = palette()["no_data"]
    return [*found, (empty[language], "ELSE", hatched(empty["color"], -45, empty["color"], ground=False))]


def _one(entry: str, symbol: Callable[[str], Any]) -> Callable[[set[str], str], list[Rule]]:
    return lambda names, language: [(palette()[entry][language], "", symbol(palette()[entry]["color"]))]


def _buildings(names: set[str], language: str) -> list[Rule]:
    entry = palette()["base"]["building"]
    return [(entry[language], "", fill(entry["color"], "#8F958C", 0.1))]


def _actions(names: set[str], language: str) -> list[Rule]:
    """What is torn down gets a cross hatch, what is added dots, so that a photocopy still tells them apart."""
    found: list[Rule] = []
    for action, entry in palette()["actions"].items():
        symbol = fill(entry["color"], entry["outline"], 0.2)
        if action == "拆":
            symbol = crossed(entry["color"], entry["outline"])
        elif action == "增":
            symbol = dotted(entry["color"], entry["outline"])
        found.append((entry[language], f"\"action\" = '{action}'", symbol))
    return found


WATER, RAIL = "河|江|溪|水|湖|river|stream|water|canal", "铁路|轨道|rail"  # kinds of barriers, as core/gaps/radius.py


def barrier_is(words: str) -> str:
    """Return the condition that the kind of a barrier has one of these words."""
    return f"regexp_match(lower(coalesce(\"kind\", '')), '{words}') > 0"


def _barriers(names: set[str], language: str) -> list[Rule]:
    base = palette()["base"]
    if "kind" not in names:
        return [(base["barrier"][language], "", fill(base["barrier"]["color"]))]
    return [
        (base["water"][language], barrier_is(WATER), fill(base["water"]["color"], base["shore"]["color"], 0.2)),
        (base["railway"][language], barrier_is(RAIL), crossed("#E4E4E2", base["railway"]["color"], "#6B7075")),
        (base["barrier"][language], "ELSE", fill(base["barrier"]["color"])),
    ]


def _barrier_lines(names: set[str], language: str) -> list[Rule]:
    base = palette()["base"]
    if "kind" not in names:
        return [(base["barrier"][language], "", line(base["barrier"]["color"], 0.4))]
    return [
        (base["water"][language], barrier_is(WATER), line(base["shore"]["color"], 0.9)),
        (base["railway"][language], barrier_is(RAIL), line(base["railway"]["color"], 0.5, (2.4, 1.2), casing=1.1)),
        (base["barrier"][language], "ELSE", line(base["barrier"]["color"], 0.4)),
    ]


def _contours(names: set[str], language: str) -> list[Rule]:
    base = palette()["base"]
    return [
        (base["contour_index"][language], '"is_index" = 1', line(base["contour_index"]["color"], 0.25)),
        (base["contour"][language], "ELSE", line(base["contour"]["color"], 0.12)),
    ]


def _land_use(names: set[str], language: str) -> list[Rule]:
    """National classes in the tints of resources/landuse/national.json."""
    from ...core.inputs.landclasses import national

    found: list[Rule] = []
    for entry in national()["classes"].values():
        label = f"{entry['code']} {entry[language]}"
        found.append((label, f"\"code\" = '{entry['code']}'", fill(entry["color"], "#B9BEC2", 0.1)))
    empty = palette()["base"]["land_unknown"]
    return [*found, (empty[language], "ELSE", hatched(empty["color"], -45, empty["color"], ground=False))]


def _base(entry: str, symbol: Callable[[str], Any]) -> Callable[[set[str], str], list[Rule]]:
    look = palette()["base"][entry]
    return lambda names, language: [(look[language], "", symbol(look["color"]))]


STYLES: dict[str, Callable[[set[str], str], list[Rule]]] = {
    "tagged": _tagged,
    "gap": _gap,
    "gap_served": _gap,
    "scenario_change": _changes,
    "gap_summary": _gap_summary,
    "zones": _zones,
    "petals": _petals,
    "branches": _branches,
    "cores": _cores,
    "facility_load": _facility_load,
    "parcel_people": _people,
    "building_people": _people,
    "buildings": _buildings,
    "actions": _actions,
    "given": _one("given", lambda color: outlined(color, 0.6, (1.9, 1.1))),
    "locked_in": _one("locked_in", lambda color: hatched(color, 45, color, ground=False)),
    "locked_out": _one("locked_out", lambda color: hatched(color, -45, color, ground=False)),
    "links": _one("link", lambda color: line(color, 0.9, (1.9, 1.1), casing=1.5)),
    "projects": _one("project", lambda color: outlined(color, 0.4)),
    "facilities": _one("facility", lambda color: marker("square", "#FFFFFF", 2.4, color, 0.35)),
    "corners": _one("corner", lambda color: marker("circle", "#FFFFFF", 1.2, color, 0.2)),
    "nodes": _one("branch", lambda color: marker("circle", color, 1.0)),
    "contours": _contours,
    "land_use_map": _land_use,
    "barriers": _barriers,
    "green": _base("green", fill),
    "protected": _base("protected", lambda color: outlined(color, 0.5, (0.6, 0.9))),
    "station_entrances": _base("entrance", lambda color: marker("square", color, 3.2, "#FFFFFF", 0.2)),
    "issues": _one("issue", lambda color: marker("diamond", color, 3.0)),
    **SIDE_STYLES,
}
