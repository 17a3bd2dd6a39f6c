# SPDX-License-Identifier: GPL-3.0-or-later
"""What a music file says about itself: tags of every format through one set of names (mutagen).

Each format's fields are first brought to one dict of lower-case names (those of Vorbis comments) and texts; then
``tag_fields`` reads the values. Files come from strangers: a parser that stumbles over one, in whatever way, makes an
AudioError with a sentence; tags beyond ``fingerprint.LARGEST_HEAD`` and packed ID3 frames are not unpacked at all.
"""

from __future__ import annotations

import base64
import hashlib
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from podmix.errors import AudioError
from podmix.music import tag_fields as fields
from podmix.music.fingerprint import LARGEST_HEAD, digest, locate
from podmix.music.interop.serato import SERATO_FIELDS, SERATO_FRAMES, serato_marks
from podmix.music.library_types import DjMarks, SoundFacts, TrackTags
from podmix.music.tag_formats import opened, read_names

PARSER_FAILURES = (ArithmeticError, AssertionError, AttributeError, EOFError, LookupError, MemoryError, RecursionError,
                   TypeError, ValueError, struct.error)
"""What parsers raise on files made to break them, besides their own errors. Never caught round anything else."""

_SHORT = {"oggvorbis": "ogg", "oggopus": "opus", "oggflac": "flac", "oggspeex": "speex", "mp4": "m4a", "wave": "wav",
          "asf": "wma", "monkeysaudio": "ape", "trueaudio": "tta", "wavpack": "wv", "musepack": "mpc", "dsdiff": "dff"}
"""mutagen's classes -> names people know."""

LARGEST_PICTURE = 20 * 1024 * 1024


class FileSays(NamedTuple):
    """All that a scan wants of one file."""

    fingerprint: bytes
    sound: SoundFacts
    tags: TrackTags
    marks: DjMarks | None


def read_file(path: Path) -> FileSays:
    """Fingerprint, sound, tags and Serato's marks of a file, opened once.

    Raises:
        AudioError: not music, damaged, no sound, or tags too large.
        OSError: the disk or the permissions.
    """
    import mutagen

    with path.open("rb") as stream:
        size = stream.seek(0, 2)
        sound = locate(stream, size)
        if sound.kind != "mp4" and size - sound.length > LARGEST_HEAD:
            raise _unreadable(path, f"{size - sound.length} bytes beside the sound")
        content = digest(stream, sound)
        try:
            file = opened(stream, path, sound.kind)
            facts = _facts(file, path, sound.length)
            names = read_names(file)
            marks = _serato(names)
            tags = tags_of(names)
        except (mutagen.MutagenError, *PARSER_FAILURES) as problem:
            raise _unreadable(path, repr(problem)[:500]) from problem
    if facts.duration <= 0.0:
        raise AudioError("There is no sound in this file.", detail=f"{path.name}: length zero")
    return FileSays(content, facts, tags, marks)


def read_picture(path: Path) -> bytes | None:
    """The front cover inside a file, else its first picture; None where there is none or the file cannot be read."""
    import mutagen

    try:
        with path.open("rb") as stream:
            size = stream.seek(0, 2)
            sound = locate(stream, size)
            if sound.kind != "mp4" and size - sound.length > LARGEST_HEAD:
                return None
            return picture_of(read_names(opened(stream, path, sound.kind)))
    except (OSError, AudioError, mutagen.MutagenError, *PARSER_FAILURES):
        return None


def tags_of(names: dict[str, list[Any]]) -> TrackTags:
    """Values from a dict of names; see the module's text."""

    def text(*wanted: str, longest: int = fields.LONGEST_TEXT) -> str:
        found = _texts(names, *wanted, first_only=True)
        return fields.clean(", ".join(found), longest) if found else ""

    comment = text("comment", "description", longest=fields.LONGEST_COMMENT)
    found = fields.key(_texts(names, "initialkey", "key"), comment)
    picture = picture_of(names)
    rated = next((value for value in names.get("popm", []) if value), 0)
    r128 = fields.r128_gain(_texts(names, "r128_track_gain"))
    r128_album = fields.r128_gain(_texts(names, "r128_album_gain"))
    return TrackTags(
        title=text("title"),
        artist=text("artist"),
        album_artist=text("albumartist", "album artist", "album_artist"),
        album=text("album"),
        genre=text("genre"),
        comment=comment,
        composer=text("composer"),
        remixer=text("remixer", "mixartist"),
        label=text("label", "publisher", "organization"),
        grouping=text("grouping", "contentgroup"),
        year=fields.year(_texts(names, "date", "year", "originaldate", "originalyear")),
        track_number=_first(names, "tracknumber", "track"),
        disc_number=_first(names, "discnumber", "disc"),
        bpm=fields.tempo(_texts(names, "bpm", "tempo", "fbpm")),
        key=found.name if found else "",
        energy=fields.energy(_texts(names, "energylevel", "energy"), comment),
        rating=fields.stars_of_byte(int(rated)) or fields.stars(_texts(names, "rating", "fmps_rating")),
        track_gain=r128 if r128 is not None else fields.gain(_texts(names, "replaygain_track_gain")),
        track_peak=fields.peak(_texts(names, "replaygain_track_peak")),
        album_gain=r128_album if r128_album is not None else fields.gain(_texts(names, "replaygain_album_gain")),
        album_peak=fields.peak(_texts(names, "replaygain_album_peak")),
        art=_picture_digest(picture) if picture else "",
    )


def _picture_digest(picture: bytes) -> str:
    """Length and ends of a compressed picture tell it from every other; covers of megabytes are not worth more."""
    ends = picture if len(picture) <= 24_576 else picture[:16_384] + picture[-8_192:]
    return hashlib.blake2b(ends + len(picture).to_bytes(8, "big"), digest_size=10).hexdigest()


def picture_of(names: dict[str, list[Any]]) -> bytes | None:
    """The front cover of (type, bytes) pairs, else the first picture; nothing larger than ``LARGEST_PICTURE``."""
    pictures = [(kind, data) for kind, data in names.get("picture", []) if 0 < len(data) <= LARGEST_PICTURE]
    fronts = [data for kind, data in pictures if kind == 3]
    return bytes((fronts or [data for _, data in pictures])[0]) if pictures else None


def _texts(names: dict[str, list[Any]], *wanted: str, first_only: bool = False) -> list[str]:
    """The texts under these names in order; ``first_only``: of the first name that holds any."""
    found: list[str] = []
    for name in wanted:
        if values := names.get(name):
            found += [text for value in values if (text := str(value)).strip()]
            if found and first_only:
                break
    return found[:50]


def _first(names: dict[str, list[Any]], *wanted: str) -> int | None:
    return next((value for text in _texts(names, *wanted) if (value := fields.counted(text)) is not None), None)


def _serato(names: dict[str, list[Any]]) -> DjMarks | None:
    frames = dict(_serato_frames(names))
    return serato_marks(frames) if frames else None


def _serato_frames(names: dict[str, list[Any]]) -> Iterator[tuple[str, bytes]]:
    for name, data in names.get("geob", []):
        if name in SERATO_FRAMES:
            yield name, bytes(data)
    for field, frame in SERATO_FIELDS.items():
        for value in names.get(field, [])[:1]:
            text = value if isinstance(value, bytes) else str(value).encode("ascii", "ignore")
            yield frame, _unwrapped(text)


def _unwrapped(text: bytes) -> bytes:
    """Serato's base64 in comments and atoms: a MIME type, a file name and the frame's name, then the frame."""
    packed = b"".join(text.split())
    try:
        data = base64.b64decode(packed + b"=" * (-len(packed) % 4))
    except ValueError:
        return b""
    parts = data.split(b"\0", 3)
    return parts[3] if len(parts) == 4 else b""


def _facts(file: Any, path: Path, sound_bytes: int) -> SoundFacts:
    info = file.info
    kind = type(file).__name__.lower()
    short = _SHORT.get(kind, kind)
    if short == "m4a" and str(getattr(info, "codec", "")).startswith("alac"):
        short = "alac"
    length = float(getattr(info, "length", 0.0) or 0.0)
    if not 0.0 <= length < 1e7:  # also NaN
        raise AudioError("This file does not tell how long it is.", detail=f"{path.name}: {length}")
    rate = 48_000 if short == "opus" else _whole(info, "sample_rate")  # Opus has no other
    bitrate = _whole(info, "bitrate") or int(sound_bytes * 8 / length if length else 0)
    return SoundFacts(short, round(length, 4), rate, _whole(info, "channels"), min(bitrate, 2**31))


def _whole(info: Any, name: str) -> int:
    return max(0, min(int(getattr(info, name, 0) or 0), 2**31))


def _unreadable(path: Path, detail: str) -> AudioError:
    return AudioError("This file is damaged or is no music that PodMix can read.",
                      remedy="Try to play it; if it plays elsewhere, convert it to FLAC or MP3.",
                      detail=f"{path.name}: {detail}")

