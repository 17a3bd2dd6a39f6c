# SPDX-License-Identifier: GPL-3.0-or-later
"""The controls that every screen is made of."""
