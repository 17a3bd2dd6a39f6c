# SPDX-License-Identifier: GPL-3.0-or-later
"""The pictures are made of every screen in both themes and sizes, are not blank, and change no setting."""

from __future__ import annotations

import os

os.environ["QT_QPA_PLATFORM"] = "offscreen"

from PySide6.QtGui import QImage

from podmix.ui import screenshots
from podmix.ui.main_window import SCREENS
from tests.ui.fake_player import FakePlayer
from tests.ui.fake_verbs import FakeVerbs


def test_every_screen_is_photographed(qapp, tmp_path):
    verbs = FakeVerbs()
    before = dict(verbs.values)
    made = screenshots.photograph(verbs, FakePlayer, tmp_path)
    names = {path.name.split("-")[0] for path in made}
    assert {place.entry.name for place in SCREENS} <= names
    assert len(made) == len(set(made)) == len(names) * 4
    for path in made:
        image = QImage(str(path))
        assert image.width() == int(path.stem.rsplit("-", 1)[1])
        colours = {image.pixel(x, y) for x in range(0, image.width(), 40) for y in range(0, image.height(), 40)}
        assert len(colours) > 8, path.name
    assert verbs.values == before


def test_without_anything_it_says_what_to_do(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert screenshots.main(["--home", str(tmp_path / "none")]) == 2
    assert "make demo" in capsys.readouterr().err
