"""QGIS for macOS still brings Python 3.9 (pyproject.toml: target-version): nothing newer in what ships."""

import ast

NEWER = {"itertools.pairwise", "datetime.UTC", "tomllib", "enum.StrEnum", "typing.Self", "typing.assert_never"}


def too_new(tree):
    """Yield (line, what) of language and library that Python 3.9 does not know and that would fail when it runs."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Match):
            yield node.lineno, "match"
        elif isinstance(node, ast.Call):
            name = getattr(node.func, "id", "")
            if name == "zip" and any(word.arg == "strict" for word in node.keywords):
                yield node.lineno, "zip(strict=…)"
            if name in ("isinstance", "issubclass") and any(
                isinstance(item, ast.BinOp) and isinstance(item.op, ast.BitOr) for item in node.args[1:]
            ):
                yield node.lineno, "isinstance with |"
            if name == "dataclass" and any(word.arg in ("slots", "kw_only") for word in node.keywords):
                yield node.lineno, "dataclass(slots=…)"
        elif isinstance(node, ast.ImportFrom):
            for item in node.names:
                if f"{node.module}.{item.name}" in NEWER or node.module in NEWER:
                    yield node.lineno, f"{node.module}.{item.name}"
        elif isinstance(node, ast.Attribute) and f"{getattr(node.value, 'id', '')}.{node.attr}" in NEWER:
            yield node.lineno, ast.unparse(node)


def test_nothing_newer_than_python_3_9(sources):
    wrong = [f"{path}:{line}: {what}" for path, tree in sources.items() for line, what in too_new(tree)]
    assert wrong == []


def test_the_rule_sees_what_it_should():
    bad = "isinstance(a, int | float)\nzip(a, b, strict=True)\nmatch a:\n    case 1: pass\nitertools.pairwise(a)\n"
    assert [what for _, what in sorted(too_new(ast.parse(bad)))] == [
        "isinstance with |", "zip(strict=…)", "match", "itertools.pairwise",
    ]  # fmt: skip
