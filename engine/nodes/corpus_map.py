"""A map of sounds or pictures: what is nearest to a finger is played or shown."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, ClassVar, Final, NamedTuple

import numpy as np

from engine.core.context import Context
from engine.core.errors import DeviceError
from engine.core.messages import Block, Frame, Trigger
from engine.core.node import Node
from engine.core.parameter import FILE, Event, Fixed, Param
from engine.corpus.file import Corpus, read_corpus
from engine.corpus.items import read_sound
from engine.dsp.image.point_map import draw_map, nearest_item
from engine.video.still import load_still

_JUMP: Final = 100_000
"""Samples that the count leaps with each sound: it takes the place of the one that sounds."""
_FADE_S: Final = 0.02
"""Seconds in which a sound ends that was cut off."""


def touch_fault(touch: str) -> str:
    """Return what is wrong with where a finger is said to be, or ""."""
    if not touch.strip() or _touched(touch):
        return ""
    return 'expected two numbers from 0 to 1, such as "0.3 0.7", or nothing where it is lifted'


def _touched(touch: str) -> tuple[float, float] | None:
    """Return the place that a finger is said to be at; None where it is none."""
    try:
        x, y = map(float, touch.split())
    except ValueError:
        return None
    return (x, y) if 0 <= x <= 1 and 0 <= y <= 1 else None


class FoundItem(NamedTuple):
    """The file, its number from 1, how far it is, and what it sounds or looks like."""

    file: str | None = None
    number: int | None = None
    distance: float | None = None
    on: bool | None = None
    sound: Block | None = None
    picture: Frame | None = None
    map: Frame | None = None


class CorpusMap(Node):
    """Plays the sound, or shows the picture, that is nearest to a place on a map of many.

    ``sensorium corpus FOLDER`` makes the map: alike lies near. ``x`` and ``y``, 0 to 1, are the
    place: turned on the page, sent by OSC, or cabled from a hand. Whatever comes by ``from`` has it
    look where they are now: ``every`` will do, or the hand itself. Another nearest one within
    ``reach`` is told as ``file``, ``number`` from 1 and ``distance``, and played from its
    beginning, as ``sound`` for a ``speaker``, or shown as ``picture``; while the finger stands it
    comes once, and ``play`` plays it again. ``stick`` is how much nearer another must be, so that
    between two nothing flutters.

    On the page the map has a view of its own: a finger or the mouse plays what is nearest to it as
    soon as it comes down, and what it comes to from there on. That is ``touch``, which has no need
    of ``from``. While a finger is down ``x`` and ``y`` do not count, and then not until they move.

    A sound takes the place of the one before; of a long one ``longest`` are played. ``on`` is
    whether something is within reach. ``map`` is a picture of the map, with the place on it. A file
    that went away or is broken is told once, and the map goes on without it.

    Raises DeviceError where there is no such map, or it is damaged.
    """

    lane: ClassVar[bool] = True

    file: Fixed[Annotated[str, Param('the map, as "sensorium corpus" writes it', unit=FILE)]]
    x: Annotated[float, Param("where on the map, from the left", 0, 1)] = 0.5
    y: Annotated[float, Param("where on the map, from the bottom", 0, 1)] = 0.5
    reach: Annotated[float, Param("how far an item may be to be played", 0, 2)] = 0.15
    stick: Annotated[float, Param("how much nearer another one must be", 0, 1)] = 0.01
    longest: Annotated[float, Param("how much of a sound is played", 0.05, 60, unit="s")] = 8.0
    size: Annotated[int, Param("the side of the picture of the map", 64, 1024, unit="pixels")] = 360
    play: Event[Annotated[bool, Param("play the nearest again, from its beginning")]] = False
    touch: Event[
        Annotated[
            str,
            Param('where a finger is, as "0.3 0.7"; empty where it is lifted', fault=touch_fault),
        ]
    ] = ""

    _context: Context = Context()
    _corpus: Corpus | None = None
    _finger: tuple[float, float] | None = None
    _stood: tuple[float, float] | None = None
    """Where x and y stood when the finger was lifted; None while it is down."""
    _now: int | None = None
    _on: bool = False
    _drawn: tuple[object, ...] = ()
    _count: int = 0
    _told: frozenset[int] = frozenset()

    @property
    def corpus(self) -> Corpus | None:
        """The map, or None where it is not open; may be read on any thread."""
        return self._corpus

    @property
    def place(self) -> tuple[float, float]:
        """Where on the map it looks, x and y: where a finger is, or was until these move."""
        finger, stood, knobs = self._finger, self._stood, (self.x, self.y)
        return knobs if finger is None or stood not in (None, knobs) else finger

    def doubts(self, folder: Path | None) -> Mapping[str, str]:
        """Return that there is no map, it is damaged, or files of it are not there any more."""
        try:
            corpus = read_corpus(Path(self.file))
        except DeviceError as error:
            return {"file": str(error)}
        gone = [n for n in range(len(corpus.names)) if not corpus.path(n).is_file()]
        if not gone:
            return {}
        first = corpus.path(gone[0])
        return {"file": f'{len(gone)} of its {len(corpus.names)} files are gone: "{first}"'}

    def open(self, context: Context) -> None:
        """Read the map. Raise DeviceError where there is none."""
        self._context = context
        corpus = read_corpus(Path(self.file))
        if not corpus.layout:
            raise DeviceError(f'"{self.file}" is not finished: run "sensorium corpus" again')
        self._corpus = corpus
        self.reset()

    def close(self) -> None:
        """Forget the map."""
        self._corpus = self._finger = self._stood = None

    def reset(self) -> None:
        """Forget where it was: the nearest is played anew."""
        self._now, self._on, self._drawn = None, False, ()
        self._told = frozenset()

    def process(self, anything: object) -> FoundItem | None:
        """Return the nearest item where it is another one, and the map where it changed."""
        return self._and_map(self._look())

    def on_play(self, play: Trigger) -> FoundItem | None:
        """Return the nearest item from its beginning, also where that plays already."""
        self._now = None
        return self._and_map(self._look())

    def on_touch(self, touch: str) -> FoundItem | None:
        """Return what a finger comes down on, or the next one that it comes to."""
        finger = _touched(touch)
        if finger is None:
            self._stood = (self.x, self.y)
            return None
        if self._finger is None or self._stood is not None:
            self._now = None
        self._finger, self._stood = finger, None
        return self._and_map(self._look())

    def _look(self) -> FoundItem | None:
        """Return the nearest item where it is another one."""
        corpus = self._corpus
        if corpus is None or not all(map(math.isfinite, self.place)):
            return None
        if self._stood not in (None, (self.x, self.y)):
            self._finger = self._stood = None
        best = nearest_item(corpus.places, *self.place, self._now, self.stick)
        apart = self._apart(corpus, best)
        on = apart <= self.reach
        changed = on != self._on
        self._on = on
        if not on:
            self._now = None
            return FoundItem(on=False) if changed else None
        if best == self._now:
            return None
        self._now = best
        return self._found(corpus, best, apart)

    def _apart(self, corpus: Corpus, index: int) -> float:
        """Return how far an item is on the map."""
        x, y = self.place
        return math.hypot(float(corpus.places[index, 0]) - x, float(corpus.places[index, 1]) - y)

    def _found(self, corpus: Corpus, index: int, apart: float) -> FoundItem:
        """Return an item; of one that cannot be read only that it is near."""
        found = FoundItem(on=True, number=index + 1, distance=apart, file=corpus.names[index])
        try:
            if corpus.kind == "sounds":
                return found._replace(sound=self._sound(corpus.path(index)))
            image = load_still(corpus.path(index))
        except DeviceError as error:
            if index not in self._told:
                self._told |= {index}
                self._context.log.warning("%s: %s", self._context.name, error)
            return found
        image.flags.writeable = False
        return found._replace(picture=Frame(image))

    def _sound(self, file: Path) -> Block:
        """Return the beginning of a sound, all at once; one that is cut off fades out."""
        samples, rate = read_sound(file, self.longest)
        fade = min(len(samples), int(_FADE_S * rate))
        if fade and len(samples) >= int(self.longest * rate):
            samples[-fade:] *= np.linspace(1, 0, fade, dtype=np.float32)
        samples.flags.writeable = False
        self._count += _JUMP
        block = Block(samples, rate, self._count)
        self._count += len(samples)
        return block

    def _and_map(self, found: FoundItem | None) -> FoundItem | None:
        """Return what was found with a picture of the map where that is another one."""
        corpus = self._corpus
        if corpus is None or not all(map(math.isfinite, self.place)):
            return found
        x, y = self.place
        shown = (self.size, self._now, round(x * self.size), round(y * self.size))
        if shown == self._drawn:
            return found
        self._drawn = shown
        image = draw_map(corpus.places, self.size, self._now, x, y)
        image.flags.writeable = False
        return (found or FoundItem())._replace(map=Frame(image))
