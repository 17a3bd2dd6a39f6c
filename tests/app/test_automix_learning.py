# SPDX-License-Identifier: GPL-3.0-or-later
"""What a person does with transitions is kept, learnt from, and can be taken back."""

from __future__ import annotations

from pathlib import Path

import pytest

from podmix.app.automix_learning import EVENTS_FILE, WEIGHTS_FILE, forget_events, kept_events, kept_weights, note_event
from podmix.automix.learning import MixEvent
from podmix.automix.weights import MixWeights
from podmix.paths import find_home

LIKED = MixEvent("like", "filter", terms={"key": 0.7})
CHANGED = MixEvent("edit", "bass-swap", "blend")


def test_events_make_weights_that_last(tmp_path: Path) -> None:
    home = find_home(str(tmp_path))
    assert kept_weights(home) == MixWeights()
    made = note_event(home, LIKED)
    assert made.liking("filter") > 0
    assert kept_weights(home) == made
    note_event(home, CHANGED)
    assert list(kept_events(home)) == [LIKED, CHANGED]
    assert kept_weights(home).liking("bass-swap") < 0


def test_taking_back_is_as_if_it_had_not_been(tmp_path: Path) -> None:
    home = find_home(str(tmp_path))
    before = note_event(home, LIKED)
    note_event(home, CHANGED)
    assert forget_events(home, 1) == before
    assert forget_events(home) == MixWeights()
    assert list(kept_events(home)) == []


@pytest.mark.parametrize("text", ["{", "3\nnull\n[]", '{"what": "like"}', '{"what": "like", "kind": "cut", "terms": 3}',
                                  "\x00\xff", '{"what": "like", "kind": "cut", "terms": {"key": "x"}}'])
def test_broken_files_are_passed_over(tmp_path: Path, text: str) -> None:
    home = find_home(str(tmp_path))
    home.data.mkdir(parents=True, exist_ok=True)
    (home.data / EVENTS_FILE).write_text(text, encoding="latin-1")
    (home.data / WEIGHTS_FILE).write_text(text, encoding="latin-1")
    assert kept_weights(home) == MixWeights()
    assert list(kept_events(home)) == []
    assert note_event(home, LIKED) == kept_weights(home)
