"""Protected areas and renewal programmes laid on parcels of 80 × 80 m."""

import numpy as np
import pandas as pd
import pytest
import shapely
from urban_renewal.core import frames
from urban_renewal.core.run import Run
from urban_renewal.core.tagging.overlays import find_programme, protect


def protected(*areas):
    """A layer of (class, shape)."""
    layer = pd.DataFrame({"class": frames.texts([name for name, _ in areas])})
    layer["geometry"] = np.array([shape for _, shape in areas], dtype=object)
    return layer


def test_protected_share_counts_each_spot_once(plots):
    parcels = plots(2)
    areas = pd.DataFrame({"class": frames.texts(["文物", "历史", None])})
    areas["geometry"] = [shapely.box(0, 0, 40, 80), shapely.box(20, 0, 80, 40), shapely.box(900, 0, 901, 1)]
    share, name = protect(parcels, areas, Run())
    assert share == pytest.approx([(40 * 80 + 40 * 40) / 6400, 0])
    assert name.tolist() == ["文物", pd.NA]
    assert np.isnan(protect(parcels, None, Run())[0]).all()


def test_the_rim_of_the_neighbours_protected_area_protects_nothing(plots):
    """Two drawings differ by centimetres: 80 m of common edge, a strip of 0.8 m²; a small stele counts all the same."""
    land = plots(3)  # 80 m × 80 m each
    shapes = frames.geometries(land)
    areas = pd.DataFrame({"class": frames.texts(["文物", "碑", "街区"])})
    left, bottom, _, top = shapely.bounds(shapes[1])
    rim = shapely.box(left - 50, bottom, left + 0.01, top)
    stele = shapely.box(left + 40, bottom + 40, left + 40.5, bottom + 41)
    west, south, _, north = shapely.bounds(shapes[2])
    areas["geometry"] = [rim, stele, shapely.box(west - 10, south, west + 0.02, north)]  # the last one: 1.6 m²
    share, name = protect(land, areas, Run())
    assert name.tolist()[1:] == ["碑", "街区"]
    assert share[1:] == pytest.approx([0.5 / 6400, 1.6 / 6400])


def test_the_class_that_covers_most_is_named(plots):
    """A larger one later in the alphabet; two of one size, of which the first in the alphabet is named; none at all."""
    layer = protected(
        ("A", shapely.box(0, 0, 80, 20)), ("B", shapely.box(0, 40, 80, 70)),
        ("D", shapely.box(200, 0, 280, 20)), ("C", shapely.box(200, 40, 280, 60)),
    )  # fmt: skip
    for rows in (layer, layer.iloc[::-1].reset_index(drop=True)):
        share, name = protect(plots(3), rows, Run())
        assert name.tolist() == ["B", "C", pd.NA]
        assert share.tolist() == [0.625, 0.5, 0]


def test_a_whole_parcel_is_protected_once(plots):
    """Under two areas, each of which reaches beyond it, its share is 1; a layer without areas protects nothing."""
    layer = protected(("A", shapely.box(-9, -9, 99, 99)), ("B", shapely.box(-5, -5, 85, 85)))
    assert protect(plots(1), layer, Run())[0].tolist() == [1]
    share, name = protect(plots(1), layer.iloc[:0], Run())
    assert (share.tolist(), name.tolist()) == ([0], [pd.NA])


@pytest.mark.parametrize(("inside_m", "share"), [(1.25, 0), (1.75, 1.75 / 6400 / 2)])
def test_a_small_area_counts_where_more_than_half_of_it_lies_on_the_parcel(plots, inside_m, share):
    """A stele of 3 × 0.5 m across the rim: 0.625 m² of its 1.5 m² on the parcel, 0.875 m²."""
    layer = protected(("碑", shapely.box(80 - inside_m, 10, 83 - inside_m, 10.5)))
    assert protect(plots(1), layer, Run())[0] == pytest.approx([share], abs=1e-9)


def test_programme_by_area_point_and_id(plots):
    parcels = plots(4)
    table = pd.DataFrame({"status": frames.texts(["listed", "renovated", "under_way", "expropriated", "??"])})
    table["parcel_id"] = frames.texts([None, None, None, "P3", None])
    table["geometry"] = [shapely.box(0, 0, 80, 40), shapely.Point(210, 10), shapely.box(400, 0, 480, 39),
                         shapely.Point(-9, -9), shapely.box(600, 0, 680, 80)]  # fmt: skip
    run = Run()
    assert find_programme(parcels, table, run).tolist() == ["listed", "renovated", "none", "expropriated"]
    assert run.messages[0].code == "programme_unknown"
    # the third covers 39 of 80 m of P2 only: it is listed, not lost
    assert [(item.layer, item.feature_id, item.code) for item in run.left_out] == [
        ("PROGRAMME", "3", "programme_unplaced")
    ]


def test_a_programme_that_nobody_gave_says_nothing():
    parcels = pd.DataFrame({"parcel_id": ["a", "b", "c"]})
    parcels["geometry"] = np.array([shapely.box(x, 0, x + 1, 1) for x in range(3)], dtype=object)
    assert find_programme(parcels, None, Run()).isna().all()
    entries = pd.DataFrame({"parcel_id": ["a", "b", "b"], "status": ["待定", "待定", "listed"], "project_no": None})
    run = Run()
    assert find_programme(parcels, entries, run).fillna("?").tolist() == ["?", "listed", "none"]
    assert [(message.code, message.values["n"]) for message in run.messages] == [("programme_unknown", 2)]


def test_entries_are_told_by_their_words_and_numbers(plots):
    """Statuses nobody knows, missing ones too, in the message; entries without a place by their project number."""
    table = pd.DataFrame({
        "status": frames.texts(["待定", None, "listed", "listed"]), "parcel_id": frames.texts(["P0", "P1", "P9", "P8"]),
        "project_no": frames.texts(["a", "b", "渝-7", None]),
    })  # fmt: skip
    run = Run()
    assert find_programme(plots(3), table, run).tolist() == [pd.NA, pd.NA, "none"]
    assert [row.values for row in run.messages] == [{"n": 2, "values": ["—", "待定"]}]
    assert [(row.feature_id, row.severity) for row in run.left_out] == [("渝-7", "warning"), ("4", "warning")]


def test_an_area_whose_status_nobody_knows_leaves_its_parcel_unknown(plots):
    """The first parcel is listed by another entry; the second only has the strange one, the third none."""
    table = pd.DataFrame({"status": frames.texts(["listed", "待定"])})
    table["geometry"] = np.array([shapely.Point(10, 10), shapely.box(-10, -10, 290, 90)], dtype=object)
    run = Run()
    assert find_programme(plots(3), table, run).tolist() == ["listed", pd.NA, "none"]
    assert not run.left_out
    known = table.iloc[:1]
    quiet = Run()
    assert find_programme(plots(2), known, quiet).tolist() == ["listed", "none"] and not quiet.messages
    assert find_programme(plots(2), table.iloc[:0], Run()).tolist() == ["none", "none"]
