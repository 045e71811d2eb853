"""Boxes that bring messages in: Source, Remote and Tape."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

from engine.core.box import Box
from engine.core.commands import Command
from engine.core.errors import UnknownName
from engine.core.messages import Message, Ns
from engine.core.set_target import SetTarget, Shown, Watched
from engine.core.status import Status


class Emit(Protocol):
    """Emits a message or a command of a source; may be called on any thread."""

    def __call__(self, outlet: str, message: Message | Command, at: Ns, cost: int = 0) -> None:
        """Emit a message that describes the moment ``at``; decoding it took ``cost`` ns."""
        ...


class AddReader(Protocol):
    """Registers a descriptor of a source with the loop, which is faster than a reading thread."""

    def __call__(self, descriptor: int, ready: Callable[[], bool]) -> bool:
        """Call ``ready`` on the loop whenever a descriptor is readable, until it returns False.

        May be called on any thread. Return False where the loop cannot do so, as on Windows.
        """
        ...


class Source(Box, ABC):
    """Brings messages in: a device pushes them on a thread of its own, or the loop reads them."""

    OUT: ClassVar[Mapping[str, type]] = {}
    """The types of its outlets by name; a cable that names none takes the first."""

    steady: ClassVar[bool] = False
    """Whether it emits all the time, so that silence means that it is lost."""

    main_thread: ClassVar[bool] = False
    """Whether it must first be opened on the main thread, where the system asks for permission."""

    def outlets(self) -> Mapping[str, type]:
        """Return the types of the outlets by name: OUT, unless they depend on parameters."""
        return self.OUT

    def outlet(self, name: str) -> type:
        """Return the type of one outlet, called once for each cable; raise UnknownName.

        A source whose outlets follow a pattern, such as one for every MIDI controller, overrides
        this; ``outlets`` then returns those that can be listed.
        """
        outlets = self.outlets()
        if name not in outlets:
            raise UnknownName("output", name, outlets)
        return outlets[name]

    def sets(self) -> Mapping[tuple[str, ...], SetTarget]:
        """Return the parameters that it sets by commands, by the keys that say so."""
        return {}

    @property
    def acts(self) -> bool:
        """Whether it sets parameters of other boxes, or sends other commands."""
        return bool(self.sets())

    def shows(self) -> Mapping[str, Watched]:
        """Return what it wants to be told about by ``show``, by names of its own."""
        return {}

    def show(self, now: Mapping[str, Shown]) -> None:
        """Take how all that stands now, again and again, on the loop; must not block."""

    def fallback(self, live: bool) -> tuple[str, dict[str, Any]] | None:
        """Return (use, parameters) of the box that plays in place of this one; None for itself.

        A camera whose device is a file is a video file; "auto" without a camera is the stand-in.
        Raise ParameterError, which says what is missing, when neither can play.
        """
        return None

    def attach(self, watch: AddReader) -> None:
        """Take the registration of readers on the loop, before ``open``; most sources ignore it."""

    if TYPE_CHECKING:
        open: ClassVar[Callable[..., None]]
    else:

        @abstractmethod
        def open(self, emit: Emit) -> None:
            """Start emitting; raise DeviceError when the device is missing.

            Emit ``Lost`` when the device goes away. ``open(self, emit, context: Context)`` where a
            context is wanted.
            """


class Remote(Source, ABC):
    """A source of commands, such as OSC control or a page, that gets status reports."""

    @property
    def acts(self) -> bool:
        """Whether it sends commands: always."""
        return True

    @abstractmethod
    def report(self, status: Status) -> None:
        """Take a status report, once a second, on the loop; must not block."""

    def offer(self, addresses: Sequence[str]) -> None:
        """Take the addresses of all that it may set: "/box/parameter", "/box/on".

        On the loop, before the show and whenever another patch takes over; must not block.
        """

    def tell(self, box: str, text: str) -> None:
        """Take a notice for the performer, on the loop; must not block."""


class Tape(Source):
    """A source that is pulled: a file, the stand-in, a recording. The runtime paces it."""

    at_once: ClassVar[bool] = False

    @property
    def endless(self) -> bool:
        """Whether it never ends a show, such as a metronome."""
        return False

    @property
    def repeats(self) -> bool:
        """Whether it has nothing to show that was not shown; offline, a show may then end."""
        return self.endless

    if not TYPE_CHECKING:

        def open(self, emit: Emit) -> None:
            """Check that there is something to pull; raise DeviceError when there is not."""

    @abstractmethod
    def events(self) -> Iterator[tuple[Ns, str, Message]]:
        """Yield (time since the start, outlet, message) in order of time.

        A message None means that nothing comes before that time. A source that renders pictures
        yields it before each one, so that the picture is rendered only when it is due.
        """
