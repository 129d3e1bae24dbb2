"""createsample in a real QGIS: all layers, readable, the same again, whole or not at all."""

import csv
import hashlib

import numpy as np
import pytest
from qgis.core import QgsCoordinateReferenceSystem, QgsCoordinateTransform, QgsProcessingException, QgsVectorLayer

LAYERS = {
    "parcels", "buildings", "activity", "facilities", "facilities_gcj02", "capacities", "entrances", "communities",
    "roads", "height_points", "stations", "station_entrances", "protected", "barriers", "programme", "constraints",
    "plan", "green",
}  # fmt: skip


def open_layer(folder, name):
    layer = QgsVectorLayer(f"{folder / 'sample.gpkg'}|layername={name}", name, "ogr")
    assert layer.isValid(), name
    return layer


@pytest.fixture(scope="module")
def sample(tmp_path_factory, provider):
    import processing

    folder = tmp_path_factory.mktemp("city") / "sample"
    return folder, processing.run("urbanrenewal:createsample", {"FOLDER": str(folder), "PARCEL_COUNT": 200})


def test_outputs_are_the_files(sample):
    folder, found = sample
    wanted = {
        "FOLDER": folder,
        "GPKG": folder / "sample.gpkg",
        "DEM": folder / "dem.tif",
        "TRUTH": folder / "truth.csv",
    }
    assert {name: found[name] for name in wanted} == {name: str(path) for name, path in wanted.items()}
    assert sorted(path.name for path in folder.iterdir()) == ["dem.tif", "sample.gpkg", "truth.csv"]


def test_layers_carry_chinese_headings_and_their_system(sample):
    folder, _ = sample
    package = QgsVectorLayer(str(folder / "sample.gpkg"), "x", "ogr")
    assert {text.split("!!::!!")[1] for text in package.dataProvider().subLayers()} == LAYERS
    parcels = open_layer(folder, "parcels")
    assert parcels.featureCount() == 200
    assert parcels.crs().authid() == "EPSG:4545"
    assert parcels.attributeAlias(parcels.fields().indexOf("parcel_id")) == "宗地编号"
    assert open_layer(folder, "facilities_gcj02").crs().authid() == "EPSG:4326"


def test_truth_names_every_parcel_that_is_no_copy(sample):
    folder, _ = sample
    with (folder / "truth.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    ids = {feature["parcel_id"] for feature in open_layer(folder, "parcels").getFeatures()}
    assert ids - {row["parcel_id"] for row in rows} == {"P000200"}
    assert {row["tag"] for row in rows} == {"old_compound", "urban_village", "idle_factory", "none"}


def test_shifted_facilities_lie_some_hundred_metres_off(sample, project):
    """Near 106.5° E, 29.5° N the GCJ-02 offset is about 480 m (at 解放碑 E +357, N −320)."""
    folder, _ = sample
    there, here = open_layer(folder, "facilities_gcj02"), open_layer(folder, "facilities")
    back = QgsCoordinateTransform(QgsCoordinateReferenceSystem("EPSG:4490"), here.crs(), project)
    shifts = []
    for moved, true in zip(there.getFeatures(), here.getFeatures()):
        assert moved["facility_id"] == true["facility_id"]
        point = back.transform(moved.geometry().asPoint())
        shifts.append((point.x() - true.geometry().asPoint().x(), point.y() - true.geometry().asPoint().y()))
    east, north = np.mean(shifts, axis=0)
    assert 250 < east < 450
    assert -420 < north < -220


def test_dem_agrees_with_surveyed_points(sample):
    from osgeo import gdal

    folder, _ = sample
    raster = gdal.Open(str(folder / "dem.tif"))
    west, cell, _, north, _, _ = raster.GetGeoTransform()
    heights = raster.GetRasterBand(1).ReadAsArray()
    misses = []
    for feature in open_layer(folder, "height_points").getFeatures():
        point = feature.geometry().asPoint()
        misses.append(heights[int((north - point.y()) / cell), int((point.x() - west) / cell)] - feature["z"])
    assert abs(np.mean(misses)) < 0.5
    assert np.std(misses) < 1.6  # noise 0.8 m and half a cell of slope


def test_what_others_have_put_beside_a_sample_stays(tmp_path, run_algorithm):
    """A project and results in the sample's folder survive a new sample; marks of databases go with their file."""
    folder = tmp_path / "sample"
    run_algorithm("createsample", {"FOLDER": str(folder), "PARCEL_COUNT": 200})
    (folder / "steps").mkdir()
    for name in ("my.qgz", "steps/tagged.gpkg", "dem.tif.aux.xml"):
        (folder / name).write_bytes(name.encode())
    _, _, feedback = run_algorithm("createsample", {"FOLDER": str(folder), "PARCEL_COUNT": 300})
    assert (folder / "my.qgz").read_bytes() == b"my.qgz"
    assert (folder / "steps" / "tagged.gpkg").read_bytes() == b"steps/tagged.gpkg"
    assert not (folder / "dem.tif.aux.xml").exists()
    assert open_layer(folder, "parcels").featureCount() >= 250
    assert "my.qgz、steps/tagged.gpkg" in feedback.textLog()


def test_a_sample_with_somebodys_table_in_it_is_not_made_anew(tmp_path, run_algorithm, save_layer, make_layer):
    folder = tmp_path / "sample"
    run_algorithm("createsample", {"FOLDER": str(folder), "PARCEL_COUNT": 200})
    save_layer(make_layer([("POINT(0 0)", {"n": 1})], "Point"), folder / "sample.gpkg", table="mine")
    with pytest.raises(QgsProcessingException, match="mine"):
        run_algorithm("createsample", {"FOLDER": str(folder), "PARCEL_COUNT": 200})
    assert open_layer(folder, "mine").featureCount() == 1


def contents(folder):
    """Return a digest of every layer's rows, the DEM's and the truth's bytes; styles carry random ids."""
    found = {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in ("dem.tif", "truth.csv")}
    for name in LAYERS:
        rows = [
            (feature.attributes()[1:], feature.geometry().asWkb().data())
            for feature in open_layer(folder, name).getFeatures()
        ]
        found[name] = hashlib.sha256(repr(rows).encode()).hexdigest()
    return found


def test_same_seed_same_content_other_seed_other_city(sample, run_algorithm, tmp_path):
    folder, _ = sample
    run_algorithm("createsample", {"FOLDER": str(tmp_path / "again"), "PARCEL_COUNT": 200})
    run_algorithm("createsample", {"FOLDER": str(tmp_path / "other"), "PARCEL_COUNT": 200, "SEED": 7})
    first, again, other = contents(folder), contents(tmp_path / "again"), contents(tmp_path / "other")
    assert first == again
    assert [name for name in first if first[name] == other[name]] == []


def test_foreign_folder_is_refused_and_left_alone(provider, tmp_path):
    import processing

    (tmp_path / "mine.txt").write_text("keep")
    with pytest.raises(QgsProcessingException):
        processing.run("urbanrenewal:createsample", {"FOLDER": str(tmp_path), "PARCEL_COUNT": 200})
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]
