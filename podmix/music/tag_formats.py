# SPDX-License-Identifier: GPL-3.0-or-later
"""The thin wrapper round mutagen: which class reads a file, and each format's fields under one set of names.

``read_names`` gives lists under the lower-case names of Vorbis comments; besides texts there are ``picture``
((type, bytes) pairs), ``geob`` ((description, bytes) pairs) and ``popm`` (bytes 0..255). mutagen is imported inside
the functions: no front end pays for it at start.
"""

from __future__ import annotations

import base64
import functools
import weakref
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

from podmix.errors import AudioError

LARGEST_UNPACKED = 32 * 1024 * 1024
"""ID3 frames may be packed (zlib, up to 1:1000). What would unpack to more, with those of its tag before it, is left as
the bytes it is."""

_ID3_TEXT = {"TIT2": "title", "TPE1": "artist", "TPE2": "albumartist", "TALB": "album", "TCON": "genre",
             "TCOM": "composer", "TPE4": "remixer", "TPUB": "label", "TIT1": "grouping", "GRP1": "grouping",
             "TDRC": "date", "TYER": "date", "TDRL": "originaldate", "TDOR": "originaldate", "TRCK": "tracknumber",
             "TPOS": "discnumber", "TBPM": "bpm", "TKEY": "initialkey"}
_READ_FRAMES = (*_ID3_TEXT, "TXXX", "COMM", "POPM", "APIC", "GEOB", "TDAT")
_MP4_TEXT = {"\xa9nam": "title", "\xa9ART": "artist", "aART": "albumartist", "\xa9alb": "album", "\xa9gen": "genre",
             "\xa9wrt": "composer", "\xa9grp": "grouping", "\xa9day": "date", "\xa9cmt": "comment", "tmpo": "bpm",
             "trkn": "tracknumber", "disk": "discnumber"}
_ASF_TEXT = {"title": "title", "author": "artist", "wm/albumartist": "albumartist", "wm/albumtitle": "album",
             "wm/genre": "genre", "wm/composer": "composer", "wm/modifiedby": "remixer", "wm/publisher": "label",
             "wm/contentgroupdescription": "grouping", "wm/year": "date", "wm/tracknumber": "tracknumber",
             "wm/partofset": "discnumber", "wm/beatsperminute": "bpm", "wm/initialkey": "initialkey",
             "description": "comment"}
_OGG = {b"\x01vorbis": ("oggvorbis", "OggVorbis"), b"OpusHead": ("oggopus", "OggOpus"),
        b"\x7fFLAC": ("oggflac", "OggFLAC"), b"Speex   ": ("oggspeex", "OggSpeex")}
_FRAMES = {b"wvpk": ("wavpack", "WavPack"), b"MAC ": ("monkeysaudio", "MonkeysAudio"),
           b"MPCK": ("musepack", "Musepack"), b"MP+": ("musepack", "Musepack"),
           b"TTA1": ("trueaudio", "TrueAudio"), b"TTA2": ("trueaudio", "TrueAudio")}
_KINDS = {"flac": ("flac", "FLAC"), "mp4": ("mp4", "MP4"), "wav": ("wave", "WAVE"), "aiff": ("aiff", "AIFF"),
          "asf": ("asf", "ASF"), "dsf": ("dsf", "DSF"), "dff": ("dsdiff", "DSDIFF")}
_WITH_ID3 = ("MP3", "WAVE", "AIFF", "DSF", "DSDIFF", "TrueAudio")


def file_class(stream: IO[bytes], suffix: str, kind: str) -> Any:
    """mutagen's class for the content: ``kind`` is what ``fingerprint.locate`` found. AudioError where none fits."""
    import importlib

    module, name = _KINDS.get(kind, ("", ""))
    if not module:
        module, name = _by_magic(stream, suffix, kind)
    return getattr(importlib.import_module(f"mutagen.{module}"), name)


def _by_magic(stream: IO[bytes], suffix: str, kind: str) -> tuple[str, str]:
    from podmix.music.fingerprint import start_of_frames

    if kind == "ogg":
        stream.seek(0)
        first = stream.read(4096)
        found = [(first.find(magic), names) for magic, names in _OGG.items() if magic in first]
        if not found:
            raise AudioError("This Ogg file holds no sound that PodMix knows.", detail=repr(first[28:44]))
        return min(found)[1]
    head = start_of_frames(stream)
    for magic, names in _FRAMES.items():
        if head.startswith(magic):
            return names
    if head[:1] == b"\xff" and (head[1] & 0xF6) == 0xF0 and suffix != ".mp3":  # layer 0 is ADTS
        return "aac", "AAC"
    return "mp3", "MP3"


def opened(stream: IO[bytes], path: Path, kind: str) -> Any:
    """The file as mutagen knows it. Raises its errors, and any other that a broken file provokes."""
    known = file_class(stream, path.suffix.lower(), kind)
    stream.seek(0)
    if known.__name__ == "MP3":
        file = known(stream, known_frames=guarded_frames(_READ_FRAMES))
        if file.tags is None:
            file = _with_ape_tags(stream, file)
        return file
    if known.__name__ in _WITH_ID3:
        return known(stream, known_frames=guarded_frames(_READ_FRAMES))
    return known(stream)


def _with_ape_tags(stream: IO[bytes], file: Any) -> Any:
    """Some MP3 files carry APEv2 tags only."""
    from mutagen.apev2 import APENoHeaderError, APEv2

    stream.seek(0)
    try:
        file.tags = APEv2(stream)
    except APENoHeaderError:
        pass
    return file


@functools.cache
def guarded_frames(names: tuple[str, ...] | None = None) -> dict[str, Any]:
    """mutagen's ID3 frames (these, or all but chapters) that stay packed where they would grow very large.

    A frame that is not in the dict is kept as the bytes it is.
    """
    from mutagen import id3

    wanted = names if names is not None else tuple(name for name in id3.Frames if name not in ("CHAP", "CTOC"))
    # ID3v2.2 packs no frames; mutagen tells its frames' successors by the classes themselves.
    return {name: _guarded(id3.Frames[name]) for name in wanted if name in id3.Frames} | dict(id3.Frames_2_2)


class _StaysPackedError(NotImplementedError):
    """A frame that is not unpacked. mutagen, told so by this kind of error, keeps its bytes and writes them back."""


def _unpacked_size(packed: bytes, most: int) -> int:
    """Bytes that zlib data (behind four bytes of length, or without) unpacks to, counted piece by piece until ``most``.

    What is no zlib data has none; mutagen refuses it.
    """
    for data in (packed[4:], packed):
        engine, size = zlib.decompressobj(), 0
        try:
            while data and not engine.eof and size <= most:
                size += len(engine.decompress(data, 1 << 16))
                data = engine.unconsumed_tail
        except zlib.error:
            continue
        return size
    return 0


_UNPACKED: weakref.WeakKeyDictionary[Any, int] = weakref.WeakKeyDictionary()
"""The header of a tag that is being read -> bytes that its frames unpacked to so far."""


def _guarded(frame: Any) -> Any:
    class Guarded(frame):  # type: ignore[misc]
        @classmethod
        def _fromData(cls, header: Any, tflags: int, data: bytes) -> Any:  # noqa: N802 - mutagen's name
            packed = tflags & (0x0008 if header.version >= (2, 4, 0) else 0x0080)
            if packed:
                before = _UNPACKED.get(header, 0)
                size = _unpacked_size(data, LARGEST_UNPACKED - before)
                if before + size > LARGEST_UNPACKED:
                    raise _StaysPackedError
                _UNPACKED[header] = before + size
            return super()._fromData(header, tflags, data)

    Guarded.__name__ = frame.__name__  # mutagen takes the frame's id from it
    return Guarded


def read_names(file: Any) -> dict[str, list[Any]]:
    """The fields of an opened file under common names."""
    tags = file.tags
    if tags is None:
        return {}
    family = type(file).__name__
    if hasattr(tags, "getall") and family in _WITH_ID3:
        return _from_id3(tags)
    if family == "MP4":
        return _from_mp4(tags)
    if family == "ASF":
        return _from_asf(tags)
    if type(tags).__name__ == "APEv2":
        return _from_ape(tags)
    return _from_comments(file)


def _adder(found: dict[str, list[Any]]) -> Callable[[str, Any], None]:
    return lambda name, value: found.setdefault(name, []).append(value)


def _from_id3(tags: Any) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    add = _adder(found)
    comments: list[tuple[bool, str]] = []
    for frame in tags.values():
        name = frame.FrameID
        if name == "TCON":
            found["genre"] = list(frame.genres)
        elif name in _ID3_TEXT:
            for text in frame.text:
                add(_ID3_TEXT[name], str(text))
        elif name == "TXXX":
            for text in frame.text:
                add(frame.desc.lower(), str(text))
        elif name == "COMM":
            if not frame.desc.startswith(("iTun", "ID3v1", "Songs-DB", "MusicMatch")):
                comments.append((bool(frame.desc), " ".join(map(str, frame.text))))
        elif name == "POPM":
            add("popm", int(frame.rating))
        elif name == "APIC":
            add("picture", (int(frame.type), frame.data))
        elif name == "GEOB":
            add("geob", (frame.desc, frame.data))
    if comments:
        found["comment"] = [min(comments, key=lambda pair: pair[0])[1]]
    return found


def _from_mp4(tags: Any) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    add = _adder(found)
    for name, values in tags.items():
        if name == "covr":
            for picture in values:
                add("picture", (3, bytes(picture)))
        elif name.startswith("----:"):
            plain = name.rsplit(":", 1)[-1].lower()
            for value in values:
                if name.lower().startswith("----:com.serato.dj:"):
                    add(f"serato:{plain}", bytes(value))
                else:
                    add(plain, bytes(value).decode("utf-8", "replace"))
        elif name in _MP4_TEXT:
            for value in values if isinstance(values, list) else [values]:
                add(_MP4_TEXT[name], str(value[0]) if isinstance(value, tuple) else str(value))
    if not any(text.strip("0") for text in found.get("bpm", [])):
        found.pop("bpm", None)
    return found


def _from_asf(tags: Any) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    add = _adder(found)
    for name, value in tags:
        lower = name.lower()
        if lower == "wm/picture":
            if (picture := _asf_picture(value.value)) is not None:
                add("picture", picture)
        elif lower == "wm/shareduserrating":
            add("rating", {0: 0, 1: 1, 25: 2, 50: 3, 75: 4, 99: 5}.get(int(value.value), 0))
        else:
            add(_ASF_TEXT.get(lower, lower.removeprefix("wm/")), str(value))
    return found


def _asf_picture(data: bytes) -> tuple[int, bytes] | None:
    """WM/Picture: type, length, MIME type and description in UTF-16, then the bytes."""
    length = int.from_bytes(data[1:5], "little")
    return (data[0], data[-length:]) if 0 < length <= len(data) - 5 else None


def _from_ape(tags: Any) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    add = _adder(found)
    for name, value in tags.items():
        lower = name.lower()
        if lower.startswith("cover art"):
            add("picture", (3 if "front" in lower else 0, bytes(value.value).split(b"\0", 1)[-1]))
        elif isinstance(value.value, str):
            for text in value.value.split("\0"):
                add(lower, text)
    return found


def _from_comments(file: Any) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    add = _adder(found)
    for picture in getattr(file, "pictures", []):
        add("picture", (picture.type, picture.data))
    for name, value in file.tags or []:
        lower = name.lower()
        if lower == "metadata_block_picture":
            if (picture := _block_picture(value)) is not None:
                add("picture", picture)
        else:
            add(lower, value)
    return found


def _block_picture(text: str) -> tuple[int, bytes] | None:
    from mutagen.flac import Picture, error

    try:
        picture = Picture(base64.b64decode(text))
    except (ValueError, error):
        return None
    return int(picture.type), picture.data
