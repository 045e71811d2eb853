"""The control words of Wekinator 2: what it is told under ``/wekinator/control/``.

    startDtwRecording i             which gesture, from 1
    selectInputsForOutput i i ...   an output, and the inputs that it looks at, from 1
    loadModelFromFile i s [s]       an output, a name, and WITHDATA or WITHOUTDATA

Whole numbers may come as floats, since many programs send no others. What a word does not take is
left aside, as Wekinator does: a button may send its 1 behind ``startRecording``.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from engine.core.nearest import nearest
from engine.core.text import plain
from engine.osc.parse import describe

CONTROL: Final = "/wekinator/control/"
INPUTS: Final = "/wek/inputs"
OUTPUTS: Final = "/wek/outputs"
BUNDLE: Final = "/bundle"
"""What stands behind the address of the inputs, or outputs, where many come in a file."""
DONE: Final = "/wekinator/status/done-training"

_SHOWN: Final = 60
_MOST: Final = 4096


class NoOrder(ValueError):
    """A message that is no order, or brings what the order does not take."""


@dataclass(frozen=True, slots=True)
class _Takes:
    """What a word takes: so many whole numbers, then so many texts, the last one of ``choices``."""

    numbers: tuple[int, int] = (0, 0)
    texts: tuple[int, int] = (0, 0)
    choices: tuple[str, ...] = ()
    words: str = ""


_NOTHING: Final = _Takes()
_ONE: Final = _Takes((1, 1), words="a whole number")
_SOME: Final = _Takes((1, _MOST), words="whole numbers, the numbers of outputs")
_NAMES: Final = _Takes((0, 0), (1, _MOST), words="texts")
DATA: Final = ("WITHDATA", "WITHOUTDATA")
CURRENT: Final = ("CLOSECURRENT", "STOPCURRENTLISTENING", "KEEPCURRENTRUNNING")

_WORDS: Final[Mapping[str, _Takes]] = {
    "outputs": _Takes(words="numbers, one for each output"),
    "startRecording": _NOTHING,
    "stopRecording": _NOTHING,
    "startDtwRecording": _ONE,
    "stopDtwRecording": _NOTHING,
    "train": _NOTHING,
    "cancelTrain": _NOTHING,
    "startRunning": _NOTHING,
    "stopRunning": _NOTHING,
    "deleteAllExamples": _NOTHING,
    "deleteExamplesForOutput": _ONE,
    "enableModelRecording": _SOME,
    "disableModelRecording": _SOME,
    "enableModelRunning": _SOME,
    "disableModelRunning": _SOME,
    "setInputNames": _NAMES,
    "setOutputNames": _NAMES,
    "selectInputsForOutput": _Takes(
        (2, _MOST), words="whole numbers: an output, and at least one input"
    ),
    "loadModelFromFile": _Takes(
        (1, 1), (1, 2), DATA, "a whole number, a name, and WITHDATA or WITHOUTDATA"
    ),
    "saveModelToFile": _Takes((1, 1), (1, 1), (), "a whole number and a name"),
    "runNewProject": _Takes((0, 0), (1, 2), CURRENT, f"a name, and one of {', '.join(CURRENT)}"),
    "enablePerformanceMode": _NOTHING,
    "disablePerformanceMode": _NOTHING,
}
WORDS: Final = tuple(_WORDS)


@dataclass(frozen=True, slots=True)
class WekinatorOrder:
    """A control word with its arguments: the numbers, and then the texts."""

    word: str
    numbers: tuple[float, ...] = ()
    texts: tuple[str, ...] = ()

    @property
    def integers(self) -> tuple[int, ...]:
        """The numbers, which are whole ones except behind "outputs"."""
        return tuple(map(int, self.numbers))


def read_order(address: str, arguments: Sequence[Any]) -> WekinatorOrder:
    """Return the order that a message means.

    Raise NoOrder, in words, for an address that is none and for arguments that do not fit.
    """
    word = address.removeprefix(CONTROL)
    if word == address or word not in _WORDS:
        hint = nearest(word, WORDS) or f" There is {CONTROL}train, startRecording and others."
        raise NoOrder(f"{plain(address, _SHOWN)} is no control word of Wekinator.{hint}")
    takes = _WORDS[word]
    try:
        if word == "outputs":
            return WekinatorOrder(word, tuple(read_number(one) for one in arguments))
        return _read(word, takes, arguments)
    except NoOrder as error:
        raise NoOrder(f"{CONTROL}{word} expects {takes.words}; {error}") from None


def read_number(argument: Any) -> float:
    """Return a number that came. Raise NoOrder, in words, for what is none."""
    if isinstance(argument, bool) or not isinstance(argument, int | float):
        raise NoOrder(f"it brought {describe(argument)}, not a number")
    if not math.isfinite(argument) or abs(argument) > 1e30:
        raise NoOrder(f"it brought {argument}, which is no number")
    return float(argument)


def _read(word: str, takes: _Takes, arguments: Sequence[Any]) -> WekinatorOrder:
    least, most = takes.numbers
    texts_least, texts_most = takes.texts
    numbers: list[float] = []
    for one in arguments[:most]:
        if isinstance(one, str) and len(numbers) >= least:
            break
        numbers.append(_whole(one))
    rest = arguments[len(numbers) :][:texts_most]
    texts = [_text(one) for one in rest]
    if len(numbers) < least or len(texts) < texts_least:
        raise NoOrder(f"{len(arguments)} arguments came")
    if takes.choices and len(texts) == texts_most and texts[-1] not in takes.choices:
        raise NoOrder(f'"{plain(texts[-1], _SHOWN)}" is none.{nearest(texts[-1], takes.choices)}')
    return WekinatorOrder(word, tuple(numbers), tuple(texts))


def _whole(argument: Any) -> float:
    value = read_number(argument)
    if not value.is_integer() or abs(value) > _MOST * 16:
        raise NoOrder(f"it brought {argument:g}")
    return value


def _text(argument: Any) -> str:
    if not isinstance(argument, str):
        raise NoOrder(f"it brought {describe(argument)}, not a text")
    return argument
