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


def spelled(text: str, count: int) -> list[str]:
    """Return for each of ``count`` words that were spoken what stands for it in a text.

    A number is spoken in several words: then the written ones stand by the nearest, in their order,
    and "" by the others.
    """
    written = [word.strip(_MARKS) for word in text.split()]
    written = [word for word in written if any(one.isalnum() for one in word)]
    spoken = [""] * count
    if not count:
        return []
    for place, word in enumerate(written):
        at = place if len(written) == count else place * count // len(written)
        spoken[at] = f"{spoken[at]} {word}".strip()
    return spoken


_MARKS: Final = ".,;:!?…\"'“”„«»()[]{}<>–—-،。！？؟"


def in_order(moments: Sequence[SpokenMoment]) -> list[SpokenMoment]:
    """Return moments by their time; of one time in the order that they were given."""
    return sorted(moments, key=lambda moment: moment.at)
