# SPDX-License-Identifier: GPL-2.0-or-later
"""Frame, heading and title block (图签) of a printed page: who, in which system, from what, by which rules."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ....core.delivery.callouts import fit_words, wrap_words
from ....core.delivery.palette import RULE_KINDS, rule_kind
from ....core.inputs.aliases import roles
from ....core.words import join_words, say
from ..package import runs_of
from .sheet import GREY, HAIR, HEIGHT, WIDTH, Sheet

LEFT, RIGHT, TOP = 7.3, 412.7, 24.2
KINDS = ("ruleset", "standard", "zone-rules", "profiles", "costs", "mapping")  # what decides most comes first
REPORT_BOX = (330.0, 21.2, 82.7, 2.9)  # left, top, width, height: the words about the report, a link in the PDF
STRIP = 281.2  # y of the title block


def draw_heading(sheet: Sheet, study: Any, title: str, below: str, number: str) -> None:
    """Draw the double frame, the title and the number of the sheet."""
    sheet.box((3.2, 3.2, WIDTH - 6.4, HEIGHT - 6.4), width=0.2)
    sheet.box((4.8, 4.8, WIDTH - 9.6, HEIGHT - 9.6), width=0.6)
    sheet.box((LEFT, 8, 2.5, 13), sheet.accent, "")
    sheet.text(fit_words(title, 21, 240), (12, 7, 240, 9.5), 21, bold=True)
    sheet.text("　".join(part for part in (below, study.mark) if part), (12, 16.6, 240, 4.6), 7.5, color=GREY)
    sheet.paragraph(study.title, (262, 8, 120, 8 if study.secrecy else 12), 10.5, align="right")
    if study.secrecy:
        words = say("secrecy_line", study.language, text=study.secrecy)
        sheet.text(words, (262, 16.4, 120, 4.8), 8, bold=True, align="right", color=sheet.accent)
    sheet.box((386.7, 8, 26, 13))
    sheet.rule(386.7, 12.8, 26, "#222222")
    sheet.text(say("map_number", study.language), (386.7, 8, 26, 4.8), 6.5, align="center", color=GREY)
    sheet.text(number, (386.7, 12.8, 26, 8.2), 14, bold=True, align="center")
    if "html" in study.formats:
        sheet.text(say("map_report", study.language), REPORT_BOX, 6, align="right", color=GREY)


def draw_title_block(sheet: Sheet, study: Any, number: int, of: int) -> None:
    """Draw the strip below; names that nobody gave stay blank, words that are too long are cut."""
    language = study.language
    sheet.rule(LEFT, STRIP, RIGHT - LEFT, "#222222")
    parts = (
        ("map_author", study.author, 48),
        ("map_people", "　　　／　　　／", 44),
        ("map_crs", study.crs_told(), 66),
        ("map_sources", tell_sources(study), 98),
        ("map_rules", tell_rules(study.rules(), language), 92),
        ("map_date", f"{study.checksum}　{study.started:%Y-%m-%d}", RIGHT - LEFT - 348),
    )
    x = LEFT
    for place, (code, words, width) in enumerate(parts):
        sheet.text(say(code, language), (x + 1.5, STRIP + 0.5, width - 3, 3.6), 6, color=GREY)
        points = 6 if "…" in wrap_words(words, 7, width - 3, 2) else 7
        sheet.paragraph(words, (x + 1.5, STRIP + 4, width - 3, 6.6), points)
        if place:
            sheet.box((x - 0.05, STRIP, 0.1, 10.8), HAIR, "")
        x += width
    last = (x - parts[-1][2] + 1.5, STRIP + 0.5, parts[-1][2] - 3, 3.6)
    sheet.text(say("map_page_of", language, number=number, of=of), last, 7, align="right")


def tell_sources(study: Any) -> str:
    """Return what the results were made from, by the names of the roles; tables of our own are not named again."""
    runs = runs_of(study.layers.values())
    produced = {output["table"] for record in runs for output in record["outputs"] if output.get("table")}
    known = roles()
    found: list[str] = []
    for item in (item for record in runs for item in record["inputs"]):
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
    parts = [*dict.fromkeys(_named(rule, language) for rule in found)]
    told = [say("pending_figures", language, n=pending)] if pending else []
    return " · ".join([*told, *parts])


def _named(rule: Mapping[str, Any], language: str) -> str:
    """Return “标准 重庆”: the kind and the title of rules that are shipped, else the id."""
    from ....core import envelope

    kind, name = str(rule["kind"]), str(rule["id"])
    title = name
    if kind in envelope.FOLDERS and name in envelope.names(kind):
        title = str(envelope.load(kind, name).get("title", {}).get(language, name)).split("（")[0].split(" (")[0]
    told = rule_kind(kind, language)
    if kind not in RULE_KINDS or told in title:  # 片区规则 重庆示范片区规则
        return title
    return told if title in told else f"{told} {title}"
