# SPDX-License-Identifier: GPL-3.0-or-later
"""Stand-ins for the heavy job functions, run in real worker processes. The episode's title says what they do."""

import base64
from pathlib import Path

from podmix.errors import NoSpeech
from podmix.jobs.protocol import Partial
from podmix.progress import Progress

SENTENCES = [
    ("The old harbour light went out in the winter of 1962.", 10.0, 14.0),
    ("Nobody in the village noticed for three days.", 14.2, 18.0),
    ("Then the ferry did not come, and everyone knew why.", 18.3, 23.0),
]


def preview(params, context, cancelled):
    """Previews of a made-up transcript. Titles: Silence fails, Endless waits for the cancel."""
    source = params["source"]
    with (Path(context["cache"]) / "runs").open("a", encoding="utf-8") as trace:
        trace.write(f"{source['title']}\n")
    checkpoint = Path(context["checkpoints"]) / params["checkpoint"]
    checkpoint.write_text("half of the work")
    yield Progress("transcribe", 1, 2, "s", note="Transcribing 0:01 of 0:02")
    yield Partial("captions", {"lines": [list(SENTENCES[0])], "done": 14.0, "total": 30.0})
    if source["title"] == "Silence":
        raise NoSpeech("Nobody speaks in this episode.", remedy="Choose another one.")
    while source["title"] == "Endless":  # between two yields the cancel flag is heeded for it
        yield Progress("transcribe", 1, 2, "s")
    lines = [{"text": text, "start": start, "end": end, "speaker": "Ada", "words": []}
             for text, start, end in SENTENCES]
    return {
        "transcript": {"form": 1, "language": "en", "duration": 30.0, "source": "fake", "speakers": {"S1": "Ada"},
                       "sentences": [[text, start, end, "S1", []] for text, start, end in SENTENCES]},
        "previews": [
            {"rank": rank, "start": 10.0 * rank, "end": 10.0 * rank + 9, "score": 1.0 / rank,
             "title": f"Minute {rank} & <more>", "text": "…", "reasons": {"hook": 0.9, "payoff": 0.4},
             "peaks": base64.b64encode(bytes(range(72))).decode(), "from_publisher": False,
             "captions": lines if rank == 1 else []} for rank in (1, 2, 3)],
        "vectors": None, "timings": {"rank": 0.1}, "models": {"speech": "fake"}, "notes": [],
    }
