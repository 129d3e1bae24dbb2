"""Candidates whose storeys cannot be: listed by their ids, and taken as of unknown storeys."""

import numpy as np
from urban_renewal.core.gaps.sites.hosts import read_hosts
from urban_renewal.core.gaps.standard import kinds_of
from urban_renewal.core.run import Run
from urban_renewal.core.words import LANGUAGES, say

from tests.core.gaps.helpers import STANDARD, frame, square

TOLD = ["-3", "0", "2000", "高层", "6", "B1/7", None, "未知", "", "3.0"]


def test_storeys_that_cannot_be_are_listed_and_unknown():
    names = [f"c{number}" for number in range(len(TOLD))]
    table = frame([square(50 * number) for number in range(len(TOLD))], candidate_id=names, floors=TOLD,
                  usable_area=[6000.0] * len(TOLD))  # fmt: skip
    run = Run()
    hosts = read_hosts(table, None, kinds_of(STANDARD, ("serv",)), run)
    rows = [row for row in run.left_out if row.code == "site_storeys_odd"]
    assert [row.feature_id for row in rows] == ["c0", "c1", "c2", "c3"]
    assert np.isnan(hosts.storeys[:4]).all() and hosts.storeys[[4, 5, 9]].tolist() == [6, 7, 3]
    for language in LANGUAGES:
        assert "-3" in say(rows[0].code, language, n=1, **rows[0].values)
