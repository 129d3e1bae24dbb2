"""What a parcel is worth in a zone: ownership is read as the tags read it."""

import numpy as np
import pandas as pd
from urban_renewal.core import envelope
from urban_renewal.core.gaps.grouping import CHILD_KINDS, ELDER_KINDS
from urban_renewal.core.zones.rules import read_zone_rules
from urban_renewal.core.zones.values import value_parcels

OWNERS = {  # text → share of collective land that says the same
    "30": 1, "30村民小组": 1, "３０": 1, "201": 1, "203 集体建设用地": 1, "宅基地使用权": 1, "collective": 1,
    "20": 0, "20国有土地": 0, "101": 0, "国家所有权": 0, "State-owned": 0, "2012": np.nan, "不详": np.nan,
}  # fmt: skip


def test_ownership_in_a_field_counts_as_the_share_that_tags_make_of_it():
    rules = read_zone_rules(envelope.load("zone-rules", "chongqing"))
    common = {"parcel_id": [f"P{n}" for n in range(len(OWNERS))], "programme": "listed", "tag": "none",
              "tag_level": "none"}  # fmt: skip
    told = value_parcels(pd.DataFrame({**common, "ownership": list(OWNERS)}), None, rules)
    shares = value_parcels(pd.DataFrame({**common, "coll_share": list(OWNERS.values())}), None, rules)
    assert told.feasibility.tolist() == shares.feasibility.tolist()
    assert told.feasibility_known.tolist() == [not np.isnan(share) for share in OWNERS.values()]
    assert len(set(told.feasibility.tolist())) == 2  # unknown counts as the worse of both


def test_zones_mean_the_kinds_of_elders_and_children_that_the_gaps_mean():
    """One meaning of the groups, in a value, a check or a headline."""
    rules = read_zone_rules(envelope.load("zone-rules", "chongqing"))
    assert (set(rules.elder_kinds), set(rules.child_kinds)) == (set(ELDER_KINDS), set(CHILD_KINDS))
