# SPDX-License-Identifier: GPL-2.0-or-later
"""The folder of data files that ship with the plugin, and how a JSON file in it is read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

RESOURCES = Path(__file__).resolve().parents[1] / "resources"


def read_resource(*parts: str) -> Any:
    """Return the content of a shipped JSON file, named by its path: "styles", "palette.json"."""
    return json.loads(RESOURCES.joinpath(*parts).read_text(encoding="utf-8"))
