# SPDX-License-Identifier: GPL-3.0-or-later
"""What surrounds the screens: sidebar, side panel, job tray, palette, notices."""
