# SPDX-License-Identifier: GPL-2.0-or-later
"""A font that has Chinese, looked for in the order of the house; without one, maps would lack text."""

from __future__ import annotations

from qgis.PyQt.QtGui import QFontDatabase

from ...core.delivery.scales import page
from ...core.errors import RenewalError


def find_font(language: str) -> str:
    """Return the family to print with. Raises RenewalError("font_missing") for Chinese when there is none."""
    database = QFontDatabase()
    families = {family.split(" [")[0]: family for family in database.families()}
    found = next((families[name] for name in page()["fonts"] if name in families), None)
    if found is None:
        system = QFontDatabase.WritingSystem.SimplifiedChinese
        found = next(iter(sorted(database.families(system))), None)
    if found is None and language == "zh":
        raise RenewalError("font_missing")
    return found or ""
