"""Several people at one review: communities, who has which parcel open, rules that changed their mind, storeys."""

import json
import os
import sqlite3
import time
from contextlib import closing

import pytest
from qgis.core import QgsFeature, QgsGeometry, QgsVectorLayer
from qgis.PyQt.QtCore import Qt

from .helpers import EVIDENCE, column, rows, shown, write_tagged

PARCELS = (  # the same as in test_review, and a reviewed one whose rules now say urban village
    ("P1", "old_compound", "suspected", 0.50, 1.0, "rule", 900.0),
    ("P2", "old_compound", "suspected", 0.60, 1.0, "rule", 400.0),
    ("P3", "urban_village", "suspected", 0.65, 0.5, "rule", 700.0),
    ("P6", "idle_factory", "confirmed", 0.5, 1.0, "review", 500.0),
)


def polygons(project, name, fields, shapes):
    """Add a memory layer of rectangles (left, low, right, top, values), relative to the parcels' corner."""
    layer = QgsVectorLayer("Polygon?crs=EPSG:4545&" + "&".join(f"field={field}" for field in fields), name, "memory")
    for left, low, right, top, values in shapes:
        feature = QgsFeature(layer.fields())
        feature.setAttributes(values)
        shape = QgsGeometry.fromWkt(
            f"POLYGON(({left} {low}, {right} {low}, {right} {top}, {left} {top}, {left} {low}))"
        )
        shape.translate(500000.0, 3270000.0)
        feature.setGeometry(shape)
        assert layer.dataProvider().addFeature(feature)
    layer.updateExtents()
    project.addMapLayer(layer)
    return layer


@pytest.fixture
def placed(dock, project, qtbot, tmp_path):
    """The panel with two communities and the houses of P2; P6 was reviewed when the rules said otherwise."""
    from urban_renewal.dialogs.study.study import StepRecord

    study = dock.session.study
    study.folder = str(tmp_path)
    write_tagged(tmp_path / "tagged.gpkg", PARCELS)
    with closing(sqlite3.connect(tmp_path / "tagged.gpkg")) as base, base:
        told = json.dumps({**EVIDENCE, "tag": "urban_village"})
        base.execute("DROP TRIGGER IF EXISTS rtree_tagged_geom_update6")  # SpatiaLite's functions are not here
        for name in [row[0] for row in base.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")]:
            base.execute(f'DROP TRIGGER "{name}"')
        base.execute("UPDATE tagged SET tag_evidence = ? WHERE parcel_id = 'P6'", (told,))
    communities = polygons(project, "社区", ("community_id:string", "name:string"), [
        (-5, -5, 35, 20, ["C2", "石板坡"]), (15, -5, 55, 20, ["C1", "七星岗"]),
    ])  # fmt: skip
    houses = polygons(project, "房屋", ("building_id:string", "floors:string"), [
        (21, 1, 24, 4, ["B1", "6"]), (25, 5, 29, 9, ["B2", "7.0"]), (41, 1, 45, 5, ["B3", None]),
    ])  # fmt: skip
    dock.session.choose("COMMUNITIES", communities.id())
    dock.session.choose("BUILDINGS", houses.id())
    study.steps["tag"] = StepRecord("r1", "2026-01-01T10:00:00", 1.0, {"tagged": "tagged.gpkg"})
    dock.refresh()
    dock.reviewing.open()
    panel = dock.reviewing.panel
    panel.setFloating(True)
    panel.show()
    panel.form.reviewer.setText("甲")
    panel.form.list.setFocus()
    yield panel
    panel.watch.stop()


def pick(combo, data):
    combo.setCurrentIndex(combo.findData(data))
    combo.activated.emit(combo.currentIndex())


def test_communities_are_chosen_and_ordered(placed):
    """P1 lies at 0–10 in C2 only, P2 at 20–30 in both (the lower id holds it), P3 at 40–50 in C1, P6 outside."""
    form = placed.form
    assert [form.community.itemText(n) for n in range(form.community.count())] == [
        "All communities (2)", "七星岗", "石板坡", "In no community",
    ]  # fmt: skip
    pick(form.community, "C1")
    assert column(placed, 0) == ["P2", "P3"]
    assert "七星岗" in form.title.text()
    pick(form.community, "C2")
    assert column(placed, 0) == ["P1"]
    pick(form.community, "")
    pick(form.order, "community")
    assert column(placed, 0) == ["P2", "P3", "P1"]


def test_places_are_those_of_the_count_of_gaps(placed, project):
    import pandas as pd
    import shapely
    from urban_renewal.core.gaps.summary import districts_of_layer
    from urban_renewal.core.run import Run

    items = placed.desk.parcels
    layers = [placed.map.layer, project.mapLayersByName("社区")[0]]
    shapes, areas = ([(row, shapely.from_wkb(bytes(row.geometry().asWkb()))) for row in layer.getFeatures()]
                     for layer in layers)  # fmt: skip
    parcels = pd.DataFrame({"parcel_id": [row["parcel_id"] for row, _ in shapes], "geometry": [s for _, s in shapes]})
    communities = pd.DataFrame({
        "community_id": [row["community_id"] for row, _ in areas], "name": [row["name"] for row, _ in areas],
        "geometry": [shape for _, shape in areas],
    })  # fmt: skip
    found = districts_of_layer(communities, parcels, parcels, Run())
    wanted = dict(zip(parcels["parcel_id"], (str(found.ids[at]) for at in found.of_parcel)))
    assert {item.parcel_id: item.community for item in items} == wanted


def test_without_communities_there_is_none_to_choose(review):
    assert (review.form.community.isEnabled(), review.form.community.currentText()) == (False, "No communities")
    order = review.form.order
    assert not order.model().item(order.findData("community")).isEnabled()


def add_review(panel, parcel, tag, reviewer, rule_tag):
    with closing(sqlite3.connect(panel.desk.store.path)) as base, base:
        base.execute(
            "INSERT INTO reviews (review_id, parcel_id, geometry_hash, tag, reviewer, reviewed_at, reason, rule_tag)"
            " VALUES (?, ?, '', ?, ?, '2026-01-02T09:00:00+08:00', '', ?)",
            (f"{parcel}{reviewer}", parcel, tag, reviewer, rule_tag),
        )


def test_rules_that_changed_their_mind_come_back(placed, qtbot):
    """P6 was judged a factory when the rules said so; now they say urban village: it is open again, and says why."""
    assert "P6" not in column(placed, 0)
    add_review(placed, "P6", "idle_factory", "乙", "idle_factory")
    placed.desk.read_reviews()
    pick(placed.form.which, "changed")
    assert column(placed, 0) == ["P6"]
    assert column(placed, 4) == ["↺ Idle factory"]
    assert "Idle factory then, Urban village now" in placed.form.others.text()
    assert placed.form.done.text() == "Reviewed 0 of 1"
    pick(placed.form.which, "open")
    pick(placed.form.order, "changed")
    assert column(placed, 0)[0] == "P6"
    placed._go(0)
    qtbot.keyClick(placed.form.list, Qt.Key.Key_3)
    with closing(sqlite3.connect(placed.desk.store.path)) as base:
        kept = base.execute("SELECT tag, rule_tag FROM reviews WHERE reviewer = '甲'").fetchall()
    assert kept == [("idle_factory", "urban_village")]  # judged knowing what the rules say now
    assert placed.desk.changed == set()


def test_who_has_which_parcel_open(placed, qtbot):
    """Another panel on the same table: seen in list and detail, its parcel is not the next one here, and it leaves."""
    from urban_renewal.dialogs.review.presence import Presence

    assert shown(placed) == "P2"
    other = Presence(placed.desk.store.path)
    other.say("乙", "P3")
    qtbot.waitUntil(lambda: column(placed, 4)[1] == "● 乙", timeout=8000)
    assert placed.form.here.text() == "Saved in reviews.gpkg · Also here: 乙"
    qtbot.keyClick(placed.form.list, Qt.Key.Key_1)
    assert shown(placed) == "P1"  # not P3, where 乙 is
    qtbot.keyClick(placed.form.list, Qt.Key.Key_Up)
    assert "乙 has this parcel open now" in placed.form.others.text()
    qtbot.waitUntil(lambda: [one.parcel_id for one in other.others()] == ["P3"], timeout=8000)
    assert [one.reviewer for one in other.others()] == ["甲"]
    other.leave()
    qtbot.waitUntil(lambda: placed.form.here.text() == "Saved in reviews.gpkg", timeout=8000)
    folder = placed.desk.presence.folder
    placed.close_down()
    qtbot.waitUntil(lambda: not folder.exists(), timeout=8000)  # nothing stays beside the table


def test_a_panel_that_crashed_is_forgotten(tmp_path):
    """Ages are counted between files of the one disk: a clock that is an hour off does not matter."""
    from urban_renewal.dialogs.review.presence import GONE_S, Presence, Somebody

    ours, other = Presence(tmp_path / "reviews.gpkg"), Presence(tmp_path / "reviews.gpkg")
    other.say("乙", "P3")
    ours.say("甲", "P1")
    now = time.time() - 3600
    os.utime(ours.path, (now, now))
    os.utime(other.path, (now - GONE_S + 1, now - GONE_S + 1))
    assert ours.others() == [Somebody("乙", "P3")]
    os.utime(other.path, (now - GONE_S - 1, now - GONE_S - 1))
    assert (ours.others(), other.path.exists()) == ([], True)
    os.utime(other.path, (now - 4000, now - 4000))
    assert (ours.others(), other.path.exists()) == ([], False)  # nothing stays for ever
    other.path.write_text("{", encoding="utf-8")
    assert ours.others() == []


def test_others_judgements_appear_by_themselves(placed, qtbot):
    add_review(placed, "P3", "none", "乙", "urban_village")
    qtbot.waitUntil(lambda: column(placed, 4)[1] == "≠ none", timeout=8000)
    assert shown(placed) == "P2"
    assert placed.form.done.text() == "Reviewed 1 of 3"


def test_a_file_in_use_forgets_nothing(placed, qtbot, monkeypatch):
    """While another program holds the table, what was read before still counts; what waits is written by itself."""
    from urban_renewal.dialogs.review import store as review_store

    monkeypatch.setattr(review_store, "WAIT_S", 0.05)
    qtbot.keyClick(placed.form.list, Qt.Key.Key_1)
    other = sqlite3.connect(placed.desk.store.path, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    qtbot.keyClick(placed.form.list, Qt.Key.Key_2)
    assert placed.form.done.text() == "Reviewed 2 of 3"
    assert column(placed, 4)[:2] == ["✓ agreed", "✓ agreed"]
    other.execute("COMMIT")
    other.close()
    qtbot.waitUntil(lambda: [row[0] for row in rows(placed)] == ["P2", "P3"], timeout=8000)


def test_houses_that_have_left_the_project_are_no_longer_drawn(placed, dock, project):
    """The next parcel is shown all the same."""
    project.removeMapLayer(dock.session.study.inputs["BUILDINGS"].layer_id)
    before = placed.item().parcel_id
    placed.act("skip")
    assert placed.item().parcel_id != before and placed.map._storeys is None and placed.map._band is not None


def test_storeys_stand_on_the_houses_of_the_parcel(placed, qtbot):
    houses = placed.map._storeys.houses
    assert sorted(house.storeys for house in houses) == ["6F", "7F"]
    qtbot.keyClick(placed.form.list, Qt.Key.Key_Down)
    assert [house.storeys for house in placed.map._storeys.houses] == ["?"]
    qtbot.keyClick(placed.form.list, Qt.Key.Key_Down)
    assert placed.map._storeys is None


def test_storeys_are_painted(placed, qtbot):
    """On a map of its own at 20 px a metre the item leaves ink where the two houses are: 3 × 3 m and 4 × 4 m."""
    from qgis.core import QgsRectangle
    from qgis.gui import QgsMapCanvas
    from qgis.PyQt.QtGui import QImage, QPainter
    from urban_renewal.dialogs.review.storeys import StoreyItem

    canvas = QgsMapCanvas()
    qtbot.addWidget(canvas)
    canvas.setDestinationCrs(placed.map.layer.crs())
    canvas.resize(400, 400)
    canvas.show()
    qtbot.waitUntil(lambda: canvas.mapSettings().outputSize().width() > 300)
    canvas.setExtent(QgsRectangle(500015, 3269995, 500035, 3270015))
    scale = 1 / canvas.mapUnitsPerPixel()
    image = QImage(400, 400, QImage.Format.Format_ARGB32)
    image.fill(0)
    painter = QPainter(image)
    StoreyItem(canvas, placed.map._storeys.houses, "#D9812F").paint(painter)
    painter.end()
    inked = sum(image.pixelColor(x, y).alpha() > 0 for x in range(400) for y in range(400))
    assert inked == pytest.approx((9 + 16) * scale**2, rel=0.1)
    assert image.pixelColor(round(6.2 * scale), round(400 / 2 + 3.7 * scale)).red() > 150  # inside the first house


@pytest.mark.parametrize(
    ("value", "text"),
    [(6, "6F"), (6.0, "6F"), ("7", "7F"), ("6+1", "6+1F"), ("8层", "8层"), (None, "?"), ("", "?"), (float("nan"), "?")],
)
def test_words_of_storeys(value, text):
    from urban_renewal.dialogs.review.storeys import storeys_text

    assert storeys_text(value) == text


def test_keyboard_reaches_everything_from_top_to_bottom(placed, qtbot):
    from .helpers import tab_chain

    form = placed.form
    placed.resize(430, 900)
    placed.show()
    chain = tab_chain(form.which, form)
    wanted = {form.which, form.tag, form.order, form.community, form.reviewer, form.list, form.reason, form.skip,
              *(button for button in form.judge.values() if button.isVisibleTo(form))}  # fmt: skip
    assert wanted <= set(chain)

    def goes_down():  # widgets are put in their places some turns after
        tops = [widget.mapTo(form, widget.rect().topLeft()).y() for widget in chain]
        assert all(later >= before - 4 for before, later in zip(tops, tops[1:])), tops

    qtbot.waitUntil(goes_down, timeout=5000)
