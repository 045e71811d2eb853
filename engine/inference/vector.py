"""The test vector of a model: inputs, and what its networks answered to them when they were made.

A provider other than the CPU is held to it when it opens a model: a graphics card that computes in
half the bits, or a driver with a fault, is found before the show and not in it.

It is an ``.npz`` with an array for each input, ``in.NAME``, and each expected output, ``out.NAME``;
those of a network that is not the first of its card begin with its role: ``decoder.in.NAME``.
Inputs may be stored in a smaller type (uint8, float16) and are converted to that of the network;
outputs are compared as they are.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import IO, Any, Final, Protocol

import numpy as np
from numpy.typing import NDArray

from engine.core.errors import ModelError
from engine.inference.card import FLOAT32, Card, Tensor

_LARGEST: Final = 256 << 20
"""The most bytes of all arrays of a test vector."""

Arrays = Mapping[str, NDArray[Any]]


class Runnable(Protocol):
    """A network of a model, as a test vector runs it."""

    @property
    def role(self) -> str:
        """Its role on the card."""

    @property
    def inputs(self) -> Iterable[Tensor]:
        """What it takes."""

    def run_by_name(self, /, **inputs: NDArray[Any]) -> Arrays:
        """Run it and return its outputs by name."""


def write_vector(
    file: Path | IO[bytes], inputs: Arrays, outputs: Arrays, *, role: str = ""
) -> None:
    """Write the test vector of a model with one network, or with the one that has a role."""
    begins = f"{role}." if role else ""
    arrays = {f"{begins}in.{name}": array for name, array in inputs.items()}
    arrays |= {f"{begins}out.{name}": array for name, array in outputs.items()}
    np.savez_compressed(file, **arrays)  # type: ignore[arg-type]


def hold_to_vector(card: Card, networks: Iterable[Runnable], arithmetic: str = FLOAT32) -> None:
    """Run the test vector of a card on networks that compute in one of its kinds of arithmetic.

    Raises ModelError where the card has none, where its file is not what the card says, and where
    an output differs by more than the card's tolerance; the message names the output.
    """
    if card.vector is None:
        raise ModelError("its card lists no test vector")
    tolerance = card.tolerances.get(arithmetic, card.tolerance)
    arrays = _load(card)
    compared = 0
    for network in networks:
        begins = "" if network.role == card.networks[0].role else f"{network.role}."
        expected = _beginning(arrays, f"{begins}out.")
        if expected:
            compared += len(expected)
            _compare(tolerance, expected, network.run_by_name(**_inputs(arrays, begins, network)))
    if not compared:
        raise ModelError(f"{card.path(card.vector)}: it holds no output of {card.name}")


def _load(card: Card) -> dict[str, NDArray[Any]]:
    assert card.vector is not None
    packed = io.BytesIO(card.read(card.vector))
    try:
        _check_size(packed)
        with np.load(packed, allow_pickle=False) as stored:
            return dict(stored)
    except Exception as error:  # the library raises whatever the damage leads to
        raise ModelError(f"{card.path(card.vector)}: {error}") from error


def _check_size(packed: io.BytesIO) -> None:
    """Raise ValueError for an archive that is too large when it is unpacked."""
    with zipfile.ZipFile(packed) as archive:
        size = sum(each.file_size for each in archive.infolist())
    packed.seek(0)
    if size > _LARGEST:
        raise ValueError(f"unpacked it has {size:,} bytes, and {_LARGEST:,} is the most")


def _beginning(arrays: Arrays, begins: str) -> dict[str, NDArray[Any]]:
    found = (name for name in arrays if name.startswith(begins))
    return {name.removeprefix(begins): arrays[name] for name in found}


def _inputs(arrays: Arrays, begins: str, network: Runnable) -> dict[str, NDArray[Any]]:
    dtypes = {tensor.name: tensor.dtype for tensor in network.inputs}
    stored = _beginning(arrays, f"{begins}in.")
    return {name: array.astype(dtypes.get(name, array.dtype)) for name, array in stored.items()}


def _compare(tolerance: float, expected: Arrays, found: Arrays) -> None:
    for name, right in expected.items():
        answer = found.get(name)
        if answer is None:
            raise ModelError(f"{name} is in the test vector, and no output of the network")
        if answer.shape != right.shape:
            raise ModelError(f"{name} has the shape {answer.shape}, expected {right.shape}")
        with np.errstate(invalid="ignore"):  # infinity less infinity is no number, and no fit
            apart = np.abs(answer.astype(np.float64) - right.astype(np.float64))
        if not (apart <= tolerance).all():
            raise ModelError(
                f"{name} differs from the test vector by up to {apart.max():.2g}, "
                f"its card allows {tolerance:.2g}"
            )
