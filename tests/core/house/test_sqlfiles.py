"""Files opened to be read, asked of SQLite itself."""

import sqlite3
from pathlib import Path, PurePosixPath, PureWindowsPath

import pytest
from urban_renewal.core.sqlfiles import READ, file_uri, open_to_read


@pytest.mark.parametrize("name", ["地块 100%.gpkg", "a#b?c=d&e.gpkg", "a'b.gpkg", "%41.gpkg", "a+b.gpkg"])
def test_a_file_of_any_name_is_read_and_never_written(tmp_path, name, monkeypatch):
    with sqlite3.connect(tmp_path / name) as made:
        made.execute("CREATE TABLE t AS SELECT 7 AS n")
    made.close()
    monkeypatch.chdir(tmp_path)
    for path in (tmp_path / name, Path(name)):
        with open_to_read(path) as base:
            assert base.execute("SELECT n FROM t").fetchall() == [(7,)]
            with pytest.raises(sqlite3.OperationalError, match="readonly"):
                base.execute("DELETE FROM t")
        with pytest.raises(sqlite3.ProgrammingError, match="closed"):
            base.execute("SELECT n FROM t")


def test_a_file_that_is_not_there_is_not_made(tmp_path):
    with pytest.raises(sqlite3.OperationalError, match="unable to open"), open_to_read(tmp_path / "a.gpkg"):
        pass
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("path", "address"),
    [
        (PurePosixPath("/数据/a.gpkg"), "file:///%E6%95%B0%E6%8D%AE/a.gpkg?mode=ro"),
        (PureWindowsPath(r"C:\a b\c.gpkg"), "file:///C:/a%20b/c.gpkg?mode=ro"),
        (PureWindowsPath(r"\\nas\share 1\a.gpkg"), "file:////nas/share%201/a.gpkg?mode=ro"),
    ],
)
def test_addresses(path, address):
    assert file_uri(path, READ) == address


def test_a_network_share_of_windows_is_an_address_that_sqlite_takes(tmp_path):
    """It looks for the file, which no machine of ours has; Python's own address of it is refused unseen."""
    share = PureWindowsPath(r"\\nas\share\a.gpkg")
    with pytest.raises(sqlite3.OperationalError, match="authority"):
        sqlite3.connect(f"{share.as_uri()}?{READ}", uri=True)
    with pytest.raises(sqlite3.OperationalError, match="unable to open"):
        sqlite3.connect(file_uri(share, READ), uri=True)
    with sqlite3.connect(tmp_path / "a.gpkg"):
        pass
    sqlite3.connect(
        file_uri(PureWindowsPath(f"/{tmp_path}/a.gpkg"), READ), uri=True
    ).close()  # the same form, on this disk
