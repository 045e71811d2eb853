"""Every source: alone, offline and live, with its device and without."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from itertools import takewhile
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest
import soundfile
from pythonosc.osc_message_builder import build_msg

from engine import testing
from engine.core.box import Box
from engine.core.clock import ns
from engine.core.commands import Command, SetParameter
from engine.core.context import Context, with_context
from engine.core.errors import DeviceError
from engine.core.event_inlets import read_hand_events
from engine.core.messages import Frame, Message, Ns, OscMessage
from engine.core.parameter import read_parameters
from engine.core.source import Emit, Source, Tape
from engine.runtime import shutdown
from engine.runtime.engine import Engine
from tests.limits import LIMIT
from tests.ports import find_port
from tests.runtime import live_shows

from . import boxes
from .probes import toml

SECONDS = 0.6
MEDIA = Path(__file__).parent.parent / "media" / "jump.mp4"

TAPES = [name for name in boxes.SOURCES if issubclass(boxes.find(name), Tape)]
LISTENERS = ["osc_control", "osc_in", "wekinator_in"]
BY_HAND = [name for name in boxes.SOURCES if read_hand_events(boxes.find(name))]
DEVICES = sorted({*boxes.SOURCES} - {*TAPES} - {*LISTENERS} - {*BY_HAND})
MISSING = {"camera": "device", "microphone": "device", "midi_in": "port"}
"""By which parameter a device is named; ``link`` needs a program, which is not here."""


@pytest.fixture
def given(tmp_path: Path) -> Callable[[str], dict[str, Any]]:
    """Return what a patch says of a source, so that it can be opened here."""

    def parameters(name: str) -> dict[str, Any]:
        if name == "screen":
            return {"display": 64}
        if name in DEVICES:
            return {MISSING[name]: "no such device"} if name in MISSING else {}
        if name in LISTENERS:
            more = {
                "osc_control": {"replies": find_port()},
                "wekinator_in": {"inputs": "/fader"},
            }
            return {**boxes.needed(name), "port": find_port(), **more.get(name, {})}
        return {**boxes.needed(name), **tape(name)}

    def tape(name: str) -> dict[str, Any]:
        if name == "audio_file":
            tone = np.sin(np.arange(8000) / 8).astype(np.float32) / 2
            soundfile.write(tmp_path / "tone.wav", tone, 8000)
            return {"file": str(tmp_path / "tone.wav")}
        if name == "picture_file":
            (tmp_path / "grey.pgm").write_bytes(b"P5 64 64 255\n" + bytes(64 * 64))
            return {"file": str(tmp_path / "grey.pgm")}
        if name == "subtitles":
            (tmp_path / "song.lrc").write_text("[00:00.1]La\n[00:00.2]la", encoding="utf-8")
            return {"file": str(tmp_path / "song.lrc")}
        small = {"width": 64, "height": 64, "seconds": "1 s"}
        own = {"video_file": {"file": str(MEDIA)}, "stand_in": small, "every": {"time": "100 ms"}}
        return own.get(name, {})

    return parameters


class Heard:
    """What a source said."""

    def __init__(self) -> None:
        self.messages: list[tuple[str, Message | Command]] = []
        self._came = threading.Condition()

    def __call__(self, outlet: str, message: Message | Command, at: Ns, cost: int = 0) -> None:
        with self._came:
            self.messages.append((outlet, message))
            self._came.notify()

    def wait(self) -> bool:
        """Wait until something was said."""
        with self._came:
            return self._came.wait_for(lambda: self.messages, LIMIT) != []


def lived(name: str, lives: list[str]) -> type[Box]:
    """Return a source that notes when it is opened and closed."""

    class Lived(boxes.find(name)):  # type: ignore[misc]
        _opens: bool = False

        def open(self, emit: Emit, context: Context) -> None:
            lives.append("open")
            self._opens = True  # some close what is open before they open
            try:
                with_context(super().open, context)(emit)
            finally:
                self._opens = False

        def close(self) -> None:
            lives.extend(["close"] * (not self._opens))
            super().close()

    return Lived


def patch(name: str, parameters: dict[str, Any]) -> str:
    """Write a patch in which all that a source says goes to a collector, beside a metronome."""
    text = '[s]\nuse = "probed"\n'
    text += "".join(f"{key} = {toml(value)}\n" for key, value in parameters.items())
    text += '[metronome]\nuse = "every"\ntime = "20 ms"\n'
    text += '[out]\nuse = "collector"\n[out.send]\nmetronome = "metronome"\n'
    outlets = boxes.fresh(name, **parameters).outlets()
    return text + "".join(f's_{outlet} = "s.{outlet}"\n' for outlet in outlets)


def play(text: str, source: type[Box], until: Callable[[Engine], bool]) -> Engine:
    """Play live until something is so; all is closed in the end, however long that takes."""
    with pytest.MonkeyPatch.context() as patience:
        patience.setattr(shutdown, "PATIENCE", float(LIMIT))
        return live_shows.play(live_shows.live(text, {"probed": source}), until, LIMIT)


def check(source: Source, said: list[tuple[str, Any]]) -> None:
    """Check what a source said against what it declares."""
    for outlet, message in said:
        assert isinstance(message, source.outlet(outlet) | int | float), outlet
    assert boxes.broken([message for _, message in said if not isinstance(message, Frame)]) == []


@pytest.mark.parametrize("name", TAPES)
def test_a_tape_says_what_it_declares_in_order_and_each_time_the_same(
    name: str, given: Any
) -> None:
    takes = []
    until = ns(SECONDS)
    for _ in range(2):
        tape = boxes.fresh(name, **given(name))
        for _ in range(2):
            with_context(tape.open, Context())(Heard())
            tape.close()
        events = list(takewhile(lambda event: event[0] <= until, tape.events()))
        moments = [at for at, _, _ in events]
        assert moments == sorted(moments)
        said = [(outlet, message) for _, outlet, message in events if message is not None]
        check(tape, said)
        takes.append([(at, outlet, summary(message)) for at, outlet, message in events])
    assert takes[0]
    assert takes[0] == takes[1], "two of a kind share nothing"


def summary(message: Any) -> str:
    """Return what can be compared of a message."""
    parts = [np.float64(each) for each in boxes.floats_in(message)]
    return f"{type(message).__name__} {parts}"


@pytest.mark.parametrize("name", TAPES)
@pytest.mark.parametrize("way", ["offline", "live"])
def test_a_tape_is_opened_once_and_closed_once(name: str, way: str, given: Any) -> None:
    lives: list[str] = []
    source = lived(name, lives)
    text = patch(name, given(name))
    if way == "offline":
        engine = testing.play(text, boxes={"probed": source}, seconds=SECONDS).engine
    else:
        engine = play(text, source, told)
    assert [fault.text for fault in engine.metrics.faults] == []
    assert told(engine)
    assert lives == ["open", "close"]


def told(engine: Engine) -> bool:
    """Whether the source under test has said something."""
    collector: Any = engine.states["out"].box
    return any(port != "metronome" for _, port, _ in collector.messages)


class Pushed(Source):
    """A performer's own device, which offline is not even opened."""

    OUT: ClassVar[Mapping[str, type]] = {"number": float}

    def open(self, emit: Emit) -> None:
        raise AssertionError

    def close(self) -> None:
        raise AssertionError


@pytest.mark.parametrize("name", [*DEVICES, *LISTENERS, *BY_HAND, None])
def test_what_only_pushes_is_silent_offline_and_that_is_told_once(
    name: str | None, given: Any, caplog: pytest.LogCaptureFixture
) -> None:
    """Whatever it is, the rest plays as it would beside silence: it is no error."""
    if name is None:
        cls: type[Box] = Pushed
        text = patch("every", {}).replace("s.tick", "s.number")
    else:
        cls, text = boxes.find(name), patch(name, given(name))
    played = testing.play(text, boxes={"probed": cls}, seconds=SECONDS)
    assert played.errors == []
    assert {port for _, port, _ in played.box("out").messages} == {"metronome"}
    told = [record.getMessage() for record in caplog.records]
    assert told == ["s: offline nothing comes in here, so it is silent"]
    assert played.stats["sources"]["s"]["state"] == "silent"


@pytest.mark.parametrize("name", DEVICES)
def test_a_device_that_is_not_there_says_so_in_words(name: str, given: Any) -> None:
    source = boxes.fresh(name, **given(name))
    for _ in range(2):
        with pytest.raises(DeviceError) as error:
            with_context(source.open, Context())(Heard())
        assert len(str(error.value).split()) > 3
        source.close()
    source.reset()
    source.close()


@pytest.mark.parametrize("name", DEVICES)
def test_it_is_tried_again_each_time_closed_and_the_rest_plays_on(name: str, given: Any) -> None:
    lives: list[str] = []
    text = patch(name, given(name))

    def until(engine: Engine) -> bool:
        collector: Any = engine.states["out"].box
        return lives.count("close") >= 3 and len(collector.of("metronome")) >= 3

    engine = play(text, lived(name, lives), until)
    assert engine.metrics.sources["s"].state == "lost"
    assert {fault.box for fault in engine.metrics.faults} == {"s"}
    assert lives == ["open", "close"] * lives.count("close")


@pytest.fixture
def desk() -> Iterator[socket.socket]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as desk:
        yield desk


@pytest.mark.parametrize("name", LISTENERS)
def test_a_listener_opens_twice_hears_and_leaves_its_port(
    name: str, given: Any, desk: socket.socket
) -> None:
    parameters = given(name)
    source, port = boxes.fresh(name, **parameters), parameters["port"]
    for _ in range(2):
        heard = Heard()
        with_context(source.open, Context())(heard)
        desk.sendto(b"\xff" * 7, ("127.0.0.1", port))
        desk.sendto(build_msg("/fader", [float("nan")]).dgram, ("127.0.0.1", port))
        desk.sendto(build_msg("/box/fader", [0.5]).dgram, ("127.0.0.1", port))
        desk.sendto(build_msg("/fader", [0.5]).dgram, ("127.0.0.1", port))
        assert heard.wait()
        source.close()
        source.close()
        (said,) = [message for _, message in heard.messages]
        command = SetParameter("box", "fader", 0.5, getattr(said, "refused", None))
        whole = OscMessage("/fader", (0.5,), kept=False)
        assert said == {"osc_control": command, "wekinator_in": whole}.get(name, 0.5)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
            other.bind(("127.0.0.1", port))  # it has left it


@pytest.mark.parametrize("name", BY_HAND)
def test_a_source_says_what_it_declares_for_each_word_of_a_hand(name: str, given: Any) -> None:
    lives: list[str] = []
    source = lived(name, lives)
    hands = read_hand_events(boxes.find(name))
    values = [(each, boxes.fitting(read_parameters(source)[each])) for each in hands]
    asked = False

    def until(engine: Engine) -> bool:
        nonlocal asked
        if engine.metrics.sources["s"].state == "running" and not asked:
            asked = True
            for command in [SetParameter("s", *each) for each in values] * 2:
                engine.ask("a hand", command)
        return asked and told(engine)

    engine = play(patch(name, given(name)), source, until)
    assert [fault.text for fault in engine.metrics.faults] == []
    assert lives == ["open", "close"]
    collector: Any = engine.states["out"].box
    said = [(port.removeprefix("s_"), one) for _, port, one in collector.messages]
    check(boxes.fresh(name), [each for each in said if each[0] != "metronome"])


@pytest.mark.parametrize("name", LISTENERS)
def test_a_listener_is_opened_once_and_closed_once(name: str, given: Any) -> None:
    lives: list[str] = []
    text = patch(name, given(name))

    def until(engine: Engine) -> bool:
        collector: Any = engine.states["out"].box
        return engine.metrics.sources["s"].state == "running" and bool(collector.of("metronome"))

    engine = play(text, lived(name, lives), until)
    assert [fault.text for fault in engine.metrics.faults] == []
    assert lives == ["open", "close"]
