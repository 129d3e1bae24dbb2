"""Hostile and changed inputs and a solver that errs, met by real algorithms on the tiny town; each says its figure."""

import re
import shutil
import sqlite3
import sys
import time
import zipfile
from pathlib import Path

import numpy as np
import pytest
from qgis.core import QgsProcessingException, QgsVectorLayer


def tell(number, text):
    """Say the figure of a fault; shown by pytest -s."""
    sys.stderr.write(f"fault {number}: {text}\n")


def values_of(town, name, **more):
    """Return the parameters of an algorithm that work, some changed."""
    return {**town.known[name], **more}


def change(package, statement, *values):
    """Change a GeoPackage behind QGIS's back."""
    base = sqlite3.connect(package)
    for name in ("ST_IsEmpty", "ST_MinX", "ST_MaxX", "ST_MinY", "ST_MaxY"):  # its triggers ask for these
        base.create_function(name, 1, lambda shape: 0)
    done = base.execute(statement, values).rowcount
    base.commit()
    base.close()
    return done


# 13 · stale results -------------------------------------------------------------------------------------------------


def test_13_a_changed_input_has_another_fingerprint(town, run_algorithm, tmp_path, read_json):
    package = tmp_path / "people.gpkg"
    shutil.copy(town.folder / "people.gpkg", package)
    prints = []
    for number in range(3):
        if number == 2:
            assert change(package, "UPDATE people SET land_use = '1001' WHERE fid = 3") == 1
        target = tmp_path / f"tagged{number}.gpkg"
        run_algorithm("tagparcels", values_of(town, "tagparcels", PARCELS=str(package), OUTPUT=str(target)))
        record = read_json(f"{target}.run.json")
        prints.append({item["role"]: item["content"] for item in record["inputs"]})
    assert prints[0] == prints[1] and len(prints[0]) >= 5
    assert {role for role in prints[0] if prints[0][role] != prints[2][role]} == {"PARCELS"}
    tell(13, f"one code of one row changed: 1 of {len(prints[0])} fingerprints differs")


# 15 · XML, 16 · archives, bombs -------------------------------------------------------------------------------------

LAUGHS = '<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha">' + "".join(
    f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(12)) + "]>"  # fmt: skip
SHEET = (
    '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{}</sheetData></worksheet>'
)


MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml"
LINK = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKED = "http://schemas.openxmlformats.org/package/2006"
PARTS = {
    "[Content_Types].xml": (
        f'<Types xmlns="{PACKED}/content-types"><Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{KIND}.sheet.main+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{KIND}.worksheet+xml"/></Types>'
    ),
    "_rels/.rels": (
        f'<Relationships xmlns="{PACKED}/relationships">'
        f'<Relationship Id="r1" Type="{LINK}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
    ),
    "xl/workbook.xml": (
        f'<workbook xmlns="{MAIN}" xmlns:r="{LINK}"><sheets><sheet name="s" sheetId="1" r:id="r1"/></sheets></workbook>'
    ),
    "xl/_rels/workbook.xml.rels": (
        f'<Relationships xmlns="{PACKED}/relationships">'
        f'<Relationship Id="r1" Type="{LINK}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>'
    ),
    "../../outside.txt": "x",
}
KML = (
    '<kml xmlns="http://www.opengis.net/kml/2.2"><Document><Placemark><name>{}</name><Point>'
    "<coordinates>106.5,29.5</coordinates></Point></Placemark></Document></kml>"
)
GPX = '<gpx version="1.1"><wpt lat="29.5" lon="106.5"><name>&m;</name></wpt></gpx>'
OUTSIDE = '<?xml version="1.0"?><!DOCTYPE k [<!ENTITY x SYSTEM "file:///etc/hostname">]>'
CELL = '<row r="1"><c r="A1" t="inlineStr"><is><t>{}</t></is></c></row>'


def workbook(path, sheet):
    """Write a workbook around a sheet's text, with a member that leads out."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as book:
        for name, content in {**PARTS, "xl/worksheets/sheet1.xml": sheet}.items():
            book.writestr(name, content)


def bomb(kind, folder):
    """Return a hostile file: entities that multiply, a sheet of 100 MB packed in one thousandth, NULs."""
    path = folder / kind
    if kind == "laughs.xlsx":
        workbook(path, LAUGHS + SHEET.format(CELL.format("&m;")))
    elif kind == "big.xlsx":
        workbook(path, SHEET.format(CELL.format("长" * 10) + CELL.format("x" * 100_000_000)))
    else:
        path.write_bytes({
            "laughs.kml": (LAUGHS + KML.format("&m;")).encode(),
            "laughs.gpx": (LAUGHS + GPX).encode(),
            "external.kml": (OUTSIDE + KML.format("&x;")).encode(),
            "nul.csv": b"facility_id,kind,x,y\n\0\0,e\0day,106.5,29.5\n" + b"\0" * 100_000 + b"\n,,,\n",
            "quote.csv": b'facility_id,kind\n"' + b"a" * 50_000_000 + b"\n",
        }[kind])  # fmt: skip
    return path


def peak_kib():
    """Return the most memory this process has held since forget_peak, KiB."""
    return int(re.search(r"VmHWM:\s*(\d+)", Path("/proc/self/status").read_text("ascii"))[1])


def forget_peak():
    """Begin to watch the peak anew, or a test before would hide it; return what is held now, KiB."""
    Path("/proc/self/clear_refs").write_text("5", "ascii")
    return peak_kib()


@pytest.mark.skipif(not Path("/proc/self/clear_refs").exists(), reason="memory is watched through /proc")
@pytest.mark.parametrize(
    "kind", ["laughs.kml", "laughs.gpx", "laughs.xlsx", "big.xlsx", "external.kml", "nul.csv", "quote.csv"]
)
def test_15_a_hostile_file_as_input_is_read_or_refused_soon(town, run_algorithm, rows_of, tmp_path, kind):
    path = bomb(kind, tmp_path)
    before = forget_peak()
    began = time.process_time()
    for name, role in (("checkinputs", "FACILITIES"), ("checkinputs", "ACTIVITY")):
        values = values_of(town, name, **{role: str(path), "ISSUES": "memory:"})
        try:
            results, _, _ = run_algorithm(name, values)
            said = f"{len(rows_of(results['ISSUES']))} issues"
        except QgsProcessingException as error:
            said = str(error)
        assert "内部出错" not in said
        hostname = Path("/etc/hostname")
        if kind == "external.kml" and hostname.exists():
            rows = QgsVectorLayer(str(path), "k", "ogr")
            assert not any(hostname.read_text("utf-8").strip() in str(row.attributes()) for row in rows.getFeatures())
    seconds, more = time.process_time() - began, (peak_kib() - before) // 1024
    assert seconds < 60 and more < 2048
    assert not list(tmp_path.parent.glob("outside.txt")) and [item.name for item in tmp_path.iterdir()] == [kind]
    tell(15, f"{kind} ({path.stat().st_size // 1024} KiB): {seconds:.1f} s, {more} MiB more, {said[:60]}")


# 20 · solver faults -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("fault", ["one unit moved", "one unit lost", "overload"])
def test_20_a_wrong_assignment_never_leaves(town, run_algorithm, tmp_path, monkeypatch, fault):
    """Whatever the solver gives back is recounted by other code before anything is written."""
    from urban_renewal.core.gaps import gap
    from urban_renewal.core.gaps.fair import Assignment

    real = gap.fair_maximum

    def wrong(need, capacity, reach, run):
        found = real(need, capacity, reach, run)
        served, load = found.served.copy(), found.load.copy()
        if not load.any():
            return found
        if fault == "one unit moved":
            served[np.argmax(served)] -= 1
            load[np.argmax(load)] -= 1
            served[np.argmin(np.where(reach_of(reach, len(served)), served - need, 1))] += 2
        elif fault == "one unit lost":
            served[np.argmax(served)] -= 1
        else:
            load[np.argmax(load)] = capacity.max() + 5
        return Assignment(served, load, found.block)

    monkeypatch.setattr(gap, "fair_maximum", wrong)
    target = tmp_path / "gap.gpkg"
    with pytest.raises(QgsProcessingException) as said:
        run_algorithm("facilitygap", values_of(town, "facilitygap", OUTPUT=str(target), DETAIL="memory:"))
    assert "复核不符" in str(said.value)  # the recount itself, not a fault on the way
    assert not list(tmp_path.iterdir())
    tell(20, f"{fault}: {str(said.value)[:80]}")


def reach_of(reach, n):
    """Say which places reach anything."""
    found = np.zeros(n, dtype=bool)
    found[reach.place] = True
    return found
