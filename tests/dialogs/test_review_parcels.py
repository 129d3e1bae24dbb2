"""A city's parcels by column: chosen, ordered, found and reviewed as one by one, however many there are."""

import random
from types import SimpleNamespace

import pytest
from qgis.PyQt.QtCore import Qt
from urban_renewal.dialogs.review.items import CHANGED, EVERY, OPEN, OUTSIDE, TAGGED, Choice
from urban_renewal.dialogs.review.store import Review, ReviewStore

from .helpers import write_tagged

LIMITS = {"old_compound": (0.4, 0.6), "urban_village": (0.4, 0.7)}
TITLES = {"C1": "石板坡", "C2": "七星岗", "C3": "七星岗"}  # two of one name
ORDERS = ("doubt", "area", "tag", "community", "changed", "id")


def a_review(number, parcel, tag="none", rule_tag="", when="2026-01-02T09:00:00+08:00", who="乙"):
    return Review(f"{number:04}", parcel, "", tag, who, when, "", "", rule_tag)


@pytest.fixture(scope="module")
def city(tmp_path_factory):
    """Ninety parcels in no order, 20 m apart, with many equal figures; three communities of 490 m, the rest in none."""
    import shapely
    from urban_renewal.dialogs.review.places import Area

    draw = random.Random(7)
    ids = [f"P{n}" for n in range(90)]
    draw.shuffle(ids)
    tags = ("old_compound", "urban_village", "idle_factory", "none")
    rows = [
        (key, draw.choice(tags), draw.choice(("suspected", "confirmed", "none")), draw.choice((None, 0.4, 0.5, 0.65)),
         draw.choice((None, 0.5, 1.0)), draw.choice(("rule", "rule", "review")), draw.choice((None, 100.0, 200.0)))
        for key in ids
    ]  # fmt: skip
    path = tmp_path_factory.mktemp("city") / "tagged.gpkg"
    write_tagged(path, rows)
    areas = [
        Area(key, TITLES[key], shapely.box(500000 + 500 * n, 3269990, 500490 + 500 * n, 3270020).wkb)
        for n, key in enumerate(TITLES)
    ]
    return str(path), areas


@pytest.fixture
def parcels(city):
    from urban_renewal.dialogs.review.parcels import Parcels

    return Parcels(city[0], LIMITS, city[1])


def plainly(items, choice, changed):
    """Choose and sort one by one."""

    def is_wanted(item):
        is_changed = item.parcel_id in changed
        doubtful = item.source != "review" and (item.level == "suspected" or item.against) and not item.is_over
        return {
            EVERY: True, TAGGED: item.tag != "none", CHANGED: is_changed, OPEN: is_changed or doubtful,
        }[choice.which]  # fmt: skip

    key = {
        "doubt": lambda item: (-item.doubt, item.parcel_id),
        "area": lambda item: (-(item.area_m2 or 0.0), item.parcel_id),
        "tag": lambda item: (item.tag, -item.doubt, item.parcel_id),
        "community": lambda item: (
            item.community == OUTSIDE, TITLES.get(item.community, ""), item.community, -item.doubt, item.parcel_id
        ),
        "changed": lambda item: (item.parcel_id not in changed, -item.doubt, item.parcel_id),
        "id": lambda item: item.parcel_id,
    }[choice.order]  # fmt: skip
    kept = [item for item in items if is_wanted(item) and choice.tag in ("", item.tag)]
    return sorted([item for item in kept if choice.community in ("", item.community)], key=key)


@pytest.mark.parametrize("which", [OPEN, CHANGED, TAGGED, EVERY])
@pytest.mark.parametrize("order", ORDERS)
def test_columns_choose_as_one_by_one(parcels, which, order):
    changed = {f"P{n}" for n in range(0, 90, 4)} | {"gone"}
    items = list(parcels)
    assert len({item.community for item in items}) == 4 and len({item.doubt for item in items}) < 20
    for tag in ("", "old_compound", "none", "idle_building"):
        for community in ("", "C2", OUTSIDE):
            choice = Choice(which, tag, community, order)
            found = parcels.choose(choice, changed, TITLES)
            assert list(found) == plainly(items, choice, changed), choice
            assert [found.place_of(item.parcel_id) for item in found] == list(range(len(found)))


def test_a_file_without_parcels(tmp_path):
    from urban_renewal.dialogs.review.parcels import Parcels

    write_tagged(tmp_path / "none.gpkg", ())
    parcels = Parcels(str(tmp_path / "none.gpkg"), LIMITS)
    for order in ORDERS:
        assert list(parcels.choose(Choice(EVERY, order=order))) == []
    assert (len(parcels), parcels.find("P"), parcels.communities(), parcels.forget(5)) == (0, -1, [], False)


@pytest.fixture
def desk(city, tmp_path):
    from urban_renewal.dialogs.review.desk import ReviewDesk

    store = ReviewStore(tmp_path / "reviews.gpkg")
    store.make()
    rules = {"classes": [
        {"id": tag, "suspect": {"value": low}, "confirm": {"value": high}} for tag, (low, high) in LIMITS.items()
    ]}  # fmt: skip
    return ReviewDesk(city[0], rules, store, lambda item: "hash", city[1])


def state_of(desk):
    counted = {parcel: desk.review_of(desk.parcels[desk.parcels.place_of(parcel)]) for parcel in desk.reviews}
    by_parcel = {parcel: sorted(rows, key=lambda row: row.review_id) for parcel, rows in desk.reviews.items()}
    return counted, by_parcel, desk.changed, desk.progress(), [desk.next_open(n) for n in range(-1, len(desk.queue))]


def test_judging_knows_what_a_new_reading_would(desk, monkeypatch):
    """Judged, judged again, skipped, taken back: what the desk knows is what the file says, which is not read anew."""
    from urban_renewal.dialogs.review import store as review_store

    reads, real = [], review_store.ReviewStore.read
    monkeypatch.setattr(review_store.ReviewStore, "read", lambda store: (reads.append(1), real(store))[1])
    draw = random.Random(3)
    desk.arrange(which=EVERY)
    for _ in range(60):
        act, item = draw.choice(("judge", "judge", "skip", "undo")), desk.queue[draw.randrange(12)]
        if act == "judge":
            assert desk.judge(item, draw.choice(("none", "old_compound")), "甲")
        elif act == "skip":
            desk.skip(item)
        else:
            desk.undo()
        known = state_of(desk)
        assert reads == []
        desk.read_reviews()
        assert state_of(desk) == known
        reads.clear()


def test_what_others_wrote_meanwhile_is_read_with_the_next_judgement(desk):
    other = ReviewStore(desk.store.path)
    first, second = desk.queue[0], desk.queue[1]
    assert other.add(a_review(1, first.parcel_id, "urban_village"))
    desk.judge(second, "none", "甲")
    assert [row.reviewer for row in desk.reviews[first.parcel_id]] == ["乙"]
    desk.judge(first, "none", "甲")
    assert len(desk.conflicts(first)) == 2
    other.add(a_review(2, second.parcel_id, "urban_village"))
    desk.undo()
    assert [row.reviewer for row in desk.reviews[second.parcel_id]] == ["乙", "甲"]


def test_the_last_word_of_a_person_is_the_latest_not_the_last_that_was_read(desk):
    """甲's row of 2025 that waited on another computer comes behind the one of 2026 by which 甲 agrees."""
    first = desk.queue[0]
    late = a_review(2, first.parcel_id, who="甲")
    early = a_review(1, first.parcel_id, "urban_village", when="2025-01-02T09:00:00+08:00", who="甲")
    desk.take_reviews([a_review(3, first.parcel_id, "none"), late, early])
    assert desk.conflicts(first) == [] and desk.review_of(first).tag == "none"


def test_the_next_open_one_is_found_round_the_end(desk):
    """Nobody's parcel first, then one that somebody else has open, skipped ones last; settled ones never."""
    from urban_renewal.dialogs.review.presence import Somebody

    count = len(desk.queue)
    assert desk.next_open(-1) == 0 and desk.next_open(count - 1) == 0 and desk.next_open(0) == 1
    names = [item.parcel_id for item in desk.queue]
    rows = [a_review(n, name) for n, name in enumerate(names) if n not in (2, 5, count - 1)]
    desk.take_reviews(rows)
    desk.skipped = {names[2]}
    desk.others = [Somebody("乙", names[5])]
    assert [desk.next_open(n) for n in (-1, 1, 5, count - 1)] == [count - 1] * 4
    desk.take_reviews([*rows, a_review(900, names[-1])])
    assert desk.next_open(5) == 5
    desk.take_reviews([*rows, a_review(900, names[-1]), a_review(901, names[5])])
    assert desk.next_open(0) == 2
    desk.take_reviews([a_review(n, name) for n, name in enumerate(names)])
    assert desk.next_open(0) == -1 and desk.progress() == (count, 1, count)


def test_parcels_are_found_from_here_on(desk):
    desk.arrange(which=EVERY, order="id")
    names = [item.parcel_id for item in desk.queue]
    with_one = [name for name in names if "p1" in name.casefold()]
    at = names.index(with_one[3])
    assert desk.find("p1", at) == with_one[4]
    assert desk.find("p1", names.index(with_one[-1])) == with_one[0]  # round the end
    desk.arrange(which=OPEN, tag="urban_village")
    other = next(name for name in names if desk.place_of(name) < 0)
    assert (desk.find(other.casefold(), 0), desk.find("nowhere", 0)) == (other, None)
    assert desk.bring(other, 1) == 1 and desk.queue[1].parcel_id == other and desk.bring("nowhere", 1) == -1


def test_a_city_of_parcels_is_let_go_in_turns(tmp_path):
    from urban_renewal.dialogs.review.parcels import Parcels
    from urban_renewal.dialogs.review.reviewing import MANY, let_go

    write_tagged(tmp_path / "tagged.gpkg")
    parcels = Parcels(str(tmp_path / "tagged.gpkg"), {})
    parcels._rows = list(range(3 * MANY + 1))
    assert sum(1 for _ in let_go(SimpleNamespace(parcels=parcels))) == 3 and len(parcels) == 0


def test_a_city_is_opened_in_turns(review, dock, qtbot, monkeypatch):
    """Read in a task, shown in turns; a run that ends meanwhile, closing and opening again show one panel, once."""
    from urban_renewal.dialogs.review import reviewing

    monkeypatch.setattr(reviewing, "MANY", 0)
    part = dock.reviewing
    qtbot.keyClick(review.form.list, Qt.Key.Key_S)
    before = review.desk
    part.open()
    assert review.desk is before  # what is shown stays until the other is read
    qtbot.waitUntil(lambda: review.desk is not before and part._showing is None, timeout=5000)
    assert (review.desk.skipped, len(review.desk.queue), review.item().parcel_id) == ({"P2"}, 3, "P3")
    qtbot.waitUntil(lambda: len(before.parcels) == 0, timeout=5000)
    part.open()
    part.close()
    part.open()
    qtbot.waitUntil(lambda: part.panel is not None and part.panel.item() is not None, timeout=5000)
    assert part.panel is not review and part.panel.item().parcel_id == "P2" and not part.panel.desk.skipped
    qtbot.waitUntil(lambda: part._task is part._showing is None, timeout=5000)  # the first reading ends as well
    desk = part.panel.desk
    part.open()
    part._task.cancel()
    qtbot.waitUntil(lambda: part._task is None, timeout=5000)
    assert part._showing is None and part.panel.desk is desk


def test_a_city_that_cannot_be_read_says_so_in_words(review, dock, qtbot, monkeypatch):
    from urban_renewal.dialogs.review import reviewing
    from urban_renewal.dialogs.review.items import UnreadableError

    def fail(*_):
        raise UnreadableError("tagged.gpkg: disk I/O error")

    monkeypatch.setattr(reviewing, "MANY", 0)
    monkeypatch.setattr(reviewing, "open_desk", fail)
    said = []
    dock.reviewing.failed.connect(said.append)
    dock.reviewing.open()
    qtbot.waitUntil(lambda: bool(said), timeout=5000)
    assert len(said) == 1 and said[0].startswith("“tagged.gpkg” with the tagged parcels cannot be read")
