"""Play a video file in place of a camera."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Annotated, ClassVar, cast

import cv2

from engine.core.clock import SECOND, ns
from engine.core.commands import Notice
from engine.core.errors import DeviceError
from engine.core.files import find_readable
from engine.core.messages import Frame, Message, Ns
from engine.core.parameter import Fixed, Param
from engine.core.source import Emit, Tape
from engine.dsp.image.picture import (
    WHOLE,
    Crop,
    Mirror,
    Picture,
    Rotate,
    make_frame,
    silence_opencv,
)

USUAL_FPS = 25.0
"""Frame rate of a file that does not declare one."""
MISSED = 0.1
"""Share of a file that may be missing before it counts as damaged: lengths are estimates."""


class VideoFile(Tape):
    """Play a video file, or show a still picture, as if a camera saw it.

    Every picture comes at the time that the file gives it, also where the file runs unevenly, as
    those of telephones do. Looped, time runs on: the first picture follows the last one as if
    nothing had happened. A file that is damaged plays as far as it goes, and a notice says so.

    Raises DeviceError when the file is not there or is not a video.
    """

    OUT: ClassVar[Mapping[str, type]] = {"frame": Frame}

    file: Fixed[Annotated[str, Param("the video file; most formats are read")]]
    loop: Annotated[bool, Param("begin again at the end")] = False
    speed: Annotated[float, Param("1 is as filmed, 2 twice as fast", 0.1, 10)] = 1.0
    mirror: Mirror = False
    rotate: Rotate = 0
    crop: Crop = WHOLE

    _emit: Emit | None = None

    @property
    def endless(self) -> bool:  # here it depends on a parameter
        """Whether the show does not end with it: True while looped."""
        return self.loop

    def open(self, emit: Emit) -> None:
        """Check that there is a picture to show. Raise DeviceError when there is none."""
        self._emit = emit
        film = _Film(self.file)
        try:
            next(film.pictures())
        except StopIteration:
            raise DeviceError(f'no picture can be read from "{self.file}"; is it whole?') from None
        finally:
            film.close()

    def events(self) -> Iterator[tuple[Ns, str, Message]]:
        """Yield the frames. Raise DeviceError when the file disappears between two rounds."""
        at = 0
        whole = True
        while True:
            film = _Film(self.file)
            try:
                for since, image in film.pictures():
                    at += round(since / self.speed)
                    yield Ns(at), "frame", make_frame(image, self.mirror, self.rotate, self.crop)
                    yield Ns(at + round(film.interval / self.speed)), "", None
            finally:
                film.close()
            at += round(film.interval / self.speed)
            damage = film.damage()
            if damage and whole:
                whole = False
                self._say(damage, Ns(at))
            if film.empty() or not self.loop:
                return

    def _say(self, text: str, at: Ns) -> None:
        if self._emit:
            self._emit("", Notice(text), at)


class _Film:
    """One pass through a file."""

    def __init__(self, file: str) -> None:
        silence_opencv()
        self._file = file
        self._capture = _open(file)
        fps = self._capture.get(cv2.CAP_PROP_FPS)
        count = self._capture.get(cv2.CAP_PROP_FRAME_COUNT)
        if not 0 < fps <= 1000:
            fps = USUAL_FPS
        self.interval = ns(1 / fps)
        self._promised = ns(count / fps) if 0 < count < math.inf else 0
        self._played = 0

    def pictures(self) -> Iterator[tuple[int, Picture]]:
        """Yield each frame with the ns since the one before it."""
        begin: float | None = None
        before = 0
        while True:
            ok, image = self._capture.read()
            if not ok:
                return
            said = self._capture.get(cv2.CAP_PROP_POS_MSEC)
            begin = said if begin is None else begin
            moment: int = ns((said - begin) / 1000)
            if moment <= before and self._played:
                moment = before + self.interval
            self._played = moment + self.interval
            yield moment - before, cast(Picture, image)
            before = moment

    def empty(self) -> bool:
        """Whether no frame was read."""
        return not self._played

    def damage(self) -> str:
        """Return a description of what is missing at the end, or ""."""
        missing = self._promised - self._played
        if missing <= max(self._promised * MISSED, 2 * self.interval):
            return ""
        played, promised = self._played / SECOND, self._promised / SECOND
        return f'"{self._file}" is damaged: it ends after {played:.1f} s of {promised:.1f} s'

    def close(self) -> None:
        """Release the file."""
        self._capture.release()


def _open(file: str) -> cv2.VideoCapture:
    path = find_readable(file, "a video file")
    # FFmpeg on every system, so that a file gives the same pictures everywhere.
    capture = cv2.VideoCapture(str(path), cv2.CAP_FFMPEG)
    if not capture.isOpened():
        capture.release()
        raise DeviceError(f'"{file}" is not a video, or is damaged at its beginning')
    return capture
