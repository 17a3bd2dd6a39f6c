# SPDX-License-Identifier: GPL-3.0-or-later
"""A publisher's transcript is used when it is timed, covers the episode, and is of this audio; else refused."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from podmix.errors import TranscriptError
from podmix.speech.publisher import use_publisher_transcript


def vtt(count: int = 60, step: float = 5.0, text: str = "We walked along the harbour and said nothing much.",
        first: float = 0.0) -> bytes:
    def clock(seconds: float) -> str:
        return f"{int(seconds // 3600):02d}:{int(seconds // 60 % 60):02d}:{seconds % 60:06.3f}"

    cues = [f"{clock(first + i * step)} --> {clock(first + i * step + step - 0.5)}\n<v Ada>{text}\n"
            for i in range(count)]
    return ("WEBVTT\n\n" + "\n".join(cues)).encode()


def test_one_that_fits() -> None:
    transcript, warnings = use_publisher_transcript(vtt(), name="t.vtt", duration=303.0, language="en")
    assert transcript.duration == 303.0
    assert transcript.language == "en"
    assert transcript.source == "publisher:vtt"
    assert transcript.speakers == {"Ada": "Ada"}
    assert transcript.sentences[0].start == 0.0
    assert warnings == ()
    alone, _ = use_publisher_transcript(vtt(), name="t.vtt")
    assert alone.duration == pytest.approx(299.5)


@pytest.mark.parametrize(("data", "duration", "word"), [
    (b"", None, ""), (b"WEBVTT\n", None, "no readable text"), (b"Only words. No times at all. None.", None, "no times"),
    (vtt(), 200.0, "another edition"), (vtt(), 600.0, "only a part"), (vtt(10, first=280.0), 330.0, "only a part"),
    (vtt(30, 10.0, "Ah."), 300.0, "too few words"), (b"\x89PNG\r\n\x1a\n" + bytes(100), 300.0, ""),
])
def test_what_does_not_fit_is_refused_with_the_reason(data: bytes, duration: float | None, word: str) -> None:
    with pytest.raises(TranscriptError) as caught:
        use_publisher_transcript(data, name="t.vtt" if data[:6] == b"WEBVTT" else "t", duration=duration)
    assert word in caught.value.message
    assert caught.value.remedy


def test_scripts_without_spaces_are_talk_too() -> None:
    text = "今日は港の明かりについて話します。とても静かな夜でした。"
    transcript, _ = use_publisher_transcript(vtt(30, 10.0, text), name="t.vtt", duration=300.0)
    assert len(transcript.sentences) >= 10


def test_lone_surrogates_can_be_stored() -> None:
    body = {"version": "1.0.0", "segments": [{"startTime": i * 5, "endTime": i * 5 + 4, "speaker": "A\ud800",
                                              "body": "Some \ud83d words that are said here, all of them."}
                                             for i in range(30)]}
    transcript, _ = use_publisher_transcript(json.dumps(body).encode(), name="t.json", duration=150.0)
    transcript.text.encode()
    "".join(transcript.speakers).encode()


@given(st.binary(max_size=400) | st.text(max_size=200).map(lambda t: f"WEBVTT\n\n00:01.000 --> 00:02.000\n{t}".encode(
    "utf-8", "replace")))
def test_any_bytes_are_used_or_refused(data: bytes) -> None:
    try:
        transcript, _ = use_publisher_transcript(data, name="t.vtt")
    except TranscriptError:
        return
    starts = [s.start for s in transcript.sentences]
    assert starts == sorted(starts)
    assert all(0 <= s.start <= s.end for s in transcript.sentences)
