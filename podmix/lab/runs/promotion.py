# SPDX-License-Identifier: GPL-3.0-or-later
"""Which run's model is in use: copied out of the record with its card and figures, the one before kept for going back.

``<home>/models/promoted/<model>/`` holds the files and ``promoted.json``; the folder is replaced as a whole.
"""

from __future__ import annotations

import json
import shutil
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from podmix.errors import ModelError, UsageError
from podmix.lab.runs.identity import file_sha256
from podmix.lab.runs.types import Run, Status
from podmix.models.promoted import FILES, FOLDER, MARK, checked_names, note_change, promoted_file, warning_of
from podmix.models.promoted import promoted_folder as folder_of
from podmix.paths import Home, safe_name


@dataclass(frozen=True, slots=True)
class Promoted:
    """A model in use. ``previous`` is the run whose model it replaced, empty for the shipped one."""

    model: str
    run_id: str
    artifact_sha256: str
    at: float
    previous: str = ""


def promoted_folder(home: Home, model: str) -> Path:
    return folder_of(home.models, model)


def promoted(home: Home, model: str) -> Promoted | None:
    """None where the shipped model is in use, or where the files are not what was promoted."""
    folder = promoted_folder(home, model)
    try:
        told = json.loads((folder / MARK).read_text(encoding="utf-8"))
        sound = all(file_sha256(folder / name) == digest for name, digest in told.pop("files").items())
        return Promoted(**told) if sound else None
    except (OSError, ValueError, TypeError, KeyError):
        return None


def broken(home: Home) -> list[str]:
    """Promoted models that cannot be used, each as a sentence. (Shipped ones are used instead.)"""
    folder = home.models / FOLDER
    names = [one.name for one in folder.iterdir() if (one / MARK).exists()] if folder.is_dir() else []
    found = [promoted_file(home.models, name) for name in sorted(names)]
    told = [warning_of(one) for one in found if one is not None and one.problem]
    for one in found:
        if one is not None and not one.problem:
            try:
                check_model(one.model, one.path)
            except ModelError as problem:
                told.append(f"The promoted model {one.model} cannot be used, so the shipped one is: "
                            f"{problem.detail or problem.message}")
    return told


def check_model(model: str, path: Path) -> None:
    """Load it as the program would. Raises ModelError where the program cannot use it."""
    if model == "cue-points":
        from podmix.music.cues.model import read_model

        if read_model(path) is None:
            raise ModelError("The model of the cue points is not there.", remedy="Train it again.")
    elif model == "preview-ranker":
        from podmix.previews.scoring import read_weights

        read_weights(path)
    elif model == "taste":
        from podmix.taste.prior import read_prior

        read_prior(path)


def promote(home: Home, run: Run) -> Promoted:
    """Put a finished run's model in use. Raises UsageError where it has none, is not finished, or where the program
    could not use its model."""
    model = run.manifest.subject
    if run.status is not Status.FINISHED:
        raise UsageError(f"The run {run.run_id} is {run.status}: only a finished run can be promoted.")
    chosen = next((artifact for artifact in reversed(run.artifacts) if artifact.kind == "model"), None)
    if chosen is None:
        raise UsageError(f"The run {run.run_id} made no model.", remedy="Train with “podmix train”.")
    names = [safe_name(name) for name in chosen.files]
    try:
        checked_names(names)
        if model in FILES and FILES[model] not in names:
            raise ValueError(f"it has no {FILES[model]}")
    except ValueError as problem:
        raise UsageError(f"PodMix cannot use the model of the run {run.run_id}.", remedy="Choose another run.",
                         detail=str(problem)) from problem
    folder, now = promoted_folder(home, model), promoted(home, model)
    fresh, old = folder.with_name(f"{folder.name}.fresh"), folder.with_name(f"{folder.name}.previous")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    for name, source in chosen.files.items():
        shutil.copyfile(source, fresh / safe_name(name))
        if file_sha256(fresh / safe_name(name)) != chosen.checksums[name]:
            raise UsageError(f"The model of the run {run.run_id} was changed after it was made.",
                             remedy="Train it again.", detail=name)
    try:
        if model in FILES:
            check_model(model, fresh / FILES[model])
    except ModelError as problem:
        shutil.rmtree(fresh, ignore_errors=True)
        raise UsageError(f"PodMix cannot use the model of the run {run.run_id}.", remedy="Train it again.",
                         detail=problem.detail or problem.message) from problem
    made = Promoted(model, run.run_id, chosen.sha256, time.time(), now.run_id if now else "")
    files = {safe_name(name): digest for name, digest in chosen.checksums.items()}
    (fresh / MARK).write_text(json.dumps({**asdict(made), "files": files}), encoding="utf-8")
    shutil.rmtree(old, ignore_errors=True)
    if folder.exists():
        folder.rename(old)
    fresh.rename(folder)
    note_change(home.models, model)
    return made


def demote(home: Home, model: str) -> bool:
    """Go back to the shipped model; whether one was promoted."""
    folder = promoted_folder(home, model)
    there = folder.exists()
    shutil.rmtree(folder, ignore_errors=True)
    if there:
        note_change(home.models, model)
    return there
