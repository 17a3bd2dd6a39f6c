# SPDX-License-Identifier: GPL-3.0-or-later
"""PodMix: one-minute previews of podcasts, and mixes of music, on your own machine."""

__version__ = "0.1.0"
