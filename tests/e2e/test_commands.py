# SPDX-License-Identifier: GPL-3.0-or-later
"""``podmix preview`` with real models: from audio to JSON, clip and captions; a batch of transcripts."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from podmix.audio.decode import probe, stream
from podmix.audio.loudness import integrated_lufs, true_peak_db
from podmix.speech.transcript_files import read_transcript
from tests.cli.conftest import write_json, write_vtt
from tests.e2e import talk

SECONDS = 80.0

pytestmark = [pytest.mark.models, pytest.mark.timeout(300)]


def test_from_audio(tmp_path: Path) -> None:
    import numpy as np

    talk.need_models(tmp_path / "models")
    audio = tmp_path / "talk.wav"
    audio.write_bytes(talk.talk_wav(SECONDS))
    clip, captions = tmp_path / "clip.ogg", tmp_path / "clip.vtt"
    out = talk.run(tmp_path / "home", "preview", str(audio), "--model", "tiny.en", "--top", "1", "--title", "The light",
                   "--out", str(clip), "--captions", str(captions), "--json")
    answer = json.loads(out)
    assert answer["source"] == str(audio)
    assert answer["duration"] == pytest.approx(SECONDS, abs=0.1)
    assert answer["language"] == "en"
    assert "tiny.en" in answer["models"]["speech"]
    assert {"transcribe", "embed", "rank"} <= answer["timings"].keys()
    best = answer["previews"][0]
    assert len(answer["previews"]) == 1
    for found in answer["previews"]:
        assert 30 <= found["end"] - found["start"] <= 75
        assert 0 <= found["start"] < found["end"] <= answer["duration"]
    assert answer["files"] == [str(clip), str(captions)]
    length = best["end"] - best["start"]
    info = probe(clip)
    assert info.duration_claimed == pytest.approx(length, abs=0.15)
    samples = np.concatenate(list(stream(clip, sample_rate=48_000, mono=True)))
    assert integrated_lufs(samples, 48_000) == pytest.approx(-16, abs=1.0)
    assert true_peak_db(samples, 48_000) <= -0.5
    cues = read_transcript(captions.read_bytes(), name="clip.vtt").cues
    assert cues[0].start < 1.0
    assert cues[-1].end <= length + 0.05
    assert list((tmp_path / "home" / "cache" / "checkpoints").iterdir()) == []


def test_a_batch_of_transcripts(tmp_path: Path) -> None:
    talk.need_models(tmp_path / "models")
    write_vtt(tmp_path / "a.vtt")
    write_json(tmp_path / "b.json")
    rows = [{"id": 1, "transcript": "a.vtt", "title": "The light"}, {"id": "two", "transcript": "b.json"},
            {"id": None, "transcript": "c.vtt"}]
    (tmp_path / "items.jsonl").write_text("\n".join(map(json.dumps, rows)))
    out = talk.run(tmp_path / "home", "preview", "--batch", str(tmp_path / "items.jsonl"), "--json", "--top", "3")
    answers = {answer["id"]: answer for answer in map(json.loads, out.splitlines())}
    assert answers.keys() == {1, "two", None}
    assert [p["start"] for p in answers["two"]["previews"]]
    assert len(answers[1]["previews"]) <= 3
    assert answers[None]["previews"] == []
    assert answers[None]["error"]
