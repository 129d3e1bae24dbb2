"""What the report lists as to be verified: figures changed for a project first, with the reason."""

import json


def test_changed_figures_come_first_with_their_reason(tmp_path, qgis_app):
    from urban_renewal.core import envelope, jsontext
    from urban_renewal.core.delivery.figurewords import pending_figures

    own = {
        "schema": "urban-renewal/ruleset/1", "id": "own", "title": {"zh": "本院", "en": "Own"}, "extends": "chongqing",
        "limits": {"old_year": {"value": 2005, "note": "区里口径"}},
    }  # fmt: skip
    path = tmp_path / "own.json"
    path.write_text(json.dumps(own, ensure_ascii=False), encoding="utf-8")
    document = envelope.load_file("ruleset", path)
    rules = [{"kind": "ruleset", "id": "own", "content": jsontext.document_hash(document)}]
    rows = pending_figures(rules, [document], "en")
    assert rows[0] == ("Ruleset own", "Old if built by", "2005", "own (status: own choice), because: 区里口径")
    told = pending_figures(rules, [document], "zh")
    assert told[0] == ("规则集 own", "老旧年限", "2005 年", "own（状态：经验值），理由：区里口径")
    assert len(rows) > 20
    assert all("区里口径" not in row[3] for row in rows[1:])
