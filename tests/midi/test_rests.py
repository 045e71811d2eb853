"""That nothing has come for a while is told behind the last message, whenever that came."""

import queue

from engine.midi import port_process
from engine.midi.frames import MOMENT, RECEIVED
from engine.midi.port_process import Hearing
from engine.system.framing import Unframer
from tests.limits import LIMIT

COARSE = (0xB0, 1, 64)
"""The first half of a number, which may wait for the other one."""
MESSAGES = 5


def test_a_half_that_comes_as_a_rest_is_told_rests_as_well(monkeypatch):
    monkeypatch.setattr(port_process, "LONG_REST", port_process.SHORT_REST)
    told = queue.Queue()
    left = MESSAGES

    def write(frame):
        nonlocal left
        ((kind, payload),) = Unframer().feed(frame)
        assert kind == RECEIVED
        is_rest = len(payload) == MOMENT.size
        if is_rest and left:
            left -= 1
            hearing(COARSE)
        told.put("rest" if is_rest else "half")

    hearing = Hearing(write)
    hearing(COARSE)
    heard = [told.get(timeout=LIMIT) for _ in range(2 * MESSAGES + 2)]
    assert heard.count("rest") == heard.count("half") == MESSAGES + 1
