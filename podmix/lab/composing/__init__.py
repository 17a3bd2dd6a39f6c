# SPDX-License-Identifier: GPL-3.0-or-later
"""Music composed by code, with every beat and bar line exactly known: what the beat tracker is trained and tested on.

Nothing here ships to a listener. The chain: ``styles`` (what is typical of a kind of music) → ``composer`` (a
``Score`` in beats) → ``performing`` (beats to seconds, swing, unsteady hands) → ``rendering`` (sound) → ``mastering``.
"""
