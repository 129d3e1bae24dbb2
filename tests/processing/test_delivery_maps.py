"""The map sheets of a delivery: what stands on them, read back from the PDF."""

import subprocess

import pytest

from .conftest import box


def test_maps(study, run_algorithm, pdf_text):
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
    assert "单位" in overview  # a gap without its unit is no figure
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
    assert structure.count("北") == structure.count("比例1:") == 2  # each map has its own
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


def test_what_all_sheets_show_is_worked_out_once(study, run_algorithm, monkeypatch):
    """Overview, gaps, land use and two zones ask for the ground of the study and for parcels of unknown floor area."""
    from urban_renewal.core.delivery import summary
    from urban_renewal.processing.delivery import bounds

    asked = []
    for module, name in ((bounds, "hull_of"), (summary, "unknown_floors")):
        work = getattr(module, name)
        monkeypatch.setattr(module, name, lambda *given, work=work, name=name: asked.append(name) or work(*given))
    run_algorithm("exportzones", {**study, "FORMATS": "pdf"})
    assert sorted(asked) == ["hull_of", "unknown_floors"]


def pdf_title(path):
    told = subprocess.run(["pdfinfo", path], capture_output=True, text=True, check=True).stdout
    return next(line.partition(":")[2].strip() for line in told.splitlines() if line.startswith("Title:"))


def test_findings_and_actions_on_the_page(study, make_layer, save_layer, run_algorithm, tmp_path, pdf_text):
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
    sheets = ("03-01_七星岗", "05-01_留改拆增图")
    told = [pdf_title(Path(found["FOLDER"]) / "maps" / f"{name}.pdf") for name in sheets]
    assert told == [f"{name.replace('_', ' ')}　{project.title()}" for name in sheets]  # readers call their tabs so
    project.clear()


def test_sample_data_say_so(study, run_algorithm, save_layer, make_layer, tmp_path, pdf_text):
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
    # whoever delivers once more from the delivery's own data, without a layer of the sample, says so as well
    parameters = {**study, "FACILITIES": str(path), "FORMATS": ["gpkg"], "FOLDER": str(tmp_path / "数据")}
    data = Path(run_algorithm("exportzones", parameters)[0]["FOLDER"]) / "data.gpkg"
    assert not list(data.parent.glob("data.gpkg-*"))
    again = {name: f"{data}|layername={name.lower()}" for name in ("ZONES", "MEMBERS")}
    parameters = {**again, "FORMATS": ["pdf", "html"], "FOLDER": str(tmp_path / "再交付")}
    folder = Path(run_algorithm("exportzones", parameters)[0]["FOLDER"])
    assert "示例数据" in pdf_text(folder / "maps" / "03-01_七星岗.pdf")
    assert "示例数据" in (folder / "report.html").read_text(encoding="utf-8")


def test_profile_on_the_page(study, run_algorithm, make_layer, save_layer, tmp_path, pdf_text):
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


def test_no_name_hides_a_station_or_an_entrance(study, run_algorithm, make_layer, save_layer, tmp_path, monkeypatch):
    """The core's own name begins at its circle, and would run over the entrance 80 m to the east of it."""
    import shapely
    from urban_renewal.processing.delivery.pages import maps, overview, zonepage

    shown = []
    for module in (overview, zonepage):
        real = module.draw_names

        def draw(sheet, view, names, *more, real=real):
            shown.append((view, real(sheet, view, names, *more)))
            return shown[-1][1]

        monkeypatch.setattr(module, "draw_names", draw)
    monkeypatch.setattr(maps, "_print", lambda *what: None)  # where things stand is known before
    doors = make_layer([("POINT(180 50)", {"station_id": "1"})], "Point")
    doors = save_layer(doors, tmp_path / "doors.gpkg")
    run_algorithm("exportzones", {**study, "STATION_ENTRANCES": doors, "FORMATS": ["csv", "png"]})
    hidden = []
    for number, (view, made) in enumerate(shown):
        boxes = [shapely.box(*item.box) for item in made if item.box]
        for place, radius in (((100, 50), 2.4), ((180, 50), 0.6))[: 2 if number else 1]:  # no entrances on the overview
            x, y = view.on_page(*place)
            mark = shapely.box(x - radius, y - radius, x + radius, y + radius)
            hidden += [(number, place, box.bounds) for box in boxes if box.intersection(mark).area > 0]
    assert len(shown) == 3
    assert hidden == []
