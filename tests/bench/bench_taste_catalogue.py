# SPDX-License-Identifier: GPL-3.0-or-later
"""The generated world that taste is measured in: 5,000 previews and 20,000 tracks with real text embeddings.

Previews: the sentences of the 151 episodes in ``shared/data/highlights`` are cut into windows of about 90 words, 34 an
episode. Stated structure: each source episode (one subject, a few voices) stands for one *show*, its source show for
the *network*; five windows in a row are one episode of that show; dates are drawn over 400 days.

Tracks: 20,000 sentences of the same texts; a fixed random projection of their sentence vectors (384 to 64) is the
*sound* of a track, so sounds have the uneven shape of real data. Stated structure: an *artist* is a run of 20
neighbouring sentences, whose sound is half the artist's mean; a *genre* is the source show; the decade is drawn by
artist, energy 1..10 and tempo follow one direction of the sound each, with noise.

Texts stay outside the project; the vectors are made once and kept in ``--cache``.
"""

from __future__ import annotations

import argparse
import gzip
import json
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

SHARED = Path(__file__).parents[3] / "shared" / "data" / "highlights" / "episodes.jsonl.gz"
CACHE = Path("/tmp") / "podmix-taste-bench"
PREVIEWS = 5_000
TRACKS = 20_000
WINDOW_WORDS = 90
EPISODE_WINDOWS = 5
ARTIST_TRACKS = 20
DAYS = 400.0

Floats = NDArray[np.float32]
Ints = NDArray[np.intp]


@dataclass(frozen=True)
class World:
    """Previews: ``(n,)`` each, texts beside. ``people`` is a voice (source speaker), ``days`` when it came out."""

    texts: tuple[str, ...]
    vectors: Floats
    shows: Ints
    networks: Ints
    episodes: Ints
    people: Ints
    days: NDArray[np.float64]


@dataclass(frozen=True)
class Music:
    """Tracks: ``sounds`` ``(m, 64)`` unit rows, the rest ``(m,)``."""

    sounds: Floats
    artists: Ints
    genres: Ints
    years: Ints
    energy: NDArray[np.float64]
    bpm: NDArray[np.float64]


def _windows(sentences: list[list[str]], wanted: int) -> list[tuple[str, str]]:
    """(voice, text) of ``wanted`` windows spread over an episode."""
    starts = np.linspace(0, max(0, len(sentences) - 8), wanted).astype(int)
    found = []
    for start in starts:
        words: list[str] = []
        for _, text in sentences[start:start + 40]:
            words += text.split()
            if len(words) >= WINDOW_WORDS:
                break
        found.append((sentences[start][0] or "", " ".join(words[:WINDOW_WORDS])))
    return found


def read_texts() -> tuple[list[tuple[str, str, str, str]], list[tuple[str, str]]]:
    """Previews as (episode, show, voice, text) and tracks as (show, sentence)."""
    with gzip.open(SHARED, "rt", encoding="utf-8") as stream:
        episodes = [json.loads(line) for line in stream]
    each = -(-PREVIEWS // len(episodes))
    previews = [(e["id"], e["show"], voice, text) for e in episodes for voice, text in _windows(e["sentences"], each)]
    runs = -(-TRACKS // (len(episodes) * ARTIST_TRACKS))
    tracks = []
    for e in episodes:
        plain = [text for _, text in e["sentences"] if 8 <= len(text.split()) <= 30]
        step = max(ARTIST_TRACKS, len(plain) // runs)
        for run in range(runs):
            tracks += [(e["show"], text) for text in plain[run * step:run * step + ARTIST_TRACKS]]
    return previews[:PREVIEWS], tracks[:TRACKS]


def _embedded(cache: Path, name: str, texts: list[str]) -> Floats:
    path = cache / f"{name}.npy"
    if path.is_file():
        return np.asarray(np.load(path), np.float32)
    from podmix.models.sentences import SentenceEncoder
    from podmix.models.store import ModelStore
    from podmix.progress import finish

    cache.mkdir(parents=True, exist_ok=True)
    encoder = SentenceEncoder.load(finish(ModelStore(cache / "models").ensure("all-MiniLM-L6-v2")), threads=1)
    pieces = []
    for at in range(0, len(texts), 500):
        part = cache / f"{name}-{at}.npy"
        if not part.is_file():
            np.save(part, encoder.encode(texts[at:at + 500]).astype(np.float16))
            print(f"  {name}: {at + 500} of {len(texts)}", flush=True)
        pieces.append(np.load(part))
    rows = np.concatenate(pieces)
    np.save(path, rows)
    return np.asarray(rows, np.float32)


def _numbers(names: list[str]) -> Ints:
    return np.unique(np.array(names), return_inverse=True)[1].astype(np.intp)


def _unit(rows: Floats) -> Floats:
    return np.asarray(rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9), np.float32)


def make_world(cache: Path = CACHE, seed: int = 1) -> World:
    """The previews. Deterministic but for the vectors' last bits."""
    previews, _ = read_texts()
    texts = [text for *_, text in previews]
    vectors = _unit(_embedded(cache, "previews", texts))
    rng = np.random.default_rng(seed)
    shows = _numbers([episode for episode, *_ in previews])
    firsts = np.array([np.flatnonzero(shows == show)[0] for show in range(shows.max() + 1)])
    place = np.arange(len(previews)) - firsts[shows]  # windows of a show stand together
    _, episode = np.unique(shows * 100 + place // EPISODE_WINDOWS, return_inverse=True)
    day = rng.uniform(0, DAYS, episode.max() + 1)
    return World(tuple(texts), vectors, shows, _numbers([show for _, show, *_ in previews]), episode.astype(np.intp),
                 _numbers([f"{show}:{voice}" for _, show, voice, _ in previews]), day[episode])


def make_music(cache: Path = CACHE, seed: int = 1) -> Music:
    """The tracks."""
    _, tracks = read_texts()
    words = _embedded(cache, "tracks", [text for _, text in tracks])
    rng = np.random.default_rng(seed)
    raw = _unit(words @ (rng.standard_normal((words.shape[1], 64)).astype(np.float32) / 8))
    artists = np.arange(len(tracks)) // ARTIST_TRACKS
    means = np.array([raw[artists == a].mean(0) for a in range(artists.max() + 1)], np.float32)
    sounds = _unit(raw + means[artists] * 1.5)
    ways = rng.standard_normal((2, 64)).astype(np.float32) / 8
    energy = np.clip(5.5 + 2.2 * _standard(sounds @ ways[0]) + rng.normal(0, 0.5, len(tracks)), 1, 10)
    bpm = np.clip(118 + 18 * _standard(sounds @ ways[1]) + rng.normal(0, 4, len(tracks)), 60, 190)
    decades = rng.choice([1960, 1970, 1980, 1990, 2000, 2010, 2020], artists.max() + 1,
                         p=[0.05, 0.1, 0.15, 0.2, 0.2, 0.2, 0.1])
    years = (decades[artists] + rng.integers(0, 10, len(tracks))).astype(np.intp)
    return Music(sounds, artists.astype(np.intp), _numbers([show for show, _ in tracks]), years, energy, bpm)


def _standard(values: Floats) -> NDArray[np.float64]:
    return np.asarray((values - values.mean()) / (values.std() + 1e-9), np.float64)


def words_of(text: str) -> list[str]:
    return re.findall(r"[a-z][a-z'-]{3,}", text.lower())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cache", type=Path, default=CACHE)
    cache = parser.parse_args().cache
    world, music = make_world(cache), make_music(cache)
    print(f"{len(world.texts)} previews of {world.shows.max() + 1} shows, {world.episodes.max() + 1} episodes, "
          f"{world.networks.max() + 1} networks, {world.people.max() + 1} voices; {len(music.sounds)} tracks of "
          f"{music.artists.max() + 1} artists, {music.genres.max() + 1} genres")


if __name__ == "__main__":
    main()
