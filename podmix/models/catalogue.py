# SPDX-License-Identifier: GPL-3.0-or-later
"""The catalogue of models (``resources/models.toml``): what each is for, its licence, its size, and its sources."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from podmix.errors import ModelError
from podmix.paths import resources

_PLAIN_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]*")
"""Ids and file names become paths on this machine: no folders, nothing hidden."""


@dataclass(frozen=True, slots=True)
class PackagedFile:
    """A file that installed packages carry: ``parts`` are (package, path inside it), joined in order."""

    name: str
    parts: tuple[tuple[str, str], ...]
    sha256: str


@dataclass(frozen=True, slots=True)
class HubFile:
    """A file of a hub repository: ``path`` there, ``name`` here. Empty ``sha256``: what the hub states is checked."""

    path: str
    name: str
    sha256: str


@dataclass(frozen=True, slots=True)
class ModelEntry:
    """One model. ``languages`` empty means all; ``size`` is in bytes."""

    id: str
    purpose: str
    title: str
    languages: tuple[str, ...]
    licence: str
    source: str
    size: int
    packaged: tuple[PackagedFile, ...] = ()
    repository: str = ""
    revision: str = "main"
    hub_files: tuple[HubFile, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Files of the packaged form, else of the hub's."""
        return tuple(f.name for f in self.packaged or self.hub_files)


@dataclass(frozen=True, slots=True)
class Catalogue:
    entries: tuple[ModelEntry, ...]

    @staticmethod
    def load(path: Path | None = None) -> Catalogue:
        """The shipped catalogue, or another for tests. Raises ModelError when it cannot be read."""
        return _read(path or resources() / "models.toml")

    def entry(self, model_id: str) -> ModelEntry:
        """Raises ModelError naming what there is."""
        for entry in self.entries:
            if entry.id == model_id:
                return entry
        known = ", ".join(e.id for e in self.entries)
        raise ModelError(f"There is no model named {model_id}.", remedy=f"Known are: {known}.")


@lru_cache(maxsize=4)
def _read(path: Path) -> Catalogue:
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
        return Catalogue(tuple(_entry(row) for row in table["model"]))
    except (OSError, ValueError, KeyError, TypeError) as problem:
        raise ModelError(
            "The catalogue of models could not be read.", remedy="Install PodMix again.", detail=f"{path}: {problem!r}"
        ) from problem


def _entry(row: dict[str, Any]) -> ModelEntry:
    hub = row.get("hub", {})
    rename = hub.get("rename", {})
    entry = ModelEntry(
        id=row["id"],
        purpose=row["purpose"],
        title=row["title"],
        languages=tuple(row["languages"]),
        licence=row["licence"],
        source=row["source"],
        size=row["size"],
        packaged=tuple(_packaged(name, file) for name, file in row.get("package", {}).items()),
        repository=hub.get("repository", ""),
        revision=hub.get("revision", "main"),
        hub_files=tuple(HubFile(p, rename.get(p, p), sha256) for p, sha256 in hub.get("files", {}).items()),
    )
    for name in (entry.id, *(f.name for f in entry.packaged), *(f.name for f in entry.hub_files)):
        if not _PLAIN_NAME.fullmatch(name):
            raise ValueError(f"{name!r} is no plain file name")
    return entry


def _packaged(name: str, file: dict[str, Any]) -> PackagedFile:
    parts = []
    for part in file["parts"]:
        package, colon, inside = part.rpartition(":")
        parts.append((package if colon else file["from"], inside))
    return PackagedFile(name, tuple(parts), file["sha256"])
