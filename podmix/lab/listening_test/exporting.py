# SPDX-License-Identifier: GPL-3.0-or-later
"""A listening test as a folder: ``index.html`` and clips for raters, ``key.json`` for whoever asks.

Every clip is cut, brought to one loudness and written without tags under an opaque name; the gain is kept in the key.
The page needs no server and fetches nothing: it opens from the disk. The key lies beside the folder, never in it.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any, cast

import numpy as np
from numpy.typing import NDArray

from podmix.audio.decode import read
from podmix.audio.encode import write_clip
from podmix.audio.loudness import integrated_lufs, normalise
from podmix.errors import AudioError
from podmix.lab.listening_test.plan import ANCHOR, SCHEMA, Plan, Stimulus
from podmix.lab.listening_test.sitting import MANIFEST
from podmix.lab.runs.identity import canonical, file_sha256
from podmix.paths import atomic_write
from podmix.progress import Progress, Steps

TARGET_LUFS = -16.0
_RATE = 48_000
_ANCHOR_HZ = 3500.0
_FADE_S = 0.02
_PAGE = Path(__file__).with_name("page.html")
FOLDER, KEY = "test", "key.json"


@dataclass(frozen=True, slots=True)
class Exported:
    """``page`` opens in a browser; ``key`` must not be given to raters."""

    page: Path
    key: Path
    clips: int
    questions: int


def export(plan: Plan, target: Path, *, suffix: str = ".ogg") -> Steps[Exported]:
    """Write the test below ``target``. Raises AudioError, StorageError."""
    folder = target / FOLDER
    key: dict[str, Any] = {}
    for at, (name, one) in enumerate(plan.names.items()):
        yield Progress("clips", at, len(plan.names), "clips", f"Clip {at + 1} of {len(plan.names)}")
        key[name] = _clip(one, folder / "clips" / f"{name}{suffix}")
    manifest = manifest_of(plan, {name: told["seconds"] for name, told in key.items()}, suffix)
    told = canonical(manifest)
    digest = hashlib.sha256(told.encode()).hexdigest()
    with atomic_write(folder / "index.html", "w") as stream:
        print(page(manifest, digest), file=cast("IO[str]", stream))
    with atomic_write(target / MANIFEST, "w") as stream:  # for sitting at it in PodMix itself
        json.dump({"manifest": manifest, "sha256": digest}, stream, indent=1)  # type: ignore[arg-type]
    held = {"schema": SCHEMA, "test_id": plan.test_id, "manifest_sha256": digest, "clips": key,
            "questions": [asdict(one) for one in plan.questions],
            "scales": [scale.name for scale in plan.options.scales], "loudness_lufs": TARGET_LUFS}
    with atomic_write(target / KEY, "w") as stream:
        json.dump(held, stream, indent=1)  # type: ignore[arg-type]
    return Exported(folder / "index.html", target / KEY, len(plan.names), len(plan.questions))


def manifest_of(plan: Plan, seconds: dict[str, float], suffix: str) -> dict[str, Any]:
    """What the page knows: nothing of items, systems, or what is hidden."""
    options = plan.options
    return {"schema": SCHEMA, "test_id": plan.test_id, "title": options.title, "introduction": options.introduction,
            "must_play_s": options.must_play_s, "seed": options.seed, "scales": [asdict(one) for one in options.scales],
            "clips": {name: {"file": f"clips/{name}{suffix}", "seconds": seconds[name]} for name in sorted(plan.names)},
            "questions": [{"id": one.question_id, "kind": one.kind, "clips": list(one.clips)}
                          for one in plan.questions]}


def page(manifest: dict[str, Any], digest: str) -> str:
    """The page with its manifest inside; ``<`` cannot end the script it stands in."""
    told = canonical(manifest).replace("<", "\\u003c")
    return _PAGE.read_text(encoding="utf-8").replace("/*MANIFEST*/null", told).replace("/*DIGEST*/", digest)


def _clip(one: Stimulus, target: Path) -> dict[str, Any]:
    samples, rate = read(one.path, sample_rate=_RATE, mono=False, start=one.start, end=one.end)
    if not len(samples):
        raise AudioError(f"{one.path.name} holds no sound at {one.start:.1f} s.")
    if one.system == ANCHOR:
        samples = _worse(samples, rate)
    before = integrated_lufs(samples, rate)
    made = _faded(normalise(samples, rate, target_lufs=TARGET_LUFS), rate)
    target.parent.mkdir(parents=True, exist_ok=True)
    write_clip(made, rate, target)
    after = integrated_lufs(made, rate)
    return {"item": one.item, "system": one.system, "caption": one.caption, "seconds": round(len(made) / rate, 3),
            "gain_db": None if not np.isfinite(before) else round(after - before, 2), "lufs": _finite(after),
            "sha256": file_sha256(target), "source": one.path.name, "start": one.start, "end": one.end}


def _worse(samples: NDArray[np.float32], rate: int) -> NDArray[np.float32]:
    """The low anchor of BS.1534: everything above 3.5 kHz taken away."""
    spectrum = np.fft.rfft(samples, axis=0)
    spectrum[np.fft.rfftfreq(len(samples), 1 / rate) > _ANCHOR_HZ] = 0
    return np.fft.irfft(spectrum, len(samples), axis=0).astype(np.float32)


def _faded(samples: NDArray[np.float32], rate: int) -> NDArray[np.float32]:
    count = min(len(samples) // 2, round(_FADE_S * rate))
    made, slope = samples.copy(), np.linspace(0, 1, count, dtype=np.float32)
    slope = slope[:, None] if samples.ndim > 1 else slope
    made[:count] *= slope
    made[len(made) - count:] *= slope[::-1]
    return made


def _finite(value: float) -> float | None:
    return round(value, 2) if np.isfinite(value) else None
