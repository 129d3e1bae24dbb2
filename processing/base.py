# SPDX-License-Identifier: GPL-2.0-or-later
"""The base of every algorithm: settle, freeze, compute, write whole or not at all, record.

A child declares ID, GROUP, ROLES, PARAMETERS and OUTPUTS and has one method, compute(). It never opens a sink.
"""

from __future__ import annotations

import sqlite3
import traceback
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from datetime import datetime, timezone
from typing import Any

from qgis.core import (
    QgsProcessingAlgorithm,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeedback,
    QgsProcessingOutputFile,
    QgsProcessingOutputNumber,
    QgsProcessingOutputString,
    QgsProcessingParameterDefinition,
)
from qgis.PyQt.QtGui import QIcon

from ..core.errors import Cancelled, RenewalError
from ..core.faults import tell_fault
from ..core.resources import RESOURCES
from ..core.run import Run
from ..core.words import say
from . import texts
from .intake.inputs import Inputs, Plan
from .listening import listening
from .missing import find_broken, how_to_install, missing_packages
from .output.claims import claimed
from .output.targets import with_asked
from .publish import publish
from .refusals import cluster_address, refuse_missing_packages, settle
from .results import Results
from .running.cluster import cluster_executor
from .running.forgetting import forgetful
from .running.memory import emptied_frames
from .running.promptness import prompt, seldom
from .toolbox import parameters as declare
from .toolbox.speaking import Speaker

SENTENCES = 3  # of one reason in the log; beyond them the commonest stands for all
MADE = {"number": QgsProcessingOutputNumber, "text": QgsProcessingOutputString, "file": QgsProcessingOutputFile}


class RenewalAlgorithm(QgsProcessingAlgorithm):
    """One algorithm of the provider. Texts come from resources/help/<ID>.json."""

    ID = ""
    GROUP = ""
    MAIN: str | tuple[str, ...] = "PARCELS"  # the layer (the first of these) that decides working and results' system
    LENIENT = False  # True: a layer that would be refused is left out and told in plan.problems
    ROLES: tuple[declare.RoleUse, ...] = ()
    COMPUTES = 0.8  # share of the progress bar; the rest is writing. What writes its own folder needs all of it
    SPLITS = False  # True: parts of the work can run on a cluster (parameter CLUSTER)
    OUTPUTS: tuple[tuple[str, str], ...] = ()  # (name, "number" | "text" | "file") of outputs that are not parameters

    def definitions(self) -> Iterable[QgsProcessingParameterDefinition]:
        """Give the parameters in the order of the dialog; roles, sinks and the common three included."""
        raise NotImplementedError

    def compute(self, inputs: Inputs, run: Run) -> Results:
        """Do the work: tables in, tables out."""
        raise NotImplementedError

    def refuse(self, values: Mapping[str, Any], plan: Plan) -> None:
        """Raise RenewalError for what only this algorithm can know to be wrong; nothing by default."""

    # --- QGIS calls the rest -------------------------------------------------------------------------------------

    def name(self) -> str:
        return self.ID

    def group(self) -> str:
        return texts.group_title(self.GROUP)

    def groupId(self) -> str:
        return self.GROUP

    def displayName(self) -> str:
        return texts.title(self.ID)

    def shortHelpString(self) -> str:
        return texts.short_help(self.ID)

    def helpUrl(self) -> str:
        return texts.help_page(self.ID)

    def shortDescription(self) -> str:
        return texts.short_description(self.ID)

    def tags(self) -> list[str]:
        return texts.search_words(self.ID)

    def icon(self) -> QIcon:
        own = RESOURCES / "icons" / f"{self.ID}.svg"
        return QIcon(str(own if own.exists() else RESOURCES / "icons" / "urban_renewal.svg"))

    def canExecute(self) -> tuple[bool, str]:
        """Say before the dialog opens which library is missing, and how to get it."""
        try:
            refuse_missing_packages()
        except RenewalError as error:
            return False, say(error.code, texts.interface_language(), **error.values)
        return True, ""

    def createInstance(self) -> RenewalAlgorithm:
        return type(self)()

    def createCustomParametersWidget(self, parent: Any = None) -> Any:
        return declare.dialog_of(self, parent)

    def initAlgorithm(self, configuration: Any = None) -> None:
        for definition in declare.required_first([*self.definitions(), *declare.common(self.SPLITS)]):
            definition.setDescription(texts.parameter_text(self.ID, definition.name(), "label"))
            definition.setHelp(texts.parameter_text(self.ID, definition.name(), "help"))
            self.addParameter(definition)
        for name, kind in self.OUTPUTS:
            self.addOutput(MADE[kind](name, texts.output_text(self.ID, name)))

    def checkParameterValues(self, values: dict[str, Any], context: QgsProcessingContext) -> tuple[bool, str]:
        """Say what is wrong in our own words first: QGIS names no values that would be right."""
        try:
            plan = settle(self, values, context)
        except RenewalError as error:
            return False, self._speaker(values).say(error.code, error.values)
        except Exception:
            good, message = super().checkParameterValues(values, context)
            if good:  # else what QGIS has found is why
                raise
            return good, message
        good, message = super().checkParameterValues(values, context)
        if not good and plan.problems:
            _, error = plan.problems[0]
            return False, self._speaker(values).say(error.code, error.values)
        return good, message

    def prepareAlgorithm(
        self, values: dict[str, Any], context: QgsProcessingContext, feedback: QgsProcessingFeedback
    ) -> bool:
        """Freeze the inputs; what is wrong is said by processAlgorithm.

        Refused here, QGIS would take it for Cancel, and the rows of a batch that come after would never run.
        """
        self._refused: QgsProcessingException | None = None
        try:
            self._plan = settle(self, values, context)
        except RenewalError as error:
            self._refused = self._spoken(error, values)
            return True
        except Exception as fault:
            self._refused = _told_of_libraries(fault, values)
            if self._refused is None:
                raise
            return True
        self._cluster = cluster_address(values) if self.SPLITS else ""
        return True

    @forgetful
    def processAlgorithm(self, values, context, feedback):
        """Do the work. Of what goes wrong nothing but a sentence leaves here: running/forgetting.py says why."""
        found = self._processed(values, context, feedback)
        if isinstance(found, str) and hasattr(feedback, "take_failure"):  # a step of a study
            feedback.take_failure(found)
            return {}
        if isinstance(found, str):
            del self, values, context, feedback
            raise QgsProcessingException(found)
        return found

    def _processed(self, *given: Any) -> dict[str, Any] | str:
        """Return the results, or the sentence that tells what went wrong."""
        try:
            return self._process(*given)
        except QgsProcessingException as error:
            return str(error)

    def _process(
        self, values: dict[str, Any], context: QgsProcessingContext, feedback: QgsProcessingFeedback
    ) -> dict[str, Any]:
        if self._refused is not None:
            raise self._refused
        values = with_asked(values)
        language, started = _language(values), datetime.now(timezone.utc)
        report, announce = seldom(feedback.setProgress), feedback.setProgressText
        run = Run(report, listening(feedback.isCanceled), announce, feedback.pushWarning, language=language)
        for code, told in self._plan.doubts:
            run.warn(code, **told)
        try:
            with prompt(), ExitStack() as last, emptied_frames():
                with cluster_executor(self._cluster) as run.executor:
                    inputs = Inputs(self, values, context, self._plan, run.part(0, self.COMPUTES))
                    last.callback(inputs.close)
                    results = self.compute(inputs, run.part(0, self.COMPUTES))
                run.executor = None
                parts = [target.part for target in self._plan.targets.values() if target.path is not None]
                with claimed([*parts, *(place for place, _ in results.files.values())]):
                    found = publish(self, inputs, results, values, context, run.part(self.COMPUTES, 1), started)
        except Cancelled as stop:
            raise QgsProcessingException(say("cancelled", language)) from stop
        except RenewalError as error:
            raise self._spoken(error, values) from error
        except QgsProcessingException:
            raise
        except (OSError, sqlite3.Error) as fault:  # the disk, a lock, rights: nothing that the maintainers could mend
            feedback.pushDebugInfo(traceback.format_exc())
            error = RenewalError("system_fault", reason=tell_fault(fault))
            raise self._spoken(error, values) from error
        except Exception as fault:
            feedback.pushDebugInfo(traceback.format_exc())
            if (told := _told_of_libraries(fault, values)) is not None:
                raise told from fault
            name = texts.help_of(self.ID)["title"][language]
            error = RenewalError("internal_fault", algorithm=name, fault=f"{type(fault).__name__}: {fault}")
            raise self._spoken(error, values) from fault
        finally:
            _tell(run, feedback, self._speaker(values))
        if results.refusal is not None:
            raise self._spoken(results.refusal, values)
        return found

    def _speaker(self, values: Mapping[str, Any]) -> Speaker:
        plan: Plan | None = getattr(self, "_plan", None)
        if plan is None:
            return Speaker(self.ID, _language(values))
        names = {name: item.name for name, item in plan.vectors.items()}
        fields = {name: {column.name: column.parameter for column in role.columns.values() if column.parameter}
                  for name, role in plan.roles.items()}  # fmt: skip
        return Speaker(self.ID, _language(values), names, fields)

    def _spoken(self, error: RenewalError, values: Mapping[str, Any]) -> QgsProcessingException:
        return QgsProcessingException(self._speaker(values).say(error.code, error.values))


def _language(values: Mapping[str, Any]) -> str:
    return "en" if values.get("LANGUAGE") == "en" else "zh"


def _spoken(error: RenewalError, values: Mapping[str, Any]) -> QgsProcessingException:
    return QgsProcessingException(say(error.code, _language(values), **error.values))


def _told_of_libraries(fault: Exception, values: Mapping[str, Any]) -> QgsProcessingException | None:
    """Return the refusal for a library that is there but cannot be loaded, when that is what went wrong."""
    if not find_broken():
        return None
    names = missing_packages()
    broken = RenewalError("package_broken", names=names, fault=str(fault)[:160], how=how_to_install(names))
    return _spoken(broken, values)


def _tell(run: Run, feedback: QgsProcessingFeedback, speaker: Speaker) -> None:
    """Push what happened to the log: each message, then what was left out, counted by reason and sentence.

    The count before a sentence is of what that sentence says; where a reason has many, the commonest stands for them.
    """
    for message in run.messages:
        push = feedback.pushWarning if message.level == "warning" else feedback.pushInfo
        push(speaker.say(message.code, message.values))
    groups: dict[tuple[str, str], list[Any]] = {}
    for row in run.left_out:
        groups.setdefault((row.layer, row.code), []).append(row)
    for (layer, code), rows in sorted(groups.items()):
        counts: dict[str, int] = {}
        for row in rows:
            sentence = speaker.say(code, {"n": row.n, **row.values}, layer)
            counts[sentence] = counts.get(sentence, 0) + row.n
        push = feedback.pushInfo if all(row.severity == "info" for row in rows) else feedback.pushWarning
        commonest = sorted(counts, key=lambda sentence: -counts[sentence])
        shown = commonest if len(counts) <= SENTENCES else commonest[:1]
        rest = sum(counts.values()) - sum(counts[sentence] for sentence in shown)
        for sentence in shown:
            more = say("left_out_more", run.language, n=rest) if rest else ""
            push(f"{speaker.layer(layer)} · {counts[sentence]} · {sentence}{more}")
