"""Projects and 估算工程量: two petals, a factory parcel, a site and two links, every number by hand."""

from copy import deepcopy
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import shapely
from urban_renewal.core import envelope, frames
from urban_renewal.core.errors import RenewalError
from urban_renewal.core.run import Run
from urban_renewal.core.zones.projects.inputs import ProjectInputs
from urban_renewal.core.zones.projects.items import read_costs
from urban_renewal.core.zones.projects.make import make_projects
from urban_renewal.core.zones.projects.numbering import read_numbering

DOCUMENT = envelope.load("costs", "chongqing")
COSTS = read_costs(DOCUMENT)


def table(rows):
    frame = pd.DataFrame(rows)
    for name in frame:
        if name != frames.GEOMETRY and frame[name].dtype == object:
            frame[name] = frame[name].astype(frames.TEXT)
    return frame


def box(i):
    return shapely.box(100 * i, 0, 100 * i + 100, 100)


@pytest.fixture
def inputs():
    """P0 and P1 are one petal of an old compound; P2 is a factory and a petal of its own; P3 is the core, P4 near."""
    roles = ("petal", "petal", "petal", "core", "near")
    tags = ("old_compound", "old_compound", "idle_factory", "none", "old_compound")
    parcels = [{"parcel_id": f"P{i}", "tag": tags[i], "name": "桐寨小区" if i < 2 else None, "households": 30.0 + i,
                "pop": 100.0, "land_use": "0701", frames.GEOMETRY: box(i)} for i in range(5)]  # fmt: skip
    members = [{"zone_id": "Z1", "parcel_id": f"P{i}", "role": roles[i], "reason": ""} for i in range(5)]
    petals = [{"zone_id": "Z1", "petal_id": "Z1-01", frames.GEOMETRY: shapely.box(0, 0, 200, 100)},
              {"zone_id": "Z1", "petal_id": "Z1-02", frames.GEOMETRY: box(2)}]  # fmt: skip
    facts = [  # parcel, action, floor, footprint, danger, needs a lift
        ("P0", "改", 1000.0, 200.0, "A", 1), ("P0", "留", 500.0, 100.0, None, 0), ("P1", "拆", 300.0, 150.0, "D", 0),
        ("P1", "增", 450.0, 150.0, None, 0), ("P1", "改", 600.0, 100.0, "C", None),
        ("P2", "改", 2000.0, 1000.0, None, 0), ("P3", "改", 9000.0, 900.0, None, 1),
    ]  # fmt: skip
    actions = [{"building_id": f"B{i}", "zone_id": "Z1", "parcel_id": p, "action": action, "floor_m2": floor,
                "foot_m2": foot, "danger": danger, "lift_need": lift, frames.GEOMETRY: box(int(p[1]))}
               for i, (p, action, floor, foot, danger, lift) in enumerate(facts)]  # fmt: skip
    actions = table(actions)
    actions["lift_need"] = actions["lift_need"].astype("Int64")
    zones = table([{"zone_id": "Z1", "name": "观音桥", frames.GEOMETRY: shapely.box(0, 0, 400, 100)}])
    return ProjectInputs(zones, table(members), table(parcels), table(petals), actions)


def make(inputs, template="", document=None, run=None):
    costs = COSTS if document is None else read_costs(document)
    return make_projects(inputs, costs, read_numbering(template), run or Run())


def quantities(made, project):
    items = made.items[(made.items["project_id"] == project).to_numpy(dtype=bool)]
    return dict(zip(items["item_id"], items["quantity"], strict=True))


def test_projects_name_no_owner(inputs):
    """A field of ownership may hold who owns the land; a list of projects goes out and tells kinds of it only."""
    told = ["30", "张三", "20", None, "国有"]
    made = make(replace(inputs, parcels=inputs.parcels.assign(ownership=pd.array(told, dtype=frames.TEXT))))
    assert made.projects["ownership"].tolist() == ["30", "20"]


def test_a_project_per_petal(inputs):
    """改 1000 + 600; open ground 20,000 − (200 + 100 + 150 + 100); class C 600 (the D house goes); 拆 300, 增 450."""
    made = make(inputs)
    assert made.projects["project_id"].tolist() == ["Z1-LJXQ-001", "Z1-LJCQ-001"]
    assert made.projects["subject_id"].tolist() == ["Z1-01", "Z1-02"]
    first = made.projects.iloc[0]
    assert (first["name"], first["type"], first["action"], first["zone_name"]) == (
        "桐寨小区改造", "老旧小区", "留、改、拆、增", "观音桥"
    )  # fmt: skip
    assert (first["area_m2"], first["area_mu"], first["exist_m2"]) == (20_000, 30, 2400)
    assert (first["demolish_m2"], first["new_m2"], first["households"], first["people"]) == (300, 450, 61, 200)
    assert made.projects["phase"].tolist() == [1, 2]
    assert quantities(made, "Z1-LJXQ-001") == {
        "parts": 1600, "pipes": 1600, "yard": 19_450, "lift": 1, "appraise": 600, "strengthen": 600, "clear": 300,
        "build": 450,
    }  # fmt: skip
    assert quantities(made, "Z1-LJCQ-001") == {"convert": 2000, "yard": 9000}


def test_costs_are_quantity_times_price(inputs):
    """2000 m² × 1200…3000 元 = 240…600 万元; 9000 m² × 150…400 元 = 135…360 万元."""
    made = make(inputs)
    rows = made.items[(made.items["project_id"] == "Z1-LJCQ-001").to_numpy(dtype=bool)]
    assert rows[["amount_low_wan", "amount_high_wan"]].to_numpy().tolist() == [[240, 600], [135, 360]]
    factory = made.projects.iloc[1]
    assert (factory["invest_low_wan"], factory["invest_high_wan"]) == (375, 960)
    assert set(rows["status"]) == {"heuristic"}
    assert "待核" in factory["remark"]


def test_an_own_price(inputs):
    document = deepcopy(DOCUMENT)
    convert = next(item for item in document["items"] if item["id"] == "convert")
    convert["price"]["value"] = [1000, 1000]
    made = make(inputs, document=document)
    assert made.projects.iloc[1][["invest_low_wan", "invest_high_wan"]].tolist() == [335, 560]
    convert["price"]["value"] = [3, 2]
    with pytest.raises(RenewalError, match="convert"):
        make(inputs, document=document)
    with pytest.raises(RenewalError, match="link"):
        read_costs({**DOCUMENT, "types": [entry for entry in DOCUMENT["types"] if entry["id"] != "link"]})


def test_what_is_not_known_costs_nothing_that_is_told(inputs):
    inputs.actions.loc[5, "floor_m2"] = np.nan
    made = make(inputs)
    factory = made.projects.iloc[1]
    assert np.isnan(factory["exist_m2"])
    assert np.isnan(factory["invest_low_wan"])
    assert "保留结构" in factory["remark"]
    assert np.isnan(quantities(made, "Z1-LJCQ-001")["convert"])


def test_lifts_that_nobody_can_say_are_told(inputs):
    """One house of P1 may need a lift: the one of P0 that does is counted, it is told; the factory has none open."""
    made = make(inputs)
    first, factory = (str(made.projects.iloc[row]["remark"]) for row in (0, 1))
    assert "另有 1 栋是否需要加装电梯待核" in first and "电梯" not in factory
    inputs.actions["lift_need"] = pd.array([None] * len(inputs.actions), dtype="Int64")
    blind = make(inputs)
    assert "lift" not in quantities(blind, "Z1-LJXQ-001")
    assert "另有 4 栋" in str(blind.projects.iloc[0]["remark"])  # the house that goes needs none
    gone = replace(inputs, actions=inputs.actions.drop(columns="lift_need"))
    assert "电梯" not in str(make(gone).projects.iloc[0]["remark"])


def test_sites_and_links(inputs):
    """A nursery of 300 m² in the zone, stairs of 100 m of which 60 lie in it; a path outside is listed, no project."""
    sites = [{"site_id": "S1", "kind": "nurs", "m2": 300.0, frames.GEOMETRY: shapely.Point(50, 50)}]
    links = [
        {
            "link_id": "L1",
            "kind": "stairs",
            "length_m": 100.0,
            frames.GEOMETRY: shapely.LineString([(340, 50), (440, 50)]),
        },
        {"link_id": "L2", "kind": "path", "length_m": 50.0, frames.GEOMETRY: shapely.LineString([(500, 0), (550, 0)])},
    ]
    run = Run()
    made = make(replace(inputs, sites=table(sites), links=table(links)), run=run)
    assert made.projects["project_id"].tolist()[2:] == ["Z1-GF-001", "Z1-JT-001"]
    assert quantities(made, "Z1-GF-001") == {"fit_out": 300}
    assert quantities(made, "Z1-JT-001") == {"stairs": 100}
    assert made.projects["geometry"].iloc[3].area == pytest.approx(300)  # 100 m long, 3 m wide
    assert [(row.layer, row.feature_id, row.code) for row in run.left_out] == [("LINKS", "L2", "project_outside")]


def test_without_petals_actions_or_parcels(inputs):
    alone = make(replace(inputs, petals=None))
    assert alone.projects["subject_id"].tolist() == ["P0", "P1", "P2"]
    assert alone.projects["project_id"].tolist() == ["Z1-LJXQ-001", "Z1-LJXQ-002", "Z1-LJCQ-001"]
    inputs.parcels["floor_m2"] = [1000.0, 2000.0, 500.0, 1.0, 1.0]
    by_parcel = make(replace(inputs, actions=None))
    assert by_parcel.projects["exist_m2"].tolist() == [3000, 500]
    assert quantities(by_parcel, "Z1-LJCQ-001")["convert"] == 500
    assert np.isnan(quantities(by_parcel, "Z1-LJCQ-001")["yard"])  # footprints are not told
    bare = make(ProjectInputs(inputs.zones, inputs.members))
    assert bare.projects["type"].tolist() == ["其他"] * 3
    assert bare.projects["area_m2"].isna().all()


def test_order_of_rows_does_not_matter(inputs):
    first = make(inputs)
    turned = {
        name: item.iloc[::-1].reset_index(drop=True)
        for name, item in inputs.__dict__.items()
        if isinstance(item, pd.DataFrame)
    }
    second = make(ProjectInputs(**turned))
    pd.testing.assert_frame_equal(first.projects, second.projects)
    pd.testing.assert_frame_equal(first.items, second.items)


@pytest.mark.parametrize(
    ("template", "district", "numbers"),
    [
        ("", None, ["Z1-A-001", "Z1-A-002", "Z1-B-001", "Z2-A-001"]),
        ("渝中-{片区}-{类型}-{序号}", "渝中", ["渝中-Z1-A-001", "渝中-Z1-A-002", "渝中-Z1-B-001", "渝中-Z2-A-001"]),
        ("{n}/{type}", None, ["001/A", "002/A", "001/B", "003/A"]),
        ("{n}", None, ["001", "002", "003", "004"]),
    ],
)
def test_numbers_never_come_twice(template, district, numbers):
    numbering = read_numbering(template)
    assert numbering.district == district
    assert numbering.number([("Z1", "A"), ("Z1", "A"), ("Z1", "B"), ("Z2", "A")]) == numbers


@pytest.mark.parametrize("template", ["{片区}-{类型}", "{序号", "{x}-{n}", "{n:03d}", "{n.real}", "{}-{n}"])
def test_templates_that_cannot_be_used(template):
    with pytest.raises(RenewalError, match="numbering template"):
        read_numbering(template)


# --- backstreets, names, places, years ---


def lanes(*rows):
    """Edges (id, petal, kind, width, name, people, from x, to x) along y = 50 of zone Z1."""
    return table([{"zone_id": "Z1", "petal_id": petal, "edge_id": name, "kind": kind,
                   "length_m": float(stop - start), "width_m": width, "name": street, "people": people,
                   frames.GEOMETRY: shapely.LineString([(start, 50), (stop, 50)])}
                  for name, petal, kind, width, street, people, start, stop in rows])  # fmt: skip


def test_backstreets_are_one_project_a_lane(inputs):
    """E1 E2 hang together and bear one name; E3 is wide, E4 short, E5 another lane; E1 is walked from two petals."""
    branches = lanes(
        ("E1", "Z1-01", "stairs", 2.0, "八一巷", 40.0, 0, 25), ("E1", "Z1-02", "stairs", 2.0, "八一巷", 15.0, 0, 20),
        ("E2", "Z1-01", "street", 3.9, "八一巷", 40.0, 25, 60), ("E3", "Z1-01", "street", 4.0, "八一巷", 40.0, 60, 160),
        ("E4", "Z1-01", "path", np.nan, None, 9.0, 200, 229), ("E5", "Z1-02", "path", np.nan, None, np.nan, 300, 330),
    )  # fmt: skip
    made = make(replace(inputs, branches=branches))
    own = made.projects[made.projects["type"] == "山城后巷"].set_index("subject_id")
    assert own.index.tolist() == ["E1", "E5"]
    assert own["name"].tolist() == ["八一巷整治", "观音桥山城后巷02整治"]
    assert own["people"]["E1"] == 55.0
    assert np.isnan(own["people"]["E5"])
    items = made.items.set_index(["project_id", "item_id"])["quantity"]
    first = own["project_id"]["E1"]
    assert items[first, "steps"] == 25.0  # the longest stretch, once
    assert items[first, "lane"] == 35.0
    assert own["phase"].tolist() == [1, 1]
    assert own["project_id"].tolist() == ["Z1-HX-001", "Z1-HX-002"]
    unnamed = make(replace(inputs, branches=branches.assign(edge_id=pd.array([None] * len(branches), dtype="string"))))
    assert "山城后巷" in set(unnamed.projects["type"])


def test_compounds_of_several_names_are_a_project_each(inputs):
    inputs.parcels.loc[1, "name"] = "梧桐苑"
    made = make(inputs)
    own = made.projects[made.projects["type"] == "老旧小区"]
    assert sorted(own["name"]) == ["桐寨小区改造", "梧桐苑改造"]
    assert own["area_m2"].tolist() == [10_000.0, 10_000.0]
    assert made.projects["exist_m2"].sum() == make(replace(inputs, actions=inputs.actions)).projects["exist_m2"].sum()


def test_what_is_left_of_a_petal_is_drawn_by_its_own_parcels(inputs):
    """Two named compounds and a nameless plot are one petal of 300 m × 100 m: three projects of a hectare each."""
    inputs.parcels.loc[1, "name"], inputs.parcels.loc[2, "tag"] = "梧桐苑", "old_compound"
    petal = table([{"zone_id": "Z1", "petal_id": "Z1-01", frames.GEOMETRY: shapely.box(0, 0, 300, 100)}])
    plan = table([{"land_use": f"090{i}", frames.GEOMETRY: box(i)} for i in range(3)])
    made = make(replace(inputs, petals=petal, plan=plan)).projects.set_index("subject_id")
    assert made.index.tolist() == ["Z1-01", "Z1-01·桐寨小区", "Z1-01·梧桐苑"]
    assert made["area_m2"].tolist() == shapely.area(made[frames.GEOMETRY].to_numpy(dtype=object)).tolist() == [1e4] * 3
    assert made["use_plan"].tolist() == ["0902", "0900", "0901"]  # each by its own ground


def test_a_dot_in_the_name_of_a_compound_parts_no_more_than_its_ground(inputs):
    """龙湖·源著 beside 桐寨小区 and a nameless plot: three projects of a hectare each, no ground drawn twice."""
    inputs.parcels.loc[1, "name"], inputs.parcels.loc[2, "tag"] = "龙湖·源著", "old_compound"
    petal = table([{"zone_id": "Z1", "petal_id": "Z1-01", frames.GEOMETRY: shapely.box(0, 0, 300, 100)}])
    made = make(replace(inputs, petals=petal)).projects.set_index("subject_id")
    assert made.index.tolist() == ["Z1-01", "Z1-01·桐寨小区", "Z1-01·龙湖·源著"]
    assert shapely.area(made[frames.GEOMETRY].to_numpy(dtype=object)).tolist() == [1e4] * 3
    alone = inputs.parcels.assign(name=[None, "龙湖·源著", "桐寨·东区", None, None])
    made = make(replace(inputs, petals=petal, parcels=alone)).projects.set_index("subject_id")
    assert shapely.area(made[frames.GEOMETRY].to_numpy(dtype=object)).tolist() == [1e4] * 3


def test_footprints_that_overlap_leave_no_ground_below_none(inputs):
    """Houses drawn on each other cover 1.2 of a plot: nothing of it is open ground, and no item costs less than 0."""
    covered = inputs.parcels.assign(coverage=1.2, floor_m2=1000.0)
    made = make(replace(inputs, parcels=covered, actions=None))
    assert (made.items["quantity"].dropna() >= 0).all() and (made.items["amount_low_wan"].dropna() >= 0).all()


def test_places_and_planned_use(inputs):
    communities = table([{"community_id": "C2", "name": "乙社区", "subdistrict": "甲街道",
                          frames.GEOMETRY: shapely.box(90, 0, 400, 100)},
                         {"community_id": "C1", "name": "甲社区", "subdistrict": "甲街道",
                          frames.GEOMETRY: shapely.box(0, 0, 90, 100)}])  # fmt: skip
    plan = table([{"land_use": "0701", frames.GEOMETRY: shapely.box(0, 0, 120, 100)},
                  {"land_use": "0901", frames.GEOMETRY: shapely.box(120, 0, 181, 100)},
                  {"land_use": "1401", frames.GEOMETRY: shapely.box(181, 0, 200, 100)}])  # fmt: skip
    made = make(replace(inputs, communities=communities, plan=plan)).projects.set_index("subject_id")
    assert made["community"].to_dict() == {"Z1-01": "乙社区", "Z1-02": "乙社区"}
    assert made["subdistrict"]["Z1-01"] == "甲街道"
    assert made["use_plan"]["Z1-01"] == "0701、0901"  # 60 %, 30.5 %; the green's 9.5 % are too little
    assert made["use_plan"].isna()["Z1-02"]


def test_years_follow_the_phases(inputs):
    made = make(replace(inputs, start_year=2026, phase_years=2)).projects
    years = {(phase, start, stop) for phase, start, stop in zip(made["phase"], made["year_from"], made["year_to"])}
    assert years == {(1, 2026, 2027), (2, 2028, 2029)}
    assert make(inputs).projects["year_from"].isna().all()


def test_the_district_of_a_template(inputs):
    made = make(replace(inputs, district="江北区"), "{区县}-{片区}-{类型}-{序号}").projects
    assert made["project_id"].iloc[0] == "江北区-Z1-LJXQ-001"
    assert set(made["district"]) == {"江北区"}
    with pytest.raises(RenewalError, match="District"):
        make(inputs, "{区县}-{序号}")


def test_a_table_from_before_backstreets_still_serves(inputs):
    older = deepcopy(DOCUMENT)
    older["types"] = [entry for entry in older["types"] if entry["id"] != "backstreet"]
    branches = lanes(("E1", "Z1-01", "stairs", 2.0, "八一巷", 40.0, 0, 50))
    assert "山城后巷" in set(make(replace(inputs, branches=branches), document=older).projects["type"])


def test_zones_of_two_districts_with_one_id_are_refused(inputs):
    """Z1 of either district would bear the projects of both."""
    double = replace(inputs, zones=pd.concat([inputs.zones, inputs.zones], ignore_index=True))
    with pytest.raises(RenewalError) as refused:
        make_projects(double, COSTS, read_numbering(""), Run())
    assert (refused.value.code, refused.value.values["ids"]) == ("zones_same_id", ["Z1"])
