#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Make the demo episodes, feeds, chapters, transcript and truth from the scripts beside this file.

    python make_demo.py speak VOICE_DIR [EPISODE ...]   speak every line (kept in build/, so it can be resumed)
    python make_demo.py build                           join, level and encode the lines; write everything else
    python make_demo.py text                            the same, but leave the audio files as they are

VOICE_DIR holds kokoro.onnx and voices/*.bin (see ../README.md). Speaking needs onnxruntime, numpy, soundfile,
kokoro-onnx, phonemizer-fork and espeakng-loader; building needs numpy, soundfile and the ffmpeg programs.
"""
import hashlib
import json
import os
import re
import subprocess
import sys
import uuid
from email.utils import parsedate_to_datetime
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

import numpy as np
import soundfile

SCRIPTS = Path(__file__).resolve().parent
DEMO = SCRIPTS.parent
BUILD = Path(os.environ.get("DEMO_BUILD", DEMO / "build"))
RATE = 24_000
STYLE_WIDTH = 256
MAX_TOKENS = 508
TARGET_LUFS = -16.0
PODCAST_NAMESPACE = uuid.UUID("ead4c236-bf58-58c6-a2c6-a6b28d128cb6")  # given by the podcast namespace for podcast:guid
SENTENCE_GAP = 0.28  # seconds between two sentences of one line, once the model's own silence is cut


def rows(episode: str) -> list[dict]:
    text = (SCRIPTS / f"{episode}.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines() if line.strip()]


def episodes() -> list[str]:
    return sorted(path.stem for path in SCRIPTS.glob("*.jsonl"))


def line_path(row: dict) -> Path:
    key = json.dumps([row["voice"], row["text"], row["speed"]]).encode()
    return BUILD / "lines" / f"{hashlib.sha1(key).hexdigest()[:16]}.wav"


# ---------------------------------------------------------------------------------------------- speaking

def trim(audio: np.ndarray, floor: float = 0.004, keep: float = 0.04) -> np.ndarray:
    """Cut the silence the model leaves before and after a sentence, with a short fade at each end."""
    step = int(0.01 * RATE)
    frames = np.abs(audio[: len(audio) // step * step]).reshape(-1, step).max(axis=1)
    loud = np.flatnonzero(frames > floor)
    if not len(loud):
        return audio
    margin = int(keep * RATE)
    start = max(0, loud[0] * step - margin)
    end = min(len(audio), (loud[-1] + 1) * step + margin)
    audio = audio[start:end].copy()
    fade = np.linspace(0, 1, int(0.01 * RATE), dtype=np.float32)
    audio[: len(fade)] *= fade
    audio[-len(fade):] *= fade[::-1]
    return audio


class Voice:
    def __init__(self, folder: str) -> None:
        import onnxruntime
        from kokoro_onnx.tokenizer import Tokenizer

        self.folder = folder
        self.session = onnxruntime.InferenceSession(f"{folder}/kokoro.onnx", providers=["CPUExecutionProvider"])
        self.tokenizer = Tokenizer()

    def speak(self, text: str, voice: str, speed: float) -> np.ndarray:
        gap = np.zeros(int(SENTENCE_GAP * RATE), np.float32)
        pieces: list[np.ndarray] = []
        for sentence in re.split(r"(?<=[.!?])\s+", text.strip()):
            pieces += [trim(self._sentence(sentence, voice, speed)), gap]
        return np.concatenate(pieces[:-1])

    def _sentence(self, text: str, voice: str, speed: float) -> np.ndarray:
        language = "en-gb" if voice.startswith("b") else "en-us"
        phonemes = self.tokenizer.phonemize(text, language)
        phonemes = phonemes.replace("ʲ", "j").replace("r", "ɹ").replace("x", "k").replace("ɬ", "l")
        tokens = self.tokenizer.tokenize(phonemes)[:MAX_TOKENS]
        styles = np.fromfile(f"{self.folder}/voices/{voice}.bin", dtype="<f4").reshape(-1, STYLE_WIDTH)
        style = styles[min(len(tokens), len(styles) - 1)][None, :].astype(np.float32)
        audio = self.session.run(None, {
            "tokens": np.array([[0, *tokens, 0]], dtype=np.int64),
            "style": style,
            "speed": np.array([speed], dtype=np.float32),
        })[0]
        return audio.reshape(-1)


def speak(folder: str, wanted: list[str]) -> None:
    (BUILD / "lines").mkdir(parents=True, exist_ok=True)
    voice = Voice(folder)
    for episode in wanted or episodes():
        clock = 0.0
        for row in rows(episode):
            path = line_path(row)
            if not path.exists():
                audio = voice.speak(row["text"], row["voice"], row["speed"])
                part = path.with_suffix(".part")
                soundfile.write(part, audio, RATE, format="WAV", subtype="FLOAT")
                part.rename(path)
            clock += soundfile.info(path).duration + row["pause"]
            print(f"{clock:7.1f} s  {row['speaker']}: {row['text'][:60]}", flush=True)


# ---------------------------------------------------------------------------------------------- joining

def note(frequency: float, seconds: float, decay: float, bright: float) -> np.ndarray:
    t = np.arange(int(seconds * RATE)) / RATE
    tone = np.sin(2 * np.pi * frequency * t) + bright * np.sin(2 * np.pi * 2.0 * frequency * t) * np.exp(-t * 4)
    tone += 0.5 * bright * np.sin(2 * np.pi * 3.98 * frequency * t) * np.exp(-t * 14)
    return tone * np.exp(-t * decay) * np.minimum(1, t / 0.006)


def tune(notes: list[tuple[float, float, float]], seconds: float, decay: float, bright: float) -> np.ndarray:
    """A short ident: (start, midi pitch, level) on a soft mallet, with a few echoes and a fade at the end."""
    out = np.zeros(int(seconds * RATE))
    for start, pitch, level in notes:
        at = int(start * RATE)
        sound = note(440 * 2 ** ((pitch - 69) / 12), seconds - start, decay, bright) * level
        sound = sound[: len(out) - at]
        out[at:at + len(sound)] += sound
    wet = out.copy()
    for delay, level in ((0.113, 0.28), (0.197, 0.2), (0.311, 0.13), (0.473, 0.08)):
        shift = int(delay * RATE)
        wet[shift:] += out[:-shift] * level
    tail = int(min(1.2, seconds / 2) * RATE)
    wet[-tail:] *= np.linspace(1, 0, tail) ** 2
    return (wet / np.abs(wet).max() * 0.22).astype(np.float32)


def idents(show: str) -> dict[str, np.ndarray]:
    if show == "the-long-maintenance":  # a clock: two notes tick, three climb
        theme = [(0, 53, 1), (0, 60, .7), (.35, 65, .6), (.7, 69, .65), (1.05, 72, .7), (1.4, 57, .8), (1.4, 64, .6),
                 (1.75, 67, .55), (2.1, 72, .7), (2.45, 77, .5)]
        return {"theme": tune(theme, 4.2, 2.2, .35), "sting": tune([(0, 60, .8), (.18, 65, .7), (.36, 72, .6)], 1.7, 3.2, .35)}
    theme = [(0, 45, 1), (0, 76, .5), (.5, 71, .5), (1.0, 52, .9), (1.0, 74, .5), (1.5, 69, .5), (2.0, 45, .7), (2.0, 81, .4)]
    return {"theme": tune(theme, 4.4, 1.6, .15), "sting": tune([(0, 81, .7), (.4, 76, .6)], 1.8, 2.6, .15)}


def level(audio: np.ndarray) -> float:
    frames = audio[: len(audio) // 2400 * 2400].reshape(-1, 2400)
    power = (frames ** 2).mean(axis=1)
    return float(np.sqrt(power[power > power.max() / 300].mean()))


def sentences(text: str, audio: np.ndarray, start: float) -> list[dict]:
    """Where each sentence of a line lies: the gaps between them are runs of exact zeros."""
    parts = re.split(r"(?<=[.!?])\s+", text.strip())
    wide, edges = int(SENTENCE_GAP * RATE), [0]
    zero = np.concatenate([[0], (audio == 0).astype(np.int8), [0]])
    begins, ends = np.flatnonzero(np.diff(zero) == 1), np.flatnonzero(np.diff(zero) == -1)
    for begin, end in zip(begins, ends):
        if end - begin >= wide - 2:
            edges += [begin, end]
    edges.append(len(audio))
    if len(edges) != 2 * len(parts):
        raise ValueError(f"{len(parts)} sentences, {len(edges) // 2} found: {text}")
    return [{"text": part, "start": round(start + edges[2 * i] / RATE, 3), "end": round(start + edges[2 * i + 1] / RATE, 3)}
            for i, part in enumerate(parts)]


def join(show: str, episode: str) -> dict:
    """Lay the spoken lines and the idents on one track; write build/EPISODE.wav and return the truth."""
    script = rows(episode)
    audio = [soundfile.read(line_path(row), dtype="float32")[0] for row in script]
    gains = {name: 0.08 / level(np.concatenate([a for a, row in zip(audio, script) if row["voice"] == name]))
             for name in {row["voice"] for row in script}}
    cues, clock, track, lines, music = idents(show), 0.25, [], [], []
    spans: dict[str, list[float]] = {}
    previous = None
    for row, spoken in zip(script, audio):
        if previous is not None and row["part"] != previous and {"intro", "sponsor"} & {row["part"], previous}:
            name = "theme" if previous == "intro" else "sting"
            track.append((clock, cues[name]))
            seconds = len(cues[name]) / RATE
            music.append([round(clock, 3), round(clock + seconds, 3)])
            clock += seconds - (1.1 if name == "theme" else 0.5)
        start, clock = clock, clock + len(spoken) / RATE
        track.append((start, spoken * gains[row["voice"]]))
        lines.append({"speaker": row["speaker"], "text": row["text"], "start": round(start, 3), "end": round(clock, 3),
                      "part": row["part"], "sentences": sentences(row["text"], spoken, start)})
        if row["part"] != "talk":
            spans.setdefault(row["part"], [round(start, 3), 0])[1] = round(clock, 3)
        clock += row["pause"]
        previous = row["part"]
    track.append((clock, cues["theme"]))
    music.append([round(clock, 3), round(clock + len(cues["theme"]) / RATE, 3)])
    mix = np.zeros(int(music[-1][1] * RATE) + 1, np.float32)
    for start, sound in track:
        at = int(start * RATE)
        sound = sound[: len(mix) - at]
        mix[at:at + len(sound)] += sound
    soundfile.write(BUILD / f"{episode}.wav", mix / max(1, np.abs(mix).max()), RATE, subtype="FLOAT")
    return {"episode": episode, "duration": round(len(mix) / RATE, 3), **spans, "music": music, "lines": lines}


# ---------------------------------------------------------------------------------------------- writing

def ffmpeg(*arguments: str) -> str:
    run = subprocess.run(["ffmpeg", "-hide_banner", "-nostdin", "-y", *arguments], capture_output=True, text=True)
    if run.returncode:
        raise RuntimeError(run.stderr[-2000:])
    return run.stderr


def loudness(path: Path) -> float:
    return float(re.findall(r"I:\s+(-?[\d.]+) LUFS", ffmpeg("-i", str(path), "-af", "ebur128", "-f", "null", "-"))[-1])


def encode(show: dict, entry: dict, out: Path) -> None:
    source = BUILD / f"{entry['id']}.wav"
    levelled = BUILD / f"{entry['id']}-levelled.wav"
    gain = TARGET_LUFS - loudness(source)
    for _ in range(3):
        ffmpeg("-i", str(source), "-af", f"aresample=48000,volume={gain:.2f}dB,alimiter=limit=0.78:level=disabled:latency=1",
               "-c:a", "pcm_s16le", str(levelled))
        gain += TARGET_LUFS - loudness(levelled)
    ffmpeg("-i", str(levelled), "-map_metadata", "-1", "-c:a", "libopus", "-b:a", "32k", "-ac", "1", "-application", "audio",
           "-fflags", "+bitexact", "-metadata", f"title={entry['title']}", "-metadata", f"artist={show['author']}",
           "-metadata", f"album={show['title']}", "-metadata", f"track={entry['number']}",
           "-metadata", f"date={parsedate_to_datetime(entry['pubDate']):%Y-%m-%d}", "-metadata", "genre=Podcast",
           "-metadata", "comment=Fictional demo episode made for PodMix, spoken by synthetic voices. CC BY 4.0", str(out))


def seconds(path: Path) -> float:
    run = subprocess.run(["ffprobe", "-v", "error", "-show_entries", "format=duration", "-of", "csv=p=0", str(path)],
                         capture_output=True, text=True, check=True)
    return float(run.stdout)


def stamp(time: float) -> str:
    milli = round(time * 1000)
    return f"{milli // 3_600_000:02}:{milli // 60_000 % 60:02}:{milli // 1000 % 60:02}.{milli % 1000:03}"


def vtt(truth: dict) -> str:
    out = ["WEBVTT", ""]
    for line in truth["lines"]:
        for sentence in line["sentences"]:
            out += [f"{stamp(sentence['start'])} --> {stamp(sentence['end'])}", f"<v {line['speaker']}>{escape(sentence['text'])}", ""]
    return "\n".join(out)


def chapters(entry: dict, truth: dict) -> dict:
    found = []
    for number, (title, begins) in enumerate(entry["chapters"]):
        line = next(line for line in truth["lines"] if line["text"].startswith(begins))
        found.append({"startTime": round(line["start"], 2) if number else 0, "title": title})
    return {"version": "1.2.0", "title": entry["title"], "chapters": found}


def person(name: str, role: str) -> str:
    return f'<podcast:person role="{role}">{escape(name)}</podcast:person>'


def item(key: str, show: dict, entry: dict, audio: Path) -> str:
    name = entry["id"]
    people = show["people"] + [[guest, "guest"] for guest in entry.get("guests", [])]
    lines = [
        f"<title>{escape(entry['title'])}</title>",
        f"<itunes:title>{escape(entry['title'])}</itunes:title>",
        f"<link>{show['link']}{name}</link>",
        f'<guid isPermaLink="false">urn:podmix-demo:{name}</guid>',
        f"<pubDate>{entry['pubDate']}</pubDate>",
        f"<description><![CDATA[{entry['notes']}]]></description>",
        f"<content:encoded><![CDATA[{entry['notes']}]]></content:encoded>",
        f"<itunes:summary>{escape(entry['summary'])}</itunes:summary>",
        f"<itunes:author>{escape(show['author'])}</itunes:author>",
        f'<enclosure url="{{base}}/audio/{name}.opus" length="{audio.stat().st_size}" type="audio/ogg"/>',
        f"<itunes:duration>{round(seconds(audio))}</itunes:duration>",
        f"<itunes:season>{entry['season']}</itunes:season>",
        f"<itunes:episode>{entry['number']}</itunes:episode>",
        "<itunes:episodeType>full</itunes:episodeType>",
        "<itunes:explicit>false</itunes:explicit>",
        f'<itunes:image href="{{base}}/art/{key}.png"/>',
        *(person(*who) for who in people),
    ]
    if entry["chapters"]:
        lines.append(f'<podcast:chapters url="{{base}}/chapters/{name}.json" type="application/json+chapters"/>')
    if entry["transcript"]:
        lines.append(f'<podcast:transcript url="{{base}}/transcripts/{name}.vtt" type="text/vtt" language="en"/>')
    return "    <item>\n" + "".join(f"      {line}\n" for line in lines) + "    </item>\n"


def feed(key: str, show: dict, items: list[str]) -> str:
    main, sub = show["category"]
    inner = f'<itunes:category text="{escape(sub)}"/>' if sub else ""
    latest = max(show["episodes"], key=lambda entry: parsedate_to_datetime(entry["pubDate"]))
    lines = [
        f"<title>{escape(show['title'])}</title>",
        f"<link>{show['link']}</link>",
        f'<atom:link href="{{base}}/feeds/{key}.xml" rel="self" type="application/rss+xml"/>',
        f"<description>{escape(show['description'])}</description>",
        f"<itunes:subtitle>{escape(show['subtitle'])}</itunes:subtitle>",
        f"<itunes:summary>{escape(show['description'])}</itunes:summary>",
        f"<language>{show['language']}</language>",
        f"<pubDate>{latest['pubDate']}</pubDate>",
        f"<lastBuildDate>{latest['pubDate']}</lastBuildDate>",
        "<copyright>The PodMix contributors, CC BY 4.0</copyright>",
        "<generator>PodMix demo</generator>",
        f"<itunes:author>{escape(show['author'])}</itunes:author>",
        f"<itunes:owner><itunes:name>{escape(show['author'])}</itunes:name><itunes:email>hello@{show['link'].split('/')[2]}</itunes:email></itunes:owner>",
        f'<itunes:category text="{escape(main)}">{inner}</itunes:category>',
        "<itunes:explicit>false</itunes:explicit>",
        "<itunes:type>episodic</itunes:type>",
        f'<itunes:image href="{{base}}/art/{key}.png"/>',
        f"<image><url>{{base}}/art/{key}.png</url><title>{escape(show['title'])}</title><link>{show['link']}</link></image>",
        f"<podcast:guid>{uuid.uuid5(PODCAST_NAMESPACE, 'podmix.example/feeds/' + key + '.xml')}</podcast:guid>",
        "<podcast:medium>podcast</podcast:medium>",
        '<podcast:locked>no</podcast:locked>',
        "<podcast:license>cc-by-4.0</podcast:license>",
        *(person(*who) for who in show["people"]),
    ]
    return ('<?xml version="1.0" encoding="UTF-8"?>\n'
            '<rss version="2.0"\n'
            '     xmlns:atom="http://www.w3.org/2005/Atom"\n'
            '     xmlns:content="http://purl.org/rss/1.0/modules/content/"\n'
            '     xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd"\n'
            '     xmlns:podcast="https://podcastindex.org/namespace/1.0">\n'
            "  <channel>\n" + "".join(f"    {line}\n" for line in lines) + "".join(items) + "  </channel>\n</rss>\n")


def opml(shows: dict) -> str:
    outlines = "".join(
        f'    <outline type="rss" text={quoteattr(show["title"])} title={quoteattr(show["title"])}'
        f' description={quoteattr(show["subtitle"])} xmlUrl="{{base}}/feeds/{key}.xml" htmlUrl="{show["link"]}"/>\n'
        for key, show in shows.items())
    return ('<?xml version="1.0" encoding="UTF-8"?>\n<opml version="2.0">\n  <head>\n'
            "    <title>PodMix demo shows</title>\n  </head>\n  <body>\n" + outlines + "  </body>\n</opml>\n")


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def build(audio_too: bool = True) -> None:
    shows = json.loads((SCRIPTS / "shows.json").read_text(encoding="utf-8"))
    (DEMO / "audio").mkdir(exist_ok=True)
    for key, show in shows.items():
        items = []
        newest_first = sorted(show["episodes"], key=lambda entry: parsedate_to_datetime(entry["pubDate"]), reverse=True)
        for entry in newest_first:
            name = entry["id"]
            truth = join(key, name)
            audio = DEMO / "audio" / f"{name}.opus"
            if audio_too:
                encode(show, entry, audio)
            write(DEMO / "truth" / f"{name}.json", json.dumps(truth, indent=1, ensure_ascii=False) + "\n")
            if entry["chapters"]:
                write(DEMO / "chapters" / f"{name}.json", json.dumps(chapters(entry, truth), indent=1) + "\n")
            if entry["transcript"]:
                write(DEMO / "transcripts" / f"{name}.vtt", vtt(truth))
            items.append(item(key, show, entry, audio))
            print(f"{name}: {truth['duration']:.1f} s, {audio.stat().st_size} bytes, {loudness(audio)} LUFS, best {truth['best']}", flush=True)
        write(DEMO / "feeds" / f"{key}.xml", feed(key, show, items))
    write(DEMO / "demo.opml", opml(shows))


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["speak", folder, *wanted]:
            speak(folder, wanted)
        case ["build"]:
            build()
        case ["text"]:
            build(audio_too=False)
        case _:
            sys.exit(__doc__)
