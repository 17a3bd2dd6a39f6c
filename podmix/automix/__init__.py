# SPDX-License-Identifier: GPL-3.0-or-later
"""Automatic mixes: which tracks go together, in which order, and how one becomes the next."""
