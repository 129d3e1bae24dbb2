"""留改拆增 and the findings: one street of four parcels and ten houses, every number by hand."""

import numpy as np
import pandas as pd
import pytest
import shapely
from urban_renewal.core import envelope, frames
from urban_renewal.core.envelope import VERIFIED
from urban_renewal.core.errors import Cancelled, RenewalError
from urban_renewal.core.run import Run
from urban_renewal.core.zones.findings.actions import find_members
from urban_renewal.core.zones.findings.check import check_zones
from urban_renewal.core.zones.findings.rules import CheckInputs, read_check_rules

RULES = read_check_rules(envelope.load("zone-rules", "chongqing"))


def table(rows, **columns):
    frame = pd.DataFrame(rows, **columns)
    for name in frame:
        if name != frames.GEOMETRY and frame[name].dtype == object:
            frame[name] = frame[name].astype(frames.TEXT)
    return frame


@pytest.fixture
def town():
    """Zone Z1 holds P0…P3, squares of 100 m side by side; ten houses of 200 m² and 5 storeys: 1000 m² of floor each."""
    parcels = table(
        [{"parcel_id": f"P{i}", "tag": "old_compound" if i < 2 else "none", "programme": "none", "resid_share": 1.0,
          "households": 10.0, frames.GEOMETRY: shapely.box(100 * i, 0, 100 * i + 100, 100)} for i in range(5)]
    )  # fmt: skip
    houses = [
        {"building_id": f"B{i}", "floors": "5", "use": "住宅", "lift": "有", "action": None, "reason": None,
         frames.GEOMETRY: shapely.box(40 * i + 5, 10, 40 * i + 25, 20)} for i in range(10)
    ]  # fmt: skip
    members = table(
        [{"zone_id": "Z1", "parcel_id": f"P{i}", "role": "near" if i == 4 else "petal", "reason": ""} for i in range(5)]
    )
    zones = table([{"zone_id": "Z1", "name": "站", "area_m2": 40_000.0, "floor_m2": 10_000.0, "petals_n": 2,
                    frames.GEOMETRY: shapely.box(0, 0, 400, 100)}])  # fmt: skip
    return {"zones": zones, "parcels": parcels, "members": members, "houses": houses}


def check(town, language="zh", **layers):
    buildings = layers.pop("buildings", None)
    buildings = table(town["houses"]) if buildings is None else buildings
    inputs = CheckInputs(town["zones"], town["parcels"], town["members"], buildings, **layers)
    return check_zones(inputs, RULES, Run(language=language))


def finding(checked, name):
    rows = checked.findings[checked.findings["finding_id"] == name]
    assert len(rows) == 1, name
    return rows.iloc[0]


def ask(town, first, last, action="拆", reason="道路拓宽", **more):
    for house in town["houses"][first:last]:
        house.update(action=action, reason=reason, **more)


@pytest.mark.parametrize(("n", "share", "verdict"), [(0, 0.0, "pass"), (2, 0.2, "pass"), (3, 0.3, "fail")])
def test_demolition_share(town, n, share, verdict):
    ask(town, 0, n)
    checked = check(town)
    assert finding(checked, "demolish_net:Z1")[["value", "limit", "verdict", "status"]].tolist() == [
        share, 0.2, verdict, "found"
    ]  # fmt: skip
    assert checked.zones["demolish_share"].tolist() == [share]
    assert checked.zones["demolish_n"].tolist() == [n]


def test_what_the_notice_leaves_out(town):
    """Four of ten go: one illegal, one D beyond repair, one C said to be (that counts), one plain."""
    ask(town, 0, 1, reason="违法建设")
    ask(town, 1, 2, reason="鉴定为危房，无修缮保留价值", danger="D")
    ask(town, 2, 3, reason="无修缮保留价值", danger="C")
    ask(town, 3, 4)
    checked = check(town)
    assert finding(checked, "demolish_net:Z1")[["value", "verdict"]].tolist() == [0.2, "pass"]
    assert finding(checked, "demolish_all:Z1")[["value", "verdict"]].tolist() == [0.4, "advice"]
    ask(town, 4, 5)
    assert finding(check(town), "demolish_net:Z1")[["value", "verdict"]].tolist() == [0.3, "fail"]
    assert finding(check(town), "demolish_all:Z1")[["value", "verdict"]].tolist() == [0.5, "fail"]


@pytest.mark.parametrize(
    ("word", "share"), [("拆除重建", 0.2), ("拆旧建新", 0.2), (" 拆除 ", 0.2), ("综合整治", 0.0), ("拆整结合", 0.0)]
)
def test_what_is_torn_down_to_be_built_anew_is_torn_down(town, word, share):
    """“拆除重建” counted as not given, and the share of demolition left it out."""
    ask(town, 0, 2, action=word)
    assert finding(check(town), "demolish_all:Z1")["value"] == share


def test_no_demolition_without_a_reason(town):
    ask(town, 0, 1, reason="  ")
    checked = check(town)
    row = checked.actions.set_index("building_id").loc["B0"]
    assert (row["action"], row["source"], row["asked"]) == ("改", "rule", "拆")
    assert checked.zones["demolish_share"].tolist() == [0.0]
    refused = finding(checked, "demolish_reason:Z1")
    assert refused["verdict"] == "fail"
    assert "10.0%" in refused["message"]


def test_missing_floor_areas(town):
    """A house that goes and has no floor area: unknown. One that stays: the share can only be smaller."""
    ask(town, 0, 2)
    town["houses"][0]["floors"] = None
    town["houses"][5].update(action="拆", reason=None, floors=None)
    checked = check(town)
    assert finding(checked, "demolish_net:Z1")["verdict"] == "unknown"
    assert not checked.findings["message"].str.contains("nan").any()  # what is not known reads as a dash
    assert "占比为 —%" in finding(checked, "demolish_reason:Z1")["message"]
    town["houses"][5].update(action=None, floors="5")
    town["houses"][0]["floors"] = "5"
    town["houses"][9]["floors"] = None
    row = finding(check(town), "demolish_net:Z1")
    assert row[["value", "verdict"]].tolist() == [round(2 / 9, 6), "unknown"]
    town["houses"][1].update(action=None)
    assert finding(check(town), "demolish_net:Z1")[["value", "verdict"]].tolist() == [round(1 / 9, 6), "pass"]


@pytest.mark.parametrize(("floors", "ratio", "verdict"), [("10", 2.0, "pass"), ("11", 2.2, "fail")])
def test_rebuilding_ratio(town, floors, ratio, verdict):
    """1000 m² go, 200 m² × 10 or 11 come; a new school does not count; new floor is not existing floor."""
    ask(town, 0, 1)
    new = {"use": "住宅", "action": "增", "reason": "安置", "lift": "有"}
    town["houses"] += [
        {**new, "building_id": "N1", "floors": floors, frames.GEOMETRY: shapely.box(10, 50, 30, 60)},
        {**new, "building_id": "N2", "floors": "9", "use": "小学", frames.GEOMETRY: shapely.box(110, 50, 130, 60)},
    ]
    checked = check(town)
    found = finding(checked, "rebuild_ratio:Z1")
    assert found[["value", "verdict"]].tolist() == [ratio, verdict]
    assert f"{200 * int(floors)} m²，拆除 1000 m²" in found["message"]  # the sentence divides as the ratio does
    zone = checked.zones.iloc[0]
    assert (zone["exist_m2"], zone["demolish_share"], zone["new_m2"]) == (10_000, 0.1, 200 * int(floors) + 1800)
    assert (zone["keep_n"] + zone["change_n"], zone["demolish_n"], zone["new_n"]) == (9, 1, 2)


def test_what_there_are_no_data_for_is_unknown(town):
    inputs = CheckInputs(town["zones"], town["parcels"], town["members"])
    checked = check_zones(inputs, RULES, Run())
    verdicts = checked.findings.set_index("finding_id")["verdict"]
    for name in ("demolish_net", "demolish_all", "rebuild_ratio", "resettle", "rent", "parks", "plan", "constraints"):
        assert verdicts[f"{name}:Z1"] == "unknown", name
    assert np.isnan(checked.zones["demolish_share"].iloc[0])
    assert len(checked.actions) == 0


def test_proposals_are_keep_or_improve(town):
    rng = np.random.default_rng(3)
    for house in town["houses"]:
        house.update(danger=rng.choice(["A", "C", "D"]), lift=rng.choice(["有", "无"]))
    town["houses"][0].update(danger="D")
    town["parcels"]["programme"] = table({"x": ["none", "renovated", "expropriated", "none", "none"]})["x"]
    checked = check(town)
    assert set(checked.actions["action"]) <= {"留", "改"}
    assert set(checked.actions["source"]) == {"rule"}
    first = checked.actions.set_index("building_id").loc["B0"]
    assert "建议鉴定/加固" in first["reason"]
    assert "建议鉴定/加固" in first["advice"]


def test_our_own_proposals_come_back_as_proposals(town):
    once = check(town).actions
    again = check(town, buildings=once.merge(table(town["houses"])[["building_id", "lift"]], on="building_id"))
    assert again.actions["source"].tolist() == ["rule"] * 10
    assert again.actions["action"].tolist() == once["action"].tolist()


@pytest.mark.parametrize(
    ("kind", "effect", "verdict"),
    [("文物保护单位", "禁拆", "fail"), ("历史建筑", "禁拆", "fail"), ("历史文化街区", "须批", "advice"),
     ("工业遗产", "提示", "advice"), (None, "提示", "advice"), ("文物保护单位建设控制地带", "须批", "advice"),
     ("地下文物埋藏区", "须批", "advice"), ("历史文化街区建设控制地带", "须批", "advice")],
)  # fmt: skip
def test_protection(town, kind, effect, verdict):
    """B0 lies in the area, B1 touches it with 0.5 m²: drawing inaccuracy."""
    ask(town, 0, 2)
    area = shapely.box(0, 0, 45.05, 100)
    checked = check(town, protected=table([{"class": kind, "name": "x", frames.GEOMETRY: area}]))
    actions = checked.actions.set_index("building_id")
    assert actions["protection"].fillna("").tolist() == [effect] + [""] * 9
    assert finding(checked, "protected:B0")["verdict"] == verdict
    assert "protected:B1" not in set(checked.findings["finding_id"])


def test_the_strictest_protection_counts(town):
    areas = [{"class": kind, frames.GEOMETRY: shapely.box(0, 0, 40, 40)} for kind in ("工业遗产", "文物", "历史街区")]
    checked = check(town, protected=table(areas))
    assert checked.actions.iloc[0][["protection", "protected_class"]].tolist() == ["禁拆", "文物"]


def test_parks(town):
    """Four squares in a row, 0…400 m. A park of 2 ha whose edge lies at x = −450 reaches x = 50, an eighth; one of 500
    m² at x = 650 reaches x = 350, another eighth (both are higher than the parcels: no corners). 390 m² and 防护绿地 do
    not count."""
    town["parcels"].loc[3, "resid_share"] = 0.5  # homes: 3 × 1 ha + 0.5 ha; covered 0.5 ha + 0.5 × 0.5 ha
    green = [
        {"kind": "公园", frames.GEOMETRY: shapely.box(-550, -50, -450, 150)},
        {"kind": "广场", frames.GEOMETRY: shapely.box(650, -10, 654.1, 112)},
        {"kind": "公园", frames.GEOMETRY: shapely.box(150, 150, 160, 189)},
        {"kind": "防护绿地", frames.GEOMETRY: shapely.box(0, 100, 400, 200)},
    ]
    checked = check(town, green=table(green))
    assert finding(checked, "parks:Z1")["value"] == pytest.approx(0.75 / 3.5, abs=1e-6)
    assert checked.zones["park_cover"].iloc[0] == pytest.approx(0.75 / 3.5, abs=1e-6)
    run = Run()
    coded = [{**row, "kind": kind} for row, kind in zip(green, ("G11", "1401", "公园绿地", "1402"))]  # by code as well
    inputs = CheckInputs(town["zones"], town["parcels"], town["members"], table(town["houses"]), green=table(coded))
    assert check_zones(inputs, RULES, run).zones["park_cover"].iloc[0] == pytest.approx(0.75 / 3.5, abs=1e-6)
    (told,) = [message for message in run.messages if message.code == "green_not_parks"]
    assert told.values == {"n": 1, "values": ["1402"]}
    for odd in (1e300, 7.0, -1.0):  # no share of homes at all: that parcel is unknown, the others count
        town["parcels"].loc[3, "resid_share"] = odd
        assert finding(check(town, green=table(green)), "parks:Z1")["value"] == pytest.approx(0.5 / 3, abs=1e-6)


def test_what_is_demolished_gets_no_lift(town):
    """Three houses of five storeys without one: demolished for a reason, without a reason (read as 改), and kept. The
    one to come down needs no lift and has no advice to build one, nor where nobody knows its lift.
    """
    for house, (action, reason) in zip(town["houses"], [("拆", "规划道路"), ("拆", None), ("留", None)]):
        house.update(lift="无", action=action, reason=reason)
    checked = check(town)
    assert checked.actions["lift_need"].tolist()[:3] == [0, 1, 1]
    assert ["电梯" in str(text) for text in checked.actions["advice"].tolist()[:3]] == [False, True, True]
    town["houses"][0].update(lift=None)
    assert check(town).actions["lift_need"].tolist()[0] == 0


def test_lifts_count_from_the_entrance(town):
    """Five storeys, no lift: two houses. One is entered on the third storey: three to climb. One says nothing."""
    for i, (lift, entry) in enumerate([("无", None), ("无", "2"), ("无", "3"), (None, None)]):
        town["houses"][i].update(lift=lift, entry_floor=entry)
    checked = check(town)
    assert checked.actions["lift_need"].tolist()[:3] == [1, 1, 0]
    assert pd.isna(checked.actions["lift_need"].iloc[3])
    row = finding(checked, "lifts:Z1")
    assert row[["value", "verdict"]].tolist() == [2, "advice"]
    assert "另有 1 栋" in row["message"]


def test_an_untold_use_is_no_empty_house(town):
    """Without a lift and without a use: what the whole parcel is for, else open. None sure and some open is no 0."""
    for house in town["houses"]:
        house.update(lift="无", entry_floor=None, use=None)
    town["parcels"]["resid_share"] = 1.0
    assert check(town).actions["lift_need"].tolist()[:3] == [1, 1, 1]
    town["parcels"]["resid_share"] = 0.0
    assert check(town).actions["lift_need"].fillna(9).tolist()[:3] == [0, 0, 0]
    town["parcels"]["resid_share"] = np.nan
    unknown = check(town)
    assert unknown.actions["lift_need"].isna().tolist()[:3] == [True] * 3
    assert unknown.zones["lift_need_n"].isna().all() and unknown.zones["danger_cd_n"].isna().all()


def test_plan_and_ground(town):
    """P0 holds B0…B2 (3000 m², B2's larger part lies there) on 1 ha; 2000 m² more make 0.5."""
    new = {"building_id": "N1", "floors": "10", "use": "住宅", "action": "增", "reason": "安置", "height": 33.0,
           frames.GEOMETRY: shapely.box(10, 50, 30, 60)}  # fmt: skip
    town["houses"].append(new)
    plan = table([{"far": 0.45, "height": 33.0, frames.GEOMETRY: shapely.box(0, 0, 60, 100)}])
    ground = table([{"kind": "地质灾害", "effect": "禁止新建", frames.GEOMETRY: shapely.box(0, 40, 20, 55)}])
    checked = check(town, plan=plan, constraints=ground)
    assert finding(checked, "plan_far:P0")[["value", "limit", "verdict"]].tolist() == [0.5, 0.45, "fail"]
    assert finding(checked, "plan_height:N1")["verdict"] == "pass"
    assert finding(checked, "plan:Z1")["verdict"] == "unknown"  # three of four parcels have no plan
    assert finding(checked, "constraints:N1")["verdict"] == "fail"
    assert finding(checked, "constraints:Z1")["value"] == 1


def test_the_development_boundary_is_left_not_entered(town):
    """The boundary holds P0, P1 and 60 % of P2 in three parts that overlap: P3 lies outside, and of two new houses one.

    No part hides another (P1 has 40 m of its 100 in the second), and no ground counts twice (7 m of N2 lie in two).
    """
    new = {"floors": "3", "use": "住宅", "action": "增", "reason": "安置"}
    town["houses"] += [
        {**new, "building_id": "N1", frames.GEOMETRY: shapely.box(240, 50, 255, 60)},
        {**new, "building_id": "N2", frames.GEOMETRY: shapely.box(253, 70, 273, 80)},  # 7 of 20 m inside
    ]
    edge = [{"kind": "城镇开发边界", "effect": effect, frames.GEOMETRY: shapely.box(a, -50, b, 150)}
            for a, b, effect in ((-100, 200, None), (160, 260, "边界外禁止新建"), (250, 260, None))]  # fmt: skip
    checked = check(town, constraints=table(edge))
    zone = finding(checked, "constraints:Z1")
    assert (zone["value"], zone["verdict"]) == (1, "advice") and "城镇开发边界外" in zone["message"]
    assert finding(checked, "constraints:N2")["verdict"] == "fail"  # the layer itself forbids it
    assert "constraints:N1" not in set(checked.findings["finding_id"])
    whole = [{"kind": "城镇开发边界", frames.GEOMETRY: shapely.box(-100, -100, 900, 900)}]
    assert finding(check(town, constraints=table(whole)), "constraints:Z1")["verdict"] == "pass"


def test_a_parcel_whose_known_floor_alone_exceeds_the_plan(town):
    """P0 holds B0…B2, 3000 m² on 1 ha; of B0 nobody knows the storeys: 0.2 at least, the rest cannot lower it."""
    town["houses"][0]["floors"] = None
    plans = [table([{"far": far, frames.GEOMETRY: shapely.box(0, 0, 100, 100)}]) for far in (0.19, 0.2)]
    above, open_yet = (finding(check(town, plan=plan), "plan:Z1") for plan in plans)
    assert (above["verdict"], above["value"], open_yet["verdict"]) == ("advice", 1, "unknown")


def test_a_plan_without_ratios_compares_nothing(town):
    plan = table([{"height": 33.0, frames.GEOMETRY: shapely.box(0, 0, 60, 100)}])
    row = finding(check(town, plan=plan), "plan:Z1")
    assert row["verdict"] == "unknown" and np.isnan(row["value"])


def test_unverified_is_never_passed_and_every_brace_is_filled(town):
    layers = {"protected": table([{"class": "历史建筑", frames.GEOMETRY: shapely.box(0, 0, 40, 40)}]),
              "green": table([{"kind": "公园", frames.GEOMETRY: shapely.box(0, 0, 400, 100)}]),
              "plan": table([{"far": 3.0, "height": 60.0, frames.GEOMETRY: shapely.box(0, 0, 400, 100)}]),
              "constraints": table([{"effect": "限制建设", frames.GEOMETRY: shapely.box(0, 0, 9, 9)}])}  # fmt: skip
    ask(town, 5, 6)
    for language in ("zh", "en"):
        found = check(town, language, **layers).findings
        assert not found["finding_id"].duplicated().any()
        assert set(found["verdict"]) <= {"pass", "fail", "unknown", "advice"}
        passed = found[(found["verdict"] == "pass").to_numpy(dtype=bool)]
        assert len(passed) >= 3
        assert set(passed["status"]) <= set(VERIFIED)
        assert not found["message"].str.contains("{", regex=False).any()
        open_ones = found[~found["status"].isin(VERIFIED).to_numpy(dtype=bool)]
        assert open_ones["message"].str.contains("待核" if language == "zh" else "not verified").all()


def test_order_of_rows_does_not_matter(town):
    ask(town, 0, 3)
    for i, house in enumerate(town["houses"]):
        house["danger"] = "ABCD"[i % 4]
    first = check(town)
    for name in ("zones", "parcels", "members"):
        town[name] = town[name].iloc[::-1].reset_index(drop=True)
    town["houses"] = town["houses"][::-1]
    second = check(town)
    for name in ("zones", "actions", "findings"):
        pd.testing.assert_frame_equal(getattr(first, name), getattr(second, name))


def test_members_are_found_by_area(town):
    """Without a members table: P0…P3 lie in the outline, P4 does not; the role near is no member."""
    inputs = CheckInputs(town["zones"], town["parcels"])
    assert find_members(inputs, Run())["parcel_id"].tolist() == ["P0", "P1", "P2", "P3"]
    with_table = CheckInputs(town["zones"], town["parcels"], town["members"])
    assert find_members(with_table, Run())["parcel_id"].tolist() == ["P0", "P1", "P2", "P3"]
    town["members"]["parcel_id"] = table({"x": ["a", "b", "c", "d", "e"]})["x"]
    with pytest.raises(RenewalError, match="No parcel lies"):
        check(town)


@pytest.mark.parametrize(
    ("households", "places"),
    [([10.0, 20.0, 0.0, 0.0], 30), ([10.0, np.nan, 0.0, 0.0], 10), ([0.0, np.nan, 0.0, np.nan], None), ([0.0] * 4, 0)],
)
def test_parking_of_households_nobody_has_counted(town, households, places):
    """One place a household; empty parcels beside uncounted ones do not make a zone that needs none."""
    town["parcels"]["households"] = [*households, np.nan]  # the fifth parcel is no member
    value = finding(check(town), "parking:Z1")["value"]
    assert np.isnan(value) if places is None else value == places


def test_lost_and_doubled_members_are_told(town):
    """P9 is not in the layer; P0 is listed in two zones and counts in the first: four parcels in Z1, none in Z2."""
    town["zones"] = pd.concat([town["zones"], town["zones"].assign(zone_id="Z2")], ignore_index=True)
    more = table([{"zone_id": "Z1", "parcel_id": "P9", "role": "petal"}, {"zone_id": "Z2", "parcel_id": "P0"}])
    town["members"] = pd.concat([town["members"], more], ignore_index=True)
    run = Run()
    checked = check_zones(
        CheckInputs(town["zones"], town["parcels"], town["members"], table(town["houses"])), RULES, run
    )
    assert sorted(message.code for message in run.messages) == ["check_member_twice", "check_members_lost"]
    assert checked.zones["exist_m2"].tolist() == [10_000, 0]


def test_a_building_and_a_parcel_of_another_zone_may_bear_the_same_id(town):
    """House "P4" stands in Z1 and may not go; parcel P4 lies in Z2, which has nothing that fails."""
    town["zones"] = pd.concat([town["zones"], town["zones"].assign(zone_id="Z2")], ignore_index=True)
    town["members"]["role"] = "petal"
    town["members"].loc[4, "zone_id"] = "Z2"
    town["houses"][0].update(building_id="P4", action="拆", reason="道路")
    area = table([{"class": "文物", frames.GEOMETRY: shapely.box(0, 0, 30, 30)}])
    new = {
        "building_id": "N",
        "floors": "1",
        "action": "增",
        "use": "住宅",
        frames.GEOMETRY: shapely.box(410, 10, 420, 20),
    }
    town["houses"].append(new)
    zones = check(town, protected=area, plan=table([{"far": 1.0, frames.GEOMETRY: shapely.box(0, 0, 500, 100)}])).zones
    assert zones["fail_n"].tolist() == [1, 0]


def test_cancel(town):
    inputs = CheckInputs(town["zones"], town["parcels"], town["members"], table(town["houses"]))
    with pytest.raises(Cancelled):
        check_zones(inputs, RULES, Run(is_cancelled=lambda: True))


def recount(town, buildings):
    """A plain recount, house by house: existing, demolished, not counted, added floor area of a zone (m²)."""
    exist = gone = beyond = added = 0.0
    squares = town["parcels"][frames.GEOMETRY].tolist()
    for house in buildings:
        shape = house[frames.GEOMETRY]
        main = max(range(5), key=lambda i: (round(shape.intersection(squares[i]).area, 3), -i))
        on_parcels = sum(shape.intersection(square).area for square in squares)
        if main == 4 or on_parcels < 0.1 * shape.area:  # it merely reaches over the rim of the town
            continue
        floor = shape.area * int(house["floors"])
        action, reason = house["action"], (house["reason"] or "").strip()
        if action == "增":
            added += 0 if house["use"] == "小学" else floor
            continue
        exist += floor
        if action == "拆" and reason:
            gone += floor
            beyond += floor if "违建" in reason or ("无修缮" in reason and house["danger"] == "D") else 0
    return exist, gone, beyond, added


@pytest.mark.parametrize("seed", range(40))
def test_random_towns_against_a_plain_recount(town, seed):
    rng = np.random.default_rng(seed)
    houses = []
    for i in range(60):
        x, y = rng.uniform(-20, 480), rng.uniform(-20, 90)
        houses.append(
            {"building_id": f"B{i:02d}", "floors": str(rng.integers(1, 30)),
             "use": rng.choice(["住宅", "厂房", "小学"]), "danger": rng.choice(["A", "C", "D"]),
             "lift": rng.choice(["有", "无"]), "action": rng.choice(["拆", "增", "留", "改", None]),
             "reason": rng.choice(["道路", "违建", "无修缮保留价值", " ", None]),
             frames.GEOMETRY: shapely.box(x, y, x + rng.uniform(6, 30), y + rng.uniform(6, 30))}
        )  # fmt: skip
    exist, gone, beyond, added = recount(town, houses)
    checked = check(town, buildings=table(houses))
    zone = checked.zones.iloc[0]
    assert zone["exist_m2"] == pytest.approx(exist, abs=0.1)
    assert zone["demolish_m2"] == pytest.approx(gone, abs=0.1)
    assert zone["demolish_share"] == pytest.approx(gone / exist, abs=1e-6)
    assert zone["demolish_net"] == pytest.approx((gone - beyond) / exist, abs=1e-6)
    assert finding(checked, "demolish_net:Z1")["verdict"] == ("pass" if (gone - beyond) / exist <= 0.2 else "fail")
    if gone:
        assert zone["rebuild_ratio"] == pytest.approx(added / gone, abs=1e-4)
    proposed = checked.actions[(checked.actions["source"] == "rule").to_numpy(dtype=bool)]
    assert set(proposed["action"]) <= {"留", "改"}
    gone_rows = checked.actions[(checked.actions["action"] == "拆").to_numpy(dtype=bool)]
    assert gone_rows["reason"].str.strip().str.len().gt(0).all()


def test_parcels_taken_out_by_hand_are_no_members(town):
    town["members"].loc[1, "role"] = "out"
    found = find_members(CheckInputs(town["zones"], town["parcels"], town["members"]), Run())
    assert found["parcel_id"].tolist() == ["P0", "P2", "P3"]
