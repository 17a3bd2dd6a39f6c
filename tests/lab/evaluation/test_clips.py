# SPDX-License-Identifier: GPL-3.0-or-later
"""An evaluation keeps clips of what its judged system failed at, worst first; what does not decode has none."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from podmix.audio.encode import write_clip
from podmix.lab.evaluation.recorded import CLIPS, evaluate_recorded
from podmix.lab.evaluation.suite import Item, Metric, Suite, System, Tools
from podmix.lab.runs.store import RunStore
from podmix.progress import finish


def test_the_worst_items_can_be_heard(tmp_path: Path) -> None:
    tone = (0.1 * np.sin(np.arange(48_000) / 20)).astype(np.float32)[:, None]
    items = []
    for number in range(CLIPS + 3):
        audio = tmp_path / f"{number}.wav"
        write_clip(tone * (1 + number), 48_000, audio)
        items.append(Item(f"item {number}", f"g{number}", number, audio))
    (tmp_path / "broken.wav").write_bytes(b"no sound")
    items += [Item("broken", "b", 0, tmp_path / "broken.wav"), Item("silent", "s", 0)]
    suite = Suite("toy", "Toy", (Metric("errors", False, 99.0),), lambda _folder: items,
                  lambda _items, _tools: [System("podmix", lambda item: item.truth)],
                  lambda _item, answer: {"errors": float(answer)}, "nothing")
    made = finish(evaluate_recorded(suite, tmp_path, Tools(), RunStore(tmp_path / "runs")))
    clips = [one for one in made.run.media if one.kind == "audio"]
    assert [one.name for one in clips] == [f"item {number}" for number in range(CLIPS + 2, 2, -1)]
    assert clips[0].caption == f"item {CLIPS + 2}, errors {CLIPS + 2:.3g}"
    assert all(one.file.is_file() for one in clips)
