# SPDX-License-Identifier: GPL-2.0-or-later
"""The guide: what it calls by name is in the interface, links and pictures are there, both languages tell the same."""

import re
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

ROOT = Path(__file__).resolve().parents[2]
GUIDE, PICTURES = ROOT / "docs" / "guide", ROOT / "docs" / "pictures"
PAGES = ("tutorial", "guide", "methods")
SIGHTS = re.compile(r"!\[[^\]]*\]\(\.\./pictures/(?:en/)?([^)]+)\)")


def text_of(name, language):
    return (GUIDE / f"{name}.{language}.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def words():
    """Words of the interface by language: with {…} for what is put in."""
    tree = ElementTree.parse(ROOT / "i18n" / "urban_renewal_zh.ts")
    pairs = [(item.findtext("source"), item.findtext("translation")) for item in tree.iter("message")]
    return {"en": [source for source, _ in pairs], "zh": [told for _, told in pairs]}


def is_shown(name, shown):
    """Say whether a name is a text of the interface; what is put into it may be anything short."""
    for text in shown:
        if "{" in text and len(re.findall(r"\w", re.sub(r"\{\w+\}", "", text))) < 2:
            continue  # “{what}：{value}” would be a name of anything
        pattern = re.sub(r"\\\{\w+\\\}", ".{1,12}", re.escape(text))
        if re.fullmatch(pattern, name):
            return True
    return False


@pytest.mark.parametrize("language", ["zh", "en"])
def test_what_the_tutorial_tells_to_press_is_called_so(words, language):
    """A button that was renamed would leave the reader looking for it."""
    named = re.findall(r"\*\*([^*]+)\*\*", text_of("tutorial", language))
    assert len(named) > 10
    assert [name for name in named if not is_shown(name, words[language])] == []


@pytest.mark.parametrize("language", ["zh", "en"])
def test_what_the_guide_puts_between_quotation_marks_with_dots_is_called_so(words, language):
    """“Add layer…”, **By hand…**: names that end in dots are buttons."""
    text = text_of("guide", language)
    marked = re.findall(r"“([^”“]+…)”|\*\*([^*]+…)\*\*", text)
    named = {name for pair in marked for name in re.split("、|, ", pair[0] or pair[1])}
    assert len(named) > 5
    assert sorted(name for name in named if not is_shown(name, words[language])) == []


@pytest.mark.parametrize("name", PAGES)
def test_both_languages_have_the_same_sections_and_pictures(name):
    zh, en = text_of(name, "zh"), text_of(name, "en")
    heads = [re.findall(r"^(#+)( \d+)?", text, re.MULTILINE) for text in (zh, en)]
    assert heads[0] == heads[1]
    assert SIGHTS.findall(zh) == SIGHTS.findall(en)
    rows = [len(re.findall(r"^\|", text, re.MULTILINE)) for text in (zh, en)]
    assert rows[0] == rows[1]


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("name", PAGES)
def test_pictures_are_there(name, language):
    for path in re.findall(r"\]\(\.\./pictures/([^)]+)\)", text_of(name, language)):
        assert (PICTURES / path).is_file(), path


@pytest.mark.parametrize("name", PAGES)
def test_each_language_shows_its_own_pictures(name):
    shown = {language: re.findall(r"\]\(\.\./pictures/([^)]+)\)", text_of(name, language)) for language in ("zh", "en")}
    assert [path for path in shown["zh"] if path.startswith("en/")] == []
    assert [path for path in shown["en"] if (PICTURES / "en" / path).is_file()] == []


@pytest.fixture(scope="module")
def made():
    """The pages of the local help."""
    sys.path.insert(0, str(ROOT / "scripts"))
    try:
        import docs
    finally:
        sys.path.pop(0)
    return docs.pages()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_commands_without_a_screen_name_what_there_is(contract, language):
    """Algorithms, parameters and choices; all that must be given is."""
    (block,) = re.findall(r"```\n(qgis_process .*?)```", text_of("guide", language), re.DOTALL)
    calls = re.findall(r"run urbanrenewal:(\w+) -- ((?:.*\\\n)*.*)", block)
    assert [name for name, _ in calls] == ["createsample", "fullstudy"]
    for name, words in calls:
        entry = contract["algorithms"][name]
        known = set(entry["parameters"]) | set(entry["outputs"])
        given = re.findall(r"(\w+)=(\S+)", words)
        assert {key for key, _ in given} - known == set()
        required = {key for key, spec in entry["parameters"].items() if spec == ""}
        assert required <= {key for key, _ in given}
        for key, value in given:
            choices = entry["parameters"].get(key)
            if isinstance(choices, dict) and choices.get("values"):
                assert value in choices["values"], (key, value)


def test_links_of_the_local_help_lead_somewhere(made):
    """Pages, and sections of them: `guide.html#s12`."""
    lost = []
    for page, text in made.items():
        for target in re.findall(r'href="([^"]+)"', text):
            path, _, anchor = target.partition("#")
            there = (Path(page).parent / path).as_posix() if path else page
            there = re.sub(r"[^/]+/\.\./", "", there)
            if there not in made or (anchor and f'id="{anchor}"' not in made[there]):
                lost.append((page, target))
    assert lost == []


def test_help_buttons_open_a_section_that_is_there(made):
    """Every `page#section` that the dialogs name; none opens a long page at its top."""
    named = set()
    for path in (ROOT / "dialogs").rglob("*.py"):
        named |= set(re.findall(r'"((?:guide|methods|tutorial)(?:#\w+)?)"', path.read_text(encoding="utf-8")))
    assert len(named) > 5
    for name in named:
        page, _, anchor = name.partition("#")
        for language in ("zh", "en"):
            assert f'id="{anchor}"' in made[f"docs/help/{language}/{page}.html"] if anchor else page == "guide", name


def test_the_field_dictionary_has_every_column(made):
    """Of every table of the schema, with its heading in the language of the page."""
    import json

    for path in (ROOT / "resources" / "tables").glob("*.json"):
        for name, entry in json.loads(path.read_text(encoding="utf-8")).items():
            for language in ("zh", "en"):
                page = made[f"docs/help/{language}/fields.html"]
                part = page[page.index(f"<code>{name}</code></h2>") :]
                part = part[: part.find("<h2", 5) if "<h2" in part[5:] else None]
                assert [c["name"] for c in entry["columns"] if f"<code>{c['name']}</code>" not in part] == [], name


def test_long_pages_begin_with_what_is_on_them_and_the_index_goes_by_steps(made):
    """Whoever looks for something finds it on the first screen: sections of the guide, tables, algorithms by step."""
    import json

    contract = json.loads((ROOT / "tests" / "layout" / "contract.json").read_text(encoding="utf-8"))
    for language in ("zh", "en"):
        for name in ("guide", "fields", "methods", "tutorial"):
            text = made[f"docs/help/{language}/{name}.html"]
            top, titles = text[: text.index("<h2")], re.findall(r'<h2 id="([^"]+)"', text)
            assert len(titles) >= 4 and all(f'href="#{title}"' in top for title in titles), (language, name)
        index = made[f"docs/help/{language}/index.html"]
        listed = re.findall(r"<td><code>(\w+)</code></td>", index)
        assert sorted(listed) == sorted(contract["built"]) and index.count("<h3>") == 6
        assert listed.index("checkinputs") < listed.index("tagparcels") < listed.index("exportzones")


def test_units_and_formulas_are_in_the_words_of_the_page(made):
    """A unit that has words is called by them, and a formula that has Chinese ones has them in Chinese alone."""
    import json
    from html import escape

    units = json.loads((ROOT / "resources" / "figures.json").read_text(encoding="utf-8"))["units"]
    methods = json.loads((ROOT / "resources" / "help" / "_methods.json").read_text(encoding="utf-8"))
    for language in ("zh", "en"):
        cells = re.findall(r"<td>([^<]*)</td>", made[f"docs/help/{language}/fields.html"])
        codes = {code for code, words in units.items() if words[language] != code} & set(cells)
        assert codes <= {words[language] for words in units.values()}, codes
    chinese = {name: entry for name, entry in methods.items() if "formula_zh" in entry}
    assert len(chinese) > 5
    for name, entry in chinese.items():
        for language, formula in (("zh", entry["formula_zh"]), ("en", entry["formula"])):
            page = made[f"docs/help/{language}/{name}.html"]
            parts = [part for part in re.split(r"\s{4,}", formula) if part]
            assert all(escape(part) in page for part in parts), (name, language)


def test_no_cell_of_the_help_is_cut_or_without_heading(made):
    """A heading over each column, and every summary a whole sentence: none ends within the name of a file."""
    for name, text in made.items():
        assert "<th></th>" not in text, name
        for row in re.findall(r"<td><code>\w+</code></td><td>([^<]*)</td></tr>", text):
            assert name.endswith("index.html") is False or row.rstrip().endswith(("。", ".")), (name, row)
