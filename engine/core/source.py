"""Boxes that bring something in: Source, Remote and Tape."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

from engine.core.box import Box
from engine.core.commands import Command
from engine.core.errors import UnknownName
from engine.core.messages import Message, Ns
from engine.core.status import Status


class Emit(Protocol):
    """How a source hands over a message or a command; may be called from any thread."""

    def __call__(self, outlet: str, message: Message | Command, at: Ns, cost: int = 0) -> None:
        """Hand over what describes the moment ``at``; ``cost`` ns went into decoding it."""
        ...


class AddReader(Protocol):
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

    def fallback(self, live: bool) -> tuple[str, dict[str, Any]] | None:
        """Name the box, and its parameters, that plays in place of this one here; None for itself.

        A camera that was given a file is a video file; "auto" without a camera is the stand-in.
        Raises ParameterError where it cannot play so at all, and says what is missing.
        """
        return None

    def attach(self, watch: AddReader) -> None:
        """Take what has the loop read for it, before ``open``; most have a thread that waits."""

    if TYPE_CHECKING:
        open: ClassVar[Callable[..., None]]
    else:

        @abstractmethod
        def open(self, emit: Emit) -> None:
            """Begin; raise DeviceError when the device is not there. Emit ``Lost`` when it goes.

            ``open(self, emit, context: Context)`` where a context is wanted.
            """


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

    if not TYPE_CHECKING:

        def open(self, emit: Emit) -> None:
            """Make sure that there is something to pull; raise DeviceError when there is not."""

    @abstractmethod
    def events(self) -> Iterator[tuple[Ns, str, Message]]:
        """Yield (time since the start, outlet, message) in order of time.

        A message None says that nothing comes before that time: who makes pictures says so before
        it makes the next, which is then asked for only just in time.
        """
