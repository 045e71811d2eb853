"""What an interruptible box emitted for later is taken back when its work is called off."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from engine.core.clock import ns
from engine.core.messages import Later, Ns, Trigger
from engine.core.node import Node
from engine.testing import Script, play

PATCH = """
[clock]
use = "every"
time = "{time}"
[late]
use = "every"
time = "250 ms"
[box]
use = "slowly"
from = "clock"
{more}
[out]
use = "collector"
send = {{ said = "box" }}
"""


class Slowly(Node):
    """Say five numbers, one each tenth of a second."""

    lane: ClassVar[bool] = True
    interruptible: ClassVar[bool] = True
    calls_off: ClassVar[frozenset[str]] = frozenset({"stop"})

    _text: int = 0

    def process(self, trigger: Trigger, *, at: Ns) -> Iterator[Later[float]]:
        self._text += 1
        for number in range(5):
            yield Later(Ns(at + ns(number / 10)), 10.0 * self._text + number)

    def on_stop(self, stop: Trigger) -> float:
        return -1.0

    def on_wait(self, wait: Trigger) -> float:
        return -2.0


def said(time: str, more: str = "", script: Script = ()) -> list[tuple[float, float]]:
    patch = PATCH.format(time=time, more=more)
    played = play(patch, script, seconds=0.9, boxes={"slowly": Slowly})
    assert played.errors == []
    return [(sent.t, sent.args[0]) for sent in played.sent("out")]


def test_a_newer_message_takes_back_what_was_to_come() -> None:
    told = said("350 ms")
    assert [number for _, number in told] == [10, 11, 12, 13, 20, 21, 22, 23, 30, 31, 32]


def test_an_event_that_calls_off_does_too_and_another_does_not() -> None:
    stopped = said("10 s", "stop = { from = 'late' }")
    assert [number for _, number in stopped if number > 0] == []  # it came at 0, too
    waited = said("10 s", "wait = { from = 'late' }")
    assert [number for _, number in waited if number > 0] == [10, 11, 12, 13, 14]
