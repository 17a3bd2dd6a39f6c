# SPDX-License-Identifier: GPL-3.0-or-later
"""Stored waveforms read without an array library."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from podmix.music.waveform_bytes import from_stored, reduced


@given(st.binary(max_size=900), st.integers(1, 60))
def test_a_reduced_waveform_keeps_its_peaks(points, count):
    made = reduced(points, count)
    whole = len(points) // 3 * 3
    assert len(made) == 3 * min(count, whole // 3)
    for band in range(3):
        assert max(made[band::3], default=0) == max(points[:whole][band::3], default=0)


def test_what_is_stored_reads_back():
    blob = bytes(range(12)) + bytes(range(100, 112)) + b"abcdef" + b"ghijkl"
    wave = from_stored({"points_per_second": 150.0, "points": 4, "overview_points": 2}, blob)
    assert wave is not None
    assert (wave.peaks, wave.rms, wave.overview_peaks, wave.overview_rms) == (
        bytes(range(12)), bytes(range(100, 112)), b"abcdef", b"ghijkl")
    assert from_stored({"points_per_second": 150.0, "points": 5, "overview_points": 2}, blob) is None
    assert from_stored({"error": "It was cut short."}, b"") is None
