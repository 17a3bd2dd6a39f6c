# SPDX-License-Identifier: GPL-3.0-or-later
"""The library's own content as training data: what was marked is graded, what is missing is told."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from podmix.app import lab_library
from podmix.app.application import Application
from podmix.app.lab_library import library_data
from podmix.errors import UsageError
from podmix.lab.preview_data import load_graded
from podmix.lab.runs.store import RunStore
from podmix.lab.taste_logs import read_logs
from podmix.lab.trainings.known import training_named
from podmix.lab.trainings.training import Inputs, train
from podmix.podcasts.types import Chapter, Enclosure, Feed, FeedItem, Soundbite
from podmix.previews.store import NewPreview
from podmix.progress import finish
from podmix.speech.types import Sentence, Transcript
from podmix.taste.events import EventKind, TasteEvent, Thing
from podmix.taste.store import Item


@pytest.fixture
def talk(app: Application) -> Application:
    """Two shows of one episode: a soundbite at 60 s, a chapter in it, a liked and a dismissed preview."""
    text = tuple(Sentence(f"This is sentence number {n} of the talk.", 10.0 * n, 10.0 * n + 9.0) for n in range(60))
    for number in range(2):
        item = FeedItem(f"{number}", "Episode", datetime(2026, 1, 1, tzinfo=UTC),
                        Enclosure(f"https://show{number}.example/0.mp3"), chapters=(Chapter(85.0, "Later"),),
                        soundbites=(Soundbite(60.0, 60.0, "Best"),))
        show = app.podcasts.add_show(Feed(f"Show {number}", items=(item,)), f"https://show{number}.example/feed.xml")
        episode = app.podcasts.episodes(show.id)[0]
        app.transcripts.save(episode.id, Transcript(text, "en", 600.0, "whisper:tiny.en"))
        app.previews_store.replace(episode.id, [
            NewPreview(1, 200.0, 260.0, 0.6, "Liked", "", {}, []),
            NewPreview(2, 300.0, 360.0, 0.6, "Not liked", "", {}, []),
            NewPreview(3, 400.0, 460.0, 0.6, "Never seen", "", {}, [])], {})
        liked, dismissed, _ = app.previews_store.of_episode(episode.id)
        app.previews_store.set_liked(liked.preview_id, True)
        app.previews_store.set_liked(dismissed.preview_id, False)
    return app


def test_marks_of_publishers_and_of_the_person_are_grades(talk: Application) -> None:
    folder = finish(library_data(talk.home, "preview-ranker"))
    graded = load_graded(folder)
    assert len(graded) == 2
    first = graded[0]
    overall = {round(start): grades[-1] for start, grades in zip(first.spans.start, first.grades, strict=True)}
    assert (overall[60], overall[200], overall[300]) == (3.0, 3.0, 0.0)
    assert set(overall.values()) == {3.0, 0.0, 1.0}, "what nobody marked lies between"
    alone = {round(start): grades[1] for start, grades in zip(first.spans.start, first.grades, strict=True)}
    assert alone[60] < alone[200], "a chapter begins within it"
    again = finish(library_data(talk.home, "preview-ranker"))
    assert [one.read_bytes() for one in sorted(again.iterdir())] == [one.read_bytes() for one in
                                                                     sorted(folder.iterdir())]


def test_the_ranker_trains_on_the_library(talk: Application, tmp_path: Path) -> None:
    def encode(texts: list[str]) -> np.ndarray:
        return np.array([[len(text), text.count("7"), 1.0] for text in texts], np.float32)

    folder = finish(library_data(talk.home, "preview-ranker"))
    run = finish(train(training_named("preview-ranker"), Inputs(folder, tmp_path, encode), RunStore(tmp_path / "runs"),
                       {"kind": "ridge"}))
    assert run.artifacts
    assert set(run.manifest.data["files"]) == {"episodes.jsonl.gz", "windows.jsonl"}


def test_reactions_are_a_log_without_words(app: Application) -> None:
    dice = np.random.default_rng(0)
    store = app.taste_store
    store.put_items([Item(Thing.PREVIEW, n, b"", "space", dice.standard_normal(8).astype("<f2").tobytes(),
                          {"show": n % 3, "people": ["Ada Secret"], "score": 0.5, "published": 1e9}, "Title Secret")
                     for n in range(30)])
    store.add([TasteEvent(EventKind.LIKED if n % 3 == 0 else EventKind.SHOWN, Thing.PREVIEW, n, 1.7e9 + n, 5.0)
               for n in range(30)])
    folder = finish(library_data(app.home, "taste"))
    log, = read_logs(folder)
    assert len(log) == 30
    assert log.values[:3].tolist() == [1.0, 0.0, 0.0]
    assert b"Secret" not in next(folder.iterdir()).read_bytes()


def test_what_is_missing_is_told(app: Application, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for model, word in (("preview-ranker", "Too little"), ("taste", "too few|no library"), ("cue-points", "No track")):
        with pytest.raises(UsageError, match=word):
            finish(library_data(app.home, model))
        assert not (app.home.data / "lab" / "data" / f"{model}.fresh").exists()
    monkeypatch.chdir(tmp_path)
    assert lab_library.is_library(Path("library"))
    (tmp_path / "library").mkdir()
    assert not lab_library.is_library(Path("library")), "a folder of that name goes before"
