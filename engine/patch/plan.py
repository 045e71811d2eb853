"""A Plan: a checked, typed and ordered patch, ready to be played.

Why a flat order: between two lanes a message passes by plain function calls and never waits, so a
replay takes exactly the same path.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from engine.core.box import Box
from engine.core.errors import Problem
from engine.core.messages import Ns
from engine.core.parameter import read_parameters
from engine.patch.load import Place, Texts
from engine.patch.machines import MachineSpec
from engine.patch.part import Part
from engine.patch.positions import KeyPath


@dataclass(frozen=True, slots=True)
class Outlet:
    """An output of a box; ``name`` is "" where there is only one."""

    box: str
    name: str = ""

    def __str__(self) -> str:
        return f"{self.box}.{self.name}" if self.name else self.box


class Into(Enum):
    """What a wire ends in. MORE is a further cable into the first inlet, as ``merge`` has them."""

    HOT = "hot"
    MORE = "more"
    COLD = "cold"
    EVENT = "event"
    PARAMETER = "parameter"
    PORT = "port"


FEEDS = (Into.HOT, Into.MORE)
"""What comes there goes on through the box."""

MORE = "more"
"""The event inlet of a box that takes several cables as one: the second is ``more``, the third
``more#2``."""


@dataclass(frozen=True, slots=True)
class Wire:
    """A connection without stages: from an outlet, or a part of its message, to one end of a box.

    ``options`` are those of a cable into a sink; ``label`` is what the patch calls it, or "".
    """

    source: Outlet
    part: str
    box: str
    into: Into
    name: str
    carries: Any
    convert: Callable[[Any], Any] | None = None
    options: Any = None
    label: str = ""


@dataclass
class PlannedBox:
    """One box: its instance, and how it is called.

    ``hidden`` boxes were inserted on a cable by the compiler. ``constants`` are inlets with a fixed
    value, ``places`` those of the keys that the patch writes. ``initial`` holds the parameters as
    the patch sets them, by field; ``fingerprints`` identify the versions of the files it reads.
    ``fallback`` is the class name of the fallback source that plays in its place, or "". ``cls`` is
    the class that ``use`` names, whatever plays. ``state`` are the files that it kept before, by
    name. ``path`` is where it is written: its table, and of a link of its chain the key in it.
    ``label`` is what the patch calls it, or ""; with ``keep`` a hand's changes go along to the
    other patches of a set, as do those of the links of its chain. ``machine`` is where it plays, ""
    at home.
    """

    name: str
    use: str
    box: Box
    values: dict[str, Any]
    on: bool = True
    hidden: bool = False
    places: dict[str, Place] = field(default_factory=dict)
    label: str = ""
    keep: bool = False
    constants: dict[str, Any] = field(default_factory=dict)
    place: Place = (None, None)
    path: KeyPath = ()
    fingerprints: tuple[tuple[str, int, int], ...] = ()
    state: dict[str, bytes] = field(default_factory=dict)
    fallback: str = ""
    machine: str = ""
    cls: type[Box] = field(init=False)
    initial: dict[str, Any] = field(init=False)

    def __post_init__(self) -> None:
        self.cls = type(self.box)
        self.replace(self.box)

    def replace(self, box: Box) -> None:
        """Replace the instance."""
        self.box = box
        fields = (parameter.field for parameter in read_parameters(type(box)).values())
        self.initial = {field: getattr(box, field) for field in fields}


@dataclass(frozen=True, slots=True)
class PlannedStep:
    """One step of an island: call the named box, or carry a message along one wire.

    A wire step sets a parameter or sends to a port.
    """

    box: str
    wire: Wire | None = None


@dataclass(frozen=True)
class Island:
    """All steps that follow from a message at ``root``, in order."""

    root: Outlet
    steps: tuple[PlannedStep, ...]


@dataclass(frozen=True, slots=True)
class Degradable:
    """A property of a box that can be degraded step by step: "every", or a parameter's name.

    ``lighter`` holds the steps: one in N pictures (int), factors of a number (float), or choices
    (str).
    """

    box: str
    what: str
    lighter: tuple[Any, ...]

    @property
    def by_parts(self) -> bool:
        """Whether it is a number that is scaled by factors."""
        return isinstance(self.lighter[0], float)

    @property
    def kind(self) -> str:
        """What it lowers: "how often", "how large" or "which network"."""
        by_word = "how large" if self.by_parts else "which network"
        return "how often" if isinstance(self.lighter[0], int) else by_word

    def __str__(self) -> str:
        return f"{self.box}.{self.what}"


@dataclass(frozen=True, slots=True)
class Deadline:
    """The longest latency allowed (ns), and what is degraded, in order, when it is exceeded.

    With ``slowest_first`` the slower of two boxes is degraded first.
    """

    within: Ns
    order: tuple[Degradable, ...]
    slowest_first: bool


def group_of(name: str) -> str:
    """Return the visible box of one of its links, or of a hidden box on its cables."""
    return name.partition("/")[0].partition(".")[0]


@dataclass(frozen=True)
class Plan:
    """A patch ready to be played: its boxes in patch order, its wires, its islands.

    The wires into the ports of an output stand in the order in which the patch writes them.

    ``texts`` are what it was compiled from; while ``private``, no picture leaves. ``warnings`` tell
    what is hardly meant, though it plays. ``said`` holds what was said beside the texts, such as
    "--set reach.joint=nose", by the key that it set.

    ``machines`` are those that the patch names; ``gives`` holds the types of the outlets of each
    box. A plan that is one machine's part of a patch has the ``whole``; ``here`` are the machines
    whose boxes play at home meanwhile. ``aliases`` are the outlets of boxes elsewhere that arrive
    here, and where; ``parts`` is what each other machine plays.
    """

    title: str
    boxes: dict[str, PlannedBox]
    wires: tuple[Wire, ...]
    islands: dict[Outlet, Island]
    deadline: Deadline | None = None
    texts: Texts | None = None
    private: bool = False
    warnings: tuple[Problem, ...] = ()
    said: dict[KeyPath, str] = field(default_factory=dict)
    machines: Mapping[str, MachineSpec] = field(default_factory=dict)
    gives: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    whole: Plan | None = None
    here: frozenset[str] = frozenset()
    aliases: Mapping[Outlet, Outlet] = field(default_factory=dict)
    parts: Mapping[str, Part] = field(default_factory=dict)

    @property
    def elsewhere(self) -> dict[str, PlannedBox]:
        """The boxes of the whole patch that do not play in this part of it; hidden ones aside."""
        if self.whole is None:
            return {}
        boxes = self.whole.boxes.items()
        return {n: box for n, box in boxes if n not in self.boxes and not box.hidden}

    @property
    def is_spread(self) -> bool:
        """Whether boxes of it play on several machines."""
        return any(planned.machine for planned in self.boxes.values())
