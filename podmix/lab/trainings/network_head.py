# SPDX-License-Identifier: GPL-3.0-or-later
"""A small network on frozen features: one hidden layer, all grades at once, by torch on any device.

Deterministic: the seed sets weights and order; on one device equal data give equal scores.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

Doubles = NDArray[np.float64]
_BATCH = 64
_RATE = 1e-3
_DECAY = 0.05
_DROPOUT = 0.3


def train_head(rows: Doubles, grades: Doubles, test: Doubles, *, epochs: int, width: int, seed: int, device: str,
               tell: Callable[[int, float], None]) -> Doubles:
    """Scores of the test rows.

    Args:
        rows: ``(n, features)``; grades: ``(n, heads)``, the last one is what is scored.
        test: ``(m, features)``.
        tell: called with epoch and mean squared error of the training rows.

    Returns:
        ``(m,)``.
    """
    import torch

    mean, spread = rows.mean(0), rows.std(0) + 1e-3
    dice = torch.Generator().manual_seed(seed)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        network = torch.nn.Sequential(torch.nn.Linear(rows.shape[1], width), torch.nn.GELU(),
                                      torch.nn.Dropout(_DROPOUT), torch.nn.Linear(width, grades.shape[1])).to(device)
        wanted = _tensor(torch, grades, device)
        data = _tensor(torch, np.clip((rows - mean) / spread, -4, 4), device)
        by = torch.optim.AdamW(network.parameters(), lr=_RATE, weight_decay=_DECAY)
        for epoch in range(epochs):
            network.train()
            total = 0.0
            for batch in torch.randperm(len(data), generator=dice).to(device).split(_BATCH):
                by.zero_grad()
                loss = ((network(data[batch]) - wanted[batch]) ** 2).mean()
                loss.backward()
                by.step()
                total += float(loss.detach()) * len(batch)
            tell(epoch, total / len(data))
        network.eval()
        with torch.no_grad():
            found = network(_tensor(torch, np.clip((test - mean) / spread, -4, 4), device))[:, -1]
    return np.asarray(found.cpu().numpy(), np.float64)


def _tensor(torch: Any, values: Doubles, device: str) -> Any:
    return torch.from_numpy(values.astype(np.float32)).to(device)
