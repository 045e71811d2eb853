"""Plays one pass through a film, by whichever way can read it.

OpenCV reads nearly every film, at once and in this process, and so it is tried first. ffmpeg, where
it is installed, stands between film and OpenCV for what OpenCV cannot: pictures that are marked as
interlaced, of which OpenCV makes black or garbage, and codecs that its own FFmpeg lacks, such as
AV1. It hands over plain pictures through a pipe, which OpenCV opens as if it were the film, so
times, pixels and everything else go one way.

Either way every picture comes out as it is to be seen (``shown``).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Final, cast

import cv2
import numpy as np

from engine.core.clock import SECOND, ns
from engine.core.errors import DeviceError
from engine.core.files import find_readable
from engine.dsp.image.interlace import InterlaceDetector
from engine.dsp.image.picture import Picture, silence_opencv
from engine.video.cut_off import is_cut_off
from engine.video.ffmpeg import DamageProbe, FfmpegPipe, facts, installed, remedy
from engine.video.film_clock import FilmClock
from engine.video.picture_corrector import Memory, PictureCorrector, Tell, pixel_shape
from engine.video.playlist import refuse_playlist
from engine.video.scan import scan_type
from engine.video.still_files import FILM

DEFAULT_FPS: Final = 25.0
"""Frame rate of a file that does not declare one."""
DAMAGE_SHARE: Final = 0.1
"""Share of a file that may be missing before it counts as damaged: lengths are estimates."""
LARGEST: Final = 100_000_000
"""Points of a picture: each takes some 12 bytes until it is shown."""
_PASSED: Final = np.zeros((0, 0, 3), np.uint8)
_FIRST_TRIES: Final = 16
_TRIES: Final = 300
"""How many pictures in a row may be unreadable where a film does not say how long it is."""
_MOST_TRIES: Final = 20_000


class Film:
    """A film, open at its beginning; it is played once, and closed.

    ``tell`` takes what is wrong with it, and ``earlier`` is the film as it was played in the round
    before. ``interval`` ns are declared for a picture; ``count`` were played.

    Raise DeviceError where it cannot be read, or may not be.
    """

    def __init__(self, file: str, tell: Tell, earlier: Film | None = None) -> None:
        silence_opencv()
        self.count = 0
        self._file = file
        self._tell = tell
        self._known = earlier.count if earlier else 0
        self._path = find_readable(file, FILM)
        refuse_playlist(self._path, file)
        self._pipe: FfmpegPipe | None = None
        self._probe: DamageProbe | None = None
        self._detector: InterlaceDetector = earlier._detector if earlier else InterlaceDetector()
        self._grabbed = False
        self._jumped = False
        self._played = 0
        self._begin = 0
        # FFmpeg on every system, so that a file gives the same pictures everywhere.
        self._capture = cv2.VideoCapture(str(self._path), cv2.CAP_FFMPEG)
        try:
            self.interval, self._declared = _declared(self._capture)
            self._choose_way()
            pixel = pixel_shape(self._capture, f'"{file}"', tell)
            detector = None if self._pipe else self._detector
            self._shown = PictureCorrector(f'"{file}"', tell, pixel, detector)
        except BaseException:
            self.close()
            raise

    def pictures(self, memory: Memory) -> Iterator[tuple[int, Picture]]:
        """Yield each picture with the ns since the one before it.

        It is uint8 of shape (height, width, 3), and lies in what ``memory`` gives where that is of
        its size; else OpenCV makes its own.
        """
        clock = FilmClock(self.interval)
        before = 0
        while (picture := self.read(memory)) is not None:
            moment = clock.moment(self._capture.get(cv2.CAP_PROP_POS_MSEC))
            if clock.jump and not self._jumped:
                self._tell_jump(*clock.jump)
            if clock.gap is not None and not self._known:
                self._doubt_it()
            self.count += 1
            self._played = moment + self.interval
            yield moment - before, picture
            before = moment
        if clock.gap is not None and self._probe is not None and self._probe.found():
            self._tell_hole(clock.gap)
        self._tell_end()

    @property
    def length(self) -> int:
        """How many pictures it has, as its head says or as was counted; 0 where nobody knows."""
        return self._known or round(self._declared / self.interval)

    def read(self, memory: Memory, *, shown: bool = True) -> Picture | None:
        """Return the next picture, as ``pictures`` does; None at the end.

        One that is not to be ``shown`` is passed over, and is empty.
        """
        while self._grab():
            if not shown:
                return _PASSED
            ok, image = self._capture.retrieve(self._shown.memory(memory))
            if not ok or image is None or not image.size:
                continue
            picture = cast(Picture, image)
            self._shown.look(picture)
            return self._shown.show(picture, memory)
        return None

    def seek(self, number: int) -> None:
        """Go to a picture, the first one being 0: that is read next.

        What OpenCV cannot read is begun anew there; a film that marks few pictures as whole takes
        its time.
        """
        self._grabbed = False
        self._played = number * self.interval
        if self._pipe is None:
            self._capture.set(cv2.CAP_PROP_POS_FRAMES, number)
            return
        program = installed("ffmpeg")
        pipe = FfmpegPipe(program, self._path, number * self.interval / SECOND)
        with pipe.reading():
            capture = cv2.VideoCapture(pipe.address, cv2.CAP_FFMPEG)
        self.close()
        self._capture, self._pipe = capture, pipe

    def close(self) -> None:
        """Release the file, and end the program that reads it."""
        self._capture.release()
        if self._pipe:
            self._pipe.close()
            self._pipe = None
        if self._probe:
            self._probe.close()
            self._probe = None

    # Which way.

    def _choose_way(self) -> None:
        opened = self._capture.isOpened()
        self._refuse_large()
        failed = next((n for n in range(_FIRST_TRIES) if self._capture.grab()), _FIRST_TRIES)
        self._grabbed = failed < _FIRST_TRIES
        if self._grabbed:
            self._begin = round(max(0.0, self._capture.get(cv2.CAP_PROP_PTS)) * self.interval)
            if failed:
                self._tell_hole(0)
            if not self._may_be_interlaced():
                return
        if self._go_through_ffmpeg(opened):
            return
        if not opened and is_cut_off(self._path):
            missing = "its end is missing, which says where each picture lies"
            raise DeviceError(f'"{self._file}" was cut off before it was finished: {missing}')
        if not opened:
            raise DeviceError(f'"{self._file}" is not a video, or is damaged at its beginning')
        if self._grabbed:
            self._refuse_garbage()
        elif not installed("ffmpeg"):
            raise DeviceError(
                f'no picture can be read from "{self._file}"; ffmpeg might: {remedy()}'
            )

    def _may_be_interlaced(self) -> bool:
        scan = scan_type(self._capture)
        if scan == "unknown":
            known = facts(self._path)
            return known is None or known.interlaced
        return scan == "interlaced"

    def _go_through_ffmpeg(self, opened: bool) -> bool:
        """Read by ffmpeg from now on; return False where that gives no picture either."""
        program = installed("ffmpeg")
        known = None if opened else facts(self._path)
        if not program or not (opened or known or not installed("ffprobe")):
            return False
        try:
            pipe = FfmpegPipe(program, self._path)
        except OSError:
            return False
        with pipe.reading():
            capture = cv2.VideoCapture(pipe.address, cv2.CAP_FFMPEG)
            reads = capture.isOpened() and capture.grab()
        if not reads:
            capture.release()
            pipe.close()
            return False
        self._capture.release()
        self._capture, self._pipe, self._grabbed = capture, pipe, True
        if not opened:
            self.interval, _ = _declared(capture)
            self._declared = known.length if known else 0
        return True

    def _refuse_large(self) -> None:
        width, height = map(
            self._capture.get, (cv2.CAP_PROP_FRAME_WIDTH, cv2.CAP_PROP_FRAME_HEIGHT)
        )
        if width * height > LARGEST:
            size = f"{width:.0f}x{height:.0f}"
            most = f"{LARGEST // 1_000_000} million points"
            raise DeviceError(
                f'the pictures of "{self._file}" are too large: {size}, at most {most}'
            )

    def _refuse_garbage(self) -> None:
        """Raise DeviceError where OpenCV gives one picture for all, as it does for interlaced ones.

        Some films that may have such pictures have none.
        """
        capture = cv2.VideoCapture(str(self._path), cv2.CAP_FFMPEG)
        seen = [read[1] for _ in range(2) if (read := capture.read())[0]]
        capture.set(cv2.CAP_PROP_POS_FRAMES, capture.get(cv2.CAP_PROP_FRAME_COUNT) // 2)
        seen += [read[1] for _ in range(1) if (read := capture.read())[0]]
        capture.release()
        if len(seen) > 1 and all(np.array_equal(seen[0], other) for other in seen[1:]):
            how = "ffmpeg cannot read it" if installed("ffmpeg") else f"needs ffmpeg: {remedy()}"
            raise DeviceError(f'"{self._file}" is interlaced, and {how}')

    # One picture.

    def _grab(self) -> bool:
        """Go on to the next picture that can be read; return False at the end."""
        if self._grabbed:
            self._grabbed = False
            return True
        if self._pipe:
            with self._pipe.reading():
                return self._capture.grab()
        if self._capture.grab():
            return True
        if any(self._capture.grab() for _ in range(self._tries())):
            self._tell_hole(self._played)
            return True
        return False

    def _tries(self) -> int:
        """Return how many pictures in a row may be missing here: a failed one looks like the end.

        Trying costs up to 0.06 ms where it is the end.
        """
        if self._known and self.count >= self._known:
            return 0
        if not self._declared or self._jumped:
            return _TRIES
        missing = max(0, self._declared - self._played) // self.interval
        return min(_FIRST_TRIES + missing, _MOST_TRIES)

    # What is wrong.

    def _doubt_it(self) -> None:
        """Begin to find out whether a pause is a hole, while it is played; ffmpeg fills its own."""
        if self._probe is None and not self._pipe:
            self._probe = DamageProbe(self._path)

    def _tell_hole(self, at: int) -> None:
        damaged = f'"{self._file}" is damaged at {at / SECOND:.1f} s'
        self._tell("hole", f"{damaged}: pictures are missing there, or wrong; it plays on")

    def _tell_jump(self, before: int, after: int) -> None:
        self._jumped = True
        times = f"from {before / SECOND:.1f} s to {after / SECOND:.1f} s"
        self._tell("clock", f'the clock of "{self._file}" jumps {times}; it plays on at its rate')

    def _tell_end(self) -> None:
        """Report that pictures are missing at the end, where that is sure.

        A length may count from before the first picture, or be that of the sound.
        """
        if not self.count or self._jumped or self._is_all(self._declared):
            return
        known = facts(self._path)
        if known and known.length and self._is_all(known.length):
            return
        played, declared = self._played / SECOND, self._declared / SECOND
        damaged = f'"{self._file}" is damaged'
        self._tell("end", f"{damaged}: it ends after {played:.1f} s of {declared:.1f} s")

    def _is_all(self, length: int) -> bool:
        missing = length - self._played - max(DAMAGE_SHARE * length, 2 * self.interval)
        return missing <= 0 or missing <= self._begin


def _declared(capture: cv2.VideoCapture) -> tuple[int, int]:
    """Return the ns of one picture and of the whole film, as its head says; 0 where it does not."""
    fps, count = map(capture.get, (cv2.CAP_PROP_FPS, cv2.CAP_PROP_FRAME_COUNT))
    fps = fps if 0 < fps <= 1000 else DEFAULT_FPS
    return ns(1 / fps), ns(count / fps) if 0 < count < math.inf else 0
