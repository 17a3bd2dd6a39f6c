# SPDX-License-Identifier: GPL-3.0-or-later
"""Downloading a model from its hub: the file list with checksums from the hub's API, then each file, resumable.

Protocol (Hugging Face): ``GET /api/models/{repo}/tree/{revision}?recursive=true`` lists files with ``size`` and, for
large ones, ``lfs.oid`` (sha256), else ``oid`` (git's sha1 of the blob); ``GET /{repo}/resolve/{revision}/{path}``
gives the file, usually by a redirect to a storage host that honours ``Range``.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from podmix.errors import ModelError
from podmix.models.catalogue import HubFile, ModelEntry
from podmix.progress import Progress, Steps

if TYPE_CHECKING:
    from podmix.net.client import HttpClient

_LIST_BYTES = 20_000_000
_SLACK_BYTES = 1_000_000


def download_model(entry: ModelEntry, folder: Path, *, hub: str, http: HttpClient) -> Steps[dict[str, str]]:
    """Bring every file of ``entry`` into ``folder``; returns name -> sha256 of what was checked and kept.

    Raises:
        ModelError: the hub does not list a file, or what came is not what it states. NetworkError, StorageError.
    """
    stated = _listing(entry, hub, http)
    total = sum(int(stated[file.path].get("size") or 0) for file in entry.hub_files)
    done, sums = 0, {}
    for file in entry.hub_files:
        size = int(stated[file.path].get("size") or 0)
        target = folder / file.name
        if not (target.is_file() and target.stat().st_size == size):
            url = f"{hub}/{entry.repository}/resolve/{quote(entry.revision)}/{quote(file.path)}"
            for step in http.download(url, target, max_bytes=size + _SLACK_BYTES, expected_length=size):
                yield Progress("model", done + step.done, total, "bytes", note=f"Downloading {entry.title}")
        sums[file.name] = _checked(file, target, stated[file.path])
        done += size
        yield Progress("model", done, total, "bytes", note=f"Downloading {entry.title}")
    return sums


def _listing(entry: ModelEntry, hub: str, http: HttpClient) -> dict[str, dict[str, Any]]:
    url = f"{hub}/api/models/{entry.repository}/tree/{quote(entry.revision)}?recursive=true"
    try:
        rows = json.loads(http.get(url, max_bytes=_LIST_BYTES, accept="application/json").body)
        listed = {str(row["path"]): {**row, "size": int(row.get("size") or 0)} for row in rows}
        for row in listed.values():
            row["lfs"] = dict(row.get("lfs") or {})
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as problem:
        raise ModelError(
            "The model's hub answered something else than a list of files.",
            remedy="Try again later.",
            detail=str(problem),
        ) from problem
    missing = [file.path for file in entry.hub_files if file.path not in listed]
    if missing:
        raise ModelError(
            f"The hub no longer has {missing[0]} of {entry.title}.",
            remedy="Choose another model, or update PodMix.",
            detail=f"{entry.repository}: {missing}",
        )
    return listed


def _checked(file: HubFile, path: Path, stated: dict[str, Any]) -> str:
    """The file's sha256 once it agrees with the catalogue, else with what the hub states. A wrong file is removed."""
    sha256, git = hashlib.sha256(), hashlib.sha1(f"blob {path.stat().st_size}\0".encode(), usedforsecurity=False)
    with path.open("rb") as stream:
        while block := stream.read(1 << 20):
            sha256.update(block)
            git.update(block)
    large = (stated.get("lfs") or {}).get("oid")
    wanted = file.sha256 or large
    right = sha256.hexdigest() == wanted if wanted else git.hexdigest() == stated.get("oid")
    if not right:
        path.unlink()
        raise ModelError(
            f"The file {file.name} came damaged and was thrown away.",
            remedy="Try again.",
            detail=f"sha256 {sha256.hexdigest()}, expected {wanted or stated.get('oid')}",
        )
    return sha256.hexdigest()
