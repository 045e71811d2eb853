"""Odd pictures from a camera to what receivers hold: bodies as they are told by a whole show."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, ClassVar

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from engine.core.errors import ModelError
from engine.core.landmarks import Landmarks
from engine.core.messages import Frame, Message, Ns
from engine.core.source import Tape
from engine.models.pose import PoseModel
from engine.testing import Played, play
from tests.models.test_people import STEP, film
from tests.sinks.test_surfaces import Client

Picture = NDArray[np.uint8]
LASTS = 8
"""Pictures of each scene: who is missed is told for three, and who comes is told in the third."""
SCENES: Mapping[str, Callable[[Picture], Picture]] = {
    "somebody": lambda image: image,
    "one pixel": lambda image: image[:1, :1],
    "again": lambda image: image,
    "black": np.zeros_like,
    "back soon": lambda image: image,
    "no numbers": lambda image: image,
    "since": lambda image: image,
    "half as large": lambda image: np.asarray(cv2.resize(image, None, fx=0.5, fy=0.5), np.uint8),
    "the end": np.zeros_like,
}
ALONE = {"somebody", "again", "back soon", "since", "half as large"}

PATCH = """
title = "Odd scenes"
[cam]
use = "scenes"
[pose]
use = "pose"
from = "cam"
people = 2
[out]
use = "osc_out"
to = "127.0.0.1:9"
[out.send]
"/tuio/2Dcur" = { from = "pose", layout = "tuio" }
"/" = { from = "pose", layout = "poseosc_addr" }
[lights]
use = "psn_out"
from = "pose"
to = "127.0.0.1:9"
"""


class Scenes(Tape):
    """A camera before which one scene follows the other."""

    OUT: ClassVar[Mapping[str, type]] = {"frame": Frame}

    def events(self) -> Iterator[tuple[Ns, str, Message]]:
        walking = [frame.image for frame in film(40, 40 + LASTS)]
        pictures = (change(image) for change in SCENES.values() for image in walking)
        for number, image in enumerate(pictures):
            yield Ns(number * STEP), "frame", Frame(np.ascontiguousarray(image))


class Fragile(PoseModel):
    """A network that has no numbers for one of the scenes."""

    def process(self, frame: Frame, at: Ns) -> Landmarks:  # type: ignore[override]
        if scene(at) == "no numbers":
            raise ModelError('the model "movenet_lightning" gave what is not a number')
        return super().process(frame, at=at)


def scene(at: float) -> str:
    """Return what is to be seen at a moment."""
    return [*SCENES][min(round(at / STEP) // LASTS, len(SCENES) - 1)]


@pytest.fixture(scope="module")
def show() -> Played:
    return play(PATCH, boxes={"scenes": Scenes, "pose": Fragile})


def test_receivers_hold_nobody_whom_nobody_sees(show: Played) -> None:
    client, held, lit = Client(), {}, {}
    seen: dict[str, list[tuple[Any, ...]]] = {name: [] for name in SCENES}
    for sent in show.everything:
        if sent.address.startswith("/tuio"):
            client.hear(sent.address, sent.args)
        held[sent.address] = sent.args
        if sent.address.startswith("psn"):
            lit[sent.address] = sent.args[-1]
        alive = [name for name, args in held.items() if name.endswith("score") and args[0] > 0]
        people = {name.split("/")[2] for name in alive}
        seen[scene(sent.t * 1e9)].append(
            (client.there.get("/tuio/2Dcur", set()), people, sum(lit.values()))
        )
    for name, each in seen.items():
        sessions, people, lights = each[-1]
        expected = 1 if name in ALONE else 0
        assert (len(sessions), len(people), lights) == (expected,) * 3, name
    assert show.errors == [
        'pose: ModelError: the model "movenet_lightning" gave what is not a number'
    ]


def test_ids_are_never_given_to_two(show: Played) -> None:
    ids = {name: set() for name in SCENES}
    for sent in show.sent("out", "/tuio/2Dcur"):
        if sent.args[0] == "alive":
            ids[scene(sent.t * 1e9)] |= {*sent.args[1:]}
    assert ids["again"] & ids["back soon"], "who comes back within two seconds is the same"
    others = [ids["somebody"], ids["again"], ids["since"], ids["half as large"]]
    assert all(others)
    assert len(set.union(*others)) == sum(map(len, others))
