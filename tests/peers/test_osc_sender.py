"""liblo's oscsend speaks, and the boxes that listen hear it."""

from __future__ import annotations

import contextlib
import queue
import subprocess

import pytest

from engine.core.commands import Panic, SetParameter
from engine.core.messages import Trigger
from engine.sources.osc_control import OscControl
from engine.sources.osc_in import OscIn

pytestmark = pytest.mark.peer("oscsend", "liblo-tools")

WAIT = 30
LISTEN = {
    "fader": "/1/fader1",
    "light": {"address": "/light", "carries": "switch"},
    "go": {"address": "/go", "carries": "trigger"},
    "words": {"address": "/words", "carries": "text"},
}


class Heard(queue.Queue):
    """What a source handed over, in order."""

    def __call__(self, outlet, message, at, cost=0):
        self.put(message)


def oscsend(port, *words):
    subprocess.run(["oscsend", "127.0.0.1", str(port), *words], check=True, timeout=WAIT)


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
    ],
)
def test_what_it_says_is_heard(words, message, free_port):
    heard = Heard()
    with contextlib.closing(OscIn(port=free_port, listen=LISTEN)) as box:
        box.open(heard)
        oscsend(free_port, *words)
        assert heard.get(timeout=WAIT) == message
        assert box.malformed == 0


def test_it_sets_parameters_and_panics(free_port):
    heard = Heard()
    with contextlib.closing(OscControl(port=free_port)) as box:
        box.open(heard)
        oscsend(free_port, "/reach/smooth/amount", "f", "0.5")
        oscsend(free_port, "/panic")
        command = heard.get(timeout=WAIT)
        assert isinstance(command, SetParameter)
        assert (command.box, command.parameter, command.value) == ("reach/smooth", "amount", 0.5)
        assert heard.get(timeout=WAIT) == Panic()
