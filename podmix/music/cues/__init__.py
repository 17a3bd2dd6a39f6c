# SPDX-License-Identifier: GPL-3.0-or-later
"""Cue points: where to come into a track, where to leave it, and the places between that matter."""
