# SPDX-License-Identifier: GPL-3.0-or-later
"""The card feed: a minute of an episode at a time."""
