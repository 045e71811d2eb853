"""The values that an output is made to send so that somebody sees or learns it.

A number moves over the whole range of its cable, and back; switches, triggers and notes go on and
off. A full test has more: notes and a pitch climb a scale, a pose dances as the stand-in does, a
text is the name of the output, and of any other kind of message comes the example that it was
registered with. No picture is made up.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from engine.core.clock import MILLISECOND, SECOND
from engine.core.kinds import is_picture, message_type
from engine.core.messages import Message, Note, Person, Pitch, Pose, Trigger
from engine.core.tuning import hz_of
from engine.patch.plan import Into, Plan, Wire

STEP: Final = 40 * MILLISECOND
PERIOD: Final = 4 * SECOND
BEAT: Final = SECOND // 2
"""A note or switch changes twice a second."""

MIDDLE_C: Final = 60
VELOCITY: Final = 100
SCALE: Final = (0, 2, 4, 5, 7, 9, 11, 12, 11, 9, 7, 5, 4, 2)
"""Semitones above middle C: up and down a major scale."""

_LEVEL: Final = 0.8

Values = Callable[[int], Iterator[Message]]
"""Yields the messages of a moment, given the ns since the beginning."""


def _nothing(_: int) -> Iterator[Message]:
    return iter(())


@dataclass(frozen=True, slots=True)
class Signal:
    """What an output is made to send: ``values`` are asked for every ``every`` ns.

    ``words`` says it to people; ``rest`` gives what brings it to rest at a moment.
    """

    every: int
    values: Values
    words: str
    rest: Values = _nothing


def make_signal(plan: Plan, wire: Wire, name: str, *, full: bool) -> Signal | None:
    """Return the signal of a cable into an output called ``name``; None where none can be made.

    ``full`` is a test; otherwise only what a program can learn moves.
    """
    carries = wire.carries
    if carries in (int, float):
        return _sweep(*range_of(plan, wire), whole=carries is int)
    if carries is bool:
        return Signal(BEAT, lambda passed: iter((_first_half(passed),)), "on and off")
    if carries is Trigger:
        return Signal(BEAT, _triggers, "a trigger each second")
    if carries is Note:
        return _notes(scale=full)
    return _more(carries, name) if full else None


def range_of(plan: Plan, wire: Wire) -> tuple[float, float]:
    """Return the range of an output: that of its scale stage, or 0 to 1."""
    while plan.boxes[wire.source.box].hidden:
        hidden = plan.boxes[wire.source.box]
        if hidden.use == "scale":
            low, high = hidden.values.get("to", (0.0, 1.0))
            return float(low), float(high)
        wire = next(w for w in plan.wires if w.box == hidden.name and w.into is Into.HOT)
    return 0.0, 1.0


def _sweep(low: float, high: float, *, whole: bool) -> Signal:
    def values(passed: int) -> Iterator[Message]:
        wave = 0.5 - 0.5 * math.cos(2 * math.pi * passed / PERIOD)
        value = low + (high - low) * wave
        yield round(value) if whole else value

    return Signal(STEP, values, f"from {low:g} to {high:g} and back")


def _triggers(passed: int) -> Iterator[Message]:
    if _first_half(passed):
        yield Trigger()


def _notes(*, scale: bool) -> Signal:
    def note(passed: int) -> int:
        return MIDDLE_C + SCALE[passed // (2 * BEAT) % len(SCALE)] if scale else MIDDLE_C

    def values(passed: int) -> Iterator[Message]:
        yield Note(note(passed), VELOCITY if _first_half(passed) else 0)

    def rest(passed: int) -> Iterator[Message]:
        yield Note(note(passed), 0)

    words = "a scale from middle C" if scale else "middle C, again and again"
    return Signal(BEAT, values, words, rest)


def _more(carries: Any, name: str) -> Signal | None:
    """Return the signal of what moves only in a full test."""
    if carries is str:
        return Signal(2 * BEAT, lambda _: iter((name,)), f'the text "{name}"')
    if carries is Pitch:
        return Signal(
            STEP, _sung, "a scale from middle C", lambda _: iter((_pitch(MIDDLE_C, on=False),))
        )
    if carries is Pose:
        return Signal(
            STEP, _dance(), "the pose of the stand-in dancer", lambda _: iter((Pose((), 1.0),))
        )
    known = message_type(carries) if isinstance(carries, type) else None
    if known is None or known.example is None or is_picture(carries):
        return None
    example = known.example() if callable(known.example) else known.example
    return Signal(BEAT, lambda _: iter((example,)), f"{known.words}, always the same")


def _sung(passed: int) -> Iterator[Message]:
    note = MIDDLE_C + SCALE[passed // (2 * BEAT) % len(SCALE)]
    yield _pitch(note, on=passed % (2 * BEAT) < 2 * BEAT - 4 * STEP)


def _pitch(note: int, *, on: bool) -> Pitch:
    level = _LEVEL if on else 0.0
    return Pitch(hz_of(note), float(note), 1.0 if on else 0.0, on, level, 0.5)


def _dance() -> Values:
    # Not before: it takes 60 ms, which most shows never need; during a test all else is silent.
    from engine.synthetic.stage_scene import Scene

    width, height = 64, 36
    scene = Scene(1, "plain", 0.0, "solo", 0, width, height)

    def values(passed: int) -> Iterator[Message]:
        people = tuple(Person(one.slot, one.id, one.joints) for one in scene.cast(passed / SECOND))
        yield Pose(people, width / height)

    return values


def _first_half(passed: int) -> bool:
    return (passed // BEAT) % 2 == 0
