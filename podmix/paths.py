# SPDX-License-Identifier: GPL-3.0-or-later
"""Where files live, and how they are written so that a crash leaves the old or the new one, never half."""

from __future__ import annotations

import contextlib
import errno
import os
import re
import tempfile
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import platformdirs

from podmix.errors import StorageError

HOME_VARIABLE = "PODMIX_HOME"


@dataclass(frozen=True, slots=True)
class Home:
    """All folders of one PodMix installation. ``PODMIX_HOME`` or ``--home`` puts them under one root."""

    config: Path
    data: Path
    cache: Path
    logs: Path

    @property
    def database(self) -> Path:
        return self.data / "podmix.sqlite3"

    @property
    def settings(self) -> Path:
        return self.config / "settings.json"

    @property
    def models(self) -> Path:
        return self.data / "models"

    @property
    def episodes(self) -> Path:
        """Downloaded audio, one folder a show."""
        return self.data / "episodes"

    @property
    def clips(self) -> Path:
        return self.data / "clips"

    @property
    def checkpoints(self) -> Path:
        """Half-done work that a restart continues."""
        return self.cache / "checkpoints"

    @property
    def artwork(self) -> Path:
        return self.cache / "artwork"

    @property
    def crash_reports(self) -> Path:
        return self.logs / "crashes"

    def create(self) -> Home:
        """Make the folders; raises StorageError when the place cannot be written."""
        try:
            for folder in (self.config, self.data, self.cache, self.logs, self.models, self.episodes,
                           self.clips, self.checkpoints, self.artwork, self.crash_reports):
                folder.mkdir(parents=True, exist_ok=True)
        except OSError as problem:
            raise StorageError(f"PodMix cannot write to {problem.filename}.",
                               remedy="Choose another folder with --home, or give yourself write permission.",
                               detail=str(problem)) from problem
        return self


def find_home(given: str | Path | None = None) -> Home:
    """The home named on the command line, else in ``PODMIX_HOME``, else the platform's own folders."""
    root = given or os.environ.get(HOME_VARIABLE)
    if root:
        base = Path(root).expanduser().resolve()
        return Home(config=base, data=base, cache=base / "cache", logs=base / "logs")
    dirs = platformdirs.PlatformDirs("podmix", appauthor=False)
    return Home(config=Path(dirs.user_config_dir), data=Path(dirs.user_data_dir),
                cache=Path(dirs.user_cache_dir), logs=Path(dirs.user_log_dir))


def resources() -> Path:
    """The folder of shipped resources: beside the package in a checkout, inside it in a wheel."""
    inside = Path(__file__).parent / "resources"
    return inside if inside.is_dir() else Path(__file__).parent.parent / "resources"


@contextlib.contextmanager
def atomic_write(target: Path, mode: str = "wb", encoding: str | None = None) -> Iterator[IO[str] | IO[bytes]]:
    """Write beside ``target``, flush to disk, then rename; on any error the old file stays as it was."""
    target.parent.mkdir(parents=True, exist_ok=True)
    if "b" not in mode and encoding is None:
        encoding = "utf-8"
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name[:40]}.", suffix=".tmp")
    try:
        with os.fdopen(handle, mode, encoding=encoding) as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        Path(name).replace(target)
    except OSError as problem:
        if problem.errno == errno.ENOSPC:
            raise disk_full(target) from problem
        raise
    finally:
        Path(name).unlink(missing_ok=True)


def disk_full(target: Path) -> StorageError:
    return StorageError(f"The disk is full, so {target.name} could not be written. Nothing was lost.",
                        remedy="Free some space and try again, or lower the limit under Settings, Storage.")


_FORBIDDEN = re.compile(r'[\x00-\x1f<>:"/\\|?*\x7f]+')
_RESERVED = re.compile(r"^(con|prn|aux|nul|com\d|lpt\d)(\..*)?$", re.IGNORECASE)


def safe_name(text: str, *, fallback: str = "untitled", longest: int = 80) -> str:
    """A file name made from anyone's text: no separators, no leading dots, no reserved names, bounded bytes."""
    name = unicodedata.normalize("NFC", text)
    name = "".join(c for c in name if unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Co", "Cn"))
    name = _FORBIDDEN.sub(" ", name)
    name = re.sub(r"\s+", " ", name).strip(" .")
    while len(name.encode("utf-8")) > longest:
        name = name[:-1]
    name = name.strip(" .")
    if not name or _RESERVED.match(name):
        return fallback if not name else f"_{name}"
    return name
