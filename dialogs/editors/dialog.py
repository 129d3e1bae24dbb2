# SPDX-License-Identifier: GPL-2.0-or-later
"""The editor of one own file. Nothing is written before it is saved; every edit can be undone."""

from __future__ import annotations

from html import escape
from pathlib import Path
from typing import Any

from qgis.PyQt.QtCore import Qt, pyqtSignal
from qgis.PyQt.QtGui import QKeySequence
from qgis.PyQt.QtWidgets import QDialog, QFileDialog, QShortcut, QVBoxLayout, QWidget

from ...core import envelope
from ...core.errors import RenewalError
from ...core.words import fill, pick
from ...processing.texts import interface_language, tr
from ..parts.help_pages import add_help, open_page
from ..parts.inks import readable
from ..parts.tables import keep_size
from ..study import wording
from . import figure_rows, pasting
from .asking import asks, tell_in_box
from .draft import Draft, open_draft
from .form import LEFT_LETTERS, PLAIN_LETTERS, EditorForm
from .readers import content_fault
from .rows import Row, Section
from .ruleset_rows import weights_text
from .template_bar import TemplateBar

MIN_WIDTH, MIN_HEIGHT = 1100, 700  # at 96 dpi; scaled with the font below
ROOMY = (1.24, 1.12)  # of these, for rules and templates


class EditorDialog(QDialog):
    """`saved(path)` after the own file was written; `applied(path)` when the study is to run with it as well.

    `changed()` whenever the draft says something else, `shown()` when another row or section is looked at.
    """

    saved = pyqtSignal(str)
    applied = pyqtSignal(str)
    changed = pyqtSignal()
    shown = pyqtSignal()

    def __init__(self, draft: Draft, side: QWidget, home: Path | None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowFlag(Qt.WindowType.WindowMaximizeButtonHint)
        self.draft, self.home = draft, home
        self.preview: Any = None  # of the rules: what CompareDialog asks
        self.row: Row | None = None
        self.sections: list[Section] = []
        self.key = ""
        left = PLAIN_LETTERS if draft.kind == "template" else LEFT_LETTERS  # its tables are wide, its names short
        self.form = EditorForm(side, draft.kind == "ruleset", left)
        self.shaping = TemplateBar(self) if draft.kind == "template" else None
        if self.shaping is not None:
            self.form.add_bars(self.shaping.layers, self.shaping.fields)
            self.shown.connect(self.shaping.refresh)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.form)
        self.resize(*self._size())
        keep_size(self, "editor" if draft.kind == "ruleset" else f"editor_{draft.kind}")
        self._connect()
        self._fill_base()
        self._rebuild()

    def _size(self) -> tuple[int, int]:
        """Return a size that fits the screen: its own at the font's scale, less for short tables."""
        scale = max(1.0, self.fontMetrics().height() / 17)
        screen = (self.parentWidget() or self).screen().availableGeometry()
        wide, high = ROOMY if self.draft.kind in ("ruleset", "template") else (1.14, 0.86)
        wanted = (int(MIN_WIDTH * wide * scale), int(MIN_HEIGHT * high * scale))
        return min(wanted[0], screen.width() - 20), min(wanted[1], screen.height() - 40)

    def _connect(self) -> None:
        form = self.form
        form.sections.currentRowChanged.connect(self._on_section)
        form.sections.itemChanged.connect(self._on_switch)
        form.sections.moved.connect(self._on_moved)
        form.detail.words_changed.connect(self._on_words)
        form.detail.restore_asked.connect(self._on_restore)
        form.undo.clicked.connect(self.undo)
        self._undo_key = QShortcut(QKeySequence(QKeySequence.StandardKey.Undo), self)
        self._undo_key.activated.connect(self.undo)
        self._why_key = QShortcut(QKeySequence("Ctrl+Return"), self)
        self._why_key.activated.connect(form.detail.take_focus)
        self._help_key = add_help(self, "guide#s9")
        form.restore.clicked.connect(lambda: self._edit(self.draft.restore_all(), whole=True))
        form.base.activated.connect(self._on_base)
        form.load.clicked.connect(self._on_import)
        form.export.clicked.connect(self._on_export)
        form.save_as.clicked.connect(self._on_save_as)
        form.compare.clicked.connect(self._on_compare)
        form.help.clicked.connect(lambda: open_page("guide#s9"))
        form.cancel.clicked.connect(self.reject)
        form.keep.clicked.connect(lambda: self.save() and self.accept())
        form.apply.clicked.connect(self._on_apply)

    # --- showing ------------------------------------------------------------------------------------------------------

    def section(self) -> Section:
        """Return the section that is shown."""
        return next((item for item in self.sections if item.key == self.key), self.sections[0])

    def _fill_base(self) -> None:
        combo, language = self.form.base, interface_language()
        combo.clear()
        if self.draft.path is not None:
            combo.addItem(pick(self.draft.now["title"], language), "")
            combo.setItemData(0, str(self.draft.path), Qt.ItemDataRole.ToolTipRole)
        for name in envelope.names(self.draft.kind):
            combo.addItem(pick(envelope.shipped_title(self.draft.kind, name), language), name)
        combo.setCurrentIndex(max(0, combo.findData("" if self.draft.path is not None else self.draft.factory.name)))

    def _rebuild(self) -> None:
        """Make everything anew: another document, other sections."""
        self.sections = figure_rows.sections_of(self.draft.kind, self.draft.now)
        if self.key not in [section.key for section in self.sections]:
            self.key = self.sections[0].key
        switches = {rule["id"]: bool(rule["on"]) for rule in self.draft.now.get("classes", [])}
        self.form.sections.show_sections(self.sections, self.key, switches)
        self._show_section()

    def _show_section(self) -> None:
        tables = self.form.build(self.section(), self.draft)
        for table in tables:
            table.edited.connect(self._on_edited)
            table.picked.connect(self.show_row)
            table.restore_asked.connect(self._on_restore)
            table.pasted.connect(lambda text, keys, part, table=table: self._on_pasted(table, text, keys, part))
        rows = [row for row in self.section().rows() if row.cells]
        first = next((row for row in rows if row.plot), rows[0] if rows else None)
        self.show_row(self._same_row() or first)
        self._show_state()

    def _same_row(self) -> Row | None:
        """Return the row of this section that stands for the same figure and values as the one before."""
        old = self.row
        if old is None:
            return None
        keys = [cell.keys for cell in old.cells.values()]
        same = [row for row in self.section().rows() if row.figure == old.figure]
        return next((row for row in same if [cell.keys for cell in row.cells.values()] == keys), None)

    def show_row(self, row: Row | None) -> None:
        """Show where a figure comes from; the preview shows its values."""
        self.row = row
        self.form.detail.show_row(row, self.draft, self._figure_title(row))
        self.shown.emit()

    def _figure_title(self, row: Row | None) -> str:
        """Return the title of the figure a row belongs to: that of its first row."""
        if row is None or row.figure is None:
            return row.title if row else ""
        return next((item.title for item in self.section().rows() if item.figure == row.figure), row.title)

    def look_at(self, figure: Any) -> None:
        """Show the section and the row of a figure; nothing happens for one that is in no table."""
        for section in self.sections:
            if any(row.figure == figure for row in section.rows()):
                self.key = section.key
                self._rebuild()
                self.show_row(self.form.row_at(figure))
                self.form.focus_on(figure)
                return

    def _show_state(self) -> None:
        form, draft = self.form, self.draft
        star = tr(" (changed)") if draft.is_dirty else ""
        title = pick(draft.now["title"], interface_language())
        self.setWindowTitle(f"{wording.kind_title(draft.kind)} — {title}{star}")
        n = len(draft.deviations())
        form.edits.setText(tr("Differs from the shipped file: {n}").format(n=n) if n else "")
        form.undo.setEnabled(bool(draft.edits_n))
        form.restore.setEnabled(bool(n) or draft.is_dirty)
        form.keep.setEnabled(draft.is_dirty)
        form.apply.setEnabled(draft.is_dirty or draft.path is not None)
        for button in (form.undo, form.restore, form.keep, form.apply):
            button.setToolTip("" if button.isEnabled() else tr("Nothing has been changed."))
        fault = draft.fault(interface_language())
        red = readable("#A8322D", self.palette()).name()
        form.sum.setText(
            f'<span style="color:{red}">✗ {escape(fault)}</span>' if fault else weights_text(draft.now, self.key)
        )
        form.sum.setVisible(bool(form.sum.text()))

    # --- editing ------------------------------------------------------------------------------------------------------

    def set_value(self, keys: Any, value: Any, goes_on: bool = False) -> None:
        """Change a number, as if it had been typed."""
        self._edit(self.draft.set_value(tuple(keys), value, goes_on))

    def set_list(self, keys: Any, items: Any) -> None:
        """Change a list of the document: something was added, moved or taken away."""
        self.row = None
        self._edit(self.draft.set_value(tuple(keys), items), whole=True)

    def _edit(self, is_new: bool, whole: bool = False) -> None:
        if not is_new:
            return
        if whole:
            self._rebuild()
        else:
            self.form.show_draft(self.draft)
            self.form.detail.show_row(self.row, self.draft, self._figure_title(self.row))
            self._show_state()
        self.changed.emit()

    def _on_edited(self, keys: Any, value: Any) -> None:
        row = self.form.row_at(keys)
        if row is not None and row is not self.row:
            self.show_row(row)
        self.set_value(keys, value)

    def _on_pasted(self, table: Any, text: str, keys: Any, part: int) -> None:
        """Take cells of a spreadsheet as one edit, or say which of them does not fit and take none."""
        try:
            edits = pasting.placed(text, table.block.rows, keys, part, self.draft.value)
        except pasting.CannotPasteError as error:
            told = tr("“{word}” cannot be the value of “{title}”. Nothing was changed.")
            many = tr("There are more cells on the clipboard than rows or columns from here on. Nothing was changed.")
            self.tell(told.format(word=error.word, title=error.title.strip()) if error.title else many)
            return
        if self.draft.set_values(edits):
            self._edit(True)

    def _on_words(self, figure: Any, words: Any) -> None:
        self._edit(self.draft.set_words(figure, words))

    def _on_restore(self, row: Row) -> None:
        if row.figure is not None:
            self._edit(self.draft.restore(row.figure), whole=True)
        else:
            for cell in row.cells.values():
                self._edit(self.draft.restore(cell.keys))

    def undo(self) -> None:
        """Take the last edit back and show where it was."""
        keys = self.draft.undo()
        if keys is None:
            return
        is_small = bool(keys) and not (keys[0] in ("classes", "layers") and len(keys) < 4)
        self._edit(True, whole=not is_small)
        row = self.form.row_at(keys) if is_small else None
        if row is not None:
            self.show_row(row)

    # --- sections -----------------------------------------------------------------------------------------------------

    def _on_section(self, place: int) -> None:
        if 0 <= place < len(self.sections):
            self.key = self.sections[place].key
            self.row = None
            self._show_section()

    def _on_switch(self, item: Any) -> None:
        key = item.data(Qt.ItemDataRole.UserRole)
        place = next((n for n, rule in enumerate(self.draft.now.get("classes", [])) if rule["id"] == key), -1)
        if place >= 0:
            on = item.checkState() == Qt.CheckState.Checked
            self._edit(self.draft.set_value(("classes", place, "on"), on), whole=True)

    def _on_moved(self) -> None:
        """Take the order of the classes as they were dragged; what is no class stays behind them."""
        rules = {rule["id"]: rule for rule in self.draft.now["classes"]}
        order = [rules[key] for key in self.form.sections.order() if key in rules]
        self._edit(self.draft.set_value(("classes",), order), whole=True)

    # --- files --------------------------------------------------------------------------------------------------------

    def _on_base(self, place: int) -> None:
        name = self.form.base.itemData(place)
        if not name:
            return
        content = envelope.load(self.draft.kind, name)
        if self.draft.path is not None:
            self._edit(self.draft.replace(content), whole=True)
            return
        if self.draft.is_dirty and not asks(self, tr("Discard the changes made so far?"), tr("Discard them")):
            self._fill_base()
            return
        self.draft = open_draft(self.draft.kind, name)
        self.row = None
        self._rebuild()
        self.changed.emit()

    def _on_import(self) -> None:
        path, _ = QFileDialog.getOpenFileName(self, tr("Import"), str(self.home or ""), "JSON (*.json)")
        if path:
            self.load_file(Path(path))

    def load_file(self, path: Path) -> bool:
        """Take the content of a file, as one edit; False when it is none of this kind, which is told."""
        try:
            content = envelope.load_file(self.draft.kind, path)
        except (RenewalError, OSError) as error:
            self.tell(wording.error_text(error))
            return False
        fault = content_fault(self.draft.kind, content, interface_language())
        if fault:
            self.tell(fault)
            return False
        self._edit(self.draft.replace(content), whole=True)
        return True

    def take_content(self, content: Any) -> None:
        """Take the content of another document, as one edit."""
        self._edit(self.draft.replace(content), whole=True)

    def _on_export(self) -> None:
        start = (self.home or Path()) / f"{self.draft.own_id}.json"
        path, _ = QFileDialog.getSaveFileName(self, tr("Export"), str(start), "JSON (*.json)")
        if path:
            self._write(Path(path), stay=True)

    def _on_save_as(self) -> None:
        start = self.draft.path or (self.home or Path()) / f"{self.draft.kind}.json"
        path, _ = QFileDialog.getSaveFileName(self, tr("Save as"), str(start), "JSON (*.json)")
        if path and self._write(Path(path)):
            self._fill_base()
            self.saved.emit(path)

    def save(self) -> bool:
        """Write the own file into the study's folder, or where it came from; False when that was not possible."""
        if self._lacks_reason():
            return False
        path = self.draft.path
        if path is None and self.home is not None:
            path = self.home / f"{self.draft.kind}.json"
        if path is None:
            name, _ = QFileDialog.getSaveFileName(self, tr("Save"), f"{self.draft.kind}.json", "JSON (*.json)")
            path = Path(name) if name else None
        if path is None or not self._write(path):
            return False
        self.saved.emit(str(path))
        return True

    def _write(self, path: Path, stay: bool = False) -> bool:
        if self._lacks_reason():
            return False
        before, fault = self.draft, self.draft.fault(interface_language())
        if fault:  # what a run would refuse
            self.tell(fault)
            return False
        try:
            if stay:  # a copy for somebody else: the study goes on with its own file
                before.export(path)
            else:
                before.save(path)
        except (RenewalError, OSError) as error:
            self.tell(wording.unwritten_text(path, error))
            return False
        self._rebuild()
        return True

    def _lacks_reason(self) -> bool:
        """Show the first figure that differs from its clause without a reason; True when there is one."""
        missing = self.draft.without_reason()
        if not missing:
            return False
        self.look_at(missing[0])
        self.form.scroll.ensureWidgetVisible(self.form.detail)
        self.form.detail.ask_reason()
        text = tr(
            "{n} {n?limit differs from its|limits differ from their} source without a reason. "
            "Write it where the cursor is, then save."
        )
        self.tell_below(fill(text, n=len(missing)))
        return True

    def _on_apply(self) -> None:
        if (not self.draft.is_dirty and self.draft.path is not None) or self.save():
            self.applied.emit(str(self.draft.path))
            self.accept()

    # --- words --------------------------------------------------------------------------------------------------------

    def tell_below(self, sentence: str) -> None:
        """Show a sentence beside the buttons."""
        self.form.later.setText(sentence)

    def tell(self, sentence: str) -> None:
        """Say what went wrong, in a box that does not stop the window."""
        tell_in_box(self, sentence)

    def _on_compare(self) -> None:
        from .comparing import CompareDialog

        box = CompareDialog(self)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.show()

    def reject(self) -> None:
        """Close; asks only when something would be lost."""
        if not self.draft.is_dirty or asks(self, tr("Close without saving the changes?"), tr("Close without saving")):
            super().reject()
