"""Every code becomes a sentence in Chinese and in English, and its braces are filled."""

import ast
import re
import string

import pytest
from urban_renewal.core.jsoncheck import KEYWORDS
from urban_renewal.core.words import FORMS, LANGUAGES, sentences

CODE_AT = {"RenewalError": 0, "note": 0, "warn": 0, "stage": 0, "say": 0, "leave_out": 2}
OTHERS = {"say": {"language"}, "leave_out": {"severity", "n", "layer", "feature_ids", "code"}}
CHINESE = re.compile(r"[\u4e00-\u9fff]")


def braces(text):
    return {re.split(r"[?.\[]", name)[0] for _, name, _, _ in string.Formatter().parse(text) if name}


def literals(node):
    """The codes an argument can be: a literal, or one of two by a condition."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return [node.value]
    return literals(node.body) + literals(node.orelse) if isinstance(node, ast.IfExp) else []


def uses(tree):
    """Yield (function, code, names of the values or None when they are not all visible, line)."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if name not in CODE_AT:
            continue
        argument = node.args[CODE_AT[name]] if len(node.args) > CODE_AT[name] else None
        argument = argument or next((word.value for word in node.keywords if word.arg == "code"), None)
        open_ended = any(word.arg is None for word in node.keywords) or any(
            isinstance(a, ast.Starred) for a in node.args
        )
        values = None if open_ended else {word.arg for word in node.keywords} - OTHERS.get(name, set())
        for code in literals(argument) if argument is not None else []:
            yield name, code, values, node.lineno


@pytest.fixture(scope="module")
def used(sources):
    return [(path, *use) for path, tree in sources.items() for use in uses(tree)]


def test_every_code_has_its_sentence(used):
    known = sentences()
    assert [f"{path}:{line} {code}" for path, _, code, _, line in used if code not in known] == []
    assert len(used) > 20


def test_every_brace_is_filled(used):
    known, missing = sentences(), []
    for path, _, code, values, line in used:
        if values is not None and code in known:
            unfilled = braces(known[code]["zh"]) | braces(known[code]["en"])
            unfilled -= values
            missing += [f"{path}:{line} {code} lacks {name}" for name in sorted(unfilled)]
    assert missing == []


@pytest.mark.parametrize("code", sorted(sentences()))
def test_both_languages_say_the_same(code):
    texts = sentences()[code]
    assert set(texts) == set(LANGUAGES)
    assert all(text.strip() for text in texts.values())
    assert braces(texts["zh"]) <= braces(texts["en"])
    plain = FORMS.sub("", texts["en"])  # words for one and for several are English alone: {n?parcel|parcels}
    assert braces(plain) <= braces(texts["zh"])
    assert CHINESE.search(texts["zh"]), "no Chinese in it"


def test_no_sentence_without_use(sources):
    words = set()
    for tree in sources.values():
        words |= {
            node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)
        }
    made = {f"schema_{keyword}" for keyword in KEYWORDS}  # jsoncheck's keywords, put together in envelope.py
    assert set(sentences()) - words - made == set()
