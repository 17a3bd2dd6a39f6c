# SPDX-License-Identifier: GPL-3.0-or-later
"""Beats, bar lines and the tempo grid of a recording."""
