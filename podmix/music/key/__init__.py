# SPDX-License-Identifier: GPL-3.0-or-later
"""Which key a track is in, and how it is tuned."""
