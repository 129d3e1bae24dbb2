"""An English report and its workbooks, made of a Chinese run: no Chinese is left but what the data bring."""

import re
from html import unescape
from itertools import chain

import pandas as pd
import pytest
import shapely
from urban_renewal.core import envelope, frames, schema
from urban_renewal.core.delivery.figurewords import tell_value
from urban_renewal.core.delivery.institute import REMARKS
from urban_renewal.core.delivery.report.works import WHY
from urban_renewal.core.delivery.resaid import relist, rename, resay
from urban_renewal.core.run import Run
from urban_renewal.core.words import say

CHINESE = re.compile("[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]")
KINDS = ("ruleset", "standard", "profiles", "zone-rules", "costs", "template", "mapping")


def mappings(item):
    """Yield all mappings in a document."""
    if isinstance(item, dict):
        yield item
    if isinstance(item, (dict, list)):
        for value in item.values() if isinstance(item, dict) else item:
            yield from mappings(value)


def documents():
    return [envelope.load(kind, name) for kind in KINDS for name in envelope.names(kind)]


def findings():
    """Return a finding of every figure of the zone rules and of the user's layers, as a Chinese run stored them."""
    from urban_renewal.core.zones.findings.ledger import Ledger

    ledger = Ledger("zh")
    checks = envelope.load("zone-rules", "chongqing")["checks"]
    figures = [item for item in mappings(checks) if "source" in item]
    figures += [{"source": "x", "clause_code": code, "status": "found"}
                for code in ("clause_protected", "clause_plan", "clause_constraints")]  # fmt: skip
    figures.append({"source": "x", "clause": say("check_zone_rules", "zh", rules="chongqing"), "status": "heuristic"})
    for number, figure in enumerate(figures):
        for verdict in ("fail", "advice"):
            ledger.add("area_min", f"Z-{number % 2 + 1}", verdict, figure, "check_area_min", value=1.0, limit=2.0,
                       unit="m2")  # fmt: skip
            ledger.rows[-1]["finding_id"] += f":{number}:{verdict}"
    return frames.conform(pd.DataFrame(ledger.rows).drop(columns="zone_id"), schema.table("findings"))


def projects():
    """Return a project of each type and an item of each price, as a Chinese run stored them."""
    costs = envelope.load("costs", "chongqing")
    works = "、".join(item["name"]["zh"] for item in costs["items"][:3])
    rows = [
        {"project_id": f"P-{n}", "name": f"Project {n}", "zone_id": "Z-1", "zone_name": "A", "type": kind["name"]["zh"],
         "use_now": "0701、0801", "ownership": "10、20",
         "action": "、".join("留改拆增"[: n % 4 + 1]), "works": works, "geometry": shapely.box(n, 0, n + 1, 1),
         "remark": say("project_remark", "zh")}
        for n, kind in enumerate(costs["types"])
    ]  # fmt: skip
    items = [
        {"project_id": "P-0", "item_id": f"I-{n}", "item": item["name"]["zh"], "unit": item["unit"],
         "source": item["price"]["source"], "status": item["price"]["status"]}
        for n, item in enumerate(costs["items"])
    ]  # fmt: skip
    made = [(pd.DataFrame(rows), "projects"), (pd.DataFrame(items), "project_items")]
    return {name: frames.conform(frame, schema.table(name)) for frame, name in made}


@pytest.fixture(scope="module")
def tables():
    """Tables of a Chinese run whose names are plain letters: what is Chinese in them is ours."""
    zones = pd.DataFrame({"zone_id": ["Z-1", "Z-2"], "name": ["A", "B"], "area_m2": [4e5, 5e5]})
    zones["geometry"] = [shapely.box(0, 0, 9, 9), shapely.box(20, 0, 29, 9)]
    kinds = [kind["id"] for kind in envelope.load("standard", "chongqing")["kinds"]]
    units = {kind["id"]: kind["unit"] for kind in envelope.load("standard", "chongqing")["kinds"]}
    gaps = pd.DataFrame([("C-1", "C", kind, units[kind], 10.0, 4.0, 6.0) for kind in kinds],
                        columns=["community_id", "name", "kind", "unit", "need", "supply", "gap"])  # fmt: skip
    title = envelope.load("standard", "chongqing")["kinds"][0]["title"]["zh"]
    why = [say("sites_why", "zh", title=title, size=350, unit="m²", m2=350, rank=1, more=20)]
    why.append(why[0] + say("sites_join_neighbour", "zh"))
    why.append(say("sites_why", "zh", title=title, size=20, unit="个", m2=200, rank=2, more=3.6))
    sites = pd.DataFrame({"site_id": ["s", "t", "u"], "candidate_id": ["s", "t", "u"], "kind": ["eday", "eday", "nurs"],
                          "unit": ["m2", "m2", "place"], "why": why})  # fmt: skip
    left = pd.DataFrame([("PARCELS", "P", "geometry_empty", "error", say("geometry_empty", "zh"), 1)],
                        columns=schema.table("left_out").names())  # fmt: skip
    tags = [(f"P{n}", tag, level, "listed") for n, (tag, level) in enumerate(
        (tag, level) for tag in ("old_compound", "urban_village", "idle_factory", "idle_building")
        for level in ("confirmed", "suspected"))]  # fmt: skip
    tagged = pd.DataFrame(tags, columns=["parcel_id", "tag", "tag_level", "programme"])
    tagged["geometry"] = [shapely.box(n, 0, n + 1, 1) for n in range(len(tags))]
    made = {"zones": zones, "gap_summary": gaps.assign(geometry=None), "sites": sites.assign(geometry=None),
            "left_out": left, "tagged": tagged}  # fmt: skip
    found = {name: frames.conform(frame, schema.table(name)) for name, frame in made.items()}
    return {**found, **projects(), "findings": findings()}


def test_english_report(tables):
    """The English half of a Chinese report: every table, finding, project, and figure to be verified of all rules."""
    from urban_renewal.core import jsontext
    from urban_renewal.core.delivery.figurewords import pending_figures
    from urban_renewal.core.delivery.report.article import Told, write_report

    whole = documents()
    rules = [{"kind": document["schema"].split("/")[1], "id": document["id"], "figures_n": 1, "unverified_n": 1,
              "content": jsontext.document_hash(document)} for document in whole]  # fmt: skip
    pending = {
        code: list(chain.from_iterable(pending_figures([rule], whole, code) for rule in rules)) for code in ("zh", "en")
    }
    assert len(pending["en"]) > 500
    page = write_report(Told({"zh": "甲", "en": "A"}, "", "", "zh", tables, (), rules, pending), Run())
    [english] = re.findall('<article class="en".*?</article>', page, re.DOTALL)
    texts = [unescape(text).strip() for text in re.findall(">([^<]+)<", english)]
    values = (item["value"] for document in whole for item in mappings(document) if isinstance(item.get("value"), str))
    words = tuple(values)  # looked for in the data, or written into them
    left = [text for text in texts if CHINESE.search(text.replace("\u3000", "")) and not text.startswith(words)]
    assert left == []


def test_english_workbooks(tables):
    from urban_renewal.core.delivery.sheets import workbooks

    described = [schema.table(name) for name in tables]
    cells = []
    for name, sheets in workbooks(tables, described, "en", Run()).items():
        if name == say("sheet_fields", "en"):
            continue  # the dictionary names the columns in both languages: that is what it is for
        for sheet in sheets:
            cells += [name, sheet.name, sheet.title, *sheet.headings, *sheet.notes, *sheet.total]
            cells += list(chain.from_iterable(sheet.rows))
    assert [cell for cell in cells if isinstance(cell, str) and CHINESE.search(cell)] == []
    assert len(cells) > 500


def test_names_in_a_list():
    """Names may hold the sign that stands between them; what is no name of ours stays as it is."""
    items = [item["name"] for item in envelope.load("costs", "chongqing")["items"][:2]]
    assert "、" in items[0]["zh"]
    assert rename("、".join(item["zh"] for item in items), "en") == ", ".join(item["en"] for item in items)
    assert rename(items[0]["en"], "zh") == items[0]["zh"]
    assert rename(f"{items[0]['zh']}、自家的活", "en") == f"{items[0]['zh']}、自家的活"
    assert rename("自家的活", "en") == "自家的活"
    assert relist("0701、0801", "en") == "0701, 0801"
    assert relist("0701, 0801", "zh") == "0701、0801"


def test_sentences_in_a_row():
    told = say("project_remark", "zh") + say("project_remark_unknown", "zh", items=["电梯", "管线"])
    codes = ("project_remark", "project_remark+project_remark_unknown")
    assert resay(told, "en", codes) == (
        say("project_remark", "en") + say("project_remark_unknown", "en", items=["电梯", "管线"])
    )
    assert resay(told, "zh", codes) == told
    assert resay(told, "en", ("no_such_code", "project_remark")) == told


@pytest.mark.parametrize("kind", ["eday", "kgar", "play"])
def test_why_a_site_stands_here_names_its_kind_in_both_languages(kind):
    """English names of kinds have blanks, as the sentence between its values: “Day” was the kind of Day care."""
    title = next(entry["title"] for entry in envelope.load("standard", "chongqing")["kinds"] if entry["id"] == kind)
    values = {"size": "350", "m2": "350", "rank": 4, "more": "124.2"}
    both = {
        language: say("sites_why", language, title=title[language], unit="m²", **values)
        + say("sites_join_neighbour", language)
        for language in ("zh", "en")
    }
    assert resay(both["en"], "zh", WHY) == both["zh"] and resay(both["zh"], "en", WHY) == both["en"]


@pytest.mark.parametrize("code", ["check_demolish_net", "check_demolish_all"])
def test_a_sentence_within_a_sentence_is_told_in_the_other_language(code):
    """The Chinese half of a report said “2 buildings of unknown floor area are not in the denominator”."""
    both = {
        language: say(code, language, percent="0.0", most=20, n=3, more=say("check_partial", language, partial=2))
        for language in ("zh", "en")
    }
    assert resay(both["en"], "zh", [code]) == both["zh"] and resay(both["zh"], "en", [code]) == both["en"]


def test_a_list_among_figures_has_the_commas_of_the_language():
    figure = {"value": "C、D", "unit": "class", "source": "x", "status": "known"}
    assert tell_value(figure, "zh").startswith("C、D") and tell_value(figure, "en").startswith("C, D")


@pytest.mark.parametrize("open_items", [[], ["管线", "道路"]])
@pytest.mark.parametrize("lifts", [0, 1, 8])
def test_the_remark_of_a_project_in_both_languages(open_items, lifts):
    """One that spoke of lifts stayed Chinese in an English report; in English no blank parted its sentences."""
    both = {}
    for language in ("zh", "en"):
        said = say("project_remark", language)
        said += say("project_remark_unknown", language, items=open_items) if open_items else ""
        said += say("project_remark_lifts", language, n=lifts) if lifts else ""
        both[language] = said
    assert resay(both["zh"], "en", REMARKS) == both["en"]
    assert (resay(both["en"], "zh", REMARKS) == both["zh"]) or lifts == 1  # “building needs” does not tell how many
    assert not re.search(r"[.:][A-Z]", both["en"])


def test_figures_in_words():
    from urban_renewal.core.delivery.figurewords import tell_path, tell_source, tell_value

    rules = envelope.load("ruleset", "chongqing")
    assert tell_path(rules, "limits.old_year", "en") == "Old if built by"
    assert tell_path(rules, "classes[0].confirm", "zh") == "老旧小区 · 符合条件得分"
    assert tell_path(rules, "no.such[99].place", "en") == "no.such[99].place"
    assert tell_path(rules, "classes[99].confirm", "en") == "Meets the criteria from"
    assert tell_path(rules, "..", "en") == ".."
    assert tell_value({"value": [150, 350], "unit": "元/m²"}, "en") == "150–350 yuan/m²"
    assert tell_value({"value": [4, 12, 24], "unit": "m"}, "en") == "4, 12, 24 m"
    assert tell_value({"value": 2005, "unit": "year"}, "en") == "2005"
    assert tell_value({"value": True, "unit": ""}, "zh") == "是"
    assert tell_value({"value": False}, "en") == "no"
    assert tell_value({"points": [[0, 1]]}, "en") == ""
    assert tell_value({"value": "own words", "unit": "hogsheads"}, "en") == "own words hogsheads"
    zones = envelope.load("zone-rules", "chongqing")  # classes of what is protected: called by a word of theirs
    assert tell_path(zones, "checks.protected[1]", "zh") == "保护对象 · 文物"
    assert tell_path(zones, "checks.protected[1]", "en") == "Protected · monument"
    assert tell_path(zones, "checks.protected[4]", "en") == "Protected · other"
    told = [tell_value(figure, "zh") for figure in zones["checks"]["protected"]]
    assert told == ["须批", "禁拆", "禁拆", "须批", "提示"]
    assert tell_value(zones["checks"]["protected"][1], "en") == "no demolition"
    figure = {"source": "GB 1", "clause": "附录 C", "status": "known"}
    assert tell_source(figure, "en") == "GB 1 · Annex C (status: named, not read again)"
    assert tell_source({"source": "a", "status": "odd", "note": "b"}, "en") == "a (status: odd), because: b"
