# SPDX-License-Identifier: GPL-3.0-or-later
"""The Automix screen: choosing what to mix, the timeline, transitions by hand, playing and rendering."""
