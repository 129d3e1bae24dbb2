"""How windows are looked at by tests: in both languages, with letters of two sizes; and a list to drop on one."""

import pytest
from qgis.core import QgsApplication
from qgis.PyQt.QtCore import QCoreApplication, QTranslator
from qgis.PyQt.QtGui import QFont
from qgis.PyQt.QtWidgets import QApplication

from .helpers import LIST_HEAD, LIST_ROWS

SIZES = {"1": 1.0, "2": 2.0}


@pytest.fixture(scope="module")
def root():
    from urban_renewal.core.resources import RESOURCES

    return RESOURCES.parent


@pytest.fixture(params=["zh", "en"])
def language(qgis_app, request, root):
    """The language of QGIS, for one test."""
    before, translator = QgsApplication.instance().translation(), QTranslator()
    QgsApplication.setTranslation("zh-Hans" if request.param == "zh" else "en")
    if request.param == "zh":
        assert translator.load(str(root / "i18n" / "urban_renewal_zh.qm"))
        QCoreApplication.installTranslator(translator)
    yield request.param
    QCoreApplication.removeTranslator(translator)
    QgsApplication.setTranslation(before)


@pytest.fixture(params=list(SIZES))
def scale(qgis_app, request):
    """How large the letters are."""
    before = QApplication.font()
    font = QFont(before)
    font.setPointSizeF(10.0 * SIZES[request.param])
    QApplication.setFont(font)
    yield SIZES[request.param]
    QApplication.setFont(before)


@pytest.fixture
def workbook(tmp_path):
    """A list in Excel with a merged title, one row without coordinates."""
    from urban_renewal.core.delivery.formats.workbook import Sheet, write_workbook

    path = tmp_path / "某区设施名单.xlsx"
    digits = [0, None, None, None, 1, None, 6, 6]
    write_workbook(path, [Sheet("名单", "某区养老托育设施名单（2025年）", LIST_HEAD, digits, LIST_ROWS)])
    return path
