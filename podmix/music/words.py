# SPDX-License-Identifier: GPL-3.0-or-later
"""What a person typed as a full-text query: data, never FTS syntax."""

from __future__ import annotations

import re

_WORD = re.compile(r"[^\W_]+", re.UNICODE)
_MOST_WORDS = 24


def words_query(text: str) -> str:
    """Every word quoted and as a beginning; empty where there is no word."""
    words = _WORD.findall(text[:1_000].encode("utf-8", "ignore").decode())
    return " ".join(f'"{word}"*' for word in words[:_MOST_WORDS])
