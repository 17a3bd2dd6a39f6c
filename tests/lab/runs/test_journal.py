# SPDX-License-Identifier: GPL-3.0-or-later
"""The journal: whatever cuts it off, what was appended before is read, and appending goes on."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from podmix.lab.runs.journal import Journal, read_journal


def test_lines_come_back_in_order_and_numbers_that_json_lacks_have_names(tmp_path: Path) -> None:
    with Journal(tmp_path / "j") as journal:
        journal.append("a", value=float("nan"), deep={"b": [1, (2, 3)]})
        journal.append("b", text="ä\n")
    first, second = read_journal(tmp_path / "j")
    assert first == {"n": 0, "kind": "a", "value": "nan", "deep": {"b": [1, [2, 3]]}}
    assert second["text"] == "ä\n"


@given(cut=st.integers(0, 400), junk=st.binary(max_size=40))
def test_any_cut_loses_at_most_the_lines_it_touches(tmp_path_factory, cut: int, junk: bytes) -> None:
    path = tmp_path_factory.mktemp("j") / "journal"
    with Journal(path) as journal:
        for number in range(8):
            journal.append("metrics", step=number)
    whole = path.read_bytes()
    path.write_bytes(whole[:cut] + junk)
    kept = list(read_journal(path))
    assert [line["step"] for line in kept if "step" in line] == list(range(len(kept)))
    assert len(kept) >= whole[:cut].count(b"\n")
    with Journal(path) as journal:
        journal.append("metrics", step=len(kept))
    assert [line["step"] for line in read_journal(path)] == list(range(len(kept) + 1))


def test_a_killed_process_loses_nothing_that_it_appended(tmp_path: Path) -> None:
    program = ("import sys; from pathlib import Path; from podmix.lab.runs.journal import Journal\n"
               "j = Journal(Path(sys.argv[1])); n = 0\n"
               "while True:\n    j.append('m', step=n); n += 1; print(n, flush=True)\n")
    running = subprocess.Popen([sys.executable, "-c", program, str(tmp_path / "j")], stdout=subprocess.PIPE)
    assert running.stdout is not None
    for line in running.stdout:
        said = int(line)
        if said >= 50:
            break
    os.kill(running.pid, signal.SIGKILL)
    running.wait()
    running.stdout.close()
    assert len(list(read_journal(tmp_path / "j"))) >= said
