# SPDX-License-Identifier: GPL-3.0-or-later
"""SoundFont rendering through the system's libfluidsynth (ctypes; optional, only for making training music)."""

from __future__ import annotations

import ctypes
import ctypes.util
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from podmix.errors import ModelError
from podmix.lab.composing.score import Doubles

FONT_FOLDERS = ("/usr/share/sounds/sf2", "/usr/share/sounds/sf3")
BLOCK = 64
"""Events take effect at the library's next block of 64 frames: on average half a block late."""


def installed_fonts() -> list[Path]:
    """General MIDI banks of this machine, links left out, in a fixed order."""
    found = [path for folder in FONT_FOLDERS if Path(folder).is_dir() for path in sorted(Path(folder).iterdir())]
    return [
        path
        for path in found
        if path.suffix in {".sf2", ".sf3"}
        and not path.is_symlink()
        and "LV2" not in path.name
        and "_GS" not in path.name
    ]


def _library() -> ctypes.CDLL:
    name = ctypes.util.find_library("fluidsynth")
    if not name:
        raise ModelError("The synthesiser library is not there.", remedy="Install fluidsynth.", detail="libfluidsynth")
    library = ctypes.CDLL(name)
    for function in ("new_fluid_settings", "new_fluid_synth"):
        getattr(library, function).restype = ctypes.c_void_p
    library.new_fluid_synth.argtypes = [ctypes.c_void_p]
    library.delete_fluid_synth.argtypes = [ctypes.c_void_p]
    library.delete_fluid_settings.argtypes = [ctypes.c_void_p]
    library.fluid_settings_setnum.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_double]
    library.fluid_settings_setint.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int]
    library.fluid_synth_sfload.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int]
    library.fluid_synth_program_change.argtypes = [ctypes.c_void_p, ctypes.c_int, ctypes.c_int]
    library.fluid_synth_noteon.argtypes = [ctypes.c_void_p, ctypes.c_int, ctypes.c_int, ctypes.c_int]
    library.fluid_synth_noteoff.argtypes = [ctypes.c_void_p, ctypes.c_int, ctypes.c_int]
    library.fluid_synth_system_reset.argtypes = [ctypes.c_void_p]
    pointer = ctypes.POINTER(ctypes.c_float)
    library.fluid_synth_write_float.argtypes = [
        ctypes.c_void_p,
        ctypes.c_int,
        pointer,
        ctypes.c_int,
        ctypes.c_int,
        pointer,
        ctypes.c_int,
        ctypes.c_int,
    ]
    library.fluid_set_log_function.argtypes = [ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p]
    for level in range(5):
        library.fluid_set_log_function(level, None, None)
    return library


class SoundFont:
    """One loaded bank. Not for several threads."""

    def __init__(self, path: Path, sample_rate: int) -> None:
        self.name = path.stem
        self.sample_rate = sample_rate
        self._library = _library()
        self._settings = self._library.new_fluid_settings()
        self._library.fluid_settings_setnum(self._settings, b"synth.sample-rate", float(sample_rate))
        self._library.fluid_settings_setnum(self._settings, b"synth.gain", 0.5)
        for setting in (b"synth.reverb.active", b"synth.chorus.active"):
            self._library.fluid_settings_setint(self._settings, setting, 0)
        self._library.fluid_settings_setint(self._settings, b"synth.polyphony", 96)
        self._library.fluid_settings_setint(self._settings, b"synth.dynamic-sample-loading", 1)
        self._synth = self._library.new_fluid_synth(self._settings)
        if self._library.fluid_synth_sfload(self._synth, str(path).encode(), 1) < 0:
            raise ModelError("A sound bank could not be loaded.", detail=str(path))

    def close(self) -> None:
        self._library.delete_fluid_synth(self._synth)
        self._library.delete_fluid_settings(self._settings)

    def render(self, notes: Doubles, program: int, frames: int, *, drums: bool = False) -> NDArray[np.float32]:
        """One part as ``(frames,)`` float32. ``notes`` is ``(n, 4)`` in seconds; a drum part's program is its kit."""
        library, synth, channel = self._library, self._synth, 9 if drums else 0
        library.fluid_synth_system_reset(synth)
        library.fluid_synth_program_change(synth, channel, program)
        left, right = np.zeros(frames + BLOCK, np.float32), np.zeros(frames + BLOCK, np.float32)
        early = BLOCK / 2 / self.sample_rate
        place = 0
        for time, on, pitch, velocity in _events(notes):
            until = min(frames, max(place, round((time - early) * self.sample_rate)))
            place = self._write(left, right, place, until)
            if on:
                library.fluid_synth_noteon(synth, channel, pitch, velocity)
            else:
                library.fluid_synth_noteoff(synth, channel, pitch)
        self._write(left, right, place, frames)
        return (left[:frames] + right[:frames]) * np.float32(0.5)

    def _write(self, left: NDArray[np.float32], right: NDArray[np.float32], place: int, until: int) -> int:
        if until > place:
            pointer = ctypes.POINTER(ctypes.c_float)
            self._library.fluid_synth_write_float(
                self._synth,
                until - place,
                left[place:].ctypes.data_as(pointer),
                0,
                1,
                right[place:].ctypes.data_as(pointer),
                0,
                1,
            )
        return until


def _events(notes: Doubles) -> list[tuple[float, bool, int, int]]:
    ons = [(float(n[0]), True, int(np.clip(n[2], 0, 127)), int(np.clip(n[3], 1, 127))) for n in notes]
    offs = [(float(n[0] + n[1]), False, int(np.clip(n[2], 0, 127)), 0) for n in notes]
    return sorted(ons + offs, key=lambda event: (event[0], event[1]))
