# SPDX-License-Identifier: GPL-2.0-or-later
"""Says how many of the branches of core the tests take, branches alone and lines alone; fails under 90 %.

Usage: branches.py COVERAGE.json (made by `bash scripts/test.sh cover`)
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

LEAST = 0.9
WORST = 12  # files named


def main() -> int:
    """Print both shares and the files with the most branches not taken; 1 when either share is too small."""
    told = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    total, files = told["totals"], told["files"]
    lines = total["covered_lines"] / total["num_statements"]
    branches = total["covered_branches"] / total["num_branches"]
    print(f"core: {100 * branches:.2f} % of {total['num_branches']} branches, "
          f"{100 * lines:.2f} % of {total['num_statements']} lines")  # fmt: skip
    missing = sorted(files, key=lambda name: (-files[name]["summary"]["missing_branches"], name))
    for name in missing[:WORST]:
        part = files[name]["summary"]
        print(f"{part['missing_branches']:>5} of {part['num_branches']:>4} branches not taken  {name}")
    return int(min(lines, branches) < LEAST)


if __name__ == "__main__":
    sys.exit(main())
