# SPDX-License-Identifier: GPL-3.0-or-later
"""``podmix analyze`` and ``podmix library analyze`` with real workers on small files."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Outcome
from tests.music.sound_files import put

Podmix = Callable[..., Outcome]


@pytest.fixture
def music(tmp_path: Path) -> Path:
    folder = tmp_path / "music"
    for number, suffix in enumerate((".mp3", ".flac", ".ogg")):
        put(folder, f"song {number}{suffix}", 1.5, 300.0 + number)
    return folder


def test_a_line_a_track_and_a_failure_is_a_line(podmix: Podmix, music: Path, tmp_path: Path) -> None:
    (music / "broken.mp3").write_bytes(b"junk")
    done = podmix("analyze", str(music), str(tmp_path / "gone.wav"), "--json", "--jobs", "2")
    assert done.code == 1
    lines = {Path(line["path"]).name: line for line in done.lines}
    assert set(lines) == {"broken.mp3", "gone.wav", "song 0.mp3", "song 1.flac", "song 2.ogg"}
    for name in ("broken.mp3", "gone.wav"):
        assert set(lines[name]) == {"path", "error"}
        assert lines[name]["error"]
    good = lines["song 1.flac"]
    assert (good["tempo"], good["beats"], good["downbeats"]) == (None, [], [])
    assert good["duration"] == pytest.approx(1.5, abs=0.01)
    assert {"key", "camelot", "key_confidence", "lufs", "true_peak_db", "energy", "sections", "cues",
            "timings"} <= set(good)
    assert not (tmp_path / "home").exists()


def test_only_what_was_asked_for(podmix: Podmix, music: Path) -> None:
    [line] = podmix("analyze", str(music / "song 1.flac"), "--only", "beats", "--json").lines
    assert set(line) == {"path", "duration", "tempo", "tempo_confidence", "beats", "downbeats", "beats_per_bar",
                         "timings"}
    assert podmix("analyze", str(music), "--only", "smell").code == 2
    assert podmix("analyze", str(music), "--jobs", "0").code == 2
    said = podmix("analyze", str(music / "song 1.flac"), "--only", "beats,loudness")
    assert said.code == 0
    assert "no pulse" in said.out
    assert "LUFS" in said.out


def test_an_empty_folder_is_told(podmix: Podmix, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert podmix("analyze", str(tmp_path / "empty")).code == 2


def test_the_library_is_analysed_and_remembers(podmix: Podmix, music: Path) -> None:
    podmix("library", "add", str(music), "--json")
    done = podmix("library", "analyze", "--json", "--jobs", "2").json
    assert done["failed"] == 0
    assert "already" in podmix("library", "analyze").out
    [row, *_] = podmix("library", "list", "--json").json
    assert row["analysed"]
    again = podmix("library", "analyze", str(row["id"]), "--again", "--json").json
    assert again == {"analysed": 1, "failed": 0, "problems": []}
    assert podmix("library", "analyze", "--again").code == 2
    assert podmix("library", "analyze", "9999").code == 2
    assert all(line["timings"] == {} for line in podmix("analyze", str(music), "--json").lines)


@pytest.mark.skipif(sys.platform == "win32", reason="needs SIGKILL")
def test_an_analysis_that_was_killed_goes_on(tmp_path: Path) -> None:
    """``kill -9`` in the middle: what was heard stays, the next command hears only the rest."""
    music = tmp_path / "music"
    for number in range(8):
        put(music, f"{number}.wav", 2.0, 300.0 + number)
    program = [sys.executable, "-m", "podmix", "--home", str(tmp_path / "home"), "library"]
    subprocess.run([*program, "add", str(music)], check=True, capture_output=True, timeout=120)
    begun = subprocess.Popen([*program, "analyze", "--jobs", "1"], stderr=subprocess.PIPE, text=True)
    assert begun.stderr is not None
    for line in begun.stderr:
        if "2 of" in line or "4 of" in line:
            break
    begun.send_signal(signal.SIGKILL)
    begun.communicate()
    rest = subprocess.run([*program, "analyze", "--json"], check=True, capture_output=True, timeout=120)
    counts = json.loads(rest.stdout)
    assert counts["failed"] == 0
    assert counts["analysed"] <= 6
    listed = subprocess.run([*program, "list", "--json"], check=True, capture_output=True, timeout=120)
    assert all(row["analysed"] for row in json.loads(listed.stdout))


@pytest.mark.skipif(sys.platform == "win32", reason="needs SIGINT")
def test_control_c_ends_cleanly(tmp_path: Path) -> None:
    for number in range(40):
        put(tmp_path, f"{number}.wav", 1.0, 300.0 + number)
    begun = subprocess.Popen([sys.executable, "-m", "podmix", "--home", str(tmp_path / "home"), "analyze",
                              str(tmp_path), "--json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert begun.stdout is not None
    first = json.loads(begun.stdout.readline())
    assert "duration" in first
    begun.send_signal(signal.SIGINT)
    out, err = begun.communicate(timeout=60)
    assert begun.returncode == 130
    assert "Cancelled" in err
    assert "Traceback" not in err
    assert len(out.splitlines()) < 39
