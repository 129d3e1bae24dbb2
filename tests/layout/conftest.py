"""What the tests of the house's rules look at: the source files of the plugin, parsed."""

import ast
import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BEGIN = """
import importlib.util, sys
from qgis.core import QgsApplication
app = QgsApplication([], False)
app.initQgis()
spec = importlib.util.spec_from_file_location("urban_renewal", {init!r}, submodule_search_locations=[{root!r}])
package = importlib.util.module_from_spec(spec)
sys.modules["urban_renewal"] = package
spec.loader.exec_module(package)
plugin = package.classFactory(None)
"""
PLACES = ("core", "processing", "dialogs", "plugin.py", "__init__.py")


def _python_files():
    for place in PLACES:
        path = ROOT / place
        yield from [path] if path.is_file() else sorted(path.rglob("*.py"))


@pytest.fixture(scope="session")
def root():
    return ROOT


@pytest.fixture(scope="session")
def i18n(root):
    """The module scripts/i18n.py."""
    spec = importlib.util.spec_from_file_location("house_i18n", root / "scripts" / "i18n.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def fresh_qgis(root):
    """Run code in a process of its own in which `plugin` is made, not begun; `before` runs before QGIS is there."""

    def run(code, before=""):
        begin = BEGIN.format(init=str(root / "__init__.py"), root=str(root))
        environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "PYTHONWARNINGS": "ignore"}
        command = [sys.executable, "-c", before + begin + code]
        return subprocess.run(command, capture_output=True, text=True, env=environment, check=False, timeout=60)

    return run


@pytest.fixture(scope="session")
def sources():
    """{path from the root: syntax tree} of everything that ships."""
    trees = {path.relative_to(ROOT).as_posix(): ast.parse(path.read_text(encoding="utf-8")) for path in _python_files()}
    assert len(trees) > 10
    return trees


@pytest.fixture(scope="session")
def tracked():
    """Every file under version control, and those that are about to be."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
    return [ROOT / name for name in names if (ROOT / name).is_file()]


@pytest.fixture(scope="session")
def contract():
    return json.loads((Path(__file__).parent / "contract.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def parameters_of(contract):
    """All parameters of an algorithm by name: its own, the groups it includes, and the common three."""

    def gather(name):
        entry = contract["algorithms"][name]
        groups = [contract["shared"][group] for group in (*entry.get("include", []), "common")]
        found = dict(entry["parameters"])
        for group in groups:
            found.update(group)
        return found

    return gather
