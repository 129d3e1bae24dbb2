# SPDX-License-Identifier: GPL-2.0-or-later
"""The gaps by community: chart and table share one selection with the map; walking and radius switch at once."""

from __future__ import annotations

from html import escape
from typing import Any

from qgis.gui import QgsFilterLineEdit
from qgis.PyQt.QtCore import QModelIndex, Qt, pyqtSignal
from qgis.PyQt.QtWidgets import (
    QComboBox,
    QDockWidget,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QRadioButton,
    QScrollArea,
    QSplitter,
    QVBoxLayout,
)

from ...core.envelope import VERIFIED
from ...core.words import fill, source_words, unit_words
from ...processing.texts import interface_language, tr
from ..explore.text import amount_text, status_text
from ..parts import help_pages
from ..parts.charts import colours
from ..parts.escape import add_escape
from ..parts.inks import readable
from ..parts.low import LowScroll
from ..parts.phrases import aside, flowing, kept_together, listed, paired, unbroken
from ..parts.tables import EmptyHint, add_find, make_copyable, order_by_heading, pick_rows
from ..parts.widgets import HINT, Page, big_figures, figure_row, main_button, text_label
from ..study import wording
from .bars import GapBars, Pair, group_colour
from .fitting import FittingTable
from .list import COLUMNS, GapList
from .values import GROUPS, ORDERS, RADIUS, WALK, Community, arranged, group_total, kinds_in, sums

# what goes first where the panel is narrow, by the yardstick: what the other yardstick tells, then what can be reckoned
UNNEEDED = {WALK: ("served", "radius", "exam", "people"), RADIUS: ("served", "share", "exam", "gap")}


class GapPanel(QDockWidget):
    """`chosen(community)`, `zoom_asked(community)`: double click or Enter, `shown(kind, yardstick)` for the map,
    `way_asked(community)`, `export_asked()`, `table_asked()`: all kinds at once, `sites_asked()`: where what is missing
    could go.
    """

    chosen = pyqtSignal(str)
    zoom_asked = pyqtSignal(str)
    shown = pyqtSignal(str, str)
    way_asked = pyqtSignal(str)
    export_asked = pyqtSignal()
    table_asked = pyqtSignal()
    sites_asked = pyqtSignal()

    def __init__(self, iface: Any) -> None:
        super().__init__(tr("Gaps"), iface.mainWindow() if iface else None)
        self.setObjectName("UrbanRenewalGaps")
        self.communities: list[Community] = []
        self.rules: dict[str, Any] = {}  # kind: its entry in the standard
        self.titles: dict[str, str] = {}
        self.states: dict[str, dict[str, int]] = {}
        self.limits: dict[str, tuple[float, float]] = {}
        self.current = ""
        self.kind, self.order, self.find = QComboBox(), QComboBox(), QgsFilterLineEdit()
        self.find.setShowSearchIcon(True)
        self.find.setPlaceholderText(tr("Part of a name"))
        self.find.setAccessibleName(tr("Name"))
        self.walk, self.radius = QRadioButton(tr("Walking time")), QRadioButton(tr("Standard radius"))
        self.walk.setChecked(True)
        for key, text in zip(ORDERS, (tr("Largest gap first"), tr("Most people first"), tr("By name"))):
            self.order.addItem(text, key)
        self.figures = big_figures(3)
        self.bars, self.list, self.table = GapBars(), GapList(), FittingTable()
        for widget in (self.bars, self.table):
            widget.setAccessibleName(tr("Gaps by community"))
        add_find(self, self.find)
        make_copyable(self.table)
        self.table.setModel(self.list)
        self.hint = EmptyHint(self.table)
        self._is_filling = False  # what is chosen comes from elsewhere
        self.sentence, self.unknown = text_label(), text_label(factor=HINT)
        self.limit = text_label(factor=HINT)
        self.exam, self.legend = text_label(factor=HINT), text_label(factor=HINT)
        self.export, self.whole = QPushButton(tr("Export table…")), QPushButton(tr("Table of all kinds"))
        self.sites = main_button(tr("Find sites…"))
        self.sites.setToolTip(tr("Which idle buildings and factories could hold what is missing"))
        self.how = text_label(f'<a href="help">{tr("How is it counted?")}</a>', HINT)
        self._build()
        for combo in (self.kind, self.order):
            combo.activated.connect(lambda _: self.refresh())
        self.find.textChanged.connect(lambda _: self.refresh())
        self.walk.toggled.connect(lambda _: self.refresh())
        self.bars.chosen.connect(self.choose)
        self.bars.opened.connect(self.zoom_asked.emit)
        for signal in (self.table.doubleClicked, self.table.activated):  # activated: Enter
            signal.connect(lambda index: self.zoom_asked.emit(self.list.key_at(index.row())))
        self.table.selectionModel().currentRowChanged.connect(self._on_table)
        self.sentence.linkActivated.connect(lambda _: self.way_asked.emit(self.current))
        self.export.clicked.connect(self.export_asked.emit)
        self.whole.clicked.connect(self.table_asked.emit)
        self.sites.clicked.connect(self.sites_asked.emit)
        self.how.linkActivated.connect(lambda _: help_pages.open_page("methods#s3"))
        self._help = help_pages.add_help(self, "guide#s5")
        self._escape = add_escape(self)

    def _build(self) -> None:
        page = Page()
        layout = QVBoxLayout(page)
        grid = QGridLayout()
        for place, (title, widgets) in enumerate((
            (tr("Facility"), (self.kind,)), (tr("Yardstick"), (self.walk, self.radius)),
            (tr("Order"), (self.order, self.find)),
        )):  # fmt: skip
            label = QLabel(title)
            label.setBuddy(widgets[0])
            grid.addWidget(label, place, 0)
            for column, widget in enumerate(widgets, 1):
                grid.addWidget(widget, place, column, 1, 2 if len(widgets) == 1 else 1)
        grid.setColumnStretch(2, 1)
        layout.addLayout(grid)
        layout.addWidget(self.limit)
        layout.addLayout(figure_row(self.figures))
        layout.addWidget(self.exam)
        layout.addWidget(self.legend)
        scroll = QScrollArea()
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # the chart in it takes the keys, and is followed
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(self.bars)
        scroll.setMinimumHeight(int(self.fontMetrics().height() * 4.5))  # a low window: the headings below stay whole
        self.table.setMinimumHeight(int(self.fontMetrics().height() * 5.4))  # two rows below the headings
        self.scroll = scroll
        split = QSplitter(Qt.Orientation.Vertical)
        split.addWidget(scroll)
        split.addWidget(self._dress_table())
        split.setSizes([self.fontMetrics().height() * 22, self.fontMetrics().height() * 10])
        split.setChildrenCollapsible(False)
        layout.addWidget(split, 1)
        for label in (self.sentence, self.unknown, self.how):
            layout.addWidget(label)
        foot = QHBoxLayout()
        foot.addStretch(1)
        foot.addWidget(self.whole)
        foot.addWidget(self.export)
        foot.addWidget(self.sites)
        layout.addLayout(foot)
        self.setWidget(LowScroll(page))

    def _legend_text(self) -> str:
        """Return the legend in the colours of the bars, which follow the theme the panel is shown in."""
        words = {"elder": tr("gap of elders' facilities"), "child": tr("gap of children's facilities")}
        inks = {key: group_colour(key, self.bars.palette()).name() for key in words}
        parts = [f'<span style="color:{inks[key]}">■</span>&nbsp;{kept_together(text)}' for key, text in words.items()]
        own = f"<b>┃</b>&nbsp;{kept_together(tr('gap of the facility chosen'))}"
        names = {"facility": f"□</span>&nbsp;{kept_together(tr('facility'))}",
                 "overloaded": f"<b>□</b></span>&nbsp;{kept_together(tr('overloaded'))}"}  # fmt: skip
        marks = [f'<span style="color:{readable(colours()[name]["color"], self.palette()).name()}">{text}'
                 for name, text in names.items()]  # fmt: skip
        told = kept_together(tr("right: people of this kind not served"))
        return " &nbsp; ".join([*parts, own, *marks, told])

    def _dress_table(self) -> FittingTable:
        table = self.table
        pick_rows(table)
        order_by_heading(table, self.order, {COLUMNS.index("name"): "name", COLUMNS.index("share"): "gap"})
        table.verticalHeader().setDefaultSectionSize(int(self.fontMetrics().height() * 1.5))
        return table

    # --- showing ------------------------------------------------------------------------------------------------------

    def open(
        self, communities: list[Community], titles: dict[str, str], states: dict[str, dict[str, int]],
        limits: dict[str, tuple[float, float]],
    ) -> None:  # fmt: skip
        """Show the communities; `titles` of kinds, `states` of parcels not counted, `limits` (radius m, minutes)."""
        self.communities, self.titles, self.states, self.limits = communities, titles, states, limits
        kinds = [kind for kind in titles if any(kind in item.cells for item in communities)]
        now = self.kind.currentData()
        self.kind.clear()
        for kind in kinds:
            self.kind.addItem(titles[kind], kind)
        words = {"elder": tr("All facilities for elders"), "child": tr("All facilities for children")}
        groups = [group for group in GROUPS if sum(kind in kinds for kind in self.grouped(group)) > 1]
        if groups:
            self.kind.insertSeparator(self.kind.count())
        for group in groups:
            self.kind.addItem(words[group], group)
        self.kind.setCurrentIndex(max(0, self.kind.findData(now)) if now else 0)  # a separator has no data either
        self.current = self.current if any(item.community_id == self.current for item in communities) else ""
        self.refresh()

    def grouped(self, kind: str) -> tuple[str, ...]:
        """Return the kinds of a group, by the standard that the communities were counted by; a kind itself."""
        return kinds_in(self.communities, kind) if kind in GROUPS else (kind,)

    def yardstick(self) -> str:
        """Return walk or radius."""
        return WALK if self.walk.isChecked() else RADIUS

    def refresh(self) -> None:
        """Show the kind, the yardstick and the order that are chosen."""
        kind, yardstick = str(self.kind.currentData() or ""), self.yardstick()
        words = self.find.text().strip().casefold()
        rows = arranged(self.communities, kind, yardstick, str(self.order.currentData()))
        rows = [item for item in rows if words in item.name.casefold()]
        self.hint.say(tr("No community has “{words}” in its name.").format(words=self.find.text().strip()))
        self._show_sums(kind, yardstick)
        self.limit.setText(self._limit_text(kind))
        self.limit.setToolTip(self._limit_tip(kind))
        self.limit.setVisible(bool(self.limit.text()))
        self.legend.setText(self._legend_text())
        pairs = []
        for item in rows:
            cell = item.cell(kind)
            people = cell.left_out(yardstick) if cell else None
            shares = [item.group_share(group, yardstick) for group in ("elder", "child")]
            pairs.append(Pair(item.community_id, item.name, *shares, people, cell.share(yardstick) if cell else None))
        self.bars.show_pairs(pairs, self.current)
        self._fill_table(rows, kind)
        if rows and self.list.row_of(self.current) < 0:
            self.current = rows[0].community_id
        self.choose(self.current)
        counts, of = self.states.get(kind, {}), self.rules.get(kind, {}).get("need", {}).get("of", "")
        one = tr("{what} ({n})")
        found = [(status_text(status, of), n) for status, n in sorted(counts.items()) if n]
        words = [one.format(what=what, n=wording.number(n)) for what, n in found]
        self.unknown.setText(tr("Not counted in full: {what}").format(what=" · ".join(words)) if words else "")
        self.unknown.setVisible(bool(words))
        self.shown.emit(kind, yardstick)

    def _show_sums(self, kind: str, yardstick: str) -> None:
        found = sums(self.communities, kind, yardstick)
        words = fill(tr("{n?community with a gap|communities with a gap}"), n=found.communities_n)
        short = (f"{found.short_n} / {found.communities_n}", words)
        if kind in GROUPS:
            share = wording.percent(group_total(self.communities, kind, yardstick), 0)
            told = ((share, tr("gap, mean of the kinds")), short, (str(len(self._kinds_of(kind))), tr("kinds counted")))
        else:
            people, missing = (wording.number(found.people), tr("people not served")), tr("missing")
            told = (people, short, (amount_text(found.gap, found.unit), missing))
        for (big, small), (value, words) in zip(self.figures, told):
            big.setText(value)
            small.setText(words)
        has_exam = bool(found.exam_name) and found.exam_n is not None
        exam = tr("City examination: {name} {n}").format(name=escape(found.exam_name), n=found.exam_n)
        self.exam.setText(exam if has_exam else "")
        self.exam.setVisible(has_exam)

    def _kinds_of(self, group: str) -> list[str]:
        """Return the kinds of a group that anybody needs."""
        kinds = self.grouped(group)
        return [kind for kind in kinds if any((c := i.cells.get(kind)) and c.need for i in self.communities)]

    def _fill_table(self, rows: list[Community], kind: str) -> None:
        self._is_filling = True
        self.list.show(rows, kind)
        self.table.unneeded = [COLUMNS.index(name) for name in UNNEEDED[self.yardstick()]]
        self.table.measure()
        self._is_filling = False

    # --- choosing -----------------------------------------------------------------------------------------------------

    def choose(self, key: str) -> None:
        """Set a community apart in chart and table, and tell of it in words."""
        self.current = key
        self.bars.choose(key)
        self.scroll.ensureVisible(0, self.bars.place_of(key) + 10)
        self._is_filling = True
        place = self.list.row_of(key)
        self.table.selectRow(place) if place >= 0 else self.table.clearSelection()
        self._is_filling = False
        item = next((one for one in self.communities if one.community_id == key), None)
        is_shown = place >= 0 or not self.find.text().strip()
        self.sentence.setText(self._told(item) if item and is_shown else "")
        self.chosen.emit(key)

    def pick(self, community: str, kind: str) -> None:
        """Choose a community and a kind, either may be "": the one there is stays."""
        place = self.kind.findData(kind) if kind else -1
        self.current = community or self.current
        if place >= 0 and place != self.kind.currentIndex():
            self.kind.setCurrentIndex(place)
            self.refresh()
        else:
            self.choose(self.current)

    def _on_table(self, now: QModelIndex, _: QModelIndex) -> None:
        if not self._is_filling and now.isValid():
            self.choose(self.list.key_at(now.row()))

    def _told(self, item: Community, walk: str = "") -> str:
        kind = str(self.kind.currentData() or "")
        cell = item.cell(kind)
        if cell is None:
            return f"<b>{escape(item.name)}</b>"
        if kind in GROUPS:
            share = item.group_share
            text = tr("<b>{name}</b>: {walk} of the need unmet on foot, {line} outside the radius; worst: {worst}.")
            return fill(
                text, name=escape(item.name), walk=wording.percent(share(kind, WALK), 0),
                line=wording.percent(share(kind, RADIUS), 0), worst=escape(self._worst_of(item, kind)),
            )  # fmt: skip
        radius, minutes = self.limits.get(kind, (0.0, 0.0))
        text = tr("<b>{name}</b>: {people} {people?person|people}; {kind}: need {need}, served {served}. "
                  "Within {minutes} min on foot {walk}, within the radius of {radius} m {line}.")  # fmt: skip
        told = fill(
            text, name=escape(item.name), people=wording.number(cell.people), kind=escape(self.titles.get(kind, kind)),
            need=amount_text(cell.need, cell.unit), served=amount_text(cell.served, cell.unit), minutes=f"{minutes:g}",
            walk=wording.percent(cell.walk_cover, 0), radius=f"{radius:g}", line=wording.percent(cell.radius_cover, 0),
        )  # fmt: skip
        way = f'<a href="way">{tr("See the way from where most is missing")}</a>'
        link = "" if cell.gap is not None and cell.gap <= 0 else way
        return unbroken(flowing((told, escape(walk), link)))

    def _worst_of(self, item: Community, group: str) -> str:
        """Return the kinds of a group that lack most in a community, with their shares."""
        kinds = self.grouped(group)
        shares = [(cell.share(WALK), kind) for kind in kinds if (cell := item.cells.get(kind)) and cell.need]
        known = sorted(((share, kind) for share, kind in shares if share), key=lambda pair: (-pair[0], pair[1]))
        told = [f"{self.titles.get(kind, kind)} {wording.percent(share, 0)}" for share, kind in known[:3]]
        return listed(told) or "—"

    def worst_kind(self, key: str) -> str:
        """Return the kind that is chosen; of a group the one that lacks most in a community."""
        kind = str(self.kind.currentData() or "")
        item = next((one for one in self.communities if one.community_id == key), None)
        if kind not in GROUPS or item is None:
            return kind
        cells = ((name, item.cells.get(name)) for name in self.grouped(kind))
        return max(
            ((cell.share(WALK) or 0.0, name) for name, cell in cells if cell and cell.need), default=(0.0, kind)
        )[1]

    def show_walk(self, key: str, words: str) -> None:
        """Tell of the walk from where most is missing, when that community is still the one that is told of."""
        item = next((one for one in self.communities if one.community_id == key), None)
        if item is not None and key == self.current and words:
            self.sentence.setText(self._told(item, words))

    def _limit_text(self, kind: str) -> str:
        """Return the limits a kind is counted by, each with whether it is verified."""
        from ..explore.walkers import walker_titles

        rule = self.rules.get(kind)
        if rule is None:
            return ""
        parts = []
        for figure, text in ((rule["minutes"], tr("limit {n} min")), (rule["radius_m"], tr("radius {n} m"))):
            mark = tr("verified") if figure["status"] in VERIFIED else tr("to be verified")
            parts.append(text.format(n=f"{figure['value']:g}") + aside(mark))
        return unbroken(" · ".join([walker_titles().get(rule.get("profile", ""), ""), *parts]).strip(" ·"))

    def _limit_tip(self, kind: str) -> str:
        """Return where the limits come from."""
        rule, language = self.rules.get(kind, {}), interface_language()
        told = (rule[name] for name in ("minutes", "radius_m") if name in rule)
        lines = []
        for one in told:
            source = " ".join(source_words(one[key], language) for key in ("source", "clause") if one.get(key))
            lines.append(paired(f"{one['value']:g} {unit_words(one['unit'], language)}", source))
        return "\n".join(lines)
