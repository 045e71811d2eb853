"""Writes a film by the program ffmpeg, playable up to the last second, whatever ends it.

The file is written in pieces of a second, each of which can be played without the next: fragments
of MP4 (ISO/IEC 14496-12, section 8.8), clusters of Matroska. So a full disk, a crash or a power cut
costs the last one. Where only the show dies, ffmpeg sees its pipe end, and ends the film properly.

Why a program: the encoders are under licences of their own, and an encoder that crashes or is slow
takes a film with it and no show.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from engine.core.errors import DeviceError
from engine.core.os_errors import os_reason
from engine.video import ffmpeg

Image = NDArray[np.uint8]
Codec = Literal["h264", "lossless"]

ENDINGS: Final = (".mp4", ".mov", ".mkv")
SPARE: Final = 32 << 20
"""Bytes that must be free on the disk for a film to be begun."""
_PATIENCE: Final = 10.0
"""Seconds that ffmpeg may take for a picture, or to end."""
_FULL: Final = 1 << 20
"""With fewer bytes left a disk counts as full."""
_SLICED: Final = 3
"""Pixels that a picture has each way for FFV1 to be written in slices."""
_NICENESS: Final = 10
_COPIES: Final = 10_000
_PLAIN: Final = ("-preset", "veryfast", "-tune", "zerolatency")
_ENCODERS: Final = {
    "libx264": (*_PLAIN, "-crf", "{crf}"),
    "h264_videotoolbox": ("-realtime", "1", "-b:v", "{bits}"),
    "h264_mf": ("-b:v", "{bits}"),
    "libopenh264": ("-b:v", "{bits}"),
    "mpeg4": ("-q:v", "{q}"),
}
"""What ffmpeg may have for a film that everything plays, from the best on."""


# Colours as ITU-R BT.709 says, and so marked: without a mark players guess by the size. They are
# halved in size, so that odd sides get one more line.
_COLOURS: Final = (
    "pad=ceil(iw/2)*2:ceil(ih/2)*2,"
    "scale=out_color_matrix=bt709:out_range=tv:flags=bicubic+accurate_rnd+full_chroma_int"
)
_MARKED: Final = (
    *("-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709"),
    *("-color_range", "tv"),
)


class FilmWriter:
    """One film. ``file`` is where it is: beside one of that name it gets a number.

    ``size`` is its width and height in pixels, ``fps`` its pictures a second, ``quality`` 0 to 1.
    Raise DeviceError where it cannot be begun.
    """

    def __init__(
        self, file: Path, size: tuple[int, int], fps: float, codec: Codec, quality: float
    ) -> None:
        self._size = size
        program = find_ffmpeg()
        self.file: Final = _create(file)
        width, height = size
        command = [
            *(program, "-nostdin", "-v", "quiet", "-y", "-protocol_whitelist", "file,pipe"),
            *("-f", "rawvideo", "-pix_fmt", "bgr24", "-s", f"{width}x{height}", "-r", f"{fps:g}"),
            *("-i", "pipe:0", "-an", *_encoding(program, codec, quality, size, fps)),
            # A key picture, and with it a piece that can be played, each second.
            *("-g", str(max(1, round(fps))), "-flush_packets", "1", *_container(self.file)),
            f"file:{self.file}",
        ]
        self._process, self._pipe = ffmpeg.begin_to_write(command)
        with suppress(OSError, AttributeError):
            os.setpriority(os.PRIO_PROCESS, self._process.pid, _NICENESS)
        self._stalls = ffmpeg.StallWatch(self._process, _PATIENCE)
        self.written = 0

    def write(self, image: Image) -> None:
        """Write the next picture: uint8, (height, width, 3), BGR, of the film's size.

        Raise DeviceError where that is not possible any more.
        """
        try:
            with self._stalls.waiting():  # a disk in the network may stall
                ffmpeg.write_picture(self._pipe, image)
        except (OSError, ValueError):
            raise DeviceError(self._reason()) from None
        self.written += 1

    def close(self) -> str:
        """End the film and wait for that; return why it is not whole, or ""."""
        self._stalls.close()
        with suppress(OSError):
            self._pipe.close()
        try:
            self._process.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            ffmpeg.end(self._process)
        reason = self._reason() if self._process.returncode else ""
        if not self.written or self._is_empty():
            with suppress(OSError):
                self.file.unlink()
        return reason

    def _reason(self) -> str:
        """Return why ffmpeg has ended, in words."""
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(_PATIENCE)
        whole = f"{self.file.name} is whole up to the last second"
        if self._process.returncode == -getattr(signal, "SIGXFSZ", 0):
            return f"the film has reached the largest size that a file may have; {whole}"
        with suppress(OSError):
            if shutil.disk_usage(self.file.parent).free < _FULL:
                return f"the disk is full; {whole}"
        if self._is_empty():
            width, height = self._size
            return f"ffmpeg writes no film of {width}x{height} pixels like this: nothing is kept"
        return f"ffmpeg, which writes the film, has ended; {whole}"

    def _is_empty(self) -> bool:
        """Whether ffmpeg has written nothing at all."""
        with suppress(OSError):
            return self.file.stat().st_size == 0
        return True


def find_ffmpeg() -> str:
    """Return the path of the program. Raise DeviceError where it is not installed."""
    return ffmpeg.find_to_write("a film")


def require_space(file: Path) -> None:
    """Raise DeviceError where a film cannot be begun in the folder of a file."""
    try:
        free = shutil.disk_usage(file.parent).free
    except OSError as error:
        raise DeviceError(f"{file} cannot be written: {os_reason(error)}") from None
    if free < SPARE:
        raise DeviceError(f"the disk is full: {free >> 20} MB are left for {file.name}")


def _create(file: Path) -> Path:
    """Create an empty file for a film, under the next free name, and return it."""
    require_space(file)
    folder = file.parent
    try:
        for count in range(1, _COPIES):
            name = file if count == 1 else file.with_stem(f"{file.stem}_{count}")
            with suppress(FileExistsError):
                name.open("xb").close()
                return name.absolute()
    except OSError as error:
        raise DeviceError(f"{file} cannot be written: {os_reason(error)}") from None
    raise DeviceError(f"there are too many films called {file.name} in {folder}")


def _container(file: Path) -> tuple[str, ...]:
    if file.suffix.lower() == ".mkv":
        return "-f", "matroska", "-cluster_time_limit", "1000"
    kind = file.suffix.lower()[1:]
    flags = "+frag_keyframe+empty_moov+default_base_moof"
    return "-f", kind, "-movflags", flags


def _encoding(
    program: str, codec: Codec, quality: float, size: tuple[int, int], fps: float
) -> tuple[str, ...]:
    if codec == "lossless":
        # Version 3 is in slices, for several cores; of one or two pixels a side it comes out black.
        version = ("3", "-slices", "4") if min(size) >= _SLICED else ("1",)
        return "-c:v", "ffv1", "-level", *version, "-pix_fmt", "bgr0"
    encoder = next(name for name in _ENCODERS if name == "mpeg4" or name in _encoders(program))
    bits = size[0] * size[1] * fps * (0.04 + 0.26 * quality)
    values = {
        "crf": str(round(38 - 26 * quality)),
        "bits": str(round(bits)),
        "q": str(round(20 - 18 * quality)),
    }
    options = (each.format(**values) for each in _ENCODERS[encoder])
    return "-c:v", encoder, *options, "-vf", _COLOURS, "-pix_fmt", "yuv420p", *_MARKED


@lru_cache(maxsize=4)
def _encoders(program: str) -> frozenset[str]:
    """Return the names of the encoders that this ffmpeg has."""
    command = [program, "-v", "quiet", "-encoders"]
    try:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, timeout=_PATIENCE, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return frozenset()
    lines = done.stdout.decode("utf-8", "replace").splitlines()
    return frozenset(words[1] for line in lines if len(words := line.split()) > 1)
