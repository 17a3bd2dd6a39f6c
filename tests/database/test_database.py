# SPDX-License-Identifier: GPL-3.0-or-later
"""The door to the database: transactions, threads, migrations, and what happens to a damaged or newer file."""

import contextlib
import os
import sqlite3
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from podmix.database import Database, IntegrityError, Migration, backups, restore, set_aside
from podmix.database.failures import understood
from podmix.database.migrations import statements
from podmix.errors import DatabaseError, NewerDatabaseError, StorageError

FIRST = Migration("room/0001_words", "CREATE TABLE words (id INTEGER PRIMARY KEY, word TEXT NOT NULL UNIQUE);"
                                     "CREATE TABLE uses (word INTEGER NOT NULL REFERENCES words(id))")
SECOND = Migration("room/0002_length", "ALTER TABLE words ADD COLUMN length INTEGER")


@pytest.fixture
def path(tmp_path):
    return tmp_path / "data" / "test.sqlite3"


@pytest.fixture
def db(path):
    with Database.open(path, [FIRST]) as database:
        yield database


def add(db, word):
    with db.write() as connection:
        connection.execute("INSERT INTO words (word) VALUES (?)", (word,))


def words(db):
    with db.read() as connection:
        return [row["word"] for row in connection.execute("SELECT word FROM words ORDER BY id")]


# -- transactions --


def test_a_block_is_kept_whole_or_not_at_all(db):
    add(db, "kept")
    with pytest.raises(ZeroDivisionError), db.write() as connection:  # noqa: PT012 - the block is what is tested
        connection.execute("INSERT INTO words (word) VALUES ('lost')")
        raise ZeroDivisionError
    assert words(db) == ["kept"]


def test_an_inner_block_is_undone_alone(db):
    with db.write() as connection:
        connection.execute("INSERT INTO words (word) VALUES ('outer')")
        with contextlib.suppress(IntegrityError), db.write() as inner:
            inner.execute("INSERT INTO words (word) VALUES ('inner')")
            inner.execute("INSERT INTO words (word) VALUES ('outer')")
        with db.write() as inner:
            inner.execute("INSERT INTO words (word) VALUES ('second')")
        assert words(db) == ["outer", "second"]  # reading inside sees what was written
    assert words(db) == ["outer", "second"]


def test_the_read_door_cannot_write(db):
    with pytest.raises(StorageError), db.read() as connection:
        connection.execute("INSERT INTO words (word) VALUES ('sneaked')")
    assert words(db) == []


def test_a_read_block_sees_one_state(db):
    add(db, "one")
    with db.read() as connection:
        assert connection.execute("SELECT COUNT(*) FROM words").fetchone()[0] == 1
        other = threading.Thread(target=add, args=(db, "two"))
        other.start()
        other.join()
        assert connection.execute("SELECT COUNT(*) FROM words").fetchone()[0] == 1
        assert words(db) == ["one"]  # a block within belongs to it
    assert words(db) == ["one", "two"]


def test_foreign_keys_hold(db):
    with pytest.raises(IntegrityError), db.write() as connection:
        connection.execute("INSERT INTO uses VALUES (99)")


def test_many_threads_write_and_read(db):
    def work(name):
        for number in range(20):
            add(db, f"{name} {number}")
            assert f"{name} {number}" in words(db)

    threads = [threading.Thread(target=work, args=(name,)) for name in "abcdef"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(words(db)) == 120
    assert db.check() == []


def test_a_threads_connection_goes_with_the_thread(db):
    before = len(db._readers)
    threads = [threading.Thread(target=words, args=(db,)) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    del threads, thread
    assert len(db._readers) == before


def test_version_changes_when_another_writes(db, path):
    first = db.version()
    assert db.version() == first
    with Database.open(path, [FIRST]) as other:
        add(other, "news")
    assert db.version() != first


def test_two_programs_write_in_turn_and_one_that_hogs_is_named(db, path):
    with Database.open(path, [FIRST], busy_timeout=0.05) as other:
        add(other, "one")
        with db.write(), pytest.raises(DatabaseError) as caught:
            add(other, "two")
        assert "busy" in caught.value.message
        add(other, "three")
    assert words(db) == ["one", "three"]


# -- closing --


def test_after_closing_nothing_is_touched(db, path):
    db.close()
    db.close()
    for use in (words, lambda d: add(d, "x"), lambda d: d.version()):
        with pytest.raises(DatabaseError):
            use(db)
    assert not Path(f"{path}-wal").exists()  # the last connection took it along


def test_closing_waits_for_a_read_under_way(db):
    reading, may_end = threading.Event(), threading.Event()
    rows = []

    def read():
        with db.read() as connection:
            reading.set()
            may_end.wait(10)
            rows.append(connection.execute("SELECT 1").fetchone()[0])

    reader = threading.Thread(target=read)
    reader.start()
    assert reading.wait(10)
    closer = threading.Thread(target=db.close)
    closer.start()
    may_end.set()
    reader.join()
    closer.join()
    assert rows == [1]


# -- migrations --


def test_migrations_run_once_in_order_with_a_backup_before(path):
    with Database.open(path, [FIRST]) as db:
        add(db, "old")
    assert backups(path) == []  # a new database has nothing to lose
    calls = []

    def fill(connection):
        calls.append(1)
        connection.execute("UPDATE words SET length = LENGTH(word)")

    third = Migration("room/0003_fill", fill)
    for _ in range(2):
        with Database.open(path, [FIRST, SECOND, third]) as db, db.read() as connection:
            assert [tuple(row) for row in connection.execute("SELECT word, length FROM words")] == [("old", 3)]
    assert calls == [1]
    (backup,) = backups(path)
    assert "before-room-0002_length" in backup.name
    with contextlib.closing(sqlite3.connect(backup)) as copy:
        assert copy.execute("SELECT * FROM words").fetchall() == [(1, "old")]


def test_backups_do_not_pile_up(path):
    steps = [FIRST]
    for number in range(2, 8):
        with Database.open(path, steps):
            pass
        steps.append(Migration(f"room/{number:04d}", f"CREATE TABLE t{number} (x)"))
    kept = backups(path)
    assert len(kept) == 3
    assert "0006" in kept[0].name


@pytest.mark.parametrize("step", [
    "INSERT INTO words (word) VALUES ('half'); CREATE TABLE broken (", "DROP TABLE unheard",
    "INSERT INTO uses VALUES (99)",  # a broken foreign key is found before the commit
    "INSERT INTO words (word) VALUES (NULL)",
])
def test_a_migration_that_fails_changes_nothing(path, step):
    with Database.open(path, [FIRST]) as db:
        add(db, "old")
    good = Migration("room/0002_good", "CREATE TABLE good (x)")
    with pytest.raises(DatabaseError) as caught:
        Database.open(path, [FIRST, good, Migration("room/0003_bad", step)])
    assert "room/0003_bad" in caught.value.detail
    with Database.open(path, [FIRST]) as db:
        assert words(db) == ["old"]
        with db.read() as connection:
            assert not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'good'").fetchall()


def test_a_table_may_be_rebuilt_under_its_references(path):
    with Database.open(path, [FIRST]) as db, db.write() as connection:
        connection.execute("INSERT INTO words (id, word) VALUES (7, 'seven')")
        connection.execute("INSERT INTO uses VALUES (7)")
    rebuild = Migration("room/0002_rebuild", """
        CREATE TABLE better (id INTEGER PRIMARY KEY, word TEXT NOT NULL);
        INSERT INTO better SELECT id, word FROM words; DROP TABLE words; ALTER TABLE better RENAME TO words""")
    with Database.open(path, [FIRST, rebuild]) as db:
        assert words(db) == ["seven"]
        assert db.check() == []


def test_a_newer_database_is_refused_untouched(path):
    with Database.open(path, [FIRST, SECOND]):
        pass
    with pytest.raises(NewerDatabaseError) as caught:
        Database.open(path, [FIRST, Migration("room/0002_other", "DROP TABLE words")])
    assert "Update" in caught.value.remedy
    with Database.open(path, [FIRST, SECOND]) as db:
        assert words(db) == []
    assert backups(path) == []


def test_two_migrations_of_one_name_are_a_mistake(path):
    with pytest.raises(ValueError, match="0001"):
        Database.open(path, [FIRST, FIRST])


def test_two_programs_may_make_the_database_at_once(path):
    problems, opened, together = [], [], threading.Barrier(4)

    def make():
        together.wait()
        try:
            with Database.open(path, [FIRST, SECOND]) as db:
                opened.append(db.check())
        except Exception as problem:  # noqa: BLE001 - shown by the assertion below
            problems.append(problem)

    threads = [threading.Thread(target=make) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []
    assert opened == [[]] * 4


# -- trouble --


@pytest.mark.parametrize("content", [b"not a database at all" * 100, b"SQLite format 3\0" + b"\xff" * 5000])
def test_a_damaged_database_is_named_left_alone_and_can_be_put_aside(path, content):
    path.parent.mkdir()
    path.write_bytes(content)
    with pytest.raises(DatabaseError) as caught:
        Database.open(path, [FIRST])
    assert "damaged" in caught.value.message
    assert str(path) in caught.value.remedy
    assert path.read_bytes() == content
    aside = set_aside(path)
    assert aside.read_bytes() == content
    with Database.open(path, [FIRST]) as db:
        assert words(db) == []


def test_a_backup_is_named_and_put_back(path):
    with Database.open(path, [FIRST]) as db:
        add(db, "old")
    with Database.open(path, [FIRST, SECOND]):
        pass
    path.write_bytes(b"broken" * 1000)
    with pytest.raises(DatabaseError) as caught:
        Database.open(path, [FIRST, SECOND])
    (backup,) = backups(path)
    assert str(backup) in caught.value.remedy
    aside = restore(path, backup)
    assert aside is not None
    assert aside.exists()
    with Database.open(path, [FIRST]) as db:
        assert words(db) == ["old"]


def test_damage_inside_is_found_by_the_check(path):
    with Database.open(path, [FIRST]) as db, db.write() as connection:
        connection.executemany("INSERT INTO words (word) VALUES (?)", [(f"word {n}" * 20,) for n in range(2000)])
    data = bytearray(path.read_bytes())
    data[20480:24576] = os.urandom(4096)
    path.write_bytes(data)
    with Database.open(path, [FIRST]) as db:
        assert db.check() != []


def test_a_place_that_cannot_be_written_is_said(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError) as caught:
        Database.open(tmp_path / "file" / "x.sqlite3", [FIRST])
    assert "--home" in caught.value.remedy


def test_a_full_disk_is_a_storage_error_and_the_transaction_is_gone(db):
    with db.write() as connection:
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
    db._writer.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(StorageError) as caught, db.write() as connection:
        connection.execute("INSERT INTO words (word) VALUES (?)", ("x" * 100_000,))
    assert "full" in caught.value.message
    db._writer.execute("PRAGMA max_page_count = 1000000")
    add(db, "again")
    assert words(db) == ["again"]


def test_a_mistake_in_the_program_stays_what_it_is(db, path):
    with pytest.raises(sqlite3.OperationalError), db.read() as connection:
        connection.execute("SELEKT")
    assert understood(sqlite3.ProgrammingError("x"), path) is None


# -- splitting scripts --

_PARTS = ["CREATE TABLE t (x TEXT DEFAULT ';')", "INSERT INTO t VALUES ('it''s; fine')", "SELECT 1 -- a; comment\n",
          "CREATE TRIGGER r AFTER INSERT ON t BEGIN SELECT 1; SELECT 2; END", "/* a; b */ SELECT 3"]


@given(st.lists(st.sampled_from(_PARTS), max_size=6), st.sampled_from([";", ";\n", " ; "]), st.booleans())
def test_a_script_falls_into_its_statements(parts, between, closed):
    script = between.join(parts) + (";" if closed and parts else "")
    assert [statement.rstrip("; \n") for statement in statements(script)] == [part.rstrip() for part in parts]
