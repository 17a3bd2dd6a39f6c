# SPDX-License-Identifier: GPL-3.0-or-later
"""What the recogniser heard in each window, kept for a while so that timing words need not hear it again.

Half the work of Whisper is the encoder, and aligning words needs the same encoder's answer: kept as float16, an hour
of the small models takes some 150 MB. Beyond the limit the oldest go, and are computed anew when wanted.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict

import numpy as np
from numpy.typing import NDArray

from podmix.speech.voice_activity import Samples

MOST_BYTES = 192 * 1024 * 1024

States = NDArray[np.float16]


def fingerprint(window: Samples) -> bytes:
    """A name for exactly these samples."""
    return hashlib.blake2b(np.ascontiguousarray(window).data, digest_size=16).digest()


class EncodedWindows:
    """The encoder's answers ``(1, positions, d)`` by the fingerprint of their window, at most ``most_bytes``."""

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._kept: OrderedDict[bytes, States] = OrderedDict()
        self._room = most_bytes

    def keep(self, window: Samples, states: NDArray[np.float32]) -> None:
        name, small = fingerprint(window), states.astype(np.float16)
        if name in self._kept:
            return
        self._kept[name] = small
        self._room -= small.nbytes
        while self._room < 0:
            self._room += self._kept.popitem(last=False)[1].nbytes

    def find(self, name: bytes) -> States | None:
        return self._kept.get(name)
