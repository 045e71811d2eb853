"""Play a video file in place of a camera."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Generator, Iterator, Mapping
from dataclasses import field
from pathlib import Path
from typing import Annotated, Any, ClassVar, Final

from engine.core.clock import MILLISECOND
from engine.core.commands import Notice
from engine.core.errors import DeviceError
from engine.core.messages import Frame, Message, Ns
from engine.core.parameter import FILE, Fixed, Param
from engine.core.source import Emit, Tape
from engine.dsp.image.picture import WHOLE, Crop, Mirror, Picture, Rotate
from engine.video.film import Film
from engine.video.frames import FrameMaker
from engine.video.picture_corrector import Topic
from engine.video.shuttle import Shuttle
from engine.video.still_files import RATE, names_stills, why_no_picture

_SLICE: Final = 40 * MILLISECOND
"""How long it waits at most before it looks again what is wanted of it."""
_QUICKEST: Final = 8 * MILLISECOND
"""From one picture to the next where each is shown."""
_ROUNDING: Final = 1e-6
"""Pictures that sums of parts of a picture may be wrong by."""


class VideoFile(Tape):
    """Play a video file, or show a still picture, as if a camera saw it.

    Every picture comes at the time that the file gives it, also where the file runs unevenly, as
    those of telephones do; the first comes at once. Where a file's clock jumps by hours or goes
    back, it plays on at its own rate. Looped, time runs on: the first picture follows the last one
    as if nothing had happened. Where a file is damaged it plays on behind it. Each of these is told
    once.

    ``speed`` may be played, by a cable, a knob or a hand: at 0 the picture stands, below 0 the film
    goes back, and so it is scratched. Setting ``position`` jumps there, every time; under a fader
    with ``speed = 0`` that is a wheel. ``begin`` and ``end`` are a part that is played alone, such
    as a loop that a pad chooses. How promptly it goes back or jumps is up to the file: it is
    decoded from the last whole picture on, which some films have once in ten seconds, and those
    made to be edited (``ffmpeg -g 1``) everywhere. Up to 256 MB of pictures near the place are kept
    for it. Where more than 125 pictures a second would come, some are left out.

    Pixels that are not square are made so, films of telephones are turned upright, and interlaced
    film is made whole. Film that is marked as interlaced, and a few codecs such as AV1, need the
    program ffmpeg to be installed. A playlist is refused, whatever its name: it opens other files
    and addresses.

    Raises DeviceError when the file is not there or is not a video.
    """

    OUT: ClassVar[Mapping[str, type]] = {"frame": Frame}

    file: Fixed[Annotated[str, Param("the video file; most formats are read", unit=FILE)]]
    loop: Annotated[bool, Param("begin again at the end")] = False
    speed: Annotated[
        float, Param("1 is as filmed, 2 twice as fast, 0 stands, -1 goes back", -10, 10)
    ] = 1.0
    position: Annotated[
        float, Param("setting it jumps there: 0 is the beginning, 1 the end", 0, 1)
    ] = 0.0
    begin: Annotated[float, Param("where the part that is played begins, 0 to 1", 0, 1)] = 0.0
    end: Annotated[float, Param("where the part that is played ends, 0 to 1", 0, 1)] = 1.0
    mirror: Mirror = False
    rotate: Rotate = 0
    crop: Crop = WHOLE

    _emit: Emit | None = None
    _at: int = 0
    _jumps: deque[float] = field(default_factory=lambda: deque(maxlen=1))
    _place: float = 0.0
    _told: set[Topic] = field(default_factory=set)
    _frames: FrameMaker = field(default_factory=FrameMaker)

    def __setattr__(self, name: str, value: Any) -> None:
        """Heed each time that the position is set: a pad is pressed twice for the same place."""
        super().__setattr__(name, value)
        if name == "position" and "_jumps" in self.__dict__:
            self._jumps.append(value)

    @property
    def endless(self) -> bool:  # here it depends on parameters
        """Whether the show does not end with it: True while looped, or while it does not go on."""
        return self.loop or self.speed <= 0

    def fallback(self, live: bool) -> tuple[str, dict[str, Any]] | None:
        """Return picture_file where the file is a still, a folder or a sequence of pictures."""
        if not names_stills(self.file):
            return None
        seen = {"mirror": self.mirror, "rotate": self.rotate, "crop": self.crop}
        rate = min(max(RATE * abs(self.speed), 1.0), 1000.0)
        return "picture_file", {"file": self.file, "fps": rate, "loop": self.loop, **seen}

    def doubts(self, folder: Path | None) -> Mapping[str, str]:
        """Return that what it is to play is not there."""
        why = why_no_picture(self.file)
        return {"file": why} if why else {}

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
        self._at = 0
        self._jumps.extend([self.position] if self.position else [])
        while True:
            film = Film(self.file, self._notify, film)
            try:
                played_on = yield from self._play(film)
                goes_on = played_on or (yield from self._scratch(film))
            finally:
                film.close()
            if not film.count or not (goes_on and self.loop):
                return

    def _play(self, film: Film) -> Generator[tuple[Ns, str, Message], None, bool]:
        """Play a film once, from its beginning and at the times that it gives.

        Return whether it came to the end; else it is wanted elsewhere, or another way, from
        ``_place`` on.
        """
        self._place = 0.0
        speed = self._straight_speed(film)
        if not speed:
            return False
        waited = self._at
        passed = 0.0  # ns of the film behind the last picture
        for since, image in film.pictures(self._memory):
            self._at = max(self._at + round((since - passed) / speed), waited)
            yield Ns(self._at), "frame", self._made(image)
            passed = 0.0
            is_due = False
            while not is_due:
                step = (film.interval - passed) / speed
                is_due = step <= _SLICE
                step = min(step, _SLICE)
                waited = self._at + round(step)
                yield Ns(waited), "", None
                before, speed = speed, self._straight_speed(film)
                if not (speed and is_due):
                    self._at = waited
                    passed += step * before
                if not speed:
                    self._place = film.count - 1 + passed / film.interval
                    return False
        self._at += round((film.interval - passed) / speed)
        return True

    def _straight_speed(self, film: Film) -> float:
        """Return its speed while all of it is played forwards, picture by picture; else 0.

        Very fast it is not: so many pictures nobody needs, and some machines cannot decode.
        """
        speed, whole = self.speed, (self.begin, self.end) == (0.0, 1.0)
        straight = whole and not self._jumps and 0 < speed <= film.interval / _QUICKEST
        return speed if straight else 0.0

    def _scratch(self, film: Film) -> Generator[tuple[Ns, str, Message], None, bool]:
        """Play a film from ``_place`` on at any speed, forwards and backwards, and where it is set.

        Return whether it came to the end. It shows a picture at every tick, the same one again
        where it stands, so that it heeds at once what is set, and looks behind it go on.
        """
        shuttle = Shuttle(film, film.count)
        tick = min(film.interval, _SLICE)
        step = 0.0
        shown: Picture | None = None
        frame: Frame | None = None
        seen: object = None
        while self._move(film, shuttle, step):
            image = shuttle.show(math.floor(self._place + _ROUNDING), self.speed)
            looks = self.mirror, self.rotate, tuple(self.crop)
            if image is not None and (image is not shown or looks != seen):
                frame, shown, seen = self._made(image), image, looks
            if frame is not None:
                yield Ns(self._at), "frame", frame
            self._at += tick
            yield Ns(self._at), "", None
            step = self.speed * tick / film.interval
            self._place += step
        film.count = shuttle.count
        return True

    def _move(self, film: Film, shuttle: Shuttle, step: float) -> bool:
        """Go to where it was set, and stay in the part that is played; return False at its end.

        ``step`` is how many pictures it has just gone on.
        """
        low, high = sorted((self.begin, self.end))
        first = shuttle.first = min(math.floor(low * shuttle.count), shuttle.count - 1)
        number = max(math.ceil(high * shuttle.count) - first, 1)
        last = first + number - 1
        if self._jumps:
            place = self._jumps.pop() * (shuttle.count - 1)
            self._place = min(max(place, first), last)
            return True
        was, now = (each - first + _ROUNDING for each in (self._place - step, self._place))
        if 0 <= now < number:
            return True
        if not 0 <= was < number:  # it is another part than before
            self._place = float(first if self.speed >= 0 else last)
            return True
        if step > 0 and (not self.loop or self._straight_speed(film)):
            return False
        self._place = first + max(now % number - _ROUNDING, 0.0) if self.loop else float(first)
        return True

    def _made(self, image: Picture) -> Frame:
        return self._frames.make(image, self.mirror, self.rotate, self.crop)

    def _memory(self) -> Picture | None:
        return self._frames.memory(self.mirror, self.rotate, self.crop)

    def _notify(self, topic: Topic, text: str) -> None:
        if self._emit and topic not in self._told:
            self._told.add(topic)
            self._emit("", Notice(text), Ns(self._at))
