# SPDX-License-Identifier: GPL-2.0-or-later
"""Titles, labels and help of algorithms and their parameters, from resources/help, in the language of QGIS."""

from __future__ import annotations

import json
from functools import lru_cache

from qgis.core import QgsApplication
from qgis.PyQt.QtCore import QCoreApplication

from ..core.words import RESOURCES

CONTEXT = "UrbanRenewal"


def tr(text: str) -> str:
    """Translate a sentence of the interface; the context is the plugin's own (qgis.md 19)."""
    return QCoreApplication.translate(CONTEXT, text)


def interface_language() -> str:
    """Return zh when QGIS runs in any Chinese, else en."""
    application = QgsApplication.instance()
    shown = application.translation() if application is not None else ""  # knows `qgis --lang`, locale() does not
    return "zh" if (shown or QgsApplication.locale()).lower().startswith("zh") else "en"


@lru_cache(maxsize=64)
def help_of(algorithm_id: str) -> dict:
    """Return the texts of an algorithm: title, summary, parameters, outputs; shared ones filled in."""
    folder = RESOURCES / "help"
    own = json.loads((folder / f"{algorithm_id}.json").read_text(encoding="utf-8"))
    shared = json.loads((folder / "_shared.json").read_text(encoding="utf-8"))
    for part in ("parameters", "outputs"):
        own[part] = {**shared[part], **own.get(part, {})}
    return own


def title(algorithm_id: str) -> str:
    """Return the algorithm's title in the language of QGIS."""
    return help_of(algorithm_id)["title"][interface_language()]


def short_help(algorithm_id: str) -> str:
    """Return the help shown beside the dialog: what the algorithm does, how, the formula, its source."""
    texts = help_of(algorithm_id)
    language = interface_language()
    found = [texts[part][language] for part in ("summary", "method") if part in texts]
    told = methods().get(algorithm_id, {})
    if told:
        found += [told["formula"], ("来源：" if language == "zh" else "Source: ") + told["source"][language]]
    return "\n\n".join(found)


@lru_cache(maxsize=1)
def methods() -> dict:
    """Return {algorithm: formula, source} of resources/help/_methods.json."""
    found: dict = json.loads((RESOURCES / "help" / "_methods.json").read_text(encoding="utf-8"))
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
    groups = json.loads((RESOURCES / "help" / "_shared.json").read_text(encoding="utf-8"))["groups"]
    return groups[group_id][interface_language()]
