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
from .places import Area, place_items
from .presence import Presence, Somebody
from .store import Review, ReviewStore, latest

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
        self.source, self.rules, self.store = source, rules, store
        self._hash_of = hash_of
        items = review_items.read_items(source, review_items.limits_of(rules))
        self.items = place_items(items, source, areas)
        self._rule_tags = {item.parcel_id: item.rule_tag for item in self.items}
        here = {item.community for item in self.items}
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
        self.queue: list[Item] = []
        self._ids: set[str] = set()
        self.read_reviews()
        self.arrange()

    def go_on(self, before: ReviewDesk) -> None:
        """Take over what was done at an earlier desk of this table: undo goes back through the whole session."""
        if before.store.path != self.store.path:
            return
        self.history, self.skipped, self._undone = before.history, before.skipped, before._undone
        self.read_reviews()
        self.arrange()

    # --- the queue ----------------------------------------------------------------------------------------------------

    def arrange(self, **wanted: str) -> None:
        """Choose which parcels are shown and in which order: `which`, `tag`, `community`, `order` as in Choice."""
        self.choice = replace(self.choice, **wanted)
        self.queue = review_items.choose(self.items, self.choice, self.changed, self.communities)
        self._ids = {item.parcel_id for item in self.queue}

    def read_reviews(self) -> None:
        """Read what stands in the file now, others' rows with ours."""
        self.take_reviews(self.store.read())

    def take_reviews(self, rows: Sequence[Review]) -> None:
        """Take rows that were read, perhaps before the last judgement here; the queue stays as it is."""
        ours = {step.review.review_id: step.review for step in self.history if step.review is not None}
        there = [row for row in rows if row.review_id not in self._undone]
        rows = [*there, *(ours[key] for key in ours.keys() - {row.review_id for row in there})]
        self._counted = latest(rows)
        self.reviews = {}
        for row in rows:
            self.reviews.setdefault(row.parcel_id, []).append(row)
        self.changed = {
            parcel for parcel, review in self._counted.items()
            if review.rule_tag and self._rule_tags.get(parcel) and review.rule_tag != self._rule_tags[parcel]
        }  # fmt: skip

    def is_settled(self, parcel_id: str) -> bool:
        """Say whether a parcel has a review, and the rules still say what they said then."""
        return parcel_id in self._counted and parcel_id not in self.changed

    def people_at(self, parcel_id: str) -> list[str]:
        """Return who else looks at a parcel just now."""
        return [somebody.reviewer for somebody in self.others if somebody.parcel_id == parcel_id]

    def review_of(self, item: Item) -> Review | None:
        """Return the review that counts for a parcel."""
        return self._counted.get(item.parcel_id)

    def conflicts(self, item: Item) -> list[Review]:
        """Return the last review of each person when they do not agree; none when they do."""
        by_person = {row.reviewer: row for row in self.reviews.get(item.parcel_id, [])}
        return list(by_person.values()) if len({row.tag for row in by_person.values()}) > 1 else []

    def next_open(self, after: int) -> int:
        """Return the place of the next parcel neither settled nor skipped, from the top again at the end; -1 = none.

        Parcels that somebody else has open come after the others, skipped ones last.
        """
        count, later, skipped = len(self.queue), -1, -1
        busy = {somebody.parcel_id for somebody in self.others}
        for step in range(1, count + 1):  # ends at the first: the queue may be long
            place = (after + step) % count
            parcel = self.queue[place].parcel_id
            if self.is_settled(parcel):
                continue
            if parcel in self.skipped:
                skipped = place if skipped < 0 else skipped
            elif parcel in busy:
                later = place if later < 0 else later
            else:
                return place
        return later if later >= 0 else skipped

    def place_of(self, parcel_id: str) -> int:
        """Return where a parcel stands in the queue; -1 = not there."""
        return next((place for place, item in enumerate(self.queue) if item.parcel_id == parcel_id), -1)

    def bring(self, parcel_id: str, place: int) -> int:
        """Put a parcel that the choice leaves out into the queue at a place; return where it stands, -1 = none."""
        found = self.place_of(parcel_id)
        item = next((item for item in self.items if item.parcel_id == parcel_id), None) if found < 0 else None
        if item is None:
            return found
        place = min(max(0, place), len(self.queue))
        self.queue = [*self.queue[:place], item, *self.queue[place:]]
        self._ids.add(parcel_id)
        return place

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
        saved = self.store.add(review)
        self.history.append(Step(item.parcel_id, review, time.monotonic() - self._since))
        self.skipped.discard(item.parcel_id)
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
        step = self.history[-1]
        if step.review is None:
            self.skipped.discard(step.parcel_id)
        elif not self.store.remove(step.review.review_id):
            return None
        if step.review is not None:
            self._undone.add(step.review.review_id)
        self.history.pop()
        self.read_reviews()
        return step

    # --- how far ------------------------------------------------------------------------------------------------------

    def progress(self) -> tuple[int, int, int]:
        """Return (reviewed, skipped, all) of the queue."""
        return len((self._ids & self._counted.keys()) - self.changed), len(self._ids & self.skipped), len(self.queue)

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
