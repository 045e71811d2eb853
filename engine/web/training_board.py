"""What a training shows to its page: put by the thread that trains, read on the page's."""

from __future__ import annotations

import threading
from typing import Final

import msgspec

_MOST: Final = 240
"""Losses that are kept; of more every second one is left out."""


class TrainingState(msgspec.Struct, frozen=True):
    """How far a training is.

    ``done`` is 0 to 1, ``left`` in seconds, ``of_steps`` how many steps it will have taken, as far
    as is known. ``ended`` says what came of it, and is empty while it goes on. ``sample`` is what a
    network that writes has written by now; None for one that paints.
    """

    title: str
    done: float
    left: float
    steps: int
    of_steps: int
    loss: float
    ended: str = ""
    sample: str | None = None


class TrainingBoard:
    """The newest state, picture and losses, and whether somebody asked to stop."""

    def __init__(self) -> None:
        self.stop_asked = threading.Event()
        self.watched = False
        """Whether somebody looks on: else no preview need be painted."""
        self.changes = 0
        self.state: TrainingState | None = None
        self.losses: list[tuple[float, float]] = []
        """How far it was, and the loss then."""
        self.jpeg = b""
        self.pictures = 0
        """How many pictures there have been."""
        self._every = 1
        self._count = 0

    def put(self, state: TrainingState, jpeg: bytes = b"") -> None:
        """Show a state, and a picture if there is one; what was written last stands until then."""
        self._keep(state)
        if state.sample is None and self.state is not None:
            state = msgspec.structs.replace(state, sample=self.state.sample)
        if jpeg:
            self.jpeg = jpeg
            self.pictures += 1
        self.state = state
        self.changes += 1

    def _keep(self, state: TrainingState) -> None:
        if self._count % self._every == 0 and not state.ended:
            self.losses = [*self.losses, (state.done, state.loss)]
        self._count += 1
        if len(self.losses) > _MOST:
            self.losses = self.losses[::2]
            self._every *= 2
