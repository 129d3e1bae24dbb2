"""The difference of two data files is what an extending file must say: merge() brings the changed one back."""

import copy

import pytest
from urban_renewal.core import differing, envelope
from urban_renewal.core.extending import PROVENANCE, merge

OWN = {"schema": "urban-renewal/ruleset/1", "id": "own", "title": {"zh": "本院", "en": "Own"}}


def body(document):
    return {key: value for key, value in document.items() if key not in differing.HEADER}


@pytest.fixture
def base():
    return envelope.load("ruleset", "chongqing")


def changed_number(figure, value, note):
    """Return a figure as the editor leaves it: another value, nobody's clause, a reason."""
    kept = {key: item for key, item in figure.items() if key not in PROVENANCE}
    return {**kept, "value": value, "source": "own", "status": "heuristic", "confidence": "l", "note": note}


def test_a_changed_number_is_said_in_four_words(base):
    changed = {**copy.deepcopy(base), **OWN}
    changed["limits"]["old_year"] = changed_number(base["limits"]["old_year"], 2005, "区里口径")
    own = differing.difference(base, changed)
    assert own == {"limits": {"old_year": {"value": 2005, "note": "区里口径"}}}
    assert body(merge(base, own, "own")) == body(changed)


def test_a_criterion_is_found_by_its_name(base):
    changed = {**copy.deepcopy(base), **OWN}
    age = changed["classes"][0]["criteria"][0]
    age.update(weight=0.4, source="own", confidence="l")
    own = differing.difference(base, changed)
    assert own == {"classes": [{"id": "old_compound", "criteria": [{"indicator": "age", "weight": 0.4}]}]}
    assert body(merge(base, own, "own")) == body(changed)


def test_a_check_says_who_and_when_and_keeps_the_source(base):
    changed = {**copy.deepcopy(base), **OWN}
    told = {"status": "checked", "checked_by": "张三", "checked_at": "2026-02-03", "clause": "5.1"}
    changed["limits"]["fire_road_m"].update(told)
    own = differing.difference(base, changed)
    assert own == {"limits": {"fire_road_m": told}}
    assert body(merge(base, own, "own")) == body(changed)


def test_nothing_changed_says_nothing(base):
    assert differing.difference(base, {**base, **OWN}) == {}


@pytest.mark.parametrize("kind", sorted(envelope.FOLDERS))
def test_every_shipped_file_can_be_changed_everywhere(kind):
    """Whatever number of whatever file is changed, the difference brings it back."""
    for name in envelope.names(kind):
        document = envelope.load(kind, name)
        for path, figure in envelope.list_figures(document):
            if not isinstance(figure.get("value"), (int, float)):
                continue
            keys = tuple(
                int(part) if part.isdigit() else part for part in path.replace("[", ".").replace("]", "").split(".")
            )
            changed = differing.put({**document, "id": "own"}, keys, changed_number(figure, figure["value"] + 1, "x"))
            own = differing.difference(document, changed)
            assert body(merge(document, own, "own")) == body(changed), path


@pytest.mark.parametrize("change", ["order", "gone", "clause"])
def test_what_cannot_be_said_is_refused(base, change):
    changed = {**copy.deepcopy(base), **OWN}
    if change == "order":
        changed["classes"].reverse()
    elif change == "gone":
        del changed["classes"][0]["criteria"][1]
    else:
        del changed["classes"][0]["title"]["en"]
    with pytest.raises(differing.CannotExtendError):
        differing.difference(base, changed)


def test_list_of_differences_names_the_place(base):
    other = copy.deepcopy(base)
    other["classes"][1]["confirm"]["value"] = 0.65
    other["limits"]["low_floors"]["value"] = 4
    found = differing.list_differences(base, other)
    assert [(item.path, item.here, item.there) for item in found] == [
        ("limits.low_floors.value", 3, 4),
        ("classes[1].confirm.value", 0.7, 0.65),
    ]
    assert differing.at(base, found[1].keys) == 0.7


def test_put_leaves_the_old_document(base):
    before = copy.deepcopy(base)
    changed = differing.put(base, ("classes", 0, "confirm", "value"), 0.5)
    assert (base, changed["classes"][0]["confirm"]["value"]) == (before, 0.5)
    assert "note" not in differing.put({"a": {"note": "x", "b": 1}}, ("a", "note"), None)["a"]
