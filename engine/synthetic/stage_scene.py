"""The whole stand-in scene: what the camera sees at a time, and its ground truth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from engine.core.landmarks import Instance
from engine.core.skeletons import FACE_468
from engine.synthetic.dancer import Dancer, Place
from engine.synthetic.dancer_body import rotation
from engine.synthetic.dancer_detail import Detail, detail_of
from engine.synthetic.dancer_draw import draw_figure
from engine.synthetic.dancer_figure import Figure, figure
from engine.synthetic.dancer_look import look
from engine.synthetic.stage import (
    Picture,
    StageCamera,
    backdrop,
    camera,
    close_up,
    dimmed,
    draw_mirror,
    draw_pillar,
    mirror_box,
    noise_texture,
    pillar_box,
    with_noise,
)
from engine.synthetic.stage_script import MIRROR, PILLARS, Script, presence

Ground = Literal["plain", "cluttered"]
Shot = Literal["stage", "face", "hands"]

EXPOSURES = 4
"""Moments that a picture of a slow shutter is the mean of."""


@dataclass(frozen=True, slots=True)
class Actor:
    """A person in the picture: ``slot`` from 1 and reused, ``id`` never reused."""

    slot: int
    id: int
    figure: Figure
    joints: NDArray[np.float32]
    """float32, (17, 3): x and y as in ``Person``, then 1 where visible and 0 where hidden."""
    detail: Detail | None = None
    """Hands and face, where they are drawn."""


Cast = tuple[Actor, ...]


@dataclass(frozen=True)
class Scene:
    """A stage with its people; everything is a function of the settings and the time.

    ``light`` is 1 in full light and 0 in none, ``shutter`` the seconds for which a picture is
    exposed. ``same_clothes`` dresses all as the first. ``detail`` gives them hands whose fingers
    bend and faces that make faces; ``shot`` goes near to the first one's face or hands. ``turn`` is
    how many degrees round the stage the camera stands, to the right of the audience.
    """

    people: int
    ground: Ground
    noise: float
    script: Script
    seed: int
    width: int
    height: int
    light: float = 1.0
    shutter: float = 0.0
    same_clothes: bool = False
    detail: bool = False
    shot: Shot = "stage"
    turn: float = 0.0
    view: StageCamera = field(init=False)
    _empty: Picture = field(init=False, repr=False)
    _grain: Picture | None = field(init=False, repr=False)

    def __post_init__(self) -> None:
        view = camera(self.width, self.height, self.people + (self.script == "mirror"))
        if self.shot != "stage":
            view = close_up(view, self.shot)
        object.__setattr__(self, "view", view)
        object.__setattr__(self, "_empty", backdrop(view, self.ground, self.seed))
        object.__setattr__(self, "_grain", noise_texture(view, self.noise, self.seed))

    def cast(self, seconds: float) -> tuple[Actor, ...]:
        """Return the people in the picture at ``seconds`` since the start, by slot."""
        figures: dict[int, tuple[int, Figure]] = {}
        for number in range(self.people):
            there = presence(self.script, number, self.people, seconds, self.view, seed=self.seed)
            if there is not None:
                name = there.visit * self.people + number
                figures[number] = name, self._figure(name, seconds, there.place)
        everybody = [body for _, body in figures.values()]
        actors = (
            Actor(
                number + 1,
                name + 1,
                body,
                self._truth(body.joints, body, everybody),
                detail_of(body, self.seed, name, seconds, self.view) if self.detail else None,
            )
            for number, (name, body) in figures.items()
        )
        return tuple(actor for actor in actors if self._in_picture(actor.joints).any())

    def reflections(self, seconds: float) -> tuple[Figure, ...]:
        """Return what the mirror shows, where there is one: people who are not there.

        It stands at an angle, and shows everybody as they are seen from the front.
        """
        if self.script != "mirror":
            return ()
        middle, _, _ = MIRROR
        bodies = []
        for number in range(self.people):
            there = presence(self.script, number, self.people, seconds, self.view, seed=self.seed)
            assert there is not None
            spot = Place(middle + 0.3 * (there.place.x + 0.5), -2.6 - there.place.z, 0.0)
            bodies.append(self._figure(number, seconds, spot))
        return tuple(bodies)

    def _figure(self, name: int, seconds: float, place: Place) -> Figure:
        dressed = look(self.seed, 0 if self.same_clothes else name)
        dancer = _dancer(self.seed, name)
        if self.shot == "stage":
            body = dancer.at(seconds, place)
        else:
            body = dancer.before_camera(seconds, place, self.shot == "hands")
        return figure(body.turned(self.turn) if self.turn else body, dressed, self.view)

    def _pillar(self) -> tuple[float, float, float]:
        """Return x, z and width of the pillar, as the camera has them."""
        x, z, width = PILLARS[self.script]
        if not self.turn:
            return x, z, width
        x, _, z = (rotation(-self.turn, 0.0, 0.0) @ [x, 0.0, z]).tolist()
        return x, z, width

    def picture(
        self, cast: tuple[Actor, ...], number: int, seconds: float | None = None
    ) -> Picture:
        """Return frame ``number`` with the cast: uint8, (height, width, 3), BGR, a new array.

        ``seconds`` is the moment of the cast, which a mirror and a slow shutter need.
        """
        if self.shutter > 0 and seconds is not None:
            picture = self._exposed(seconds)
        else:
            picture = self._drawn(cast, seconds or 0.0)
        if self.light < 1:
            picture = dimmed(picture, self.light)
        if self._grain is None:
            return picture
        return with_noise(picture, self._grain, self.seed, number)

    def _exposed(self, seconds: float) -> Picture:
        """Return the mean of some moments around one."""
        total = np.zeros((self.height, self.width, 3), np.float32)
        for part in range(EXPOSURES):
            moment = max(0.0, seconds + self.shutter * ((part + 0.5) / EXPOSURES - 0.5))
            total += self._drawn(self.cast(moment), moment)
        return np.asarray(np.round(total / EXPOSURES), np.uint8)

    def _drawn(self, cast: tuple[Actor, ...], seconds: float) -> Picture:
        picture = self._empty.copy()
        if self.script == "mirror":
            glass = self._empty.copy()
            for body in self.reflections(seconds):
                draw_figure(glass, body, self.view)
            draw_mirror(picture, glass, mirror_box(self.view, *MIRROR))
        pillar = self._pillar() if self.script in PILLARS else None
        for actor in sorted(cast, key=lambda actor: actor.figure.depth):
            if pillar is not None and actor.figure.depth > pillar[1]:
                draw_pillar(picture, self.view, *pillar)
                pillar = None
            draw_figure(picture, actor.figure, self.view, actor.detail)
        if pillar is not None:
            draw_pillar(picture, self.view, *pillar)
        return picture

    def hands(self, cast: tuple[Actor, ...]) -> tuple[Instance, ...]:
        """Return where the hands of the cast are; one that is out of the picture is left out."""
        found = []
        for actor in cast:
            for side, (points, near) in enumerate(actor.detail.hands if actor.detail else ()):
                truth = self._points(points, near - near[0], actor, cast)
                if truth[:, 3].any():
                    place = 2 * actor.slot - 1 + side
                    found.append(Instance(place, 2 * actor.id - 1 + side, truth))
        return tuple(found)

    def faces(self, cast: tuple[Actor, ...]) -> tuple[Instance, ...]:
        """Return where the faces of the cast are: the points that have a name."""
        found = []
        for actor in cast:
            if actor.detail is not None:
                points, near = actor.detail.face[:, :2], actor.detail.face[:, 2]
                nose = near[FACE_468.index["nose_tip"]]
                truth = self._points(points, near - nose, actor, cast)
                truth[~actor.detail.named] = 0.0
                if truth[:, 3].any():
                    found.append(Instance(actor.slot, actor.id, truth))
        return tuple(found)

    def _points(
        self, points: NDArray[np.float64], near: NDArray[np.float64], actor: Actor, cast: Cast
    ) -> NDArray[np.float32]:
        """Return points of a hand or a face, (n, 4), as in ``Instance``."""
        others = [other.figure for other in cast]
        return np.insert(self._truth(points, actor.figure, others), 2, near / self.view.room, 1)

    def _truth(
        self, pixels: NDArray[np.float64], body: Figure, everybody: Sequence[Figure]
    ) -> NDArray[np.float32]:
        """Return points (n, 3) of a body as ``Actor`` has joints, marked hidden where occluded."""
        truth = np.ones((len(pixels), 3), np.float32)
        # Positions are pixel centres: the first is half a pixel from the edge.
        truth[:, 0] = (pixels[:, 0] + 0.5) / self.width
        truth[:, 1] = 1 - (pixels[:, 1] + 0.5) / self.height
        truth[self._hidden(pixels, truth[:, :2], body, everybody), 2] = 0.0
        return truth

    def _hidden(
        self,
        pixels: NDArray[np.float64],
        places: NDArray[np.float32],
        body: Figure,
        everybody: Sequence[Figure],
    ) -> NDArray[np.bool_]:
        """Return which points of a body are out of the picture, or behind another or the pillar."""
        hidden = ~self._in_picture(places)
        for other in everybody:
            if other.depth > body.depth:
                hidden |= other.covers(pixels)
        if self.script in PILLARS and body.depth <= (pillar := self._pillar())[1]:
            left, _, right, base = pillar_box(self.view, *pillar)
            x, y = pixels.T
            hidden |= (x >= left) & (x < right) & (y < base)
        return hidden

    @staticmethod
    def _in_picture(joints: NDArray[np.float32]) -> NDArray[np.bool_]:
        return np.asarray(np.all((joints[:, :2] >= 0) & (joints[:, :2] <= 1), axis=1))


@lru_cache(maxsize=64)
def _dancer(seed: int, name: int) -> Dancer:
    """Return a person's way of moving; a beat is 0.5 to 0.65 s."""
    rng = np.random.default_rng([seed, name, 7])
    return Dancer(seed, name, look(seed, name).stature, float(rng.uniform(0.5, 0.65)))
