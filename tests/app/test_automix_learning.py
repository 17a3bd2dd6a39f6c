# SPDX-License-Identifier: GPL-3.0-or-later
"""What a person does with transitions is kept, learnt from, and can be taken back."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from podmix.app.automix_learning import (
    EVENTS_FILE,
    WEIGHTS_FILE,
    forget_event,
    forget_events,
    kept_events,
    kept_weights,
    note_event,
)
from podmix.automix.learning import MixEvent, learnt
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


def test_one_event_is_taken_back_wherever_it_stands(tmp_path: Path) -> None:
    home = find_home(str(tmp_path))
    for event in (LIKED, CHANGED, LIKED):
        note_event(home, event)
    forget_event(home, LIKED)
    assert list(kept_events(home)) == [LIKED, CHANGED]
    alone = forget_event(home, LIKED)
    assert list(kept_events(home)) == [CHANGED]
    assert alone == learnt([CHANGED])
    assert forget_event(home, LIKED) == alone, "what is not there costs nothing"


def test_events_of_several_threads_all_count(tmp_path: Path) -> None:
    home = find_home(str(tmp_path))
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda number: note_event(home, MixEvent("like", "cut", str(number))), range(24)))
    assert sorted(int(event.new_kind) for event in kept_events(home)) == list(range(24))


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
