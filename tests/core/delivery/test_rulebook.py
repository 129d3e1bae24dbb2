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
