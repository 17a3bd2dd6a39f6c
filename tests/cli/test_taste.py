# SPDX-License-Identifier: GPL-3.0-or-later
"""``podmix previews``, ``podmix mixes`` and ``podmix taste`` as a person types them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from podmix.app.application import Application
from podmix.cli.main import main
from podmix.paths import resources
from tests.app.test_taste_verbs import fill_music, fill_podcasts


@pytest.fixture
def home(tmp_path: Path) -> Path:
    app = Application.open(tmp_path / "home")
    fill_podcasts(app, shows=3, episodes=2)
    fill_music(app, tmp_path / "music")
    app.create_playlist("Own", tracks=app.music_ids(limit=3))
    app.close()
    return tmp_path / "home"


def said(capsys: pytest.CaptureFixture[str], home: Path, *words: str, code: int = 0) -> str:
    assert main(["--home", str(home), *words]) == code
    return capsys.readouterr().out


def test_the_ranked_feed_with_reasons(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cards = json.loads(said(capsys, home, "previews", "--json", "--limit", "4"))
    assert len(cards) == 4
    assert {"preview", "why", "score", "propensity", "explored", "start", "end"} <= cards[0].keys()
    assert all(card["why"] for card in cards)
    assert "Minute" in said(capsys, home, "previews")


@pytest.mark.parametrize("words", [
    ["daily"], ["genre", "house"], ["mood", "calm"], ["decade", "1990s"], ["phrase", "rainy", "sunday", "piano"],
    ["blend", "Ben"], ["enhance", "1"], ["path", "1", "5", "--steps", "3"],
    ["genre", "house", "--filter", "bpm:120-130"]])
def test_every_mix_can_be_made(home: Path, capsys: pytest.CaptureFixture[str], words: list[str]) -> None:
    said(capsys, home, "taste", "import", str(resources() / "demo" / "taste-ben.json"))
    cards = json.loads(said(capsys, home, "mixes", "make", *words, "--json"))
    assert cards[0]["tracks"]
    assert all(track["reason"] and track["path"] for track in cards[0]["tracks"])
    shown = json.loads(said(capsys, home, "mixes", "show", cards[0]["key"], "--json"))
    assert [one["track"] for one in shown[0]["tracks"]] == [one["track"] for one in cards[0]["tracks"]]
    assert cards[0]["key"] in said(capsys, home, "mixes", "list")


def test_a_mix_is_kept_as_a_playlist(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said(capsys, home, "mixes", "make", "genre", "house", "--save", "Friday")
    assert "Friday" in said(capsys, home, "library", "playlists")


def test_what_cannot_be_is_said(home: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "bad.json").write_text('{"form": "podmix-taste"}')
    for words in (["mixes", "make", "genre"], ["mixes", "make", "genre", "polka"], ["mixes", "make", "path", "1"],
                  ["mixes", "make", "blend", "nobody"], ["mixes", "make", "decade", "soon"], ["mixes", "show", "x"],
                  ["taste", "import", str(tmp_path / "bad.json")], ["taste", "forget", "nobody"],
                  ["previews", "--limit", "0"], ["taste", "erase"]):
        said(capsys, home, *words, code=2)


def test_taste_is_shown_exported_and_erased(home: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    app = Application.open(home)
    for card in app.recommended()[:2]:
        app.like(card.card.preview_id, liked=True)
    app.close()
    shown = json.loads(said(capsys, home, "taste", "show", "--json"))
    assert ["liked", 2] in shown["events"]
    assert shown["interests"]
    said(capsys, home, "taste", "export", str(tmp_path / "me.json"), "--name", "Ada")
    assert json.loads((tmp_path / "me.json").read_text())["name"] == "Ada"
    said(capsys, home, "taste", "erase", "--yes")
    assert json.loads(said(capsys, home, "taste", "show", "--json"))["events"] == []
