# SPDX-License-Identifier: GPL-3.0-or-later
"""``python -m podmix.lab.demo_tracks --out DIR``: make the demo's music, the same every time.

Writes for every piece ``SLUG.opus`` with tags and cover, and ``truth/SLUG.json`` with its beats, sections and key.
It prints what was measured: loudness, true peak, crest, octaves, ends, and a fingerprint of the samples.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from podmix.audio.decode import read
from podmix.audio.loudness import integrated_lufs, limit, true_peak_db
from podmix.audio.tagging import write_tags
from podmix.lab.demo_music.covers import cover_of
from podmix.lab.demo_music.mixdown import sound_of
from podmix.lab.demo_music.notation import Piece
from podmix.lab.demo_music.pieces import PIECES, truth_of
from podmix.lab.demo_music.synthesis import RATE, Stereo
from podmix.music.interop.key_notation import parse_key
from podmix.paths import atomic_write

BIT_RATE = 42_000
HIGHEST_DBTP = -1.0
ALBUM = "Ten Small Rooms"
YEAR = "2026"
OCTAVES_HZ = (31.5, 63.0, 125.0, 250.0, 500.0, 1000.0, 2000.0, 4000.0, 8000.0, 16_000.0)


def make(piece: Piece, folder: Path) -> Path:
    """Render one piece into ``folder``; returns its file. Raises StorageError."""
    target = folder / f"{piece.slug}.opus"
    sound = sound_of(piece)
    print(f"{piece.slug}\t{hashlib.sha256(sound.tobytes()).hexdigest()[:16]}\t{measured(sound)}", flush=True)
    encode(sound, target)
    number = PIECES.index(piece) + 1
    tags = {"title": piece.title, "artist": piece.artist, "album": ALBUM, "genre": piece.genre, "date": YEAR,
            "tracknumber": f"{number}/{len(PIECES)}",
            "comment": "Composed and synthesised by PodMix’s own code",
            "copyright": "CC BY 4.0, the PodMix contributors"}
    write_tags(target, tags, art=cover_of(piece), duration=len(sound) / RATE)
    write_truth(piece, folder / "truth" / f"{piece.slug}.json")
    return target


def write_truth(piece: Piece, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    truth = truth_of(piece)
    known = parse_key(truth["key"])
    assert known is not None
    with atomic_write(target) as out:
        out.write(json.dumps(truth | {"key": known.name},
                             ensure_ascii=False).encode("utf-8") + b"\n")  # type: ignore[arg-type]


def encode(sound: Stereo, target: Path) -> None:
    """Opus at ``BIT_RATE``; where coding lifts the true peak above -1 dBTP, once more from a lower ceiling."""
    target.parent.mkdir(parents=True, exist_ok=True)
    sent = sound
    for _ in range(6):
        _write_opus(sent, target)
        over = true_peak_db(read(target, mono=False)[0], RATE) - HIGHEST_DBTP
        if over <= 0:
            return
        sent = limit(sound, RATE, ceiling_dbtp=true_peak_db(sent, RATE) - over - 0.4)


def _write_opus(sound: Stereo, target: Path) -> None:
    import av

    with av.open(str(target), "w", format="ogg") as container:
        stream = container.add_stream("libopus", rate=RATE)
        stream.codec_context.layout = "stereo"
        stream.codec_context.format = "flt"
        stream.bit_rate = BIT_RATE
        stream.options = {"vbr": "on", "application": "audio", "compression_level": "10"}
        size = 48_000
        for first in range(0, len(sound), size):
            block = np.ascontiguousarray(sound[first:first + size]).reshape(1, -1)
            frame = av.AudioFrame.from_ndarray(block, format="flt", layout="stereo")
            frame.sample_rate, frame.pts = RATE, first
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


def measured(sound: Stereo) -> str:
    """Loudness, true peak, crest, correlation of the sides, octave levels against 1 kHz, the ends' last samples."""
    rms = float(np.sqrt(np.mean(sound**2)))
    power = np.abs(np.fft.rfft(sound[: 1 << 21].mean(1), 1 << 21)) ** 2
    axis = np.fft.rfftfreq(1 << 21, 1 / RATE)
    levels = [10 * np.log10(power[(axis > hz / 2**0.5) & (axis < hz * 2**0.5)].sum() + 1e-9) for hz in OCTAVES_HZ]
    sides = float(np.asarray(np.corrcoef(sound.T))[0, 1])
    ends = max(float(np.abs(sound[0]).max()), float(np.abs(sound[-1]).max()))
    return (f"{integrated_lufs(sound, RATE):.1f} LUFS\t{true_peak_db(sound, RATE):.1f} dBTP\t"
            f"crest {20 * np.log10(float(np.abs(sound).max()) / rms):.1f} dB\tsides {sides:.2f}\tends {ends:.5f}\t"
            + " ".join(f"{level - levels[5]:+.0f}" for level in levels))


def main(words: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="podmix.lab.demo_tracks", description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--only", nargs="*", default=[], metavar="SLUG")
    given = parser.parse_args(words)
    for piece in PIECES:
        if not given.only or piece.slug in given.only:
            make(piece, given.out)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
