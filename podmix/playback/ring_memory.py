# SPDX-License-Identifier: GPL-3.0-or-later
"""The shared memory of the rings: how large, and who makes it. Light, because the front end imports it."""

from __future__ import annotations

import os
import sys
from multiprocessing import resource_tracker
from multiprocessing.shared_memory import SharedMemory
from pathlib import Path

from podmix.errors import StorageError

SHARED_MEMORY_FOLDER = Path("/dev/shm")  # noqa: S108 - where Linux keeps it
SLOTS = 10
SLOT_FRAMES = 14 * 48_000
MARKS = 1024
ERROR_BYTES = 480
HEADER_BYTES = 64 + 8 + ERROR_BYTES + 24  # counters, duration, sentence, room to keep 64-byte steps
SLOT_BYTES = HEADER_BYTES + MARKS * 24 + SLOT_FRAMES * 8


def _note_nothing(name: object, rtype: str) -> None:
    del name, rtype


def attach_ring_memory(name: str) -> SharedMemory:
    """The memory that another process has made, without becoming an owner of it.

    Before Python 3.13 whoever attaches is noted as an owner, and a process that ends would be said to leak it.
    """
    if sys.version_info >= (3, 13):
        return SharedMemory(name=name, track=False)
    noted = resource_tracker.register
    resource_tracker.register = _note_nothing
    try:
        return SharedMemory(name=name)
    finally:
        resource_tracker.register = noted


def create_ring_memory() -> SharedMemory:
    """Memory for all rings; whoever creates it unlinks it. Raises StorageError where the system has no room."""
    size = SLOTS * SLOT_BYTES
    if SHARED_MEMORY_FOLDER.is_dir():
        room = os.statvfs(SHARED_MEMORY_FOLDER)
        if room.f_bavail * room.f_frsize < size:  # writing there later would kill the process
            raise StorageError("There is no room for the sound buffer.",
                               remedy=f"Make room in /dev/shm ({size // 2**20} MB), then start PodMix again.")
    try:
        return SharedMemory(create=True, size=size)
    except OSError as problem:
        raise StorageError("The sound buffer could not be made.", detail=str(problem),
                           remedy="Close other programs, then start PodMix again.") from problem
