# SPDX-License-Identifier: GPL-3.0-or-later
"""The music library through the application: scans as jobs in a real worker, playlists, tags, exchange, watching."""

from __future__ import annotations

import inspect
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from podmix.app.application import Application
from podmix.app.music_exchange import cues_of
from podmix.app.music_interface import LibraryVerbs
from podmix.app.views import Changed, Part
from podmix.errors import Cancelled, DatabaseError, PodMixError, UsageError
from podmix.jobs.driving import run_here
from podmix.jobs.protocol import Partial
from podmix.music.interop.collection import ImportRefused
from podmix.music.interop.rekordbox_xml import read_rekordbox_xml
from podmix.music.library_types import DjCue, DjMarks, FileRecord, SoundFacts, TempoMark, TrackTags
from podmix.music.scanning import ScanBatch, scan
from podmix.music.tags import read_file
from podmix.progress import finish
from podmix.units import JobId
from tests.app.conftest import Ear, OpenApplication
from tests.music.sound_files import picture, put


@pytest.fixture
def music(tmp_path: Path) -> Path:
    folder = tmp_path / "music"
    for number, suffix in enumerate((".mp3", ".flac", ".wav")):
        put(folder, f"Ada - Song {number}{suffix}", 0.3, 300.0 + number)
    return folder


@pytest.fixture
def full(app: Application, music: Path) -> Application:
    """A library that was scanned here, without a worker."""
    app.add_music_folder(music, scan=False)
    for step in scan([str(music)], app.music.known_files()):
        if isinstance(step, ScanBatch):
            app.music.apply(step)
    return app


def wait(app: Application, job: int) -> dict[str, Any]:
    app.queue.start()
    app.queue.wait([JobId(job)])
    counts = app.music_scan_result(job)
    assert counts is not None, app.queue.job(JobId(job))
    return counts


def titles(app: Application, **wanted: Any) -> list[str]:
    return [track.title for track in app.music_rows(app.music_ids(**wanted))]


def test_every_verb_of_the_interface_is_there(app: Application) -> None:
    for name, wanted in vars(LibraryVerbs).items():
        if not name.startswith("_"):
            found = inspect.signature(getattr(app, name)).parameters
            for argument in list(inspect.signature(wanted).parameters.values())[1:]:
                assert argument.name in found, name
                assert found[argument.name].kind == argument.kind, name
                assert found[argument.name].default == argument.default, f"{name}({argument.name})"


def test_a_folder_is_scanned_by_a_worker_and_stays(open_app: OpenApplication, music: Path) -> None:
    app = open_app()
    ear = Ear(app)
    app.add_music_folder(music, scan=False)
    counts = wait(app, app.scan_music())
    assert (counts["seen"], counts["new"]) == (3, 3)
    ear.wait_for(lambda event: isinstance(event, Changed) and event.part is Part.MUSIC and bool(event.ids))
    assert titles(app) == ["Song 0", "Song 1", "Song 2"]
    [folder] = app.music_folders()
    assert folder.scanned is not None
    assert folder.problem == ""
    (music / "Ada - Song 0.mp3").rename(music / "moved.mp3")
    put(music, "new.mp3", 0.3, 999.0)
    counts = wait(app, app.scan_music())
    assert (counts["new"], counts["moved"], counts["unchanged"]) == (1, 1, 2)
    app.close()
    again = open_app()
    assert len(again.music_ids()) == 4
    assert wait(again, again.scan_music([folder.id]))["unchanged"] == 4


def test_folders_that_are_not_there(app: Application, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no folder"):
        app.add_music_folder(tmp_path / "none")
    with pytest.raises(UsageError, match="to scan"):
        app.scan_music()
    with pytest.raises(UsageError):
        app.remove_music_folder(9)
    with pytest.raises(UsageError):
        app.music_track(9)


def test_findings_that_cannot_be_stored_fail_the_job(app: Application, music: Path,
                                                     monkeypatch: pytest.MonkeyPatch) -> None:
    app.add_music_folder(music, scan=False)

    def full_disk(_: ScanBatch) -> None:
        raise DatabaseError("The disk is full.")

    monkeypatch.setattr(app.music, "apply", full_disk)
    job = app.scan_music()
    app.queue.start()
    app.queue.wait([JobId(job)])
    failed = app.queue.job(JobId(job))
    assert failed is not None
    assert failed.error is not None
    assert "stored" in failed.error.message
    monkeypatch.undo()
    assert wait(app, app.scan_music())["new"] == 3, "the next scan finds what was not stored"


def test_a_cancelled_scan_keeps_what_it_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("podmix.music.scanning.BATCH", 5)
    for number in range(20):
        put(tmp_path / "music", f"{number}.wav", 0.05, 200.0 + number)
    found: list[Partial] = []
    with pytest.raises(Cancelled):
        run_here("podmix.app.music_work:scan_folders", {"folders": [str(tmp_path / "music")]},
                 {"library_index": str(tmp_path / "none")}, on_partial=found.append, cancelled=lambda: len(found) == 2)
    assert [len(part.data["records"]) for part in found] == [5, 5]


def test_removing_a_folder_is_undone_by_adding_it(full: Application, music: Path) -> None:
    [folder] = full.music_folders()
    assert full.remove_music_folder(folder.id) == 3
    assert full.music_ids() == []
    full.add_music_folder(music, scan=False)
    assert len(full.music_ids()) == 3


def test_table_verbs(full: Application) -> None:
    ids = full.music_ids(sort="title")
    full.rate_tracks(ids[:2], 4)
    full.note_track_played(ids[0])
    assert [t.rating for t in full.music_rows(ids)] == [4, 4, None]
    assert full.music_track(ids[0]).play_count == 1
    assert titles(full, text="song 1") == ["Song 1"]
    assert titles(full, rules={"field": "rating", "op": "at_least", "value": 4}, sort="title") == ["Song 0", "Song 1"]
    full.remove_tracks(ids[:1])
    assert len(full.music_ids()) == 2
    full.restore_tracks(ids[:1])
    assert len(full.music_ids()) == 3
    assert full.duplicate_tracks() == []


def test_tags_are_written_only_when_asked(full: Application, music: Path) -> None:
    ids = full.music_ids(sort="title")
    full.analyses.correct(ids[0], "beats", {"tempo": 127.5})
    full.analyses.save(ids[0], "key", "1", {"key": "A minor"})
    full.analyses.save(ids[0], "loudness", "1", {"integrated_lufs": -9.0, "replaygain_peak": 0.95})
    full.rate_tracks(ids[:1], 5)
    before = read_file(music / "Ada - Song 0.mp3")
    assert before.tags.bpm is None
    done = finish(full.write_track_tags(ids, notation="camelot"))
    assert (done.written, done.failed) == (1, ())
    tags = read_file(music / "Ada - Song 0.mp3").tags
    assert (tags.bpm, tags.key, tags.track_gain, tags.track_peak, tags.rating) == (127.5, "A minor", -9.0, 0.95, 5)
    assert read_file(music / "Ada - Song 1.flac").tags.bpm is None, "nothing is known of it"
    unchanged = [step for step in scan([str(music)], full.music.known_files()) if isinstance(step, ScanBatch)]
    assert unchanged == [], "the library knows what it wrote"
    full.analyses.correct(ids[1], "beats", {"tempo": 90.0})
    (music / "Ada - Song 1.flac").unlink()
    done = finish(full.write_track_tags(ids[1:2], ["bpm"]))
    assert done.written == 0
    assert done.failed[0][0].name == "Ada - Song 1.flac"
    for fields, notation in ((["title"], "musical"), (["bpm"], "runes")):
        with pytest.raises(UsageError):
            finish(full.write_track_tags(ids, fields, notation=notation))


def test_covers(full: Application, music: Path) -> None:
    [track, *_] = full.music_ids(sort="title")
    assert full.track_cover(track) is None
    (music / "cover.jpg").write_bytes(picture(400))
    found = full.track_cover(track)
    assert found is not None
    assert found.read_bytes().startswith(b"\xff\xd8")
    assert full.track_cover(9_999) is None


# -- playlists --


def test_playlists_with_undo(full: Application) -> None:
    ids = full.music_ids(sort="title")
    folder = full.create_playlist_folder("Sets")
    made = full.create_playlist("One", parent=folder, tracks=ids)
    items = full.playlist_items(made)
    full.move_in_playlist(made, [items[2].id], before=items[0].id)
    assert full.playlist_track_ids(made) == [ids[2], ids[0], ids[1]]
    assert full.playlist_track_ids(folder) == [ids[2], ids[0], ids[1]]
    full.take_from_playlist(made, [items[0].id])
    full.rename_playlist(made, "Two")
    copy = full.duplicate_playlist(made)
    full.delete_playlist(copy)
    for _ in range(4):
        assert full.undo_playlists()
    assert (full.playlist(made).name, full.playlist_track_ids(made)) == ("One", [ids[2], ids[0], ids[1]])
    assert full.can_redo_playlists()
    full.redo_playlists()
    assert full.playlist_track_ids(made) == [ids[2], ids[1]]
    rules = {"rules": {"field": "title", "op": "contains", "value": "song"}, "order": "title", "limit": 2}
    smart = full.create_smart_playlist("Smart", rules)
    assert full.playlist_track_ids(smart) == full.try_rules(rules) == ids[:2]
    full.change_smart_playlist(smart, {"rules": {"all": []}, "order": "title", "descending": True})
    assert full.playlist_track_ids(smart) == ids[::-1]
    full.move_playlist(smart, folder)
    assert full.playlist(smart).parent == folder


# -- exchange --


def test_a_library_goes_out_and_comes_back_with_grids_and_cues(full: Application, tmp_path: Path,
                                                              open_app: OpenApplication) -> None:
    ids = full.music_ids(sort="title")
    grid = {"tempo": 120.0, "beats": [0.1 + n * 0.5 for n in range(40)], "beats_per_bar": 4,
            "downbeats": [0.6 + n * 2.0 for n in range(9)]}
    full.analyses.save(ids[0], "beats", "1", grid)
    full.analyses.save(ids[0], "cues", "1", {"cues": [{"time": 5.0, "kind": "hot", "label": "drop"},
                                                      {"time": 0.6, "kind": "in"}]})
    full.analyses.save(ids[1], "cues", "1", {"cues": [{"time": 1.0, "kind": "out"}]})
    full.analyses.import_marks(ids[1], DjMarks("serato", (DjCue("loop", 2.0, 4.0, "mine", 0),)))
    full.rate_tracks(ids[:1], 3)
    inner = full.create_playlist_folder("Sets")
    full.create_playlist("Fri", parent=inner, tracks=[ids[2], ids[0]])
    full.create_smart_playlist("Smart", {"rules": {"field": "rating", "op": "at_least", "value": 3}})
    target = tmp_path / "rekordbox.xml"
    done = full.export_rekordbox(target)
    assert (done.tracks, done.playlists) == (3, 2)
    first, second, _ = sorted(read_rekordbox_xml(target).tracks, key=lambda track: track.title)
    assert first.grid == (TempoMark(0.1, 120.0, 4, 4),)
    assert [(c.start, c.name, c.number) for c in first.cues] == [(0.6, "In", -1), (5.0, "drop", 0)]
    assert [(c.kind, c.start, c.end, c.name) for c in second.cues] == [("loop", 2.0, 4.0, "mine")], "DJs' own first"
    assert first.rating == 3

    other = Application.open(tmp_path / "other home")
    try:
        other.add_music_folder(tmp_path / "music", scan=False)
        for step in scan([str(tmp_path / "music")], {}):
            if isinstance(step, ScanBatch):
                other.music.apply(step)
        found = other.import_music(target)
        assert (found.tracks, found.matched, found.rated, len(found.playlists)) == (3, 3, 1, 2)
        theirs = other.music_ids(sort="title")
        assert other.track_grid(theirs[0]) == first.grid
        assert [c.start for c in other.track_cues(theirs[1])] == [2.0]
        assert [(p.name, p.kind) for p in other.playlists()] == [("rekordbox", "folder"), ("Sets", "folder"),
                                                                ("Fri", "list"), ("Smart", "list")] or {
            p.name for p in other.playlists()} == {"rekordbox", "Sets", "Fri", "Smart"}
        [fri] = [p.id for p in other.playlists() if p.name == "Fri"]
        assert other.playlist_track_ids(fri) == [theirs[2], theirs[0]]
        other.undo_playlists()
        assert other.playlists() == [], "an import is one edit"
        other.analyses.correct(theirs[1], "cues", {"cues": [{"time": 9.0, "kind": "hot", "number": 3,
                                                             "colour": [1, 2, 3]}]})
        assert other.track_cues(theirs[1]) == (DjCue("cue", 9.0, None, "", 3, (1, 2, 3)),), "by hand before all"
    finally:
        other.close()


def test_lists_of_files(full: Application, tmp_path: Path) -> None:
    ids = full.music_ids(sort="title")
    folder = full.create_playlist_folder("A/B: sets?")
    full.create_playlist("Same", parent=folder, tracks=ids[:2])
    full.create_playlist("same", parent=folder, tracks=ids[2:])
    done = full.export_playlists(tmp_path / "lists")
    assert (done.tracks, done.playlists) == (3, 2)
    assert len({path.name.lower() for path in done.files}) == 2
    assert all(path.is_file() and path.parent.parent == tmp_path / "lists" for path in done.files)
    found = full.import_music(done.files[0])
    assert (found.matched, found.unknown) == (2, ())
    assert full.playlist_track_ids(found.playlists[0]) == ids[:2]
    [one] = full.export_playlist(found.playlists[0], tmp_path / "x.m3u8", relative=False).files
    assert str(tmp_path / "music") in one.read_text()
    assert full.export_playlist(found.playlists[0], tmp_path / "x.xml").tracks == 2
    with pytest.raises(UsageError):
        full.export_playlist(found.playlists[0], tmp_path / "x.doc")
    (tmp_path / "music" / "mix.cue").write_text('FILE "Ada - Song 2.wav" WAVE\n TRACK 01 AUDIO\n  TITLE "x"\n'
                                                "  INDEX 01 00:01:00\n")
    assert full.import_music(tmp_path / "music" / "mix.cue").cued == 1
    assert full.track_cues(ids[2])[0].name == "x"
    unknown = tmp_path / "other.m3u8"
    unknown.write_text("/nowhere/song.mp3\n")
    assert full.import_music(unknown).unknown == ("/nowhere/song.mp3",)


def test_files_that_are_no_collections(full: Application, tmp_path: Path) -> None:
    for name in ("x.xml", "x.nml", "x.sqlite", "x.cue"):
        (tmp_path / name).write_bytes(b"junk" * 100)
        with pytest.raises(ImportRefused):
            full.import_music(tmp_path / name)
    with pytest.raises(UsageError, match="does not import"):
        full.import_music(tmp_path / "x.docx")
    with pytest.raises(PodMixError):
        full.import_music(tmp_path / "gone.m3u8")
    assert full.playlists() == []


def test_cues_for_dj_programs() -> None:
    payload = {"cues": [{"time": float(n), "kind": "hot", "label": str(n)} for n in range(10)]
               + [{"time": 3.5, "kind": "hot", "number": 2, "end": 7.0}]}
    found = cues_of(payload)
    numbers = [cue.number for cue in found]
    assert sorted(n for n in numbers if n >= 0) == list(range(8)), "eight places, none twice"
    assert numbers.count(-1) == 3
    assert [(c.kind, c.end) for c in found if c.number == 2] == [("loop", 7.0)]
    assert cues_of({}) == ()


# -- watching --


def test_changes_are_noticed_and_scanned(app: Application, music: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from podmix.music import watching

    class Fast(watching.PollingWatcher):
        def __init__(self, folders: Callable[[], list[str]], changed: Callable[[list[str]], None]) -> None:
            super().__init__(folders, changed, shortest_s=0.05)

    monkeypatch.setattr(watching, "PollingWatcher", Fast)
    app.add_music_folder(music, scan=False)
    ear = Ear(app)
    app.queue.start()
    app.start_watching()
    ear.wait_for(lambda _: len(app.music_ids()) == 3)
    put(music, "deep/er/late.mp3", 0.3, 888.0)
    os.utime(music / "deep" / "er" / "late.mp3", (time.time() + 5,) * 2)
    ear.wait_for(lambda _: len(app.music_ids()) == 4)
    app.stop_watching()
    app.stop_watching()


def test_a_scan_of_the_same_folders_waits_once(app: Application, music: Path) -> None:
    app.add_music_folder(music, scan=False)
    assert app.scan_music() == app.scan_music()
    assert app.scan_music(only=[str(music)]) == app.scan_music(), "all of a folder is the folder"
    assert app.scan_music(only=[str(music / "x")]) != app.scan_music()


def test_a_path_of_bytes_that_are_no_text(full: Application, tmp_path: Path) -> None:
    path = str(tmp_path) + "/bad\udcff.mp3"
    full.music.apply(ScanBatch((FileRecord(path, 1, 1, b"x" * 16, SoundFacts("mp3", 1.0), TrackTags("t")),)))
    made = full.create_playlist("x", tracks=full.music_ids(text="t"))
    full.export_playlist(made, tmp_path / "x.m3u8")
    assert full.import_music(tmp_path / "x.m3u8").matched == 1
    full.export_rekordbox(tmp_path / "x.xml")
    assert full.import_music(tmp_path / "x.xml").matched == 4
