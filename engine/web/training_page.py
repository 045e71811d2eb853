"""The page of a training, at an address of its own; doors and rights are those of a show's page."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import msgspec
import numpy as np
from numpy.typing import NDArray

from engine.dsp.image.jpeg import encode_jpeg
from engine.web import HOST, PORT
from engine.web.host import SiteHost
from engine.web.training_board import TrainingBoard, TrainingState

if TYPE_CHECKING:
    from engine.web.auth import TokenAuth
    from engine.web.training_site import TrainingSite


class TrainingPage(SiteHost["TrainingSite"]):
    """Serves how far a training is, until it is closed."""

    WHAT = "the training"

    def __init__(self, host: str = HOST, port: int = PORT, token: str = "") -> None:
        """Raise ParameterError as ``SiteHost`` does."""
        super().__init__(host, port, token)
        self._board = TrainingBoard()

    @property
    def stop_asked(self) -> bool:
        """Whether somebody asked that the training stop."""
        return self._board.stop_asked.is_set()

    def show(self, state: TrainingState, paint: Callable[[], NDArray[np.uint8]]) -> None:
        """Show how far it is; ``paint`` is called only while somebody looks on."""
        self._board.put(state, encode_jpeg(paint()) if self._board.watched else b"")

    def show_text(self, state: TrainingState, write: Callable[[], str]) -> None:
        """Show how far one is that writes; ``write`` is called only while somebody looks on."""
        before = self._board.state
        sample = write() if self._board.watched else before and before.sample
        self._board.put(msgspec.structs.replace(state, sample=sample or ""))

    def end(self, state: TrainingState, jpeg: bytes = b"") -> None:
        """Show what came of it, with a last picture if there is one; nothing comes after it."""
        self._board.put(state, jpeg)

    def make_site(self, files: Mapping[str, bytes], auth: TokenAuth | None) -> TrainingSite:
        """Return the site of the training."""
        from engine.web.training_site import TrainingSite

        return TrainingSite(files, auth, self._board)
