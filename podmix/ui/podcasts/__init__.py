# SPDX-License-Identifier: GPL-3.0-or-later
"""Subscriptions, a show's episodes and an episode's page."""
