"""From a finding to its zone, its sheets and its table, and back; a sentence for each zone, in both languages."""

import html
import re
from pathlib import Path
from string import Formatter

import pandas as pd
import pytest
import shapely
from urban_renewal.core import frames, schema
from urban_renewal.core.delivery.report.article import Told, write_report
from urban_renewal.core.delivery.report.left_out import role_name
from urban_renewal.core.delivery.resaid import resay
from urban_renewal.core.delivery.scales import page as page_numbers
from urban_renewal.core.run import Run
from urban_renewal.core.words import FORMS, LANGUAGES, say, sentences

ZONES = [f"Z-{n}" for n in range(6)]
CODES = ["check_served", "check_cover", "check_no_buildings"]


def served(number, language):
    values = {"before": f"{50 + number}.0", "after": f"{51 + number}.5"}
    return say(
        "check_served", language, **values, kinds=["幼儿园 1 % → 2 %" if language == "zh" else "Kindergarten 1 %"]
    )


@pytest.fixture
def content():
    zones = pd.DataFrame({"zone_id": ZONES, "name": [f"站{n}" for n in range(6)], "area_m2": 10.0})
    zones["geometry"] = [shapely.box(20 * n, 0, 20 * n + 10, 10) for n in range(6)]
    rows = [(f"served:{zone}", zone, "条", 0.5, "advice", served(n, "zh") + "（待核）") for n, zone in enumerate(ZONES)]
    rows += [("danger:B1", "B1", "条", 1.0, "fail", "D级危房 <b>")]
    findings = pd.DataFrame(rows, columns=["finding_id", "subject_id", "clause", "value", "verdict", "message"])
    findings = findings.assign(unit="share", status="known")
    actions = pd.DataFrame({"building_id": ["B1"], "zone_id": ["Z-2"], "geometry": [shapely.box(1, 1, 2, 2)]})
    left = [("PARCELS", f"P{n}", "doc_area_differs", "info",
             say("doc_area_differs", "zh", documented=n, drawn=n + 1, percent=1), 1) for n in range(3)]  # fmt: skip
    left_out = pd.DataFrame(left, columns=schema.table("left_out").names())
    given = {"zones": zones, "findings": findings, "actions": actions, "left_out": left_out}
    tables = {name: frames.conform(frame, schema.table(name)) for name, frame in given.items()}
    maps = {"maps/01-01_总图.pdf": [], **{f"maps/03-0{n + 1}_站{n}.pdf": [zone] for n, zone in enumerate(ZONES)}}
    return Told({"zh": "甲", "en": "A"}, "", "", "zh", tables, maps=maps,
                sheets=["tables/审查结论.xlsx", "tables/片区指标.xlsx"])  # fmt: skip


def article(content, language):
    return re.findall(rf'<article class="{language}".*?</article>', write_report(content, Run()), re.DOTALL)[0]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_each_zone_has_its_own_sentence(content, language):
    page = html.unescape(article(content, language))
    for number in range(6):
        assert f"{50 + number}.0 %" in page
        assert f"{51 + number}.5 %" in page
    assert ("With the proposed sites" in page) == (language == "en")
    assert ("建议选址使" in page) == (language == "zh")
    assert ("Kindergarten" in page) == (language == "en")  # the name of the kind inside the sentence


def test_there_and_back(content):
    """A finding leads to the zone's row, that to its sheet and its findings; its sheet leads back; tables too."""
    page = article(content, "zh")
    [fail] = re.findall(r'<tr id="zh-f1">.*?</tr>', page)
    assert 'B1 (<a href="#zh-z3">站2</a>)' in fail  # a building tells its zone
    assert "D级危房 &lt;b&gt;" in fail
    [row] = [line for line in re.findall(r"<tr>.*?</tr>", page) if 'id="zh-z3"' in line]
    assert '<a href="maps/03-03_%E7%AB%992.pdf">03-03</a>' in row
    assert '<a href="#zh-f1">' in row
    assert '<a href="#zh-f2">' in row
    assert "× 1 ! 1" in row
    [sheet] = [line for line in re.findall(r"<li>.*?</li>", page) if "03-03_" in line]
    assert '<a href="#zh-z3">站2</a>' in sheet
    after = page.split('<h2 id="zh-s1">')[1].split("<h2")[0]
    assert "tables/%E5%AE%A1%E6%9F%A5%E7%BB%93%E8%AE%BA.xlsx" in after


def test_what_was_left_out_tells_each_sentence(content):
    page = article(content, "zh")
    for number in range(3):
        assert re.search(rf"<li>P{number}: ", page)


def test_one_of_several_layers_in_a_role_is_named():
    assert role_name("FACILITIES: 公园", "zh") == "设施: 公园"
    assert role_name("FACILITIES", "zh") == "设施" and role_name("公园: 北", "zh") == "公园: 北"


def test_resaid_is_said():
    for code in CODES:
        values = {"before": "1.5", "after": "2", "minutes": "15", "kinds": "托育 5 %"}
        said = resay(say(code, "zh", **values) + "（待核）", "en", CODES)
        assert said == say(code, "en", **{**values, "kinds": "Nursery 5 %"}) + say("check_unverified", "en")
        assert resay(said, "en", CODES) == said
    assert resay("谁也没说过", "en", CODES) == "谁也没说过"


def test_every_sentence_can_be_said_again():
    """Whatever the house can say in Chinese it can say again in English, figures as they were written."""
    n = 0
    for code, texts in sentences().items():
        plain = [FORMS.sub(r"\3", texts[language]) for language in LANGUAGES]  # as it reads for any number but one
        pieces = [list(Formatter().parse(text)) for text in plain]
        names = {name: spec for name, spec in ((name, spec) for part in pieces for _, name, spec, _ in part) if name}
        told = {name for _, name, *_ in pieces[0] if name}
        counted = {mark[1] for text in texts.values() for mark in FORMS.finditer(text)}
        if told != set(names) | counted or any(not literal for literal, name, *_ in pieces[0][1:] if name):
            continue  # English tells more than Chinese, or two values stand side by side
        values = {name: 7 if spec else f"v{place}" for place, (name, spec) in enumerate(names.items())}
        if any(texts[language].find("{" + name + ":") >= 0 for language in LANGUAGES for name in names):
            values = dict.fromkeys(names, 7)
        said = resay(say(code, "zh", **values), "en", [code])
        assert said in (say(code, "en", **values), say(code, "zh", **values)), code
        n += said == say(code, "en", **values)
    assert n > 0.8 * len(sentences())


def test_every_check_has_a_name():
    """What checkzones can find has a name of its own, so that a row about several zones never shows one's sentence."""
    root = Path(__file__).parents[3]

    text = "".join(path.read_text(encoding="utf-8") for path in (root / "core" / "zones" / "findings").glob("*.py"))
    checks = set(re.findall(r'ledger\.add\(\s*f?"([a-z_0-9]+)', text))
    assert len(checks) > 10
    assert checks <= set(page_numbers()["checks"])


def test_sheets_of_one_zone_are_called_as_they_are_headed():
    """Chapters 03 and 06 have a sheet for each zone: by the zone's name alone they could not be told apart."""
    from urban_renewal.core.delivery.report.links import Links

    names = {"Z-1": "七星岗", "Z-2": "大坪"}
    maps = {"maps/03-01_七星岗.pdf": ["Z-1"], "maps/03-01_七星岗_续.pdf": ["Z-1"], "maps/06-01_七星岗.pdf": ["Z-1"],
            "maps/04-01_示范片区结构图.pdf": ["Z-1", "Z-2"], "maps/01-01_总图.pdf": []}  # fmt: skip
    links = Links("zh", names, {}, maps, ())
    assert [links.title_of(path) for path in maps] == [
        "03-01　七星岗示范片区更新规划图", "03-01-2　七星岗示范片区更新规划图（续）", "06-01　七星岗示范片区项目图",
        "04-01　示范片区结构图", "01-01　总图",
    ]  # fmt: skip
    english = Links("en", names, {}, maps, ())
    assert english.title_of("maps/06-01_七星岗.pdf") == "06-01　七星岗: projects"


def test_the_second_page_of_a_sheet_has_its_own_number():
    from urban_renewal.core.delivery.report import links

    assert links.sheet_title("maps/03-01_七星岗.pdf") == "03-01　七星岗"
    assert links.sheet_title("maps/03-01_七星岗_续.pdf") == "03-01-2　七星岗 续"
    assert links.sheet_title("maps/01-01_Overview_continued.pdf") == "01-01-2　Overview continued"
    assert links.sheet_title("maps/03-02_继续.pdf") == "03-02　继续"


def test_a_count_is_said_again_with_its_words():
    """One zone or several: the English has the words for the number, and reads as either when it is said in Chinese."""
    for n in ("1", "12"):
        chinese, english = (say("check_strict", code, n=n, subjects="Z-1") for code in LANGUAGES)
        assert resay(chinese, "en", ["check_strict"]) == english
        assert resay(english, "zh", ["check_strict"]) == chinese
    assert resay("1 findings fail: Z-1.", "zh", ["check_strict"]) == say("check_strict", "zh", n=1, subjects="Z-1")
