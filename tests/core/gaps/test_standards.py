# SPDX-License-Identifier: GPL-2.0-or-later
"""The shipped packs: every kind, figures as the codes print them, and what is not read stays 待核."""

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
