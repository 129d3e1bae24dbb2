# SPDX-License-Identifier: GPL-2.0-or-later
"""From one coordinate system into another: the one place of the dialogs where transforms are made."""

from __future__ import annotations

from qgis.core import QgsCoordinateReferenceSystem, QgsCoordinateTransform, QgsCsException, QgsProject

from ...core.errors import RenewalError
from ...processing.layers.systems import transform_between
from .wording import error_text


def crossing(
    source: QgsCoordinateReferenceSystem, target: QgsCoordinateReferenceSystem, project: QgsProject
) -> QgsCoordinateTransform:
    """Return a transform that works; without a system on either side it leaves coordinates as they are.

    QGIS may call a system valid that it has lost, and hand metres back as degrees (processing/layers/systems.py): such
    a one is looked up again. Raises QgsCsException where it cannot be found, as the transform itself does for a point.
    """
    try:
        return transform_between(source, target, project.transformContext())
    except RenewalError as error:
        raise QgsCsException(error_text(error)) from error
