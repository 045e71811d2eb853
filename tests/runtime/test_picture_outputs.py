"""Every output of pictures under the masters and privacy, as the engine tells it of them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from engine.core.commands import BlackOut, Freeze, KeepPrivate, SetMaster
from engine.core.context import Context
from engine.core.messages import Frame, Ns
from engine.sinks.web_view import WebView
from engine.testing import play
from engine.video.picture_sink import PictureSink

PATCH = """
{privacy}
[cam]
use = "stand_in"
width = 64
height = 64
seconds = "2 s"
[screen]
use = "{use}"
from = "cam.frame"
{more}
"""


def shown(use: str = "window", privacy: str = "", more: str = "", script: Any = ()) -> int:
    """Return how many pictures an output was given in two seconds."""
    text = PATCH.format(use=use, privacy=privacy, more=more)
    return len(play(text, script=script).sent("screen"))


@pytest.mark.parametrize("use", ["window", "web_view", "ndi", "syphon", "spout", "virtual_camera"])
def test_a_private_show_gives_no_picture_to_any_output(use) -> None:
    assert shown(use) > 50
    assert shown(use, privacy="privacy = true") == 0
    half = shown(use, script=[(1.0, KeepPrivate(True))])
    assert 20 < half < 40


def test_only_the_patch_says_that_a_projector_shows_people_though_the_show_is_private() -> None:
    assert shown(privacy="privacy = true", more='when_private = "show"') > 50
    assert shown(more='when_private = "show"', script=[(1.0, KeepPrivate(True))]) > 50


def test_a_freeze_gives_none_until_it_ends() -> None:
    assert 20 < shown(script=[(1.0, Freeze(True))]) < 40
    assert 40 < shown(script=[(0.5, Freeze(True)), (1.0, Freeze(False))]) < 55


class Recorder(PictureSink):
    """What an output is told to show; black is 0."""

    def __post_init__(self) -> None:
        self._shades: list[int] = []

    def start(self) -> None:
        """Open nothing."""

    def show(self, image: np.ndarray, at: Ns) -> None:
        self._shades.append(int(image.max()))

    def dark(self) -> None:
        self._shades.append(0)


class Desk:
    blackout = False
    frozen = False
    level = 1.0


def test_what_was_shown_last_follows_the_masters_without_another_picture() -> None:
    desk, private = Desk(), [False]
    box = Recorder()
    box.open(Context("out", may_leave=lambda: not private[0], masters=desk))
    box.send("in", Frame(np.full((4, 4, 3), 200, np.uint8)), Ns(0))
    for change in ({"blackout": True}, {"blackout": False}, {"level": 0.5}, {"level": 1.0}):
        for name, value in change.items():
            setattr(desk, name, value)
        box.on_masters()
    private[0] = True
    box.on_masters()
    private[0] = False
    box.on_masters()  # what was private is gone, and is not shown again
    box.silence("in")
    assert box._shades == [200, 0, 200, 100, 200, 0, 0]
    box.close()
    box.send("in", Frame(np.full((4, 4, 3), 200, np.uint8)), Ns(0))
    box.silence()
    assert len(box._shades) == 7, "what is closed shows nothing"


def test_commands_reach_an_open_output() -> None:
    script = [(0.5, SetMaster(0.5)), (1.0, BlackOut(True))]
    played = play(PATCH.format(use="web_view", privacy="", more=""), script=script)
    assert played.engine.picture_master.blackout
    assert isinstance(played.engine.states["screen"].box, WebView)
