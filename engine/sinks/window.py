"""Show pictures in a window, or on the whole of a display: for a projector."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Annotated, Any, ClassVar, Literal

import cv2
import msgspec

from engine.core.commands import KeepInRig, Lost, Notice, SetParameter
from engine.core.errors import DeviceError, ParameterError
from engine.core.finding import Finding
from engine.core.messages import Ns
from engine.core.parameter import Fixed, Param
from engine.dsp.image.jpeg import downscaled
from engine.dsp.image.picture import WHOLE, Crop, Mirror, Rotate
from engine.system.device_process import GONE
from engine.video.picture_sink import Image, PictureSink
from engine.window.client import WindowProcess, list_displays
from engine.window.displays import choose
from engine.window.frames import (
    CLOSED,
    DARK,
    FLOAT,
    LEVEL,
    MAPPED,
    NOTE,
    SETTINGS,
    Fit,
    Mapping,
    Opening,
    WindowSettings,
)
from engine.window.mapping import WIDEST
from engine.window.placing import is_convex

_CORNERS = ("top_left", "top_right", "bottom_right", "bottom_left")
_LONGEST = 8192
"""The longest side of a picture that is shown as it is: every graphics card can hold it."""
_MAPPINGS = msgspec.json.Decoder(Mapping)


class Window(PictureSink):
    """Show pictures in a window, or on the whole of a display: for a projector.

    Without ``display`` it is a window, with it the full screen of that display (``sensorium
    devices`` lists them); ``full_screen`` says otherwise. A picture that is lost fades to black,
    and a full screen stays black for half a minute even where the show dies, so that nobody sees
    a desktop meanwhile. A display that is missing, or goes away, is told and tried again.

    At the window, by mouse and keys: F makes a window of the full screen and back, as Escape does;
    M moves the corners and edges:

    - the mouse drags a corner; arrows move it by a pixel, with Shift by ten;
    - Tab, or a digit, takes the next one: 1 to 4 are the corners from the top left clockwise, 5 to
      8 the widths of the left, bottom, right and top edge, which fade into a second projector's;
    - R puts all back; Escape forgets what was changed; M or Enter keeps it in ``rig.toml``.

    Two projectors show one wide picture by two windows: each shows its part by ``crop``, with an
    overlap that both fade by ``blend``: ``crop = [0, 0, 0.55, 1]`` and ``blend = [0, 0, 0.18, 0]``
    on the left, ``[0.45, 0, 1, 1]`` and ``[0.18, 0, 0, 0]`` on the right. The overlap is a part of
    each projector's picture: 0.1 of 0.55 is 0.18.

    Black-out, freeze and brightness hold here as on the page. While the show is private it is
    black; ``when_private = "show"`` says that the people in the room may see themselves.

    Raises DeviceError when there is no display, or not the one that is named.
    """

    display: Fixed[
        Annotated[str | int, Param('the number or a part of the name of a display; "" for any')]
    ] = ""
    name: Fixed[Annotated[str, Param("what stands above the window")]] = "Sensorium"
    size: Fixed[
        Annotated[tuple[int, int], Param("width and height of a window that is no full screen")]
    ] = (1280, 720)
    full_screen: Annotated[
        bool | None, Param("whether it fills the display; if not said, where that is named")
    ] = None
    fit: Annotated[
        Fit, Param('"fit" shows the whole picture, "fill" covers all, "stretch" bends its shape')
    ] = "fit"
    rotate: Rotate = 0
    mirror: Mirror = False
    crop: Crop = WHOLE
    top_left: Annotated[tuple[float, float], Param("where this corner lies: [x, y]")] = (0.0, 1.0)
    top_right: Annotated[tuple[float, float], Param("where this corner lies: [x, y]")] = (1.0, 1.0)
    bottom_right: Annotated[tuple[float, float], Param("where this corner lies: [x, y]")] = (
        1.0,
        0.0,
    )
    bottom_left: Annotated[tuple[float, float], Param("where this corner lies: [x, y]")] = (
        0.0,
        0.0,
    )
    blend: Annotated[
        tuple[float, float, float, float],
        Param("how wide the [left, bottom, right, top] edges fade, each from 0 to 0.9"),
    ] = (0.0, 0.0, 0.0, 0.0)
    gamma: Annotated[float, Param("that of the projector, for edges that fade", 1, 3)] = 2.2
    fade: Annotated[float, Param("how long it takes to black, and back", 0, 60, "s")] = 0.5
    vsync: Annotated[bool, Param("wait for the display, so that no picture is torn")] = True
    when_private: Fixed[
        Annotated[
            Literal["black", "show"], Param("what it does while pictures of people may not leave")
        ]
    ] = "black"

    masters_apply: ClassVar[bool] = False  # the window itself does, at once

    _process: WindowProcess | None = None

    def __post_init__(self) -> None:
        if min(self.size) < 16 or max(self.size) > _LONGEST:
            raise ParameterError(f"size: expected 16 to {_LONGEST} pixels each, got {self.size}")
        if not is_convex(self._corners):
            raise ParameterError(
                f"{', '.join(_CORNERS)}: a picture between these would be folded or flat; expected"
                " each where its name says, [x, y] from 0, left or bottom, to 1"
            )

    def __setattr__(self, name: str, value: object) -> None:
        """Set a parameter, which is seen at once: no picture may come for long."""
        super().__setattr__(name, value)
        if not name.startswith("_") and self._process is not None:
            self._process.tell(SETTINGS, msgspec.json.encode(self._settings()))

    @property
    def shows_in_private(self) -> bool:
        """Whether it shows people while the show is private, as the patch says."""
        return self.when_private == "show"

    @property
    def destination(self) -> str:
        """Its window or display."""
        return f'the display "{self.display}"' if self.display != "" else f'a window "{self.name}"'

    @property
    def helper(self) -> int:
        """The process id of the window; 0 while closed."""
        return self._process.pid if self._process else 0

    @property
    def refresh(self) -> int:
        """Pictures a second of its display; 0 while closed."""
        return self._process.window.refresh if self._process else 0

    def examine(self) -> Iterable[Finding]:
        """Return whether its display is there."""
        try:
            found = choose(str(self.display), list_displays())
        except DeviceError as error:
            return [Finding("", "missing", str(error), "plug it in, or name another display")]
        return [Finding("", "ok", f"the display {found} is there")]

    def start(self) -> None:
        """Open the window. Raise DeviceError where there is no display for it."""
        opening = Opening(str(self.display), self.name, self.size, settings=self._settings())
        self._process = WindowProcess(opening, self._heard)
        self._tell_level()

    def show(self, image: Image, at: Ns) -> None:
        """Show a picture, and wait until it is on the display."""
        if self._process is not None:
            self._process.show(downscaled(image, _LONGEST, cv2.INTER_AREA))

    def dark(self) -> None:
        """Fade to black."""
        if self._process is not None:
            self._process.tell(DARK)

    def finish(self) -> None:
        """Close the window."""
        process, self._process = self._process, None
        if process is not None:
            process.stop()

    def on_masters(self) -> None:
        """Take black-out and brightness at once, without another picture."""
        super().on_masters()
        self._tell_level()

    def _tell_level(self) -> None:
        masters = self._context.masters
        if self._process is not None:
            self._process.tell(LEVEL, FLOAT.pack(0.0 if masters.blackout else masters.level))

    @property
    def _corners(self) -> Any:
        return tuple(getattr(self, name) for name in _CORNERS)

    def _settings(self) -> WindowSettings:
        full = self.full_screen
        return WindowSettings(
            self.fit,
            self.rotate,
            self.mirror,
            self.crop,
            Mapping(self._corners, self._blend()),
            self.gamma,
            self.fade,
            self.display != "" if full is None else full,
            self.vsync,
        )

    def _blend(self) -> tuple[float, float, float, float]:
        left, bottom, right, top = (
            min(max(each, 0.0), WIDEST) if math.isfinite(each) else 0.0 for each in self.blend
        )
        return left, bottom, right, top

    def _heard(self, kind: bytes, payload: bytes) -> None:
        if kind == GONE:
            self.report(Lost(payload.decode()))
        elif kind == CLOSED:
            self.report(
                Notice(
                    "the window was closed by hand; "
                    f"/{self._context.name}/on with 0 and then 1 opens it again"
                )
            )
        elif kind == NOTE:
            self.report(Notice(payload.decode()))
        elif kind == MAPPED:
            self._keep(_MAPPINGS.decode(payload))

    def _keep(self, mapping: Mapping) -> None:
        """Set what was moved by hand, and have it kept in the rig."""
        values: dict[str, object] = dict(zip(_CORNERS, mapping.corners, strict=True))
        values["blend"] = mapping.blend
        box = self._context.name
        for name, value in values.items():
            self.report(SetParameter(box, name, value))
        self.report(KeepInRig(box, tuple(values.items())))
