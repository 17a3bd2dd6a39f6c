# SPDX-License-Identifier: GPL-3.0-or-later
"""Card and figures beside every model that a run exports (Mitchell et al. 2019, "Model cards for model reporting")."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from podmix.lab.runs.identity import canonical
from podmix.lab.runs.reading import read_manifest

CARD, METRICS = "README.md", "metrics.json"


def write_card(folder: Path, run_folder: Path, *, purpose: str, trained_on: str, limits: str,
               metrics: Mapping[str, Any]) -> dict[str, Path]:
    """``README.md`` and ``metrics.json`` in ``folder`` for the run of ``run_folder``; returns both by name."""
    manifest = read_manifest(run_folder)
    data = manifest.data
    settings = "\n".join(f"| {name} | {canonical(value)} |" for name, value in sorted(manifest.config.items()))
    figures = "\n".join(f"| {name} | {value:.4g} |" for name, value in metrics.items()
                        if isinstance(value, float | int))
    card = f"""# {manifest.subject}

{purpose}

- Run: {manifest.run_id} ({manifest.name}), begun {time.strftime('%Y-%m-%d', time.gmtime(manifest.created))}
- Code: {manifest.code.get('commit', manifest.code.get('podmix', 'unknown'))}, \
{manifest.code.get('changed_files', 0)} files changed
- Settings' hash: {manifest.config_sha256[:16]}, seed {manifest.seed}

## Trained on

{trained_on} Data's checksum: {str(data.get('sha256', 'none'))[:16]}, {len(data.get('files', {}))} files.

## Measured

| figure | value |
|---|---|
{figures}

## Settings

| setting | value |
|---|---|
{settings}

## Limits

{limits}
"""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / CARD).write_text(card, encoding="utf-8")
    (folder / METRICS).write_text(json.dumps(dict(metrics), indent=1) + "\n", encoding="utf-8")
    return {CARD: folder / CARD, METRICS: folder / METRICS}
