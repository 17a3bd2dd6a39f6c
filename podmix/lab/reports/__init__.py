# SPDX-License-Identifier: GPL-3.0-or-later
"""Reports: one HTML file that opens anywhere, or Markdown."""
