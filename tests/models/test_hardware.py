# SPDX-License-Identifier: GPL-3.0-or-later
"""Which recogniser is chosen on which machine, and that another than wished is never taken silently."""

from __future__ import annotations

import sys
from types import SimpleNamespace

import pytest

from podmix.errors import UsageError
from podmix.models.hardware import Hardware, choose_whisper, probe, wished

LAPTOP = Hardware("cpu", "int8", 2, 8.0)
TOWER = Hardware("cpu", "int8", 16, 64.0)
GPU = Hardware("cuda", "float16", 8, 64.0)


class Shelf:
    def __init__(self, *here: str) -> None:
        self.here = {f"whisper-{name}" for name in here}

    def at_hand(self, model: str) -> bool:
        return model in self.here


def choose(tier: str, language: str | None, hardware: Hardware, *here: str) -> tuple[str, bool]:
    choice = choose_whisper(tier, language, hardware, Shelf(*here))  # type: ignore[arg-type]
    return choice.id.removeprefix("whisper-"), bool(choice.note)


@pytest.mark.parametrize(("tier", "language", "hardware", "first"), [
    ("fast", "en", LAPTOP, "tiny.en"), ("fast", "de", LAPTOP, "tiny"), ("fast", None, LAPTOP, "tiny"),
    ("balanced", "en-GB", LAPTOP, "base.en"), ("balanced", "en", TOWER, "small.en"), ("best", "fr", LAPTOP, "small"),
    ("best", "en", GPU, "large-v3-turbo"), ("auto", None, GPU, "large-v3-turbo"), ("auto", "en", LAPTOP, "tiny.en"),
    ("auto", "en", TOWER, "small.en"),
])
def test_the_table(tier: str, language: str | None, hardware: Hardware, first: str) -> None:
    assert wished(tier, language, hardware)[0] == f"whisper-{first}"


def test_the_wished_one_needs_no_word() -> None:
    assert choose("fast", "en", LAPTOP, "tiny.en", "base") == ("tiny.en", False)


def test_another_one_is_said() -> None:
    assert choose("best", "en", LAPTOP, "tiny.en", "base") == ("base", True)
    assert choose("fast", "de", LAPTOP, "tiny.en", "base") == ("base", True)
    assert choose("best", "de", GPU, "medium") == ("medium", True)


def test_english_models_are_not_used_for_other_languages() -> None:
    assert choose("fast", "de", LAPTOP, "tiny.en") == ("tiny", False), "to be fetched"
    assert choose("fast", None, LAPTOP, "tiny.en", "base") == ("base", True)


def test_a_size_is_taken_as_it_is() -> None:
    assert choose("tiny.en", "de", GPU) == ("tiny.en", False)
    with pytest.raises(UsageError) as caught:
        choose("gigantic", None, LAPTOP)
    assert "tiny.en" in caught.value.remedy


@pytest.mark.parametrize(("wish", "devices", "types", "expected"), [
    ("auto", 1, {"float16", "int8"}, ("cuda", "float16")), ("auto", 1, {"float32"}, ("cuda", "float32")),
    ("auto", 0, {"int8", "float32"}, ("cpu", "int8")), ("cpu", 1, {"int8"}, ("cpu", "int8")),
    ("cuda", 0, {"float32"}, ("cpu", "float32")),
])
def test_probing(wish: str, devices: int, types: set[str], expected: tuple[str, str],
                 monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ctranslate2", SimpleNamespace(
        get_cuda_device_count=lambda: devices, get_supported_compute_types=lambda _: types))
    found = probe(wish)
    assert (found.device, found.compute_type) == expected
    assert found.cores >= 1
    assert found.memory_gb > 0
