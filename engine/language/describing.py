"""What a picture shows, in English words: things, their number and place, colours and light.

Names of colours are those that most languages have a word for (Berlin & Kay 1969, "Basic Color
Terms"), with turquoise.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from string import Formatter
from typing import Final

from engine.core.nearest import nearest
from engine.language.words import clean

FIELDS: Final[Mapping[str, str]] = {
    "things": "what is seen, and how many: two people and a cup",
    "where": "the same with the place of each: two people on the left and a cup in the middle",
    "count": "how many things, in words",
    "thing": "the one that takes most room",
    "place": "where that is: on the left",
    "distance": "how near it looks: near, at some distance, far away",
    "is": "is or are, to stand before or behind {things}",
    "colours": "the two colours of which there is most: blue and grey",
    "colour": "the first of them",
    "light": "dark, dim, soft or bright",
    "mood": "of light and colour: gloomy, cold, mysterious, cosy, calm, cheerful, vivid or plain",
    "word": "the text that a cable brings to word",
}
"""What stands in a template as {name}."""

_BETWEEN: Final = re.compile(r"(?<=[.!?])\s+")
_COUNTED: Final = "no one two three four five six seven eight nine ten eleven twelve"
_NUMBERS: Final = tuple(_COUNTED.split(" "))
_PLURALS: Final = {
    "person": "people",
    "sheep": "sheep",
    "knife": "knives",
    "mouse": "mice",
    "skis": "pairs of skis",
    "scissors": "pairs of scissors",
}
_PAIRS: Final = ("skis", "scissors")
_SIBILANT: Final = ("s", "sh", "ch", "x", "z")
_LEFT, _RIGHT = 0.36, 0.64
"""Parts of the picture's width that are its left and its right."""
_NEAR, _FAR = 0.5, 0.15
"""Heights of boxes, in parts of the picture's, of what is near and what is far away."""


@dataclass(frozen=True, slots=True)
class Thing:
    """What is seen: its name, where its middle is from left, 0, to right, 1, and its size.

    ``height`` and ``area`` are in parts of the picture.
    """

    name: str
    x: float
    height: float
    area: float


@dataclass(frozen=True, slots=True)
class Light:
    """How a picture looks: the names of its colours, most first, and its numbers, 0 to 1.

    ``warmth`` is -1, all blue, to 1, all red.
    """

    colours: tuple[str, ...]
    bright: float
    vivid: float
    warmth: float


class Template:
    """A text with fields in braces, such as "I see {things}. It is {light}."; of FIELDS only.

    Raises ValueError, with the nearest name, for any other field, and for a brace left open.
    """

    def __init__(self, text: str) -> None:
        self._sentences = [_parsed(each) for each in _BETWEEN.split(clean(text)) if each]

    def filled(self, values: Mapping[str, str]) -> str:
        """Return the text with its fields filled in, each sentence with a capital at its beginning.

        A sentence with a field of which nothing is known, "" or none in ``values``, is left out.
        """
        said = []
        for parts in self._sentences:
            if all(values.get(name) for _, name in parts if name is not None):
                made = "".join(before + values.get(name or "", "") for before, name in parts)
                said.append(made[:1].upper() + made[1:])
        return " ".join(said)


def _parsed(sentence: str) -> list[tuple[str, str | None]]:
    """Return the parts of a sentence: what stands before a field, and its name."""
    try:
        parts = list(Formatter().parse(sentence))
    except ValueError:
        raise ValueError('a "{" or "}" stands alone; one that is meant is written twice') from None
    for _, name, layout, conversion in parts:
        if name is not None and (name not in FIELDS or layout or conversion):
            hint = nearest(name, FIELDS) or f" There is: {', '.join(FIELDS)}."
            raise ValueError(f'there is no field "{{{name}}}".{hint}')
    return [(before, name) for before, name, _, _ in parts]


def described(things: Sequence[Thing], light: Light, word: str = "") -> dict[str, str]:
    """Return the fields of a template for what is seen."""
    largest = max(things, key=lambda one: one.area, default=None)
    return {
        "things": counted([one.name for one in things]) or "nothing",
        "where": placed(things) or "nothing",
        "count": number(len(things)),
        "thing": largest.name if largest else "nothing",
        "place": place(largest.x) if largest else "",
        "distance": distance(largest.height) if largest else "",
        "is": "are" if len(things) > 1 else "is",
        "colours": listed(light.colours[:2]),
        "colour": light.colours[0] if light.colours else "",
        "light": brightness(light.bright),
        "mood": mood(light),
        "word": word,
    }


def counted(names: Sequence[str]) -> str:
    """Return "two people and a cup" for the names of things, most first; "" for none."""
    kinds = sorted(set(names), key=lambda name: (-names.count(name), names.index(name)))
    return listed([several(name, names.count(name)) for name in kinds])


def placed(things: Sequence[Thing]) -> str:
    """Return the same with the place of each: those of one kind in one place stand together."""
    groups: dict[tuple[str, str], int] = {}
    for one in sorted(things, key=lambda one: -one.area):
        key = (one.name, place(one.x))
        groups[key] = groups.get(key, 0) + 1
    return listed([f"{several(name, count)} {where}" for (name, where), count in groups.items()])


def several(name: str, count: int) -> str:
    """Return "a cup", "an apple", "two cups"."""
    if count != 1:
        return f"{number(count)} {plural(name)}"
    if name in _PAIRS:
        return f"a pair of {name}"
    return f"{'an' if name[:1] in 'aeiou' else 'a'} {name}"


def plural(name: str) -> str:
    """Return the plural of the name of a thing."""
    first, _, last = name.rpartition(" ")
    if last in _PLURALS:
        found = _PLURALS[last]
    elif last.endswith(_SIBILANT):
        found = f"{last}es"
    elif last.endswith("y") and last[-2:-1] not in tuple("aeiou"):
        found = f"{last[:-1]}ies"
    else:
        found = f"{last}s"
    return f"{first} {found}".strip()


def number(count: int) -> str:
    """Return a number in words, up to twelve."""
    return _NUMBERS[count] if count < len(_NUMBERS) else str(count)


def listed(parts: Collection[str]) -> str:
    """Return parts joined by commas and a final "and"."""
    *before, last = parts or ("",)
    return f"{', '.join(before)} and {last}" if before else last


def place(x: float) -> str:
    """Return where something is, from left to right."""
    if x < _LEFT:
        return "on the left"
    return "on the right" if x > _RIGHT else "in the middle"


def distance(height: float) -> str:
    """Return how near something looks that takes so much of the picture's height."""
    if height > _NEAR:
        return "near"
    return "far away" if height < _FAR else "at some distance"


def brightness(bright: float) -> str:
    """Return how much light there is."""
    if bright < 0.15:
        return "dark"
    if bright < 0.35:
        return "dim"
    return "soft" if bright < 0.6 else "bright"


def mood(light: Light) -> str:
    """Return the mood of light and colour, by rule: no network, and nobody's feeling."""
    warm, cold = light.warmth > 0.08, light.warmth < -0.08
    if light.bright < 0.15:
        return "mysterious" if light.vivid > 0.25 else "gloomy"
    if light.bright < 0.35:
        return "cosy" if warm else "cold" if cold else "gloomy"
    if light.vivid > 0.45:
        return "cheerful" if warm or light.bright > 0.6 else "vivid"
    if cold:
        return "cold" if light.bright < 0.6 else "calm"
    return "calm" if warm or light.vivid > 0.12 else "plain"
