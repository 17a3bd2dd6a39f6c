# SPDX-License-Identifier: GPL-3.0-or-later
"""The pictures are made of every screen in both themes and sizes, agree with themselves, and change no setting."""

from __future__ import annotations

import os
import re

os.environ["QT_QPA_PLATFORM"] = "offscreen"

import pytest
from PySide6.QtGui import QImage

from podmix.ui import screenshots
from podmix.ui.main_window import SCREENS
from tests.ui.fake_player import FakePlayer
from tests.ui.fake_verbs import FakeVerbs


@pytest.fixture(autouse=True)
def _at_once(monkeypatch):
    """The fakes answer at once, so nothing has to be waited for."""
    monkeypatch.setattr(screenshots, "REST_S", 0.1)
    monkeypatch.setattr(screenshots, "BREATH_S", 0.001)


def _colours(image):
    return {image.pixel(x, y) for x in range(0, image.width(), 40) for y in range(0, image.height(), 40)}


def test_every_screen_is_photographed(qapp, tmp_path):
    verbs = FakeVerbs()
    before = dict(verbs.values)
    made = screenshots.photograph(verbs, FakePlayer, tmp_path, small=True)
    names = {re.sub(r"-(dark|light)(-960)?\.png$", "", path.name) for path in made}
    assert {place.entry.name for place in SCREENS} <= names
    assert len(made) == len(set(made)) == len(names) * 4
    for path in made:
        image = QImage(str(path))
        assert image.width() == (960 if path.stem.endswith("-960") else 1280)
        assert len(_colours(image)) > 8, path.name
        assert path.stat().st_size < 250_000, path.name
    assert {f"{name}-{mode}.png" for name in names for mode in ("dark", "light")} <= {path.name for path in made}
    assert verbs.values == before


def test_a_first_run_is_photographed(qapp, tmp_path):
    made = screenshots.photograph(FakeVerbs(empty=True), FakePlayer, tmp_path, screenshots.walk_first_run)
    assert [path.name for path in made] == ["first-run-dark.png", "first-run-light.png"]


@pytest.mark.parametrize("words", [True, False])
def test_the_player_bar_agrees_with_the_card(qapp, tmp_path, words, monkeypatch):
    import dataclasses

    monkeypatch.setattr(screenshots, "_keep", lambda picture, path: None)  # what is on them is asked, not kept
    verbs = FakeVerbs()
    if not words:
        for number, card in verbs._previews.items():
            plain = tuple(dataclasses.replace(line, words=()) for line in card.captions)
            verbs._previews[number] = dataclasses.replace(card, captions=plain)
    seen = []

    def walk(app, window):
        for name in screenshots.walk_everything(app, window):
            previews, bar = window.screens["previews"], window.player_bar
            seen.append((previews.feed._playing, window.around.player.playing))
            assert bar._title.whole == previews.card.title
            assert bar.seek.value() / 10 == pytest.approx(previews.feed._time - previews.card.start, abs=0.2)
            assert previews.feed._time > previews.card.start
            yield name

    screenshots.photograph(verbs, FakePlayer, tmp_path, walk)
    assert set(seen) == {(True, True)}


def test_without_anything_it_says_what_to_do(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert screenshots.main(["--home", str(tmp_path / "none")]) == 2
    assert "make demo" in capsys.readouterr().err
