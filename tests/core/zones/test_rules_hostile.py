"""Zone rules of somebody else: what is no number is refused by name, words are words and never a program."""

import time

import pytest
from urban_renewal.core import envelope
from urban_renewal.core.errors import RenewalError
from urban_renewal.core.zones.findings.rules import any_word, read_check_rules
from urban_renewal.core.zones.ranking import read_criteria


def rules():
    return envelope.load("zone-rules", "chongqing")


@pytest.mark.parametrize("value", ["=HYPERLINK(1)", [], True, "3"])
@pytest.mark.parametrize(("group", "name"), [("checks", "park_large_m2"), ("checks", "cover_minutes"), ("ranking", "")])
def test_a_figure_that_is_no_number_is_refused_by_its_name(group, name, value):
    document = rules()
    figure = document["checks"][name] if name else document["ranking"]["people"]["weight"]
    figure["value"] = value
    with pytest.raises(RenewalError, match=name or "people") as refused:
        read_check_rules(document) if name else read_criteria(document)
    assert refused.value.code == "figure_not_number"


@pytest.mark.parametrize("value", [-1, -0.001, 1e6])
def test_a_weight_of_the_file_keeps_the_limits_of_the_parameter(value):
    document = rules()
    document["ranking"]["people"]["weight"]["value"] = value
    with pytest.raises(RenewalError, match="people"):
        read_criteria(document)


@pytest.mark.parametrize(
    ("place", "value", "code"),
    [
        (("limits", "area_min_m2", "value"), 4e6, "zone_area_limits"),
        (("opportunity", "confirmed", "urban_village", "value"), -1, "share_odd"),
        (("unknown", "value"), 1.5, "share_odd"),
        (("need", "gap_share", "points"), [[1, 0.1], [0, 1]], "scale_odd"),
        (("feasibility", "protected_share", "points"), [[0, 1], [1, -3]], "scale_odd"),
        (("ranking", "people", "scale", "points"), [[0, 0], [30000, 7]], "scale_odd"),
        (("checks", "park_large_radius_m", "value"), -500, "figure_odd"),
    ],
)
def test_numbers_that_contradict_are_refused(place, value, code):
    """A scale that goes back gives np.interp any number at all; nobody would see it in the zones."""
    document = rules()
    part = document
    for key in place[:-1]:
        part = part[key]
    part[place[-1]] = value
    with pytest.raises(RenewalError) as refused:
        read_check_rules(document)
        read_criteria(document)
    assert refused.value.code == code


def test_words_are_no_regular_expression():
    """As an expression the first would run for years on thirty letters, the second would not compile."""
    document = rules()
    document["checks"]["park_words"]["value"] = "(a|aa)+$"
    document["checks"]["protected"][0]["words"] = "((((|[文物"
    began = time.process_time()
    found = read_check_rules(document)
    assert not found.words("park_words").search("a" * 60 + "!")
    assert found.protection_of("a[文物")["id"] == document["checks"]["protected"][0]["id"]
    assert time.process_time() - began < 1


def test_words_as_shipped():
    words = any_word("公园|Park| 广场 ||")
    assert [bool(words.search(text)) for text in ("人民公园", "PARKING", "大广场", "园", "")] == [1, 1, 1, 0, 0]
    assert not any_word("").search("anything") and not any_word("|").search("")
