# SPDX-License-Identifier: GPL-3.0-or-later
"""A checksum of what a rater said, so that a file that was changed on its way is told from one that was not.

It is written by the page (``saidBy`` in ``page.html``) and by a sitting, and holds against mishaps, not against a
rater who means to deceive. Both write the same lines, one an answer: question, ratings by name, choice, skipped,
comment, between tabs.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

FIELD = "answers_sha256"


def answers_sha256(rater: str, answers: Iterable[Mapping[str, Any]]) -> str:
    """Of answers as the page saves them. Raises TypeError, ValueError, AttributeError, KeyError for what is none."""
    lines = [rater]
    for one in answers:
        ratings = ",".join(f"{name}={int(value)}" for name, value in sorted((one.get("ratings") or {}).items()))
        lines.append("\t".join((str(one["question"]), ratings, str(one.get("choice") or ""),
                                "1" if one.get("skipped") else "0", str(one.get("comment") or ""))))
    return hashlib.sha256("\n".join(lines).encode("utf-8", "replace")).hexdigest()
