# SPDX-License-Identifier: GPL-3.0-or-later
"""From timed transcripts of an hour to five ranked previews: one, warm; and many by the batch command.

    python tests/bench/bench_batch.py [--episodes FOLDER] [--count 12] [--quick]

The text is that of ``episodes.jsonl.gz`` (sentences with speakers) in FOLDER, joined to hours at 155 words a minute and
written as VTT into a temporary folder. The batch is the real command in its own process, start and loading included.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from podmix.app.direct_preview import Direct, DirectRequest
from podmix.paths import find_home
from podmix.progress import finish

ROOT = Path(__file__).parents[2]
WORDS_A_MINUTE = 155
MOST_ONE_S = 15.0
LEAST_A_MINUTE = 6.0


def sentences(folder: Path) -> Iterator[tuple[str, str]]:
    with gzip.open(folder / "episodes.jsonl.gz", "rt", encoding="utf-8") as stream:
        for line in stream:
            for speaker, text in json.loads(line)["sentences"]:
                if text.strip():
                    yield str(speaker), " ".join(text.split()).replace("-->", "to").replace("<", "")


def write_hour(text: Iterator[tuple[str, str]], target: Path) -> int:
    """An hour of VTT; returns its words."""
    clock, words, rows = 0.0, 0, ["WEBVTT", ""]
    for speaker, sentence in text:
        count = len(sentence.split())
        end = clock + count * 60 / WORDS_A_MINUTE
        rows += [f"{_stamp(clock)} --> {_stamp(end - 0.1)}", f"<v {speaker}>{sentence}", ""]
        clock, words = end, words + count
        if clock >= 3600:
            break
    target.write_text("\n".join(rows), encoding="utf-8")
    return words


def _stamp(seconds: float) -> str:
    return f"{int(seconds // 3600):02d}:{int(seconds // 60 % 60):02d}:{seconds % 60:06.3f}"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--episodes", type=Path, default=ROOT.parent / "shared" / "data" / "highlights")
    parser.add_argument("--count", type=int, default=12)
    parser.add_argument("--quick", action="store_true", help="three transcripts")
    chosen = parser.parse_args()
    if not (chosen.episodes / "episodes.jsonl.gz").is_file():
        print(f"skipped: no episodes.jsonl.gz in {chosen.episodes}; name a folder with --episodes")
        return 0
    count = 3 if chosen.quick else chosen.count
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        text = sentences(chosen.episodes)
        words = [write_hour(text, folder / f"{number}.vtt") for number in range(count)]
        one_wall, one_cpu = _one(folder)
        wall, cpu = _batch(folder, count)
    print(f"{count} hours of about {sum(words) // count} words, load {os.getloadavg()[0]:.1f}")
    print(f"timed transcript of an hour to five previews, warm: {one_wall:.1f} s wall, {one_cpu:.1f} s processor"
          f" (at most {MOST_ONE_S:.0f}), ratio {one_wall / MOST_ONE_S:.2f}")
    pace = 60 * count / wall
    print(f"batch: {pace:.1f} hour-long transcripts a minute (at least {LEAST_A_MINUTE:.0f}), ratio"
          f" {pace / LEAST_A_MINUTE:.2f}; {wall / count:.1f} s wall, {cpu / count:.1f} s processor each")
    return int(one_wall > MOST_ONE_S or pace < LEAST_A_MINUTE)


def _one(folder: Path) -> tuple[float, float]:
    warm = folder / "warm.vtt"
    warm.write_text("WEBVTT\n\n" + "".join(
        f"{_stamp(n * 6.0)} --> {_stamp(n * 6.0 + 5)}\nThis is sentence number {n} of a short test.\n\n"
        for n in range(30)), encoding="utf-8")
    with Direct(find_home(folder / "home"), model="auto", length_s=60.0, top=5) as direct:
        finish(direct.preview(DirectRequest("-", transcript=warm)))
        wall, cpu = time.perf_counter(), time.process_time()
        answer = finish(direct.preview(DirectRequest("-", transcript=folder / "0.vtt", title="An hour of talk")))
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    assert len(answer["previews"]) == 5, len(answer["previews"])
    print("  " + ", ".join(f"{stage} {seconds:.2f} s" for stage, seconds in answer["timings"].items()))
    return wall, cpu


def _batch(folder: Path, count: int) -> tuple[float, float]:
    items = folder / "items.jsonl"
    items.write_text("".join(json.dumps({"id": n, "transcript": f"{n}.vtt"}) + "\n" for n in range(count)))
    before, began = os.times(), time.perf_counter()
    done = subprocess.run([sys.executable, "-m", "podmix", "preview", "--batch", str(items), "--json",
                           "--home", str(folder / "home")], check=True, capture_output=True, text=True, cwd=ROOT)
    wall, after = time.perf_counter() - began, os.times()
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(answers) == count, done.stderr
    assert all(len(answer["previews"]) == 5 for answer in answers), done.stdout[:2000]
    cpu = after.children_user - before.children_user + after.children_system - before.children_system
    return wall, cpu


if __name__ == "__main__":
    raise SystemExit(main())
