# SPDX-License-Identifier: GPL-3.0-or-later
"""The kinds of transition, one file each, where they are placed in the music, and which one is chosen."""
