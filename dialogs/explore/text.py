# SPDX-License-Identifier: GPL-2.0-or-later
"""What exploring says of a parcel, a facility and a way: read from the result files, written as small HTML."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from qgis.PyQt.QtCore import QUrl

from ...core.words import fill, unit_words
from ...processing.texts import interface_language, tr
from ..parts.phrases import aside, ended, flowing, listed, paired, unbroken
from ..review.items import Item
from ..review.table import colour_of, level_title
from ..study import wording
from ..study.figures import rows_of

GAP_SQL = (
    "SELECT kind, need, served, gap, walk_m, walk_s, nearest_id, reach_n, status, unit, line_m, people FROM {t}"
    " WHERE parcel_id = ? ORDER BY rowid"
)
SERVED_SQL = (
    "SELECT kind, parcel_id, people, walk_s FROM {t}"
    " WHERE nearest_id = ? AND walk_s IS NOT NULL AND status <> 'NO_NEED'"
)
WHOLE_PEOPLE = 10  # from so many on people are told whole: a share of a person says something of a few only
LOAD_SQL = "SELECT kind, unit, capacity, served, status FROM {t} WHERE facility_id = ?"


def address(act: str, *parts: str) -> str:
    """Return what a link leads to; ids with a percent sign, a backslash or a quote go through it as well."""
    return ":".join((act, *(bytes(QUrl.toPercentEncoding(part, b"@")).decode() for part in parts)))


def named(part: str) -> str:
    """Return the id that stands in an address."""
    return QUrl.fromPercentEncoding(part.encode())


def kind_titles(standard: Mapping[str, Any]) -> dict[str, str]:
    """Return {kind: title} of a standard in the language of QGIS."""
    return {entry["id"]: str(entry["title"][interface_language()]) for entry in standard["kinds"]}


def kind_counts(standard: Mapping[str, Any]) -> dict[str, str]:
    """Return {kind: the count of people or households that its need goes by} of a standard."""
    return {entry["id"]: str(entry["need"]["of"]) for entry in standard["kinds"]}


def gap_rows(files: Mapping[str, str], parcel_id: str) -> list[tuple[Any, ...]]:
    """Return the rows of the gap detail of one parcel; none before Gaps."""
    return rows_of(files, "gap_detail", GAP_SQL, (parcel_id,))


def status_text(status: str, of: str = "") -> str:
    """Return a status of a parcel and kind in words; nothing for ok. `of`: the count its need goes by, "" = untold."""
    unknown = {"": tr("no people data"), "pop": tr("no people data"), "households": tr("households not known")}
    return {
        "ok": "", "NO_NEED": tr("nobody here needs it"),
        "NO_PEOPLE_DATA": unknown.get(of, tr("people of this age not known")),
        "NO_SUPPLY": tr("there is none"), "SNAP_STEEP": tr("too steep to the street"),
        "NOT_SNAPPED": tr("not joined to the streets"), "PARTIAL": tr("some homes not counted"),
        "UNREACHED": tr("no way there"), "BEYOND": tr("farther than the limit"),
    }.get(status, status)  # fmt: skip


def band_titles() -> dict[str, str]:
    """Return the names of the ages that people are told of."""
    return {"pop_60": tr("60 and over"), "pop_0_2": tr("0–2 years"), "pop_3_5": tr("3–5 years")}


def people_text(people: Mapping[str, float]) -> str:
    """Return people with the ages that are known: 412 people (60 and over 88, 0–2 years 6); "" when nobody is known."""
    if people.get("pop") == 0:
        return tr("nobody lives here")
    ages = [f"{title} {wording.number(people[band])}" for band, title in band_titles().items() if band in people]
    whole = fill(tr("{n} {n?person|people}"), n=wording.number(people["pop"])) if "pop" in people else ""
    inside = listed(ages)
    return whole + aside(inside) if whole and inside else whole or inside


def facts_text(item: Item, gaps: Sequence[tuple[Any, ...]], standard: Mapping[str, Any]) -> str:
    """Return a parcel's name, size, buildings and people, as far as they are known."""
    bands = {str(entry["id"]): str(entry.get("people", "")) for entry in standard["kinds"]}
    people = {bands.get(row[0], ""): float(row[11]) for row in gaps if len(row) > 11 and row[11] is not None}
    parts = [item.name] if item.name else []
    if item.area_m2 is not None:
        parts.append(tr("{n} ha").format(n=wording.number(item.area_m2 / 10_000, 2)))
    if item.bldg_n is not None:
        parts.append(fill(tr("{n} {n?building|buildings}"), n=item.bldg_n))
    return " · ".join([*parts, *filter(None, [people_text(people)])])


def parcel_html(
    item: Item, reason: str, gaps: Sequence[tuple[Any, ...]], standard: Mapping[str, Any], facts: str = ""
) -> str:
    """Return why a parcel has its tag, and per kind the minutes to the nearest, what is missing, a link to the way.

    `standard`: whose kinds the gaps were counted by. The link `review:` leads to the panel in which a person says
    otherwise.
    """
    score = "" if item.score is None else f" {item.score:.2f}"
    tag = f'<b style="color:{colour_of(item.tag)}">■</b> <b>{escape(level_title(item.tag, item.level))}</b>'
    head = tr("Parcel {id}").format(id=escape(item.parcel_id))
    facts = f"<p>{unbroken(escape(facts))}</p>" if facts else ""
    judge = f'<a href="review:">{tr("Review this parcel")}</a>'
    parts = [f"<h3>{head}</h3>{facts}<p>{tag}{score}<br>{escape(reason)}<br>{judge}</p>"]
    if not gaps:
        return "".join([*parts, f"<p>{tr('Facilities are known after Gaps.')}</p>"])
    if all(row[8] == "NO_NEED" for row in gaps):
        return "".join([*parts, f"<p>{tr('Nobody here needs any of the facilities that are counted.')}</p>"])
    heads = (tr("Facility"), tr("Walk"), tr("Need"), tr("Missing"))
    parts.append("<table width='100%' cellpadding='2'><tr>")
    parts += [f"<th align='{'left' if not place else 'right'}'>{head}</th>" for place, head in enumerate(heads)]
    parts.append("</tr>")
    titles, counts = kind_titles(standard), kind_counts(standard)
    for kind, need, _, gap, _, walk_s, nearest, _, status, unit, *_ in gaps:
        name = escape(titles.get(kind, kind))
        linked = f'<a href="{address("way", kind, nearest)}">{name}</a>' if nearest else name
        said = status_text(status or "ok", counts.get(kind, ""))
        cells = (linked + (f"<br><small>{said}</small>" if said else ""), minutes_text(walk_s),
                 amount_text(need, unit), amount_text(gap, unit))  # fmt: skip
        row = [f"<td align='{'left' if not place else 'right'}'>{cell}</td>" for place, cell in enumerate(cells)]
        parts.append(f"<tr>{''.join(row)}</tr>")
    parts.append(f"</table><p><small>{tr('Click a facility to see the way.')}</small></p>")
    return "".join(parts)


def sentence(gaps: Sequence[tuple[Any, ...]], standard: Mapping[str, Any]) -> str:
    """Return in words what the people of a parcel lack most: who, how far on foot, what the radius says instead."""
    entries = {entry["id"]: entry for entry in standard["kinds"]}
    short = [row for row in gaps if row[0] in entries and row[1] and row[3]]
    if not short:
        return ""
    worst = max(short, key=lambda row: (row[3] / row[1], row[0]))
    kind, need, _, gap, _, walk_s, nearest, _, status, _, line_m, *_ = worst
    entry = entries[kind]
    title, radius = str(entry["title"][interface_language()]), entry["radius_m"]["value"]
    parts = [tr("Largest gap: {kind}, {share} of the need.").format(
        kind=escape(title), share=wording.percent(gap / need, 0))]  # fmt: skip
    if walk_s is not None:
        limit = minutes_text(60 * entry["minutes"]["value"])
        text = tr("The nearest is {minutes} on foot, the limit {limit}.")
        parts.append(text.format(minutes=minutes_text(walk_s), limit=limit))
    elif status_text(status or ""):
        parts.append(ended(status_text(status)))
    if line_m is not None:
        inside = line_m <= radius
        text = tr("By the standard's radius ({m} m) it counts as covered.") if inside else tr(
            "By the standard's radius ({m} m) it is not covered either.")  # fmt: skip
        parts.append(text.format(m=f"{radius:g}"))
    if nearest:
        link = f'<a href="{address("way", kind, nearest)}">{tr("See the way")}</a>'
        parts.append(link)
    return f"<p>{unbroken(flowing(parts))}</p>"


VERDICTS = dict(zip(("fail", "unknown", "advice", "pass"), "✗？!✓"))  # in the order in which they are told
ZONE_SQL = "SELECT name, area_m2, floor_m2, people, petals_n, elder_gap, child_gap FROM {t} WHERE zone_id = ?"
FINDINGS_SQL = "SELECT verdict, message, clause, status FROM {t} WHERE subject_id = ? ORDER BY finding_id"


def zone_html(files: Mapping[str, str], zone: str) -> str:
    """Return a zone's figures, then its findings: not met, to be verified, advice, passed; each with its clause."""
    rows = rows_of(files, "zones", ZONE_SQL, (zone,))
    if not rows:
        return f"<p>{tr('Zone {id} is not in the results.').format(id=escape(zone))}</p>"
    name, area, floor, people, petals, elder, child = rows[0]
    figures = (
        tr("{n} ha").format(n=wording.number(area and area / 10_000, 1)),
        tr("{n} m² floor area").format(n=wording.number(floor)),
        fill(tr("{n} {n?person|people}"), n=wording.number(people)),
        fill(tr("{n} {n?petal|petals}"), n=wording.number(petals)),
        tr("gap of elders {share}").format(share=wording.percent(elder, 0)),
        tr("gap of children {share}").format(share=wording.percent(child, 0)),
    )
    parts = [f"<h3>{escape(name or zone)} <small>{escape(zone)}</small></h3><p>{' · '.join(figures)}</p>"]
    from ...core.delivery.findings import tell_source_clause

    found = rows_of(files, "findings", FINDINGS_SQL, (zone,))
    if not found:
        return "".join([*parts, f"<p>{tr('Findings are known after Zones.')}</p>"])
    words = {"fail": tr("not met"), "unknown": tr("to be verified"), "advice": tr("advice"), "pass": tr("passed")}
    order = list(VERDICTS)
    counts = [f"{VERDICTS[key]} {words[key]} {n}" for key in order if (n := sum(row[0] == key for row in found))]
    parts.append(f"<p><b>{' · '.join(counts)}</b></p><table cellpadding='2'>")
    for verdict, message, clause, _ in sorted(found, key=lambda row: order.index(row[0]) if row[0] in order else 9):
        sign = '<span style="color:#8A0F2B">✗</span>' if verdict == "fail" else VERDICTS.get(verdict, "")
        basis = tell_source_clause(clause or "", interface_language())
        told = f"<td>{sign}</td><td>{escape(message or '')}<br><small>{escape(basis)}</small></td>"
        parts.append(f"<tr>{told}</tr>")
    return "".join([*parts, "</table>"])


def way_html(way: Any, title: str, facility: str, from_parcel: bool = True) -> str:
    """Return a way in words: minutes there and back, length, stairs, climb; else it begins where somebody clicked."""
    if way is None:
        return f"<p>{paired(f'{escape(title)} {escape(facility)}', tr('no way there'))}</p>"
    back = minutes_text(way.back_s)
    inside = tr("From the middle of the parcel; the table above is the mean over its houses.")
    lines = [
        f"<p><b>{escape(title)}</b> {escape(facility)}<br>",
        tr("{there} there, {back} back").format(there=minutes_text(way.there_s), back=back),
        " · ",
        tr("{n} m, of it {stairs} m stairs").format(
            n=wording.number(way.length_m), stairs=wording.number(way.stairs_m)
        ),
        " · ",
        *([fill(tr("about {n} {n?step|steps}"), n=wording.number(way.steps_n)), " · "] if way.steps_n else []),
        tr("{up} m up, {down} m down").format(up=wording.number(way.climb_m, 1), down=wording.number(way.drop_m, 1)),
        f"<br><small>{inside if from_parcel else tr('From the place that was clicked.')}</small></p>",
    ]
    return unbroken("".join(lines))


def served_rows(files: Mapping[str, str], facility: str) -> list[tuple[str, str, Any, float]]:
    """Return (kind, parcel, people, s) where a facility is the nearest of a kind that is needed; none before Gaps.

    A city's table has no index for it: it is gone through once for a click.
    """
    return rows_of(files, "gap_detail", SERVED_SQL, (facility,))


def facility_html(facility: str, name: str, titles: Mapping[str, str], found: Any) -> str:
    """Return whom a facility serves: places, how loaded it is, for how many parcels it is the nearest.

    `found` is an answers.Facility.
    """
    head = tr("Facility {id}").format(id=escape(facility))
    parts = [f"<h3>{escape(name)}</h3><p>{head}</p>" if name else f"<h3>{head}</h3>", ""]
    served = found.served
    for kind, unit, capacity, load, status in found.loads:
        words = [escape(titles.get(kind, kind))]
        words.append(tr("{n} of {of} used").format(n=amount_text(load, ""), of=amount_text(capacity, unit)))
        if status == "NO_CAPACITY":
            words[-1] = tr("capacity not known")
        elif status == "full":
            words.append(tr("overloaded"))
        parts.append(f"<p>{' · '.join(words)}</p>")
    text = tr(
        "{kind}: the nearest for {parcels} {parcels?parcel|parcels} with {people} "
        "{people?person who needs|people who need} it, the farthest {minutes} away"
    )
    for kind in sorted({row[0] for row in served}):
        rows = [row for row in served if row[0] == kind]
        known = [row[2] for row in rows if row[2] is not None]
        told = fill(
            text, kind=escape(titles.get(kind, kind)), parcels=wording.number(len(rows)),
            people=wording.number(sum(known) if known else None), minutes=minutes_text(max(row[3] for row in rows)),
        )  # fmt: skip
        parts.append(f"<p>{told}</p>")
    if len(parts) == 2 and not served:
        later = tr("Whom a facility serves is known after Gaps.")
        not_counted = tr("Gaps did not count it: not in use, or of no kind that is counted.")
        parts.append(f"<p>{not_counted if found.is_counted else later}</p>")
    if served:
        parts.append(f"<p><small>{tr('These parcels are framed on the map.')}</small></p>")
    return "".join(parts)


def minutes_text(seconds: Any) -> str:
    """Return a walk in minutes; — when there is none."""
    return "—" if seconds is None else tr("{n} min").format(n=wording.number(seconds / 60, 1))


def amount_text(value: Any, unit: Any) -> str:
    """Return an amount with its unit; — when it is not known."""
    if value is None:
        return "—"
    digits = 0 if unit == "people" and not 0 < abs(value) < WHOLE_PEOPLE else 1
    return f"{wording.number(value, digits)} {unit_text(unit)}".strip()


def unit_text(unit: Any) -> str:
    """Return a unit in words; "" for none."""
    words = {"place": tr("places"), "bed": tr("beds"), "m2": "m²", "people": unit_words("people", interface_language())}
    return words.get(str(unit), "")
