"""What a phrase that was spoken tells, moment by moment: sound ahead, words and mouths with it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from engine.core.messages import Mouth

LEAD_S: Final = 0.3
"""How far ahead of its moment sound is handed out, so that a show that is busy tears nothing."""
PART_S: Final = 0.05
"""How much sound is handed out at a time."""


class SpokenMoment(NamedTuple):
    """What happens at a moment in seconds: sound from one sample to another, a word, a mouth."""

    at: float
    begin: int = 0
    end: int = 0
    word: str = ""
    mouth: Mouth | None = None


def parts_of_sound(count: int, rate: int, carried: float) -> Iterator[SpokenMoment]:
    """Yield the parts of a phrase of so many samples, ``LEAD_S`` ahead of where they sound.

    The phrase itself sounds ``carried`` seconds after the moments begin.
    """
    part = round(PART_S * rate)
    end = min(count, max(part, round((LEAD_S - carried) * rate) + part))
    yield SpokenMoment(0.0, 0, end)
    while end < count:
        begin, end = end, min(count, end + part)
        yield SpokenMoment(max(0.0, begin / rate + carried - LEAD_S), begin, end)


def spelled(text: str, spoken: Sequence[str]) -> list[str]:
    """Return for each word that was spoken, given in IPA, what stands for it in a text.

    A voice says a number in several words, and two short words as one: "" stands by the others of
    a number. Which is which is found by how long they are.
    """
    written = [word.strip(_MARKS) for word in text.split()]
    written = [word for word in written if any(one.isalnum() for one in word)]
    if len(written) == len(spoken):
        return written
    letters = [sum(_IN_A_DIGIT if one.isdigit() else 1 for one in word) for word in written]
    sounds = [sum(one.isalpha() and one not in _NO_SOUNDS for one in word) for word in spoken]
    found = [""] * len(spoken)
    numbers = [any(one.isdigit() for one in word) for word in written]
    for words, place in _paired(letters, sounds, numbers):
        found[place] = " ".join(written[words])
    return found


def _paired(
    written: Sequence[int], spoken: Sequence[int], numbers: Sequence[bool]
) -> Iterator[tuple[slice, int]]:
    """Yield which written words, by their lengths, stand with which spoken one, in their order.

    Several may stand with one, or one, most of all of ``numbers``, with the first of several: as
    their lengths differ least.
    """
    best = {(0, 0): (0, (0, 0))}
    steps = [(1, 1), *((many, 1) for many in _MANY), *((1, many) for many in _MANY)]
    for i in range(len(written) + 1):
        for j in range(len(spoken) + 1):
            if (i, j) not in best:
                continue
            for more, sounds in steps:
                to = (i + more, j + sounds)
                if to[0] > len(written) or to[1] > len(spoken):
                    continue
                differs = abs(sum(written[i : to[0]]) - sum(spoken[j : to[1]]))
                is_split = sounds > 1 and not numbers[i]
                cost = best[i, j][0] + differs + (more > 1) + _UNLIKELY * is_split
                if to not in best or cost < best[to][0]:
                    best[to] = (cost, (i, j))
    end = (len(written), len(spoken))
    while end != (0, 0) and end in best:
        begin = best[end][1]
        yield slice(begin[0], end[0]), begin[1]
        end = begin


_IN_A_DIGIT: Final = 4
"""Sounds that a digit has when it is spoken."""
_UNLIKELY: Final = 3
_MANY: Final = range(2, 9)
_NO_SOUNDS: Final = "ˈˌːˑʰʲʷ"
_MARKS: Final = ".,;:!?…\"'“”„«»()[]{}<>–—-،。！？؟"


def in_order(moments: Sequence[SpokenMoment]) -> list[SpokenMoment]:
    """Return moments by their time; of one time in the order that they were given."""
    return sorted(moments, key=lambda moment: moment.at)
