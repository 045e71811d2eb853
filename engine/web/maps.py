"""Boxes that lay many sounds or pictures out on a map, as the page shows them.

What lies where is fetched once; where a hand is on it and what plays is told as it changes.
"""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import Mapping
from typing import Final, Protocol, cast

import numpy as np
from msgspec import Struct

from engine.core.errors import DeviceError
from engine.core.source import Remote
from engine.corpus.file import Corpus, Kind
from engine.dsp.image.jpeg import downscaled, encode_jpeg
from engine.runtime.engine import Engine
from engine.runtime.schedule.slots import NOTHING, Slot
from engine.runtime.schedule.state import BoxState
from engine.video.still import load_still
from engine.web.rights import is_map

LONGEST: Final = 192
"""Pixels of a thumbnail."""
_QUALITY: Final = 75
_AT_ONCE: Final = 2
"""Thumbnails that are made at the same time: while it is decoded a picture takes much memory."""
_DIGITS: Final = 4


class Map(Protocol):
    """A box with a map."""

    reach: float
    stick: float

    @property
    def corpus(self) -> Corpus | None:
        """What lies on it; None where it is not open."""
        ...

    @property
    def place(self) -> tuple[float, float]:
        """Where it looks, x from the left and y from the bottom, 0 to 1."""
        ...


class MapNow(Struct, frozen=True):
    """How a map stands: ``mark`` is another one where something else lies on it.

    ``item`` counts from 0 and is None where nothing is within reach.
    """

    box: str
    label: str
    kind: Kind
    count: int
    mark: int
    x: float
    y: float
    reach: float
    stick: float
    item: int | None


class MapItems(Struct, frozen=True):
    """What lies where: names, and x and y of each in turn, 0 to 1, y from the bottom."""

    kind: Kind
    mark: int
    names: tuple[str, ...]
    places: list[float]


class Maps:
    """The maps of a playing patch."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._states = {
            name: state
            for name, state in engine.states.items()
            if not state.hidden and not isinstance(state.box, Remote) and is_map(state)
        }
        self._slots = {
            name: {outlet.name: slot for outlet, slot in engine.slots.items() if outlet.box == name}
            for name in self._states
        }
        self._marks: dict[str, tuple[Corpus, int]] = {}
        self._making = asyncio.Semaphore(_AT_ONCE)

    def read(self) -> list[MapNow]:
        """Return how the maps that are open stand now."""
        found = ((state, corpus_of(state)) for state in self._states.values())
        return [self._read(state, corpus) for state, corpus in found if corpus is not None]

    def items(self, name: str) -> MapItems | None:
        """Return what lies on the map of a box; None where there is none."""
        state = self._states.get(name)
        corpus = corpus_of(state) if state else None
        if corpus is None:
            return None
        places = np.round(corpus.places.astype(np.float64), _DIGITS).ravel().tolist()
        return MapItems(corpus.kind, self._mark(name, corpus), corpus.names, places)

    async def thumbnail(self, name: str, item: int) -> bytes | None:
        """Return a small JPEG of a picture; None where there is none, or none may leave."""
        state = self._states.get(name)
        corpus = corpus_of(state) if state else None
        if corpus is None or corpus.kind != "pictures" or not 0 <= item < len(corpus.names):
            return None
        async with self._making:
            if not self._may_leave():
                return None
            try:
                made = await asyncio.to_thread(_thumbnail, corpus, item)
            except (DeviceError, ValueError):
                return None
        return made if self._may_leave() else None

    def _may_leave(self) -> bool:
        engine = self._engine
        return engine.privacy.pictures_may_leave and not engine.picture_master.blackout

    def _read(self, state: BoxState, corpus: Corpus) -> MapNow:
        box, name = cast(Map, state.box), state.name
        x, y = box.place
        return MapNow(
            name,
            self._engine.plan.boxes[name].label or name,
            corpus.kind,
            len(corpus.names),
            self._mark(name, corpus),
            round(x, _DIGITS),
            round(y, _DIGITS),
            round(float(box.reach), _DIGITS),
            round(float(box.stick), _DIGITS),
            _item(self._slots[name], len(corpus.names)),
        )

    def _mark(self, name: str, corpus: Corpus) -> int:
        known = self._marks.get(name)
        if known is None or known[0] is not corpus:
            names = "\n".join(corpus.names).encode(errors="replace")
            mark = zlib.crc32(corpus.places.tobytes(), zlib.crc32(names))
            self._marks[name] = known = corpus, mark
        return known[1]


def corpus_of(state: BoxState) -> Corpus | None:
    """Return the map of a box, where it is open."""
    return cast(Map, state.box).corpus


def _item(slots: Mapping[str, Slot], count: int) -> int | None:
    """Return what was told as the nearest last, from 0."""
    on, number = (slots[name].value if name in slots else NOTHING for name in ("on", "number"))
    if on is not True or not isinstance(number, int):
        return None
    return number - 1 if 0 < number <= count else None


def _thumbnail(corpus: Corpus, item: int) -> bytes:
    return encode_jpeg(downscaled(load_still(corpus.path(item)), LONGEST), _QUALITY)
