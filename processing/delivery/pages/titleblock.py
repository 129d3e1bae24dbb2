# SPDX-License-Identifier: GPL-2.0-or-later
"""Frame, heading and title block (图签) of a printed page: who, in which system, from what, by which rules."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ....core.delivery.callouts import fit_words, text_width_mm, wrap_words
from ....core.delivery.rulebook import name_rule
from ....core.inputs.aliases import roles
from ....core.words import join_words, say
from .sheet import GREY, HAIR, INK, Sheet

KINDS = ("ruleset", "standard", "zone-rules", "profiles", "costs", "mapping")  # what decides most comes first
EDGE, INNER = 3.2, 4.8  # mm from the edge of the paper to the outer and the inner line of the frame
LABEL = 4.8  # mm of the words above the number of the sheet
LINE = 0.3528 * 1.25  # mm of a line for each point of its letters
WORDS, SMALLER, SMALLEST = 7.0, 6.0, 5.5  # points of the words of the title block, and of those that would not fit


def draw_heading(sheet: Sheet, study: Any, title: str, below: str, number: str) -> None:
    """Draw the double frame, the title and the number of the sheet; the mark of a sample is never cut."""
    (wide, high), look = sheet.paper.size, sheet.paper.heading
    points = look["points"]
    sheet.box((EDGE, EDGE, wide - 2 * EDGE, high - 2 * EDGE), width=0.2)
    sheet.box((INNER, INNER, wide - 2 * INNER, high - 2 * INNER), width=0.6)
    sheet.box(tuple(look["bar"]), sheet.accent, "")
    sheet.title(title, tuple(look["title"]), points["title"])
    x, y, width, height = look["below"]
    told_secrecy = say("secrecy_line", study.language, text=study.secrecy) if study.secrecy else ""
    if study.secrecy:
        width = min(width, look["secrecy"][0] + look["secrecy"][2] - x - text_width_mm(told_secrecy, 8) * 1.1 - 3)
    mark = f"　{study.mark}" if study.mark else ""
    told = fit_words(below, 7.5, width - text_width_mm(mark, 7.5))
    sheet.text(f"{told}{mark}".strip("　"), (x, y, width, height), 7.5, color=GREY)
    x, y, width, height = look["study"]
    room = look["secrecy"][1] - y - 0.4 if study.secrecy else height
    lines = max(1, round(room / (points["study"] * LINE)))
    sheet.paragraph(study.title, (x, y, width, room), points["study"], lines, align="right")
    if study.secrecy:
        sheet.text(told_secrecy, tuple(look["secrecy"]), 8, bold=True, align="right", color=sheet.accent)
    x, y, width, height = look["number"]
    sheet.box((x, y, width, height))
    sheet.rule(x, y + LABEL, width, INK)
    sheet.text(say("map_number", study.language), (x, y, width, LABEL), 6.5, align="center", color=GREY)
    sheet.text(number, (x, y + LABEL, width, height - LABEL), points["number"], bold=True, align="center")
    if "html" in study.formats:
        sheet.text(say("map_report", study.language), sheet.paper.report_box, 6, align="right", color=GREY)


def draw_title_block(sheet: Sheet, study: Any, number: int, of: int) -> None:
    """Draw the strip below; names that nobody gave stay blank, words that are too long are cut."""
    language, strip = study.language, sheet.paper.strip
    left, y, lines = sheet.paper.left, strip["y"], strip["lines"]
    sheet.rule(left, y, sheet.paper.right - left, INK)
    page = say("map_page_of", language, number=number, of=of)
    parts = (
        ("map_author", study.author),
        ("map_people", "　　　／　　　／"),
        ("map_crs", study.crs_told()),
        ("map_sources", tell_sources(study)),
        ("map_rules", tell_rules(study.rules, language)),
        ("map_date", ("\n" if lines > 2 else "　").join((study.checksum, f"{study.started:%Y-%m-%d}", page))),
    )
    x = left
    for column, ((code, words), width) in enumerate(zip(parts, strip["widths"])):
        sheet.text(say(code, language), (x + 1.5, y + 0.5, width - 3, 3.6), 6, color=GREY)
        box = (x + 1.5, y + 4, width - 3, strip["height"] - 4.2)
        points, rows = next(
            (look for look in ((WORDS, lines), (SMALLER, lines)) if not wrap_words(words, look[0], width - 3, look[1])
             .endswith("…")), (SMALLEST, lines + 1))  # fmt: skip
        if "\n" in words:
            sheet.text(words, box, points)
        else:
            sheet.paragraph(words, box, points, rows)
        if column:
            sheet.box((x - 0.05, y, 0.1, strip["height"]), HAIR, "")
        x += width


def tell_sources(study: Any) -> str:
    """Return what the results were made from, by the names of the roles; tables of our own are not named again."""
    produced = {output["table"] for record in study.runs for output in record["outputs"] if output.get("table")}
    known = roles()
    found: list[str] = []
    for item in (item for record in study.runs for item in record["inputs"]):
        role = known.get(item["role"])
        if item["role"] == "DEM":
            found.append("DEM")
        elif role is not None and item["layer"] not in produced:
            found.append(role.title[study.language])
    order = [*(role.title[study.language] for role in known.values()), "DEM"]
    return join_words(sorted(set(found), key=order.index), study.language)


def tell_rules(rules: Iterable[Mapping[str, Any]], language: str) -> str:
    """Return how many figures are 待核, then the rules and standards by kind and title, the deciding ones first."""
    found = sorted(rules, key=lambda rule: KINDS.index(rule["kind"]) if rule["kind"] in KINDS else len(KINDS))
    pending = sum(int(rule["unverified_n"]) for rule in found)
    parts = [*dict.fromkeys(name_rule(str(rule["kind"]), str(rule["id"]), language) for rule in found)]
    told = [say("pending_figures", language, n=pending)] if pending else []
    return " · ".join([*told, *parts])
