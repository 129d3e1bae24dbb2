"""Other limits tried on kept indicators give what Tag itself gives with them."""

import copy
import datetime
from dataclasses import replace

import numpy as np
import pytest
from urban_renewal.core import envelope
from urban_renewal.core.errors import RenewalError
from urban_renewal.core.run import Run
from urban_renewal.core.tagging.preview import Preview, compare, explain_one, histogram
from urban_renewal.core.tagging.reviews import TAGS
from urban_renewal.core.tagging.snapshot import read_snapshot, write_snapshot
from urban_renewal.core.tagging.tags import Sources, tag_parcels

AS_OF = datetime.date(2025, 12, 31)
UNREADABLE = r"indicators “x\.npz” cannot be read"
LEVELS = ("none", "suspected", "confirmed")


@pytest.fixture
def sources(plots, houses):
    """Forty plots of every age, height and use, some without years, one reviewed."""
    import pandas as pd

    count = 40
    parcels = plots(count, land_use=["0701", "0601", "0702", "0703"] * 10, ownership=["20", "30"] * 20)
    rows = []
    for n in range(count):
        facts = {
            "use": ["住宅", "厂房", "住宅", None][n % 4], "floors": 2 + n % 7,
            "structure": ["混合", "砖木", None][n % 3], "lift": ["无", "有", None][n % 3],
            "year": [None, *range(1975, 2021, 5)][n % 11], "danger": ["B", "C"][n % 2],
        }  # fmt: skip
        rows += [(n, 0, 10, 15, facts), (n, 1, 25, 30, {**facts, "floors": 3})]
    reviews = pd.DataFrame({
        "review_id": ["r1"], "parcel_id": ["P3"], "geometry_hash": [""], "tag": ["urban_village"],
        "reviewer": ["甲"], "reviewed_at": ["2026-01-01"], "reason": [""], "evidence": [""],
    })  # fmt: skip
    return Sources(parcels, AS_OF, "landsea2023", buildings=houses(rows), reviews=reviews)


@pytest.fixture
def rules():
    return envelope.load("ruleset", "chongqing")


def change(rules, *keys, value):
    changed = copy.deepcopy(rules)
    place = changed
    for key in keys[:-1]:
        place = place[key]
    place[keys[-1]] = value
    return changed


CHANGES = {
    "confirm": (("classes", 0, "confirm", "value"), 0.75),
    "suspect": (("classes", 0, "suspect", "value"), 0.15),
    "where": (("classes", 0, "where", 1, "value"), 1),
    "weight": (("classes", 0, "criteria", 0, "weight"), 0.05),
    "bands": (("classes", 0, "criteria", 0, "bands"), [[1980, 1], [1995, 0.6]]),
    "points": (("classes", 0, "criteria", 2, "points"), [[0.2, 0], [1.0, 1]]),
    "off": (("classes", 1, "on"), False),
    "k": (("classes", 2, "criteria", 0, "k"), 1),
    "walkup_floors": (("limits", "walkup_floors", "value"), 7),
    "low_floors": (("limits", "low_floors", "value"), 6),
    "big_foot_m2": (("limits", "big_foot_m2", "value"), 20),
}


@pytest.mark.parametrize("name", CHANGES)
def test_preview_is_what_tag_would_say(sources, rules, tmp_path, name):
    before = tag_parcels(sources, rules, Run())
    write_snapshot(tmp_path / "i.npz", before.snapshot)
    preview = Preview(read_snapshot(tmp_path / "i.npz"))
    old = preview.judge(rules)
    keys, value = CHANGES[name]
    other = change(rules, *keys, value=value)
    new, wanted = preview.judge(other), tag_parcels(sources, other, Run()).parcels
    assert [TAGS[n] for n in new.tag] == list(wanted["tag"])
    assert [LEVELS[n] for n in new.level] == list(wanted["tag_level"])
    decided = (wanted["tag_source"] == "review").to_numpy(dtype=bool)
    np.testing.assert_allclose(new.score[~decided], wanted["tag_score"].to_numpy()[~decided], atol=5e-7)
    told = compare(old, new, preview.snapshot)
    first = before.parcels
    differs = ((first["tag"] != wanted["tag"]) | (first["tag_level"] != wanted["tag_level"])).to_numpy(dtype=bool)
    assert sorted(told.rows) == list(np.flatnonzero(differs))
    for (tag, level), (was, now) in told.counts.items():
        for frame, n in ((first, was), (wanted, now)):
            assert ((frame["tag"] == tag) & (frame["tag_level"] == level)).sum() == n
    assert told.reviewed_n == 1


def test_the_changes_tried_do_change_something(sources, rules):
    """Else the test above could not fail."""
    preview = Preview(tag_parcels(sources, rules, Run()).snapshot)
    old = preview.judge(rules)
    moved = {name: len(compare(old, preview.judge(change(rules, *keys, value=value)), preview.snapshot).rows)
             for name, (keys, value) in CHANGES.items()}  # fmt: skip
    assert all(moved[name] for name in ("confirm", "suspect", "where", "weight", "bands", "off", "walkup_floors")), (
        moved
    )


def test_what_is_renovated_under_way_or_expropriated_is_no_change(sources, rules, tmp_path):
    """As the legend, the cards and the report count: a draft does not promise compounds that are done already."""
    import pandas as pd

    ids = sources.parcels["parcel_id"].tolist()
    states = ["renovated", "under_way", "expropriated", "listed"]
    programme = pd.DataFrame({"parcel_id": [ids[n] for n in (0, 4, 8, 12)], "status": states})
    found = tag_parcels(replace(sources, programme=programme), rules, Run())
    write_snapshot(tmp_path / "i.npz", found.snapshot)
    preview = Preview(read_snapshot(tmp_path / "i.npz"))
    over = found.parcels["programme"].isin(["renovated", "under_way", "expropriated"]).to_numpy(dtype=bool)
    assert over.sum() == 3 and list(preview.snapshot.done) == list(over)
    everything = preview.judge(rules)
    nothing = preview.judge(change(rules, "classes", 0, "on", value=False))
    told = compare(everything, nothing, preview.snapshot)
    assert told.done_n == 3 and not over[told.rows].any()
    compounds = (found.parcels["tag"] == "old_compound").to_numpy(dtype=bool)
    assert (compounds & over).any()  # else nothing is shown
    assert sum(was for (tag, _), (was, _) in told.counts.items() if tag == "old_compound") == (compounds & ~over).sum()
    assert sum(was for was, _ in told.counts.values()) == sum(now for _, now in told.counts.values()) == 37


def test_one_parcel_is_explained_as_tag_explains_it(sources, rules, tmp_path):
    found = tag_parcels(sources, rules, Run(language="en"))
    write_snapshot(tmp_path / "i.npz", found.snapshot)
    preview = Preview(read_snapshot(tmp_path / "i.npz"))
    for row in (0, 1, 2, 5, 22):
        sentence, evidence = explain_one(preview, rules, row, Run(language="en"))
        assert evidence == found.parcels["tag_evidence"][row]
        assert found.parcels["tag_reason"][row].startswith(sentence)  # Tag adds what was only assumed


def test_a_review_stays_whatever_the_limits(sources, rules):
    preview = Preview(tag_parcels(sources, rules, Run()).snapshot)
    for limit in (0.0, 1.0):
        other = change(rules, "classes", 1, "confirm", "value", value=limit)  # never below that of suspected
        judged = preview.judge(change(other, "classes", 1, "suspect", "value", value=limit))
        assert (TAGS[judged.tag[3]], judged.level[3]) == ("urban_village", 2)


def test_limits_that_need_new_measuring_are_named(sources, rules):
    preview = Preview(tag_parcels(sources, rules, Run()).snapshot)
    assert preview.unmeasured(rules) == []
    other = change(rules, "limits", "patch_join_m", "value", value=30)
    assert preview.unmeasured(change(other, "limits", "low_floors", "value", value=9)) == ["patch_join_m"]


def test_nonsense_is_refused(sources, rules):
    preview = Preview(tag_parcels(sources, rules, Run()).snapshot)
    with pytest.raises(RenewalError, match="must be sorted"):
        preview.judge(change(rules, "classes", 0, "criteria", 2, "points", value=[[0, 0], [0.5, 1], [1, 0]]))


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 no archive", b"x" * 200])
def test_other_files_are_refused(tmp_path, content):
    (tmp_path / "x.npz").write_bytes(content)
    with pytest.raises(RenewalError, match=UNREADABLE):
        read_snapshot(tmp_path / "x.npz")


def test_objects_are_never_unpacked(tmp_path):
    """An array of Python objects would be pickled: it is refused."""
    np.savez(tmp_path / "x.npz", about=np.array([{}], dtype=object))
    with pytest.raises(RenewalError, match=UNREADABLE):
        read_snapshot(tmp_path / "x.npz")


def test_years_come_building_by_building(sources, rules):
    preview = Preview(tag_parcels(sources, rules, Run()).snapshot)
    years = preview.values("age", {name: figure["value"] for name, figure in rules["limits"].items()})
    assert len(years) == 80
    assert np.isnan(years).sum() == 8  # every eleventh plot tells none, two buildings each
    assert np.nanmin(years) == 1975


def test_histogram_counts_everything_once():
    found = histogram(np.array([np.nan, 0.0, 0.5, 1.0, 1.0]), [0.7])
    assert (found.counts.sum() + found.outside_n, found.unknown_n) == (4, 1)
    whole = histogram(np.array([1990.0, 1990.0, 2005.0]), [2000.0])
    assert whole.counts[whole.counts > 0].tolist() == [2, 1]
    assert whole.edges[0] <= 1990 and whole.edges[-1] >= 2005
    empty = histogram(np.array([np.nan]), [3.0])
    assert (empty.counts.sum(), empty.unknown_n) == (0, 1)
    assert empty.edges[-1] == 3
