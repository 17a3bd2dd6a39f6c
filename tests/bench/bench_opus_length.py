# SPDX-License-Identifier: GPL-3.0-or-later
"""How long an hour of Opus is: ``python tests/bench/bench_opus_length.py``.

Prints CPU seconds by Ogg pages (what ``decoded_duration`` does) and by counting packets, the baseline, for pages
of a second and for pages of one packet.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from podmix.audio.lengths import _packet_duration, decoded_duration
from podmix.audio.source import open_source

HOUR_S, RATE = 3600, 48_000


def write_hour(path: Path, page_us: str) -> None:
    """An hour of quiet noise in 20 ms packets."""
    from fractions import Fraction

    import av

    noise = np.random.default_rng(0).normal(0, 0.01, (1, RATE)).astype(np.float32)
    with av.open(str(path), "w", format="ogg", options={"page_duration": page_us}) as container:
        stream = container.add_stream("libopus", rate=RATE, layout="mono")
        stream.bit_rate, stream.options = 24_000, {"compression_level": "0"}
        for second in range(HOUR_S):
            for at in range(0, RATE, 960):
                frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(noise[:, at: at + 960]), "flt", "mono")
                frame.sample_rate, frame.pts, frame.time_base = RATE, second * RATE + at, Fraction(1, RATE)
                container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


def by_packets(path: Path) -> float:
    with open_source(path) as source:
        return float(_packet_duration(source) or 0)


def cpu_s(work: Callable[[], object]) -> float:
    best = float("inf")
    for _ in range(3):
        begin = time.process_time()
        work()
        best = min(best, time.process_time() - begin)
    return best


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        for name, page_us in (("pages of 1 s", "1000000"), ("pages of a packet", "1")):
            path = Path(folder) / "hour.opus"
            write_hour(path, page_us)
            assert decoded_duration(path) == by_packets(path) == HOUR_S
            pages, demuxed = cpu_s(lambda: decoded_duration(path)), cpu_s(lambda: by_packets(path))  # noqa: B023
            print(f"{name:<20} {pages:6.3f} s   counting {demuxed:6.3f} s   {demuxed / pages:5.1f} x")


if __name__ == "__main__":
    main()
