"""The contract of every output of pictures: a window, a film, a camera of another program."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, ClassVar, Final

import numpy as np
from numpy.typing import NDArray

from engine.core.context import Context
from engine.core.errors import UnknownName
from engine.core.kinds import picture_of
from engine.core.messages import Frame, Mask, Message, Ns
from engine.core.sink import Sink
from engine.dsp.image.brightness import dimmed

Image = NDArray[np.uint8]
IN: Final = "in"
"""The one port: what ``from`` leads to."""


class PictureSink(Sink, ABC):
    """An output with one input for pictures, and a thread of its own: it may block.

    A slow one gets fewer pictures, never older ones. The masters lie above it: black-out and
    brightness change what was given last as well; while frozen that stands. What may not leave, for
    the show is private, is not given to it, and it goes dark. ``start``, ``show``, ``dark`` and
    ``finish`` are all that one has to say; ``show`` is called on one thread, in order.
    """

    follows_masters: ClassVar[bool] = True
    masters_apply: ClassVar[bool] = True
    """Whether black-out and brightness are applied to what is shown: to an audience, not a film."""

    _context: Context = Context()
    _last: Image | None = None
    _last_at: Ns = Ns(0)
    _is_open: bool = False
    _is_tapped_only: bool = False

    @property
    def lane(self) -> bool:
        """Whether ``send`` may block: always."""
        return True

    def accepts(self, port: str) -> tuple[type, ...]:
        """Return the kinds of pictures. Raise UnknownName for any port but that of ``from``."""
        if port != IN:
            raise UnknownName("input", port, [IN])
        return (Frame, Mask)

    @abstractmethod
    def start(self) -> None:
        """Open the device. Raise DeviceError where it is missing."""

    @abstractmethod
    def show(self, image: Image, at: Ns) -> None:
        """Show a picture: uint8, (height, width, 3), BGR, read-only; it describes ``at``."""

    def dark(self) -> None:
        """Show black: there is nothing to be seen, or nothing that may be."""

    def finish(self) -> None:
        """Close the device, after ``start`` or a failed one."""

    def open(self, context: Context) -> None:
        """Open the device. Raise DeviceError where it is missing."""
        self._context = context
        self._is_tapped_only = False
        self._last = None
        self.start()
        self._is_open = True

    def open_offline(self, context: Context) -> None:
        """Open nothing: in virtual time nobody looks on. What would be shown is only tapped."""
        self._context = context
        self._is_tapped_only = True
        self._is_open = True

    def open_muted(self, context: Context) -> None:
        """Open nothing, as in a replay."""
        PictureSink.open_offline(self, context)

    def close(self) -> None:
        """Close the device."""
        was_open, self._is_open = self._is_open, False
        self._last = None
        if was_open and not self._is_tapped_only:
            self.finish()

    def send(self, port: str, message: Message, at: Ns) -> None:
        """Show a picture, unless the picture is frozen."""
        image = picture_of(message)
        if image is None or not self._is_open or self._context.masters.frozen:
            return
        self._last, self._last_at = image, at
        self._give(image, at)
        height, width = image.shape[:2]
        self.note_sent(port, {"picture": [width, height]})

    def silence(self, port: str | None = None) -> None:
        """Go dark: what it showed was lost, or is off. What is frozen stands."""
        if self._is_open and not self._is_tapped_only and not self._context.masters.frozen:
            self._last = None
            self.dark()

    def on_masters(self) -> None:
        """Show what was shown last as the masters want it now, or nothing that is private."""
        if not self._is_open or self._is_tapped_only:
            return
        if not (self._context.pictures_may_leave or self.shows_in_private):
            self._last = None
            self.dark()
        elif self._last is not None and self.masters_apply:
            self._give(self._last, self._last_at)

    def _give(self, image: Image, at: Ns) -> None:
        if self._is_tapped_only:
            return
        masters = self._context.masters
        if self.masters_apply:
            image = dimmed(image, 0.0 if masters.blackout else masters.level)
        self.show(image, at)

    def options(self) -> type[Any] | None:
        """Return nothing: a cable of pictures has no options."""
        return None
