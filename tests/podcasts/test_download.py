# SPDX-License-Identifier: GPL-3.0-or-later
"""Episode files: names that stay in their folder, endings by content, pages refused; and which audio makes room."""

from __future__ import annotations

import contextlib
import datetime as dt
import pickle
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from podmix.errors import AudioError, NetworkError, TooLarge
from podmix.net.client import HttpClient
from podmix.net.failures import CutShort
from podmix.podcasts.download import (
    EpisodeFile,
    StoredAudio,
    download_episode,
    ending,
    file_stem,
    files_to_remove,
    refuse_non_audio,
)
from podmix.progress import finish
from tests.net.loopback import LoopbackServer

MP3 = b"ID3\x04" + bytes(5000)
NOW = dt.datetime(2026, 11, 23, tzinfo=dt.UTC)


def fetch(client: HttpClient, url: str, folder: Path, title: str = "A title", **more: object) -> EpisodeFile:
    return finish(download_episode(client, url=url, folder=folder, title=title, **more))


def test_an_episode(server: LoopbackServer, client: HttpClient, tmp_path: Path) -> None:
    server.page("/a", MP3, "audio/mpeg")
    got = fetch(client, server.url("/a"), tmp_path / "7", "Part 1: Salt / Sea?", claimed_length=99)
    assert got.path.parent == tmp_path / "7"
    assert got.path.name.startswith("Part 1 Salt Sea")
    assert got.path.suffix == ".mp3"
    assert got.path.read_bytes() == MP3
    assert [path.name for path in got.path.parent.iterdir()] == [got.path.name]
    assert pickle.loads(pickle.dumps(got)) == got


@pytest.mark.parametrize("title", ["../../etc/passwd", "..", "/etc/passwd", "C:\\Windows\\x", "", "\x00\x1b[2J", "con",
                                   "a" * 400, "\u202eexe.3pm", "💥" * 100, ".hidden", "a\nb"])
def test_titles_never_leave_the_folder(server: LoopbackServer, client: HttpClient, tmp_path: Path, title: str) -> None:
    server.page("/a", MP3, "audio/mpeg")
    got = fetch(client, server.url("/a"), tmp_path / "show", title)
    assert got.path.resolve().parent == tmp_path / "show"
    assert not got.path.name.startswith(".")
    assert len(got.path.name.encode()) < 140


@given(title=st.text(max_size=200), key=st.text(max_size=30))
def test_any_title_is_one_safe_name(title: str, key: str) -> None:
    stem = file_stem(title, key)
    assert Path(stem).name == stem
    assert "/" not in stem
    assert "\\" not in stem


def test_namesakes_do_not_overwrite_each_other(server: LoopbackServer, client: HttpClient, tmp_path: Path) -> None:
    server.page("/a", MP3, "audio/mpeg")
    server.page("/b", MP3 + b"b", "audio/mpeg")
    assert fetch(client, server.url("/a"), tmp_path).path != fetch(client, server.url("/b"), tmp_path).path


def test_it_goes_on_after_a_cut(server: LoopbackServer, client: HttpClient, tmp_path: Path) -> None:
    page = server.page("/a", MP3, "audio/mpeg")
    server.routes["/a"] = lambda call: call.reply(200, MP3[:2000], {"ETag": page.etag}, length=len(MP3))
    with pytest.raises(CutShort):
        fetch(client, server.url("/a"), tmp_path)
    server.routes["/a"] = page
    got = fetch(client, server.url("/a"), tmp_path)
    assert (got.resumed_from, got.path.read_bytes()) == (2000, MP3)


@pytest.mark.parametrize(("body", "content_type"), [
    (b"<!DOCTYPE html><title>Log in</title>", "audio/mpeg"), (b"\n  <HTML>", "text/html"), (b"anything", "text/html"),
    (b'{"error": 1}', "application/json"), (b"<?xml version='1.0'?><Error/>", "application/xml"), (b"", "audio/mpeg"),
    (b"%PDF-1.4", "audio/mpeg"), (b"\x89PNG\r\n\x1a\n", "image/png"), (b"#EXTM3U\n", "audio/x-mpegurl"),
    (b"not found", "text/plain")])
def test_what_is_no_audio_is_refused_and_not_kept(server: LoopbackServer, client: HttpClient, tmp_path: Path,
                                                  body: bytes, content_type: str) -> None:
    server.page("/a", body, content_type)
    with pytest.raises(AudioError) as caught:
        fetch(client, server.url("/a"), tmp_path)
    assert caught.value.remedy
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("head", "content_type", "claimed", "url", "expected"), [
    (b"ID3\x03", "", "", "", ".mp3"), (b"\xff\xfb\x90\x64", "audio/x-unknown", "", "", ".mp3"),
    (b"\xff\xf1\x50\x80", "", "", "", ".aac"), (b"OggS" + bytes(24) + b"OpusHead", "audio/ogg", "", "", ".opus"),
    (b"OggS" + bytes(24) + b"\x01vorbis", "", "", "", ".ogg"), (b"fLaC", "audio/mpeg", "", "", ".flac"),
    (b"RIFF\x00\x00\x00\x00WAVE", "", "", "", ".wav"), (b"\x00\x00\x00\x20ftypM4A ", "audio/mpeg", "", "", ".m4a"),
    (b"\x00\x00\x00\x20ftypisom", "video/mp4", "", "", ".mp4"), (b"\x1a\x45\xdf\xa3....webm", "", "", "", ".webm"),
    (b"?????", "audio/mpeg; charset=x", "audio/ogg", "x.wav", ".mp3"), (b"?????", "", "audio/ogg", "x.wav", ".ogg"),
    (b"?????", "application/octet-stream", "", "https://x.example/a.M4A?b=c.exe", ".m4a"),
    (b"?????", "", "", "https://x.example/a.exe", ".audio"), (b"?????", "", "", "https://x.example/a.html", ".audio")])
def test_endings(head: bytes, content_type: str, claimed: str, url: str, expected: str) -> None:
    assert ending(head, content_type, claimed, url) == expected


def test_audio_under_a_wrong_label_is_accepted() -> None:
    refuse_non_audio("text/html", b"ID3\x04")
    refuse_non_audio("text/plain", b"\xff\xfb\x90\x64")
    refuse_non_audio("application/octet-stream", b"\x00\x00\x00junk before the first frame")


@given(st.binary(max_size=600), st.text(max_size=30))
def test_any_head_has_an_ending_or_is_refused(head: bytes, content_type: str) -> None:
    assert ending(head, content_type).startswith(".")
    with contextlib.suppress(AudioError):
        refuse_non_audio(content_type, head)


def test_private_and_file_enclosures_are_refused(tmp_path: Path) -> None:
    with HttpClient() as strict:
        for url in ("file:///etc/passwd", "http://127.0.0.1:9/x.mp3", "http://192.168.0.1/x.mp3", "http://[::1]/x"):
            with pytest.raises(NetworkError):
                fetch(strict, url, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_ten_gigabyte_claim(server: LoopbackServer, client: HttpClient, tmp_path: Path) -> None:
    server.routes["/a"] = lambda call: call.reply(200, MP3, {"Content-Type": "audio/mpeg"}, length=10_000_000_000)
    with pytest.raises(TooLarge):
        fetch(client, server.url("/a"), tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_what_a_worker_needs_is_plain_data(client: HttpClient) -> None:
    assert pickle.loads(pickle.dumps(client.policy)) == client.policy


def stored(episode_id: int, size: int, days: float, *, played: bool = False, kept: bool = False) -> StoredAudio:
    return StoredAudio(episode_id, Path(f"{episode_id}.mp3"), size, NOW - dt.timedelta(days=days), played, kept)


def removed(files: list[StoredAudio], max_bytes: int = 1000, keep_days: int = 30) -> list[int]:
    return [file.episode_id for file in files_to_remove(files, max_bytes=max_bytes, keep_days=keep_days, now=NOW)]


def test_old_audio_leaves_first() -> None:
    files = [stored(1, 10, 31), stored(2, 10, 29), stored(3, 10, 400, kept=True), stored(4, 10, 99)]
    assert removed(files) == [4, 1]
    assert removed(files, keep_days=0) == []


def test_when_space_is_short_heard_ones_make_room_first() -> None:
    files = [stored(1, 400, 20), stored(2, 400, 5, played=True), stored(3, 400, 9, played=True), stored(4, 400, 1)]
    assert removed(files, max_bytes=1200) == [3]
    assert removed(files, max_bytes=800) == [3, 2]
    assert removed(files, max_bytes=500) == [3, 2, 1]
    assert removed([*files, stored(5, 5000, 50, kept=True)], max_bytes=100) == [3, 2, 1, 4]


@given(st.lists(st.builds(stored, st.integers(0, 50), st.integers(0, 500), st.floats(0, 90), played=st.booleans(),
                          kept=st.booleans()), max_size=20), st.integers(0, 3000), st.integers(0, 60))
def test_what_stays_fits_or_is_all_kept(files: list[StoredAudio], max_bytes: int, keep_days: int) -> None:
    gone = files_to_remove(files, max_bytes=max_bytes, keep_days=keep_days, now=NOW)
    staying = list(files)
    for file in gone:
        staying.remove(file)
    assert not any(file.kept for file in gone)
    assert sum(file.size for file in staying) <= max_bytes or all(file.kept for file in staying)
