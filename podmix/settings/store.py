# SPDX-License-Identifier: GPL-3.0-or-later
"""The settings file: read once, written at each change, safe from several threads and processes.

Only what a person changed is written, so that a better default reaches everybody else. Keys and values that this
version does not understand stay in the file as they are. A file that is not readable at all is renamed aside and
the defaults hold. Listeners are called on the thread that made the change, after it is on the disk.
"""

from __future__ import annotations

import contextlib
import difflib
import json
import logging
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO, TypeVar, cast

from podmix.errors import SettingsError
from podmix.paths import atomic_write
from podmix.settings.declared import BY_KEY, Setting, Value, checked, parsed
from podmix.settings.migrations import MIGRATIONS, SettingsMigration, Values, migrated

logger = logging.getLogger(__name__)

Listener = Callable[[str, Value], None]
Wanted = TypeVar("Wanted", bool, int, float, str)


def declared(key: str) -> Setting:
    """The setting of that name; SettingsError with the nearest names when there is none."""
    setting = BY_KEY.get(key)
    if setting is not None:
        return setting
    near = difflib.get_close_matches(key, BY_KEY, n=3, cutoff=0.5)
    near += [name for name in BY_KEY if name.endswith(f".{key}") and name not in near]
    remedy = f"Did you mean {' or '.join(near)}?" if near else "See the list with: podmix settings"
    raise SettingsError(f"There is no setting called {key}.", remedy=remedy)


class Settings:
    """All settings of one installation. Make it with ``load``."""

    def __init__(self, path: Path, *, migrations: Sequence[SettingsMigration] = MIGRATIONS) -> None:
        self.path = path
        self._migrations = migrations
        self._lock = threading.RLock()
        self._stored: Values = {}
        self._schema = len(migrations) + 1
        self._overrides: dict[str, Value] = {}
        self._listeners: list[Listener] = []
        self._warnings: list[str] = []

    @classmethod
    def load(cls, path: Path, *, migrations: Sequence[SettingsMigration] = MIGRATIONS) -> Settings:
        """Read ``path``; a missing file means all defaults. Never fails on what stands in the file."""
        settings = cls(path, migrations=migrations)
        with settings._lock:
            settings._read()
        return settings

    @property
    def warnings(self) -> tuple[str, ...]:
        """What was wrong with the file, in words for a person."""
        with self._lock:
            return tuple(self._warnings)

    # -- reading --

    def get(self, key: str) -> Value:
        """The value in force: an override, else what the person chose, else the default."""
        setting = declared(key)
        with self._lock:
            if key in self._overrides:
                return self._overrides[key]
            if key in self._stored:
                with contextlib.suppress(SettingsError):
                    return checked(setting, self._stored[key])
            return setting.default

    def read(self, key: str, kind: type[Wanted]) -> Wanted:
        """``get`` for callers that want to name the type: ``settings.read("network.timeout_s", float)``."""
        value = self.get(key)
        if not isinstance(value, kind):
            raise TypeError(f"{key} is a {type(value).__name__}, not a {kind.__name__}")
        return value

    def is_default(self, key: str) -> bool:
        return self.get(key) == declared(key).default

    def as_dict(self) -> dict[str, Value]:
        """Every setting's value in force; plain data, fit for a job's context."""
        with self._lock:
            return {key: self.get(key) for key in BY_KEY}

    # -- changing --

    def set(self, key: str, value: object) -> Value:
        """Check, keep and write one value; returns it in its own type. Raises SettingsError, StorageError."""
        setting = declared(key)
        return self._change(key, checked(setting, value), keep=True)

    def set_text(self, key: str, text: str) -> Value:
        """``set`` with what a person typed ("on", "45")."""
        setting = declared(key)
        return self._change(key, parsed(setting, text), keep=True)

    def reset(self, key: str) -> Value:
        """Back to the default."""
        return self._change(key, declared(key).default, keep=False)

    def override(self, key: str, value: object) -> None:
        """Let ``value`` hold in this process only: for command-line options and the demo. Nothing is written."""
        wanted = checked(declared(key), value)
        with self._lock:
            before = self.get(key)
            self._overrides[key] = wanted
        if wanted != before:
            self._tell({key: wanted})

    def reload(self) -> None:
        """Take over what another process wrote; listeners hear each setting that differs."""
        with self._lock:
            before = self.as_dict()
            self._read()
            after = self.as_dict()
        self._tell({key: value for key, value in after.items() if value != before[key]})

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Call ``listener(key, value)`` after each change; returns the function that ends it."""
        with self._lock:
            self._listeners.append(listener)

        def end() -> None:
            with self._lock, contextlib.suppress(ValueError):
                self._listeners.remove(listener)

        return end

    # -- inside --

    def _change(self, key: str, value: Value, *, keep: bool) -> Value:
        with self._lock:
            before = self.as_dict()
            old = dict(self._stored), self._schema, dict(self._overrides)
            self._read()  # another process may have written since
            self._overrides.pop(key, None)
            if keep:
                self._stored[key] = value
            else:
                self._stored.pop(key, None)
            try:
                self._write()
            except BaseException:
                self._stored, self._schema, self._overrides = old
                raise
            after = self.as_dict()
        self._tell({name: now for name, now in after.items() if now != before[name]})
        return value

    def _tell(self, changes: dict[str, Value]) -> None:
        with self._lock:
            listeners = tuple(self._listeners)
        for key, value in changes.items():
            for listener in listeners:
                listener(key, value)

    def _write(self) -> None:
        try:
            text = json.dumps({"schema": self._schema, "values": self._stored}, indent=2, sort_keys=True)
            with atomic_write(self.path) as stream:
                cast("IO[bytes]", stream).write(f"{text}\n".encode())
        except OSError as problem:
            raise SettingsError("The settings could not be saved. The old ones stay as they were.",
                                remedy=f"Make sure that you may write to {self.path.parent}.",
                                detail=str(problem)) from problem

    def _read(self) -> None:
        self._warnings = [warning for warning in self._warnings if "set aside" in warning]
        try:
            data = self.path.read_bytes()
        except FileNotFoundError:
            self._stored = {}
            return
        except OSError as problem:
            self._warn(f"The settings could not be read, so the defaults hold: {problem.strerror}.")
            return
        try:
            values, schema = _unpacked(data)
            self._stored, self._schema = migrated(values, schema, self._migrations)
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as problem:
            aside = self._set_aside()
            self._stored = {}
            self._warn(f"The settings file was not readable. It was set aside as {aside.name}; the defaults hold.")
            logger.info("broken settings: %r", problem)
            return
        for key, value in self._stored.items():
            if key in BY_KEY:
                try:
                    checked(BY_KEY[key], value)
                except SettingsError as problem:
                    self._warn(f"{problem.message} The default holds.")

    def _set_aside(self) -> Path:
        """Rename the broken file to the first free ``settings.broken-N.json``."""
        number = 1
        while (aside := self.path.with_name(f"{self.path.stem}.broken-{number}{self.path.suffix}")).exists():
            number += 1
        with contextlib.suppress(OSError):
            self.path.replace(aside)
        return aside

    def _warn(self, text: str) -> None:
        self._warnings.append(text)
        logger.warning(text)


def _unpacked(data: bytes) -> tuple[Values, int]:
    """Values and schema number of a file's bytes; ValueError when it is something else."""
    content = json.loads(data.decode("utf-8-sig"))
    if not isinstance(content, dict):
        raise ValueError("not an object")  # noqa: TRY004 - one kind of trouble: not a settings file
    values, schema = content.get("values", {}), content.get("schema", 1)
    if not isinstance(values, dict) or not isinstance(schema, int) or isinstance(schema, bool) or schema < 1:
        raise ValueError("not a settings file")
    return values, schema
