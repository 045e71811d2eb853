"""Boxes that compute: Node and Model. A box is one class in one file.

A subclass becomes a keyword-only dataclass by itself; no decorator, no ``super().__init__``.
Its public fields are its parameters (see ``parameter``), fields that begin with ``_`` its state.

    class Louder(Node):
        '''Make a number larger.'''

        by: Annotated[float, Param("how many times", 0, 100)] = 2.0

        def process(self, value: float) -> float:
            return value * self.by

The arguments of ``process`` are the inlets. The first is *hot*: a message there calls the box. The
others hold their last value, as in Max and Pure Data; one without a default waits for its first.
A hot one with a default needs no cable.
An argument ``at: Ns`` is filled with the moment that the hot message describes, and ``mask_at: Ns``
with that of what the inlet ``mask`` holds, 0 before its first. A painting is of the moment of the
picture that was painted, so one can tell which that was. ``process`` returns
``None`` for nothing, a NamedTuple for several outlets, or is a generator of several events. An
event may be for a later moment: ``Later(at, message)``.

Another inlet of a kind that is never lost (a note, a trigger, a text) is an *event inlet*: a method
``on_NAME``, which is called for each message, and returns what ``process`` may return:

        def on_record(self, record: Trigger) -> None:
            self._examples.append(self._newest)

Why no clock: a box that reads the time would play differently offline. A box that must act without
input returns the moment from ``wake`` and acts in ``on_wake``.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Mapping
from dataclasses import field
from typing import TYPE_CHECKING, Any, ClassVar, Final

from engine.core.box import Box
from engine.core.messages import Ns
from engine.core.parameter import read_parameters
from engine.core.skeletons import Skeleton, point_names

_log = logging.getLogger("sensorium")

Rectangle = tuple[float, float, float, float]
"""Left, bottom, width and height, in parts of a picture."""
WHOLE: Final[Rectangle] = (0.0, 0.0, 1.0, 1.0)


class Node(Box):
    """Turns messages into other messages."""

    lane: ClassVar[bool] = False
    """Whether it runs on a thread of its own, one message at a time."""

    own_process: ClassVar[bool] = False
    """Whether its thread has it work in a process of its own, where the system can: then what it
    reckons never holds up the interpreter, and where it crashes or hangs it takes nothing along.
    Only of a box with a lane; its parameters, and what goes in and out, are what a recording can
    hold; it is never closed."""

    breaks_cycle: ClassVar[bool] = False
    """Whether it never answers in the moment it is asked, so that a loop may lead through it."""

    self_starting: ClassVar[bool] = False
    """Whether ``on_wake`` is called as soon as it is open, though nothing has come: to say how it
    stands, or to play by itself. Only of a box without a lane."""

    hop: ClassVar[float] = 0.0
    """Seconds of sound from one answer to the next, counted from the first sample of the source: on
    a thread of its own it is not called in between. 0 is whenever something comes."""

    patience: ClassVar[float | None] = 5.0
    """Seconds that one answer may take on a thread of its own: then the box counts as hung, is left
    behind, and a fresh one with the same parameters takes its place and over what waits. None for a
    box that may take as long as it likes."""

    warm_up: ClassVar[float] = 0.0
    """Seconds that the first answer after ``open`` may take beyond its patience."""

    interruptible: ClassVar[bool] = False
    """Whether a newer first input calls off the work at hand and what waits, on a thread of its
    own: ``process`` is a generator, which is closed at its next ``yield``. What it emitted for a
    later moment is taken back."""

    calls_off: ClassVar[Collection[str]] = ()
    """Event inlets of a box with a lane that call off the work at hand, what waits, and what it
    said for later; then they are called like any other."""

    process: ClassVar[Callable[..., Any]]

    _warned: set[str] = field(default_factory=set)

    def is_news(self, message: Any) -> bool:
        """Return whether a first input calls off the work at hand, of a box that is interruptible.

        Asked on the loop, before the message waits for its turn: it reads, and changes nothing.
        """
        return True

    @property
    def lag(self) -> float:
        """Seconds from a change of its input until it says so, of what it has, as by a window.

        Half of a step is a change. What people are shown as ms behind counts it.
        """
        return 0.0

    @property
    def holds_on_loss(self) -> bool | None:
        """Whether what it feeds plays on when its input is lost; None is as what feeds it does."""
        return None

    def on_input_lost(self, at: Ns) -> None:
        """React to the loss of the input; called instead of ``reset`` when ``holds_on_loss``."""

    def let_go(self, at: Ns) -> Any:
        """Let go of who or what is there, and return what tells so, as ``process`` may.

        Called when the input is lost, before ``reset``; when all that it hears from has ended; and
        when the box is switched off. Asked twice, it has nothing more to tell. Not asked of a box
        with a lane: see ``at_rest``.
        """

    def at_rest(self, outlet: str, said: Any) -> Any:
        """Return what is so at an outlet of a box with a lane that hears nothing any more.

        It is said in place of what the box ``said`` there last; None where that may stand. Asked
        when ``let_go`` would be, on the loop while the box may work: it reads, and changes nothing.
        Landmarks and detections need it not: they show nobody then.
        """
        return None

    def tell_once(self, warning: str, *values: object) -> None:
        """Log a warning with its ``values``, the first time only that this box has it to say."""
        if warning not in self._warned:
            self._warned.add(warning)
            _log.warning(warning, *values)

    def needs(self) -> Collection[str]:
        """Return the inlets beside the first without which it says nothing, by its parameters.

        ``check`` asks a patch for them, as for a value inlet without a default.
        """
        return ()

    def cut(self, columns: int, rows: int) -> Rectangle:
        """Return which part of a picture of that size shows in the one that it gives.

        More than the whole where it leaves room beside it. Asked on the thread of the page: it
        reads, and changes nothing.
        """
        return WHOLE

    def outlets(self) -> Mapping[str, type]:
        """Return the types of outlets that depend on parameters; ``process`` declares the others.

        An outlet without a name is called "".
        """
        return {}

    def part_names(self) -> Mapping[str, Collection[str]]:
        """Return by outlet the parts of its messages, where only parameters say which there are.

        A cable that takes another part of one is an error.
        """
        return {}

    def lacks(self, skeleton: Skeleton) -> Mapping[str, str]:
        """Return by parameter what a skeleton has not that it asks for, such as 'no "wrist"'.

        ``check`` asks where it is known whose points come to the first inlet.
        """
        parameters = read_parameters(type(self)).values()
        named = [each for each in parameters if each.param.more is point_names]
        asked = ((each.name, getattr(self, each.field)) for each in named)
        return {name: lack for name, part in asked if part and (lack := skeleton.lack(part))}

    if TYPE_CHECKING:
        open: ClassVar[Callable[..., None]]
    else:

        def open(self) -> None:
            """Get ready, before the first message; ``open(self, context: Context)`` where wanted.

            A box with a lane is opened on the thread, or in the process, that will call it. It is
            called again between two messages when a network that is ``lighter`` is to take over:
            what was there stays until the other is there, and for good where this raises.
            """

    def on_wake(self, at: Ns) -> Any:
        """Act at the moment that ``wake`` returned; return what ``process`` may return."""


class Model(Node):
    """A node that runs networks: the same contract, always on a thread of its own."""

    lane: ClassVar[bool] = True
