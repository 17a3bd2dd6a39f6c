# SPDX-License-Identifier: GPL-3.0-or-later
"""A publisher's transcript is used when it fits the audio, and refused with the reason when it does not."""

from __future__ import annotations

import pytest

from podmix.errors import TranscriptError
from podmix.speech.publisher import use_publisher_transcript
from podmix.speech.transcript_files import write_transcript
from podmix.speech.types import Cue

TALK = [Cue(f"Number {i} of many sentences is said here.", i * 5.0, i * 5.0 + 4.5, "Maya" if i % 2 else "Ben")
        for i in range(120)]


def vtt(cues: list[Cue]) -> bytes:
    return write_transcript(cues, "vtt").encode()


def test_a_transcript_that_fits_becomes_sentences_with_speakers() -> None:
    transcript, warnings = use_publisher_transcript(vtt(TALK), duration=600.0, language="en")
    assert len(transcript.sentences) == 120
    assert transcript.speakers == {"Maya": "Maya", "Ben": "Ben"}
    assert (transcript.language, transcript.duration, transcript.source) == ("en", 600.0, "publisher:vtt")
    assert warnings == ()


def test_without_audio_the_last_cue_ends_it() -> None:
    transcript, _ = use_publisher_transcript(vtt(TALK))
    assert transcript.duration == pytest.approx(599.5)


@pytest.mark.parametrize(("data", "duration", "why"), [
    (vtt(TALK), 300.0, "longer"),
    (vtt(TALK[:40]), 600.0, "part"),
    (vtt(TALK[80:]), 600.0, "part"),
    (b"Just some text.\nAnd some more.\n", 600.0, "times"),
    (vtt([Cue(f"Chapter {i}", i * 60.0, i * 60.0 + 59) for i in range(10)]), 600.0, "few words"),
    (b"", 600.0, "text"),
])
def test_what_does_not_fit_is_refused_with_the_reason(data: bytes, duration: float, why: str) -> None:
    with pytest.raises(TranscriptError, match=why) as caught:
        use_publisher_transcript(data, duration=duration)
    assert caught.value.remedy


def test_languages_without_spaces_have_few_words() -> None:
    cues = [Cue("今日はとても天気がいいですね。明日は雨になるそうです。", i * 5.0, i * 5.0 + 4.5) for i in range(120)]
    transcript, _ = use_publisher_transcript(vtt(cues), duration=600.0, language="ja")
    assert len(transcript.sentences) == 240


def test_what_was_mended_is_said() -> None:
    _, warnings = use_publisher_transcript(vtt([*TALK[60:], *TALK[:60]]), duration=600.0)
    assert any("order" in warning for warning in warnings)
