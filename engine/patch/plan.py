"""A Plan: what a patch says, checked, typed and put in order, ready to be played.

Why a flat order: between two lanes a message takes plain function calls, one after another; nothing
waits in between, so a replay takes the same way exactly.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from engine.core.box import Box
from engine.core.messages import Ns
from engine.core.parameter import read_parameters
from engine.patch.load import Place, Texts


@dataclass(frozen=True, slots=True)
class Outlet:
    """Where messages come out of a box; ``name`` is "" where it has only one."""

    box: str
    name: str = ""

    def __str__(self) -> str:
        return f"{self.box}.{self.name}" if self.name else self.box


class Into(Enum):
    """What a wire ends in."""

    HOT = "hot"
    COLD = "cold"
    EVENT = "event"
    PARAMETER = "parameter"
    PORT = "port"


@dataclass(frozen=True, slots=True)
class Wire:
    """A cable with nothing on the way: from an outlet, or a part of it, into one end of a box.

    ``options`` is what a cable into an output said beside where it comes from.
    """

    source: Outlet
    part: str
    box: str
    into: Into
    name: str
    carries: Any
    convert: Callable[[Any], Any] | None = None
    options: Any = None


@dataclass
class PlannedBox:
    """One box: the instance made with its parameters, and how it may be called.

    ``hidden`` boxes were put on a cable by the compiler. ``constants`` are inlets that the patch
    gives a fixed value. ``beginning`` are its parameters as the patch has them, by field;
    ``fingerprints`` tell whether files that it reads have changed. ``instead`` is the kind of box
    that plays in its place here. ``state`` are the files that it kept before, by name.
    """

    name: str
    use: str
    box: Box
    values: dict[str, Any]
    on: bool = True
    hidden: bool = False
    constants: dict[str, Any] = field(default_factory=dict)
    place: Place = (None, None)
    fingerprints: tuple[tuple[str, int, int], ...] = ()
    state: dict[str, bytes] = field(default_factory=dict)
    instead: str = ""
    beginning: dict[str, Any] = field(init=False)

    def __post_init__(self) -> None:
        self.exchange(self.box)

    def exchange(self, box: Box) -> None:
        """Put another box in its place."""
        self.box = box
        fields = (parameter.field for parameter in read_parameters(type(box)).values())
        self.beginning = {field: getattr(box, field) for field in fields}


@dataclass(frozen=True, slots=True)
class PlannedStep:
    """One thing to do in an island: call the box of that name, or carry along one wire.

    A wire step sets a parameter or sends to a port.
    """

    box: str
    wire: Wire | None = None


@dataclass(frozen=True)
class Island:
    """All that follows from a message at ``root``, in order."""

    root: Outlet
    steps: tuple[PlannedStep, ...]


@dataclass(frozen=True, slots=True)
class Degradable:
    """One thing of a box that may give way, step by step: "every", or the name of a parameter.

    ``lighter`` are the steps: of how many pictures one is answered; parts of a number; or texts.
    """

    box: str
    what: str
    lighter: tuple[Any, ...]

    @property
    def by_parts(self) -> bool:
        """Whether it is a number that is lowered to parts of itself."""
        return isinstance(self.lighter[0], float)

    @property
    def kind(self) -> str:
        """How it lowers the load: "how often", "how large", "which network"."""
        by_word = "how large" if self.by_parts else "which network"
        return "how often" if isinstance(self.lighter[0], int) else by_word

    def __str__(self) -> str:
        return f"{self.box}.{self.what}"


@dataclass(frozen=True, slots=True)
class Deadline:
    """How late what leaves may be, and what gives way, in this order, when it is later.

    With ``slowest_first`` the slower of two boxes is asked before the other.
    """

    within: Ns
    order: tuple[Degradable, ...]
    slowest_first: bool


@dataclass(frozen=True)
class Plan:
    """A patch ready to be played: its boxes in the order written, its wires, its islands.

    ``texts`` are what it was made of; ``private`` says that no picture may leave while it plays.
    """

    title: str
    boxes: dict[str, PlannedBox]
    wires: tuple[Wire, ...]
    islands: dict[Outlet, Island]
    deadline: Deadline | None = None
    texts: Texts | None = None
    private: bool = False
