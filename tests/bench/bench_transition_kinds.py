# SPDX-License-Identifier: GPL-3.0-or-later
"""An example of every kind of transition, to hear, to see and in numbers: ``bench_transition_kinds.py --out DIR``.

Tracks are the demo music (``resources/demo/music``), or ``--data DIR``. For each kind the first pair of tracks, tried
in a fixed order, on which the planner makes it (``with_kind``, as a person would choose it). Written are
``KIND.flac`` (4 s before to 4 s after) and ``KIND.png``: from above the spectrogram of the mix (20 Hz to 16 kHz, 80 dB,
logarithmic), the loudness of the mix (white) and of both tracks alone (blue ends, orange begins; 0.4 s, K-weighted,
40 dB), and their curves for low (thick) and high (thin) bands. Vertical lines bound the transition and mark the swap.

The table: the largest step of both decks' common gain in 10 ms (any band; a cut and an echo-out step by design);
loudness of the overlap as a whole and of its softest and loudest 3 s against the louder track alone; energy below
150 Hz against the louder track alone, whole and any 0.4 s; clicks (second differences above 1.5 times those of the
tracks alone); true peak; and how many frames before and after, outside all curves, are not the track's own bit for bit.
"""

from __future__ import annotations

import argparse
import struct
import tempfile
import zlib
from itertools import permutations
from pathlib import Path

import numpy as np
from bench_automix import AROUND_S, Scores, alone, judge_sound, rendered, windows
from numpy.typing import NDArray
from scipy.signal import sosfilt, stft

from podmix.app.automix_facts import gather_facts
from podmix.audio.encode import write_clip
from podmix.audio.mixing.lanes import Curve
from podmix.audio.mixing.types import Clip, Program
from podmix.automix import editing
from podmix.automix.options import MixOptions
from podmix.automix.plan import KINDS
from podmix.automix.planner import PlannedMix, plan_mix
from podmix.automix.program import to_program
from podmix.automix.weights import MixWeights
from podmix.music.loudness import k_weighting
from podmix.paths import find_home
from podmix.progress import finish

Picture = NDArray[np.uint8]
WIDTH, SPECTRUM, LEVELS, BANDS = 1200, 320, 160, 90
BEFORE_S = 4.0
ECHO_S = 3.0
OPTIONS = MixOptions(most_cut=0.4)
WHITE, OUT, IN, LINE, GROUND = (240, 242, 245), (122, 162, 255), (255, 160, 70), (70, 220, 120), (15, 16, 20)


def example(kind: str, facts: list) -> PlannedMix | None:
    """The first pair on which the kind is made: nearest tempi first, in the order of their names."""
    pairs = sorted(permutations(facts, 2), key=lambda pair: (not (pair[0].bars_sure and pair[1].bars_sure),
                                                              pair[0].name, pair[1].name))
    for before, after in pairs:
        mix = plan_mix([before, after], OPTIONS)
        made = editing.with_kind(mix, 0, kind, OPTIONS, MixWeights())
        if made.plan.transitions[0].kind == kind:
            return made
    return None


# -- pictures --


def png(picture: Picture) -> bytes:
    """``(height, width, 3)`` as a PNG (ISO/IEC 15948), eight bits a channel."""
    height, width, _ = picture.shape
    rows = np.concatenate([np.zeros((height, 1), np.uint8), picture.reshape(height, -1)], axis=1)

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    return b"\x89PNG\r\n\x1a\n" + b"".join([chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)),
                                            chunk(b"IDAT", zlib.compress(rows.tobytes(), 6)), chunk(b"IEND", b"")])


def spectrogram(sound: NDArray[np.float32], rate: int) -> Picture:
    """``(SPECTRUM, WIDTH, 3)``: dark to light over 80 dB."""
    rows = np.geomspace(16_000, 20, SPECTRUM)
    picture = np.full((SPECTRUM, WIDTH), -120.0)
    for size, low, high in ((16_384, 20, 300), (4096, 300, 20_000)):  # long windows for bass, short ones above
        hop = size // 8
        at, times, bins = stft(sound.mean(1), rate, nperseg=size, noverlap=size - hop)
        level = 20 * np.log10(np.abs(bins) + 1e-7)
        columns = np.interp(np.linspace(0, len(sound) / rate, WIDTH), times, np.arange(len(times)))
        taken = level[:, np.clip(np.round(columns).astype(int), 0, level.shape[1] - 1)]
        for row, hz in enumerate(rows):
            if low <= hz < high:
                picture[row] = taken[np.searchsorted(at, hz)]
    bright = np.clip((picture - picture.max() + 80) / 80, 0, 1)
    colour = np.stack([bright**0.8, bright**1.6, 0.25 + 0.5 * bright - 0.6 * bright**4], axis=2)
    return (255 * np.clip(colour * (bright[..., None] > 0), 0, 1)).astype(np.uint8)


def panel(height: int) -> Picture:
    return np.full((height, WIDTH, 3), GROUND, np.uint8)


def draw(picture: Picture, values: NDArray[np.float64], colour: tuple[int, int, int], thick: int = 1) -> None:
    """A line over the whole width; ``values`` 0 (bottom) to 1 (top), joined by upright strokes."""
    height = len(picture) - 1
    rows = np.round((1 - np.clip(values, 0, 1)) * height).astype(int)
    for column, (row, following) in enumerate(zip(rows, np.append(rows[1:], rows[-1]), strict=True)):
        low, high = sorted((row, following))
        picture[max(0, low - thick + 1): high + thick, column] = colour


def loudness(sound: NDArray[np.float32], rate: int) -> NDArray[np.float64]:
    """Of 0.4 s, dB, one value for each column."""
    power = (sosfilt(k_weighting(rate), sound, axis=0) ** 2).sum(1)
    level = 10 * np.log10(windows(power, rate, 0.4, 0.05) + 1e-9)
    return np.interp(np.linspace(0, 1, WIDTH), np.linspace(0, 1, len(level)), level)


def gains(clip: Clip, name: str, begin: float, end: float, rate: int) -> NDArray[np.float64]:
    """Of one band with the clip's own gain, at its own level, one value for each column; 0 where it does not sound."""
    level = max(value for _, value in clip.gain.points)
    at = np.linspace(begin, end, WIDTH)
    lanes = [Curve(lane, rate) for lane in (clip.gain, getattr(clip, name))]
    values = np.array([lanes[0].value(round(time * rate)) / level * lanes[1].value(round(time * rate)) for time in at])
    return np.where((at >= clip.time_map[0][0]) & (at <= clip.time_map[-1][0]), values, 0.0)


def picture_of(mix: PlannedMix, program: Program, begin: float, end: float) -> Picture:
    rate = program.sample_rate
    sounds = [rendered(part, begin, end) for part in (program, alone(program, 0), alone(program, 1))]
    seen, levels, bands = spectrogram(sounds[0], rate), panel(LEVELS), panel(BANDS)
    loud = [loudness(np.pad(sound, ((0, max(0, len(sounds[0]) - len(sound))), (0, 0))), rate) for sound in sounds]
    top = max(curve.max() for curve in loud) + 2
    for curve, colour in zip((*loud[1:], loud[0]), (OUT, IN, WHITE), strict=True):
        draw(levels, (curve - top + 40) / 40, colour, 2 if colour is WHITE else 1)
    for clip, colour in zip(program.clips, (OUT, IN), strict=True):
        draw(bands, gains(clip, "low", begin, end, rate) * 0.96, colour, 2)
        draw(bands, gains(clip, "high", begin, end, rate) * 0.96, colour)
    whole = np.concatenate([seen, np.full((4, WIDTH, 3), 60, np.uint8), levels, np.full((4, WIDTH, 3), 60, np.uint8),
                            bands])
    one = mix.plan.transitions[0]
    swap = [] if one.swap is None else [one.mix_start + one.swap / one.bars * (one.mix_end - one.mix_start)]
    for at in (one.mix_start, one.mix_end, *swap):
        whole[::3, min(WIDTH - 1, max(0, round((at - begin) / (end - begin) * WIDTH)))] = LINE
    return whole


# -- the table --


def touched(program: Program, begin: float, mix_start: float, mix_end: float, end: float) -> int:
    """Frames before and after the transition that are not the tracks' own, where these play at their own speed."""
    wrong, echo = 0, program.clips[0].echo
    first = min(mix_start, program.clips[1].time_map[0][0], mix_start if echo is None else echo.send.points[0][0])
    last = max(mix_end, program.clips[0].time_map[-1][0] + (0.0 if echo is None else ECHO_S))
    for place, low, high in ((0, begin, first - 0.1), (1, last + 0.1, end)):
        if high - low > 0.2:
            mixed, own = rendered(program, low, high), rendered(alone(program, place), low, high)
            count = min(len(mixed), len(own))
            wrong += int((mixed[:count] != own[:count]).any(axis=1).sum())
    return wrong


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--data", type=Path, default=Path(__file__).parents[2] / "resources" / "demo" / "music")
    parser.add_argument("--home", default=tempfile.gettempdir() + "/podmix-bench-automix",
                        help="where analyses are kept")
    parser.add_argument("--kinds", nargs="*", default=KINDS, choices=KINDS)
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    paths = sorted(str(path) for path in arguments.data.iterdir() if path.suffix in (".opus", ".ogg", ".flac", ".wav"))
    facts = finish(gather_facts(find_home(arguments.home), paths, workers=1))
    print("| kind | tracks | bars | step dB/10 ms | LU whole | LU softest 3 s | LU loudest 3 s | < 150 Hz whole dB "
          "| any 0.4 s | clicks | peak dBTP | frames touched outside |\n|" + " --- |" * 12)
    for kind in arguments.kinds:
        mix = example(kind, facts)
        if mix is None:
            print(f"| {kind} | no pair of these tracks takes it |")
            continue
        one, program, scores = mix.plan.transitions[0], to_program(mix.plan), Scores()
        judge_sound(mix.plan, 0, scores)
        begin, end = max(0.0, one.mix_start - BEFORE_S), min(mix.plan.duration_s, one.mix_end + BEFORE_S)
        write_clip(rendered(program, begin, end), program.sample_rate, arguments.out / f"{kind}.flac")
        (arguments.out / f"{kind}.png").write_bytes(png(picture_of(mix, program, begin, end)))
        low = "| ".join(f"{value[0]:+.1f} " if value else "– " for value in (scores.low_energy, scores.low))
        outside = touched(program, max(0.0, one.mix_start - AROUND_S), one.mix_start, one.mix_end, end)
        names = " → ".join(Path(track.path).stem for track in mix.plan.tracks)
        print(f"| {kind} | {names} | {one.bars or ''} | {scores.step[0]:.2f} | {scores.loud_whole[0]:+.1f} "
              f"| {scores.loud_least[0]:+.1f} | {scores.loud_most[0]:+.1f} | {low}"
              f"| {scores.clicks} | {scores.peak[0]:+.1f} | {outside} |", flush=True)


if __name__ == "__main__":
    main()
