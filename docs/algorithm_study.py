# SPDX-License-Identifier: GPL-2.0-or-later
"""The study of the sample city of which algorithm_pictures.py takes its pictures: every algorithm, run once."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from qgis.core import QgsFeature, QgsField, QgsProject, QgsVectorFileWriter, QgsVectorLayer
from qgis.PyQt.QtCore import QMetaType

AS_OF = "2025-12-31"


class Study:
    """The sample's study, each algorithm run once; `file(name)` is a result."""

    def __init__(self, work: Path, again: set[str]) -> None:
        self.work, self.again = work, again
        work.mkdir(parents=True, exist_ok=True)

    def file(self, name: str) -> str:
        """Return the file of a result."""
        return str(self.work / f"{name}.gpkg")

    def given(self, name: str) -> str:
        """Return a layer of the sample."""
        return f"{self.work / 'sample' / 'sample.gpkg'}|layername={name}"

    @property
    def dem(self) -> str:
        """Return the sample's terrain."""
        return str(self.work / "sample" / "dem.tif")

    def run(self, algorithm: str, first: str, parameters: dict[str, Any]) -> None:
        """Run an algorithm when its first result is missing or it was named."""
        if algorithm in self.again or not Path(first).exists():
            from qgis import processing

            print(algorithm, flush=True)
            processing.run(f"urbanrenewal:{algorithm}", {"LANGUAGE": "zh", **parameters})


def run_all(study: Study) -> None:
    """Run everything there is a picture of, in the order of the work."""
    for part in (prepare, tag, count_gaps, draw_zones, deliver):
        part(study)


def walk_of(study: Study) -> dict[str, str]:
    """Return what walking needs."""
    return {"NETWORK": study.file("edges"), "DEM": study.dem, "BARRIERS": study.given("barriers")}


def zoned_of(study: Study) -> dict[str, str]:
    """Return the zones with their parcels."""
    return {"ZONES": study.file("zones"), "MEMBERS": study.file("members"), "PARCELS": study.file("tagged")}


def prepare(study: Study) -> None:
    """Make the city, check it, and prepare people, streets and units of work."""
    given, file = study.given, study.file
    study.run("createsample", given("parcels").split("|")[0], {"FOLDER": str(study.work / "sample")})
    roles = {name.upper(): given(name) for name in ("parcels", "buildings", "roads", "stations")}
    shifted = {**roles, "FACILITIES": given("facilities_gcj02"), "ISSUES": file("issues"), "DEM": study.dem}
    study.run("checkinputs", file("issues"), shifted)
    study.run("fixcoordinates", file("fixed"), {"INPUT": given("facilities_gcj02"), "OUTPUT": file("fixed")})
    study.run("mergefacilities", file("places"), {"FACILITIES": split(study), "OUTPUT": file("places")})
    study.run("allocatepopulation", file("people"), {
        "POPULATION": given("communities"), "PARCELS": given("parcels"), "BUILDINGS": given("buildings"),
        "OUTPUT": file("people"), "BUILDING_PEOPLE": file("building_people")})  # fmt: skip
    study.run(
        "buildwalknetwork",
        file("edges"),
        {"ROADS": given("roads"), "DEM": study.dem, "HEIGHT_POINTS": given("height_points"), "EDGES": file("edges")},
    )
    study.run("makeunits", file("units"), {
        "PARCELS": given("parcels"), "BUILDINGS": given("buildings"), "ROADS": given("roads"),
        "UNITS": file("units"), "UNIT_MEMBERS": file("unit_members")})  # fmt: skip


def split(study: Study) -> list[str]:
    """Write some facilities as an office has them: a file a kind, which is told by its name alone."""
    found = []
    for kind, name in (("kgar", "幼儿园"), ("eday", "社区养老服务站"), ("park", "公园")):
        layer = layer_of(study.given("facilities"))
        layer.setSubsetString(
            f"kind = '{kind}' AND fid <= (SELECT fid FROM facilities WHERE kind = '{kind}' LIMIT 1 OFFSET 3)"
        )
        shown = [layer.fields().indexOf(field) for field in ("facility_id", "name", "capacity")]
        found.append(save_layer(layer, study.file(name), name, shown))
    return found


def tag(study: Study) -> None:
    """Tag the parcels, judge the tags, merge two people's reviews."""
    given, file = study.given, study.file
    study.run("tagparcels", file("tagged"), {
        "PARCELS": file("people"), "BUILDINGS": given("buildings"), "ROADS": given("roads"), "AS_OF": AS_OF,
        "ACTIVITY": given("activity"), "PROTECTED": given("protected"), "PROGRAMME": given("programme"),
        "OUTPUT": file("tagged")})  # fmt: skip
    study.run("fieldsample", file("to_visit"), {"TAGGED": file("tagged"), "MARGIN": 0.1, "SAMPLE": file("to_visit")})
    study.run("tagaccuracy", file("matrix"), {
        "TAGGED": file("tagged"), "TRUTH": str(study.work / "sample" / "truth.csv"), "MATRIX": file("matrix"),
        "ERRORS": file("tag_errors")})  # fmt: skip
    reviews(study)
    study.run(
        "mergereviews",
        file("merged"),
        {"REVIEWS": [file("reviews_a"), file("reviews_b")], "OUTPUT": file("merged"), "CONFLICTS": file("conflicts")},
    )


def count_gaps(study: Study) -> None:
    """Count what is lacking, propose sites, compare with what is planned."""
    given, file, walk = study.given, study.file, walk_of(study)
    places = {"FACILITIES": given("facilities"), "CAPACITIES": given("capacities"), "ENTRANCES": given("entrances")}
    gaps = {"PARCELS": file("tagged"), "BUILDING_PEOPLE": file("building_people"), **walk}
    study.run("facilitygap", file("gap"), {
        **gaps, **places, "COMMUNITIES": given("communities"), "OUTPUT": file("gap"), "DETAIL": file("gap_detail"),
        "FACILITY_LOAD": file("facility_load"), "SUMMARY": file("gap_summary")})  # fmt: skip
    study.run("serviceareas", file("areas"), {
        "FACILITIES": given("stations"), "ENTRANCES": given("station_entrances"), **walk, "PROFILE": "elder",
        "OUTPUT": file("areas")})  # fmt: skip
    study.run(
        "missinglinks", file("links"), {"PLACES": file("building_people"), **walk, "LINKS": file("links"), "KEEP": 10}
    )
    idle = study.work / "idle.gpkg"
    if not idle.exists():
        subset(file("tagged"), "\"tag\" = 'idle_factory' AND \"tag_level\" = 'confirmed'", idle)
    study.run("proposesites", file("sites"), {
        **gaps, **places, "CANDIDATES": str(idle), "CANDIDATE_AREA": "floor_m2", "KINDS": ["nurs", "eday"],
        "MAX_SITES": 4, "SITES": file("sites")})  # fmt: skip
    planned = study.work / "planned.gpkg"
    if not planned.exists():
        subset(given("facilities"), "", planned, {"status": "现状"})
    study.run("facilitygap", file("planned_detail"), {
        **gaps, "FACILITIES": str(planned), "CAPACITIES": given("capacities"), "OUTPUT": file("planned_gap"),
        "DETAIL": file("planned_detail")})  # fmt: skip
    study.run("comparescenarios", file("difference"), {
        "BEFORE": file("gap_detail"), "AFTER": file("planned_detail"), "DIFFERENCE": file("difference"),
        "SUMMARY": file("difference_sums")})  # fmt: skip


def draw_zones(study: Study) -> None:
    """Draw, check and rank the zones and make their projects."""
    given, file, walk = study.given, study.file, walk_of(study)
    study.run("delineatezones", file("zones"), {
        "PARCELS": file("tagged"), "DETAIL": file("gap_detail"), "STATIONS": given("stations"),
        "STATION_ENTRANCES": given("station_entrances"), **walk,
        **{name.upper(): file(name) for name in ("zones", "members", "cores", "branches", "petals")}})  # fmt: skip
    zoned = zoned_of(study)
    limits = {name.upper(): given(name) for name in ("buildings", "protected", "plan", "constraints", "green")}
    study.run(
        "checkzones",
        file("actions"),
        {**zoned, **limits, "OUTPUT": file("checked"), "ACTIONS": file("actions"), "FINDINGS": file("findings")},
    )
    study.run("makeprojects", file("projects"), {
        **zoned, "PETALS": file("petals"), "ACTIONS": file("actions"), "LINKS": file("links"),
        "PROJECTS": file("projects"), "PROJECT_ITEMS": file("project_items")})  # fmt: skip
    study.run("rankzones", file("ranked"), {"ZONES": file("zones"), "OUTPUT": file("ranked")})


def deliver(study: Study) -> None:
    """Write and verify a delivery."""
    given, file, zoned = study.given, study.file, zoned_of(study)
    delivery = study.work / "delivery"
    study.run("exportzones", str(delivery / "manifest.json"), {
        **zoned, "CORES": file("cores"), "BRANCHES": file("branches"), "PETALS": file("petals"),
        "BUILDINGS": given("buildings"), "DETAIL": file("gap_detail"), "FORMATS": ["gpkg", "png"],
        "TITLE": "示例研究", "FOLDER": str(delivery)})  # fmt: skip
    study.run(
        "verifydelivery",
        file("checked_delivery"),
        {"FOLDER": str(delivery), "STRICT": False, "FINDINGS": file("checked_delivery")},
    )


def subset(source: str, condition: str, target: Path, change: dict[str, Any] | None = None) -> None:
    """Write the rows of a layer that a condition keeps, some fields changed."""
    layer = QgsVectorLayer(source, "x", "ogr")
    layer.setSubsetString(condition)
    kept = QgsVectorLayer(f"{layer.wkbType().name}?crs={layer.crs().authid()}", "x", "memory")
    fields = [field for field in layer.fields() if field.name() != "fid"]
    kept.dataProvider().addAttributes(fields)
    kept.updateFields()
    rows = []
    for feature in layer.getFeatures():
        row = QgsFeature(kept.fields())
        row.setAttributes([(change or {}).get(field.name(), feature[field.name()]) for field in fields])
        row.setGeometry(feature.geometry())
        rows.append(row)
    kept.dataProvider().addFeatures(rows)
    save_layer(kept, str(target))


def reviews(study: Study) -> None:
    """Write two people's reviews of three parcels; they disagree on one."""
    names = ("review_id", "parcel_id", "geometry_hash", "tag", "reviewer", "reviewed_at", "reason")
    tags = {"a": ("old_compound", "none", "urban_village"), "b": ("old_compound", "idle_factory", "urban_village")}
    for mark, person in (("a", "甲"), ("b", "乙")):
        layer = QgsVectorLayer("None", "reviews", "memory")
        layer.dataProvider().addAttributes([QgsField(name, QMetaType.Type.QString) for name in names])
        layer.updateFields()
        for n, tag in enumerate(tags[mark]):
            row = QgsFeature(layer.fields())
            at = f"2025-12-0{n + 1}T09:00:0{0 if mark == 'a' else 5}"
            row.setAttributes([f"{mark}{n}", f"P00000{n + 1}", "h", tag, person, at, "现场核对"])
            layer.dataProvider().addFeature(row)
        save_layer(layer, study.file(f"reviews_{mark}"), "reviews")


def save_layer(layer: QgsVectorLayer, target: str, name: str = "", fields: Sequence[int] = ()) -> str:
    """Write a layer as a GeoPackage, some of its fields when they are named; return the file."""
    options = QgsVectorFileWriter.SaveVectorOptions()
    options.driverName, options.layerName, options.attributes = "GPKG", name, list(fields)
    context = QgsProject.instance().transformContext()
    QgsVectorFileWriter.writeAsVectorFormatV3(layer, target, context, options)
    return target


def layer_of(source: str) -> QgsVectorLayer:
    """Open a result with the style it carries."""
    return QgsVectorLayer(source, "x", "ogr")
