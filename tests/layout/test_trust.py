"""docs/trust.md names tests that exist: a promise whose test is gone is no promise."""

import json
import re


def test_every_named_test_exists(root):
    text = (root / "docs" / "trust.md").read_text(encoding="utf-8")
    files = {path.name: path for path in (root / "tests").rglob("test_*.py")}
    whole = "\n".join(path.read_text(encoding="utf-8") for path in files.values())
    names = set(re.findall(r"\b(test_\w+\.py)\b", text))
    functions = set(re.findall(r"(?:::|`)(test_\w+)\b(?!\.py)", text))
    assert len(names) > 25 and len(functions) > 15
    assert sorted(name for name in names if name not in files) == []
    assert sorted(name for name in functions if f"def {name}(" not in whole) == []


def test_all_twenty_faults_have_a_line(root):
    text = (root / "docs" / "trust.md").read_text(encoding="utf-8")
    numbers = [int(found) for found in re.findall(r"^\| (\d+) \|", text, re.MULTILINE)]
    assert numbers == list(range(1, 21))


def test_listed_faults_still_have_their_place(root):
    """scripts/mutate.py puts each into the code at a line that must be there once; a change of the code moves it."""
    listed = json.loads((root / "tests" / "mutations" / "mutations.json").read_text(encoding="utf-8"))
    assert len(listed) >= 40
    texts = {name: (root / name).read_text(encoding="utf-8") for name in {fault["file"] for fault in listed}}
    assert [fault["n"] for fault in listed if texts[fault["file"]].count(fault["old"]) != 1] == []
    assert [fault["n"] for fault in listed if fault["old"] == fault["new"]] == []
