# SPDX-License-Identifier: GPL-3.0-or-later
"""The beat tracker's network and how it is trained: a small convolutional front, then dilated convolutions in time.

After Davies and Böck, "Temporal convolutional networks for musical audio beat tracking" (EUSIPCO 2019) and Böck and
Davies, "Deconstruct, analyse, reconstruct" (ISMIR 2020), much smaller: all layers at 50 frames a second, about 145,000
weights. Input ``(batch, frames, BANDS)`` as ``features.compress`` gives it, output ``(batch, frames, 2)`` logits of
beat and downbeat.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from podmix.lab.beat_examples import Example, restore
from podmix.lab.composing.drum_sounds import Dice
from podmix.lab.composing.score import Doubles
from podmix.music.beats import features
from podmix.music.beats.features import BANDS, FRAME_RATE, Floats

if TYPE_CHECKING:
    import torch

CHANNELS = 48
DILATIONS = (1, 2, 4, 8, 16, 32, 64, 128, 256)
TARGET_WIDTH = 1.5
"""A beat is 1 at its moment and falls to 0 within so many frames: fractions of a frame stay readable."""


def build_network() -> torch.nn.Module:
    """The untrained network."""
    from torch import Tensor, nn

    class Block(nn.Module):  # type: ignore[misc]
        def __init__(self, dilation: int) -> None:
            super().__init__()
            self.wide = nn.Conv1d(CHANNELS, CHANNELS, 5, padding=2 * dilation, dilation=dilation, bias=False)
            self.norm = nn.BatchNorm1d(CHANNELS)
            self.mix = nn.Conv1d(CHANNELS, CHANNELS, 1)
            self.drop = nn.Dropout(0.05)

        def forward(self, x: Tensor) -> Tensor:
            return x + self.drop(self.mix(nn.functional.relu(self.norm(self.wide(x)))))

    class Network(nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.front = nn.Sequential(
                nn.Conv2d(1, 12, (5, 3), stride=(2, 1), padding=(0, 1), bias=False),
                nn.BatchNorm2d(12),
                nn.ReLU(),
                nn.Conv2d(12, 24, (3, 3), stride=(2, 1), padding=(0, 1), bias=False),
                nn.BatchNorm2d(24),
                nn.ReLU(),
            )
            self.join = nn.Conv1d(24 * 14, CHANNELS, 1, bias=False)
            self.join_norm = nn.BatchNorm1d(CHANNELS)
            self.blocks = nn.Sequential(*[Block(dilation) for dilation in DILATIONS])
            self.last = nn.Conv1d(CHANNELS, 2, 1)
            nn.init.constant_(self.last.bias, -3.0)  # beats are rare

        def forward(self, x: Tensor) -> Tensor:
            seen = self.front(x.transpose(1, 2).unsqueeze(1))
            joined = nn.functional.relu(self.join_norm(self.join(seen.flatten(1, 2))))
            return self.last(nn.functional.relu(self.blocks(joined))).transpose(1, 2)

    return Network()


def targets(moments: Doubles, frames: int) -> Floats:
    """``(frames,)``: triangles of half-width TARGET_WIDTH frames at the moments (seconds)."""
    target = np.zeros(frames, np.float32)
    for place in moments * FRAME_RATE:
        low, high = max(0, int(np.ceil(place - TARGET_WIDTH))), min(frames - 1, int(np.floor(place + TARGET_WIDTH)))
        near = np.arange(low, high + 1)
        target[near] = np.maximum(target[near], 1 - np.abs(near - place) / TARGET_WIDTH)
    return target


def augment(example: Example, frames: int, dice: Dice) -> tuple[Floats, Floats]:
    """A random cut of an example, changed in tempo, pitch, colour, noise and loudness.

    Returns ``(frames, BANDS)`` input and ``(frames, 2)`` targets.
    """
    stretch = float(np.exp(dice.normal(0, 0.09))) if dice.random() < 0.6 else 1.0
    needed = int(frames * stretch) + 2
    total = len(example.levels)
    first = int(dice.integers(0, max(1, total - needed + 1)))
    mel = restore(example.levels[first : first + needed])
    places = np.clip(np.arange(frames) * stretch, 0, len(mel) - 1)
    mel = _at(mel, places)
    if dice.random() < 0.5:
        warp = np.clip(np.arange(BANDS) * float(np.exp(dice.normal(0, 0.05))) + dice.normal(0, 1.5), 0, BANDS - 1)
        mel = _at(mel.T, warp).T
    beyond = np.arange(frames) * stretch > total - first  # past the end of a short piece
    mel[beyond] = 0
    mel = recolour(mel, dice)
    start = first / FRAME_RATE
    truth = [targets((moments - start) / stretch, frames) for moments in (example.beats, example.downbeats)]
    return features.compress(mel), np.stack(truth, 1)


def _at(rows: Floats, places: Doubles) -> Floats:
    """Rows read at fractional places."""
    low = np.floor(places).astype(np.int64)
    share = (places - low).astype(np.float32)[:, None]
    return np.asarray(rows[low] * (1 - share) + rows[np.minimum(low + 1, len(rows) - 1)] * share, np.float32)


def recolour(mel: Floats, dice: Dice) -> Floats:
    bands = np.arange(BANDS)
    if dice.random() < 0.7:
        points = dice.normal(0, 5, 6)
        mel = mel * (10 ** (np.interp(bands, np.linspace(0, BANDS - 1, 6), points) / 20)).astype(np.float32)
    if dice.random() < 0.3:
        level = float(mel.mean()) * float(np.exp(dice.uniform(-5, -0.5)))
        shape = np.exp(np.interp(bands, np.linspace(0, BANDS - 1, 4), dice.normal(0, 1, 4)))
        mel = mel + (level * shape * np.abs(1 + 0.4 * dice.normal(size=mel.shape))).astype(np.float32)
    if dice.random() < 0.15:
        mel[:, int(dice.integers(28, BANDS)) :] *= np.float32(0.003)
    elif dice.random() < 0.1:
        mel[:, : int(dice.integers(1, 14))] *= np.float32(0.01)
    if dice.random() < 0.25:
        turns = np.exp(np.cumsum(dice.normal(0, 0.35, 8)))
        mel = mel * np.interp(np.arange(len(mel)), np.linspace(0, len(mel), 8), turns).astype(np.float32)[:, None]
    return mel


def count_weights(network: Any) -> int:
    return int(sum(weights.numel() for weights in network.parameters()))
