"""What a box is: Node, Model, Source, Tape, Sink. A box is one class in one file.

A box becomes a keyword-only dataclass by being written; no decorator, no ``super().__init__``.
Its public fields are its parameters (see ``parameter``), fields that begin with ``_`` its state.

    class Louder(Node):
        '''Make a number larger.'''

        by: Annotated[float, Param("how many times", 0, 100)] = 2.0

        def process(self, value: float) -> float:
            return value * self.by

The arguments of ``process`` are the inlets. The first is *hot*: a message there fires the box. The
others give their last value, as in Max and Pure Data; one without a default waits for its first.
An argument ``at: Ns`` is filled with the moment that the hot message describes. ``process`` returns
``None`` for nothing, a NamedTuple for several outlets, or is a generator of several events.

Why no clock: a box that asked for the time would play differently offline. What needs to act
without input says when in ``wake`` and acts in ``on_wake``.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar, Protocol, dataclass_transform

from engine.core.commands import Command
from engine.core.errors import UnknownName
from engine.core.messages import Message, Ns
from engine.core.status import Status
from engine.core.told import Say, Tap, Wire, as_json, both, to_nobody


@dataclass_transform(kw_only_default=True, eq_default=False)
class Box:
    """What every box has: it can be opened, closed, and brought back to its beginning."""

    at_once: ClassVar[bool] = True
    """Whether it begins with the show; a film waits for networks and outputs to be there."""

    alone: ClassVar[bool] = False
    """Whether its device is only there for one at a time: another is opened when it is closed."""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        dataclass(kw_only=True, eq=False)(cls)

    def close(self) -> None:
        """Give back what ``open`` took; may be called twice, and without ``open``."""

    def reset(self) -> None:
        """Forget the past: after a gap, a lost input, a failure."""

    def wake(self) -> Ns | None:
        """Say when ``on_wake`` shall be called though nothing arrives; None for never.

        Asked after every call of ``process``, ``send`` and ``on_wake``. A node on a thread of its
        own is never woken.
        """
        return None


class Node(Box):
    """Turns what arrives into something else."""

    lane: ClassVar[bool] = False
    """Whether it runs on a thread of its own, one message at a time."""

    breaks_cycle: ClassVar[bool] = False
    """Whether it never answers in the moment it is asked, so that a loop may lead through it."""

    lag: ClassVar[float] = 0.0
    """Seconds: how much earlier than its newest input is what it tells about, as one that looks at
    a window of sound does. Shown beside the delay, never added to it."""

    hop: ClassVar[float] = 0.0
    """Seconds of sound from one answer to the next, counted from the first sample of the source: on
    a thread of its own it is not called in between. 0 is whenever something comes."""

    patience: ClassVar[float] = 5.0
    """Seconds that one answer may take on a thread of its own: then the box counts as hung, is left
    to itself, and a fresh one with the same parameters takes its place."""

    process: ClassVar[Callable[..., Any]]

    @property
    def outlasts_loss(self) -> bool | None:
        """Whether what it feeds plays on when its input is lost; None is as what feeds it does."""
        return None

    def lose(self, at: Ns) -> None:
        """Note that the input was lost: called instead of ``reset`` on what outlasts a loss."""

    def outlets(self) -> Mapping[str, type]:
        """Give the types of outlets that follow from its parameters; ``process`` says the rest.

        An outlet without a name is called "".
        """
        return {}

    def open(self) -> None:
        """Get ready, before the first message and on the thread that will call ``process``.

        It is called again between two messages when a network that is ``lighter`` shall take over:
        what was there stays until the other is there, and for good where this raises.
        """

    def on_wake(self, at: Ns) -> Any:
        """Act at the moment asked for; returns what ``process`` returns."""


class Model(Node):
    """A node that runs networks: the same contract, always on a thread of its own."""

    lane: ClassVar[bool] = True

    own_process: ClassVar[bool] = False
    """Whether its thread has it work in a process of its own, where the system can: then what it
    reckons never holds up the interpreter, and where it crashes or hangs it takes nothing along.
    Its parameters, and what goes in and out, are what a recording can hold; it is never closed."""


class Emit(Protocol):
    """How a source hands over a message or a command; may be called from any thread."""

    def __call__(self, outlet: str, message: Message | Command, at: Ns, cost: int = 0) -> None:
        """Hand over what describes the moment ``at``; ``cost`` ns went into decoding it."""
        ...


class Watch(Protocol):
    """How a source is read on the loop, which is sooner there than by way of a thread."""

    def __call__(self, descriptor: int, ready: Callable[[], bool]) -> bool:
        """Have ``ready`` called on the loop whenever a descriptor can be read, until it says False.

        May be called from any thread. Gives False where the loop cannot, as on Windows.
        """
        ...


class Source(Box, ABC):
    """Brings something in: a device pushes it on a thread of its own, or the loop reads it."""

    OUT: ClassVar[Mapping[str, type]] = {}
    """Its outlets by name; a cable that names none takes the first."""

    steady: ClassVar[bool] = False
    """Whether it gives something all the time, so that silence means that it is gone."""

    main_thread: ClassVar[bool] = False
    """Whether it must first be opened on the main thread, where the system asks for permission."""

    def outlets(self) -> Mapping[str, type]:
        """Give the outlets of this instance; those of OUT unless its parameters make others."""
        return self.OUT

    def outlet(self, name: str) -> type:
        """Give the type of one outlet, asked once for each cable; raises UnknownName.

        A source whose outlets follow a pattern, such as one for every MIDI controller, overrides
        this; ``outlets`` then gives those that can be listed.
        """
        outlets = self.outlets()
        if name not in outlets:
            raise UnknownName("output", name, outlets)
        return outlets[name]

    def sets(self) -> Mapping[tuple[str, ...], tuple[str, str]]:
        """Give what it turns as a hand does, to be checked: a box and its parameter by its key."""
        return {}

    def instead(self, live: bool) -> tuple[str, dict[str, Any]] | None:
        """Name the box, and its parameters, that plays in place of this one here; None for itself.

        A camera that was given a file is a video file; "auto" without a camera is the stand-in.
        Raises ParameterError where it cannot play so at all, and says what is missing.
        """
        return None

    def attach(self, watch: Watch) -> None:
        """Take what has the loop read for it, before ``open``; most have a thread that waits."""

    @abstractmethod
    def open(self, emit: Emit) -> None:
        """Begin; raises DeviceError when the device is not there. Emit ``Lost`` when it goes."""


class Remote(Source, ABC):
    """A source of commands, such as OSC control or a page, that is told how the show goes."""

    @abstractmethod
    def report(self, status: Status) -> None:
        """Take a glance at the show, once a second, on the loop; must not block."""

    def tell(self, box: str, text: str) -> None:
        """Take at once what a performer should know, on the loop; must not block."""


class Tape(Source):
    """A source that is pulled: a file, the stand-in, a recording. The runtime keeps its time."""

    at_once: ClassVar[bool] = False

    @property
    def endless(self) -> bool:
        """Whether it says nothing about when a show is over, as a metronome does not."""
        return False

    def open(self, emit: Emit) -> None:
        """Make sure that there is something to pull; raises DeviceError when there is not."""

    @abstractmethod
    def events(self) -> Iterator[tuple[Ns, str, Message]]:
        """Yield (time since the start, outlet, message) in order of time.

        A message None says that nothing comes before that time: who makes pictures says so before
        it makes the next, which is then asked for only just in time.
        """


class Sink(Box, ABC):
    """Sends something out. Each cable into it ends in a port, named as in the patch.

    A second cable into the same port goes by ``NAME#2``, and so on.
    """

    _tap: Tap | None = None
    _taps: tuple[Tap | None, Tap | None] = (None, None)
    _say: Say = to_nobody

    def report_to(self, say: Say) -> None:
        """Have ``say`` take what this output says of itself: ``Lost`` when its device goes."""
        self._say = say

    def tap(self, tap: Tap) -> None:
        """Have ``tap`` told of everything that leaves: {"address": ..., "args": [...]}."""
        self._tell(tap, self._taps[1])

    def overhear(self, wire: Wire) -> None:
        """Have ``wire`` told of the very bytes that leave; here, of what a tap is told, as JSON."""
        said = partial(as_json, wire)
        self._tell(self._taps[0], said)

    def _tell(self, tap: Tap | None, heard: Tap | None) -> None:
        self._taps = tap, heard
        self._tap = partial(both, tap, heard) if tap and heard else tap or heard

    @property
    def lane(self) -> bool:
        """Whether it may block, and so runs on a thread of its own."""
        return False

    def options(self) -> type[Any] | None:
        """Give the dataclass of what a cable into this sink may say beside its ``from``."""
        return None

    @abstractmethod
    def accepts(self, port: str) -> tuple[type, ...]:
        """Give the types that a port takes; raises UnknownName."""

    def plug(self, port: str, carries: type, options: Any) -> None:
        """Learn of a cable before playing: what it carries, and its ``options``.

        Raises ParameterError where they do not fit. Opens nothing: ``check`` calls it too.
        """

    def unplug(self, port: str) -> None:
        """Forget a cable that was taken away while playing; its port has been silenced."""

    def open(self) -> None:
        """Begin; raises DeviceError when the device is not there, and is then called again.

        Emit ``Lost`` by ``self._say`` when it goes: it is closed then, and opened again.
        """

    def open_offline(self) -> None:
        """Begin where time is not real; an instrument, say, is then not played, only tapped."""
        self.open()

    def open_unheard(self) -> None:
        """Begin where nobody shall hear it, as in a replay: what would be sent is only told."""
        self.open_offline()

    @abstractmethod
    def send(self, port: str, message: Message, at: Ns) -> None:
        """Take a message; must not block unless ``lane``."""

    def flush(self, now: Ns) -> None:
        """Send what was collected: everything that belongs to one moment has been given."""

    def on_wake(self, at: Ns) -> None:
        """Act at the moment that ``wake`` asked for."""

    def silence(self, port: str | None = None) -> None:
        """End what sounds on one port, or on all."""
