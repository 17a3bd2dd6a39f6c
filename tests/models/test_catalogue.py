# SPDX-License-Identifier: GPL-3.0-or-later
"""The shipped catalogue is complete, and a broken one is said."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from podmix.errors import ModelError
from podmix.models.catalogue import Catalogue


def test_every_model_says_what_it_is_and_where_it_comes_from() -> None:
    entries = Catalogue.load().entries
    assert len({entry.id for entry in entries}) == len(entries)
    for entry in entries:
        assert entry.purpose in {"speech", "meaning", "training", "voices"}, entry.id
        assert entry.licence in {"MIT", "Apache-2.0"}, entry.id
        assert entry.source, entry.id
        assert entry.title, entry.id
        assert entry.size > 1_000_000, entry.id
        assert entry.packaged or entry.hub_files, entry.id
        assert all(re.fullmatch(r"[0-9a-f]{64}", file.sha256) for file in entry.packaged), entry.id
        assert all(re.fullmatch(r"([0-9a-f]{64})?", file.sha256) for file in entry.hub_files), entry.id


def test_what_the_program_asks_for_is_there() -> None:
    catalogue = Catalogue.load()
    for model in ("whisper-tiny.en", "whisper-base", "whisper-small", "whisper-medium", "whisper-distil-large-v3",
                  "whisper-large-v3-turbo", "all-MiniLM-L6-v2"):
        assert catalogue.entry(model).id == model
    assert set(catalogue.entry("all-MiniLM-L6-v2").names) == {"model.onnx", "tokenizer.json"}
    assert len(catalogue.entry("whisper-base").packaged[0].parts) == 2


@pytest.mark.parametrize("text", ["", "[[model]]\nid = 1", "not toml ["])
def test_a_broken_catalogue_is_said(tmp_path: Path, text: str) -> None:
    path = tmp_path / "models.toml"
    path.write_text(text)
    with pytest.raises(ModelError):
        Catalogue.load(path)


@pytest.mark.parametrize("name", ["../x", "a/b", "/etc/x", "..", ".hidden", "", "a\\\\b"])
def test_names_that_lead_elsewhere_are_refused(tmp_path: Path, name: str) -> None:
    file = tmp_path / "models.toml"
    file.write_text(
        '[[model]]\nid = "m"\npurpose = "speech"\ntitle = "M"\nlanguages = []\nlicence = "MIT"\nsource = "s"\n'
        f'size = 1\n[model.hub]\nrepository = "a/b"\n[model.hub.files]\n"{name}" = ""\n'
    )
    with pytest.raises(ModelError, match="catalogue"):
        Catalogue.load(file)
