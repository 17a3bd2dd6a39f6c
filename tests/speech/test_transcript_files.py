# SPDX-License-Identifier: GPL-3.0-or-later
"""Every format in and out, the quirks of real files, and bytes that are no transcript at all."""

from __future__ import annotations

import json
import math
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from podmix.errors import TranscriptError
from podmix.speech.transcript_files import read_transcript, sniff, with_names, write_transcript
from podmix.speech.types import Cue, Sentence, Word

VTT = """\ufeffWEBVTT - a title
Language: en-GB

STYLE
::cue { color: red }

NOTE this is
not spoken

intro
00:01.000 --> 00:04.500 align:start position:0%
<v.loud Maya>Welcome &amp; hello,</v>
<i>everyone</i>.

2
00:00:05.000 --> 00:00:08.000
<v Maya>Who is here? <v Ben Low>I am.

3
00:00:09.000 --> 00:00:10.000
Still Ben.
"""

SRT = """1
00:00:01,000 --> 00:00:03,000
Maya: Hello <i>there</i>.

2
00:00:03,500 --> 00:00:05,000
{\\an8}Remember: drink water.

3
0:00:05,000 --> 00:00:07,000 X1:0
Ben: Fine.
Maya: Good.
"""


def texts(data: str, **hints: str) -> list[tuple[str | None, str]]:
    return [(cue.speaker, cue.text) for cue in read_transcript(data.encode(), **hints).cues]


def test_vtt_voices_notes_styles_entities_and_settings() -> None:
    read = read_transcript(VTT.encode())
    assert [(c.speaker, c.text) for c in read.cues] == [
        ("Maya", "Welcome & hello, everyone."), ("Maya", "Who is here?"), ("Ben Low", "I am."),
        ("Ben Low", "Still Ben.")]
    assert (read.cues[0].start, read.cues[0].end) == (1.0, 4.5)
    assert read.cues[1].end == pytest.approx(read.cues[2].start)
    assert (read.format, read.language, read.timed, read.warnings) == ("vtt", "en-GB", True, ())


def test_srt_labels_markup_and_two_voices_in_one_cue() -> None:
    assert texts(SRT) == [("Maya", "Hello there."), ("Maya", "Remember: drink water."), ("Ben", "Fine."),
                          ("Maya", "Good.")]


def test_a_label_that_is_no_name_stays_in_the_text() -> None:
    body = "1\n00:00:01,000 --> 00:00:02,000\nWell then\n\n2\n00:00:02,000 --> 00:00:03,000\nMy rule: never hurry\n"
    assert texts(body) == [(None, "Well then"), (None, "My rule: never hurry")]


def test_podcast_json_with_missing_ends_and_speakers() -> None:
    data = {"version": "1.0.0", "segments": [
        {"speaker": "Ann", "startTime": 0.5, "body": "One two three."}, {"startTime": 4, "endTime": 6, "body": "Four."},
        {"speaker": "Bo", "startTime": "00:01:02.5", "endTime": 64, "body": " Five "}]}
    read = read_transcript(json.dumps(data).encode())
    assert [(c.speaker, c.text, c.start) for c in read.cues] == [
        ("Ann", "One two three.", 0.5), ("Ann", "Four.", 4.0), ("Bo", "Five", 62.5)]
    assert 0.5 < read.cues[0].end <= 4.0


def test_json_with_one_word_a_segment_becomes_cues_with_word_times() -> None:
    words = ["Hello", "there", ",", "friend.", "Next", "one"]
    data = {"segments": [{"startTime": i * 0.5, "endTime": i * 0.5 + 0.4, "body": w} for i, w in enumerate(words)]}
    cues = read_transcript(json.dumps(data).encode()).cues
    assert [c.text for c in cues] == ["Hello there, friend.", "Next one"]
    assert [w.text for w in cues[0].words] == ["Hello", "there,", "friend."]
    assert cues[1].words[0].start == 2.0


@pytest.mark.parametrize("document", [
    {"text": "x", "language": "en", "segments": [{"id": 0, "start": 1.0, "end": 2.0, "text": " Hi you."}]},
    [{"start": 1.0, "end": 2.0, "text": "Hi you."}],
    {"transcription": [{"offsets": {"from": 1000, "to": 2000}, "text": " Hi you."}]},
    {"utterances": [{"speaker": "A", "start": 1000, "end": 2000, "text": "Hi you."}]},
    {"results": {"utterances": [{"speaker": 0, "start": 1.0, "end": 2.0, "transcript": "Hi you."}]}},
])
def test_recognisers_json(document: object) -> None:
    (cue,) = read_transcript(json.dumps(document).encode()).cues
    assert (cue.text, cue.start, cue.end) == ("Hi you.", 1.0, 2.0)


def test_html_with_cite_and_time_and_without() -> None:
    page = ("<!DOCTYPE html><html><head><title>T</title><script>var a='<p>no</p>'</script></head><body>"
            "<cite>Maya:</cite><time>0:01</time><p>Hello &amp; welcome.</p><p>More.</p>"
            "<cite>Ben:</cite><time>1:02:03</time><p>Yes.</p></body></html>")
    read = read_transcript(page.encode())
    assert [(c.speaker, c.text, c.start) for c in read.cues] == [
        ("Maya", "Hello & welcome. More.", 1.0), ("Ben", "Yes.", 3723.0)]
    plain = read_transcript(b"<html><body><p>Maya: Hello.</p><p>Ben: Yes.</p><p>Maya: No.</p></body></html>")
    assert not plain.timed
    assert [(c.speaker, c.text) for c in plain.cues] == [("Maya", "Hello."), ("Ben", "Yes."), ("Maya", "No.")]


def test_plain_text_with_and_without_stamps() -> None:
    timed = read_transcript(b"# Title\n[00:00] Maya: One.\nBen: Two.\n[01:00] Maya: Three.\nBen: Four.\n")
    assert timed.timed
    assert [(c.speaker, c.text) for c in timed.cues] == [("Maya", "One."), ("Ben", "Two."), ("Maya", "Three."),
                                                         ("Ben", "Four.")]
    assert timed.cues[2].start == 60.0
    assert not read_transcript(b"Just some words.\nAnd more of them.\n").timed


def test_ass_with_karaoke() -> None:
    cue = Cue("Light me up", 1.0, 3.0, "Maya", (Word("Light", 1.0, 1.4), Word("me", 1.6, 1.8), Word("up", 2.0, 3.0)))
    text = write_transcript([cue], "ass", title="A {clip}")
    assert "{\\k40}Light {\\k20}{\\k20}me {\\k20}{\\k100}up" in text
    assert read_transcript(text.encode()).cues == (cue,)


def test_rolled_up_captions_are_said_once() -> None:
    rolled = """WEBVTT

00:00:00.000 --> 00:00:02.000
so<00:00:00.500><c> today</c><00:00:01.000><c> we</c>

00:00:02.000 --> 00:00:02.010
so today we

00:00:02.010 --> 00:00:04.000
so today we
talk<00:00:03.000><c> about</c><00:00:03.500><c> bees</c>

00:00:04.000 --> 00:00:04.010
talk about bees
"""
    cues = read_transcript(rolled.encode()).cues
    assert [c.text for c in cues] == ["so today we", "talk about bees"]
    assert [(w.text, w.start) for w in cues[1].words] == [("talk", 2.01), ("about", 3.0), ("bees", 3.5)]


def test_real_repetition_is_kept() -> None:
    body = "WEBVTT\n\n" + "".join(f"00:{i:02d}.000 --> 00:{i + 1:02d}.000\n{t}\n\n" for i, t in enumerate(
        ["No.", "No.", "Why?", "Because", "it is", "late", "now"]))
    assert [t for _, t in texts(body)][:2] == ["No.", "No."]


def test_wrong_order_and_impossible_times_are_put_right_and_said() -> None:
    data = [{"start": 5, "end": 6, "text": "b b"}, {"start": 1, "end": 2, "text": "a a"},
            {"start": -3, "end": 2, "text": "x"}, {"start": math.nan, "end": 2, "text": "x"},
            {"start": 1e12, "end": 1e12, "text": "x"}, {"start": 9, "end": 7, "text": "c c"}]
    read = read_transcript(json.dumps(data).encode())
    assert [c.text for c in read.cues] == ["a a", "b b", "c c"]
    assert read.cues[2].end > 9
    assert len(read.warnings) == 3


def test_content_beats_name_and_type() -> None:
    assert sniff(VTT.lstrip("\ufeff"), name="a.srt", mime="text/plain") == "vtt"
    assert sniff(SRT, name="a.vtt", mime="text/vtt") == "srt"
    assert sniff("just words", name="https://x/t.html?a=1") == "html"
    assert sniff("just words", mime="text/html; charset=utf-8") == "html"
    assert sniff("just words") == "text"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
def test_encodings(encoding: str) -> None:
    data = "WEBVTT\n\n00:01.000 --> 00:02.000\nCafé Zürich\n".encode(encoding)
    assert read_transcript(data).cues[0].text == "Café Zürich"


@pytest.mark.parametrize("data", [
    b"", b"   \n", b"WEBVTT\n\n", b"{", b"[" * 100_000, b"{\"segments\": []}", b"\x00\x01\x02\x03" * 500,
    b"ID3\x04\x00" + bytes(range(32)) * 50, b"{\"segments\": [1, null, \"x\"]}", b"<html></html>",
])
def test_what_is_no_transcript_is_refused_kindly(data: bytes) -> None:
    with pytest.raises(TranscriptError) as caught:
        read_transcript(data)
    assert caught.value.remedy


@settings(max_examples=150, deadline=None)
@given(st.one_of(
    st.binary(max_size=300),
    st.text(max_size=300).map(lambda t: t.encode("utf-8", "replace")),
    st.lists(st.sampled_from([
        "WEBVTT\n", "\n\n", "00:01.000 --> 00:02.000\n", "99999:99:99.9 --> 1:1.1\n", "<v ", "<v A>", ">", "&#x110000;",
        "{", "[", "]", "}", '"segments":', '"start":1e999,', "Dialogue: 0,", "[Script Info]\n", "[00:10] ", "A: b\n",
        "<time>", "</time>", "<cite>", "<p>x", "\x00", "\ud7ff", "1\n", "00:00:01,000 --> 00:00:02,000\n", "-->", "x y",
    ]), max_size=30).map(lambda parts: "".join(parts).encode()),
))
def test_fuzz_only_transcript_error_comes_out(data: bytes) -> None:
    try:
        read = read_transcript(data)
    except TranscriptError:
        return
    starts = [cue.start for cue in read.cues]
    assert starts == sorted(starts)
    assert all(cue.text and math.isfinite(cue.end) and cue.end >= cue.start for cue in read.cues)


WORDS = st.text(st.characters(codec="utf-8", categories=("L", "N"), include_characters=".,!?&<>'’-"),
                min_size=1, max_size=8).filter(lambda t: any(c.isalnum() for c in t) and t[0].isalnum())


@st.composite
def clean_cues(draw: st.DrawFn, *, with_words: bool = False) -> list[Cue]:
    clock, cues = 0.0, []
    speaker = "Maya" if draw(st.booleans()) else None
    named = speaker is not None
    for _ in range(draw(st.integers(1, 8))):
        start = round(clock + draw(st.integers(0, 900)) / 100, 2)
        # Texts differ, so that nothing looks rolled up; a word in front keeps labels ("A:") out.
        parts = [f"w{len(cues)}", *draw(st.lists(WORDS, min_size=1, max_size=6))]
        end = round(start + 0.5 * len(parts), 2)
        speaker = draw(st.sampled_from(["Maya", "Ben Low", "Speaker 2"])) if named and draw(st.booleans()) else speaker
        words = tuple(Word(t, round(start + 0.5 * i, 2), round(start + 0.5 * (i + 1), 2)) for i, t in enumerate(parts))
        cues.append(Cue(" ".join(parts), start, end, speaker, words if with_words else ()))
        clock = end
    return cues


def close(one: Cue, other: Cue) -> bool:
    return ((one.text, one.speaker) == (other.text, other.speaker)
            and abs(one.start - other.start) < 0.006 and abs(one.end - other.end) < 0.006)


@given(clean_cues(), st.sampled_from(["vtt", "srt", "json", "ass"]))
def test_round_trip(cues: list[Cue], kind: str) -> None:
    back = read_transcript(write_transcript(cues, kind).encode()).cues
    assert len(back) == len(cues)
    assert all(close(a, b) for a, b in zip(cues, back, strict=True))


@given(clean_cues(with_words=True), st.sampled_from(["vtt", "json", "ass"]))
def test_round_trip_with_words(cues: list[Cue], kind: str) -> None:
    back = read_transcript(write_transcript(cues, kind).encode()).cues
    for one, other in zip(cues, back, strict=True):
        assert [w.text for w in other.words] == [w.text for w in one.words]
        assert all(abs(a.start - b.start) < 0.011 for a, b in zip(one.words, other.words, strict=True))


def test_sentences_are_written_with_names() -> None:
    sentences = [Sentence("Hello.", 1.0, 2.0, "S1"), Sentence("Bye.", 2.0, 3.0, "S9")]
    text = write_transcript(with_names(sentences, {"S1": "Maya <3"}), "vtt")
    assert "<v Maya &lt;3>Hello." in text
    assert "<v S9>Bye." in text


@pytest.mark.parametrize("kind", ["vtt", "srt", "json", "html", "text"])
def test_ten_megabytes_are_read_in_seconds(kind: str) -> None:
    cues = [Cue(f"word{i} and some more words to fill a caption line", i * 0.1, i * 0.1 + 0.1, f"S{i % 3}")
            for i in range(60_000)]
    if kind == "html":
        text = "<html><body>" + "".join(
            f"<cite>{c.speaker}:</cite><time>{int(c.start) // 60}:{int(c.start) % 60:02d}</time><p>{c.text}</p>"
            for c in cues) + "</body></html>"
    elif kind == "text":
        text = "".join(f"[{int(c.start) // 60}:{int(c.start) % 60:02d}] {c.text}\n" for c in cues)
    else:
        text = write_transcript(cues, kind)
    began = time.process_time()
    assert len(read_transcript(text.encode()).cues) == 60_000
    assert time.process_time() - began < 8
