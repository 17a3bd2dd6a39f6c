# SPDX-License-Identifier: GPL-3.0-or-later
"""Every setting, declared once: its kind, default, limits and wording.

The window, the command line, the documentation and the checks all read this one table. Keys are ``section.name``
and never change their meaning; a rename or a new meaning is a migration (``migrations.py``).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

from podmix.errors import SettingsError

Value = bool | int | float | str


class Kind(StrEnum):
    """What a setting holds."""

    SWITCH = "switch"
    WHOLE = "whole number"
    NUMBER = "number"
    TEXT = "text"
    CHOICE = "choice"


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting. ``minimum`` and ``maximum`` are inclusive; ``unit`` is shown behind the number.

    ``hidden`` settings are remembered by the program itself and are not offered to people.
    """

    key: str
    kind: Kind
    default: Value
    title: str
    help: str
    choices: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    unit: str = ""
    hidden: bool = False

    @property
    def section(self) -> str:
        return self.key.partition(".")[0]


def _switch(key: str, default: bool, title: str, text: str) -> Setting:
    return Setting(key, Kind.SWITCH, default, title, text)


def _whole(  # noqa: PLR0917 - one row of the table below
        key: str, default: int, low: int, high: int, title: str, text: str, unit: str = "") -> Setting:
    return Setting(key, Kind.WHOLE, default, title, text, minimum=low, maximum=high, unit=unit)


def _number(  # noqa: PLR0917 - one row of the table below
        key: str, default: float, low: float, high: float, title: str, text: str, unit: str = "") -> Setting:
    return Setting(key, Kind.NUMBER, default, title, text, minimum=low, maximum=high, unit=unit)


def _choice(key: str, choices: tuple[str, ...], title: str, text: str) -> Setting:
    """The first choice is the default."""
    return Setting(key, Kind.CHOICE, choices[0], title, text, choices=choices)


def _text(key: str, title: str, text: str, *, hidden: bool = False) -> Setting:
    return Setting(key, Kind.TEXT, "", title, text, hidden=hidden)


SECTIONS: dict[str, str] = {
    "appearance": "Appearance",
    "previews": "Previews",
    "models": "Models and hardware",
    "podcasts": "Podcasts",
    "storage": "Storage",
    "network": "Network",
    "directories": "Directories",
    "playback": "Playback",
    "music": "Music",
    "window": "Window",
}

DECLARED: tuple[Setting, ...] = (
    _choice("appearance.theme", ("system", "dark", "light"), "Theme", "System follows your desktop."),
    _switch("appearance.reduced_motion", False, "Reduce motion",
            "No animations. When your desktop asks for reduced motion, this holds anyway."),
    _whole("previews.length_s", 60, 15, 120, "Preview length", "How long a preview should be.", "s"),
    _whole("previews.auto_latest", 3, 0, 50, "Previews by themselves",
           "How many of a subscribed show's newest episodes get previews without asking. 0 makes none.", "episodes"),
    _switch("previews.autoplay", False, "Go on to the next preview by itself",
            "When a preview is over, the next card comes and plays."),
    _choice("models.tier", ("auto", "fast", "balanced", "best"), "Transcription quality",
            "Auto chooses by your hardware. Better takes longer."),
    _choice("models.device", ("auto", "cpu", "cuda"), "Compute on",
            "Auto uses a graphics card when a fitting one is found."),
    _switch("models.offline_only", False, "Never download models", "Use only models that are already here."),
    _whole("podcasts.refresh_minutes", 60, 5, 10080, "Look for new episodes every", "How often feeds are fetched.",
           "min"),
    _whole("podcasts.parallel_downloads", 4, 1, 16, "Downloads at once", "At most two of them from one host.",
           "downloads"),
    _whole("podcasts.keep_audio", 30, 0, 3650, "Keep downloaded audio", "0 keeps it for ever.", "days"),
    _number("storage.max_gb", 20.0, 0.5, 100000.0, "Space for downloads",
            "When downloads need more, the oldest heard ones make room.", "GB"),
    _number("network.timeout_s", 30.0, 1.0, 600.0, "Give up on a silent server after",
            "How long PodMix waits for an answer.", "s"),
    _switch("network.allow_private_addresses", False, "Allow addresses in the local network",
            "Feeds may then reach devices in your own network. Leave off unless you host a feed at home."),
    _switch("network.ask_images", False, "Load remote images in notes",
            "Whoever hosts such an image sees when you read the notes."),
    _switch("directories.apple", False, "Search Apple Podcasts", "Sends your search words to Apple."),
    _switch("directories.podcast_index", False, "Search Podcast Index",
            "Sends your search words to podcastindex.org. Needs a free key."),
    _text("directories.podcast_index_key", "Podcast Index key",
          "The key's public part. Its secret lies in the keyring of your desktop."),
    _text("directories.podcast_index_secret_name", "Podcast Index secret's name",
          "Under which name the keyring holds the secret.", hidden=True),
    _number("playback.volume", 0.9, 0.0, 1.0, "Volume", "1 is full."),
    _number("playback.speed", 1.0, 0.5, 3.0, "Speed", "Without changing the pitch.", "x"),
    _switch("playback.skip_silence", False, "Skip silence", "Shortens long pauses while playing."),
    _switch("playback.levelling", True, "One loudness", "Quiet and loud shows play equally loud."),
    _number("playback.crossfade_s", 0.0, 0.0, 10.0, "Crossfade between episodes",
            "How long the end of an episode fades into the one that is up next. 0 goes on without a gap.", "s"),
    _text("playback.device", "Output device", "Empty uses the system's default."),
    _text("playback.queue", "Up next", "Which episodes play next.", hidden=True),
    _switch("music.analyse_new", True, "Analyse new music by itself",
            "After a scan PodMix listens to what is new or changed. Off: only when you ask for it."),
    _text("music.columns", "Columns of the music table", "Which are shown, how wide, in which order.", hidden=True),
    _text("music.sort", "Order of the music table", "By which column, and which way.", hidden=True),
    _text("window.geometry", "Window place", "Where the window was.", hidden=True),
    _text("window.last_screen", "Last screen", "Which screen was open.", hidden=True),
    Setting("window.time_left", Kind.SWITCH, False, "Time left", "Show the time left instead of the length.",
            hidden=True),
)

BY_KEY: dict[str, Setting] = {setting.key: setting for setting in DECLARED}


def checked(setting: Setting, value: object) -> Value:
    """``value`` in the setting's own type, or SettingsError saying what is allowed.

    Whole floats are taken as whole numbers and ints as numbers, since JSON and widgets do not tell them apart;
    switches take only true and false, so that a slipped 1 is noticed.
    """
    match setting.kind:
        case Kind.SWITCH:
            if isinstance(value, bool):
                return value
        case Kind.TEXT:
            if isinstance(value, str):
                return value
        case Kind.CHOICE:
            if isinstance(value, str) and value in setting.choices:
                return value
        case Kind.WHOLE | Kind.NUMBER:
            number = _as_number(setting, value)
            if number is not None:
                return number
    raise SettingsError(f"{setting.title} cannot be {value!r}.", remedy=f"Choose {allowed(setting)}.",
                        detail=f"{setting.key} = {value!r}")


def _as_number(setting: Setting, value: object) -> int | float | None:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        return None
    if setting.kind is Kind.WHOLE and value != int(value):
        return None
    low, high = setting.minimum, setting.maximum
    if (low is not None and value < low) or (high is not None and value > high):
        return None
    return int(value) if setting.kind is Kind.WHOLE else float(value)


_YES = {"true", "yes", "on", "1"}
_NO = {"false", "no", "off", "0"}


def parsed(setting: Setting, text: str) -> Value:
    """What a person typed, as the setting's value; the same errors as ``checked``."""
    word = text.strip()
    if setting.kind is Kind.TEXT:
        return text
    if setting.kind is Kind.SWITCH:
        return checked(setting, True if word.lower() in _YES else False if word.lower() in _NO else word)
    if setting.kind is Kind.CHOICE:
        return checked(setting, word.lower())
    try:
        return checked(setting, float(word))
    except ValueError:
        return checked(setting, word)


def allowed(setting: Setting) -> str:
    """What may stand there, in words: ``"15 to 120 s"``, ``"system, dark or light"``."""
    unit = f" {setting.unit}" if setting.unit else ""
    match setting.kind:
        case Kind.SWITCH:
            return "on or off"
        case Kind.TEXT:
            return "any text"
        case Kind.CHOICE:
            return f"{', '.join(setting.choices[:-1])} or {setting.choices[-1]}"
        case _:
            whole = "a whole number, " if setting.kind is Kind.WHOLE else ""
            return f"{whole}{setting.minimum:g} to {setting.maximum:g}{unit}"
