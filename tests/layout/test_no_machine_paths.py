"""Nothing in the repository knows the machine it was written on."""

import re

PLACES = re.compile(r"/(?:wor" + r"k|roo" + r"t)/|[A-Za-z]:\\Users\\(?!张三)|/home/(?!zhang|u/)\w")
OF_THE_DESIGN = ("contract", "qgis", "domain", "users", "perf", "style", "env")
PAPERS = re.compile(rf"(?<!guide/)\bmethods\.md\b|\b(?:{'|'.join(OF_THE_DESIGN)})\.md\b|\b(?:ui|picture)[ /]spec\b")
BINARY = {".png", ".qm", ".gpkg", ".tif", ".zip", ".qgz", ".pdf"}


def test_no_path_of_this_machine(tracked):
    found = []
    for path in tracked:
        if path.suffix not in BINARY:
            for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
                found += [f"{path.name}:{number}: {line.strip()[:80]}"] if PLACES.search(line) else []
    assert found == []


def test_comments_cite_only_what_a_reader_has(tracked):
    """A reason that stands in a paper elsewhere is none: it stands beside the line, or in docs."""
    found = [
        f"{path.name}:{number}"
        for path in tracked
        if path.suffix in {".py", ".md", ".json", ".sh"} and path.name != "test_no_machine_paths.py"
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if PAPERS.search(line)
    ]
    assert found == []


def test_no_large_or_foreign_files(tracked):
    assert [path.name for path in tracked if path.stat().st_size > 2 * 2**20] == []
    assert [path.name for path in tracked if path.suffix in {".pyc", ".exe", ".dll", ".so", ".bat", ".cmd"}] == []
