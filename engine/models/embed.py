"""What a picture is like, as numbers that boxes learn from."""

from __future__ import annotations

from typing import Annotated, Final

import numpy as np

from engine.core.errors import ModelError
from engine.core.messages import Features, Frame
from engine.inference.network import ModelName, NetworkModel, Threads
from engine.inference.seeing import seen_planes, seen_size
from engine.inference.session import Session

COUNT: Final = 64
NAMES: Final = tuple(f"p{number}" for number in range(1, COUNT + 1))
_LEAST: Final = 64


class EmbedModel(NetworkModel[Features]):
    """Turns a picture into 64 numbers that are alike where pictures show alike things.

    ``p1`` to ``p64``, about -1 to 1, say nothing one by one: a box that learns takes all of them.
    With ten examples of each it tells apart what it has never been taught, such as three things on
    a table; how well is in docs/corpus.md. The whole picture counts, its ground too: cut out what
    matters before (``crop``, ``cutout``), or show examples on several grounds. Sound goes through
    ``embed_sound``.

    The numbers are of EfficientNet-Lite0 (Tan and Le, 2019), a network that was taught a thousand
    things: the square roots of what its last layer finds, seen from the directions in which these
    things differ most.

    Raises ModelError for a picture to which it answers with what is not a number.
    """

    TASK = "see"
    ROLES = ("embedding",)

    size: Annotated[int, seen_size(_LEAST)] = 224
    threads: Threads = 1
    model: ModelName = "efficientnet_lite0"

    def check(self, session: Session) -> None:
        """Raise ModelError where a network does not answer with an embedding."""
        super().check(session)
        shapes = {tensor.name: tensor.shape for tensor in session.outputs}
        if shapes.get("embedding") != (1, COUNT):
            name = session.card.name
            raise ModelError(f'the model "{name}" does not answer with {COUNT} numbers of likeness')

    def process(self, frame: Frame) -> Features:
        """Return the numbers, float32 (64,).

        Raises ModelError when the network fails, or answers with what is not a number.
        """
        planes = seen_planes(frame.image, self.size, _LEAST)
        answers = self.run_by_name("embedding", image=planes)
        return Features(NAMES, np.asarray(answers["embedding"][0], np.float32))
