# SPDX-License-Identifier: GPL-3.0-or-later
"""All pieces of the demo and what is true of them: beats, bar lines, sections, key."""

from __future__ import annotations

from typing import Any

import numpy as np

from podmix.lab.demo_music import notation
from podmix.lab.demo_music.club_pieces import CLUB
from podmix.lab.demo_music.mixdown import seconds_of, time_of
from podmix.lab.demo_music.notation import Piece
from podmix.lab.demo_music.song_pieces import SONGS
from podmix.lab.song_forms import key_of

PIECES: tuple[Piece, ...] = (*CLUB, *SONGS)


def truth_of(piece: Piece) -> dict[str, Any]:
    """JSON-able. Times are seconds of the file; ``tempo`` is null and there are no beats where nothing pulses."""
    time = time_of(piece)
    edges = time(notation.bar_lines(piece))
    key, mode = key_of(piece.harmony)
    beats = time(np.arange(piece.bars * piece.beats_per_bar, dtype=np.float64)) if piece.pulse else np.zeros(0)
    return {
        "title": piece.title, "artist": piece.artist, "genre": piece.genre, "duration": round(seconds_of(piece), 3),
        "tempo": piece.bpm if piece.pulse else None, "beats_per_bar": piece.beats_per_bar if piece.pulse else None,
        "key": key, "mode": mode,
        "beats": [round(float(beat), 4) for beat in beats],
        "downbeats": [round(float(beat), 4) for beat in beats[::piece.beats_per_bar]],
        "sections": [{"start": round(float(start), 4), "end": round(float(end), 4), "label": part.label,
                      "bars": part.bars if piece.pulse else 0,
                      "kick": "kick" in part.who.split()}
                     for part, start, end in zip(piece.parts, edges[:-1], edges[1:], strict=True)],
    }
