# SPDX-License-Identifier: GPL-3.0-or-later
"""Scanning real folders into a real database: what is new, changed, moved, missing, unreadable; odd names and links."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from podmix.music.library_types import ScanCounts
from podmix.music.scanning import (
    KnownFile,
    ScanBatch,
    batch_from_plain,
    batch_to_plain,
    known_from_file,
    known_to_file,
    scan,
)
from podmix.music.store import MusicStore, TrackFilter
from podmix.music.tag_writing import TagChanges, write_tags
from podmix.music.walking import walk
from podmix.progress import Progress, finish
from tests.music.library_rows import Clock
from tests.music.sound_files import put

Scan = Callable[..., ScanCounts]


@pytest.fixture
def music(tmp_path: Path) -> Path:
    folder = tmp_path / "music"
    for number, suffix in enumerate((".mp3", ".flac", ".ogg", ".m4a")):
        put(folder, f"album {number % 2}/{number}{suffix}", 1.0, 300.0 + number)
    return folder


@pytest.fixture
def scanned(store: MusicStore) -> Scan:
    def run(*folders: Path, only: tuple[Path, ...] = ()) -> ScanCounts:
        steps = scan([str(f) for f in folders], store.known_files(), only=[str(f) for f in only])
        while True:
            try:
                step = next(steps)
            except StopIteration as stop:
                counts: ScanCounts = stop.value
                return counts
            if isinstance(step, ScanBatch):
                store.apply(batch_from_plain(batch_to_plain(step)))  # as it goes between processes

    return run


def titles(store: MusicStore, **wanted: object) -> list[str]:
    return sorted(t.title for t in store.tracks(store.track_ids(TrackFilter(**wanted))))  # type: ignore[arg-type]


def paths(store: MusicStore) -> dict[int, str]:
    return {t.id: str(t.path) for t in store.tracks(store.track_ids())}


def test_the_second_scan_reads_nothing(music: Path, scanned: Scan, store: MusicStore,
                                       monkeypatch: pytest.MonkeyPatch) -> None:
    assert scanned(music) == ScanCounts(seen=4, new=4)
    before = store.tracks(store.track_ids())
    assert {t.format for t in before} == {"mp3", "flac", "ogg", "m4a"}
    monkeypatch.setattr("podmix.music.scanning.read_file", lambda _: pytest.fail("read again"))
    assert scanned(music) == ScanCounts(seen=4, unchanged=4)
    assert store.tracks(store.track_ids()) == before


def test_a_rename_of_everything_keeps_what_belongs_to_the_tracks(music: Path, scanned: Scan, store: MusicStore) -> None:
    scanned(music)
    store.rate(store.track_ids(), 4)
    before = set(store.track_ids())
    (music / "album 0").rename(music / "other name")
    (music / "album 1" / "1.flac").rename(music / "one.flac")
    write_tags(music / "other name" / "0.mp3", TagChanges(bpm=120.0))  # and its tags changed on the way
    counts = scanned(music)
    assert (counts.moved, counts.new, counts.missing) == (3, 0, 0)
    assert set(store.track_ids()) == before
    assert all(t.rating == 4 and not t.missing and t.path.is_file() for t in store.tracks(store.track_ids()))


def test_a_move_between_two_folders(tmp_path: Path, music: Path, scanned: Scan, store: MusicStore) -> None:
    other = tmp_path / "other"
    other.mkdir()
    scanned(music, other)
    [track] = [t.id for t in store.tracks(store.track_ids()) if t.path.name == "2.ogg"]
    shutil.move(music / "album 0" / "2.ogg", other / "2.ogg")
    counts = scanned(other)  # only there: the old place is not looked at by this scan
    assert counts.moved == 1
    assert paths(store)[track] == str(other / "2.ogg")


def test_names_that_are_exchanged(music: Path, scanned: Scan, store: MusicStore) -> None:
    a, b, c = (put(music, f"track{n}.mp3", 1.0, 500.0 + n) for n in range(3))
    scanned(music)
    before = {v: k for k, v in paths(store).items()}
    c.rename(music / "x")
    b.rename(c)
    a.rename(b)
    (music / "x").rename(a)
    for path in (a, b, c):
        os.utime(path, (1, 1))
    counts = scanned(music)
    assert (counts.moved, counts.new, counts.changed) == (3, 0, 0)
    after = {v: k for k, v in paths(store).items()}
    assert (after[str(b)], after[str(c)], after[str(a)]) == (before[str(a)], before[str(b)], before[str(c)])


def test_a_chain_of_renames_with_one_new_file(music: Path, scanned: Scan, store: MusicStore) -> None:
    a, b = (put(music, f"{n}.mp3", 1.0, 600.0 + len(n)) for n in ("a", "bb"))
    scanned(music)
    before = {v: k for k, v in paths(store).items()}
    b.rename(music / "ccc.mp3")
    a.rename(b)
    put(music, "a.mp3", 1.0, 999.0)
    os.utime(b, (1, 1))
    counts = scanned(music)
    assert (counts.moved, counts.new) == (2, 1)
    after = {v: k for k, v in paths(store).items()}
    assert after[str(music / "ccc.mp3")] == before[str(b)]
    assert after[str(b)] == before[str(a)]
    assert after[str(a)] not in before.values()


def test_a_file_moved_over_another(music: Path, scanned: Scan, store: MusicStore) -> None:
    a, b = (put(music, f"{n}.mp3", 1.0, 600.0 + len(n)) for n in ("a", "bb"))
    scanned(music)
    before = {v: k for k, v in paths(store).items()}
    a.replace(b)
    os.utime(b, (1, 1))
    scanned(music)
    assert paths(store)[before[str(a)]] == str(b)
    overwritten = store.track(before[str(b)])
    assert overwritten is not None
    assert overwritten.missing
    assert scanned(music).missing == 0


def test_a_better_encoding_in_the_same_place_stays_the_track(music: Path, scanned: Scan, store: MusicStore) -> None:
    path = put(music, "x.mp3", 1.0, 700.0)
    scanned(music)
    [track] = [k for k, v in paths(store).items() if v == str(path)]
    put(music, "x.mp3", 2.0, 700.0)
    assert scanned(music).changed == 1
    assert paths(store)[track] == str(path)
    now = store.track(track)
    assert now is not None
    assert now.duration == pytest.approx(2.0, abs=0.1)


def test_missing_files_come_back(tmp_path: Path, music: Path, scanned: Scan, store: MusicStore) -> None:
    scanned(music)
    everything = set(store.track_ids())
    hidden = tmp_path / "drive"
    music.rename(hidden)
    counts = scanned(music)
    assert counts.missing == 4
    assert [p for p in counts.problems if "is not there" in p]
    assert set(store.track_ids(TrackFilter(missing=True))) == everything
    assert scanned(music).missing == 0, "told once"
    hidden.rename(music)
    scanned(music)
    assert set(store.track_ids(TrackFilter(missing=False))) == everything


def test_copies_are_tracks_of_their_own_and_told(music: Path, scanned: Scan, store: MusicStore) -> None:
    shutil.copy(music / "album 0" / "0.mp3", music / "copy.mp3")
    write_tags(music / "copy.mp3", TagChanges(key="Am"))
    assert scanned(music).new == 5
    [group] = store.duplicates()
    assert {t.path.name for t in store.tracks(group)} == {"0.mp3", "copy.mp3"}
    (music / "copy.mp3").unlink()
    scanned(music)
    assert store.duplicates() == []


def test_unreadable_files_are_listed_once_and_tried_again_when_they_change(music: Path, scanned: Scan,
                                                                           store: MusicStore) -> None:
    bad = music / "bad.mp3"
    bad.write_bytes(b"<html>not found</html>")
    counts = scanned(music)
    assert (counts.new, counts.unreadable) == (4, 1)
    [listed] = store.unreadable()
    assert listed.path == str(bad)
    assert listed.problem.endswith(".")
    assert scanned(music) == ScanCounts(seen=5, unchanged=5)
    put(music, "bad.mp3", 1.0, 800.0)
    assert scanned(music).changed == 1
    assert store.unreadable() == []
    assert store.count() == 5


def test_a_track_that_becomes_unreadable_keeps_its_row(music: Path, scanned: Scan, store: MusicStore) -> None:
    scanned(music)
    path = music / "album 0" / "0.mp3"
    path.write_bytes(b"junk")
    scanned(music)
    [track] = [t for t in store.tracks(store.track_ids()) if t.path == path]
    assert track.problem
    assert store.unreadable() == []
    store.forget_unreadable()
    put(music, "album 0/0.mp3", 1.0, 300.0)
    scanned(music)
    again = store.track(track.id)
    assert again is not None
    assert again.problem == ""


def test_odd_names_links_loops_and_pipes(music: Path, scanned: Scan, store: MusicStore) -> None:
    odd = [os.fsencode(music) + b"/bad\xff\xfe.mp3", os.fsencode(music) + b"/new\nline\ttab.mp3",
           os.fsencode(music) + "/日本 🎧.mp3".encode()]
    for place, name in enumerate(odd):
        put(music, "tmp.mp3", 1.0, 900.0 + place).rename(os.fsdecode(name))
    (music / "loop").symlink_to(music)
    (music / "self").symlink_to(music / "self")
    (music / "nowhere.mp3").symlink_to(music / "gone.mp3")
    (music / "again.mp3").symlink_to(music / "album 0" / "0.mp3")
    os.mkfifo(music / "pipe.mp3")
    put(music, ".hidden/x.mp3")
    put(music, "._x.mp3")
    (music / "folder.mp3").mkdir()
    assert scanned(music).new == 7
    assert {os.fsencode(t.path) for t in store.tracks(store.track_ids())} >= set(odd)
    assert scanned(music).unchanged == 7
    assert all(t.title for t in store.tracks(store.track_ids()))
    assert titles(store, text="日本") == ["日本 🎧"]


def test_a_closed_folder_hides_nothing_that_was_known(music: Path, scanned: Scan, store: MusicStore,
                                                      monkeypatch: pytest.MonkeyPatch) -> None:
    scanned(music)
    real = os.scandir

    def refuse(folder: str):  # root may look everywhere, so the refusal is played
        if folder.endswith("album 1"):
            raise PermissionError(13, "Permission denied", folder)
        return real(folder)

    monkeypatch.setattr("podmix.music.walking.os.scandir", refuse)
    counts = scanned(music)
    assert counts.missing == 0
    assert any("may not look into" in line for line in counts.problems)


def test_a_file_that_may_not_be_read(music: Path, scanned: Scan, store: MusicStore,
                                     monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: Path) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr("podmix.music.scanning.read_file", refuse)
    assert scanned(music).unreadable == 4
    assert {one.problem for one in store.unreadable()} == {"PodMix may not read this file."}


def test_a_scan_that_was_killed_goes_on_where_it_was(tmp_path: Path, store: MusicStore,
                                                     monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "many"
    for number in range(30):
        put(folder, f"{number}.wav", 0.05, 200.0 + number)
    monkeypatch.setattr("podmix.music.scanning.BATCH", 10)
    steps = scan([str(folder)], {})
    batches = 0
    for step in steps:  # killed in the middle: nothing is told to anybody
        if isinstance(step, ScanBatch):
            store.apply(step)
            batches += 1
            if batches == 2:
                break
    assert store.count() == 20
    counts = finish_counts(scan([str(folder)], store.known_files()), store)
    assert (counts.new, counts.unchanged) == (10, 20)
    assert store.count() == 30


def finish_counts(steps: object, store: MusicStore) -> ScanCounts:
    def show(step: object) -> None:
        if isinstance(step, ScanBatch):
            store.apply(step)

    return finish(steps, show)  # type: ignore[arg-type]


def test_a_batch_twice_changes_nothing(music: Path, store: MusicStore) -> None:
    batches = [step for step in scan([str(music)], {}) if isinstance(step, ScanBatch)]
    for batch in [*batches, *batches]:
        store.apply(batch)
    assert store.count() == 4


def test_part_of_a_folder(music: Path, scanned: Scan, store: MusicStore) -> None:
    scanned(music)
    put(music, "album 0/new.mp3", 1.0, 950.0)
    put(music, "album 1/not looked at.mp3", 1.0, 960.0)
    (music / "album 1" / "1.flac").unlink()
    counts = scanned(music, only=(music / "album 0",))
    assert (counts.new, counts.missing) == (1, 0)


def test_folders_inside_each_other_count_once(music: Path, scanned: Scan) -> None:
    assert scanned(music, music / "album 0", music).new == 4


def test_removed_folders_and_tracks_come_back(music: Path, scanned: Scan, store: MusicStore) -> None:
    folder = store.add_folder(music)
    inner = store.add_folder(music / "album 0")
    scanned(music)
    store.rate(store.track_ids(), 5)
    assert store.remove_folder(folder.id) == 2, "the inner folder's tracks stay"
    assert store.remove_folder(inner.id) == 2
    assert store.track_ids() == []
    assert scanned(music).new == 0
    assert store.track_ids() == [], "a scan does not bring back what a person removed"
    store.add_folder(music)
    assert [t.rating for t in store.tracks(store.track_ids())] == [5] * 4


def test_the_list_of_known_files_survives_the_way_to_the_worker(tmp_path: Path) -> None:
    known = {"/a\udcff\n.mp3": KnownFile(1, 2, b"\1" * 16), "/b": KnownFile(3, 4),
             "/c": KnownFile(5, 6, b"\2" * 16, True)}
    known_to_file(known, tmp_path / "known.jsonl")
    assert known_from_file(tmp_path / "known.jsonl") == known
    assert known_from_file(tmp_path / "none.jsonl") == {}
    with (tmp_path / "known.jsonl").open("a") as out:
        out.write('["/half')
    assert known_from_file(tmp_path / "known.jsonl") == known


def test_a_deep_and_wide_tree(tmp_path: Path) -> None:
    at = tmp_path
    for number in range(60):
        at = at / f"d{number}"
    at.mkdir(parents=True)
    (at / "x.mp3").write_bytes(b"")
    for number in range(500):
        (tmp_path / f"{number}.txt").write_bytes(b"")
    steps = walk([str(tmp_path)])
    found = finish(steps, lambda step: isinstance(step, Progress) or pytest.fail("no progress"))
    assert list(found.files) == [str(at / "x.mp3")]


def test_progress_is_told(music: Path, clock: Clock) -> None:
    steps = [step for step in scan([str(music)], {}) if isinstance(step, Progress)]
    assert steps[-1].done == steps[-1].total == 4
    assert "4 of 4" in steps[-1].note
