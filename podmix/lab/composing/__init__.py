# SPDX-License-Identifier: GPL-3.0-or-later
"""Music composed by code, with every beat and bar line exactly known: what the beat tracker is trained and tested on.

Its renderings train and test; the demo's music borrows harmony and mastering. The chain: ``styles`` (what is typical
of a kind of music) → ``composer`` (a ``Score`` in beats) → ``performing`` (beats to seconds, swing, unsteady hands) →
``rendering`` (sound) → ``mastering``.
"""
