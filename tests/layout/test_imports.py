"""dialogs → processing → core, and never back; core knows nothing of QGIS."""

import ast
import graphlib
import subprocess
import sys

import pytest

LIBRARIES = {"numpy", "scipy", "pandas", "shapely"}
QGIS = {"qgis", "PyQt5", "PyQt6", "osgeo", "sip"}
NETWORK = {"socket", "ssl", "urllib", "http", "ftplib", "smtplib", "requests", "httpx", "aiohttp"}
ALLOWED = {
    "core": {"core"},
    "processing": {"core", "processing"},
    "dialogs": {"core", "processing", "dialogs"},
    "plugin.py": {"core", "processing", "dialogs"},
    "__init__.py": {"plugin"},
}
WORK = ("sample", "inputs", "people", "walking", "tagging", "gaps", "zones", "delivery")  # the rooms in order of work


def imported(path, tree):
    """Yield (dotted name, node) of every import, relative ones from the plugin's root with a leading dot."""
    folder = path.split("/")[:-1]
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level:
            base = folder[: len(folder) - node.level + 1]
            parts = [*base, *(node.module.split(".") if node.module else [])]
            yield from ((".".join(["", *parts, alias.name]), node) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from ((f"{node.module}.{alias.name}", node) for alias in node.names)


def test_data_flows_one_way(sources):
    wrong = []
    for path, tree in sources.items():
        for name, node in imported(path, tree):
            if name.startswith(".") and name.split(".")[1] not in ALLOWED[path.split("/")[0]]:
                wrong.append(f"{path}:{node.lineno} imports {name}")
    assert not wrong


def test_a_step_of_the_work_knows_none_that_comes_after_it(sources):
    """Rooms of core/ import rooms before them and the files beside them; those files import no room at all."""
    wrong, rooms = [], set()
    for path, tree in sources.items():
        place, _, rest = path.removeprefix("core/").partition("/")
        if path.startswith("core/"):
            rooms |= {place} if rest else set()
            before = WORK[: WORK.index(place) + 1] if rest else ()
            names = (name.split(".") for name, _ in imported(path, tree) if name.startswith(".core."))
            wrong += [f"{path} imports {name[2]}" for name in names if name[2] in WORK and name[2] not in before]
    assert (wrong, rooms) == ([], set(WORK))


def first_imports(path, tree):
    """Yield what a file imports before anything of it runs, what only type checkers read among it."""
    blocks = [tree]
    while blocks:
        block = blocks.pop()
        inner = ast.Module([node for node in block.body if isinstance(node, (ast.Import, ast.ImportFrom))], [])
        yield from (name for name, _ in imported(path, inner))
        blocks += [node for node in block.body if isinstance(node, (ast.If, ast.Try))]


def test_no_two_files_need_each_other(sources):
    files = {"." + path.removesuffix(".py").removesuffix("/__init__").replace("/", "."): path for path in sources}
    needs = {}
    for path, tree in sources.items():
        names = list(first_imports(path, tree))
        found = {files.get(name) or files.get(name.rpartition(".")[0]) for name in names}
        needs[path] = found - {None, path}
    assert sum(map(len, needs.values())) > len(needs)
    list(graphlib.TopologicalSorter(needs).static_order())  # raises CycleError, which names the files


def test_the_dock_opens_without_its_panels(sources):
    """What is not seen at first is imported later: the window stands still for it (workbench/panels.py, warming.py)."""
    files = {"." + path.removesuffix(".py").removesuffix("/__init__").replace("/", "."): path for path in sources}
    found, open_ones = (
        set(),
        ["dialogs/workbench/first_run.py", "dialogs/workbench/dock.py", "dialogs/workbench/keys.py"],
    )
    while open_ones:
        path = open_ones.pop()
        names = list(first_imports(path, sources[path]))
        outside = {name.split(".")[0] for name in names}
        assert not outside & LIBRARIES, path
        needed = {files.get(name) or files.get(name.rpartition(".")[0]) for name in names} - {None} - found
        found |= needed
        open_ones += needed
    later = ("explore", "gap", "review", "sites", "zone", "editors", "delivery")
    assert [path for path in found if path.startswith(tuple(f"dialogs/{room}/" for room in later))] == []
    assert not found & {"dialogs/drop/dropping.py", "dialogs/workbench/settings_panel.py"}


@pytest.mark.parametrize(
    "house",
    [
        *("core", "core/delivery", "core/gaps", "core/tagging", "core/zones"),
        *("dialogs", "processing", "processing/delivery"),
    ],
)
def test_rooms_can_be_drawn_from_top_to_bottom(sources, house):
    """Folders, and files that stand in none, need each other one way only; imports inside functions count too."""
    files = {"." + path.removesuffix(".py").removesuffix("/__init__").replace("/", "."): path for path in sources}
    depth = house.count("/") + 1

    def room(path):
        return path.split("/")[depth]

    needs = {}
    for path, tree in sources.items():
        if path.startswith(house + "/"):
            found = {files.get(name) or files.get(name.rpartition(".")[0]) for name, _ in imported(path, tree)}
            inside = {room(other) for other in found if other and other.startswith(house + "/")}
            needs.setdefault(room(path), set()).update(inside - {room(path), "__init__.py"})
    assert sum(map(len, needs.values())) > len(needs) / 2
    list(graphlib.TopologicalSorter(needs).static_order())  # raises CycleError, which names the rooms


def test_core_needs_only_its_four_libraries(sources):
    wrong = []
    for path, tree in sources.items():
        if path.startswith("core/"):
            outside = {name.split(".")[0] for name, _ in imported(path, tree) if not name.startswith(".")}
            wrong += [f"{path} imports {name}" for name in outside - LIBRARIES - set(sys.stdlib_module_names)]
    assert not wrong


OF_QGIS = {  # there is no other name for them, and ours are never called so
    "processing.gui.wrappers.WidgetWrapper", "processing.gui.AlgorithmDialog.AlgorithmDialog",
}  # fmt: skip


def test_nothing_imports_the_package_by_name_or_the_network(sources):
    wrong = []
    for path, tree in sources.items():
        for name, node in imported(path, tree):
            first = name.split(".")[0]
            if name in OF_QGIS:
                continue
            if first in NETWORK | {"urban_renewal", "processing"} or name.startswith("qgis.PyQt.QtNetwork"):
                wrong.append(f"{path}:{node.lineno} imports {name}")
    assert not wrong


def test_sample_is_made_without_knowing_the_rules(sources):
    """An honest sample: attributes are drawn before any rule is looked at."""
    for path, tree in sources.items():
        if path.startswith("core/sample/"):
            assert not [name for name, _ in imported(path, tree) if name.startswith(".core.tagging")], path
            names = [
                node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)
            ]
            names += [node.id for node in ast.walk(tree) if isinstance(node, ast.Name)]
            assert not [name for name in names if "ruleset" in name], path


def test_tests_lean_on_no_other_test(tracked):
    """What several share stands in helpers, panels or a conftest: else one file's change breaks another's tests."""
    found = []
    for path in tracked:
        if path.suffix == ".py" and "tests" in path.parts:
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                name = (node.module or "") if isinstance(node, ast.ImportFrom) else ""
                found += [f"{path.name}: {name}"] if name.rpartition(".")[2].startswith("test_") else []
    assert found == []


def test_scripts_and_benchmarks_load_the_package_in_one_place(tracked):
    outside = [path for path in tracked if path.suffix == ".py" and {"scripts", "benchmarks", "docs"} & set(path.parts)]
    told = [path.name for path in outside if "submodule_search_locations" in path.read_text(encoding="utf-8")]
    assert told == ["checkout.py"]


def test_core_loads_without_qgis(root, sources):
    """Really imported, in a fresh Python in which QGIS cannot be found."""
    modules = [path[:-3].replace("/", ".").removesuffix(".__init__") for path in sources if path.startswith("core/")]
    code = f"""
import importlib, importlib.util, sys
for name in {sorted(QGIS)!r}:
    sys.modules[name] = None
root = {str(root)!r}
spec = importlib.util.spec_from_file_location("house", root + "/__init__.py", submodule_search_locations=[root])
sys.modules["house"] = importlib.util.module_from_spec(spec)
spec.loader.exec_module(sys.modules["house"])
for name in {modules!r}:
    importlib.import_module("house." + name)
"""
    done = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("path", "line", "found"),
    [
        ("core/a/b.py", "from ..run import Run", ".core.run.Run"),
        ("core/a/b.py", "from . import c", ".core.a.c"),
        ("core/a.py", "from ..processing import texts", ".processing.texts"),
        ("plugin.py", "from .dialogs.workbench.dock import X", ".dialogs.workbench.dock.X"),
        ("core/a.py", "import scipy.sparse", "scipy.sparse"),
    ],
)
def test_the_finder_itself(path, line, found):
    assert [name for name, _ in imported(path, ast.parse(line))] == [found]
