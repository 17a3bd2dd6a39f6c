#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Bring the system libraries that Python wheels do not carry: PortAudio for sound, Qt's platform libraries, and for
# `tests` also a virtual screen, a sound server and a message bus. Does nothing when they are there. Where it may not
# install, it says the one line to type and goes on: PodMix runs silent without PortAudio, and offscreen without a
# screen.
set -eu
what=${1:-app}
[ "$(uname -s)" = Linux ] || exit 0

library() { ldconfig -p 2>/dev/null | grep -q "$1"; }
missing=""
want() { missing="$missing $1"; }

library 'libportaudio\.so\.2' || want libportaudio2
library 'libEGL\.so\.1' || want libegl1
library 'libGL\.so\.1' || want libgl1
library 'libxkbcommon\.so\.0' || want libxkbcommon0
library 'libxkbcommon-x11\.so\.0' || want libxkbcommon-x11-0
library 'libdbus-1\.so\.3' || want libdbus-1-3
library 'libfontconfig\.so\.1' || want libfontconfig1
library 'libxcb-cursor\.so\.0' || want libxcb-cursor0
library 'libxcb-icccm\.so\.4' || want libxcb-icccm4
library 'libxcb-keysyms\.so\.1' || want libxcb-keysyms1
library 'libxcb-shape\.so\.0' || want libxcb-shape0
library 'libxcb-image\.so\.0' || want libxcb-image0
library 'libxcb-render-util\.so\.0' || want libxcb-render-util0
library 'libxcb-xinerama\.so\.0' || want libxcb-xinerama0
if ! { command -v fc-list >/dev/null 2>&1 && fc-list 2>/dev/null | grep -q .; }; then want fontconfig; want fonts-dejavu-core; fi
if [ "$what" = tests ]; then
  command -v Xvfb >/dev/null 2>&1 || want xvfb
  command -v xdotool >/dev/null 2>&1 || want xdotool
  { command -v dbus-daemon && command -v dbus-send && command -v dbus-monitor; } >/dev/null 2>&1 || want dbus
  command -v pulseaudio >/dev/null 2>&1 || want pulseaudio
  command -v parec >/dev/null 2>&1 || want pulseaudio-utils
  find /usr/lib -name 'libasound_module_pcm_pulse.so' 2>/dev/null | grep -q . || want libasound2-plugins
fi
[ -n "$missing" ] || exit 0

say_line() {
  echo "PodMix misses some system libraries. Type:  sudo apt-get install -y$missing" >&2
}
if ! command -v apt-get >/dev/null 2>&1; then
  echo "PodMix misses system libraries (Debian names:$missing). Install them with your package manager." >&2
  exit 0
fi
if [ "$(id -u)" = 0 ]; then sudo=""
elif command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then sudo="sudo -n"
else say_line; exit 0; fi
echo "Installing system libraries:$missing"
export DEBIAN_FRONTEND=noninteractive
# shellcheck disable=SC2086 - the lists are meant to be split
{ $sudo apt-get update -qq && $sudo apt-get install -y -qq --no-install-recommends $missing; } >/dev/null 2>&1 || say_line
