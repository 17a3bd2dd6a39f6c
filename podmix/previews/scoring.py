# SPDX-License-Identifier: GPL-3.0-or-later
"""From features to one score a span: a trained linear part, and a hand-set part for what no grades exist for.

Everything is in one JSON file (``resources/models/preview-ranker/weights.json``) that a person can read:

- ``features``: name -> {centre, scale, weights a head}; a span's feature is standardised, then multiplied.
- ``vectors``: centre ``(3 d,)`` and weights ``(3 d, heads)`` on the span's, opening's and closing's mean vectors;
  used only with the encoder named in ``encoder`` (told by its dimension).
- ``blend``: head -> its share in the score. ``hand``: evidence -> grade points, see ``podmix.previews.evidence``.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from podmix.errors import ModelError
from podmix.paths import resources
from podmix.previews.types import Doubles, Floats

HEADS = ("hook", "alone", "payoff", "interest", "theme", "overall")
"""What the grades tell: five of 0..2, and ``overall`` of 0..3."""
FORMAT = 1


@dataclass(frozen=True, slots=True)
class RankerWeights:
    """All weights; shapes: ``(features,)``, ``(features, heads)``, ``(3 d,)``, ``(3 d, heads)``, ``(heads,)``."""

    features: tuple[str, ...]
    centre: Doubles
    scale: Doubles
    linear: Doubles
    vector_centre: Doubles
    vector_linear: Doubles
    bias: Doubles
    blend: dict[str, float]
    hand: dict[str, float]
    encoder: str = ""
    about: dict[str, str] = field(default_factory=dict)


def predict_heads(weights: RankerWeights, names: tuple[str, ...], values: Floats, vectors: Floats | None) -> Doubles:
    """Expected grades of each span, ``(spans, len(HEADS))``, from features ``(spans, len(names))`` and span vectors.

    Features the weights do not know are ignored; known ones that are missing count as average.
    """
    place = {name: column for column, name in enumerate(names)}
    known = [k for k, name in enumerate(weights.features) if name in place]
    chosen = values[:, [place[weights.features[k]] for k in known]].astype(np.float64)
    standard = np.clip((chosen - weights.centre[known]) / weights.scale[known], -4, 4)
    grades = weights.bias + standard @ weights.linear[known]
    if vectors is not None and vectors.shape[1] == len(weights.vector_centre):
        centre = weights.vector_centre @ weights.vector_linear
        grades = grades + vectors @ weights.vector_linear.astype(np.float32) - centre
    return np.asarray(grades, dtype=np.float64)


def blend_heads(weights: RankerWeights, grades: Doubles) -> Doubles:
    """One number in grade points a span: ``(spans, heads)`` -> ``(spans,)``."""
    shares = np.array([weights.blend.get(head, 0.0) for head in HEADS])
    return np.asarray(grades @ shares)


def hand_points(weights: RankerWeights, evidence: dict[str, Doubles]) -> Doubles:
    """Sum of hand-set points over all evidence: each ``(spans,)``, mostly 0..1."""
    return np.asarray(sum((weights.hand.get(name, 0.0) * values for name, values in evidence.items())))


def save_weights(weights: RankerWeights, path: Path) -> None:
    """Writes the file, numbers rounded to five significant digits."""
    rows = {
        name: {"centre": _r(c), "scale": _r(s), "weights": [_r(v) for v in line]}
        for name, c, s, line in zip(weights.features, weights.centre, weights.scale, weights.linear, strict=True)
    }
    document = {
        "format": FORMAT,
        "about": weights.about,
        "encoder": weights.encoder,
        "heads": list(HEADS),
        "bias": [_r(v) for v in weights.bias],
        "blend": weights.blend,
        "hand": weights.hand,
        "features": rows,
        "vectors": {
            "centre": [_r(v) for v in weights.vector_centre],
            "weights": [[_r(v) for v in line] for line in weights.vector_linear],
        },
    }
    text = json.dumps(document, indent=1)
    path.write_text(_compact(text) + "\n", encoding="utf-8")


def load_weights(path: Path | None = None) -> RankerWeights:
    """The shipped weights, or those of a file. Raises ModelError where the file cannot be used."""
    return read_weights(path) if path else _shipped()


@lru_cache(maxsize=1)
def _shipped() -> RankerWeights:
    return read_weights(None)


def read_weights(path: Path | None) -> RankerWeights:
    """The same, read anew each time."""
    try:
        text = path.read_text(encoding="utf-8") if path else _shipped_text()
        return _parse(json.loads(text))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ModelError(
            "The weights of the preview ranker cannot be read.", remedy="Reinstall PodMix.", detail=repr(error)
        ) from error


def _shipped_text() -> str:
    return (resources() / "models" / "preview-ranker" / "weights.json").read_text(encoding="utf-8")


def _parse(document: dict[str, Any]) -> RankerWeights:
    if document["format"] != FORMAT or tuple(document["heads"]) != HEADS:
        raise ValueError(f"format {document['format']}, heads {document['heads']}")
    rows = document["features"]
    heads = len(HEADS)
    made = RankerWeights(
        features=tuple(rows),
        centre=np.array([row["centre"] for row in rows.values()], dtype=np.float64),
        scale=np.array([row["scale"] for row in rows.values()], dtype=np.float64),
        linear=np.array([row["weights"] for row in rows.values()], dtype=np.float64).reshape(-1, heads),
        vector_centre=np.array(document["vectors"]["centre"], dtype=np.float64),
        vector_linear=np.array(document["vectors"]["weights"], dtype=np.float64).reshape(-1, heads),
        bias=np.array(document["bias"], dtype=np.float64),
        blend=dict(document["blend"]),
        hand=dict(document["hand"]),
        encoder=document["encoder"],
        about=dict(document["about"]),
    )
    sizes = len(made.features), len(made.vector_centre)
    if (len(made.linear), len(made.vector_linear)) != sizes or made.bias.shape != (heads,):
        raise ValueError("weights of other sizes than their names")
    numbers = (made.centre, made.scale, made.linear, made.vector_centre, made.vector_linear, made.bias)
    if not all(np.isfinite(values).all() for values in numbers) or not (made.scale > 0).all():
        raise ValueError("weights that are no numbers")
    return made


def _r(value: float) -> float:
    return float(f"{float(value):.5g}")


def _compact(text: str) -> str:
    """Lists of numbers on one line, so that the file stays readable."""
    lines: list[str] = []
    held: list[str] = []
    for line in text.splitlines():
        bare = line.strip()
        number = bare.rstrip(",").replace("-", "").replace(".", "").replace("e", "").replace("+", "").isdigit()
        if number or (held and bare in ("]", "],")):
            held.append(bare)
            if not number:
                lines[-1] += "".join(held)
                held = []
        else:
            lines.append(line)
    return "\n".join(lines)
