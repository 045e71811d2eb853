"""``osc_in``: what is heard becomes outlets, and what is nonsense stops nothing."""

import contextlib
import queue
import socket
import struct

import pytest
from pythonosc.osc_message_builder import build_msg

from engine.core.clock import VirtualClock
from engine.core.errors import DeviceError, ParameterError
from engine.core.messages import Trigger
from engine.osc.packer import head
from engine.sources.osc_in import OscIn
from tests.limits import LIMIT

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
        while (one := self.heard.get(timeout=LIMIT)) != ("words", "the end"):
            found.append(one)
        return found

    def close(self):
        self.box.close()
        self.mouth.close()


@pytest.fixture
def ear(free_port):
    with contextlib.closing(Ear(free_port)) as one:
        yield one


@pytest.fixture
def ear_at_once(free_port, monkeypatch):
    """Give one for which all comes in one moment, however slowly this machine says it."""
    monkeypatch.setattr("engine.net.listener.SystemClock", VirtualClock)
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


def typed(address, tags, data=b""):
    return head(address, tags) + data


def bundle(*parts):
    body = b"".join(struct.pack(">i", len(part)) + part for part in parts)
    return b"#bundle\0" + bytes(7) + b"\1" + body


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
        (message("/3/xy", [0.25, 0.75]), [("pad_x", 0.25), ("pad_y", 0.75)]),
        (typed("/1/fader1", "h", struct.pack(">q", 3)), [("fader", 3.0)]),
        (typed("/1/fader1", "d", struct.pack(">d", 0.25)), [("fader", 0.25)]),
        (typed("/light", "T"), [("light", True)]),
        (typed("/light", "F"), [("light", False)]),
        (typed("/go", "I"), [("go", Trigger())]),
        (typed("/go", "N"), [("go", Trigger())]),
        (typed("/go", "T"), [("go", Trigger())]),
        (typed("/go", "F"), []),
        (typed("/go", ""), [("go", Trigger())]),
        (typed("/go", "m", bytes(4)), [("go", Trigger())]),
        (typed("/words", "S", b"abc\0"), [("words", "abc")]),
        (typed("/words", "c", b"\0\0\0q"), [("words", "q")]),
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
        (b"hello", "from 127.0.0.1 came what is not OSC: its length"),
        (b"/1/fader1\0\0\0,f\0\0", "not OSC: /1/fader1: it is cut off"),
        (b"/\xff\xfe\0,\0\0\0", "not OSC: /\\xff\\xfe: a text that is not UTF-8"),
        (b"/1/fader1\0\0\0,Q\0\0", 'not OSC: /1/fader1: an argument of type "Q"'),
        (typed("/1/fader1", "I"), "/1/fader1 brought a bang, not a number"),
        (typed("/1/fader1", "N"), "/1/fader1 brought nothing, not a number"),
        (typed("/1/fader1", "r", bytes(4)), "/1/fader1 brought a colour, not a number"),
        (typed("/1/fader1", "m", bytes(4)), "/1/fader1 brought a MIDI message, not a number"),
        (typed("/1/fader1", "t", bytes(8)), "/1/fader1 brought a time tag, not a number"),
        (typed("/1/fader1", "b", bytes(4)), "/1/fader1 brought a blob, not a number"),
        (typed("/1/fader1", "c", b"\0\0\0a"), "/1/fader1 brought 'a', not a number"),
        (typed("/1/fader1", "[]"), "/1/fader1 brought nothing, not a number"),
        (typed("/light", "I"), "/light brought a bang, not a number"),
        (typed("/light", "r", bytes(4)), "/light brought a colour, not a number"),
        (typed("/words", "I"), "/words brought a bang, not a text"),
        (typed("/words", "T"), "/words brought 'True', not a text"),
        (typed("/words", "m", bytes(4)), "/words brought a MIDI message, not a text"),
        (message("/1/fader[1"), '/1/fader[1: "[" is not closed'),
        (message("/1/{a,{b}}"), "/1/{a,{b}}: between { and } stand texts alone"),
        (message("/1/fader[9-1]\x1b"), '/1/fader[9-1]\\x1b: "9-1" runs backwards'),
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
    ear.say(bundle(message("/1/fader1", "loud"), message("/1/fader1", 0.5)))
    assert ear.until_end() == [("fader", 0.5)]


@pytest.mark.parametrize(
    "broken",
    [
        typed("/go", "I"),
        b"/x/bang\0,Q\0\0",
        b"/gr\xf6\xdfe\0\0,f\0\0" + bytes(4),
        b"/words\0\0,s\0\0Gr\xfc\0",
        bundle(b"abcd"),
    ],
)
def test_what_cannot_be_read_does_not_take_its_bundle_with_it(ear, broken):
    ear.say(bundle(message("/1/fader1", 0.5), broken, message("/3/xy", 0.25, 0.75)))
    heard = [one for one in ear.until_end() if one != ("go", Trigger())]
    assert heard == [("fader", 0.5), ("pad_x", 0.25), ("pad_y", 0.75)]


@pytest.mark.parametrize(
    ("address", "names"),
    [
        ("/1/fader*", ["fader"]),
        ("/1/fader?", ["fader"]),
        ("/*/fader1", ["fader"]),
        ("/[0-9]/fader1", ["fader"]),
        ("/{1,3}/{fader1,xy}", ["fader", "pad_x", "pad_y"]),
        ("/*", ["light"]),
        ("/2/*", []),
        ("/*fader1", []),
    ],
)
def test_a_pattern_is_heard_by_all_that_it_means(ear, address, names):
    ear.box.close()
    listen = {name: one for name, one in LISTEN.items() if name not in ("go", "words")}
    listen["end"] = "/the/very/end"
    ear.box = OscIn(port=ear.box.port, listen=listen)
    ear.box.open(ear.emit)
    ear.say(message(address, 0.5, 0.5), message("/the/very/end", 1))
    heard = []
    while (one := ear.heard.get(timeout=LIMIT)) != ("end", 1.0):
        heard.append(one)
    value = {"light": True}
    assert heard == [(name, value.get(name, 0.5)) for name in names]
    assert ear.box.malformed == 0


def test_a_pattern_that_one_cannot_take_is_heard_by_the_others(ear, caplog):
    ear.say(message("/*", "a text"))
    assert ear.until_end() == [("go", Trigger()), ("words", "a text")]
    assert caplog.messages == [
        f"port {ear.box.port}: from 127.0.0.1: /* brought 'a text', not a number"
    ]


ODD = {
    "spaces": "/millumin/layer:My Layer/opacity",
    "accents": "/größe/é",
    "brackets": "/layer[1]/x",
    "braces": "/{a,b}",
    "hash": "/track#1",
    "comma": "/a,b",
}


@pytest.mark.parametrize("name", ODD)
def test_an_address_is_compared_as_it_is(ear, name):
    ear.box.close()
    ear.box = OscIn(port=ear.box.port, listen={**LISTEN, **ODD})
    ear.box.open(ear.emit)
    ear.say(message(ODD[name], 0.5))
    assert ear.until_end() == [(name, 0.5)]


def test_a_pattern_that_means_much_counts_as_much(free_port):
    """A hundred patterns that mean 300 outlets are more than the 20,000 of a sender."""
    listen = {f"n{number}": f"/n/{number}" for number in range(300)}
    heard = queue.Queue()
    with contextlib.closing(OscIn(port=free_port, listen={**listen, "end": "/end"})) as box:
        box._receiver._limiter.rate = 0  # all that is due, and no more as time goes on
        box.open(lambda outlet, *_: heard.put(outlet))
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as mouth:
            for _ in range(100):
                mouth.sendto(message("/n/*", 1), ("127.0.0.1", free_port))
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
            other.sendto(message("/end", 1), ("127.0.0.1", free_port))
        count = 0
        while heard.get(timeout=LIMIT) != "end":
            count += 1
        assert box.malformed > 0
    assert 0 < count <= 20_000


def test_a_flood_of_nonsense_is_said_once(ear_at_once, caplog):
    ear_at_once.say(*[b"nonsense"] * 50)
    ear_at_once.until_end()
    assert ear_at_once.box.malformed == 50
    assert len(caplog.records) == 1


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
        ({"a": "/1/fader*"}, 'listen.a: "/1/fader\\*": name one address, without \\*'),
        ({"a": "fader"}, 'listen.a: an OSC address begins with "/"'),
        (
            {"a": {"address": "/a", "carries": "numbr"}},
            'listen.a: carries: expected one of "number", "switch", "trigger", "text", '
            'got "numbr". Did you mean "number"\\?',
        ),
        ({"a": {"address": "/a", "carries": 3}}, 'listen.a: carries: .*"text", got 3.'),
        ({"a": {"address": "/a", "argument": 0}}, "a whole number of 1 or more, got 0"),
        ({"a": {"address": "/a", "argument": "2"}}, 'a whole number of 1 or more, got "2"'),
        ({"a": {"carries": "text"}}, "listen.a: an address is missing, such as"),
        ({"a": {}}, "listen.a: an address is missing, such as"),
        ({"a": {"address": 3}}, "listen.a: an address is missing, such as"),
        ({"a": {"address": "/a", "carry": "text"}}, 'there is no "carry". Did you mean "carries"'),
        ({"a": {"address": "/a", "x": 1}}, 'no "x". There is: address, carries, argument.'),
    ],
)
def test_what_cannot_be_listened_for_is_said(listen, why):
    with pytest.raises(ParameterError, match=why):
        OscIn(listen=listen)
