# SPDX-License-Identifier: GPL-2.0-or-later
"""Run records: placeholder."""

from __future__ import annotations

from typing import Any


class RunRecorder:
    """Collects what a run was made of."""

    def __init__(self, *parts: Any) -> None:
        self._parts = parts

    def add_output(self, name: str, output: Any, target: Any) -> None:
        """Add one result."""

    def record(self) -> dict[str, Any]:
        """Return the record."""
        return {"schema": "urban-renewal/run/1"}
