"""The project of a delivery: it opens anywhere, leaks nothing, and knows the rules it was made with."""

import pytest

from .conftest import box


def test_project(study, run_algorithm, labels_by_feature):
    import re
    import shutil
    import zipfile
    from pathlib import Path

    from qgis.core import QgsExpressionContextUtils, QgsProject
    from qgis.PyQt.QtGui import QPainter
    from urban_renewal.processing.styling.lettering import letters

    found, _, _ = run_algorithm("exportzones", {**study, "FORMATS": ["gpkg", "qgz"]})
    folder = Path(found["FOLDER"])
    assert sorted(path.name for path in folder.iterdir()) == ["data.gpkg", "manifest.json", "project.qgz"]
    moved = Path(shutil.move(folder, folder.with_name("搬走")))  # relative paths: it must open anywhere
    with zipfile.ZipFile(moved / "project.qgz") as archive:
        text = archive.read("project.qgs").decode("utf-8")
    sources = [source for source in re.findall(r"<datasource>(.*?)</datasource>", text) if source]
    assert sources
    assert [source for source in sources if not source.startswith("./data.gpkg|")] == []
    assert str(folder.parent) not in text
    assert "saveUser" not in text
    named = re.findall("<labeling .*?</labeling>", text, re.DOTALL)
    assert named
    for labels in named:  # QGIS warns of a font that is missing unless one of these is there
        assert {"Microsoft YaHei", "PingFang SC", "WenQuanYi Micro Hei"} <= set(
            re.findall('<family name="(.*?)"', labels)
        )
        assert letters() == "" or set(re.findall('fontFamily="(.*?)"', labels)) == {letters()}
    project = QgsProject()
    assert project.read(str(moved / "project.qgz"))
    layers = project.mapLayers().values()
    assert all(layer.isValid() for layer in layers)
    groups = [node.name() for node in project.layerTreeRoot().children()]
    assert groups == ["示范片区", "步行与缺口", "识别结果", "输入与底图"]
    assert sorted(project.mapThemeCollection().mapThemes()) == sorted(["识别", "缺口", "片区", "出图"])
    assert [layer.featureCount() for layer in layers if layer.name() == "社区汇总 · 社区养老服务站"] == [2]
    [tagged] = [layer for layer in layers if layer.name() == "宗地标记"]
    assert labels_by_feature(tagged)[1] == ["老旧小区  1"]
    zones, gaps, *_ = project.layerTreeRoot().children()
    assert [node.name() for node in zones.children()][-1] == "表格"
    for group in (zones, gaps):
        *drawn, tables = group.children()
        assert tables.name() == "表格" and not tables.isExpanded()  # tables without places lie folded below
        assert not any(node.layer().isSpatial() for node in tables.findLayers())
        assert all(node.layer().isSpatial() for node in drawn)
    assert tagged.blendMode() == QPainter.CompositionMode.CompositionMode_Multiply  # houses are seen through it
    [places] = [layer for layer in layers if layer.name() == "设施"]
    assert labels_by_feature(places)[1] == ["超负荷"]  # all 14 m² are taken
    assert QgsExpressionContextUtils.projectScope(project).variable("urbanrenewal_ruleset") is None
    project.clear()


def test_layers_that_the_sheets_need_are_called_as_people_speak(study, run_algorithm):
    """Not by the prefixes and groups of the code, which a person reads in the list of layers."""
    import re
    from pathlib import Path

    from qgis.core import QgsProject

    found, _, _ = run_algorithm("exportzones", {**study, "FORMATS": ["gpkg", "qgz", "png"]})
    project = QgsProject()
    assert project.read(str(Path(found["FOLDER"]) / "project.qgz"))
    names = [layer.name() for layer in project.mapLayers().values()]
    assert "设施负荷表：老人（图框用）" in names and "设施负荷表：全部类型，已满（图框用）" in names
    assert [name for name in names if re.search("[a-z]_[a-z]", name)] == []
    project.clear()


def test_project_has_bookmarks_themes_and_a_view_in_3d(study, run_algorithm, make_layer, save_layer, tmp_path):
    """A bookmark a zone with 8 % around it; the print theme; buildings as high as their storeys, by action."""
    import html
    import re
    import zipfile
    from pathlib import Path

    from qgis.core import QgsExpression, QgsExpressionContext, QgsProject, QgsReadWriteContext
    from qgis.PyQt.QtXml import QDomDocument

    three = pytest.importorskip("qgis._3d")
    actions = [(box(1), {"building_id": "b1", "zone_id": "Z-1", "action": "改", "floors": 6.0, "floor_m2": 600.0})]
    study["ACTIONS"] = save_layer(make_layer(actions), tmp_path / "actions.gpkg")
    found, _, _ = run_algorithm("exportzones", {**study, "FORMATS": ["qgz"]})
    project = QgsProject()
    assert project.read(str(Path(found["FOLDER"]) / "project.qgz"))
    marks = {mark.name(): mark.extent() for mark in project.bookmarkManager().bookmarks()}
    assert set(marks) == {"七星岗", "大坪"}
    assert marks["七星岗"].width() == pytest.approx(900 * 1.16)  # the zone is 900 m wide
    assert sorted(project.mapThemeCollection().mapThemes()) == sorted(["识别", "缺口", "片区", "留改拆增", "出图"])
    document, context = QDomDocument(), QgsReadWriteContext()
    view = project.viewsManager().writeXml(document).firstChildElement("view")
    settings = three.Qgs3DMapSettings()
    settings.readXml(view.firstChildElement("qgis3d"), context)
    settings.resolveReferences(project)
    assert settings.layers()[0].source().endswith("|layername=actions")
    assert settings.crs().authid() == "EPSG:4545"
    with zipfile.ZipFile(Path(found["FOLDER"]) / "project.qgz") as archive:
        text = archive.read("project.qgs").decode("utf-8")
    [drawn] = re.findall(r"<renderer-3d.*?</renderer-3d>", text, re.DOTALL)  # only the desktop reads it
    filters = re.findall(r'filter="([^"]*)"', drawn)
    assert [html.unescape(item) for item in filters][1] == "TRUE AND (\"action\" = '改')"
    assert "74,144,194" in drawn  # #4A90C2
    [height] = {html.unescape(item) for item in re.findall(r'name="expression"[^>]*value="([^"]*)"', drawn)} | {
        html.unescape(item) for item in re.findall(r'value="([^"]*)"[^>]*name="expression"', drawn)
    }
    scope = QgsExpressionContext()
    scope.setFeature(next(settings.layers()[0].getFeatures()))
    assert QgsExpression(height).evaluate(scope) == 18.0  # 6 storeys of 3 m
    project.clear()


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("./data.gpkg|layername=zones", "/srv/x/data.gpkg|layername=zones", "project_shows_path"),
        ("./data.gpkg|layername=zones", "../data.gpkg|layername=zones", "project_shows_path"),
        ("<title>", "<home>C:\\项目\\甲</home><title>", "project_shows_path"),
        ("<title>", "<link>https://example.com/a</link><title>", "project_shows_path"),
        ("<title>", "<Macros><pythonCode>import os</pythonCode></Macros><title>", "project_holds_code"),
        ("<title>", "<editforminitcode>import os</editforminitcode><title>", "project_holds_code"),
        ("<title>", '<actionsetting action="import os" name="a"/><title>', "project_holds_code"),
        ("<title>", '<Option name="authcfg" value="abc1234"/><title>', "project_holds_code"),
    ],
)
def test_a_project_that_leaks_or_runs_something_is_refused(study, run_algorithm, old, new, code):
    import zipfile
    from pathlib import Path

    from urban_renewal.core.errors import RenewalError
    from urban_renewal.core.run import Run
    from urban_renewal.processing.delivery.reopen import reopen_elsewhere

    folder = _project_once(study, run_algorithm)
    path, data = folder / "project.qgz", (folder / "project.qgz").read_bytes()
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    text = parts["project.qgs"].decode("utf-8")
    assert old in text
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("project.qgs", text.replace(old, new, 1))
    before = sorted(item.name for item in folder.iterdir())
    try:
        with pytest.raises(RenewalError) as caught:
            reopen_elsewhere(folder, Run())
        assert caught.value.code == code
        assert sorted(item.name for item in folder.iterdir()) == before  # everything is back in its place
    finally:
        path.write_bytes(data)
    reopen_elsewhere(Path(folder), Run())  # as it was written it passes


PROJECT_ONCE = {}


def _project_once(study, run_algorithm):
    """Return a folder with one project for all the ways in which it can be spoilt."""
    import shutil
    import tempfile
    from pathlib import Path

    if "folder" not in PROJECT_ONCE:
        found, _, _ = run_algorithm("exportzones", {**study, "FORMATS": ["qgz"]})
        PROJECT_ONCE["folder"] = Path(shutil.move(found["FOLDER"], tempfile.mkdtemp()))
    return PROJECT_ONCE["folder"]


def test_project_keeps_the_rules_whole(study, run_algorithm, make_layer, save_layer, tmp_path):
    """The text of own rules stands in the project and in the manifest, with the hash that the run recorded."""
    import json
    from pathlib import Path

    from qgis.core import QgsExpressionContextUtils, QgsProject
    from urban_renewal.core import envelope, jsontext

    own = tmp_path / "own.json"
    own.write_text(json.dumps({"schema": "urban-renewal/ruleset/1", "id": "my-rules", "extends": "chongqing",
                               "title": {"zh": "我的", "en": "Mine"}}), encoding="utf-8")  # fmt: skip
    plot = "POLYGON((363000 3272000,363050 3272000,363050 3272040,363000 3272040,363000 3272000))"
    parcels = save_layer(make_layer([(plot, {"parcel_id": "A"})]), tmp_path / "p.gpkg")
    out = {"OUTPUT": str(tmp_path / "tagged.gpkg")}
    run_algorithm("tagparcels", {"PARCELS": parcels, "RULES_FILE": str(own), "AS_OF": "2025-12-31", **out})
    found, _, _ = run_algorithm("exportzones", {**study, "PARCELS": out["OUTPUT"], "FORMATS": ["qgz"]})
    manifest = json.loads(Path(found["MANIFEST"]).read_text(encoding="utf-8"))
    [rule] = [item for item in manifest["rules"] if item["kind"] == "ruleset"]
    whole = envelope.load_file("ruleset", own)
    assert rule["content"] == jsontext.document_hash(whole)
    assert whole in manifest["documents"]
    project = QgsProject()
    assert project.read(str(Path(found["FOLDER"]) / "project.qgz"))
    scope = QgsExpressionContextUtils.projectScope(project)
    assert json.loads(scope.variable("urbanrenewal_ruleset_json")) == whole
    assert scope.variable("urbanrenewal_ruleset_sha256") == rule["content"]
    assert scope.variable("urbanrenewal_ruleset") == "my-rules"
    project.clear()


def test_the_folder_in_which_the_program_works_decides_nothing(study, run_algorithm, monkeypatch, tmp_path):
    """Opened by a double click, QGIS works in the folder of a delivery: the next one was refused, its project led to
    the data of the last.
    """
    import re
    import zipfile
    from pathlib import Path

    (tmp_path / "data.gpkg").write_bytes(b"another delivery")
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "新成果"
    found, _, _ = run_algorithm("exportzones", {**study, "FORMATS": ["gpkg", "qgz"], "FOLDER": str(folder)})
    with zipfile.ZipFile(Path(found["FOLDER"]) / "project.qgz") as archive:
        text = archive.read("project.qgs").decode("utf-8")
    sources = {source.partition("|")[0] for source in re.findall("<datasource>(.*?)</datasource>", text) if source}
    assert sources == {"./data.gpkg"}
