"""What an output of a project is: a number that follows, one of several classes, or gestures.

"regress"             a number between those that were taught
"regress 0 127"       the same, and never beyond these
"classify 3"          which of three classes it is, as a number from 1
"classify 3 shares"   the same, and how much each of them it may be
"dtw 2"               which of two gestures was made
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from engine.core.nearest import nearest
from engine.learning.examples import MOST_CLASSES
from engine.learning.named_numbers import ABSURD

Task = Literal["regress", "classify", "dtw"]

MOST_OUTPUTS: Final = 64
_SHARES: Final = "shares"
_FORMS: Final = '"regress", "regress 0 1", "classify 3", "classify 3 shares" or "dtw 2"'


@dataclass(frozen=True, slots=True)
class OutputType:
    """The type of an output: ``count`` classes or gestures, or a number from ``low`` to ``high``.

    ``shares``: whether it also says how much each class it may be.
    """

    task: Task
    count: int = 0
    low: float = float("-inf")
    high: float = float("inf")
    shares: bool = False

    @property
    def first(self) -> float:
        """What it is before anybody has set it: 1 the first class, 0 or the least number."""
        if self.task == "classify":
            return 1.0
        return self.low if self.low > float("-inf") else 0.0

    def fault(self, value: float) -> str:
        """Return what is wrong with a value that is to be taught, or ""."""
        if self.task == "classify" and not (value.is_integer() and 1 <= value <= self.count):
            return f"is one of {self.count} classes, 1 to {self.count}"
        if self.low <= value <= self.high and abs(value) < ABSURD:
            return ""
        return f"is a number from {max(self.low, -ABSURD):g} to {min(self.high, ABSURD):g}"

    def __str__(self) -> str:
        """Return it as it is written."""
        if self.task == "regress":
            return self.task if self.high == float("inf") else f"regress {self.low:g} {self.high:g}"
        return f"{self.task} {self.count}{' ' + _SHARES if self.shares else ''}"


def parse_output(written: str) -> OutputType:
    """Return the type that a text means. Raise ValueError, which says what may be written."""
    task, *rest = written.split() or [""]
    if task == "regress" and len(rest) in (0, 2):
        bounds = [_number(one, written) for one in rest]
        if bounds and not bounds[0] < bounds[1]:
            raise ValueError(f'"{written}": the first number must be the smaller one')
        low, high = bounds or (float("-inf"), float("inf"))
        return OutputType("regress", low=low, high=high)
    if task in ("classify", "dtw") and rest and (rest[1:] == [] or _shared(task, rest)):
        count = _number(rest[0], written)
        if not (count.is_integer() and 1 <= count <= MOST_CLASSES):
            raise ValueError(f'"{written}": expected 1 to {MOST_CLASSES} of them')
        kind: Task = "classify" if task == "classify" else "dtw"
        return OutputType(kind, int(count), shares=len(rest) > 1)
    hint = nearest(task, ("regress", "classify", "dtw"))
    raise ValueError(f'"{written[:40]}" is no output: expected {_FORMS}.{hint}')


def outputs_fault(written: Sequence[str]) -> str:
    """Return what is wrong with the outputs of a project, or ""."""
    if not 1 <= len(written) <= MOST_OUTPUTS:
        return f"expected 1 to {MOST_OUTPUTS} outputs, got {len(written)}"
    try:
        types = [parse_output(one) for one in written]
    except ValueError as error:
        return str(error)
    if sum(one.task == "dtw" for one in types) > 1:
        return 'one output alone may be "dtw": give that one as many gestures as you need'
    return ""


def _shared(task: str, rest: Sequence[str]) -> bool:
    return task == "classify" and list(rest[1:]) == [_SHARES]


def _number(text: str, written: str) -> float:
    try:
        value = float(text)
    except ValueError:
        raise ValueError(f'"{written[:40]}": "{text[:20]}" is no number') from None
    if not abs(value) < ABSURD:
        raise ValueError(f'"{written[:40]}": {text[:20]} is too large')
    return value
