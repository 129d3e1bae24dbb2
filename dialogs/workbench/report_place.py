# SPDX-License-Identifier: GPL-2.0-or-later
"""Where in the report of a delivery a step's results stand: the heading that a card's link goes to. No QGIS here."""

from __future__ import annotations

import re
from html import escape
from pathlib import Path

from ...core.words import say

HEADINGS = {"tag": "report_found", "gaps": "report_gaps", "zones": "report_zones"}
MOST_BYTES = 20_000_000  # a page larger than this is opened at its top: reading it would be felt


def place_of(page: Path, step: str) -> str:
    """Return the id of the heading of a step, in the language that the report shows first; "" where there is none."""
    code = HEADINGS.get(step, "")
    try:
        if not code or page.stat().st_size > MOST_BYTES:
            return ""
        text = page.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return ""
    language = "en" if '<html lang="en' in text[:400] else "zh"
    title = re.escape(escape(say(code, language)))
    found = re.search(rf'<h2 id="({language}-s\d+)">[^<]*{title}<', text)
    return found.group(1) if found else ""
