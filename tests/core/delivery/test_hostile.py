"""Manifests and templates that somebody bent on purpose: each gets a sentence, none an accident, none leads outside."""

import copy
import json
from datetime import datetime, timezone

import pytest
from urban_renewal.core import envelope
from urban_renewal.core.delivery import manifest, verify
from urban_renewal.core.delivery.takeover import read_handover
from urban_renewal.core.errors import RenewalError
from urban_renewal.core.run import Run

ODD = (None, 17, -1, 1e300, "", "x", "../x", "C:\\x", "a:b", "con.", [], {}, [[]], [None], {"a": {"b": 1}}, True)


@pytest.fixture
def delivery(tmp_path):
    folder = tmp_path / "交付"
    folder.mkdir()
    (folder / "report.html").write_text("r", encoding="utf-8")
    now, title = datetime.now(timezone.utc), {"zh": "成果", "en": "Delivery"}
    content = manifest.build_manifest(folder, manifest.Delivery(title, "0.1.0", now, {"A": "b"}, ()), Run())
    (folder / "manifest.json").write_text(manifest.to_text(content), encoding="utf-8")
    return folder


def answers(folder):
    """Return the code of what is said by each reader of a manifest, "" where it was read; an accident is raised."""
    told = []
    for read in (lambda: verify.verify_delivery(folder, Run()), lambda: read_handover(folder, "zh")):
        try:
            read()
            told.append("")
        except RenewalError as error:
            assert str(error).encode("utf-8") not in (b"", error.code.encode())
            told.append(error.code)
    return told


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ('"facts": {', '"facts": {"a": ' + "[" * 5000 + "]" * 5000 + ",", "json_too_deep"),
        ('"bytes": 1', '"bytes": 1' + "0" * 400, "json_number"),
        ('"facts": {', '"facts": {"a": 1e400,', "json_number"),
        ('"facts": {', '"facts": {"a": NaN,', "json_number"),
        ('"id": ', '"id": "x", "id": ', "json_duplicate_key"),
        ('"facts": {', '"facts": {"\\ud800": 1,', "json_half_letter"),
        ('"facts": {', '"facts": {"a": "\\udc00 b",', "json_half_letter"),
    ],
)
def test_text_that_is_bent(delivery, old, new, code):
    path = delivery / "manifest.json"
    text = path.read_text(encoding="utf-8").replace('"facts": {}', '"facts": {"n": 1}')
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    assert answers(delivery) == [code, code]


def test_a_mark_in_front_does_no_harm_and_other_encodings_are_told(delivery):
    path = delivery / "manifest.json"
    text = path.read_text(encoding="utf-8")
    path.write_bytes(b"\xef\xbb\xbf" + text.encode("utf-8"))
    assert answers(delivery) == ["", ""]
    path.write_bytes(text.encode("utf-16"))
    assert answers(delivery) == ["json_not_utf8", "json_not_utf8"]
    path.write_bytes(b"")
    assert answers(delivery) == ["json_syntax", "json_syntax"]


def test_wrong_types_everywhere(delivery):
    path = delivery / "manifest.json"
    content = json.loads(path.read_text(encoding="utf-8"))
    refused = 0
    for key in content:
        for value in ODD:
            path.write_text(json.dumps({**content, key: value}), encoding="utf-8")
            refused += any(answers(delivery))
    for key in content["files"][0]:
        for value in ODD:
            changed = copy.deepcopy(content)
            changed["files"][0][key] = value
            path.write_text(json.dumps(changed), encoding="utf-8")
            answers(delivery)
    assert refused > 100


@pytest.mark.parametrize(
    "name",
    ["../../x", "maps/../../x", "/etc/passwd", "..", "~/.ssh/id", "%2e%2e/x", "a" * 300, "a:b", "con.", "\u202ex"],
)
def test_names_that_lead_elsewhere(delivery, name):
    """Refused, or told as missing; nothing outside the folder is read."""
    path = delivery / "manifest.json"
    content = json.loads(path.read_text(encoding="utf-8"))
    content["files"][0]["path"] = name
    path.write_text(json.dumps(content), encoding="utf-8")
    if answers(delivery)[0] == "":
        found = verify.verify_delivery(delivery, Run()).findings
        codes = dict(zip(found["subject_id"], found["clause"]))
        assert codes == {name: "file_missing", "report.html": "file_extra"}


def test_links_are_not_followed(delivery, tmp_path):
    outside = tmp_path / "secret"
    outside.mkdir()
    (outside / "a.txt").write_text("secret", encoding="utf-8")
    (delivery / "maps").symlink_to(outside)
    (delivery / "loop").symlink_to(delivery)
    (delivery / "report.html").unlink()
    (delivery / "report.html").symlink_to(outside / "a.txt")
    found = verify.verify_delivery(delivery, Run())
    assert not found.is_ok
    (delivery / "loop").unlink()
    (delivery / "loop").symlink_to(delivery / "loop")
    assert verify.verify_delivery(delivery, Run()).is_ok is False
    told = dict(zip(found.findings["subject_id"], found.findings["clause"]))
    assert told["report.html"] == "file_outside"
    assert "maps/a.txt" not in told


@pytest.mark.parametrize("key", ["scale", "text_mm"])
@pytest.mark.parametrize("value", ["a:b", [], 0, True, 1e300])
def test_template_with_figures_that_are_none(tmp_path, key, value):
    content = json.loads((envelope.RESOURCES / "templates" / "plain.json").read_text(encoding="utf-8"))
    content["cad"][key]["value"] = value
    path = tmp_path / "t.json"
    path.write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(RenewalError) as caught:
        envelope.load_file("template", path)
    assert caught.value.code.startswith("schema_")
    assert key in str(caught.value)
