# SPDX-License-Identifier: GPL-3.0-or-later
"""Models that a person put in the place of shipped ones: ``<models>/promoted/<name>/``, as the lab leaves them there.

The folder holds the model's files and ``promoted.json``, which names each with its SHA-256. Only data is ever loaded:
``.safetensors``, ``.onnx``, ``.json`` (and a card), nothing that could run. A file that is not what was promoted is
not used, and whoever asks is told so: a shipped model takes its place, but never in silence.
"""

from __future__ import annotations

import hashlib
import json
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from podmix.errors import ModelError
from podmix.paths import safe_name

MARK = "promoted.json"
FOLDER = "promoted"
MODEL_SUFFIXES = (".safetensors", ".onnx", ".json")
CARD_SUFFIXES = (".md", ".txt")
FILES = {"preview-ranker": "weights.json", "cue-points": "model.safetensors", "taste": "prior.json"}
"""The models that can be replaced, and the file that is read of each."""
_LOG = logging.getLogger("podmix.models")
_BLOCK = 1 << 20
_CHANGED = ".changed"
Model = TypeVar("Model")


@dataclass(frozen=True, slots=True)
class PromotedFile:
    """``problem`` says why it must not be used; then ``path`` is where it would lie."""

    model: str
    path: Path
    run_id: str = ""
    problem: str = ""


def promoted_folder(models: Path, model: str) -> Path:
    return models / FOLDER / safe_name(model)


def promoted_file(models: Path, model: str) -> PromotedFile | None:
    """The file to load instead of the shipped one, checked; None where nothing was promoted."""
    folder = promoted_folder(models, model)
    if not folder.is_dir():
        return None
    name = FILES.get(model, MARK)
    place = folder / name
    try:
        told = json.loads((folder / MARK).read_text(encoding="utf-8"))
        checked_names(told["files"])
        if name not in (MARK, *told["files"]):
            return PromotedFile(model, place, problem=f"it has no {name}")
        changed = [one for one, digest in told["files"].items() if _sha256(folder / one) != digest]
    except OSError as problem:
        return PromotedFile(model, place, problem=f"{Path(problem.filename or folder).name} cannot be read")
    except (ValueError, TypeError, KeyError, AttributeError) as problem:
        return PromotedFile(model, place, problem=f"{MARK} cannot be read ({problem})")
    if changed:
        return PromotedFile(model, place, str(told.get("run_id", "")), f"{changed[0]} is not what was promoted")
    return PromotedFile(model, place, str(told.get("run_id", "")))


def promoted_mark(models: Path, model: str) -> int:
    """A number that is another one whenever something else was promoted; 0 where nothing is. Asks for one file."""
    try:
        return (promoted_folder(models, model) / MARK).stat().st_mtime_ns
    except OSError:
        return 0


def note_change(models: Path, model: str) -> None:
    """Another model is in use from now on: a promoted one, or the shipped one again."""
    place = models / FOLDER
    place.mkdir(parents=True, exist_ok=True)
    (place / f"{safe_name(model)}{_CHANGED}").write_text(f"{time.time()!r}\n", encoding="utf-8")


def changed_at(models: Path, model: str) -> float | None:
    """When another model came into use, in seconds since 1970; None where the shipped one always was."""
    try:
        return float((models / FOLDER / f"{safe_name(model)}{_CHANGED}").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None


def checked_names(names: object) -> None:
    """Raises ValueError for a file that is no model's, or that would lie elsewhere."""
    for name in names:  # type: ignore[attr-defined]
        if Path(name).name != name or Path(name).suffix.lower() not in (*MODEL_SUFFIXES, *CARD_SUFFIXES):
            raise ValueError(f"{name} is no model's file")


def load_promoted(models: Path | None, model: str, load: Callable[[Path], Model | None],
                  tell: Callable[[str], object] = _LOG.warning) -> Model | None:
    """What ``load`` makes of the promoted file; None where the shipped model is to be used.

    Args:
        models: the home's folder of models; None has nothing promoted.
        load: raises ModelError for a file that it cannot use.
        tell: hears why a promoted model is not used.
    """
    found = promoted_file(models, model) if models is not None else None
    if found is None:
        return None
    if found.problem:
        tell(warning_of(found))
        return None
    try:
        return load(found.path)
    except ModelError as problem:
        tell(f"The promoted model {model} cannot be used, so the shipped one is: {problem.detail or problem.message}")
        return None


def warning_of(found: PromotedFile) -> str:
    return f"The promoted model {found.model} cannot be used, so the shipped one is: {found.problem}."


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while block := stream.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()
