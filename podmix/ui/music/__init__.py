# SPDX-License-Identifier: GPL-3.0-or-later
"""The music library: the table, playlists, and one track's waveform to hear and to put right."""
