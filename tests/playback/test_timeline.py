# SPDX-License-Identifier: GPL-3.0-or-later
"""What the decks of a mix are said to play: what sounds, and nothing that has ended."""

from __future__ import annotations

from pathlib import Path

import pytest

from podmix.audio.mixing.types import Clip, Program
from podmix.playback.protocol import Mix
from tests.playback.conftest import RATE, Desk, ramp_file


def test_a_deck_whose_clip_is_over_plays_nothing_however_long_ago_that_was(desk: Desk, tmp_path: Path) -> None:
    path = str(tmp_path / "a.wav")
    ramp_file(tmp_path / "a.wav", 12.0)
    clips = (Clip(path, 0, ((0.0, 0.0), (1.0, 1.0))), Clip(path, 1, ((0.5, 2.0), (8.0, 9.5))),
             Clip(path, 0, ((6.0, 3.0), (7.0, 4.0))))
    desk.sequencer.load(Mix("m", Program(clips, RATE, 8.0)), None)
    desk.transport.play()
    told = {}
    for second in range(1, 16):
        desk.pull(RATE // 2)
        told[second / 2] = {deck.deck: deck.position for deck in desk.transport.heard(0.0).decks}
    assert set(told[0.5]) == {0, 1}
    for second, decks in told.items():
        assert decks[1] == pytest.approx(second + 1.5)
        assert (0 in decks) == (second < 1.0 or 6.0 <= second < 7.0), second
