"""The review that loses nothing: files that cannot be written, sessions, input methods, photos, choices on the map."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from qgis.core import QgsApplication, QgsPointXY, QgsVectorLayer
from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtGui import QColor, QImage, QInputMethodEvent


@pytest.fixture(autouse=True)
def profile(tmp_path_factory, monkeypatch):
    """A profile of its own: what waits in one test is not found by another."""
    folder = str(tmp_path_factory.mktemp("profile"))
    monkeypatch.setattr(QgsApplication, "qgisSettingsDirPath", staticmethod(lambda: folder))
    return folder


def a_review(key, parcel="P1"):
    from urban_renewal.dialogs.review.store import Review

    return Review(key, parcel, "h", "old_compound", "甲", "2026-01-01T10:00:00+08:00", "理由", "", "old_compound")


def rows_in(path):
    with closing(sqlite3.connect(path)) as base:
        return [row[0] for row in base.execute("SELECT review_id FROM reviews ORDER BY review_id")]


def test_what_waits_outlives_qgis_and_is_written_once(tmp_path, profile):
    """Two windows keep the same rows; when the file is free again each stands there once and nothing waits."""
    from urban_renewal.dialogs.review.store import IN_USE, ReviewStore

    path = tmp_path / "reviews.gpkg"
    store = ReviewStore(path)
    store.make()
    with closing(sqlite3.connect(path)) as other:
        other.execute("BEGIN EXCLUSIVE")
        assert not store.add(a_review("r1")) and not store.add(a_review("r2", "P2"))
        assert store.fault == IN_USE
        later, third = ReviewStore(path), ReviewStore(path)  # QGIS was closed, twice opened
        assert [row.review_id for row in later.waiting] == ["r1", "r2"] and later.waiting[0] == a_review("r1")
        assert not later.flush()
    assert later.flush() and third.flush() and store.flush()
    assert rows_in(path) == ["r1", "r2"]
    assert ReviewStore(path).waiting == [] and not list((tmp_path / profile).rglob("*.json"))


def test_an_undone_review_does_not_come_back(tmp_path):
    from urban_renewal.dialogs.review.store import ReviewStore

    store = ReviewStore(tmp_path / "away" / "reviews.gpkg")
    assert not store.add(a_review("r1")) and not store.add(a_review("r2"))
    assert store.remove("r1")
    assert [row.review_id for row in ReviewStore(store.path).waiting] == ["r2"]
    assert store.remove("r2") and ReviewStore(store.path).waiting == []


def test_a_place_that_can_only_be_read_is_said_and_passed_on(tmp_path, review, qtbot, monkeypatch):
    """Judging goes on, the sentence names the true cause, the rows can be saved to another file."""
    from urban_renewal.dialogs.review import keeping
    from urban_renewal.dialogs.review.store import READ_ONLY, ReviewStore, fault_of

    assert fault_of(sqlite3.OperationalError("attempt to write a readonly database")) == READ_ONLY
    (tmp_path / "file").write_text("no folder")
    review.desk.store = ReviewStore(tmp_path / "file" / "reviews.gpkg")
    with pytest.raises(OSError, match="file"):
        review.desk.store.make()
    qtbot.keyClick(review.form.list, "1")
    assert "read" in review.form.last.text() and "P2" in review.desk.reviews
    assert "elsewhere" in review.form.here.text()
    target = tmp_path / "mine"
    monkeypatch.setattr(keeping.QFileDialog, "getSaveFileName", lambda *_: (str(target), ""))
    review.form.here.linkActivated.emit("elsewhere")
    saved = ReviewStore(target.with_name("mine.gpkg")).read()
    assert [row.parcel_id for row in saved] == ["P2"] and "mine.gpkg" in review.form.last.text()
    review.form.here.linkActivated.emit("elsewhere")  # a second time: no row twice
    assert len(ReviewStore(target.with_name("mine.gpkg")).read()) == 1


def test_undo_in_a_file_that_cannot_be_written_says_that_nothing_was_undone(review, qtbot, monkeypatch):
    from urban_renewal.dialogs.review import store as review_store

    monkeypatch.setattr(review_store, "WAIT_S", 0.05)
    qtbot.keyClick(review.form.list, "1")
    with closing(sqlite3.connect(review.desk.store.path)) as other:
        other.execute("BEGIN EXCLUSIVE")
        review.act("undo")
        assert "nothing was undone" in review.form.last.text() and "kept" not in review.form.last.text()
    assert len(rows_in(review.desk.store.path)) == 1
    review.act("undo")
    assert rows_in(review.desk.store.path) == []


@pytest.mark.parametrize(
    ("content", "words"), [(b"no database at all", "damaged or no GeoPackage"), (None, "no table of reviews")]
)
def test_a_file_of_others_is_not_taken_for_reviews(tmp_path, review, qtbot, monkeypatch, content, words):
    """Neither the words of SQLite, nor rows that are kept for a file that was chosen by mistake."""
    from urban_renewal.dialogs.review import keeping
    from urban_renewal.dialogs.review.store import ReviewStore

    wrong = tmp_path / "theirs.gpkg"
    if content is None:
        with closing(sqlite3.connect(wrong)) as base, base:
            base.execute("CREATE TABLE parcels (a)")
    else:
        wrong.write_bytes(content)
    before = wrong.read_bytes()
    review.desk.store.waiting = [a_review("r1")]
    said = keeping.write_copy(review.desk.store, wrong)
    assert words in said and "theirs.gpkg" in said
    assert wrong.read_bytes() == before
    assert ReviewStore(wrong).waiting == []
    no_place = keeping.write_copy(review.desk.store, wrong / "mine.gpkg")
    assert "mine.gpkg" in no_place and "OGR" not in no_place and "Errno" not in no_place


def test_tagged_parcels_that_are_gone_are_told(review, dock, qtbot):
    """In the panel that is open, and when it is opened anew: nothing happened before."""
    told, source = [], review.desk.source.partition("|")[0]
    dock.reviewing.failed.connect(told.append)
    Path(source).rename(f"{source}.away")
    review.act("down")
    assert "Run “Tag” again" in review.form.reason_of_rule.text()
    dock.reviewing.open()
    assert "Run “Tag” again" in told[-1] and Path(source).name in told[-1]
    Path(f"{source}.away").rename(source)


def test_results_that_are_gone_are_told_wherever_they_are_asked_for(review, dock):
    """By hand and the map of explanations stayed silent, the panel of gaps asked for communities that were there."""
    from urban_renewal.dialogs.study.study import StepRecord
    from urban_renewal.dialogs.study.wording import gone_text

    study, told = dock.session.study, []
    gone = {"members": "steps/gone.gpkg", "gap_summary": "steps/gone.gpkg", "zones": "steps/gone.gpkg"}
    for step, names in (("gaps", ["gap_summary"]), ("zones", ["members", "zones"])):
        study.steps[step] = StepRecord("r", "2026-01-01T10:00:00", 1.0, {name: gone[name] for name in names})
    assert gone_text(study, "tagged") == ""
    for part, ask in ((dock.hand, dock.hand.open), (dock.gaps, dock.gaps.open)):
        part.failed.connect(told.append)
        ask()
    assert ["“Zones”" in told[0], "“Gaps”" in told[1]] == [True, True], told
    assert all("cannot be found" in sentence for sentence in told)


def test_what_is_gone_is_told_of_the_step_that_made_it_and_by_every_link(dock, tmp_path):
    """A whole study leaves all its results with each step: “Prepare” was named for gaps; a table opened in silence."""
    from urban_renewal.dialogs.study.study import StepRecord
    from urban_renewal.dialogs.study.wording import gone_text
    from urban_renewal.dialogs.workbench.links import follow

    study = dock.session.study
    study.folder = str(tmp_path)
    left = {
        name: f"delivery/data.gpkg|layername={name}" for name in ("issues", "tagged", "gap", "gap_summary", "zones")
    }
    for step in ("prepare", "tag", "gaps", "zones", "deliver"):
        study.steps[step] = StepRecord("r", "2026-01-01T10:00:00", 1.0, dict(left))
    for names, step in ((("gap_summary", "gap"), "Gaps"), (("zones",), "Zones"), (("tagged",), "Tag")):
        assert f"The results of “{step}”" in gone_text(study, *names)
    bar = dock.iface.messageBar()
    for step, title in (("prepare", "Prepare"), ("gaps", "Gaps"), ("zones", "Zones")):
        for action in ("table", "map"):
            bar.clearWidgets()
            follow(dock, step, action)
            assert f"“{title}”" in bar.currentItem().text()


def test_undo_goes_back_through_the_whole_session(review, dock, qtbot):
    """The panel was opened anew between the judgements, and the parcel undone is shown wherever the list stands."""
    for key in ("1", "S"):
        qtbot.keyClick(review.form.list, key)
    dock.reviewing.open()
    panel = dock.reviewing.panel
    assert panel.desk.skipped == {"P3"} and panel.form.undo.isEnabled()
    panel.form.tag.setCurrentIndex(panel.form.tag.findData("urban_village"))
    panel.form.tag.activated.emit(panel.form.tag.currentIndex())
    panel.act("undo")
    assert panel.desk.skipped == set() and panel.item().parcel_id == "P3"
    panel.act("undo")
    assert panel.item().parcel_id == "P2" and "P2" not in panel.desk.reviews
    assert not panel.form.undo.isEnabled()


def test_an_input_method_keeps_its_keys(review, qtbot):
    """While pinyin is composed, Enter and digits are the input method's; afterwards Enter leaves the field."""
    form = review.form
    form.reason.setFocus()
    QgsApplication.sendEvent(form.reason, QInputMethodEvent("xian chang", []))
    qtbot.keyClick(form.reason, Qt.Key.Key_Return)
    qtbot.keyClick(form.reason, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert form.reason.hasFocus() and not review.desk.reviews
    done = QInputMethodEvent("", [])
    done.setCommitString("现场看过")
    QgsApplication.sendEvent(form.reason, done)
    assert form.reason.text() == "现场看过"
    qtbot.keyClick(form.reason, Qt.Key.Key_Return)
    assert form.list.hasFocus()
    enabled = Qt.WidgetAttribute.WA_InputMethodEnabled
    assert not form.list.testAttribute(enabled) and not form.list.viewport().testAttribute(enabled)


def test_a_parcel_is_chosen_on_the_map(review, qgis_iface):
    """P5 is not doubtful: it comes into the list, which stays as it is. A place without parcel changes nothing."""
    canvas = qgis_iface.mapCanvas()
    canvas.setDestinationCrs(review.map.layer.crs())
    review.picking.switch(True)
    assert canvas.mapTool() is review.picking.tool
    for x, wanted in ((500005.0, "P1"), (500085.0, "P5"), (400000.0, "P5")):
        review.picking.tool.canvasClicked.emit(QgsPointXY(x, 3270005.0), Qt.MouseButton.LeftButton)
        assert review.item().parcel_id == wanted
    assert review.desk.choice.which == "open" and [item.parcel_id for item in review.desk.queue].count("P5") == 1
    assert len(review.desk.queue) == 4 and "4" in review.form.done.text()
    review.picking.switch(False)
    assert canvas.mapTool() is not review.picking.tool


def test_a_parcel_is_chosen_in_the_attribute_table(review, project):
    layer = QgsVectorLayer(review.desk.source, "识别", "ogr")
    project.addMapLayer(layer)
    review.picking.follow(review.desk.source)
    fids = {feature["parcel_id"]: feature.id() for feature in layer.getFeatures()}
    layer.selectByIds([fids["P4"]])
    assert review.item().parcel_id == "P4"
    layer.selectByIds([fids["P1"], fids["P3"]])  # several: nobody knows which
    assert review.item().parcel_id == "P4"
    project.removeMapLayer(layer)
    review.picking.let_go()


def test_a_reason_stays_with_its_parcel(review, qtbot):
    """Typed for P2, not saved: P3 is judged without it, P2 has it again; undo gives a saved one back."""
    review.form.reason.setText("墙体开裂")
    qtbot.keyClick(review.form.list, Qt.Key.Key_Down)
    assert review.form.reason.text() == ""
    qtbot.keyClick(review.form.list, "2")
    assert review.desk.reviews["P3"][0].reason == ""
    review.show_parcel("P2")
    assert review.form.reason.text() == "墙体开裂"
    qtbot.keyClick(review.form.list, "1")
    assert review.desk.reviews["P2"][0].reason == "墙体开裂" and review.form.reason.text() == ""
    qtbot.keyClick(review.form.list, "Z")
    assert review.item().parcel_id == "P2" and review.form.reason.text() == "墙体开裂"


def test_photos_of_a_parcel_are_looked_at(review, qtbot, tmp_path):
    """G without a photo goes to the field; with one it shows it, ← → leaf through, the file stays beside the study."""
    from urban_renewal.dialogs.review.photos import PhotoBox

    qtbot.keyClick(review.form.list, "G")
    assert review.form.photo.lineEdit().hasFocus()
    for name, colour in (("a.png", "red"), ("b.png", "green")):
        image = QImage(60, 40, QImage.Format.Format_RGB32)
        image.fill(QColor(colour))
        assert image.save(str(tmp_path / name))
        review.show_parcel("P2")
        review.form.photo.setFilePath(str(tmp_path / name))
        review.form.list.setFocus()
        qtbot.keyClick(review.form.list, "1")
    assert [row.evidence for row in review.desk.reviews["P2"]] == ["a.png", "b.png"]
    review.show_parcel("P2")
    assert "photo" in review.form.others.text()
    review.form.others.linkActivated.emit("photo")
    box = review.findChild(PhotoBox)
    assert [path.name for path in box.paths] == ["b.png", "a.png"] and "b.png" in box.windowTitle()
    assert box.picture.pixmap().toImage().pixelColor(5, 5) == QColor("green")
    box.leaf(1)
    assert "a.png" in box.windowTitle()
    box.close()


def test_the_score_tells_its_sum(review):
    """0.4 × 0.5 + 1 × 0.2 + 0 × 0.2 + 0 × 0.1 = 0.40 and with the unknown 0.1 at most 0.50, of a weight of 1."""
    assert review.form.rule.toolTip() == (
        "(0.40 × 0.50 + 1.00 × 0.20 + 0.00 × 0.20 + 0.00 × 0.10) ÷ 1.00 = 0.40\n"
        "≤ (0.40 × 0.50 + 1.00 × 0.20 + 0.00 × 0.20 + 1.00 × 0.10) ÷ 1.00 = 0.50"
    )
    rows = {row.title: row.ends for row in review.form.evidence.rows}
    assert ("0", "1") in rows.values() and ("0 %", "50 %") in rows.values(), json.dumps(list(rows.values()))


def test_a_new_run_of_tag_is_shown_in_the_open_review(review, dock, tmp_path):
    """The rules say something else of P1 by now; the history stays; a closed panel stays closed."""
    from .helpers import PARCELS, write_tagged

    review.act("skip")
    dock.session.ended.emit("tag", True, "")
    assert review.item().parcel_id == "P3"  # the same parcels: nothing moves
    again = [("P1", "none", "none", 0.1, 1.0, "rule", 900.0), *PARCELS[1:]]
    (tmp_path / "new").mkdir()
    write_tagged(tmp_path / "new" / "tagged.gpkg", again)
    dock.session.study.steps["tag"].results["tagged"] = "new/tagged.gpkg"
    dock.session.ended.emit("tag", True, "")
    assert [item.parcel_id for item in review.desk.queue] == ["P2", "P3"] and review.desk.skipped == {"P2"}
    review.close()
    dock.session.study.steps["tag"].results["tagged"] = "tagged.gpkg"
    dock.session.ended.emit("tag", True, "")
    assert review.isHidden() and len(review.desk.queue) == 2


def test_behind_another_tab_a_new_run_leaves_window_and_map_alone(dock, review, monkeypatch):
    """The review waits behind the Workbench: it does not come forward by itself, and frames its parcel when it does."""
    framed, raised = [], []
    reviewing = dock.reviewing
    review.visibilityChanged.emit(False)  # as QMainWindow says of a tab that is not in front
    monkeypatch.setattr("urban_renewal.dialogs.review.map.ReviewMap.show", lambda *_, **how: framed.append(how))
    monkeypatch.setattr(review, "raise_", lambda: raised.append(1))
    reviewing._shown = ("", 0.0)
    dock.session.ended.emit("all", True, "")
    assert review.desk.queue and review.item() is not None and (framed, raised) == ([], [])
    review.visibilityChanged.emit(True)
    assert framed == [{}]


def test_another_study_closes_the_panels_of_the_one_before(dock, review):
    """Else what is reviewed there would be counted for the study that is shown now."""
    from urban_renewal.dialogs.workbench import studies

    dock.siting.open()
    review.act("1")
    studies.begin(dock.session)
    assert (dock.reviewing.panel, dock.siting.panel, dock.gaps.panel, dock.exploring.panel) == (None,) * 4
