# SPDX-License-Identifier: GPL-2.0-or-later
"""The fields that a tagged parcel has of its own, read as they were when it was tagged."""

from __future__ import annotations

from typing import Any

from ...core.inputs.aliases import roles
from ...core.inputs.fields import guess_field
from ...core.run import Run
from ..intake.cells import typed


def own_column(reading: Any, snapshot: Any, role_name: str, name: str, run: Run) -> Any:
    """Return a column of a role that a result's own role has not, found among its fields; None when it is not there.

    What is no number, and the like, was told when the role was read: nothing is told here. Raises Cancelled.
    """
    run.check()
    column = roles()[role_name].columns[name]
    field = guess_field(column, list(reading.own), snapshot.headings)
    if field is None:
        return None
    silent = Run(is_cancelled=run.is_cancelled)
    return typed(reading.own[field][reading.kept], column, field, snapshot.name, is_ours=False, run=silent)[0]
