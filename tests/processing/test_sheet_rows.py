"""Lists of a sheet that are long for their place: all rows are there, or a line says how many are not."""

from types import SimpleNamespace

import pandas as pd
import pytest


@pytest.fixture
def sheet(qgis_app):
    """An empty sheet on A3."""
    from qgis.core import QgsProject
    from urban_renewal.processing.delivery.pages.sheet import Sheet

    project = QgsProject()
    made = Sheet(project, "x", "")
    yield made
    made.close()


def labels(sheet):
    """Return (text, top, bottom) of each text on the sheet, mm."""
    from qgis.core import QgsLayoutItemLabel

    found = [item for item in sheet.layout.items() if isinstance(item, QgsLayoutItemLabel)]
    tops = [(item.text(), item.positionWithUnits().y(), item.sizeWithUnits().height()) for item in found]
    return [(text, top, top + height) for text, top, height in tops]


@pytest.mark.parametrize(("rows", "shown"), [(5, 5), (13, 13), (40, 12)])
def test_a_table_of_the_overview_says_what_it_leaves_out(sheet, rows, shown):
    """71 mm hold a heading of 8.4 mm and 14 rows of 4.4 mm: of 13 kinds all, of 40 twelve and how many are missing."""
    from urban_renewal.processing.delivery.pages import overview

    study, place = SimpleNamespace(language="en"), (235.3, 208.0, 85.0, 71.0)
    told = [["kind", "gap"], *([f"kind {number}", f"{number}.5"] for number in range(rows))]
    end = overview._table(sheet, study, "map_kinds", told, place, (3, 1))
    texts = labels(sheet)
    assert sum(text.startswith("kind ") for text, _, _ in texts) == shown
    missing = [text for text, _, _ in texts if str(rows - shown) in text.split()] if rows > shown else []
    assert len(missing) == (rows > shown)
    assert end <= 279 and max(bottom for _, _, bottom in texts) <= 279.5


def finding(check, verdict):
    return {"finding_id": f"{check}:Z-01", "verdict": verdict, "value": 0.31, "unit": "share", "limit": 0.2,
            "clause": "建科〔2021〕63号", "message": "", "status": "known", "subject_id": "Z-01"}  # fmt: skip


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("size", ["A3", "A4"])
def test_all_six_limits_of_demolishing_stand_above_the_legend(sheet, monkeypatch, language, size):
    """Below a bar and a table of six rows of 4.4 mm: every limit that was checked, none in the legend's place."""
    from urban_renewal.core.delivery.paper import paper
    from urban_renewal.processing.delivery.pages import zoneviews

    found = [finding(check, "unknown") for check in zoneviews.LIMITS]
    monkeypatch.setattr(zoneviews, "findings_of", lambda study, zone_id: found)
    form = paper(size).forms["actions"][0]
    x, y, width, _ = form.tables[0]
    zoneviews._limits(sheet, SimpleNamespace(language=language), "Z-01", (x, y + 6 + 6 * 4.4 + 2.5, width))
    texts = labels(sheet)
    verdicts = {"zh": "? 待核", "en": "? verify"}[language]
    assert sum(text == verdicts for text, _, _ in texts) == len(found)
    assert max(bottom for _, _, bottom in texts) <= form.places["legend"][1]


def test_a_legend_without_room_is_as_low_as_it_can_be(sheet, make_layer):
    """In 1 mm no legend fits: no other number of columns makes it lower, however many columns were wanted."""
    from qgis.core import QgsLegendRenderer
    from urban_renewal.processing.styling.symbols import fill, rules

    layer = make_layer([("POLYGON((0 0,9 0,9 9,0 9,0 0))", {"n": number}) for number in range(8)])
    layer.setRenderer(rules([(f"entry {number}", f'"n" = {number}', fill("#8C1D40")) for number in range(8)]))
    _, wanted = sheet.make_legend(None, [layer], 400, 2)
    item, lowest = sheet.make_legend(None, [layer], 400, 2, room=1.0)
    found = []
    for columns in range(1, 9):
        item.setColumnCount(columns)
        found.append(QgsLegendRenderer(item.model(), item.legendSettings()).minimumSize().height())
    assert lowest == pytest.approx(min(found)) and lowest < wanted / 2


def summary_of_all_kinds():
    """A row for each shipped kind, with figures as a city district has them."""
    from urban_renewal.core import envelope

    rows = [("C1", "某社区", kind["id"], kind["unit"], 34342.0, 14070.6, 8157.5, 8157.5, 5913.1, 0.42, 0.6, 0.5)
            for kind in envelope.load("standard", "chongqing")["kinds"]]  # fmt: skip
    names = ["community_id", "name", "kind", "unit", "people", "need", "supply", "served", "gap", "gap_share",
             "radius_cover_people", "walk_cover_people"]  # fmt: skip
    return pd.DataFrame(rows, columns=names)


def places_of(section):
    """Return [(size, sheet, place)] of a section wherever a paper has it."""
    from urban_renewal.core.delivery.paper import paper

    found = []
    for size in ("A3", "A4"):
        papers = paper(size)
        for name in ("gaps", "land", "overview"):
            for form in (*papers.forms[name], *papers.then.get(name, ())):
                found += [(size, name, column.at) for column in form.columns if section in column.sections]
    return found


def test_english_names_of_kinds_and_classes_are_whole(sheet):
    """“Rest stop for drivers and riders” and “Public administration and services” take what figures leave."""
    from urban_renewal.processing.delivery.pages import gappage, landpage, overview
    from urban_renewal.processing.delivery.pages.figures import kind_rows

    summary = summary_of_all_kinds()
    land = pd.DataFrame({"stage": "now", "code": ["0701", "0703", "08", "09", "10"], "area_m2": [2.1e6] * 5})
    frames = {"gap_summary": summary, "land_use_map": land}
    study = SimpleNamespace(
        language="en", frame=frames.get, walked=lambda words: words,
        groups={"elder": ("eday", "ectr", "ebed", "meal"), "child": ("nurs", "kgar", "play")},
    )  # fmt: skip
    assert places_of("kinds") and places_of("areas")
    for _, name, (x, y, width, room) in places_of("kinds"):
        if name == "gaps":
            gappage._kinds(sheet, study, (x, y, width, room))
        else:
            overview._table(sheet, study, "map_kinds", kind_rows(summary, "en"), (x, y, width, 71), overview.KINDS)
    for _, _, place in places_of("ladder"):
        gappage._ladder(sheet, study, place)
    for _, _, place in places_of("areas"):
        landpage._areas(sheet, study, "now", place)
    assert [text for text, _, _ in labels(sheet) if "…" in text] == []
