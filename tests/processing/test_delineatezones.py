"""delineatezones on real layers: a block of 5 × 5 squares between streets, one station in the middle."""

import json

import pytest
from qgis.core import QgsProcessingException

SIDE, PITCH = 150, 160
TAGS = {"P00": "old_compound", "P44": "urban_village", "P04": "idle_factory", "P40": "old_compound"}
LIMIT = {"unit": "m2", "source": "own choice", "status": "heuristic", "confidence": "m"}


@pytest.fixture
def layers(make_layer):
    """PARCELS, STATIONS, STATION_ENTRANCES and NETWORK (an elder's 0.9 m/s on 160 m: 177,778 ms)."""
    parcels = []
    for row in range(5):
        for column in range(5):
            name, x, y = f"P{row}{column}", column * PITCH, row * PITCH
            tag = TAGS.get(name, "none")
            values = {"parcel_id": name, "tag": tag, "tag_level": "confirmed" if tag != "none" else "none",
                      "programme": "none", "coll_share": 0.0, "floor_m2": 30_000.0, "pop": 100.0}  # fmt: skip
            wkt = f"POLYGON(({x} {y},{x + SIDE} {y},{x + SIDE} {y + SIDE},{x} {y + SIDE},{x} {y}))"
            parcels.append((wkt, values))
    edges = []
    at_x = [i * PITCH - 5 for i in range(6)]
    at_y = [i * PITCH - 2 for i in range(6)]  # nearer to an inside point than any other street
    for i in range(6):
        for j in range(6):
            for di, dj in ((1, 0), (0, 1)):
                if i + di < 6 and j + dj < 6:
                    wkt = f"LINESTRING({at_x[i]} {at_y[j]},{at_x[i + di]} {at_y[j + dj]})"
                    ends = {"from_node": f"N{i}{j}", "to_node": f"N{i + di}{j + dj}"}
                    times = {"elder_fwd_ms": 177_778, "elder_back_ms": 177_778}
                    edges.append((wkt, {"edge_id": f"E{i}{j}{di}", **ends, "length_m": 160.0, "z_from_m": 200.0,
                                        "z_to_m": 200.0, "kind": "street", "component": 0, **times}))  # fmt: skip
    middle = 2 * PITCH + 75
    return {
        "PARCELS": make_layer(parcels, name="tagged"),
        "STATIONS": make_layer([(f"POINT({middle} {middle})", {"station_id": "S1", "name": "观音桥"})], "Point"),
        "STATION_ENTRANCES": make_layer([(f"POINT({middle} {2 * PITCH + 1})", {"entrance_of": "S1"})], "Point"),
        "NETWORK": make_layer(edges, "LineString", name="edges"),
    }


def sinks(folder):
    return {
        name: str(folder / f"{name.lower()}.gpkg")
        for name in ("ZONES", "MEMBERS", "CORES", "BRANCHES", "PETALS", "LEFT_OUT")
    }


def test_zones_of_a_block(layers, run_algorithm, rows_of, tmp_path):
    results, _, _ = run_algorithm("delineatezones", {**layers, **sinks(tmp_path)})
    zones, members = rows_of(results["ZONES"]), rows_of(results["MEMBERS"])
    assert [(row["zone_id"], row["name"], row["anchor"], row["petals_n"]) for row in zones] == [
        ("Z-S1", "观音桥", "S1", 4)
    ]
    roles = {row["parcel_id"]: row["role"] for row in members}
    assert {name for name, role in roles.items() if role == "petal"} == set(TAGS)
    assert roles["P22"] == "core"
    assert set(roles.values()) == {"core", "petal", "filler"}
    # the area is the parcels', at least 0.3 km²; floor area and people follow from 30,000 m² and 100 people each
    n = len(roles)
    assert n * SIDE * SIDE >= 300_000
    assert zones[0]["area_m2"] == pytest.approx(n * SIDE * SIDE)
    assert (zones[0]["floor_m2"], zones[0]["people"]) == (n * 30_000, n * 100)
    assert all("分钟" in row["reason"] for row in members if row["role"] == "petal")

    # a corner parcel's inside point joins the street south of it, 77 m; 320 m + 320 m along streets; the entrance 3 m
    petals = rows_of(results["PETALS"])
    assert [row["walk_s"] for row in petals] == pytest.approx([(77 + 640 + 3) / 0.9] * 4, abs=0.05)
    branches = rows_of(results["BRANCHES"])
    for petal in petals:
        own = [row for row in branches if row["petal_id"] == petal["petal_id"]]
        assert sum(row["length_m"] for row in own) == pytest.approx(640, abs=0.2)
        assert sum(row["walk_s"] for row in own) == pytest.approx(640 / 0.9, abs=0.5)
        assert {(row["people"], row["kind"], row["climb_m"]) for row in own} == {(100, "street", 0)}
    assert rows_of(results["CORES"]) == [{"zone_id": "Z-S1", "station_id": "S1", "name": "观音桥"}]
    assert rows_of(results["LEFT_OUT"]) == []


def test_a_rules_file_of_ones_own_and_what_is_missing(layers, run_algorithm, rows_of, tmp_path):
    rules = {
        "schema": "urban-renewal/zone-rules/1", "id": "strict", "title": {"zh": "严", "en": "Strict"},
        "extends": "chongqing", "limits": {"area_min_m2": {"value": 1_000_000, **LIMIT}},
    }  # fmt: skip
    path = tmp_path / "strict.json"
    path.write_text(json.dumps(rules), encoding="utf-8")
    results, _, _ = run_algorithm(
        "delineatezones", {**layers, **sinks(tmp_path), "ZONE_RULES_FILE": str(path), "LANGUAGE": "en"}
    )
    assert rows_of(results["ZONES"]) == []
    left_out = rows_of(results["LEFT_OUT"])
    assert [(row["layer"], row["feature_id"], row["code"]) for row in left_out] == [
        ("STATIONS", "S1", "zone_area_short")
    ]
    # 25 parcels of 150 m × 150 m are all there is
    assert f"{1_000_000 - 25 * SIDE * SIDE:,} m² more" in left_out[0]["message"]


def test_untagged_parcels_are_refused(layers, make_layer, run_algorithm, tmp_path):
    plain = make_layer([("POLYGON((0 0,1 0,1 1,0 0))", {"parcel_id": "A"})], name="plain")
    with pytest.raises(QgsProcessingException):
        run_algorithm("delineatezones", {**layers, **sinks(tmp_path), "PARCELS": plain})


def test_the_boundary_runs_on_centre_lines_and_is_told(layers, run_algorithm, rows_of, make_layer, tmp_path):
    """Centre lines lie 5 m west and 2 m south of the squares: the outline ends on them, square by square."""
    roads = [
        (f"LINESTRING(-5 {i * PITCH - 2},800 {i * PITCH - 2})", {"name": f"横{i}路", "width": 3.0}) for i in range(6)
    ]
    roads += [
        (f"LINESTRING({i * PITCH - 5} -5,{i * PITCH - 5} 800)", {"name": f"纵{i}路", "width": 12.0}) for i in range(6)
    ]
    wanted = {**layers, **sinks(tmp_path), "ROADS": make_layer(roads, "LineString", name="roads"),
              "CORNERS": str(tmp_path / "corners.gpkg")}  # fmt: skip
    results, _, _ = run_algorithm("delineatezones", wanted)
    zone = rows_of(results["ZONES"])[0]
    n = sum(row["role"] != "near" for row in rows_of(results["MEMBERS"]))
    # each square and its half streets: 160 m × 160 m between the centre lines of the grid, whatever the zone's form
    assert zone["outline_m2"] == pytest.approx(n * PITCH * PITCH, rel=1e-3)
    corners = rows_of(results["CORNERS"])
    assert {row["along"] for row in corners} <= {"道路中心线", "街巷中线"}
    on_line = [row for row in corners if row["along"] == "道路中心线"]
    assert all((row["east_m"] + 5) % PITCH < 0.01 or (row["north_m"] + 2) % PITCH < 0.01 for row in on_line)
    assert [row["number"] for row in corners] == list(range(1, len(corners) + 1))
    assert corners[0]["corner"] == "J1"
    # north-westernmost first, clockwise: the next corner lies to the east or north of it
    assert corners[1]["east_m"] + corners[1]["north_m"] > corners[0]["east_m"] + corners[0]["north_m"]
    for side, street in (("east", "纵5路"), ("south", "横0路"), ("west", "纵0路"), ("north", "横5路")):
        assert street in zone[f"bound_{side}"]  # the tagged corners of the grid are in the zone
    assert zone["bounds"] == "；".join(
        f"{word}至{zone[f'bound_{side}']}"
        for word, side in (("东", "east"), ("南", "south"), ("西", "west"), ("北", "north"))
    )
    branches = rows_of(results["BRANCHES"])
    assert {row["width_class"] for row in branches} == {"<4 m", "12–24 m"}
    assert {row["slope_pct"] for row in branches} == {0.0}


def test_locks_name_their_zone_and_edited_members_count(layers, run_algorithm, rows_of, make_layer, tmp_path):
    first, _, _ = run_algorithm("delineatezones", {**layers, **sinks(tmp_path)})
    members = {row["parcel_id"]: row["role"] for row in rows_of(first["MEMBERS"])}
    free = sorted({f"P{row}{column}" for row in range(5) for column in range(5)} - set(members))
    filler = sorted(name for name, role in members.items() if role == "filler")
    assert free
    assert filler
    again = tmp_path / "again"
    again.mkdir()
    edits = make_layer(
        [(None, {"zone_id": "Z-S1", "parcel_id": free[0], "role": "locked"}),
         (None, {"zone_id": "Z-S1", "parcel_id": "P00", "role": "out"})], None, name="edits"
    )  # fmt: skip
    row, column = int(free[-1][1]), int(free[-1][2])
    x, y = column * PITCH, row * PITCH
    box = f"POLYGON(({x} {y},{x + SIDE} {y},{x + SIDE} {y + SIDE},{x} {y + SIDE},{x} {y}))"
    lock = make_layer([(box, {"zone_id": "Z-S1"})], name="lock")
    second, _, _ = run_algorithm(
        "delineatezones", {**layers, **sinks(again), "EDITED": edits, "LOCKED_IN": lock, "LANGUAGE": "zh"}
    )
    roles = {row["parcel_id"]: row["role"] for row in rows_of(second["MEMBERS"])}
    assert roles[free[0]] == "locked"
    assert roles[free[-1]] == "locked"
    assert roles.get("P00", "near") == "near"


def test_zones_that_a_bureau_drew_need_no_id_of_ours(layers, run_algorithm, rows_of, make_layer, tmp_path):
    """An office's file says 片区名称 and nothing that is called zone_id."""
    box = f"POLYGON((0 0,{PITCH * 2} 0,{PITCH * 2} {PITCH * 2},0 {PITCH * 2},0 0))"
    given = make_layer([(box, {"片区名称": "江边片区"})], name="局里的片区")
    found, _, _ = run_algorithm("delineatezones", {**layers, **sinks(tmp_path), "GIVEN": given})
    drawn = {row["name"]: row["zone_id"] for row in rows_of(found["ZONES"])}
    members = [row["parcel_id"] for row in rows_of(found["MEMBERS"]) if row["zone_id"] == drawn["江边片区"]]
    assert {"P00", "P01", "P10", "P11"} <= set(members)
    again, _, _ = run_algorithm("delineatezones", {**layers, **sinks(tmp_path), "GIVEN": given})
    assert {row["name"]: row["zone_id"] for row in rows_of(again["ZONES"])} == drawn
