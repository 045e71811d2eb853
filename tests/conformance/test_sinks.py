"""Every output in all three ways of opening: it takes all that it accepts, and ends what sounds."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from engine.core.clock import SECOND, ns
from engine.core.contents import without_numbers
from engine.core.context import Context, with_context
from engine.core.errors import DeviceError
from engine.core.messages import Note, Ns, Trigger
from engine.core.sink import Sink
from engine.osc.parse import packet
from tests.limits import LIMIT

from . import boxes

WAYS = ["open", "open_offline", "open_muted"]
MIDI = ["notes", "10/notes", "note36", "cc74", "cc1:14", "bend", "pressure", "program", "clock"]
PROGRAMS = ("ndi", "spout", "syphon", "virtual_camera")
PORTS = {
    "midi_out": [*MIDI, "start", "stop", "continue", "show_control"],
    "osc_out": ["/in"],
    "collector": ["in"],
    "psn_out": ["in"],
    "speaker": ["in"],
    "visitors": ["in"],
    **{name: ["in"] for name in (*PROGRAMS, "video_writer", "web_view", "window")},
}
"""The ports of an output, of each sort one."""
NO_DEVICE = {
    "midi_out": {"port": "no such port"},
    **{name: {} for name in ("spout", "syphon", "virtual_camera")},
    "video_writer": {"file": "no such folder/film.mp4"},
    "visitors": {"file": "no such folder/visitors.csv"},
    "speaker": {"device": "no such loudspeaker"},
    "window": {"display": "no such display"},
}
OUTPUTS = [*boxes.SINKS, "osc_out tcp"]
REAL = {(name, "open") for name in ("midi_out", "speaker", "window", *PROGRAMS)}
"""Need an instrument, a display, a loudspeaker, another program: tests/peers/test_midi.py,
test_window.py and test_speaker.py have real ones, tests/sinks/test_ndi.py where its extra is."""
OPENINGS = [(name, way) for name in OUTPUTS for way in WAYS if (name, way) not in REAL]


@pytest.fixture
def make(free_port: int, tmp_path: Path) -> Iterator[Callable[[str], Sink]]:
    """Make an output; what it sends by OSC over TCP is taken by somebody."""
    with socket.create_server(("127.0.0.1", free_port)):

        def one(name: str) -> Sink:
            use, *protocol = name.split()
            more = {"to": f"127.0.0.1:{free_port}"} if use == "osc_out" else {}
            more |= {"file": str(tmp_path / "film.mp4")} if use == "video_writer" else {}
            more |= {"file": str(tmp_path / "visitors.csv")} if use == "visitors" else {}
            sink = boxes.fresh(use, **more, **({"protocol": "tcp"} if protocol else {}))
            assert isinstance(sink, Sink)
            return sink

        yield one


class Tapped:
    """What left an output, and what of it still sounds."""

    def __init__(self, sink: Sink) -> None:
        self.sent: list[tuple[str, dict[str, Any]]] = []
        sink.tap(lambda port, what: self.sent.append((port, what)))

    @property
    def sounding(self) -> set[tuple[object, ...]]:
        """The notes that were begun and not ended, by MIDI or by OSC."""
        last = dict(self._notes())
        return {note for note, sounds in last.items() if sounds}

    @property
    def begun(self) -> bool:
        """Whether any note was begun."""
        return any(sounds for _, sounds in self._notes())

    def _notes(self) -> Iterator[tuple[tuple[object, ...], bool]]:
        for port, what in self.sent:
            if "midi" in what:
                status, *rest = what["midi"]
                if status & 0xE0 == 0x80:
                    yield (port, status & 0x0F, rest[0]), bool(status & 0x10 and rest[1])
            elif len(what["args"]) >= 2 and isinstance(what["args"][1], int | float):
                yield (port, what["args"][0]), what["args"][1] > 0


def opened(sink: Sink, way: str) -> None:
    """Open an output; where that needs a device that is not here, it says so in words."""
    with_context(getattr(sink, way), Context())()


def kinds(sink: Sink, port: str) -> list[type]:
    """Return the kinds that a port takes."""
    return boxes.kinds_of(sink.accepts(port))


@pytest.mark.parametrize(("name", "way"), OPENINGS)
def test_it_takes_all_that_it_accepts_and_silence_ends_what_sounds(
    name: str, way: str, make: Callable[[str], Sink]
) -> None:
    use = name.split(maxsplit=1)[0]
    for port in PORTS[use]:
        for kind in kinds(make(name), port):
            sink = make(name)
            tapped = Tapped(sink)
            sink.plug(port, kind, None)
            for life in range(2):
                opened(sink, way)
                play(sink, port, kind, Ns(life * 100 * SECOND))
                sink.silence(port)
                sink.silence()
                sink.flush(Ns((life * 100 + 50) * SECOND))
                assert kind is not Note or use == "collector" or tapped.sounding == set()
                if (due := sink.wake()) is not None:  # to look after a connection, say
                    before = len(tapped.sent)
                    sink.on_wake(due)
                    assert len(tapped.sent) == before, "nothing is left to be ended"
                sink.close()
                sink.close()
            assert kind is not Note or use == "collector" or tapped.begun, "something did sound"
            assert boxes.broken(numbers(tapped)) == []
            sink.unplug(port)


def numbers(tapped: Tapped) -> list[float]:
    """Return the numbers that left."""
    values = [each for _, what in tapped.sent for each in what.get("args", ())]
    return [each for each in values if isinstance(each, float)]


def play(sink: Sink, port: str, kind: type, begin: Ns) -> None:
    """Send examples of a kind, one without numbers among them, and wake when that is asked for."""
    at = begin
    messages = boxes.series(kind, 3)
    if not isinstance(sink, boxes.find("collector")):  # which keeps whatever it is given
        messages.insert(1, without_numbers(messages[0]))
    for message in messages:
        at = Ns(at + ns(0.01))
        sink.send(port, message, at)
        sink.flush(at)
        due = sink.wake()
        if due is not None and due <= at:
            sink.on_wake(at)


@pytest.mark.parametrize("way", WAYS[1:])
def test_a_struck_note_and_a_press_end_by_themselves(way: str, make: Callable[[str], Sink]) -> None:
    for name, port in (("midi_out", "note36"), ("osc_out", "/in")):
        sink = make(name)
        tapped = Tapped(sink)
        sink.plug(port, Trigger, None)
        opened(sink, way)
        sink.send(port, Trigger(), Ns(0))
        sink.flush(Ns(0))
        due = sink.wake()
        assert due is not None
        before = len(tapped.sent)
        sink.on_wake(due)
        assert len(tapped.sent) == before + 1
        assert sink.wake() is None
        assert name == "osc_out" or tapped.sounding == set()
        sink.close()


@pytest.mark.parametrize("name", sorted(NO_DEVICE))
def test_a_device_that_is_not_there_is_said_in_words_and_it_may_be_opened_again(name: str) -> None:
    sink = boxes.fresh(name, **NO_DEVICE[name])
    for _ in range(2):
        with pytest.raises(DeviceError) as error:
            opened(sink, "open")
        assert len(str(error.value).split()) > 3
        sink.silence()
        sink.close()


def test_what_was_opened_muted_is_heard_when_it_is_opened(make: Callable[[str], Sink]) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as ear:
        ear.bind(("127.0.0.1", 0))
        ear.settimeout(LIMIT)
        sink = boxes.fresh("osc_out", to=f"127.0.0.1:{ear.getsockname()[1]}")
        sink.plug("/in", float, None)
        for way, value in (("open_muted", 0.25), ("open", 0.5)):
            opened(sink, way)
            sink.send("/in", value, Ns(0))
            sink.flush(Ns(0))
            sink.close()
        assert packet(ear.recv(4096)) == [("/in", [0.5])]


@pytest.mark.parametrize("name", OUTPUTS)
def test_two_of_a_kind_share_nothing(name: str, make: Callable[[str], Sink]) -> None:
    use = name.split(maxsplit=1)[0]
    port = PORTS[use][0]
    one, other = make(name), make(name)
    tapped = Tapped(other)
    for sink in (one, other):
        sink.plug(port, kinds(sink, port)[0], None)
        opened(sink, "open_muted")
    play(one, port, kinds(one, port)[0], Ns(0))
    assert tapped.sent == []
    assert other.wake() is None
    for sink in (one, other):
        sink.close()
