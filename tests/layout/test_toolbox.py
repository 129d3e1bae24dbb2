"""The Toolbox side: icon, group, help and folded parameters of each algorithm; batch, models, copying as commands."""

import ast
import json
import re
import shlex

import pytest
from qgis.core import (
    QgsApplication,
    QgsProcessingContext,
    QgsProcessingModelAlgorithm,
    QgsProcessingModelChildAlgorithm,
    QgsProcessingParameterDefinition,
)
from qgis.gui import QgsGui, QgsProcessingGui

FOLDED = {"INVALID", "NO_CRS", "LANGUAGE"}


@pytest.fixture(scope="module")
def provider(as_provider):
    from urban_renewal.processing.provider import RenewalProvider

    with as_provider(RenewalProvider) as made:
        yield made


@pytest.fixture(scope="module")
def algorithms(provider):
    found = {item.name(): item for item in provider.algorithms()}
    return {name: item for name, item in found.items() if name not in ("gaponly", "retag")}


def test_each_has_its_own_icon(algorithms, root):
    icons = {name: root / "resources" / "icons" / f"{name}.svg" for name in algorithms}
    assert [name for name, path in icons.items() if not path.exists()] == []
    assert all(not item.icon().isNull() for item in algorithms.values())
    assert len({path.read_text(encoding="utf-8") for path in icons.values()}) == len(icons)


def test_groups_are_few_and_named(algorithms):
    groups = {(item.groupId(), item.group()) for item in algorithms.values()}
    assert len(groups) == len({key for key, _ in groups}) <= 7
    numbered = sorted(title for _, title in groups if re.match(r"\d ", title))
    assert [title[0] for title in numbered] == ["1", "2", "3", "4", "5"], groups  # the five steps, and the whole study


def test_help_says_what_how_by_which_formula_and_whose(algorithms):
    for name, item in algorithms.items():
        parts = item.shortHelpString().split("\n\n")
        assert len(parts) >= 4, name  # what, how, formula, source
        assert parts[-1].startswith(("Source: ", "来源：")), name
        assert all(definition.help() for definition in item.parameterDefinitions()), name


def test_what_few_need_is_folded(algorithms):
    advanced = QgsProcessingParameterDefinition.Flag.FlagAdvanced
    for name, item in algorithms.items():
        definitions = {definition.name(): definition for definition in item.parameterDefinitions()}
        shown = [key for key in FOLDED & set(definitions) if not definitions[key].flags() & advanced]
        assert shown == [], name
        assert any(not definition.flags() & advanced for definition in definitions.values()), name


def test_every_parameter_has_a_field_in_batch_and_in_the_modeler(algorithms):
    registry = QgsGui.processingGuiRegistry()
    missing = [
        f"{name}.{definition.name()}"
        for name, item in algorithms.items()
        for definition in item.parameterDefinitions()
        if not definition.isDestination()
        for kind in (QgsProcessingGui.WidgetType.Batch, QgsProcessingGui.WidgetType.Modeler)
        if registry.createParameterWidgetWrapper(definition, kind) is None
    ]
    assert missing == []


def values_of(item):
    """Return a value for each parameter: its default, else a file."""
    return {
        definition.name(): f"/data/片区 1/{definition.name()}.gpkg"
        for definition in item.parameterDefinitions()
        if definition.defaultValue() in (None, "") and definition.type() in ("source", "sink", "folderDestination")
    }


def test_copied_as_python_it_is_the_same_call(algorithms):
    for name, item in algorithms.items():
        values = values_of(item)
        text = item.asPythonCommand(values, QgsProcessingContext())
        found = re.fullmatch(r'processing\.run\("urbanrenewal:(\w+)", (\{.*\})\)', text, re.DOTALL)
        assert found, (name, text)
        assert found[1] == name
        told = ast.literal_eval(found[2].replace("QgsProcessing.TEMPORARY_OUTPUT", "'TEMPORARY_OUTPUT'"))
        assert {key: told[key] for key in values} == values, name


def test_copied_as_a_command_it_is_the_same_call(algorithms):
    for name, item in algorithms.items():
        values = values_of(item)
        text, good = item.asQgisProcessCommand(values, QgsProcessingContext())
        assert good, name
        words = shlex.split(text)
        assert words[:3] == ["qgis_process", "run", f"urbanrenewal:{name}"]
        assert {f"--{key}={value}" for key, value in values.items()} <= set(words), name


def test_copied_as_json_it_is_the_same_call(algorithms):
    for name, item in algorithms.items():
        values = values_of(item)
        found = item.asMap(values, QgsProcessingContext())
        assert json.loads(json.dumps(found))["inputs"].items() >= values.items(), name


def test_each_can_stand_in_a_model(algorithms):
    for name in algorithms:
        model = QgsProcessingModelAlgorithm("m", "g", "g")
        child = QgsProcessingModelChildAlgorithm(f"urbanrenewal:{name}")
        child.setChildId("step")
        model.addChildAlgorithm(child)
        assert model.childAlgorithm("step").algorithm() is not None, name
        again = QgsProcessingModelAlgorithm()
        assert again.loadVariant(model.toVariant()), name


def test_help_button_opens_a_local_page(algorithms, root):
    """Pages are made by scripts/docs.py; where they are, the button opens them, never the network."""
    pages = root / "docs" / "help"
    for name, item in algorithms.items():
        url = item.helpUrl()
        assert url == "" or url.startswith("file:"), name
        if (pages / "en" / f"{name}.html").exists():
            assert url.endswith(f"/{name}.html"), name


def test_shipped_models_are_there(provider):
    names = {item.name() for item in provider.algorithms()}
    assert {"gaponly", "retag"} <= names
    assert QgsApplication.processingRegistry().providerById("urbanrenewal") is not None
