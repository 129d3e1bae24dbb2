# SPDX-License-Identifier: GPL-2.0-or-later
"""Which fields people chose for a role on this computer, for the next layer that has them: another district's."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

from qgis.core import QgsSettings

KEY = "urban_renewal/fields/"  # QgsSettings, a role each: a JSON list of {column: field}, the newest first
MOST = 20  # of a role: own choice


def remember(role: str, mapping: Mapping[str, str]) -> None:
    """Keep what was chosen otherwise than guessed; nothing chosen changes nothing."""
    if mapping:
        now = dict(mapping)
        kept = [now, *(item for item in _kept(role) if item != now)]
        QgsSettings().setValue(KEY + role, json.dumps(kept[:MOST], ensure_ascii=False))


def last_time(role: str, fields: Iterable[str]) -> dict[str, str]:
    """Return the newest choice whose fields a layer has, all of them; {} when there is none."""
    there = set(fields)
    return next((item for item in _kept(role) if there.issuperset(item.values())), {})


def _kept(role: str) -> list[dict[str, str]]:
    """Return what is kept of a role; what a person or another version has written there otherwise does not count."""
    try:
        found = json.loads(str(QgsSettings().value(KEY + role, "") or "[]"))
    except ValueError:
        return []
    return [
        item for item in (found if isinstance(found, list) else [])
        if isinstance(item, dict) and item and all(isinstance(field, str) and field for field in item.values())
    ]  # fmt: skip
