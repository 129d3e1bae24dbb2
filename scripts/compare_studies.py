# SPDX-License-Identifier: GPL-2.0-or-later
"""Says whether the fixed study came out the same everywhere.

Usage: compare_studies.py WORK; reads WORK/study-*.json and WORK/full-*/hashes.json.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path


def differences(found: dict[str, dict]) -> list[str]:
    """Return a line for each table that is not the same everywhere, with who has what."""
    names = sorted({table for told in found.values() for table in told["tables"]})
    lines = []
    for table in names:
        hashes: dict[str, list[str]] = {}
        for where, told in found.items():
            hashes.setdefault(told["tables"].get(table, {}).get("hash", "missing")[:16], []).append(where)
        if len(hashes) > 1:
            lines.append(f"{table}: " + "; ".join(f"{value} {', '.join(who)}" for value, who in hashes.items()))
    return lines


def main() -> int:
    """Compare both kinds of study; 1 when a table differs or there is nothing to compare."""
    work, bad = Path(sys.argv[1]), 0
    core = {path.stem.removeprefix("study-"): path for path in work.glob("study-*.json")}
    full = {path.parent.name.removeprefix("full-"): path for path in work.glob("full-*/hashes.json")}
    for title, paths in (("core rooms", core), ("fullstudy in QGIS", full)):
        found = {name: json.loads(path.read_text(encoding="utf-8")) for name, path in sorted(paths.items())}
        for name, told in found.items():
            print(f"{title}: {name}: " + ", ".join(f"{key} {value}" for key, value in told["versions"].items()))
        lines = differences(found)
        print(f"{title}: {len(found)} places, {'the same everywhere' if not lines else f'{len(lines)} tables differ'}")
        print("\n".join(lines))
        bad += bool(lines) or len(found) < 2
    return int(bool(bad))


if __name__ == "__main__":
    sys.exit(main())
