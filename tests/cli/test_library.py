# SPDX-License-Identifier: GPL-3.0-or-later
"""``podmix library``: every action once, what it refuses, and its exit codes."""

from __future__ import annotations

import argparse
import json
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from podmix.cli.arguments import build_parser
from podmix.cli.docs_command import commands_page
from podmix.cli.library import _ACTIONS
from podmix.cli.library_actions import LIBRARY_ACTIONS
from podmix.music.tags import read_file
from tests.cli.conftest import Outcome
from tests.music.sound_files import put

Podmix = Callable[..., Outcome]


@pytest.fixture
def music(tmp_path: Path) -> Path:
    folder = tmp_path / "music"
    for number, suffix in enumerate((".mp3", ".flac", ".wav")):
        put(folder, f"Ada - Song {number}{suffix}", 0.3, 300.0 + number)
    return folder


def test_every_action_has_a_function_an_example_and_a_section() -> None:
    assert set(_ACTIONS) == {action.name for action in LIBRARY_ACTIONS}
    page = commands_page()
    for action in LIBRARY_ACTIONS:
        parsed = build_parser("0").parse_args(shlex.split(action.example)[1:])
        assert (parsed.module, parsed.action) == ("library", action.name)
        assert f"### library {action.name}" in page


def test_options_stand_anywhere() -> None:
    parsed = build_parser("0").parse_args(["library", "export", "--playlist", "3", "x.m3u8"])
    assert (parsed.playlist, parsed.words) == (3, ["x.m3u8"])
    parsed = build_parser("0").parse_args(["library", "rate", "--json", "4", "1", "2"])
    assert isinstance(parsed, argparse.Namespace)
    assert parsed.words == ["4", "1", "2"]


def test_from_folders_to_playlists_and_back(podmix: Podmix, music: Path, tmp_path: Path) -> None:
    (music / "broken.mp3").write_bytes(b"junk")
    added = podmix("library", "add", str(music), "--json")
    assert added.code == 0, added.err
    assert (added.json["new"], added.json["unreadable"]) == (3, 1)
    assert "3 moved" not in podmix("library", "scan").out
    [folder] = podmix("library", "folders", "--json").json
    assert folder["path"] == str(music)
    assert "broken.mp3" in podmix("library", "unreadable").out
    rows = podmix("library", "list", "--sort", "title", "--json").json
    assert [row["title"] for row in rows] == ["Song 0", "Song 1", "Song 2"]
    one, two, three = (str(row["id"]) for row in rows)
    assert podmix("library", "list", "--filter", "song format:flac").out.split("\t")[0] == two
    assert podmix("library", "list", "--limit", "1", "--sort", "title", "--down", "--json").json[0]["title"] == "Song 2"

    assert podmix("library", "rate", "4", one, two).code == 0
    assert len(podmix("library", "list", "--filter", "rating>=4", "--json").json) == 2
    made = str(podmix("library", "playlists", "create", "Fri", three, one, "--json").json["id"])
    podmix("library", "playlists", "add", made, two)
    shown = podmix("library", "playlists", "move", made, "3", "1", "--json").json
    assert [row["title"] for row in shown] == ["Song 1", "Song 2", "Song 0"]
    assert podmix("library", "list", "--playlist", made, "--json").json == shown
    podmix("library", "playlists", "take", made, "2")
    podmix("library", "playlists", "rename", made, "Sat")
    copy = podmix("library", "playlists", "copy", made, "Sun", "--json").json
    assert (copy["name"], copy["tracks"]) == ("Sun", 2)
    podmix("library", "playlists", "delete", str(copy["id"]))
    assert "Undone" in podmix("library", "playlists", "undo").out
    assert podmix("library", "playlists", "redo").code == 0
    assert podmix("library", "playlists", "redo").code == 1
    smart = podmix("library", "playlists", "create", "Good", "--filter", "rating:4", "--limit", "1", "--json").json
    assert smart["kind"] == "smart"
    assert len(podmix("library", "playlists", "show", str(smart["id"]), "--json").json) == 1
    assert {row["name"] for row in podmix("library", "playlists", "--json").json} == {"Sat", "Good"}

    xml, lists = tmp_path / "rekordbox.xml", tmp_path / "lists"
    assert podmix("library", "export", str(xml), "--json").json["tracks"] == 3
    assert podmix("library", "export", str(lists)).code == 0
    assert sorted(path.name for path in lists.iterdir()) == ["Good.m3u8", "Sat.m3u8"]
    assert podmix("library", "export", "--playlist", made, str(tmp_path / "one.m3u8")).code == 0
    back = podmix("library", "import", str(xml), "--json").json
    assert (back["matched"], len(back["playlists"])) == (3, 2)

    (music / "copy.wav").write_bytes((music / "Ada - Song 2.wav").read_bytes())
    (music / "Ada - Song 0.mp3").unlink()
    counts = podmix("library", "scan", "--json").json
    assert (counts["new"], counts["missing"]) == (1, 1)
    assert [len(group) for group in podmix("library", "duplicates", "--json").json] == [2]
    assert [row["title"] for row in podmix("library", "missing", "--json").json] == ["Song 0"]
    assert podmix("library", "remove", str(folder["id"])).code == 0
    assert podmix("library", "list", "--json").json == []


def test_tags_are_written_when_asked(podmix: Podmix, music: Path) -> None:
    podmix("library", "add", str(music))
    [row] = podmix("library", "list", "--filter", "format:mp3", "--json").json
    podmix("library", "rate", "5", str(row["id"]))
    assert read_file(music / "Ada - Song 0.mp3").tags.rating is None
    done = podmix("library", "tags", str(row["id"]), "--write", "rating", "--json")
    assert done.json == {"written": 1, "failed": []}
    assert read_file(music / "Ada - Song 0.mp3").tags.rating == 5
    assert podmix("library", "tags", "--filter", "rating:5", "--notation", "camelot").code == 0


def test_a_scan_that_was_killed_is_finished_by_the_next(tmp_path: Path) -> None:
    """``kill -9`` in the middle: the worker ends by itself, the next command ends what was begun, nothing is double."""
    music = tmp_path / "music"
    for number in range(600):
        put(music, f"{number % 20}/{number}.wav", 0.05, 200.0 + number % 40)
    program = [sys.executable, "-m", "podmix", "--home", str(tmp_path / "home"), "library"]
    begun = subprocess.Popen([*program, "add", str(music)], stderr=subprocess.PIPE, text=True)
    assert begun.stderr is not None
    for line in begun.stderr:
        if "new files" in line:
            break
    begun.kill()
    begun.communicate()
    subprocess.run([*program, "scan"], check=True, capture_output=True, timeout=120)
    listed = subprocess.run([*program, "list", "--json"], check=True, capture_output=True, timeout=120)
    rows = json.loads(listed.stdout)
    assert len(rows) == len({row["path"] for row in rows}) == 600


@pytest.mark.parametrize("words", [
    ["add"], ["add", "/nowhere/at/all"], ["scan"], ["scan", "7"], ["remove", "x"], ["remove", "7"],
    ["list", "--limit", "0"], ["list", "--sort", "colour"], ["list", "--filter", "bpm:fast"], ["rate", "9", "1"],
    ["rate", "4"], ["rate", "4", "77"], ["tags"],
    ["tags", "77"], ["playlists", "dance"], ["playlists", "show", "7"], ["playlists", "create"],
    ["playlists", "create", "x", "77"], ["playlists", "create", "x", "--filter", "words"], ["export", "x.doc"],
    ["import", "x.doc"], ["polish"], [],
])
def test_wrong_usage_is_2_and_says_why(podmix: Podmix, words: list[str]) -> None:
    done = podmix("library", *words)
    assert done.code == 2
    assert done.err.startswith("podmix:")


def test_files_that_cannot_be_read_are_1(podmix: Podmix, tmp_path: Path) -> None:
    (tmp_path / "x.xml").write_text("<html>")
    for words in (["import", str(tmp_path / "x.xml")], ["import", str(tmp_path / "gone.m3u8")]):
        done = podmix("library", *words, "--json")
        assert done.code == 1
        assert done.json["error"]
    empty = tmp_path / "list.m3u8"
    empty.write_text("/nowhere.mp3\n")
    done = podmix("library", "import", str(empty))
    assert done.code == 1
    assert "not in the library: /nowhere.mp3" in done.err
