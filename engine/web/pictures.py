"""The live picture: the newest one, with the skeletons found in it, encoded once for all viewers.

Nothing is drawn or encoded without a viewer. A slow viewer gets fewer pictures, never older ones.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import AsyncGenerator

from engine.core.clock import MILLISECOND
from engine.core.kinds import Image, is_picture, picture_of
from engine.core.landmarks import Landmarks
from engine.core.messages import Message, Ns
from engine.core.skeletons import Skeleton
from engine.dsp.image.draw import blank, draw_landmarks
from engine.dsp.image.jpeg import downscaled, encode_jpeg
from engine.patch.plan import FEEDS, Outlet, Plan
from engine.runtime.engine import Engine

LOOK_S = 1 / 100
EVERY = 5
"""A picture is drawn at most once in this many looks: 20 a second."""

AGAIN = 1.0
LONGEST = 960
QUALITY = 78
KEPT = 8
IN_STEP = 150 * MILLISECOND
"""A skeleton at most this much behind is shown on the very picture in which it was found."""

STALE = 400 * MILLISECOND
"""A skeleton this much older than the picture is not drawn: the body has moved on."""


class Picture:
    """The picture of one outlet, for any number of viewers on one loop."""

    def __init__(self, engine: Engine, outlet: Outlet) -> None:
        self._slot = engine.slots[outlet]
        self._landmarks = [
            slot
            for other, slot in engine.slots.items()
            if other.box in _seen_through(engine.plan, outlet)
        ]
        self._frames: deque[tuple[Ns, Message]] = deque(maxlen=KEPT)
        self._viewers = 0
        self._privacy = engine.privacy
        self._newest: tuple[int, bytes, bool] = (0, b"", False)
        self._changed = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

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
                if self._newest[0] == seen:
                    with contextlib.suppress(TimeoutError):
                        await asyncio.wait_for(self._changed.wait(), AGAIN)
                seen, jpeg, shows = self._newest
                yield jpeg if self._privacy.pictures_may_leave or not shows else b""
        finally:
            self._viewers -= 1

    async def _draw(self) -> None:
        """Draw while there is a viewer."""
        turn, before = 0, None
        while self._viewers > 0:
            self._keep()
            turn += 1
            if turn % EVERY == 0 and self._frames:
                shows, (frame, found) = self._privacy.pictures_may_leave, self._pair()
                if (frame, found, shows) != before and (jpeg := _drawn(frame, found, shows)):
                    before = (frame, found, shows)
                    self._newest = (self._newest[0] + 1, jpeg, shows)
                    changed, self._changed = self._changed, asyncio.Event()
                    changed.set()
            await asyncio.sleep(LOOK_S)

    def _keep(self) -> None:
        """Keep the last few pictures with their moments."""
        frame = self._slot.value
        if is_picture(type(frame)) and (not self._frames or self._frames[-1][1] is not frame):
            self._frames.append((self._slot.at, frame))

    def _pair(self) -> tuple[Message, tuple[Landmarks, ...]]:
        """Return a picture and who was found in it, which arrives a moment later.

        Why not always the newest picture: a skeleton that trails its body looks like a mistake.
        """
        newest, frame = self._frames[-1]
        found: dict[Skeleton, tuple[Landmarks, Ns]] = {}
        for slot in self._landmarks:
            if isinstance(slot.value, Landmarks):
                found.setdefault(slot.value.skeleton, (slot.value, slot.at))
        for _, at in found.values():
            if abs(newest - at) <= IN_STEP:
                frame = next((kept for moment, kept in self._frames if moment == at), frame)
                break
        return frame, tuple(one for one, at in found.values() if abs(newest - at) < STALE)


def _drawn(frame: Message, found: tuple[Landmarks, ...], shows: bool) -> bytes:
    """Return the JPEG of a picture with its skeletons; b"" where it cannot be encoded.

    Without ``shows`` the skeletons are drawn on black, as nobody may see the picture itself.
    """
    try:
        drawn = downscaled(_image(frame), LONGEST)
        if not shows:
            drawn = blank(drawn)
        for one in found:
            drawn = draw_landmarks(drawn, one)
        return encode_jpeg(drawn, QUALITY)
    except Exception:
        return b""


def _image(frame: Message) -> Image:
    """Return what a message shows. Raise ValueError where that is nothing."""
    image = picture_of(frame)
    if image is None:
        raise ValueError("this is no picture")
    return image


def _seen_through(plan: Plan, outlet: Outlet) -> set[str]:
    """Return the names of the boxes that this picture fires, directly or through others."""
    found: set[str] = set()
    ahead = [w.box for w in plan.wires if w.source == outlet and w.into in FEEDS]
    while ahead:
        box = ahead.pop()
        if box not in found:
            found.add(box)
            ahead += [w.box for w in plan.wires if w.source.box == box and w.into in FEEDS]
    return found
