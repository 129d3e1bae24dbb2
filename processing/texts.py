# SPDX-License-Identifier: GPL-2.0-or-later
"""Titles, labels and help of algorithms and their parameters, from resources/help, in the language of QGIS."""

from __future__ import annotations

import re
import sys
from functools import lru_cache
from html import escape
from pathlib import Path

from qgis.core import QgsApplication
from qgis.PyQt.QtCore import QCoreApplication

from ..core.resources import RESOURCES, read_resource

CONTEXT = "UrbanRenewal"
PICTURE_WIDTH = 230  # of the help beside a dialog, as QGIS first opens it


def tr(text: str) -> str:
    """Translate a sentence of the interface; the context is the plugin's own: “@default” is shared by all plugins."""
    return QCoreApplication.translate(CONTEXT, text)


def interface_language() -> str:
    """Return zh when QGIS runs in any Chinese, else en."""
    application = _application()
    return _language_of(application.translation() if application is not None else "")


@lru_cache(maxsize=1)
def _application() -> QgsApplication | None:
    """Return the application, asked for once: in the desktop that takes 11 µs, and a list asks at every row."""
    return QgsApplication.instance()


@lru_cache(maxsize=8)
def _language_of(shown: str) -> str:
    """Return the language of what QGIS is shown in; `qgis --lang` is known there, not to locale()."""
    return "zh" if (shown or QgsApplication.locale()).lower().startswith("zh") else "en"


@lru_cache(maxsize=64)
def help_of(algorithm_id: str) -> dict:
    """Return the texts of an algorithm: title, summary, parameters, outputs; shared ones filled in."""
    own: dict = read_resource("help", f"{algorithm_id}.json")
    shared = _shared()
    for part in ("parameters", "outputs"):
        own[part] = {**shared[part], **own.get(part, {})}
    return own


@lru_cache(maxsize=1)  # the Toolbox asks every algorithm for its group whenever a project is opened or closed
def _shared() -> dict[str, dict]:
    return dict(read_resource("help", "_shared.json"))


def title(algorithm_id: str) -> str:
    """Return the algorithm's title in the language of QGIS."""
    return help_of(algorithm_id)["title"][interface_language()]


def short_description(algorithm_id: str) -> str:
    """Return one sentence of what the algorithm does: the tooltip in the Toolbox."""
    return help_of(algorithm_id)["short"][interface_language()]


def search_words(algorithm_id: str) -> list[str]:
    """Return what the search field of the Toolbox finds the algorithm by, in both languages, besides its title."""
    texts = help_of(algorithm_id)
    return [*texts["title"].values(), algorithm_id, *_search_words().get(algorithm_id, ())]


@lru_cache(maxsize=1)
def _search_words() -> dict[str, list[str]]:
    return dict(read_resource("help", "_tags.json"))


def short_help(algorithm_id: str) -> str:
    """Return the help shown beside the dialog: what the algorithm does, how, the formula, its source, a picture.

    Where there is no window it is plain text, and there is no picture.
    """
    texts, language = help_of(algorithm_id), interface_language()
    told = methods().get(algorithm_id, {})
    parts = [texts[part][language] for part in ("summary", "method") if part in texts]
    source = ("来源：" if language == "zh" else "Source: ") + told["source"][language] if told else ""
    if not has_window():
        return "\n\n".join([*parts, *([formula_of(told, language), source] if told else [])])
    parts = [escape(part) for part in parts]
    if told:
        parts.append("<br>".join(f"<b>{escape(line)}</b>" for line in formula_lines(formula_of(told, language))))
        parts.append(escape(source))
    picture = picture_of(algorithm_id)
    if picture is not None:  # a click opens the page of the help, where it is large
        shown = f'<img src="{picture.as_uri()}" width="{PICTURE_WIDTH}">'
        page = help_page(algorithm_id)
        parts.insert(1, f'<a href="{page}">{shown}</a>' if page else shown)
    return "\n".join(parts)  # QGIS makes a paragraph of each line


def formula_of(told: dict, language: str) -> str:
    """Return the formula of a method, in Chinese with Chinese words where it has words at all."""
    return str(told.get(f"formula_{language}", told["formula"]))


def formula_lines(formula: str) -> list[str]:
    """Return the formulas of a method, which stand in one text with wide gaps between them."""
    return [part.strip() for part in re.split(r"\s{4,}", formula) if part.strip()]


def has_window() -> bool:
    """Tell whether QGIS has its window; in qgis_process and in scripts it has none."""
    return getattr(sys.modules.get("qgis.utils"), "iface", None) is not None


def picture_of(algorithm_id: str) -> Path | None:
    """Return the picture of what the algorithm gives on the sample, if it is there."""
    path = RESOURCES.parent / "docs" / "pictures" / "algorithms" / f"{algorithm_id}.png"
    return path if path.exists() else None


def help_page(algorithm_id: str) -> str:
    """Return the address of the algorithm's page in the local help; "" where the pages are not made."""
    page = RESOURCES.parent / "docs" / "help" / interface_language() / f"{algorithm_id}.html"
    return page.as_uri() if page.exists() else ""


@lru_cache(maxsize=1)
def methods() -> dict:
    """Return {algorithm: formula, source} of resources/help/_methods.json."""
    found: dict = read_resource("help", "_methods.json")
    return found


def parameter_text(algorithm_id: str, name: str, kind: str) -> str:
    """Return the label or the help of a parameter; a name without text stands for itself (a test forbids it)."""
    entry = help_of(algorithm_id)["parameters"].get(name, {})
    return entry.get(kind, {}).get(interface_language(), name)


def output_text(algorithm_id: str, name: str) -> str:
    """Return the label of an output that is not also a parameter, such as a number."""
    return help_of(algorithm_id)["outputs"].get(name, {}).get("label", {}).get(interface_language(), name)


def group_title(group_id: str) -> str:
    """Return the title of a group of algorithms."""
    return str(_shared()["groups"][group_id][interface_language()])


@lru_cache(maxsize=1)
def _models() -> dict[str, dict]:
    return dict(read_resource("help", "_models.json"))


def model_step(model: str) -> str:
    """Return the algorithm that a shipped model runs."""
    return str(_models()[model]["step"])


def model_text(model: str, kind: str) -> str:
    """Return the title or the short description of a shipped model."""
    return str(_models()[model][kind][interface_language()])


def model_help(model: str) -> str:
    """Return the help of a shipped model: what it takes and gives, then the help of what it runs."""
    gap = "\n" if has_window() else "\n\n"
    return gap.join([model_text(model, "short"), short_help(model_step(model))])


def model_parameter(model: str, name: str) -> tuple[str, str]:
    """Return label and help of a model's input or output: those of the step's parameter behind it."""
    step = model_step(model)
    behind = _models()[model]["outputs"].get(name.rsplit(":", 1)[-1], name.upper())
    return parameter_text(step, behind, "label"), parameter_text(step, behind, "help")
