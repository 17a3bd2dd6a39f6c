# SPDX-License-Identifier: GPL-3.0-or-later
"""What other DJ programs write and read: collections, playlists, cues, grids, keys."""
