# SPDX-License-Identifier: GPL-3.0-or-later
"""Where models lie on this machine, and how they come here.

A model is a folder with its files and ``verified.json``, which records each file's sha256 with size and time, so that
the next start trusts it without reading a gigabyte. It is built beside its place and renamed: whole or not there.
Sources in order: installed packages (the ``offline`` extra), then the model's hub.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

from podmix.errors import ModelError, ModelMissing
from podmix.models.catalogue import Catalogue, ModelEntry, PackagedFile
from podmix.paths import disk_full
from podmix.progress import Progress, Steps

if TYPE_CHECKING:
    from podmix.net.client import HttpClient

HUB = "https://huggingface.co"
_NOTE = "verified.json"
_BLOCK = 1 << 20


class ModelStore:
    """Args:
    folder: where models are installed.
    offline_only: never use the network.
    hub: base address of the hub, another one in tests.
    http: makes the client for the hub.
    """

    def __init__(
        self,
        folder: Path,
        *,
        offline_only: bool = False,
        catalogue: Catalogue | None = None,
        hub: str = HUB,
        http: Callable[[], HttpClient] | None = None,
    ) -> None:
        self._folder = folder
        self._offline_only = offline_only
        self._catalogue = catalogue or Catalogue.load()
        self._hub = hub
        self._http = http

    def find(self, model_id: str) -> Path | None:
        """The installed and verified model, or None. Never touches the network; quick."""
        entry = self._catalogue.entry(model_id)
        folder = self._folder / entry.id
        return folder if _trusted(folder, entry) else None

    def at_hand(self, model_id: str) -> bool:
        """Whether ``ensure`` would need no network."""
        entry = self._catalogue.entry(model_id)
        return self.find(model_id) is not None or self._parts(entry) is not None

    def ensure(self, model_id: str) -> Steps[Path]:
        """The model's folder, installing it where needed.

        Raises:
            ModelMissing: no package holds it, and the hub may not be asked.
            ModelError: a file is not what the catalogue says. NetworkError, StorageError.
        """
        entry = self._catalogue.entry(model_id)
        found = self.find(model_id)
        if found is not None:
            return found
        parts = self._parts(entry)
        if parts is not None:
            return (yield from self._from_packages(entry, parts))
        if self._offline_only or not entry.hub_files:
            raise ModelMissing(
                f"The model {entry.title} is not on this machine.",
                remedy="Install it with: pip install podmix[offline]"
                if entry.packaged
                else "Allow downloads of models under Settings, Models, or choose a faster tier.",
            )
        return (yield from self._from_hub(entry))

    # -- from packages --

    def _parts(self, entry: ModelEntry) -> dict[str, list[Path]] | None:
        """File name -> the paths of its parts; None when any is missing."""
        if not entry.packaged:
            return None
        found: dict[str, list[Path]] = {}
        for file in entry.packaged:
            paths = [_in_package(package, inside) for package, inside in file.parts]
            if any(path is None for path in paths):
                return None
            found[file.name] = [path for path in paths if path is not None]
        return found

    def _from_packages(self, entry: ModelEntry, parts: dict[str, list[Path]]) -> Steps[Path]:
        with self._building(entry) as place:
            for number, file in enumerate(entry.packaged):
                yield Progress("model", number, len(entry.packaged), note=f"Checking {entry.title}")
                _install(file, parts[file.name], place / file.name)
            return self._finish(entry, place, {file.name: file.sha256 for file in entry.packaged})

    # -- from the hub --

    def _from_hub(self, entry: ModelEntry) -> Steps[Path]:
        from podmix.models.hub import download_model

        # Parts of an interrupted download wait beside the models and are gone on with.
        waiting = self._folder / f".{entry.id}.downloading"
        waiting.mkdir(parents=True, exist_ok=True)
        with self._client() as http:
            sums = yield from download_model(entry, waiting, hub=self._hub, http=http)
        with self._building(entry) as place:
            for file in entry.hub_files:
                (waiting / file.name).replace(place / file.name)
            folder = self._finish(entry, place, sums)
        shutil.rmtree(waiting, ignore_errors=True)
        return folder

    def _client(self) -> HttpClient:
        from podmix.net.client import HttpClient

        return self._http() if self._http is not None else HttpClient()

    # -- placing --

    @contextlib.contextmanager
    def _building(self, entry: ModelEntry) -> Iterator[Path]:
        self._folder.mkdir(parents=True, exist_ok=True)
        place = Path(tempfile.mkdtemp(prefix=f".{entry.id}.", dir=self._folder))
        try:
            yield place
        except OSError as problem:
            if problem.errno == 28:
                raise disk_full(place) from problem
            raise ModelError(
                f"The model {entry.title} could not be installed.",
                remedy="Check the folder's permissions.",
                detail=str(problem),
            ) from problem
        finally:
            shutil.rmtree(place, ignore_errors=True)

    def _finish(self, entry: ModelEntry, place: Path, sums: dict[str, str]) -> Path:
        files = {name: {"sha256": value, **_facts(place / name)} for name, value in sums.items()}
        note = {"model": entry.id, "licence": entry.licence, "source": entry.source, "files": files}
        (place / _NOTE).write_text(json.dumps(note, indent=1), encoding="utf-8")
        folder = self._folder / entry.id
        if folder.exists():
            shutil.rmtree(folder, ignore_errors=True)
        try:
            place.rename(folder)
        except OSError:
            if not _trusted(folder, entry):  # else another process was quicker: its model is as good
                raise
        return folder


def _in_package(package: str, inside: str) -> Path | None:
    try:
        path = Path(str(metadata.distribution(package).locate_file(inside)))
    except metadata.PackageNotFoundError:
        return None
    return path if path.is_file() else None


def _install(file: PackagedFile, parts: list[Path], target: Path) -> None:
    """Check the parts' joint sha256; link a single part, write several as one."""
    digest = hashlib.sha256()
    if len(parts) == 1:
        for block in _blocks(parts[0]):
            digest.update(block)
        try:
            target.symlink_to(parts[0])
        except OSError:
            shutil.copyfile(parts[0], target)  # a file system without links
    else:
        with target.open("wb") as joined:
            for part in parts:
                for block in _blocks(part):
                    digest.update(block)
                    joined.write(block)
            joined.flush()
            os.fsync(joined.fileno())
    if digest.hexdigest() != file.sha256:
        raise ModelError(
            f"The file {file.name} is not the one in the catalogue, so it is not used.",
            remedy="Install the package again: pip install --force-reinstall " + file.parts[0][0],
            detail=f"sha256 {digest.hexdigest()}, expected {file.sha256}",
        )


def _blocks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as stream:
        while block := stream.read(_BLOCK):
            yield block


def _facts(path: Path) -> dict[str, int]:
    facts = path.stat()
    return {"size": facts.st_size, "mtime_ns": facts.st_mtime_ns}


def _trusted(folder: Path, entry: ModelEntry) -> bool:
    """Whether every file is the catalogue's of today, and as it was when its checksum was taken."""
    try:
        files = json.loads((folder / _NOTE).read_text(encoding="utf-8"))["files"]
        sums = {name: facts["sha256"] for name, facts in files.items()}
        if not _is_this_edition(sums, entry):
            return False
        return all(_facts(folder / name) == {"size": f["size"], "mtime_ns": f["mtime_ns"]} for name, f in files.items())
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return False


def _is_this_edition(sums: dict[str, str], entry: ModelEntry) -> bool:
    """Whether these are all files of the packaged form, or of the hub's; an empty sha256 there fits any."""
    forms = [{f.name: f.sha256 for f in entry.packaged}, {f.name: f.sha256 for f in entry.hub_files}]
    return any(
        form and sums.keys() == form.keys() and all(wanted in ("", sums[name]) for name, wanted in form.items())
        for form in forms
    )
