"""A port over real sockets: who may speak is heard, and no more than may be."""

import contextlib
import queue
import socket
import struct

import pytest
from pythonosc.osc_message_builder import build_msg

from engine.net.access import SenderFilter
from engine.net.listener import LONG, RESERVED, TOGETHER
from engine.net.rate_limit import RateLimiter
from engine.net.receiver import Receiver
from tests.limits import LIMIT

ONE = build_msg("/one", 1).dgram
END = build_msg("/end").dgram


def own_address():
    """Find an address of this machine that is not the loopback; asking sends nothing."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        try:
            asking.connect(("203.0.113.1", 9))
        except OSError:
            pytest.skip("this machine is in no network")
        return asking.getsockname()[0]


class Port:
    """A receiver, what it heard, and somebody who speaks to it from some address."""

    def __init__(self, port, host, allow, rates):
        self.heard = queue.Queue()
        self.refused = {}
        self.costs = {}
        self.gate = SenderFilter(host, allow)
        self.receiver = Receiver(self.hear, self.gate, rates)
        self.receiver.open(host, port)
        self.port = port

    def hear(self, address, arguments, host, at):
        self.receiver.pay(self.costs.get(address, 0))
        if address in self.refused:
            raise ValueError(self.refused[address])
        self.heard.put((address, host))

    def say(self, *datagrams, by="127.0.0.1"):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as mouth:
            mouth.bind((by, 0))
            mouth.connect((by, self.port))
            for datagram in datagrams:
                mouth.send(datagram)

    def until_end(self):
        found = []
        while (one := self.heard.get(timeout=LIMIT))[0] != "/end":
            found.append(one)
        return found


@pytest.fixture
def open_port(free_port):
    with contextlib.ExitStack() as stack:

        def open_one(host="127.0.0.1", allow=None, rates=None):
            port = Port(free_port, host, allow, rates or RateLimiter(1000, 1000))
            stack.callback(port.receiver.close)
            return port

        yield open_one


def test_strangers_are_counted_and_told_once_and_this_machine_is_heard(open_port, caplog):
    own = own_address()
    port = open_port("0.0.0.0", ["203.0.113.7"])
    port.say(*[ONE] * 30, by=own)
    port.say(ONE, END)
    assert port.until_end() == [("/one", "127.0.0.1")]
    assert (port.gate.rejected, port.receiver.malformed) == (30, 0)
    assert caplog.messages == [
        f'port {port.port}: {own} is not heard; allow = ["{own}"] would let it speak'
    ]


def test_who_is_named_is_heard(open_port):
    own = own_address()
    port = open_port("0.0.0.0", [own])
    port.say(ONE, END, by=own)
    assert port.until_end() == [("/one", own)]


def bundle(*parts):
    body = b"".join(struct.pack(">i", len(part)) + part for part in parts)
    return b"#bundle\0" + bytes(7) + b"\1" + body


@pytest.mark.parametrize("datagrams", [[ONE] * 150, [bundle(*[ONE] * 10)] * 15, [b"no"] * 150])
def test_who_says_too_much_is_cut_and_told_and_others_are_heard(open_port, caplog, datagrams):
    port = open_port(rates=RateLimiter(rate=0, burst=100))
    port.say(*datagrams)
    port.say(END)
    heard = len(port.until_end())
    assert heard == (0 if datagrams[0] == b"no" else 100)
    assert port.receiver.malformed >= 5
    assert caplog.messages[0].startswith(f"port {port.port}: ")


@pytest.fixture
def unopened():
    """Give a receiver that is spoken to directly, and what it heard; no time gives more."""
    heard = []
    gate, rates = SenderFilter("127.0.0.1", None), RateLimiter(rate=0, burst=1000)
    return Receiver(lambda address, args, host, at: heard.append(host), gate, rates), heard


FLOODERS = [f"127.0.0.{last}" for last in range(2, 7)]


def test_all_together_have_a_due_beside_that_of_each(unopened, caplog):
    """Five who say no more than is theirs; in all that is more than one port takes."""
    receiver, heard = unopened
    receiver._reserved.burst = 0
    for _ in range(600):
        for host in FLOODERS:
            receiver._take(ONE, host, 5000)
    assert len(heard) == TOGETHER * 1000
    assert receiver.malformed == 5 * 600 - len(heard)
    assert caplog.messages[0] == (
        "port 0: 127.0.0.2 and others say more than 0 things a second; the rest is left out"
    )


def test_many_who_flood_do_not_silence_one_who_does_not(unopened):
    receiver, heard = unopened
    for _ in range(1000):
        for host in FLOODERS:
            receiver._take(ONE, host, 5000)
    assert len(heard) == TOGETHER * 1000 + len(FLOODERS) * RESERVED
    for _ in range(RESERVED):
        receiver._take(ONE, "127.0.0.9", 5000)
    assert heard.count("127.0.0.9") == RESERVED


def test_a_long_packet_counts_as_several_messages(open_port):
    long = build_msg("/long", "x" * 8 * LONG).dgram
    port = open_port(rates=RateLimiter(rate=0, burst=20))
    port.say(*[long] * 5)
    port.say(END)
    assert len(port.until_end()) == 2


def test_who_is_heard_may_count_as_more_and_is_then_cut(open_port, caplog):
    port = open_port(rates=RateLimiter(rate=0, burst=100))
    port.costs["/one"] = 50
    port.say(*[ONE] * 5)
    port.say(END)
    assert len(port.until_end()) == 1
    assert "says more than 0 things a second; the rest is left out" in caplog.text


def test_a_packet_that_is_too_long_is_refused(open_port, caplog):
    port = open_port()
    port.say(build_msg("/long", "x" * 16_360).dgram, build_msg("/long", "x" * 16_380).dgram, END)
    assert port.until_end() == [("/long", "127.0.0.1")]
    assert "it has more than 16384 bytes" in caplog.text


def test_control_characters_do_not_reach_the_log(open_port, caplog):
    port = open_port()
    port.refused["/evil"] = "\x1b[2Jgone\nport 1: all is well"
    port.say(build_msg("/evil").dgram, END)
    port.until_end()
    told = "\\x1b[2Jgone\\nport 1: all is well"
    assert caplog.messages == [f"port {port.port}: from 127.0.0.1: {told}"]
