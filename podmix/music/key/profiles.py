# SPDX-License-Identifier: GPL-3.0-or-later
"""Published key profiles: how much each step of the scale belongs to a key, from the tonic up in semitones.

They stem from listeners (Krumhansl) or from counting notes in scores; sources stand beside them.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

PROFILES: dict[str, tuple[tuple[float, ...], tuple[float, ...]]] = {
    # Krumhansl and Kessler 1982, in Krumhansl, Cognitive Foundations of Musical Pitch, 1990: listeners' ratings.
    "krumhansl": (
        (6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88),
        (6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17),
    ),
    # Temperley, What's Key for Key?, Music Perception 17, 1999: the former, adjusted by hand.
    "temperley": (
        (5.0, 2.0, 3.5, 2.0, 4.5, 4.0, 2.0, 4.5, 2.0, 3.5, 1.5, 4.0),
        (5.0, 2.0, 3.5, 4.5, 2.0, 4.0, 2.0, 4.5, 3.5, 2.0, 1.5, 4.0),
    ),
    # Bellman, About the Determination of Key of a Musical Excerpt, 2005, after Budge 1943: chords in scores.
    "bellman": (
        (16.80, 0.86, 12.95, 1.41, 13.49, 11.93, 1.25, 20.28, 1.80, 8.04, 0.62, 10.57),
        (18.16, 0.69, 12.99, 13.34, 1.07, 11.15, 1.38, 21.07, 7.49, 1.53, 0.92, 10.21),
    ),
    # Albrecht and Shanahan, The Use of Large Corpora to Train a New Type of Key-Finding Algorithm, 2013.
    "albrecht": (
        (0.238, 0.006, 0.111, 0.006, 0.137, 0.094, 0.016, 0.214, 0.009, 0.080, 0.008, 0.081),
        (0.220, 0.006, 0.104, 0.123, 0.019, 0.103, 0.012, 0.214, 0.062, 0.022, 0.061, 0.052),
    ),
    # Sha'ath, Estimation of Key in Digital Music Recordings, 2011 (KeyFinder): adjusted for dance music.
    "shaath": (
        (6.6, 2.0, 3.5, 2.3, 4.6, 4.0, 2.5, 5.2, 2.4, 3.7, 2.3, 3.4),
        (6.5, 2.7, 3.5, 5.4, 2.6, 3.5, 2.5, 5.2, 4.0, 2.7, 4.3, 3.2),
    ),
}


def rotated(name: str) -> NDArray[np.float64]:
    """``(24, 12)``: the profile of every key, C major to B major, then C minor to B minor, each of mean 0, length 1."""
    rows = [np.roll(np.array(profile), tonic) for profile in PROFILES[name] for tonic in range(12)]
    table = np.array(rows) - np.mean(rows, axis=1, keepdims=True)
    return np.asarray(table / np.linalg.norm(table, axis=1, keepdims=True))
