# SPDX-License-Identifier: GPL-3.0-or-later
"""Every text reads on every ground it may stand on, whatever colour a cover has."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtGui import QColor

from podmix.ui import icons
from podmix.ui.theme import DARK, LIGHT, Mode, contrast
from podmix.ui.widgets.artwork import card_colours, initials, tint

TEXTS = ("text", "soft", "voice", "music", "attention", "danger")
GROUNDS = ("background", "surface", "raised")
BOTH = pytest.mark.parametrize("tokens", [DARK, LIGHT], ids=["dark", "light"])


@BOTH
def test_texts_read_on_their_grounds(tokens):
    for text, ground in itertools.product(TEXTS, GROUNDS):
        assert contrast(getattr(tokens, text), getattr(tokens, ground)) >= 4.5, (text, ground)
    assert contrast(tokens.on_music, tokens.music) >= 4.5
    assert contrast(tokens.faint, tokens.surface) >= 4.5


@BOTH
@given(hue=st.floats(0, 1), saturation=st.floats(0, 1), light=st.floats(0, 1))
@settings(max_examples=150, deadline=None)
def test_a_card_in_any_tint_reads(tokens, hue, saturation, light):
    colours = card_colours(QColor.fromHslF(hue, saturation, light), tokens)
    for text in (colours.text, colours.soft, colours.dim, colours.lit):
        for ground in (colours.top, colours.bottom):
            assert contrast(text, ground) >= 4.5


def test_contrast_is_the_known_one():
    assert contrast("#000000", "#ffffff") == pytest.approx(21.0)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


def test_an_unknown_mode_is_the_systems():
    assert Mode.of("solarized") is Mode.SYSTEM


def test_every_named_icon_is_drawn(qapp):
    for name in icons.names():
        if name != "app":
            image = icons.pixmap(name, "#ff0000", 24).toImage()
            assert any(image.pixelColor(x, y).alpha() for x in range(24) for y in range(24)), name


def test_a_cover_gives_its_leading_colour(tmp_path, qapp):
    from tests.ui.fake_artwork import draw

    salt = tint(draw("salt", tmp_path / "salt.png"), "Salt")
    assert 0.45 < salt.hslHueF() < 0.56  # teal
    assert tint(tmp_path / "none.png", "Salt") == tint(None, "Salt")


def test_initials_skip_articles():
    assert initials("The Long Maintenance") == "LM"
    assert initials("") == "?"
