"""The base class of a box that asks a network: opens it, holds it to its card, guards its answers.

class Segment(NetworkModel[Mask]):
    '''Find where people are: 1 on a person, 0 elsewhere.'''

    TASK = "segment"

    model: ModelName = "selfie_segmenter"

    def process(self, frame: Frame) -> Mask:
        (alpha,) = self.run(image=to_tensor(frame, 256, 256))
        return Mask(resized(alpha[0, :, :, 0], frame.size))
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import field
from pathlib import Path
from typing import Annotated, Any, ClassVar, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from engine.core.context import Context
from engine.core.errors import ModelError
from engine.core.nearest import nearest
from engine.core.node import Model
from engine.core.parameter import NAME_OR_FILE, Fixed, Param, read_parameters
from engine.inference.card import CARD, Card, read_card
from engine.inference.model_folders import model_folder
from engine.inference.session import Session, open_sessions, why_unknown

Out = TypeVar("Out")
"""The kind of message that ``process`` answers with, as its annotation says too."""

ModelName = Fixed[
    Annotated[str, Param("which network: a name, or a folder of your own", unit=NAME_OR_FILE)]
]
"""The parameter that names a model; a folder is looked for beside the patch first."""

Threads = Fixed[Annotated[int, Param("how many processor cores it may use", 1, 64)]]
"""The parameter ``threads`` of a box that may use several processor cores."""


class NetworkModel(Model, Generic[Out]):
    """A box that asks the networks of one model.

    A box says for which ``TASK`` it is, which ``model`` it asks unless a patch names another, and
    in ``check`` what else a network must be. It asks with ``run``.

    ``open`` may come again while the box is open, where ``model`` was changed for a lighter one:
    what was open stays until the other is, and for good where ``open`` raises.
    """

    own_process: ClassVar[bool] = True

    TASK: ClassVar[str]
    """The task that must be on the card; a box without one is refused when it is defined."""

    ROLES: ClassVar[tuple[str, ...]] = ()
    """The networks of the model that it asks, by their roles; without any, all of them."""

    ON_CPU: ClassVar[tuple[str, ...]] = ()
    """More of them, which the CPU computes in float32 whatever the ``provider``: what is asked once
    and kept must not depend on what computes."""

    model: ModelName
    provider: Fixed[
        Annotated[
            str, Param("what computes: cpu, auto, cuda, coreml, dml, openvino, openvino_bf16 ...")
        ]
    ] = "cpu"

    _sessions: dict[str, Session] = field(default_factory=dict)

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if hasattr(cls, "process") and not hasattr(cls, "TASK"):
            raise TypeError(
                f'{cls.__name__} names no TASK, such as TASK = "pose": that of its card'
            )

    def open(self, context: Context | None = None) -> None:
        """Open the networks; a model that is a folder is looked for beside the patch first.

        Raises ModelError when the model is missing, is not what its card says, or does not fit the
        box.
        """
        name = self._model_in(context.folder if context else None)
        if self.ROLES:  # a model for something else has other roles, and is to be told as that
            self._check_task(read_card(model_folder(name)))
        sessions = open_sessions(
            name, provider=self.provider, threads=self.network_threads(), roles=self.ROLES
        )
        if self.ON_CPU:
            sessions |= open_sessions(name, threads=self.network_threads(), roles=self.ON_CPU)
        for session in sessions.values():
            self.check(session)
        self._sessions = sessions

    def close(self) -> None:
        """Release the networks."""
        self._sessions = {}

    def check(self, session: Session) -> None:
        """Raise ModelError where a network is none for this box; called for each that opens."""
        self._check_task(session.card)

    def _check_task(self, card: Card) -> None:
        if card.task != self.TASK:
            raise ModelError(f'the model "{card.name}" is for {card.task}, not for {self.TASK}')

    def expect_inputs(self, session: Session, names: Sequence[str], what: str) -> None:
        """Raise ModelError, which says ``what`` is given, where a network's inputs are others."""
        if [tensor.name for tensor in session.inputs] != list(names):
            raise ModelError(f'the model "{session.card.name}" takes something else than {what}')

    def doubts(self, folder: Path | None) -> Mapping[str, str]:
        """Return which parameters this network cannot do as they say, by its card.

        A model that is missing, or is for something else, is one as well.
        """
        try:
            card = read_card(model_folder(self._model_in(folder)))
            self._check_task(card)
        except ModelError as error:
            return {"model": f"it cannot open: {error}"}
        unknown = why_unknown(self.provider)
        found = {"provider": unknown} if unknown else {}
        for name, parameter in read_parameters(type(self)).items():
            low, high = card.limits.get(name, (-math.inf, math.inf))
            value = getattr(self, parameter.field)
            if isinstance(value, int | float) and not low <= value <= high:
                can = f"from {low:g} to {high:g}" if low else f"{high:g} at most"
                found[name] = f'the network "{card.name}" can do {can}, not {value:g}'
        return found

    def _model_in(self, folder: Path | None) -> str:
        """Return the model, with its path where it is a folder beside the patch."""
        name = self._model_meant()
        beside = folder / name if folder else None
        return str(beside) if beside and (beside / CARD).is_file() else name

    def _model_meant(self) -> str:
        """Return the model that ``model`` names; a box may have words for several, as "auto"."""
        return self.model

    def network_threads(self) -> int:
        """Return how many threads each network may use: one without a parameter ``threads``."""
        return int(getattr(self, "threads", 1))

    @property
    def card(self) -> Card:
        """The card of the model that is open. Raises ModelError while none is."""
        return self.session().card

    def session(self, role: str = "") -> Session:
        """Return an open network by its role; without it, the first.

        Raises ModelError when the model is not open or has no such network.
        """
        if not self._sessions:
            raise ModelError(f'the model "{self.model}" is not open')
        if not role:
            return next(iter(self._sessions.values()))
        if role not in self._sessions:
            hint = nearest(role, self._sessions) or f" There is: {', '.join(self._sessions)}."
            raise ModelError(f'the model "{self.model}" has no network "{role}".{hint}')
        return self._sessions[role]

    def run(self, role: str = "", /, **inputs: NDArray[Any]) -> tuple[NDArray[Any], ...]:
        """Run a network on arrays by input name; return its outputs in the card's order.

        ``role`` names the network of a model that has several; without it the first one runs.
        Raises ModelError when it is not open, when an input does not fit, and when an output holds
        what is not a number.
        """
        answers = self.session(role).run(**inputs)
        if not all(map(_is_finite, answers)):
            raise ModelError(f'the model "{self.model}" gave what is not a number')
        return answers

    def run_rows(self, role: str = "", /, **inputs: NDArray[Any]) -> NDArray[Any]:
        """Run a network whose first output has one thing a row, (1, n, k); return rows (m, k).

        Rows that hold what is not a number are left out, which is told once. Raises ModelError as
        ``run`` does, and when no row is left.
        """
        rows = self.session(role).run(**inputs)[0][0]
        whole = np.isfinite(rows).all(axis=1)
        if not whole.any():
            raise ModelError(f'the model "{self.model}" gave what is not a number')
        if not whole.all():
            self.tell_in_part()
        return np.asarray(rows[whole])

    def tell_in_part(self) -> None:
        """Log once that a network fails at a part of a picture, and that the rest is told."""
        self.tell_once(
            'the model "%s" gave what is not a number for a part of a picture; what it finds '
            "elsewhere in it is told",
            self.model,
        )

    def run_by_name(self, role: str = "", /, **inputs: NDArray[Any]) -> dict[str, NDArray[Any]]:
        """Run a network as ``run`` does; return its outputs by name."""
        names = (tensor.name for tensor in self.session(role).outputs)
        return dict(zip(names, self.run(role, **inputs), strict=True))

    def read_file(self, role: str) -> bytes:
        """Return a file of the model that is no network, such as a vocabulary, by its role.

        Raises ModelError when the model is not open, has no such file, or it was altered.
        """
        return self.card.read(self.card.file(role))


def _is_finite(answer: object) -> bool:
    """Whether an output has no NaN and no infinity in it; what holds no fractions has none."""
    if not isinstance(answer, np.ndarray) or answer.dtype.kind != "f":
        return True
    return bool(np.isfinite(answer).all())
