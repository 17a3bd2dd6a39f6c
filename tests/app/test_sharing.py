# SPDX-License-Identifier: GPL-3.0-or-later
"""Cards: the feed's order, reactions, and what a person takes away."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest

from podmix.app.application import Application
from podmix.app.sharing import shifted, soundbite_tag
from podmix.app.views import CaptionLine, CaptionWord, PreviewCard
from podmix.errors import PodMixError, UsageError
from podmix.previews.store import NewPreview
from podmix.speech.transcript_files import read_transcript
from tests.app.conftest import put_show
from tests.net.loopback import LoopbackServer

CAPTIONS: list[dict[str, object]] = [
    {"text": "Before & after.", "start": 8.0, "end": 10.5, "speaker": "Ada", "words": [["Before", 8.0, 9.0],
                                                                                   ["after.", 9.5, 10.5]]},
    {"text": "And then?", "start": 11.0, "end": 12.0, "speaker": "Ada", "words": []},
    {"text": "Nothing.", "start": 12.0, "end": 14.0, "speaker": "Ben", "words": []},
]


def new(rank: int = 1, start: float = 10.0, title: str = "A <b>minute</b>", clip: str | None = None) -> NewPreview:
    return NewPreview(rank, start, start + 40, 1 / rank, title, "text", {"hook": 0.5, "odd_name": 0.9}, CAPTIONS,
                      bytes(72), clip)


def put_previews(app: Application, episode_id: int, *more: NewPreview) -> list[PreviewCard]:
    app.previews_store.replace(episode_id, [new(), *more], {})
    return app.previews_of(episode_id)


def show_of(app: Application, server: LoopbackServer, name: str, count: int) -> list[int]:
    show = app.subscribe(put_show(server, name, tuple(f"E{i}" for i in range(count)))).show
    assert show is not None
    return [row.episode_id for row in app.episodes(show.show_id)]


def feed_without_trials(app: Application) -> list[int]:
    """Episodes of the feed, drawn with dice that try nothing unknown: one place in twelve usually does."""
    for secret in range(100):
        app.taste_store.put_document("dice", "feed", secret)
        if not any(card.explored for card in app.recommended()):
            return [card.episode_id for card in app.preview_feed()]
    raise AssertionError("every draw tries something")


def test_the_feed_shows_one_card_an_episode_unseen_first(app: Application, server: LoopbackServer) -> None:
    ids = show_of(app, server, "harbour", 3)
    for episode_id in ids:
        put_previews(app, episode_id, new(2, 80))
    assert feed_without_trials(app) == ids, "newest first, as nothing is known of the listener"
    cards = app.preview_feed()
    assert {card.rank for card in cards} == {1}
    app.seen(cards[0].preview_id, 30.0, finished=False)
    assert feed_without_trials(app) == [ids[1], ids[2], ids[0]]
    app.like(cards[1].preview_id, liked=False)
    [other] = [card for card in app.preview_feed() if card.episode_id == cards[1].episode_id]
    assert other.rank == 2, "the next best takes the place of one that was not for me"


def test_made_again_next_to_a_liked_one(app: Application, server: LoopbackServer) -> None:
    """The liked one stays; still one card an episode."""
    [episode_id] = show_of(app, server, "harbour", 1)
    [card] = put_previews(app, episode_id)
    app.like(card.preview_id, liked=True)
    put_previews(app, episode_id, new(1, 400.0, "Another"))
    assert len(app.previews_of(episode_id)) == 2
    assert [c.title for c in app.preview_feed()] == ["Another"]
    assert app.preview(card.preview_id).liked is True


def test_removed_shows_are_nowhere(app: Application, server: LoopbackServer) -> None:
    keep = show_of(app, server, "harbour", 1)
    gone = show_of(app, server, "tides", 4)
    from podmix.search.passages import Passage

    for episode_id in [*keep, *gone]:
        put_previews(app, episode_id)
        app.search_store.index(episode_id, [Passage(0, 5, "seagull", ((0, 0.0),))])
    app.unsubscribe(app.known_episode(gone[0]).show_id)
    assert [card.episode_id for card in app.preview_feed(limit=1)] == keep, "the newest four are hidden"
    assert [hit.episode_id for hit in app.search("seagull", by="words")] == keep


def test_saved(app: Application, server: LoopbackServer) -> None:
    [episode_id] = show_of(app, server, "harbour", 1)
    [card] = put_previews(app, episode_id)
    assert app.saved_previews() == []
    app.save(card.preview_id, saved=True)
    assert [c.preview_id for c in app.saved_previews()] == [card.preview_id]
    app.save(card.preview_id, saved=False)
    assert app.saved_previews() == []


def test_an_unknown_preview(app: Application) -> None:
    for wish in (app.preview, app.quote, app.soundbite_tag, lambda i: app.like(i, True), lambda i: app.save(i, True),
                 lambda i: app.captions_text(i, "vtt")):
        with pytest.raises(UsageError):
            wish(99)


def test_take_away(app: Application, server: LoopbackServer) -> None:
    [episode_id] = show_of(app, server, "harbour", 1)
    [card] = put_previews(app, episode_id)
    assert app.quote(card.preview_id) == "“Ada: Before & after. And then?”\n“Ben: Nothing.”\n— harbour, “E0”, 0:10"
    tag = app.soundbite_tag(card.preview_id)
    parsed = ET.fromstring(tag.replace("podcast:", ""))
    assert parsed.text == "A <b>minute</b>"
    assert (parsed.get("startTime"), parsed.get("duration")) == ("10.000", "40.000")
    cues = read_transcript(app.captions_text(card.preview_id, "vtt").encode(), name="x.vtt").cues
    assert (cues[0].start, cues[0].end) == (0.0, 0.5)
    assert cues[-1].end == pytest.approx(4.0)
    for form in ("srt", "ass"):
        assert app.captions_text(card.preview_id, form)
    with pytest.raises(PodMixError):
        app.captions_text(card.preview_id, "docx")
    assert card.reasons[0] == ("odd_name", "Odd name", 0.9)
    assert card.reasons[1][1] == "Strong opening"


def test_a_clip_needs_the_audio_and_an_ending(app: Application, server: LoopbackServer) -> None:
    [episode_id] = show_of(app, server, "harbour", 1)
    [card] = put_previews(app, episode_id)
    for name in ("clip", "clip.exe", "clip.mp3"):
        with pytest.raises(PodMixError):
            app.export_clip(card.preview_id, app.home.clips / name)


def test_shifted_keeps_inside_the_clip() -> None:
    lines = [CaptionLine("a b", 0, 10, "", (CaptionWord("a", 0, 4), CaptionWord("b", 4, 10))),
             CaptionLine("gone", 0, 5), CaptionLine("late", 20, 30)]
    [line] = shifted(lines, 5.0, 20.0)
    assert (line.start, line.end) == (0.0, 5.0)
    assert [(w.text, w.start, w.end) for w in line.words] == [("b", 0.0, 5.0)]


def test_a_soundbite_stays_inside_the_episode() -> None:
    assert 'duration="20.000"' in soundbite_tag(100, 190, "x", 120)
    assert 'duration="120.000"' in soundbite_tag(0, 500, "x" * 500, 0)
    assert len(soundbite_tag(0, 500, "x" * 500, 0)) < 260
