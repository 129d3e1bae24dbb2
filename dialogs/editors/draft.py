# SPDX-License-Identifier: GPL-2.0-or-later
"""A data file while it is edited: every edit can be undone, nothing is written before it is saved. No QGIS here.

A figure whose number is changed loses the clause of the number it replaces: it becomes heuristic, its source is the own
file, and it wants a reason. Set back to the shipped number it has its clause again.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ...core import envelope, jsontext
from ...core.differing import CannotExtendError, at, difference, put, without_header
from ...core.errors import RenewalError
from ...core.extending import STATUSES, content_of, merge, name_of
from ...core.jsontext import KeyPath, canonical_json, dotted
from ...processing.output.claims import claimed
from .readers import check_content, content_fault, schema_fault

OWN_SUFFIX = "-own"
CLAUSED = ("found", "known", "checked")  # states of figures that a document stands behind
FOLDER = "rules"  # in the folder of a study: its own files


@dataclass(frozen=True)
class Origin:
    """What an own file extends: its name among the shipped ones, and its content with `extends` resolved."""

    name: str
    content: Mapping[str, Any]


class Draft:
    """One file of a kind; `path` None = a shipped one, nothing saved yet. `now` is what it says at this moment."""

    def __init__(self, kind: str, content: Mapping[str, Any], factory: Origin, path: Path | None = None) -> None:
        self.kind, self.factory, self.path = kind, factory, path
        self.opened: dict[str, Any] = deepcopy(dict(content))
        self.now: dict[str, Any] = deepcopy(dict(content))
        self._sound = self.now  # as it was read: the schema has been asked
        self._history: list[tuple[KeyPath, dict[str, Any]]] = []

    # --- reading ------------------------------------------------------------------------------------------------------

    def value(self, keys: KeyPath) -> Any:
        """Return what stands at a path now; None when nothing does."""
        return _at(self.now, keys)

    def factory_value(self, keys: KeyPath) -> Any:
        """Return what the shipped file has at a path, items of lists found by name; None when it has nothing there.

        Of several items with one name (at least 60 m², at most 200 m²) the second is compared with the second.
        """
        now, shipped = self.now, self.factory.content
        for key in keys:
            name = name_of(_at(now, (key,))) if isinstance(key, int) else None
            place = key
            if name and isinstance(shipped, list):
                before = sum(name_of(item) == name for item in now[:key])
                alike = [n for n, item in enumerate(shipped) if name_of(item) == name]
                place = alike[before] if before < len(alike) else -1
            now, shipped = _at(now, (key,)), None if place == -1 else _at(shipped, (place,))
        return shipped

    def is_changed(self, keys: KeyPath) -> bool:
        """Say whether something else stands at a path than in the shipped file."""
        return canonical_json(self.value(keys)) != canonical_json(self.factory_value(keys))

    @property
    def is_dirty(self) -> bool:
        """Say whether anything differs from what was opened."""
        return canonical_json(without_header(self.now)) != canonical_json(without_header(self.opened))

    @property
    def edits_n(self) -> int:
        """Return how many edits can be undone."""
        return len(self._history)

    @property
    def own_id(self) -> str:
        """Return the id of the own file: the opened one's, or the shipped one's with a mark."""
        return str(self.opened["id"]) if self.path else f"{self.factory.name}{OWN_SUFFIX}"

    def figures(self) -> list[tuple[KeyPath, Mapping[str, Any]]]:
        """Return every figure with its path."""
        return [(keys_of(path), figure) for path, figure in envelope.list_figures(self.now)]

    def deviations(self) -> list[KeyPath]:
        """Return the figures whose number differs from a clause of the shipped file."""
        return [keys for keys, figure in self.figures() if self.deviates(keys)]

    def deviates(self, keys: KeyPath) -> bool:
        """Say whether a figure's number is another than the shipped one, whose source it therefore cannot have."""
        now, shipped = self.value(keys), self.factory_value(keys)
        return isinstance(now, dict) and isinstance(shipped, dict) and content_of(now) != content_of(shipped)

    def without_reason(self) -> list[KeyPath]:
        """Return the figures that differ from what a document says and give no reason."""
        return [
            keys
            for keys in self.deviations()
            if self.factory_value(keys).get("status") in CLAUSED and not self.value(keys).get("note")
        ]

    def fault(self, language: str) -> str:
        """Return what the schema or the rules forbid, in words; "" when all is well."""
        try:
            if self.now is not self._sound:
                document = jsontext.parse(self.text(), "…")
                resolved = self._resolved(document.value)
                envelope.check(self.kind, jsontext.Document("…", document.text, resolved))
        except RenewalError as error:
            return schema_fault(error, language)
        return content_fault(self.kind, self.now, language)

    # --- editing ------------------------------------------------------------------------------------------------------

    def set_value(self, keys: KeyPath, value: Any, goes_on: bool = False) -> bool:
        """Put another value; the figure it belongs to gives up its clause, or has it again. False = nothing new.

        `goes_on`: the same edit as the last one (a limit being dragged): one undo takes both back.
        """
        if canonical_json(self.value(keys)) == canonical_json(value):
            return False
        if not (goes_on and self._history and self._history[-1][0] == keys):
            self._remember(keys)
        self.now = put(self.now, keys, value)
        figure = self.figure_of(keys)
        if figure is not None:
            self._settle(figure)
        return True

    def set_values(self, values: Iterable[tuple[KeyPath, Any]]) -> bool:
        """Put several values at once, as one edit; False = nothing new."""
        news = [(keys, value) for keys, value in values if canonical_json(self.value(keys)) != canonical_json(value)]
        if news:
            self._remember(())
        for keys, value in news:
            self.now = put(self.now, keys, value)
            figure = self.figure_of(keys)
            if figure is not None:
                self._settle(figure)
        return bool(news)

    def set_words(self, figure: KeyPath, words: Mapping[str, str]) -> bool:
        """Change the provenance of a figure: source, clause, edition, status, checked_by, checked_at, note.

        An empty word takes the key away. `source` stays when it would be empty.
        """
        item = dict(self.value(figure))
        for key, word in words.items():
            if word:
                item[key] = word
            elif key not in ("source", "status", "confidence"):
                item.pop(key, None)
        if item.get("status") != "checked":
            item.pop("checked_by", None)
            item.pop("checked_at", None)
        if canonical_json(item) == canonical_json(self.value(figure)):
            return False
        self._remember(figure)
        self.now = put(self.now, figure, item)
        return True

    def restore(self, keys: KeyPath) -> bool:
        """Put back what the shipped file has at a path, with its source."""
        shipped = self.factory_value(keys)
        if shipped is None or not self.is_changed(keys):
            return False
        self._remember(keys)
        self.now = put(self.now, keys, deepcopy(shipped))
        return True

    def restore_all(self) -> bool:
        """Put back everything."""
        if canonical_json(without_header(self.now)) == canonical_json(without_header(self.factory.content)):
            return False
        self._remember(())
        header = {key: self.now[key] for key in ("id", "title", "extends") if key in self.now}
        self.now = {**deepcopy(dict(self.factory.content)), **header}
        return True

    def replace(self, content: Mapping[str, Any]) -> bool:
        """Take the content of another file, as one edit."""
        if canonical_json(without_header(self.now)) == canonical_json(without_header(content)):
            return False
        self._remember(())
        header = {key: self.now[key] for key in ("schema", "id", "title", "extends") if key in self.now}
        self.now = {**header, **deepcopy(without_header(content))}
        return True

    def undo(self) -> KeyPath | None:
        """Take the last edit back; its path, or None when there is none."""
        if not self._history:
            return None
        keys, self.now = self._history.pop()
        return keys

    def figure_of(self, keys: KeyPath) -> KeyPath | None:
        """Return the path of the figure that a value belongs to; None when it belongs to none."""
        for length in range(len(keys), 0, -1):
            item = self.value(keys[:length])
            if isinstance(item, dict) and item.get("status") in STATUSES and "source" in item:
                return keys[:length]
        return None

    def _settle(self, figure: KeyPath) -> None:
        """Give a figure the words that belong to its number."""
        item, shipped = self.value(figure), self.factory_value(figure)
        if not isinstance(shipped, dict):
            return
        if content_of(item) == content_of(shipped):
            self.now = put(self.now, figure, deepcopy(shipped))
        elif item.get("source") == shipped.get("source") or item.get("status") == "checked":
            words = {"source": self.own_id, "status": "heuristic", "confidence": "l"}
            note = {"note": item["note"]} if item.get("note") and item["note"] != shipped.get("note") else {}
            law = {"clause": item["clause"]} if "effect" in item else {}  # of what follows
            self.now = put(self.now, figure, {**content_of(item), **words, **law, **note})

    def _remember(self, keys: KeyPath) -> None:
        self._history.append((keys, self.now))

    # --- writing ------------------------------------------------------------------------------------------------------

    def document(self) -> dict[str, Any]:
        """Return what the own file says: only what differs from the shipped one, or everything when it must."""
        title = self.now["title"] if self.path else _own_title(self.now["title"])
        header = {"schema": self.now["schema"], "id": self.own_id, "title": title}
        changed = {**self.now, "id": self.own_id}
        try:
            own = difference(self.factory.content, changed)
            again = merge(dict(self.factory.content), own, self.own_id)
            if canonical_json(without_header(again)) == canonical_json(without_header(changed)):
                return {**header, "extends": self.factory.name, **own}
        except CannotExtendError:
            pass  # something was moved or taken away: only a whole file can say that
        return {**header, **without_header(self.now)}

    def text(self) -> str:
        """Return the own file as it is written."""
        return json.dumps(self.document(), ensure_ascii=False, indent=2) + "\n"

    def save(self, path: Path) -> None:
        """Write the own file and go on with it. Raises OSError, RenewalError."""
        self.export(path)
        self.path = path
        saved = envelope.load_file(self.kind, path)
        self.opened, self.now = saved, deepcopy(saved)
        self._history = []

    def export(self, path: Path) -> None:
        """Write a copy whole or not at all; it is read again first, as a run reads it. Raises OSError, RenewalError
        ("target_being_written" while another QGIS writes the same file).
        """
        check_content(self.kind, self.now)
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(f"{path.stem}.part{path.suffix}")
        with claimed([part]):
            try:
                part.write_text(self.text(), encoding="utf-8")
                envelope.load_file(self.kind, part)
                part.replace(path)
            finally:
                part.unlink(missing_ok=True)

    def _resolved(self, own: dict[str, Any]) -> dict[str, Any]:
        return merge(dict(self.factory.content), own, self.own_id) if "extends" in own else own


def open_draft(kind: str, name: str, path: Path | None = None) -> Draft:
    """Return the draft of a shipped file, or of a user's own one. Raises RenewalError, OSError."""
    if path is None:
        content = envelope.load(kind, name)
        return Draft(kind, content, Origin(name, content))
    content = envelope.load_file(kind, path)
    base = str(jsontext.read(path).value.get("extends", ""))
    shipped = base if base in envelope.names(kind) else _likely(kind, name, content)
    return Draft(kind, content, Origin(shipped, envelope.load(kind, shipped)), path)


def keys_of(path: str) -> KeyPath:
    """Return the keys of a path as people write it: classes[0].confirm."""
    parts = re.findall(r"[^.\[\]]+|\[\d+\]", path)
    keys = tuple(int(part[1:-1]) if part.startswith("[") else part for part in parts)
    if dotted(keys) != path:
        raise ValueError(path)
    return keys


def stamp_of(path: Path) -> str:
    """Return a mark that changes with the content of an own file; "" when it cannot be read."""
    try:
        return jsontext.document_hash(jsontext.read(path).value)[:16]
    except RenewalError:
        return ""


def _likely(kind: str, name: str, content: Mapping[str, Any]) -> str:
    """Return the shipped file that an own one without `extends` is compared with: its namesake, or `name`."""
    shipped = envelope.names(kind)
    named = str(content["id"]).removesuffix(OWN_SUFFIX)
    return named if named in shipped else name if name in shipped else shipped[0]


def _own_title(title: Mapping[str, str]) -> dict[str, str]:
    return {"zh": f"{title['zh']}（本项目）", "en": f"{title['en']} (this project)"}


def _at(document: Any, keys: KeyPath) -> Any:
    try:
        return at(document, keys)
    except (KeyError, IndexError, TypeError):
        return None
