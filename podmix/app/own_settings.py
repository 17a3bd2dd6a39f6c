# SPDX-License-Identifier: GPL-3.0-or-later
"""Settings as a front end without a window sees them."""

from __future__ import annotations

from dataclasses import dataclass

from podmix.paths import Home
from podmix.settings.declared import DECLARED, Value, allowed
from podmix.settings.store import Settings


@dataclass(frozen=True, slots=True)
class SettingRow:
    key: str
    value: Value
    allowed: str
    title: str
    help: str


def settings_table(home: Home) -> list[SettingRow]:
    settings = Settings.load(home.settings)
    return [SettingRow(s.key, settings.get(s.key), allowed(s), s.title, s.help) for s in DECLARED if not s.hidden]


def change_setting(home: Home, key: str, text: str) -> Value:
    """Raises SettingsError (unknown key with the nearest one, or what is allowed)."""
    return Settings.load(home.settings).set_text(key, text)


def settings_page() -> str:
    """``docs/settings.md``."""
    from podmix.settings.table import settings_table as markdown
    return f"# Settings\n\nMade by `podmix docs`.\n\n{markdown()}\n"
