"""What a picture shows, by name: one of a thousand things."""

from __future__ import annotations

import math
from dataclasses import field
from typing import Annotated, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.core.clock import SECOND
from engine.core.errors import ModelError
from engine.core.messages import Features, Frame, Message, Ns
from engine.core.parameter import Param
from engine.inference.network import ModelName, NetworkModel, Threads
from engine.inference.seeing import seen_planes, seen_size
from engine.inference.session import Session
from engine.language.things import said

Floats = NDArray[np.float32]

SHOWN: Final = 5
_LEAST: Final = 64


class ThingSeen(NamedTuple):
    """What it takes the picture for when that is sure and new, how sure, and the nearest five."""

    thing: str | None
    confidence: float
    sure: bool
    things: Features


class ThingsModel(NetworkModel[str]):
    """Names what a picture shows: a thousand kinds of things, by name, one at a time.

    ``thing`` is a text when another one is sure, and says nothing while nothing is. ``confidence``
    is how sure it is of the first, 0 to 1, ``sure`` a switch, and ``things`` the five most likely
    by name, each as sure as it is: names on it change from picture to picture. It looks at the
    whole picture, and was taught photographs of one thing that fills it: of a room it says little,
    and for many things and places on a table ``objects`` is better. People are not among what it
    knows. It may be sure and wrong, of what is none of the thousand above all: of printed text it
    says "crossword". What you show it yourself, ``embed`` and a box that learns tell better.

    What counts is the mean of the last ``smooth`` seconds. A thing that is told stays until it is
    less sure by ``hysteresis``.

    The network is EfficientNet-Lite0 (Tan and Le, 2019).

    Raises ModelError for a picture to which it answers with what is not a number.
    """

    TASK = "see"
    ROLES = ("embedding",)

    confidence: Annotated[float, Param("how sure to be before a thing is named", 0, 1)] = 0.7
    hysteresis: Annotated[
        float, Param("how much less sure it may become before it counts as gone", 0, 1)
    ] = 0.3
    smooth: Annotated[float, Param("over how long it makes up its mind", 0, 10, unit="s")] = 0.3
    size: Annotated[int, seen_size(_LEAST)] = 256
    threads: Threads = 1
    model: ModelName = "efficientnet_lite0"

    _names: list[str] = field(default_factory=list)
    _place: NDArray[np.intp] = field(default_factory=lambda: np.zeros(0, np.intp))
    """Of each class, where its name is: some have the same one."""
    _mean: Floats | None = None
    _last: Ns = Ns(0)
    _told: int | None = None

    @property
    def lag(self) -> float:
        """Seconds until half of a change is in the mean."""
        return self.smooth * math.log(2)

    def check(self, session: Session) -> None:
        """Raise ModelError where a network does not answer with classes that have names."""
        super().check(session)
        shapes = {tensor.name: tensor.shape for tensor in session.outputs}
        card = session.card
        names = [said(one) for one in str(card.read(card.file("names")), "utf-8").splitlines()]
        if shapes.get("classes") != (1, len(names)):
            raise ModelError(f'the model "{card.name}" does not answer with {len(names)} classes')
        self._names = list(dict.fromkeys(names))
        places = {name: place for place, name in enumerate(self._names)}
        self._place = np.array([places[name] for name in names])

    def reset(self) -> None:
        """Forget what was seen: the next thing is told anew."""
        self._mean = None
        self._told = None

    def at_rest(self, outlet: str, said: Message) -> bool | float | None:
        """Return that nothing is named."""
        match outlet:
            case "sure":
                return False
            case "confidence":
                return 0.0
        return None

    def process(self, frame: Frame, at: Ns) -> ThingSeen:
        """Return what the picture shows.

        Raises ModelError when the network fails, or answers with what is not a number.
        """
        planes = seen_planes(frame.image, self.size, _LEAST)
        answers = self.run_by_name("embedding", image=planes)
        mean = self._smoothed(answers["classes"][0], at)
        best = np.argsort(-mean, kind="stable")[:SHOWN]
        told = self._new_thing(mean, int(best[0]))
        return ThingSeen(
            told,
            float(mean[best[0]]),
            self._told is not None,
            Features(tuple(self._names[n] for n in best), mean[best]),
        )

    def _smoothed(self, classes: Floats, at: Ns) -> Floats:
        """Return how likely each name is, float32, over the last seconds."""
        named = np.bincount(self._place, classes, len(self._names)).astype(np.float32).clip(0, 1)
        if self._mean is None or self.smooth <= 0:
            mean = named
        else:
            seconds = max((at - self._last) / SECOND, 0.0)
            mean = named + np.float32(math.exp(-seconds / self.smooth)) * (self._mean - named)
        self._mean, self._last = mean, at
        return mean

    def _new_thing(self, mean: Floats, best: int) -> str | None:
        """Return the name of a thing that is sure and was not told before."""
        if self._told is not None and mean[self._told] < self.confidence - self.hysteresis:
            self._told = None
        if mean[best] < self.confidence or best == self._told:
            return None
        self._told = best
        return self._names[best]
