"""What a delivery hands over, and what it tells when it cannot."""

import json
from datetime import datetime, timezone

import pytest
from urban_renewal.core import runrecord
from urban_renewal.core.delivery import manifest
from urban_renewal.core.delivery.takeover import read_handover
from urban_renewal.core.run import Run


@pytest.mark.parametrize("held", [True, False])
def test_locks_that_are_not_in_the_delivery_are_told(tmp_path, held):
    """A delivery of drawings alone has no data.gpkg: whoever takes it over must hear that its zones had locks."""
    now = datetime.now(timezone.utc)
    inputs = (runrecord.Input("LOCKED_OUT", "军事用地", "ogr:gpkg", 1, "EPSG:4545", "0" * 64),)
    work = runrecord.Work("delineatezones", {"zh": "划", "en": "D"}, "0.1.0", {}, now, now, inputs, (), ())
    record = runrecord.build(work, Run())
    told = manifest.Delivery({"zh": "甲", "en": "A"}, "0.1.0", now, {}, (), (), (record,))
    (tmp_path / "report.html").write_text("r", encoding="utf-8")
    content = manifest.build_manifest(tmp_path, told, Run())
    if held:
        content["tables"] = [{"table": "locked_out", "file": "data.gpkg", "layer": "locked_out", "count": 1,
                              "crs": "EPSG:4545", "digits": 3, "kinds": [], "profiles": [], "carried": [],
                              "content": "0" * 64}]  # fmt: skip
    (tmp_path / "manifest.json").write_text(json.dumps(content), encoding="utf-8")
    handed = read_handover(tmp_path, "zh")
    assert handed.tables == ({"LOCKED_OUT": "locked_out"} if held else {})
    assert list(handed.problems) == ([] if held else [("takeover_lock_missing", {"layer": "军事用地"})])


def test_what_was_chosen_for_the_delivery_is_chosen_again(tmp_path):
    now = datetime.now(timezone.utc)
    chosen = {"PAPER": "A4", "FORMATS": ["gpkg", "pdf"], "TITLE": "渝中", "LANGUAGE": "en"}
    work = runrecord.Work("exportzones", {"zh": "导", "en": "E"}, "0.1.0", chosen, now, now, (), (), ())
    told = manifest.Delivery({"zh": "甲", "en": "A"}, "0.1.0", now, chosen, (), (), (runrecord.build(work, Run()),))
    (tmp_path / "report.html").write_text("r", encoding="utf-8")
    content = manifest.build_manifest(tmp_path, told, Run())
    (tmp_path / "manifest.json").write_text(json.dumps(content), encoding="utf-8")
    settings = read_handover(tmp_path, "zh").settings
    assert {name: settings.get(name) for name in chosen} == {**chosen, "LANGUAGE": None}  # a reader's own


@pytest.mark.parametrize("plan_first", [True, False])
def test_kinds_are_those_of_the_count_of_what_there_is(tmp_path, plan_first):
    """A study counts once more with its proposed sites, for their kinds alone: the next one would count only those."""
    now, site = datetime.now(timezone.utc), (runrecord.Input("SITES", "sites", "ogr:gpkg", 3, "EPSG:4545", "0" * 64),)
    both = [runrecord.Work("facilitygap", {"zh": "缺", "en": "G"}, "0.1.0", {"KINDS": kinds}, now, now, inputs, (), ())
            for kinds, inputs in ((["eday", "park"], ()), (["eday"], site))]  # fmt: skip
    records = tuple(runrecord.build(work, Run()) for work in (reversed(both) if plan_first else both))
    told = manifest.Delivery({"zh": "甲", "en": "A"}, "0.1.0", now, {}, (), (), records)
    (tmp_path / "report.html").write_text("r", encoding="utf-8")
    content = manifest.build_manifest(tmp_path, told, Run())
    (tmp_path / "manifest.json").write_text(json.dumps(content), encoding="utf-8")
    assert read_handover(tmp_path, "zh").settings["KINDS"] == ["eday", "park"]


def a_rule(kind, document, content=None):
    from urban_renewal.core import jsontext

    return {"kind": kind, "id": document["id"], "content": content or jsontext.document_hash(document)}


def test_rules_are_taken_over_by_name_or_whole():
    """A shipped rule by its name; an own one, or an older edition of a shipped one, whole; what is gone is told."""
    from urban_renewal.core import envelope, jsontext
    from urban_renewal.core.delivery.takeover import _rules

    shipped = envelope.load("standard", "chongqing")
    own = {**envelope.load("ruleset", "chongqing"), "id": "ours"}
    older = json.loads(jsontext.canonical_json(envelope.load("zone-rules", "chongqing")))
    older["limits"]["walk_min"]["value"] = 12
    mapping = {**envelope.load("mapping", "standard"), "id": "roads"}
    rules = [a_rule("standard", shipped), a_rule("ruleset", own), a_rule("zone-rules", older),
             a_rule("mapping", mapping), a_rule("costs", {"id": "lost"}, "0" * 64)]  # fmt: skip
    settings = {}
    documents, problems = _rules({"rules": rules, "documents": [own, older, mapping]}, settings)
    assert settings == {"STANDARD": "chongqing"}
    assert {name: document["id"] for name, document in documents.items()} == {
        "RULES_FILE": "ours", "ZONE_RULES_FILE": "chongqing",
    }  # fmt: skip
    assert documents["ZONE_RULES_FILE"]["limits"]["walk_min"]["value"] == 12
    assert [(code, values["name"]) for code, values in problems] == [
        ("takeover_rules_newer", "chongqing"), ("takeover_rules_other", "roads"), ("takeover_rules_missing", "lost"),
    ]  # fmt: skip


def test_fields_that_people_chose_come_back():
    from urban_renewal.core.delivery.takeover import _mappings

    runs = [{"parameters": {"BUILDING_YEAR": "建成年份", "PARCEL_ID": "", "MAX_SITES": 5, "KIND_FIELD": "类别"}}]
    assert _mappings(runs) == {"BUILDINGS": {"year": "建成年份"}, "FACILITIES": {"kind": "类别"}}


def test_only_what_no_run_made_is_wanted():
    """The first reading of a role counts; layers that a run of the delivery wrote, and roles nobody knows, do not."""
    from urban_renewal.core.delivery.takeover import _inputs

    def entry(role, layer, count):
        return {"role": role, "layer": layer, "count": count, "crs": "EPSG:4545", "content": None}

    runs = [
        {"id": "tagparcels", "parameters": {"OUTPUT": "studies/a/tagged.gpkg"}, "outputs": [{"name": "OUTPUT"}],
         "inputs": [entry("PARCELS", "宗地", 12), entry("DEM", "dem", 0)]},
        {"id": "delineatezones", "parameters": {}, "outputs": [],
         "inputs": [entry("PARCELS", "tagged", 12), entry("PARCELS", "宗地", 99), entry("NETWORK", "edges", 5)]},
    ]  # fmt: skip
    found = [(item.role, item.layer, item.count) for item in _inputs(runs)]
    assert sorted(found) == [("DEM", "dem", 0), ("PARCELS", "宗地", 12)]
