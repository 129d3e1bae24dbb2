"""Every shipped word has its English; that reports and workbooks use it: tests/core/delivery/test_english_report.py."""

import json
import re
from itertools import chain

from urban_renewal.core import envelope, schema
from urban_renewal.core.resources import RESOURCES
from urban_renewal.core.words import figure_names, sentences, source_words

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
