# SPDX-License-Identifier: GPL-3.0-or-later
"""The demo's music in a home: copies, never the shipped files; honest sentences where something lacks."""

from __future__ import annotations

from pathlib import Path

import pytest

from podmix.app import demo_music
from podmix.errors import PodMixError
from podmix.paths import find_home
from tests.app.conftest import OpenApplication


@pytest.fixture
def shipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two files that stand for the shipped tracks."""
    folder = tmp_path / "res" / "demo" / "music"
    folder.mkdir(parents=True)
    for name in ("b.opus", "a.opus"):
        (folder / name).write_bytes(name.encode() * 9)
    monkeypatch.setattr(demo_music, "resources", lambda: tmp_path / "res")
    return folder


def test_the_tracks_are_copied_once_and_a_changed_copy_is_put_right(shipped: Path, tmp_path: Path) -> None:
    home = find_home(tmp_path / "home")
    folder = demo_music.place_music(home)
    assert sorted(path.name for path in folder.iterdir()) == ["a.opus", "b.opus"]
    before = (folder / "a.opus").stat().st_mtime_ns
    (folder / "b.opus").write_bytes(b"cut")
    demo_music.place_music(home)
    assert (folder / "a.opus").stat().st_mtime_ns == before
    assert (folder / "b.opus").read_bytes() == (shipped / "b.opus").read_bytes()


def test_without_the_tracks_there_is_a_sentence_and_a_remedy(shipped: Path, tmp_path: Path) -> None:
    for path in shipped.iterdir():
        path.unlink()
    with pytest.raises(PodMixError) as raised:
        demo_music.place_music(find_home(tmp_path / "home"))
    assert "podmix.lab.demo_tracks" in raised.value.remedy


def test_a_seeded_home_knows_the_folder_and_watches_it(shipped: Path, open_app: OpenApplication) -> None:
    application = open_app()
    home = application.home
    application.close()
    demo_music.seed_music(home)
    demo_music.seed_music(home)  # a second start of the window
    again = open_app()
    folders = again.music_folders()
    assert [folder.path for folder in folders] == [home.data / demo_music.FOLDER]
    assert folders[0].watched


def test_a_mix_that_cannot_be_made_is_told(shipped: Path, tmp_path: Path) -> None:
    home = find_home(tmp_path / "home")
    said: list[str] = []
    mix = demo_music.mix_demo_music(home, tmp_path, said.append)
    assert mix.plan is None
    assert mix.files == ()
    assert mix.problems
    assert mix.problems[0].startswith("The demo mix: ")
