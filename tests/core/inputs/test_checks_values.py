"""Values, references, strays and encodings: each finding made by hand, each limit just below, at and just above."""

import numpy as np
import pandas as pd
import pytest
import shapely
from urban_renewal.core import frames
from urban_renewal.core.inputs import checks_values
from urban_renewal.core.inputs.encodings import encoding_of, find_misreading, words_of_dbf
from urban_renewal.core.run import Run

WORDS = ["老旧小区", "重庆市渝中区", "幸福小区3栋", "日间照料", "在改"]


@pytest.mark.parametrize(
    ("written", "read", "told"),
    [
        ("gbk", "latin-1", ("Latin-1", "GBK")), ("utf-8", "latin-1", ("Latin-1", "UTF-8")),
        ("utf-8", "gb18030", ("GBK", "UTF-8")), ("utf-8", "cp1252", ("Windows-1252", "UTF-8")),
    ],
)  # fmt: skip
def test_each_misreading_is_named_and_read_right(written, read, told):
    garbled = {word.encode(written).decode(read, "ignore"): word for word in WORDS if can(word, written, read)}
    assert len(garbled) >= 2
    found = find_misreading([*garbled, None, "abc"])
    assert (found.read_as, found.written_in) == told
    assert found.reads == garbled[found.sample]
    assert found.n == len(garbled)


def can(word, written, read):
    try:
        return word.encode(written).decode(read) is not None
    except UnicodeDecodeError:
        return False


@pytest.mark.parametrize("text", [
    "老旧小区", "café", "Ångström", "𠮷㙍", "m²", "é à ü", "Straße 5", "①号楼", "住宅（自建）", "龘靐", "", None,
    "重庆·渝中", "Größe",
])  # fmt: skip
def test_good_text_is_not_misread(text):
    assert find_misreading([text]) is None


def test_columns_with_misread_text_and_names():
    run = Run()
    bad = "幸福小区".encode("gbk").decode("latin-1")
    found = checks_values.check_encoding({"name": [bad, "好", None], "use": ["住宅"], "": [bad]}, "PARCELS", run)
    assert found == {"name", ""}
    assert [(row.code, row.severity, row.n, row.values["reads"]) for row in run.left_out] == [
        ("text_misread", "error", 1, "幸福小区"), ("text_misread", "error", 1, "幸福小区"),
    ]  # fmt: skip


def test_numbers_that_cannot_be():
    table = pd.DataFrame({"building_id": list("abcd"), "height": [0.0, 700.0, 700.1, -0.1], "floor_area": [np.nan] * 4})
    run = Run()
    checks_values.check_ranges(table, "BUILDINGS", "building_id", run)
    assert [(row.feature_id, row.code, row.n, row.values["value"]) for row in run.left_out] == [
        ("c", "value_impossible", 2, "700.1")
    ]


def test_texts_that_nobody_can_read():
    table = pd.DataFrame({"building_id": list("abcd"), "year": frames.texts(["1998", "90年代", "很早", "未知"]),
                          "floors": frames.texts(["混6", "若干", "多层", "-1"])})  # fmt: skip
    run = Run()
    checks_values.check_readable(table, "BUILDINGS", "building_id", run)
    assert [(row.feature_id, row.n, row.values["column"], row.values["values"]) for row in run.left_out] == [
        ("c", 1, "year", ["很早"]), ("b", 2, "floors", ["多层", "若干"]),
    ]  # fmt: skip


def test_classes_and_structures_that_nobody_can_read():
    """无 is a class, so to say; one of another standard (Csu of GB 50292) and a word for none of them are unknown."""
    table = pd.DataFrame({"building_id": list("abcde"), "danger": frames.texts(["D", "Csu", "四级", "无", "非危房"]),
                          "structure": frames.texts(["砖混", "4", "彩板", None, "不详"])})  # fmt: skip
    run = Run()
    checks_values.check_readable(table, "BUILDINGS", "building_id", run)
    assert [(row.feature_id, row.n, row.values["column"], row.values["values"]) for row in run.left_out] == [
        ("c", 1, "structure", ["彩板"]), ("b", 2, "danger", ["Csu", "四级"]),
    ]  # fmt: skip


@pytest.mark.parametrize(("year", "n"), [("2026", 0), ("2027", 1), ("2020-2030", 0)])
def test_houses_from_the_future(year, n):
    run = Run()
    table = pd.DataFrame({"building_id": ["a"], "year": frames.texts([year])})
    checks_values.check_years(table, "BUILDINGS", "building_id", 2026, run)
    assert len(run.left_out) == n


def test_names_that_lead_nowhere():
    tables = {
        "FACILITIES": pd.DataFrame({"facility_id": frames.texts(["f1", "f2"])}),
        "ENTRANCES": pd.DataFrame({"entrance_of": frames.texts(["f1", "f9", "f9", None])}),
        "ACTIVITY": pd.DataFrame({"parcel_id": frames.texts(["p1"])}),  # no parcels given: nothing to say
    }
    run = Run()
    checks_values.check_references(tables, run)
    assert [(row.layer, row.feature_id, row.n, row.values["target"]) for row in run.left_out] == [
        ("ENTRANCES", "f9", 2, "FACILITIES")
    ]


@pytest.mark.parametrize(("x", "n"), [(19_000, 0), (21_000, 1)])
def test_one_feature_far_away(x, n):
    """Ten parcels within 100 m and one 19 or 21 km off; ten times their spread is less than 20 km."""
    points = shapely.points([*[(10 * i, 0) for i in range(10)], (x + 45, 0)])
    table = pd.DataFrame({"station_id": [f"s{i}" for i in range(11)], "geometry": points})
    run = Run()
    checks_values.check_strays(table, "STATIONS", "station_id", run)
    assert [(row.feature_id, row.code) for row in run.left_out] == [("s10", "feature_stray")] * n


def test_a_wide_layer_has_no_strays():
    points = shapely.points([(30_000 * i, 0) for i in range(11)])
    table = pd.DataFrame({"station_id": [f"s{i}" for i in range(11)], "geometry": points})
    run = Run()
    checks_values.check_strays(table, "STATIONS", "station_id", run)
    assert run.left_out == []


def dbf(names, rows, encoding):
    """Return the bytes of a dBASE table with text fields of 10 bytes, cut in mid-letter where they are too long."""
    size = 32 + 32 * len(names) + 1
    head = bytes([3, 126, 11, 27]) + len(rows).to_bytes(4, "little") + size.to_bytes(2, "little")
    head += (1 + 10 * len(names)).to_bytes(2, "little") + bytes(20)
    fields = b"".join(
        name.encode(encoding)[:10].ljust(11, b"\0") + b"C" + bytes(4) + b"\n" + bytes(15) for name in names
    )
    cells = b"".join(b" " + b"".join(cell.encode(encoding)[:10].ljust(10) for cell in row) for row in rows)
    return head + fields + b"\r" + cells


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
@pytest.mark.parametrize("n", [1, 200])  # 200 = 0xC8 in the header: no text
def test_a_table_tells_its_encoding_by_its_words(encoding, n):
    names, rows = ["名称", "status"], [("日间照料中心二号楼", "现状")] * n
    assert encoding_of(words_of_dbf(dbf(names, rows, encoding))) == encoding.upper()
    assert encoding_of(words_of_dbf(dbf(["name", "kind"], [("a", "kgar")] * n, encoding))) is None
    assert encoding_of(words_of_dbf(dbf(["用途", "kind"], [("a", "kgar")] * n, encoding))) == encoding.upper()


def test_no_basement_is_a_number_that_is_read():
    """0 floors below ground is what most houses have."""
    read = checks_values.READERS["BUILDINGS", "floors_down"](pd.Series(["0", "2", "many"], dtype="string"))
    assert (read[:2].tolist(), bool(np.isnan(read[2]))) == ([0.0, 2.0], True)


def test_floor_areas_that_do_not_fit_the_drawing_are_told_once():
    houses = pd.DataFrame({"building_id": list("abcd"), "floors": ["6", "6", "2", None],
                           "floor_area": [600.0, 3000.0, 90.0, 9e5]})  # fmt: skip
    houses["geometry"] = np.array([shapely.box(0, 0, 10, 10)] * 4, dtype=object)
    run = Run()
    checks_values.check_floor_area(houses, "BUILDINGS", "building_id", run)
    (row,) = run.left_out
    assert (row.feature_id, row.code, row.n) == ("b", "floor_area_differs", 2)
    assert row.values == {"of": 3, "documented": 3000, "drawn": 600}
    checks_values.check_floor_area(houses.drop(columns="floor_area"), "BUILDINGS", "building_id", run)
    assert len(run.left_out) == 1
