# SPDX-License-Identifier: GPL-2.0-or-later
"""Layers that a study hands to its steps as files: what the project says of them, which their files do not.

Steps run in a worker. There they open the files for themselves and never look for a layer in the project, which
belongs to the main thread and may change or close meanwhile; so its name, system, encoding, headings and metadata are
frozen with the layer and told again here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from qgis.core import QgsProcessingContext

_given: ContextVar[Mapping[str, Any]] = ContextVar("given", default={})  # noqa: B039 (nobody writes into it)
_made: ContextVar[Mapping[str, str]] = ContextVar("made", default={})  # noqa: B039


@contextmanager
def handed_on(given: Mapping[str, Any], made: Mapping[str, str]) -> Iterator[None]:
    """Inside the block, in this thread, read layers given as a source (key) as they were frozen (value, a snapshot).

    `made`: what messages call the layers that were made of those on the way. Run records keep the latter's own name:
    their content is not that of the layer whose features they have.
    """
    marks = _given.set(given), _made.set(made)
    try:
        yield
    finally:
        _given.reset(marks[0])
        _made.reset(marks[1])


@contextmanager
def steps_context(outer: QgsProcessingContext) -> Iterator[QgsProcessingContext]:
    """Give the context in which a study runs its steps: that of the study, without its project.

    The layers opened in it are let go of at the end, in the thread that opened them.
    """
    context = QgsProcessingContext()
    context.copyThreadSafeSettings(outer)
    context.setProject(None)
    try:
        yield context
    finally:
        context.temporaryLayerStore().removeAllMapLayers()


def given_as(target: Any) -> Any:
    """Return the snapshot of the layer that was given as this source; None for any other."""
    return _given.get().get(target) if isinstance(target, str) else None


def made_of(target: Any) -> str:
    """Return what messages call a layer that a step made; "" for any other."""
    return _made.get().get(target, "") if isinstance(target, str) else ""


def dress_vector(layer: Any, given: Any) -> None:
    """Make a layer that was opened from its file what it was in the project: `given`, its VectorSnapshot."""
    if layer.crs() != given.crs:
        layer.setCrs(given.crs)
    if given.plain and layer.dataProvider().encoding() != given.encoding:  # else it is a copy, in UTF-8
        layer.setProviderEncoding(given.encoding)
    for name, heading in given.headings.items():
        layer.setFieldAlias(layer.fields().lookupField(name), heading)
    layer.setMetadata(given.metadata)
