# SPDX-License-Identifier: GPL-3.0-or-later
"""The demo's music: ten short tracks written and synthesised by code, so that there is something to mix.

The chain: ``pieces`` (what is played, in a small notation) → ``notation`` (notes in beats) → ``mixdown`` (each part by
``synthesis`` or ``drum_kit``, room, echo, pumping, master) → ``podmix.lab.demo_tracks`` (files, tags, covers, truth).
No recording and no sound bank is used anywhere.
"""
