"""Filter, limit and selection of an input: what they leave is counted and recorded; a wrong filter is told."""

import pytest
from qgis.core import QgsFeatureRequest, QgsProcessingException, QgsProcessingFeatureSourceDefinition, QgsProject

SQUARES = [
    (f"POLYGON(({x} 0,{x + 100} 0,{x + 100} 100,{x} 100,{x} 0))", {"ZDDM": f"p{n}", "层数": n})
    for n, x in enumerate(range(0, 1000, 200))
]


@pytest.fixture
def layer(make_layer, qgis_new_project):
    made = make_layer(SQUARES, name="宗地")
    QgsProject.instance().addMapLayer(made)
    return made


def filtered(layer, text="", limit=-1, selected=False):
    flags = QgsProcessingFeatureSourceDefinition.Flags()
    check = QgsFeatureRequest.InvalidGeometryCheck.GeometryAbortOnInvalid
    return QgsProcessingFeatureSourceDefinition(layer.id(), selected, limit, flags, check, text)


@pytest.mark.parametrize(
    ("text", "limit", "rows"),
    [('"层数" > 1', -1, 3), ("", 2, 2), ('"层数" > 1', 2, 2), ("$area > 1 AND \"ZDDM\" IN ('p0', 'p4')", -1, 2),
     ("@row_number IS NULL AND attribute('层数') = 3", -1, 1)],
)  # fmt: skip
def test_what_is_left_is_read_and_recorded(run_algorithm, echo, layer, rows_of, read_json, tmp_path, text, limit, rows):
    target = str(tmp_path / "out.gpkg")
    run_algorithm(echo(), {"PARCELS": filtered(layer, text, limit), "OUTPUT": target})
    assert len(rows_of(target)) == rows
    assert [item["count"] for item in read_json(f"{target}.run.json")["inputs"]] == [rows]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('"层数" < ', "筛选.*读不懂"),
        ('"没有" = 1', "没有的字段（没有）"),
        ("\"ZDDM\" = 'x'", "没有要素。请检查筛选条件"),
    ],
)
def test_a_filter_that_leaves_nothing_is_told(run_algorithm, echo, layer, text, told):
    with pytest.raises(QgsProcessingException, match=told):
        run_algorithm(echo(), {"PARCELS": filtered(layer, text), "OUTPUT": "memory:"})


def test_a_selection_of_nothing_is_told(run_algorithm, echo, layer):
    with pytest.raises(QgsProcessingException, match="没有要素"):
        run_algorithm(echo(), {"PARCELS": filtered(layer, selected=True), "OUTPUT": "memory:"})
