"""Names in SQL, asked of SQLite itself."""

import sqlite3
from contextlib import closing

import pytest
from urban_renewal.core.sqlnames import literal, quoted


@pytest.mark.parametrize("name", ["zones", '地块 "新"', "a; DROP TABLE b", "a'b", '"', "select", "a.b"])
def test_any_name_is_one_name(name):
    with closing(sqlite3.connect(":memory:")) as base:
        base.execute(f"CREATE TABLE {quoted(name)} ({quoted(name)} TEXT)")
        assert base.execute("SELECT name FROM sqlite_master").fetchall() == [(name,)]
        base.execute(f"INSERT INTO {quoted('main', name)} VALUES ('x')")  # of a path: schema, table
        assert base.execute(f"SELECT {quoted(name)} FROM {quoted(name)}").fetchall() == [("x",)]


@pytest.mark.parametrize("text", ["甲's", "a\\1", '"x"', "'", "a\nb", "'; DROP TABLE b; --"])
def test_any_text_is_one_text(text):
    with closing(sqlite3.connect(":memory:")) as base:
        assert base.execute(f"SELECT {literal(text)}").fetchall() == [(text,)]
