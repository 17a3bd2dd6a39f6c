# SPDX-License-Identifier: GPL-3.0-or-later
"""Tags, cover and chapters into a finished sound file, each in its format's own way (mutagen).

Tag names are those of Vorbis comments in lower case: title, artist, album, date, genre, comment, url, copyright,
language. Other names go into TXXX frames, freeform atoms or comments.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from podmix.audio.artwork import picture_type
from podmix.audio.chapters import FileChapter
from podmix.errors import AudioError

_ID3_TEXT = {"title": "TIT2", "artist": "TPE1", "album": "TALB", "date": "TDRC", "genre": "TCON",
             "copyright": "TCOP", "language": "TLAN", "album artist": "TPE2", "track": "TRCK"}
_MP4_TEXT = {"title": "\xa9nam", "artist": "\xa9ART", "album": "\xa9alb", "date": "\xa9day", "genre": "\xa9gen",
             "comment": "\xa9cmt", "copyright": "cprt", "album artist": "aART"}


def write_tags(path: Path, tags: Mapping[str, str], *, art: bytes | None = None,
               chapters: Sequence[FileChapter] = (), duration: float = 0.0) -> None:
    """Write ``tags`` into ``path``; chapters too, but for MP4, whose chapters are written with the sound.

    Args:
        path: a file just written by PodMix; its suffix says how.
        tags: names as in the module's text; empty values are left out.
        art: picture bytes; anything that is not a picture is left out.
        chapters: in order of start.
        duration: seconds of the file, the end of the last chapter.
    """
    import mutagen

    clean = {name.lower(): value for name, value in tags.items() if value}
    mime = picture_type(art) if art else None
    picture = (art, mime) if art and mime else None
    suffix = path.suffix.lower()
    try:
        if suffix in (".mp3", ".wav"):
            _write_id3(path, clean, picture, _closed(chapters, duration))
        elif suffix == ".m4a":
            _write_mp4(path, clean, picture)
        else:
            _write_comments(path, clean, picture, chapters)
    except mutagen.MutagenError as problem:
        raise AudioError(f"The tags of {path.name} could not be written.", detail=str(problem)) from problem


def _write_id3(path: Path, tags: Mapping[str, str], picture: tuple[bytes, str] | None,
               chapters: Sequence[tuple[float, float, str]]) -> None:
    from mutagen import id3
    from mutagen.mp3 import MP3
    from mutagen.wave import WAVE

    file: Any = MP3(path) if path.suffix.lower() == ".mp3" else WAVE(path)
    if file.tags is None:
        file.add_tags()
    frames = file.tags
    for name, value in tags.items():
        if name in _ID3_TEXT:
            frames.add(getattr(id3, _ID3_TEXT[name])(encoding=3, text=[value]))
        elif name == "comment":
            frames.add(id3.COMM(encoding=3, lang="eng", desc="", text=[value]))
        elif name == "url":
            frames.add(id3.WOAF(url=value))
        else:
            frames.add(id3.TXXX(encoding=3, desc=name, text=[value]))
    if picture:
        frames.add(id3.APIC(encoding=0, mime=picture[1], type=3, desc="", data=picture[0]))
    names = [f"chp{i}" for i in range(len(chapters))]
    for name, (start, end, title) in zip(names, chapters, strict=True):
        frames.add(id3.CHAP(element_id=name, start_time=round(start * 1000), end_time=round(end * 1000),
                            start_offset=0xFFFFFFFF, end_offset=0xFFFFFFFF,
                            sub_frames=[id3.TIT2(encoding=3, text=[title])]))
    if names:
        frames.add(id3.CTOC(element_id="toc", flags=id3.CTOCFlags.TOP_LEVEL | id3.CTOCFlags.ORDERED,
                            child_element_ids=names, sub_frames=[]))
    file.save()


def _write_mp4(path: Path, tags: Mapping[str, str], picture: tuple[bytes, str] | None) -> None:
    from mutagen.mp4 import MP4, MP4Cover, MP4FreeForm

    file = MP4(path)
    if file.tags is None:
        file.add_tags()
    for name, value in tags.items():
        if name in _MP4_TEXT:
            file.tags[_MP4_TEXT[name]] = [value]
        else:
            file.tags[f"----:org.podmix:{name}"] = [MP4FreeForm(value.encode())]
    if picture:
        kind = MP4Cover.FORMAT_PNG if picture[1] == "image/png" else MP4Cover.FORMAT_JPEG
        file.tags["covr"] = [MP4Cover(picture[0], imageformat=kind)]
    file.save()


def _write_comments(path: Path, tags: Mapping[str, str], picture: tuple[bytes, str] | None,
                    chapters: Sequence[FileChapter]) -> None:
    from mutagen.flac import FLAC, Picture
    from mutagen.oggopus import OggOpus

    file: Any = FLAC(path) if path.suffix.lower() == ".flac" else OggOpus(path)
    if file.tags is None:
        file.add_tags()
    for name, value in tags.items():
        file[_comment_name(name)] = value
    for number, chapter in enumerate(chapters[:999], 1):
        whole, rest = divmod(round(chapter.start * 1000), 1000)
        hours, minutes, seconds = whole // 3600, whole // 60 % 60, whole % 60
        file[f"CHAPTER{number:03d}"] = f"{hours:02d}:{minutes:02d}:{seconds:02d}.{rest:03d}"
        file[f"CHAPTER{number:03d}NAME"] = chapter.title
    if picture:
        cover = Picture()
        cover.type, cover.mime, cover.data = 3, picture[1], picture[0]
        if path.suffix.lower() == ".flac":
            file.add_picture(cover)
        else:
            file["metadata_block_picture"] = base64.b64encode(cover.write()).decode("ascii")
    file.save()


def _comment_name(name: str) -> str:
    """Vorbis comment names are printable ASCII without ``=``."""
    plain = "".join(c for c in name if 0x20 <= ord(c) <= 0x7D and c != "=")
    return plain or "comment"


def _closed(chapters: Sequence[FileChapter], duration: float) -> list[tuple[float, float, str]]:
    if not chapters:
        return []
    ends = [chapter.start for chapter in chapters[1:]] + [max(duration, chapters[-1].start)]
    return [(chapter.start, chapter.end if chapter.end is not None else end, chapter.title)
            for chapter, end in zip(chapters, ends, strict=True)]
