# SPDX-License-Identifier: GPL-2.0-or-later
"""Key figures and small charts of the steps, read from the result files by SQL. Runs in a worker thread; no QGIS."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ...core.sqlfiles import open_to_read
from ...processing.layers.sources import file_of
from .calling_off import called_off

STEPS = 10_000  # of SQLite's machine between two looks at whether anybody waits
BINS = 20  # of the score histogram, 0–1
COVER_SQL = "SELECT kind, unit, sum(need), sum(served_before), sum(served_after) FROM {t} GROUP BY 1, 2 ORDER BY 1"
WORST = 5  # communities in the chart of gaps


def figures_of(step: str, files: Mapping[str, str], values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the figures of a step: plain numbers, and what its chart is drawn from.

    `files` are result files by name, `values` the number outputs of the step's algorithms. A table that is missing
    leaves its figures out: the card shows — for them.
    """
    return {
        "prepare": _prepare, "tag": _tag, "gaps": _gaps, "zones": _zones, "deliver": _deliver,
    }[step](files, values)  # fmt: skip


def rows_of(files: Mapping[str, str], name: str, sql: str, values: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the rows of a query on a result file; `{t}` in it is the table. A missing file or column gives no rows.

    A query of work that was stopped ends early (`turns.aside`).
    """
    source = files.get(name, "")
    if not source or not file_of(source).exists():
        return []
    try:
        with open_to_read(file_of(source)) as connection:
            connection.set_progress_handler(called_off, STEPS)
            return connection.execute(sql.replace("{t}", f'"{name}"'), values).fetchall()
    except sqlite3.Error:
        return []


def _prepare(files: Mapping[str, str], values: Mapping[str, Any]) -> dict[str, Any]:
    issues = rows_of(files, "issues", "SELECT severity, layer, count(*) FROM {t} GROUP BY 1, 2 ORDER BY 1, 2")
    found: dict[str, Any] = {
        "checked": bool(files.get("issues")),
        "errors": sum(n for severity, _, n in issues if severity == "error"),
        "warnings": sum(n for severity, _, n in issues if severity == "warning"),
        "bar": {
            severity: sum(n for item, _, n in issues if item == severity) for severity in ("error", "warning", "info")
        },
    }
    shifted = rows_of(
        files, "issues", "SELECT layer, code FROM {t} WHERE code IN ('gcj02_suspected', 'bd09_suspected') ORDER BY 1"
    )
    found["shifted"] = {layer: code.split("_")[0] for layer, code in shifted}
    tables = {"parcels": ("people", "tagged"), "buildings": ("building_people", "buildings")}
    for name, places in tables.items():
        counted = [rows[0][0] for table in places if (rows := rows_of(files, table, "SELECT count(*) FROM {t}"))]
        if counted:
            found[name] = counted[0]
    lengths = rows_of(files, "edges", "SELECT component, sum(length_m) FROM {t} GROUP BY 1")
    total = sum(length or 0 for _, length in lengths)
    if total > 0:
        found["connected"] = max(length or 0 for _, length in lengths) / total
    people = rows_of(files, "people", "SELECT sum(pop) FROM {t}")
    if people and people[0][0] is not None:
        found["people"] = people[0][0]
    return found


def _tag(files: Mapping[str, str], values: Mapping[str, Any]) -> dict[str, Any]:
    over = _over(files)  # counted by themselves, as on the map and in the report
    grouped = "SELECT tag, tag_level, {over}, count(*) FROM {t} GROUP BY 1, 2, 3 ORDER BY 1, 2"
    counts = rows_of(files, "tagged", grouped.replace("{over}", over))
    tags: dict[str, dict[str, int]] = {}
    for tag, level, is_over, n in counts:
        if not is_over:
            tags.setdefault(tag or "none", {})[level or "none"] = n
    marked = {tag: sum(levels.values()) for tag, levels in tags.items() if tag != "none"}
    main = max(sorted(marked), key=lambda tag: marked[tag], default="")
    scored = (
        "SELECT tag_level, CAST(min(tag_score * ?, ? - 1) AS INT), count(*) FROM {t} "
        "WHERE tag = ? AND tag_score IS NOT NULL AND NOT {over} GROUP BY 1, 2"
    )
    scores = rows_of(files, "tagged", scored.replace("{over}", over), (BINS, BINS, main))
    bins = {level: [0] * BINS for level in ("confirmed", "suspected")}
    for level, place, n in scores:
        if level in bins:
            bins[level][place] += n
    rules = rows_of(files, "tagged", "SELECT rules_id FROM {t} WHERE rules_id IS NOT NULL LIMIT 1")
    from ...core.tagging.doubt import DOUBTED, DOUBTED_TAG

    waits = (
        "SELECT count(*) FROM {t} WHERE coalesce(tag_source, '') <> 'review' AND (tag_level = 'suspected'"
        " OR (tag = ? AND instr(tag_evidence, ?) > 0)) AND NOT {over}"
    )
    waiting = rows_of(
        files, "tagged", waits.replace("{over}", over), (DOUBTED_TAG, DOUBTED)
    )  # as dialogs/review/items.py queues them
    unread = "SELECT coalesce(sum(CAST(n AS INT)), 0) FROM {t} WHERE code = 'value_unreadable'"
    return {
        "to_review": waiting[0][0] if waiting else None,
        "unreadable": sum(rows[0][0] for rows in [rows_of(files, "left_out_tags", unread)] if rows),
        "parcels": sum(n for *_, n in counts),
        "tags": tags,
        "over": sum(n for tag, _, is_over, n in counts if is_over and (tag or "none") != "none"),
        "suspected": sum(levels.get("suspected", 0) for levels in tags.values()),
        "marked": sum(marked.values()),
        "histogram": {"tag": main, **bins},
        "rules_id": rules[0][0] if rules else "",
    }


def _over(files: Mapping[str, str]) -> str:
    """Return the SQL that is true for parcels whose renewal is done, under way or an expropriation; 0 = not known."""
    if not rows_of(files, "tagged", "SELECT programme FROM {t} LIMIT 1"):
        return "0"
    from ...core.delivery.summary import DONE

    names = ", ".join(f"'{name}'" for name in DONE)
    return f"(coalesce(programme, '') IN ({names}))"


def _gaps(files: Mapping[str, str], values: Mapping[str, Any]) -> dict[str, Any]:
    kinds = rows_of(
        files, "gap_detail",
        "SELECT kind, unit, sum(need), sum(served), sum(gap), "
        "sum(CASE WHEN need > 0 THEN people * (1 - share) END), "
        "sum(status = 'UNREACHED'), sum(status = 'NO_PEOPLE_DATA') FROM {t} GROUP BY 1, 2 ORDER BY 1",
    )  # fmt: skip
    names = ("kind", "unit", "need", "served", "gap", "people_unserved", "unreached", "no_people")
    table = [dict(zip(names, row)) for row in kinds]
    communities = rows_of(
        files, "gap_summary",
        "SELECT community_id, name, kind, need, gap, people FROM {t} WHERE community_id IS NOT NULL",
    )  # fmt: skip
    worst = _worst_communities(communities)
    sites = rows_of(files, "sites", "SELECT count(DISTINCT candidate_id), count(*) FROM {t}")
    return {
        "sites": sites[0][0] if sites else None,
        "rooms": sites[0][1] if sites else None,
        "cover": [list(row) for row in rows_of(files, "covered", COVER_SQL)],
        "sites_gap": values.get("GAP"),  # how much more the best might serve, as a share
        "kinds": table,
        "worst": worst[:WORST],
        "communities": len({row[0] for row in communities}),
        "communities_short": sum(row["share"] > 0 for row in worst) if communities else None,
        "not_snapped": len(far_from_streets(files)),
    }


def far_from_streets(files: Mapping[str, str]) -> list[str]:
    """Return the ids of the parcels that meet no street, and so have no walking time, sorted."""
    sql = "SELECT DISTINCT parcel_id FROM {t} WHERE status IN ('NOT_SNAPPED', 'SNAP_STEEP') ORDER BY 1"
    return [str(row[0]) for row in rows_of(files, "gap_detail", sql)]


def _worst_communities(rows: list[tuple[Any, ...]]) -> list[dict[str, Any]]:
    """Return communities by the plain mean over kinds with need of gap ÷ need (as columns elder_gap, child_gap)."""
    shares: dict[str, list[float]] = {}
    names: dict[str, str] = {}
    for community, name, _, need, gap, _people in rows:
        names[community] = name or community
        if need and need > 0 and gap is not None:
            shares.setdefault(community, []).append(gap / need)
    found = [
        {"id": community, "name": names[community], "share": sum(values) / len(values)}
        for community, values in shares.items()
    ]
    return sorted(found, key=lambda row: (-row["share"], row["id"]))


def _zones(files: Mapping[str, str], values: Mapping[str, Any]) -> dict[str, Any]:
    zones = rows_of(files, "zones", "SELECT zone_id, name, area_m2, petals_n, people FROM {t} ORDER BY 1")
    petals = rows_of(files, "petals", "SELECT zone_id, tag, sum(area_m2) FROM {t} GROUP BY 1, 2 ORDER BY 1, 2")
    by_zone: dict[str, dict[str, float]] = {}
    for zone, tag, area in petals:
        by_zone.setdefault(zone, {})[tag or "none"] = area or 0.0
    known = [people for *_, people in zones if people is not None]  # none of no zone, not 0, before people are counted
    verdicts: dict[str, dict[str, int]] = {}
    counted = "SELECT subject_id, verdict, count(*) FROM {t} GROUP BY 1, 2"
    for subject, verdict, n in rows_of(files, "findings", counted):
        verdicts.setdefault(subject or "", {})[verdict or "unknown"] = n
    return {
        "verdicts": {
            key: sum(found.get(key, 0) for found in verdicts.values()) for key in ("fail", "unknown", "advice", "pass")
        },
        "zones": len(zones),
        "hectares": sum(area or 0 for _, _, area, _, _ in zones) / 10_000,
        "petals": sum(n or 0 for _, _, _, n, _ in zones),
        "people": sum(known) if known or not zones else None,
        "bars": [
            {
                "id": zone,
                "name": name or zone,
                "parts": by_zone.get(zone, {}),
                "fail": verdicts.get(zone, {}).get("fail", 0),
            }
            for zone, name, *_ in zones
        ],
    }


def _deliver(files: Mapping[str, str], values: Mapping[str, Any]) -> dict[str, Any]:
    folder = Path(str(values.get("FOLDER", "")))
    found = [path for path in sorted(folder.rglob("*")) if path.is_file()] if values.get("FOLDER") else []
    groups: dict[str, dict[str, int]] = {}
    for path in found:
        top = path.relative_to(folder).parts
        name = top[0] + "/" if len(top) > 1 else top[0]
        entry = groups.setdefault(name, {"n": 0, "bytes": 0})
        entry["n"] += 1
        entry["bytes"] += path.stat().st_size
    return {
        "files": len(found),
        "bytes": sum(entry["bytes"] for entry in groups.values()),
        "entries": [{"name": name, **entry} for name, entry in groups.items()],
        "ok": values.get("OK"),
        "folder": str(folder) if values.get("FOLDER") else "",
    }
