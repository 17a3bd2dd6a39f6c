# SPDX-License-Identifier: GPL-3.0-or-later
"""Trains the second network of the beat tracker: beats and downbeats among even slots.

``python -m podmix.lab.metre_training --data DIR --work DIR --out DIR``. Like ``beat_training``: composed music,
checkpoints, an averaged network, ``metre.onnx``. The raster of an example is drawn from its true beats: any division
that gives slots of the right length, beginning anywhere, a little off and a little wrong.
"""

from __future__ import annotations

import argparse
import json
import math
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from podmix.lab.beat_examples import Example, load_shard, restore
from podmix.lab.beat_network import count_weights, recolour
from podmix.lab.beat_training import VALIDATION_EVERY, follow_average, keep_checkpoint
from podmix.lab.composing.drum_sounds import Dice
from podmix.lab.composing.score import Doubles
from podmix.music.beats.decode import follow_beats
from podmix.music.beats.features import BANDS, FRAME_RATE, Floats, compress
from podmix.music.beats.grid import candidate_lines, fit_line, gather_evidence
from podmix.music.beats.network import signal_activations
from podmix.music.beats.segments import smooth
from podmix.music.beats.slots import INPUTS, LONGEST_S, SHORTEST_S, describe_slots, hear_slots, slot_length

if TYPE_CHECKING:
    import torch

CHANNELS = 48
DILATIONS = (1, 2, 4, 8, 16, 32, 64)
SLOTS = 512
BATCH = 8
PEAK_RATE = 2.5e-3
DIVISIONS = (2, 4, 8, 3, 6)
SHORTEST_CROP, CROPPED = 48, 0.2
"""Some examples are short, as some recordings are."""
RASTERS = {"shard": 3, "sketch": 2, "still": 6}
"""How many rasters are drawn of a rendered and of a sketched piece."""
DOTTED = 0.12
SKETCHED, STILL = 0.65, 0.15
"""The shares of sketched pieces and of those without a pulse in training (besides those among the others)."""
BEFORE = 0.6
"""How often a raster begins in the silence before the music: where it starts is mostly a bar line."""
FOURFOLD = 0.8
"""How often the division is a power of two."""


def build_metre_network() -> torch.nn.Module:
    """Input ``(batch, slots, INPUTS)``, output ``(batch, slots, 2)`` logits.

    One-dimensional convolutions are written as two-dimensional ones with channels last: half the time on a processor.
    """
    import torch
    from torch import Tensor, nn

    class Block(nn.Module):  # type: ignore[misc]
        def __init__(self, dilation: int) -> None:
            super().__init__()
            self.wide = nn.Conv2d(CHANNELS, CHANNELS, (1, 5), padding=(0, 2 * dilation), dilation=(1, dilation),
                                  bias=False)
            self.norm = nn.BatchNorm2d(CHANNELS)
            self.mix = nn.Conv2d(CHANNELS, CHANNELS, 1)

        def forward(self, x: Tensor) -> Tensor:
            return x + self.mix(nn.functional.relu(self.norm(self.wide(x))))

    class Network(nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.join = nn.Conv2d(INPUTS, CHANNELS, (1, 3), padding=(0, 1), bias=False)
            self.norm = nn.BatchNorm2d(CHANNELS)
            self.blocks = nn.Sequential(*[Block(dilation) for dilation in DILATIONS])
            self.last = nn.Conv2d(CHANNELS, 2, 1)
            nn.init.constant_(self.last.bias, -2.0)

        def forward(self, x: Tensor) -> Tensor:
            joined = nn.functional.relu(self.norm(self.join(x.transpose(1, 2).unsqueeze(2))))
            return self.last(nn.functional.relu(self.blocks(joined))).squeeze(2).transpose(1, 2)

    return Network().to(memory_format=torch.channels_last)


@dataclass(frozen=True, slots=True)
class Raster:
    """An example cut into slots: magnitudes ``(n, 2, BANDS)``, their length in seconds, truth ``(n, 2)``.

    Half precision: thousands of them are held in memory.
    """

    heard: NDArray[np.float16]
    slot_s: float
    truth: Floats


def draw_raster(example: Example, dice: Dice) -> Raster | None:
    """A random division of an example's beats, begun anywhere, a little off; None where no division fits."""
    division, first, marked = 1, 0, False
    if len(example.beats) < 8:  # nothing pulses: any raster, no beats
        edges = _chance_edges(example, dice)
    elif dice.random() < DOTTED:
        edges = _dotted_edges(example.beats, dice)
    else:
        period = float(np.median(np.diff(example.beats)))
        fitting = [n for n in DIVISIONS if SHORTEST_S * 0.97 <= period / n <= LONGEST_S * 1.03]
        if not fitting:
            return None
        even = [n for n in fitting if n in (2, 4, 8)]
        division = int(dice.choice(even if even and dice.random() < FOURFOLD else fitting))
        marked = True
        places = np.arange((len(example.beats) - 1) * division + 1) / division
        first = int(dice.integers(-2 * division, 8 * division if dice.random() < BEFORE else 0))
        edges = np.interp(places, np.arange(len(example.beats)), example.beats)
        if first < 0:
            edges = edges[-first:]
        else:  # on at the first beat's pace
            step = float(edges[1] - edges[0])
            edges = np.concatenate([edges[0] + step * np.arange(-first, 0), edges])
    truth = np.zeros((len(edges) - 1, 2), np.float32)
    if marked:
        opening = np.isin(np.round(example.beats, 6), np.round(example.downbeats, 6))
        slots = first + np.arange(len(example.beats)) * division
        inside = (slots >= 0) & (slots < len(truth))
        truth[slots[inside], 0] = 1
        truth[slots[inside], 1] = opening[inside]
    edges = edges + dice.normal(0, 0.006) + np.cumsum(dice.normal(0, 0.0004, len(edges)))
    edges = np.maximum.accumulate(edges)
    heard = hear_slots(restore(example.levels), edges)
    return Raster(heard.astype(np.float16), float(np.median(np.diff(edges))), truth)


def _chance_edges(example: Example, dice: Dice) -> Doubles:
    """A raster where nothing pulses: mostly the path or a line that the tracker itself would find by chance."""
    seconds = len(example.levels) / FRAME_RATE - 0.2
    kind = dice.random()
    beats = np.zeros(0)
    if kind < 0.75:
        activation = signal_activations(compress(restore(example.levels)))[:, 0]
        if kind < 0.4:
            near = float(dice.uniform(4 * SHORTEST_S, 4 * LONGEST_S)) if dice.random() < 0.7 else None
            beats = follow_beats(activation, near)
            if len(beats) >= 8:
                beats = smooth(beats, gather_evidence(activation, beats, 0.05))
        else:
            lines = candidate_lines(activation, 0.0, seconds)[:8]
            if lines:
                beats = fit_line(activation, lines[int(dice.integers(len(lines)))], 0.0, seconds)[1]
    if len(beats) < 8:
        return np.arange(0, seconds, dice.uniform(SHORTEST_S, LONGEST_S))
    division = slot_length(float(np.median(np.diff(beats))))[1]
    return np.interp(np.arange((len(beats) - 1) * division) / division, np.arange(len(beats)), beats)


def _dotted_edges(beats: Doubles, dice: Dice) -> Doubles:
    """A raster of dotted notes (or of fifths of a beat), on which the true beats do not lie: to be seen through."""
    period = float(np.median(np.diff(beats)))
    step = float(dice.choice([1.5, 1.5, 1.5, 1.25, 0.8]))
    while step * period > LONGEST_S:
        step /= 2
    places = np.arange(dice.uniform(0, 4), len(beats) - 1, step)
    return np.asarray(np.interp(places, np.arange(len(beats)), beats), np.float64)


def prepare(raster: Raster, dice: Dice, *, plain: bool = False) -> tuple[Floats, Floats, Floats]:
    """``(SLOTS, INPUTS)``, targets ``(SLOTS, 2)`` and weights ``(SLOTS, 1)`` (0 where the piece is over)."""
    most = int(dice.integers(SHORTEST_CROP, SLOTS)) if not plain and dice.random() < CROPPED else SLOTS
    start = int(dice.integers(0, max(1, len(raster.truth) - most + 1)))
    heard, truth = raster.heard[start : start + most].astype(np.float32), raster.truth[start : start + most]
    slot_s = raster.slot_s
    if not plain:
        slot_s *= float(np.exp(dice.normal(0, 0.06)))
        if dice.random() < 0.5:
            warp = np.clip(np.arange(BANDS) * float(np.exp(dice.normal(0, 0.05))) + dice.normal(0, 1.5), 0, BANDS - 1)
            low = warp.astype(np.int64)
            share = (warp - low).astype(np.float32)
            heard = heard[..., low] * (1 - share) + heard[..., np.minimum(low + 1, BANDS - 1)] * share
        flat = recolour(np.array(heard.reshape(-1, BANDS)), dice)
        heard = flat.reshape(len(truth), 2, BANDS)
    seen = describe_slots(heard, slot_s)
    missing = SLOTS - len(seen)
    weight = np.pad(np.ones((len(seen), 1), np.float32), ((0, missing), (0, 0)))
    return np.pad(seen, ((0, missing), (0, 0))), np.pad(truth, ((0, missing), (0, 0))), weight


Pool = dict[Path, list[list[Raster]]]
"""For every shard, the rasters of each of its examples."""


def read_rasters(folder: Path, known: Pool, *, validation: bool = False) -> Pool:
    """Rasters of all shards of a kind, rendered and sketched; what is known already is not made again."""
    for path in sorted(folder.glob("*-????.npz")):
        number = int(path.stem[-4:])
        if path in known or (number % VALIDATION_EVERY == 0) is not validation:
            continue
        made = []
        for index, example in enumerate(load_shard(path)):
            dice = np.random.default_rng([13, number, index])
            drawn = [draw_raster(example, dice) for _ in range(RASTERS[path.stem[:-5]])]
            made.append([raster for raster in drawn if raster is not None])
        known[path] = made
    return known


def draw_example(pool: Pool, dice: Dice) -> Raster:
    """Of the examples SKETCHED are sketched, STILL pulseless, the others rendered, as far as there are such."""
    kinds = {kind: [path for path in pool if path.stem.startswith(kind)] for kind in RASTERS}
    shares = {"sketch": SKETCHED, "still": STILL, "shard": 1 - SKETCHED - STILL}
    there = [kind for kind in kinds if kinds[kind]]
    weights = np.array([shares[kind] for kind in there])
    chosen = kinds[there[int(dice.choice(len(there), p=weights / weights.sum()))]]
    while True:
        shard = pool[chosen[int(dice.integers(len(chosen)))]]
        choices = shard[int(dice.integers(len(shard)))]
        if choices:
            return choices[int(dice.integers(len(choices)))]


def train(data: Path, work: Path, steps: int, refresh: int, *, start: Path | None = None,
          peak_rate: float = PEAK_RATE) -> Any:
    """``start``: a checkpoint of another run whose averaged weights to begin with."""
    import torch

    torch.set_num_threads(1)
    torch.manual_seed(2)
    network, average = build_metre_network(), build_metre_network()
    if start:
        network.load_state_dict(torch.load(start, weights_only=True)["average"])
    average.load_state_dict(network.state_dict())
    optimiser = torch.optim.AdamW(network.parameters(), lr=PEAK_RATE, weight_decay=2e-3)
    checkpoint, first = work / "metre.pt", 0
    if checkpoint.exists():
        stored = torch.load(checkpoint, weights_only=True)
        network.load_state_dict(stored["network"])
        average.load_state_dict(stored["average"])
        optimiser.load_state_dict(stored["optimiser"])
        first = int(stored["step"])
    rasters: Pool = {}
    losses: list[float] = []
    began = time.monotonic()
    for step in range(first, steps):
        if step % refresh == 0 or not rasters:
            rasters = read_rasters(data, rasters)
        losses.append(_step(network, optimiser, rasters, step, _rate(step, steps, peak_rate)))
        follow_average(average, network, min(0.998, step / (step + 10)))
        if (step + 1) % 100 == 0 or step + 1 == steps:
            keep_checkpoint(checkpoint, network, average, optimiser, step + 1)
            print(
                f"step {step + 1} loss {np.mean(losses[-100:]):.4f} of {len(rasters)} shards, "
                f"{(time.monotonic() - began) / (step + 1 - first):.2f} s a step",
                flush=True,
            )
    return average.eval()


def _rate(step: int, steps: int, peak: float) -> float:
    """A short rise, then half a cosine down to a hundredth."""
    return peak * min((step + 1) / 100, 0.01 + 0.495 * (1 + math.cos(math.pi * min(1.0, step / steps))))


def _step(network: Any, optimiser: Any, rasters: Pool, step: int, rate: float) -> float:
    import torch

    dice = np.random.default_rng([11, step])
    rows: list[tuple[Floats, Floats, Floats]] = []
    while len(rows) < BATCH:
        rows.append(prepare(draw_example(rasters, dice), dice))
    seen, truth, weight = (torch.from_numpy(np.stack(column)) for column in zip(*rows, strict=True))
    for group in optimiser.param_groups:
        group["lr"] = rate
    network.train()
    loss = metre_loss(network(seen), truth, weight)
    optimiser.zero_grad()
    loss.backward()
    torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
    optimiser.step()
    return float(loss.detach())


def metre_loss(logits: Any, truth: Any, weight: Any) -> Any:
    import torch

    each = torch.nn.functional.binary_cross_entropy_with_logits(logits, truth, reduction="none") * weight
    return each.sum() / weight.sum()


def validation_loss(network: Any, rasters: Pool) -> float:
    import torch

    dice = np.random.default_rng(5)
    made = [prepare(drawn[0], dice, plain=True) for shard in rasters.values() for drawn in shard if drawn]
    with torch.no_grad():
        losses = [
            float(
                metre_loss(
                    network(torch.from_numpy(seen)[None]), torch.from_numpy(truth)[None], torch.from_numpy(weight)[None]
                )
            )
            for seen, truth, weight in made
        ]
    return float(np.mean(losses)) if losses else float("nan")


def export_onnx(network: Any, target: Path) -> None:
    import torch

    wrapped = torch.nn.Sequential(network, torch.nn.Sigmoid()).eval()
    partial = target.with_suffix(".part")
    torch.onnx.export(
        wrapped,
        (torch.zeros(1, 200, INPUTS),),
        str(partial),
        input_names=["slots"],
        output_names=["activations"],
        dynamic_axes={"slots": {1: "n"}, "activations": {1: "n"}},
        opset_version=17,
        dynamo=False,
    )
    partial.replace(target)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--steps", type=int, default=4000)
    parser.add_argument("--refresh", type=int, default=200)
    parser.add_argument("--start", type=Path)
    parser.add_argument("--rate", type=float, default=PEAK_RATE)
    arguments = parser.parse_args()
    arguments.work.mkdir(parents=True, exist_ok=True)
    arguments.out.mkdir(parents=True, exist_ok=True)
    network = train(arguments.data, arguments.work, arguments.steps, arguments.refresh, start=arguments.start,
                    peak_rate=arguments.rate)
    loss = validation_loss(network, read_rasters(arguments.data, {}, validation=True))
    export_onnx(network, arguments.out / "metre.onnx")
    report = {"weights": count_weights(network), "steps": arguments.steps, "validation_loss": loss}
    (arguments.out / "metre.json").write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    print(report)


if __name__ == "__main__":
    main()
