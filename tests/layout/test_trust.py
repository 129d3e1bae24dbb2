"""docs/trust.md names tests that exist: a promise whose test is gone is no promise."""

import json
import re
import sys
import time

import pytest


def test_every_named_test_exists(root):
    text = (root / "docs" / "trust.md").read_text(encoding="utf-8")
    code = {}  # of all files of a name: rooms have some alike
    for path in sorted((root / "tests").rglob("test_*.py")):
        code[path.name] = code.get(path.name, "") + path.read_text(encoding="utf-8")
    names = set(re.findall(r"\b(test_\w+\.py)\b", text))
    functions = set(re.findall(r"`(test_\w+)\b(?!\.py)", text))
    pairs = set(re.findall(r"\b(test_\w+\.py)::(test_\w+)", text))
    assert len(names) > 25 and len(functions | pairs) > 15
    assert sorted(names - set(code)) == []
    assert sorted(name for name in functions if f"def {name}(" not in "\n".join(code.values())) == []
    assert sorted(pair for pair in pairs if f"def {pair[1]}(" not in code[pair[0]]) == []


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


@pytest.mark.skipif(sys.platform == "win32", reason="ends a group of processes")
def test_a_fault_that_never_ends_is_told(root, tmp_path, monkeypatch):
    """scripts/mutate.py ended there with a traceback, told nothing of those behind it, and left workers at work."""
    monkeypatch.syspath_prepend(str(root / "scripts"))
    import mutate

    monkeypatch.setattr(mutate, "MOST_S", 3)
    body = 'import subprocess, time\ndef test_it():\n    subprocess.Popen(["sleep", "60"])\n    time.sleep(60)\n'
    (tmp_path / "test_x.py").write_text(body, encoding="utf-8")
    began = time.monotonic()
    assert mutate.run_tests(tmp_path, ["-s", "test_x.py"])[0] is None
    assert time.monotonic() - began < 30
