"""What is on the map: groups of results, what a step shows, a person's own wishes, the base map on their own layers."""

import pytest
from qgis.core import QgsFillSymbol, QgsRectangle, QgsSingleSymbolRenderer, QgsVectorLayer
from qgis.PyQt.QtXml import QDomDocument

from .conftest import DELIVERY, SAMPLE, write_tables

AREA = "POLYGON((0 0, 100 0, 100 100, 0 100, 0 0))"
MORE = {
    "cores": ("Point?crs=EPSG:4545&field=zone_id:string&field=station_id:string", "POINT(50 50)", ["Z1", "S1"]),
    "petals": ("Polygon?crs=EPSG:4545&field=zone_id:string&field=tag:string&field=area_m2:double", AREA,
               ["Z1", "old_compound", 10000.0]),
    "branches": (("LineString?crs=EPSG:4545&field=zone_id:string&field=kind:string&field=length_m:double"
                  "&field=climb_m:double"), "LINESTRING(0 0, 50 50)", ["Z1", "street", 70.0, 1.0]),
    "gap": ("Polygon?crs=EPSG:4545&field=parcel_id:string&field=elder_gap:double&field=child_gap:double", AREA,
            ["P1", 0.6, 0.1]),
    "facilities": ("Point?crs=EPSG:4545&field=facility_id:string&field=kind:string", "POINT(5 5)", ["F1", "eday"]),
    "facility_load": ("NoGeometry?field=facility_id:string&field=kind:string&field=free:double&field=served:double",
                      "", ["F1", "eday", 0.0, 12.0]),
    "edges": ("LineString?crs=EPSG:4545&field=kind:string", "LINESTRING(0 0, 100 0)", ["street"]),
    "findings": ("NoGeometry?field=finding_id:string", "", ["1"]),
    "contours": ("LineString?crs=EPSG:4545&field=is_index:integer&field=height_m:double", "LINESTRING(0 0, 1 1)",
                 [1, 200.0]),
}  # fmt: skip


@pytest.fixture
def delivered(project, tmp_path):
    """A delivery's tables in the project; gives the path of the GeoPackage."""
    from urban_renewal.dialogs.study import results
    from urban_renewal.dialogs.study.turns import through

    path = tmp_path / "delivery" / "data.gpkg"
    write_tables(path, {**DELIVERY, **MORE})
    through(results.loading_delivery(project, path, "s", "Results: x"))
    return path


def checked(project):
    from urban_renewal.dialogs.study.tree import result_of

    return {result_of(layer)[1] for layer in project.layerTreeRoot().checkedLayers()} - {""}


def test_results_stand_by_theme_from_above(project, delivered):
    """Zones above gaps above tags above the ground; tables in a folded group below; as they are drawn."""
    from urban_renewal.dialogs.study import tree

    group = tree.group_of(project, "s")
    parts = {node.customProperty(tree.PART): node for node in group.children()}
    assert list(parts) == ["zones", "gaps", "tag", "ground", "tables"]
    names = {key: [tree.result_of(item.layer())[1] for item in node.findLayers()] for key, node in parts.items()}
    assert names["zones"] == ["cores", "branches", "zones", "petals"]
    assert names["gaps"] == ["facilities", "gap", "edges"]
    assert (names["tag"], names["ground"]) == (["tagged"], ["contours"])
    assert sorted(names["tables"]) == ["facility_load", "findings"]
    assert not parts["tables"].isExpanded()
    assert all(not item.layer().isSpatial() for item in parts["tables"].findLayers())


def test_every_class_has_its_number(project, delivered):
    from urban_renewal.dialogs.study import results
    from urban_renewal.dialogs.study.tree import result_of
    from urban_renewal.processing.styling.dressed import wear

    for layer in list(project.mapLayers().values()):
        table = result_of(layer)[1]
        if table in ("gap", "petals", "tagged", "branches"):
            wear(layer, table, "en")  # the files of this test bring no style
            list(results.counting(layer))
    labels = {result_of(layer)[1]: [item.label() for item in layer.renderer().legendSymbolItems()]
              for layer in project.mapLayers().values() if layer.isSpatial()}  # fmt: skip
    assert labels["gap"] == ["40–70 %  1"]  # what nobody can find on the map stands in no legend
    assert labels["petals"] == ["Petal: Old compound  1"]
    assert labels["branches"] == ["Branch: walk to station  1"]
    assert labels["facilities"] == ["Overloaded  1"]


def test_a_step_shows_what_it_is_about_and_keeps_wishes(project, delivered):
    """What a person switches off in Zones stays off there, and only there; after the next run too."""
    from urban_renewal.dialogs.study import results, tree
    from urban_renewal.dialogs.study.turns import through

    results.show_results(project, "s", "zones")
    assert checked(project) == {"zones", "cores", "branches", "petals"}
    parts = {node.customProperty(tree.PART): node for node in tree.group_of(project, "s").children()}
    assert [key for key, node in parts.items() if node.isExpanded()] == ["zones"]
    layers = {tree.result_of(layer)[1]: layer for layer in project.mapLayers().values()}
    root = project.layerTreeRoot()
    root.findLayer(layers["branches"].id()).setItemVisibilityChecked(False)
    root.findLayer(layers["contours"].id()).setItemVisibilityChecked(True)
    results.show_results(project, "s", "gaps")
    assert checked(project) == {"gap", "facilities"}
    results.show_results(project, "s", "zones")
    assert checked(project) == {"zones", "cores", "petals", "contours"}
    through(results.loading_delivery(project, delivered, "s", "Results: x"))
    results.show_results(project, "s", "zones")
    assert checked(project) == {"zones", "cores", "petals", "contours"}
    results.show_results(project, "s", "deliver")
    assert checked(project) == {"zones", "cores", "tagged"}


def test_facilities_make_way_for_those_of_one_kind(project, delivered):
    """Hidden for a while is no wish: they are back afterwards, unless somebody had switched them off."""
    from urban_renewal.dialogs.study import results, tree

    results.show_results(project, "s", "gaps")
    tree.set_aside(project, "s", "facilities", True)
    assert checked(project) == {"gap"}
    tree.set_aside(project, "s", "facilities", True)
    tree.set_aside(project, "s", "facilities", False)
    assert checked(project) == {"gap", "facilities"}
    tree.set_aside(project, "s", "facilities", True)
    results.show_results(project, "s", "tag")
    results.show_results(project, "s", "gaps")
    assert checked(project) == {"gap", "facilities"}


def test_a_persons_own_layers_are_left_alone(project, delivered):
    """No step switches or restyles a layer that the person brought and that wears no base map."""
    from urban_renewal.dialogs.study import results

    own = QgsVectorLayer("Point?crs=EPSG:4545&field=facility_id:string", "facilities", "memory")
    project.addMapLayer(own)
    before = own.renderer().dump()
    for step in ("prepare", "tag", "gaps", "zones", "deliver"):
        results.show_results(project, "s", step)
        assert project.layerTreeRoot().findLayer(own.id()).itemVisibilityChecked(), step
    assert own.renderer().dump() == before


def test_dropped_inputs_in_the_look_of_the_house_follow_the_steps(project, delivered):
    """Stations that got our look when they were dropped make way for the zones' own labels; others stay."""
    from urban_renewal.dialogs.study import base_look, results, tree
    from urban_renewal.dialogs.study.study import InputChoice, Study

    uri = "Point?crs=EPSG:4545&field=station_id:string&field=name:string"
    stations = results.add_in_order(project, QgsVectorLayer(uri, "站", "memory"), "STATIONS")
    stranger = results.add_in_order(project, QgsVectorLayer(uri, "其他", "memory"))
    shown = project.layerTreeRoot().findLayer(stations.id())
    results.show_results(project, "s", "tag")
    assert shown.itemVisibilityChecked()
    results.show_results(project, "s", "zones")
    assert not shown.itemVisibilityChecked()
    assert project.layerTreeRoot().findLayer(stranger.id()).itemVisibilityChecked()
    project.removeMapLayers([key for key, layer in project.mapLayers().items() if tree.result_of(layer)[1] == "cores"])
    results.show_results(project, "s", "zones")
    assert shown.itemVisibilityChecked(), "without zones nothing else tells where the stations are"
    study = Study(study_id="s", inputs={"STATIONS": InputChoice(stations.id(), stations.source(), "站", 1.0)})
    assert base_look.state_of(project, study) == "", "it wears the base map already: nothing to offer"


def test_a_bar_of_the_card_frames_its_zone(project, delivered, qgis_iface):
    from urban_renewal.dialogs.study import results
    from urban_renewal.dialogs.study.study import Study

    canvas = qgis_iface.mapCanvas()
    canvas.resize(400, 400)
    canvas.setDestinationCrs(project.crs())
    away = QgsRectangle(5000, 5000, 5010, 5010)
    canvas.setExtent(away)
    results.frame_row(qgis_iface, project, Study(study_id="s"), "zones", ("zone_id", "no such"))
    assert not canvas.extent().contains(QgsRectangle(0, 0, 100, 100))
    results.frame_row(qgis_iface, project, Study(study_id="s"), "zones", ("zone_id", "Z1"))
    assert canvas.extent().contains(QgsRectangle(0, 0, 100, 100)) and canvas.extent().height() < 200


def test_who_looks_from_nearby_stays(project, delivered, qgis_iface, tmp_path):
    """Asked for once more, the map shows all of the step."""
    from urban_renewal.dialogs.study import results
    from urban_renewal.dialogs.study.study import StepRecord, Study
    from urban_renewal.dialogs.study.turns import through

    study = Study(study_id="s", folder=str(tmp_path))
    study.steps["tag"] = StepRecord("1", "2025-12-31T10:00:00", 1.0, {"tagged": "delivery/data.gpkg|layername=tagged"})
    canvas = qgis_iface.mapCanvas()
    canvas.resize(400, 400)
    canvas.setDestinationCrs(project.crs())
    near = QgsRectangle(40, 40, 44, 44)
    canvas.setExtent(near)
    through(results.opening_step(qgis_iface, project, study, "tag"))
    assert canvas.extent().width() < 40
    through(results.opening_step(qgis_iface, project, study, "tag"))
    assert canvas.extent().width() > 100
    canvas.setExtent(QgsRectangle(5000, 5000, 5010, 5010))
    through(results.opening_step(qgis_iface, project, study, "tag"))
    assert canvas.extent().contains(QgsRectangle(0, 0, 100, 100)), "a map of elsewhere shows nothing of it"


def style_of(layer):
    document = QDomDocument()
    layer.exportNamedStyle(document)
    return document.toString()


def test_base_map_is_put_on_and_taken_off(dock, qtbot, project, load_inputs, tmp_path):
    """One button; own styles are kept beside ours in the layer, and come back as they were."""
    from urban_renewal.dialogs.study import results
    from urban_renewal.dialogs.study.turns import through

    load_inputs()
    parcels = project.mapLayersByName("parcels")[0]
    symbol = QgsFillSymbol.createSimple({"color": "#FF00FF"})
    parcels.setRenderer(QgsSingleSymbolRenderer(symbol))
    qtbot.waitUntil(lambda: dock.inputs.base.isVisibleTo(dock), timeout=5000)
    assert dock.inputs.base.text() == "Base map look"
    mine = [layer for layer in project.mapLayers().values() if layer.isSpatial()]
    before, land = {layer.id(): style_of(layer) for layer in mine}, project.backgroundColor().name()
    assert land != "#f6f3eb"
    dock.inputs.base.click()
    assert dock.inputs.base.text() == "Own styles again"
    assert project.backgroundColor().name() == "#f6f3eb"
    assert [item.label() for item in parcels.renderer().legendSymbolItems()] == ["Parcel"]
    assert sorted(parcels.styleManager().styles()) == ["Workbench base map", "default"]
    roads = project.mapLayersByName("roads")[0]
    assert len(roads.renderer().legendSymbolItems()) == 5
    places = project.layerTreeRoot().findLayer(project.mapLayersByName("facilities")[0].id())
    study_id = dock.session.study.study_id
    write_tables(tmp_path / "data.gpkg", DELIVERY)
    through(results.loading_delivery(project, tmp_path / "data.gpkg", study_id, "x"))
    results.show_results(project, study_id, "tag")
    assert not places.itemVisibilityChecked(), "the base map follows the step"
    assert roads.styleManager().renameStyle("Workbench base map", "工作台底图"), "as a QGIS in Chinese has put it on"
    dock.inputs.base.click()
    assert {layer.id(): style_of(layer) for layer in mine} == before
    assert [layer.styleManager().styles() for layer in (parcels, roads)] == [["default"]] * 2
    assert project.backgroundColor().name() == land
    assert dock.inputs.base.text() == "Base map look"
    assert places.itemVisibilityChecked(), "as the person had it"


def test_the_sample_wears_the_base_map(project, tmp_path):
    """Its areas are quiet, the ground has the land's colour, tables lie folded below, results let houses through."""
    from qgis.PyQt.QtGui import QPainter
    from urban_renewal.dialogs.study import results
    from urban_renewal.dialogs.study.adding import house_layers
    from urban_renewal.dialogs.study.turns import through

    path = tmp_path / "sample.gpkg"
    tables = {**SAMPLE, "buildings": ("Polygon?crs=EPSG:4545&field=floors:integer", AREA, [6]),
              "activity": ("NoGeometry?field=parcel_id:string", "", ["P1"])}  # fmt: skip
    write_tables(path, tables)
    through(results.loading_sample(project, str(path), ""))
    assert set(house_layers(project)) == {"parcels", "facilities", "population", "roads", "stations", "buildings"}
    assert project.backgroundColor().name() == "#f6f3eb"
    group = project.layerTreeRoot().children()[0]
    order = [node.name() for node in group.findLayers()]
    assert order.index("Roads") < order.index("Buildings") < order.index("Parcels") < len(order) - 1
    assert group.children()[-1].name() == "Tables"
    write_tables(tmp_path / "data.gpkg", DELIVERY)
    layers = through(results.loading_delivery(project, tmp_path / "data.gpkg", "s", "x"))
    modes = {results.result_of(layer)[1]: layer.blendMode() for layer in layers}
    assert modes["tagged"] == QPainter.CompositionMode.CompositionMode_Multiply
    assert modes["zones"] == QPainter.CompositionMode.CompositionMode_SourceOver


def test_a_layer_of_people_and_communities_wears_the_look_of_communities(project):
    from urban_renewal.dialogs.study.base_look import wearers
    from urban_renewal.dialogs.study.study import InputChoice, Study

    layer = QgsVectorLayer("Polygon?crs=EPSG:4545&field=name:string&field=pop:integer", "社区", "memory")
    project.addMapLayer(layer)
    alone = Study(inputs={"POPULATION": InputChoice(layer.id())})
    both = Study(inputs={**alone.inputs, "COMMUNITIES": InputChoice(layer.id())})
    assert [table for _, table in wearers(project, alone)] == ["population"]
    assert [table for _, table in wearers(project, both)] == ["communities"]


def test_tables_of_an_older_run_go_with_their_step(project, delivered, qgis_iface, tmp_path):
    """Gaps ran anew after a delivery: its table of loads told the old figures beside the new map."""
    from urban_renewal.dialogs.study import results
    from urban_renewal.dialogs.study.study import StepRecord, Study
    from urban_renewal.dialogs.study.turns import through

    write_tables(tmp_path / "steps" / "new.gpkg", {name: MORE[name] for name in ("gap", "facility_load")})
    study = Study(study_id="s", folder=str(tmp_path))
    new = {name: f"steps/new.gpkg|layername={name}" for name in ("gap", "facility_load")}
    study.steps["gaps"] = StepRecord("2", "2025-12-31T10:00:00", 1.0, new)
    before = results.sources(project, "s")
    through(results.opening_step(qgis_iface, project, study, "gaps"))
    after = results.sources(project, "s")
    assert all(after[name] == str(tmp_path / place) for name, place in new.items())
    assert after["findings"] == before["findings"] and set(after) == set(before)  # of a step that did not run


def test_a_delivery_that_is_loaded_twice_at_a_time_is_there_once(project, delivered):
    """A link that is followed while the results of a run come: each waits for turns of the other."""
    from urban_renewal.dialogs.study import results

    works = [results.loading_delivery(project, delivered, "s", "Results: x") for _ in range(2)]
    while works:
        works = [work for work in works if next(work, None) is not None]
    tables = sorted(results.result_of(layer)[1] for layer in project.mapLayers().values())
    assert tables == sorted(set(tables)) and {"facilities", "facility_full", "zones"} <= set(tables)


def test_groups_are_called_in_the_language_of_qgis_unless_a_person_named_them(project, delivered, monkeypatch):
    from urban_renewal.dialogs.study import results, tree
    from urban_renewal.dialogs.study.turns import through

    parts = {node.customProperty(tree.PART): node for node in tree.group_of(project, "s").children()}
    parts["gaps"].setName("mine")
    monkeypatch.setattr(tree, "part_title", lambda key: {"zones": "示范片区", "gaps": "步行与缺口"}.get(key, key))
    tables = {name: f"{delivered}|layername={name}" for name in ("zones", "gap")}
    through(results.loading_tables(project, tables, "s", "成果：x"))
    assert (parts["zones"].name(), parts["gaps"].name()) == ("示范片区", "mine")
    assert tree.group_of(project, "s").name() == "成果：x"


def test_all_layers_of_facilities_make_way_and_come_back_as_they_were(project, delivered):
    """Lists put together stand hidden beside what became of them; on zones nobody wants its 240 squares either."""
    from urban_renewal.dialogs.study import results

    uri = "Point?crs=EPSG:4545&field=facility_id:string&field=kind:string"
    root = project.layerTreeRoot()
    made = [results.add_in_order(project, QgsVectorLayer(uri, name, "memory"), "FACILITIES") for name in "甲乙丙"]
    nodes = [root.findLayer(layer.id()) for layer in made]
    for node in nodes[:2]:
        node.setItemVisibilityChecked(False)
    for step, is_on in (("zones", False), ("prepare", True), ("tag", False), ("prepare", True)):
        results.show_results(project, "s", step)
        assert [node.itemVisibilityChecked() for node in nodes] == [False, False, is_on], step
