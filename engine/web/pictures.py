"""The live picture: the newest one, with what was found in it, encoded once for all viewers.

Nothing is drawn or encoded without a viewer. A slow viewer gets fewer pictures, never older ones.
The masters (black-out, freeze, brightness) and privacy are applied to each picture, here.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import AsyncGenerator

import numpy as np
from msgspec import Struct

from engine.core.clock import MILLISECOND, SECOND
from engine.core.kinds import Image, is_picture, members, picture_of
from engine.core.landmarks import Instance, Landmarks
from engine.core.messages import Detection, Detections, Message, Ns
from engine.core.node import WHOLE, Rectangle
from engine.dsp.image.brightness import dimmed
from engine.dsp.image.draw import MIDDLE, blank, draw_everybody
from engine.dsp.image.draw_boxes import draw_boxes, label
from engine.dsp.image.jpeg import downscaled, encode_jpeg
from engine.patch.plan import Outlet
from engine.runtime.engine import Engine
from engine.runtime.schedule.slots import Slot
from engine.web.framing import Framing

LOOK_S = 1 / 100
EVERY = 5
"""A picture is drawn at most once in this many looks: 20 a second."""

AGAIN = 1.0
LONGEST = 960
QUALITY = 78
KEPT = 8
IN_STEP = 150 * MILLISECOND
"""A skeleton at most this much behind is shown on the very picture in which it was found."""

LATE = 400 * MILLISECOND
"""A skeleton this much older than the picture is shown as late: the body has moved on."""

GONE = 2 * SECOND
"""A skeleton this much older than the picture is not drawn: nothing comes any more."""


Found = Landmarks | Detections
"""What is drawn over the picture in which it was found."""


class Overlay(Struct, frozen=True):
    """Who or what was found, and how late that is, in words; "" where it is of this picture."""

    what: Found
    late: str = ""


class Shot(Struct, frozen=True, eq=False):
    """A picture, uint8 of shape (height, width, 3), and who and what was found in it."""

    image: Image
    found: tuple[Overlay, ...]


class HeldPictures:
    """The pictures that stand while the show is frozen, whatever patch plays behind them.

    Who looks at an outlet later sees what was held last; where nobody looked at any, the first
    picture that is seen stands.
    """

    def __init__(self) -> None:
        self._freezes = 0
        self._shots: dict[str, Shot] = {}

    def shot(self, name: str, freezes: int) -> Shot | None:
        """Return the picture of an outlet that stands in this freeze; of "" the one held last."""
        if freezes != self._freezes:
            self._freezes = freezes
            self._shots.clear()
        return self._shots.get(name) if name else next(reversed(self._shots.values()), None)

    def hold(self, name: str, shot: Shot) -> Shot:
        """Let a picture stand: a copy of it, as its memory belongs to a source that may go."""
        held = self._shots[name] = Shot(np.array(shot.image), shot.found)
        return held


class Seen(Struct, frozen=True):
    """All that decides how a picture looks; a picture is drawn again where one of it changed."""

    frame: object
    found: tuple[Overlay, ...]
    shows: bool
    black: bool
    level: float


class Drawn(Struct, frozen=True):
    """A picture as it was drawn: its number, its JPEG, whether it shows people, whether light."""

    number: int = 0
    jpeg: bytes = b""
    shows: bool = False
    light: bool = False


class Picture:
    """The picture of one outlet, for any number of viewers on one loop."""

    def __init__(
        self,
        engine: Engine,
        outlet: Outlet,
        held: HeldPictures | None = None,
        bare: bool = False,
    ) -> None:
        """A ``bare`` one has nothing drawn over it, as an audience sees it."""
        self._bare = bare
        self._name = str(outlet)
        self._held = held or HeldPictures()
        self._master = engine.picture_master
        self._begun_in = engine.picture_master.freezes if engine.picture_master.frozen else 0
        self._slot = engine.slots[outlet]
        self._outlet = outlet
        self._framing = Framing(engine)
        self._finders = self._find_finders(engine)
        self._frames: deque[tuple[Ns, Message]] = deque(maxlen=KEPT)
        self._viewers = 0
        self._privacy = engine.privacy
        self._newest = Drawn()
        self._seen: Seen | None = None
        self._moved: dict[str, tuple[Found, Rectangle, Found]] = {}
        self._changed = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def _find_finders(self, engine: Engine) -> list[tuple[str, Slot]]:
        """Return what may say who or what is seen in this picture: the first outlets of networks.

        What is made of that behind them would be drawn a second time.
        """
        found: list[tuple[str, Slot]] = []
        for outlet, slot in engine.slots.items():
            way = self._framing.way(outlet.box)
            derived = bool(way) and is_found(way[0].carries)
            if not derived and self._framing.is_seen_through(self._outlet.box, outlet.box):
                found.append((outlet.box, slot))
        return found

    async def frames(self) -> AsyncGenerator[bytes, None]:
        """Yield each new picture as JPEG; pictures that come while one is used are skipped.

        Without a new one the last is yielded again now and then, or b"" where there was none, so
        that a viewer that has gone is noticed. While the show is private only the skeletons are
        drawn.
        """
        seen = 0
        self._viewers += 1
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._draw())
        try:
            while True:
                if self._newest.number == seen:
                    with contextlib.suppress(TimeoutError):
                        await asyncio.wait_for(self._changed.wait(), AGAIN)
                seen = self._newest.number
                yield self._newest.jpeg if self._may_leave(self._newest) else b""
        finally:
            self._viewers -= 1

    def _may_leave(self, drawn: Drawn) -> bool:
        """Whether what was drawn a moment ago may be seen now."""
        may_show = self._privacy.pictures_may_leave or not drawn.shows
        return may_show and not (self._master.blackout and drawn.light)

    async def _draw(self) -> None:
        """Draw while there is a viewer: in turn, and at once what may no longer be seen."""
        turn = 0
        while self._viewers > 0:
            self._keep()
            turn += 1
            if turn % EVERY == 0 or not self._may_leave(self._newest):
                self._renew()
            await asyncio.sleep(LOOK_S)

    def _renew(self) -> None:
        """Draw the picture, unless it would look as before."""
        shot, frame = self._shot()
        if shot is None:
            return
        master = self._master
        shows = self._privacy.pictures_may_leave
        seen = Seen(frame, shot.found, shows, master.blackout, master.level)
        if seen == self._seen or not (jpeg := self._drawn(shot, seen)):
            return
        self._seen = seen
        light = not seen.black
        self._newest = Drawn(self._newest.number + 1, jpeg, shows and light, light)
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()

    def _drawn(self, shot: Shot, seen: Seen) -> bytes:
        """Return the JPEG of a picture with its skeletons; b"" where it cannot be encoded.

        Where it must not be shown the skeletons are drawn on an empty ground.
        """
        try:
            if seen.black:
                return encode_jpeg(np.zeros_like(shot.image), QUALITY)
            drawn = shot.image if seen.shows else blank(shot.image)
            if shot.found and not (self._bare and seen.shows):
                drawn = _with_found(drawn, shot.found)
            return encode_jpeg(dimmed(drawn, seen.level), QUALITY)
        except Exception:
            return b""

    def _shot(self) -> tuple[Shot | None, object]:
        """Return what is to be seen, and what tells it from the one before; None before the first.

        While the show is frozen that is what stands.
        """
        if self._master.frozen and (held := self._standing()):
            return held, held
        if not self._frames:
            return None, None
        frame, found = self._pair()
        try:
            shot = Shot(downscaled(_image(frame), LONGEST), found)
        except Exception:
            return None, None
        if self._master.frozen:
            held = self._held.hold(self._name, shot)
            return held, held
        return shot, frame

    def _standing(self) -> Shot | None:
        """Return what stands here: its own picture, or, where it came later, that of another."""
        freezes = self._master.freezes
        own = self._held.shot(self._name, freezes)
        return self._held.shot("", freezes) if own is None and self._begun_in == freezes else own

    def _keep(self) -> None:
        """Keep the last few pictures with their moments; a still is of the moment it is shown."""
        frame = self._slot.value
        if not is_picture(type(frame)):
            return
        if self._frames and self._frames[-1][1] is frame:
            self._frames.pop()
        self._frames.append((self._slot.at, frame))

    def _pair(self) -> tuple[Message, tuple[Overlay, ...]]:
        """Return a picture and who and what was found in it, which arrives a moment later.

        Why not always the newest picture: a skeleton that trails its body looks like a mistake. One
        that comes so late that its picture is not kept is marked.
        """
        newest, frame = self._frames[-1]
        found: dict[tuple[str, object], tuple[Found, Ns]] = {}
        for box, slot in self._finders:
            value = slot.value
            if isinstance(value, Landmarks) and not value.skeleton.metres:
                found.setdefault((box, value.skeleton), (value, slot.at))
            elif isinstance(value, Detections):
                found.setdefault((box, Detections), (value, slot.at))
        for _, at in found.values():
            if abs(newest - at) <= IN_STEP:
                frame = next((kept for moment, kept in self._frames if moment == at), frame)
                break
        return frame, tuple(
            Overlay(here, _lateness(box, newest - at))
            for (box, _), (one, at) in found.items()
            if -LATE < newest - at < GONE and (here := self._placed(box, one)) is not None
        )

    def _placed(self, box: str, found: Found) -> Found | None:
        """Return what was found as it lies on this picture; None where that is not known."""
        placed = self._framing.placed(box, self._outlet.box)
        if placed is None or placed == WHOLE:
            return found if placed else None
        last = self._moved.get(box)
        if last is not None and last[:2] == (found, placed):
            return last[2]
        moved = _moved(found, placed)
        self._moved[box] = found, placed, moved
        return moved


def black_picture() -> bytes:
    """Return a black picture as JPEG, for who looks while there is nothing to make black."""
    return encode_jpeg(np.zeros((9, 16, 3), np.uint8), QUALITY)


def _image(frame: Message) -> Image:
    """Return what a message shows. Raise ValueError where that is nothing."""
    image = picture_of(frame)
    if image is None:
        raise ValueError("this is no picture")
    return image


def is_found(carried: object) -> bool:
    """Whether a cable carries nothing but who and what was found."""
    return all(isinstance(one, type) and issubclass(one, Found) for one in members(carried))


def _lateness(box: str, behind: int) -> str:
    """Return how late a box is that is behind by so many ns, in words; "" in time."""
    if behind < LATE:
        return ""
    return f"{box if box.isascii() else ''} {behind / SECOND:.1f} s late".strip()


def _with_found(picture: Image, found: tuple[Overlay, ...]) -> Image:
    """Return a copy with who and what was found; what is late is faint, and written."""
    drawn = picture.copy()
    if late := [one for one in found if one.late]:
        for one in late:
            _draw_over(drawn, one.what)
        drawn //= 2
        drawn += picture // 2
    for one in found:
        if not one.late:
            _draw_over(drawn, one.what)
    if late:
        label(drawn, ", ".join(one.late for one in late), (0, 0), MIDDLE)
    return drawn


def _draw_over(picture: Image, found: Found) -> None:
    """Draw, in place, who or what was found."""
    if isinstance(found, Detections):
        draw_boxes(picture, found, names=True, numbers=True)
    else:
        draw_everybody(picture, found, colours="both", numbers=True)


def _moved(found: Found, placed: Rectangle) -> Found:
    """Return what was found in a part of a picture as in the whole."""
    left, bottom, width, height = placed
    if isinstance(found, Detections):
        return Detections(tuple(_moved_thing(one, placed) for one in found.seen))
    seen = []
    for one in found.seen:
        points = one.points.copy()
        points[:, 0] = left + points[:, 0] * width
        points[:, 1] = bottom + points[:, 1] * height
        seen.append(Instance(one.slot, one.id, points))
    return Landmarks(found.skeleton, tuple(seen), found.aspect)


def _moved_thing(one: Detection, placed: Rectangle) -> Detection:
    left, bottom, width, height = placed
    x, y, wide, high = one.box
    box = left + x * width, bottom + y * height, wide * width, high * height
    return Detection(one.label, one.confidence, box, one.id)
