# SPDX-License-Identifier: GPL-3.0-or-later
"""Trainings as runs: each model's training wrapped, so that it is configured, recorded, resumed and swept alike."""
