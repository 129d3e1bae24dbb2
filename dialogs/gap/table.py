# SPDX-License-Identifier: GPL-2.0-or-later
"""The table of all kinds beside the panel of gaps: one selection with it; what was not counted is found out beside."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from qgis.core import QgsTask
from qgis.PyQt.QtCore import QObject, Qt

from ...processing.texts import tr
from ..parts.beside import take_away
from ..review.items import OUTSIDE, UnreadableError
from ..review.places import Area, places_of
from ..study.figures import rows_of
from ..study.tasks import begin
from .matrix_panel import GapMatrixPanel
from .values import states_by_community


class GapTable(QObject):
    """The table of a GapShowing: made when first asked for, gone with it."""

    def __init__(self, iface: Any, showing: Any) -> None:
        super().__init__(showing)
        self._iface, self._showing = iface, showing
        self.panel: GapMatrixPanel | None = None
        self._task: QgsTask | None = None

    def open(self, files: Mapping[str, str]) -> None:
        """Show the table of the communities that the panel of gaps shows."""
        gaps = self._showing.panel
        if self.panel is None:
            self._make()
        self.panel.show()
        self.panel.raise_()
        self.panel.open(gaps.communities, gaps.titles)
        self.follow(gaps.current, str(gaps.kind.currentData() or ""))
        self._count(files)

    def _make(self) -> None:
        self.panel = GapMatrixPanel(self._iface)
        self.panel.picked.connect(self._showing.panel.pick)
        self.panel.zoom_asked.connect(lambda key: self._showing.show_community(key, zoom=True))
        self.panel.export_asked.connect(self._showing.panel.export_asked.emit)
        if self._iface is not None:
            self._iface.addDockWidget(Qt.DockWidgetArea.BottomDockWidgetArea, self.panel)

    def follow(self, community: str, kind: str) -> None:
        """Set apart what is chosen in the panel of gaps."""
        if self.panel is not None and not self.panel.isHidden():
            self.panel.choose(community, kind)

    def _count(self, files: Mapping[str, str]) -> None:
        """Count by community the parcels that were not counted like the others, in a task: a million rows may be."""
        if "tagged" not in files:
            return
        read_areas, found = self._showing.area_reader(files["tagged"]), {}

        def act(task: QgsTask) -> None:
            found["states"] = count_states(files, read_areas())

        def over(error: Exception | None) -> None:
            if self._task is not task:  # other results have come meanwhile, or the panel has gone
                return
            self._task = None
            if task.isCanceled() or isinstance(error, UnreadableError):
                return
            if error is not None:
                raise error
            if self.panel is not None:
                self.panel.take_states(found["states"])

        self._task = task = begin(tr("Counting what was left apart"), act, over)

    def close(self) -> None:
        """Take the table away."""
        self._task = None
        if self.panel is not None:
            take_away(self._iface, self.panel)
            self.panel = None


def count_states(files: Mapping[str, str], areas: list[Area]) -> dict[str, dict[str, dict[str, int]]]:
    """Return {community: {kind: {status: parcels}}}; none when the places cannot be told."""
    try:
        places = places_of(files["tagged"], areas) if areas else {}
    except UnreadableError:
        return {}
    ids = rows_of(files, "tagged", "SELECT fid, parcel_id FROM {t}")
    return states_by_community(files, {str(parcel): places.get(int(fid), OUTSIDE) for fid, parcel in ids}, OUTSIDE)
