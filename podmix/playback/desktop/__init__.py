# SPDX-License-Identifier: GPL-3.0-or-later
"""The desktop's own media controls and media keys: what plays is shown there, and what is pressed there comes back."""
