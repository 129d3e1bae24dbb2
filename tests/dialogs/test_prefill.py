"""The dialog of an algorithm in the Toolbox starts with the layers that are meant, and with none where nobody knows."""

import json

import pytest
from qgis.core import QgsApplication, QgsProject, QgsVectorLayer
from qgis.PyQt.QtWidgets import QComboBox

INPUTS = {  # name in the project → geometry and fields, called as offices call them
    "宗地2025": "Polygon?crs=EPSG:4545&field=ZDDM:string&field=DLBM:string&field=QSXZ:string",
    "房屋面": "Polygon?crs=EPSG:4545&field=FWBH:string&field=ZCS:integer&field=JGRQ:string",
    "公服设施": "Point?crs=EPSG:4545&field=设施编号:string&field=设施类别:string&field=床位数:double",
    "公服设施_gcj02": "Point?crs=EPSG:4326&field=设施编号:string&field=设施类别:string&field=床位数:double",
    "设施能力表": "NoGeometry?field=设施编号:string&field=类别:string&field=规模:double",
    "社区人口": "Polygon?crs=EPSG:4545&field=社区代码:string&field=pop:double&field=pop_60:double",
    "道路中线": "LineString?crs=EPSG:4545&field=highway:string",
}
TAGGED = "Polygon?crs=EPSG:4545&field=parcel_id:string&field=tag:string&field=tag_level:string"
DETAIL = "NoGeometry?" + "&".join(
    f"field={name}:{kind}"
    for name, kind in {
        "parcel_id": "string", "kind": "string", "unit": "string", "standard_id": "string", "people": "double",
        "need": "double", "served": "double", "gap": "double", "share": "double",
    }.items()
)  # fmt: skip
EDGES = (
    "LineString?crs=EPSG:4545&field=edge_id:string&field=from_node:string&field=to_node:string&field=length_m:double"
    "&field=kind:string"
)


@pytest.fixture
def project(qgis_new_project):
    made = QgsProject.instance()
    for name, source in INPUTS.items():
        made.addMapLayer(QgsVectorLayer(source, name, "memory"))
    return made


@pytest.fixture
def provider(as_provider):
    from urban_renewal.processing.provider import RenewalProvider

    with as_provider(RenewalProvider) as made:
        made.refreshAlgorithms()
        yield made


def add_result(project, table, source, name=None, finished="2026-11-27T20:39:11+00:00"):
    """Add what an algorithm of ours leaves: its metadata say of which table it is, and when it was made."""
    layer = QgsVectorLayer(source, name or table, "memory")
    metadata = layer.metadata()
    metadata.setIdentifier(f"urban-renewal/{table}")
    metadata.addHistoryItem(json.dumps({"finished": finished}))
    layer.setMetadata(metadata)
    project.addMapLayer(layer)
    return layer.id()


def likely(provider, project, algorithm, active=None):
    """Return {parameter: name of the layer} of a dialog."""
    from urban_renewal.dialogs.study.prefill import likely_values

    layer = project.mapLayersByName(active)[0] if active else None
    found = likely_values(provider.algorithm(algorithm).create(), project, layer)
    names = {key: item.name() for key, item in project.mapLayers().items()}
    return {key: names.get(value, value) if isinstance(value, str) else value for key, value in found.items()}


def test_inputs_are_found_by_name_and_fields(provider, project):
    found = likely(provider, project, "tagparcels")
    assert found == {"PARCELS": "宗地2025", "BUILDINGS": "房屋面", "ROADS": "道路中线"}
    study = likely(provider, project, "fullstudy")
    assert study["POPULATION"] == study["COMMUNITIES"] == "社区人口"
    assert study["FACILITIES"] == "公服设施" and study["CAPACITIES"] == "设施能力表"


def test_results_go_where_their_table_is_read(provider, project):
    add_result(project, "tagged", TAGGED)
    add_result(project, "edges", EDGES)
    add_result(project, "gap_detail", DETAIL)
    zones = "Polygon?crs=EPSG:4545&field=zone_id:string&field=name:string&field=area_m2:double&field=score:double"
    add_result(project, "zones", zones)  # of the run before: PREVIOUS is a person's choice
    add_result(project, "members", "NoGeometry?field=zone_id:string&field=parcel_id:string&field=role:string")
    gaps = likely(provider, project, "facilitygap")
    assert (gaps["PARCELS"], gaps["NETWORK"], gaps["FACILITIES"]) == ("tagged", "edges", "公服设施")
    zones = likely(provider, project, "delineatezones")
    assert (zones["PARCELS"], zones["DETAIL"], zones["NETWORK"]) == ("tagged", "gap_detail", "edges")
    assert not {"GIVEN", "LOCKED_IN", "LOCKED_OUT", "PREVIOUS", "EDITED"} & set(zones)
    assert likely(provider, project, "tagparcels")["PARCELS"] == "宗地2025"  # a result is not tagged again unasked


def test_the_active_one_of_two_is_meant(provider, project):
    add_result(project, "tagged", TAGGED, "片区一")
    add_result(project, "tagged", TAGGED, "片区二")
    for name in ("片区一", "片区二"):
        assert likely(provider, project, "fieldsample", active=name) == {"TAGGED": name}


def test_what_is_known_to_be_another_layer_is_not_taken(provider, project):
    """QGIS would put the active parcels into every field for polygons, and any table into TRUTH."""
    found = likely(provider, project, "checkzones", active="宗地2025")
    assert found["ZONES"] is None and found["PARCELS"] == "宗地2025"
    assert likely(provider, project, "tagaccuracy", active="设施能力表") == {"TAGGED": None, "TRUTH": None}


def test_a_layer_that_nobody_knows_stays_as_qgis_has_it(provider, project):
    project.addMapLayer(QgsVectorLayer("Polygon?crs=EPSG:4545&field=a1:string", "layer1", "memory"))
    assert "ZONES" not in likely(provider, project, "checkzones", active="layer1")


def test_the_last_run_is_compared_with_the_one_before(provider, project):
    add_result(project, "gap_detail", DETAIL, "现状")
    assert likely(provider, project, "comparescenarios")["BEFORE"] is None
    add_result(project, "gap_detail", DETAIL, "方案", finished="2026-11-27T21:00:00+00:00")
    add_result(project, "gap_detail", DETAIL, "上月", finished="2026-10-27T21:00:00+00:00")
    found = likely(provider, project, "comparescenarios")
    assert (found["BEFORE"], found["AFTER"]) == ("现状", "方案")


def test_the_shifted_layer_is_put_right(provider, project):
    found = likely(provider, project, "fixcoordinates", active="宗地2025")
    assert found == {"INPUT": "公服设施_gcj02", "FROM": "gcj02"}


def test_a_delivery_opened_as_project_is_the_one_to_verify(provider, project, tmp_path):
    assert "FOLDER" not in likely(provider, project, "verifydelivery")
    (tmp_path / "manifest.json").write_text("{}", encoding="utf-8")
    assert project.write(str(tmp_path / "project.qgz"))
    assert likely(provider, project, "verifydelivery") == {"FOLDER": str(tmp_path)}


def test_what_the_study_uses_comes_first(provider, project):
    from urban_renewal.dialogs.study.project_state import write_workbook
    from urban_renewal.dialogs.study.study import InputChoice, Study, Workbook

    other = QgsVectorLayer(INPUTS["房屋面"], "违建面", "memory")
    project.addMapLayer(other)
    workbook = Workbook()
    study = workbook.add(Study())
    study.inputs["BUILDINGS"] = InputChoice(other.id(), other.source(), other.name(), 1.0, True)
    study.inputs["BUILDINGS"].mapping = {"year": "FWBH", "floors": "没有了"}  # a field that went is not asked for
    write_workbook(project, workbook)
    found = likely(provider, project, "tagparcels")
    assert (found["BUILDINGS"], found["BUILDING_YEAR"]) == ("违建面", "FWBH") and "BUILDING_FLOORS" not in found


@pytest.fixture
def window(project, monkeypatch, qgis_iface):
    """A QGIS whose active layer are the communities, as far as a dialog of Processing asks."""
    from processing.gui import ParametersPanel
    from urban_renewal.dialogs.parts import algorithm_dialog
    from urban_renewal.processing.toolbox import parameters

    active = project.mapLayersByName("社区人口")[0]
    monkeypatch.setattr(ParametersPanel, "iface", None)
    monkeypatch.setattr(algorithm_dialog, "iface", qgis_iface)
    monkeypatch.setattr(qgis_iface, "activeLayer", lambda: active)
    monkeypatch.setattr(parameters, "DIALOG", [algorithm_dialog.make_dialog])


@pytest.mark.parametrize(("name", "field", "layer"), [
    ("tagparcels", "PARCELS", "宗地2025"), ("gaponly", "parcels", "宗地2025"), ("gaponly", "facilities", "公服设施"),
    ("checkzones", "ZONES", None),
])  # fmt: skip
def test_the_dialog_of_the_desktop_shows_them(window, provider, project, qtbot, name, field, layer):
    algorithm = QgsApplication.processingRegistry().createAlgorithmById(f"urbanrenewal:{name}")
    dialog = algorithm.createCustomParametersWidget(None)
    qtbot.addWidget(dialog)
    wrapper = dialog.mainWidget().wrappers[field]
    shown = project.mapLayer(wrapper.parameterValue() or "")
    assert (shown and shown.name()) == layer
    if layer is None:
        assert wrapper.wrappedWidget().findChild(QComboBox).currentText() == ""


def test_without_a_window_the_dialog_is_qgis_own(provider):
    assert provider.algorithm("tagparcels").createCustomParametersWidget(None) is None


def test_a_guess_that_fails_is_not_in_the_way(window, provider, qtbot, monkeypatch):
    from urban_renewal.dialogs.parts import algorithm_dialog

    def fail(*_):
        raise ValueError("no such layer")

    monkeypatch.setattr(algorithm_dialog, "likely_values", fail)
    dialog = provider.algorithm("tagparcels").create().createCustomParametersWidget(None)
    qtbot.addWidget(dialog)
    assert dialog.mainWidget().wrappers["RULES"].parameterValue() == "chongqing"
