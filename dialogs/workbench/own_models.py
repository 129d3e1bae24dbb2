# SPDX-License-Identifier: GPL-2.0-or-later
"""Copies the models that ship with the plugin into a person's own, where they can be changed."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from qgis.core import Qgis, QgsApplication, QgsSettings

from ...core.resources import RESOURCES
from ...core.words import join_words
from ...processing.texts import interface_language, tr


def own_folder() -> Path:
    """Return the folder of the person's own models: the first one set in Processing's options, else its default."""
    chosen = str(QgsSettings().value("Processing/Configuration/MODELS_FOLDER", "") or "").split(";")[0].strip()
    return Path(chosen) if chosen else Path(QgsApplication.qgisSettingsDirPath()) / "processing" / "models"


def copy_models(folder: Path) -> list[Path]:
    """Copy the shipped models into a folder and return the copies; a model of that name is kept beside the new one."""
    folder.mkdir(parents=True, exist_ok=True)
    made = []
    for source in sorted((RESOURCES / "models").glob("*.model3")):
        names = (f"{source.stem}{f'_{n}' if n > 1 else ''}.model3" for n in range(1, 1000))
        target = next(folder / name for name in names if not (folder / name).exists())
        shutil.copyfile(source, target)
        made.append(target)
    return made


def copy_for(iface: Any) -> None:
    """Copy the models and say where they are."""
    bar, title = iface.messageBar(), tr("Urban Renewal Workbench")
    folder = own_folder()
    try:
        made = copy_models(folder)
    except OSError as error:
        text = tr("The models could not be copied to {folder}: {reason}.").format(folder=folder, reason=error)
        bar.pushMessage(title, text, Qgis.MessageLevel.Warning)
        return
    provider = QgsApplication.processingRegistry().providerById("model")
    if provider is not None:
        provider.refreshAlgorithms()
    names = join_words((path.name for path in made), interface_language())
    text = tr("Copied to your models: {names}. They can be changed there.").format(names=names)
    bar.pushMessage(title, text, Qgis.MessageLevel.Success)
