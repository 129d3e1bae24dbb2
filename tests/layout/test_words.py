"""Words of the interface: one spelling each, nothing visible that is not translated, both languages whole."""

import ast
import json
import re

import pytest
from urban_renewal.core.words import FORMS


@pytest.fixture(scope="module")
def glossary(root):
    return json.loads((root / "i18n" / "glossary.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def translations(i18n):
    return i18n.known_translations()


def breaches(terms, pairs):
    """Say which (English, Chinese) pairs use a term in English without its Chinese word."""
    for term in terms:
        if term.get("ordinary"):
            continue
        pattern = re.compile(rf"(?<![\w-]){re.escape(term['en'])}(?:s|es)?(?![\w-])", re.IGNORECASE)
        words = [term["zh"], *term.get("also", [])]
        for english, chinese in pairs:
            said = re.sub(r"\{[^}]*\}", "", english)  # names of what is filled in are no words
            if pattern.search(said) and not any(word in chinese for word in words):
                yield f"{term['en']} = {term['zh']}: {english} → {chinese}"


def test_one_spelling_in_the_interface(glossary, translations):
    assert list(breaches(glossary["terms"], sorted(translations.items()))) == []


def test_one_spelling_in_titles_and_labels(glossary, root):
    pairs = []
    for path in sorted((root / "resources" / "help").glob("*.json")):
        texts = json.loads(path.read_text(encoding="utf-8"))
        if path.name == "_methods.json":
            continue
        pairs += [(texts["title"]["en"], texts["title"]["zh"])] if "title" in texts else []
        for part in ("parameters", "outputs"):
            pairs += [(entry["label"]["en"], entry["label"]["zh"]) for entry in texts.get(part, {}).values()]
    assert list(breaches(glossary["terms"], pairs)) == []


def texts_of_resources(node):
    """Yield (Chinese, English) of every two-language text below a node of a JSON resource."""
    if isinstance(node, dict):
        if isinstance(node.get("zh"), str) and isinstance(node.get("en"), str):
            yield node["zh"], node["en"]
        for value in node.values():
            yield from texts_of_resources(value)
    elif isinstance(node, list):
        for value in node:
            yield from texts_of_resources(value)


@pytest.fixture(scope="module")
def all_texts(root, translations):
    """Every text that people read, as (place, Chinese, English): interface, help, messages, data files, guide."""
    found = [("i18n", chinese, english) for english, chinese in translations.items()]
    for path in sorted((root / "resources").rglob("*.json")):
        if path.parent.name not in ("schemas", "sample") and path.name not in ("aliases.json", "sources.json"):
            rows = texts_of_resources(json.loads(path.read_text(encoding="utf-8")))
            found += [(path.name, chinese, english) for chinese, english in rows]
    for path in sorted((root / "docs" / "guide").glob("*.md")):
        lines = path.read_text(encoding="utf-8").splitlines()
        found += [(path.name, line, "") if ".zh." in path.name else (path.name, "", line) for line in lines]
    return found


def avoided(glossary, texts):
    """Say which texts use a word that has a better one."""
    for place, chinese, english in texts:
        for word, better in glossary["avoid"].items():
            if word in chinese:
                yield f"{place}: {word} (say {better}): {chinese}"
        for word, better in glossary["avoid_en"].items():
            if re.search(rf"(?<![\w-]){re.escape(word)}s?(?![\w-])", english, re.IGNORECASE):
                yield f"{place}: {word} (say {better}): {english}"


def test_words_that_mean_the_same_are_not_used(glossary, all_texts):
    assert list(avoided(glossary, all_texts)) == []
    assert len(all_texts) > 3000  # the walk has found them


def test_a_word_that_has_a_better_one_is_found(glossary):
    texts = [("a", "阈值", ""), ("b", "", "Sub-districts"), ("c", "限值", "subdistrict limits")]
    assert [line.partition(":")[0] for line in avoided(glossary, texts)] == ["a", "b"]


def test_the_check_finds_a_breach():
    """The checks above can fail."""
    terms = [{"en": "parcel", "zh": "宗地"}, {"en": "need", "zh": "需求", "ordinary": True}]
    assert list(breaches(terms, [("Two parcels", "两块地"), ("needs", "要"), ("a parcel", "一宗地")])) == [
        "parcel = 宗地: Two parcels → 两块地"
    ]


# calls that put words before a person; a literal in their first text argument must come from tr()
SHOWING = {
    "QLabel", "QPushButton", "QCheckBox", "QGroupBox", "QgsCollapsibleGroupBox", "text_label", "main_button", "QAction",
    "setText", "setWindowTitle", "setToolTip", "setPlaceholderText", "setTitle", "setStatusTip", "setAccessibleName",
    "addItem", "addAction", "addMenu", "setHorizontalHeaderLabels", "pushMessage", "setInformativeText", "addButton",
    "setNullRepresentation", "setDialogTitle",
}  # fmt: skip
LETTERS = re.compile(r"[A-Za-z\u4e00-\u9fff]{2,}")


def literals(call):
    """Return the literal words of a call's arguments that do not pass through tr."""
    for argument in call.args:
        for node in [argument] if not isinstance(argument, (ast.List, ast.Tuple)) else argument.elts:
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and LETTERS.search(node.value):
                yield node.value


def test_nothing_visible_is_left_untranslated(root, i18n):
    """Every string of the interface is walked: literals in calls that show words are found by their syntax."""
    found = []
    for path in i18n.python_files(root):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and i18n._name(node.func) in SHOWING:
                found += [f"{path.relative_to(root)}:{node.lineno}: {text}" for text in literals(node)]
    known = ("GCJ-02", "GB18030", "UTF-8", "F1")
    assert [entry for entry in found if not entry.endswith(known)] == []


def test_braces_are_the_same_in_both_languages(translations):
    """A brace that is lost or misspelt would raise where the sentence is filled in."""
    wrong = [
        english
        for english, chinese in translations.items()
        if sorted(re.findall(r"\{[^}]*\}", FORMS.sub("", english)))  # Chinese needs no words for one and for many
        != sorted(re.findall(r"\{[^}]*\}", chinese))
    ]
    assert wrong == []


def test_every_sentence_has_chinese(i18n, root, translations):
    texts = {call.text for path in i18n.python_files(root) for call in i18n.tr_calls(path, root) if not call.fault}
    assert sorted(texts - set(translations)) == []


def test_every_two_language_text_of_the_resources_is_whole(root):
    """{"zh": …, "en": …} anywhere in resources: both there, neither empty alone."""
    wrong = []

    def walk(node, place):
        if isinstance(node, dict):
            if "zh" in node or "en" in node:
                good = isinstance(node.get("zh"), str) and isinstance(node.get("en"), str)
                if not good or bool(node["zh"].strip()) != bool(node["en"].strip()):  # a unit may have no word
                    wrong.append(place)
            for key, value in node.items():
                walk(value, f"{place}.{key}")
        elif isinstance(node, list):
            for number, value in enumerate(node):
                walk(value, f"{place}[{number}]")

    for path in sorted((root / "resources").rglob("*.json")):
        if path.parent.name not in ("schemas", "sample"):
            walk(json.loads(path.read_text(encoding="utf-8")), path.name)
    assert wrong == []
