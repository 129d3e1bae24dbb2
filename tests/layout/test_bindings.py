"""Bindings of QGIS and Qt are there before a step runs: a first import in a worker can end QGIS (`provider.py`)."""

import ast
import json

AT_START = "import qgis.gui, qgis.analysis, qgis.PyQt.QtWidgets, qgis.PyQt.QtSvg\n"  # what QGIS brings at its start
LOADED = """
import json
plugin.initProcessing()
print("LOADED" + json.dumps(sorted(name for name in sys.modules if name.startswith(("qgis.", "PyQt")))))
plugin.unload()
"""


def late_imports(root):
    """Return the modules of QGIS and Qt that functions import: {module: [file:line]}."""
    found = {}
    for folder in ("processing", "core", "dialogs"):
        for path in sorted((root / folder).rglob("*.py")):
            tree = ast.parse(path.read_text(encoding="utf-8"))
            inner = [node for outer in ast.walk(tree) if isinstance(outer, (ast.FunctionDef, ast.Lambda))
                     for node in ast.walk(outer) if isinstance(node, (ast.Import, ast.ImportFrom))]  # fmt: skip
            for node in inner:
                base = getattr(node, "module", None)
                for item in node.names:
                    name = f"{base}.{item.name}" if base == "qgis" else base or item.name
                    if not getattr(node, "level", 0) and name.startswith(("qgis.", "PyQt")):
                        found.setdefault(name, []).append(f"{path.relative_to(root)}:{node.lineno}")
    return found


def test_no_binding_is_imported_for_the_first_time_in_a_worker(root, fresh_qgis):
    """Every one that a function imports is loaded with the provider, the 3D ones too."""
    done = fresh_qgis(LOADED, before=AT_START)
    told = next(line for line in done.stdout.splitlines() if line.startswith("LOADED"))
    loaded = set(json.loads(told[len("LOADED") :]))
    late = late_imports(root)
    assert "qgis._3d" in late
    ours = {name: places for name, places in late.items() if name not in loaded and name != "qgis.processing"}
    assert ours == {}  # qgis.processing has no types of its own; QGIS loads it with its Processing plugin
