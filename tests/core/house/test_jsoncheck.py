"""The checker against the `jsonschema` package: the same verdict and the same places on generated cases."""

import json

import jsonschema
import pytest
import referencing
from hypothesis import given, settings
from hypothesis import strategies as st
from urban_renewal.core import jsoncheck
from urban_renewal.core.words import sentences

NAMES = st.sampled_from(["a", "b", "c", "type"])
NUMBERS = st.sampled_from([-2, -1, 0, 1, 2, 1.0, 1.5, 2.5])
WORDS = st.sampled_from(["", "a", "ab", "b1", "区"])
SCALARS = st.none() | st.booleans() | NUMBERS | WORDS
VALUES = st.recursive(SCALARS, lambda v: st.lists(v, max_size=3) | st.dictionaries(NAMES, v, max_size=3), max_leaves=12)
TYPES = st.sampled_from(["object", "array", "string", "number", "integer", "boolean", "null"])
SMALL = st.integers(0, 3)
SIMPLE = {
    "type": TYPES | st.lists(TYPES, min_size=1, max_size=3, unique=True),
    "enum": st.lists(VALUES, min_size=1, max_size=3),
    "const": VALUES,
    "minimum": NUMBERS,
    "maximum": NUMBERS,
    "exclusiveMinimum": NUMBERS,
    "pattern": st.sampled_from(["^a", "b$", "[0-9]", "^$"]),
    "minLength": SMALL,
    "minItems": SMALL,
    "maxItems": SMALL,
    "required": st.lists(NAMES, max_size=2, unique=True),
    "$ref": st.sampled_from(["#/$defs/x", "#/$defs/y", "figure"]),
}


def deeper(schemas):
    nested = {
        "properties": st.dictionaries(NAMES, schemas, max_size=3),
        "additionalProperties": st.booleans() | schemas,
        "items": schemas,
        "oneOf": st.lists(schemas, min_size=1, max_size=3),
    }
    return st.fixed_dictionaries({}, optional={**SIMPLE, **nested})


def few(schemas):
    """At most three keywords, else next to everything fails at once."""
    return schemas.flatmap(
        lambda s: (
            st.sets(st.sampled_from(sorted(s)), max_size=3).map(lambda k: {n: s[n] for n in k}) if s else st.just(s)
        )
    )


PARTS = st.recursive(few(st.fixed_dictionaries({}, optional=SIMPLE)), lambda inner: few(deeper(inner)), max_leaves=6)
FLAT = few(st.fixed_dictionaries({}, optional={name: rule for name, rule in SIMPLE.items() if name != "$ref"}))
FIGURES = st.fixed_dictionaries(
    {"value": NUMBERS, "unit": WORDS, "source": WORDS, "status": st.sampled_from(["found", "checked", "sure"])},
    optional={
        "confidence": st.sampled_from(["h", 1]),
        "checked_by": WORDS,
        "checked_at": st.just("2025-01-01"),
        "a": SCALARS,
    },
)


def places_by_jsonschema(value, schema):
    figure = json.loads((jsoncheck.SCHEMAS / "figure.json").read_text(encoding="utf-8"))
    resource = referencing.Resource.from_contents(figure, default_specification=referencing.jsonschema.DRAFT202012)
    registry = referencing.Registry().with_resource("figure", resource)
    found = set()
    for error in jsonschema.Draft202012Validator(schema, registry=registry).iter_errors(value):
        if error.validator == "additionalProperties":  # theirs names the object, ours each key too many
            extra = set(error.instance) - set(error.schema.get("properties", {}))
            found |= {((*error.absolute_path, key), error.validator) for key in extra}
        else:
            found.add((tuple(error.absolute_path), error.validator))
    return found


def agree(value, schema):
    ours = jsoncheck.find_faults(value, schema)
    theirs = places_by_jsonschema(value, schema)
    assert bool(ours) == bool(theirs)
    inside = {path for path, keyword in theirs if keyword == "oneOf"}
    for fault in ours:  # below a oneOf ours may tell what is wrong with the form that was meant
        meant = any(fault.path[: len(path)] == path for path in inside)
        assert meant or (fault.path, fault.keyword) in theirs
    told = {(fault.path, fault.keyword) for fault in ours}
    assert {(path, keyword) for path, keyword in theirs if keyword != "oneOf"} <= told


@settings(max_examples=600, deadline=None)
@given(VALUES, PARTS, FLAT, FLAT)
def test_same_verdict_as_jsonschema(value, schema, x, y):
    agree(value, {**schema, "$defs": {"x": x, "y": y}})


@settings(max_examples=200, deadline=None)
@given(FIGURES)
def test_same_verdict_on_figures(figure):
    agree(figure, {"$ref": "figure"})


@pytest.mark.parametrize(
    ("value", "schema", "fits"),
    [
        (True, {"type": "integer"}, False),
        (1.0, {"type": "integer"}, True),
        (1.5, {"type": "integer"}, False),
        (True, {"enum": [1]}, False),
        (0, {"const": False}, False),
        ([1], {"const": [True]}, False),
        (1.0, {"const": 1}, True),
        (True, {"minimum": 5}, True),
        (4.999, {"minimum": 5}, False),
        (5, {"minimum": 5}, True),
        (5, {"exclusiveMinimum": 5}, False),
        (5.001, {"exclusiveMinimum": 5}, True),
        (5, {"maximum": 5}, True),
        (5.001, {"maximum": 5}, False),
        ("重庆", {"minLength": 2}, True),
        ("重庆", {"minLength": 3}, False),
        ([], {"minItems": 1}, False),
        ([1, 2], {"maxItems": 1}, False),
        ({}, {"required": ["a"]}, False),
        ([], {"required": ["a"]}, True),
    ],
)
def test_verdicts_of_the_standard(value, schema, fits):
    assert (not jsoncheck.find_faults(value, schema)) is fits


def test_what_is_wrong_with_the_form_that_was_meant():
    forms = [
        {"properties": {"type": {"const": "points"}, "points": {"type": "array"}}, "required": ["type", "points"]},
        {"properties": {"type": {"const": "flag"}, "field": {"type": "string"}}, "required": ["type", "field"]},
    ]
    schema = {"oneOf": forms}
    faults = jsoncheck.find_faults({"type": "flag", "field": 3}, schema)
    assert [(fault.path, fault.keyword) for fault in faults] == [(("field",), "type")]
    assert [fault.keyword for fault in jsoncheck.find_faults({"type": "other"}, schema)] == ["oneOf"]
    assert [fault.keyword for fault in jsoncheck.find_faults({}, {"oneOf": [{}, {}]})] == ["oneOf"]


@pytest.mark.parametrize(
    "schema", [{"uniqueItems": True}, {"$ref": "#/$defs/none"}, {"properties": {"a": {"format": "date"}}}]
)
def test_unknown_keywords_are_never_overlooked(schema):
    with pytest.raises(KeyError):
        jsoncheck.find_faults({"a": 1}, schema)


def test_every_keyword_has_its_sentence():
    reporting = [*jsoncheck._SIMPLE, "required", "additionalProperties", "oneOf"]
    assert {f"schema_{keyword}" for keyword in reporting} == {
        code for code in sentences() if code.startswith("schema_")
    }
    silent = {"properties", "items", "$ref"}  # they only lead to others
    assert {*reporting, *silent} == set(jsoncheck.KEYWORDS)
