# SPDX-License-Identifier: GPL-3.0-or-later
"""Pure pieces: wording, notes, transcripts, snippets, the palette's matching."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QUrl

from podmix.ui import wording
from podmix.ui.podcasts.directory_row import looks_like_words
from podmix.ui.podcasts.notes_view import NotesView, link_times
from podmix.ui.podcasts.transcript_view import Script
from podmix.ui.previews.waveform import bars
from podmix.ui.search.hits import marked_text
from podmix.ui.shell.palette import match
from tests.ui import fake_content as content

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def test_lengths_and_rests():
    assert wording.length_text(3130) == "52 min"
    assert wording.length_text(4500) == "1 h 15 min"
    assert wording.length_text(None) == ""
    assert wording.left_text(130) == "2 min left"
    assert wording.left_text(4) == "nearly done"
    assert wording.count_text(5000, "episode") == "5,000 episodes"
    assert wording.spoken_clock(3675) == "1 hour 1 minute 15 seconds"


def test_days():
    assert wording.day_text(NOW - timedelta(hours=1), NOW) == "Today"
    assert wording.day_text(NOW - timedelta(days=1), NOW) == "Yesterday"
    assert wording.day_text(datetime(2024, 3, 2, 12, tzinfo=UTC), NOW) == "2 Mar 2024"
    assert wording.ago_text(None, NOW) == "never"


def test_times_in_notes_become_links_but_not_inside_tags_or_links():
    html = '<p title="12:30">At 12:30 and 1:02:03, <a href="https://a.example/4:05">see 4:05</a>, score 3:99</p>'
    made = link_times(html)
    assert 'title="12:30"' in made
    assert '<a href="podmix-time:750">12:30</a>' in made
    assert '<a href="podmix-time:3723">1:02:03</a>' in made
    assert "see 4:05</a>" in made
    assert made.count("podmix-time") == 2


def test_notes_load_nothing_and_open_only_web_links(qtbot, monkeypatch):
    from podmix.ui.theme import Mode, Theme

    opened = []
    monkeypatch.setattr("podmix.ui.podcasts.notes_view.QDesktopServices.openUrl",
                        lambda url: opened.append(url.toString()))
    from PySide6.QtWidgets import QApplication

    view = NotesView(Theme(QApplication.instance(), Mode.DARK))
    qtbot.addWidget(view)
    view.show_html('<img src="https://tracker.example/p.gif">hello')
    assert view.loadResource(2, QUrl("https://tracker.example/p.gif")) is None
    times = []
    view.time_wanted.connect(times.append)
    for address in ("https://ok.example/", "file:///etc/passwd", "javascript:alert(1)", "podmix-time:75"):
        view.follow(QUrl(address))
    assert opened == ["https://ok.example/"]
    assert times == [75.0]


def test_a_scripts_offsets_and_times_agree():
    lines = content.spoken(content.MINUTES[0][4], 50.0)
    script, at = Script(lines), 0
    for line in lines:
        script.place(at, line)
        at += len(line.text) + 1
    for line, span in zip(lines, script._line_spans, strict=True):
        assert script.span_at(line.start + 0.05) == span
        for word in line.words:
            place = span[0] + line.text.index(word.text)
            assert script.time_at(place) <= word.start + 1e-6
    assert script.span_at(0.0) is None
    assert sum(len(members) for _, _, members in script.paragraphs) == len(lines)


@pytest.mark.parametrize(("snippet", "text", "spans"), [
    ("the <b>cron</b> job", "the cron job", [(4, 4)]),
    ("a &lt;tag&gt; <mark>x</mark>", "a <tag> x", [(8, 1)]),
    ("<i>no</i> mark", "no mark", []),
])
def test_marked_text(snippet, text, spans):
    assert marked_text(snippet) == (text, spans)


@given(st.binary(max_size=400), st.integers(0, 80))
def test_bars_are_heights(peaks, count):
    made = bars(peaks, count)
    assert len(made) == count
    assert all(0.0 <= height <= 1.0 for height in made)


def test_the_palette_prefers_starts_of_words():
    assert match("pre", "Previous preview") > match("pre", "Go to Previews") > match("pre", "Compare") > 0
    assert match("gtp", "Go to Podcasts") > 0
    assert match("xyz", "Go to Podcasts") == 0


def test_words_are_told_from_addresses():
    assert looks_like_words("small boats")
    assert not looks_like_words("https://a.example/feed")
    assert not looks_like_words("example.com")
