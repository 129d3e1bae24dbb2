# SPDX-License-Identifier: GPL-2.0-or-later
"""What the Workbench shows of its study: inputs, cards, what stands in the way of a run. It changes nothing."""

from __future__ import annotations

from html import escape
from typing import Any

from ...processing.texts import tr
from ..study import speed, wording
from ..study.again import is_delivery
from ..study.handover import CREATE_SAMPLE
from ..study.showing import OPEN_SAMPLE
from ..study.steps import STEPS
from .card_words import Told, shift_question, step_reports, unbroken, without_lines
from .head import BETWEEN, explore_tip
from .proposed import proposal
from .studies import notes


def show_all(dock: Any) -> None:
    """Show everything as it is now."""
    session = dock.session
    study, busy = session.study, session.is_busy
    dock.head.show_study(study, bool(session.project.mapLayers()))
    dock.name.setEnabled(not busy)
    dock.head.add.setEnabled(not busy)
    dock.studies.setEnabled(not busy)
    dock.sample.setEnabled(not busy and session.has_algorithm(CREATE_SAMPLE))
    _show_welcome(dock)
    dock.inputs.show_inputs(session.project, study, not busy)
    dock.inputs_box.setTitle(dock.inputs.title())
    for part in dock.made("settings", "options"):
        part.show_study(study, not busy)
    if dock.folder.filePath() != study.folder:
        dock.folder.blockSignals(True)
        dock.folder.setFilePath(study.folder)
        dock.folder.blockSignals(False)
    dock.folder.setEnabled(not busy)
    states, told = session.states(), _told(dock)
    for key, card in dock.cards.items():
        card.show_state(states[key], study, busy, told[key])
    _show_foot(dock)
    dock.explore.setEnabled(dock.iface is not None and any(key in study.steps for key in ("prepare", "tag")))
    needs = tr("Exploring begins with the results of Prepare: run it first.")
    dock.explore.setToolTip(explore_tip() if dock.explore.isEnabled() else needs)
    dock.activity.setVisible(busy and session.activity.kind == OPEN_SAMPLE)


def _told(dock: Any) -> dict[str, Told]:
    """Return what each card says besides its state."""
    study, n = dock.session.study, dock.session.rows_n("PARCELS")
    reports = step_reports(study, dock.delivery_folder())
    return {
        key: Told(speed.estimate_s(key, n), reports, shift_question(study) if key == "prepare" else "")
        for key in dock.cards
    }


def _show_welcome(dock: Any) -> None:
    is_empty = not dock.session.project.mapLayers()
    if dock.session.is_newer:
        text = tr("This project was saved by a newer version of the Workbench; its study is left as it is.")
    else:
        text = tr("No data yet. Drop a parcel layer here, or try the sample first.") if is_empty else ""
    if not text and not dock.session.study.steps and is_delivery(dock.session.project):
        told = tr("This project is a delivery. To go on with its study, take it over into a folder of your own.")
        text = f'{escape(told)} <a href="takeover">{tr("Take over…")}</a>'
    dock.welcome.setText(text)
    dock.welcome.setVisible(bool(text) and not dock.session.is_busy)


def _show_foot(dock: Any) -> None:
    missing, first = dock.session.missing_for_all(), dock.session.first_open()
    dock.run_all.setEnabled(not dock.session.is_busy and not missing)
    from_here = tr("From “{step}” on").format(step=wording.step_title(first))
    dock.run_all.setText(tr("Run all") if first == STEPS[0].key else from_here)
    lines = [escape(wording.reason_text(reason)) + proposal(dock.session, reason) for reason in missing[:3]]
    lines += notes(dock.session)
    lines += without_lines(dock.session) if not missing else []
    if len(missing) > 3:
        lines.append(tr("({n} more)").format(n=len(missing) - 3))
    dock.why.setText("<br>".join(lines))
    tips = [wording.reason_text(reason) for reason in missing]
    busy = tr("Something is running: wait for it, or cancel it.")
    dock.run_all.setToolTip(busy if dock.session.is_busy else "\n".join(tips))
    dock.why.setVisible(bool(lines) and not dock.session.is_busy)
    folder = dock.delivery_folder()
    links = [("report", tr("Open report"))] if (folder / "report.html").exists() else []  # more is on the cards
    shown = [*(links if dock.session.study.folder else []), ("help", tr("Help F1"))]
    dock.links.setText(BETWEEN.join(f'<a href="{action}">{unbroken(text)}</a>' for action, text in shown))
