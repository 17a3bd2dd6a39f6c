# SPDX-License-Identifier: GPL-3.0-or-later
"""The filler's entry: light, so that whoever starts the process does not load a decoder itself."""

from __future__ import annotations

import os
from multiprocessing.connection import Connection

from podmix.playback.right_of_way import give_way


def run_filler(connection: Connection, memory_name: str) -> None:
    """Fill rings until the pipe ends; what is heavy is loaded here, in the new process."""
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # its products are small, and each thread costs memory
    import av  # noqa: F401 - the first file is not to wait for it

    import podmix.audio.stretching.clip_source  # noqa: F401 - nor the first mix
    from podmix.playback.filler import fill_until_closed

    give_way()  # it may have been hurried, or the engine has started it; seconds lie ahead of it
    fill_until_closed(connection, memory_name)
