"""Shipped data: every file fits its schema, every table can become a shapefile."""

import json

import jsonschema
import pytest
from urban_renewal.core import envelope, jsoncheck, jsontext, schema
from urban_renewal.core.resources import RESOURCES

KINDS = ("eday", "ectr", "ebed", "nurs", "kgar", "heal", "meal", "play", "park", "mark", "prim", "serv", "rest")
PROFILES = ("adult", "elder", "carer", "stroller", "wheelchair")
SHIPPED = [(kind, name) for kind in envelope.FOLDERS for name in envelope.names(kind)]
FILES = sorted(RESOURCES.rglob("*.json"))
SCHEMAS = sorted(path.stem for path in jsoncheck.SCHEMAS.glob("*.json"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(RESOURCES).as_posix())
def test_every_file_is_strict_json(path):
    assert jsontext.read(path).value


@pytest.mark.parametrize(("kind", "name"), SHIPPED)
def test_shipped_file_fits_its_schema(kind, name):
    document = envelope.load(kind, name)
    assert document["id"] == name
    for path, figure in envelope.list_figures(document):
        assert figure["source"].strip(), path


@pytest.mark.parametrize("kind", envelope.FOLDERS)
def test_folders_hold_nothing_else(kind):
    folder = RESOURCES / envelope.FOLDERS[kind]
    assert [path.name for path in folder.glob("*") if path.suffix != ".json"] == []


@pytest.mark.parametrize("name", SCHEMAS)
def test_schema_keeps_to_the_keywords_we_check(name):
    content = jsoncheck.shared_schema(name)
    jsonschema.Draft202012Validator.check_schema(content)
    assert sorted(unknown_keywords(content)) == []


def unknown_keywords(content):
    """Walk a schema by what its keywords mean: the names in `properties` and `$defs` are not keywords."""
    if not isinstance(content, dict):
        return
    for keyword, rule in content.items():
        if keyword in ("properties", "$defs"):
            for part in rule.values():
                yield from unknown_keywords(part)
        elif keyword == "oneOf":
            for part in rule:
                yield from unknown_keywords(part)
        elif keyword in ("items", "additionalProperties"):
            yield from unknown_keywords(rule)
        elif keyword == "$ref" and not rule.startswith("#/$defs/"):
            if rule not in SCHEMAS:
                yield f"$ref {rule}"
        elif keyword not in (*jsoncheck.KEYWORDS, *jsoncheck.REMARKS):
            yield keyword


@pytest.mark.parametrize("name", schema.table_names())
def test_table_can_become_a_shapefile(name):
    table = schema.table(name, KINDS, PROFILES)
    shorts = [column.short for column in table.columns]
    assert all(short and short.isascii() and len(short) <= 10 for short in shorts), shorts
    assert len({short.lower() for short in shorts}) == len(shorts)
    assert len({column.name.lower() for column in table.columns}) == len(table.columns)


@pytest.mark.parametrize("name", schema.table_names())
def test_table_is_complete(name):
    table = schema.table(name, KINDS, PROFILES)
    assert table.geometry in ("polygon", "line", "point", "any", "none")
    assert set(table.key) <= set(table.names())
    for column in table.columns:
        assert column.type in schema.TYPES
        assert column.zh
        assert column.en
        assert 0 <= column.digits <= 6
        if column.name.endswith("_m2") and column.type == "real":
            assert column.unit == "m²", column.name


def test_icons_are_plain_drawings():
    for path in (RESOURCES / "icons").glob("*.svg"):
        text = path.read_text(encoding="utf-8")
        assert "<script" not in text
        assert "http" not in text.replace("http://www.w3.org/", "")


def test_aliases_lead_to_one_column_each():
    for role, entry in json.loads((RESOURCES / "aliases.json").read_text(encoding="utf-8")).items():
        for name, column in entry["columns"].items():
            assert len(set(column["aliases"])) == len(column["aliases"]), f"{role}.{name}"
            assert column["type"] in schema.TYPES
