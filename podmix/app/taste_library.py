# SPDX-License-Identifier: GPL-3.0-or-later
"""The music library as mixes see it: rows, sounds, and how much each track is liked.

Liking joins what the person said (stars, likes) with what plays and skips show; a word outweighs any number of signs.
"""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING

from podmix.music.analysis_kinds import version_of
from podmix.music.library_types import Track, TrackId
from podmix.taste.events import Outcome, Thing, outcomes_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from podmix.app.taste_verbs import TasteVerbs
    from podmix.taste.mixes.library import MusicLibrary, TrackRow

SOUND_SPACE = f"sound-{version_of('embedding')}"
_SIZE = 64
_DAY_S = 86_400.0


def music_library(verbs: TasteVerbs) -> MusicLibrary:
    """All tracks that can be played, now."""
    from podmix.taste.mixes.library import MusicLibrary

    verbs.recorder.flush()
    now = time.time()
    outcomes = {one.number: one for one in outcomes_of(verbs.taste_store.events(thing=Thing.TRACK))}
    tracks = [track for track in verbs.music.tracks(verbs.music.track_ids(sort="added")) if _plays(track)]
    rows = tuple(_row(track, outcomes, now) for track in tracks)
    return MusicLibrary(rows, _sounds(tracks, verbs.analyses.blobs("embedding", version_of("embedding"))))


def _plays(track: Track) -> bool:
    return not track.missing and not track.problem


def _row(track: Track, outcomes: Mapping[int, Outcome], now: float) -> TrackRow:
    from podmix.taste.mixes.library import TrackRow

    last = track.last_played.timestamp() if track.last_played else None
    said = outcomes.get(int(track.id))
    if said is not None and said.value > 0.5:
        last = max(said.at, last or 0.0)
    return TrackRow(
        int(track.id), track.title or track.path.stem, track.artist, track.album, track.genre, track.year, track.bpm,
        track.energy, None if not track.camelot else track.camelot.endswith("A"), track.camelot,
        liking(track.rating, track.play_count, said), math.inf if last is None else max(0.0, now - last) / _DAY_S,
        track.comment)


def liking(rating: int | None, plays: int, said: Outcome | None) -> float:
    """-1..1 of a track: a like or dislike, else stars, else plays and skips; 0 where nothing is known."""
    if said is not None and said.explicit:
        return 1.0 if said.value > 0.5 else -1.0
    shown = 0.6 * (1.0 - math.exp(-max(plays, 0) / 4.0))
    if said is not None:
        shown = shown if said.value > 0.5 else shown - 0.8 * (0.5 - said.value)
    if rating is not None:
        return max(-1.0, min(1.0, (rating - 2.5) / 2.5 + 0.2 * shown))
    return max(-1.0, min(1.0, shown))


def _sounds(tracks: list[Track], blobs: Mapping[TrackId, bytes]) -> NDArray[np.float32]:
    """``(n, 64)``: vectors of the version of now; zeros for tracks that were not heard yet."""
    import numpy as np

    from podmix.taste.interests import unit_rows

    blank = bytes(4 * _SIZE)
    rows = [blob if len(blob := blobs.get(track.id, blank)) == 4 * _SIZE else blank for track in tracks]
    found = np.frombuffer(b"".join(rows), "<f4").reshape(len(rows), _SIZE)
    return unit_rows(np.nan_to_num(found))
