# SPDX-License-Identifier: GPL-3.0-or-later
"""The mixing core: decks with equaliser, filter and echo, a limiter at the end. Used live and to render files."""
