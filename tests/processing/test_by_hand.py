# SPDX-License-Identifier: GPL-2.0-or-later
"""The worked example of the method notes: what it quotes is what the sample gives, and its sums are right."""

import math
import re
from pathlib import Path

import pytest
from qgis.core import QgsVectorLayer

GUIDE = Path(__file__).resolve().parents[2] / "docs" / "guide"


@pytest.fixture(scope="module", params=["zh", "en"])
def text(request):
    """Section 9 of the method notes in a language."""
    whole = (GUIDE / f"methods.{request.param}.md").read_text(encoding="utf-8")
    found = re.search(r"## 9 .*?(?=\n## )", whole, re.DOTALL)
    assert found
    return found[0]


@pytest.fixture(scope="module")
def results(provider, tmp_path_factory):
    """The steps of the study on the sample as it is offered, as far as the example needs them."""
    import processing

    out = tmp_path_factory.mktemp("hand")
    made = processing.run("urbanrenewal:createsample", {"FOLDER": str(out / "sample")})

    def table(name):
        return f"{made['GPKG']}|layername={name}"

    def run(name, **values):
        return processing.run(f"urbanrenewal:{name}", values)

    def at(name):
        return str(out / f"{name}.gpkg")

    run("allocatepopulation", POPULATION=table("communities"), PARCELS=table("parcels"),
        BUILDINGS=table("buildings"), OUTPUT=at("people"), BUILDING_PEOPLE=at("homes"))  # fmt: skip
    given = {name.upper(): table(name) for name in ("buildings", "roads", "activity", "protected", "programme")}
    run("tagparcels", PARCELS=at("people"), AS_OF="2025-12-31", OUTPUT=at("tagged"), **given)
    run("buildwalknetwork", ROADS=table("roads"), DEM=made["DEM"], HEIGHT_POINTS=table("height_points"),
        EDGES=at("edges"))  # fmt: skip
    places = ("facilities", "capacities", "entrances", "height_points", "barriers", "communities")
    given = {name.upper(): table(name) for name in places}
    run("facilitygap", PARCELS=at("people"), BUILDING_PEOPLE=at("homes"), NETWORK=at("edges"), DEM=made["DEM"],
        KINDS=["nurs"], OUTPUT=at("gap"), SUMMARY=at("summary"), **given)  # fmt: skip

    def row(name, /, **wanted):
        where = " and ".join(f"{field} = '{value}'" for field, value in wanted.items())
        layer = QgsVectorLayer(at(name), name, "ogr")
        layer.setSubsetString(where)
        (feature,) = layer.getFeatures()
        return feature

    population = QgsVectorLayer(table("communities"), "c", "ogr")
    people = {feature["name"]: feature["pop"] for feature in population.getFeatures()}
    return row, people


def test_the_score_is_what_its_table_adds_up_to(text, results):
    import json

    row, _ = results
    parcel = row("tagged", parcel_id=re.search(r"`(P\d+)`", text)[1])
    lines = re.findall(r"\| ([01]) \| (\d\.\d+) \| (\d\.\d+) \|", text)
    assert len(lines) == 3
    for share, weight, product in lines:
        assert float(share) * float(weight) == pytest.approx(float(product))
    evidence = json.loads(parcel["tag_evidence"])["criteria"]
    assert [(one["m_lo"], one["weight"]) for one in evidence] == [(float(a), float(b)) for a, b, _ in lines]
    quoted = float(re.search(r"\*\*(\d\.\d+)\*\*", text)[1])
    assert quoted == pytest.approx(sum(float(product) for *_, product in lines))
    assert parcel["tag_score"] == pytest.approx(quoted)
    assert parcel["tag"] == "idle_factory" and parcel["tag_level"] == "confirmed" and parcel["tag_known"] == 1


def test_the_walking_time_follows_from_length_and_climb(text, results):
    row, _ = results
    edge = row("edges", edge_id=re.search(r"`(R\d+#\d+)`", text)[1])
    length, climb = (float(number) for number in re.search(r"= (\d\.\d+) ÷ (\d+\.\d+)", text).group(2, 1))
    assert (edge["length_m"], edge["climb_m"]) == (length, climb)
    slope = climb / length
    ratio = math.exp(-3.5 * abs(slope + 0.05)) / math.exp(-3.5 * 0.05)
    assert f"{slope:.5f}" in text and f"{ratio:.4f}" in text
    assert f"{length / (0.9 * ratio):.1f}" in text and f"{length / 0.9:.1f}" in text
    up, down = (int(number) for number in re.findall(r"_ms = (\d+)", text))
    assert (edge["elder_fwd_ms"], edge["elder_back_ms"]) == (up, down)
    assert up / 1000 == pytest.approx(length / (0.9 * ratio), rel=1e-3)
    assert down / 1000 == pytest.approx(length / 0.9, rel=1e-3)


def test_the_gap_is_need_less_served(text, results):
    row, people = results
    summary = row("summary", name="松山寨社区", kind="nurs")
    pop = int(re.search(r"(\d{4})(?: people)? ×", text)[1])
    need, served, gap = (float(number) for number in re.search(r"(\d+\.\d+) − \S+ (\d+\.\d+)\D+(\d+\.\d+)", re.sub(
        "已服务 |served ", "x ", text)).groups())  # fmt: skip
    assert people["松山寨社区"] == pop
    assert need == pytest.approx(pop * 4.5 / 1000, abs=6e-4)
    assert (summary["need"], summary["served"], summary["gap"]) == (need, served, gap)
    assert need - served == pytest.approx(gap)
    assert f"{100 * gap / need:.1f} %" in text
