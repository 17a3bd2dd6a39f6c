# SPDX-License-Identifier: GPL-3.0-or-later
"""The demo's pieces: what is written is what sounds, twice the same; the shipped files are what they claim to be."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from podmix.audio.decode import probe
from podmix.lab.demo_music import notation
from podmix.lab.demo_music.covers import cover_of
from podmix.lab.demo_music.mixdown import RATE, seconds_of, sound_of
from podmix.lab.demo_music.notation import Piece
from podmix.lab.demo_music.pieces import PIECES, truth_of
from podmix.paths import resources

SHIPPED = resources() / "demo" / "music"
BY_SLUG = pytest.mark.parametrize("piece", PIECES, ids=lambda piece: piece.slug)


def short(piece: Piece) -> Piece:
    """Two bars of it."""
    return replace(piece, parts=(replace(piece.parts[2], bars=2),), tail_s=0.5, room_s=0.3)


@BY_SLUG
def test_every_player_is_written_down_and_every_bar_is_full(piece: Piece) -> None:
    steps = notation.STEPS * piece.beats_per_bar
    for part in piece.parts:
        assert set(part.who.split()) <= set(piece.lines) | set(piece.drums)
        assert part.bars % 4 == 0
    for line in piece.lines.values():
        if line.kind == "tune":
            words = [int(word.split(":")[1]) for word in line.text.replace("|", " ").split()]
            assert sum(words) % steps == 0
        else:
            assert {len(bar) for bar in line.text.split("|")} == {steps}
    assert all(len(bar) == steps for text in piece.drums.values() for bar in text.split("|"))


@BY_SLUG
def test_truth_fits_the_piece(piece: Piece) -> None:
    truth = truth_of(piece)
    assert 80 <= truth["duration"] <= 120
    assert truth["sections"][-1]["end"] <= truth["duration"] == round(seconds_of(piece), 3)
    if piece.pulse:
        assert np.allclose(np.diff(truth["beats"]), 60 / piece.bpm, atol=2e-4)
        assert {one["start"] for one in truth["sections"]} <= set(truth["downbeats"])
    else:
        assert truth["beats"] == []


def test_two_renders_are_equal_and_clean() -> None:
    piece = short(next(one for one in PIECES if one.slug == "glass-elevator"))
    first, again = sound_of(piece), sound_of(piece)
    assert first.tobytes() == again.tobytes()
    assert first.shape == (round(seconds_of(piece) * RATE), 2)
    assert np.isfinite(first).all()
    assert float(np.abs(first).max()) < 0.9
    assert float(np.abs(first[[0, -1]]).max()) < 1e-3


def test_a_held_note_lasts_through_the_bar_line() -> None:
    line = notation.Line("chords", "pad", "x---------------|----------------")
    notes = notation.line_notes(line, PIECES[0].harmony, np.random.default_rng(1), first_bar=0, bars=2, beats=4)
    assert {round(length, 3) for _, length, _, _ in notes} == {round(8 * 0.95, 3)}


def test_covers_are_small_pictures() -> None:
    cover = cover_of(PIECES[0])
    assert cover[:2] == b"\xff\xd8"
    assert len(cover) < 30_000


@pytest.mark.skipif(not any(SHIPPED.glob("*.opus")), reason="the demo music is not part of this tree")
def test_the_shipped_files_are_those_pieces() -> None:
    files = {path.stem: path for path in SHIPPED.glob("*.opus")}
    assert set(files) == {piece.slug for piece in PIECES}
    assert sum(path.stat().st_size for path in SHIPPED.rglob("*") if path.is_file()) <= 6_300_000
    for piece in PIECES:
        truth = json.loads((SHIPPED / "truth" / f"{piece.slug}.json").read_text("utf-8"))
        assert truth["beats"] == truth_of(piece)["beats"]
        assert probe(files[piece.slug]).duration_claimed == pytest.approx(truth["duration"], abs=0.1)
