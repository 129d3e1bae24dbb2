# SPDX-License-Identifier: GPL-2.0-or-later
"""Which of two texts tells the earlier moment: several zones, and days as people type them."""

import pytest
from urban_renewal.core.tagging.moments import moment_key


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        ("2026-03-01T17:30:00+08:00", "2026-03-01T10:00:00+00:00"),  # 09:30 and 10:00 in Greenwich
        ("2026-03-01T17:30:00+08:00", "2026-03-01T10:00:00Z"),
        ("2026-03-01T09:29:59Z", "2026-03-01 17:30:00"),  # without a zone it is Beijing's: 09:30
        ("2026-03-01T23:30:00+0530", "2026-03-01T18:00:01.5Z"),  # 18:00:00 and a second and a half later
        ("2026/9/1", "2026/10/1"),
        ("2026年9月30日", "20261001"),
        ("2026.9.1", "2026-09-01 8:05"),  # a day alone is its first moment
        ("２０２６-09-01", "2026-09-02"),
        ("soon", "2001-01-01"),  # what cannot be read comes first
        ("2026-02-30", "2001-01-01"),
        ("2026111", "2001-01-01"),  # the 11th of January, or the 1st of November
        ("2026-03-01T10:00:00+99:00", "2001-01-01"),
        ("", "2001-01-01"),
    ],
)
def test_the_earlier_moment_has_the_lower_key(earlier, later):
    assert moment_key(earlier) < moment_key(later)


def test_one_moment_told_in_two_zones_is_one():
    assert moment_key("2026-03-01T17:30:00+08:00")[0] == moment_key("2026-03-01T09:30:00.000Z")[0] != ""
