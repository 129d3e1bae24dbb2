"""Nothing in the repository knows the machine it was written on."""

import re

PLACES = re.compile(r"/(?:wor" + r"k|roo" + r"t)/|[A-Za-z]:\\Users\\(?!张三)|/home/(?!zhang|u/)\w")
BINARY = {".png", ".qm", ".gpkg", ".tif", ".zip", ".qgz", ".pdf"}


def test_no_path_of_this_machine(tracked):
    found = []
    for path in tracked:
        if path.suffix not in BINARY:
            for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
                found += [f"{path.name}:{number}: {line.strip()[:80]}"] if PLACES.search(line) else []
    assert found == []


def test_no_large_or_foreign_files(tracked):
    assert [path.name for path in tracked if path.stat().st_size > 2 * 2**20] == []
    assert [path.name for path in tracked if path.suffix in {".pyc", ".exe", ".dll", ".so", ".bat", ".cmd"}] == []
