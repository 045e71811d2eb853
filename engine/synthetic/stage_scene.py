"""The whole stand-in scene: what the camera sees at a time, and its ground truth."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from engine.synthetic.dancer import Dancer
from engine.synthetic.dancer_draw import draw_figure
from engine.synthetic.dancer_figure import Figure, figure
from engine.synthetic.dancer_look import look
from engine.synthetic.stage import (
    Picture,
    StageCamera,
    backdrop,
    camera,
    draw_pillar,
    noise_texture,
    pillar_box,
    with_noise,
)
from engine.synthetic.stage_script import PILLAR, Script, presence

Ground = Literal["plain", "cluttered"]


@dataclass(frozen=True, slots=True)
class Actor:
    """A person in the picture: ``slot`` from 1 and reused, ``id`` never reused."""

    slot: int
    id: int
    figure: Figure
    joints: NDArray[np.float32]
    """float32, (17, 3): x and y as in ``Person``, then 1 where visible and 0 where hidden."""


@dataclass(frozen=True)
class Scene:
    """A stage with its people; everything is a function of the settings and the time."""

    people: int
    ground: Ground
    noise: float
    script: Script
    seed: int
    width: int
    height: int
    view: StageCamera = field(init=False)
    _empty: Picture = field(init=False, repr=False)
    _grain: Picture | None = field(init=False, repr=False)

    def __post_init__(self) -> None:
        view = camera(self.width, self.height, self.people)
        object.__setattr__(self, "view", view)
        object.__setattr__(self, "_empty", backdrop(view, self.ground, self.seed))
        object.__setattr__(self, "_grain", noise_texture(view, self.noise, self.seed))

    def cast(self, seconds: float) -> tuple[Actor, ...]:
        """Return the people in the picture at ``seconds`` since the start, by slot."""
        figures: dict[int, tuple[int, Figure]] = {}
        for number in range(self.people):
            there = presence(self.script, number, self.people, seconds, self.view)
            if there is not None:
                name = there.visit * self.people + number
                body = _dancer(self.seed, name).at(seconds, there.place)
                figures[number] = name, figure(body, look(self.seed, name), self.view)
        everybody = [body for _, body in figures.values()]
        actors = (
            Actor(number + 1, name + 1, body, self._truth(body, everybody))
            for number, (name, body) in figures.items()
        )
        return tuple(actor for actor in actors if self._in_picture(actor.joints).any())

    def picture(self, cast: tuple[Actor, ...], number: int) -> Picture:
        """Return frame ``number`` with the cast: uint8, (height, width, 3), BGR, a new array."""
        picture = self._empty.copy()
        for actor in sorted(cast, key=lambda actor: actor.figure.depth):
            draw_figure(picture, actor.figure, self.view)
        if self.script == "occlusion":
            draw_pillar(picture, self.view, *PILLAR)
        if self._grain is None:
            return picture
        return with_noise(picture, self._grain, self.seed, number)

    def _truth(self, body: Figure, everybody: list[Figure]) -> NDArray[np.float32]:
        """Return the joints (17, 3) of a body, marked hidden where occluded."""
        joints = np.ones((17, 3), np.float32)
        # Positions are pixel centres: the first is half a pixel from the edge.
        joints[:, 0] = (body.joints[:, 0] + 0.5) / self.width
        joints[:, 1] = 1 - (body.joints[:, 1] + 0.5) / self.height
        hidden = ~self._in_picture(joints)
        for other in everybody:
            if other.depth > body.depth:
                hidden |= other.covers(body.joints)
        if self.script == "occlusion":
            left, _, right, base = pillar_box(self.view, *PILLAR)
            x, y = body.joints.T
            hidden |= (x >= left) & (x < right) & (y < base)
        joints[hidden, 2] = 0.0
        return joints

    @staticmethod
    def _in_picture(joints: NDArray[np.float32]) -> NDArray[np.bool_]:
        return np.asarray(np.all((joints[:, :2] >= 0) & (joints[:, :2] <= 1), axis=1))


@lru_cache(maxsize=64)
def _dancer(seed: int, name: int) -> Dancer:
    """Return a person's way of moving; a beat is 0.5 to 0.65 s."""
    rng = np.random.default_rng([seed, name, 7])
    return Dancer(seed, name, look(seed, name).stature, float(rng.uniform(0.5, 0.65)))
