"""Files and functions stay small enough to be read."""

import ast

MAX_FILE, MAX_FUNCTION = 400, 60
LONG_FILES = {}  # path → reason
LONG_FUNCTIONS = {}  # "path:function" → reason


def test_files(root, sources):
    lengths = {path: len((root / path).read_text(encoding="utf-8").splitlines()) for path in sources}
    assert {path: n for path, n in lengths.items() if n > MAX_FILE and path not in LONG_FILES} == {}
    assert {path for path in LONG_FILES if lengths.get(path, 0) <= MAX_FILE} == set(), "no longer exceptions"


def test_functions(sources):
    found = {}
    for path, tree in sources.items():
        for node in ast.walk(tree):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                found[f"{path}:{node.name}"] = node.end_lineno - node.lineno + 1
    assert {name: n for name, n in found.items() if n > MAX_FUNCTION and name not in LONG_FUNCTIONS} == {}
    assert {name for name in LONG_FUNCTIONS if found.get(name, 0) <= MAX_FUNCTION} == set(), "no longer exceptions"


def test_licence_line(root, sources):
    for path in sources:
        assert (root / path).read_text(encoding="utf-8").startswith("# SPDX-License-Identifier: GPL-2.0-or-later\n"), (
            path
        )
