"""missinglinks as the Toolbox runs it."""

import pytest
from qgis.core import QgsVectorLayer

X0, Y0 = 300_000.0, 3_270_000.0  # metres of EPSG:4545


@pytest.fixture
def hairpin(run_algorithm, make_layer, tmp_path):
    """The network of one street that comes back beside itself: 1300 m around, 100 m across."""
    corners = ((0, 0), (600, 0), (600, 100), (0, 100))
    line = "LINESTRING(" + ",".join(f"{X0 + x} {Y0 + y}" for x, y in corners) + ")"
    roads = make_layer([(line, {"road_id": "a", "highway": "footway"})], "LineString")
    path = str(tmp_path / "edges.gpkg")
    run_algorithm("buildwalknetwork", {"ROADS": roads, "PROFILES": ["elder"], "EDGES": path})
    return path


def square(x, y):
    corners = ((-5, -5), (5, -5), (5, 5), (-5, 5), (-5, -5))
    return "POLYGON((" + ",".join(f"{X0 + x + dx} {Y0 + y + dy}" for dx, dy in corners) + "))"


def test_the_link_of_a_hairpin(run_algorithm, make_layer, rows_of, tmp_path, hairpin):
    """900 s (the cap) against 111.1 s: 10 people to 20 and 20 to 10; a barrier moves the link to its end."""
    rows = [
        (square(0, 0), {"parcel_id": "p", "pop_60": 10.0}),
        (square(0, 100), {"parcel_id": "q", "pop_60": 20.0}),
    ]
    homes = make_layer(rows)
    out = str(tmp_path / "links.gpkg")
    wanted = {"PLACES": homes, "NETWORK": hairpin, "LINKS": out}
    run_algorithm("missinglinks", wanted)
    best = rows_of(out)[0]
    assert (best["rank"], best["length_m"], best["kind"], best["gainers_n"]) == (1, 100, "path", 30)
    assert best["saved_person_min"] == pytest.approx(30 * (900 - 100 / 0.9) / 60, abs=0.1)
    line = next(QgsVectorLayer(out, "links", "ogr").getFeatures()).geometry()
    assert line.length() == pytest.approx(100, abs=0.01)
    wall = make_layer([(f"LINESTRING({X0 - 50} {Y0 + 50},{X0 + 100} {Y0 + 50})", {"name": "河"})], "LineString")
    run_algorithm("missinglinks", {**wanted, "BARRIERS": wall, "PEOPLE_FIELD": "pop_60", "KEEP": 1})
    (row,) = rows_of(out)
    line = next(QgsVectorLayer(out, "links", "ogr").getFeatures()).geometry()
    assert line.boundingBox().xMinimum() > X0 + 100
    assert row["saved_person_min"] < best["saved_person_min"]


def test_places_without_ids_and_people(run_algorithm, make_layer, rows_of, tmp_path, hairpin):
    """Bare outlines count one person each, and the log says so."""
    homes = make_layer([(square(0, 0), {"note": "x"}), (square(0, 100), {"note": "y"})])
    out = str(tmp_path / "links.gpkg")
    wanted = {"PLACES": homes, "NETWORK": hairpin, "LINKS": out, "LANGUAGE": "en"}
    _, _, feedback = run_algorithm("missinglinks", wanted)
    assert rows_of(out)[0]["gainers_n"] == 2
    assert "2 places count one person each" in feedback.textLog()
