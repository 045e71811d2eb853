"""Streams over real sockets: packets in either framing, and what is none of it."""

import contextlib
import queue
import socket

import pytest
from pythonosc.osc_message_builder import build_msg
from test_receiver import own_address

from engine.core.errors import DeviceError
from engine.net.access import SenderFilter
from engine.net.rate_limit import RateLimiter
from engine.net.stream_receiver import CONNECTIONS, StreamReceiver
from engine.osc.framing import FRAME
from tests.limits import LIMIT

RATES = RateLimiter(1e6, 1e6)


class Port:
    """A receiver, what it heard, and those who are connected to it."""

    def __init__(self, port, stack, rates=None):
        self.port = port
        self.stack = stack
        self.heard = queue.Queue()
        self.gate = SenderFilter("127.0.0.1", None)
        self.receiver = StreamReceiver(self.hear, self.gate, rates or RATES)
        self.receiver.open("127.0.0.1", port)
        stack.callback(self.receiver.close)

    def hear(self, address, arguments, host, at):
        self.heard.put((address, *arguments))

    def connect(self):
        connection = socket.create_connection(("127.0.0.1", self.port), timeout=LIMIT)
        return self.stack.enter_context(connection)

    def next(self, count=1):
        return [self.heard.get(timeout=LIMIT) for _ in range(count)]


@pytest.fixture
def port(free_port):
    with contextlib.ExitStack() as stack:
        yield Port(free_port, stack)


def say(connection, framing, address, *arguments):
    connection.sendall(FRAME[framing](build_msg(address, arguments).dgram))


@pytest.mark.parametrize("framing", ["length", "slip"])
def test_each_is_heard_in_its_own_framing(port, framing):
    first, second = port.connect(), port.connect()
    other = {"length": "slip", "slip": "length"}[framing]
    for number in range(100):
        say(first, framing, "/first", number)
        say(second, other, "/second", number)
    heard = port.next(200)
    for name in ("/first", "/second"):
        assert [n for address, n in heard if address == name] == list(range(100))
    assert port.receiver.malformed == 0


@pytest.mark.parametrize("framing", ["length", "slip"])
def test_a_packet_may_come_byte_by_byte(port, framing):
    connection = port.connect()
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    for byte in FRAME[framing](build_msg("/a", [192, 219]).dgram):
        connection.sendall(bytes([byte]))
    assert port.next() == [("/a", 192, 219)]


@pytest.mark.parametrize(
    ("garbage", "why"),
    [
        (b"\xc0nonsense\xc0", 'an OSC address begins with "/"'),
        (b"\xc0/a\xdb/b\xc0", "a byte after ESC that SLIP does not have"),
        (b"\xc0" + b"x" * 40_000 + b"\xc0", "more than 32768 bytes without an END"),
        (b"\xc0/n\0\0,s\0\0Gr\xfc\0\xc0", "/n: a text that is not UTF-8"),
        (b"\xc0" + b"/" * 20_000 + b"\xc0", "it has more than 16384 bytes"),
    ],
)
def test_after_garbage_slip_is_heard_again(port, caplog, garbage, why):
    connection = port.connect()
    connection.sendall(garbage)
    say(connection, "slip", "/a", 1)
    assert port.next() == [("/a", 1)]
    assert port.receiver.malformed == 1
    assert caplog.messages == [f"port {port.port}: from 127.0.0.1 came what is not OSC: {why}"]


def test_who_has_lost_the_lengths_is_hung_up_on_and_may_come_again(port, caplog):
    connection = port.connect()
    say(connection, "length", "/a", 1)
    assert port.next() == [("/a", 1)]
    connection.sendall(b"\x7f" * 8)
    assert connection.recv(1) == b""
    assert "a packet of 2139062143 bytes; what follows cannot be understood" in caplog.text
    say(port.connect(), "length", "/a", 2)
    assert port.next() == [("/a", 2)]


def test_a_stranger_is_hung_up_on_and_told_once(free_port, caplog):
    own = own_address()
    with contextlib.ExitStack() as stack:
        port = Port(free_port, stack)
        port.receiver.close()
        port.receiver = StreamReceiver(
            port.hear, gate := SenderFilter("0.0.0.0", ["203.0.113.7"]), RATES
        )
        stack.callback(port.receiver.close)
        port.receiver.open("0.0.0.0", free_port)
        for _ in range(3):
            with socket.create_connection((own, free_port), LIMIT, (own, 0)) as stranger:
                assert stranger.recv(1) == b""
        say(port.connect(), "slip", "/a", 1)
        assert port.next() == [("/a", 1)]
        assert gate.rejected == 3
    assert caplog.messages == [
        f'port {free_port}: {own} is not heard; allow = ["{own}"] would let it speak'
    ]


def test_who_goes_leaves_room_for_another(port):
    for number in range(2 * CONNECTIONS):
        connection = port.connect()
        say(connection, "slip", "/a", number)
        assert port.next() == [("/a", number)]
        connection.close()


def test_no_more_are_connected_than_there_is_room_for(port, caplog):
    connected = [port.connect() for _ in range(CONNECTIONS)]
    for number, connection in enumerate(connected):
        say(connection, "slip", "/a", number)
    port.next(CONNECTIONS)
    assert port.connect().recv(1) == b""
    assert caplog.messages == [
        f"port {port.port}: 127.0.0.1 is not heard: {CONNECTIONS} are connected already"
    ]


def test_who_says_too_much_is_cut_and_told(free_port, caplog):
    with contextlib.ExitStack() as stack:
        port = Port(free_port, stack, RateLimiter(rate=0, burst=100))
        connection = port.connect()
        for number in range(150):
            say(connection, "slip", "/a", number)
        connection.shutdown(socket.SHUT_WR)
        assert connection.recv(1) == b"", "all of it was read"
        assert port.next(100) == [("/a", number) for number in range(100)]
        say(port.connect(), "slip", "/end")
        assert port.next() == [("/end",)]
        assert "says more than 0 things a second; the rest is left out" in caplog.text


def test_it_opens_and_closes_twice_with_somebody_connected(port):
    for _ in range(3):
        connection = port.connect()
        say(connection, "length", "/a", 1)
        port.next()
        port.receiver.close()
        assert connection.recv(1) == b""
        port.receiver.close()
        port.receiver.open("127.0.0.1", port.port)


def test_a_port_in_use_is_said(port):
    other = StreamReceiver(port.hear, port.gate, RateLimiter(1, 1))
    with pytest.raises(DeviceError, match=f"port {port.port} is in use"):
        other.open("127.0.0.1", port.port)
    other.close()


def test_one_that_is_woken_by_a_sender_as_it_is_to_stop_leaves_its_port(port):
    port.receiver._stop = True
    port.connect()  # before it is woken to see that
    port.receiver._thread.join(LIMIT)
    port.receiver.close()
    port.receiver.open("127.0.0.1", port.port)
    say(port.connect(), "slip", "/a")
    assert port.next() == [("/a",)]
