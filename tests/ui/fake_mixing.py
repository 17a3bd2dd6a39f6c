# SPDX-License-Identifier: GPL-3.0-or-later
"""``MixingVerbs`` in memory: real planning over tracks that are made up here."""

from __future__ import annotations

import math
import random
from collections.abc import Generator, Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from podmix.app.automix_future import go_on
from podmix.automix.facts import TrackFacts, TrackLabels
from podmix.automix.learning import MixEvent, learnt
from podmix.automix.options import MixOptions
from podmix.automix.plan import MixPlan
from podmix.automix.plan_json import read_plan, write_plan
from podmix.automix.planner import PlannedMix, plan_mix
from podmix.automix.weights import MixWeights
from podmix.errors import AudioError
from podmix.music.types import Waveform
from podmix.progress import Progress
from tests.automix.tracks import track

KNOWN = (("Harbour Lights", "Night Ferry", 120.0, 9, 4.0), ("Second Wind", "Mara Quist", 122.0, 4, 5.5),
         ("Low Orbit", "Tern", 123.5, 2, 6.5), ("Salt Road", "Night Ferry", 124.0, 0, 7.5),
         ("Glass Garden", "Ines Vale", 126.0, 7, 8.5), ("Kiln", "Otto Brandt", 98.0, 6, 6.0),
         ("Field Recording No. 4", "Ana Sol", None, 5, 2.0), ("Cranes", "Tern", 125.0, 3, 8.0))


@lru_cache(maxsize=512)
def facts_of(path: str, number: int) -> TrackFacts:
    """A made-up track with a waveform that swells with its sections."""
    title, artist, bpm, key, energy = KNOWN[number % len(KNOWN)]
    made = track(Path(path).stem, bpm=bpm, bars=72, key=key, energy=energy, sections=(0, 16, 32, 48, 64),
                 labels=TrackLabels(title, artist))
    points = wave(made.duration, bpm or 100.0, number % len(KNOWN))
    return replace(made, path=path, waveform=Waveform(150.0, points, points, b"", b""))


@lru_cache(maxsize=16)
def wave(duration: float, bpm: float, seed: int) -> bytes:
    dice, made = random.Random(seed), bytearray()
    for at in range(round(duration * 150)):
        second = at / 150
        beat = math.exp(-6 * ((second - 0.5) * bpm / 60 % 1.0))
        swell = 0.55 + 0.45 * math.sin(second / duration * math.pi * 3) ** 2
        edge = min(1.0, second / 8, (duration - second) / 8)
        level = 235 * swell * max(0.12, edge)
        made += bytes((round(level * (0.35 + 0.65 * beat)), round(level * dice.uniform(0.35, 0.7)),
                       round(level * (0.2 + 0.35 * beat * dice.random()))))
    return bytes(made)


class FakeMixing:
    """Mixed into ``FakeVerbs``. ``answers["plan_music_mix"]`` may be an exception; ``mixed`` holds what was planned."""

    mixed: PlannedMix | None = None

    def plan_music_mix(self, paths: Sequence[str], options: MixOptions) -> Generator[Progress, None, PlannedMix]:
        self._note("plan_music_mix", tuple(paths), options)  # type: ignore[attr-defined]
        facts = []
        for number, path in enumerate(paths):
            facts.append(facts_of(path, number))
            yield Progress("analysis", number + 1, len(paths), "tracks", f"{number + 1} of {len(paths)}")
        if not facts:
            raise AudioError("There is no track that can be mixed.")
        self.mixed = plan_mix(facts, options, MixWeights())
        return self.mixed

    def open_mix(self, path: Path) -> Generator[Progress, None, PlannedMix]:
        self._note("open_mix", path)  # type: ignore[attr-defined]
        plan = read_plan(path)
        yield Progress("analysis", 1, 1)
        return PlannedMix(plan, tuple(facts_of(one.path, number) for number, one in enumerate(plan.tracks)),
                          tuple(range(len(plan.tracks))))

    def know_music(self, paths: Sequence[str]) -> Generator[Progress, None, None]:
        self._note("know_music", tuple(paths))  # type: ignore[attr-defined]
        yield Progress("analysis", len(paths), len(paths), "tracks", f"{len(paths)} of {len(paths)}")

    def go_on_mix(self, mix: PlannedMix, paths: Sequence[str], options: MixOptions, *, heard_s: float | None = None,
                  anew: bool = False, place: int | None = None) -> Generator[Progress, None, PlannedMix]:
        self._note("go_on_mix", tuple(paths), heard_s, anew, place)  # type: ignore[attr-defined]
        yield Progress("plan", 0)
        coming = [facts_of(path, len(mix.facts) + number) for number, path in enumerate(paths)]
        return go_on(mix, coming, options, self.mix_weights(), heard_s=heard_s, anew=anew, place=place)

    def mix_weights(self) -> MixWeights:
        return learnt(self.mix_events())

    def mix_events(self) -> list[MixEvent]:
        return list(self.__dict__.setdefault("learnt_from", []))

    def note_mix_event(self, event: MixEvent) -> MixWeights:
        self._note("note_mix_event", event)  # type: ignore[attr-defined]
        self.__dict__.setdefault("learnt_from", []).append(event)
        return self.mix_weights()

    def forget_mix_events(self, event: MixEvent | None = None) -> MixWeights:
        self._note("forget_mix_events", event)  # type: ignore[attr-defined]
        kept = self.__dict__.setdefault("learnt_from", [])
        if event is None:
            kept.clear()
        elif event in kept:
            kept.remove(event)
        return self.mix_weights()

    def save_mix_plan(self, plan: MixPlan, target: Path) -> Path:
        write_plan(plan, target)
        return target

    def export_mix(self, mix: PlannedMix, target: Path, *, sound: str = "") -> Path:
        self._note("export_mix", target, sound)  # type: ignore[attr-defined]
        return target

    def render_music_mix(self, plan: MixPlan, target: Path) -> int:
        self._note("render_music_mix", plan, target)  # type: ignore[attr-defined]
        return 77

    def playlist_tracks(self, playlist_id: int) -> list[Any]:
        return [self.library[track] for _, track in self.list_items[playlist_id]]  # type: ignore[attr-defined]
