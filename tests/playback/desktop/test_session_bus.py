# SPDX-License-Identifier: GPL-3.0-or-later
"""The connection on its bad days, and where the bus is looked for."""

from __future__ import annotations

import logging
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from jeepney import DBusAddress, MessageFlag, new_method_call

from podmix.playback.desktop import session_bus
from podmix.playback.desktop.session_bus import BusConnection, BusService, Call, Refused, session_bus_address
from tests.playback.desktop.private_bus import until
from tests.playback.desktop.scripted_bus import ScriptedBus


@pytest.fixture
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("bus")


@pytest.fixture
def scripted(folder: Path) -> Iterator[ScriptedBus]:
    made = ScriptedBus(folder, grant=lambda name: 3 if name == "a.b" else 1)
    yield made
    made.close()


def answer(call: Call) -> tuple[str, tuple[object, ...]]:
    if call.member == "Fail":
        raise Refused("Failed", "no")
    if call.member == "Break":
        raise RuntimeError("a fault in the program")
    return "s", (call.member,)


@pytest.fixture
def service(scripted: ScriptedBus) -> Iterator[BusService]:
    made = BusService(scripted.address, lambda attempt: f"a.b{attempt or ''}", answer, list, lambda: None,
                      pause_s=0.02)
    made.start()
    scripted.wait_for_guest()
    yield made
    made.close()


def call(member: str) -> bytes:
    message = new_method_call(DBusAddress("/x", bus_name="a.b"), member)
    return message.serialise(serial=9)


def test_a_taken_name_leads_to_the_next_and_a_lost_one_is_taken_again(scripted: ScriptedBus, service: BusService,
                                                                      ) -> None:
    until(lambda: service.name == "a.b1", "the free name was not taken")
    scripted.signal("NameLost", "some.other.name")
    scripted.signal("NameLost", "a.b1")
    until(lambda: scripted.names == ["a.b", "a.b1", "a.b", "a.b1"], "the name was not asked for again")
    until(lambda: service.name == "a.b1", "the name did not come back")
    assert service.attempts == 1


def test_a_call_that_comes_while_a_name_is_asked_for_is_not_forgotten(scripted: ScriptedBus, service: BusService,
                                                                       ) -> None:
    scripted.before_next_grant = call("Early")
    scripted.signal("NameLost", "a.b1")
    assert scripted.heard.get(timeout=10).body == ("Early",)


def test_with_every_name_taken_it_is_tried_again_later(folder: Path) -> None:
    crowded = ScriptedBus(folder, grant=lambda _name: 3)
    made = BusService(crowded.address, lambda attempt: f"a.b{attempt or ''}", answer, list, lambda: None, pause_s=0.02)
    made.start()
    until(lambda: made.attempts >= 2, "it was not tried again")
    assert "taken" in made.problem
    assert made.name == ""
    made.close()
    crowded.close()


def test_a_broken_message_is_passed_over(scripted: ScriptedBus, service: BusService) -> None:
    broken = bytearray(call("Broken"))
    broken[16] = 99  # a header field that does not exist
    scripted.send(bytes(broken) + call("Whole"))
    assert scripted.heard.get(timeout=10).body == ("Whole",)
    assert service.attempts == 1


def test_messages_may_come_in_pieces(scripted: ScriptedBus, service: BusService) -> None:
    data = call("One") + call("Two")
    for at in range(0, len(data), 7):
        scripted.send(data[at:at + 7])
    assert [scripted.heard.get(timeout=10).body[0] for _ in range(2)] == ["One", "Two"]


def test_a_message_that_is_far_too_large_ends_the_connection_and_it_comes_back(scripted: ScriptedBus,
                                                                              service: BusService) -> None:
    huge = bytearray(call("Huge"))
    huge[4:8] = (1 << 27).to_bytes(4, "little")
    scripted.send(bytes(huge))
    scripted.wait_for_guest()
    assert service.attempts == 2


def test_an_end_of_the_bus_is_told_and_tried_again_with_longer_pauses(scripted: ScriptedBus, service: BusService,
                                                                      caplog: pytest.LogCaptureFixture) -> None:
    scripted.close()
    scripted.path.unlink()
    until(lambda: service.problem, "nobody noticed")
    assert service.name == ""
    until(lambda: service.attempts >= 4, "no further attempt")  # after 0.02, 0.04 and 0.08 s
    began, attempts = time.monotonic(), service.attempts
    until(lambda: service.attempts >= attempts + 2, "no further attempt")
    assert time.monotonic() - began > 0.15
    assert not [record for record in caplog.records if record.levelno >= logging.ERROR]


def test_a_fault_in_the_program_is_logged_and_the_player_comes_back(scripted: ScriptedBus, service: BusService,
                                                                   caplog: pytest.LogCaptureFixture) -> None:
    scripted.send(call("Break"))
    scripted.wait_for_guest()
    assert "a fault in the program" in caplog.text
    scripted.send(call("Fine"))
    assert scripted.heard.get(timeout=10).body == ("Fine",)


def test_a_refusal_is_an_error_message(scripted: ScriptedBus, service: BusService) -> None:
    scripted.send(call("Fail"))
    assert scripted.heard.get(timeout=10).body == ("no",)


def test_who_wants_no_reply_gets_none(scripted: ScriptedBus, service: BusService) -> None:
    message = new_method_call(DBusAddress("/x", bus_name="a.b"), "Quiet")
    message.header.flags = MessageFlag.no_reply_expected
    scripted.send(message.serialise(serial=1) + call("Loud"))
    assert scripted.heard.get(timeout=10).body == ("Loud",)


def test_a_bus_that_says_nothing_is_given_up(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session_bus, "PATIENCE_S", 0.05)
    with socket.socket(socket.AF_UNIX) as silent:
        silent.bind(str(folder / "bus"))
        silent.listen()
        with pytest.raises(OSError, match="timed out"):
            BusConnection(f"unix:path={folder / 'bus'}")


@pytest.mark.parametrize("address", ["unix:path=/nonexistent/bus", "tcp:host=localhost,port=1", "autolaunch:",
                                     "disabled", "unix:runtime=yes"])
def test_an_address_that_leads_nowhere_is_an_os_error(address: str) -> None:
    with pytest.raises(OSError):
        BusConnection(address)


def test_where_the_bus_is_looked_for(folder: Path) -> None:
    assert session_bus_address({}) == ""
    assert session_bus_address({"XDG_RUNTIME_DIR": str(folder)}) == ""
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(folder / "bus"))
        assert session_bus_address({"XDG_RUNTIME_DIR": str(folder)}) == f"unix:path={folder}/bus"
    assert session_bus_address({"DBUS_SESSION_BUS_ADDRESS": "unix:path=/a", "XDG_RUNTIME_DIR": str(folder)}) == \
        "unix:path=/a"
