"""exportzones on hand-made layers: the package, its tables, sheets, what is refused."""

import pytest

from .conftest import box


def test_package(study, run_algorithm, rows_of, read_json, tmp_path, labels_by_feature):
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
def test_the_least_that_can_be_given(make_layer, run_algorithm, tmp_path, shape, crs, options, told, pdf_text):
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
        def families(self, system=None):
            return []

    monkeypatch.setattr(fonts, "fonts", NoFonts)
    monkeypatch.setattr(fonts, "letters", str)
    with pytest.raises(QgsProcessingException, match="没有中文字体"):
        run_algorithm("exportzones", {**study, "FORMATS": ["pdf"]})


def test_a_folder_of_somebody_else_is_refused(study, run_algorithm):
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


@pytest.fixture
def far_from_greenwich(monkeypatch):
    """A clock whose day is not that of UTC, whatever the hour."""
    import time
    from datetime import datetime, timezone

    monkeypatch.setenv("TZ", "UTC+12" if datetime.now(timezone.utc).hour < 12 else "UTC-14")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.skipif(not hasattr(__import__("time"), "tzset"), reason="the system has no other clock")
def test_report_and_sheets_bear_the_day_of_the_office(study, run_algorithm, pdf_text, read_json, far_from_greenwich):
    """In China a delivery made before 8 a.m. bore the day before."""
    from datetime import date
    from pathlib import Path

    days = {f"{date.today():%Y-%m-%d}"}
    found, _, _ = run_algorithm("exportzones", {**study, "FORMATS": ["html", "pdf"]})
    days.add(f"{date.today():%Y-%m-%d}")
    folder = Path(found["FOLDER"])
    assert any(day in (folder / "report.html").read_text(encoding="utf-8") for day in days)
    assert any(day in pdf_text(next((folder / "maps").glob("01-01*.pdf"))) for day in days)
    assert read_json(folder / "manifest.json")["created"][:10] in days
