# SPDX-License-Identifier: GPL-2.0-or-later
"""The Chinese map offsets: WGS84 ↔ GCJ-02 (Amap, Tencent) ↔ BD-09 (Baidu), by the public algorithm.

Source: the algorithm as published by eviltransform and others (a = 6378245, ee = 0.00669342162296594); the inverse is
iterated, because subtracting the offset once is 1–2 m off. Outside China (bounding box) nothing is shifted.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

Degrees = npt.NDArray[np.float64]
Pair = tuple[Degrees, Degrees]

AXIS_M = 6378245.0  # Krasovsky ellipsoid, as the algorithm uses it
ECCENTRICITY_2 = 0.00669342162296594
BAIDU_PI = np.pi * 3000.0 / 180.0
CHINA = (72.004, 137.8347, 0.8293, 55.8271)  # lon min, lon max, lat min, lat max
INVERSE_DEGREES = 1e-10  # about 0.01 mm
INVERSE_ROUNDS = 30


def wgs84_to_gcj02(longitude: npt.ArrayLike, latitude: npt.ArrayLike) -> Pair:
    """Return GCJ-02 longitude and latitude of WGS84 (or CGCS2000) degrees, arrays (n,); NaN stays NaN."""
    lon, lat = np.asarray(longitude, dtype=np.float64), np.asarray(latitude, dtype=np.float64)
    x, y = lon - 105.0, lat - 35.0
    root = np.sqrt(np.abs(x))
    waves = (20 * np.sin(6 * x * np.pi) + 20 * np.sin(2 * x * np.pi)) * 2 / 3
    north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + waves
    north += (20 * np.sin(y * np.pi) + 40 * np.sin(y / 3 * np.pi)) * 2 / 3
    north += (160 * np.sin(y / 12 * np.pi) + 320 * np.sin(y * np.pi / 30)) * 2 / 3
    east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + waves
    east += (20 * np.sin(x * np.pi) + 40 * np.sin(x / 3 * np.pi)) * 2 / 3
    east += (150 * np.sin(x / 12 * np.pi) + 300 * np.sin(x / 30 * np.pi)) * 2 / 3
    radians = np.radians(lat)
    magic = 1 - ECCENTRICITY_2 * np.sin(radians) ** 2
    d_lat = np.degrees(north * magic**1.5 / (AXIS_M * (1 - ECCENTRICITY_2)))
    d_lon = np.degrees(east * np.sqrt(magic) / (AXIS_M * np.cos(radians)))
    inside = ~is_outside(lon, lat)
    return np.where(inside, lon + d_lon, lon), np.where(inside, lat + d_lat, lat)


def is_outside(longitude: npt.ArrayLike, latitude: npt.ArrayLike) -> npt.NDArray[np.bool_]:
    """Say which degrees lie outside the box in which the algorithm shifts anything; NaN lies outside."""
    lon, lat = np.asarray(longitude, dtype=np.float64), np.asarray(latitude, dtype=np.float64)
    return ~((lon >= CHINA[0]) & (lon <= CHINA[1]) & (lat >= CHINA[2]) & (lat <= CHINA[3]))


def gcj02_to_bd09(longitude: npt.ArrayLike, latitude: npt.ArrayLike) -> Pair:
    """Return BD-09 degrees of GCJ-02 degrees, arrays (n,)."""
    lon, lat = np.asarray(longitude, dtype=np.float64), np.asarray(latitude, dtype=np.float64)
    radius = np.hypot(lon, lat) + 0.00002 * np.sin(lat * BAIDU_PI)
    angle = np.arctan2(lat, lon) + 0.000003 * np.cos(lon * BAIDU_PI)
    return radius * np.cos(angle) + 0.0065, radius * np.sin(angle) + 0.006


def wgs84_to_bd09(longitude: npt.ArrayLike, latitude: npt.ArrayLike) -> Pair:
    """Return BD-09 degrees of WGS84 degrees, arrays (n,)."""
    return gcj02_to_bd09(*wgs84_to_gcj02(longitude, latitude))


def gcj02_to_wgs84(longitude: npt.ArrayLike, latitude: npt.ArrayLike) -> Pair:
    """Return WGS84 degrees of GCJ-02 degrees, the exact inverse of wgs84_to_gcj02 to 1e-9 degrees."""
    return _invert(wgs84_to_gcj02, longitude, latitude)


def bd09_to_wgs84(longitude: npt.ArrayLike, latitude: npt.ArrayLike) -> Pair:
    """Return WGS84 degrees of BD-09 degrees, the exact inverse of wgs84_to_bd09 to 1e-9 degrees."""
    return _invert(wgs84_to_bd09, longitude, latitude)


def _invert(forward: Callable[[npt.ArrayLike, npt.ArrayLike], Pair], x: npt.ArrayLike, y: npt.ArrayLike) -> Pair:
    """Solve forward(p) = (x, y) by fixed-point steps; the offset changes by under 1 % of the step, so it converges."""
    lon, lat = np.array(x, dtype=np.float64), np.array(y, dtype=np.float64)
    wanted_lon, wanted_lat = lon.copy(), lat.copy()
    for _ in range(INVERSE_ROUNDS):
        found_lon, found_lat = forward(lon, lat)
        step_lon, step_lat = wanted_lon - found_lon, wanted_lat - found_lat
        lon, lat = lon + step_lon, lat + step_lat
        if not np.any(np.abs(step_lon) + np.abs(step_lat) > INVERSE_DEGREES):
            break
    return lon, lat
