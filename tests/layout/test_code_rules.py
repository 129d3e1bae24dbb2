"""No code in data, no network, no shell, nothing that QGIS 4 refuses: as far as the syntax tree can tell."""

import ast
import enum
import importlib
import re

import pytest

DANGEROUS = {"eval", "exec", "compile", "__import__"}
MODULES = {"pickle", "marshal", "shelve", "subprocess", "xml", "telnetlib", "imp"}
ALLOWED_MODULES = {}  # (path, module) → reason


def places(sources, wanted):
    return [f"{path}:{node.lineno}" for path, tree in sources.items() for node in ast.walk(tree) if wanted(node)]


def test_nothing_is_evaluated(sources):
    assert places(sources, lambda n: isinstance(n, ast.Call) and getattr(n.func, "id", "") in DANGEROUS) == []


def test_no_module_that_runs_or_unpacks_what_it_reads(sources):
    found = []
    for path, tree in sources.items():
        for node in ast.walk(tree):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module] if isinstance(node, ast.ImportFrom) and node.module and not node.level else []
            firsts = {name.split(".")[0] for name in names} & MODULES
            found += [f"{path}:{node.lineno} {name}" for name in firsts if (path, name) not in ALLOWED_MODULES]
    assert found == []


def test_no_function_of_a_geos_that_qgis_may_not_have(sources):
    """In QGIS's own process a shapely from PyPI calls QGIS's GEOS, on Debian 12 one that lacks these: QGIS dies."""
    young = {"contains_xy", "intersects_xy", "equals_identical", "coverage_is_valid", "coverage_invalid_edges",
             "coverage_simplify", "disjoint_subset_union", "disjoint_subset_union_all", "has_m", "get_m",
             "orient_polygons"}  # fmt: skip
    assert places(sources, lambda n: isinstance(n, ast.Attribute) and n.attr in young) == []

    def keyed(node):
        """Say whether a dictionary goes by geometries: they are compared with each other then."""
        if not isinstance(node, ast.Subscript) or getattr(node.value, "id", "") not in ("dict", "set", "frozenset"):
            return False
        key = node.slice.elts[0] if isinstance(node.slice, ast.Tuple) else node.slice
        return any(getattr(part, "attr", "") == "Geometry" for part in ast.walk(key))

    assert places(sources, keyed) == []


def test_no_except_hides_everything(sources):
    def hides(node):
        if not isinstance(node, ast.ExceptHandler):
            return False
        silent = all(isinstance(part, (ast.Pass, ast.Continue)) for part in node.body)
        broad = node.type is None or getattr(node.type, "id", "") in ("Exception", "BaseException")
        return node.type is None or (broad and silent)

    assert places(sources, hides) == []


def test_no_print_and_no_exec_with_underscore(sources):
    def old(node):
        if not isinstance(node, ast.Call):
            return False
        return getattr(node.func, "id", "") == "print" or getattr(node.func, "attr", "") in ("exec_", "print_")

    assert places(sources, old) == []


def test_words_of_the_interface_can_be_translated(i18n):
    calls = [call for path in i18n.python_files() for call in i18n.tr_calls(path)]
    assert [f"{call.place}: {call.fault}" for call in calls if call.fault] == []
    assert calls


def test_every_word_has_its_chinese(i18n):
    texts = {call.text for path in i18n.python_files() for call in i18n.tr_calls(path)}
    known = i18n.known_translations()
    assert sorted(texts - set(known)) == []
    for text in texts:  # English alone says more for one thing and for several: {n?parcel lies|parcels lie}
        said, told = (set(re.findall(r"\{([^{}?]*)\}", words)) for words in (text, known[text]))
        assert said == told, text
        assert "?" not in "".join(re.findall(r"\{[^}]*\}", known[text])), text


def test_compiled_translations_are_those_of_the_text(i18n):
    assert i18n.QM.read_bytes() == i18n.compiled(i18n.TS), "run scripts/i18n.py"


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ('def f(): return tr("a {n}").format(n=1)', False),
        ('def f(): return tr(f"a {n}")', True),
        ('def f(): return tr("a {}".format(1))', True),
        ('def f(): return tr("a %s" % 1)', True),
        ("def f(): return self.tr(name)", True),
        ('TITLE = tr("early")', True),
    ],
)
def test_the_finder_of_words(tmp_path, i18n, line, fault):
    path = tmp_path / "x.py"
    path.write_text(line, encoding="utf-8")
    [call] = i18n.tr_calls(path, tmp_path)
    assert bool(call.fault) is fault


def qgis_names(tree):
    """{name in the file: (module, name there)} of what comes from qgis."""
    found = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and not node.level and (node.module or "").startswith("qgis."):
            found.update({alias.asname or alias.name: (node.module, alias.name) for alias in node.names})
    return found


def unscoped_enums(tree):
    """Yield (line, text) of enum members taken from the class instead of the enum: Qt.AlignCenter."""
    names = qgis_names(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in names:
            module, name = names[node.value.id]
            value = getattr(getattr(importlib.import_module(module), name, None), node.attr, None)
            scoped = isinstance(getattr(importlib.import_module(module), name, None), type(enum.Enum))
            if not scoped and (
                isinstance(value, enum.Enum) or (isinstance(value, int) and type(value) not in (int, bool))
            ):
                yield node.lineno, f"{node.value.id}.{node.attr}"


def test_enums_are_scoped(sources):
    pytest.importorskip("qgis.core")
    found = [f"{path}:{line} {text}" for path, tree in sources.items() for line, text in unscoped_enums(tree)]
    assert found == []


@pytest.mark.parametrize(
    ("line", "n"),
    [
        ("from qgis.PyQt.QtCore import Qt\nQt.AlignCenter", 1),
        ("from qgis.PyQt.QtCore import Qt\nQt.AlignmentFlag.AlignCenter", 0),
        ("from qgis.core import QgsProcessing\nQgsProcessing.TypeVectorPolygon", 1),
        ("from qgis.core import QgsProcessing\nQgsProcessing.SourceType.TypeVectorPolygon", 0),
        ("from qgis.core import Qgis\nQgis.Info", 1),
        ("from qgis.core import Qgis\nQgis.MessageLevel.Info", 0),
        ("from qgis.PyQt.QtWidgets import QMessageBox as Box\nBox.Yes", 1),
    ],
)
def test_the_finder_of_enums(line, n):
    pytest.importorskip("qgis.core")
    assert len(list(unscoped_enums(ast.parse(line)))) == n


def test_transforms_are_made_in_one_place(sources):
    """One between systems that died with a thread does nothing, in silence: processing/layers/systems.py sees to it."""
    found = [
        f"{path}:{node.lineno}"
        for path, tree in sources.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.args
        and node.func.id == "QgsCoordinateTransform" and str(path).startswith(("processing", "dialogs"))
    ]  # fmt: skip
    assert {place.split(":")[0] for place in found} == {"processing/layers/systems.py"}


def test_tasks_of_functions_are_begun_in_one_place(sources):
    """QGIS keeps to itself what is raised at the end of such a task, and a painting stands 200 to 300 ms behind one
    that keeps Python's lock as long as it may (promptness.py): dialogs/study/tasks.py sees to both.
    """

    def is_task(node):
        return isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "fromFunction"

    def gives_way(node):
        return isinstance(node.args[1], ast.Call) and getattr(node.args[1].func, "id", "") == "promptly"

    assert [place.split(":")[0] for place in places(sources, is_task)] == ["dialogs/study/tasks.py"]
    assert places(sources, lambda node: is_task(node) and not gives_way(node)) == []


def test_fonts_are_asked_in_one_place(sources):
    """PyQt 6 makes no object of QFontDatabase, and PyQt 5 asks nothing without one: styling/lettering.py knows both."""
    made = places(sources, lambda node: isinstance(node, ast.Call) and getattr(node.func, "id", "") == "QFontDatabase")
    assert [place.split(":")[0] for place in made] == ["processing/styling/lettering.py"]


def test_a_delivery_takes_no_group_of_its_layer_tree_away_again(root):
    """PyQt knows a group by its address: one made where another was deleted is called deleted (exports failed so)."""
    code = (root / "processing" / "delivery" / "project.py").read_text(encoding="utf-8")
    assert "addGroup" in code and "removeChildNode" not in code and "removeChildren" not in code
