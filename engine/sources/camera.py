"""A camera: in the machine, at a cable, or in the network.

Why a frame is stamped when its grab returns: that is the first moment at which it is known here.
What turning, mirroring and decoding cost comes after it, and is told apart as cost.

Why the thread lets the camera go, and not ``close``: a device that is released while another
thread waits for its next picture brings some drivers down.
"""

from __future__ import annotations

import math
import os
import re
import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal, NamedTuple, cast

import cv2
from cv2_enumerate_cameras import enumerate_cameras

from engine.core.clock import SECOND, SystemClock
from engine.core.commands import Lost, Notice
from engine.core.errors import DeviceError, nearest
from engine.core.messages import Frame
from engine.core.node import Emit, Source
from engine.core.parameter import Fixed, Param
from engine.dsp.picture import WHOLE, Crop, Mirror, Picture, Rotate, framed, hush_opencv

# One driver a system: numbers and names mean different cameras in different ones. On Windows
# DirectShow, which opens in a moment and lets the exposure be set.
DRIVER = {"linux": cv2.CAP_V4L2, "darwin": cv2.CAP_AVFOUNDATION, "win32": cv2.CAP_DSHOW}.get(
    sys.platform, cv2.CAP_ANY
)
FILM = re.compile(r"\.(mp4|mov|m4v|avi|mkv|webm|mpe?g|m?ts|wmv|flv|gif|ogv|mxf|3gp)$", re.I)
PRIVACY = {
    "darwin": "or System Settings > Privacy & Security > Camera does not allow this program to",
    "win32": "or Settings > Privacy & security > Camera does not let desktop programs",
}

PATIENCE_MS = {"udp": 10_000, "rtp": 10_000, "srt": 10_000, "rtsp": 5_000}
"""How long opening may take: streams without a handshake begin with the next whole picture."""
USUAL_PATIENCE_MS = 1500
SILENCE_MS = 1500
SILENCE_NS = 2 * SECOND
"""How long a camera may give nothing before it counts as lost."""
END_S = 3.0
"""How long ``close`` waits: a little longer than the longest wait for a picture."""


class Camera(Source):
    """See with a camera; each picture leaves at once, and a newer one replaces it if nobody looked.

    ``device`` takes the name of a camera (a part of it will do), its number, the address of a
    stream (``"http://..."``, ``"rtsp://..."``, ``"udp://..."``), or a video file, which is played
    in its place. "auto" takes the first camera that gives a picture; on a machine without one the
    stand-in plays. A camera that is unplugged, or a stream that stops, is looked for until it is
    back.

    ``width``, ``height`` and ``fps`` are wishes: a camera knows some sizes, and gives the nearest.

    Raises DeviceError when the camera is not there, gives no picture, or may not be used.
    """

    OUT: ClassVar[Mapping[str, type]] = {"frame": Frame}
    main_thread: ClassVar[bool] = sys.platform == "darwin"

    device: Fixed[Annotated[str | int, Param('"auto", a name, number, address or file')]] = "auto"
    width: Fixed[Annotated[int, Param("wished for; 0 leaves it to the camera", 0, 16384)]] = 0
    height: Fixed[Annotated[int, Param("wished for; 0 leaves it to the camera", 0, 16384)]] = 0
    fps: Fixed[Annotated[float, Param("pictures a second; 0 leaves it to it", 0, 1000)]] = 0.0
    exposure: Annotated[
        Literal["auto"] | float,
        Param("how long light is gathered; if fixed, pictures do not pump", 0.1, 1000, unit="ms"),
    ] = "auto"
    mirror: Mirror = False
    rotate: Rotate = 0
    crop: Crop = WHOLE

    _stop: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def instead(self, live: bool) -> tuple[str, dict[str, Any]] | None:
        """Name what plays in its place: a file is a video file, no camera at all the stand-in."""
        if isinstance(self.device, str) and _is_film(self.device):
            seen = {"mirror": self.mirror, "rotate": self.rotate, "crop": self.crop}
            return "video_file", {"file": self.device, **seen}
        if self.device == "auto" and not (live and find()):
            return "stand_in", {"sings": False}
        return None

    def open(self, emit: Emit) -> None:
        """Open the camera and begin to read it; may take seconds.

        Raises DeviceError when there is no picture to be had. On macOS the first call must come
        from the main thread: only there does the system ask whether the camera may be used.
        """
        self.close()
        self._stop = stop = threading.Event()
        eye = self._look()
        if stop.is_set():
            eye.capture.release()
            return
        wished = (self.width, self.height)
        if not eye.far and all(wished) and wished != eye.size:
            given, wish = (f"{width}x{height}" for width, height in (eye.size, wished))
            emit("", Notice(f"{eye.name} gives {given}, not {wish}"), SystemClock().now())
        work = (eye, emit, stop)
        self._thread = threading.Thread(target=self._run, args=work, name="camera", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop reading; a camera that does not answer is let go of as soon as it does."""
        self._stop.set()
        thread, self._thread = self._thread, None
        if thread and thread is not threading.current_thread():
            thread.join(END_S)

    def _look(self) -> _Eye:
        hush_opencv()
        # A stalled camera on Linux is otherwise waited for for 10 s. Read once, at the first grab.
        os.environ.setdefault("OPENCV_VIDEOIO_V4L_SELECT_TIMEOUT", "2")
        if isinstance(self.device, str) and "://" in self.device:
            return _open_address(self.device)
        return _open_camera(self.device, self._wish)

    def _wish(self, capture: cv2.VideoCapture) -> None:
        """Ask for size and speed; where a camera is too slow, ask for compressed pictures."""
        self._ask(capture)
        if 0 < capture.get(cv2.CAP_PROP_FPS) < self.fps - 1:
            capture.set(cv2.CAP_PROP_FOURCC, cv2.VideoWriter.fourcc(*"MJPG"))
            self._ask(capture)
        # One to fill while the other is read. With a single one, a USB camera misses every second
        # picture; the usual four would hand over old ones after a stall.
        capture.set(cv2.CAP_PROP_BUFFERSIZE, 2)

    def _ask(self, capture: cv2.VideoCapture) -> None:
        size = (cv2.CAP_PROP_FRAME_WIDTH, self.width), (cv2.CAP_PROP_FRAME_HEIGHT, self.height)
        for what, wish in (*size, (cv2.CAP_PROP_FPS, self.fps)):
            if wish:
                capture.set(what, wish)

    def _run(self, eye: _Eye, emit: Emit, stop: threading.Event) -> None:
        """Read until told to stop; whatever ends it sooner is said, once the camera is free."""
        clock = SystemClock()
        try:
            reason = self._read(eye, emit, stop)
        except Exception as error:
            reason = f"{eye.name}: {error}"
        finally:
            eye.capture.release()
        if not stop.is_set():
            emit("", Lost(reason), clock.now())

    def _read(self, eye: _Eye, emit: Emit, stop: threading.Event) -> str:
        now = SystemClock().now
        # A stream knows no exposure: only who asks for one is told.
        exposure: float | str | None = "auto" if eye.far else None
        seen = now()
        while not stop.is_set():
            if self.exposure != exposure:
                exposure = self.exposure
                if not _expose(eye.capture, exposure) and exposure != "auto":
                    emit("", Notice(f"the exposure of {eye.name} cannot be set"), now())
            if not eye.capture.grab():
                break
            at = now()
            ok, image = eye.capture.retrieve()
            if ok and not stop.is_set():
                seen = at
                frame = framed(cast(Picture, image), self.mirror, self.rotate, self.crop)
                emit("frame", frame, at, cost=now() - at)
            elif at - seen > SILENCE_NS:
                return f"{eye.name} gives pictures that cannot be read"
        return f"{eye.name} stopped" if eye.far else f"{eye.name} stopped; was it unplugged?"


@dataclass(frozen=True)
class _Eye:
    """An open camera; ``far`` says that it is in the network."""

    capture: cv2.VideoCapture
    name: str
    far: bool = False

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of its pictures."""
        width, height = cv2.CAP_PROP_FRAME_WIDTH, cv2.CAP_PROP_FRAME_HEIGHT
        return int(self.capture.get(width)), int(self.capture.get(height))


class Found(NamedTuple):
    """A camera that is plugged in; ``path`` is what its driver calls it."""

    number: int
    name: str
    path: str = ""


def find() -> list[Found]:
    """Find the cameras of this machine, in the order of their numbers."""
    found = (Found(info.index, info.name, info.path or "") for info in enumerate_cameras(DRIVER))
    return sorted(found)


def list_cameras() -> list[str]:
    """List the cameras of this machine by name and number; each may be given as ``device``."""
    return [f"{camera.name} (number {camera.number})" for camera in find()]


def meant(device: str | int, found: list[Found]) -> list[Found]:
    """Choose the cameras that ``device`` may mean, the likeliest first; raises DeviceError."""
    if device == "auto":
        if not found:
            raise DeviceError(f"no camera was found; is one plugged in?{_forbidden()}")
        return found
    if isinstance(device, int) or device.isdigit():
        number = int(device)
        named = [camera for camera in found if camera.number == number]
        return named or [Found(number, f"camera {number}")]
    word = device.casefold()
    exact = [each for each in found if word == each.name.casefold() or device == each.path]
    fits = exact or [each for each in found if word in each.name.casefold()]
    if not fits:
        names = [camera.name for camera in found]
        there = f" There is: {', '.join(names)}." if names else " There is none at all."
        raise DeviceError(f'there is no camera "{device}".{nearest(device, names) or there}')
    return fits


def _open_camera(device: str | int, wish: Callable[[cv2.VideoCapture], None]) -> _Eye:
    tried = meant(device, find())
    for camera in tried:
        capture = cv2.VideoCapture(camera.number, DRIVER)
        if capture.isOpened():
            wish(capture)
            if capture.grab():
                return _Eye(capture, f'camera "{camera.name}"')
        capture.release()
    names = " or ".join(dict.fromkeys(f'"{camera.name}"' for camera in tried))
    raise DeviceError(f"no picture from {names}.{_forbidden() or _why()}")


def _open_address(address: str) -> _Eye:
    scheme = address.partition("://")[0].lower()
    patience = PATIENCE_MS.get(scheme, USUAL_PATIENCE_MS)
    settings = [
        *(cv2.CAP_PROP_OPEN_TIMEOUT_MSEC, patience),
        *(cv2.CAP_PROP_READ_TIMEOUT_MSEC, SILENCE_MS),
        # Decoding on n threads holds n - 1 pictures back.
        *(cv2.CAP_PROP_N_THREADS, 1),
    ]
    capture = cv2.VideoCapture(address, cv2.CAP_FFMPEG, settings)
    name = re.sub("//[^/@]*@", "//", address)  # no password on a screen
    if not capture.isOpened() or not capture.grab():
        capture.release()
        raise DeviceError(f"no picture from {name} within {patience / 1000:g} s. Is it sending?")
    return _Eye(capture, name, far=True)


def _is_film(device: str) -> bool:
    if "://" in device:
        return False
    return FILM.search(device) is not None or Path(device).expanduser().is_file()


def _expose(capture: cv2.VideoCapture, exposure: float | str) -> bool:
    """Set the exposure in ms; drivers count in 0.1 ms on Linux, powers of two of 1 s elsewhere."""
    linux = capture.getBackendName() == "V4L2"
    auto, manual = (3, 1) if linux else (1, 0)
    if not isinstance(exposure, int | float):
        return capture.set(cv2.CAP_PROP_AUTO_EXPOSURE, auto)
    capture.set(cv2.CAP_PROP_AUTO_EXPOSURE, manual)
    units = exposure * 10 if linux else math.log2(exposure / 1000)
    return capture.set(cv2.CAP_PROP_EXPOSURE, round(units))


def _forbidden() -> str:
    """Say how to get at cameras that are there and may not be opened; empty if that is not it."""
    shut = [str(node) for node in Path("/dev").glob("video*") if not os.access(node, os.R_OK)]
    if sys.platform != "linux" or not shut:
        return ""
    group = "sudo usermod -aG video $USER"
    return f" {min(shut)} may not be opened: run {group}, log out and in again."


def _why() -> str:
    return f" Perhaps another program is using it{PRIVACY.get(sys.platform, '')}."
