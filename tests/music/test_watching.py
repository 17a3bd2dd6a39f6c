# SPDX-License-Identifier: GPL-3.0-or-later
"""Noticing changes: what is told, when it is still; and covers as small files."""

from __future__ import annotations

import base64
import os
import queue
from pathlib import Path

import pytest

from podmix.music.artwork import EDGE, cover, scaled
from podmix.music.tags import read_file
from podmix.music.walking import walk
from podmix.music.watching import PollingWatcher, Settling, states
from podmix.progress import finish
from tests.music.sound_files import picture, put

A, B, C = b"a", b"b", b"c"


def test_a_change_is_told_once_when_it_is_still() -> None:
    settling = Settling({"/m": A})
    assert settling.look({"/m": A}) == []
    assert settling.look({"/m": B}) == [], "perhaps it still grows"
    assert settling.look({"/m": C}) == []
    assert settling.look({"/m": C}) == ["/m"]
    assert settling.look({"/m": C}) == []


def test_new_emptied_and_closed_folders() -> None:
    settling = Settling({"/m": A, "/m/old": A, "/m/closed": A, "/m/closed/in": A})
    now = {"/m": A, "/m/new": B}
    assert settling.look(now, ["/m/closed"]) == []
    assert settling.look(now, ["/m/closed"]) == ["/m/new", "/m/old"]
    assert settling.look(now | {"/m/closed": A, "/m/closed/in": A}) == []


def test_a_change_that_is_taken_back_is_none() -> None:
    settling = Settling({"/m": A})
    settling.look({"/m": B})
    settling.look({"/m": A})
    assert settling.look({"/m": A}) == []


def test_the_state_of_a_folder_is_that_of_its_music(tmp_path: Path) -> None:
    path = put(tmp_path, "a.mp3")
    first = states(finish(walk([str(tmp_path)])))
    (tmp_path / "notes.txt").write_text("x")
    assert states(finish(walk([str(tmp_path)]))) == first
    os.utime(path, (1, 1))
    assert states(finish(walk([str(tmp_path)]))) != first


def test_the_watcher_tells_real_changes_and_ends(tmp_path: Path) -> None:
    put(tmp_path, "one/a.wav", 0.1)
    heard: queue.Queue[list[str]] = queue.Queue()
    looks: queue.Queue[None] = queue.Queue()

    def folders() -> list[str]:
        looks.put(None)
        return [str(tmp_path)]

    watcher = PollingWatcher(folders, heard.put, shortest_s=0.0)
    watcher.start()
    try:
        for _ in range(2):  # the second look begins when the first has been kept
            looks.get(timeout=30)
        put(tmp_path, "two/b.wav", 0.1)
        assert heard.get(timeout=30) == [str(tmp_path / "two")]
        (tmp_path / "two" / "b.wav").rename(tmp_path / "one" / "b.wav")
        told = set(heard.get(timeout=30))
        while told != {str(tmp_path / "one"), str(tmp_path / "two")}:
            told |= set(heard.get(timeout=30))
    finally:
        watcher.stop()
    assert not watcher._thread.is_alive()
    PollingWatcher(folders, heard.put).stop()


# -- covers --


def test_a_cover_inside_is_made_small_once(tmp_path: Path) -> None:
    from mutagen.flac import FLAC, Picture

    paths = [put(tmp_path, f"{n}.flac") for n in range(2)]
    for path in paths:
        block = Picture()
        block.type, block.mime, block.data = 3, "image/jpeg", picture(1000)
        file = FLAC(path)
        file.add_picture(block)
        file.save()
    digest = read_file(paths[0]).tags.art
    assert digest == read_file(paths[1]).tags.art
    first = cover(paths[0], digest, tmp_path / "cache")
    assert first is not None
    assert size_of(first.read_bytes()) == (EDGE, EDGE)
    assert first.stat().st_size < 20_000
    paths[1].unlink()
    assert cover(paths[1], digest, tmp_path / "cache") == first, "one file for all tracks of an album"


def test_a_cover_beside_the_music(tmp_path: Path) -> None:
    path = put(tmp_path, "a.mp3")
    cache = tmp_path / "cache"
    assert cover(path, "", cache) is None
    (tmp_path / "Folder.JPG").write_bytes(picture(100))
    found = cover(path, "", cache)
    assert found is not None
    assert size_of(found.read_bytes()) == (100, 100)
    assert cover(path, "", cache) == found
    (tmp_path / "cover.png").write_bytes(b"\x89PNG\r\n\x1a\n but no picture")
    assert cover(path, "", cache) is None
    assert cover(tmp_path / "gone" / "x.mp3", "", cache) is None


@pytest.mark.parametrize("data", [b"", b"<svg>", b"GIF8", b"\xff\xd8\xff" + bytes(500), picture()[:200],
                                  base64.b64decode("iVBORw0KGgoAAAANSUhEUgAA///AAP//wAgGAAAAAAAAAA==")])
def test_what_is_no_picture(data: bytes) -> None:
    found = scaled(data)
    assert found is None or size_of(found)[0] <= EDGE


def size_of(data: bytes) -> tuple[int, int]:
    import io

    import av

    with av.open(io.BytesIO(data)) as source:
        frame = next(iter(source.decode(video=0)))
        return frame.width, frame.height
