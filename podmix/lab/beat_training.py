# SPDX-License-Identifier: GPL-3.0-or-later
"""Trains the beat tracker's network on composed music.

``python -m podmix.lab.beat_training --data DIR --work DIR --out DIR`` reads the shards of ``beat_examples`` (as many as
there are when an epoch begins), trains, keeps a checkpoint that a killed run goes on from, and writes
``beats.onnx``. One thread; deterministic for the same shards. Every twentieth shard is kept for validation.
"""

from __future__ import annotations

import argparse
import json
import math
import time
from pathlib import Path
from typing import Any

import numpy as np

from podmix.lab.beat_examples import Example, load_shard, restore
from podmix.lab.beat_network import augment, build_network, count_weights, targets
from podmix.music.beats import features

FRAMES = 1500
BATCH = 8
PEAK_RATE = 3e-3
WARM_UP = 100
AVERAGE = 0.998
VALIDATION_EVERY = 20
CHECKPOINT_EVERY = 50


def read_examples(folder: Path, *, validation: bool) -> list[Example]:
    paths = [
        path
        for path in sorted(folder.glob("shard-????.npz"))
        if (int(path.stem[-4:]) % VALIDATION_EVERY == 0) is validation
    ]
    return [example for path in paths for example in load_shard(path)]


def learning_rate(step: int, steps: int) -> float:
    """Linear warm-up, then a half cosine down to a hundredth."""
    if step < WARM_UP:
        return PEAK_RATE * (step + 1) / WARM_UP
    along = (step - WARM_UP) / max(1, steps - WARM_UP)
    return PEAK_RATE * (0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * min(1.0, along))))


def train(data: Path, work: Path, steps: int, refresh: int) -> Any:
    """Train for ``steps`` batches, re-reading the folder every ``refresh``; returns the averaged network."""
    import torch

    torch.set_num_threads(1)
    torch.manual_seed(1)
    network = build_network()
    average = build_network()
    average.load_state_dict(network.state_dict())
    optimiser = torch.optim.AdamW(network.parameters(), lr=PEAK_RATE, weight_decay=1e-3)
    checkpoint = work / "checkpoint.pt"
    first = 0
    if checkpoint.exists():
        stored = torch.load(checkpoint, weights_only=True)
        network.load_state_dict(stored["network"])
        average.load_state_dict(stored["average"])
        optimiser.load_state_dict(stored["optimiser"])
        first = int(stored["step"])
    print(f"{count_weights(network)} weights, from step {first} of {steps}", flush=True)
    examples: list[Example] = []
    losses: list[float] = []
    began = time.monotonic()
    for step in range(first, steps):
        if step % refresh == 0 or not examples:
            examples = read_examples(data, validation=False)
        loss = _train_step(network, optimiser, examples, step, steps)
        losses.append(loss)
        follow_average(average, network, min(AVERAGE, step / (step + 10)))
        if (step + 1) % CHECKPOINT_EVERY == 0 or step + 1 == steps:
            keep_checkpoint(checkpoint, network, average, optimiser, step + 1)
            print(
                f"step {step + 1} loss {np.mean(losses[-CHECKPOINT_EVERY:]):.4f} of {len(examples)} pieces, "
                f"{(time.monotonic() - began) / (step + 1 - first):.2f} s a step",
                flush=True,
            )
    return average.eval()


def _train_step(network: Any, optimiser: Any, examples: list[Example], step: int, steps: int) -> float:
    import torch

    dice = np.random.default_rng([7, step])
    chosen = dice.choice(len(examples), size=BATCH, replace=len(examples) < BATCH)
    pairs = [augment(examples[int(index)], FRAMES, dice) for index in chosen]
    heard = torch.from_numpy(np.stack([pair[0] for pair in pairs]))
    truth = torch.from_numpy(np.stack([pair[1] for pair in pairs]))
    for group in optimiser.param_groups:
        group["lr"] = learning_rate(step, steps)
    network.train()
    loss = _loss(network(heard), truth)
    optimiser.zero_grad()
    loss.backward()
    torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
    optimiser.step()
    return float(loss.detach())


def _loss(logits: Any, truth: Any) -> Any:
    import torch

    each = torch.nn.functional.binary_cross_entropy_with_logits(logits, truth, reduction="none").mean((0, 1))
    return each[0] + 2.0 * each[1]  # bar lines are rarer and harder


def follow_average(average: Any, network: Any, share: float) -> None:
    """Exponential moving average of weights; counts and statistics of the norms as they are."""
    import torch

    with torch.no_grad():
        ours, theirs = average.state_dict(), network.state_dict()
        for name, value in ours.items():
            if value.dtype.is_floating_point:
                value.mul_(share).add_(theirs[name], alpha=1 - share)
            else:
                value.copy_(theirs[name])


def keep_checkpoint(path: Path, network: Any, average: Any, optimiser: Any, step: int) -> None:
    """Everything that a killed run needs, renamed into place."""
    import torch

    state = {
        "network": network.state_dict(),
        "average": average.state_dict(),
        "optimiser": optimiser.state_dict(),
        "step": step,
    }
    torch.save(state, path.with_suffix(".part"))
    path.with_suffix(".part").replace(path)


def export_onnx(network: Any, target: Path) -> None:
    """One file with weights, any number of frames, activations as probabilities."""
    import torch

    wrapped = torch.nn.Sequential(network, torch.nn.Sigmoid()).eval()
    example = torch.zeros(1, 500, features.BANDS)
    partial = target.with_suffix(".part")
    torch.onnx.export(
        wrapped,
        (example,),
        str(partial),
        input_names=["mel"],
        output_names=["activations"],
        dynamic_axes={"mel": {1: "frames"}, "activations": {1: "frames"}},
        opset_version=17,
        dynamo=False,
    )
    partial.replace(target)


def validation_loss(network: Any, examples: list[Example]) -> float:
    import torch

    losses = []
    with torch.no_grad():
        for example in examples:
            mel = features.compress(restore(example.levels))
            truth = np.stack([targets(example.beats, len(mel)), targets(example.downbeats, len(mel))], 1)
            losses.append(float(_loss(network(torch.from_numpy(mel)[None]), torch.from_numpy(truth)[None])))
    return float(np.mean(losses)) if losses else float("nan")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--steps", type=int, default=4000)
    parser.add_argument("--refresh", type=int, default=200, help="steps after which new shards are read")
    arguments = parser.parse_args()
    arguments.work.mkdir(parents=True, exist_ok=True)
    arguments.out.mkdir(parents=True, exist_ok=True)
    network = train(arguments.data, arguments.work, arguments.steps, arguments.refresh)
    loss = validation_loss(network, read_examples(arguments.data, validation=True))
    export_onnx(network, arguments.out / "beats.onnx")
    report = {
        "weights": count_weights(network),
        "steps": arguments.steps,
        "validation_loss": loss,
        "pieces": len(read_examples(arguments.data, validation=False)),
    }
    (arguments.out / "training.json").write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    print(report)


if __name__ == "__main__":
    main()
