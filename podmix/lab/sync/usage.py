# SPDX-License-Identifier: GPL-3.0-or-later
"""Usage: an allow-list of counts and durations. What is not named here cannot be sent.

The payload is text; the very bytes that are shown are the bytes that are uploaded, as the file ``usage.json``.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping

ALLOWED = {
    "episodes": "episodes that PodMix knows",
    "previews": "previews made",
    "previews_liked": "previews liked",
    "runs": "runs in the lab",
    "shows": "shows subscribed to",
    "tracks": "tracks in the library",
    "seconds_transcribed": "seconds of speech recognised",
    "seconds_trained": "seconds spent on trainings",
}
FILE = "usage.json"
FORMAT = 1


def payload(counts: Mapping[str, float]) -> bytes:
    """The bytes that would be sent: names of ALLOWED, whole numbers, in order. Others are dropped."""
    kept = {name: int(counts[name]) for name in sorted(ALLOWED)
            if isinstance(counts.get(name), int | float) and math.isfinite(counts[name])}
    return (json.dumps({"format": FORMAT, "counts": kept}, indent=1) + "\n").encode("ascii")
