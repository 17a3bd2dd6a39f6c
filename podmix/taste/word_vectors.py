# SPDX-License-Identifier: GPL-3.0-or-later
"""Meaning where no sentence model is: hashed words (Weinberger et al. 2009), rarer in form counting more.

Far poorer than a model, and another space: the two are never compared. It only serves that a card without a vector
is not like every other.
"""

from __future__ import annotations

import re
import zlib

import numpy as np

from podmix.taste.interests import Floats, unit_rows

SPACE = "words-1"
SIZE = 384
_WORD = re.compile(r"[^\W\d_]{4,}")


def word_vector(text: str) -> Floats:
    """``(384,)`` of unit length; zeros for a text without words."""
    row = np.zeros(SIZE, np.float32)
    for word in set(_WORD.findall(text.casefold())):
        code = zlib.crc32(word.encode())
        row[code % SIZE] += (1.0 if code >> 31 else -1.0) * min(len(word), 10)
    return unit_rows(row)
