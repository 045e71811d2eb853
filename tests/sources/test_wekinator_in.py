"""Wekinator's port over real sockets: what is its own is heard, all else told and counted."""

from __future__ import annotations

import queue
import socket
from collections.abc import Iterator

import pytest
from pythonosc.osc_message_builder import build_msg

from engine.core.clock import VirtualClock
from engine.core.commands import Command
from engine.core.errors import DeviceError, ParameterError
from engine.core.kinds import Kind, policy_for
from engine.core.messages import Message, Ns, OscMessage
from engine.osc.wekinator_words import CONTROL
from engine.sources.wekinator_in import BURST, ORDER_BURST, SLOW_BURST, WekinatorIn
from tests.limits import LIMIT

LAST = build_msg(CONTROL + "outputs", [7.0]).dgram


class Port:
    """A source, what it said, and somebody who speaks to it."""

    def __init__(self, free: int, **parameters: object) -> None:
        self.source = WekinatorIn(port=free, **parameters)
        self._said: queue.Queue[OscMessage] = queue.Queue()
        self.source.open(self._hear)
        self._mouth = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._quiet = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)

    def _hear(self, outlet: str, message: Message | Command, at: Ns, cost: int = 0) -> None:
        self._said.put(message)

    def hears(self, *datagrams: bytes) -> list[OscMessage]:
        """Say something; return what came of it, until somebody who says little is heard."""
        for each in datagrams:
            self._mouth.sendto(each, ("127.0.0.1", self.source.port))
        self._quiet.sendto(LAST, ("127.0.0.1", self.source.port))
        found = []
        while (one := self._said.get(timeout=LIMIT)).arguments != (7.0,):
            found.append(one)
        return found

    def close(self) -> None:
        self.source.close()
        self._mouth.close()
        self._quiet.close()


@pytest.fixture
def port(free_port: int) -> Iterator[Port]:
    found = Port(free_port)
    yield found
    found.close()


@pytest.fixture
def port_at_once(free_port: int, monkeypatch: pytest.MonkeyPatch) -> Iterator[Port]:
    """Give one for which all comes in one moment, however slowly this machine says it."""
    monkeypatch.setattr("engine.net.listener.SystemClock", VirtualClock)
    found = Port(free_port)
    yield found
    found.close()


def said(address: str, *arguments: object) -> bytes:
    return build_msg(address, list(arguments)).dgram


def test_inputs_and_orders_are_heard_in_their_order(port: Port) -> None:
    heard = port.hears(
        said("/wek/inputs", 0.5, 1),
        said(CONTROL + "startDtwRecording", 2.0),
        said("/wek/inputs", 0.25, 2),
        said(CONTROL + "loadModelFromFile", 1, "m", "WITHDATA"),
        said("/wek/inputs/bundle", "rows.csv"),
    )
    assert heard == [
        OscMessage("/wek/inputs", (0.5, 1.0), kept=False),
        OscMessage(CONTROL + "startDtwRecording", (2.0,)),
        OscMessage("/wek/inputs", (0.25, 2.0), kept=True),
        OscMessage(CONTROL + "loadModelFromFile", (1.0, "m", "WITHDATA")),
        OscMessage("/wek/inputs/bundle", ("rows.csv",)),
    ]
    assert port.source.malformed == 0


def test_no_input_is_lost_while_it_records_and_the_newest_counts_else(port: Port) -> None:
    one = said("/wek/inputs", 1.0)
    words = ("startRecording", "stopRecording", "startDtwRecording", "startRunning")
    kinds = [policy_for(port.hears(said(CONTROL + word, 1), one)[-1]) for word in words]
    assert kinds == [Kind.LOSSLESS, Kind.LATEST, Kind.LOSSLESS, Kind.LATEST]


@pytest.mark.parametrize(
    "datagram",
    [
        said("/wek/inputs", 1.0, "x"),
        said("/wek/inputs", float("nan")),
        said("/wek/inputs", float("inf")),
        said("/wek/input", 1.0),
        said("/wekinator/control/tran"),
        said("/wekinator/control/startDtwRecording", "one"),
        said("/wek/inputs/bundle", 3),
        said("/"),
        b"/wek/inputs\0,fff\0\0\0\0",
        b"not osc at all, really.",
    ],
)
def test_what_is_wrong_is_left_out_told_and_counted(
    port: Port, datagram: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    assert port.hears(datagram) == []
    assert port.source.malformed == 1
    assert f"port {port.source.port}: from 127.0.0.1" in caplog.text


def test_a_flood_of_inputs_is_heard_in_part(
    port_at_once: Port,
) -> None:
    port = port_at_once
    flood = [said("/wek/inputs", 1.0)] * 500
    count = sum(len(port.hears(*flood)) for _ in range(20))
    assert BURST <= count < 20 * 500
    assert port.source.malformed == 20 * 500 - count


def test_a_flood_of_orders_is_heard_in_part_and_outputs_are_none_of_them(
    port_at_once: Port,
) -> None:
    port = port_at_once
    for word, burst in (("train", SLOW_BURST), ("cancelTrain", ORDER_BURST - SLOW_BURST - 50)):
        before = port.source.malformed
        flood = [said(CONTROL + word)] * (burst + 50)
        heard = port.hears(*flood)
        assert burst <= len(heard) < burst + 50
        assert port.source.malformed - before == len(flood) - len(heard)
    assert len(port.hears(*[said(CONTROL + "outputs", 1.0)] * 500)) == 500


def test_another_address_and_port_and_one_that_is_taken(free_port: int) -> None:
    port = Port(free_port, inputs="/my/numbers")
    assert port.hears(said("/my/numbers", 1.0), said("/my/numbers/bundle", "a")) == [
        OscMessage("/my/numbers", (1.0,), kept=False),
        OscMessage("/my/numbers/bundle", ("a",)),
    ]
    with pytest.raises(DeviceError, match="in use"):
        WekinatorIn(port=port.source.port).open(port._hear)
    port.close()
    with pytest.raises(ParameterError, match="can be reached by strangers"):
        WekinatorIn(host="0.0.0.0")


def test_the_monitor_is_told_what_is_heard_and_what_is_refused(port: Port) -> None:
    heard = []
    port.source.overhear(heard.append)
    port.hears(said("/wek/inputs", 1.0), said(CONTROL + "tran"))
    assert [(one.name, [*one.outlets], bool(one.refused)) for one in heard[:2]] == [
        ("/wek/inputs", ["said"], False),
        (CONTROL + "tran", [], True),
    ]
    assert CONTROL + "train" in port.source.listens_to()
