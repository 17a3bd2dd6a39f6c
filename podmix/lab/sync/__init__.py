# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs and usage counts to Weights & Biases: only with consent, only as shown, exactly once, verified by reading back.
"""
