# SPDX-License-Identifier: GPL-3.0-or-later
"""One sound in every format lies on the same samples after decoding, ends on its sample, and can be sought to any."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from podmix.audio.decode import decoded_duration, read, stream
from tests.audio.formats import FORMS, Samples, write

RATE = 48_000
LENGTH = 12 * RATE + 3_457  # no whole number of frames of any codec
CASES = [(name, rate) for name in FORMS for rate in (RATE, 44_100) if rate == RATE or name not in ("opus", "webm")]
DELAY = {"mp4-fragmented": 1024, "aac": 1024, "mp3-bare": 1105}  # of encoders whose files do not tell it
# What a seek may change: codecs with long memory, and noise that AAC makes up anew.
SEEK_ERROR = {"opus": 2e-3, "webm": 2e-3, "vorbis": 1e-6, "m4a": 2e-2, "m4a-faststart": 2e-2, "mp4-fragmented": 2e-2,
              "aac": 2e-2}

SineFile = Callable[[str, int], Path]
NoiseFile = Callable[[str], tuple[Path, Samples]]


def swelling_sine(rate: int, length: int) -> Samples:
    """480 Hz whose loudness wanders without repeating: the phase tells fractions of a sample, the swell the rest."""
    time = np.arange(length) / rate
    swell = sum(np.sin(2 * np.pi * hertz * time + hertz) for hertz in (3.1, 7.9, 17.3, 31.7, 53.3, 71.9, 97.1))
    return (0.05 * (8 + swell) * np.sin(2 * np.pi * 480 * time)).astype(np.float32)


def shift_of(decoded: Samples, wanted: Samples, rate: int) -> float:
    """By how many samples ``decoded`` comes late: correlation to the sample, phase within it."""
    size = 1 << 18
    ours, theirs = (np.hanning(size) * sound[rate: rate + size] for sound in (decoded, wanted))
    spectrum = np.fft.rfft(ours) * np.conj(np.fft.rfft(theirs))
    coarse = int(np.argmax(np.fft.irfft(spectrum)))
    coarse = coarse - size if coarse > size // 2 else coarse
    carrier = np.exp(-2j * np.pi * 480 * np.arange(size) / rate)
    period = rate / 480
    fine = -np.angle(np.sum(ours * carrier) * np.conj(np.sum(theirs * carrier))) / (2 * np.pi) * period
    return float(fine + round((coarse - fine) / period) * period)


def test_the_ruler_measures_what_it_should() -> None:
    sound = swelling_sine(RATE, LENGTH)
    for late in (0, 1, -1, 49, 51, 1024, -576):
        assert shift_of(np.roll(sound, late), sound, RATE) == pytest.approx(late, abs=0.02)


@pytest.fixture(scope="module")
def sine_file(tmp_path_factory: pytest.TempPathFactory) -> SineFile:
    """Encoded when first asked for."""
    folder = tmp_path_factory.mktemp("sines")

    @cache
    def made(name: str, rate: int) -> Path:
        return write(name, swelling_sine(rate, LENGTH), rate, folder / f"{name}-{rate}")

    return made


@pytest.mark.parametrize(("name", "rate"), CASES)
def test_one_sine_lies_on_the_same_samples_in_every_format(name: str, rate: int, sine_file: SineFile) -> None:
    decoded, got = read(sine_file(name, rate))
    assert got == rate
    shift = shift_of(decoded, swelling_sine(rate, LENGTH), rate) - DELAY.get(name, 0)
    assert abs(shift) < 0.2


@pytest.mark.parametrize(("name", "rate"), [case for case in CASES if FORMS[case[0]].exact])
def test_the_sound_ends_on_its_sample(name: str, rate: int, sine_file: SineFile) -> None:
    path = sine_file(name, rate)
    assert len(read(path)[0]) == LENGTH
    assert round(decoded_duration(path) * rate) == LENGTH


@pytest.mark.parametrize("name", [name for name, form in FORMS.items() if form.exact])
def test_files_of_another_rate_align_when_read_at_one(name: str, sine_file: SineFile) -> None:
    rate = RATE if name == "opus" else 44_100
    decoded, _ = read(sine_file(name, rate), sample_rate=RATE)
    assert len(decoded) == pytest.approx(LENGTH * RATE / rate, abs=1)
    assert abs(shift_of(decoded, swelling_sine(RATE, len(decoded)), RATE)) < 0.2


@pytest.fixture(scope="module")
def noise_file(tmp_path_factory: pytest.TempPathFactory, noise: Callable[..., Samples]) -> NoiseFile:
    """A file and all of it decoded."""
    folder = tmp_path_factory.mktemp("noise")

    @cache
    def made(name: str) -> tuple[Path, Samples]:
        path = write(name, noise(LENGTH / RATE, RATE), RATE, folder / name)
        return path, read(path, mono=False)[0]

    return made


@pytest.mark.parametrize("name", FORMS)
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(start=st.integers(0, LENGTH + 100), length=st.integers(1, RATE))
def test_a_seek_to_any_sample_finds_that_sample(noise_file: NoiseFile, name: str, start: int, length: int) -> None:
    path, whole = noise_file(name)
    got = np.concatenate([np.zeros((0, 2), np.float32), *stream(path, mono=False, start=start / RATE,
                                                                end=(start + length) / RATE)])
    if name == "webm":  # counts milliseconds: where the seek lands is known to one of them
        best = min(_error(got, whole[max(0, start + off):][:len(got)]) for off in range(-48, 49))
        assert best <= SEEK_ERROR[name]
        return
    wanted = whole[start: start + length]
    assert got.shape == wanted.shape
    assert _error(got, wanted) <= SEEK_ERROR.get(name, 0.0)


def _error(got: Samples, wanted: Samples) -> float:
    size = min(len(got), len(wanted))
    return float(np.abs(got[:size] - wanted[:size]).max(initial=0.0))
