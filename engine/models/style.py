"""Paint each picture like a painting, or like a mix of several."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import field
from typing import Annotated, Final, Literal, get_args

from engine.core.errors import ModelError
from engine.core.parameter import Param
from engine.dsp.image.painting import Planes
from engine.inference.network import ModelName
from engine.inference.painter import Look as Wanted
from engine.inference.painter import Painter, Shares
from engine.inference.session import Session

# fmt: off
Look = Literal[
    "chalk", "comic", "ink", "glass", "fresco", "autumn", "pebbles", "oil", "sketch", "confetti",
    "rust", "etching", "mist", "jungle", "frost", "mosaic", "crayon", "weave", "sand", "starry",
    "ember", "pop", "charcoal", "night", "wave", "bronze",
]
# fmt: on
LOOKS: Final[tuple[str, ...]] = get_args(Look)
"""The looks in the order of the network's weights."""


class StyleModel(Painter):
    """Paints pictures in 26 looks, which can be mixed and glide into each other.

    What comes out is as large as the picture that came in, whatever ``size`` it was painted at, so
    that nothing jumps when ``size`` or ``strength`` is played.

    With size = "auto" what is painted is as large as leaves time for ``fps`` pictures a second: it
    is made smaller within two seconds where the machine gets slow, and larger again step by step.

    A ``look`` is one name, or a table of weights, each of which may have a cable of its own:
    ``look.ink = { from = "fader" }``. Weights are shared out where their sum is over 1; what is
    missing to 1 is the picture itself, so that faders at 0 show it, and each fades its look in. All
    looks are shown in docs/looks.md.

    With a ``mask``, such as that of ``segment``, only what is white in it has the ``look``, and the
    rest is painted ``outside``: nothing unless that says a look, too. Two looks take twice as long.

    The network is that of Dumoulin, Shlens and Kudlur, "A Learned Representation for Artistic
    Style", 2017.

    Raises ModelError for a picture to which it answers with what is not a number.
    """

    look: Annotated[
        Look | dict[Look, float], Param("how to paint: a look, or weights of several", 0, 1)
    ] = "ink"
    outside: Annotated[
        Look | dict[Look, float],
        Param("how to paint what is black in the mask; without a look, not at all", 0, 1),
    ] = field(default_factory=dict)
    model: ModelName = "multistyle26"

    def check(self, session: Session) -> None:
        """Raise ModelError where a network does not take a picture and a weight for each look."""
        shapes = {tensor.name: tensor.shape for tensor in session.inputs}
        picture = shapes.get("image", ())
        weights = shapes.get("style_weights")
        card = session.card
        if card.task != self.TASK or picture[:2] != (1, 3) or weights != (len(LOOKS),):
            raise ModelError(
                f'the model "{card.name}" is for {card.task}, '
                f"not for paintings in {len(LOOKS)} looks"
            )

    def looks(self) -> Sequence[str]:
        """Return the names of the looks, in the order of the network's weights."""
        return LOOKS

    def wanted(self) -> tuple[Wanted, Wanted]:
        """Return the looks that are wanted inside of the mask, and outside of it."""
        return self.look, self.outside

    def paint(self, planes: Planes, shares: Shares) -> Planes:
        """Return a painting, planes of the same size."""
        (painting,) = self.run(image=planes, style_weights=shares)
        return painting
