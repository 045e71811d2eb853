"""Boxes that tests play: small enough to know what must come of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, ClassVar, NamedTuple

import numpy as np

from engine import testing
from engine.core.box import Box
from engine.core.clock import ns
from engine.core.errors import ModelError
from engine.core.messages import Block, Frame, Mask, Message, Note, Ns, Pitch, Pose
from engine.core.node import Model, Node
from engine.core.parameter import Fixed, Param
from engine.core.sink import Sink
from engine.core.source import Tape
from engine.testing import Played, Script

RATE = 48_000


class Numbers(Tape):
    """Say numbers, one every ``step``, the first after ``start``."""

    OUT: ClassVar[Mapping[str, type]] = {"number": float}

    values: list[float]
    step: Annotated[float, Param(unit="s")] = 0.1
    start: Annotated[float, Param(unit="s")] = 0.0

    def events(self) -> Iterator[tuple[Ns, str, Message]]:
        for index, value in enumerate(self.values):
            yield ns(self.start + index * self.step), "number", float(value)


class Pictures(Tape):
    """Say numbered pictures: every pixel of picture 3 is 3."""

    OUT: ClassVar[Mapping[str, type]] = {"frame": Frame}

    count: int = 10
    fps: float = 10.0

    def events(self) -> Iterator[tuple[Ns, str, Message]]:
        for index in range(self.count):
            yield ns(index / self.fps), "frame", picture(index)


class Film(Tape):
    """Show a black picture, again and again."""

    OUT: ClassVar[Mapping[str, type]] = {"frame": Frame}

    fps: float
    seconds: float

    def events(self) -> Iterator[tuple[Ns, str, Message]]:
        for index in range(round(self.seconds * self.fps)):
            yield ns(index / self.fps), "frame", Frame(np.zeros((2, 2, 3), np.uint8))


class Sound(Tape):
    """Say blocks of 10 ms of sound; ``gap`` is the number of a block that is missing."""

    OUT: ClassVar[Mapping[str, type]] = {"sound": Block}

    count: int = 20
    gap: int = -1

    def events(self) -> Iterator[tuple[Ns, str, Message]]:
        length = RATE // 100
        for index in range(self.count):
            if index != self.gap:
                samples = np.full(length, index, np.float32)
                yield ns(index * 0.01), "sound", Block(samples, RATE, index * length)


class Odd(Tape):
    """Say whatever it is given, of whatever type, 10 ms apart."""

    OUT: ClassVar[Mapping[str, type]] = {"out": object}

    _said: ClassVar[list[Any]] = []

    def events(self) -> Iterator[tuple[Ns, str, Message]]:
        for index, message in enumerate(self._said):
            yield ns(index * 0.01), "out", message


class Double(Node):
    """Twice the number."""

    by: Annotated[float, Param("how many times", -10, 10)] = 2.0

    def process(self, value: float) -> float:
        return self.by * value


class Add(Node):
    """Its first inlet fires it; the second waits; the third has a default."""

    def process(self, a: float, b: float, c: float = 100.0) -> float:
        return a + b + c


class When(Node):
    """Say the second at which it was called."""

    def process(self, value: float, at: Ns) -> float:
        return at / 1e9


class Sides(NamedTuple):
    """Where a number goes."""

    low: float | None
    high: float | None


class Split(Node):
    """Say a number on one outlet or the other."""

    def process(self, value: float) -> Sides:
        return Sides(value, None) if value < 0.5 else Sides(None, value)


class Count(Node):
    """Say 1, 2 ... up to the number, or a hundred, one event after another."""

    def process(self, value: float) -> Iterator[float]:
        for index in range(min(100, round(value))):
            yield float(index + 1)


class Sum(Node):
    """Say the sum of all that came: it shows when it was reset."""

    _sum: float = 0.0

    def process(self, value: float) -> float:
        self._sum += value
        return self._sum

    def reset(self) -> None:
        self._sum = 0.0


class Fussy(Node):
    """Raise at every number above 10, and when it shall be brought to its beginning."""

    spoilt: bool = False

    def process(self, value: float) -> float:
        if value > 10:
            raise ValueError("too much")
        return value

    def reset(self) -> None:
        if self.spoilt:
            raise ValueError("no way back")


class ErrorTeller(Node):
    """Raise something else each time."""

    def process(self, value: object) -> float:
        raise ValueError(f"no use for {value}")


class Drop(Node):
    """Give infinity for 0, and for anything else its inverse."""

    def process(self, value: float) -> float:
        return 1 / value if value else float("inf")


class Impatient(Node):
    """Ask again and again for the moment it was just called for."""

    _woken: int = 0

    def process(self, value: float, at: Ns) -> float:
        self._due = at
        return value

    def wake(self) -> Ns | None:
        return getattr(self, "_due", None)

    def on_wake(self, at: Ns) -> float:
        self._woken += 1
        return -1.0


class Look(Model):
    """Say the number of a picture."""

    add: Annotated[float, Param("added to it")] = 0.0

    def process(self, frame: Frame) -> float:
        return float(frame.image[0, 0, 0]) + self.add


class Cut(Model):
    """Make a mask of a picture, as dark as its number says."""

    def process(self, frame: Frame) -> Mask:
        return Mask(np.full((2, 2), frame.image[0, 0, 0] / 255, np.float32))


class Mix(Node):
    """Say the number of a picture, and a hundred times the number of the picture of the mask."""

    def process(self, frame: Frame, mask: Mask) -> float:
        return float(frame.image[0, 0, 0]) + 100 * round(float(mask.alpha[0, 0]) * 255)


class Heard(NamedTuple):
    """What a model heard so far."""

    blocks: float
    resets: float
    gaps: float


class Hear(Model):
    """Say how many blocks came as one, how often it was reset, and the gaps it saw."""

    _next: int = 0
    _resets: int = 0
    _gaps: int = 0

    def process(self, block: Block) -> Heard:
        if block.start != self._next:
            self._gaps += 1
        self._next = block.start + len(block.samples)
        blocks = len(block.samples) / (RATE // 100)
        return Heard(blocks, float(self._resets), float(self._gaps))

    def reset(self) -> None:
        self._resets += 1


class HearHops(Hear):
    """Hear, and answer once every 25 ms of sound."""

    hop: ClassVar[float] = 0.025


class Twice(Model):
    """Say a quick answer, and then the sure one; raise after the quick one at 13."""

    def process(self, frame: Frame) -> Iterator[float]:
        number = float(frame.image[0, 0, 0])
        yield number
        if number == 13:
            raise ModelError("bad luck")
        yield number + 0.5


class Sick(Model):
    """A network that gives what is no number, or raises, now and then."""

    def process(self, frame: Frame) -> Pitch:
        number = int(frame.image[0, 0, 0])
        if number == 2:
            raise ModelError("gives nonsense")
        return Pitch(float("nan") if number == 4 else float(number), 69.0, 1.0, True)


class Altered(Model):
    """A network whose file is not what its card says."""

    def open(self) -> None:
        raise ModelError("model.onnx is not the file of its card")

    def process(self, frame: Frame) -> float:
        return 1.0


class Nobody(Node):
    """Say that nobody is there."""

    def process(self, frame: Frame) -> Pose:
        return Pose((), 1.0)


class Tuned(Node):
    """A number many times, and a key more."""

    key: Fixed[int] = 0
    by: float = 2.0

    def process(self, value: float) -> float:
        return value * self.by + self.key


class Stiff(Sink):
    """An output that raises at every number above 10, when flushed after a 7, and at silence."""

    port: Fixed[int] = 0

    def __post_init__(self) -> None:
        self._kept: list[float] = []

    def accepts(self, port: str) -> tuple[type, ...]:
        return (float,)

    def send(self, port: str, message: Message, at: Ns) -> None:
        if message > 10:
            raise ValueError("too loud")
        self._kept.append(message)

    def flush(self, now: Ns) -> None:
        kept, self._kept = self._kept, []
        if 7.0 in kept:
            raise OSError("the cable broke")
        for message in kept:
            if self._tap:
                self._tap("in", {"args": [message]})

    def silence(self, port: str | None = None) -> None:
        raise RuntimeError("never quiet")


class Sing(Node):
    """Say a note for every number."""

    def process(self, value: float) -> Note:
        return Note(round(value), 64)


class Watch(Node):
    """Look at pictures and find nobody."""

    def process(self, frame: Frame) -> Pose | None:
        return None


BOXES: dict[str, type[Box]] = {
    "error_teller": ErrorTeller,
    **{
        cls.__name__.lower(): cls
        for cls in (
            *(Numbers, Pictures, Sound, Odd, Double, Add, When, Split, Count, Sum, Fussy, Drop),
            *(
                Impatient,
                Look,
                Cut,
                Mix,
                Hear,
                HearHops,
                Twice,
                Sick,
                Altered,
                Nobody,
                Stiff,
                Tuned,
                Sing,
                Watch,
            ),
        )
    },
}


def picture(number: int) -> Frame:
    """Make a picture of one grey."""
    image = np.full((2, 2, 3), number, np.uint8)
    image.flags.writeable = False
    return Frame(image)


def play(patch: str | Path, script: Script = (), **settings: Any) -> Played:
    """Play a patch with these boxes beside those of the engine."""
    return testing.play(patch, script, boxes=BOXES, **settings)


def got(played: Played, port: str, sink: str = "c") -> list[Any]:
    """Give what a collector got on one port."""
    messages: list[Any] = played.box(sink).of(port)
    return messages


def moments(played: Played, port: str, sink: str = "c") -> list[float]:
    """Give the seconds that speak of what a collector got on one port."""
    return [at / 1e9 for at, name, _ in played.box(sink).messages if name == port]


COLLECT = '\n[c]\nuse = "collector"\n[c.send]\n'


def numbers(name: str, values: list[float], **more: object) -> str:
    """Write a table of numbers."""
    lines = "".join(f'{key} = "{value}"\n' for key, value in more.items())
    return f'[{name}]\nuse = "numbers"\nvalues = {[float(v) for v in values]}\n{lines}\n'
