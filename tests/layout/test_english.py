"""Every shipped word has its English: no Chinese is left in an English report or workbook but what the data bring."""

import json
import re
from html import unescape
from itertools import chain

import pandas as pd
import pytest
import shapely
from urban_renewal.core import envelope, frames, schema
from urban_renewal.core.words import RESOURCES, figure_names, say, sentences, source_words

CHINESE = re.compile("[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]")
KINDS = ("ruleset", "standard", "profiles", "zone-rules", "costs", "template", "mapping")
TOLD = ("source", "clause", "edition", "note")  # of a figure: what a reader is told of it
# Words of the users' own data, which a sentence in English must name as they stand there
OF_THE_DATA = {"action_word_unknown"}
MEANT = re.compile("〓|英文名")  # the sign for a character that GBK lacks; the heading of a column in both languages


def walk(item, path=""):
    """Yield (path, mapping) of all mappings in a document."""
    if isinstance(item, dict):
        yield path, item
        for key, value in item.items():
            yield from walk(value, f"{path}.{key}")
    elif isinstance(item, list):
        for place, value in enumerate(item):
            yield from walk(value, f"{path}[{place}]")


def documents():
    return [(f"{kind}/{name}", envelope.load(kind, name)) for kind in KINDS for name in envelope.names(kind)]


def told_texts():
    """Return every source, clause, edition and note of the shipped files."""
    crosswalk = json.loads((RESOURCES / "landuse" / "crosswalk.json").read_text(encoding="utf-8"))
    found = {}
    for name, document in [*documents(), ("landuse", crosswalk)]:
        for path, item in walk(document):
            found |= {str(item[key]): f"{name}{path}.{key}" for key in TOLD if isinstance(item.get(key), str)}
    return found


def test_sources_and_clauses_are_said_in_both_languages():
    """One in Chinese has its English, one that is a sentence in English its Chinese; every entry is used."""
    table = json.loads((RESOURCES / "sources.json").read_text(encoding="utf-8"))["texts"]
    texts = told_texts()
    assert [(text, place) for text, place in texts.items() if CHINESE.search(source_words(text, "en"))] == []
    ours = ("own choice", "placeholder")
    assert [text for text in texts if text.startswith(ours) and text not in table] == []
    assert set(table) - set(texts) == set()
    assert [words["zh"] for words in table.values() if "own choice" in words["zh"]] == []
    assert [text for text, words in table.items() if CHINESE.search(text) is None and text == words["zh"]] == []
    assert source_words("my own table", "zh") == "my own table"


def test_titles_and_units_have_english():
    """Pairs {"zh", "en"} of all files: the English holds no Chinese."""
    left = []
    for name, document in documents():
        left += [(name, path, item["en"]) for path, item in walk(document)
                 if "zh" in item and "en" in item and CHINESE.search(str(item["en"]))]  # fmt: skip
    for group in figure_names().values():
        left += [(name, words["en"]) for name, words in group.items() if CHINESE.search(words["en"])]
    assert left == []
    units = {str(item["unit"]) for _, document in documents() for _, item in walk(document) if "unit" in item}
    assert [unit for unit in units if CHINESE.search(unit) and unit not in figure_names()["units"]] == []


def test_sentences_have_english():
    left = {code: MEANT.sub("", texts["en"]) for code, texts in sentences().items() if code not in OF_THE_DATA}
    assert {code: text for code, text in left.items() if CHINESE.search(text)} == {}


def test_columns_and_legends_have_english():
    names = [column.alias("en") for name in schema.table_names() for column in schema.table(name).columns]
    names += [schema.table(name).en for name in schema.table_names()]
    palette = json.loads((RESOURCES / "styles" / "palette.json").read_text(encoding="utf-8"))
    page = json.loads((RESOURCES / "styles" / "page.json").read_text(encoding="utf-8"))
    names += [str(item["en"]) for _, item in chain(walk(palette), walk(page)) if "en" in item]
    assert [name for name in names if CHINESE.search(name)] == []


def findings():
    """Return a finding of every figure of the zone rules and of the user's layers, as a Chinese run stored them."""
    from urban_renewal.core.zones.findings_ledger import Ledger

    ledger = Ledger("zh")
    checks = envelope.load("zone-rules", "chongqing")["checks"]
    figures = [item for _, item in walk(checks) if "source" in item]
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
    sites = pd.DataFrame({"site_id": ["s", "t"], "candidate_id": ["s", "t"], "kind": "eday", "unit": "m2", "why": why})
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
    from urban_renewal.core.delivery.report import Told, write_report

    whole = [document for _, document in documents()]
    rules = [{"kind": document["schema"].split("/")[1], "id": document["id"], "figures_n": 1, "unverified_n": 1,
              "content": jsontext.document_hash(document)} for document in whole]  # fmt: skip
    pending = {
        code: list(chain.from_iterable(pending_figures([rule], whole, code) for rule in rules)) for code in ("zh", "en")
    }
    assert len(pending["en"]) > 500
    page = write_report(Told({"zh": "甲", "en": "A"}, "", "", "zh", tables, (), rules, pending))
    [english] = re.findall('<article class="en".*?</article>', page, re.DOTALL)
    texts = [unescape(text).strip() for text in re.findall(">([^<]+)<", english)]
    values = (item["value"] for document in whole for _, item in walk(document) if isinstance(item.get("value"), str))
    words = tuple(values)  # looked for in the data, or written into them
    left = [text for text in texts if CHINESE.search(text.replace("\u3000", "")) and not text.startswith(words)]
    assert left == []


def test_english_workbooks(tables):
    from urban_renewal.core.delivery.sheets import workbooks

    described = [schema.table(name) for name in tables]
    cells = []
    for name, sheets in workbooks(tables, described, "en").items():
        if name == say("sheet_fields", "en"):
            continue  # the dictionary names the columns in both languages: that is what it is for
        for sheet in sheets:
            cells += [name, sheet.name, sheet.title, *sheet.headings, *sheet.notes, *sheet.total]
            cells += list(chain.from_iterable(sheet.rows))
    assert [cell for cell in cells if isinstance(cell, str) and CHINESE.search(cell)] == []
    assert len(cells) > 500
