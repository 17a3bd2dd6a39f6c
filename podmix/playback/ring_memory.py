# SPDX-License-Identifier: GPL-3.0-or-later
"""The shared memory of the rings: how large, and who makes it. Light, because the front end imports it."""

from __future__ import annotations

import os
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
