# SPDX-License-Identifier: GPL-2.0-or-later
"""report.html: one file in both languages that needs no network and no script; every text in it is escaped."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Any

import pandas as pd

from ... import frames
from ...gaps.grouping import USUAL, Groups
from ...palette import kind_name, palette, rule_kind, tag_name, unit_name
from ...run import Run
from ...words import LANGUAGES, say
from ..balance import print_kinds
from ..figurewords import Row
from ..rulebook import name_rule, title_of
from ..summary import (
    count_tags,
    exact_sum,
    hectares,
    height_doubt,
    is_open,
    kinds_partly_known,
    percent,
    sum_kinds,
    told,
    told_kind,
    unknown_floors,
    worst_communities,
)  # fmt: skip
from .charts import Drawn, Series, bar_chart, color_key, map_body, titled_map
from .checks import checks_figure, checks_lead, checks_section
from .htmltable import html_table
from .left_out import left_out_section, role_name
from .links import Links, file_link
from .page import html_page
from .works import maps_section, projects_section, sites_section
from .zones import zones_section

DECIDING = ("ruleset", "standard", "zone-rules")  # what the results rest on, in the order it is named
WALKED = ("report_gaps", "report_sites", "report_zones")  # sections that rest on walking times
NOT_KNOWN = "–"


@dataclass(frozen=True)
class Told:
    """What a report is made of. Frames by table name, geometry in metres; records as in the manifest.

    `title`, `methods` and `mark` by language; `language` is the one shown first.
    """

    title: Mapping[str, str]
    author: str
    date: str
    language: str
    tables: Mapping[str, pd.DataFrame]
    runs: Sequence[Mapping[str, Any]] = ()
    rules: Sequence[Mapping[str, Any]] = ()
    pending: Mapping[str, Sequence[Row]] = field(default_factory=dict)  # what is 待核, by language
    methods: Mapping[str, Sequence[tuple[str, str]]] = field(default_factory=dict)  # title, method of what ran
    left_out: Mapping[str, int] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=dict)
    checksum: str = ""
    sheets: Sequence[str] = ()  # files beside the report
    mark: Mapping[str, str] = field(default_factory=dict)
    maps: Mapping[str, Sequence[str]] = field(default_factory=dict)  # sheets of the atlas → ids of the zones on each
    groups: Groups = field(default_factory=lambda: USUAL)  # which kinds are elders' and children's


def write_report(content: Told, run: Run) -> str:
    """Return the report as HTML: the same report in both languages, of which one is shown and printed.

    `run` is asked for Cancel at each sentence and while the map is drawn. Raises Cancelled.
    """
    picture = _map_of_found(content, run)
    articles = {language: _article(content, _Words(language, run), picture) for language in LANGUAGES}
    return html_page(content.title[content.language], articles, content.language)


def _article(content: Told, word: _Words, picture: str) -> str:
    """Return links on the left and sections on the right, in one language."""
    language, tables = word.language, content.tables
    links = Links.of(language, tables, content.maps, content.sheets)
    findings = tables.get("findings")
    parts: dict[str, Callable[[], str] | None] = {
        "report_checks": None if findings is None else lambda: checks_section(findings, links),
        "report_found": lambda: _found(content, word, picture),
        "report_gaps": lambda: _gaps(content, word),
        "report_sites": (lambda: sites_section(tables["sites"], language)) if "sites" in tables else None,
        "report_zones": lambda: zones_section(
            tables["zones"], findings, links, unknown_floors(tables.get("members"), tables.get("tagged"))
        ),
        "report_projects": (lambda: projects_section(tables["projects"], links)) if "projects" in tables else None,
        "report_maps": (lambda: maps_section(links)) if content.maps else None,
        "report_left_out": lambda: left_out_section(tables.get("left_out"), language),
        "report_methods": lambda: _methods(content, language),
        "report_rules": lambda: _rules(content, word),
        "report_data": lambda: _data(content, word),
        "report_versions": lambda: _versions(content, word),
    }
    sections = [(code, word.asking(make)) for code, make in parts.items() if make is not None]
    ids = {code: f"{language}-s{n}" for n, (code, _) in enumerate(sections, 1)}
    left = "".join(f'<a href="#{ids[code]}">{n}　{word(code)}</a>' for n, (code, _) in enumerate(sections, 1))
    left += f'<p class="foot">{word("report_foot", date=content.date, checksum=content.checksum)}</p>'
    doubt = escape(height_doubt(content.runs, language))
    warned = {code: f"<p><b>{doubt}</b></p>" for code in WALKED if doubt}
    body = "".join(
        f'<h2 id="{ids[code]}">{n}　{word(code)}</h2>{links.tables_of(code)}{warned.get(code, "")}{html}'
        for n, (code, html) in enumerate(sections, 1)
    )
    heads = (content.author, content.date, _used(content, language), content.mark.get(language, ""))
    below = " · ".join(escape(part) for part in heads if part)
    left_out = next(n for n, (code, _) in enumerate(sections, 1) if code == "report_left_out")
    kept = f'<p class="below">{word("report_kept_language")}</p>' if language != content.language else ""
    files = f"{word('report_sheets')} {'　'.join(map(file_link, content.sheets))}" if content.sheets else ""
    return (
        f'<nav>{left}</nav><main><h1>{escape(content.title[language])}</h1><p class="below">{below}</p>{kept}'
        f'{_figures(content, word, left_out)}<p class="files">{files}</p>{body}</main>'
    )


def _used(content: Told, language: str) -> str:
    """Return which rules and standards decided, by their titles, and how many of their figures are 待核."""
    deciding = [rule for kind in DECIDING for rule in content.rules if rule["kind"] == kind]
    named = dict.fromkeys(name_rule(str(rule["kind"]), str(rule["id"]), language) for rule in deciding)
    pending = sum(int(rule["unverified_n"]) for rule in content.rules)
    used = " · ".join(named)
    return say("report_used", language, rules=used, n=pending) if named and pending else used


class _Words:
    """Sentences of one language, escaped."""

    def __init__(self, language: str, run: Run) -> None:
        self.language, self._run = language, run

    def __call__(self, code: str, **values: Any) -> str:
        self._run.check()
        return escape(say(code, self.language, **values))

    def asking(self, make: Callable[[], str]) -> str:
        """Return make(), asked for Cancel before it: a city's projects alone take half a second."""
        self._run.check()
        return make()


def _behind(word: _Words, table: str) -> str:
    return f'<details class="behind"><summary>{word("report_show_data")}</summary>{table}</details>'


def _figures(content: Told, word: _Words, left_out: int) -> str:
    tagged, summary = content.tables.get("tagged"), content.tables.get("gap_summary")
    zones = content.tables["zones"]
    counts = count_tags(tagged) if tagged is not None else None
    confirmed = int(counts["confirmed_n"].sum()) if counts is not None else None
    suspected = int(counts["suspected_n"].sum()) if counts is not None else None
    short = int((sum_kinds(summary)["gap"] > 0).sum()) if summary is not None else None
    pending = sum(int(rule["unverified_n"]) for rule in content.rules)
    known = "left_out" in content.tables
    figures = [
        (word("figure_confirmed"), told(confirmed), "unit_parcels", word("report_of_suspected", n=told(suspected))),
        (word("figure_short_kinds"), told(short), "unit_kinds", ""),
        (word("figure_zones"), told(len(zones)), "unit_zones",
         word("report_of_hectares", n=hectares(_sum(zones, "area_m2")))),
        (word("report_pending"), told(pending), "unit_figures", word("report_pending_below")),
        (
            word("figure_left_out"),
            told(sum(content.left_out.values()) if known else None),
            "unit_features",
            word("report_see_left_out", n=left_out),
        ),
    ]  # fmt: skip
    cells = "".join(
        f'<div class="figure"><span>{name}</span><b>{escape(value)}{_unit(value, unit, word)}</b><span>{below}</span>'
        "</div>"
        for name, value, unit, below in figures
    )
    findings = content.tables.get("findings")
    if findings is not None:
        cells += checks_figure(findings, word.language)
    lead = word("report_lead", confirmed=told(confirmed), suspected=told(suspected), zones=len(zones))
    blank = " " if word.language == "en" else ""
    if findings is not None and len(findings):
        wrong, unsure = checks_lead(findings, word.language)
        lead = blank.join((lead, f"<b>{escape(wrong)}</b>", escape(unsure)))
    doubt = height_doubt(content.runs, word.language)
    lead += f"{blank}<b>{escape(doubt)}</b>" if doubt else ""
    return f'<div class="figures">{cells}</div><p class="lead">{lead}{blank}{word("report_lead_pending")}</p>'


def _unit(value: str, unit: str, word: _Words) -> str:
    """Return the unit behind a key figure; what is not known has none."""
    return "" if value == NOT_KNOWN else f"<small> {word(unit, n=value)}</small>"


def _map_of_found(content: Told, run: Run) -> str:
    """Return what the small map shows: what is tagged and open, and the zones."""
    tagged = content.tables.get("tagged")
    if tagged is None:
        return ""
    live = tagged[is_open(tagged)]
    drawn = [
        Drawn(frames.geometries(live[live["tag"] == tag]), entry["color"]) for tag, entry in palette()["tags"].items()
    ]
    zone = Drawn(frames.geometries(content.tables["zones"]), "none", palette()["zone"]["color"], 2.0)
    return map_body([*drawn, zone], run=run)


def _found(content: Told, word: _Words, picture: str) -> str:
    tagged = content.tables.get("tagged")
    if tagged is None:
        return f"<p>{word('report_not_given')}</p>"
    counts = count_tags(tagged)
    levels = [
        Series(say("head_confirmed", word.language), "#8C1D40"),
        Series(say("head_suspected", word.language), "#D9A7B5"),
    ]
    labels = [tag_name(tag, word.language) for tag in counts["tag"]]
    values = [[float(a), float(b)] for a, b in zip(counts["confirmed_n"], counts["suspected_n"])]
    chart = bar_chart(say("report_found", word.language), labels, values, levels, told)
    codes = ("head_tag", "head_confirmed", "head_suspected", "report_renovated", "head_hectare", "head_floor")
    rows = [
        (tag_name(row["tag"], word.language), told(row["confirmed_n"]), told(row["suspected_n"]),
         told(row["renovated_n"]), hectares(row["area_m2"]), told(row["floor_m2"]))
        for row in counts.to_dict("records")
    ]  # fmt: skip
    table = html_table([say(code, word.language) for code in codes], rows, 5)
    shown = titled_map(say("map_overview_title", word.language), picture)
    tags = [Series(tag_name(tag, word.language), palette()["tags"][tag]["color"]) for tag in counts["tag"]]
    zone = Series(palette()["zone"][word.language], palette()["zone"]["color"])
    keyed = f'<div class="keyed">{color_key(tags, [zone])}{shown}</div>' if shown else ""
    notes = [word("sheet_note_opportunities")]
    if missing := int(tagged["floor_m2"][is_open(tagged)].isna().sum()) if "floor_m2" in tagged else 0:
        gone = say("sheet_missing_n", word.language, heading=say("head_floor", word.language), n=missing)
        notes.append(escape(say("sheet_missing", word.language, columns=[gone])))
    note = "".join(f"<p>{text}</p>" for text in notes)
    return f'<div class="columns">{chart}{keyed}</div>{_behind(word, table)}{note}'


def _gaps(content: Told, word: _Words) -> str:
    summary = content.tables.get("gap_summary")
    if summary is None:
        return f"<p>{word('report_not_given')}</p>"
    worst, kinds, groups = (
        worst_communities(summary, groups=content.groups),
        print_kinds(sum_kinds(summary)),
        palette()["groups"],
    )
    series = [
        Series(say("report_elder", word.language), groups["elder"]["color"]),
        Series(say("report_child", word.language), groups["child"]["color"]),
    ]
    values = [[float(a), float(b)] for a, b in zip(worst["elder"], worst["child"])]
    chart = bar_chart(say("report_worst", word.language), worst["name"].tolist(), values, series, percent)
    heads = [say(code, word.language) for code in ("report_community", "report_elder", "report_child")]
    rows = [(row["name"], percent(row["elder"]), percent(row["child"])) for row in worst.to_dict("records")]
    codes = ("head_kind", "sheet_unit", "head_need", "sheet_supply", "sheet_served", "head_gap", "sheet_surplus",
             "head_share")  # fmt: skip
    by_kind = [
        (kind_name(row["kind"], word.language), unit_name(row["unit"], word.language, row["kind"]),
         *told_kind(row).values(), percent(row["gap_share"]))
        for row in kinds.to_dict("records")
    ]  # fmt: skip
    table = html_table([say(code, word.language) for code in codes], by_kind, 6)
    table += f"<p>{word('report_kinds_note')}</p>"
    if partly := kinds_partly_known(kinds, word.language):
        table += f"<p>{escape(partly)}</p>"
    if not rows:
        return f"<p>{word('report_no_gaps_known')}</p>{table}"
    return f"<h3>{word('report_worst')}</h3>{chart}{_behind(word, html_table(heads, rows, 2))}{table}"


def _methods(content: Told, language: str) -> str:
    methods = content.methods.get(language, ())
    return "".join(f"<h3>{escape(title)}</h3><p>{escape(method)}</p>" for title, method in methods)


def _rules(content: Told, word: _Words) -> str:
    codes = ("report_kind", "report_named", "report_figures", "report_pending")
    rows = [
        (
            rule_kind(rule["kind"], word.language),
            _named(rule, word.language),
            told(rule["figures_n"]),
            told(rule["unverified_n"]),
        )
        for rule in content.rules
    ]
    table = html_table([say(code, word.language) for code in codes], rows, 2)
    pending = content.pending.get(word.language)
    if not pending:
        return table
    heads = [say(code, word.language) for code in ("report_kind", "report_figure", "report_value", "report_source")]
    return f'{table}<h3><span class="ask">{word("report_pending")}</span></h3>{html_table(heads, pending)}'


def _named(rule: Mapping[str, Any], language: str) -> str:
    """Return the title of a rule with its id; one without a title is its id."""
    title, name = title_of(str(rule["kind"]), str(rule["id"]), language), str(rule["id"])
    if title == name:
        return name
    return f"{title} ({name})" if language == "en" else f"{title}（{name}）"


def _data(content: Told, word: _Words) -> str:
    codes = ("report_algorithm", "report_role", "report_layer", "report_source", "report_crs", "report_count")
    rows = [
        (
            run["title"][word.language],
            role_name(item["role"], word.language),
            item["layer"],
            item["source"],
            item["crs"] or "",
            told(item["count"]),
        )
        for run in content.runs
        for item in run["inputs"]
    ]
    notes = dict.fromkeys(
        m["text"][word.language] for run in content.runs for m in run["messages"] if m["level"] == "warning"
    )
    warnings = "".join(f"<li>{escape(note)}</li>" for note in notes)
    return html_table([say(code, word.language) for code in codes], rows, 1) + (
        f"<ul>{warnings}</ul>" if warnings else ""
    )


def _versions(content: Told, word: _Words) -> str:
    rows = [*sorted(content.versions.items()), (say("report_checksum", word.language), content.checksum)]
    return html_table([say("report_part", word.language), say("report_version", word.language)], rows)


def _sum(frame: pd.DataFrame, name: str) -> float:
    return exact_sum(frames.optional(frame, name, "real"))
