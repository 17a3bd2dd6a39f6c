# SPDX-License-Identifier: GPL-3.0-or-later
"""Where sound goes: a device through PortAudio, or nowhere on a wall clock or a faster one.

An output takes blocks by a blocking ``write``: its pace is the engine's clock. Asked latency is a number, because the
word "high" means only some 46 ms on ALSA and PulseAudio (measured).
"""

from __future__ import annotations

import contextlib
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from podmix.audio.stretching.varispeed import Varispeed
from podmix.errors import AudioError
from podmix.playback.protocol import Device

Samples = NDArray[np.float32]

DEVICE_BLOCK_FRAMES = 2048
ASKED_LATENCY_S = 0.2
INVALID_RATE = -9997  # PortAudio's paInvalidSampleRate


class Output(Protocol):
    """``write`` blocks until the frames are taken and returns whether the device ran dry before.

    ``latency_s`` is what lies between the writer and the ear when the device's buffer is full.
    """

    name: str
    sample_rate: int
    latency_s: float
    simulated: bool

    def write(self, block: Samples) -> bool: ...

    def close(self) -> None: ...


class OutputLostError(AudioError):
    """The device refused or vanished."""


class SoundDeviceOutput:
    """A PortAudio stream written to in blocks. A device that refuses the rate gets its own, resampled here."""

    simulated = False

    def __init__(self, device: str, sample_rate: int) -> None:
        """Open ``device`` ("" is the default). Raises OutputLostError."""
        self._resampler: Varispeed | None = None
        with _portaudio() as sd:
            try:
                index = _index(sd, device)
                self._stream = _opened(sd, index, sample_rate)
                if self._stream is None:
                    own = round(sd.query_devices(index, "output")["default_samplerate"])
                    self._stream = sd.OutputStream(samplerate=own, **_asked(index))
                    self._resampler = Varispeed(sample_rate / own)
                self._stream.start()
            except (sd.PortAudioError, ValueError) as problem:
                raise OutputLostError("The sound device could not be opened.",
                                 remedy="Choose another device under Settings, Playback.",
                                 detail=str(problem)) from problem
            self._error = sd.PortAudioError
            self.name = device or str(sd.query_devices(self._stream.device)["name"])
        self.sample_rate = sample_rate
        self.latency_s = float(self._stream.latency)
        if sys.platform == "linux":  # ALSA's part of PortAudio leaves out the period that is being played
            self.latency_s += DEVICE_BLOCK_FRAMES / sample_rate

    def write(self, block: Samples) -> bool:
        if self._resampler is not None:
            block = self._resampler.push(block)
        try:
            return bool(self._stream.write(np.ascontiguousarray(block, np.float32)))
        except self._error as problem:
            raise OutputLostError("The sound device is gone.", remedy="Playback goes on silently until it is back.",
                             detail=str(problem)) from problem

    def close(self) -> None:
        with contextlib.suppress(self._error):
            self._stream.abort()
        with contextlib.suppress(self._error):
            self._stream.close()


def _asked(index: int | None) -> dict[str, Any]:
    return {"channels": 2, "dtype": "float32", "blocksize": DEVICE_BLOCK_FRAMES, "latency": ASKED_LATENCY_S,
            "device": index}


def _opened(sd: Any, index: int | None, sample_rate: int) -> Any:
    """The stream, not yet started; None where the device refuses the rate and nothing else."""
    try:
        sd.check_output_settings(device=index, channels=2, dtype="float32", samplerate=sample_rate)
    except sd.PortAudioError as problem:
        if INVALID_RATE in problem.args:
            return None
        raise
    return sd.OutputStream(samplerate=sample_rate, **_asked(index))


class NullOutput:
    """Takes frames at ``pace`` times real time, 0 for as fast as they come; may record them as raw float32."""

    name = ""
    latency_s = 0.0

    def __init__(self, sample_rate: int, *, pace: float = 1.0, record: str = "") -> None:
        self.sample_rate = sample_rate
        self.simulated = pace != 1.0
        self._pace = pace
        self._record: IO[bytes] | None = Path(record).open("ab") if record else None  # noqa: SIM115 - closed in close
        self._due = time.monotonic()

    def write(self, block: Samples) -> bool:
        if self._record is not None:
            self._record.write(np.ascontiguousarray(block, dtype="<f4").tobytes())
            self._record.flush()
        if self._pace > 0:
            now = time.monotonic()
            self._due = max(self._due, now - 0.1) + len(block) / self.sample_rate / self._pace
            if self._due > now:
                time.sleep(self._due - now)
        return False

    def close(self) -> None:
        if self._record is not None:
            self._record.close()


def list_devices(*, rescan: bool) -> tuple[Device, ...]:
    """The output devices; ``rescan`` restarts PortAudio, which is allowed only while no stream is open."""
    try:
        with _portaudio() as sd:
            if rescan:
                sd._terminate()  # noqa: SLF001 - sounddevice offers no other way to see new devices
                sd._initialize()  # noqa: SLF001
            default = sd.default.device[1]
            return tuple(
                Device(str(info["name"]), int(info["max_output_channels"]), index == default)
                for index, info in enumerate(sd.query_devices()) if info["max_output_channels"] >= 2)
    except OutputLostError:
        return ()


@contextlib.contextmanager
def _portaudio() -> Iterator[Any]:
    """The sounddevice module, ALSA's chatter on stderr silenced; OutputLostError where PortAudio is missing."""
    with _quiet_stderr():
        try:
            import sounddevice
        except (OSError, ImportError) as problem:
            remedy = "Install it: sudo apt install libportaudio2" if sys.platform == "linux" else "Reinstall PodMix."
            raise OutputLostError("The sound library PortAudio is missing, so playback is silent.", remedy=remedy,
                             detail=str(problem)) from problem
        try:
            yield sounddevice
        except sounddevice.PortAudioError as problem:
            raise OutputLostError("The sound system did not answer.", detail=str(problem)) from problem


@contextlib.contextmanager
def _quiet_stderr() -> Iterator[None]:
    try:
        saved = os.dup(2)
    except OSError:  # no stderr at all, as in a windowed program
        yield
        return
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(saved, 2)
        os.close(saved)
        os.close(nowhere)


def _index(sd: Any, name: str) -> int | None:
    """The device's number by its name, exact or beginning; None for the default."""
    if not name:
        if not any(info["max_output_channels"] >= 1 for info in sd.query_devices()):
            raise OutputLostError("No sound device was found, so playback is silent.",
                             remedy="Connect one; PodMix will notice.")
        return None
    for index, info in enumerate(sd.query_devices()):
        if info["max_output_channels"] >= 1 and str(info["name"]).startswith(name):
            return index
    raise OutputLostError(f"The sound device “{name}” is not there.", remedy="Connect it or choose another one.")
