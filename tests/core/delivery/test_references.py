"""Tables of one delivery that speak of each other's rows."""

import pandas as pd
import pytest
from urban_renewal.core.delivery.references import REFERENCES, look_at_references
from urban_renewal.core.errors import RenewalError
from urban_renewal.core.run import Run
from urban_renewal.core.schema import table

CALLED = {name: name.upper() for row in REFERENCES for name in (row[0], row[2])}


def looked(**tables):
    run = Run()
    given = {name: pd.DataFrame(columns).astype("string") for name, columns in tables.items()}
    look_at_references(given, CALLED, run)
    return [message.values for message in run.messages if message.code == "references_lost"]


def test_tables_of_one_run_say_nothing():
    assert not looked(
        zones={"zone_id": ["A", "B"]}, tagged={"parcel_id": ["p", "q", "r"]},
        members={"zone_id": ["A", "B"], "parcel_id": ["p", "q"]}, petals={"zone_id": ["A"]},
        gap_detail={"parcel_id": ["p", "p", "q"]}, projects={"project_id": ["1"], "zone_id": ["B"]},
        project_items={"project_id": ["1", "1"]}, actions={"parcel_id": ["p", None]},
    )  # fmt: skip


def test_rows_of_another_run_are_counted_and_their_ids_named_once():
    members = {"zone_id": ["A", "Y", "X", "Y"], "parcel_id": ["p", "q", "p", "p"]}
    assert looked(zones={"zone_id": ["A"]}, tagged={"parcel_id": ["p"]}, members=members) == [
        {"layer": "MEMBERS", "target": "ZONES", "column": "zone_id", "n": 3, "ids": ["Y", "X"]},
        {"layer": "MEMBERS", "target": "TAGGED", "column": "parcel_id", "n": 1, "ids": ["q"]},
    ]
    assert len(looked(zones={"zone_id": []}, members=members)) == 1


def test_what_was_not_given_is_not_missed():
    assert not looked(members={"zone_id": ["X"], "parcel_id": ["q"]}, petals={"zone_id": ["Y"]})


def test_zones_of_one_id_are_refused():
    with pytest.raises(RenewalError, match="A"):
        looked(zones={"zone_id": ["A", "A"]})


@pytest.mark.parametrize(("name", "column", "other"), REFERENCES)
def test_the_columns_are_those_of_the_dictionary(name, column, other):
    assert column in table(name).names() and column in table(other).key
