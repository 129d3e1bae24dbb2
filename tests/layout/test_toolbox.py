"""The Toolbox side: icon, group, help and folded parameters of each algorithm; batch, models, copying as commands."""

import ast
import importlib.util
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
from qgis.PyQt.QtWidgets import QVBoxLayout, QWidget

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


def test_help_says_what_how_by_which_formula_and_whose(algorithms, monkeypatch):
    from urban_renewal.processing import texts

    monkeypatch.setattr(texts, "has_window", lambda: False)
    for name, item in algorithms.items():
        parts = item.shortHelpString().split("\n\n")
        assert len(parts) >= 4, name  # what, how, formula, source
        assert parts[-1].startswith(("Source: ", "来源：")), name
        assert all(definition.help() for definition in item.parameterDefinitions()), name


def test_beside_a_dialog_the_help_shows_the_picture(algorithms, root, monkeypatch):
    from urban_renewal.processing import texts

    monkeypatch.setattr(texts, "has_window", lambda: True)
    for name, item in algorithms.items():
        told = item.shortHelpString()
        pictures = re.findall(r'<img src="file://([^"]+)" width="\d+">', told)
        assert [str(root / "docs" / "pictures" / "algorithms" / f"{name}.png")] == pictures
        left = re.sub(r'</?b>|<br>|<a href="file://[^"]+">|</a>|<img [^>]+>', "", told)
        assert "<" not in left, name  # p < 0.001 of a formula is text, not the beginning of a tag


def test_short_help_is_one_sentence_of_its_own(algorithms):
    told = {name: item.shortDescription() for name, item in algorithms.items()}
    assert all(0 < len(text) <= 110 for text in told.values()), told
    assert len(set(told.values())) == len(told)


def test_the_search_finds_by_the_words_of_both_languages(algorithms):
    for name, item in algorithms.items():
        tags = item.tags()
        assert any(re.search("[\u4e00-\u9fff]", tag) for tag in tags) and any(tag.isascii() for tag in tags), name
    assert "养老" in algorithms["facilitygap"].tags() and "isochrone" in algorithms["serviceareas"].tags()


def test_an_algorithm_without_words_of_its_own_is_found_by_its_titles(algorithms, monkeypatch):
    """A new one has none yet: the Toolbox must open all the same."""
    from urban_renewal.processing import texts

    monkeypatch.setattr(texts, "_search_words", dict)
    assert algorithms["rankzones"].tags() == ["片区排序", "Rank zones", "rankzones"]


def test_fields_without_a_role_are_told_to_who_writes_them():
    """They ended in a KeyError when the Toolbox asked for the parameters, far from the line that forgot the role."""
    from urban_renewal.processing.toolbox.parameters import RoleUse

    with pytest.raises(ValueError, match="PARCELS: fields are those of a role"):
        RoleUse("PARCELS", fields=("parcel_id",))


def is_folded(definition):
    return bool(definition.flags() & QgsProcessingParameterDefinition.Flag.FlagAdvanced)


def test_what_few_need_is_folded(algorithms):
    for name, item in algorithms.items():
        definitions = {definition.name(): definition for definition in item.parameterDefinitions()}
        few = {key for key in definitions if key in FOLDED or key.endswith("_FILE")}
        assert [key for key in sorted(few) if not is_folded(definitions[key])] == [], name
        assert any(not is_folded(definition) for definition in definitions.values()), name


def test_fields_that_are_guessed_are_folded(algorithms):
    """In sight are ids of required layers and what a layer cannot do without."""
    parcels = {item.name(): is_folded(item) for item in algorithms["tagparcels"].parameterDefinitions()}
    assert not parcels["PARCEL_ID"] and not parcels["LAND_USE"] and parcels["CZCSXM"] and parcels["BUILDING_LIFT"]
    gaps = {item.name(): is_folded(item) for item in algorithms["facilitygap"].parameterDefinitions()}
    assert not gaps["KIND_FIELD"] and not gaps["FACILITY_ID"] and gaps["CAPACITY_FIELD"] and gaps["ENTRANCE_OF"]


def test_layers_that_must_be_given_come_first(algorithms):
    optional = QgsProcessingParameterDefinition.Flag.FlagOptional
    for name, item in algorithms.items():
        layers = [d for d in item.parameterDefinitions() if d.type() in ("source", "multilayer")]
        needed = [not definition.flags() & optional for definition in layers]
        assert needed == sorted(needed, reverse=True), name


def test_a_dialog_starts_in_the_language_of_qgis_scripts_in_chinese(algorithms):
    from urban_renewal.processing.texts import interface_language

    for item in algorithms.values():
        language = item.parameterDefinition("LANGUAGE")
        assert (language.defaultValue(), language.defaultValueForGui()) == ("zh", interface_language())


def test_each_word_of_a_choice_has_a_name_in_both_languages(algorithms):
    from urban_renewal.processing.toolbox.choices import choice_title

    same = {"UTF-8", "shp"}  # called so in every language
    choices = {(d.name(), word) for item in algorithms.values() for d in item.parameterDefinitions()
               if d.type() == "enum" for word in d.options()}  # fmt: skip
    for parameter, word in choices:
        zh, en = (choice_title(parameter, word, language) for language in ("zh", "en"))
        assert zh != word or word in same, (parameter, word)
        assert zh != en or word in same, (parameter, word)


def test_a_field_of_a_choice_shows_names_and_gives_the_contracts_words(algorithms):
    from urban_renewal.dialogs.parts.choice_field import ChoiceField

    context, fields = QgsProcessingContext(), []
    host = QWidget()  # QGIS puts the fields into a dialog and keeps what makes them
    layout = QVBoxLayout(host)
    for name, item in algorithms.items():
        for definition in item.parameterDefinitions():
            if definition.type() != "enum":
                continue
            field = ChoiceField(definition, None)
            layout.addWidget(field.widget)
            fields.append(field)
            assert field.parameterValue() == definition.defaultValueForGui(), (name, definition.name())
            values = [[word] for word in definition.options()] if definition.allowMultiple() else definition.options()
            for value in values:
                field.setParameterValue(value, context)
                assert field.parameterValue() == value, (name, definition.name())
                assert definition.checkValueIsAcceptable(field.parameterValue())
    assert len(fields) > 60
    assert all(field.widget.toolTip() for field in fields)
    host.deleteLater()


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
    from urban_renewal.processing.texts import group_title

    found = {item.name(): item for item in provider.algorithms()}
    assert {"gaponly", "retag"} <= set(found)
    for name in ("gaponly", "retag"):
        model = found[name].create()
        assert model.displayName() != name and model.group() == group_title("study")
        assert [d.name() for d in model.parameterDefinitions() if d.description() == d.name() or not d.help()] == []
        assert not model.shortDescription().startswith(model.name())
    assert QgsApplication.processingRegistry().providerById("urbanrenewal") is not None


def test_a_missing_library_is_told_before_the_dialog_opens(algorithms, monkeypatch):
    from urban_renewal.processing import refusals

    item = algorithms["tagparcels"]
    assert item.canExecute() == (True, "")
    monkeypatch.setattr(refusals, "missing_packages", lambda: ["shapely"])
    good, message = item.canExecute()
    assert not good and "shapely" in message


@pytest.mark.parametrize("name", ["gaponly", "retag"])
def test_shipped_models_are_what_their_script_makes(provider, root, name):
    """Texts and properties of our parameters are written into a model: it must follow when they change."""
    spec = importlib.util.spec_from_file_location("models", root / "scripts" / "models.py")
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    shipped = QgsProcessingModelAlgorithm()
    assert shipped.fromFile(str(root / "resources" / "models" / f"{name}.model3"))
    assert shipped.toVariant() == script.build(name).toVariant()
