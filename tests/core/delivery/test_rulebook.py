"""Rules that the plugin has since replaced: a delivery that has their text hands it on, else it is told as gone."""

import pytest
from urban_renewal.core import envelope, jsontext
from urban_renewal.core.delivery import rulebook, verify


@pytest.fixture
def older():
    """A ruleset whose shipped edition is another one by now, and the run that used it."""
    document = {**envelope.load("ruleset", "chongqing"), "edition": "older"}
    rule = {"kind": "ruleset", "id": "chongqing", "content": jsontext.document_hash(document), "figures_n": 1}
    return document, {"id": "tagparcels", "rules": [rule]}


def test_the_text_is_handed_on(older):
    document, record = older
    assert rulebook.documents_of([record]) == []  # the plugin has it no more
    standard = envelope.load("standard", "chongqing")
    whole = rulebook.with_documents(record, [standard, document])
    assert rulebook.documents_of([whole]) == [document]
    assert rulebook.without_documents(whole) == record
    assert rulebook.with_documents(record, [{**document, "edition": "altered"}]) == record


@pytest.mark.parametrize("kind", ["gone", "whole", "altered"])
def test_gone_is_not_altered(older, kind):
    """A text that is not there is told; one that is another than was used fails, whatever else bears the same id."""
    document, record = older
    others = [envelope.load("standard", "chongqing"), envelope.load("costs", "chongqing")]
    rules = [*record["rules"], *({"kind": kind, "id": "chongqing", "content": jsontext.document_hash(item)}
                                 for kind, item in zip(("standard", "costs"), others))]  # fmt: skip
    mine = {"gone": [], "whole": [document], "altered": [{**document, "edition": "altered"}]}[kind]
    found = verify._check_rules({"rules": rules, "documents": [*others, *mine]})
    codes = {check.subject: (check.code, check.verdict) for check in found}
    expected = ("rules_changed", "fail") if kind == "altered" else ("rules_newer", "advice")
    assert codes["ruleset/chongqing"] == expected
    assert codes["standard/chongqing"] == ("rules_same", "pass")


def changed(kind, change):
    """The shipped rules with a change, as a delivery that used them, and its documents."""
    document = jsontext.parse(jsontext.canonical_json(envelope.load(kind, "chongqing")), "x.json").value
    change(document)
    rule = {"kind": kind, "id": "chongqing", "content": jsontext.document_hash(document), "figures_n": 1}
    return rule, [document]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda item: item["kinds"][0]["title"].update(en="Day care for the old"), "rules_reworded"),
        (lambda item: item["kinds"][0]["radius_m"].update(source="elsewhere", clause="9.9"), "rules_reworded"),
        (lambda item: item["to_read"].pop(), "rules_reworded"),
        (lambda item: item["kinds"][0]["radius_m"].update(value=301), "rules_newer"),
        (lambda item: item["kinds"][0]["radius_m"].update(status="found"), "rules_newer"),
        (lambda item: item["kinds"].pop(), "rules_newer"),
        (lambda item: None, "rules_same"),
    ],
)
def test_a_new_wording_is_no_newer_edition(change, code):
    from urban_renewal.core.delivery.takeover import _rules

    rule, documents = changed("standard", change)
    [check] = verify._check_rules({"rules": [rule], "documents": documents})
    assert (check.code, check.verdict) == (code, "advice" if code == "rules_newer" else "pass")
    settings = {}
    taken, problems = _rules({"rules": [rule], "documents": documents}, settings)
    assert [problem for problem, _ in problems] == (["takeover_rules_newer"] if code == "rules_newer" else [])
    # the same words come out as well: another wording is taken over whole
    assert (settings, list(taken)) == (({"STANDARD": "chongqing"}, []) if code == "rules_same" else
                                       ({}, ["STANDARD_FILE"]))  # fmt: skip


def test_without_the_text_nobody_knows_what_has_changed():
    rule, _ = changed("standard", lambda item: item["kinds"][0]["title"].update(en="Day care for the old"))
    [check] = verify._check_rules({"rules": [rule], "documents": []})
    assert check.code == "rules_newer"
