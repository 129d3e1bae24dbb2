# SPDX-License-Identifier: GPL-2.0-or-later
"""The editors as docs/looks.py shows them: as opened, changed, compared, asked, with files they refuse."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from qgis.PyQt.QtCore import QPoint
from qgis.PyQt.QtWidgets import QApplication, QDialog, QMenu, QMessageBox
from qgis.utils import plugins

Step = tuple[int, Callable[[], bool]]
KINDS = ("ruleset", "standard", "profiles", "zone-rules", "costs", "template")


def always() -> bool:
    """Go on at once."""
    return True


def top(kind: type) -> Any:
    """Return the last window of a kind that is open."""
    return next(
        (item for item in reversed(QApplication.topLevelWidgets()) if isinstance(item, kind) and item.isVisible()), None
    )


def walk_editors(look: Any) -> Iterator[Step]:
    """Show every editor: as opened, with a changed figure, its sections, its questions."""
    dock = plugins["urban_renewal"].dock
    for kind in KINDS:
        editor = dock.editors.open(kind)
        dialog = editor.dialog
        yield 1500, lambda editor=editor, kind=kind: kind != "ruleset" or editor.side.answer is not None
        yield 300, always
        look.keep(dialog, f"edit_{kind}")
        for place in (1, len(dialog.sections) - 1):
            if 0 < place < len(dialog.sections):
                dialog.form.sections.setCurrentRow(place)
                yield 700, always
                look.keep(dialog, f"edit_{kind}_{place}")
        dialog.form.sections.setCurrentRow(0)
        yield 300, always
        cell = next((cell for row in dialog.section().rows() for cell in row.cells.values()
                     if cell.kind in ("whole", "number") and row.figure), None)  # fmt: skip
        if cell is not None:
            dialog.show_row(dialog.form.row_at(cell.keys))
            dialog.set_value(cell.keys, min((dialog.draft.value(cell.keys) or 0) * 1.2, cell.high))
            yield 1200, always
            look.keep(dialog, f"edit_{kind}_changed")
            dialog._lacks_reason()
            yield 300, always
            look.keep(dialog, f"edit_{kind}_reason")
        table = dialog.form.tables[0]
        table._menu(QPoint(10, table.rowViewportPosition(0) + 4))
        yield 300, always
        if (menu := top(QMenu)) is not None:
            look.keep(menu, f"menu_row_{kind}")
            menu.close()
        dialog._on_compare()
        yield 900, always
        box = next(item for item in dialog.findChildren(QDialog) if item.isVisible())
        if box.choice.count() > 1:
            box.choice.setCurrentIndex(box.choice.count() - 1)
            box.choice.activated.emit(box.choice.currentIndex())
            yield 700, always
        look.keep(box, f"compare_{kind}")
        box.reject()
        if kind == "template":
            yield from walk_template(look, dialog)
        yield from walk_broken(look, dialog, kind)
        dialog.draft.opened = dialog.draft.now
        dialog.reject()
        yield 300, always


def walk_template(look: Any, dialog: Any) -> Iterator[Step]:
    """Show the dialogs of a layer and of a field."""
    for name in ("layer_new", "layer_edit", "new"):
        if dialog.shaping.buttons[name].isEnabled():
            dialog.shaping.act(name)
            yield 400, always
            look.keep(dialog.shaping.box, f"template_{name}")
            dialog.shaping.box.reject()
            yield 200, always


def walk_broken(look: Any, dialog: Any, kind: str) -> Iterator[Step]:
    """Show what an import says of files that are none of this kind."""
    home = Path(os.environ["PICTURES"]) / "files"
    home.mkdir(exist_ok=True)
    cases = {"no_json": "{", "other_kind": json.dumps({"schema": "urban-renewal/costs/1", "id": "x"})}
    for name, text in cases.items() if kind == "ruleset" else ():
        path = home / f"{name}.json"
        path.write_text(text, encoding="utf-8")
        dialog.load_file(path)
        yield 300, always
        for box in dialog.findChildren(QMessageBox):
            if box.isVisible():
                look.keep(box, f"import_{name}")
                box.reject()
        yield 200, always
