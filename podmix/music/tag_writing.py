# SPDX-License-Identifier: GPL-3.0-or-later
"""Tempo, key, gain and rating into a file's tags, only when a person asks.

The file is copied beside itself, the copy is changed, looked at again (the same sound, the values that were meant)
and put in the file's place in one step; its times and permissions stay. All other tags stay as they are: in ID3 the
other frames are carried over byte for byte. Names are those DJ programs read: TBPM, TKEY, POPM and TXXX in ID3;
BPM, INITIALKEY, RATING, REPLAYGAIN_* (R128_* in Opus, RFC 7845) in comments; ``tmpo`` and freeform atoms in MP4.
"""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from podmix.errors import AudioError, PodMixError, StorageError
from podmix.music import tag_fields as fields
from podmix.music.fingerprint import fingerprint, locate
from podmix.music.interop.key_notation import KeyNotation, parse_key
from podmix.music.tag_formats import file_class, guarded_frames
from podmix.music.tags import PARSER_FAILURES, FileSays, read_file
from podmix.paths import disk_full

_R128_REFERENCE_DB = 5.0
_WRITABLE = {"MP3", "WAVE", "AIFF", "DSF", "DSDIFF", "TrueAudio", "FLAC", "OggVorbis", "OggOpus", "OggFLAC", "OggSpeex",
             "MP4", "ASF", "WavPack", "MonkeysAudio", "Musepack"}
_ITUNES = "----:com.apple.iTunes:"
_POPM_OWNER = "no@email"


@dataclass(frozen=True, slots=True)
class TagChanges:
    """What to write; None leaves a field as it is. ``key`` in any notation; gains in dB, peaks linear; stars 0..5."""

    bpm: float | None = None
    key: str | None = None
    track_gain: float | None = None
    track_peak: float | None = None
    album_gain: float | None = None
    album_peak: float | None = None
    rating: int | None = None

    def __bool__(self) -> bool:
        return any(getattr(self, name) is not None for name in self.__slots__)


def write_tags(path: Path, changes: TagChanges, *, notation: KeyNotation = KeyNotation.MUSICAL) -> FileSays:
    """Write ``changes`` into the file at ``path`` and return what it says now.

    Raises:
        AudioError: a format without tags, a damaged file, a key that is none; the file is as it was.
        StorageError: the folder cannot be written or the disk is full; the file is as it was.
    """
    import mutagen

    texts = _texts(changes, notation)
    real = Path(os.path.realpath(path))  # a link stays a link
    try:
        before = real.stat()
        with real.open("rb") as stream:
            kind = locate(stream, before.st_size).kind
            known = file_class(stream, real.suffix.lower(), kind)
            sound = fingerprint(stream, before.st_size)
        if known.__name__ not in _WRITABLE:
            raise AudioError(f"Tags cannot be written into this kind of file ({real.suffix.lstrip('.').upper()}).",
                             remedy="PodMix keeps the values in its library all the same.")
        handle, name = tempfile.mkstemp(dir=real.parent, prefix=".podmix-", suffix=real.suffix)
        os.close(handle)
    except OSError as problem:
        raise _storage(real, problem) from problem
    copy = Path(name)
    try:
        shutil.copyfile(real, copy)
        _change(known, copy, texts, changes)
        says = read_file(copy)
        if says.fingerprint != sound:
            raise AudioError("The tags were not written, because the sound would have changed.", detail=str(real))
        _flush(copy)
        shutil.copystat(real, copy)
        if _differs(real, before):
            raise AudioError("Another program changed this file just now. It was left as it is.",
                             remedy="Try again in a moment.")
        copy.replace(real)
    except (mutagen.MutagenError, *PARSER_FAILURES) as problem:
        if isinstance(problem.__cause__ or problem, OSError):
            raise _storage(real, problem) from problem
        raise AudioError("The tags of this file could not be written. It is as it was.",
                         detail=f"{real.name}: {problem!r}"[:500]) from problem
    except OSError as problem:
        raise _storage(real, problem) from problem
    finally:
        copy.unlink(missing_ok=True)
    return says


def _differs(path: Path, before: os.stat_result) -> bool:
    now = path.stat()
    return (now.st_size, now.st_mtime_ns) != (before.st_size, before.st_mtime_ns)


def _flush(path: Path) -> None:
    with path.open("rb+") as stream:
        os.fsync(stream.fileno())


def _storage(path: Path, problem: BaseException) -> PodMixError:
    if getattr(problem, "errno", 0) == errno.ENOSPC:
        return disk_full(path)
    return StorageError(f"The tags of {path.name} could not be written. It is as it was.",
                        remedy="Check that the file is there and that you may write into its folder.",
                        detail=str(problem))


def bpm_text(bpm: float) -> str:
    """``128`` or ``127.97``: DJ programs read both, others the whole part."""
    return f"{bpm:.2f}".rstrip("0").rstrip(".")


def _texts(changes: TagChanges, notation: KeyNotation) -> dict[str, str]:
    """Field -> text, in the names of Vorbis comments; rating apart."""
    found: dict[str, str] = {}
    if changes.bpm is not None:
        if not 20.0 <= changes.bpm < 1000.0:
            raise AudioError(f"A tempo of {changes.bpm:g} beats a minute is not written.")
        found["bpm"] = bpm_text(changes.bpm)
    if changes.key is not None:
        key = parse_key(changes.key)
        if key is None:
            raise AudioError(f"“{changes.key}” is no key.", remedy="Write it like Am, 8A or 1m.")
        found["initialkey"] = key.written(notation)
    for name in ("track", "album"):
        gain, peak = getattr(changes, f"{name}_gain"), getattr(changes, f"{name}_peak")
        if gain is not None:
            found[f"replaygain_{name}_gain"] = f"{gain:+.2f} dB"
        if peak is not None:
            found[f"replaygain_{name}_peak"] = f"{peak:.6f}"
    return found


def _change(known: Any, path: Path, texts: dict[str, str], changes: TagChanges) -> None:
    name = known.__name__
    if name == "MP4":
        _change_mp4(known(path), texts, changes)
    elif name == "ASF":
        _change_asf(known(path), texts, changes)
    elif name in ("MP3", "WAVE", "AIFF", "DSF", "DSDIFF", "TrueAudio"):
        _change_id3(known, path, texts, changes)
    elif name in ("WavPack", "MonkeysAudio", "Musepack"):
        _change_ape(known(path), texts, changes)
    else:
        _change_comments(known(path), texts, changes, opus=name == "OggOpus")


# -- ID3 --


def _change_id3(known: Any, path: Path, texts: dict[str, str], changes: TagChanges) -> None:
    from mutagen import id3

    old_end = _id3v1(path) if known.__name__ in ("MP3", "TrueAudio") else b""
    file = known(path, translate=False, known_frames=guarded_frames(("TBPM", "TKEY", "TXXX", "POPM")))
    version = file.tags.version if file.tags is not None else (2, 4, 0)
    if file.tags is None:
        file.add_tags()
    elif not _raw(file):  # old or scrambled: every frame is taken apart and written anew
        file = known(path, known_frames=guarded_frames())
        version = (2, 4, 0)
    frames = file.tags
    if "bpm" in texts:
        frames.setall("TBPM", [id3.TBPM(encoding=0, text=[texts["bpm"]])])
    if "initialkey" in texts:
        frames.setall("TKEY", [id3.TKEY(encoding=0, text=[texts["initialkey"]])])
    for name, text in texts.items():
        if name.startswith("replaygain"):
            _set_txxx(frames, name, text)
    if changes.rating is not None:
        _set_popm(frames, changes.rating)
    minor = 3 if version[:2] == (2, 3) else 4
    file.save(v2_version=minor, **({"v1": 0} if known.__name__ in ("MP3", "TrueAudio") else {}))
    if old_end:
        with path.open("ab") as stream:
            stream.write(old_end)


def _raw(file: Any) -> bool:
    """Whether frames that are not touched can be carried over as they are."""
    header = getattr(file.tags, "_header", None)
    if header is None:
        return False
    return header.version[:2] == (2, 3) or (header.version[:2] == (2, 4) and not header.f_unsynch)


def _id3v1(path: Path) -> bytes:
    with path.open("rb") as stream:
        stream.seek(max(0, stream.seek(0, 2) - 128))
        end = stream.read(128)
    return end if len(end) == 128 and end[:3] == b"TAG" else b""


def _set_txxx(frames: Any, name: str, text: str) -> None:
    from mutagen import id3

    for frame in frames.getall("TXXX"):
        if frame.desc.lower() == name:
            del frames[frame.HashKey]
    frames.add(id3.TXXX(encoding=0, desc=name, text=[text]))


def _set_popm(frames: Any, stars: int) -> None:
    from mutagen import id3

    value = fields.byte_of_stars(stars)
    known = frames.getall("POPM")
    for frame in known:
        frame.rating = value
    if not known:
        frames.add(id3.POPM(email=_POPM_OWNER, rating=value, count=0))


# -- the others --


def _change_comments(file: Any, texts: dict[str, str], changes: TagChanges, *, opus: bool) -> None:
    if file.tags is None:
        file.add_tags()
    for name, text in texts.items():
        if opus and name.startswith("replaygain"):
            if name.endswith("gain"):  # Opus has no field for peaks
                gain = changes.track_gain if "track" in name else changes.album_gain
                kind = "R128_TRACK_GAIN" if "track" in name else "R128_ALBUM_GAIN"
                file.tags[kind] = str(round(((gain or 0.0) - _R128_REFERENCE_DB) * 256))
            continue
        if name == "initialkey" and "key" in file.tags and name not in file.tags:
            name = "key"
        file.tags[name.upper()] = text
    if changes.rating is not None:
        file.tags["RATING"] = str(changes.rating)
    file.save()


def _change_ape(file: Any, texts: dict[str, str], changes: TagChanges) -> None:
    if file.tags is None:
        file.add_tags()
    for name, text in texts.items():
        file.tags["BPM" if name == "bpm" else name.upper()] = text
    if changes.rating is not None:
        file.tags["RATING"] = str(changes.rating)
    file.save()


def _change_mp4(file: Any, texts: dict[str, str], changes: TagChanges) -> None:
    from mutagen.mp4 import MP4FreeForm

    if file.tags is None:
        file.add_tags()
    if changes.bpm is not None:
        file.tags["tmpo"] = [round(changes.bpm)]  # the atom holds whole beats
    wanted = texts | ({"rating": str(changes.rating)} if changes.rating is not None else {})
    for name, text in wanted.items():
        for known in [atom for atom in file.tags if atom.lower() == f"{_ITUNES}{name}".lower()]:
            del file.tags[known]
        if name != "bpm" or "." in text:
            written = name.upper() if name in ("bpm", "rating") else name
            file.tags[_ITUNES + written] = [MP4FreeForm(text.encode())]
    file.save()


def _change_asf(file: Any, texts: dict[str, str], changes: TagChanges) -> None:
    names = {"bpm": "WM/BeatsPerMinute", "initialkey": "WM/InitialKey"}
    for name, text in texts.items():
        file.tags[names.get(name, name)] = [text]
    if changes.rating is not None:
        file.tags["WM/SharedUserRating"] = [(0, 1, 25, 50, 75, 99)[max(0, min(5, changes.rating))]]
    file.save()
