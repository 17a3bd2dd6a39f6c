# SPDX-License-Identifier: GPL-3.0-or-later
"""Search across every spoken word."""
