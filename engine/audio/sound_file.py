"""Opens sound files: libsndfile reads most of them, the program ffmpeg the others.

A file may come from a stranger. ffmpeg is given its absolute path, reads files only, in formats
that hold sound and name no other file or address, has no shell, no input and a time limit, and ends
when nobody reads its pipe any more.
"""

from __future__ import annotations

import select
import shutil
import subprocess
from contextlib import suppress
from pathlib import Path
from typing import Any, Final, Protocol

import numpy as np
import soundfile  # type: ignore[import-untyped]
from numpy.typing import NDArray

from engine.audio.sound_header import read_declared
from engine.core.errors import DeviceError
from engine.core.files import find_readable

READ_HERE: Final = "wav, flac, ogg, opus, mp3, aiff, au, caf and w64"
_FORMATS: Final = (
    "aac,ac3,aiff,amr,amrnb,amrwb,ape,asf,au,avi,caf,dsf,dts,dtshd,eac3,flac,flv,iff,loas,matroska,"
    "webm,mov,mp4,m4a,3gp,3g2,mj2,mp3,mpc,mpc8,mpeg,mpegts,nut,ogg,oma,rm,shn,tak,truehd,tta,voc,"
    "w64,wav,wv,xwma"
)
_PATIENCE_S: Final = 10.0
_AU: Final = 24
"""Bytes of the smallest header of an AU file, in which ffmpeg gives rate and channels."""
_SOUNDLESS: Final = 1 << 40
"""A number of samples that no file has: libsndfile gives such where it does not know."""


class SoundReader(Protocol):
    """A sound file that is open; it is read from start to end."""

    @property
    def rate(self) -> int:
        """Samples a second."""
        ...

    @property
    def channels(self) -> int:
        """How many."""
        ...

    @property
    def declared(self) -> float | None:
        """How long it says that it is, in seconds; None where it does not say."""
        ...

    def read(self, count: int) -> NDArray[np.float32]:
        """Return the next ``count`` samples, (n, channels); fewer at the end, or at damage."""
        ...

    def close(self) -> None:
        """Close it."""
        ...


def open_sound(file: str) -> SoundReader:
    """Open a sound file. Raise DeviceError when it is missing or holds no sound that is known."""
    path = find_readable(file, "a sound file")
    declared = read_declared(path)
    reader: SoundReader | None = None
    with suppress(soundfile.SoundFileError, OSError):
        reader = _Sndfile(path, declared.seconds)
        # A recorder that lost its power has left a length of nothing before the sound.
        if not (declared.unfinished and reader.is_empty):
            return reader
    if program := shutil.which("ffmpeg"):
        with suppress(OSError, EOFError):
            return _Ffmpeg(program, path, declared.seconds)
    if reader is not None:
        return reader
    raise DeviceError(_unreadable(file, bool(program)))


def _unreadable(file: str, tried: bool) -> str:
    if tried:
        return f'"{file}" is not a sound that can be read: it is damaged, or something else'
    return (
        f'"{file}" is not a sound that can be read: {READ_HERE} can be, others where the program '
        f'ffmpeg is installed; elsewhere, ffmpeg -i "{Path(file).name}" new.wav converts them'
    )


class _Forward(soundfile.SoundFile):  # type: ignore[misc]
    """A sound file that is read strictly from start to end.

    soundfile otherwise seeks to its current position after each block, which breaks MP3.
    """

    def seekable(self) -> bool:
        return False


class _Sndfile:
    """A file that libsndfile reads."""

    def __init__(self, path: Path, declared: float | None) -> None:
        self._sound = _Forward(str(path))
        self.rate: int = self._sound.samplerate
        self.channels: int = self._sound.channels
        frames = self._sound.frames
        self.is_empty = frames == 0
        known = frames / self.rate if frames < _SOUNDLESS else None
        # The header where there is one: libsndfile counts only what is there.
        self.declared = declared if declared is not None else known

    def read(self, count: int) -> NDArray[np.float32]:
        try:
            samples = self._sound.read(count, dtype="float32", always_2d=True)
        except soundfile.SoundFileError:
            return np.empty((0, self.channels), np.float32)
        return _finite(samples)

    def close(self) -> None:
        self._sound.close()


class _Ffmpeg:
    """A file that ffmpeg decodes into a pipe. Raise OSError or EOFError when there is no sound."""

    def __init__(self, program: str, path: Path, declared: float | None) -> None:
        command = [
            *(program, "-nostdin", "-v", "quiet", "-protocol_whitelist", "file,pipe"),
            *("-format_whitelist", _FORMATS, "-i", f"file:{path}", "-map", "0:a:0"),
            *("-c:a", "pcm_f32be", "-f", "au", "pipe:1"),
        ]
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            process_group=0,  # as engine/video/ffmpeg.py
        )
        assert self._process.stdout is not None
        self._pipe: Any = self._process.stdout
        head = self._take(_AU)
        if head[:4] != b".snd" or len(head) < _AU:
            self.close()
            raise EOFError
        begin, _, _, self.rate, self.channels = np.frombuffer(head[4:], ">u4").tolist()
        self._take(begin - _AU)
        self.declared = declared if declared is not None else _probed(path)

    def read(self, count: int) -> NDArray[np.float32]:
        data = self._take(count * self.channels * 4)
        whole = len(data) // (4 * self.channels) * self.channels
        samples = np.frombuffer(data, ">f4", whole).astype(np.float32)
        return _finite(samples.reshape(-1, self.channels))

    def close(self) -> None:
        self._process.kill()
        self._pipe.close()
        self._process.wait()

    def _take(self, size: int) -> bytes:
        """Return so many bytes, fewer at the end or where nothing comes for too long."""
        taken = bytearray()
        while len(taken) < size and self._has_more():
            piece = self._pipe.read1(size - len(taken))
            if not piece:
                break
            taken += piece
        return bytes(taken)

    def _has_more(self) -> bool:
        """Wait for the next piece or the end; return False where neither comes."""
        if not hasattr(select, "poll") or self._pipe.peek(0):
            return True
        poll = select.poll()
        poll.register(self._pipe, select.POLLIN)
        return bool(poll.poll(_PATIENCE_S * 1000))


def _finite(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return samples with silence in place of what is no number: a file of floats may hold it."""
    if not np.isfinite(samples).all():
        samples[~np.isfinite(samples)] = 0.0
    return samples


def _probed(path: Path) -> float | None:
    """Return the seconds that ffprobe says, None where it is not installed or does not know."""
    program = shutil.which("ffprobe")
    if not program:
        return None
    command = [
        *(program, "-v", "quiet", "-protocol_whitelist", "file,pipe"),
        *("-format_whitelist", _FORMATS, "-select_streams", "a:0"),
        *("-show_entries", "stream=duration", "-of", "csv=p=0", f"file:{path}"),
    ]
    with suppress(OSError, subprocess.SubprocessError, ValueError):
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, timeout=_PATIENCE_S, check=False
        )
        seconds = float(done.stdout.split()[0]) if done.stdout.split() else 0.0
        return seconds if 0 < seconds < 1e7 else None
    return None
