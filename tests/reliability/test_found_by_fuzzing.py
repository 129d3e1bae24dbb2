"""What fuzzing found, each as a test of its own: it must not come back."""

import pytest
from qgis.core import QgsProcessingException

BOX = "POLYGON((0 0,10 0,10 10,0 10,0 0))"


@pytest.fixture
def parcels(make_layer):
    return make_layer([(BOX, {"parcel_id": "P1", "land_use": "0701"})], name="宗地")


def test_no_name_with_a_null_character(run_algorithm, echo, parcels):
    with pytest.raises(QgsProcessingException, match="写"):
        run_algorithm(echo(), {"PARCELS": parcels, "OUTPUT": "x\0.gpkg"})


@pytest.mark.parametrize("n", [80, 90])
def test_no_name_longer_than_the_disk_holds(run_algorithm, echo, parcels, tmp_path, n):
    """Eighty would fit (245 bytes), but not with the run record beside it."""
    with pytest.raises(QgsProcessingException, match="文件名太长"):
        run_algorithm(echo(), {"PARCELS": parcels, "OUTPUT": str(tmp_path / ("长" * n + ".gpkg"))})
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["\0.html", "é" * 300 + ".html"])
def test_no_report_where_no_file_can_be(run_algorithm, parcels, tmp_path, name):
    with pytest.raises(QgsProcessingException) as refused:
        run_algorithm("checkinputs", {"PARCELS": parcels, "ISSUES": "memory:", "REPORT": str(tmp_path) + "/" + name})
    assert "Traceback" not in str(refused.value) and "内部出错" not in str(refused.value)
    assert list(tmp_path.iterdir()) == []


def test_no_report_stays_when_the_table_fails(run_algorithm, parcels, tmp_path, monkeypatch):
    from urban_renewal.core.errors import RenewalError
    from urban_renewal.processing import publish

    def fail(*arguments, **named):
        raise RenewalError("write_failed", path="issues.gpkg", reason="full")

    monkeypatch.setattr(publish, "write_part", fail)
    places = {"ISSUES": str(tmp_path / "issues.gpkg"), "REPORT": str(tmp_path / "report.html")}
    (tmp_path / "report.html").write_text("the last good one")
    with pytest.raises(QgsProcessingException):
        run_algorithm("checkinputs", {"PARCELS": parcels, **places})
    assert [path.name for path in tmp_path.iterdir()] == ["report.html"]
    assert (tmp_path / "report.html").read_text() == "the last good one"


def test_odd_numbers_do_not_break_the_run_record(run_algorithm, parcels, tmp_path, read_json):
    run_algorithm("checkinputs", {"PARCELS": parcels, "ROADS": 2**64, "ISSUES": str(tmp_path / "issues.gpkg")})
    assert read_json(tmp_path / "issues.gpkg.run.json")["parameters"]["ROADS"] == str(2**64)


@pytest.mark.parametrize("name", ["passwd", "drawing.dxf", "land.gpkg", "table.csv"])
def test_a_report_never_takes_the_place_of_another_kind_of_file(run_algorithm, parcels, tmp_path, name):
    """A fuzz run as root named the machine's own list of users as its report, and the report was written there."""
    theirs = tmp_path / name
    theirs.write_bytes(b"root:x:0:0")
    with pytest.raises(QgsProcessingException, match=r"\.html"):
        run_algorithm("checkinputs", {"PARCELS": parcels, "ISSUES": "memory:", "REPORT": str(theirs)})
    assert theirs.read_bytes() == b"root:x:0:0" and [path.name for path in tmp_path.iterdir()] == [name]
