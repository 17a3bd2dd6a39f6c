# SPDX-License-Identifier: GPL-3.0-or-later
"""What makes a run repeatable: its configuration's hash, the code's state, the data's checksums, the seeds.

Hashes are SHA-256 of canonical JSON (keys sorted, no spaces), so that equal settings have equal names everywhere.
"""

from __future__ import annotations

import hashlib
import json
import platform
import subprocess
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from podmix import __version__
from podmix.lab.runs.journal import plain_value

_GIT_S = 10.0
_BLOCK = 1 << 20


def canonical(value: Any) -> str:
    """The one JSON text of a value."""
    return json.dumps(plain_value(value), sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def config_hash(config: Mapping[str, Any]) -> str:
    return hashlib.sha256(canonical(config).encode()).hexdigest()


def file_sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while block := stream.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()


def data_manifest(root: Path, files: Iterable[Path]) -> dict[str, Any]:
    """Names below ``root`` with size and checksum, and one hash of it all. The root's own path is not told."""
    entries = {path.relative_to(root).as_posix(): [path.stat().st_size, file_sha256(path)] for path in sorted(files)}
    return {"folder": root.name, "files": entries, "sha256": config_hash(entries)}


def code_state() -> dict[str, Any]:
    """Commit, branch and whether anything was changed; only the version where this is no checkout."""
    folder = Path(__file__).parents[3]
    state: dict[str, Any] = {"podmix": __version__}
    if not (folder / ".git").exists():
        return state
    commit = _git(folder, "rev-parse", "HEAD")
    if commit:
        changes = _git(folder, "status", "--porcelain", "--untracked-files=no", "--", "podmix", "resources")
        state |= {"commit": commit, "branch": _git(folder, "rev-parse", "--abbrev-ref", "HEAD"),
                  "changed_files": len(changes.splitlines()),
                  "changes_sha256": hashlib.sha256(_git(folder, "diff", "HEAD", "--", "podmix").encode()).hexdigest()
                  if changes else ""}
    return state


def _git(folder: Path, *words: str) -> str:
    try:
        done = subprocess.run(["git", "-C", str(folder), *words], capture_output=True, timeout=_GIT_S, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.decode(errors="replace").strip() if done.returncode == 0 else ""


def machine() -> dict[str, str]:
    """What figures depend on besides the code. No name of host or user."""
    return {"python": platform.python_version(), "system": platform.system(), "processor": platform.machine()}


def seed_for(root: int, component: str) -> int:
    """A seed of its own for each component, 0..2^32-1: adding one component leaves the others' dice as they were."""
    return int.from_bytes(hashlib.sha256(f"{root}:{component}".encode()).digest()[:4], "big")
