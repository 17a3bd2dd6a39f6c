# SPDX-License-Identifier: GPL-3.0-or-later
"""Charts as SVG text: in the window, in reports, without any library."""
