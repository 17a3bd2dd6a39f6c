# SPDX-License-Identifier: GPL-3.0-or-later
"""How many files a second a scan reads, beside mutagen alone opening each file, on small files of mixed formats.

``python tests/bench/bench_music_scan.py [FILES]`` (default 2000).
"""

from __future__ import annotations

import shutil
import sys
import tempfile
import time
from pathlib import Path

import mutagen

sys.path.insert(0, str(Path(__file__).parents[2]))
from podmix.music.scanning import KnownFile, ScanBatch, scan
from tests.music.sound_files import TAGGED, encoded, picture


def make(folder: Path, count: int) -> list[Path]:
    """Files in albums of 12, each with tags of its own and a cover of 60 kB."""
    import base64

    from mutagen.flac import Picture

    cover = Picture()
    cover.type, cover.mime, cover.data = 3, "image/jpeg", picture() + bytes(60_000)
    block = base64.b64encode(cover.write()).decode()
    paths = []
    for number in range(count):
        suffix = (".mp3", ".flac", ".mp3", ".m4a", ".ogg", ".mp3", ".opus", ".wav", ".aiff")[number % 9]
        album = folder / f"Artist {number // 120}" / f"Album {number // 12}"
        path = album / f"{number % 12:02d} Title {number}{suffix}"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(encoded(suffix, 2.0))
        with path.open("ab") as out:  # a sound of its own
            out.write(number.to_bytes(4, "big") * 8 if suffix in (".mp3", ".flac") else b"")
        file = mutagen.File(path, easy=suffix in (".mp3", ".m4a"))
        if file.tags is None:
            file.add_tags()
        if suffix in (".wav", ".aiff"):
            file.tags.add(mutagen.id3.TIT2(text=[f"Title {number}"]))
        else:
            file["title"], file["artist"], file["album"] = f"Title {number}", f"Artist {number // 120}", "Album"
        if suffix == ".flac":
            file.add_picture(cover)
        elif suffix in (".ogg", ".opus"):
            file["metadata_block_picture"] = block
        file.save()
        if suffix == ".mp3":
            tags = mutagen.id3.ID3(path)
            tags.add(mutagen.id3.APIC(mime="image/jpeg", type=3, data=cover.data))
            tags.save()
        paths.append(path)
    return paths


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 2_000
    folder = Path(tempfile.mkdtemp(prefix="podmix-scan-"))
    try:
        paths = make(folder, count)
        for path in paths[::50]:
            mutagen.File(path)
        start, cpu = time.perf_counter(), time.process_time()
        for path in paths:
            mutagen.File(path)
        alone = time.perf_counter() - start, time.process_time() - cpu
        known: dict[str, KnownFile] = {}
        start, cpu = time.perf_counter(), time.process_time()
        for step in scan([str(folder)], known):
            if isinstance(step, ScanBatch):
                known.update((r.path, KnownFile(r.size, r.mtime_ns, r.fingerprint)) for r in step.records)
        first = time.perf_counter() - start, time.process_time() - cpu
        assert len(known) == count, (len(known), count)
        start = time.perf_counter()
        again = sum(len(step.records) for step in scan([str(folder)], known) if isinstance(step, ScanBatch))
        second = time.perf_counter() - start
        assert again == 0
    finally:
        shutil.rmtree(folder)
    print(f"{count} files of {len(TAGGED)} kinds with covers")
    print(f"mutagen alone   {count / alone[0]:7.0f} files/s   {alone[1] / count * 1e3:.2f} ms of processor a file")
    print(f"scan            {count / first[0]:7.0f} files/s   {first[1] / count * 1e3:.2f} ms of processor a file"
          f"   x{first[0] / alone[0]:.2f} the time of mutagen alone")
    print(f"scan again      {count / second:7.0f} files/s")


if __name__ == "__main__":
    main()
