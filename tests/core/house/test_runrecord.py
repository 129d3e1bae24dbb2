"""Run records: complete, readable, and silent about where and as whom somebody works."""

import json
import subprocess
import sys
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from urban_renewal.core import runrecord
from urban_renewal.core.errors import RenewalError
from urban_renewal.core.run import Run

NOON = datetime(2025, 12, 31, 12, 0, tzinfo=timezone(timedelta(hours=8)))
SHA = "0" * 64
RULES = {
    "schema": "urban-renewal/ruleset/1",
    "id": "chongqing",
    "title": {"zh": "重庆", "en": "Chongqing"},
    "a": {"value": 1, "unit": "", "source": "x", "status": "found"},
    "b": {"value": 2, "unit": "", "source": "x", "status": "known"},
    "c": {"value": 3, "unit": "", "source": "x", "status": "heuristic"},
}


def work(**changes):
    base = runrecord.Work(
        algorithm="tagparcels",
        title={"zh": "识别", "en": "Tag parcels"},
        plugin_version="0.1.0",
        parameters={"PARCELS": "/data/in/p.gpkg|layername=宗地", "AS_OF": "2025-12-31", "KINDS": ("eday", "nurs")},
        started=NOON,
        finished=NOON + timedelta(seconds=61),
        inputs=(runrecord.Input("PARCELS", "宗地", "ogr:GPKG", 3, "EPSG:4545", SHA),),
        outputs=(runrecord.Output("OUTPUT", "tagged", 3, SHA), runrecord.Output("REPORT", None, None, None)),
        documents=(RULES,),
        libraries={"qgis": "3.40.6", "gdal": "3.6.2"},
        folder=Path("/data"),
    )
    return replace(base, **changes)


def run():
    given_run = Run()
    given_run.leave_out("宗地", ["a", "b"], "geometry_empty")
    given_run.leave_out("房屋", ["many"], "geometry_empty", n=5)
    given_run.leave_out("房屋", ["c"], "duplicate_id", "warning")
    given_run.note("ids_from_geometry", layer="宗地", n=2)
    given_run.fact(edges_n=np.int64(7), penalty=np.float64(1.25), odd=float("nan"))
    return given_run


def test_record_says_everything():
    record = runrecord.build(work(), run())
    assert record["parameters"] == {
        "PARCELS": "in/p.gpkg|layername=宗地",
        "AS_OF": "2025-12-31",
        "KINDS": ["eday", "nurs"],
    }
    assert record["left_out"] == {"duplicate_id": 1, "geometry_empty": 7}
    assert record["facts"] == {"edges_n": 7, "penalty": 1.25, "odd": None}
    rules = {"kind": "ruleset", "id": "chongqing", "figures_n": 3, "unverified_n": 2}
    assert {key: record["rules"][0][key] for key in rules} == rules
    assert record["inputs"][0]["count"] == record["outputs"][0]["count"] == 3
    assert (record["started"], record["finished"]) == (
        NOON.astimezone().isoformat(),
        (NOON + timedelta(seconds=61)).astimezone().isoformat(),
    )
    assert {"python", "numpy", "scipy", "pandas", "shapely", "geos", "qgis", "gdal"} == set(record["libraries"])
    assert "宗地" in record["messages"][0]["text"]["zh"]
    assert record["messages"][0]["text"]["en"].startswith("2 features")
    assert runrecord.parse(runrecord.to_text(record)) == record


def test_times_are_all_that_differs_between_two_runs():
    early = runrecord.build(work(), run())
    late = runrecord.build(work(started=NOON + timedelta(days=1), finished=NOON + timedelta(days=2)), run())
    assert early != late
    assert {key for key in early if early[key] != late[key]} == {"started", "finished"} and set(early) == set(late)


def test_rules_hash_follows_the_rules():
    def content(document):
        return runrecord.build(work(documents=(document,)), run())["rules"][0]["content"]

    turned = dict(reversed(RULES.items()))
    assert content(RULES) == content(turned)
    assert content(RULES) != content({**RULES, "a": {**RULES["a"], "value": 1.5}})


@pytest.mark.parametrize(
    ("given_value", "told"),
    [
        ("/data/a/b.gpkg", "a/b.gpkg"),
        ("/data/成果 1/b.gpkg|layername=x", "成果 1/b.gpkg|layername=x"),
        ("/home/zhang/b.gpkg", "b.gpkg"),
        ("C:\\Users\\张三\\b.shp", "b.shp"),
        ("C:/Users/张三/b.shp", "b.shp"),
        ("\\\\server\\share\\b.shp", "b.shp"),
        ("file:///home/zhang/b.csv?type=csv", "b.csv?type=csv"),
        ("ogr:dbname='/home/zhang/b.gpkg' table=\"t\" (geom)", "ogr:dbname='b.gpkg' table=\"t\" (geom)"),
        (
            "postgres://dbname='gis' host=10.0.0.1 port=5432 user='zhang' password='p w' table=\"t\" (geom)",
            "…'gis' table=\"t\" (geom)",
        ),
        ("dbname='gis' host=db user='zhang' password='p w' authcfg=abc1234 table=\"t\"", "dbname='gis' table=\"t\""),
        ("https://zhang:pw@host.cn/wfs?a=1", "…"),
        ("1998/2000", "1998/2000"),
        ("人/公顷", "人/公顷"),
        ("gap ÷ need, a / b", "gap ÷ need, a / b"),
        ("EPSG:4545", "EPSG:4545"),
        ("urban-renewal/run/1", "urban-renewal/run/1"),
        (["/home/zhang/b", {"k": "/data/c"}], ["b", {"k": "c"}]),
        (Path("/data/x/y"), "x/y"),
        (float("inf"), None),
        (np.float32(0.5), 0.5),
        ({"b", "a"}, ["a", "b"]),
        (True, True),
    ],
)
def test_what_may_be_told(given_value, told):
    assert runrecord.tell(given_value, Path("/data")) == told


def test_windows_folder_is_taken_off_too():
    assert runrecord.tell("C:\\成果\\a\\b.gpkg", Path("C:\\成果")) == "a/b.gpkg"


NAMES = st.text(st.characters(whitelist_categories=["L", "N"]), min_size=3, max_size=8).map(lambda name: "隐" + name)


@given(
    st.sampled_from(
        ["/{}/{}/x.gpkg", "//{}/{}/x.gpkg", "C:\\{}\\{}\\x.gpkg", "\\\\{}\\{}\\x.gpkg", "file:///{}/{}/x.gpkg"]
    ),
    NAMES,
    NAMES,
)
def test_no_folder_name_ever_gets_through(pattern, one, two):
    told = json.dumps(runrecord.tell({"a": [pattern.format(one, two)]}, Path("/elsewhere")), ensure_ascii=False)
    assert one not in told
    assert two not in told
    assert "x.gpkg" in told


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"inputs": (runrecord.Input("PARCELS", "a", "/home/zhang/b.gpkg", 1, None, None),)}, "schema_pattern"),
        ({"inputs": (runrecord.Input("PARCELS", "a", "memory", -1, None, None),)}, "schema_minimum"),
        ({"outputs": (runrecord.Output("OUTPUT", "tagged", 1, "abc"),)}, "schema_pattern"),
        ({"plugin_version": "1"}, "schema_pattern"),
    ],
)
def test_wrong_parts_are_refused(changes, code):
    with pytest.raises(RenewalError) as caught:
        runrecord.build(work(**changes), run())
    assert caught.value.code == code


def test_newer_and_foreign_records_are_refused():
    record = runrecord.build(work(), run())
    for schema_name, code in [("urban-renewal/run/2", "envelope_newer"), ("urban-renewal/manifest/1", "envelope_kind")]:
        with pytest.raises(RenewalError) as caught:
            runrecord.parse(runrecord.to_text({**record, "schema": schema_name}))
        assert caught.value.code == code


def test_records_can_be_read_without_the_libraries():
    root = str(Path(runrecord.__file__).resolve().parents[1])
    code = f"""
import importlib.util, sys
for name in ("numpy", "scipy", "pandas", "shapely"):
    sys.modules[name] = None
spec = importlib.util.spec_from_file_location("house", {root + "/__init__.py"!r}, submodule_search_locations=[{root!r}])
sys.modules["house"] = importlib.util.module_from_spec(spec)
spec.loader.exec_module(sys.modules["house"])
from house.core import runrecord
print(sorted(runrecord.library_versions()))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "['python']"


def test_two_rules_of_one_id_in_a_record_are_read():
    """A run that used two files of one id is no file of somebody's whose rows could be mixed up."""
    record = runrecord.build(work(), run())
    record["rules"] = [*record["rules"], record["rules"][0]]
    assert runrecord.parse(runrecord.to_text(record)) == record
