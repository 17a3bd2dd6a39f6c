# SPDX-License-Identifier: GPL-3.0-or-later
"""The demo's feed and mixes: all kinds, each with reasons, written to read and for machines; nothing stops the rest."""

from __future__ import annotations

import json
from pathlib import Path

from podmix.app import demo_taste
from podmix.app.application import Application
from podmix.app.demo_music import FOLDER
from podmix.paths import find_home
from tests.app.test_taste_verbs import fill_music, fill_podcasts


def filled(home: Path) -> None:
    application = Application.open(home)
    try:
        fill_podcasts(application)
        fill_music(application, application.home.data / FOLDER)
    finally:
        application.close()


def test_every_kind_of_mix_is_shown_with_reasons(tmp_path: Path) -> None:
    filled(tmp_path / "home")
    said: list[str] = []
    shown = demo_taste.show_taste(find_home(tmp_path / "home"), tmp_path, said.append)
    assert shown.problems == ()
    assert [path.name for path in shown.files] == ["mixes.txt", "mixes.json"]
    plain = json.loads((tmp_path / "mixes.json").read_text())
    assert plain == shown.plain
    kinds = [mix["kind"] for mix in plain["mixes"]]
    assert kinds == ["daily", "daily", "genre", "phrase", "blend", "enhance", "path"]
    assert all(track["reason"] for mix in plain["mixes"] for track in mix["tracks"])
    assert any(track["preview"] for track in plain["mixes"][1]["tracks"])
    assert any(track["added"] for track in plain["mixes"][5]["tracks"])
    assert all(card["why"] for card in plain["feed"])
    assert "\n".join(said).rstrip() + "\n" == (tmp_path / "mixes.txt").read_text()


def test_a_second_run_pretends_nothing_more(tmp_path: Path) -> None:
    filled(tmp_path / "home")
    for _ in range(2):
        shown = demo_taste.show_taste(find_home(tmp_path / "home"), tmp_path, lambda _line: None)
        assert shown.problems == ()
    application = Application.open(tmp_path / "home")
    try:
        assert dict(application.taste_summary().events)["liked"] == 1
        assert len([track for track in application.music_rows(application.music_ids()) if track.rating]) == 2
        assert [one.name for one in application.playlists()].count(demo_taste.PLAYLIST) == 1
    finally:
        application.close()


def test_music_of_the_persons_own_is_not_rated(tmp_path: Path) -> None:
    application = Application.open(tmp_path / "home")
    fill_music(application, tmp_path / "own")
    application.close()
    demo_taste.show_taste(find_home(tmp_path / "home"), tmp_path, lambda _line: None)
    application = Application.open(tmp_path / "home")
    try:
        assert not any(track.rating for track in application.music_rows(application.music_ids()))
    finally:
        application.close()


def test_without_music_it_says_so_and_goes_on(tmp_path: Path) -> None:
    shown = demo_taste.show_taste(find_home(tmp_path / "home"), tmp_path, lambda _line: None)
    assert len(shown.problems) == 7
    assert all(problem for problem in shown.problems)
    assert shown.plain == {"feed": [], "mixes": []}
