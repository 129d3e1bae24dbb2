"""The manifest's schema: paths that leave the folder are refused before anything opens them."""

import json

import jsonschema
import pytest
from urban_renewal.core import envelope, jsontext
from urban_renewal.core.errors import RenewalError
from urban_renewal.core.jsoncheck import shared_schema

SHA = "0" * 64


def manifest(path="data.gpkg", **changes):
    return {
        "schema": "urban-renewal/manifest/1",
        "id": "2025-01",
        "title": {"zh": "成果", "en": "Delivery"},
        "plugin_version": "0.1.0",
        "schema_version": 1,
        "created": "2025-12-31T12:00:00+08:00",
        "parameters": {},
        "files": [{"path": path, "bytes": 1, "sha256": SHA}],
        "tables": [],
        "inputs": [],
        "rules": [],
        "runs": [],
        "left_out": {},
        **changes,
    }


def read(content):
    return envelope.check("manifest", jsontext.parse(json.dumps(content), "manifest.json"))


@pytest.mark.parametrize(
    "path", ["data.gpkg", "tables/项目清单.xlsx", "maps/a b.pdf", "..a/x", "a/.hidden", "a..b", "…/x"]
)
def test_paths_inside_the_folder(path):
    assert read(manifest(path))["files"][0]["path"] == path


@pytest.mark.parametrize(
    "path",
    ["", "/etc/passwd", "../x", "a/../../x", "a/..", "..", ".", "./x", "C:/x", "c:x", "a\\b", "a//b", "a/", "a\x00b"],
)
def test_paths_that_lead_elsewhere(path):
    with pytest.raises(RenewalError) as caught:
        read(manifest(path))
    assert caught.value.code.startswith("schema_")
    assert caught.value.values["key"] == "files[0].path"


@pytest.mark.parametrize(
    "changes", [{"files": []}, {"created": "today"}, {"runs": [{}]}, {"left_out": {"a": -1}}, {"x": 1}]
)
def test_wrong_manifests(changes):
    with pytest.raises(RenewalError):
        read(manifest(**changes))


@pytest.mark.parametrize("name", ["figure", "run", "manifest"])
def test_schemas_are_json_schema(name):
    jsonschema.Draft202012Validator.check_schema(shared_schema(name))
