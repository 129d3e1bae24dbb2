# SPDX-License-Identifier: GPL-2.0-or-later
"""Where a step's results lie, as the study keeps it: from its folder on, so that the folder may be moved."""

import pytest


@pytest.mark.parametrize(
    ("folder", "kept"),
    [
        ("/data/渝中", ["steps/check/1/issues.gpkg|layername=issues", "/data/渝中二/issues.gpkg"]),
        ("", ["/data/渝中/steps/check/1/issues.gpkg|layername=issues", "/data/渝中二/issues.gpkg"]),
    ],
)
def test_a_folder_whose_name_begins_alike_is_another_one(qgis_app, folder, kept):
    from urban_renewal.dialogs.study.recording import Activity, Left, record
    from urban_renewal.dialogs.study.study import Study

    study = Study(folder=folder)
    files = {"ISSUES": "/data/渝中/steps/check/1/issues.gpkg|layername=issues", "REPORT": "/data/渝中二/issues.gpkg"}
    record(Activity("step", study), "prepare", "run", Left(files, {}, 1.0), [])
    assert list(study.steps["prepare"].results.values()) == kept
