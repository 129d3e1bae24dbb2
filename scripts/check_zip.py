# SPDX-License-Identifier: GPL-2.0-or-later
"""Checks a plugin zip as plugins.qgis.org does on upload: names, size, licence, metadata.

Usage: check_zip.py [--release] FILE. With --release addresses that are placeholders refuse the zip; else they are told.
"""

from __future__ import annotations

import configparser
import posixpath
import re
import sys
import zipfile
from pathlib import Path

PACKAGE = "urban_renewal"
MAX_BYTES = 25 * 10**6  # the site's limit
NEEDED_KEYS = (
    "name", "description", "version", "qgisMinimumVersion", "author", "email", "about", "tracker", "repository",
)  # fmt: skip
NEEDED_FILES = ("__init__.py", "metadata.txt", "LICENSE", "requirements.txt", "i18n/urban_renewal_zh.qm")
FORBIDDEN = re.compile(
    r"(^|/)(\.git|__pycache__|__MACOSX|tests|benchmarks|scripts|\.ci|\.venv)(/|$)|\.(pyc|exe|dll|so|sh|bat|cmd)$"
)
VERSION = re.compile(r"\d+\.\d+\.\d+")
LINK = re.compile(r'(?:\]\(|(?:href|src)=")(?!\w+:|#)([^)"#]+)')  # in Markdown or HTML, to a file


def complaints(path: Path) -> tuple[list[str], list[str]]:
    """Return (what blocks the upload, what the maintainers should know) about the zip."""
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
        runnable = [
            item.filename for item in archive.infolist() if item.external_attr >> 16 & 0o111 and not item.is_dir()
        ]
        metadata = archive.read(f"{PACKAGE}/metadata.txt").decode("utf-8")
        read = [name for name in names if name.endswith((".txt", ".md", ".html"))]
        texts = {name: archive.read(name).decode("utf-8", "replace") for name in read}
    blocks = [f"no {PACKAGE}/{name}" for name in NEEDED_FILES if f"{PACKAGE}/{name}" not in names]
    blocks += [f"{name} must not be in it" for name in names if FORBIDDEN.search(name)]
    blocks += [f"{name} is marked as a program" for name in runnable]
    blocks += [f"{name} leads elsewhere" for name in names if ".." in name or "\\" in name or name.startswith("/")]
    blocks += [f"{name} is outside {PACKAGE}/" for name in names if not name.startswith(f"{PACKAGE}/")]
    blocks += lost_links(texts, set(names))
    if path.stat().st_size > MAX_BYTES:
        blocks.append(f"{path.stat().st_size / 1e6:.1f} MB, the limit is 25 MB")
    parser = configparser.ConfigParser()
    parser.read_string(metadata)
    general = parser["general"]
    blocks += [f"metadata.txt lacks {key}" for key in NEEDED_KEYS if not general.get(key, "").strip()]
    if not VERSION.fullmatch(general.get("version", "")):
        blocks.append("version is not MAJOR.MINOR.PATCH")
    notes = [
        f"{name}: an address under example.org is to be replaced before release"
        for name, text in texts.items()
        if "example.org" in text
    ]
    return blocks, notes


def lost_links(texts: dict[str, str], names: set[str]) -> list[str]:
    """Say which links of the pages lead to a file that is not in the zip."""
    lost = []
    for name, text in texts.items():
        for link in LINK.findall(text) if name.endswith((".md", ".html")) else []:
            if posixpath.normpath(posixpath.join(posixpath.dirname(name), link)) not in names:
                lost.append(f"{name} leads to {link}, which is not in it")
    return lost


def main() -> int:
    """Print what was found; 1 when the site would refuse the zip."""
    path = Path(sys.argv[-1])
    blocks, notes = complaints(path)
    if "--release" in sys.argv[1:-1]:
        blocks, notes = [*blocks, *notes], []
    for note in notes:
        print(f"package: {note}", file=sys.stderr)
    for block in blocks:
        print(f"package: REFUSED: {block}", file=sys.stderr)
    if not blocks:
        print(f"package: {path}, {path.stat().st_size / 1e6:.2f} MB")
    return int(bool(blocks))


if __name__ == "__main__":
    sys.exit(main())
