# SPDX-License-Identifier: GPL-3.0-or-later
"""What this machine computes on, and which recogniser fits it. Probing imports ctranslate2: workers only."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass

from podmix.errors import ModelMissing, UsageError
from podmix.models.catalogue import Catalogue
from podmix.models.store import ModelStore

TIERS = ("fast", "balanced", "best")
_STRONG_CORES = 8


@dataclass(frozen=True, slots=True)
class Hardware:
    """``device`` is "cpu" or "cuda"; ``compute_type`` is what CTranslate2 calls the arithmetic."""

    device: str
    compute_type: str
    cores: int
    memory_gb: float


@dataclass(frozen=True, slots=True)
class ModelChoice:
    """``note`` says, where it is so, that another model than the wished one was taken, and why."""

    id: str
    note: str = ""


def probe(device: str = "auto") -> Hardware:
    """Look at what is here. ``device`` "cpu" or "cuda" is a wish; cuda that is not there falls back to the CPU."""
    import ctranslate2

    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    if device != "cpu" and ctranslate2.get_cuda_device_count() > 0:
        types = ctranslate2.get_supported_compute_types("cuda")
        return Hardware("cuda", "float16" if "float16" in types else "float32", cores, _memory_gb())
    types = ctranslate2.get_supported_compute_types("cpu")
    return Hardware("cpu", "int8" if "int8" in types else "float32", cores, _memory_gb())


def _memory_gb() -> float:
    if sys.platform == "win32":
        return 8.0  # the standard library cannot tell; only used to choose a size
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    except (ValueError, OSError):
        return 8.0


def wished(tier: str, language: str | None, hardware: Hardware) -> list[str]:
    """Models of a tier, the best fitting first.

    | tier | CPU, few cores | CPU, 8 and more | GPU |
    | --- | --- | --- | --- |
    | fast | tiny | tiny | base |
    | balanced | base | small | small |
    | best | small | small | large-v3-turbo |

    ``auto`` is fast on a CPU with few cores, balanced on a strong one, best on a GPU. English has models of its own,
    which are better for their size; they are used when the language is known to be English.
    """
    if tier == "auto":
        tier = "best" if hardware.device == "cuda" else "balanced" if hardware.cores >= _STRONG_CORES else "fast"
    strong = hardware.device == "cuda" or hardware.cores >= _STRONG_CORES
    sizes = {
        "fast": ["base", "tiny"] if hardware.device == "cuda" else ["tiny", "base"],
        "balanced": ["small", "base", "tiny"] if strong else ["base", "tiny", "small"],
        "best": (["large-v3-turbo"] if hardware.device == "cuda" else []) + ["small", "base", "tiny"],
    }[tier]
    english = (language or "").lower().split("-")[0] == "en"
    names: list[str] = []
    for size in sizes:
        if english and size != "large-v3-turbo":
            names.append(f"whisper-{size}.en")
        names.append(f"whisper-{size}")
    return names


def choose_whisper(wish: str, language: str | None, hardware: Hardware, store: ModelStore) -> ModelChoice:
    """The recogniser for a tier ("auto", "fast", "balanced", "best") or a Whisper size ("tiny.en", "base").

    A model already here is preferred to fetching another of the same tier; what was wished and not had is said.

    Raises:
        UsageError: no such tier or size. ModelMissing: nothing fits and is here, and the wish cannot be fetched.
    """
    catalogue = Catalogue.load()
    sizes = [entry for entry in catalogue.entries if entry.purpose == "speech"]
    if wish not in ("auto", *TIERS):
        name = wish if wish.startswith("whisper-") else f"whisper-{wish}"
        if name not in {entry.id for entry in sizes}:
            known = ", ".join(entry.id.removeprefix("whisper-") for entry in sizes)
            raise UsageError(f"There is no model {wish}.", remedy=f"Use fast, balanced, best, auto, or one of {known}.")
        return ModelChoice(name)
    names = wished(wish, language, hardware)
    here = [name for name in names if store.at_hand(name)]
    if here:
        first = [name for name in names if name.removesuffix(".en") == names[0].removesuffix(".en")]
        note = (
            ""
            if wish == "auto" or here[0] in first
            else (
                f"The model {names[0]} is not on this machine; {here[0]} is used instead. "
                f"“podmix models get {names[0]}” fetches it."
            )
        )
        return ModelChoice(here[0], note)
    # Nothing of the tier is here: any recogniser of the language is better than none.
    english = (language or "en").lower().startswith("en")
    spare = [e.id for e in sizes if store.at_hand(e.id) and (english or not e.languages)]
    if spare:
        return ModelChoice(spare[0], f"The models of this tier are not on this machine; {spare[0]} is used instead.")
    if not names:
        raise ModelMissing("There is no speech model for this language.", remedy="podmix models get whisper-base")
    return ModelChoice(names[0])
