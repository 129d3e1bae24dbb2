"""English counts: “1 parcel lies”, never “1 parcels lie”; every sentence with a number has the words for one."""

import ast
import re

import pytest
from urban_renewal.core.words import FORMS, fill, say, sentences

ALWAYS_MANY = {  # said of two or more only
    "file_tables", "file_table_taken", "network_in_parts", "survey_too_sparse", "sheet_too_long", "table_too_wide",
    "site_fixed_many", "sites_shortlist", "sites_not_proven", "zone_forced_apart", "map_pages", "json_too_deep",
    "schema_oneOf", "sample_parcel_count",
}  # fmt: skip
ALWAYS_MANY_SHOWN = (  # of the interface
    "All {n} layers", "{n} things are missing", "{n} files", "{n} facilities of {layers}", "{n} of {of} needed ones",
    "Everything is as delivered", "{n} × {m} cells", "Heights are drawn", "Its places lie", "{stairs} m stairs",
)  # fmt: skip
COUNT = re.compile(r"\{(\w+)(?::[^}]*)?\} (?:of \{\w+\} )?((?:[a-z-]+ ){0,2}?)([a-z-]+)\b")


def many_words(texts):
    """Return the nouns for any number but one: the first word of each mark's second part that is a plural."""
    many = [mark[3].split() for text in texts for mark in FORMS.finditer(text)]
    plural = [next((word for word in words if word.endswith("s") or word == "people"), "") for words in many]
    return set(plural) - VERBS - {""}


VERBS = {"theirs", "is", "was", "has", "does", "its", "lies", "as"}


def unmarked(text, nouns):
    """Yield what counts a noun by a number without words for one."""
    for found in COUNT.finditer(FORMS.sub("§", text)):
        if found[3] in nouns:
            yield found[0]


@pytest.fixture(scope="module")
def shown(sources):
    """(place, text, function) of each tr("…") in the code."""
    found = []
    for path, tree in sources.items():
        for function in ast.walk(tree):
            if not isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef)):
                continue
            found += [(f"{path}:{node.lineno}", node.args[0].value, function) for node in ast.walk(function)
                      if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "tr" and node.args
                      and isinstance(node.args[0], ast.Constant)]  # fmt: skip
    assert len(found) > 500
    return found


def test_fill_chooses_by_the_number():
    text = "{n} {n?parcel lies|parcels lie} in {m} {m?zone|zones}"
    assert fill(text, n=1, m=0) == "1 parcel lies in 0 zones"
    assert fill(text, n="1", m="1,000") == "1 parcel lies in 1,000 zones"
    assert fill(text, n=11, m=1.0) == "11 parcels lie in 1.0 zone"
    with pytest.raises(KeyError):
        fill(text, n=1)
    assert say("check_strict", "en", n=1, subjects="Z-1") == "1 finding fails: Z-1."
    assert say("check_strict", "zh", n=1, subjects="Z-1") == say("check_strict", "zh", n=2, subjects="Z-1").replace(
        "2", "1"
    )


def test_every_counted_noun_has_its_singular(shown):
    english = {code: texts["en"] for code, texts in sentences().items()}
    nouns = many_words([*english.values(), *(text for _, text, _ in shown)])
    assert {"parcels", "zones", "buildings", "rows", "features", "facilities"} <= nouns
    left = {code: list(unmarked(text, nouns)) for code, text in english.items() if code not in ALWAYS_MANY}
    assert {code: found for code, found in left.items() if found} == {}
    marks = {code: [mark[0] for mark in FORMS.finditer(text)] for code, text in english.items()}
    assert {code: found for code, found in marks.items() if any(":" in mark or "!" in mark for mark in found)} == {}
    told = {(place, text) for place, text, _ in shown if not any(part in text for part in ALWAYS_MANY_SHOWN)}
    assert [(place, text) for place, text in sorted(told) if list(unmarked(text, nouns))] == []


def test_chinese_needs_none(root):
    assert [code for code, texts in sentences().items() if FORMS.search(texts["zh"])] == []
    translations = (root / "i18n" / "urban_renewal_zh.ts").read_text(encoding="utf-8")
    assert [text for text in re.findall("<translation>(.*?)</translation>", translations) if FORMS.search(text)] == []


def test_what_chooses_is_filled(shown):
    """str.format knows nothing of {n?one|many}: such a text goes through fill()."""
    faults = []
    for place, text, function in shown:
        if not FORMS.search(text):
            continue
        told_by = [node for node in ast.walk(function) if isinstance(node, ast.Assign) and text in texts_in(node.value)]
        named = {target.id for node in told_by for target in node.targets if isinstance(target, ast.Name)}
        for node in ast.walk(function):
            if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "format":
                told = node.func.value
                if getattr(told, "id", "") in named or text in texts_in(told):
                    faults.append(place)
    assert faults == []


def texts_in(tree):
    return {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)}
