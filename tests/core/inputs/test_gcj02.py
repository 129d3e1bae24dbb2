"""The offsets against the published vectors, and the inverse against the way there."""

import numpy as np
import pytest
from urban_renewal.core.inputs import gcj02

# place: WGS84, GCJ-02, BD-09 (public algorithm, published check values to 1e-6 degrees)
VECTORS = [
    ((106.577000, 29.559000), (106.580688, 29.556113), (106.587165, 29.562267)),
    ((106.532000, 29.574000), (106.535760, 29.571200), (106.542242, 29.577298)),
    ((106.457000, 29.556000), (106.460966, 29.553404), (106.467445, 29.559555)),
    ((108.380000, 30.807000), (108.384580, 30.804728), (108.391035, 30.810814)),
    ((105.927000, 29.356000), (105.930489, 29.353010), (105.936974, 29.359015)),
]


@pytest.mark.parametrize("wgs84, gcj, bd", VECTORS)
def test_published_vectors(wgs84, gcj, bd):
    assert np.allclose(gcj02.wgs84_to_gcj02(*wgs84), gcj, atol=6e-7)
    assert np.allclose(gcj02.wgs84_to_bd09(*wgs84), bd, atol=6e-7)


def test_the_inverse_leads_back_to_a_tenth_of_a_millimetre():
    random = np.random.default_rng(1)
    lon, lat = random.uniform(100, 112, 500), random.uniform(26, 33, 500)
    for there, back in (
        (gcj02.wgs84_to_gcj02, gcj02.gcj02_to_wgs84),
        (gcj02.wgs84_to_bd09, gcj02.bd09_to_wgs84),
    ):
        found = back(*there(lon, lat))
        assert np.abs(np.array(found) - [lon, lat]).max() < 1e-9


def test_outside_china_nothing_is_shifted():
    assert np.allclose(gcj02.wgs84_to_gcj02([2.35], [48.85]), [[2.35], [48.85]])
