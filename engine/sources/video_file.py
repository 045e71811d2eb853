"""Play a video file in place of a camera."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import field
from typing import Annotated, Any, ClassVar

from engine.core.commands import Notice
from engine.core.errors import DeviceError
from engine.core.messages import Frame, Message, Ns
from engine.core.parameter import FILE, Fixed, Param
from engine.core.source import Emit, Tape
from engine.dsp.image.picture import WHOLE, Crop, Mirror, Picture, Rotate
from engine.video.film import Film
from engine.video.frames import FrameMaker
from engine.video.picture_corrector import Topic
from engine.video.still_files import RATE, names_stills


class VideoFile(Tape):
    """Play a video file, or show a still picture, as if a camera saw it.

    Every picture comes at the time that the file gives it, also where the file runs unevenly, as
    those of telephones do; the first comes at once. Where a file's clock jumps by hours or goes
    back, it plays on at its own rate. Looped, time runs on: the first picture follows the last one
    as if nothing had happened. Where a file is damaged it plays on behind it. Each of these is told
    once.

    Pixels that are not square are made so, films of telephones are turned upright, and interlaced
    film is made whole. Film that is marked as interlaced, and a few codecs such as AV1, need the
    program ffmpeg to be installed. A playlist is refused, whatever its name: it opens other files
    and addresses.

    Raises DeviceError when the file is not there or is not a video.
    """

    OUT: ClassVar[Mapping[str, type]] = {"frame": Frame}

    file: Fixed[Annotated[str, Param("the video file; most formats are read", unit=FILE)]]
    loop: Annotated[bool, Param("begin again at the end")] = False
    speed: Annotated[float, Param("1 is as filmed, 2 twice as fast", 0.1, 10)] = 1.0
    mirror: Mirror = False
    rotate: Rotate = 0
    crop: Crop = WHOLE

    _emit: Emit | None = None
    _at: int = 0
    _told: set[Topic] = field(default_factory=set)
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
        film = Film(self.file, self._notify)
        try:
            next(film.pictures(lambda: None))
        except StopIteration:
            raise DeviceError(f'no picture can be read from "{self.file}"; is it whole?') from None
        finally:
            film.close()

    def events(self) -> Iterator[tuple[Ns, str, Message]]:
        """Yield the frames. Raise DeviceError when the file disappears between two rounds."""
        film: Film | None = None
        at = self._at = 0
        while True:
            film = Film(self.file, self._notify, film)
            try:
                for since, image in film.pictures(self._memory):
                    at = self._at = at + round(since / self.speed)
                    frame = self._frames.make(image, self.mirror, self.rotate, self.crop)
                    yield Ns(at), "frame", frame
                    yield Ns(at + round(film.interval / self.speed)), "", None
            finally:
                film.close()
            at += round(film.interval / self.speed)
            if not film.count or not self.loop:
                return

    def _memory(self) -> Picture | None:
        return self._frames.memory(self.mirror, self.rotate, self.crop)

    def _notify(self, topic: Topic, text: str) -> None:
        if self._emit and topic not in self._told:
            self._told.add(topic)
            self._emit("", Notice(text), Ns(self._at))
