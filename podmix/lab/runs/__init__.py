# SPDX-License-Identifier: GPL-3.0-or-later
"""Run records: what was tried, with what, and what came out, kept so that nothing can take it away."""
