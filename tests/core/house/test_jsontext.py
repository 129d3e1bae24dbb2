"""Hostile and clumsy JSON: refused with file, line and key, and never with a traceback of Python's own."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from urban_renewal.core import jsontext
from urban_renewal.core.errors import RenewalError

NUMBERS = st.integers(-(2**63) + 1, 2**63 - 1) | st.floats(allow_nan=False, allow_infinity=False)
VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=20,
)


def refused(text):
    with pytest.raises(RenewalError) as caught:
        jsontext.parse(text, "x.json")
    return caught.value


@given(st.dictionaries(st.text(max_size=4), VALUES, max_size=5), st.sampled_from([None, 1, 4]))
def test_reads_what_json_reads(value, indent):
    text = json.dumps(value, indent=indent)
    assert jsontext.parse(text, "x").value == json.loads(text)


@given(st.dictionaries(st.text(max_size=4), VALUES, min_size=1, max_size=5), st.data())
def test_line_of_any_path_is_where_the_value_stands(value, data):
    """Independent method: put a mark in place of the value, and look on which line it stands."""
    path, parent = [], value
    while True:
        steps = list(parent) if isinstance(parent, dict) else list(range(len(parent)))
        step = data.draw(st.sampled_from(steps))
        path.append(step)
        if not isinstance(parent[step], (dict, list)) or not parent[step] or data.draw(st.booleans()):
            break
        parent = parent[step]
    document = jsontext.parse(json.dumps(value, indent=2), "x")
    parent[step] = "★mark★"
    marked = json.dumps(value, indent=2, ensure_ascii=False).split("★mark★")[0]
    assert document.line(tuple(path)) == marked.count("\n") + 1


def test_line_of_a_missing_path_is_that_of_what_surrounds_it():
    document = jsontext.parse('{\n"a": {\n"b": 1\n}\n}', "x")
    assert document.line(("a", "b")) == 3
    assert document.line(("a", "c")) == 2
    assert document.line(("z", 4)) == 1


@pytest.mark.parametrize(
    ("text", "code", "line", "key"),
    [
        ('{\n"a": 1,\n"b": {"c": 1,\n"c": 2}}', "json_duplicate_key", 4, "b.c"),
        ('{"a": [1,\nNaN]}', "json_number", 2, "a[1]"),
        ('{"a": -Infinity}', "json_number", 1, "a"),
        ('{"a": 1,\n"b": 1e999}', "json_number", 2, "b"),
        ('{"a": 9223372036854775808}', "json_number", 1, "a"),
        ('{"a": ' + "9" * 100_000 + "}", "json_number", 1, "a"),
        ('{"a": 1,\n"b" 2}', "json_syntax", 2, None),
        ('{"a": 1', "json_syntax", 1, None),
        ("", "json_syntax", 1, None),
        ('{"a": NaN, "a": 1,', "json_syntax", 1, None),
        ('{"a": "\x01"}', "json_syntax", 1, None),
        ("[1]", "json_not_object", None, None),
        ("3", "json_not_object", None, None),
        ('{"a":\n' + "[" * 40 + "]" * 40 + "}", "json_too_deep", 2, None),
        ("[" * 1_000_000, "json_too_deep", 1, None),
    ],
)
def test_refusals(text, code, line, key):
    error = refused(text)
    assert error.code == code
    assert error.values.get("line") == line
    assert error.values.get("key") == key
    assert len(str(error)) < 300


def test_just_at_the_limits():
    assert jsontext.parse('{"a": 9223372036854775807}', "x").value["a"] == 2**63 - 1
    deepest = '{"a":' + "[" * 31 + "]" * 31 + "}"
    assert jsontext.parse(deepest, "x")
    assert refused(deepest.replace("[]", "[[]]")).code == "json_too_deep"
    brackets_in_text = json.dumps({"a": "[" * 100, "b": '\\"' + "{" * 100})
    assert jsontext.parse(brackets_in_text, "x")


def test_files_that_cannot_be_read(tmp_path, monkeypatch):
    cases = {"gbk.json": '{\n"a": "重庆"}'.encode("gbk"), "big.json": b'{"a": 1}' + b" " * 100}
    for name, data in cases.items():
        (tmp_path / name).write_bytes(data)
    with pytest.raises(RenewalError) as caught:
        jsontext.read(tmp_path / "gbk.json")
    assert (caught.value.code, caught.value.values["line"]) == ("json_not_utf8", 2)
    monkeypatch.setattr(jsontext, "MAX_BYTES", 108)
    assert jsontext.read(tmp_path / "big.json").value == {"a": 1}
    monkeypatch.setattr(jsontext, "MAX_BYTES", 107)
    with pytest.raises(RenewalError, match="larger"):
        jsontext.read(tmp_path / "big.json")
    for odd, code in ((tmp_path / "none.json", "json_missing"), (tmp_path, "json_unreadable")):
        with pytest.raises(RenewalError) as caught:
            jsontext.read(odd)
        assert caught.value.code == code


@given(st.binary(max_size=200) | st.text(max_size=200).map(lambda text: text.encode("utf-8", "replace")))
def test_any_bytes_are_read_or_refused(tmp_path_factory, data):
    path = tmp_path_factory.getbasetemp() / "fuzz.json"
    path.write_bytes(data)
    try:
        jsontext.read(path)
    except RenewalError as error:
        assert error.code.startswith("json_")
