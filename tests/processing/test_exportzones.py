"""exportzones on hand-made layers: styles, the package, the project, sheets, maps, the report."""

import pytest

BOX = "POLYGON(({x} 0,{y} 0,{y} 10,{x} 10,{x} 0))"


def box(x):
    return BOX.format(x=x, y=x + 10)


def labels_by_feature(layer):
    """Return {fid: legend labels of the rules that draw it}."""
    from qgis.core import QgsRenderContext

    context = QgsRenderContext()
    context.setExpressionContext(layer.createExpressionContext())
    renderer = layer.renderer().clone()
    renderer.startRender(context, layer.fields())
    labels = {item.ruleKey(): item.label() for item in renderer.legendSymbolItems()}
    found = {}
    for feature in layer.getFeatures():
        context.expressionContext().setFeature(feature)
        keys = renderer.legendKeysForFeature(feature, context)
        found[feature.id()] = [labels[key] for key in keys if key in labels]
    renderer.stopRender(context)
    return found


@pytest.mark.parametrize("language", ["zh", "en"])
def test_style_of_tags(make_layer, language):
    from urban_renewal.core import schema
    from urban_renewal.processing.styling.styles import apply_style

    rows = [
        ("old_compound", "confirmed", "none"),
        ("old_compound", "suspected", "listed"),
        ("urban_village", "confirmed", "renovated"),
        ("old_compound", "confirmed", "under_way"),
        ("urban_village", "suspected", "expropriated"),
        ("none", "none", "none"),
        (None, None, None),
    ]
    layer = make_layer(
        [
            (box(20 * n), {"tag": tag, "tag_level": level, "programme": done})
            for n, (tag, level, done) in enumerate(rows)
        ]
    )
    apply_style(layer, schema.table("tagged"), language)
    wanted = {
        "zh": ["老旧小区", "老旧小区 · 疑似", *["已改造、在改、征收（不突出）"] * 3, "其他", "其他"],
        "en": [
            "Old compound",
            "Old compound · Suspected",
            *["Renovated, under way, expropriated"] * 3,
            "Other",
            "Other",
        ],
    }[language]
    assert list(labels_by_feature(layer).values()) == [[label] for label in wanted]


def test_style_of_gaps_has_no_holes_and_no_overlaps(make_layer):
    """Every share between 0 and 1, the class limits too, falls into exactly one class; NULL is drawn as no data."""
    from urban_renewal.core import schema
    from urban_renewal.processing.styling.styles import apply_style

    shares = [0, 0.05, 0.0500001, 0.2, 0.21, 0.4, 0.41, 0.7, 0.71, 1.0, None]
    layer = make_layer(
        [(box(20 * n), {"elder_gap": share}) for n, share in enumerate(shares)], types={"elder_gap": float}
    )
    apply_style(layer, schema.table("gap"), "zh")
    first, *rest = ["无缺口（≤ 5 %）", "5–20 %", "20–40 %", "40–70 %", "70–100 %"]
    wanted = [first, first, rest[0], rest[0], rest[1], rest[1], rest[2], rest[2], rest[3], rest[3], "无人口数据"]
    assert list(labels_by_feature(layer).values()) == [[label] for label in wanted]


def test_style_of_gaps_follows_the_kinds_computed(make_layer):
    from urban_renewal.core import schema
    from urban_renewal.processing.styling.styles import apply_style

    layer = make_layer([(box(0), {"heal_share": 0.25, "elder_gap": None, "child_gap": None})])
    apply_style(layer, schema.table("gap", ("heal",)), "en")
    assert list(labels_by_feature(layer).values()) == [["70–100 %"]]  # 1 − 0.25 unmet


def test_style_of_gaps_tells_no_need_from_unknown(make_layer):
    """A factory where nobody lives has no gap to know; a parcel whose people are unknown has one."""
    from urban_renewal.core import schema
    from urban_renewal.processing.styling.styles import apply_style

    rows = [
        {"eday_need": 0.0, "meal_need": 0.0, "elder_gap": None},
        {"eday_need": 0.0, "meal_need": None, "elder_gap": None},
        {"eday_need": None, "meal_need": None, "elder_gap": None},
        {"eday_need": 0.0, "meal_need": 4.0, "elder_gap": 0.3},
    ]
    rows = [{**row, "eday_share": None, "meal_share": None} for row in rows]
    types = dict.fromkeys(rows[0], float)
    layer = make_layer([(box(20 * n), row) for n, row in enumerate(rows)], types=types)
    apply_style(layer, schema.table("gap", ("eday", "meal")), "en")
    wanted = [["No need"], ["No population data"], ["No population data"], ["20–40 %"]]
    assert list(labels_by_feature(layer).values()) == wanted


def test_every_style_can_be_drawn(make_layer):
    from qgis.core import QgsExpression
    from urban_renewal.core import schema
    from urban_renewal.processing.styling.styles import STYLES, apply_style

    kinds = {"polygon": "Polygon", "line": "LineString", "point": "Point", "any": "Point"}
    for name in set(STYLES) & set(schema.table_names()):
        table = schema.table(name, ("eday",), ("elder",))
        if table.geometry == "none":
            continue
        layer = make_layer([(None, dict.fromkeys(table.names()))], kind=kinds[table.geometry])
        apply_style(layer, table, "zh")
        names = {item.name() for item in layer.fields()}
        wanted = STYLES[name](names, "zh")
        items = layer.renderer().legendSymbolItems()
        assert [item.label() for item in items] == [label for label, _, _ in wanted], name
        assert all(label for label, _, _ in wanted), name
        for _, condition, _ in wanted:
            expression = QgsExpression("TRUE" if condition in ("", "ELSE") else condition)
            assert not expression.hasParserError(), condition
            assert expression.referencedColumns() - names == set(), name


@pytest.fixture
def study(make_layer, save_layer, tmp_path):
    """Two zones of a small town, every layer by hand; returns the parameters."""
    parcels = [
        (box(0), {"parcel_id": "A", "tag": "old_compound", "tag_level": "confirmed", "programme": "none",
                  "area_m2": 100.0, "floor_m2": 300.0, "tag_reason": "=1+1 建成于1985年", "secret": "x"}),
        (box(20), {"parcel_id": "B", "tag": "urban_village", "tag_level": "suspected", "programme": "none",
                   "area_m2": 100.0, "floor_m2": 150.5, "tag_reason": "<b>集体</b>", "secret": "y"}),
        (box(40), {"parcel_id": "C", "tag": "none", "tag_level": "none", "programme": "none", "area_m2": 100.0,
                   "floor_m2": None, "tag_reason": None, "secret": None}),
    ]  # fmt: skip
    zones = [
        ("POLYGON((-200 -200,700 -200,700 500,-200 500,-200 -200))",
         {"zone_id": "Z-1", "name": "七星岗", "anchor": "七星岗站", "area_m2": 630000.0, "floor_m2": 100450.5,
          "people": 1234.0, "petals_n": 2, "score": 0.5, "elder_gap": 0.41, "child_gap": 0.2}),
        ("POLYGON((1000 0,1500 0,1500 400,1000 400,1000 0))",
         {"zone_id": "Z-2", "name": "大坪", "anchor": "大坪站", "area_m2": 200000.0, "floor_m2": 50000.0,
          "people": None, "petals_n": 0, "score": 0.25, "elder_gap": None, "child_gap": None}),
    ]  # fmt: skip
    detail = [
        {"parcel_id": "A", "kind": "eday", "need": 10.0, "served": 4.0, "gap": 6.0, "share": 0.4},
        {"parcel_id": "B", "kind": "eday", "need": 10.0, "served": 10.0, "gap": 0.0, "share": 1.0},
    ]
    summary = [
        (box(0), {"community_id": "S1", "name": "人和社区", "kind": "eday", "unit": "m2", "people": 500.0,
                  "need": 100.0, "supply": 20.0, "served": 20.0, "gap": 80.0, "surplus": 0.0}),
        (box(20), {"community_id": "S2", "name": "学坊社区", "kind": "eday", "unit": "m2", "people": 100.0,
                   "need": 40.0, "supply": 40.0, "served": 30.0, "gap": 10.0, "surplus": 10.0}),
    ]  # fmt: skip
    layers = {
        "ZONES": make_layer(zones, name="zones"),
        "MEMBERS": make_layer(
            [(None, {"zone_id": "Z-1", "parcel_id": item, "role": "petal", "reason": "r"}) for item in "AB"],
            kind="None", crs="",
        ),
        "CORES": make_layer([("POINT(100 50)", {"zone_id": "Z-1", "station_id": "1", "name": "七星岗站"})], "Point"),
        "BRANCHES": make_layer(
            [("LINESTRING(100 50,5 5)", {"zone_id": "Z-1", "petal_id": "Z-1-P1", "edge_id": "e1", "kind": "stairs",
                                         "length_m": 105.0, "climb_m": 8.0, "walk_s": 300.0, "people": 20.0})],
            "LineString",
        ),
        "PETALS": make_layer(
            [(box(0), {"zone_id": "Z-1", "petal_id": "Z-1-P1", "tag": "old_compound", "area_m2": 100.0,
                       "floor_m2": 300.0, "walk_s": 300.0}),
             (box(20), {"zone_id": "Z-1", "petal_id": "Z-1-P2", "tag": "urban_village", "area_m2": 100.0,
                        "floor_m2": 150.5, "walk_s": 660.0})]
        ),
        "PARCELS": make_layer(parcels),
        "BUILDINGS": make_layer([(box(1), {"building_id": "b1", "year": "1985", "owner_phone": "139"})]),
        "FACILITIES": make_layer([("POINT(7 7)", {"facility_id": "f1", "kind": "日间照料"})], "Point"),
        "DETAIL": make_layer([(None, row) for row in detail], "None", crs=""),
        "FACILITY_LOAD": make_layer(
            [("POINT(7 7)", {"facility_id": "f1", "kind": "eday", "unit": "m2", "capacity": 14.0, "served": 14.0,
                             "free": 0.0})],
            "Point",
        ),
        "SUMMARY": make_layer(summary),
        "NETWORK": make_layer(
            [("LINESTRING(100 50,5 5)", {"edge_id": "e1", "from_node": "n1", "to_node": "n2", "length_m": 105.0,
                                         "kind": "stairs", "elder_fwd_ms": 262500, "elder_back_ms": 218750})],
            "LineString",
        ),
        "LEFT_OUT": make_layer(
            [(None, {"layer": "PARCELS", "feature_id": "X", "code": "geometry_repaired", "severity": "warning",
                     "message": "修复", "n": 3})],
            "None", crs="",
        ),
    }  # fmt: skip
    given = {name: save_layer(layer, tmp_path / f"{name.lower()}.gpkg") for name, layer in layers.items()}
    return {**given, "LEFT_OUT": [given["LEFT_OUT"]], "FOLDER": str(tmp_path / "交付")}


def test_package(study, run_algorithm, rows_of, read_json, tmp_path):
    from pathlib import Path

    from qgis.core import QgsVectorLayer

    found, _, _ = run_algorithm("exportzones", {**study, "FORMATS": ["gpkg"]})
    folder = Path(found["FOLDER"])
    assert found["MANIFEST"] == str(folder / "manifest.json")
    assert sorted(path.name for path in folder.rglob("*")) == ["data.gpkg", "manifest.json"]
    content = read_json(found["MANIFEST"])
    counts = {entry["layer"]: entry["count"] for entry in content["tables"]}
    assert counts["zones"] == 2
    assert counts["tagged"] == 3
    assert counts["gap"] == 2
    assert content["left_out"] == {"geometry_repaired": 3}
    assert content["parameters"]["FOLDER"] == "交付"
    assert str(tmp_path) not in (folder / "manifest.json").read_text(encoding="utf-8")
    [tagged] = [entry for entry in content["tables"] if entry["layer"] == "tagged"]
    assert tagged["crs"] == "EPSG:4545"
    layer = QgsVectorLayer(f"{folder}/data.gpkg|layername=tagged", "tagged", "ogr")
    assert "secret" not in [field.name() for field in layer.fields()]  # the white list
    assert layer.attributeAlias(layer.fields().lookupField("tag")) == "标记"
    assert next(iter(labels_by_feature(layer).values())) == ["老旧小区  1"]  # of this class there is one
    buildings = rows_of(f"{folder}/data.gpkg|layername=buildings")
    assert buildings == [{"building_id": "b1", "year": "1985"}]
    assert rows_of(f"{folder}/data.gpkg|layername=gap")[0]["elder_gap"] == pytest.approx(0.6)


def test_codes_have_domains(study, run_algorithm, make_layer, save_layer, tmp_path):
    """A table shows 老旧小区 and keeps the code; a column with a word of its own keeps its plain text field."""
    from pathlib import Path

    from osgeo import gdal
    from qgis.core import QgsVectorLayer

    rows = [
        (None, {"zone_id": "Z-1", "parcel_id": item, "role": role}) for item, role in (("A", "core"), ("B", "另类"))
    ]
    study["MEMBERS"] = save_layer(make_layer(rows, "None", crs=""), tmp_path / "members2.gpkg")
    found, _, _ = run_algorithm("exportzones", {**study, "FORMATS": ["gpkg", "gdb"]})
    folder = Path(found["FOLDER"])
    layer = QgsVectorLayer(f"{folder}/data.gpkg|layername=tagged", "tagged", "ogr")
    setup = layer.editorWidgetSetup(layer.fields().lookupField("tag"))
    assert setup.type() == "ValueMap"
    shown = {code: words for entry in setup.config()["map"] for words, code in entry.items()}
    assert shown["old_compound"] == "老旧小区"
    assert shown["none"] == "其他"
    for path in (folder / "data.gpkg", folder / "data.gdb"):
        dataset = gdal.OpenEx(str(path), gdal.OF_VECTOR)
        fields = {(name, item.GetName()): item.GetDomainName() for name in ("tagged", "members", "gap_detail")
                  for item in dataset.GetLayerByName(name).schema}  # fmt: skip
        assert fields["tagged", "programme"] == "programme"
        assert fields["gap_detail", "kind"] == "kind"
        assert fields["members", "role"] == ""  # 另类 is no code of ours
        assert dataset.GetFieldDomain("kind").GetEnumeration()["eday"] == "社区养老服务站"


def test_all_fields(study, run_algorithm, rows_of):
    found, _, _ = run_algorithm("exportzones", {**study, "FORMATS": ["gpkg"], "FIELDS": "all"})
    rows = rows_of(f"{found['FOLDER']}/data.gpkg|layername=tagged")
    assert {row["parcel_id"]: row["secret"] for row in rows} == {"A": "x", "B": "y", "C": None}
    assert rows_of(f"{found['FOLDER']}/data.gpkg|layername=buildings")[0]["owner_phone"] == "139"


def test_project(study, run_algorithm):
    import re
    import shutil
    import zipfile
    from pathlib import Path

    from qgis.core import QgsExpressionContextUtils, QgsProject

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
    assert QgsExpressionContextUtils.projectScope(project).variable("urbanrenewal_ruleset") is None
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
            reopen_elsewhere(folder)
        assert caught.value.code == code
        assert sorted(item.name for item in folder.iterdir()) == before  # everything is back in its place
    finally:
        path.write_bytes(data)
    reopen_elsewhere(Path(folder))  # as it was written it passes


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


def pdf_text(path):
    import subprocess

    return subprocess.run(["pdftotext", "-layout", path, "-"], capture_output=True, text=True, check=True).stdout


def test_maps(study, run_algorithm):
    from pathlib import Path

    from qgis.core import QgsLayoutItemMap, QgsProject

    found, _, _ = run_algorithm(
        "exportzones",
        {**study, "FORMATS": ["pdf", "png", "qgz"], "TITLE": "渝中更新研究", "AUTHOR": "某设计院", "SECRECY": "内部"},
    )
    folder = Path(found["FOLDER"]) / "maps"
    names = sorted(path.name for path in folder.iterdir())
    stems = ["01-01_更新对象与示范片区总图", "02-01_一老一小服务缺口图", "03-01_七星岗", "03-02_大坪",
             "04-01_示范片区结构图"]  # fmt: skip
    assert names == sorted(f"{stem}.{ext}" for stem in stems for ext in ("pdf", "png"))
    words = pdf_text(folder / "03-01_七星岗.pdf")
    for expected in (
        "七星岗示范片区更新规划图",
        "渝中更新研究",
        "某设计院",
        "主要指标",
        "63.0",
        "图例",
        "1:4000",
        "老旧小区",
        "密级：内部",
        "2000国家大地坐标系，3°带，中央经线108°E",
        "1985国家高程基准（待核）",
    ):
        assert expected in words.replace(" ", ""), expected
    overview = pdf_text(folder / "01-01_更新对象与示范片区总图.pdf").replace(" ", "")
    assert "83.0" in overview  # 63 + 20 hectares
    assert "人和社区" not in overview
    gaps = pdf_text(folder / "02-01_一老一小服务缺口图.pdf").replace(" ", "")
    for expected in (
        "第2/5页",
        "人和社区",
        "80%",
        "学坊社区",
        "25%",
        "各类设施合计",
        "64%",
    ):  # 80 ÷ 100, 10 ÷ 40, 90 ÷ 140
        assert expected in gaps, expected
    structure = pdf_text(folder / "04-01_示范片区结构图.pdf").replace(" ", "")
    assert "七星岗比例1:" in structure.replace("\u3000", "")
    assert "一蕊七星岗站；枝通1瓣，共0.1km，其中梯道105m；2瓣0.0公顷" in structure  # 105 m of stairs; 200 m² of petals
    assert all((folder / f"{stem}.png").stat().st_size > 20_000 for stem in stems)
    project = QgsProject()
    assert project.read(str(folder.parent / "project.qgz"))
    layouts = project.layoutManager().printLayouts()
    titles = ["01-01 更新对象与示范片区总图", "02-01 一老一小服务缺口图", "03-01 七星岗", "03-02 大坪",
              "04-01 示范片区结构图"]  # fmt: skip
    assert sorted(layout.name() for layout in layouts) == titles
    maps = [item for layout in layouts for item in layout.items() if isinstance(item, QgsLayoutItemMap)]
    assert all(layer.isValid() for item in maps for layer in item.layers())
    assert all(item.layers() for item in maps)
    project.clear()


def test_findings_and_actions_on_the_page(study, make_layer, save_layer, run_algorithm, tmp_path):
    """What is not met comes first; own figures are marked; floor area by action adds up to what the zone has."""
    from pathlib import Path

    from qgis.core import QgsProject

    findings = [
        ("area_min", "advice", 630000.0, "m2", 300000.0, "own choice", "heuristic"),
        ("demolish_all", "fail", 0.25, "share", 0.2, "建科〔2021〕63号", "found"),
        ("petals_min", "pass", 2.0, "petals", 2.0, "某办法", "checked"),
        ("rent", "unknown", None, "share", 0.05, "建科〔2021〕63号", "found"),
    ]
    rows = [
        (None, {"finding_id": f"{check}:Z-1", "subject_id": "Z-1", "clause": clause, "value": value, "unit": unit,
                "limit": limit, "verdict": verdict, "message": "说明", "status": status})
        for check, verdict, value, unit, limit, clause, status in findings
    ]  # fmt: skip
    actions = [
        (box(1), {"building_id": "b1", "zone_id": "Z-1", "parcel_id": "A", "action": "拆", "floor_m2": 25000.0}),
        (box(22), {"building_id": "b2", "zone_id": "Z-1", "parcel_id": "B", "action": "改", "floor_m2": 75000.0}),
    ]
    projects = [
        (box(0), {"project_id": "Z-1-001", "name": "幸福里改造", "zone_id": "Z-1", "subject_id": "Z-1-P1",
                  "type": "老旧小区", "action": "改", "area_mu": 0.15, "invest_low_wan": 100.0,
                  "invest_high_wan": 250.0}),
    ]  # fmt: skip
    given = {
        "FINDINGS": save_layer(make_layer(rows, "None", crs=""), tmp_path / "findings.gpkg"),
        "ACTIONS": save_layer(make_layer(actions), tmp_path / "actions.gpkg"),
        "PROJECTS": save_layer(make_layer(projects), tmp_path / "projects.gpkg"),
    }
    found, _, _ = run_algorithm("exportzones", {**study, **given, "FORMATS": ["pdf", "qgz"]})
    words = pdf_text(Path(found["FOLDER"]) / "maps" / "03-01_七星岗.pdf")
    lines = ["".join(line.split()) for line in words.splitlines()]
    assert any("审查结论1通过·1未达·1待核·1提示" in line for line in lines)
    order = [next(n for n, line in enumerate(lines) if word in line) for word in ("×未达", "?待核", "!提示", "√通过")]
    assert order == sorted(order)
    assert "25.0%≤20.0%" in lines[order[0]]
    assert "63.0ha≥30.0ha待核：经验值" in lines[order[2]]
    assert any("改7.5" in line and "拆2.5" in line for line in lines)  # 万 m²
    assert any("幸福里" in line for line in lines)  # the petal bears the name that its project gives it
    actions_page = pdf_text(Path(found["FOLDER"]) / "maps" / "05-01_留改拆增图.pdf").replace(" ", "")
    assert "7.5075.0%" in actions_page  # 75,000 of 100,000 m² are converted
    assert "2.5025.0%" in actions_page
    projects_page = pdf_text(Path(found["FOLDER"]) / "maps" / "06-01_七星岗.pdf").replace(" ", "")
    assert "1幸福里改造老旧小区0.15100–250" in projects_page
    project = QgsProject()
    assert project.read(str(Path(found["FOLDER"]) / "project.qgz"))
    assert "留改拆增" in project.mapThemeCollection().mapThemes()
    project.clear()


def test_sample_data_say_so(study, run_algorithm, save_layer, make_layer, tmp_path):
    """A layer whose GeoPackage calls itself invented marks page and report; others do not."""
    import contextlib
    import sqlite3
    from pathlib import Path

    from urban_renewal.processing.sample_files import INVENTED

    def words(given, name):
        parameters = {**study, **given, "FORMATS": ["pdf", "html"], "FOLDER": str(tmp_path / name)}
        folder = Path(run_algorithm("exportzones", parameters)[0]["FOLDER"])
        report = (folder / "report.html").read_text(encoding="utf-8")
        return pdf_text(folder / "maps" / "03-01_七星岗.pdf"), report

    assert not any("示例数据" in text for text in words({}, "真实"))
    path = tmp_path / "sample.gpkg"
    save_layer(make_layer([("POINT(7 7)", {"facility_id": "f1", "kind": "日间照料"})], "Point"), path)
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE gpkg_contents SET description = ?", (INVENTED,))
        connection.commit()
    assert all("示例数据" in text for text in words({"FACILITIES": str(path)}, "样张"))


def test_profile_on_the_page(study, run_algorithm, make_layer, save_layer, tmp_path):
    """One flight of stairs of 105 m that climbs 8 m: 53 stairs, 262.5 s up and 218.75 s down, heights 1.5 times.

    200 mm ÷ 105 m · 8 m are 15.2 mm: heights do not fit 24 mm at 2, they do at 1.5.
    """
    from pathlib import Path

    edge = {"edge_id": "e1", "from_node": "n1", "to_node": "n2", "kind": "stairs", "length_m": 105.0}
    edge |= {"z_from_m": 230.0, "z_to_m": 238.0, "elder_fwd_ms": 262500, "elder_back_ms": 218750}
    lines = make_layer([("LINESTRING(100 50,5 5)", edge)], "LineString")
    network = save_layer(lines, tmp_path / "heights.gpkg")
    found, _, _ = run_algorithm("exportzones", {**study, "NETWORK": network, "FORMATS": ["pdf"]})
    words = "".join(pdf_text(Path(found["FOLDER"]) / "maps" / "03-01_七星岗.pdf").split())
    for expected in ("七星岗站→瓣1老旧小区", "沿枝105m，上行8m、下行0m；竖向放大1.5倍", "梯53级", "老人4.43.6", "4分"):
        assert expected in words, expected
    second = "".join(pdf_text(Path(found["FOLDER"]) / "maps" / "03-02_大坪.pdf").split())
    assert "未画步行剖面" in second


@pytest.mark.parametrize(("walk_s", "length_m"), [(200.0, 100.0), (400.0, 150.0), (None, 150.0)])
def test_profile_keeps_to_the_time_of_the_petal(walk_s, length_m):
    """From the corner 150 s (100 m), from the end of the stairs 300 s (150 m): the petal's own time tells which."""
    from types import SimpleNamespace

    import pandas as pd
    import shapely
    from urban_renewal.processing.delivery.pages.section import longest_of_zone

    def edge(edge_id, points, there_s, back_s):
        made = {"edge_id": edge_id, "length_m": 100.0, "z_from_m": 0.0, "z_to_m": 5.0, "kind": "street"}
        return {**made, "elder_fwd_ms": there_s * 1000, "elder_back_ms": back_s * 1000,
                "geometry": shapely.LineString(points)}  # fmt: skip

    edges = [edge("a", [(0, 0), (100, 0)], 150, 120), edge("b", [(200, 0), (100, 0)], 200, 300)]
    lines = [("a", [(0, 0), (100, 0)], 100.0), ("b", [(150, 0), (100, 0)], 50.0)]
    branches = [
        {"zone_id": "Z", "petal_id": "P", "edge_id": edge_id, "kind": "street", "length_m": metres,
         "geometry": shapely.LineString(points)}
        for edge_id, points, metres in lines
    ]  # fmt: skip
    tables = {
        "BRANCHES": pd.DataFrame(branches),
        "CORES": pd.DataFrame([{"zone_id": "Z", "geometry": shapely.Point(100, -2)}]),
        "NETWORK": pd.DataFrame(edges),
    }
    petals = pd.DataFrame([{"zone_id": "Z", "petal_id": "P", "walk_s": walk_s}]).astype({"walk_s": float})
    study = SimpleNamespace(
        metres=tables.get, inputs=SimpleNamespace(table=tables.get), frame={"petals": petals}.get, language="zh"
    )
    assert longest_of_zone(study, "Z").length_m == pytest.approx(length_m)
    assert longest_of_zone(study, "other") is None


def test_sheets(study, run_algorithm):
    from pathlib import Path

    from osgeo import ogr

    found, _, _ = run_algorithm("exportzones", {**study, "FORMATS": ["xlsx"]})
    folder = Path(found["FOLDER"])
    names = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    titles = sorted(f"tables/{name}.xlsx" for name in ("字段说明", "机会清单", "片区指标", "社区缺口", "台账"))
    assert names == ["manifest.json", *titles]  # no data.gpkg when nobody asked for it
    book = ogr.Open(str(folder / "tables" / "机会清单.xlsx"))
    rows = [[feature.GetField(i) for i in range(feature.GetFieldCount())] for feature in book.GetLayer(0)]
    words = [value for row in rows for value in row]
    assert "=1+1 建成于1985年" in words
    assert "A" in words
    assert "C" not in words  # tag none
    book = ogr.Open(str(folder / "tables" / "社区缺口.xlsx"))
    assert [book.GetLayer(i).GetName() for i in range(book.GetLayerCount())] == ["社区缺口", "分类合计"]


def test_everything_at_once_can_be_verified(study, run_algorithm):
    """All formats; a second export replaces the first; an unfinished one changes nothing."""
    from pathlib import Path

    from qgis.core import QgsProcessingException

    found, _, _ = run_algorithm("exportzones", {**study, "LANGUAGE": "en"})
    folder = Path(found["FOLDER"])
    html = (folder / "report.html").read_text(encoding="utf-8")
    assert "Demonstration zones" in html
    assert "tables/Opportunities.xlsx" in html
    checked, _, _ = run_algorithm("verifydelivery", {"FOLDER": str(folder), "FINDINGS": "memory:"})
    assert checked["OK"] == 1
    first = (folder / "manifest.json").read_bytes()
    with pytest.raises(QgsProcessingException):
        run_algorithm("exportzones", {**study, "ZONES": study["PETALS"].replace("petals", "nowhere")})
    assert (folder / "manifest.json").read_bytes() == first
    run_algorithm("exportzones", {**study, "FORMATS": ["html"]})
    assert sorted(path.name for path in folder.iterdir()) == ["manifest.json", "report.html"]
    assert [path.name for path in folder.parent.iterdir() if path.name.startswith(".")] == []


DEGREES = "POLYGON((106.50 29.50,106.51 29.50,106.51 29.51,106.50 29.51,106.50 29.50))"


@pytest.mark.parametrize(
    ("shape", "crs", "options", "told"),
    [
        (DEGREES, "EPSG:4490", {}, "1:7500"),  # 1108 m north to south, 8 % more, in 210 mm
        (box(0), "", {"NO_CRS": "local_metric"}, "独立坐标"),
    ],
    ids=["degrees", "local grid"],
)
def test_the_least_that_can_be_given(make_layer, run_algorithm, tmp_path, shape, crs, options, told):
    """Only zones and members, in degrees or in a local grid: still every format."""
    from pathlib import Path

    zones = [(shape, {"zone_id": "Z-1", "name": None, "area_m2": None})]
    members = make_layer([(None, {"zone_id": "Z-1", "parcel_id": "A"})], "None", crs="")
    given = {"ZONES": make_layer(zones, crs=crs), "MEMBERS": members, "FOLDER": str(tmp_path / "out"), **options}
    found, _, _ = run_algorithm("exportzones", given)
    folder = Path(found["FOLDER"])
    names = {path.relative_to(folder).as_posix() for path in folder.rglob("*.*")}
    assert {"data.gpkg", "project.qgz", "report.html", "maps/03-01_Z-1.pdf", "tables/片区指标.xlsx"} <= names
    assert told in pdf_text(folder / "maps" / "03-01_Z-1.pdf").replace(" ", "")


def test_cancel_while_drawing_keeps_the_earlier_delivery(study, run_algorithm):
    from pathlib import Path

    from qgis.core import QgsProcessingException, QgsProcessingFeedback

    class Impatient(QgsProcessingFeedback):
        def setProgressText(self, text):
            if text.startswith("出图 2/"):
                self.cancel()

    found, _, _ = run_algorithm("exportzones", {**study, "FORMATS": ["gpkg"]})
    folder = Path(found["FOLDER"])
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    with pytest.raises(QgsProcessingException, match="已取消"):
        run_algorithm("exportzones", study, feedback=Impatient(False))
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    assert [path.name for path in folder.parent.iterdir() if path.name.startswith(".")] == []


def test_no_chinese_font_stops_the_maps(study, run_algorithm, monkeypatch):
    from qgis.core import QgsProcessingException
    from urban_renewal.processing.delivery import fonts

    class NoFonts:
        WritingSystem = fonts.QFontDatabase.WritingSystem

        def families(self, system=None):
            return []

    monkeypatch.setattr(fonts, "QFontDatabase", NoFonts)
    with pytest.raises(QgsProcessingException, match="没有中文字体"):
        run_algorithm("exportzones", {**study, "FORMATS": ["pdf"]})


def test_a_folder_of_somebody_else_is_refused(study, run_algorithm, tmp_path):
    from pathlib import Path

    from qgis.core import QgsProcessingException

    folder = Path(study["FOLDER"])
    folder.mkdir()
    (folder / "论文.docx").write_bytes(b"mine")
    with pytest.raises(QgsProcessingException, match=r"论文\.docx"):
        run_algorithm("exportzones", study)
    assert (folder / "论文.docx").read_bytes() == b"mine"


def test_rules_and_runs_come_along(study, run_algorithm, read_json):
    """The run record beside an input names the rules: in manifest, report and the project's variables."""
    from datetime import datetime, timezone
    from pathlib import Path

    from qgis.core import QgsExpressionContextUtils, QgsProject
    from urban_renewal.core import envelope, runrecord
    from urban_renewal.core.delivery.figurewords import tell_path
    from urban_renewal.core.run import Run

    name = envelope.names("zone-rules")[0]
    rules, now = envelope.load("zone-rules", name), datetime.now(timezone.utc)
    inputs = (runrecord.Input("STATIONS", "轨道站点", "ogr:gpkg", 3, "EPSG:4545", "0" * 64),)
    title = {"zh": "划定片区", "en": "Zones"}
    work = runrecord.Work("delineatezones", title, "0.1.0", {}, now, now, inputs, (), (rules,))
    record = runrecord.to_text(runrecord.build(work, Run()))
    Path(study["ZONES"] + ".run.json").write_text(record, encoding="utf-8")
    found, _, _ = run_algorithm("exportzones", {**study, "FORMATS": ["qgz", "html"]})
    folder = Path(found["FOLDER"])
    content = read_json(folder / "manifest.json")
    pending = len(envelope.list_unverified(rules))
    assert [(rule["id"], rule["unverified_n"]) for rule in content["rules"]] == [(name, pending)]
    assert [run["id"] for run in content["runs"]] == ["delineatezones"]
    html = (folder / "report.html").read_text(encoding="utf-8")
    assert "轨道站点" in html
    assert all(tell_path(rules, path, "zh") in html for path, _ in envelope.list_unverified(rules)[:5])
    project = QgsProject()
    assert project.read(str(folder / "project.qgz"))
    assert QgsExpressionContextUtils.projectScope(project).variable("urbanrenewal_zone_rules") == name
    project.clear()
