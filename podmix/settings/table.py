# SPDX-License-Identifier: GPL-3.0-or-later
"""The settings as a Markdown page for the documentation; one table a section, hidden settings left out."""

from __future__ import annotations

from podmix.settings.declared import DECLARED, SECTIONS, Kind, Setting, allowed


def settings_table() -> str:
    """All settings a person may change, ready to be written to a page."""
    lines: list[str] = []
    for section, title in SECTIONS.items():
        rows = [_row(setting) for setting in DECLARED if setting.section == section and not setting.hidden]
        if rows:
            lines += [f"## {title}", "", "| Key | What | Default | Allowed |", "| --- | --- | --- | --- |", *rows, ""]
    return "\n".join(lines)


def _row(setting: Setting) -> str:
    what = f"{setting.title}. {setting.help}".replace("|", "\\|")
    return f"| `{setting.key}` | {what} | {_shown(setting)} | {allowed(setting)} |"


def _shown(setting: Setting) -> str:
    if setting.kind is Kind.SWITCH:
        return "on" if setting.default else "off"
    if setting.kind is Kind.TEXT:
        return str(setting.default) or "(empty)"
    unit = f" {setting.unit}" if setting.unit else ""
    return f"{setting.default:g}{unit}" if isinstance(setting.default, (int, float)) else str(setting.default)
