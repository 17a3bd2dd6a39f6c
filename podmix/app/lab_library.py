# SPDX-License-Identifier: GPL-3.0-or-later
"""The library's own content as training data: ``--data library``.

- ``preview-ranker``: publishers' soundbites, what the person did with previews (liked, saved, finished, left, "less
  like this"), and passages between them that nobody marked; publishers' chapters say which passages stand alone.
- ``taste``: the person's reactions.
- ``cue-points``: cues that were set or put right by hand, and cues imported from DJ programs.

Data sets lie in ``<home>/lab/data/MODEL`` and are written anew each time; nothing of them leaves the machine but with a
run that the person syncs, and then only their checksums. The library is only read.
"""

from __future__ import annotations

import gzip
import io
import json
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from podmix.database import Database
from podmix.errors import AudioError, UsageError
from podmix.paths import Home
from podmix.progress import Progress, Steps
from podmix.taste.events import Outcome, Thing, outcomes_of
from podmix.taste.store import TasteStore

if TYPE_CHECKING:
    from podmix.podcasts.types import Episode
    from podmix.previews.store import PreviewStore
    from podmix.speech.types import Transcript

LIBRARY = "library"
UNMARKED_S, MOST_UNMARKED = 60.0, 6
"""Length of a passage that nobody marked, and how many of an episode are taken."""
_SHORTEST_S = 8.0


def is_library(data: Path) -> bool:
    """Whether ``data`` means the library itself (a folder of that name goes before)."""
    return str(data) == LIBRARY and not data.is_dir()


def library_data(home: Home, model: str) -> Steps[Path]:
    """The folder of a fresh data set. Raises UsageError where the library holds nothing to learn from."""
    makers = {"preview-ranker": _previews, "taste": _taste, "cue-points": _cues}
    if model not in makers:
        raise UsageError(f"The library holds no data to train {model} with.", remedy="Name a folder with --data.")
    folder = home.data / "lab" / "data" / model
    fresh = folder.with_name(f"{folder.name}.fresh")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    try:
        yield from makers[model](home, fresh)
        shutil.rmtree(folder, ignore_errors=True)
        fresh.rename(folder)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    return folder


def _open(path: Path) -> Database:
    if not path.is_file():
        raise UsageError("There is no library here yet.", remedy="Use PodMix for a while first, or name a folder with "
                                                                 "--data.")
    return Database(path)


def _outcomes(home: Home) -> list[Outcome]:
    path = home.data / "taste.sqlite3"
    if not path.is_file():
        return []
    with Database(path) as database:
        return outcomes_of(TasteStore(database).events(thing=Thing.PREVIEW))


# -- taste --

def _taste(home: Home, folder: Path) -> Steps[None]:
    from podmix.lab.taste_logs import log_of, save_log
    from podmix.lab.taste_table import LEAST
    from podmix.taste.recommending import Catalogue

    yield Progress("gather", 0, 1, note="Reading your reactions")
    with _open(home.data / "taste.sqlite3") as database:
        store = TasteStore(database)
        items, outcomes = store.items(Thing.PREVIEW), outcomes_of(store.events(thing=Thing.PREVIEW))
    log = log_of("you", Catalogue(items, ()), outcomes)
    if len(log) < LEAST:
        raise UsageError(f"There are {len(log)} reactions to previews: too few to learn from.",
                         remedy=f"Listen to more previews first: {LEAST} are needed.")
    save_log(folder, log)


# -- previews --

def _previews(home: Home, folder: Path) -> Steps[None]:
    from podmix.podcasts.store import PodcastStore
    from podmix.previews.store import PreviewStore
    from podmix.speech.store import TranscriptStore

    said = {one.number: one.value for one in _outcomes(home)}
    windows: list[dict[str, Any]] = []
    shows: set[int] = set()
    packed = io.BytesIO()
    with _open(home.database) as database, gzip.GzipFile(fileobj=packed, mode="wb", mtime=0) as out:
        podcasts, previews = PodcastStore(database), PreviewStore(database)
        transcripts = TranscriptStore(database)
        every = [episode for show in podcasts.shows() for episode in podcasts.episodes(show.id, limit=100_000)]
        for at, row in enumerate(every):
            yield Progress("gather", at, len(every), "episodes", "Reading what you and publishers marked")
            episode, transcript = podcasts.episode(row.id), transcripts.get(row.id)
            marks = _marks(episode, previews, said) if episode is not None and transcript is not None else []
            if episode is None or transcript is None or not marks:
                continue
            made = list(_graded(episode, transcript, marks))
            windows += made
            if made:
                shows.add(episode.show_id)
                line = {"id": str(episode.id), "show": str(episode.show_id), "title": episode.title, "notes": "",
                        "sentences": [[one.speaker or "", one.text, one.start, one.end]
                                      for one in transcript.sentences]}
                out.write((json.dumps(line, ensure_ascii=False) + "\n").encode())
    if len(shows) < 2:
        raise UsageError("Too little is marked in your podcasts to learn from.",
                         remedy="Like or dismiss previews of at least two shows, or follow shows with soundbites.")
    (folder / "episodes.jsonl.gz").write_bytes(packed.getvalue())
    (folder / "windows.jsonl").write_text("\n".join(map(json.dumps, windows)) + "\n", encoding="utf-8")


def _marks(episode: Episode, previews: PreviewStore, said: dict[int, float]) -> list[tuple[float, float, float]]:
    """(start, end, value -0.5 … 1) of every passage that somebody said something about."""
    found = [(bite.start, bite.start + bite.duration, 1.0) for bite in episode.soundbites]
    for one in previews.of_episode(episode.id):
        value = said.get(one.preview_id)
        if one.liked is not None:
            value = 1.0 if one.liked else -0.5
        elif one.saved:
            value = 0.95
        if value is not None:
            found.append((one.made.start, one.made.end, value))
    return [mark for mark in found if mark[1] - mark[0] >= _SHORTEST_S]


def _graded(episode: Episode, transcript: Transcript,
            marks: Sequence[tuple[float, float, float]]) -> Iterator[dict[str, Any]]:
    """Marked passages and some between them, as windows with grades: -0.5 is 0 of 3, 1 is 3, nothing said is 1."""
    unmarked, at = [], 0.0
    while at + UNMARKED_S <= transcript.duration:
        if all(at >= end or at + UNMARKED_S <= start for start, end, _ in marks):
            unmarked.append((at, at + UNMARKED_S, 0.0))
        at += UNMARKED_S
    step = max(1, -(-len(unmarked) // MOST_UNMARKED))
    for number, (start, end, value) in enumerate([*marks, *unmarked[::step]]):
        inside = [place for place, one in enumerate(transcript.sentences)
                  if min(one.end, end) - max(one.start, start) > 0.5 * (one.end - one.start)]
        if inside:
            overall = round(2.0 * (value + 0.5), 3)
            crossed = any(start + 3.0 < chapter.start < end - 3.0 for chapter in episode.chapters)
            others = dict.fromkeys(("hook", "payoff", "interest", "theme"), round(overall * 2 / 3, 3))
            yield {"id": str(episode.id), "window": number, "first_sentence": inside[0], "last_sentence": inside[-1],
                   "overall": overall, "alone": round(others["hook"] * (0.5 if crossed else 1.0), 3), **others}


# -- cues --

def _cues(home: Home, folder: Path) -> Steps[None]:
    from podmix.lab.cue_data import save
    from podmix.lab.cue_imports import analyse_file, library_example, truth_of_correction, truth_of_marks
    from podmix.music.analysis_store import AnalysisStore
    from podmix.music.store import MusicStore

    kept = 0
    with _open(home.database) as database:
        music, analyses = MusicStore(database), AnalysisStore(database)
        tracks = music.tracks(sorted(music.ids_by_path().values()))
        for at, track in enumerate(tracks):
            yield Progress("gather", at, len(tracks), "tracks", f"Hearing {track.title}")
            corrected = analyses.correction(track.id, "cues")
            by_hand = corrected.payload if corrected is not None else None
            imported = analyses.imported_marks(track.id)
            told = (by_hand and truth_of_correction(by_hand)) or any(truth_of_marks(one.cues) for one in imported)
            if not told or track.missing or not track.path.is_file():
                continue
            grid = next((one.grid for one in imported if one.grid), ())
            try:
                heard = analyse_file(track.path, grid)
            except AudioError:
                continue
            example = library_example(f"library-{track.id:06d}", track.artist or track.title, correction=by_hand,
                                      imported=[one.cues for one in imported], by_grid=heard)
            if example is not None:
                save(folder / f"{example.name}.npz", example)
                kept += 1
    if not kept:
        raise UsageError("No track of the library has cues of your own.",
                         remedy="Set cues, or import them from a DJ program.")
