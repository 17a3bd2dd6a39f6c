# SPDX-License-Identifier: GPL-3.0-or-later
"""``podmix doctor``: versions, devices, models, paths; and for what is missing the line that mends it.

Heavy libraries are asked for their versions by metadata and probed in the side process, never imported here.
"""

from __future__ import annotations

import importlib.metadata
import os
import platform
import shutil
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from podmix import __version__
from podmix.app.views import DoctorLine, DoctorReport
from podmix.errors import PodMixError

if TYPE_CHECKING:
    from podmix.app.core import Core

_PACKAGES = (
    "PySide6-Essentials",
    "faster-whisper",
    "ctranslate2",
    "onnxruntime",
    "torch",
    "transformers",
    "librosa",
    "av",
    "sounddevice",
    "feedparser",
)
_TIGHT_DISK = 2_000_000_000  # bytes: a few episodes and a model


def examine(core: Core) -> DoctorReport:
    """Look at everything; a probe that fails is a line, never an exception."""
    lines = [*_versions(), *_places(core), *_machine(core), *_models(core), *_promoted(core), _sound(core),
             _media_keys(), _keyring(core), _screen()]
    return DoctorReport(tuple(lines))


def _versions() -> Iterator[DoctorLine]:
    yield DoctorLine("podmix", True, __version__)
    fine = sys.version_info >= (3, 11)
    yield DoctorLine("python", fine, platform.python_version(), "" if fine else "Install Python 3.11 or newer.")
    for package in _PACKAGES:
        try:
            yield DoctorLine(package, True, importlib.metadata.version(package))
        except importlib.metadata.PackageNotFoundError:
            yield DoctorLine(package, False, "missing", f"pip install {package}")


def _places(core: Core) -> Iterator[DoctorLine]:
    for name, folder in (("data", core.home.data), ("cache", core.home.cache), ("models", core.home.models)):
        writable = os.access(folder, os.W_OK)
        yield DoctorLine(f"{name} folder", writable, str(folder), "" if writable else f"Make {folder} writable.")
    free = shutil.disk_usage(core.home.data).free
    yield DoctorLine(
        "free space",
        free > _TIGHT_DISK,
        f"{free / 1e9:.1f} GB",
        "" if free > _TIGHT_DISK else "Free some space, or move PodMix with --home.",
    )
    problems = core.database.check()
    yield DoctorLine(
        "database",
        not problems,
        "; ".join(problems) or "sound",
        "Restore the newest backup beside the database." if problems else "",
    )
    for report in sorted(core.home.crash_reports.glob("*"))[-1:]:
        yield DoctorLine("last crash", True, str(report))


def _machine(core: Core) -> Iterator[DoctorLine]:
    try:
        found: dict[str, Any] = core.side.call("podmix.app.side_work:hardware")
    except PodMixError as problem:
        yield DoctorLine("hardware", False, problem.message, problem.remedy)
        return
    yield DoctorLine("hardware", True, f"{found['cores']} cores, {found['memory_gb']:.0f} GB memory")
    yield DoctorLine("compute", True, f"{found['device']}, {found['compute_type']}")


def _models(core: Core) -> Iterator[DoctorLine]:
    from podmix.app.model_shelf import list_models

    rows = list_models(core.home)
    for row in rows:
        if row.here:
            yield DoctorLine(f"model {row.id}", True, f"{row.purpose}, {row.size / 1e6:.0f} MB, {row.licence}")
    for purpose in sorted({row.purpose for row in rows} - {row.purpose for row in rows if row.here} - {"training"}):
        smallest = min((row for row in rows if row.purpose == purpose), key=lambda row: row.size)
        yield DoctorLine(f"model for {purpose}", False, "none here", f"podmix models get {smallest.id}")


def _promoted(core: Core) -> Iterator[DoctorLine]:
    """Models that a person put in the place of shipped ones."""
    from podmix.lab.runs.promotion import check_model
    from podmix.models.promoted import FILES, promoted_file

    for model in FILES:
        found = promoted_file(core.home.models, model)
        if found is None:
            continue
        problem = found.problem
        if not problem:
            try:
                check_model(model, found.path)
            except PodMixError as wrong:
                problem = wrong.detail or wrong.message
        yield DoctorLine(f"promoted {model}", not problem, problem or f"of the run {found.run_id}",
                         f"podmix runs demote {model}" if problem else "")


def _sound(core: Core) -> DoctorLine:
    from podmix.playback.client import PlaybackClient
    from podmix.playback.protocol import EngineOptions
    client = PlaybackClient(EngineOptions(null_audio=core.options.null_audio))
    try:
        client.start()
        names = [device.name for device in client.devices()]
    except PodMixError as problem:
        return DoctorLine("sound", False, problem.message, problem.remedy)
    finally:
        client.close()
    found = ", ".join(names[:4]) or "no output device: PodMix plays silently until one is there"
    return DoctorLine("sound", True, found)


def _media_keys() -> DoctorLine:
    from podmix.playback.desktop.interface import availability

    found = availability()
    return DoctorLine("media keys", found.fine, found.words, found.remedy)


def _keyring(core: Core) -> DoctorLine:
    return DoctorLine("passwords", True, core.credentials.where)


def _screen() -> DoctorLine:
    screen = os.environ.get("WAYLAND_DISPLAY") or os.environ.get("DISPLAY")
    if sys.platform in ("win32", "darwin") or screen:
        return DoctorLine("screen", True, screen or "the system's")
    return DoctorLine("screen", True, "none: the window cannot open here; commands and the demo work")
