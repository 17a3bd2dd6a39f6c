# SPDX-License-Identifier: GPL-3.0-or-later
"""The command as a process: quick, quiet on standard output, and civil to signals, closed pipes and odd names."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import write_vtt

ROOT = Path(__file__).parents[2]

WITH_STAND_INS = """
import os, signal, sys
# A shell that runs the tests in the background has Ctrl+C ignored, and children inherit that.
signal.signal(signal.SIGINT, signal.default_int_handler)
from podmix.app import model_tools
from tests.cli.conftest import NoModels
class Tools(NoModels):
    def transcribe(self, audio, *, checkpoint, **_):
        from podmix.progress import Progress
        yield Progress("transcribe", 0, 1)
        checkpoint.write_text("half")
        print("ready", file=sys.stderr, flush=True)
        import threading
        threading.Event().wait(60)
    def remembering_encoder(self):
        os.write(1, b"a library that talks\\n")
        return super().remembering_encoder()
model_tools.ModelTools = Tools
from podmix.cli.main import main
sys.exit(main())
"""


def environment(tmp_path: Path, **more: str) -> dict[str, str]:
    return {**os.environ, "PODMIX_HOME": str(tmp_path / "home"), "PYTHONPATH": str(ROOT), **more}


def run(tmp_path: Path, *words: str | bytes, program: str = "", **more: str) -> subprocess.CompletedProcess[bytes]:
    start = ["-c", program] if program else ["-m", "podmix"]
    return subprocess.run([sys.executable, "-W", "error", *start, *words], capture_output=True, timeout=100,
                          check=False, env=environment(tmp_path, **more), cwd=tmp_path)


def test_version_is_quick_and_light(tmp_path: Path) -> None:
    """Processor time, so that a busy machine does not matter."""
    program = ("import sys, time; from podmix.cli.main import main\n"
               "try: main(['--version'])\n"
               "except SystemExit: pass\n"
               "print(time.process_time(), *sorted({m.split('.')[0] for m in sys.modules}))")
    done = run(tmp_path, program=program)
    assert done.returncode == 0, done.stderr
    version, rest = done.stdout.decode().splitlines()
    seconds, *modules = rest.split()
    assert version.startswith("podmix ")
    assert float(seconds) < 1.0
    assert not {"torch", "ctranslate2", "onnxruntime", "numpy", "httpx", "PySide6", "rich", "av", "sqlite3",
                "feedparser"} & set(modules)


def test_only_json_reaches_standard_output(tmp_path: Path) -> None:
    write_vtt(tmp_path / "t.vtt")
    (tmp_path / "items.jsonl").write_text('{"id": 1, "transcript": "t.vtt"}\n{"id": 2, "transcript": "t.vtt"}\n')
    done = run(tmp_path, "preview", "--batch", "items.jsonl", "--json", "--debug", "all", program=WITH_STAND_INS)
    assert done.returncode == 0, done.stderr
    assert [json.loads(line)["id"] for line in done.stdout.splitlines()] == [1, 2]
    assert b"a library that talks" in done.stderr


def test_interrupted(tmp_path: Path) -> None:
    """Ctrl+C ends with 130 and keeps what was recognised."""
    from tests.app.conftest import tone

    (tmp_path / "talk.wav").write_bytes(tone())
    process = subprocess.Popen([sys.executable, "-c", WITH_STAND_INS, "preview", "talk.wav", "--json"],
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment(tmp_path), cwd=tmp_path)
    assert process.stderr is not None
    for line in process.stderr:
        if line == b"ready\n":
            break
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert process.returncode == 130, err
    assert out == b""
    assert b"Traceback" not in err
    [checkpoint] = (tmp_path / "home" / "cache" / "checkpoints").iterdir()
    assert checkpoint.read_text() == "half"


@pytest.mark.parametrize("words", [["models"], ["models", "--json"], ["settings"]])
def test_a_reader_that_goes_away(tmp_path: Path, words: list[str]) -> None:
    """As in ``podmix models | head -0``."""
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run([sys.executable, "-m", "podmix", *words], stdout=write, stderr=subprocess.PIPE, timeout=60,
                          check=False, env=environment(tmp_path))
    os.close(write)
    assert done.returncode == 0, done.stderr
    assert done.stderr == b""


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="file names are text there")
def test_names_that_are_no_text(tmp_path: Path) -> None:
    folder = os.fsencode(tmp_path) + b"/caf\xe9"
    os.mkdir(folder)
    name = folder + b"/talk\xff.vtt"
    os.rename(write_vtt(tmp_path / "t.vtt"), name)
    target = folder + b"/best\xfe.vtt"
    done = run(tmp_path, "preview", "-", "--transcript", name, "--json", "--captions", target, program=WITH_STAND_INS)
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert os.fsencode(answer["files"][0]) == target, "the escaped name leads back to the file"
    assert os.path.exists(target)
    missing = run(tmp_path, "preview", folder + b"/none\xff.mp3")
    assert missing.returncode == 1
    assert b"Traceback" not in missing.stderr
    plain = run(tmp_path, "preview", "-", "--transcript", name, "--captions", target, program=WITH_STAND_INS)
    assert plain.returncode == 0, plain.stderr


def test_ascii_terminals(tmp_path: Path) -> None:
    write_vtt(tmp_path / "t.vtt")
    done = run(tmp_path, "preview", "-", "--transcript", "t.vtt", "--title", "Käse", program=WITH_STAND_INS,
               PYTHONIOENCODING="ascii")
    assert done.returncode == 0, done.stderr
    done.stdout.decode("ascii")
