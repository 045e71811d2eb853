"""Write pictures into a film, by the program ffmpeg."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, ClassVar

import numpy as np

from engine.core.clock import SECOND
from engine.core.commands import Lost, Notice
from engine.core.context import Context
from engine.core.errors import DeviceError, ParameterError
from engine.core.finding import Finding
from engine.core.messages import Ns
from engine.core.parameter import Fixed, Param
from engine.dsp.image.scaling import letterboxed
from engine.video import ffmpeg
from engine.video.film_writer import ENDINGS, Codec, FilmWriter, find_ffmpeg, require_space
from engine.video.picture_sink import Image, PictureSink

_PATIENCE = SECOND
"""How long a moment of the film waits for its picture; then the last one stands there too."""


class VideoWriter(PictureSink):
    """Write pictures into a film, by the program ffmpeg, which must be installed.

    ``file`` is written beside the patch, and never over another: beside "take.mp4" the next one is
    "take_2.mp4". It begins with the first picture, and anew whenever ``record`` is switched on
    again. Pictures stand in the film when they were taken, ``fps`` a second, whatever came late;
    one that is missing is filled by the last, and a loss is black. The first one says how large the
    film is; others are made to fit.

    The film can be played up to the last second whatever ends it: a full disk, a crash, ``kill
    -9``. It is the picture alone, without sound, and without black-out and brightness; what is
    private is black. Played ``--offline`` a patch writes its film picture by picture.

    Raises DeviceError when there is no ffmpeg, or the film cannot be written.
    """

    file: Fixed[Annotated[str, Param("the film: .mp4, .mov or .mkv, beside the patch")]] = (
        "film.mp4"
    )
    fps: Fixed[Annotated[float, Param("pictures a second of the film", 1, 240)]] = 30.0
    codec: Fixed[
        Annotated[Codec, Param('"h264" plays everywhere; "lossless" is large, for .mkv alone')]
    ] = "h264"
    quality: Fixed[Annotated[float, Param("0 is small, 1 is good", 0, 1)]] = 0.6
    record: Annotated[bool, Param("whether it writes; switched on again it begins another")] = True

    masters_apply: ClassVar[bool] = False

    _film: FilmWriter | None = None
    _size: tuple[int, int] = (0, 0)
    _next: Ns = Ns(0)
    _count: int = 0
    _begun: Ns = Ns(0)
    _picture: Image | None = None

    def __post_init__(self) -> None:
        ending = Path(self.file).suffix.lower()
        if ending not in ENDINGS:
            raise ParameterError(f"file: expected a film ({', '.join(ENDINGS)}), got {self.file}")
        if self.codec == "lossless" and ending != ".mkv":
            raise ParameterError('codec: "lossless" needs a file that ends in .mkv')

    @property
    def destination(self) -> str:
        """The film."""
        return f"the film {self.file}"

    def examine(self) -> list[Finding]:
        """Return whether ffmpeg is installed."""
        try:
            find_ffmpeg()
        except DeviceError:
            what = "ffmpeg, which writes films, is not installed"
            return [Finding("", "missing", what, ffmpeg.install())]
        return [Finding("", "ok", f"writes {self.file} by ffmpeg")]

    def open_offline(self, context: Context) -> None:
        """Open as always: a film does not ask how fast time passes."""
        self.open(context)

    def start(self) -> None:
        """Look whether a film can be written. Raise DeviceError where it cannot."""
        find_ffmpeg()
        if self._context.folder is None and not Path(self.file).is_absolute():
            raise DeviceError("a film is written beside the patch, and this patch is no file")
        require_space(self._path)

    def show(self, image: Image, at: Ns) -> None:
        """Write all moments of the film before this picture; it stands for those that come."""
        if not self.record:
            self.finish()
            return
        if self._film is None:
            self._begin(image, at)
        self._write_until(at)
        self._picture = letterboxed(image, self._size)

    def dark(self) -> None:
        """Let black stand for the moments that come."""
        if self._picture is not None:
            self._picture = np.zeros_like(self._picture)

    def wake(self) -> Ns | None:
        """Return when the next moment of the film waits no longer."""
        return None if self._film is None else Ns(self._next + _PATIENCE)

    def on_wake(self, at: Ns) -> None:
        """Write the moments that have waited for long enough; end a film that is over."""
        if not self.record:
            self.finish()
        else:
            self._write_until(Ns(at - _PATIENCE + 1))

    def finish(self) -> None:
        """End the film, with the picture that stands."""
        film, self._film = self._film, None
        if film is None:
            return
        if self._picture is not None:
            try:
                film.write(self._picture)
            except DeviceError as error:
                film.close()
                self._tell(str(error))
                return
            finally:
                self._picture = None
        if reason := film.close():
            self._tell(reason)
        else:
            self._context.log.info("%s: %d pictures", film.file, film.written)

    def _tell(self, reason: str) -> None:
        """Report that a film is not whole; in the log where the show ends and hears no reports."""
        if self._is_open:
            self.report(Notice(reason))
        else:
            self._context.log.warning("%s: %s", self._context.name, reason)

    def _begin(self, image: Image, at: Ns) -> None:
        height, width = image.shape[:2]
        self._size = width, height
        self._film = FilmWriter(self._path, self._size, self.fps, self.codec, self.quality)
        self._begun, self._count, self._next = at, 0, at
        self._picture = None

    def _write_until(self, at: Ns) -> None:
        """Write the picture that stands for all moments of the film before ``at``."""
        while self._film is not None and self._picture is not None and self._next < at:
            try:
                self._film.write(self._picture)
            except DeviceError as error:
                film, self._film, self._picture = self._film, None, None
                film.close()
                self.report(Lost(str(error)))
                return
            self._count += 1
            self._next = Ns(self._begun + round(self._count * SECOND / self.fps))

    @property
    def _path(self) -> Path:
        return (self._context.folder or Path()) / self.file
