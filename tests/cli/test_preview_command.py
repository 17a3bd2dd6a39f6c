# SPDX-License-Identifier: GPL-3.0-or-later
"""``podmix preview``: the JSON that other programs rely on, the forms of transcripts, batches, and wrong wishes."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Outcome, talk_cues, write_json, write_srt, write_vtt

Podmix = Callable[..., Outcome]
LAST_END = talk_cues()[-1][3]


@pytest.mark.parametrize(("name", "write"), [("t.vtt", write_vtt), ("t.srt", write_srt), ("t.json", write_json)])
def test_the_json_of_a_transcript_alone(podmix: Podmix, tmp_path: Path, name: str,
                                        write: Callable[[Path], Path]) -> None:
    done = podmix("preview", "-", "--transcript", str(write(tmp_path / name)), "--title", "The light", "--language",
                  "en", "--json")
    assert done.code == 0, done.err
    answer = done.json
    assert {"source", "duration", "language", "previews", "timings", "models"} <= answer.keys()
    assert answer["source"] == "-"
    assert answer["duration"] == pytest.approx(LAST_END, abs=0.01), "the last cue's end"
    assert answer["language"] == "en"
    assert [p["rank"] for p in answer["previews"]] == list(range(1, len(answer["previews"]) + 1))
    assert 1 <= len(answer["previews"]) <= 5
    for found in answer["previews"]:
        assert found.keys() == {"rank", "start", "end", "score", "title", "text", "reasons"}
        assert 30 <= found["end"] - found["start"] <= 75
        assert 0 <= found["start"] < found["end"] <= answer["duration"] + 1e-6
        assert found["title"]
        assert found["text"]
        assert all(isinstance(value, float | int) for value in found["reasons"].values())
    scores = [p["score"] for p in answer["previews"]]
    assert scores == sorted(scores, reverse=True), "best first"
    assert all(isinstance(seconds, float | int) for seconds in answer["timings"].values())
    assert all(isinstance(name, str) for name in answer["models"].values())


def test_top_and_captions(podmix: Podmix, tmp_path: Path) -> None:
    target = tmp_path / "best.srt"
    done = podmix("preview", "-", "--transcript", str(write_vtt(tmp_path / "t.vtt")), "--top", "2", "--length", "30",
                  "--json", "--captions", str(target))
    assert done.code == 0, done.err
    assert len(done.json["previews"]) == 2
    assert done.json["files"] == [str(target)]
    assert target.read_text(encoding="utf-8").startswith("1\n00:00:00,"), "captions start with the clip"


def test_for_people(podmix: Podmix, tmp_path: Path) -> None:
    done = podmix("preview", "-", "--transcript", str(write_vtt(tmp_path / "t.vtt")))
    assert done.code == 0
    assert done.out.startswith("1. ")


@pytest.mark.parametrize(("words", "code"), [
    (["preview"], 2),
    (["preview", "-"], 2),
    (["preview", "-", "--transcript", "missing.vtt"], 1),
    (["preview", "missing.mp3"], 1),
    (["preview", "\u00b2"], 1),
    (["preview", "9" * 30], 1),
    (["preview", "x" * 5000], 1),
    (["preview", "4711"], 2),
    (["preview", ".", "--json"], 1),
    (["preview", "-", "--transcript", "T", "--length", "14"], 2),
    (["preview", "-", "--transcript", "T", "--length", "121"], 2),
    (["preview", "-", "--transcript", "T", "--length", "nan"], 2),
    (["preview", "-", "--transcript", "T", "--top", "0"], 2),
    (["preview", "-", "--transcript", "T", "--top", "51"], 2),
    (["preview", "-", "--transcript", "T", "--out", "clip.ogg"], 2),
    (["preview", "-", "--transcript", "T", "--out", "clip.exe"], 2),
    (["preview", "-", "--transcript", "T", "--captions", "c.doc"], 2),
    (["preview", "-", "--transcript", "T", "--notes", "missing.html"], 2),
    (["preview", "-", "--batch", "items.jsonl"], 2),
    (["preview", "--batch", "missing.jsonl"], 2),
    (["preview", "--nonsense"], 2),
    (["nonsense"], 2),
])
def test_wrong_wishes(podmix: Podmix, tmp_path: Path, words: list[str], code: int) -> None:
    transcript = str(write_vtt(tmp_path / "t.vtt"))
    done = podmix(*(transcript if word == "T" else word for word in words))
    assert done.code == code, done.err
    assert "Traceback" not in done.err
    assert done.err.startswith("podmix: ")
    if "--json" in words:
        assert done.json.keys() == {"error", "remedy"}


@pytest.mark.parametrize("body", [b"", b"\x00\xff\xfe garbage", b"WEBVTT\n\n", b"{}", b"just words, no times",
                                  b'{"segments": [{"body": 1}]}'])
def test_a_transcript_that_is_none(podmix: Podmix, tmp_path: Path, body: bytes) -> None:
    path = tmp_path / "t.vtt"
    path.write_bytes(body)
    done = podmix("preview", "-", "--transcript", str(path), "--json")
    assert done.code == 1
    assert done.json["error"]


def test_a_transcript_with_half_characters(podmix: Podmix, tmp_path: Path) -> None:
    """JSON may spell lone surrogates, which no file and no database can hold."""
    path = write_json(tmp_path / "t.json")
    text = path.read_text(encoding="utf-8").replace("harbour", "\\ud800 harbour").replace("HARBOUR", "\\ud83d")
    path.write_text(text, encoding="utf-8")
    done = podmix("preview", "-", "--transcript", str(path), "--json")
    assert done.code == 0, done.err
    done.out.encode()


def test_batch(podmix: Podmix, tmp_path: Path) -> None:
    """Paths count from the file's folder, ids keep their type, bad lines cost only themselves."""
    folder = tmp_path / "work"
    (folder / "in").mkdir(parents=True)
    write_vtt(folder / "in" / "a.vtt")
    write_srt(folder / "in" / "b.srt")
    (folder / "notes.html").write_text("<p>About a <b>light</b></p>")
    rows: list[str] = [
        json.dumps({"id": 7, "transcript": "in/a.vtt", "title": "A", "notes": "notes.html", "language": "en"}),
        "", "   ",
        json.dumps({"id": "b", "transcript": str(folder / "in" / "b.srt")}),
        json.dumps({"id": {"x": [1, None]}, "transcript": "in/none.vtt"}),
        json.dumps({"id": None, "audio": "none.mp3"}),
        json.dumps({"id": 1.5, "audio": "12"}),
        json.dumps({"id": "-", "audio": "-"}),
        json.dumps({"id": "notes", "transcript": "in/a.vtt", "notes": "gone.txt"}),
        json.dumps({"id": "nothing"}), json.dumps({"transcript": "in/a.vtt"}), "not json", "[" * 100_000, "[1]", '"x"',
        json.dumps({"id": "nul", "transcript": "a\x00b"}),
    ]
    items = folder / "items.jsonl"
    items.write_bytes(b"\xef\xbb\xbf" + "\n".join(rows).encode() + b"\n\xff\xfe\n")
    done = podmix("preview", "--batch", str(items), "--json", "--top", "3")
    assert done.code == 0, done.err
    answers = {json.dumps(answer["id"]): answer for answer in done.lines}
    assert len(answers) == len(done.lines) == 15
    good = {key for key, answer in answers.items() if "error" not in answer}
    assert good == {"7", '"b"'}
    for key in good:
        assert {"source", "duration", "language", "previews", "timings", "models"} <= answers[key].keys()
        assert 1 <= len(answers[key]["previews"]) <= 3
    for key in answers.keys() - good:
        assert answers[key]["previews"] == []
        assert "did not expect" not in answers[key]["error"], answers[key]
    assert {"null", "1.5", '{"x": [1, null]}'} <= answers.keys()


def test_a_batch_where_all_fails(podmix: Podmix, tmp_path: Path) -> None:
    items = tmp_path / "items.jsonl"
    items.write_text('{"id": 1}\n')
    assert podmix("preview", "--batch", str(items), "--json").code == 1
    items.write_text("\n")
    assert podmix("preview", "--batch", str(items), "--json").code == 2


def test_a_batch_for_people_keeps_one_line_an_item(podmix: Podmix, tmp_path: Path) -> None:
    write_vtt(tmp_path / "a.vtt")
    items = tmp_path / "items.jsonl"
    items.write_text('{"id": "a\\u001b[31m\\nb", "transcript": "a.vtt"}\n{"id": 2}\n')
    done = podmix("preview", "--batch", str(items))
    assert done.code == 0
    assert len(done.out.splitlines()) == 2
    assert "\x1b" not in done.out
