"""``osc_in``: what is heard becomes outlets, and what is nonsense stops nothing."""

import contextlib
import queue
import socket
import struct

import pytest
from pythonosc.osc_message_builder import build_msg

from engine.core.errors import DeviceError, ParameterError
from engine.core.messages import Trigger
from engine.sources.osc_in import OscIn

LISTEN = {
    "fader": "/1/fader1",
    "go": {"address": "/go", "carries": "trigger"},
    "words": {"address": "/words", "carries": "text"},
    "light": {"address": "/light", "carries": "switch"},
    "pad_x": "/3/xy",
    "pad_y": {"address": "/3/xy", "argument": 2},
}


class Ear:
    """A box that listens, its messages, and somebody who speaks to it."""

    def __init__(self, port):
        self.box = OscIn(port=port, listen=LISTEN)
        self.heard = queue.Queue()
        self.box.open(self.emit)
        self.mouth = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.mouth.connect(("127.0.0.1", port))

    def emit(self, outlet, message, at, cost=0):
        self.heard.put((outlet, message))

    def say(self, *datagrams):
        for datagram in datagrams:
            self.mouth.send(datagram)

    def until_end(self):
        """Give all that was heard up to a last message, which is not given."""
        self.say(build_msg("/words", "the end").dgram)
        found = []
        while (one := self.heard.get(timeout=5)) != ("words", "the end"):
            found.append(one)
        return found

    def close(self):
        self.box.close()
        self.mouth.close()


@pytest.fixture
def ear(free_port):
    with contextlib.closing(Ear(free_port)) as one:
        yield one


def test_its_outlets_are_what_it_listens_for():
    assert OscIn(listen=LISTEN).outlets() == {
        "fader": float,
        "go": Trigger,
        "words": str,
        "light": bool,
        "pad_x": float,
        "pad_y": float,
    }


def message(address, *arguments):
    return build_msg(address, arguments).dgram


@pytest.mark.parametrize(
    ("datagram", "heard"),
    [
        (message("/1/fader1", 0.5), [("fader", 0.5)]),
        (message("/1/fader1", 1), [("fader", 1.0)]),
        (message("/1/fader1", True), [("fader", 1.0)]),
        (message("/1/fader1", 0.5, "rest"), [("fader", 0.5)]),
        (message("/1/fader2", 0.5), []),
        (message("/go"), [("go", Trigger())]),
        (message("/go", 1), [("go", Trigger())]),
        (message("/go", 0.25), [("go", Trigger(0.25))]),
        (message("/go", 0), []),
        (message("/words", "hé"), [("words", "hé")]),
        (message("/light", 1), [("light", True)]),
        (message("/light", False), [("light", False)]),
        (message("/3/xy", 0.25, 0.75), [("pad_x", 0.25), ("pad_y", 0.75)]),
    ],
)
def test_what_is_heard(ear, datagram, heard):
    ear.say(datagram)
    assert ear.until_end() == heard
    assert ear.box.malformed == 0


def test_a_bundle_for_the_year_2036_is_heard_now(ear):
    part = message("/1/fader1", 0.5)
    ear.say(b"#bundle\0" + b"\xff" * 8 + (struct.pack(">i", len(part)) + part) * 2)
    assert ear.until_end() == [("fader", 0.5)] * 2


@pytest.mark.parametrize(
    ("datagram", "said"),
    [
        (b"hello", "a packet from 127.0.0.1 that is not OSC: its length"),
        (b"/1/fader1\0\0\0,f\0\0", "not OSC: it is cut off"),
        (b"/\xff\xfe\0,\0\0\0", "not OSC: 'utf-8'"),
        (bytes(16_384), "not OSC: an OSC address begins"),
        (bytes(60_000), "not OSC: it has more than 16384 bytes"),
        (b"#bundle\0" + bytes(7) + b"\1\xff\xff\xff\xfc", "not OSC: a part of a bundle"),
        (message("/1/fader1", "loud"), "/1/fader1 brought 'loud', not a number"),
        (message("/1/fader1"), "/1/fader1 brought nothing, not a number"),
        (message("/1/fader1", float("nan")), "/1/fader1 brought nan, which is no number"),
        (message("/1/fader1", float("inf")), "/1/fader1 brought inf, which is no number"),
        (message("/go", float("nan")), "/go brought nan"),
        (message("/light", "on"), "/light brought 'on', not a number"),
        (message("/3/xy"), "/3/xy brought nothing"),
    ],
)
def test_nonsense_is_counted_and_said_and_stops_nothing(ear, caplog, datagram, said):
    ear.say(datagram, message("/1/fader1", 0.5))
    assert ear.until_end() == [("fader", 0.5)]
    assert ear.box.malformed == 1
    assert said in caplog.text


def test_one_wrong_message_does_not_take_its_bundle_with_it(ear):
    parts = [message("/1/fader1", "loud"), message("/1/fader1", 0.5)]
    body = b"".join(struct.pack(">i", len(part)) + part for part in parts)
    ear.say(b"#bundle\0" + bytes(7) + b"\1" + body)
    assert ear.until_end() == [("fader", 0.5)]


def test_a_flood_of_nonsense_is_said_once(ear, caplog):
    ear.say(*[b"nonsense"] * 50)
    ear.until_end()
    assert ear.box.malformed == 50
    assert len(caplog.records) <= 2


def test_a_port_in_use_is_said(ear):
    with pytest.raises(DeviceError, match=f"port {ear.box.port} is in use"):
        OscIn(port=ear.box.port, listen=LISTEN).open(ear.emit)


def test_it_opens_and_closes_twice(ear):
    ear.box.close()
    ear.box.close()
    ear.box.open(ear.emit)
    ear.say(message("/1/fader1", 0.5))
    assert ear.until_end() == [("fader", 0.5)]


@pytest.mark.parametrize(
    ("listen", "why"),
    [
        ({}, "listen: nothing to hear"),
        ({"a": "fader"}, 'listen.a: an OSC address begins with "/"'),
        ({"a": {"address": "/a", "carries": "numbr"}}, "listen.a: .*numbr"),
        ({"a": {"address": "/a", "argument": 0}}, "listen.a: .*1"),
        ({"a": {"carries": "text"}}, "listen.a: .*address"),
        ({"a": {"address": "/a", "carry": "text"}}, "listen.a: .*carry"),
    ],
)
def test_what_cannot_be_listened_for_is_said(listen, why):
    with pytest.raises(ParameterError, match=why):
        OscIn(listen=listen)
