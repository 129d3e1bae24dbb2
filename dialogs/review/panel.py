# SPDX-License-Identifier: GPL-2.0-or-later
"""The review panel: the most doubtful parcel first, why it got its tag, one key to judge it, saved at once.

Keys work while the focus is in the panel or the map; while a text field has it, they type.
"""

from __future__ import annotations

from html import escape
from pathlib import Path
from typing import Any

from qgis.core import QgsApplication, QgsSettings
from qgis.PyQt.QtCore import QEvent, pyqtSignal
from qgis.PyQt.QtWidgets import QDockWidget

from ...core.words import fill
from ...processing.texts import interface_language, tr
from ..parts import help_pages
from ..parts.escape import add_escape
from ..parts.low import LowScroll
from ..parts.phrases import listed
from ..parts.tables import add_find
from ..study import wording
from . import items as review_items
from .desk import ReviewDesk
from .evidence_rows import rows_of, sum_text
from .form import ReviewForm
from .items import Item
from .keeping import not_saved_text, not_undone_text, place_text, save_elsewhere, unread_text
from .keys import TAG_KEYS, ReviewKeys
from .map import ReviewMap
from .photos import photos_of, show_photos
from .picking import ParcelPicking
from .table import colour_of, level_title, reviews_text, tag_title
from .watch import ReviewWatch, Seen

LETTERS = 70  # least width: all columns of the list have their words: about 420 px
REVIEWER = "urban_renewal/reviewer"  # QgsSettings: who reviews at this computer


class ReviewPanel(QDockWidget):
    """Shows one desk. `reviewed(path of the reviews)` after each judgement, `waiting(parcels)` that nobody settled."""

    reviewed = pyqtSignal(str)
    waiting = pyqtSignal(int)
    keys: ReviewKeys | None = None  # events come before it is made

    def __init__(self, iface: Any) -> None:
        super().__init__(tr("Review"), iface.mainWindow() if iface else None)
        self.setObjectName("UrbanRenewalReview")
        self.iface = iface
        self.desk: ReviewDesk | None = None
        self.map: ReviewMap | None = None
        self._missing = "?"  # what was said of letters that no parcel has
        self.form = ReviewForm()
        self.topLevelChanged.connect(self.form.order_soon)
        self.setWidget(LowScroll(self.form))
        self.setMinimumWidth(int(self.fontMetrics().averageCharWidth() * LETTERS))
        self.keys = ReviewKeys(self, self.act)
        self.picking = ParcelPicking(self, iface)
        self._connect()
        self._help = help_pages.add_help(self, "guide#s4")
        self._escape = add_escape(self)

    def _connect(self) -> None:
        form = self.form
        name = str(QgsSettings().value(REVIEWER, "") or QgsApplication.userFullName() or "")
        form.reviewer.setText(name)
        form.reviewer.editingFinished.connect(
            lambda: QgsSettings().setValue(REVIEWER, form.reviewer.text().strip())
        )  # fmt: skip
        add_find(self, form.find)
        form.find.returnPressed.connect(self.find)
        form.list.selectionModel().currentRowChanged.connect(lambda now, _: self.show_row(now.row()))
        form.list.doubleClicked.connect(lambda _: self.act("zoom"))
        for combo in (form.which, form.tag, form.community, form.order):
            combo.activated.connect(lambda _: self._arrange())
        for key, button in form.judge.items():
            button.clicked.connect(lambda _, key=key: self.act(key))
        form.skip.clicked.connect(lambda: self.act("skip"))
        form.undo.clicked.connect(lambda: self.act("undo"))
        form.empty.linkActivated.connect(lambda _: self.show_all())
        self.watch = ReviewWatch(self)
        self.watch.seen.connect(self._on_seen)
        self.is_seen, self._is_waiting = True, False  # in front; a parcel waits to be framed
        self.visibilityChanged.connect(self._on_visible)
        self.keys.watch([form.list, form.list.viewport(), *form.judge.values(), form.skip, form.undo, form.scroll])
        self.keys.watch([form.reason, form.reviewer, form.find, form.photo.lineEdit()])
        if self.iface is not None:
            self.keys.watch([self.iface.mapCanvas()])
        form.here.linkActivated.connect(lambda _: form.last.setText(save_elsewhere(self, self.desk.store)))
        form.others.linkActivated.connect(lambda _: self.act("photo"))

    # --- showing ------------------------------------------------------------------------------------------------------

    def offer(self, desk: ReviewDesk) -> None:
        """Offer what can be chosen at a desk that will be shown."""
        classes = [rule["id"] for rule in desk.rules["classes"] if rule.get("on", True)]
        self.form.show_keys(key for key, tag in TAG_KEYS.items() if key == "0" or tag in classes)
        self.form.fill_communities(desk.communities, desk.has_outside)
        self.form.fill_tags([(tag, tag_title(tag)) for tag in [*classes, "none"]])

    def open(self, desk: ReviewDesk, review_map: ReviewMap) -> None:
        """Show the parcels of a study, the most doubtful first, as the choices offered for it stand."""
        if self.map is not None:
            self.map.clear()
        self.desk, self.map = desk, review_map
        self.form.here.setToolTip(str(desk.store.path))
        self.watch.start(desk.store, desk.presence)
        self.picking.follow(desk.source)
        self._choose()
        self._show_queue()
        self._go(desk.next_open(-1))
        self.form.list.setFocus()

    def item(self) -> Item | None:
        """Return the parcel shown."""
        row = self.form.list.currentIndex().row()
        return self.desk.queue[row] if self.desk and 0 <= row < len(self.desk.queue) else None

    def show_row(self, row: int) -> None:
        """Show why a parcel got its tag, and frame it on the map."""
        desk = self.desk
        if desk is None or not 0 <= row < len(desk.queue):
            return
        item, form = desk.queue[row], self.form
        form.take_draft(item.parcel_id)
        try:
            reason, evidence = review_items.read_texts(desk.source, item.fid)
        except review_items.UnreadableError:
            reason, evidence = unread_text(desk.source), ""
        facts = [item.name or item.parcel_id, *([item.parcel_id] if item.name else [])]
        if desk.communities.get(item.community):
            facts.append(desk.communities[item.community])
        if item.area_m2 is not None:
            facts.append(tr("{n} ha").format(n=wording.number(item.area_m2 / 10000, 2)))
        if item.bldg_n is not None:
            facts.append(fill(tr("{n} {n?building|buildings}"), n=item.bldg_n))
        form.title.setText(" · ".join(facts))
        score = "" if item.score is None else f" {item.score:.2f}"
        form.rule.setText(
            f'<b style="color:{colour_of(item.tag)}">■</b> <b>{level_title(item.tag, item.level)}</b>{score}'
        )
        form.reason_of_rule.setText(reason)
        rows = rows_of(evidence, desk.rules, interface_language())
        form.evidence.show_rows(rows)
        form.rule.setToolTip(sum_text(rows))
        self._show_others(item)
        for key, button in form.judge.items():
            form.tint(button, colour_of(TAG_KEYS[key]), TAG_KEYS[key] == item.suggested)
        if self.map is not None:
            self._frame(item)
        self._tell_where()
        desk.start_clock()

    def _show_others(self, item: Item) -> None:
        """Tell what other people say of a parcel, and who has it open."""
        desk, form = self.desk, self.form
        others = reviews_text(desk, item)
        conflict = tr("They do not agree:") + "<br>" if desk.conflicts(item) else ""
        photos = photos_of(desk.reviews.get(item.parcel_id, []), "", desk.store.path.parent)
        seen = f' <a href="photo">{tr("Photos ({n})  G").format(n=len(photos))}</a>' if photos else ""
        form.others.setText(conflict + escape(others).replace("\n", "<br>") + seen)
        form.others.setVisible(bool(others))
        people = list(dict.fromkeys(somebody.reviewer for somebody in desk.others))
        here = [tr("Also here: {names}").format(names=listed(people))] if people else []
        form.here.setText(" · ".join([place_text(desk.store), *here]))

    def _frame(self, item: Item) -> None:
        """Go to a parcel on the map, or do so when the panel is in front again: behind a tab the map is not ours."""
        self._is_waiting = not self.is_seen
        if self.is_seen:
            self.map.show(item)

    def _on_visible(self, is_seen: bool) -> None:
        """Pale the map only as long as the panel is in front: behind another tab nobody reviews."""
        self.is_seen = is_seen
        self.picking.switch(is_seen and self.desk is not None)
        if self.map is not None and not is_seen:
            self.map.clear()
        elif self.map is not None and self.item() is not None and self._is_waiting:
            self._frame(self.item())
        elif self.map is not None and self.item() is not None:
            self.map.show_again(self.item())
        self._tell_where()

    def _tell_where(self) -> None:
        """Tell the others which parcel is open here."""
        item = self.item() if self.isVisible() else None
        self.watch.tell(self.form.reviewer.text().strip() if item else "", item.parcel_id if item else "")

    def _on_seen(self, found: Seen) -> None:
        """Show what others have done meanwhile; the parcel shown stays."""
        if self.desk is None:
            return
        self.desk.others = found.others
        if found.rows is not None:
            self.desk.take_reviews([*found.rows, *self.desk.store.waiting])
        self._show_progress()
        item = self.item()
        if item is not None:
            self._show_others(item)

    def find(self) -> None:
        """Go to the next parcel with these letters in its name or id, in the list, else among all."""
        words, desk = self.form.find.text().strip().casefold(), self.desk
        if desk is None or not words:
            return
        found = desk.find(words, self.form.list.currentIndex().row())
        if self.form.last.text() == self._missing:
            self.form.last.clear()
        if found is not None and desk.place_of(found) < 0:
            self.show_all()
        if found is not None:
            self.show_parcel(found)
            self.form.find.setFocus()
        else:
            self._missing = tr("No parcel has “{words}” in its name or id.").format(words=words)
            self.form.last.setText(self._missing)

    def show_parcel(self, parcel_id: str) -> bool:
        """Go to a parcel; one that the list leaves out comes into it. False when there is none of this id."""
        desk = self.desk
        if desk is None:
            return False
        is_guest, row = desk.place_of(parcel_id) < 0, self.form.list.currentIndex().row()
        place = desk.bring(parcel_id, row)
        if is_guest and place >= 0:
            self._show_queue()
        if place >= 0:
            self._go(place)
        return place >= 0

    def show_all(self) -> None:
        """Show every parcel, of all classes and communities, instead of the doubtful ones."""
        for combo in (self.form.tag, self.form.community):
            combo.setCurrentIndex(0)
        self.form.which.setCurrentIndex(self.form.which.findData(review_items.EVERY))
        self._arrange()

    def _arrange(self) -> None:
        if self.desk is None:
            return
        form, item = self.form, self.item()
        self._choose()
        self._show_queue()
        place = self.desk.place_of(item.parcel_id) if item else -1
        self._go(place if place >= 0 else self.desk.next_open(-1))
        form.list.setFocus()

    def _choose(self) -> None:
        names = ("which", "tag", "community", "order")
        self.desk.arrange(**{name: str(getattr(self.form, name).currentData() or "") for name in names})

    def _show_queue(self) -> None:
        self.form.table.show_desk(self.desk)
        self._show_progress()

    def _show_progress(self) -> None:
        done, skipped, count = self.desk.progress()
        form = self.form
        form.show_empty(done >= count, 0 if self.desk.choice.is_part else len(self.desk.parcels))
        form.done.setText(tr("Reviewed {n} of {of}").format(n=wording.number(done), of=wording.number(count)))
        form.bar.setRange(0, max(count, 1))
        form.bar.setValue(done)
        words = [tr("{n} skipped").format(n=wording.number(skipped))] if skipped else []
        left = self.desk.seconds_left()
        if left is not None and done < count:
            words.append(tr("about {time} left").format(time=wording.duration(left)))
        form.left.setText(" · ".join(words))
        form.undo.setEnabled(bool(self.desk.history))
        form.table.refresh()
        self.waiting.emit(self.desk.waiting())

    def _go(self, row: int) -> None:
        form = self.form
        if self.desk is None or not 0 <= row < len(self.desk.queue):
            row = 0 if self.desk and self.desk.queue else -1
        form.detail.setVisible(row >= 0)
        if row >= 0:
            index = form.table.index(row, 0)
            same = form.list.currentIndex().row() == row
            form.list.setCurrentIndex(index)
            form.list.scrollTo(index)
            if same:
                self.show_row(row)
        elif self.map is not None:
            self.map.clear()

    # --- what a person does -------------------------------------------------------------------------------------------

    def act(self, what: str) -> None:
        """Do what a key stands for."""
        item, row = self.item(), self.form.list.currentIndex().row()
        if self.desk is None:
            return
        if what == "undo":
            self._undo()
        elif item is None:
            return
        elif what in TAG_KEYS:
            if self.form.judge[what].isVisibleTo(self.form):
                self._judge(item, row, TAG_KEYS[what])
        elif what == "skip":
            self.desk.skip(item)
            self._after(row)
        elif what in ("up", "down"):
            self._go(min(len(self.desk.queue) - 1, max(0, row + (1 if what == "down" else -1))))
        elif what == "zoom" and self.map is not None:
            self.map.show(item, zoom=True)
        elif what == "reason":
            self.form.reason.setFocus()
        elif what == "photo":
            self._look_at_photos(item)

    def _judge(self, item: Item, row: int, tag: str) -> None:
        form = self.form
        reviewer = form.reviewer.text().strip()
        if not reviewer:
            form.last.setText(tr("Who reviews? A review needs a name."))
            form.reviewer.setFocus()
            return
        photo = _relative(form.photo.filePath().strip(), self.desk.store.path.parent)
        saved = self.desk.judge(item, tag, reviewer, form.reason.text().strip(), photo)
        said = tr("agrees with the rule") if tag == item.suggested else tr("differs from the rule")
        words = f"{item.parcel_id} → <b>{tag_title(tag)}</b> ({escape(reviewer)}, {said})"
        form.last.setText(tr("Just now: {what}").format(what=words))
        if not saved:
            form.last.setText(not_saved_text(self.desk.store))
        form.drop_draft()
        self.reviewed.emit(str(self.desk.store.path))
        self._after(row)

    def _undo(self) -> None:
        step = self.desk.undo()
        if step is None:
            is_none = not self.desk.history
            self.form.last.setText(tr("Nothing to undo.") if is_none else not_undone_text(self.desk.store))
            return
        self.form.last.setText(tr("Undone: {parcel}").format(parcel=step.parcel_id))
        if step.review is not None:
            self.form.drafts[step.parcel_id] = (step.review.reason, step.review.evidence)
            self.reviewed.emit(str(self.desk.store.path))
        self._show_progress()
        self.show_parcel(step.parcel_id)

    def _after(self, row: int) -> None:
        self._show_progress()
        place = self.desk.next_open(row)
        self._go(place if place >= 0 else row)

    def _look_at_photos(self, item: Item) -> None:
        """Show the photos of a parcel; where there is none, one may be named."""
        folder = self.desk.store.path.parent
        photos = photos_of(self.desk.reviews.get(item.parcel_id, []), self.form.photo.filePath(), folder)
        if photos:
            show_photos(photos, item.name or item.parcel_id, self)
        else:
            self.form.photo.lineEdit().setFocus()

    # --- the rest -----------------------------------------------------------------------------------------------------

    def event(self, event: QEvent) -> bool:
        """Take keys that nothing in the panel wanted; Ctrl+Enter in a text field judges as the rule suggests."""
        return (self.keys is not None and self.keys.take(event)) or super().event(event)

    def close_down(self) -> None:
        """Let go of the map and its keys."""
        self.keys.let_go()
        self.picking.let_go()
        self.watch.stop()
        if self.map is not None:
            self.map.clear()
        self.map = self.desk = None
        self.form.table.show_desk(None)  # nobody may hold the layer when QGIS goes

    def closeEvent(self, event: QEvent) -> None:
        """Take the frame off the map when the panel is closed."""
        if self.map is not None:
            self.map.clear()
        self.picking.switch(False)
        self._tell_where()
        super().closeEvent(event)


def _relative(path: str, folder: Path) -> str:
    """Return the path of a photo as it stays right when the study's folder moves, also to another system."""
    try:
        return Path(path).relative_to(folder).as_posix() if path else ""
    except ValueError:
        return path
