# SPDX-License-Identifier: GPL-3.0-or-later
"""Listens to a recording of any length: raw 16-bit stereo on standard input, a report as JSON at its end.

    parec ... | python tests/bench/load_listener.py

Finds breaks of the sine (see ``tests.e2e.sine``), and when each second of it arrived: ``clock[k]`` is the least of
arrival time (``time.monotonic``) minus place in the recording during second ``k``, so that frame ``f`` was played at
``clock + f / 48000``. Whoever reads states compares them with that.
"""

from __future__ import annotations

import dataclasses
import json
import os
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

import numpy as np

from tests.e2e.sine import RATE, SineWatch

_CHUNK = 1 << 16


def main() -> None:
    watch, clock = SineWatch(), []
    frames, rest = 0, b""
    unlike = 0
    while chunk := os.read(0, _CHUNK):
        now = time.monotonic()
        raw = rest + chunk
        rest = raw[len(raw) // 4 * 4:]
        block = np.frombuffer(raw[: len(raw) // 4 * 4], "<i2").reshape(-1, 2)
        frames += len(block)
        second = frames // RATE
        clock += [float("inf")] * (second + 1 - len(clock))
        clock[second] = min(clock[second], now - frames / RATE)
        unlike += int(np.count_nonzero(np.abs(np.diff(block.astype(np.int32), axis=1)) > 2))  # beyond rounding
        watch.take(block[:, 0])
    report = dataclasses.asdict(watch.result()) | {"unlike": unlike, "clock": clock}
    print(json.dumps(report))


if __name__ == "__main__":
    main()
