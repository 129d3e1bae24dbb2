# SPDX-License-Identifier: GPL-2.0-or-later
"""The check of the inputs as one HTML file: counts, where things are, each finding once with its examples."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from ... import frames
from ...run import Run
from ...words import join_words, say
from ..summary import told
from .charts import Drawn, Series, bar_chart, small_map
from .checkpage import check_page
from .htmltable import html_table

SEVERITIES = {"error": "check_errors", "warning": "check_warnings", "info": "check_infos"}
COLORS = {"error": "#A8322D", "warning": "#E0A030", "info": "#9AA0A6"}
EXAMPLES = 10
DOT_SHARE = 0.006  # a finding's dot, as a share of the map's width
DOT_SEGMENTS = 2  # of a quarter: a dot has four pixels
LEAST_STEP_M = 1e-3  # all findings at one place: a map without width


@dataclass(frozen=True)
class Checked:
    """One layer that was checked: its parameter and what that is called, its own name, features, system; polygons."""

    parameter: str
    title: str
    name: str
    count: int
    crs: str
    shapes: npt.NDArray[Any] | None = None


def write_check_report(issues: pd.DataFrame, layers: Sequence[Checked], date: str, language: str, run: Run) -> str:
    """Return the report as HTML; `issues` (table issues, geometry in metres). Every text in it is escaped.

    Raises Cancelled.
    """
    counts = issues["severity"].value_counts()
    n = {severity: int(counts.get(severity, 0)) for severity in SEVERITIES}
    sections = {
        "check_layers": _layers(issues, layers, language),
        "check_where": _where(issues, layers, language, run),
        "check_findings": _findings(issues, layers, language),
    }
    return check_page(
        say("check_title", language), date,
        [(say(code, language), n[severity], severity == "error" and n[severity] > 0)
         for severity, code in SEVERITIES.items()],
        say("check_lead", language, layers=len(layers), errors=n["error"], warnings=n["warning"], infos=n["info"]),
        [(say(code, language), html) for code, html in sections.items()], language,
    )  # fmt: skip


def _by_layer(issues: pd.DataFrame) -> Mapping[tuple[str, str], int]:
    return Counter(zip(issues["layer"].astype(str), issues["severity"].astype(str)))


def _layers(issues: pd.DataFrame, layers: Sequence[Checked], language: str) -> str:
    found = _by_layer(issues)
    heads = [say(code, language) for code in ("check_layers", "report_crs", "check_features", *SEVERITIES.values())]
    rows = [
        (f"{item.title} · {item.name}", item.crs, told(item.count),
         *(told(found.get((item.parameter, severity), 0)) for severity in SEVERITIES))
        for item in layers
    ]  # fmt: skip
    series = [Series(say(code, language), COLORS[severity]) for severity, code in SEVERITIES.items()]
    odd = [item for item in layers if any((item.parameter, severity) in found for severity in SEVERITIES)]
    values = [[float(found.get((item.parameter, severity), 0)) for severity in SEVERITIES] for item in odd]
    title = say("check_findings", language)
    chart = bar_chart(title, [item.title for item in odd], values, series, told) if odd else ""
    return html_table(heads, rows, 4) + chart


def _where(issues: pd.DataFrame, layers: Sequence[Checked], language: str, run: Run) -> str:
    ground = [Drawn(item.shapes, "#ECEAE2", "#D5D2C8", 0.4) for item in layers if item.shapes is not None]
    points = frames.geometries(issues)
    placed = ~shapely.is_missing(points)
    if not ground or not placed.any():
        return f"<p>{escape(say('check_clean', language))}</p>" if not len(issues) else ""
    x_min, y_min, x_max, y_max = shapely.total_bounds(np.concatenate([layer.shapes for layer in ground]))
    radius = DOT_SHARE * max(x_max - x_min, y_max - y_min)
    inside = placed & shapely.intersects(points, shapely.box(x_min, y_min, x_max, y_max))
    dots = []
    for severity, color in reversed(COLORS.items()):
        mine = inside & (issues["severity"] == severity).to_numpy(dtype=bool)
        dots.append(Drawn(_dots(points[mine], radius), color))
    return small_map(say("check_where", language), [*ground, *dots], run=run)


def _dots(points: npt.NDArray[np.object_], radius: float) -> npt.NDArray[Any]:
    """Return a dot for each place: of those that would hide one another, one (they stand on a grid of their radius)."""
    step = max(radius, LEAST_STEP_M)
    places = np.unique(np.rint(shapely.get_coordinates(points) / step), axis=0) * step
    return np.asarray(shapely.buffer(shapely.points(places), radius, quad_segs=DOT_SEGMENTS))


def _findings(issues: pd.DataFrame, layers: Sequence[Checked], language: str) -> str:
    """Return each kind of finding once: its first sentence, how many, and the first ids."""
    if not len(issues):
        return f"<p>{escape(say('check_clean', language))}</p>"
    order = {severity: number for number, severity in enumerate(SEVERITIES)}
    groups = sorted(
        issues.groupby(["severity", "layer", "code"]), key=lambda item: (order[str(item[0][0])], *item[0][1:])
    )
    heads = [say(code, language) for code in ("report_severity", "report_layer", "report_reason", "check_examples")]
    titles = {item.parameter: item.title for item in layers}
    rows = []
    for (severity, layer, _), part in groups:
        ids = [str(item) for item in part["feature_id"] if item][:EXAMPLES]
        sentences = list(dict.fromkeys(part["message"]))
        more = f" (+{len(sentences) - 1})" if len(sentences) > 1 else ""
        n = int(part["n"].sum())
        rows.append(
            (
                say(SEVERITIES[severity], language),
                titles.get(layer, layer),
                sentences[0] + more,
                join_words(ids, language),
                told(n),
            )
        )
    return html_table([*heads, say("report_count", language)], rows, 1)
