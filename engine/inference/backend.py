"""What every library that runs networks does, whichever it is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple, Protocol

from numpy.typing import NDArray

from engine.core.errors import ModelError
from engine.inference.card import Tensor

CPU: Final = "cpu"


class Unfit(ModelError):
    """A provider that cannot be had on this machine, or for this network: nothing is at fault."""


class Stored(NamedTuple):
    """A network as its file holds it; ``folder`` is where its data are, if some lie outside."""

    network: bytes
    folder: Path | None = None


class Runner(Protocol):
    """A network that a library has opened. One thread at a time may run it."""

    @property
    def provider(self) -> str:
        """What computes: the provider asked for, or what the library took instead."""

    @property
    def inputs(self) -> Sequence[Tensor]:
        """What the network takes, as its file says."""

    @property
    def outputs(self) -> Sequence[Tensor]:
        """What the network returns, as its file says."""

    def run(self, outputs: Sequence[str], inputs: Mapping[str, NDArray[Any]]) -> Sequence[Any]:
        """Compute outputs, by name and in that order. Raises whatever the library raises."""


class Backend(Protocol):
    """A library that runs networks."""

    def known(self) -> Iterable[str]:
        """Return every provider that some build of the library has. Raises ModelError."""

    def available(self) -> Sequence[str]:
        """Return the providers of this build, the library's preferred first. Raises ModelError."""

    def arithmetic(self, provider: str) -> str:
        """Return in which of ``PRECISIONS`` a provider computes."""

    def start(self, stored: Stored, provider: str, threads: int) -> Runner:
        """Open a network. Raises what the library raises; Unfit where it cannot be done here."""
