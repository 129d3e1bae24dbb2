"""The coordinate system as the title block tells it."""

from urban_renewal.core.delivery.systems import tell_system

TMERC = "+proj=tmerc +lat_0=0 +lon_0=106.5487 +k=1 +x_0=500000 +y_0=0 +ellps=WGS84 +units=m +no_defs"


def test_a_system_without_a_name_is_told_by_what_it_is():
    told = tell_system("", "", "zh", TMERC)
    assert told.startswith("横轴墨卡托，中央经线 106.5487°E，WGS84 椭球，k = 1（数据为经纬度）")
    assert tell_system("", "", "en", TMERC.replace("106.5487", "108")).startswith("Transverse Mercator, meridian 108°E")


def test_a_named_system_keeps_its_name():
    named = tell_system("CGCS2000 / 3-degree Gauss-Kruger CM 108E", "EPSG:4545", "zh", TMERC)
    assert named.startswith("2000 国家大地坐标系，3° 带，中央经线 108°E（EPSG:4545）")
    assert tell_system("WGS 84 / UTM zone 48N", "EPSG:32648", "en", "").startswith("WGS 84 / UTM zone 48N (EPSG:32648)")
