"""Which earlier results go: those this project has replaced, never what somebody else may still need."""

import os
import time

from qgis.core import QgsProject

from .helpers import ready, rest, wait_idle


def test_results_of_another_window_or_project_stay(dock, click, qtbot, tmp_path, load_inputs):
    """A second QGIS on the same folder, and a project saved as another file: nobody loses what he has not made."""
    project, home = QgsProject.instance(), tmp_path / "study/steps/prepare"
    ready(dock, qtbot, tmp_path, load_inputs)
    theirs = home / "20260101-000000-000001"  # another window's, just written or being written
    theirs.mkdir(parents=True)
    (theirs / "edges.gpkg").write_bytes(b"x")
    killed = home / "20260101-000000-000002"
    killed.mkdir()
    (killed / "edges.part.gpkg").write_bytes(b"x")
    os.utime(killed, (0, 0))
    click(dock.cards["prepare"].run)
    wait_idle(qtbot, dock)
    assert theirs.exists()
    assert not killed.exists(), "a run that was killed long ago leaves no rubbish"
    (first,) = set(home.iterdir()) - {theirs}
    (tmp_path / "projects").mkdir()  # away from the results: nothing but what was saved here tells of it
    assert project.write(str(tmp_path / "projects" / "first.qgz"))
    assert project.write(str(tmp_path / "elsewhere" / "second.qgz")) is False  # no such folder: nothing is saved
    (tmp_path / "elsewhere").mkdir()
    assert project.write(str(tmp_path / "elsewhere" / "second.qgz"))
    click(dock.cards["prepare"].run)
    wait_idle(qtbot, dock)
    assert project.write()
    qtbot.waitUntil(lambda: dock.session.keeper._clearing is None, timeout=3000)
    assert first.exists(), "first.qgz still names it"
    click(dock.cards["prepare"].run)
    wait_idle(qtbot, dock)
    assert project.write()
    qtbot.waitUntil(lambda: dock.session.keeper._clearing is None, timeout=3000)
    assert first.exists(), "and so it does after a third run"
    assert theirs.exists()
    assert len(set(home.iterdir()) - {theirs, first}) == 1  # what second.qgz named before has gone


def test_a_project_file_beside_this_one_is_asked(tmp_path):
    from urban_renewal.dialogs.study.kept import remove_others

    home = tmp_path / "steps" / "tag"
    folders = [home / name for name in ("20260101-000000-000001", "20260101-000000-000002", "20260101-000000-000003")]
    for folder in folders:
        folder.mkdir(parents=True)
    (tmp_path / "v1.qgs").write_text(f"./steps/tag/{folders[0].name}/tagged.gpkg", encoding="utf-8")
    (tmp_path / "v2.qgs").write_text(f"./steps/tag/{folders[1].name}/tagged.gpkg", encoding="utf-8")
    remove_others([folders[2]], frozenset(), str(tmp_path / "v2.qgs"), frozenset(folders))
    assert [folder.exists() for folder in folders] == [True, False, True]


def test_a_run_that_begins_while_folders_are_removed_keeps_its_own(tmp_path):
    """Saved, then run at once: the folder of the new run was taken for one that nobody names."""
    from urban_renewal.dialogs.study.kept import made_so_far, new_folder, remove_others

    early = new_folder(str(tmp_path), "prepare")
    early.mkdir(parents=True)
    made, now = made_so_far(), early.parent / "20260101-000000-000009"
    late = new_folder(str(tmp_path), "prepare")
    late.mkdir()
    remove_others([now], frozenset(), "", frozenset(), made)
    assert (early.exists(), late.exists()) == (False, True)
    remove_others([now], frozenset(), "")
    assert not late.exists()


def test_results_that_were_never_saved_go_after_a_week(dock, click, qtbot, tmp_path, load_inputs):
    project, home = QgsProject.instance(), tmp_path / "study/steps/prepare"
    ready(dock, qtbot, tmp_path, load_inputs)
    for name, days in (("young", 6), ("old", 8), ("kept", 8)):  # QGIS was closed without saving
        (home / name).mkdir(parents=True)
        (home / name / "edges.gpkg").write_bytes(b"x")
        (home / name / ".unsaved").touch()
        os.utime(home / name / ".unsaved", (time.time() - days * 86_400,) * 2)
    (tmp_path / "study" / "study.json").write_text('"steps/prepare/kept/edges.gpkg"', encoding="utf-8")
    click(dock.cards["prepare"].run)
    wait_idle(qtbot, dock)
    (made,) = set(home.iterdir()) - {home / name for name in ("young", "old", "kept")}
    assert [(home / name).exists() for name in ("young", "old", "kept")] == [True, False, True]
    assert (made / ".unsaved").exists()
    assert project.write(str(tmp_path / "p.qgz"))
    qtbot.waitUntil(lambda: not (made / ".unsaved").exists(), timeout=3000)
    assert made.exists()


def test_a_project_saved_by_another_window_is_told(dock, qtbot, tmp_path, load_inputs):
    """QGIS asks only when this one is saved: by then an hour's work may stand against another's."""
    project = QgsProject.instance()
    ready(dock, qtbot, tmp_path, load_inputs)
    file = tmp_path / "p.qgz"
    assert project.write(str(file))
    rest(qtbot)
    dock.refresh()
    assert "Another QGIS" not in dock.why.text()
    os.utime(file, (file.stat().st_mtime + 5,) * 2)
    dock.refresh()
    assert "Another QGIS has saved this project" in dock.why.text()
    assert project.write()
    rest(qtbot)
    dock.refresh()
    assert "Another QGIS" not in dock.why.text()
