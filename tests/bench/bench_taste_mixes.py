# SPDX-License-Identifier: GPL-3.0-or-later
"""How long all mixes of a 20,000-track library take, and whether they are made of what they should be.

``python tests/bench/bench_taste_mixes.py``: the tracks of ``bench_taste_catalogue`` are stored in a fresh home with
their sounds, 1,500 of them heard by a listener of three genres, then every kind of mix is made through the program's
own verbs. Exit code 1 when all of them, the reading of the library included, take more than 5 s of processor time (the
clock is shown beside; it says more about what else runs). Beside the time: the mean likeness of neighbours in each mix,
against the same tracks shuffled, and the share of tracks of the listener's three genres in daily mixes, against chance.
"""

from __future__ import annotations

import argparse
import struct
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from podmix.app.application import Application
from podmix.app.taste_views import MixCard
from podmix.music.analysis_kinds import version_of
from podmix.music.library_types import FileRecord, SoundFacts, TrackTags
from podmix.music.scanning import ScanBatch
from podmix.taste.taste_file import Named, SharedInterest, TasteFile, write_taste
from tests.bench.bench_taste_catalogue import CACHE, Music, make_music

LIMIT_S = 5.0
NAMES = ("House", "Techno", "Piano", "Folk", "Jazz", "Rock", "Ambient", "Soul", "Disco", "Metal", "Hip hop",
         "Classical", "Drum and bass")
LOVED = (0, 2, 4)


def fill(app: Application, music: Music, folder: Path) -> list[int]:
    folder.mkdir()
    app.add_music_folder(folder, scan=False)
    for at in range(0, len(music.sounds), 1000):
        app.music.apply(ScanBatch(tuple(FileRecord(
            str(folder / f"{i}.mp3"), 1000, 1, b"sound-%d" % i, SoundFacts("mp3", 200.0),
            TrackTags(title=f"Song {i}", artist=f"Artist {music.artists[i]}", genre=NAMES[music.genres[i]],
                      year=int(music.years[i]), bpm=float(music.bpm[i]), energy=float(music.energy[i])))
            for i in range(at, min(at + 1000, len(music.sounds))))))
    ids = [int(track) for track in app.music_ids(sort="added")]
    version = version_of("embedding")
    with app.database.write():
        for i, track in enumerate(ids):
            app.analyses.save(app.music_rows([track])[0].id, "embedding", version, {"version": 1},
                              blob=struct.pack("<64f", *music.sounds[i]))
    return ids


def listen(app: Application, music: Music, ids: list[int]) -> None:
    rng = np.random.default_rng(3)
    mine = rng.choice(np.flatnonzero(np.isin(music.genres, LOVED)), 1500, replace=False)
    with app.database.write():
        for i in mine.tolist():
            app.music.note_played(ids[i], 200.0)
        app.music.rate([ids[i] for i in mine[:200].tolist()], 5)


def smoothness(app: Application, card: MixCard, music: Music, place: dict[int, int]) -> tuple[float, float]:
    """Mean likeness of neighbours, as ordered and as shuffled."""
    rows = music.sounds[[place[track] for track in card.track_ids]]
    mixed = rows[np.random.default_rng(0).permutation(len(rows))]
    return (float((rows[:-1] * rows[1:]).sum(1).mean()), float((mixed[:-1] * mixed[1:]).sum(1).mean()))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cache", type=Path, default=CACHE)
    music = make_music(parser.parse_args().cache)
    with tempfile.TemporaryDirectory() as folder:
        app = Application.open(Path(folder) / "home")
        ids = fill(app, music, Path(folder) / "music")
        listen(app, music, ids)
        friend = TasteFile("Ben", sounds=(SharedInterest("sound-1", tuple(map(float, music.sounds[5000])), 1.0),),
                           artists=(Named("Artist 250", 1.0),), genres=(Named("Techno", 1.0),))
        write_taste(friend, Path(folder) / "ben.json")
        app.import_taste(Path(folder) / "ben.json")
        playlist = app.create_playlist("Fifty", tracks=ids[:1000:20])
        spent = 0.0
        place = {track: i for i, track in enumerate(ids)}
        steps: tuple[tuple[str, Callable[[], list[MixCard]]], ...] = (
            ("daily (library read)", app.daily_mixes), ("daily, next page", lambda: app.daily_mixes(page=1)),
            ("genre", lambda: [app.genre_mix("Techno")]), ("mood", lambda: [app.mood_mix("calm")]),
            ("decade", lambda: [app.decade_mix(1990)]),
            ("phrase", lambda: [app.phrase_mix("rainy sunday piano")]), ("blend", lambda: [app.blend_mix("Ben")]),
            ("enhance 50 tracks", lambda: [app.enhance_playlist(playlist)]),
            ("path", lambda: [app.sound_path(ids[0], ids[9000], steps=10)]))
        for name, make in steps:
            began, busy = time.perf_counter(), time.process_time()
            cards = make()
            busy = time.process_time() - busy
            spent += busy
            smooth = np.mean([smoothness(app, card, music, place) for card in cards], axis=0)
            print(f"{name:22} {busy:6.2f} s of processor, {time.perf_counter() - began:6.2f} s on the clock; "
                  f"neighbours alike {smooth[0]:.2f}, shuffled {smooth[1]:.2f}; {len(cards)} × "
                  f"{len(cards[0].tracks)} tracks: {', '.join(card.title for card in cards[:6])}")
            if name.startswith("daily (") and cards:
                loved = {NAMES[number] for number in LOVED}
                share = np.mean([one.track.genre in loved for card in cards for one in card.tracks])
                chance = np.isin(music.genres, LOVED).mean()
                print(f"{'':22} of the listener's three genres: {share:.2f}, by chance {chance:.2f}")
        app.close()
    print(f"all mixes of {len(music.sounds)} tracks: {spent:.2f} s of processor (limit {LIMIT_S:.0f})")
    return 0 if spent <= LIMIT_S else 1


if __name__ == "__main__":
    sys.exit(main())
