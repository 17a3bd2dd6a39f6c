# SPDX-License-Identifier: GPL-3.0-or-later
"""From what holds of a track to what is written into its file."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from podmix.errors import UsageError
from podmix.music.analysis_store import AnalysisStore
from podmix.music.interop.key_notation import KeyNotation
from podmix.music.library_types import FileRecord, Track
from podmix.music.tag_writing import TagChanges
from podmix.music.tags import FileSays

REPLAYGAIN_LUFS = -18.0


def checked_notation(text: str) -> KeyNotation:
    try:
        return KeyNotation(text)
    except ValueError:
        raise UsageError(f"Keys are written {', '.join(KeyNotation)}, not {text[:20]}.") from None


def changes_of(track: Track, fields: Collection[str], analyses: AnalysisStore) -> TagChanges:
    """The fields asked for, as far as they are known."""
    gain = peak = None
    if "gain" in fields and track.lufs is not None:
        gain = round(REPLAYGAIN_LUFS - track.lufs, 2)
        found = analyses.current(track.id, "loudness")
        known = found[0].get("replaygain_peak") if found else None
        peak = float(known) if isinstance(known, (int, float)) else None
    return TagChanges(
        bpm=track.bpm if "bpm" in fields else None,
        key=(track.key or None) if "key" in fields else None,
        track_gain=gain,
        track_peak=peak,
        rating=track.rating if "rating" in fields else None,
    )


def record_of(path: Path, says: FileSays) -> FileRecord:
    """A file as a scan would find it now."""
    about = path.stat()
    return FileRecord(str(path), about.st_size, about.st_mtime_ns, says.fingerprint, says.sound, says.tags,
                      marks=says.marks)
