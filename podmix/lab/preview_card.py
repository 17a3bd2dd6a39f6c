# SPDX-License-Identifier: GPL-3.0-or-later
"""The model card of the preview ranker, written beside its weights."""

from __future__ import annotations

from pathlib import Path

CARD = """# Preview ranker

Scores how well a passage of about a minute works as the preview of a podcast episode: six expected grades (hook,
stands alone, payoff, interest, theme, overall) from readable text and closeness features and the mean sentence
vectors (all-MiniLM-L6-v2) of the passage, its opening and its closing. A ridge regression; all weights are in
`weights.json`, which also holds the hand-set points for what was not graded (pauses, exclusions, quotation, sound).

## Trained on

{spans} passages of {episodes} episodes with grades given by four independent passes of a large language model,
not by people. The text is from the transcripts of Changelog Media's shows, public repository
thechangelog/transcripts, licensed **CC BY-SA 4.0** (https://creativecommons.org/licenses/by-sa/4.0/). No text of
it is included here. These weights are offered under CC BY-SA 4.0 as well.

## Measured

Folds by episode and by show; every score is of passages whose fold was not trained on. Spearman with `overall`
over all passages and within episodes, nDCG@3 and the mean grade (0-3) of the first pick among an episode's ten.

{tables}

## Limits

The training shows are in English and mostly about software and psychology; the grades share one model's taste.
In other languages the word lists count nothing, and the vectors of an English model say little: then pauses,
turns, titles and exclusions decide. It judges words only; sound enters by hand-set points.

Made by `python -m podmix.lab.preview_training`, deterministic.
"""


def write_card(path: Path, results: dict[str, dict[str, dict[str, float]]], *, spans: int, episodes: int) -> None:
    """Writes the card with one table a split."""
    tables = "\n\n".join(_table(split, methods) for split, methods in results.items())
    path.write_text(CARD.format(spans=spans, episodes=episodes, tables=tables), encoding="utf-8")


def _table(split: str, methods: dict[str, dict[str, float]]) -> str:
    columns = list(next(iter(methods.values())))
    lines = [f"| {split} | " + " | ".join(columns) + " |", "|---" * (len(columns) + 1) + "|"]
    for name, values in methods.items():
        lines.append(f"| {name} | " + " | ".join(f"{values[column]:.3f}" for column in columns) + " |")
    return "\n".join(lines)
