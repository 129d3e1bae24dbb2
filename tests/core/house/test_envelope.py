"""Rules, standards and profiles: what is accepted, what is refused and where the sentence points."""

import json
from copy import deepcopy

import pytest
from urban_renewal.core import envelope, jsoncheck
from urban_renewal.core.errors import RenewalError
from urban_renewal.core.words import fill, sentences

FIGURE = {"value": 300, "unit": "m", "source": "GB 50180-2018", "clause": "4.0.9", "status": "found", "confidence": "h"}
TITLE = {"zh": "标准", "en": "Standard"}
SCHEMA = {
    "type": "object",
    "required": ["kinds"],
    "additionalProperties": False,
    "properties": {
        "kinds": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "required": ["kind", "radius_m"],
                "properties": {"kind": {"type": "string"}, "radius_m": {"$ref": "figure"}},
            },
        },
        "steps": {"type": "array", "items": {"type": "number"}},
    },
}


@pytest.fixture()
def folder(tmp_path, monkeypatch):
    """A resources folder with one shipped standard and the schema above."""
    for name in ("schemas", "standards"):
        (tmp_path / name).mkdir()
    figure = (jsoncheck.SCHEMAS / "figure.json").read_text(encoding="utf-8")
    (tmp_path / "schemas" / "figure.json").write_text(figure, encoding="utf-8")
    (tmp_path / "schemas" / "standard.json").write_text(json.dumps(SCHEMA), encoding="utf-8")
    monkeypatch.setattr(envelope, "RESOURCES", tmp_path)
    monkeypatch.setattr(jsoncheck, "SCHEMAS", tmp_path / "schemas")
    jsoncheck.shared_schema.cache_clear()
    write(tmp_path / "standards" / "city.json", document("city"))
    yield tmp_path
    jsoncheck.shared_schema.cache_clear()


def document(name, **changes):
    kinds = [{"kind": "eday", "radius_m": FIGURE}, {"kind": "kgar", "radius_m": FIGURE}]
    return {"schema": "urban-renewal/standard/1", "id": name, "title": TITLE, "kinds": deepcopy(kinds), **changes}


def write(path, content):
    path.write_text(json.dumps(content, ensure_ascii=False, indent=1), encoding="utf-8")
    return path


def line_of(path, text, nth=1):
    """The line on which `text` stands for the nth time: counted in the file, not by the code under test."""
    lines = [n for n, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1) if text in line]
    return lines[nth - 1]


def refusal(path, kind="standard"):
    with pytest.raises(RenewalError) as caught:
        envelope.load_file(kind, path)
    error = caught.value
    for language in ("zh", "en"):
        assert fill(sentences()[error.code][language], **error.values)  # KeyError when a brace has no value
    return error


def test_shipped_file_is_loaded_and_named(folder):
    assert envelope.names("standard") == ["city"]
    assert envelope.load("standard", "city") == document("city")


def test_loaded_content_belongs_to_the_caller(folder):
    envelope.load("standard", "city")["kinds"].clear()
    assert len(envelope.load("standard", "city")["kinds"]) == 2


@pytest.mark.parametrize("name", ["town", "../schemas/figure", "", "city.json"])
def test_unknown_name_is_refused_with_what_there_is(folder, name):
    with pytest.raises(RenewalError) as caught:
        envelope.load("standard", name)
    assert caught.value.code == "envelope_unknown"
    assert caught.value.values["names"] == ["city"]


def test_byte_order_mark_and_chinese_path_are_fine(folder):
    path = folder / "标准 1.json"
    path.write_text(json.dumps(document("own")), encoding="utf-8-sig")
    assert envelope.load_file("standard", path)["id"] == "own"


def test_fault_names_file_line_and_key(folder):
    content = document("own")
    content["kinds"][1]["radius_m"] = {**FIGURE, "status": "certain"}
    path = write(folder / "own.json", content)
    error = refusal(path)
    assert error.code == "schema_enum"
    assert error.values["file"] == "own.json"
    assert error.values["key"] == "kinds[kgar].radius_m.status"
    assert error.values["line"] == line_of(path, "certain")


def test_checked_needs_who_and_when(folder):
    content = document("own")
    content["kinds"][0]["radius_m"] = {**FIGURE, "status": "checked", "checked_by": "张工"}
    error = refusal(write(folder / "own.json", content))
    assert (error.code, error.values["wanted"]) == ("schema_required", "checked_at")
    content["kinds"][0]["radius_m"]["checked_at"] = "2025-12-31"
    assert envelope.load_file("standard", write(folder / "own.json", content))["id"] == "own"


@pytest.mark.parametrize("content", [{}, {"type": "FeatureCollection", "features": []}, {"schema": 1}])
def test_files_of_others_are_told_as_such(folder, content):
    """Not what they lack to be ours, line by line: a GeoJSON was chosen by mistake."""
    path = folder / "theirs.json"
    path.write_text(json.dumps(content), encoding="utf-8")
    assert refusal(path).code == "envelope_none"


def test_two_items_of_one_id_are_told(folder):
    """Which of them a run takes would be chance: the file is refused, and the line of the second is named."""
    twice = document("own")
    twice["kinds"] = [{"id": f"{item['kind']}_1", **item} for item in [*twice["kinds"], twice["kinds"][0]]]
    path = write(folder / "own.json", twice)
    error = refusal(path)
    assert (error.code, error.values["name"], error.values["key"]) == ("envelope_twice", "eday_1", "kinds")
    assert error.values["line"] == line_of(path, '"id": "eday_1"', 2) - 1  # where the item begins


def test_another_kind_is_told_before_what_it_lacks(folder):
    path = folder / "costs.json"
    path.write_text(json.dumps({"schema": "urban-renewal/costs/1"}), encoding="utf-8")
    error = refusal(path)
    assert (error.code, error.values["found"]) == ("envelope_kind", "costs")


@pytest.mark.parametrize(
    ("change", "code", "key"),
    [
        ({"schema": None}, "schema_type", "schema"),
        ({"schema": "https://json-schema.org/draft/2020-12/schema"}, "envelope_none", None),
        ({"schema": "urban-renewal/standard/0"}, "schema_pattern", "schema"),
        ({"schema": "urban-renewal/ruleset/1"}, "envelope_kind", None),
        ({"schema": "urban-renewal/standard/2"}, "envelope_newer", None),
        ({"id": "a/b"}, "schema_pattern", "id"),
        ({"title": {"zh": "标准"}}, "schema_required", "title"),
        ({"kindz": []}, "schema_additionalProperties", "kindz"),
        ({"kinds": []}, "schema_minItems", "kinds"),
        ({"extends": "nowhere"}, "envelope_unknown", None),
        ({"extends": "../city.json"}, "envelope_folder", None),
        ({"extends": "/etc/x.json"}, "envelope_folder", None),
    ],
)
def test_wrong_envelopes(folder, change, code, key):
    path = write(folder / "own.json", document("own", **change))
    error = refusal(path)
    assert error.code == code
    if key:
        assert error.values["key"] == key
    if "line" in error.values:
        assert error.values["line"] == line_of(path, f'"{next(iter(change))}"')


@pytest.mark.parametrize("key", ["id", "title", "kinds"])
def test_missing_parts_are_named(folder, key):
    content = document("own")
    del content[key]
    error = refusal(write(folder / "own.json", content))
    assert (error.code, error.values["wanted"]) == ("schema_required", key)


def test_extends_changes_one_number_and_keeps_the_rest(folder):
    changed = {"kind": "kgar", "radius_m": {"value": 500}}
    path = write(
        folder / "own.json", document("own", extends="city", kinds=[changed, {"kind": "park", "radius_m": FIGURE}])
    )
    kinds = envelope.load_file("standard", path)["kinds"]
    assert [item["kind"] for item in kinds] == ["eday", "kgar", "park"]
    assert kinds[0]["radius_m"] == FIGURE
    # the number is no longer the standard's: it must not carry the standard's clause
    assert kinds[1]["radius_m"] == {
        "value": 500,
        "unit": "m",
        "source": "own",
        "status": "heuristic",
        "confidence": "l",
    }


def test_extending_figure_may_bring_its_own_source(folder):
    own = {"value": 500, "source": "渝规 12", "status": "found"}
    path = write(folder / "own.json", document("own", extends="city", kinds=[{"kind": "kgar", "radius_m": own}]))
    figure = envelope.load_file("standard", path)["kinds"][1]["radius_m"]
    assert figure == {**FIGURE, **own}
    path = write(
        folder / "own.json",
        document("own", extends="city", kinds=[{"kind": "kgar", "radius_m": {"value": 5, "source": "估"}}]),
    )
    figure = envelope.load_file("standard", path)["kinds"][1]["radius_m"]
    assert (figure["source"], figure["status"]) == ("估", "heuristic")
    assert "clause" not in figure


def test_saying_the_same_again_keeps_the_source(folder):
    path = write(
        folder / "own.json", document("own", extends="city", kinds=[{"kind": "kgar", "radius_m": {"value": 300}}])
    )
    assert envelope.load_file("standard", path)["kinds"][1]["radius_m"] == FIGURE


def test_lists_without_names_are_replaced(folder):
    write(folder / "standards" / "city.json", document("city", steps=[1, 2, 3]))
    path = write(folder / "own.json", document("own", extends="city", steps=[9]))
    assert envelope.load_file("standard", path)["steps"] == [9]


def test_fault_in_an_extending_file_points_into_that_file(folder):
    kinds = [{"kind": "park", "radius_m": FIGURE}, {"kind": "eday", "radius_m": {"value": None}}]
    path = write(folder / "own.json", document("own", extends="city", kinds=kinds))
    error = refusal(path)
    assert error.values["key"] == "kinds[eday].radius_m.value"  # item 0 of the base, item 1 of the file
    assert error.values["line"] == line_of(path, "null")


def test_extends_beside_the_file_and_circles(folder):
    write(folder / "a.json", document("a", extends="city", steps=[1]))
    path = write(folder / "b.json", document("b", extends="a.json", kinds=[]))
    merged = envelope.load_file("standard", path)
    assert (merged["id"], merged["steps"], len(merged["kinds"])) == ("b", [1], 2)
    path = write(folder / "a.json", document("a", extends="b.json"))
    assert refusal(path).code == "envelope_cycle"
    assert refusal(write(folder / "self.json", document("self", extends="self.json"))).code == "envelope_cycle"


def test_older_version_goes_up_step_by_step(folder, monkeypatch):
    monkeypatch.setitem(envelope.VERSIONS, "standard", 3)
    monkeypatch.setitem(envelope.UPGRADES, ("standard", 1), lambda old: {**old, "kinds": old["kinds"][:1]})
    monkeypatch.setitem(envelope.UPGRADES, ("standard", 2), lambda old: {**old, "steps": [len(old["kinds"])]})
    loaded = envelope.load("standard", "city")
    assert (loaded["schema"], loaded["steps"], len(loaded["kinds"])) == ("urban-renewal/standard/3", [1], 1)


def test_every_older_version_has_its_step():
    steps = {(kind, version) for kind, newest in envelope.VERSIONS.items() for version in range(1, newest)}
    assert steps == set(envelope.UPGRADES)


def test_figures_are_listed_with_their_paths():
    content = document("own")
    content["kinds"][1]["radius_m"] = {**FIGURE, "status": "known"}
    content["state"] = {"status": "现状", "source": "not a figure"}
    found = envelope.list_figures(content)
    assert [path for path, _ in found] == ["kinds[0].radius_m", "kinds[1].radius_m"]
    assert [path for path, _ in envelope.list_unverified(content)] == ["kinds[1].radius_m"]
    assert envelope.figure_value(FIGURE) == 300


@pytest.mark.parametrize(
    ("status", "sure"), [("found", True), ("checked", True), ("known", False), ("heuristic", False)]
)
def test_only_found_and_checked_count_as_verified(status, sure):
    assert envelope.is_verified({**FIGURE, "status": status}) is sure
