"""Hold a picture, or play the last seconds in a loop."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import field
from typing import Annotated, ClassVar

import numpy as np

from engine.core.clock import ns
from engine.core.messages import Frame, Ns, Trigger
from engine.core.node import Node
from engine.core.parameter import Param
from engine.video.canvas import finished
from engine.video.picture_memory import PictureMemory


class Still(Node):
    """Take a picture at a press and hold it, or the last seconds, and play them in a loop.

    Until then pictures go through as they come. ``take`` is the trigger that takes the newest
    picture, again at every press; ``live`` the one that lets go. ``hold`` is both in one: it takes
    as it goes on, and lets go as it goes off, as by a pad that is held or a pedal.

    With a ``length`` it takes the pictures of the last seconds and plays them in a loop, beginning
    with the oldest, or with the newest where ``speed`` is below 0. ``speed`` may be played: at 0
    the loop stands, at -1 it goes back. With ``there_and_back`` it turns round at its ends.

    What is held comes as often as new pictures do, so looks and knobs behind it go on. Up to
    512 MB of pictures are kept: 6 s at 1280x720 and 30 pictures a second, and less of larger ones.
    """

    lane: ClassVar[bool] = True

    hold: Annotated[bool, Param("take as it goes on, let go as it goes off")] = False
    length: Annotated[float, Param("how much is taken; 0 is one picture", 0, 30, unit="s")] = 0.0
    speed: Annotated[float, Param("of the loop: 1 as it was, -1 backwards, 0 stands", -10, 10)] = (
        1.0
    )
    there_and_back: Annotated[bool, Param("turn round at the ends of the loop")] = False

    _past: PictureMemory = field(default_factory=PictureMemory)
    _newest: Frame | None = None
    _taken: tuple[tuple[Ns, Frame], ...] = ()
    _place: float = 0.0
    _before: Ns | None = None
    _held: bool = False

    def process(self, frame: Frame, at: Ns) -> Frame:
        """Return the picture that came, or what is held instead."""
        if self.hold != self._held:
            self._held = self.hold
            if self.hold:
                self._newest = self._newest or frame
                self._take(at)
            else:
                self._taken = ()
        self._newest = frame
        if not self._taken:
            self._keep(frame, at)
            return frame
        return self._play(at)

    def on_take(self, take: Trigger, at: Ns) -> None:
        """Take what was seen last, and hold it."""
        self._take(at)

    def on_live(self, live: Trigger) -> None:
        """Let go: pictures go through again."""
        self._taken = ()

    def reset(self) -> None:
        """Forget what was seen and what is held."""
        self._past.clear()
        self._newest, self._taken, self._before = None, (), None
        self._held = False

    def _keep(self, frame: Frame, at: Ns) -> None:
        """Keep a picture for a loop that may be taken.

        Why a copy: it is kept for seconds, and the memory of a source would run out of places.
        """
        if self.length <= 0:
            self._past.clear()
            return
        oldest = self._past.oldest()
        if oldest is not None and oldest[0] > at:
            self._past.clear()  # time has begun anew
        copy = np.array(frame.image)
        copy.flags.writeable = False
        self._past.put(at, copy)
        self._past.forget(at - ns(self.length))

    def _take(self, at: Ns) -> None:
        newest = self._newest
        if newest is None:
            return
        past = self._past.all() or [(at, newest.image)]
        self._taken = tuple((when, finished(newest, image)) for when, image in past)
        span = past[-1][0] - past[0][0]
        if self._past.is_full:
            self._past.tell_too_short(f"length = {self.length:g} s", span)
        self._past.clear()
        self._place = 0.0 if self.speed >= 0 else float(span)
        self._before = None

    def _play(self, at: Ns) -> Frame:
        """Return the picture at which the loop stands, and move it on."""
        begin = self._taken[0][0]
        # The last picture is seen as long as those before it, so that the loop does not stumble.
        count = len(self._taken)
        span = self._taken[-1][0] - begin
        whole = span * count / (count - 1) if count > 1 else 0.0
        if self._before is not None:
            self._place += self.speed * max(at - self._before, 0)
        self._before = at
        if whole <= 0:
            return self._taken[-1][1]
        if self.there_and_back:
            self._place %= 2 * span
            place = min(self._place, 2 * span - self._place)
        else:
            self._place %= whole
            place = self._place
        number = bisect_right(self._taken, begin + place + 0.5, key=lambda each: each[0]) - 1
        return self._taken[min(max(number, 0), count - 1)][1]
