"""The window on real displays: what a projector shows, to the pixel, and what becomes of it."""

from __future__ import annotations

import contextlib
import itertools
import os
import signal
import subprocess
import sys
import threading
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import cv2
import numpy as np
import pytest
from pythonosc.udp_client import SimpleUDPClient
from xvfb import XDisplay, display

from engine.core.commands import Command, KeepInRig, Lost, Notice, SetParameter
from engine.core.context import Context
from engine.core.errors import DeviceError
from engine.core.messages import Frame, Ns
from engine.dsp.image.picture import orient
from engine.lab.stress.show import wait_until
from engine.sinks.window import Window
from tests.limits import LIMIT

pytestmark = [
    pytest.mark.peer("Xvfb", "xvfb"),
    pytest.mark.peer("import", "imagemagick"),
    pytest.mark.peer("xdotool", "xdotool"),
]
COLOURS = {"top left": (0, 0, 255), "top right": (0, 255, 0), "bottom left": (255, 0, 0)}
NEAR = 12
"""How far a value of a pixel may be from what it should be."""


def quarters(width: int = 320, height: int = 180) -> np.ndarray:
    """Return a picture whose quarters are red, green, blue and white."""
    image = np.full((height, width, 3), 255, np.uint8)
    image[: height // 2, : width // 2] = COLOURS["top left"]
    image[: height // 2, width // 2 :] = COLOURS["top right"]
    image[height // 2 :, : width // 2] = COLOURS["bottom left"]
    image.flags.writeable = False
    return image


class Masters:
    blackout = False
    frozen = False
    level = 1.0


@dataclass
class Shown:
    """An open window, with what it has reported."""

    window: Window
    masters: Masters
    reports: list[Command] = field(default_factory=list)
    came: threading.Event = field(default_factory=threading.Event)
    private: bool = False

    def show(self, image: np.ndarray) -> None:
        self.window.send("in", Frame(image), Ns(0))

    def report(self, command: Command) -> None:
        self.reports.append(command)
        self.came.set()

    def wait_for(self, kind: type[Command]) -> Command:
        while True:
            found = [each for each in self.reports if isinstance(each, kind)]
            if found:
                return found[0]
            assert self.came.wait(LIMIT), f"no {kind.__name__}: {self.reports}"
            self.came.clear()


@contextmanager
def opened(monkeypatch: pytest.MonkeyPatch, screen: XDisplay, **parameters: Any) -> Iterator[Shown]:
    """Open a window on a display."""
    monkeypatch.setenv("DISPLAY", screen.name)
    monkeypatch.setenv("LIBGL_ALWAYS_SOFTWARE", "1")
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    window = Window(**{"display": 1, "fade": 0.0, **parameters})
    shown = Shown(window, Masters())
    window.report_to(shown.report)
    window.open(Context("screen", may_leave=lambda: not shown.private, masters=shown.masters))
    try:
        yield shown
    finally:
        window.close()


@pytest.fixture(scope="module")
def screen() -> Iterator[XDisplay]:
    with display("640x400") as one:
        yield one


def expected(image: np.ndarray, size: tuple[int, int], **look: Any) -> np.ndarray:
    """Return what a display shows, worked out by OpenCV alone."""
    crop = look.get("crop", (0.0, 0.0, 1.0, 1.0))
    seen = orient(image, look.get("mirror", False), look.get("rotate", 0), crop)
    (width, height), (high, wide) = size, seen.shape[:2]
    across, up = width / wide, height / high
    fit = look.get("fit", "fit")
    scale = min(across, up) if fit == "fit" else max(across, up)
    across, up = (across, up) if fit == "stretch" else (scale, scale)
    move = np.array(
        [
            [across, 0, (width - wide * across) / 2 + across / 2 - 0.5],
            [0, up, (height - high * up) / 2 + up / 2 - 0.5],
            [0, 0, 1],
        ]
    )
    corners = look.get("corners")
    if corners:
        flat = np.float32([[0, 0], [width, 0], [width, height], [0, height]])
        bent = np.float32([[x * width, (1 - y) * height] for x, y in corners])
        move = cv2.getPerspectiveTransform(flat, bent) @ move
    return cv2.warpPerspective(seen, move, size, flags=cv2.INTER_LINEAR)


def differing(one: np.ndarray, other: np.ndarray) -> float:
    """Return the part of the pixels that differ, but for those at edges, where both are unsure."""
    edges = (
        cv2.morphologyEx(other, cv2.MORPH_GRADIENT, np.ones((5, 5), np.uint8)).max(axis=2) > NEAR
    )
    away = np.abs(one.astype(int) - other).max(axis=2) > NEAR
    return float((away & ~edges).mean())


LOOKS = [
    {},
    {"fit": "fill"},
    {"fit": "stretch"},
    {"rotate": 90},
    {"rotate": 180, "fit": "fill"},
    {"rotate": 270, "mirror": True},
    {"mirror": True},
    {"crop": (0.0, 0.25, 0.75, 1.0), "fit": "stretch"},
    {"crop": (0.25, 0.0, 1.0, 0.5), "rotate": 90, "mirror": True},
    {"corners": ((0.1, 0.9), (0.8, 1.0), (0.9, 0.2), (0.0, 0.1))},
    {"corners": ((0.3, 0.7), (0.7, 0.95), (1.0, 0.0), (0.2, 0.3)), "rotate": 180},
    {"corners": ((1.0, 1.0), (0.0, 1.0), (0.0, 0.0), (1.0, 0.0))},  # from behind
]
NAMES = ("top_left", "top_right", "bottom_right", "bottom_left")


def parameters(look: dict[str, Any]) -> dict[str, Any]:
    """Return a look as the parameters of the window."""
    given = {name: value for name, value in look.items() if name != "corners"}
    return given | dict(zip(NAMES, look.get("corners", ()), strict=False))


@pytest.mark.parametrize("size", ["640x400", "1024x768"])
def test_every_look_is_what_opencv_makes_of_it(monkeypatch, size) -> None:
    """One window for all: what a hand turns is seen at once, of the very same picture too."""
    wanted = tuple(map(int, size.split("x")))
    with display(size) as screen, opened(monkeypatch, screen) as shown:
        defaults = {
            name: getattr(shown.window, name) for name in ("fit", "rotate", "mirror", "crop")
        }
        corners = dict(zip(NAMES, ((0, 1), (1, 1), (1, 0), (0, 0)), strict=True))
        image = quarters()
        for look in LOOKS:
            for name, value in {**defaults, **corners, **parameters(look)}.items():
                setattr(shown.window, name, value)
            shown.show(image)
            seen = screen.screenshot()
            assert seen.shape[:2] == wanted[::-1]
            assert differing(seen, expected(image, wanted, **look)) < 0.002, look
        shown.window.rotate = 180  # of the picture that stands
        screen.until(
            lambda seen: differing(seen, expected(image, wanted, **look, rotate=180)) < 0.002,
            "turned",
        )


def test_pictures_of_any_size_and_masks(monkeypatch, screen) -> None:
    with opened(monkeypatch, screen, fit="stretch") as shown:
        for width, height in [(1, 1), (3, 5), (641, 399), (33, 1000), (1280, 720)]:
            shade = (width * 7 % 256, height * 13 % 256, 90)
            shown.show(np.full((height, width, 3), shade, np.uint8))
            seen = screen.screenshot()
            assert np.abs(seen.astype(int) - shade).max() <= 1, (width, height)
        shown.show(np.full((2, 9000, 3), 77, np.uint8))  # wider than graphics cards are
        assert set(np.unique(screen.screenshot())) <= {76, 77, 78}


def test_two_projectors_add_up_to_even_light(monkeypatch, screen) -> None:
    white = np.full((40, 64, 3), 255, np.uint8)
    lights = []
    for blend in ((0, 0, 0.25, 0), (0.25, 0, 0, 0)):
        with opened(monkeypatch, screen, fit="stretch", blend=blend) as shown:
            shown.show(white)
            lights.append((screen.screenshot()[200, :, 0] / 255.0) ** 2.2)
    left, right = lights
    both = left[480:] + right[:160]
    assert np.all(np.abs(both - 1) < 0.03)
    assert left[479] > 0.98
    assert left[639] < 0.02
    assert np.all(np.diff(left[480:]) <= 0.01)


def test_a_loss_fades_to_black_and_the_next_picture_comes_back(monkeypatch, screen) -> None:
    with opened(monkeypatch, screen, fade=0.3) as shown:
        shown.show(np.full((90, 160, 3), 200, np.uint8))
        screen.until(lambda seen: seen.max() >= 199, "it comes out of the black")
        shown.window.silence("in")
        screen.until(lambda seen: 0 < seen.max() < 190, "it fades")
        screen.until(lambda seen: seen.max() == 0, "it is black")
        shown.show(np.full((90, 160, 3), 200, np.uint8))
        screen.until(lambda seen: seen.max() >= 199, "it is back")


def test_masters_act_within_one_picture(monkeypatch, screen) -> None:
    """The very next picture that is on the display is black; and so is one that stands."""
    grey = np.full((90, 160, 3), 200, np.uint8)
    with opened(monkeypatch, screen, fit="fill") as shown:
        shown.show(grey)
        shown.masters.blackout = True
        shown.window.on_masters()
        shown.show(grey)
        assert screen.screenshot().max() == 0
        shown.masters.blackout = False
        shown.window.on_masters()
        screen.until(lambda seen: seen.max() == 200, "light again, without another picture")
        shown.masters.level = 0.5
        shown.window.on_masters()
        screen.until(lambda seen: abs(int(seen.max()) - 100) <= 1, "half as bright")
        shown.masters.level, shown.masters.frozen = 1.0, True
        shown.window.on_masters()
        shown.show(np.full((90, 160, 3), 30, np.uint8))
        shown.window.silence()  # what is frozen stands, whatever is lost behind it
        screen.until(lambda seen: seen.max() == 200, "what was seen stands")
        shown.masters.frozen = False
        shown.private = True
        shown.window.on_masters()
        screen.until(lambda seen: seen.max() == 0, "nobody is seen of a show that is private")


def test_a_window_closed_by_hand_is_told_and_opens_again(monkeypatch, screen) -> None:
    with opened(monkeypatch, screen, display="", size=(300, 200)) as shown:
        grey = np.full((200, 300, 3), 200, np.uint8)
        shown.show(grey)
        screen.until(lambda seen: seen[150, 200, 0] == 200, "it is there")
        screen.close_window("Sensorium")
        notice = shown.wait_for(Notice)
        assert isinstance(notice, Notice)
        assert "/screen/on" in notice.text
        shown.show(grey)  # the picture goes on, unseen
        assert screen.screenshot().min() == 255
        shown.window.silence()  # off and on again
        shown.show(grey)
        screen.until(lambda seen: seen[150, 200, 0] == 200, "it is there again")


def test_a_full_screen_cannot_be_closed_by_a_slip(monkeypatch, screen) -> None:
    with opened(monkeypatch, screen, fit="fill") as shown:
        shown.show(quarters())
        screen.close_window("Sensorium")
        notice = shown.wait_for(Notice)
        assert isinstance(notice, Notice)
        assert "it stays" in notice.text
        shown.show(np.full((9, 16, 3), 50, np.uint8))
        assert screen.screenshot().min() == 50


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSEGV])
def test_a_driver_that_crashes_takes_only_the_window(monkeypatch, screen, number) -> None:
    with opened(monkeypatch, screen) as shown:
        shown.show(quarters())
        os.kill(shown.window.helper, number)
        lost = shown.wait_for(Lost)
        assert isinstance(lost, Lost)
        assert "window" in lost.reason
        shown.show(quarters())  # raises nothing
        shown.window.close()
        shown.window.open(Context("screen", masters=shown.masters))
        shown.show(np.full((90, 160, 3), 200, np.uint8))
        assert screen.screenshot().max() == 200


def test_a_display_that_goes_is_told_and_comes_back(monkeypatch) -> None:
    with display() as first, opened(monkeypatch, first) as shown:
        shown.show(quarters())
        first.process.kill()
        first.process.wait()
        assert "display" in str(shown.wait_for(Lost))
        shown.window.close()
        with pytest.raises(DeviceError, match=f'"{first.name}" does not answer'):
            shown.window.open(Context("screen"))
        shown.window.close()
        with display(name=first.name) as again:
            shown.window.open(Context("screen", masters=shown.masters))
            shown.show(np.full((90, 160, 3), 200, np.uint8))
            assert again.screenshot().max() == 200
            shown.window.close()


@pytest.mark.parametrize(
    ("named", "said"),
    [
        (2, r'no display "2"\. There is: screen'),
        ("skreen", 'Did you mean "screen"'),
        ("HDMI", "HDMI"),
    ],
)
def test_a_display_that_is_not_there_is_told_with_those_that_are(
    monkeypatch, screen, named, said
) -> None:
    with pytest.raises(DeviceError, match=said), opened(monkeypatch, screen, display=named):
        pass


def test_without_any_display_it_says_so(monkeypatch) -> None:
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    with pytest.raises(DeviceError, match="neither DISPLAY nor WAYLAND_DISPLAY is set"):
        Window(display=1).open(Context("screen"))


def test_corners_are_moved_by_mouse_and_keys_and_kept(monkeypatch, screen) -> None:
    white = np.full((400, 640, 3), 255, np.uint8)

    def bent(seen: np.ndarray) -> bool:
        return bool(seen[50, 50].max() == 0 and seen[300, 300].min() == 255)

    with opened(monkeypatch, screen) as shown:
        shown.show(white)
        screen.hand("mousemove", 20, 20)
        screen.key("m")
        screen.until(lambda seen: 0 < seen[60, 60].max() < 200, "the grid is there")
        screen.hand("mousemove", 20, 20, "mousedown", 1, "mousemove", 160, 100, "mouseup", 1)
        screen.key("2", "shift+Left", "shift+Left", "Down", "7", "shift+Right")
        screen.key("Return")
        kept = shown.wait_for(KeepInRig)
        assert isinstance(kept, KeepInRig)
        values: dict[str, Any] = dict(kept.values)
        assert values["top_left"] == pytest.approx((160 / 640, 1 - 100 / 400), abs=1e-4)
        assert values["top_right"] == pytest.approx((1 - 20 / 640, 1 - 1 / 400), abs=1e-4)
        assert values["blend"] == pytest.approx((0, 0, 10 / 640, 0), abs=1e-4)
        hands = [each for each in shown.reports if isinstance(each, SetParameter)]
        assert {each.parameter: each.value for each in hands} == values
        screen.until(bent, "bent")
        screen.key("m", "r", "Escape")  # all is taken back
        screen.until(bent, "as kept")
        assert sum(isinstance(each, KeepInRig) for each in shown.reports) == 1


def test_keys_leave_the_full_screen_and_fill_it_again(monkeypatch, screen) -> None:
    with opened(monkeypatch, screen, size=(200, 120), fit="fill") as shown:
        shown.show(np.full((9, 16, 3), 200, np.uint8))
        screen.hand("mousemove", 100, 100)
        assert screen.screenshot().min() == 200
        screen.key("Escape")
        screen.until(lambda seen: seen[-1, -1, 0] == 255 and (seen == 200).any(), "a window")
        screen.key("f")
        screen.until(lambda seen: seen.min() == 200, "the full screen")


PATCH = """
[still]
use = "picture_file"
file = "white.png"
[screen]                              # what the room needs is in rig.toml
use = "window"
from = "still"
display = 1
fade = "50 ms"
[control]
use = "osc_control"
port = {port}
replies = {replies}
"""
RIG = """# this room
[other]
port = 1

[screen]
fit = "fill"        # no bars here
"""


def test_a_show_on_a_display_from_the_first_picture_to_a_kill(
    monkeypatch, tmp_path, make_port
) -> None:
    """By its command: corners kept in the rig, black-out by OSC, a kill that shows no desktop."""
    port = make_port()
    patch, rig = tmp_path / "show.toml", tmp_path / "rig.toml"
    patch.write_text(PATCH.format(port=port, replies=make_port()))
    rig.write_text(RIG)
    cv2.imwrite(str(tmp_path / "white.png"), np.full((90, 160, 3), 255, np.uint8))
    code = "from engine.cli import main; main()"
    command = [sys.executable, "-c", code, "play", str(patch), "--quiet", "--no-page"]
    with display() as screen, contextlib.ExitStack() as stack:
        screen.paint_desktop("red")
        osc = stack.enter_context(SimpleUDPClient("127.0.0.1", port))
        told = stack.enter_context((tmp_path / "told").open("w+"))
        show = subprocess.Popen(
            command,
            env={**os.environ, "DISPLAY": screen.name, "LIBGL_ALWAYS_SOFTWARE": "1"},
            stderr=told,
        )
        stack.callback(show.wait)
        stack.callback(show.kill)
        screen.until(lambda seen: seen.min() == 255, "the picture is there")
        screen.hand("mousemove", 20, 20)
        screen.key("m", "1", "shift+Right", "shift+Right", "shift+Down", "Return")
        screen.until(lambda seen: seen[2, 2].max() == 0, "the corner has moved")
        assert wait_until(lambda: "top_left" in rig.read_text(), LIMIT), "it is kept"
        kept = rig.read_text()
        assert kept.startswith(RIG.rstrip())
        assert tomllib.loads(kept)["screen"]["top_left"] == [20 / 640, 1 - 10 / 400]
        osc.send_message("/sensorium/blackout", 1)
        screen.until(lambda seen: seen.max() == 0, "black-out")
        osc.send_message("/sensorium/blackout", 0)
        osc.send_message("/screen/mirror", 1)
        screen.until(lambda seen: seen[200, 320].max() == 255, "light")
        osc.send_message("/screen/on", 0)
        screen.until(lambda seen: seen.max() == 0, "switched off is black")
        osc.send_message("/screen/on", 1)
        screen.until(lambda seen: seen[200, 320].max() == 255, "on again")
        show.kill()
        show.wait()
        screen.until(lambda seen: seen.max() == 0, "a killed show leaves black, and no desktop")
        screen.key("Escape")
        screen.until(lambda seen: seen[200, 320].tolist() == [0, 0, 255], "the desktop, by hand")
        assert "Traceback" not in (tmp_path / "told").read_text()


def test_a_picture_is_never_half_another(monkeypatch, screen) -> None:
    """What is on the display is one picture, whole, however fast they come."""
    with opened(monkeypatch, screen, fit="fill", vsync=False) as shown:
        for shade in itertools.islice(itertools.cycle((40, 200, 120)), 60):
            shown.show(np.full((360, 640, 3), shade, np.uint8))
        assert len(np.unique(screen.screenshot())) == 1
