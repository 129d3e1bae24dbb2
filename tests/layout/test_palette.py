"""Pictures of the guide are saved with few colours: those that stand there look as they did on the screen."""

import sys

import numpy as np
import pytest
from qgis.PyQt.QtGui import QImage


@pytest.fixture
def palette(root):
    sys.path.insert(0, str(root / "docs"))
    import palette

    yield palette
    sys.path.remove(str(root / "docs"))


def pixels_of(image):
    rgb = image.convertToFormat(QImage.Format.Format_RGB888)
    bits = rgb.constBits()
    bits.setsize(rgb.sizeInBytes())
    rows = np.frombuffer(bits, np.uint8).reshape(rgb.height(), rgb.bytesPerLine())
    return rows[:, : rgb.width() * 3].reshape(rgb.height(), rgb.width(), 3).astype(int)


def test_greys_stay_grey(palette, qgis_app, tmp_path):
    """Shades of a window beside a map of many colours: no cast of pink or green of more than a step in 256."""
    rng = np.random.default_rng(1)
    cells = rng.integers(0, 256, (200, 400, 3), np.uint8)
    cells[:, :200] = np.arange(200, 250, dtype=np.uint8).repeat(4)[None, :, None]
    image = QImage(cells.tobytes(), 400, 200, 1200, QImage.Format.Format_RGB888)
    palette.save(image, tmp_path / "picture.png")
    seen = pixels_of(QImage(str(tmp_path / "picture.png")))[:, :200]
    assert (seen.max(axis=2) - seen.min(axis=2)).max() <= 1
    assert np.abs(seen - cells[:, :200].astype(int)).mean() < 2
