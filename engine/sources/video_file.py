"""Play a video file in place of a camera."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import field
from typing import Annotated, Any, ClassVar, cast

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
    silence_opencv,
)
from engine.video.frames import FrameMaker
from engine.video.still_files import RATE, names_stills

DEFAULT_FPS = 25.0
"""Frame rate of a file that does not declare one."""
DAMAGE_SHARE = 0.1
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
    _frames: FrameMaker = field(default_factory=FrameMaker)

    @property
    def endless(self) -> bool:  # here it depends on a parameter
        """Whether the show does not end with it: True while looped."""
        return self.loop

    def fallback(self, live: bool) -> tuple[str, dict[str, Any]] | None:
        """Return picture_file where the file is a still, a folder or a sequence of pictures."""
        if not names_stills(self.file):
            return None
        seen = {"mirror": self.mirror, "rotate": self.rotate, "crop": self.crop}
        rate = min(RATE * self.speed, 1000.0)
        return "picture_file", {"file": self.file, "fps": rate, "loop": self.loop, **seen}

    def open(self, emit: Emit) -> None:
        """Check that there is a picture to show. Raise DeviceError when there is none."""
        self._emit = emit
        decoder = _Decoder(self.file)
        try:
            next(decoder.pictures(lambda: None))
        except StopIteration:
            raise DeviceError(f'no picture can be read from "{self.file}"; is it whole?') from None
        finally:
            decoder.close()

    def events(self) -> Iterator[tuple[Ns, str, Message]]:
        """Yield the frames. Raise DeviceError when the file disappears between two rounds."""
        at = 0
        intact = True
        while True:
            decoder = _Decoder(self.file)
            try:
                for since, image in decoder.pictures(self._memory):
                    at += round(since / self.speed)
                    frame = self._frames.make(image, self.mirror, self.rotate, self.crop)
                    yield Ns(at), "frame", frame
                    yield Ns(at + round(decoder.interval / self.speed)), "", None
            finally:
                decoder.close()
            at += round(decoder.interval / self.speed)
            damage = decoder.damage()
            if damage and intact:
                intact = False
                self._notify(damage, Ns(at))
            if decoder.empty() or not self.loop:
                return

    def _memory(self) -> Picture | None:
        return self._frames.memory(self.mirror, self.rotate, self.crop)

    def _notify(self, text: str, at: Ns) -> None:
        if self._emit:
            self._emit("", Notice(text), at)


class _Decoder:
    """One pass through a file."""

    def __init__(self, file: str) -> None:
        silence_opencv()
        self._file = file
        self._capture = _open(file)
        fps = self._capture.get(cv2.CAP_PROP_FPS)
        count = self._capture.get(cv2.CAP_PROP_FRAME_COUNT)
        if not 0 < fps <= 1000:
            fps = DEFAULT_FPS
        self.interval = ns(1 / fps)
        self._declared = ns(count / fps) if 0 < count < math.inf else 0
        self._played = 0

    def pictures(self, memory: Callable[[], Picture | None]) -> Iterator[tuple[int, Picture]]:
        """Yield each picture with the ns since the one before it.

        It lies in what ``memory`` gives, where that is of its size; else OpenCV makes its own.
        """
        begin: float | None = None
        before = 0
        while True:
            ok, image = self._capture.read(memory())
            if not ok:
                return
            position = self._capture.get(cv2.CAP_PROP_POS_MSEC)
            begin = position if begin is None else begin
            moment: int = ns((position - begin) / 1000)
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
        missing = self._declared - self._played
        if missing <= max(self._declared * DAMAGE_SHARE, 2 * self.interval):
            return ""
        played, declared = self._played / SECOND, self._declared / SECOND
        return f'"{self._file}" is damaged: it ends after {played:.1f} s of {declared:.1f} s'

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
