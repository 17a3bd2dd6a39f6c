# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes ``taste-ben.json``, the taste file of a made-up friend, for trying blends with the demo's music.

``python resources/demo/scripts/make_taste.py HOME``: HOME is a PodMix home in which the demo's music was analysed
(``podmix --home HOME library add resources/demo/music``, then ``library analyze``). What Ben likes is invented here.
"""

from __future__ import annotations

import struct
import sys
from pathlib import Path

from podmix.app.application import Application
from podmix.app.side_work import query_vector
from podmix.app.taste_items import MODEL_SPACE
from podmix.app.taste_library import SOUND_SPACE
from podmix.music.analysis_kinds import version_of
from podmix.taste.taste_file import Named, SharedInterest, SharedShow, TasteFile, write_taste

TARGET = Path(__file__).parents[1] / "taste-ben.json"
LOVES = {"Mirrorball Sunday": 1.0, "Glass Elevator": 0.7, "Corner Store Radio": 0.5}
TALK = (("the sea, buoys, lighthouses and the people who keep them", 0.7, ("Salt & Signal",)),
        ("old machines and how they are repaired", 0.3, ("The Long Maintenance",)))


def main() -> int:
    app = Application.open(Path(sys.argv[1]))
    try:
        tracks = {track.title: track for track in app.music_rows(app.music_ids())}
        blobs = app.analyses.blobs("embedding", version_of("embedding"))
        loved = {tracks[title]: weight for title, weight in LOVES.items() if title in tracks}
        sounds = tuple(SharedInterest(SOUND_SPACE, struct.unpack("<64f", blobs[track.id]), weight, (track.artist,))
                       for track, weight in loved.items() if track.id in blobs)
        talk = tuple(SharedInterest(MODEL_SPACE, tuple(query_vector(str(app.home.models), text)), weight, labels)
                     for text, weight, labels in TALK)
        genres = {track.genre: weight for track, weight in reversed(loved.items()) if track.genre}
        write_taste(TasteFile(
            "Ben", talk, sounds, tuple(Named(track.artist, weight) for track, weight in loved.items()),
            tuple(Named(genre, weight) for genre, weight in genres.items()),
            tuple(Named(track.title, weight, track.artist) for track, weight in loved.items() if weight >= 0.7),
            (SharedShow("Salt & Signal"), SharedShow("Harbour Lights", "https://harbour.example/feed.xml"))), TARGET)
    finally:
        app.close()
    sys.stdout.write(f"{TARGET.name}: {len(sounds)} sounds, {len(talk)} interests\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
