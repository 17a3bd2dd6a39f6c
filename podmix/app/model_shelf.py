# SPDX-License-Identifier: GPL-3.0-or-later
"""The catalogue of models as the front ends show it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from podmix.models.catalogue import Catalogue
from podmix.models.store import ModelStore
from podmix.paths import Home
from podmix.progress import Steps
from podmix.settings.store import Settings


@dataclass(frozen=True, slots=True)
class ModelRow:
    id: str
    purpose: str
    licence: str
    size: int  # bytes
    here: bool


def list_models(home: Home) -> list[ModelRow]:
    store = ModelStore(home.models, offline_only=True)
    return [
        ModelRow(e.id, e.purpose, e.licence, e.size, store.at_hand(e.id)) for e in Catalogue.load().entries
    ]


def get_model(home: Home, name: str) -> Steps[Path]:
    """From an installed package, else from its hub. Raises ModelMissing, ModelError, NetworkError."""
    offline = bool(Settings.load(home.settings).get("models.offline_only"))
    return ModelStore(home.models, offline_only=offline).ensure(name)
