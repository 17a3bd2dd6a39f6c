# SPDX-License-Identifier: GPL-3.0-or-later
"""Changing speed: time maps, stretchers that keep the pitch for speech and for music, and varispeed."""
