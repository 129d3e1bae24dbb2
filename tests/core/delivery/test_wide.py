"""The wide gaps against numbers worked out by hand."""

import copy
import math

import pandas as pd
import pytest
import shapely
from urban_renewal.core import envelope
from urban_renewal.core.delivery.groups import groups_of
from urban_renewal.core.delivery.summary import worst_communities
from urban_renewal.core.delivery.wide import widen_gaps
from urban_renewal.core.gaps.grouping import USUAL, groups_in
from urban_renewal.core.jsontext import document_hash
from urban_renewal.core.run import Run

SQUARE = shapely.box(0, 0, 1, 1)


def test_widen_gaps():
    parcels = pd.DataFrame({"parcel_id": ["C", "B", "A"], "geometry": [SQUARE] * 3})
    rows = [
        ("A", "eday", 10.0, 4.0, 6.0, 0.4, 300.0, 12.5),
        ("A", "meal", 20.0, 20.0, 0.0, 1.0, 60.0, 40.0),
        ("A", "kgar", 0.0, 0.0, 0.0, None, None, 0.0),
        ("B", "eday", None, None, None, None, None, None),
        ("B", "kgar", 4.0, 3.0, 1.0, 0.75, 90.0, 0.0),
    ]
    names = ["parcel_id", "kind", "need", "served", "gap", "share", "walk_s", "in_r"]
    wide = widen_gaps(parcels, pd.DataFrame(rows, columns=names), Run()).set_index("parcel_id")
    assert list(wide.index) == ["A", "B"]  # C is not in the detail
    assert wide["elder_gap"]["A"] == pytest.approx((6 / 10 + 0 / 20) / 2)
    assert math.isnan(wide["child_gap"]["A"])  # no need of any kind of the group
    assert math.isnan(wide["elder_gap"]["B"])  # people unknown
    assert wide["child_gap"]["B"] == pytest.approx(0.25)
    assert wide["eday_min"]["A"] == pytest.approx(5)
    assert (wide["eday_in_r"]["A"], wide["kgar_in_r"]["B"]) == (12.5, 0) and math.isnan(wide["eday_in_r"]["B"])
    old = widen_gaps(parcels, pd.DataFrame(rows, columns=names).drop(columns="in_r"), Run()).set_index("parcel_id")
    assert math.isnan(old["eday_in_r"]["A"])  # a detail of before had none


def test_an_own_standard_says_whose_the_kinds_are():
    """The station (serv) for elders, the canteen for everybody: tables and sheets follow, in the usual order first."""
    own = copy.deepcopy(envelope.load("standard", "chongqing"))
    for entry in own["kinds"]:
        entry["group"] = {"serv": "elder", "meal": "all"}.get(entry["id"], entry["group"])
    groups = groups_in(own)
    assert groups == {"elder": ("eday", "ectr", "ebed", "serv"), "child": ("nurs", "kgar", "play")}
    rows = [("A", "eday", 10.0, 4.0, 6.0), ("A", "meal", 20.0, 20.0, 0.0), ("A", "serv", 5.0, 4.0, 1.0)]
    detail = pd.DataFrame(rows, columns=["parcel_id", "kind", "need", "served", "gap"])
    parcels = pd.DataFrame({"parcel_id": ["A"], "geometry": [SQUARE]})
    assert widen_gaps(parcels, detail, Run())["elder_gap"][0] == pytest.approx((6 / 10 + 0 / 20) / 2)
    assert widen_gaps(parcels, detail, Run(), groups)["elder_gap"][0] == pytest.approx((6 / 10 + 1 / 5) / 2)
    summary = detail.rename(columns={"parcel_id": "community_id"}).assign(name="A")
    assert worst_communities(summary, groups=groups)["elder"][0] == pytest.approx((6 / 10 + 1 / 5) / 2)


def test_groups_come_from_the_record_of_the_gaps():
    own = {**copy.deepcopy(envelope.load("standard", "chongqing")), "id": "own"}
    own["kinds"] = [{**entry, "group": "all"} for entry in own["kinds"]]
    rule = {"kind": "standard", "id": "own", "content": document_hash(own), "document": own}
    assert groups_of({"rules": [rule]}) == {"elder": (), "child": ()}
    named = {key: value for key, value in rule.items() if key != "document"}
    assert groups_of({"rules": [named]}, [own]) == {"elder": (), "child": ()}  # of a delivery, which keeps texts once
    assert groups_of({"rules": [named]}) == USUAL
    assert groups_of({"rules": []}) == groups_of(None) == USUAL  # nobody can say
