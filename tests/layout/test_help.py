"""Every built algorithm explains itself, its parameters and its results, in Chinese and in English."""

import json
import re

import numpy as np
import pytest
from urban_renewal.core.resources import RESOURCES

HELP = RESOURCES / "help"
CHINESE = re.compile(r"[\u4e00-\u9fff\u3000-\u303f\uff00-\uffef]")  # “A、B、C、D。” is Chinese by its marks
SHARED = json.loads((HELP / "_shared.json").read_text(encoding="utf-8"))
OWN = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(HELP.glob("[!_]*.json"))}


def faults(texts):
    """Say what is wrong with {"zh": …, "en": …}."""
    if not isinstance(texts, dict) or set(texts) != {"zh", "en"}:
        yield "not in two languages"
        return
    for language, text in texts.items():
        if not text.strip():
            yield f"{language} is empty"
        if re.search(r"<[a-zA-Z/]", text):
            yield f"{language} holds HTML"
    if not CHINESE.search(texts["zh"]):
        yield "zh is not Chinese"
    if texts["zh"] == texts["en"]:
        yield "zh and en are the same"


def test_built_algorithms_have_a_page(contract):
    assert set(contract["built"]) - set(OWN) == set()
    assert set(OWN) <= set(contract["algorithms"])


def test_every_parameter_and_output_is_explained(contract, parameters_of):
    """Sinks, files and folders are parameters to QGIS: their texts may stand in either part."""
    missing = []
    for name in contract["built"]:
        outputs = contract["algorithms"][name]["outputs"]
        for item in {*parameters_of(name), *outputs} - set(contract["reserved_parameters"].get(name, [])):
            entry = {}
            for part in ("parameters", "outputs"):
                entry = {**SHARED.get(part, {}).get(item, {}), **OWN[name].get(part, {}).get(item, {}), **entry}
            missing += [f"{name}.{item} {kind}: {f}" for kind in ("label", "help") for f in faults(entry.get(kind))]
    assert sorted(missing) == []


@pytest.mark.parametrize("name", sorted(OWN))
def test_page_is_whole(name, contract, parameters_of):
    page = OWN[name]
    assert set(page) <= {"title", "short", "summary", "method", "parameters", "outputs"}
    for part in ("title", "short", "summary"):
        assert list(faults(page[part])) == []
    known = {*parameters_of(name), *contract["algorithms"][name]["outputs"]}
    told = {*page.get("parameters", {}), *page.get("outputs", {})}
    assert told - known == set(), "explained but not in the contract"


@pytest.mark.parametrize("part", ["parameters", "outputs"])
def test_shared_texts(part):
    wrong = []
    for name, entry in SHARED.get(part, {}).items():
        wrong += [f"{name}.{kind}: {fault}" for kind in ("label", "help") for fault in faults(entry.get(kind))]
    assert wrong == []


def test_groups_have_titles():
    assert {group: list(faults(texts)) for group, texts in SHARED["groups"].items() if list(faults(texts))} == {}


def test_every_algorithm_has_its_formula_and_source(contract):
    methods = json.loads((HELP / "_methods.json").read_text(encoding="utf-8"))
    assert set(methods) == set(contract["built"])
    wrong = [f"{name}: {fault}" for name, entry in methods.items() for fault in faults(entry["source"])]
    wrong += [f"{name}: no formula" for name, entry in methods.items() if not re.search("[=⇔~<≥≤]", entry["formula"])]
    assert wrong == []
    assert [name for name in methods if "method" not in OWN[name]] == []
    # words of a formula are Chinese in Chinese; names of columns, of methods and of one or two letters are not words
    known = {"tag_score", "score_max", "tag_known", "min", "max", "lim", "SHA", "Wilson", "exp"}
    for name, entry in methods.items():
        told = entry.get("formula_zh", entry["formula"])
        words = set(re.findall(r"[A-Za-z_]{3,}", re.sub(r"_\{[^}]*\}", "", told)))
        parts = {part for word in words - known for part in word.split("_") if len(part) > 2}
        assert parts - known == set(), (name, told)
        numbers = [sorted(re.findall(r"\d+(?:\.\d+)?", text)) for text in (told, entry["formula"])]
        assert name == "makeprojects" or numbers[0] == numbers[1], name  # 10⁴ CNY is 万元


def test_formulas_hold_the_numbers_of_the_code():
    from urban_renewal.core.inputs.gcj02 import INVERSE_DEGREES
    from urban_renewal.core.tagging.units.join import LANE_M
    from urban_renewal.core.tagging.units.make import STREET_GAP_M
    from urban_renewal.core.walking.links import LIMIT_MS
    from urban_renewal.core.walking.times import whole_ms
    from urban_renewal.core.zones.ranking import SPREAD, TRIALS

    methods = json.loads((HELP / "_methods.json").read_text(encoding="utf-8"))
    for name, parts in {
        "fixcoordinates": [f"< {INVERSE_DEGREES:.0e}°"],
        "makeunits": [f"≤ {STREET_GAP_M:g} m", f"> {LANE_M:g} m"],
        "missinglinks": [f"min(t_ij, {LIMIT_MS // 60_000})"],
        "rankzones": [f"{TRIALS:,} weightings".replace(",", " "), f"± {SPREAD:.0%}".replace("%", " %")],
        "buildwalknetwork": ["⌊1000 · L / v(s) + ½⌋ ms"],
    }.items():
        assert [part for part in parts if part not in methods[name]["formula"]] == [], name
        chinese = methods[name].get("formula_zh", methods[name]["formula"])
        mine = [part.replace(" weightings", " 组权重") for part in parts]
        assert [part for part in mine if part not in chinese] == [], name
    assert whole_ms(np.array([1200.4, 1200.5])).tolist() == [1200, 1201]  # halves up: the formula of the network
