# SPDX-License-Identifier: GPL-3.0-or-later
"""The bar at the bottom of every screen."""
