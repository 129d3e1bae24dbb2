"""Workers open tables of a file that the window opens tables of: each has a handle of its own, none waits for good."""

import subprocess
import sys
import threading
from pathlib import Path

import pytest
from qgis.core import QgsProcessingContext, QgsProcessingUtils, QgsProject, QgsVectorLayer

HINT = QgsProcessingUtils.LayerHint.Vector
ROOT = Path(__file__).resolve().parents[2]
RACE = """
import importlib.util, os, sys, threading, time
from pathlib import Path
from types import SimpleNamespace
sys.path[:] = [path for path in sys.path if Path(path or ".").resolve() != Path({root!r})]
spec = importlib.util.spec_from_file_location("urban_renewal", {root!r} + "/__init__.py",
                                              submodule_search_locations=[{root!r}])
sys.modules["urban_renewal"] = module = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)
from qgis.core import QgsApplication, QgsProcessingContext, QgsProcessingUtils, QgsVectorLayer
app = QgsApplication([], False)
app.initQgis()
from urban_renewal.processing.delivery.package import record_inside
from urban_renewal.processing.layers.snapshot import take_vector
done = dict(main=0, one=0, two=0)
def work(name):
    table = 0
    while any(n < {least} for n in done.values()):
        table = (table + 1) % 5
        source = {path!r} + f"|layername=t{{table}}"
        if name == "main":
            assert QgsVectorLayer(source, "x", "ogr").featureCount() == 3
        else:
            context = QgsProcessingContext()
            assert take_vector("INPUT", source, context).count == 3
            record_inside(SimpleNamespace(file=Path({path!r}), file_layer=f"t{{table}}", name="x"))
            del context
        done[name] += 1
threads = [threading.Thread(target=work, args=(name,)) for name in ("one", "two")]
for thread in threads:
    thread.start()
work("main")
for thread in threads:
    thread.join()
print("through", flush=True)
os._exit(0)
"""


@pytest.fixture
def gpkg(tmp_path):
    """Five tables of three points each."""
    from osgeo import ogr

    path = tmp_path / "data.gpkg"
    base = ogr.GetDriverByName("GPKG").CreateDataSource(str(path))
    for number in range(5):
        table = base.CreateLayer(f"t{number}", None, ogr.wkbPoint)
        for x in range(3):
            feature = ogr.Feature(table.GetLayerDefn())
            feature.SetGeometry(ogr.CreateGeometryFromWkt(f"POINT ({x} 0)"))
            table.CreateFeature(feature)
    del table, base
    return path


def in_a_thread(function):
    found = []
    thread = threading.Thread(target=lambda: found.append(function()))
    thread.start()
    thread.join()
    return found[0]


def test_each_worker_spells_a_path_in_its_own_way(qgis_app):
    from urban_renewal.processing.layers.apart import apart

    source = "/a/b c/数据.gpkg|layername=parcels"
    assert apart(source) == source  # the window's own
    told = {in_a_thread(lambda: (apart(source), apart(source))) for _ in range(3)}
    assert len(told) == 3 and all(first == again != source for first, again in told)
    for first, _ in told:
        file, _, rest = first.partition("|")
        assert Path(file) == Path("/a/b c/数据.gpkg") and rest == "layername=parcels"
    for other in ("parcels_1a2b", "memory:?x", "relative/x.gpkg", "postgres://dbname='a'", r"\\server\share\x.gpkg"):
        assert in_a_thread(lambda other=other: apart(other)) == other


def test_a_layer_of_the_project_is_taken_as_it_is(qgis_app, gpkg):
    """What the project or the run has already is not opened a second time, with or without a thread."""
    from urban_renewal.processing.layers.snapshot import find_layer

    project, source = QgsProject(), f"{gpkg}|layername=t1"
    layer = QgsVectorLayer(source, "mine", "ogr")
    project.addMapLayer(layer)
    context = QgsProcessingContext()
    context.setProject(project)
    for value in (layer.id(), "mine", source):
        assert find_layer(value, context, HINT) is layer
        assert in_a_thread(lambda value=value: find_layer(value, context, HINT)) is layer
    other = in_a_thread(lambda: find_layer(f"{gpkg}|layername=t2", context, HINT))
    assert other.isValid() and other.featureCount() == 3 and "/./" in other.source()


def test_tables_that_are_looked_at_before_a_run_are_opened_so_too(qgis_app, gpkg, monkeypatch):
    """A step of a model is given a file with several tables: which one is meant is asked in its thread."""
    from types import SimpleNamespace

    from urban_renewal.core.errors import RenewalError
    from urban_renewal.processing.intake import tabled

    opened = []
    monkeypatch.setattr(tabled, "QgsVectorLayer", lambda *given: opened.append(given[0]) or QgsVectorLayer(*given))
    use = SimpleNamespace(parameter="FACILITIES", role="FACILITIES", wanted_geometry="point", tables=(), needs=())

    def refused():
        with pytest.raises(RenewalError) as caught:
            tabled.name_table(use, str(gpkg), QgsProcessingContext())
        return caught.value.code

    assert (in_a_thread(refused), len(opened)) == ("file_tables", 5)
    assert all("/./" in source for source in opened)


def test_nobody_waits_for_good(gpkg, tmp_path):
    """Three threads open tables of one file over and over: before, they stood still at the second or third table."""
    script = tmp_path / "race.py"
    script.write_text(RACE.format(root=str(ROOT), path=str(gpkg), least=15), encoding="utf-8")
    found = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, timeout=90, check=False)
    assert "through" in found.stdout, found.stderr[-2000:]


def test_a_workbook_is_asked_for_its_tables_once_while_it_stays_as_it_is(qgis_app, tmp_path, monkeypatch):
    """GDAL reads the whole of it each time: 1.3 s for one of 100 MB, and dialog, check and run each asked."""
    from qgis.core import QgsProviderRegistry
    from urban_renewal.core.delivery.formats.workbook import Sheet, write_workbook
    from urban_renewal.processing.intake import tabled

    path, asked = tmp_path / "名单.xlsx", []
    registry = QgsProviderRegistry.instance()

    class Counting:
        def querySublayers(self, source):
            asked.append(source)
            return registry.querySublayers(source)

    monkeypatch.setattr(tabled, "QgsProviderRegistry", type("R", (), {"instance": staticmethod(Counting)}))
    assert tabled.tables_of(path) == [] and asked == []  # it is not there
    sheets = [Sheet(name, name, ["a"], [None], [["1"]]) for name in ("甲", "乙")]
    write_workbook(path, sheets)
    assert tabled.tables_of(path) == tabled.tables_of(path) == ["甲", "乙"]
    assert len(asked) == 1
    write_workbook(path, sheets[:1])
    assert tabled.tables_of(path) == ["甲"] and len(asked) == 2
