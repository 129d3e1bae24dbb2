"""The report: what anybody may have typed is text, nothing is fetched, numbers are those counted by hand."""

import html
import json
import re
import shutil
import subprocess
from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import pandas as pd
import pytest
import shapely
from urban_renewal.core import frames, schema
from urban_renewal.core.delivery import summary
from urban_renewal.core.delivery.report import charts
from urban_renewal.core.delivery.report.article import Told, write_report
from urban_renewal.core.run import Run

NASTY = "<script>alert('x')</script>\"&"
VOID = {"meta", "rect", "path", "line", "br", "input"}
BOTH = {"zh": NASTY, "en": NASTY}


class Balance(HTMLParser):
    """Collects elements, text and links; refuses tags that do not close."""

    def __init__(self):
        super().__init__()
        self.open, self.seen, self.links, self.words, self.ids = [], [], [], [], []

    def handle_starttag(self, tag, attributes):
        self.seen.append(tag)
        self.links += [value for name, value in attributes if name in ("href", "src", "xlink:href")]
        self.ids += [value for name, value in attributes if name == "id"]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.seen.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.words.append(data)


def read(page):
    parser = Balance()
    parser.feed(page)
    assert parser.open == []
    assert len(set(parser.ids)) == len(parser.ids)
    assert {link[1:] for link in parser.links if link.startswith("#")} <= set(parser.ids)  # none leads nowhere
    return parser


def article(page, language):
    """Return the report in one of its languages."""
    [found] = re.findall(rf'<article class="{language}".*?</article>', page, re.DOTALL)
    return read(found)


@pytest.fixture
def content():
    zones = [("Z-1", NASTY, 630000.0, 100.5, 1000.0), ("Z-2", None, 200000.0, None, None)]
    zones = pd.DataFrame(zones, columns=["zone_id", "name", "area_m2", "floor_m2", "people"])
    zones["geometry"] = [shapely.box(0, 0, 900, 700), shapely.box(1000, 0, 1500, 400)]
    tagged = [("A", "old_compound", "confirmed", "none"), ("B", "old_compound", "suspected", "none"),
              ("C", "idle_factory", "confirmed", "renovated"), ("D", "none", "none", "none")]  # fmt: skip
    tagged = pd.DataFrame(tagged, columns=["parcel_id", "tag", "tag_level", "programme"])
    tagged["geometry"] = [shapely.box(n, 0, n + 5, 5) for n in range(4)]
    gaps = [("S1", NASTY, "eday", 100.0, 80.0), ("S1", NASTY, "kgar", 0.0, 0.0), ("S2", "乙", "kgar", 10.0, 9.0)]
    gaps = pd.DataFrame(gaps, columns=["community_id", "name", "kind", "need", "gap"]).assign(geometry=None)
    left = pd.DataFrame([("PARCELS", "X", "code", "error", NASTY, 7)], columns=schema.table("left_out").names())
    names = {"zones": zones, "tagged": tagged, "gap_summary": gaps, "left_out": left}
    tables = {name: frames.conform(frame, schema.table(name)) for name, frame in names.items()}
    rules = [{"kind": "ruleset", "id": "chongqing", "content": "0" * 64, "figures_n": 9, "unverified_n": 4}]
    pending = {key: [("chongqing", "a", NASTY, "b")] for key in BOTH}
    return Told(BOTH, NASTY, "2025-12-31", "zh", tables, (), rules, pending,
                {key: [(NASTY, "a < b")] for key in BOTH}, {"code": 7})  # fmt: skip


@pytest.mark.parametrize("language", ["zh", "en"])
def test_text_is_text(content, language):
    html = write_report(Told(**{**content.__dict__, "language": language}), Run())
    parser = read(html)
    assert "script" not in parser.seen
    assert [link for link in parser.links if not link.startswith("#")] == []
    assert re.findall(r"https?://(?!www\.w3\.org/2000/svg)", html) == []
    assert sum(NASTY in words for words in parser.words) >= 5


def test_numbers(content):
    words = " ".join(article(write_report(content, Run()), "zh").words)
    assert "识别出 1 宗符合条件（待认定）、1 宗疑似的更新对象，划定 2 个示范片区" in words
    assert "83.0 公顷" in words
    assert "80 %" in words
    assert "90 %" in words


def test_counts(content):
    counts = summary.count_tags(content.tables["tagged"]).set_index("tag")
    assert counts.loc["old_compound", ["confirmed_n", "suspected_n", "renovated_n"]].tolist() == [1, 1, 0]
    assert counts.loc["idle_factory", ["confirmed_n", "suspected_n", "renovated_n"]].tolist() == [0, 0, 1]
    assert "idle_building" not in counts.index  # nobody looked for it, so no 0 stands there


def test_a_class_that_a_reviewer_gave_is_counted(content):
    tagged = content.tables["tagged"].assign(tag="idle_building")
    counts = summary.count_tags(tagged).set_index("tag")
    done = tagged["programme"].isin(summary.DONE).fillna(False)
    assert counts.loc["idle_building", "renovated_n"] == done.sum() > 0


def test_worst_communities(content):
    worst = summary.worst_communities(content.tables["gap_summary"])
    assert worst["community_id"].tolist() == ["S2", "S1"]  # 90 % before 80 %
    assert worst["child"].isna().tolist() == [False, True]  # S1 has no need of kindergartens


def test_without_a_zone_the_first_section_says_so(content):
    findings = frames.empty(schema.table("findings"))
    html = write_report(replace(content, tables={**content.tables, "findings": findings}, language="en"), Run())
    assert "No zone was drawn, so nothing was checked." in html


def test_floor_areas_that_nobody_knows_are_no_zero():
    rows = pd.DataFrame({"tag": ["idle_factory", "idle_factory", "old_compound"], "tag_level": "suspected",
                         "area_m2": [10.0, 20.0, 5.0], "floor_m2": [np.nan, np.nan, 7.0]})  # fmt: skip
    found = summary.count_tags(rows).set_index("tag")
    assert np.isnan(found.loc["idle_factory", "floor_m2"]) and found.loc["old_compound", "floor_m2"] == 7
    assert found.loc["urban_village", "floor_m2"] == 0  # there is none


def test_a_gap_that_nobody_knows_is_no_zero(content):
    unknown = content.tables["gap_summary"].assign(need=np.nan, served=np.nan, gap=np.nan, surplus=np.nan)
    sums = summary.sum_kinds(unknown)
    assert sums[["need", "served", "gap", "surplus", "gap_share"]].isna().all(axis=None) and len(sums)
    assert len(summary.worst_communities(unknown)) == 0
    tables = {**content.tables, "gap_summary": unknown}
    html = write_report(replace(content, tables=tables, language="en"), Run())
    assert "No community has a need that is known" in html and ">nan<" not in html.casefold()


def test_without_optional_tables(content):
    told = Told({"zh": "t", "en": "t"}, "", "", "en", {"zones": content.tables["zones"]})
    parser = article(write_report(told, Run()), "en")
    assert "This delivery was given no such data." in parser.words


def test_places_are_called_as_their_kind_calls_them():
    from urban_renewal.core.palette import unit_name

    assert [unit_name("place", "zh", kind) for kind in ("nurs", "kgar", "prim", "")] == [
        "托位",
        "学位",
        "学位",
        "托位、学位",
    ]
    assert [unit_name(unit, "en", "kgar") for unit in ("place", "m2")] == ["places", "m²"]


def test_bars_are_as_long_as_their_numbers():
    svg = charts.bar_chart("t", ["a", "b"], [[1.0], [0.5]], [charts.Series("s", "#000000")], summary.percent, 410)
    widths = [float(width) for width in re.findall(r'<rect x="150" y="\d+" width="([\d.]+)" height="10"', svg)]
    assert widths == [200.0, 100.0]  # 410 − 150 − 60 px for the largest


def test_map_keeps_shape_and_north_up():
    svg = charts.small_map("t", [charts.Drawn(np.array([shapely.box(0, 0, 100, 50)]), "#111111")], 216, 116)
    points = [tuple(map(float, point.split(","))) for point in re.findall(r"[\d.]+,[\d.]+", svg)]
    assert {x for x, _ in points} == {8.0, 208.0}
    assert {y for _, y in points} == {8.0, 108.0}
    assert charts.small_map("t", [charts.Drawn(np.array([None]))]) == ""


def test_map_draws_every_ring_and_line_once():
    holed = shapely.box(0, 0, 100, 100).difference(shapely.box(40, 40, 60, 60))
    many = shapely.MultiPolygon([shapely.box(0, 0, 10, 10), shapely.box(20, 0, 30, 10)])
    line = shapely.LineString([(0, 0), (100, 0), (100, 100)])
    shapes = np.array([holed, None, line, many, shapely.Polygon(), shapely.Point(5, 5)])
    svg = charts.map_body([charts.Drawn(shapes, "#111111")], 116, 116)
    (path,) = re.findall(r'd="([^"]*)"', svg)
    rings = [part.rstrip("Z").split(" ") for part in path.split("M")[1:]]
    assert sorted(map(len, rings)) == [3, 5, 5, 5, 5]  # the line; an outline, its hole, two of many: closed
    assert path.count("Z") == 4
    areas = [shapely.Polygon([tuple(map(float, at.split(","))) for at in ring]).area for ring in rings if len(ring) > 3]
    assert sorted(areas) == [100.0, 100.0, 400.0, 10000.0]  # a pixel is a metre


def test_map_of_a_city_leaves_out_the_smallest(monkeypatch):
    monkeypatch.setattr(charts, "MOST_SHAPES", 2)
    shapes = np.array([shapely.box(0, 0, 40, 40), shapely.box(60, 60, 61, 61), shapely.box(0, 50, 50, 100)])
    assert charts.small_map("t", [charts.Drawn(shapes)]) == charts.small_map("t", [charts.Drawn(shapes[::2])])


def test_sites_projects_and_the_atlas(content):
    """Sums by type are those of the rows; links to files with blanks and Chinese are escaped."""
    from dataclasses import replace

    names = ["project_id", "name", "type", "area_mu", "exist_m2", "invest_low_wan", "invest_high_wan"]
    rows = [
        ("P-2", "乙", "某类", 2.0, 5000.0, 10.0, 30.0),
        ("P-1", NASTY, "某类", 1.5, 5000.0, 5.0, 7.0),
        ("P-3", "丙", "山城后巷", np.nan, np.nan, 6.0, 17.0),
    ]  # a lane: it has no site and no building
    projects = frames.conform(pd.DataFrame(rows, columns=names).assign(geometry=None), schema.table("projects"))
    sites = pd.DataFrame({"site_id": ["s"], "kind": ["eday"], "unit": ["m2"], "size": [350.0], "rank": [1]})
    sites = frames.conform(sites.assign(geometry=None), schema.table("sites"))
    told = replace(content, tables={**content.tables, "projects": projects, "sites": sites},
                   maps={"maps/03-01_七星岗 1.pdf": ["Z-1"]})  # fmt: skip
    page = article(write_report(told, Run()), "zh")
    words = [word for word in page.words if word.strip()]
    place = words.index("某类")
    assert words[place : place + 5] == ["某类", "2", "3.5", "1.0", "15–37"]
    assert words[place - 5 : place] == ["山城后巷", "1", "–", "–", "6–17"]
    assert "350 m²" in words
    assert "maps/03-01_%E4%B8%83%E6%98%9F%E5%B2%97%201.pdf" in page.links
    assert words.index("P-1") < words.index("P-2")


def test_the_first_screen_names_what_decided_and_its_figures_have_units(content):
    """Rules by their titles, with all that is 待核 in what was used (4 + 3 + 2); prices decide nothing."""
    rules = [{"kind": kind, "id": "chongqing", "content": "0" * 64, "figures_n": 9, "unverified_n": n}
             for kind, n in (("costs", 2), ("standard", 3), ("ruleset", 4))]  # fmt: skip
    findings = [("demolish_all:Z-1", "fail"), ("demolish_all:Z-2", "fail"), ("rent:Z-1", "unknown")]
    findings = pd.DataFrame(findings, columns=["finding_id", "verdict"])
    findings = findings.assign(subject_id="Z-1", clause="c", status="found", message="m")
    findings = frames.conform(findings, schema.table("findings"))
    tables = {**content.tables, "findings": findings}
    page = write_report(replace(content, author="某院", rules=rules, checksum="1a2b3c4d", tables=tables), Run())
    words = [word.strip() for word in article(page, "zh").words if word.strip()]
    assert "某院 · 2025-12-31 · 规则集 重庆 · 标准 重庆（待核 9 项）" in words
    assert "重庆（chongqing）" in words  # in the table of rules
    assert "2025-12-31 生成\n离线单页，可打印 A4\n校验码 1a2b3c4d" in words
    for label, value, unit in (("示范片区", "2", "个"), ("待核", "9", "项"), ("有缺口的设施类别", "2", "类")):
        place = next(n for n, word in enumerate(words) if word == label and words[n + 1] == value)
        assert words[place + 2] == unit
    english = [word.strip() for word in article(page, "en").words]
    for label, value, unit in (("Meet the criteria", "1", "parcel"), ("Zones", "2", "zones")):
        place = english.index(label)
        assert [word for word in english[place:] if word][1:3] == [value, unit]
    whole = "".join(words)
    lead = [whole.index(part) for part in ("个示范片区。未达 2 项：", "待核 1 项：", "待核的数字不作为结论。")]
    assert lead == sorted(lead)
    assert words.count("片区范围") == 1  # the outline's colour on the map of what was found


@pytest.mark.parametrize("language", ["zh", "en"])
def test_doubtful_heights_stand_beside_what_rests_on_walks(content, language):
    """On the first screen, before gaps and zones, and among the messages: four times; nowhere without the warning."""
    text = {"zh": "高程待核：7 %", "en": "Heights: 7 %"}
    message = {"level": "warning", "code": "network_heights_doubtful", "text": text}
    runs = [{"title": BOTH, "inputs": [], "messages": [message]}]
    words = article(write_report(replace(content, runs=runs), Run()), language).words
    assert [text[language] in word for word in words].count(True) == 4
    assert not any(text[language] in word for word in article(write_report(content, Run()), language).words)


def test_what_adds_little_is_told_with_a_decimal_in_the_whole_column(content):
    """0.4 of a place would be told as none; beside it stands 27.0. Where all add ten or more there are no decimals."""

    def told(*more):
        sites = pd.DataFrame({"site_id": ["s", "t"], "kind": "eday", "unit": "m2", "rank": [1, 2], "served_more": more})
        sites = frames.conform(sites.assign(geometry=None), schema.table("sites"))
        page = write_report(replace(content, tables={**content.tables, "sites": sites}), Run())
        return set(article(page, "zh").words)

    assert {"0.4", "27.0"} <= told(0.4, 27.0)
    assert {"10", "27"} <= told(9.96, 27.0)


def browser():
    """Return the command of a real browser without a window; scripts/setup.sh installs one."""
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if found is None:
        pytest.skip("no chromium here: scripts/setup.sh installs it")
    return [found, "--headless=new", "--no-sandbox", "--disable-gpu", "--host-resolver-rules=MAP * ~NOTFOUND"]


@pytest.mark.parametrize("width", [1440, 700])
def test_a_real_browser_shows_it(content, tmp_path, width):
    """Nothing is cut off to the right, nothing is fetched, no script of ours or of the data runs; links stay inside."""
    page = tmp_path / "报告 1" / "report.html"
    page.parent.mkdir()
    measure = (
        "<script>document.title=JSON.stringify({wide:document.documentElement.scrollWidth,seen:innerWidth,"
        "loaded:performance.getEntriesByType('resource').length,rows:document.querySelectorAll('tr').length,"
        "text:document.body.innerText.length,marks:document.querySelectorAll('svg text').length,"
        "scripts:document.scripts.length,outside:[...document.links].filter(a=>!a.href.startsWith('file:')).length})"
        "</script>"
    )
    page.write_text(write_report(content, Run()).replace("</body>", f"{measure}</body>"), encoding="utf-8")
    size = f"--window-size={width},900"
    done = subprocess.run(
        [*browser(), f"--user-data-dir={tmp_path / 'profile'}", size, "--dump-dom", page.as_uri()],
        capture_output=True, text=True, timeout=120, check=True,
    )  # fmt: skip
    found = json.loads(html.unescape(re.search(r"<title>(.*?)</title>", done.stdout).group(1)))
    assert found["wide"] <= found["seen"]
    assert (found["loaded"], found["scripts"], found["outside"]) == (0, 1, 0)  # the one script is the test's own
    assert found["rows"] > 10
    assert found["marks"] > 10  # text in the charts is text
    assert found["text"] > 500


SWITCH = (
    "<script>const seen=()=>document.body.innerText;const first=seen();document.querySelector('label[for=say-en]')"
    ".click();const second=seen();document.getElementById('say-en').focus();document.title=JSON.stringify({"
    "first,second,checked:document.getElementById('say-en').checked,count:document.scripts.length})</script>"
)


def test_the_switch_shows_one_language_at_a_time(content, tmp_path):
    """A click on English hides the Chinese and shows the English; what is chosen is printed."""
    page, paper = tmp_path / "report.html", tmp_path / "report.pdf"
    page.write_text(write_report(content, Run()).replace("</body>", f"{SWITCH}</body>"), encoding="utf-8")
    call = [*browser(), f"--user-data-dir={tmp_path / 'profile'}", page.as_uri()]
    done = subprocess.run([*call, "--dump-dom"], capture_output=True, text=True, timeout=120, check=True)
    found = json.loads(html.unescape(re.search(r"<title>(.*?)</title>", done.stdout).group(1)))
    assert "示范片区" in found["first"]
    assert "Demonstration zones" not in found["first"]
    assert "Demonstration zones" in found["second"]
    assert "示范片区" not in found["second"]
    assert found["checked"]
    if shutil.which("pdftotext"):
        subprocess.run([*call, "--no-pdf-header-footer", f"--print-to-pdf={paper}"], capture_output=True, timeout=120,
                       check=True)  # fmt: skip
        words = subprocess.run(["pdftotext", paper, "-"], capture_output=True, text=True, check=True).stdout
        assert "Demonstration zones" in words
        assert "示范片区" not in words


def test_it_prints_on_a4(content, tmp_path):
    if shutil.which("pdftotext") is None:
        pytest.skip("no pdftotext here")
    page, paper = tmp_path / "report.html", tmp_path / "report.pdf"
    page.write_text(write_report(content, Run()), encoding="utf-8")
    subprocess.run(
        [*browser(), f"--user-data-dir={tmp_path / 'profile'}", "--no-pdf-header-footer", f"--print-to-pdf={paper}",
         page.as_uri()],
        capture_output=True, timeout=120, check=True,
    )  # fmt: skip
    facts = subprocess.run(["pdfinfo", paper], capture_output=True, text=True, check=True).stdout
    assert "A4" in facts
    words = subprocess.run(["pdftotext", paper, "-"], capture_output=True, text=True, check=True).stdout
    plain = "".join(words.split())
    for heading in re.findall(r'<h2 id="zh-s\d+">([^<]+)</h2>', page.read_text(encoding="utf-8")):
        assert "".join(heading.split()) in plain, heading
