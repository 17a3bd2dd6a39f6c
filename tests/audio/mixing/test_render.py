# SPDX-License-Identifier: GPL-3.0-or-later
"""Rendering files: exact lengths, what is heard live, the same from the middle, every format, whole or not at all."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from podmix.audio.chapters import FileChapter, read_chapters
from podmix.audio.decode import read
from podmix.audio.encode import SUFFIXES
from podmix.audio.loudness import true_peak_db
from podmix.audio.mixing.core import MixCore
from podmix.audio.mixing.render import render, render_to_file
from podmix.audio.mixing.types import Clip, Echo, Program
from podmix.audio.stretching.clip_source import ClipSource
from podmix.errors import AudioError, StorageError
from podmix.progress import finish
from tests.audio.mixing.signals import RATE, Tap, lane, noise

Wav = Callable[..., Path]


def joined(program: Program, **span: float) -> np.ndarray:
    return np.concatenate([np.zeros((0, 2), np.float32), *render(program, **span)])


def two_tracks(wav_file: Wav) -> Program:
    first = wav_file(noise(3 * RATE, seed=1), RATE, "first.wav")
    second = wav_file(noise(3 * RATE, seed=2), RATE, "second.wav")
    out = Clip(str(first), 0, ((0.0, 0.0), (2.5, 2.5)), gain=lane((1.5, 1.0), (2.5, 0.0)),
               low=lane((2.0, 1.0), (2.0, 0.0)), echo=Echo(0.25, 0.5, lane((2.3, 0.0), (2.3, 0.8))))
    into = Clip(str(second), 1, ((1.5, 0.5), (4.0, 3.0)), gain=lane((1.5, 0.0), (2.0, 1.0)),
                low=lane((1.5, 0.0), (2.0, 0.0), (2.0, 1.0)), filter=lane((1.5, 0.5), (2.5, 0.0)))
    return Program((out, into), RATE, 4.3)


def test_a_rendered_copy_is_the_file(wav_file: Wav) -> None:
    path = wav_file(noise(RATE, seed=3), RATE)
    whole, _ = read(path, mono=False)
    program = Program((Clip(str(path), 0, ((0.5, 0.25), (1.0, 0.75))),), RATE, 1.25)
    heard = joined(program)
    assert len(heard) == 1.25 * RATE
    assert not heard[: RATE // 2].any()
    assert np.array_equal(heard[RATE // 2: RATE], whole[RATE // 4: RATE * 3 // 4])
    assert not heard[RATE:].any()


def test_what_is_rendered_is_what_is_heard_live(wav_file: Wav) -> None:
    """A core whose rings are filled in dribs and drabs, asked in the device's blocks, cued while it plays."""
    program = two_tracks(wav_file)
    core, heard = MixCore(RATE), []
    core.play_until(round(program.duration_s * RATE))
    files = [ClipSource(clip, RATE) for clip in program.clips]
    taps = [Tap() for _ in files]
    core.cue(taps[0], deck=0, clip=program.clips[0])
    turn = 0
    while not core.idle:
        if turn == 20:
            core.cue(taps[1], deck=1, clip=program.clips[1])
        for file, tap in zip(files, taps, strict=True):
            size = min(file.available(977), 977)
            tap.pour(file.take(size))
            tap.closed = file.finished() and not file.available(1)
        heard.append(core.process((480, 1024, 33)[turn % 3]))
        turn += 1
    assert np.array_equal(np.concatenate(heard), joined(program))


def test_a_part_of_plain_clips_is_that_part_bit_for_bit(wav_file: Wav) -> None:
    path = str(wav_file(noise(3 * RATE, seed=1), RATE))
    gains = lane((0.0, 0.2), (2.0, 1.0))
    program = Program((Clip(path, 0, ((0.0, 0.0), (2.0, 2.0)), gain=gains), Clip(path, 1, ((1.0, 0.5), (2.5, 2.0)))),
                      RATE, 2.5)
    part = joined(program, from_s=0.7013, to_s=1.2)
    assert np.array_equal(part, joined(program)[round(0.7013 * RATE): round(1.2 * RATE)])


def test_a_part_of_filtered_clips_is_soon_that_part(wav_file: Wav) -> None:
    program = two_tracks(wav_file)
    part, whole = joined(program, from_s=1.7013), joined(program)[round(1.7013 * RATE):]
    assert len(part) == len(whole)
    assert np.abs(part - whole)[RATE // 10: RATE // 2].max() < 1e-4


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_every_format(suffix: str, wav_file: Wav, tmp_path: Path) -> None:
    program = two_tracks(wav_file)
    target = tmp_path / "out" / f"mix{suffix}"
    chapters = [FileChapter(0.0, None, "First"), FileChapter(1.75, None, "Second")]
    assert finish(render_to_file(program, target, tags={"title": "Evening"}, chapters=chapters)) == target
    heard, rate = read(target, mono=False)
    wanted = joined(program)
    assert rate == RATE
    assert len(heard) == pytest.approx(len(wanted), abs=0 if suffix in (".wav", ".flac") else 2400)
    size = min(len(heard), len(wanted))
    difference = heard[:size] - wanted[:size]
    if suffix in (".wav", ".flac"):
        assert np.abs(difference).max() < 2.0 / 32768
    assert np.sqrt(np.mean(difference ** 2)) < 0.05
    if suffix != ".wav":
        assert [chapter.title for chapter in read_chapters(target)] == ["First", "Second"]
    assert [path.name for path in target.parent.iterdir()] == [target.name]


@pytest.mark.parametrize("suffix", [".flac", ".mp3", ".opus"])
def test_peaks_of_a_loud_mix_stay_below_the_ceiling_in_the_file(suffix: str, wav_file: Wav, tmp_path: Path) -> None:
    loud = sum(0.3 * np.sin(2 * np.pi * hz * np.arange(RATE) / RATE) for hz in (55.0, 220.3, 554.4, 1318.5))
    path = str(wav_file(np.stack([loud, loud], axis=1).astype(np.float32).clip(-1, 1), RATE))
    program = Program(tuple(Clip(path, deck, ((0.0, 0.0), (1.0, 1.0))) for deck in (0, 1)), RATE, 1.0)
    finish(render_to_file(program, tmp_path / f"mix{suffix}"))
    heard, rate = read(tmp_path / f"mix{suffix}", mono=False)
    assert -3.0 < true_peak_db(heard, rate) <= -0.95


def test_another_rate_than_the_codec_knows(wav_file: Wav, tmp_path: Path) -> None:
    path = wav_file(noise(44_100, seed=3), 44_100)
    program = Program((Clip(str(path), 0, ((0.0, 0.0), (1.0, 1.0))),), 44_100, 1.0)
    finish(render_to_file(program, tmp_path / "mix.opus"))
    heard, rate = read(tmp_path / "mix.opus", mono=False)
    assert rate == 48_000
    assert len(heard) == pytest.approx(48_000, abs=1000)


def test_progress_runs_from_nothing_to_all(wav_file: Wav, tmp_path: Path) -> None:
    steps = list(render_to_file(two_tracks(wav_file), tmp_path / "mix.wav"))
    assert [steps[0].done, steps[-1].done] == [0.0, 4.3]
    assert all(step.total == 4.3 and step.unit == "s" for step in steps)
    assert [step.done for step in steps] == sorted(step.done for step in steps)


def test_ceasing_to_iterate_leaves_no_file(wav_file: Wav, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    steps = render_to_file(two_tracks(wav_file), folder / "mix.flac")
    next(steps)
    next(steps)
    steps.close()
    assert list(folder.iterdir()) == []


def test_a_missing_file_is_said_and_leaves_nothing(tmp_path: Path) -> None:
    program = Program((Clip(str(tmp_path / "gone.mp3"), 0, ((0.0, 0.0), (1.0, 1.0))),), RATE, 1.0)
    (tmp_path / "out").mkdir()
    with pytest.raises(AudioError):
        finish(render_to_file(program, tmp_path / "out" / "mix.wav"))
    assert list((tmp_path / "out").iterdir()) == []


def test_unknown_formats_empty_programs_and_closed_folders_are_said(tmp_path: Path) -> None:
    with pytest.raises(AudioError, match="cannot write"):
        finish(render_to_file(Program((), RATE, 1.0), tmp_path / "mix.xyz"))
    with pytest.raises(AudioError, match="no sound"):
        finish(render_to_file(Program((), RATE, 0.0), tmp_path / "mix.wav"))
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError):
        finish(render_to_file(Program((), RATE, 1.0), tmp_path / "file" / "mix.wav"))


def test_an_empty_program_is_silence(tmp_path: Path) -> None:
    finish(render_to_file(Program((), RATE, 0.5), tmp_path / "mix.wav"))
    heard, _ = read(tmp_path / "mix.wav", mono=False)
    assert len(heard) == RATE // 2
    assert not heard.any()
