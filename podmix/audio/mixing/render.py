# SPDX-License-Identifier: GPL-3.0-or-later
"""A program as sound without a sound card: the same core that plays it, reading files. Nothing is held whole.

What ``render`` gives is what the engine plays from the same second, sample for sample. Beginning in the middle leaves
out the echoes of clips that have ended before.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from podmix.audio.chapters import FileChapter
from podmix.audio.loudness import CEILING_DBTP
from podmix.audio.mixing.clip_curves import bounds
from podmix.audio.mixing.core import MixCore
from podmix.audio.mixing.types import Program
from podmix.audio.mixing.voices import VoiceId
from podmix.audio.mixing.writer import is_lossy, writing
from podmix.audio.stretching.clip_source import ClipSource
from podmix.errors import AudioError
from podmix.progress import Progress, Steps

Samples = NDArray[np.float32]

BLOCK_FRAMES = 8 * MixCore.QUANTUM
CODING_ROOM_DB = 1.0  # lossy formats get a lower ceiling: coding lifts peaks
_PROGRESS_S = 1.0  # of sound between two steps


def render(program: Program, *, from_s: float = 0.0, to_s: float | None = None,
           ceiling_dbtp: float = CEILING_DBTP) -> Iterator[Samples]:
    """The frames of ``from_s .. to_s`` (None: the program's end) in blocks ``(n, 2)``, exactly that many.

    Raises AudioError for a file that cannot be read and for lanes and time maps without sense.
    """
    rate = program.sample_rate
    begin, end = (round(max(0.0, second) * rate) for second in (from_s, program.duration_s if to_s is None else to_s))
    core = MixCore(rate, ceiling_dbtp=ceiling_dbtp)
    core.reset(begin)
    core.play_until(max(begin, end))
    sources: dict[VoiceId, ClipSource] = {}
    try:
        for clip in program.clips:
            first, beyond = bounds(clip, rate)
            if beyond > begin and first < end:
                source = ClipSource(clip, rate, from_frame=max(begin, first))
                sources[core.cue(source, deck=clip.deck, start_frame=source.first_frame, clip=clip)] = source
        while not core.idle:
            block = core.process(BLOCK_FRAMES)
            if core.starved:  # a file always has its next frame or an end
                raise AudioError("This mix cannot be rendered.", detail=f"starved at frame {core.frame}")
            yield block
            for state in core.voices():
                if state.ended and state.id in sources:
                    sources.pop(state.id).close()
    finally:
        for source in sources.values():
            source.close()


def render_to_file(program: Program, target: Path, *, tags: Mapping[str, str] | None = None,
                   chapters: Sequence[FileChapter] = (), art: bytes | None = None) -> Steps[Path]:
    """Render the whole program to ``target``, whose suffix says the format; the file appears when it is whole.

    Args:
        program: what is mixed.
        target: ``.ogg .opus .mp3 .m4a .wav .flac``; WAV and FLAC with 16 bits, dithered; the others with their peaks
            1 dB lower, because coding lifts them.
        tags: as for ``audio.encode.write_clip``.
        chapters: written where the format has chapters (not WAV).
        art: JPEG or PNG bytes.

    Raises:
        AudioError: unknown suffix, nothing to render, an unreadable source. StorageError: no space, no permission.
    """
    total = program.duration_s
    if round(total * program.sample_rate) <= 0:
        raise AudioError("There is no sound to write.")
    with writing(target, program.sample_rate, total, tags=tags or {}, chapters=chapters, art=art) as write:
        done, told = 0, 0.0
        yield Progress("render", 0.0, total, "s")
        ceiling_dbtp = CEILING_DBTP - (CODING_ROOM_DB if is_lossy(target) else 0.0)
        for block in render(program, ceiling_dbtp=ceiling_dbtp):
            write(block)
            done += len(block)
            if done >= (told + _PROGRESS_S) * program.sample_rate:
                told = done / program.sample_rate
                yield Progress("render", told, total, "s")
    yield Progress("render", total, total, "s")
    return target
