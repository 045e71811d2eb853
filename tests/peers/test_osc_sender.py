"""liblo's oscsend and SuperCollider speak, and the boxes that listen hear them."""

from __future__ import annotations

import contextlib
import os
import queue
import subprocess

import pytest
from pythonosc.tcp_client import SimpleTCPClient

from engine.core.commands import Panic, SetParameter
from engine.core.messages import Trigger
from engine.sources.osc_control import OscControl
from engine.sources.osc_in import OscIn
from tests.limits import LIMIT

LISTEN = {
    "fader": "/1/fader1",
    "light": {"address": "/light", "carries": "switch"},
    "go": {"address": "/go", "carries": "trigger"},
    "words": {"address": "/words", "carries": "text"},
    "layer": "/millumin/layer:My Layer/opacity",
}
OSCSEND = pytest.mark.peer("oscsend", "liblo-tools")


class Heard(queue.Queue):
    """What a source handed over, in order."""

    def __call__(self, outlet, message, at, cost=0):
        self.put(message)


def oscsend(port, *words):
    subprocess.run(["oscsend", "127.0.0.1", str(port), *words], check=True, timeout=LIMIT)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("/1/fader1", "f", "0.25"), 0.25),
        (("/1/fader1", "d", "0.25"), 0.25),
        (("/1/fader1", "i", "3"), 3.0),
        (("/1/fader1", "h", "3"), 3.0),
        (("/light", "T"), True),
        (("/light", "F"), False),
        (("/go",), Trigger()),
        (("/words", "s", "hello you"), "hello you"),
        (("/words", "S", "hello you"), "hello you"),
        (("/words", "c", "q"), "q"),
        (("/go", "I"), Trigger()),
        (("/go", "N"), Trigger()),
        (("/go", "m", "00903c64"), Trigger()),
        (("/1/fader?", "f", "0.25"), 0.25),
        (("/*/fader*", "f", "0.25"), 0.25),
        (("/{1,2}/fader[1-3]", "f", "0.25"), 0.25),
        (("/millumin/layer:My Layer/opacity", "f", "0.5"), 0.5),
    ],
)
@OSCSEND
def test_what_it_says_is_heard(words, message, free_port):
    heard = Heard()
    with contextlib.closing(OscIn(port=free_port, listen=LISTEN)) as box:
        box.open(heard)
        oscsend(free_port, *words)
        assert heard.get(timeout=LIMIT) == message
        assert box.malformed == 0


@OSCSEND
def test_it_is_heard_over_tcp(free_port):
    heard = Heard()
    with contextlib.closing(OscIn(port=free_port, protocol="tcp", listen=LISTEN)) as box:
        box.open(heard)
        for words in (("/1/fader?", "f", "0.25"), ("/go", "I"), ("/words", "s", "over tcp")):
            url = f"osc.tcp://127.0.0.1:{free_port}/"
            subprocess.run(["oscsend", url, *words], check=True, timeout=LIMIT)
        assert [heard.get(timeout=LIMIT) for _ in range(3)] == [0.25, Trigger(), "over tcp"]


@pytest.mark.parametrize("mode", ["1.0", "1.1"])
def test_python_osc_is_heard_over_tcp_in_both_framings(mode, free_port):
    heard = Heard()
    with contextlib.closing(OscIn(port=free_port, protocol="tcp", listen=LISTEN)) as box:
        box.open(heard)
        with SimpleTCPClient("127.0.0.1", free_port, mode=mode) as client:
            for number in range(500):
                client.send_message("/1/fader1", float(number))
            assert [heard.get(timeout=LIMIT) for _ in range(500)] == list(range(500))


@OSCSEND
def test_it_sets_parameters_by_a_pattern(free_port):
    heard = Heard()
    with contextlib.closing(OscControl(port=free_port)) as box:
        box.offer(["/reach/smooth/amount", "/energy/smooth/amount", "/reach/on"])
        box.open(heard)
        oscsend(free_port, "/{reach,energy}/smooth/*", "f", "0.5")
        commands = [heard.get(timeout=LIMIT) for _ in range(2)]
        assert [one.box for one in commands] == ["reach/smooth", "energy/smooth"]
        assert [one.value for one in commands] == [0.5, 0.5]


SCLANG = """
fork {
    var to = NetAddr("127.0.0.1", %d);
    to.sendMsg('/1/fader*', 0.25);
    to.sendMsg('/go', $I);
    to.sendMsg('/go', $N);
    to.sendBundle(0.1, ['/1/fader?', 0.5], ['/words', "in a bundle"]);
    to.sendMsg('/{1,2}/fader1', $[, 0.75, 1, $]);
    to.sendMsg('/words', "the end");
    1.wait;
    0.exit;
}
"""


@pytest.mark.peer("sclang", "supercollider-language")
def test_supercollider_is_heard(free_port, tmp_path):
    """A character is a type without data there."""
    script = tmp_path / "say.scd"
    script.write_text(SCLANG % free_port)
    heard = Heard()
    headless = {"QT_QPA_PLATFORM": "offscreen", "QTWEBENGINE_DISABLE_SANDBOX": "1"}
    with contextlib.closing(OscIn(port=free_port, listen=LISTEN)) as box:
        box.open(heard)
        speaker = subprocess.Popen(
            ["sclang", "-D", str(script)],
            env={**os.environ, **headless, "HOME": str(tmp_path)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            found = [heard.get(timeout=2 * LIMIT)]
            while found[-1] != "the end":
                found.append(heard.get(timeout=LIMIT))
        finally:
            speaker.kill()
            speaker.wait()
        go = Trigger()
        assert found == [0.25, go, go, 0.5, "in a bundle", 0.75, "the end"]
        assert box.malformed == 0


@OSCSEND
def test_it_sets_parameters_and_panics(free_port):
    heard = Heard()
    with contextlib.closing(OscControl(port=free_port)) as box:
        box.open(heard)
        oscsend(free_port, "/reach/smooth/amount", "f", "0.5")
        oscsend(free_port, "/panic")
        command = heard.get(timeout=LIMIT)
        assert isinstance(command, SetParameter)
        assert (command.box, command.parameter, command.value) == ("reach/smooth", "amount", 0.5)
        assert heard.get(timeout=LIMIT) == Panic()
