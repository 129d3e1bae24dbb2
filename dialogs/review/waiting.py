# SPDX-License-Identifier: GPL-2.0-or-later
"""Reviews that could not be written yet, kept on this computer: QGIS may be closed, the next session takes them up.

One small JSON file in the profile of QGIS for each table of reviews and session. A session adopts what earlier ones
have left; its own file, and theirs, go when the rows stand in the table.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

from qgis.core import QgsApplication

FOLDER = "urban_renewal/reviews_waiting"


class Spool:
    """What waits for one table of reviews."""

    def __init__(self, table: Path) -> None:
        self._mark = hashlib.sha256(str(table.absolute()).encode("utf-8")).hexdigest()[:16]
        self.path = Path(QgsApplication.qgisSettingsDirPath()) / FOLDER / f"{self._mark}-{uuid4().hex[:8]}.json"
        self._taken: list[Path] = []  # files of earlier sessions

    def read(self, names: Sequence[str]) -> list[dict[str, str]]:
        """Return the rows that earlier sessions have left, columns of `names`; a file nobody can read stays."""
        rows: dict[str, dict[str, str]] = {}
        for path in sorted(self.path.parent.glob(f"{self._mark}-*.json")):
            with suppress(OSError, ValueError, KeyError, TypeError, AttributeError):
                for row in json.loads(path.read_text(encoding="utf-8"))["rows"]:
                    rows[str(row["review_id"])] = {name: str(row.get(name, "")) for name in names}
                self._taken.append(path)
        return list(rows.values())

    def keep(self, rows: Sequence[Mapping[str, str]]) -> None:
        """Write what waits, whole or not at all; without rows there is no file."""
        if not rows:
            self.clear()
            return
        part = self.path.with_suffix(".part")
        with suppress(OSError):
            part.parent.mkdir(parents=True, exist_ok=True)
            part.write_text(json.dumps({"rows": list(rows)}, ensure_ascii=False), encoding="utf-8")
            part.replace(self.path)
            self._drop(self._taken)
            self._taken = []

    def clear(self) -> None:
        """Forget what waited: it stands in the table now."""
        self._drop([self.path, *self._taken])
        self._taken = []

    @staticmethod
    def _drop(paths: Sequence[Path]) -> None:
        for path in paths:
            with suppress(OSError):
                path.unlink()
