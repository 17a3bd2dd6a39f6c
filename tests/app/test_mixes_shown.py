# SPDX-License-Identifier: GPL-3.0-or-later
"""Mixes as they are shown: "less like this" holds at once in all that PodMix chose, and can be taken back."""

from __future__ import annotations

from pathlib import Path

from tests.app.conftest import OpenApplication
from tests.app.test_taste_verbs import fill_music


def test_a_disliked_track_leaves_the_mixes_at_once_and_comes_back(open_app: OpenApplication, tmp_path: Path) -> None:
    app = open_app()
    fill_music(app, tmp_path / "music")
    made = app.genre_mix("House")
    gone = made.track_ids[0]
    app.note_reaction("disliked", "track", gone)
    assert app.mix(made.key).track_ids == made.track_ids[1:]
    assert all(gone not in card.track_ids for card in app.daily_mixes())
    app.note_reaction("cleared", "track", gone)
    assert app.mix(made.key).track_ids == made.track_ids


def test_a_playlist_keeps_what_its_owner_put_there(open_app: OpenApplication, tmp_path: Path) -> None:
    app = open_app()
    ids = fill_music(app, tmp_path / "music")
    app.note_reaction("disliked", "track", ids[0])
    card = app.enhance_playlist(app.create_playlist("Mine", tracks=ids[:4]))
    assert ids[0] in card.track_ids


def test_a_like_after_a_dislike_counts(open_app: OpenApplication, tmp_path: Path) -> None:
    app = open_app()
    fill_music(app, tmp_path / "music")
    made = app.genre_mix("House")
    for kind in ("disliked", "liked"):
        app.note_reaction(kind, "track", made.track_ids[0])
    assert made.track_ids[0] in app.mix(made.key).track_ids
