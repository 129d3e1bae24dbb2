# SPDX-License-Identifier: GPL-2.0-or-later
"""All parcels of a result file at once: what they are chosen, sorted and found by stands in columns. No QGIS here.

A city has 100,000 of them: an Item each would fill the memory, and to ask each whether it is wanted is felt. Imported
when a desk is opened, because numpy comes with it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from . import items as review_items
from .items import CHANGED, EVERY, OPEN, OUTSIDE, TAGGED, Choice, Item
from .places import Area, places_of

Numbers = npt.NDArray[np.intp]
Marks = npt.NDArray[np.bool_]


class Parcels:
    """The tagged parcels of a source in the order of their ids; a parcel's place in it is its number here.

    `limits` {tag: (suspect, confirm)} of the ruleset; `areas` the communities in the parcels' system, none when they
    are not known: a parcel of none is OUTSIDE, where they overlap the lowest id holds it. Raises UnreadableError.
    """

    def __init__(
        self, source: str, limits: Mapping[str, tuple[float, float]], areas: Sequence[Area] = ()
    ) -> None:  # fmt: skip
        self._rows, self._make = review_items.read_rows(source), review_items.item_maker(limits)
        self._made: dict[int, Item] = {}  # those that were looked at
        found = places_of(source, areas) if areas else {}
        none = OUTSIDE if areas else ""
        self._communities = Words(found.get(int(row[0]), none) for row in self._rows)
        self.ids: list[str] = []
        self._rule_tags: list[str] = []
        self._folded: list[str] = []
        tags, facts = [], []
        for row in self._rows:
            item = self._make(row)
            self.ids.append(item.parcel_id)
            self._rule_tags.append(item.rule_tag)
            self._folded.append(f"{item.parcel_id}\n{item.name}".casefold())
            tags.append(item.tag)
            facts.append((item.doubt, item.area_m2 or 0.0, review_items.is_open(item)))
        self._tags = Words(tags)
        self._doubt, self._area, self._is_open = np.array(facts, dtype=float).reshape(-1, 3).T
        self._at = dict(zip(reversed(self.ids), range(len(self.ids) - 1, -1, -1)))  # of equal ids the first

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._rows)

    def __getitem__(self, place: int) -> Item:
        """Return a parcel."""
        if place not in self._made:
            item = self._make(self._rows[place])
            self._made[place] = item._replace(community=self._communities[place])
        return self._made[place]

    def place_of(self, parcel_id: str) -> int:
        """Return the place of a parcel; -1 = not there."""
        return self._at.get(parcel_id, -1)

    def marked(self, parcels: Iterable[str]) -> Marks:
        """Return a column that is true for these parcels."""
        marks = np.zeros(len(self), dtype=bool)
        marks[[self._at[parcel] for parcel in parcels if parcel in self._at]] = True
        return marks

    def rule_tag_of(self, parcel_id: str) -> str:
        """Return what the rules say of a parcel; "" where nobody knows, or of none that is here."""
        place = self.place_of(parcel_id)
        return self._rule_tags[place] if place >= 0 else ""

    def communities(self) -> list[str]:
        """Return the communities in which there are parcels, OUTSIDE among them."""
        return self._communities.names

    def choose(self, choice: Choice, changed: Collection[str] = (), titles: Mapping[str, str] | None = None) -> Queue:
        """Return the parcels of a choice in its order; ties go by parcel id.

        `changed`: parcels whose rules say something else than when they were reviewed; `titles` of communities.
        """
        titles, is_changed = titles or {}, self.marked(changed)
        kept = {
            OPEN: is_changed | (self._is_open > 0), CHANGED: is_changed, TAGGED: ~self._tags.are("none"),
            EVERY: np.ones(len(self), dtype=bool),
        }[choice.which]  # fmt: skip
        for words, wanted in ((self._tags, choice.tag), (self._communities, choice.community)):
            kept = kept & words.are(wanted) if wanted else kept
        by_title = self._communities.ranked(lambda key: (key in ("", OUTSIDE), titles.get(key, ""), key))
        keys = {
            "doubt": (-self._doubt,), "area": (-self._area,), "tag": (self._tags.codes, -self._doubt),
            "community": (by_title, -self._doubt), "changed": (~is_changed, -self._doubt), "id": (kept,),
        }[choice.order]  # fmt: skip
        numbers = np.flatnonzero(kept)
        return Queue(self, numbers[np.lexsort([key[numbers] for key in reversed(keys)])])  # equal ones stay by id

    def waiting(self, settled: Marks, changed: Iterable[str]) -> int:
        """Return how many of all are to be reviewed, whatever is chosen, and are not `settled`."""
        return int(np.count_nonzero((self.marked(changed) | (self._is_open > 0)) & ~settled))

    def find(self, words: str, among: Numbers | None = None) -> int:
        """Return the place of the first parcel, of all or `among` some, with these letters in id or name; -1 = none."""
        wanted, folded = words.casefold(), self._folded
        places = range(len(folded)) if among is None else among.tolist()
        return next((place for place in places if wanted in folded[place]), -1)

    def forget(self, most: int) -> bool:
        """Let go of so many of the last parcels; say whether there are more."""
        for column in (self._rows, self.ids, self._folded):
            del column[-most:]
        self._made, self._at = {}, {}
        return bool(self._rows)


class Queue:
    """Some parcels in the order in which they come, by their places among all."""

    def __init__(self, parcels: Parcels, numbers: Numbers) -> None:
        self._parcels, self._numbers = parcels, numbers

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._numbers)

    def __getitem__(self, place: int) -> Item:
        """Return a parcel."""
        return self._parcels[int(self._numbers[place])]

    def place_of(self, parcel_id: str) -> int:
        """Return where a parcel stands; -1 = not here."""
        found = np.flatnonzero(self._numbers == self._parcels.place_of(parcel_id))
        return int(found[0]) if len(found) else -1

    def with_guest(self, parcel_id: str, place: int) -> Queue:
        """Return the queue with one parcel more, which is not in it."""
        return Queue(self._parcels, np.insert(self._numbers, place, self._parcels.place_of(parcel_id)))

    def numbers_from(self, place: int) -> Numbers:
        """Return which parcels come from a place on, round to the one before it."""
        return np.roll(self._numbers, -place)

    def unmarked(self, marks: Marks, after: int) -> Iterator[tuple[int, str]]:
        """Yield (place, id) of those that are not marked in a column of all parcels, round from behind a place."""
        order = np.roll(np.arange(len(self)), -(after + 1))
        for place in order[~marks[self._numbers[order]]]:
            yield int(place), self._parcels.ids[self._numbers[place]]

    def count(self, marks: Marks) -> int:
        """Return how many of them are marked."""
        return int(np.count_nonzero(marks[self._numbers]))


class Words:
    """A column of words of which many are equal: `names` in their order, `codes` the number of each row's."""

    def __init__(self, words: Iterable[str]) -> None:
        words = list(words)
        self.names = sorted(set(words))
        at = {name: code for code, name in enumerate(self.names)}
        self.codes = np.fromiter((at[word] for word in words), dtype=np.intp, count=len(words))

    def __getitem__(self, place: int) -> str:
        """Return the word of a row."""
        return self.names[self.codes[place]]

    def are(self, word: str) -> Marks:
        """Say of each row whether it has this word."""
        return self.codes == (self.names.index(word) if word in self.names else -1)

    def ranked(self, key: Callable[[str], Any]) -> Numbers:
        """Return for each row the rank of its word when they are sorted by a key."""
        order = sorted(range(len(self.names)), key=lambda code: key(self.names[code]))
        ranks = np.empty(len(order), dtype=np.intp)
        ranks[order] = np.arange(len(order))
        return ranks[self.codes]
