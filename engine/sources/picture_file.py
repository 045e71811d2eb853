"""Show a photograph, or pictures one after another, in place of a camera."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import field
from itertools import takewhile
from pathlib import Path
from typing import Annotated, ClassVar

from engine.core.clock import SECOND
from engine.core.commands import Notice
from engine.core.errors import DeviceError
from engine.core.messages import Frame, Message, Ns
from engine.core.parameter import FILE, Fixed, Param
from engine.core.source import Emit, Tape
from engine.dsp.image.picture import WHOLE, Crop, Mirror, Picture, Rotate
from engine.video.frames import FrameMaker
from engine.video.still import load_still
from engine.video.still_files import RATE, find_stills, why_no_picture


class PictureFile(Tape):
    """Show a photograph as a camera that stands still would, or pictures one after another.

    ``file`` names a picture (JPEG, PNG, WebP, TIFF, BMP, GIF, PNM), a folder of pictures, or a
    sequence: ``"frames/%04d.png"``, ``"frames/*.jpg"``. Pictures are sorted as people do, 2 before
    10; gaps in the numbers are passed over, hidden files and those of other kinds too. One that is
    broken is told and passed over.

    A single picture stays until the show ends, and comes ``fps`` times a second, for a look or a
    box behind it may change meanwhile; offline, where nothing else says how long, it comes once.
    Where its file is saved anew, the new picture is shown. Several end with the last one, as a film
    does, or begin again with ``loop``: then new ones in the folder are seen.

    Photographs are turned upright (EXIF), what is transparent lies over black, and a picture with a
    side of more than 4096 pixels is made smaller. One of more than 134 million pixels is refused.

    Raises DeviceError when there is no picture, or none that can be read.
    """

    OUT: ClassVar[Mapping[str, type]] = {"frame": Frame}

    file: Fixed[Annotated[str, Param("a picture, a folder, or a sequence of pictures", unit=FILE)]]
    fps: Fixed[Annotated[float, Param("pictures a second", 0.01, 1000)]] = RATE
    loop: Annotated[bool, Param("begin again at the end")] = False
    mirror: Mirror = False
    rotate: Rotate = 0
    crop: Crop = WHOLE

    _emit: Emit | None = None
    _files: list[Path] = field(default_factory=list)
    _shown: bool = False
    _told: set[str] = field(default_factory=set)
    _frames: FrameMaker = field(default_factory=FrameMaker)

    @property
    def endless(self) -> bool:  # here it depends on a parameter, and on what there is
        """Whether the show does not end with it: True while looped, and for a single picture."""
        return self.loop or len(self._files) == 1

    @property
    def repeats(self) -> bool:
        """Whether it only repeats what was shown: a single picture from its second time on."""
        return self.endless and (self._shown or len(self._files) != 1)

    def doubts(self, folder: Path | None) -> Mapping[str, str]:
        """Return that what it is to show is not there."""
        why = why_no_picture(self.file)
        return {"file": why} if why else {}

    def open(self, emit: Emit) -> None:
        """Check that there is a picture to show. Raise DeviceError when there is none."""
        self._emit = emit
        self._shown = False
        self._told = set()
        self._files = find_stills(self.file)
        broken = list(takewhile(bool, map(_why_broken, self._files)))
        if len(broken) == len(self._files):
            several = f"none of {len(broken)} pictures can be read: " if broken[1:] else ""
            raise DeviceError(f"{several}{broken[0]}")

    def events(self) -> Iterator[tuple[Ns, str, Message]]:
        """Yield the frames. Raise DeviceError when all files disappear between two rounds."""
        self._files = self._files or find_stills(self.file)
        if len(self._files) == 1:
            yield from self._still(_WatchedFile(self._files[0]))
            return
        at = 0
        while True:
            before = at
            for file in self._files:
                picture = self._load(file)
                if picture is not None:
                    frame = self._frames.make(picture, self.mirror, self.rotate, self.crop)
                    yield Ns(at), "frame", frame
                    at += self._interval
                    yield Ns(at), "", None
            if not self.loop or at == before:
                return
            self._files = find_stills(self.file)

    @property
    def _interval(self) -> int:
        return round(SECOND / self.fps)

    def _still(self, file: _WatchedFile) -> Iterator[tuple[Ns, str, Message]]:
        """Yield one picture again and again: one frame, until its file or a parameter changes."""
        at = 0
        picture: Picture | None = None
        frame: Frame | None = None
        seen: object = None
        while True:
            if file.has_changed():
                changed = self._load(file.path)
                picture, seen = (picture, seen) if changed is None else (changed, None)
            turned = self.mirror, self.rotate, tuple(self.crop)
            if picture is not None and turned != seen:
                frame = self._frames.make(picture, self.mirror, self.rotate, self.crop)
                seen = turned
            if frame is not None:
                yield Ns(at), "frame", frame
                self._shown = True
            at += self._interval
            yield Ns(at), "", None

    def _load(self, file: Path) -> Picture | None:
        """Return a picture; None where it cannot be read, which is told once."""
        try:
            return load_still(file)
        except DeviceError as error:
            text = f"{error}; it is passed over"
            if self._emit is not None and text not in self._told:
                self._told.add(text)
                self._emit("", Notice(text), Ns(0))
            return None


def _why_broken(file: Path) -> str:
    """Return why a picture cannot be read, or ""."""
    try:
        load_still(file)
    except DeviceError as error:
        return str(error)
    return ""


class _WatchedFile:
    """A file that may be saved anew while it is shown."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._taken: object = None
        self._last: object = None

    def has_changed(self) -> bool:
        """Whether the file is another than when last asked, and rests: no one writes it just now.

        True at first. A file that goes away is no change: what was seen of it stays.
        """
        try:
            found = self.path.stat()
        except OSError:
            return self._taken is None
        now = found.st_mtime_ns, found.st_size, found.st_ino
        rests = now == self._last or self._taken is None
        self._last = now
        if not rests or now == self._taken:
            return False
        self._taken = now
        return True
