"""A camera: built in, attached, or on the network.

Why a frame is stamped when its grab returns: that is the first moment at which it is known here.
What rotating, mirroring and decoding cost comes after it, and is reported separately as cost.

Why the thread releases the camera, and not ``close``: releasing a device while another thread waits
for its next frame crashes some drivers.
"""

from __future__ import annotations

import os
import re
import sys
import threading
from collections.abc import Mapping
from dataclasses import field
from functools import partial
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal, cast

import cv2

from engine.core.clock import SECOND, SystemClock
from engine.core.commands import Condition, Lost, Notice
from engine.core.errors import DeviceError
from engine.core.files import beside
from engine.core.messages import Frame, Ns
from engine.core.parameter import NAME_OR_FILE, Fixed, Param
from engine.core.source import Emit, Source
from engine.dsp.image.interlace import InterlaceDetector
from engine.dsp.image.picture import (
    WHOLE,
    Crop,
    Mirror,
    Picture,
    Rotate,
    silence_opencv,
)
from engine.video.capture import OpenCamera, open_address, open_camera
from engine.video.devices import find
from engine.video.frames import FrameMaker
from engine.video.freeze import LATE, FreezeDetector
from engine.video.picture_corrector import PictureCorrector, Topic
from engine.video.still_files import names_stills, why_no_picture

VIDEO_FILE = re.compile(r"\.(mp4|mov|m4v|avi|mkv|webm|mpe?g|m?ts|wmv|flv|gif|ogv|mxf|3gp)$", re.I)
SILENCE_NS = 2 * SECOND
"""How long a camera may deliver no frame before it counts as lost."""
END_S = 2.5
"""Seconds that ``close`` waits: a little more than the longest wait for a frame that ends."""
MAX_HUNG = 3
"""Threads that may hang in the driver before the camera is not opened again."""


class Camera(Source):
    """See with a camera; each picture leaves at once, and a newer one replaces it if nobody looked.

    ``device`` takes the name of a camera (a part of it will do), its number, the address of a
    stream (``"http://..."``, ``"rtsp://..."``, ``"udp://..."``), or a file, which is played in its
    place: a film (see ``video_file``), a photograph, a folder or a sequence of pictures (see
    ``picture_file``). "auto" takes the first camera that gives a picture; on a machine without one
    the stand-in plays. A camera that is unplugged, or a stream that stops, is looked for until it
    is back; one that was given by its number is looked for by its name, for its number may change.

    Pixels of a stream that are not square are made so. Of an interlaced stream one field is shown,
    which is told once; one that is marked as interlaced needs the program ffmpeg to be installed.

    A camera that gives nothing for a second (or 10 of its pictures), and be it that its driver
    never comes back, is opened again. One that gives the very same picture for 3 s is late, and
    told of: it may be a still, a test card or a virtual camera, or it hangs. A camera of this
    machine is then opened again, once; a stream is left as it is.

    ``width``, ``height`` and ``fps`` are wishes: a camera knows some sizes, and gives the nearest.

    Raises DeviceError when the camera is not there, gives no picture, or may not be used.
    """

    OUT: ClassVar[Mapping[str, type]] = {"frame": Frame}
    steady: ClassVar[bool] = True
    main_thread: ClassVar[bool] = sys.platform == "darwin"

    device: Fixed[
        Annotated[str | int, Param('"auto", a name, number, address or file', unit=NAME_OR_FILE)]
    ] = "auto"
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
    _hung: list[threading.Thread] = field(default_factory=list)
    _freeze: FreezeDetector = field(default_factory=FreezeDetector)
    _name: str = ""
    _frames: FrameMaker = field(default_factory=FrameMaker)
    """One for all times that it is opened: else each would leave its pool to the next."""
    _detector: InterlaceDetector = field(default_factory=InterlaceDetector)
    _told: set[Topic] = field(default_factory=set)

    def fallback(self, live: bool) -> tuple[str, dict[str, Any]] | None:
        """Return its fallback: a box that plays files, stand_in when there is no camera."""
        seen = {"mirror": self.mirror, "rotate": self.rotate, "crop": self.crop}
        if isinstance(self.device, str) and names_stills(self.device):
            rate = {"fps": self.fps} if self.fps else {}
            return "picture_file", {"file": self.device, **rate, **seen}
        if isinstance(self.device, str) and _is_video_file(self.device):
            return "video_file", {"file": self.device, **seen}
        if self.device == "auto" and not (live and find()):
            return "stand_in", {"sings": False}
        return None

    def doubts(self, folder: Path | None) -> Mapping[str, str]:
        """Return that the film or the picture that it is to play is not there."""
        _, values = self.fallback(False) or ("", {})
        file = values.get("file", "")
        why = why_no_picture(beside(folder or Path(), file, surely=True)) if file else ""
        return {"device": why} if why else {}

    def open(self, emit: Emit) -> None:
        """Open the camera and start reading; may take seconds.

        Raise DeviceError when no picture can be had. On macOS the first call must come from the
        main thread: only there does the system ask for permission.
        """
        self.close()
        self._hung = [thread for thread in self._hung if thread.is_alive()]
        if len(self._hung) >= MAX_HUNG:
            raise DeviceError(f"its driver does not answer; {MAX_HUNG} attempts still wait for it")
        self._stop = stop = threading.Event()
        self._freeze.restart()
        opened = self._open_device(emit)
        if stop.is_set():
            opened.capture.release()
            return
        requested = (self.width, self.height)
        if not opened.is_remote and all(requested) and requested != opened.size:
            given, wish = (f"{width}x{height}" for width, height in (opened.size, requested))
            emit("", Notice(f"{opened.name} gives {given}, not {wish}"), SystemClock().now())
        if opened.found and opened.found.path:
            self._name = opened.found.name
        work = (opened, emit, stop)
        self._thread = threading.Thread(target=self._run, args=work, name="camera", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop reading. A camera that does not respond is released once it does."""
        self._stop.set()
        thread, self._thread = self._thread, None
        if thread and thread is not threading.current_thread():
            thread.join(END_S)
            if thread.is_alive():
                self._hung.append(thread)  # it releases the camera when its wait ends, if ever

    def _open_device(self, emit: Emit) -> OpenCamera:
        silence_opencv()
        # Otherwise Linux waits 10 s for a stalled camera. Read once, at the first grab.
        os.environ.setdefault("OPENCV_VIDEOIO_V4L_SELECT_TIMEOUT", "2")
        if isinstance(self.device, str) and "://" in self.device:
            return open_address(self.device, partial(self._notify, emit), self.fps)
        return open_camera(self.device, self._configure, self._name)

    def _configure(self, capture: cv2.VideoCapture) -> None:
        """Request size and rate; where a camera is too slow, request compressed frames."""
        self._request(capture)
        if 0 < capture.get(cv2.CAP_PROP_FPS) < self.fps - 1:
            capture.set(cv2.CAP_PROP_FOURCC, cv2.VideoWriter.fourcc(*"MJPG"))
            self._request(capture)
        # One buffer to fill while the other is read. With a single one, a USB camera drops every
        # second frame; the usual four would deliver old ones after a stall.
        capture.set(cv2.CAP_PROP_BUFFERSIZE, 2)

    def _request(self, capture: cv2.VideoCapture) -> None:
        size = (cv2.CAP_PROP_FRAME_WIDTH, self.width), (cv2.CAP_PROP_FRAME_HEIGHT, self.height)
        for what, wish in (*size, (cv2.CAP_PROP_FPS, self.fps)):
            if wish:
                capture.set(what, wish)

    def _run(self, opened: OpenCamera, emit: Emit, stop: threading.Event) -> None:
        """Read until stopped; report a loss once the camera is released."""
        clock = SystemClock()
        try:
            reason = self._read(opened, emit, stop)
        except Exception as error:
            reason = f"{opened.name}: {error}"
        finally:
            opened.capture.release()
        if not stop.is_set():
            emit("", Lost(reason), clock.now())

    def _read(self, opened: OpenCamera, emit: Emit, stop: threading.Event) -> str:
        now = SystemClock().now
        # A stream has no exposure: setting one is reported only if it is asked for.
        exposure: float | str | None = "auto" if opened.is_remote else None
        seen = now()
        broken, told = 0, seen - SECOND
        detector = None if opened.progressive else self._detector
        shown = PictureCorrector(opened.name, partial(self._notify, emit), opened.pixel, detector)
        while not stop.is_set():
            if self.exposure != exposure:
                exposure = self.exposure
                if not opened.set_exposure(exposure) and exposure != "auto":
                    emit("", Notice(f"the exposure of {opened.name} cannot be set"), now())
            if not opened.capture.grab():
                break
            at = now()
            ok, image = opened.capture.retrieve(shown.memory(self._memory))
            if ok and image is not None and image.size and not stop.is_set():
                seen = at
                picture = cast(Picture, image)
                whole = shown.show(picture, self._memory)
                frame = self._frames.make(whole, self.mirror, self.rotate, self.crop)
                emit("frame", frame, at, cost=now() - at)
                shown.look(picture)  # once it has left, for it takes up to 3 ms
                if self._report_freeze(opened, emit, picture, at):
                    return f"{opened.name} gives the same picture again and again"
            elif at - seen > SILENCE_NS:
                return f"{opened.name} gives pictures that cannot be read"
            if opened.broken > broken and at - told >= SECOND:
                broken, told = opened.broken, at
                emit("", Notice(f"{opened.name} sends broken pictures; they are left out"), at)
        return f"{opened.name} stopped" + ("" if opened.is_remote else "; was it unplugged?")

    def _memory(self) -> Picture | None:
        return self._frames.memory(self.mirror, self.rotate, self.crop)

    def _notify(self, emit: Emit, topic: Topic, text: str) -> None:
        """Report something once, however often the camera is opened."""
        if topic not in self._told:
            self._told.add(topic)
            emit("", Notice(text), SystemClock().now())

    def _report_freeze(self, opened: OpenCamera, emit: Emit, image: Picture, at: Ns) -> bool:
        """Report a frozen picture; return whether to reopen the camera."""
        condition = self._freeze.check(image, at, opened.is_remote)
        if condition == "late":
            same = f"{opened.name} gives the same picture for {LATE // SECOND} s"
            emit("", Condition("late", f"{same}: a still, or does it hang?"), at)
        elif condition == "running":
            emit("", Condition("running"), at)
        return condition == "lost"


def list_cameras() -> list[str]:
    """Return the cameras of this machine by name and number; each works as ``device``."""
    return [f"{camera.name} (number {camera.number})" for camera in find()]


def _is_video_file(device: str) -> bool:
    if "://" in device:
        return False
    return VIDEO_FILE.search(device) is not None or Path(device).expanduser().is_file()
