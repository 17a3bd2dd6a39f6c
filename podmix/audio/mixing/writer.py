# SPDX-License-Identifier: GPL-3.0-or-later
"""A sound file written block by block, for mixes of any length. The formats are those of ``podmix.audio.encode``.

Lossy files are not measured and mended as clips are: coding lifts single peaks, of very loud music by more than 1 dB.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from podmix.audio.chapters import FileChapter
from podmix.audio.encode import KINDS, SUFFIXES, Kind, container_chapters, placed
from podmix.audio.tagging import write_tags
from podmix.errors import AudioError

Samples = NDArray[np.float32]

_PACKED_FRAMES = 4096  # of formats whose codec takes any number
_LAME_SCALE = 0.97  # what LAME multiplies stereo with, undone


def is_lossy(target: Path) -> bool:
    kind = KINDS.get(target.suffix.lower())
    return kind is not None and kind.bit_rate is not None


@contextlib.contextmanager
def writing(target: Path, sample_rate: int, duration_s: float, *, tags: Mapping[str, str],
            chapters: Sequence[FileChapter], art: bytes | None) -> Iterator[Callable[[Samples], None]]:
    """Give a function that takes blocks ``(n, 2)``; the file is at ``target`` when the block has ended well.

    Raises AudioError for an unknown suffix, StorageError where the file cannot be written.
    """
    kind = KINDS.get(target.suffix.lower())
    if kind is None:
        raise AudioError(f"PodMix cannot write {target.suffix or 'files without a suffix'}.",
                         remedy=f"Choose one of {' '.join(SUFFIXES)}.")
    with placed(target) as temporary:
        with _Encoder(temporary, kind, sample_rate, duration_s, chapters) as encoder:
            yield encoder.write
            encoder.finish()
        write_tags(temporary, dict(tags), art=art, chapters=chapters, duration=duration_s)


class _Encoder:
    """Stereo blocks into one stream of one container, in whole codec frames, the last one shorter."""

    def __init__(self, path: Path, kind: Kind, sample_rate: int, duration_s: float,
                 chapters: Sequence[FileChapter]) -> None:
        import av

        self._kind = kind
        self._rate = sample_rate
        rates = kind.rates or (sample_rate,)
        self._coded_rate = sample_rate if sample_rate in rates else min(
            (rate for rate in rates if rate >= sample_rate), default=max(rates))
        options = {"rf64": "auto"} if kind.container == "wav" else {}  # beyond 4 GiB
        self._container = av.open(str(path), "w", format=kind.container, options=options)
        self._stream: Any = self._container.add_stream(kind.codec, rate=self._coded_rate, layout="stereo")
        if kind.bit_rate is not None:
            self._stream.bit_rate = 2 * kind.bit_rate
        if kind.codec == "libmp3lame":
            self._stream.options = {"compression_level": "5"}
        if kind.container == "ipod" and chapters:
            self._container.set_chapters(container_chapters(chapters, duration_s))
        self._resampler: Any = None
        if self._coded_rate != sample_rate:
            self._resampler = av.AudioResampler("fltp", "stereo", self._coded_rate)
        self._noise = np.random.default_rng(1)
        self._held = np.zeros((2, 0), np.float32)
        self._written = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *problem: object) -> None:
        self._container.close()

    def write(self, block: Samples) -> None:
        """Add ``block`` ``(n, 2)``."""
        if self._resampler is None:
            self._add(block.T)
        else:
            self._convert(self._frame(block.T, "fltp", self._rate))

    def finish(self) -> None:
        if self._resampler is not None:
            self._convert(None)
        if self._held.shape[1]:
            self._encode(self._held)
        for packet in self._stream.encode(None):
            self._container.mux(packet)

    def _convert(self, frame: Any) -> None:
        for converted in self._resampler.resample(frame):
            self._add(converted.to_ndarray())

    def _add(self, columns: Samples) -> None:
        size = self._stream.codec_context.frame_size or _PACKED_FRAMES
        self._held = np.concatenate([self._held, columns], axis=1)
        while self._held.shape[1] >= size:
            self._encode(self._held[:, :size])
            self._held = self._held[:, size:]

    def _encode(self, columns: Samples) -> None:
        kind = self._kind
        if kind.codec == "libmp3lame":
            columns = columns * np.float32(1 / _LAME_SCALE)
        frame = self._frame(self._dithered(columns) if kind.sample_format == "s16" else columns,
                            kind.sample_format, self._coded_rate)
        frame.pts, frame.time_base = self._written, Fraction(1, self._coded_rate)
        self._written += columns.shape[1]
        for packet in self._stream.encode(frame):
            self._container.mux(packet)

    @staticmethod
    def _frame(columns: NDArray[Any], sample_format: str, rate: int) -> Any:
        import av

        packed = not sample_format.endswith("p")
        array = np.ascontiguousarray(columns.T.reshape(1, -1) if packed else columns)
        frame = av.AudioFrame.from_ndarray(array, format=sample_format, layout="stereo")
        frame.sample_rate = rate
        return frame

    def _dithered(self, columns: Samples) -> NDArray[np.int16]:
        """To 16 bit with triangular dither; silence stays silence."""
        noise = self._noise.random((2, *columns.shape), dtype=np.float32)
        scaled = columns * 32767 + np.where(columns == 0, 0, noise[0] - noise[1])
        return np.clip(np.round(scaled), -32768, 32767).astype(np.int16)
