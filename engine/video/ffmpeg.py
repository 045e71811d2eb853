"""The programs ffprobe and ffmpeg, where they are installed: they read what OpenCV cannot.

A film may come from a stranger. They are given its absolute path, read files only, in formats that
hold a film and name no other file or address, have no shell, no input, no say over the terminal
and a time limit, and end with the pipe when the show does.

ffmpeg is also what pictures are written by, into films and virtual cameras.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from functools import lru_cache
from pathlib import Path
from typing import IO, Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.core.clock import ns
from engine.core.errors import DeviceError
from engine.core.os_errors import os_reason

PATIENCE_S: Final = 10.0
"""How long a program may give nothing before it is ended."""
READS_WHOLE_S: Final = 60.0
"""How long one that reads a whole film may take beyond the time in which that was played."""
FORMATS: Final = (
    "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpegts,mpeg,mpegvideo,asf,flv,ogg,mxf,gif,apng,nut,"
    "dv,h264,hevc,m4v,ivf,rm,wtv,gxf,yuv4mpegpipe,dnxhd,obu,vc1,swf,nsv,live_flv,amv,mjpeg"
)
DEINTERLACE: Final = "bwdif=mode=send_frame:parity=auto:deint=interlaced"
_LIMITS: Final = ("-protocol_whitelist", "file,pipe", "-format_whitelist", FORMATS)
_LOOKED_AT: Final = 16
"""Pictures that ffprobe looks at: some films mark each, and nothing in their head."""


class FilmFacts(NamedTuple):
    """What ffprobe says of a film; ``length`` in ns is that of its pictures alone, 0 if unknown."""

    interlaced: bool
    length: int


def installed(program: str) -> str:
    """Return the path of a program that films are read with, "" where none can be used.

    On Windows OpenCV cannot read from a pipe of ours.
    """
    return "" if sys.platform == "win32" else shutil.which(program) or ""


def remedy() -> str:
    """Return what to do with a film that ffmpeg is needed to read, and cannot be used."""
    if sys.platform == "win32":
        return "convert it by ffmpeg -i FILM -vf bwdif NEW.mp4"
    return install()


def install() -> str:
    """Return what installs ffmpeg on this system."""
    system = {"win32": "winget install ffmpeg", "darwin": "brew install ffmpeg"}
    return system.get(sys.platform, "sudo apt install ffmpeg")


def find_to_write(what: str) -> str:
    """Return the path of ffmpeg, which writes ``what``. Raise DeviceError where there is none."""
    program = shutil.which("ffmpeg")
    if program is None:
        raise DeviceError(f"{what} is written by ffmpeg, which is not installed: {install()}")
    return program


def facts(path: Path) -> FilmFacts | None:
    """Return what ffprobe says of a film; None where it is not installed or says nothing."""
    with suppress(OSError):
        stat = path.stat()
        return _facts(path, stat.st_mtime_ns, stat.st_size)
    return None


@lru_cache(maxsize=64)
def _facts(path: Path, _changed: int, _size: int) -> FilmFacts | None:
    """Ask once for each film, since looped ones are opened again and again."""
    program = installed("ffprobe")
    if not program:
        return None
    command = [
        *(program, "-v", "quiet", *_LIMITS, "-select_streams", "v:0", "-of", "json"),
        *("-read_intervals", f"%+#{_LOOKED_AT}", "-show_entries"),
        "stream=field_order,duration:stream_tags=DURATION:frame=interlaced_frame",
        f"file:{path}",
    ]
    with suppress(OSError, ValueError, TypeError, AttributeError):
        return _read_facts(json.loads(_answer(begin(command, subprocess.PIPE), PATIENCE_S)))
    return None


def _read_facts(said: dict[str, Any]) -> FilmFacts | None:
    streams = said.get("streams") or []
    if not streams:
        return None
    fields = streams[0].get("field_order") in ("tt", "bb", "tb", "bt")
    marked = any(frame.get("interlaced_frame") for frame in said.get("frames") or [])
    length = streams[0].get("duration") or streams[0].get("tags", {}).get("DURATION") or "0"
    return FilmFacts(fields or marked, _length(str(length)))


def _length(text: str) -> int:
    """Return the ns of "12.5" or "00:00:12.5"; 0 for anything else."""
    seconds = 0.0
    with suppress(ValueError, OverflowError):
        for part in text.split(":"):
            seconds = 60 * seconds + float(part)
        return max(0, int(ns(seconds)))
    return 0


class DamageProbe:
    """Asks ffprobe whether there is what it cannot read between the packets of a film's pictures.

    It reads all of the file and decodes next to nothing, while the film is played.
    """

    def __init__(self, path: Path) -> None:
        program = installed("ffprobe")
        what = ("-select_streams", "v:0", "-show_entries", "packet=flags", "-of", "csv")
        command = [program, "-v", "level+warning", *_LIMITS, *what, f"file:{path}"]
        self._process: subprocess.Popen[bytes] | None = None
        if program:
            with suppress(OSError):
                self._process = begin(command, subprocess.DEVNULL, subprocess.PIPE)

    def found(self) -> bool:
        """Wait for what it says; False where it is not installed, or has no answer."""
        if self._process is None:
            return False
        complaints = _answer(self._process, READS_WHOLE_S)
        return any(sign in complaints for sign in (b"[error]", b"[fatal]", b"orrupt"))

    def close(self) -> None:
        """End it."""
        if self._process is not None:
            _end_asked(self._process)


class FfmpegPipe:
    """ffmpeg, which gives the pictures of a film one by one, none of them interlaced.

    ``since`` is the second of the film with which it begins. Raise OSError where it cannot be
    begun.
    """

    def __init__(self, program: str, path: Path, since: float = 0.0) -> None:
        begin_at = ("-ss", f"{since:.6f}") if since else ()
        command = [
            *(program, "-nostdin", "-v", "quiet", *_LIMITS, *begin_at, "-i", f"file:{path}"),
            *("-map", "0:v:0", "-vf", DEINTERLACE, "-c:v", "rawvideo", "-pix_fmt", "bgr24"),
            # NUT keeps the times of the pictures and the shape of their pixels.
            *("-f", "nut", "pipe:1"),
        ]
        self._process = begin(command, stdout=subprocess.PIPE)
        assert self._process.stdout is not None
        self._pipe = self._process.stdout
        self._stalls = StallWatch(self._process, PATIENCE_S)

    @property
    def address(self) -> str:
        """What OpenCV opens to read from it."""
        return f"pipe:{self._pipe.fileno()}"

    def reading(self) -> AbstractContextManager[None]:
        """Read in the block; what takes too long ends the program, and with it the wait."""
        return self._stalls.waiting()

    def close(self) -> None:
        """End it."""
        self._stalls.close()
        end(self._process)
        self._pipe.close()


class StallWatch:
    """Ends a program where one wait for it lasts, on a thread, until it is closed.

    OpenCV would wait for a pipe for ever, and so does what writes into one. ``patience`` is in
    seconds.
    """

    def __init__(self, process: subprocess.Popen[bytes], patience: float) -> None:
        self._process = process
        self._patience = patience
        self._closed = threading.Event()
        self._waits = 0
        self._waiting = False
        threading.Thread(target=self._watch, name="ffmpeg", daemon=True).start()

    @contextmanager
    def waiting(self) -> Iterator[None]:
        """Wait for the program in the block."""
        self._waits += 1
        self._waiting = True
        try:
            yield
        finally:
            self._waiting = False

    def close(self) -> None:
        """Watch no longer."""
        self._closed.set()

    def _watch(self) -> None:
        seen = 0
        while not self._closed.wait(self._patience):
            if self._waiting and self._waits == seen:
                end(self._process)
                return
            seen = self._waits


def _answer(process: subprocess.Popen[bytes], patience: float) -> bytes:
    """Wait for a program; return what comes by its one pipe, nothing after ``patience`` s."""
    try:
        written, complaints = process.communicate(timeout=patience)
    except subprocess.TimeoutExpired:
        return b""
    else:
        return written or complaints or b""
    finally:
        _end_asked(process)


def _end_asked(process: subprocess.Popen[bytes]) -> None:
    end(process)
    for pipe in (process.stdout, process.stderr):
        if pipe:
            pipe.close()


def begin(
    command: Sequence[str],
    stdout: int,
    stderr: int = subprocess.DEVNULL,
    stdin: int = subprocess.DEVNULL,
) -> subprocess.Popen[bytes]:
    """Begin a program in a process group of its own, which Ctrl-C does not reach.

    Why no session of its own: where a show is killed, the system ends only what is stopped in
    another group of the show's session (POSIX, orphaned process groups).
    """
    return subprocess.Popen(
        command,
        stdin=stdin,
        stdout=stdout,
        stderr=stderr,
        bufsize=0,
        process_group=0,
    )


def begin_to_write(command: Sequence[str]) -> tuple[subprocess.Popen[bytes], IO[bytes]]:
    """Begin a program that takes pictures; return it and its input. Raise DeviceError."""
    try:
        process = begin(command, stdout=subprocess.DEVNULL, stdin=subprocess.PIPE)
    except OSError as error:
        raise DeviceError(f"ffmpeg cannot be begun: {os_reason(error)}") from None
    assert process.stdin is not None
    return process, process.stdin


def write_picture(pipe: IO[bytes], image: NDArray[np.uint8]) -> None:
    """Write all of a picture. Raise OSError or ValueError where nobody reads."""
    view = np.ascontiguousarray(image).data.cast("B")
    while view:
        view = view[pipe.write(view) or 0 :]


def end(process: subprocess.Popen[bytes]) -> None:
    """End a program and what it has begun itself, as the wrappers of some systems do."""
    if process.poll() is None:
        with suppress(OSError):
            if sys.platform == "win32":
                process.kill()
            else:
                os.killpg(process.pid, signal.SIGKILL)
    process.wait()
