# SPDX-License-Identifier: GPL-2.0-or-later
"""Who looks at which parcel just now, when several people review one study. No QGIS here.

Each open panel keeps one small file beside the table of reviews, <reviews>.here/<session>.json, and writes it anew when
it moves on and now and then. Nothing is locked, nobody waits, the table itself is not touched. Times are those that the
file system gave the files: the clocks of the computers need not agree.
"""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple
from uuid import uuid4

GONE_S = 90.0  # a file this much older than the newest belongs to a panel that crashed
OLD_S = 3600.0  # and this much older: it is swept away
BEAT_S = 25.0  # how often a panel says that it is still there


class Somebody(NamedTuple):
    """Another person and the parcel that is open on the other screen; "" = none."""

    reviewer: str
    parcel_id: str


class Presence:
    """Our own mark and those of the others in one folder; a folder that cannot be written shows the others only."""

    def __init__(self, reviews: Path) -> None:
        self.folder = reviews.with_suffix(".here")
        self.path = self.folder / f"{uuid4().hex[:12]}.json"

    def say(self, reviewer: str, parcel_id: str) -> None:
        """Tell the others where we are; a person without a name is not told of."""
        if not reviewer:
            self.leave()
            return
        part = self.path.with_suffix(".part")
        with suppress(OSError):
            self.folder.mkdir(exist_ok=True)
            text = json.dumps({"reviewer": reviewer, "parcel_id": parcel_id}, ensure_ascii=False)
            part.write_text(text, encoding="utf-8")
            part.replace(self.path)

    def others(self) -> list[Somebody]:
        """Return who else is here, by name. Marks that are older than GONE_S before the newest are left out."""
        found: list[tuple[float, Path, Somebody]] = []
        with suppress(OSError):
            for path in sorted(self.folder.glob("*.json")):
                with suppress(OSError, ValueError, KeyError, TypeError):
                    told = json.loads(path.read_text(encoding="utf-8"))
                    somebody = Somebody(str(told["reviewer"]), str(told["parcel_id"]))
                    found.append((path.stat().st_mtime, path, somebody))
        newest = max((when for when, _, _ in found), default=0.0)
        for path in (path for when, path, _ in found if newest - when > OLD_S):
            with suppress(OSError):
                path.unlink()
        return sorted(who for when, path, who in found if path != self.path and newest - when <= GONE_S)

    def leave(self) -> None:
        """Take our mark away, and the folder when it was the last one."""
        with suppress(OSError):
            self.path.unlink()
        with suppress(OSError):
            self.folder.rmdir()  # refused while others are in it
