"""Films with bytes changed, played by a process of its own: it says what is wrong and lives on.

Why a process: a library that crashes or hangs on a film is found and told, and the next one plays.
"""

from __future__ import annotations

import atexit
import json
import select
import shutil
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from hypothesis import strategies as st

from tests.limits import LIMIT
from tests.video.film_maker import X264, disc, make_film

MOST_MIB = 1500
PLAYER = """
import itertools, json, sys
from engine.core.errors import DeviceError
from engine.sources.video_file import VideoFile
from tests.fuzz.peak import peak_mib
for line in sys.stdin:
    told, times, error = [], [], ""
    film = VideoFile(file=json.loads(line))
    try:
        film.open(lambda outlet, message, at, cost=0: told.append(message.text))
        for at, _, frame in itertools.islice(film.events(), 2000):
            if frame is not None:
                assert frame.image.ndim == 3 and frame.image.shape[2] == 3 and frame.image.size
                times.append(at)
    except DeviceError as why:
        error = str(why)
    film.close()
    print(json.dumps([told, times, error, peak_mib()]), flush=True)
"""
_SPOTS = 2**16
_SIZES = [0, 1, 0x7FFFFFFF, 0xFFFFFFFF, 0x1000, 0x80000000, 8, 0xFFFF]
_DV = ("-vf", "scale=720:576,setfield=bff", "-r", "25", "-pix_fmt", "yuv420p", "-c:v", "dvvideo")
_FAST = ("-movflags", "+faststart")
_BY_FFMPEG = {
    "h264.mp4": (*X264, *_FAST),
    "turned.mov": (*X264, "-metadata:s:v", "rotate=90", "-vf", "setsar=2", *_FAST),
    "h264.mkv": X264,
    "h264.ts": X264,
    "fields.mp4": (*X264, "-flags", "+ilme+ildct", "-x264opts", "tff=1", *_FAST),
    "vp9.webm": ("-c:v", "libvpx-vp9", "-cpu-used", "8"),
    "dv.avi": _DV,
    "mpeg2.mpg": ("-c:v", "mpeg2video"),
}
_BY_OPENCV = {"mjpeg.avi": "MJPG", "mpeg4.mp4": "mp4v", "mpeg4.mov": "mp4v", "ffv1.mkv": "FFV1"}


@cache
def whole(name: str) -> bytes:
    """Make a film of half a second."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / name
        if name in _BY_FFMPEG:
            make_film(file, *_BY_FFMPEG[name], seconds=0.5)
        else:
            codec = cv2.VideoWriter.fourcc(*_BY_OPENCV[name])
            writer = cv2.VideoWriter(str(file), cv2.CAP_FFMPEG, codec, 30, (320, 240))
            for n in range(15):
                writer.write(np.repeat(disc(n / 30)[..., None], 3, 2))
            writer.release()
        return file.read_bytes()


def names() -> list[str]:
    """Name the films that can be made here."""
    return [*_BY_OPENCV, *(_BY_FFMPEG if shutil.which("ffmpeg") else ())]


Edit = tuple[str, int, int, int]
edits = st.lists(
    st.tuples(
        st.sampled_from(["flip", "put", "zero", "cut", "again", "lose", "swap", "size"]),
        # Half of them where a film says what is in it.
        st.integers(0, _SPOTS - 1) | st.integers(0, _SPOTS // 32),
        st.integers(1, 4000) | st.integers(1, 16),
        st.integers(0, 255),
    ),
    max_size=6,
)
cases = st.tuples(st.deferred(lambda: st.sampled_from(names())), edits)


def edit(data: bytes, how: Edit) -> bytes:
    """Make one change to a film."""
    kind, spot, length, value = how
    at = spot * len(data) // _SPOTS
    end = min(at + length, len(data))
    head, piece, tail = data[:at], data[at:end], data[end:]
    flipped = bytes([piece[0] ^ (value or 1)]) + piece[1:] if piece else b""
    size = _SIZES[value % 8].to_bytes(4, "little" if value & 8 else "big")
    changed = {
        "flip": flipped,
        "put": bytes([value]) * len(piece),
        "zero": bytes(len(piece)),
        "again": piece * (1 + value % 8),
        "lose": b"",
        "swap": piece[4:8] + piece[:4] + piece[8:],
        "size": size[: len(piece)] + piece[4:],
    }
    return head if kind == "cut" else head + changed[kind] + tail


class Player:
    """The process that plays, begun anew where a film has ended it."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[str] | None = None
        atexit.register(self.end)

    def play(self, file: Path) -> list[Any]:
        """Play a film; fail where that ends the process, or takes too long."""
        if self._process is None:
            self._process = subprocess.Popen(
                [sys.executable, "-c", PLAYER],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                cwd=Path(__file__).parents[2],
            )
        process = self._process
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(json.dumps(str(file)) + "\n")
        process.stdin.flush()
        if not select.select([process.stdout], [], [], LIMIT)[0]:
            self.end()
            raise AssertionError(f"a film hangs for {LIMIT:g} s")
        answer = process.stdout.readline()
        if not answer:
            said = process.communicate()[1]
            self._process = None
            raise AssertionError(f"a film ends its player ({process.returncode}): {said[-2000:]}")
        found: list[Any] = json.loads(answer)
        return found

    def end(self) -> None:
        """End the process."""
        if self._process:
            self._process.kill()
            self._process.communicate()
            self._process = None


@cache
def player() -> Player:
    """Give the one player of this process."""
    return Player()


def take(case: tuple[str, list[Edit]]) -> None:
    """Play a film: pictures in order, or why there are none; nothing raw, and not all memory."""
    name, changes = case
    data = whole(name)
    for how in changes:
        data = edit(data, how)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / name
        file.write_bytes(data)
        told, times, error, memory = player().play(file)
    if memory > MOST_MIB:
        player().end()
        raise AssertionError(f"a film of {len(data)} bytes took {memory} MiB")
    assert times or error
    assert sorted(set(times)) == times, "pictures come one after the other"
    for text in [*told, *filter(None, [error])]:
        assert str(file) in text
        assert len(text) < 1000
    if not changes:
        assert 12 <= len(times) <= 15
        assert not told
