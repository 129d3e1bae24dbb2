# SPDX-License-Identifier: GPL-2.0-or-later
"""A session of reviewing without its window: the queue, the judgements, skipping, undo, how long the rest will take."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from statistics import median
from typing import Any
from uuid import uuid4

from . import items as review_items
from .items import Choice, Item
from .places import Area
from .presence import Presence, Somebody
from .store import Review, ReviewStore, age_of, latest

LAST = 20  # judgements whose median time tells how long the rest will take
LONG_S = 300.0  # a pause longer than this is no time of judging


@dataclass(frozen=True)
class Step:
    """One thing that undo takes back: a judgement, or a skip (review None)."""

    parcel_id: str
    review: Review | None
    seconds: float


class ReviewDesk:
    """What is judged and what is next. `hash_of(item)` gives the fingerprint of a parcel's geometry, "" for none.

    `areas` are the communities in the parcels' system, none when they are not known.
    """

    def __init__(
        self, source: str, rules: Mapping[str, Any], store: ReviewStore, hash_of: Callable[[Item], str],
        areas: Sequence[Area] = (),
    ) -> None:  # fmt: skip
        from .parcels import Parcels

        self.source, self.rules, self.store = source, rules, store
        self._hash_of = hash_of
        self.parcels = Parcels(source, review_items.limits_of(rules), areas)
        here = set(self.parcels.communities())
        self.communities = {area.community_id: area.name for area in areas if area.community_id in here}
        self.has_outside = review_items.OUTSIDE in here
        self.choice = Choice()
        self.presence = Presence(store.path)
        self.others: list[Somebody] = []
        self.changed: set[str] = set()
        self.reviews: dict[str, list[Review]] = {}
        self.skipped: set[str] = set()
        self.history: list[Step] = []
        self._counted: dict[str, Review] = {}
        self._undone: set[str] = set()
        self._since = time.monotonic()
        self.read_reviews()
        self.arrange()

    def go_on(self, before: ReviewDesk) -> None:
        """Take over what was done at an earlier desk of this table: undo goes back through the whole session."""
        if before.store.path != self.store.path:
            return
        self.history, self.skipped, self._undone = before.history, before.skipped, before._undone
        self.take_reviews([row for rows in self.reviews.values() for row in rows])

    # --- the queue ----------------------------------------------------------------------------------------------------

    def arrange(self, **wanted: str) -> None:
        """Choose which parcels are shown and in which order: `which`, `tag`, `community`, `order` as in Choice."""
        self.choice = replace(self.choice, **wanted)
        self.queue = self.parcels.choose(self.choice, self.changed, self.communities)

    def read_reviews(self) -> None:
        """Read what stands in the file now, others' rows with ours."""
        self.take_reviews(self.store.read())

    def take_reviews(self, rows: Sequence[Review]) -> None:
        """Take rows that were read, perhaps before the last judgement here; the queue stays as it is."""
        ours = {step.review.review_id: step.review for step in self.history if step.review is not None}
        there = [row for row in rows if row.review_id not in self._undone]
        rows = [*there, *(ours[key] for key in ours.keys() - {row.review_id for row in there})]
        self._counted, self.reviews = latest(rows), {}
        for row in rows:
            self.reviews.setdefault(row.parcel_id, []).append(row)
        self.changed = {parcel for parcel, review in self._counted.items() if self._is_outdated(review)}
        self._settled = self.parcels.marked(self._counted.keys() - self.changed)

    def _take_of(self, parcel_id: str, rows: list[Review]) -> None:
        """Take the rows of one parcel: a city's table is not gone through again for each judgement."""
        self.reviews.pop(parcel_id, None)
        self._counted.pop(parcel_id, None)
        if rows:
            self.reviews[parcel_id] = rows
        self._counted.update(latest(rows))
        is_changed = bool(rows) and self._is_outdated(self._counted[parcel_id])
        (self.changed.add if is_changed else self.changed.discard)(parcel_id)
        place = self.parcels.place_of(parcel_id)
        if place >= 0:
            self._settled[place] = bool(rows) and not is_changed

    def _is_outdated(self, review: Review) -> bool:
        """Say whether the rules say something else than when a parcel was reviewed."""
        now = self.parcels.rule_tag_of(review.parcel_id)
        return bool(review.rule_tag and now and review.rule_tag != now)

    def people_at(self, parcel_id: str) -> list[str]:
        """Return who else looks at a parcel just now."""
        return [somebody.reviewer for somebody in self.others if somebody.parcel_id == parcel_id]

    def review_of(self, item: Item) -> Review | None:
        """Return the review that counts for a parcel."""
        return self._counted.get(item.parcel_id)

    def conflicts(self, item: Item) -> list[Review]:
        """Return the last review of each person when they do not agree; none when they do."""
        by_person = {row.reviewer: row for row in sorted(self.reviews.get(item.parcel_id, []), key=age_of)}
        return list(by_person.values()) if len({row.tag for row in by_person.values()}) > 1 else []

    def next_open(self, after: int) -> int:
        """Return the place of the next parcel neither settled nor skipped, from the top again at the end; -1 = none.

        Parcels that somebody else has open come after the others, skipped ones last.
        """
        later, skipped = -1, -1
        busy = {somebody.parcel_id for somebody in self.others}
        for place, parcel in self.queue.unmarked(self._settled, after):
            if parcel in self.skipped:
                skipped = place if skipped < 0 else skipped
            elif parcel in busy:
                later = place if later < 0 else later
            else:
                return place
        return later if later >= 0 else skipped

    def place_of(self, parcel_id: str) -> int:
        """Return where a parcel stands in the queue; -1 = not there."""
        return self.queue.place_of(parcel_id)

    def bring(self, parcel_id: str, place: int) -> int:
        """Put a parcel that the choice leaves out into the queue at a place; return where it stands, -1 = none."""
        found = self.place_of(parcel_id)
        if found >= 0 or self.parcels.place_of(parcel_id) < 0:
            return found
        place = min(max(0, place), len(self.queue))
        self.queue = self.queue.with_guest(parcel_id, place)
        return place

    def find(self, words: str, after: int) -> str | None:
        """Return the next parcel of the queue with these letters in its id or name, else the first of all."""
        place = self.parcels.find(words, self.queue.numbers_from(after + 1))
        place = place if place >= 0 else self.parcels.find(words)
        return self.parcels.ids[place] if place >= 0 else None

    # --- judging ------------------------------------------------------------------------------------------------------

    def start_clock(self) -> None:
        """A parcel is shown from now on."""
        self._since = time.monotonic()

    def judge(self, item: Item, tag: str, reviewer: str, reason: str = "", evidence: str = "") -> bool:
        """Save a judgement; False when the file is in use and the row waits."""
        review = Review(
            next_id(), item.parcel_id, self._hash_of(item), tag, reviewer,
            datetime.now().astimezone().isoformat(timespec="seconds"), reason, evidence,
            item.rule_tag,
        )  # fmt: skip
        is_alone = self.store.is_as_read()
        saved = self.store.add(review)
        self.history.append(Step(item.parcel_id, review, time.monotonic() - self._since))
        self.skipped.discard(item.parcel_id)
        if is_alone:
            self._take_of(item.parcel_id, [*self.reviews.get(item.parcel_id, []), review])
        else:
            self.read_reviews()
        return saved

    def skip(self, item: Item) -> None:
        """Leave a parcel for later."""
        self.skipped.add(item.parcel_id)
        self.history.append(Step(item.parcel_id, None, 0.0))

    def undo(self) -> Step | None:
        """Take the last judgement or skip of this session back; None when there is none, or the file is in use."""
        if not self.history:
            return None
        step, is_alone = self.history[-1], self.store.is_as_read()
        if step.review is None:
            self.skipped.discard(step.parcel_id)
        elif not self.store.remove(step.review.review_id):
            return None
        if step.review is not None:
            self._undone.add(step.review.review_id)
        self.history.pop()
        if not is_alone:
            self.read_reviews()
        elif step.review is not None:
            rows = self.reviews[step.parcel_id]
            self._take_of(step.parcel_id, [row for row in rows if row.review_id != step.review.review_id])
        return step

    # --- how far ------------------------------------------------------------------------------------------------------

    def progress(self) -> tuple[int, int, int]:
        """Return (reviewed, skipped, all) of the queue."""
        queue = self.queue
        return queue.count(self._settled), queue.count(self.parcels.marked(self.skipped)), len(queue)

    def waiting(self) -> int:
        """Return how many parcels of the study wait for somebody, whatever the queue shows."""
        return self.parcels.waiting(self._settled, self.changed)

    def seconds_left(self) -> float | None:
        """Return how long the rest will take at the median pace of the last judgements; None before the third."""
        paces = [step.seconds for step in self.history if step.review is not None and step.seconds < LONG_S][-LAST:]
        done, _, count = self.progress()
        return median(paces) * (count - done) if len(paces) >= 3 else None


def next_id() -> str:
    """Return an id for a review: of two of the same second the later one sorts, and so counts, last."""
    return f"{time.time_ns():016x}{uuid4().hex[:16]}"


def make_store(folder: Path) -> None:
    """Make the table of reviews in the folder of a study where there is none. Raises StoreError."""
    from .store import FILE

    ReviewStore(folder / FILE).make()


def open_desk(
    source: str, folder: Path, rules: Mapping[str, Any], hash_of: Callable[[Item], str], areas: Sequence[Area] = ()
) -> ReviewDesk:
    """Return the desk of a study's tagged parcels; its reviews lie beside them in the folder of the study."""
    from .store import FILE

    return ReviewDesk(source, rules, ReviewStore(folder / FILE), hash_of, areas)
