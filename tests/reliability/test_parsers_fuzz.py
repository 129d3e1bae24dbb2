"""Whatever reads a file or a text of somebody else, with what nobody sane writes: a value or a RenewalError."""

import contextlib
import copy
import csv
import datetime
import io
import json
import os
import sqlite3
import xml.dom.minidom
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from urban_renewal.core import envelope, frames, jsontext, schema
from urban_renewal.core.delivery import templates, verify
from urban_renewal.core.delivery.drawing import draw
from urban_renewal.core.delivery.formats import csvtext, flat, geopackage, shapefile, workbook
from urban_renewal.core.delivery.formats.dxf import dxf_pieces
from urban_renewal.core.errors import RenewalError
from urban_renewal.core.gaps.sites.propose import fixed_ids
from urban_renewal.core.gaps.standard import kinds_of
from urban_renewal.core.inputs import encodings, guess, landuse, values
from urban_renewal.core.run import Run
from urban_renewal.core.tagging import dates, reviews
from urban_renewal.core.tagging.tags import Sources, tag_parcels
from urban_renewal.core.walking.areas import parse_minutes
from urban_renewal.core.walking.cache import load_graph, save_graph
from urban_renewal.core.walking.graph import graph_from_edges
from urban_renewal.core.walking.network import NetworkOptions, build_network
from urban_renewal.core.walking.profiles import load_profiles
from urban_renewal.core.zones.findings.rules import read_check_rules
from urban_renewal.core.zones.projects.items import price_items, read_costs
from urban_renewal.core.zones.projects.numbering import read_numbering
from urban_renewal.core.zones.ranking import read_criteria
from urban_renewal.core.zones.rules import read_zone_rules

EXAMPLES = int(os.environ.get("FUZZ_PARSERS", "20"))
SEEDED = "FUZZ_PARSERS" in os.environ  # scripts/fuzz.sh: other inputs every time
fuzz = settings(
    max_examples=EXAMPLES, deadline=60_000, derandomize=not SEEDED, database=None, print_blob=True,
    suppress_health_check=list(HealthCheck),
)  # fmt: skip
NASTY = [
    "=HYPERLINK(\"http://127.0.0.1\")", "@SUM(1)", "+1", "-1", "\t=1", "../../etc/passwd", "/etc/passwd", "<script>",
    "]]>", "a\0b", "\ufffe", "𠮷", "{0.__class__}", "%s%n", "长" * 5000, "", " ", "\n", "NULL", "nan", "1e999",
    "１９８５年", "九十年代", "1980-2100", "2000年前后", "-1/+3", "1,2;3", "100层", "B2", "٣", "²", "3.5.7", "0x1F",
    "1_000", "+86", "∞",
]  # fmt: skip
texts = st.one_of(
    st.sampled_from(NASTY), st.text(max_size=30), st.text("0123456789-~至到年层.,/+ 一二三十百零〇", max_size=14)
)
numbers = st.one_of(
    st.integers(-(2**70), 2**70), st.floats(allow_nan=False, allow_infinity=False), st.sampled_from([0, -1, 1, 2, 0.5])
)
leaves = st.one_of(st.none(), st.booleans(), numbers, texts)
jsons = st.recursive(leaves, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4))
cells = st.lists(st.one_of(st.none(), texts, numbers.map(str)), min_size=1, max_size=6)
KINDS = sorted(envelope.FOLDERS)


def places_in(value, path=()):
    """Return the path of everything in a document."""
    found = [path]
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        found += places_in(item, (*path, key))
    return found


def change(document, at, how, value):
    """Return the document with one place changed: replaced, removed, doubled, or a number moved."""
    whole = copy.deepcopy(document)
    paths = [path for path in places_in(whole) if path]
    path = paths[at % len(paths)]
    holder = whole
    for step in path[:-1]:
        holder = holder[step]
    if how == "remove":
        del holder[path[-1]]
    elif how == "double" and isinstance(holder, list):
        holder.insert(path[-1], copy.deepcopy(holder[path[-1]]))
    elif how == "number" and isinstance(holder[path[-1]], (int, float)) and isinstance(value, (int, float)):
        holder[path[-1]] = value
    else:
        holder[path[-1]] = value
    return whole


changes = st.lists(
    st.tuples(st.integers(0, 10**6), st.sampled_from(["put", "number", "number", "remove", "double"]), jsons | numbers),
    min_size=1, max_size=3,
)  # fmt: skip


@contextlib.contextmanager
def one_sentence():
    """A RenewalError with a sentence in both languages is an answer; anything else is a fault."""
    from urban_renewal.core.words import say

    try:
        yield
    except RenewalError as error:
        for language in ("zh", "en"):
            assert say(error.code, language, **error.values).strip()


def plots():
    shapes = [shapely.box(200 * i, 0, 200 * i + 80, 80) for i in range(3)]
    land = {"parcel_id": ["A", "B", "C"], "land_use": ["0701", "1001", None], "ownership": ["30", None, "20"]}
    parcels = pd.DataFrame({name: frames.texts(column) for name, column in land.items()}).assign(geometry=shapes)
    houses = {
        "building_id": ["1", "2", "3"],
        "year": ["1985", None, "2010"],
        "floors": ["6", "2", None],
        "use": ["resid"] * 3,
    }
    buildings = pd.DataFrame({name: frames.texts(column) for name, column in houses.items()})
    return parcels, buildings.assign(geometry=[shapely.buffer(shape.centroid, 10) for shape in shapes])


def streets():
    lines = [shapely.LineString([(0, 0), (100, 0)]), shapely.LineString([(100, 0), (100, 80)])]
    return pd.DataFrame(
        {"road_id": frames.texts(["a", "b"]), "class": frames.texts(["street", "stairs"]), "geometry": lines}
    )


def tagged_flat(reason="原因"):
    table = schema.table("tagged")
    rows = pd.DataFrame({"parcel_id": ["A"], "tag": ["old_compound"], "tag_reason": [reason], "area_m2": [12.5]})
    rows["geometry"] = np.array([shapely.box(0, 0, 9, 9), None], dtype=object)[:1]
    return flat.flatten("tagged", frames.conform(rows, table), table)


def use_document(kind, path):
    """Read the file as its algorithm does and work with what it says."""
    document = envelope.load_file(kind, path)
    if kind == "ruleset":
        parcels, buildings = plots()
        tag_parcels(Sources(parcels, datetime.date(2025, 12, 31), buildings=buildings), document, Run())
    elif kind == "standard":
        kinds_of(document, [entry["id"] for entry in document["kinds"]])
    elif kind == "profiles":
        build_network(streets(), NetworkOptions(), load_profiles(["elder"], path), None, Run())
    elif kind == "zone-rules":
        read_zone_rules(document)
        read_check_rules(document)
        read_criteria(document)
    elif kind == "costs":
        costs = read_costs(document)
        project = {"project_id": "P", "kind": next(iter(costs.types)), "quantities": {}}
        price_items(project, costs, "zh")
    elif kind == "template":
        fitted = templates.fit_layers(document, [tagged_flat()], "shp", Run())
        drawn = draw(document, [item.flat for item in fitted], ["标题"], "zh", Run())
        b"".join(dxf_pieces(drawn.drawing, Run()))
    else:
        build_network(streets(), NetworkOptions(document), load_profiles(["elder"]), None, Run())


@pytest.mark.parametrize("kind", KINDS)
@fuzz
@given(changes, st.integers(0, 99))
def test_data_files(tmp_path_factory, kind, edits, which):
    names = envelope.names(kind)
    name = names[which % len(names)]
    document = json.loads((envelope.RESOURCES / envelope.FOLDERS[kind] / f"{name}.json").read_text(encoding="utf-8"))
    for at, how, value in edits:
        document = change(document, at, how, value)
        if not isinstance(document, dict) or not document:
            break
    path = tmp_path_factory.getbasetemp() / f"{kind}.json"
    path.write_text(json.dumps(document, ensure_ascii=True), encoding="utf-8")
    with one_sentence():
        use_document(kind, path)


@fuzz
@given(st.binary(max_size=400), st.integers(0, 10**6), st.booleans())
def test_bytes_as_json(tmp_path_factory, junk, at, whole):
    good = (envelope.RESOURCES / "standards" / "chongqing.json").read_bytes()
    at %= len(good)
    path = tmp_path_factory.getbasetemp() / "bytes.json"
    path.write_bytes(junk if whole else good[:at] + junk + good[at + len(junk) :])
    with one_sentence():
        envelope.load_file("standard", path)


@fuzz
@given(texts)
def test_texts_of_parameters(text):
    for read in (
        read_numbering,
        parse_minutes,
        fixed_ids,
        lambda word: read_criteria(envelope.load("zone-rules", "chongqing"), word),
    ):
        with one_sentence():
            read(text)


@fuzz
@given(cells)
def test_columns_of_text(column):
    series = frames.texts(column)
    low, high = values.year_interval(series)
    assert ((low <= high) | np.isnan(low) | np.isnan(high)).all()
    below, above = values.storeys(series)
    assert len(below) == len(above) == len(series)
    for read in (values.yes_no, values.numbers, values.uses, values.structures, values.dangers):
        assert len(read(series)) == len(series)
    assert len(dates.last_days(series, datetime.date(2025, 12, 31))) == len(series)
    encodings.find_misreading([None if item is pd.NA else item for item in series])
    for scheme in [*landuse.schemes(), "auto"]:
        with one_sentence():
            name = landuse.detect_scheme(series.dropna(), False) if scheme == "auto" else scheme
            landuse.classify(series, name, Run())


@fuzz
@given(texts, st.lists(texts, max_size=6), st.sampled_from(["polygon", "line", "point", "none", "unknown", "x"]))
def test_guesses_of_roles(name, fields, geometry):
    for found in guess.guess_role(guess.LayerFacts("k", name, geometry, tuple(fields), {})):
        assert 0 <= found.confidence <= 1


@fuzz
@given(cells)
def test_review_tables(column):
    n = len(column)
    words = dict.fromkeys(("review_id", "parcel_id", "geometry_hash", "tag", "reviewer", "reviewed_at", "reason"))
    table = pd.DataFrame({name: frames.texts(column) for name in words})
    tagged = frames.conform(
        pd.DataFrame({"parcel_id": frames.texts(f"P{k}" for k in range(n)), "tag": "none", "tag_level": "none",
                      "geometry": [shapely.Point(0, 0)] * n}), schema.table("tagged"),
    )  # fmt: skip
    with one_sentence():
        reviews.apply_reviews(tagged, table, None, {"none": ""}, Run())


@pytest.fixture(scope="module")
def package(tmp_path_factory):
    """A small GeoPackage."""
    path = tmp_path_factory.mktemp("package") / "good.gpkg"
    base = sqlite3.connect(path)
    wkb = b"GP\0\1\0\0\0\0" + shapely.to_wkb(shapely.box(0, 0, 5, 5))
    base.executescript(
        "create table gpkg_contents (table_name text, data_type text);"
        "create table gpkg_geometry_columns (table_name text, column_name text);"
        "create table zones (fid integer primary key, geom blob, zone_id text, area_m2 real, n integer);"
        "insert into gpkg_contents values ('zones', 'features');"
        "insert into gpkg_geometry_columns values ('zones', 'geom');"
    )
    base.executemany("insert into zones (geom, zone_id, area_m2, n) values (?, ?, ?, ?)", [(wkb, "Z", 1.5, 3)] * 40)
    base.commit()
    base.close()
    return path


@fuzz
@given(
    st.lists(st.tuples(st.integers(0, 10**6), st.binary(min_size=1, max_size=40)), min_size=1, max_size=6),
    st.booleans(),
)
def test_broken_geopackages(tmp_path_factory, package, edits, is_cut):
    data = bytearray(package.read_bytes())
    for place, junk in edits:
        at = place % len(data)
        data[at : at + len(junk)] = junk
    path = tmp_path_factory.getbasetemp() / "broken.gpkg"
    path.write_bytes(data[: edits[0][0] % len(data)] if is_cut else data)
    with one_sentence():
        for layer in geopackage.list_layers(path):
            geopackage.read_layer(path, layer, Run())


@fuzz
@given(
    st.lists(
        st.binary(max_size=60) | texts | numbers.filter(lambda n: abs(n) < 2**63) | st.none(), min_size=1, max_size=5
    )
)
def test_odd_values_in_a_geopackage(tmp_path_factory, package, odd):
    path = tmp_path_factory.getbasetemp() / "odd.gpkg"
    path.write_bytes(package.read_bytes())
    base = sqlite3.connect(path)
    for value in odd:
        base.execute("insert into zones (geom, zone_id, area_m2, n) values (?, ?, ?, ?)", (value, value, value, value))
    base.commit()
    base.close()
    with one_sentence():
        geopackage.read_layer(path, "zones", Run())


@fuzz
@given(changes, st.lists(st.tuples(texts, st.binary(max_size=20)), max_size=3))
def test_hostile_deliveries(tmp_path_factory, edits, files):
    folder = tmp_path_factory.mktemp("delivery")
    manifest = {
        "schema": "urban-renewal/manifest/1", "id": "x", "title": {"zh": "a", "en": "b"}, "plugin_version": "1.0.0",
        "schema_version": 1, "created": "2025-01-01T00:00:00Z", "parameters": {}, "inputs": [], "rules": [], "runs": [],
        "left_out": {}, "files": [{"path": "../../etc/passwd", "bytes": 3, "sha256": "0" * 64}],
        "tables": [],
    }  # fmt: skip
    for at, how, value in edits:
        manifest = change(manifest, at, how, value)
        if not isinstance(manifest, dict) or not manifest:
            break
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    for name, content in files:
        with contextlib.suppress(OSError, ValueError):
            if "/" not in name:
                (folder / name).write_bytes(content)
    with one_sentence():
        verify.verify_delivery(folder, Run())


@fuzz
@given(st.lists(st.tuples(st.integers(0, 10**6), st.binary(min_size=1, max_size=30)), min_size=1, max_size=4))
def test_broken_network_caches(tmp_path_factory, edits):
    path = tmp_path_factory.getbasetemp() / "network.npz"
    if not path.exists():
        edges = build_network(streets(), NetworkOptions(), load_profiles(["elder"]), None, Run()).edges
        assert save_graph(graph_from_edges(edges, ["elder"], Run()), path, {"content": None}, Run())
        path.with_suffix(".good").write_bytes(path.read_bytes())
    data = bytearray(path.with_suffix(".good").read_bytes())
    for place, junk in edits:
        at = place % len(data)
        data[at : at + len(junk)] = junk
    path.write_bytes(data)
    load_graph(path, Run())  # a network, or None: it is made anew


@fuzz
@given(texts, texts)
def test_texts_survive_every_format_and_run_nowhere(tmp_path_factory, reason, name):
    """CSV, XLSX, shapefile, DXF: no formula, no broken file, and the text comes back where the format can hold it."""
    table = tagged_flat(reason)
    text, _ = csvtext.write_csv(table, "f.csv", Run())
    rows = list(csv.reader(io.StringIO(text.lstrip("\ufeff"), newline="")))
    assert len(rows) == 2
    assert not any(cell.startswith(("=", "@", "\t", "\r")) for cell in rows[1])
    path = tmp_path_factory.getbasetemp() / "f.xlsx"
    workbook.write_workbook(path, [workbook.Sheet(name or "x", name, ["h"], [None], [[reason]])])
    with zipfile.ZipFile(path) as archive:
        for part in archive.namelist():
            content = archive.read(part).decode("utf-8")
            xml.dom.minidom.parseString(content)
            assert "<f>" not in content
    for encoding in ("UTF-8", "GBK"):
        parts, _ = shapefile.write_shapefile(table, "f", encoding, Run())
        assert parts[".dbf"]
    drawn = draw(envelope.load("template", "plain"), [table], [reason, name], "zh", Run())
    lines = b"".join(dxf_pieces(drawn.drawing, Run())).decode("gbk", "replace").split("\r\n")
    assert lines[-3:] == ["0", "EOF", ""] and len(lines) % 2 == 1
    assert all(code.strip().lstrip("-").isdigit() for code in lines[:-1:2])


def test_hostile_words_in_json_never_run(tmp_path: Path):
    """Nothing of a data file is evaluated: words that Python or QGIS would run come through as they are."""
    for word in ("eval('1')", "__import__('os').system('touch /tmp/x')", "@qgis_version", "env('HOME')"):
        with pytest.raises(RenewalError):
            jsontext.parse(word, "x.json")
        document = json.loads((envelope.RESOURCES / "rulesets" / "chongqing.json").read_text(encoding="utf-8"))
        document["title"]["zh"] = word
        path = tmp_path / "own.json"
        path.write_text(json.dumps(document), encoding="utf-8")
        assert envelope.load_file("ruleset", path)["title"]["zh"] == word
