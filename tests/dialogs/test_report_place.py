"""A card's link to the report goes to the heading that tells of the step, in the report's own language."""

import re

import pandas as pd
import pytest
import shapely


@pytest.fixture
def pages(tmp_path):
    """The core's own report in both languages, of one zone and no more."""
    from urban_renewal.core import frames, schema
    from urban_renewal.core.delivery.report.article import Told, write_report
    from urban_renewal.core.run import Run

    zones = pd.DataFrame(
        [("Z-1", "七星岗", 1.0, 1.0, 1.0)], columns=["zone_id", "name", "area_m2", "floor_m2", "people"]
    )
    zones["geometry"] = [shapely.box(0, 0, 1, 1)]
    tables = {"zones": frames.conform(zones, schema.table("zones"))}
    found = {}
    for language in ("zh", "en"):
        found[language] = tmp_path / f"report_{language}.html"
        text = write_report(Told({"zh": "甲", "en": "A"}, "", "", language, tables), Run())
        found[language].write_text(text, encoding="utf-8")
    return found


@pytest.mark.parametrize(("language", "words"), [
    ("zh", {"tag": "识别结果", "gaps": "缺口：一老一小", "zones": "示范片区"}),
    ("en", {"tag": "What was found", "gaps": "Gaps: elders and children", "zones": "Demonstration zones"}),
])  # fmt: skip
def test_each_step_has_its_heading(pages, language, words):
    from urban_renewal.dialogs.workbench.report_place import place_of

    page = pages[language]
    for step, title in words.items():
        place = place_of(page, step)
        assert place.startswith(f"{language}-s")
        assert title in re.search(rf'<h2 id="{place}">([^<]*)<', page.read_text(encoding="utf-8")).group(1)
    assert place_of(page, "deliver") == ""


def test_a_page_of_another_kind_is_opened_at_its_top(tmp_path):
    from urban_renewal.dialogs.workbench.report_place import place_of

    (tmp_path / "own.html").write_text("<p>ok</p>", encoding="utf-8")
    assert place_of(tmp_path / "own.html", "zones") == place_of(tmp_path / "gone.html", "zones") == ""


def test_the_link_of_a_card_goes_there(dock, pages, tmp_path, monkeypatch):
    delivery = tmp_path / "delivery"
    delivery.mkdir()
    pages["zh"].rename(delivery / "report.html")
    dock.session.study.folder = str(tmp_path)
    opened = []
    monkeypatch.setattr(dock, "open_outside", lambda *where: opened.append(where))
    dock.cards["gaps"].links.linkActivated.emit("report")
    dock.links.linkActivated.emit("report")
    page = delivery / "report.html"
    assert [where[0] for where in opened] == [page, page]
    assert opened[0][1].startswith("zh-s") and len(opened[1]) == 1
