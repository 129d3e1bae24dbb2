"""serviceareas as the Toolbox runs it."""

import math

import pytest
from qgis.core import QgsProcessingException, QgsVectorLayer

X0, Y0 = 300_000.0, 3_270_000.0  # metres of EPSG:4545


@pytest.fixture
def street(run_algorithm, make_layer, tmp_path):
    """The network of one straight street of 1000 m, for adults and elders."""
    line = f"LINESTRING({X0} {Y0},{X0 + 1000} {Y0})"
    roads = make_layer([(line, {"road_id": "a", "highway": "footway"})], "LineString")
    path = str(tmp_path / "edges.gpkg")
    run_algorithm("buildwalknetwork", {"ROADS": roads, "PROFILES": ["adult", "elder"], "EDGES": path})
    return path


def facilities(make_layer):
    rows = [(f"POINT({X0 + x} {Y0})", {"SSBH": name}) for name, x in (("s1", 500.0), ("s2", 5000.0))]
    return make_layer(rows, "Point", name="设施")


def test_areas_by_facility_and_limit(run_algorithm, make_layer, rows_of, tmp_path, street):
    out = str(tmp_path / "areas.gpkg")
    wanted = {"FACILITIES": facilities(make_layer), "NETWORK": street, "OUTPUT": out, "LANGUAGE": "en"}
    _, _, feedback = run_algorithm("serviceareas", wanted)
    rows = rows_of(out)
    assert [(row["facility_id"], row["minutes"], row["form"]) for row in rows] == [
        ("s1", 5, "disc"), ("s1", 10, "disc"), ("s1", 15, "disc"),
    ]  # fmt: skip
    assert rows[0]["area_m2"] == pytest.approx(2 * 260 * 200 + math.pi * 100**2, rel=0.01)
    assert "Facilities “设施” · 1 · The facility is not joined" in feedback.textLog()
    shapes = [feature.geometry() for feature in QgsVectorLayer(out, "areas", "ogr").getFeatures()]
    assert all(shape.isGeosValid() for shape in shapes)
    assert shapes[0].area() == pytest.approx(rows[0]["area_m2"], abs=0.1)
    more = {"PROFILE": "elder", "MINUTES": "5、10", "FORM": "ring", "DISSOLVE": True}
    run_algorithm("serviceareas", {**wanted, **more})
    rows = rows_of(out)
    assert [(row["facility_id"], row["profile"], row["minutes"]) for row in rows] == [
        (None, "elder", 5), (None, "elder", 10),
    ]  # fmt: skip
    assert rows[1]["area_m2"] == pytest.approx(2 * 270 * 200, rel=0.01)


def test_limits_and_profiles_that_cannot_be(run_algorithm, make_layer, tmp_path, street):
    wanted = {"FACILITIES": facilities(make_layer), "NETWORK": street, "OUTPUT": str(tmp_path / "areas.gpkg")}
    with pytest.raises(QgsProcessingException, match="5,x"):
        run_algorithm("serviceareas", {**wanted, "MINUTES": "5,x"})
    with pytest.raises(QgsProcessingException, match="wheelchair"):
        run_algorithm("serviceareas", {**wanted, "PROFILE": "wheelchair"})
    assert not (tmp_path / "areas.gpkg").exists()


@pytest.mark.parametrize("as_number", [True, False])
def test_limits_from_a_field(run_algorithm, make_layer, rows_of, tmp_path, street, as_number):
    """A field gives each facility its own limits, as a number or as text; an empty cell takes the common ones."""
    first, odd = (7.5, 500.0) if as_number else ("7.5", "bald")
    told = ((500.0, "s1", first), (600.0, "s2", None), (700.0, "s3", odd))
    rows = [(f"POINT({X0 + x} {Y0})", {"SSBH": name, "上限": value}) for x, name, value in told]
    out = str(tmp_path / "areas.gpkg")
    wanted = {"FACILITIES": make_layer(rows, "Point", name="设施"), "NETWORK": street, "OUTPUT": out, "LANGUAGE": "en"}
    _, _, feedback = run_algorithm("serviceareas", {**wanted, "MINUTES": "5", "MINUTES_FIELD": "上限"})
    assert [(row["facility_id"], row["minutes"]) for row in rows_of(out)] == [("s1", 7.5), ("s2", 5)]
    assert f"own limits “{odd if isinstance(odd, str) else 500}” cannot be read" in feedback.textLog()
    with pytest.raises(QgsProcessingException, match="nowhere"):
        run_algorithm("serviceareas", {**wanted, "MINUTES_FIELD": "nowhere"})


def test_messages_name_the_layer_that_was_given(run_algorithm, make_layer, tmp_path, street):
    """The role FACILITIES plays here has another name in the data file; nobody has given a layer of that name."""
    places = make_layer([(f"POINT({X0 + 500} {Y0})", {"说明": "甲"})], "Point", name="医院 2024")
    wanted = {"FACILITIES": places, "NETWORK": street, "OUTPUT": str(tmp_path / "areas.gpkg"), "LANGUAGE": "en"}
    _, _, feedback = run_algorithm("serviceareas", wanted)
    assert "1 feature of layer “医院 2024” has no id" in feedback.textLog()
