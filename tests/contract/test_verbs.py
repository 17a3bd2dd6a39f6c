# SPDX-License-Identifier: GPL-3.0-or-later
"""One suite for the real Application and for the fake that the window's tests use: what the window relies on."""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from podmix.app import core
from podmix.app.application import Application
from podmix.app.interface import Verbs
from podmix.app.views import (
    Changed,
    EpisodePage,
    EpisodeRow,
    ImportResult,
    JobCard,
    Part,
    PreviewCard,
    SearchHit,
    ShowCard,
    SubscribeResult,
)
from podmix.errors import PodMixError, SettingsError
from podmix.podcasts.credentials import Credentials
from podmix.podcasts.types import EpisodeState
from podmix.previews.store import NewPreview
from podmix.search.passages import Passage
from podmix.speech.types import Sentence, Transcript
from tests.app.conftest import put_show
from tests.net.loopback import LoopbackServer
from tests.ui.fake_verbs import FakeVerbs

PUBLIC = [name for name in dir(Verbs) if not name.startswith("_")]
VERBS = [name for name in PUBLIC if not isinstance(getattr(Verbs, name), property)]


def real(folder: Path, server: LoopbackServer) -> Application:
    app = Application.open(folder / "home")
    app.subscribe(put_show(server, episodes=("One", "Two")))
    for row in app.episodes():
        lines: list[dict[str, object]] = [
            {"text": "The lamp went dark.", "start": 3.0, "end": 5.0, "speaker": "Ada",
             "words": [["The", 3.0, 3.2], ["lamp", 3.2, 3.6], ["went", 3.6, 4.0], ["dark.", 4.0, 5.0]]}]
        app.previews_store.replace(row.episode_id, [NewPreview(rank, 3.0 + 70 * rank, 60.0 + 70 * rank, 0.9, "Dark",
                                                               "The lamp went dark.", {"hook": 0.5}, lines, bytes(72))
                                                    for rank in (1, 2)], {})
        sentences = (Sentence("The lamp went dark.", 3.0, 5.0, "S1"),)
        app.transcripts.save(row.episode_id, Transcript(sentences, "en", 200.0, "fake", {"S1": "Ada"}))
        app.search_store.index(row.episode_id, [Passage(3.0, 5.0, "The lamp went dark.", ((0, 3.0),))])
        app.podcasts.set_state(row.episode_id, EpisodeState.READY)
    return app


@pytest.fixture(params=["real", "fake"])
def verbs(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    monkeypatch.setattr(core, "Credentials", lambda: Credentials(look=False))
    with LoopbackServer() as server:
        made: Any = real(tmp_path, server) if request.param == "real" else FakeVerbs()
        yield made
        made.close()


def test_every_verb_is_there_with_the_same_arguments(verbs: Any) -> None:
    for name in VERBS:
        wanted = list(inspect.signature(getattr(Verbs, name)).parameters.values())[1:]
        found = inspect.signature(getattr(verbs, name)).parameters
        for argument in wanted:
            assert argument.name in found, f"{name}({argument.name})"
            assert found[argument.name].kind == argument.kind, f"{name}({argument.name})"
            assert found[argument.name].default == argument.default, f"{name}({argument.name})"
        extra = [p for key, p in found.items() if key not in {a.name for a in wanted}]
        assert all(p.default is not p.empty or p.kind in (p.VAR_KEYWORD, p.VAR_POSITIONAL) for p in extra), name
    for name in set(PUBLIC) - set(VERBS):
        assert getattr(verbs, name) is not None


def fits(value: Any, kind: type) -> None:
    assert type(value) is kind
    assert dataclasses.is_dataclass(kind)


def test_shows_and_episodes(verbs: Any) -> None:
    shows = verbs.shows()
    assert shows
    for show in shows:
        fits(show, ShowCard)
        assert verbs.show(show.show_id) == show
        assert show.episodes == len(verbs.episodes(show.show_id))
        assert show.previews >= 0
    rows = verbs.episodes()
    assert len({row.episode_id for row in rows}) == len(rows)
    for row in rows:
        fits(row, EpisodeRow)
        assert row.show_id in {show.show_id for show in shows}
        assert isinstance(row.state, EpisodeState)
        assert row.published is None or (isinstance(row.published, datetime) and row.published.tzinfo)
    assert verbs.episodes(limit=1) == rows[:1]
    assert verbs.episodes(offset=1, limit=1) == rows[1:2]
    assert verbs.episodes(shows[0].show_id, limit=0) == []


def test_an_episode_page(verbs: Any) -> None:
    card = verbs.preview_feed()[0]
    page = verbs.episode_page(card.episode_id)
    fits(page, EpisodePage)
    assert page.episode.state is EpisodeState.READY
    assert card in page.previews
    assert [p.rank for p in page.previews] == sorted(p.rank for p in page.previews)
    assert page.captions
    assert page.transcript_source
    assert [c.start for c in page.captions] == sorted(c.start for c in page.captions)


def test_cards(verbs: Any) -> None:
    cards = verbs.preview_feed()
    assert cards
    assert len({card.episode_id for card in cards}) == len(cards), "one card an episode"
    assert len(verbs.preview_feed(limit=1)) == 1
    for card in cards:
        fits(card, PreviewCard)
        assert verbs.preview(card.preview_id) == card
        assert 0 <= card.start < card.end
        assert card.title
        assert card.reasons
        assert [value for *_, value in card.reasons] == sorted((v for *_, v in card.reasons), reverse=True)
        assert isinstance(card.peaks, bytes)
        assert card.captions
        assert all(line.start <= line.end for line in card.captions)


def test_reactions(verbs: Any) -> None:
    card = verbs.preview_feed()[0]
    for liked in (True, False, None):
        verbs.like(card.preview_id, liked)
        assert verbs.preview(card.preview_id).liked is liked
    verbs.save(card.preview_id, True)
    assert [c.preview_id for c in verbs.saved_previews()] == [card.preview_id]
    verbs.save(card.preview_id, False)
    assert verbs.saved_previews() == []
    verbs.seen(card.preview_id, 12.0, True)
    verbs.save_position(card.episode_id, 12.0)


def test_take_away(verbs: Any) -> None:
    card = verbs.preview_feed()[0]
    assert card.show_title in verbs.quote(card.preview_id)
    assert verbs.soundbite_tag(card.preview_id).startswith("<podcast:soundbite startTime=")
    assert verbs.captions_text(card.preview_id, "vtt").startswith("WEBVTT")


def test_removing_and_bringing_back(verbs: Any) -> None:
    heard: list[Any] = []
    end = verbs.on_event(heard.append)
    before = verbs.shows()
    verbs.unsubscribe(before[0].show_id)
    assert before[0].show_id not in {s.show_id for s in verbs.shows()}
    assert Changed(Part.SHOWS, (before[0].show_id,)) in heard
    end()
    heard.clear()
    verbs.restore_show(before[0].show_id)
    assert sorted(s.show_id for s in verbs.shows()) == sorted(s.show_id for s in before)
    assert heard == []


def test_subscribing_again(verbs: Any) -> None:
    done = verbs.subscribe(verbs.shows()[0].feed_url)
    fits(done, SubscribeResult)
    assert done.show is not None
    assert done.choices == ()


def test_lists(verbs: Any, tmp_path: Path) -> None:
    path = tmp_path / "x.opml"
    assert verbs.export_opml(path) == len(verbs.shows())
    path.write_text("<opml version='2.0'><body/></opml>")
    assert type(verbs.import_opml(path)) is ImportResult


def test_settings(verbs: Any) -> None:
    verbs.set_setting("previews.length_s", 45)
    assert verbs.setting("previews.length_s") == 45
    with pytest.raises(SettingsError):
        verbs.set_setting("previews.length_s", 4500)
    assert verbs.setting("previews.length_s") == 45
    assert {s.key for s in verbs.settings_declared()} >= {"previews.length_s", "appearance.theme"}


def test_search(verbs: Any) -> None:
    word = verbs.preview_feed()[0].captions[0].text.split()[0].strip(",.").lower()
    hits = verbs.search(word, by="words")
    assert hits
    for hit in hits:
        fits(hit, SearchHit)
        assert hit.by == "words"
        assert "<b>" in hit.snippet_html
        assert hit.start <= hit.end
    assert verbs.search("qqqqzzzz", by="words") == []


def test_jobs(verbs: Any) -> None:
    row = verbs.episodes()[-1]
    assert isinstance(verbs.make_preview(row.episode_id), int)
    assert isinstance(verbs.download(row.episode_id), int)
    jobs = verbs.jobs()
    assert jobs
    for job in jobs:
        fits(job, JobCard)
        assert job.state in {"queued", "running", "failed"}
    verbs.cancel_job(jobs[0].job_id)
    assert jobs[0].job_id not in {job.job_id for job in verbs.jobs()}


def test_what_is_not_there(verbs: Any) -> None:
    for wish in (verbs.show, verbs.episode_page, verbs.preview, verbs.quote):
        with pytest.raises((PodMixError, KeyError)):
            wish(987_654)
