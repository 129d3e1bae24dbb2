"""What the system says of a disk or a file, told in one language from end to end."""

import errno
import re
import sqlite3

import pytest
from urban_renewal.core.errors import RenewalError
from urban_renewal.core.faults import tell_fault, tell_library
from urban_renewal.core.words import say

LETTERS = re.compile("[A-Za-z]{2,}")
HAN = re.compile("[\u4e00-\u9fff]")


@pytest.mark.parametrize("number", ["ENOENT", "EACCES", "EROFS", "ENOSPC", "EIO", "EBUSY", "ENOTDIR", "ENAMETOOLONG"])
def test_what_disks_do_is_told_in_one_language(number):
    import os

    code = getattr(errno, number)
    told = tell_fault(OSError(code, os.strerror(code), "/数据/甲 乙/地块.gpkg"))
    assert not LETTERS.search(told["zh"].replace("地块.gpkg", ""))
    assert not HAN.search(told["en"].replace("地块.gpkg", ""))
    for language in ("zh", "en"):
        assert "地块.gpkg" in told[language]
        assert "/数据" not in told[language]  # the file, not where somebody keeps it
    sentence = say("system_fault", "zh", reason=told)
    assert "地块.gpkg" in sentence
    assert "{" not in sentence


def test_a_file_is_called_what_was_asked_for():
    fault = FileNotFoundError(errno.ENOENT, "No such file or directory", "/x/地块.part.gpkg.lock")
    assert "“地块.gpkg”" in tell_fault(fault)["zh"]


@pytest.mark.parametrize(("made", "expected"), [("locked", "占用"), ("full", "已满"), ("missing", "不在了")])
def test_faults_of_a_database(tmp_path, made, expected):
    """As SQLite itself says them: a file locked by another connection, one without room, one whose folder is gone."""
    path = tmp_path / "a.sqlite"
    with pytest.raises(sqlite3.Error) as caught:
        if made == "missing":
            sqlite3.connect(tmp_path / "gone" / "a.sqlite").execute("CREATE TABLE t (x)")
        first, second = sqlite3.connect(path), sqlite3.connect(path, timeout=0)
        first.execute("CREATE TABLE t (x)")
        if made == "locked":
            first.execute("BEGIN EXCLUSIVE")
            second.execute("CREATE TABLE u (x)")
        first.execute("PRAGMA max_page_count = 3")
        first.execute("INSERT INTO t VALUES (zeroblob(100000))")
    assert expected in tell_fault(caught.value)["zh"]


def test_words_of_a_library_are_quoted_as_such(tmp_path):
    told = tell_library("OGR error: creation failed\n", tmp_path)
    assert told == {"zh": "系统报告“OGR error: creation failed”", "en": "the system says “OGR error: creation failed”"}
    assert "不在了" in tell_library("OGR error: creation failed", tmp_path / "gone")["zh"]


def test_an_error_that_travels_keeps_its_words():
    import pickle

    error = RenewalError("system_fault", reason=tell_fault(OSError(errno.EIO, "Input/output error")))
    back = pickle.loads(pickle.dumps(error))
    assert say(back.code, "zh", **back.values) == say(error.code, "zh", **error.values)
    assert "磁盘读写出错" in say(back.code, "zh", **back.values)


@pytest.mark.parametrize(("language", "word"), [("zh", "满"), ("en", "full")])
def test_a_full_disk_is_told_once(language, word):
    """The reason says it: what to do about it does not guess it again."""
    reason = tell_fault(OSError(errno.ENOSPC, ""), named=False)
    assert say("write_failed", language, path="结果.gpkg", reason=reason).count(word) == 1
