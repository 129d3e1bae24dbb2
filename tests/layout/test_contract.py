"""The published contract against what is registered: ids, parameters, outputs and columns are for ever."""

import pytest
from urban_renewal.core import schema

OUTPUT_TYPES = {"number": "outputNumber", "text": "outputString", "folder": "outputFolder", "file": "outputFile"}
SHOWN = {"file": "outputHtml"}  # a file that QGIS shows in its result viewer
GEOMETRY_OF_SINK = {"polygon": "VectorPolygon", "line": "VectorLine", "point": "VectorPoint"}


def split(spec):
    """("polygon*") → ("polygon", True)"""
    return spec.rstrip("*"), spec.endswith("*")


def test_the_list_is_whole(contract):
    assert len(contract["algorithms"]) == 23
    assert set(contract["built"]) <= set(contract["algorithms"])
    assert len(set(contract["built"])) == len(contract["built"])
    reserved = contract["reserved_parameters"]
    assert set(reserved) <= set(contract["built"])


def test_columns_of_the_contract_are_in_the_dictionary(contract):
    for name, columns in contract["tables"].items():
        known = [column.name for column in schema._patterns()[name].columns]
        assert [column for column in columns if column not in known] == [], name
        assert sorted(columns, key=known.index) == columns, f"{name}: order"


@pytest.fixture(scope="module")
def registered(as_provider):
    from urban_renewal.processing.provider import RenewalProvider

    with as_provider(RenewalProvider) as made:
        yield made


def test_exactly_the_built_ones_are_registered(contract, registered):
    models = {name for name, entry in contract["models"].items() if entry["built"]}
    names = {algorithm.name() for algorithm in registered.algorithms()}
    assert registered.id() == contract["provider"]
    assert names - models == set(contract["built"])
    assert models <= names


def test_parameters(contract, parameters_of, registered):
    """Names, optional flags, defaults and choices, parameter by parameter."""
    from qgis.core import Qgis

    wrong = []
    for algorithm_id in contract["built"]:
        algorithm = registered.algorithm(algorithm_id)
        found = {definition.name(): definition for definition in algorithm.parameterDefinitions()}
        wanted = parameters_of(algorithm_id)
        outputs = contract["algorithms"][algorithm_id]["outputs"]
        reserved = set(contract["reserved_parameters"].get(algorithm_id, []))
        inputs = {name for name, definition in found.items() if not definition.isDestination()}
        wrong += [f"{algorithm_id}: {name} is not in the contract" for name in inputs - set(wanted)]
        wrong += [f"{algorithm_id}: {name} is missing" for name in set(wanted) - inputs - reserved]
        for name in set(wanted) & inputs:
            optional = bool(found[name].flags() & Qgis.ProcessingParameterFlag.Optional)
            wrong += [f"{algorithm_id}.{name}: {text}" for text in differences(found[name], wanted[name], optional)]
        for name in set(found) - inputs:
            if name not in outputs:
                wrong.append(f"{algorithm_id}: output {name} is not in the contract")
            else:
                optional = bool(found[name].flags() & Qgis.ProcessingParameterFlag.Optional)
                if optional != split(outputs[name])[1]:
                    wrong.append(f"{algorithm_id}.{name}: optional is {optional}")
    assert wrong == []


def differences(definition, wanted, optional):
    """Say how a parameter differs from its entry: "" required, "*" optional, or {default, values, optional}."""
    if isinstance(wanted, str):
        if optional != (wanted == "*"):
            yield f"optional is {optional}"
        return
    if wanted.get("optional") and not optional:
        yield "is not optional"
    options = list(definition.options()) if hasattr(definition, "options") else None
    if "values" in wanted:
        if not options or not definition.usesStaticStrings():
            yield "is no list of fixed words"
            return
        strange = [option for option in options if option not in wanted["values"]]
        if strange:
            yield f"offers {strange}"
    if "default" in wanted:
        default = options if wanted["default"] == "all" else wanted["default"]
        found = definition.defaultValue()
        if found != default and not same_list(found, default):
            yield f"default is {found!r}"


def same_list(found, default):
    """Lists may be given as text: "5,10,15"."""
    return isinstance(default, list) and isinstance(found, str) and found.split(",") == [str(item) for item in default]


def test_outputs(contract, registered):
    wrong = []
    for algorithm_id in contract["built"]:
        algorithm = registered.algorithm(algorithm_id)
        found = {output.name(): output for output in algorithm.outputDefinitions()}
        wanted = contract["algorithms"][algorithm_id]["outputs"]
        reserved = set(contract["reserved_parameters"].get(algorithm_id, []))
        wrong += [f"{algorithm_id}: {name}" for name in (set(found) ^ set(wanted)) - reserved]
        for name in set(found) & set(wanted):
            kind = split(wanted[name])[0]
            if kind in OUTPUT_TYPES and found[name].type() not in (OUTPUT_TYPES[kind], SHOWN.get(kind)):
                wrong.append(f"{algorithm_id}.{name} is {found[name].type()}, not a {kind}")
            if kind in GEOMETRY_OF_SINK:
                held = algorithm.parameterDefinition(name).dataType().name.removeprefix("Type")
                wrong += [f"{algorithm_id}.{name} holds {held}"] if held != GEOMETRY_OF_SINK[kind] else []
    assert wrong == []


def test_names_are_plain_and_groups_known(contract, registered):
    from qgis.core import Qgis

    for algorithm in registered.algorithms():
        assert algorithm.name().isascii()
        assert algorithm.name().islower()
        assert algorithm.groupId() in {"prepare", "tag", "gap", "zone", "deliver", "study"}
        if algorithm.name() in contract["models"]:  # QGIS makes a model's names from its descriptions: lower case
            outputs = [output.name() for output in algorithm.outputDefinitions()]
            assert sorted(outputs) == sorted(contract["models"][algorithm.name()]["outputs"])
            continue
        assert type(algorithm.create()) is type(algorithm)
        for definition in algorithm.parameterDefinitions():
            assert definition.name().isascii()
            assert definition.name().isupper()
            if definition.name() in ("INVALID", "NO_CRS", "LANGUAGE"):
                assert definition.flags() & Qgis.ProcessingParameterFlag.Advanced


class FakeChoice:
    """A parameter as QGIS shows it, to test the comparison itself."""

    def __init__(self, options, default, static=True):
        self._options, self._default, self._static = options, default, static

    def options(self):
        return self._options

    def usesStaticStrings(self):
        return self._static

    def defaultValue(self):
        return self._default


@pytest.mark.parametrize(
    ("options", "default", "wanted", "optional", "n"),
    [
        (["a"], "a", {"default": "a", "values": ["a", "b"]}, False, 0),
        (["a", "c"], "a", {"default": "a", "values": ["a", "b"]}, False, 1),
        (["a"], "b", {"default": "a", "values": ["a", "b"]}, False, 1),
        (["a", "b"], ["a", "b"], {"default": "all", "values": ["a", "b"]}, False, 0),
        (["a", "b"], ["a"], {"default": "all", "values": ["a", "b"]}, False, 1),
        (["a"], "5,10", {"default": [5, 10]}, False, 0),
        (["a"], None, "", True, 1),
        (["a"], None, "*", False, 1),
        (["a"], None, {"default": None, "optional": True}, False, 1),
    ],
)
def test_the_comparison_itself(options, default, wanted, optional, n):
    assert len(list(differences(FakeChoice(options, default), wanted, optional))) == n
