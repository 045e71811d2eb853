"""What the layers of a network see: a mosaic of its neurons, and numbers of them."""

from __future__ import annotations

from dataclasses import field
from typing import Annotated, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.core.errors import ModelError
from engine.core.messages import Features, Frame
from engine.core.parameter import Param
from engine.dsp.image.mosaic import Palette, mosaic, tinted
from engine.inference.network import ModelName, NetworkModel, Threads
from engine.inference.seeing import seen_planes, seen_size
from engine.inference.session import Session
from engine.video.canvas import finished

Floats = NDArray[np.float32]

LAYERS: Final = 18
LIMIT: Final = 6.0
"""What a neuron gives at most."""
MOST: Final = 64
GUESSES: Final = 3
_LEAST: Final = 32


class LayerReading(NamedTuple):
    """The mosaic, its numbers, and in words what is seen."""

    picture: Frame
    see: Features
    caption: str | None
    guess: str | None


class LayersModel(NetworkModel[Frame]):
    """Shows how a machine sees: what the neurons of one layer of a network find in the picture.

    The picture is a mosaic of ``tiles`` neurons of ``layer``: light where one finds what it looks
    for. The outlet ``see`` has as many numbers, ``1`` to ``16`` and so on, each how light its tile
    is, 0 to 1: as OSC, ``"/see/{name}" = "layers.see"`` sends /see/1 to /see/16, and ``"/see"`` one
    message with all of them. A tile keeps its neuron, so that a light or a sound can hang on it;
    those that differ most come first, and with ``first`` others are looked at. At 1 tile one neuron
    fills the picture.

    Layer 1 looks for edges and colours, the next for textures, the middle ones for patterns and
    parts, the last for things; from layer to layer the squares grow. ``caption`` tells of the layer
    in words, for ``draw_text`` or a page, and ``guess`` what the whole network takes the picture
    for; it was taught a thousand things, names the nearest of them whatever it sees, and is often
    wrong: so it says how sure it is. The page shows all this at /walk.

    The network is EfficientNet-Lite0 (Tan and Le, 2019).

    Raises ModelError for a picture to which it answers with what is not a number.
    """

    TASK = "see"
    ROLES = ("network",)

    layer: Annotated[int, Param("which layer, 1 the first", 1, LAYERS)] = 4
    tiles: Annotated[int, Param("how many neurons are shown", 1, MOST)] = 16
    first: Annotated[int, Param("which neuron comes first, counted round", 1, MOST)] = 1
    gain: Annotated[float, Param("how light what it finds is shown", 0.1, 20)] = 1.5
    colours: Annotated[Palette, Param("in which colours")] = "heat"
    size: Annotated[int, seen_size(_LEAST)] = 256
    threads: Threads = 1
    model: ModelName = "efficientnet_lite0"

    _order: list[list[int]] = field(default_factory=list)
    _names: list[str] = field(default_factory=list)
    _caption: str = ""
    _guess: str = ""

    def check(self, session: Session) -> None:
        """Raise ModelError where a network has no layers to look at, or no names for things."""
        super().check(session)
        outputs = {tensor.name for tensor in session.outputs}
        missing = {f"layer{n}" for n in range(1, LAYERS + 1)} | {"classes"}
        if not missing <= outputs:
            name = session.card.name
            raise ModelError(f'the model "{name}" does not answer with {LAYERS} layers and classes')
        card = session.card
        self._names = str(card.read(card.file("names")), "utf-8").splitlines()
        lines = str(card.read(card.file("order")), "ascii").splitlines()
        self._order = [[int(word) - 1 for word in line.split()] for line in lines]

    def reset(self) -> None:
        """Forget what was told in words, so that it comes again with the next picture."""
        self._caption = self._guess = ""

    def process(self, frame: Frame) -> LayerReading:
        """Return the mosaic, uint8 and as large as the picture, and its numbers.

        The words come only when they are new. Raises ModelError when the network fails, or answers
        with what is not a number.
        """
        height, width = frame.image.shape[:2]
        planes = seen_planes(frame.image, self.size, _LEAST)
        answers = self.run_by_name("network", image=planes)
        neurons = answers[f"layer{self.layer}"][0]
        order = self._order[self.layer - 1]
        shown = [order[(self.first - 1 + n) % len(order)] for n in range(self.tiles)]
        maps = [np.clip(neurons[n] * np.float32(self.gain / LIMIT), 0, 1) for n in shown]
        image = tinted(mosaic(maps, width, height), self.colours)
        return LayerReading(
            finished(frame, image),
            Features(
                tuple(str(n + 1) for n in range(len(maps))),
                np.array([float(one.mean()) for one in maps], np.float32),
            ),
            self._new_caption(neurons, planes.shape[2:]),
            self._new_guess(answers["classes"][0]),
        )

    def _new_caption(self, neurons: Floats, looked_at: tuple[int, ...]) -> str | None:
        """Return what the layer is, unless that was told before."""
        count, rows, columns = neurons.shape
        height, width = looked_at
        text = (
            f"Layer {self.layer} of {LAYERS}: {min(self.tiles, count)} of {count} neurons, "
            f"one number for {width // columns} x {height // rows} pixels"
        )
        if text == self._caption:
            return None
        self._caption = text
        return text

    def _new_guess(self, classes: Floats) -> str | None:
        """Return what the picture is taken for, unless that was told before."""
        best = np.argsort(-classes, kind="stable")[:GUESSES]
        text = ", ".join(f"{self._names[n]} {classes[n]:.0%}" for n in best)
        if text == self._guess:
            return None
        self._guess = text
        return text
