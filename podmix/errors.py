# SPDX-License-Identifier: GPL-3.0-or-later
"""The one error tree.

Every error says what happened (``message``), what the person can do (``remedy``), and by its existence that
nothing was lost: code that could lose something must not raise before it has put things right.

    PodMixError
    ├── UsageError            wrong arguments: exit code 2
    ├── SettingsError
    ├── DatabaseError
    │   └── NewerDatabaseError
    ├── JobError
    │   └── WorkerDied
    ├── NetworkError
    │   ├── AddressRefused    a scheme, host or address that is not allowed
    │   ├── AuthenticationNeeded
    │   ├── Gone              410: stop polling
    │   └── TooLarge
    ├── StorageError          disk full, folder not writable
    ├── FeedError
    │   └── NotAFeed
    ├── AudioError
    ├── ModelError
    │   └── ModelMissing
    └── TranscriptError
        └── NoSpeech

``Cancelled`` stands apart: a cancel is not a failure and is shown to nobody.
"""

from __future__ import annotations


class PodMixError(Exception):
    """Something went wrong that a person can understand.

    Args:
        message: one calm sentence saying what happened.
        remedy: one sentence saying what to do; empty where nothing can be done.
        detail: technical text for the log and the report, never for the screen.
    """

    exit_code = 1

    def __init__(self, message: str, *, remedy: str = "", detail: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy
        self.detail = detail

    def __str__(self) -> str:
        return f"{self.message} {self.remedy}".strip()

    def __reduce__(self) -> tuple[object, ...]:
        # Keyword-only arguments do not survive the default pickling between processes.
        return (_rebuild, (type(self), self.message, self.remedy, self.detail))


def _rebuild(kind: type[PodMixError], message: str, remedy: str, detail: str) -> PodMixError:
    return kind(message, remedy=remedy, detail=detail)


class UsageError(PodMixError):
    exit_code = 2


class SettingsError(PodMixError):
    pass


class DatabaseError(PodMixError):
    pass


class NewerDatabaseError(DatabaseError):
    pass


class JobError(PodMixError):
    pass


class WorkerDied(JobError):
    pass


class NetworkError(PodMixError):
    pass


class AddressRefused(NetworkError):
    pass


class AuthenticationNeeded(NetworkError):
    pass


class Gone(NetworkError):
    pass


class TooLarge(NetworkError):
    pass


class StorageError(PodMixError):
    pass


class FeedError(PodMixError):
    pass


class NotAFeed(FeedError):
    pass


class AudioError(PodMixError):
    pass


class ModelError(PodMixError):
    pass


class ModelMissing(ModelError):
    pass


class TranscriptError(PodMixError):
    pass


class NoSpeech(TranscriptError):
    pass


class Cancelled(Exception):
    """The person stopped the work; raised at a safe point, shown to nobody."""

    exit_code = 130
