# SPDX-License-Identifier: GPL-3.0-or-later
"""Waiting for a player, finding in a recording what was played, and the processes that play."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from podmix.playback.client import PlaybackClient
from podmix.playback.protocol import PlaybackState
from tests.e2e.sine import RATE, write_wave

Recording = NDArray[np.float64]
PATTERN = 64  # frames of noise that occur once in any recording


def wait_for(client: PlaybackClient, holds: Callable[[PlaybackState], bool], timeout_s: float = 20.0) -> PlaybackState:
    """The first state that holds."""
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline:
        client.poll(0.1)
        if holds(client.state):
            return client.state
    raise AssertionError(f"did not happen: {client.state}")


def listen(client: PlaybackClient, seconds: float) -> None:
    """Let it play."""
    deadline = time.monotonic() + seconds
    while (left := deadline - time.monotonic()) > 0:
        client.poll(left)


def noise_file(path: Path, seconds: float, seed: int = 0, most: int = 9000) -> NDArray[np.int16]:
    """A file whose every stretch of some samples occurs once; returns its samples ``(n,)``, the same on both sides."""
    samples = np.random.default_rng(seed).integers(-most, most, round(seconds * RATE)).astype("<i2")
    write_wave(path, samples)
    return samples


def whole(recording: Recording) -> NDArray[np.int16]:
    """The left channel as it was recorded, 16 bits."""
    return np.round(recording[:, 0] * 32768).astype("<i2")


def find(pattern: NDArray[np.int16], within: NDArray[np.int16], start: int = 0) -> int:
    """The frame where ``pattern`` begins, exactly, from frame ``start`` on; -1 where it does not occur."""
    sought, raw = pattern.astype("<i2").tobytes(), within.astype("<i2").tobytes()
    place = raw.find(sought, 2 * start)
    while place % 2:  # between samples
        place = raw.find(sought, place + 1)
    return place // 2 if place >= 0 else -1


def runs_of(sound: NDArray[np.int16], heard: NDArray[np.int16]) -> list[tuple[int, int, int]]:
    """``(begin, end, place)`` of all stretches of ``heard`` that are stretches of ``sound``, sample for sample."""
    index = {sound[at: at + 4].tobytes(): at for at in range(len(sound) - PATTERN)}
    runs: list[tuple[int, int, int]] = []
    at = 0
    while at < len(heard) - PATTERN:
        place = index.get(heard[at: at + 4].tobytes())
        if place is None or not np.array_equal(heard[at: at + PATTERN], sound[place: place + PATTERN]):
            at += 1
            continue
        most = min(len(heard) - at, len(sound) - place)
        wrong = np.flatnonzero(heard[at: at + most] != sound[place: place + most])
        length = int(wrong[0]) if wrong.size else most
        runs.append((at, at + length, place))
        at += length
    return runs


def fade_at(sound: NDArray[np.int16], heard: NDArray[np.int16], gains: NDArray[np.float64], run: tuple[int, int, int],
            *, rising: bool) -> tuple[int, int]:
    """Where a fade over ``len(gains)`` frames begins, beside a run: ``(frame of heard, frame of sound)``, exact.

    A run reaches some samples into the fade, where the gain is nearly one; noise fits at one place only.
    """
    begin, end, place = run
    length = len(gains)
    for inside in range(60):
        at = begin + inside - length if rising else end - inside
        of = place + at - begin
        if at >= 0 and of >= 0 and np.abs(heard[at: at + length] - sound[of: of + length] * gains).max() <= 1.0:
            return at, of
    raise AssertionError("there is no such fade")


def silences(heard: NDArray[np.int16], least: int) -> list[tuple[int, int]]:
    """First and last-but-one frame of each run of at least ``least`` zeros between sounds."""
    loud = np.flatnonzero(heard)
    gaps = np.flatnonzero(np.diff(loud) > least)
    return [(int(loud[gap]) + 1, int(loud[gap + 1])) for gap in gaps]


def children_of(pid: int) -> list[int]:
    """Living processes that ``pid`` has started (Linux)."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            words = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(words[1]) == pid and words[0] != "Z":
            found.append(int(stat.parent.name))
    return sorted(found)


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def fillers_of(client: PlaybackClient) -> list[int]:
    """The filler's process: the front end's child at first, the engine's after a death."""
    engine = client.engine_pid
    assert engine is not None
    return [pid for parent in (os.getpid(), engine) for pid in children_of(parent)
            if pid != engine and b"spawn_main" in _command_line(pid) and _maps_rings(pid)]


def _command_line(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def _maps_rings(pid: int) -> bool:
    try:
        return "/dev/shm/" in Path(f"/proc/{pid}/maps").read_text()
    except OSError:
        return False
