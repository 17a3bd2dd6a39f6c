# SPDX-License-Identifier: GPL-3.0-or-later
"""The sections of a track, what happens in them, and where they meet."""
