# SPDX-License-Identifier: GPL-2.0-or-later
"""The shipped packs: every kind, figures as the codes print them, and what is not read stays 待核."""

import copy
import json

import pytest
from urban_renewal.core import envelope
from urban_renewal.core.errors import RenewalError
from urban_renewal.core.gaps.standard import kinds_in, kinds_of
from urban_renewal.core.run import Run

ALL = ("eday", "ectr", "ebed", "nurs", "kgar", "heal", "meal", "play", "park", "mark", "prim", "serv", "rest")
PACKS = ("chongqing", "gb50180-2018", "complete-community-2020", "elder-care-national")


def pack(name):
    standard = envelope.load("standard", name)
    has = [entry["id"] for entry in standard["kinds"]]
    return {kind.id: kind for kind in kinds_of(standard, has)}


def test_the_packs_and_their_kinds():
    assert set(envelope.names("standard")) == set(PACKS)
    assert set(pack("chongqing")) == set(ALL)
    assert set(pack("gb50180-2018")) == set(ALL) - {"ectr", "rest"}
    assert set(pack("elder-care-national")) == {"eday", "ectr", "ebed", "meal"}
    for name in PACKS:
        kinds = pack(name)
        groups = {group: {kind.id for kind in kinds.values() if kind.group == group} for group in ("elder", "child")}
        assert groups["elder"] <= {"eday", "ectr", "ebed", "meal"} and groups["child"] <= {"nurs", "kgar", "play"}
        assert all(kind.min_size <= kind.max_size for kind in kinds.values())
        assert all(kind.design_capacity for kind in kinds.values() if kind.unit == "people")  # one per circle


@pytest.mark.parametrize("name", PACKS)
def test_nothing_is_called_checked_and_own_numbers_are_heuristic(name):
    figures = [figure for _, figure in envelope.list_figures(envelope.load("standard", name))]
    assert {figure["status"] for figure in figures} <= {"found", "known", "heuristic"}
    assert all(figure["status"] == "heuristic" for figure in figures if figure["source"].startswith("own choice"))


@pytest.mark.parametrize("name", PACKS)
def test_no_figure_is_surer_than_the_table_it_is_from(name):
    """Some rows of the standard's appendix C give a range; what takes an end of a range has chosen it itself."""
    rows = {row["id"]: row["figures"] for row in envelope.load("standard", "gb50180-2018")["reference"]}
    rank = {"l": 0, "m": 1, "h": 2}
    for kind in envelope.load("standard", name)["kinds"]:
        figures = dict(envelope.list_figures(kind))
        surest = max((rank[figure["confidence"]] for figure in rows.get(kind["id"], {}).values()), default=2)
        from_table = [item for item in figures.values() if item.get("clause", "").startswith("附录 C")]
        assert all(rank[figure["confidence"]] <= surest for figure in from_table), kind["id"]
    for _, figure in envelope.list_figures(envelope.load("standard", name)):
        told = figure["source"] + figure.get("clause", "")
        assert figure["status"] == "heuristic" or ("取上限" not in told and "作为上限" not in told)


def test_figures_of_the_codes():
    gb, whole, elder = pack("gb50180-2018"), pack("complete-community-2020"), pack("elder-care-national")
    # GB 50180-2018: service radius, levels of 5, 10 minutes, floor areas of appendix C
    assert {kind: gb[kind].radius_m for kind in ("kgar", "heal", "serv", "mark", "prim")} == {
        "kgar": 300, "heal": 300, "serv": 300, "mark": 500, "prim": 500,
    }  # fmt: skip
    assert {kind.limit_ms for kind in (gb["kgar"], gb["eday"], gb["serv"])} == {300_000}
    assert gb["prim"].limit_ms == gb["mark"].limit_ms == 600_000
    assert (gb["eday"].min_size, gb["eday"].max_size, gb["serv"].site_m2, gb["heal"].site_m2) == (350, 750, 600, 120)
    assert (gb["ebed"].min_size, gb["ebed"].max_size) == (200, 500)
    assert (gb["play"].min_size, gb["play"].max_size, gb["park"].need_factor) == (170, 450, 1)
    assert (gb["kgar"].host.max_floor, gb["heal"].host.max_floor, gb["park"].host.fits) == (3, 1, False)
    # 建科规〔2020〕7号: station 800 m², health 120 m², nursery ≥ 200 m², activity ground ≥ 150 m²
    assert (whole["serv"].site_m2, whole["heal"].site_m2, whole["play"].min_size) == (800, 120, 150)
    assert whole["nurs"].exam_floor_m2 == 200
    # GB 50437: 40 beds per 1000 elders, 35 m² a bed; 民发〔2014〕116号: 20 m² per 100 households
    assert (elder["ebed"].need_factor, elder["ebed"].m2_per_unit, elder["eday"].need_factor) == (0.04, 35, 0.2)


def test_all_kinds_means_all_the_standard_has():
    standard, run = envelope.load("standard", "elder-care-national"), Run()
    assert kinds_in(standard, ALL, ALL, run) == ("eday", "ectr", "ebed", "meal")
    assert [(message.code, message.values["standard"]) for message in run.messages] == [
        ("kinds_not_in_standard", "elder-care-national")
    ]
    wanted = kinds_in(standard, ("eday", "park"), ALL, run)
    with pytest.raises(RenewalError) as told:  # a kind somebody asked for by name is refused
        kinds_of(standard, wanted)
    assert told.value.values["kinds"] == ["park"]


@pytest.mark.parametrize("name", PACKS)
def test_a_standard_that_groups_otherwise_is_told(name):
    """Zones and sheets see only the table of gaps: what ships groups as they do, what does not is told."""
    standard, run = copy.deepcopy(envelope.load("standard", name)), Run()
    kinds_in(standard, ("eday",), ALL, run)
    assert run.messages == []
    kind = next(entry for entry in standard["kinds"] if entry["id"] == "eday")
    kind["group"] = "all"
    kinds_in(standard, ("eday",), ALL, run)
    assert [(item.code, item.level, item.values["kinds"]) for item in run.messages] == [
        ("kinds_regrouped", "warning", ["eday"])
    ]


def reading(name):
    """{path: value} of what a pack says for reading only, by the entry's id."""
    found = {}
    for part in ("tiers", "reference"):
        for entry in envelope.load("standard", name).get(part, []):
            for figure, told in entry["figures"].items():
                found[f"{entry['id']}.{figure}"] = told["value"]
    return found


def test_what_the_documents_say_beside_the_kinds():
    gb, whole = reading("gb50180-2018"), reading("complete-community-2020")
    elder, city = reading("elder-care-national"), reading("chongqing")
    # GB 50180-2018: 3.0.4, 4.0.4, 5.0.3 and appendix C
    assert (gb["t15.people"], gb["t10.people"], gb["t5.people"]) == ([50000, 100000], [15000, 25000], [5000, 12000])
    assert (gb["t15.facility_floor_m2"], gb["t5.park_min_ha"], gb["renewal.green_share"]) == ([1450, 1830], 0.4, 0.7)
    assert (gb["culture_station.radius_m"], gb["health_centre.floor_m2"]) == (500, [1700, 2000])
    assert (gb["ebed_home.beds"], gb["ebed_nursing.beds"], gb["waste_point.radius_m"]) == ([200, 500], [100, 500], 70)
    assert sum(key.endswith(".required") for key in gb) == 27  # the rows of appendix C
    # 建科规〔2020〕7号, the guide of embedded services, places and classes
    assert (whole["supermarket.floor_min_m2"], whole["toilet.floor_min_m2"], whole["green.new_park_min_m2"]) == (
        300,
        30,
        4000,
    )
    assert (whole["embedded.floor_m2"], whole["nursery_target.target"], whole["jgj39.classes_large"]) == (
        [600, 800],
        4.5,
        [9, 12],
    )
    # GB 50437, 民发〔2014〕116号, 建标 143-2010 and the practice of provinces
    assert (elder["homes.land_m2_a_bed"], elder["rooms.new_m2"]) == ([18, 44], [20, 30])
    assert (elder["day_care_classes.floor_1_m2"], elder["guizhou.centre_min_m2"]) == (1600, 1000)
    # the census of 2020, the network of 2020
    assert (city["population2020.household_size"], city["population2020.aged_60"]) == (2.45, 0.2187)
    assert (city["network2020.street_centres"], city["network2020.streets"]) == (220, 226)


@pytest.mark.parametrize("name", PACKS)
def test_figures_for_reading_have_sources_and_nobody_counts_them_as_used(name):
    standard = envelope.load("standard", name)
    read = [figure for key in envelope.READING for _, figure in envelope.list_figures(standard.get(key, []))]
    assert len(read) > 15 and all(figure["source"] and figure["unit"] is not None for figure in read)
    assert {figure["status"] for figure in read} <= {"found", "known", "heuristic"}
    used = [path for path, _ in envelope.list_figures(standard)]
    assert used and not [path for path in used if path.split("[")[0] in ("tiers", "reference")]
    assert all(entry["tier"] and entry["lead"] for entry in standard["kinds"])


def test_what_must_be_read_is_named_with_the_figures_that_wait_for_it():
    standard = envelope.load("standard", "chongqing")
    asked = {entry["id"]: entry for entry in standard["to_read"]}
    assert {"ymg2025_7", "db50t543"} <= set(asked)
    (eday,) = [entry for entry in standard["kinds"] if entry["id"] == "eday"]
    assert "kinds[eday].need.factor" in asked["ymg2025_7"]["figures"]
    assert eday["need"]["factor"]["status"] == "heuristic"  # 待核 until somebody has read it


def test_a_figure_is_marked_as_checked_by_whom_when_and_where(tmp_path):
    own = {
        "schema": "urban-renewal/standard/1", "id": "chongqing-checked", "title": {"zh": "核对", "en": "Checked"},
        "extends": "chongqing",
        "kinds": [{"id": "eday", "need": {"factor": {"value": 0.3, "source": "渝民规〔2025〕7号", "clause": "第五条",
                   "status": "checked", "confidence": "h", "checked_by": "张工", "checked_at": "2026-01-15"}}}],
    }  # fmt: skip
    path = tmp_path / "own.json"
    path.write_text(json.dumps(own, ensure_ascii=False), encoding="utf-8")
    standard = envelope.load_file("standard", path)
    kinds = {kind.id: kind for kind in kinds_of(standard, ["eday", "nurs"])}
    assert kinds["eday"].need_factor == 0.3 and kinds["nurs"].need_factor == 0.0045
    before = dict(envelope.list_unverified(envelope.load("standard", "chongqing")))
    after = dict(envelope.list_unverified(standard))
    assert set(before) - set(after) == {"kinds[0].need.factor"}
    del own["kinds"][0]["need"]["factor"]["clause"]  # who and when without the clause is no check
    own["kinds"][0]["need"]["factor"]["clause"] = ""
    path.write_text(json.dumps(own, ensure_ascii=False), encoding="utf-8")
    with pytest.raises(RenewalError):
        envelope.load_file("standard", path)
