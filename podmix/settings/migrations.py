# SPDX-License-Identifier: GPL-3.0-or-later
"""How an older settings file becomes today's.

``MIGRATIONS[n]`` turns the values of schema ``n + 1`` into those of schema ``n + 2``; a file without a number is
schema 1. A migration takes and returns the plain ``{key: value}`` of the file, including keys it does not know.
A file of a *newer* schema is read as far as it is understood and keeps its number.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

Values = dict[str, object]
SettingsMigration = Callable[[Values], Values]

MIGRATIONS: tuple[SettingsMigration, ...] = ()


def migrated(values: Values, schema: int, migrations: Sequence[SettingsMigration] = MIGRATIONS) -> tuple[Values, int]:
    """The values as of today, and the schema number they now have."""
    for migration in migrations[max(0, schema - 1):]:
        values = migration(dict(values))
    return values, max(schema, len(migrations) + 1)
