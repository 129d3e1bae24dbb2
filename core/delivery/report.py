# SPDX-License-Identifier: GPL-2.0-or-later
"""report.html: one file that needs no network and no script; every text in it is escaped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Any

import pandas as pd

from .. import frames
from ..inputs.aliases import roles
from ..words import join_words, say
from .charts import Drawn, Series, bar_chart, small_map
from .htmltable import html_table
from .palette import kind_name, palette, rule_kind, tag_name, unit_name
from .report_checks import checks_figure, checks_section
from .report_works import href, maps_section, projects_section, sites_section
from .summary import count_tags, exact_sum, hectares, is_open, percent, sum_kinds, told, worst_communities

SEVERITIES = {"info": "severity_info", "warning": "severity_warning", "error": "severity_error"}
STYLE = """
:root{--ink:#222;--grey:#6b7075;--line:#dcd9d0;--accent:#8c1d40;--bad:#a8322d;--ask:#7a5200;--askbg:#fff1cf}
*{box-sizing:border-box}body{margin:0;color:var(--ink);font:15px/1.6 "Source Han Sans SC","Noto Sans CJK SC",
"Microsoft YaHei","PingFang SC","WenQuanYi Micro Hei",sans-serif}
nav{position:fixed;top:0;bottom:0;left:0;width:200px;background:#f3f2ec;padding:20px 0;overflow:auto}
nav a{display:block;padding:5px 16px;color:var(--ink);text-decoration:none}nav a:hover{background:#fff}
main{margin-left:200px;padding:20px 36px;max-width:1180px}h1{font-size:26px;margin:0}
h2{font-size:18px;margin:32px 0 8px;border-bottom:2px solid var(--accent);padding-bottom:4px}
.below{color:var(--grey);border-bottom:2px solid var(--accent);padding-bottom:8px}
.figures{display:flex;flex-wrap:wrap;margin:14px 0}
.figure{flex:1 1 150px;border-left:1px solid var(--line);padding:2px 16px}
.figure b{display:block;font-size:26px;line-height:1.3}.figure span{color:var(--grey);font-size:13px}
.bad{color:var(--bad)}.ask{background:var(--askbg);color:var(--ask);border-radius:9px;padding:1px 9px}
.lead{background:#f3f0ea;border-left:4px solid var(--accent);padding:8px 14px}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}th{color:var(--grey);font-weight:400}
th,td{text-align:left;padding:5px 8px;border-bottom:1px solid var(--line);vertical-align:top}
td.n,th.n{text-align:right}details{margin:6px 0}summary{color:#0b66a3;cursor:pointer}svg{max-width:100%;height:auto}
svg text{font-family:inherit}.columns{display:flex;flex-wrap:wrap;gap:24px}.columns svg{flex:1 1 380px;min-width:0}
a{color:#0b66a3}.good{background:#e3f1e6;color:#1f5a2f;border-radius:9px;padding:1px 9px}td .bad{background:#fbe4e2;
border-radius:9px;padding:1px 9px}.maps{columns:3;list-style:none;padding:0}.files{overflow-wrap:anywhere}
td{overflow-wrap:break-word}td.n{white-space:nowrap}td .bad,td .ask,td .good{white-space:nowrap}
@media (max-width:900px){nav{position:static;width:auto}main{margin:0;padding:14px}}
@media (max-width:900px){.maps{columns:1}}
@media print{details:not([open]){display:none}nav{position:static;width:auto;background:none}main{margin:0}
h2,h3{break-after:avoid}
tr{break-inside:avoid}
body{font-size:10pt}h1{font-size:18pt}h2{font-size:13pt}
@page{size:A4 portrait;margin:15mm}}
"""


@dataclass(frozen=True)
class Told:
    """What a report is made of. Frames by table name, geometry in metres; records as in the manifest."""

    title: str
    author: str
    date: str
    language: str
    tables: Mapping[str, pd.DataFrame]
    runs: Sequence[Mapping[str, Any]] = ()
    rules: Sequence[Mapping[str, Any]] = ()
    pending: Sequence[tuple[str, str, str, str]] = ()  # rules id, figure, value, source of what is 待核
    methods: Sequence[tuple[str, str]] = ()  # title and method of each algorithm that ran
    left_out: Mapping[str, int] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=dict)
    checksum: str = ""
    sheets: Sequence[str] = ()  # files beside the report
    mark: str = ""
    maps: Sequence[str] = ()  # sheets of the atlas beside the report


def write_report(content: Told) -> str:
    """Return the report as HTML."""
    word = _Words(content.language)
    findings = content.tables.get("findings")
    names = {str(row["zone_id"]): str(row["name"]) for row in content.tables["zones"].to_dict("records")
             if isinstance(row.get("name"), str)}  # fmt: skip
    checks = [] if findings is None else [("report_checks", checks_section(findings, names, content.language))]
    tables, language = content.tables, content.language
    works = [("report_sites", sites_section(tables["sites"], language))] if "sites" in tables else []
    listed = [("report_projects", projects_section(tables["projects"], language))] if "projects" in tables else []
    atlas = [("report_maps", maps_section(content.maps, language))] if content.maps else []
    sections = [
        *checks,
        ("report_found", _found(content, word)),
        ("report_gaps", _gaps(content, word)),
        *works,
        ("report_zones", _zones(content, word)),
        *listed,
        *atlas,
        ("report_left_out", _left_out(content, word)),
        ("report_methods", _methods(content)),
        ("report_rules", _rules(content, word)),
        ("report_data", _data(content, word)),
        ("report_versions", _versions(content, word)),
    ]
    links = "".join(f'<a href="#s{n}">{n}　{word(code)}</a>' for n, (code, _) in enumerate(sections, 1))
    body = "".join(f'<h2 id="s{n}">{n}　{word(code)}</h2>{html}' for n, (code, html) in enumerate(sections, 1))
    below = " · ".join(escape(part) for part in (content.author, content.date, content.mark) if part)
    sheets = [(path, path.rpartition("/")[2].rpartition(".")[0]) for path in content.sheets]
    files = "　".join(f'<a href="{href(path)}">{escape(title)}</a>' for path, title in sheets)
    files = f"{word('report_sheets')} {files}" if files else ""
    left_out = next(n for n, (code, _) in enumerate(sections, 1) if code == "report_left_out")
    spoken = "zh-CN" if language == "zh" else "en"
    return (
        f'<!DOCTYPE html><html lang="{spoken}"><head><meta charset="utf-8"><title>{escape(content.title)}</title>'
        f'<meta name="viewport" content="width=device-width"><style>{STYLE}</style></head><body><nav>{links}</nav>'
        f'<main><h1>{escape(content.title)}</h1><p class="below">{below}</p>{_figures(content, word, left_out)}'
        f'<p class="files">{files}</p>{body}</main></body></html>\n'
    )


class _Words:
    """Sentences of one language, escaped."""

    def __init__(self, language: str) -> None:
        self.language = language

    def __call__(self, code: str, **values: Any) -> str:
        return escape(say(code, self.language, **values))


def _role_name(role: str, language: str) -> str:
    """Return the name of an input's role; another one stands for itself."""
    known = roles().get(role)
    return known.title[language] if known else role


def _behind(word: _Words, table: str) -> str:
    return f"<details><summary>{word('report_show_data')}</summary>{table}</details>"


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
        (word("figure_confirmed"), told(confirmed), word("report_of_suspected", n=told(suspected))),
        (word("figure_short_kinds"), told(short), ""),
        (word("figure_zones"), told(len(zones)), word("report_of_hectares", n=hectares(_sum(zones, "area_m2")))),
        (word("report_pending"), told(pending), word("report_pending_below")),
        (
            word("figure_left_out"),
            told(sum(content.left_out.values()) if known else None),
            word("report_see_left_out", n=left_out),
        ),
    ]
    cells = "".join(
        f'<div class="figure"><span>{name}</span><b>{escape(value)}</b><span>{below}</span></div>'
        for name, value, below in figures
    )
    findings = content.tables.get("findings")
    if findings is not None:
        cells += checks_figure(findings, content.language)
    lead = word("report_lead", confirmed=told(confirmed), suspected=told(suspected), zones=len(zones))
    return f'<div class="figures">{cells}</div><p class="lead">{lead}</p>'


def _found(content: Told, word: _Words) -> str:
    tagged = content.tables.get("tagged")
    if tagged is None:
        return f"<p>{word('report_not_given')}</p>"
    counts = count_tags(tagged)
    entries = palette()["tags"]
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
    live = tagged[is_open(tagged)]
    drawn = [
        Drawn(live.loc[live["tag"] == tag, frames.GEOMETRY].tolist(), entry["color"]) for tag, entry in entries.items()
    ]
    zone = Drawn(content.tables["zones"][frames.GEOMETRY].tolist(), "none", palette()["zone"]["color"], 2.0)
    picture = small_map(say("map_overview_title", word.language), [*drawn, zone])
    return f'<div class="columns">{chart}{picture}</div>{_behind(word, table)}<p>{word("sheet_note_opportunities")}</p>'


def _gaps(content: Told, word: _Words) -> str:
    summary = content.tables.get("gap_summary")
    if summary is None:
        return f"<p>{word('report_not_given')}</p>"
    worst, kinds, groups = worst_communities(summary), sum_kinds(summary), palette()["groups"]
    series = [
        Series(say("report_elder", word.language), groups["elder"]["color"]),
        Series(say("report_child", word.language), groups["child"]["color"]),
    ]
    values = [[float(a), float(b)] for a, b in zip(worst["elder"], worst["child"])]
    chart = bar_chart(say("report_worst", word.language), worst["name"].tolist(), values, series, percent)
    heads = [say(code, word.language) for code in ("report_community", "report_elder", "report_child")]
    rows = [(row["name"], percent(row["elder"]), percent(row["child"])) for row in worst.to_dict("records")]
    codes = ("head_kind", "sheet_unit", "head_need", "sheet_supply", "head_gap", "sheet_surplus", "head_share")
    by_kind = [
        (kind_name(row["kind"], word.language), unit_name(row["unit"], word.language),
         told(row["need"]), told(row["supply"]), told(row["gap"]),
         told(row["surplus"]), percent(row["gap_share"]))
        for row in kinds.to_dict("records")
    ]  # fmt: skip
    table = html_table([say(code, word.language) for code in codes], by_kind, 5)
    return f"<h3>{word('report_worst')}</h3>{chart}{_behind(word, html_table(heads, rows, 2))}{table}"


def _zones(content: Told, word: _Words) -> str:
    zones = content.tables["zones"].sort_values("zone_id")
    codes = ("head_zone", "head_id", "head_hectare", "head_floor", "head_people", "head_petals", "figure_elder_gap",
             "figure_child_gap")  # fmt: skip
    rows = [
        (row["name"] if isinstance(row.get("name"), str) else row["zone_id"], row["zone_id"], hectares(row["area_m2"]),
         told(row["floor_m2"]), told(row["people"]), told(row["petals_n"]), percent(row["elder_gap"]),
         percent(row["child_gap"]))
        for row in zones.to_dict("records")
    ]  # fmt: skip
    total = (say("head_total", word.language), "", hectares(_sum(zones, "area_m2")), told(_sum(zones, "floor_m2")),
             told(_sum(zones, "people")), told(_sum(zones, "petals_n")), "", "")  # fmt: skip
    return html_table([say(code, word.language) for code in codes], [*rows, total], 6)


def _left_out(content: Told, word: _Words) -> str:
    frame = content.tables.get("left_out")
    if frame is None or not len(frame):
        return f"<p>{word('report_nothing_left_out')}</p>"
    rows = []
    for (layer, code), part in frame.groupby(["layer", "code"], sort=True):
        n = int(part["n"].fillna(1).sum())
        levels = sorted(part["severity"].dropna().unique())
        severity = join_words(
            (say(SEVERITIES[level], word.language) if level in SEVERITIES else level for level in levels), word.language
        )
        sentence = next(iter(sorted(part["message"].dropna().unique())), code)
        rows.append((_role_name(str(layer), word.language), severity, sentence, told(n)))
    codes = ("report_layer", "report_severity", "report_reason", "report_count")
    return html_table([say(code, word.language) for code in codes], rows, 1)


def _methods(content: Told) -> str:
    return "".join(f"<h3>{escape(title)}</h3><p>{escape(method)}</p>" for title, method in content.methods)


def _rules(content: Told, word: _Words) -> str:
    codes = ("report_kind", "report_id", "report_figures", "report_pending")
    rows = [
        (rule_kind(rule["kind"], word.language), rule["id"], told(rule["figures_n"]), told(rule["unverified_n"]))
        for rule in content.rules
    ]
    table = html_table([say(code, word.language) for code in codes], rows, 2)
    if not content.pending:
        return table
    heads = [say(code, word.language) for code in ("report_id", "report_figure", "report_value", "report_source")]
    return f'{table}<h3><span class="ask">{word("report_pending")}</span></h3>{html_table(heads, content.pending)}'


def _data(content: Told, word: _Words) -> str:
    codes = ("report_algorithm", "report_role", "report_layer", "report_source", "report_crs", "report_count")
    rows = [
        (
            run["title"][content.language],
            _role_name(item["role"], content.language),
            item["layer"],
            item["source"],
            item["crs"] or "",
            told(item["count"]),
        )
        for run in content.runs
        for item in run["inputs"]
    ]
    notes = dict.fromkeys(
        m["text"][content.language] for run in content.runs for m in run["messages"] if m["level"] == "warning"
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
