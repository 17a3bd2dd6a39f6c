# SPDX-License-Identifier: GPL-3.0-or-later
"""Sweeps: many runs of one training, chosen one after another by what the earlier ones brought."""
