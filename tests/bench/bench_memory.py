# SPDX-License-Identifier: GPL-3.0-or-later
"""Peak memory of the process that makes previews of a long episode, models included.

    python tests/bench/bench_memory.py [--model base] [--minutes 30 | --hours 3] [--quick]

The long file is the demo's episodes end to end, repeated (packets are copied, nothing is encoded again). The preview
runs in a child process, whose greatest resident size the system keeps.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[2]
MOST_MB = 1600


def long_file(target: Path, minutes: float) -> float:
    """The demo's sound again and again in one Ogg file of at least so many minutes; returns its seconds."""
    import av

    sources = sorted((ROOT / "resources" / "demo" / "audio").glob("*.opus"))
    if not sources:
        sys.exit("The demo's audio is not here.")
    clock, turn = 0.0, itertools.cycle(sources)
    with av.open(str(target), "w", format="ogg") as made:
        stream = None
        while clock < minutes * 60:
            with av.open(str(next(turn))) as opened:
                if stream is None:
                    stream = made.add_stream_from_template(opened.streams.audio[0])
                end = 0.0
                for packet in opened.demux(opened.streams.audio[0]):
                    if packet.dts is None or packet.pts is None or packet.time_base is None:
                        continue
                    end = float((packet.pts + (packet.duration or 0)) * packet.time_base)
                    packet.pts = packet.dts = packet.pts + round(clock / packet.time_base)
                    packet.stream = stream
                    made.mux(packet)
            clock += max(0.0, end)
    return clock


def child(audio: str, model: str, home: str) -> None:
    from podmix.app.direct_preview import Direct, DirectRequest
    from podmix.paths import find_home
    from podmix.progress import finish

    with Direct(find_home(home), model=model, length_s=60.0, top=5) as direct:
        answer = finish(direct.preview(DirectRequest(audio, language="en")))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6
    print(json.dumps({"peak": peak, "previews": len(answer["previews"]), "duration": answer["duration"],
                      "timings": answer["timings"], "models": answer["models"]}))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--model", default="base")
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument("--hours", type=float)
    parser.add_argument("--quick", action="store_true", help="five minutes")
    parser.add_argument("--child", nargs=2, metavar=("AUDIO", "HOME"), help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.child:
        child(chosen.child[0], chosen.model, chosen.child[1])
        return 0
    minutes = 5.0 if chosen.quick else chosen.hours * 60 if chosen.hours else chosen.minutes
    with tempfile.TemporaryDirectory() as folder:
        audio = Path(folder) / "long.opus"
        long_file(audio, minutes)
        began = time.perf_counter()
        done = subprocess.run([sys.executable, __file__, "--model", chosen.model, "--child", str(audio), folder],
                              check=True, stdout=subprocess.PIPE, text=True,
                              env={**os.environ, "PYTHONPATH": str(ROOT)})
    found = json.loads(done.stdout.splitlines()[-1])
    print(f"  {found['timings']} {found['models']}")
    print(f"preview worker, Whisper {chosen.model}, {found['duration'] / 60:.0f} min in"
          f" {time.perf_counter() - began:.0f} s: peak {found['peak']:.0f} MB (at most {MOST_MB}), ratio"
          f" {found['peak'] / MOST_MB:.2f}")
    return int(found["peak"] > MOST_MB)


if __name__ == "__main__":
    raise SystemExit(main())
