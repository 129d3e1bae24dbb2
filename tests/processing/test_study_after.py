"""What a whole study says of the time after the proposed sites."""

import pytest
from qgis.core import QgsProcessingFeedback
from urban_renewal.core import envelope


class Heard(QgsProcessingFeedback):
    """Keeps the warnings of a run."""

    def __init__(self):
        super().__init__(False)
        self.warnings = []

    def pushWarning(self, warning):
        self.warnings.append(warning)


def test_zones_tell_who_is_near_what_after_the_sites(make_city, few_inputs, tmp_path, run_algorithm, rows_of):
    """Recounted step by step: people of the members within 15 minutes ÷ people, over the kinds of elders and children.

    Kinds that no site was looked for are reached as before. What several steps warn of is told once.
    """
    heard = Heard()
    given, folder = few_inputs(make_city(300, 2)), tmp_path / "delivery"
    run_algorithm("fullstudy", {**given, "FOLDER": str(folder), "FORMATS": ["gpkg"]}, heard)
    assert heard.warnings and len(set(heard.warnings)) == len(heard.warnings), heard.warnings
    made = {name: f"{folder / 'data.gpkg'}|layername={name}" for name in
            ("tagged", "edges", "sites", "gap_detail", "members", "checked_zones")}  # fmt: skip
    rules = envelope.load("zone-rules", "chongqing")
    kinds = {*rules["elder_kinds"], *rules["child_kinds"]}
    sited = {row["kind"] for row in rows_of(made["sites"])}
    assert sited and sited < kinds

    own = {name: str(tmp_path / f"{name}.gpkg") for name in ("people", "homes", "gap", "detail")}
    spread = {name: given[name] for name in ("POPULATION", "PARCELS", "BUILDINGS")}
    run_algorithm("allocatepopulation", {**spread, "OUTPUT": own["people"], "BUILDING_PEOPLE": own["homes"]})
    counted = {
        "PARCELS": made["tagged"],
        "NETWORK": made["edges"],
        "BUILDING_PEOPLE": own["homes"],
        "KINDS": sorted(sited),
    }
    counted |= {name: given[name] for name in ("FACILITIES", "CAPACITIES", "DEM")}
    planned = {"SITES": made["sites"], "OUTPUT": own["gap"], "DETAIL": own["detail"]}
    run_algorithm("facilitygap", {**counted, **planned})
    rows = rows_of(own["detail"]) + [row for row in rows_of(made["gap_detail"]) if row["kind"] in kinds - sited]

    changed = 0
    for zone in rows_of(made["checked_zones"]):
        members = {
            row["parcel_id"]
            for row in rows_of(made["members"])
            if (row["zone_id"], row["role"] == "near") == (zone["zone_id"], False)
        }
        mine = [row for row in rows if row["parcel_id"] in members and row["people"]]
        near = sum(row["people"] for row in mine if row["walk_s"] is not None and row["walk_s"] <= 15 * 60)
        assert zone["cover15_after"] == pytest.approx(near / sum(row["people"] for row in mine), abs=1e-5)
        changed += zone["cover15_after"] > zone["cover15_before"]
    assert changed
