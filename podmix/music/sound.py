# SPDX-License-Identifier: GPL-3.0-or-later
"""One pass over a file that gathers what every analysis of music needs.

The file is decoded once, at its own rate and in stereo: its loudness is measured there. Its mono mixture at 22.05 kHz
feeds the beat features, the log-frequency spectrum and the waveform. A block of ``BLOCK_S`` seconds is held at a time;
what is kept grows by about 18 kB a second, while it is gathered by twice that. Whoever wants less says so (``parts``)
and gets the rest empty.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from podmix.audio.decode import probe, stream
from podmix.audio.growing import never
from podmix.errors import Cancelled
from podmix.music.beats.features import BANDS, BeatFeatures, extract
from podmix.music.loudness import LoudnessBlocks, LoudnessMeter
from podmix.music.tones import RATE, ToneMeter
from podmix.music.types import Waveform
from podmix.music.waveform import WaveformMeter

Floats = NDArray[np.float32]

PARTS = frozenset({"rhythm", "tones", "loudness", "waveform"})
BLOCK_S = 10.0
LOWEST_RATE, HIGHEST_RATE = 8000, 192_000
"""Sound at other rates is brought into this range: the loudness filters are not stable far below it."""
STRETCH = 1800 * RATE
"""Samples whose beat features are made together, whole frames: their intermediate curves are large."""

LONG_MEL: type[np.floating[Any]] = np.float16  # hours are held at half the size


@dataclass(frozen=True, slots=True)
class Sound:
    """What was heard. ``duration`` in seconds; ``tones`` ``(frames, BINS)`` at ``tones.TONE_RATE``.

    ``rhythm`` is what the beat tracker works on: a mel spectrogram at 50 frames a second and an onset curve.
    ``timings`` are disjoint stages in seconds of work.
    """

    duration: float
    rhythm: BeatFeatures
    tones: NDArray[np.float16]
    loudness: LoudnessBlocks
    waveform: Waveform
    timings: dict[str, float] = field(default_factory=dict)


def listen(path: str | Path, *, parts: Collection[str] = PARTS, cancelled: Callable[[], bool] = never) -> Sound:
    """Read a sound file once. Raises AudioError where nothing decodes, Cancelled when asked to stop.

    Args:
        path: any file that ``podmix.audio`` reads.
        parts: which of ``PARTS`` to gather; the others stay empty.
        cancelled: asked while reading.
    """
    about = probe(path)
    # A header may be wrong about what comes (HE-AAC says half the rate): what it says holds for the blocks, too.
    rate = min(max(about.sample_rate, LOWEST_RATE), HIGHEST_RATE)
    blocks = stream(path, sample_rate=rate, mono=False, block_s=BLOCK_S, cancelled=cancelled)
    return hear(_heeding(blocks, cancelled), rate, about.channels, parts=parts)


def hear(blocks: Iterable[Floats], sample_rate: int, channels: int = 2, *, parts: Collection[str] = PARTS) -> Sound:
    """The same from blocks ``(n, 2)`` at ``sample_rate``; ``channels`` is the recording's own number."""
    pass_ = _Pass(sample_rate, channels, parts)
    start = time.perf_counter()
    mono = pass_.mono(iter(blocks))
    if "rhythm" in parts:
        rhythm = _rhythm(mono)
    else:
        duration = sum(len(block) for block in mono) / RATE
        rhythm = BeatFeatures(np.zeros((0, BANDS), np.float32), np.zeros(0, np.float32), duration)
    spent = pass_.spent
    spent["beat_features"] = max(0.0, time.perf_counter() - start - sum(spent.values()))
    return Sound(rhythm.duration, rhythm, pass_.tones.tones(), pass_.loudness.blocks(), pass_.waveform.waveform(),
                 spent)


def _heeding(blocks: Iterator[Floats], cancelled: Callable[[], bool]) -> Iterator[Floats]:
    for block in blocks:
        if cancelled():
            raise Cancelled
        yield block


def _rhythm(blocks: Iterator[Floats]) -> BeatFeatures:
    """Beat features, made stretch by stretch."""
    source = _Stretches(blocks)
    first = extract(source.take(STRETCH))
    if source.is_at_end():
        return first
    mel, onsets, duration = first.mel.astype(LONG_MEL), first.onsets, first.duration
    del first
    while not source.is_at_end():
        more = extract(source.take(STRETCH))
        mel, onsets, duration = _longer(mel, more.mel), _longer(onsets, more.onsets), duration + more.duration
    return BeatFeatures(mel, onsets, duration)


def _longer(rows: NDArray[Any], more: Floats) -> NDArray[Any]:
    """``rows`` grown in place by ``more``: to join hours at the end would hold them twice."""
    before = len(rows)
    rows.resize((before + len(more), *rows.shape[1:]), refcheck=False)
    rows[before:] = more
    return rows


class _Stretches:
    """Cuts a stream of blocks into streams of so many samples."""

    def __init__(self, blocks: Iterator[Floats]) -> None:
        self._blocks = blocks
        self._held = np.zeros(0, np.float32)
        self._ended = False

    def is_at_end(self) -> bool:
        return self._ended

    def take(self, size: int) -> Iterator[Floats]:
        while size > 0:
            if not len(self._held):
                following = next(self._blocks, None)
                if following is None:
                    self._ended = True
                    return
                self._held = following
            piece, self._held = self._held[:size], self._held[size:]
            size -= len(piece)
            yield piece


class _Pass:
    """Hands mono blocks on while every meter sees them."""

    def __init__(self, sample_rate: int, channels: int, parts: Collection[str]) -> None:
        self._parts = parts
        self.loudness = LoudnessMeter(sample_rate, channels)
        self.tones, self.waveform = ToneMeter(), WaveformMeter()
        self.spent = dict.fromkeys(("decode", "resample", "loudness", "tones", "waveform"), 0.0)
        self._resample = _Resampler(sample_rate)

    def mono(self, blocks: Iterator[Floats]) -> Iterator[Floats]:
        while True:
            block = self._timed("decode", next, blocks, None)
            if block is None:
                break
            if "loudness" in self._parts:
                self._timed("loudness", self.loudness.add, block)
            yield from self._share(self._timed("resample", self._mixed, block))
        yield from self._share(self._timed("resample", self._resample.finish))

    def _mixed(self, block: Floats) -> Floats:
        return self._resample.add(block.mean(axis=1, dtype=np.float32))

    def _share(self, block: Floats) -> Iterator[Floats]:
        if len(block):
            if "tones" in self._parts:
                self._timed("tones", self.tones.add, block)
            if "waveform" in self._parts:
                self._timed("waveform", self.waveform.add, block)
            yield block

    def _timed(self, stage: str, work: Callable[..., Any], *given: object) -> Any:
        start = time.perf_counter()
        try:
            return work(*given)
        finally:
            self.spent[stage] += time.perf_counter() - start


class _Resampler:
    """Mono blocks to RATE, without delay, as ``audio.decode`` does it."""

    def __init__(self, sample_rate: int) -> None:
        self._from = sample_rate
        self._engine: Any = None

    def add(self, block: Floats) -> Floats:
        if self._from == RATE:
            return block
        import av

        if self._engine is None:
            self._engine = av.AudioResampler("fltp", "mono", RATE)
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(block[None, :]), format="fltp", layout="mono")
        frame.sample_rate = self._from
        return self._joined(self._engine.resample(frame))

    def finish(self) -> Floats:
        return np.zeros(0, np.float32) if self._engine is None else self._joined(self._engine.resample(None))

    @staticmethod
    def _joined(frames: list[Any]) -> Floats:
        parts = [frame.to_ndarray()[0] for frame in frames]
        return np.concatenate(parts) if parts else np.zeros(0, np.float32)
