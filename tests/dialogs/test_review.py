"""The review panel, driven by keys: judge, skip, undo, other people's reviews, a file in use, the next Tag."""

import json
import sqlite3
from contextlib import closing

import pytest
from qgis.PyQt.QtCore import Qt

from .helpers import EVIDENCE, column, rows, shown, write_tagged


def test_names_of_parcels_get_the_room_there_is(review, qtbot):
    """Names differ in length, tags do not: what a wider panel gives is the names'."""
    before = [review.form.list.columnWidth(place) for place in range(5)]
    review.resize(review.width() + 200, review.height())
    qtbot.waitUntil(lambda: review.form.list.columnWidth(0) > before[0] + 100, timeout=2000)
    assert [review.form.list.columnWidth(place) for place in range(1, 5)] == before[1:]


def test_most_doubtful_first_with_its_reasons(review):
    assert column(review, 0) == ["P2", "P3", "P1"]
    assert column(review, 3) == ["1.00", "0.88", "0.50"]  # 0.875 rounds to even digits up
    assert shown(review) == "P2"
    assert review.form.reason_of_rule.text() == "why P2"
    view = review.form.evidence
    assert [(row.title, row.state) for row in view.rows[:4]] == [
        ("Age", "part"), ("Walk-up without lift", "met"), ("Structure or danger", "not"),
        ("Management or parking", "unknown"),
    ]  # fmt: skip
    assert [row.is_condition for row in view.rows[4:]] == [True, True]
    assert [row.state for row in view.rows[4:]] == ["met", "unknown"]
    assert "国办发〔2020〕23号 (verified)" in view.tip_of(view.rows[0])
    assert "to be verified" in view.tip_of(view.rows[1])


def test_a_tag_that_the_form_speaks_against_is_asked_first(tmp_path):
    """A confirmed compound in a dense quarter of small houses is as open as nothing else; P4 is clear without it."""
    from urban_renewal.dialogs.review.items import TAGGED, Choice
    from urban_renewal.dialogs.review.parcels import Parcels

    path = tmp_path / "quarter.gpkg"
    write_tagged(path)

    def change(*statements):
        with closing(sqlite3.connect(path)) as base, base:
            base.create_function("ST_IsEmpty", 1, lambda shape: 0)
            for name in ("ST_MinX", "ST_MaxX", "ST_MinY", "ST_MaxY"):
                base.create_function(name, 1, lambda shape: 0.0)
            for statement, *values in statements:
                base.execute(statement, values)

    text = json.dumps({**EVIDENCE, "taken": ["quarter"]})
    change(("UPDATE tagged SET tag_evidence = ? WHERE parcel_id IN ('P4', 'P6')", text))
    found = Parcels(str(path), {"old_compound": (0.4, 0.6)})
    items = {item.parcel_id: item for item in found}
    assert (items["P4"].doubt, items["P4"].against, items["P6"].against) == (1.0, True, False)
    assert "P4" in [item.parcel_id for item in found.choose(Choice())]
    state = "UPDATE tagged SET programme = ? WHERE parcel_id = ?"
    change(("ALTER TABLE tagged ADD COLUMN programme TEXT",), (state, "renovated", "P4"), (state, "listed", "P2"))
    found = Parcels(str(path), {"old_compound": (0.4, 0.6)})
    asked = [item.parcel_id for item in found.choose(Choice())]
    assert "P4" not in asked and "P2" in asked, "what is done needs no review; what is only listed does"
    assert "P4" in [item.parcel_id for item in found.choose(Choice(TAGGED))]


def test_bars_add_up_to_the_score(review):
    from urban_renewal.dialogs.review.evidence_rows import sum_of

    low, high = sum_of(review.form.evidence.rows)
    assert low == pytest.approx(0.5 * 0.4 + 0.2)
    assert high == pytest.approx(0.5 * 0.4 + 0.2 + 0.1)


def test_one_key_saves_and_goes_on(review, qtbot):
    qtbot.keyClick(review.form.list, Qt.Key.Key_1)
    assert rows(review) == [("P2", "old_compound", "甲", "")]
    assert shown(review) == "P3"
    qtbot.keyClick(review.form.list, Qt.Key.Key_0)
    assert rows(review)[1][:2] == ("P3", "none")
    assert "differs from the rule" in review.form.last.text()
    assert column(review, 4) == ["✓ agreed", "≠ none", ""]
    assert review.form.done.text() == "Reviewed 2 of 3"


def test_skip_undo_and_arrows(review, qtbot):
    keys, view = Qt.Key, review.form.list
    qtbot.keyClick(view, keys.Key_S)
    assert (shown(review), review.form.left.text()) == ("P3", "1 skipped")
    qtbot.keyClick(view, keys.Key_2)
    qtbot.keyClick(view, keys.Key_Down)
    qtbot.keyClick(view, keys.Key_Up)
    qtbot.keyClick(view, keys.Key_Up)
    assert shown(review) == "P2"
    qtbot.keyClick(view, keys.Key_Z)
    assert (shown(review), rows(review)) == ("P3", [])
    qtbot.keyClick(view, keys.Key_Z)
    assert (shown(review), review.desk.skipped) == ("P2", set())
    qtbot.keyClick(view, keys.Key_Z)
    assert review.form.last.text() == "Nothing to undo."


def test_keys_type_in_the_reason(review, qtbot):
    qtbot.keyClick(review.form.list, Qt.Key.Key_Return)
    qtbot.waitUntil(review.form.reason.hasFocus)
    qtbot.keyClicks(review.form.reason, "10 S")
    assert (review.form.reason.text(), rows(review)) == ("10 S", [])
    qtbot.keyClick(review.form.reason, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert rows(review) == [("P2", "old_compound", "甲", "10 S")]
    assert (review.form.reason.text(), shown(review)) == ("", "P3")


def test_keys_work_on_the_map(review, qtbot, qgis_iface):
    qtbot.keyClick(qgis_iface.mapCanvas(), Qt.Key.Key_2)
    assert rows(review)[0][:2] == ("P2", "urban_village")


def test_no_review_without_a_name(review, qtbot):
    review.form.reviewer.clear()
    qtbot.keyClick(review.form.list, Qt.Key.Key_1)
    assert (rows(review), "needs a name" in review.form.last.text()) == ([], True)


def test_others_are_shown_and_never_overwritten(review, qtbot):
    with closing(sqlite3.connect(review.desk.store.path)) as base, base:
        base.execute(
            "INSERT INTO reviews (review_id, parcel_id, geometry_hash, tag, reviewer, reviewed_at, reason)"
            " VALUES ('x', 'P2', '', 'urban_village', '乙', '2026-01-02T09:00:00+08:00', '看过')"
        )
    base.close()
    qtbot.keyClick(review.form.list, Qt.Key.Key_1)
    assert [row[2] for row in rows(review)] == ["乙", "甲"]
    qtbot.keyClick(review.form.list, Qt.Key.Key_Up)
    text = review.form.others.text()
    assert text.startswith("They do not agree:")
    assert "乙 2026-01-02 09:00 → Urban village" in text
    assert "甲" in text
    assert column(review, 4)[0] == "⚡ Old compound"
    assert review.form.others.y() < review.form.evidence.y()  # seen without scrolling past the evidence


def test_the_latest_judgement_counts_whatever_the_clock_of_its_machine(review, qtbot):
    """Judged at 09:30 in Greenwich on a machine in Chongqing, at 10:00 on one that lives in Greenwich."""
    rows = [("east", "none", "2026-03-01T17:30:00+08:00"), ("west", "urban_village", "2026-03-01T10:00:00+00:00")]
    with closing(sqlite3.connect(review.desk.store.path)) as base, base:
        base.executemany(
            "INSERT INTO reviews (review_id, parcel_id, geometry_hash, tag, reviewer, reviewed_at, reason)"
            " VALUES (?, 'P2', '', ?, '乙', ?, '')", rows)  # fmt: skip
    review.desk.read_reviews()
    assert [row.review_id for row in review.desk.reviews["P2"]] == ["east", "west"]
    assert column(review, 4)[0] == "≠ Urban village"


def test_file_in_use_keeps_the_review(review, qtbot, monkeypatch):
    from urban_renewal.dialogs.review import store as review_store

    monkeypatch.setattr(review_store, "WAIT_S", 0.05)
    other = sqlite3.connect(review.desk.store.path, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    qtbot.keyClick(review.form.list, Qt.Key.Key_1)
    assert "is in use" in review.form.last.text()
    assert shown(review) == "P3"
    other.execute("COMMIT")
    other.close()
    qtbot.keyClick(review.form.list, Qt.Key.Key_2)
    assert [row[0] for row in rows(review)] == ["P2", "P3"]


def test_nothing_left_and_show_all(review, qtbot):
    for _ in range(3):
        qtbot.keyClick(review.form.list, Qt.Key.Key_1)
    assert review.form.empty.text().startswith("Nothing left to review among 6 parcels.")
    review.form.empty.linkActivated.emit("all")
    assert review.form.table.rowCount() == 6
    assert not review.form.empty.isVisible()


@pytest.mark.parametrize(("combo", "wanted"), [("tag", "none"), ("which", "changed")])
def test_nothing_in_a_choice_is_not_nothing_at_all(review, combo, wanted):
    """Three parcels are still open: the sentence speaks of the choice, and “Show all” takes the choice back."""
    box = getattr(review.form, combo)
    box.setCurrentIndex(box.findData(wanted))
    box.activated.emit(box.currentIndex())
    assert review.form.empty.text().startswith("Nothing left to review in this choice.")
    review.form.empty.linkActivated.emit("all")
    assert (review.form.table.rowCount(), review.form.tag.currentData()) == (6, "")


def test_reviews_are_the_input_of_the_next_tag(review, dock, qtbot, project):
    qtbot.keyClick(review.form.list, Qt.Key.Key_2)
    qtbot.waitUntil(lambda: "REVIEWS" in dock.session.study.inputs, timeout=2000)
    choice = dock.session.study.inputs["REVIEWS"]
    layer = project.mapLayer(choice.layer_id)
    assert [feature["tag"] for feature in layer.getFeatures()] == ["urban_village"]
    assert dock.session.states()["tag"].kind == "stale"
    for _ in range(2):
        qtbot.keyClick(review.form.list, Qt.Key.Key_1)
    qtbot.waitUntil(lambda: layer.featureCount() == 3, timeout=2000)  # written past QGIS, which counted when it came
    (because,) = [reason for reason in dock.session.states()["tag"].reasons if reason.code == "reviewed"]
    assert because.values["n"] == 3


def test_a_bare_share_says_of_what(review):
    """0 % under “Age” says nothing: it is the share built until the year of the rules."""
    from urban_renewal.dialogs.review.evidence_rows import rows_of

    evidence = json.loads(json.dumps(EVIDENCE))
    evidence["criteria"][3]["values"] = {"management": [0, 0], "parking_per_household": [0.2, 0.2]}
    age, lift, _, upkeep, *_ = rows_of(json.dumps(evidence), review.desk.rules, "zh")
    assert (age.value, age.limit_short) == ("≤ 2000: 0%", "1990/2000/2005")
    assert (lift.parts, upkeep.value) == ((), "无 · 0.2")
    assert upkeep.parts == ("有物业: 无", "户均停车位: 0.2")
    assert "有物业: 无" in review.form.evidence.tip_of(upkeep)


def test_fingerprint_is_that_of_the_core(review):
    import shapely
    from urban_renewal.core.identity import geometry_hash

    box = shapely.box(500020, 3270000, 500030, 3270010)  # P2 is the second
    assert review.map.hash_of(review.item()) == geometry_hash([box])[0]


def test_another_project_has_no_review(review, dock, project, qtbot):
    project.clear()
    assert dock.reviewing.panel is None


def test_names_that_came_along_are_shown(tmp_path):
    """A column that the parcels' own aliases know as the name; without one the id stands for itself."""
    from urban_renewal.dialogs.review.parcels import Parcels

    write_tagged(tmp_path / "t.gpkg")
    assert {item.name for item in Parcels(str(tmp_path / "t.gpkg"), {})} == {""}
    with closing(sqlite3.connect(tmp_path / "t.gpkg")) as base, base:
        base.execute("ALTER TABLE tagged ADD COLUMN 小区名称 TEXT DEFAULT '桂花园'")
    assert {item.name for item in Parcels(str(tmp_path / "t.gpkg"), {})} == {"桂花园"}


def test_a_parcel_is_found_by_its_id(review, qtbot):
    """P1 is in the list, P5 in none but that of all parcels; Enter in the field finds, and judges nothing."""
    find = review.form.find
    find.setFocus()
    qtbot.keyClicks(find, "p1")
    qtbot.keyClick(find, Qt.Key.Key_Return)
    assert shown(review) == "P1"
    find.setText("P5")
    qtbot.keyClick(find, Qt.Key.Key_Return)
    assert shown(review) == "P5"
    assert review.form.which.currentText() == "All parcels"
    find.setText("no such parcel")
    qtbot.keyClick(find, Qt.Key.Key_Return)
    assert "No parcel has “no such parcel”" in review.form.last.text()
    assert shown(review) == "P5"
    find.setText("P5")
    qtbot.keyClick(find, Qt.Key.Key_Return)
    assert review.form.last.text() == ""
    assert rows(review) == []


def test_the_offer_above_the_map_counts_down(review, dock, qtbot, monkeypatch):
    """Three wait: each judgement takes one away, with the last the offer goes, and undo brings it back."""
    from qgis.gui import QgsMessageBar
    from qgis.PyQt.QtWidgets import QPushButton, QWidget
    from urban_renewal.dialogs.workbench import links

    window = QWidget()
    qtbot.addWidget(window)
    bar = QgsMessageBar(window)
    monkeypatch.setattr(dock.iface, "messageBar", lambda: bar)
    links.tell(dock, "all", True, "Done.")
    offer = next(one for one in bar.items()[0].findChildren(QPushButton) if "Review" in one.text())
    told = [offer.text()]
    for key in (Qt.Key.Key_0, Qt.Key.Key_S, Qt.Key.Key_0, Qt.Key.Key_0):
        qtbot.keyClick(review.form.list, key)
        told.append("" if offer.isHidden() else offer.text())
    assert told == ["Review 3…", "Review 2…", "Review 2…", "Review 1…", ""]
    qtbot.keyClick(review.form.list, Qt.Key.Key_Z)
    assert not offer.isHidden() and offer.text() == "Review 1…"
    review.form.which.setCurrentIndex(review.form.which.findData("every"))
    review.form.which.activated.emit(review.form.which.currentIndex())
    assert offer.text() == "Review 1…"  # what the list shows is another matter


def test_a_double_click_zooms_to_the_parcel(review, qgis_iface, qtbot):
    """As in every list of the Workbench that is about places, and as `F` does."""
    from qgis.core import QgsCoordinateReferenceSystem, QgsRectangle

    canvas, view = qgis_iface.mapCanvas(), review.form.list
    canvas.setDestinationCrs(QgsCoordinateReferenceSystem("EPSG:4545"))
    canvas.setExtent(QgsRectangle(499000, 3269000, 502000, 3271000))
    place = view.visualRect(review.form.table.index(1, 0)).center()
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=place)
    canvas.setExtent(QgsRectangle(499000, 3269000, 502000, 3271000))
    qtbot.mouseDClick(view.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert canvas.extent().height() < 100
    assert view.currentIndex().row() == 1
