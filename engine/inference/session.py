"""A network, opened: the one file that knows which library runs it.

A model is a folder: ``model.onnx`` and the ``card.toml`` that says what it takes, what it gives and
which bytes it is made of. ``open_session`` holds the file to its card, so that a box that reads the
card may rely on it.

Why no spinning: ONNX Runtime keeps its threads turning between runs, to be there a little sooner.
At 30 frames a second that burns a whole core, which the synthesiser on the same laptop needs, and
gains nothing that can be measured. One thread a network leaves the other cores to other lanes.
"""

from __future__ import annotations

import hashlib
import logging
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.core.errors import ModelError, nearest
from engine.core.files import installed_folder

_log = logging.getLogger("sensorium")

_ONLY_ERRORS = 3
_SUFFIX = "ExecutionProvider"
_CPU = "cpu"
_NOT_OURS = {"azure"}
"""Providers that every build names but that run nothing on this machine."""


@dataclass(frozen=True)
class Tensor:
    """What goes in or comes out: a dimension is a number, or a name where any number will do.

    ``example`` is a shape that the network is certain to take.
    """

    name: str
    shape: tuple[int | str, ...]
    dtype: str
    meaning: str = ""
    colours: str = ""
    example: tuple[int, ...] = ()

    @property
    def filled(self) -> tuple[int, ...]:
        """The shape to warm up with: the example, or the shape with 1 for every name."""
        return self.example or tuple(size if isinstance(size, int) else 1 for size in self.shape)


@dataclass(frozen=True)
class Card:
    """What a model's ``card.toml`` says; ``tolerance`` is the difference parity allows."""

    name: str
    task: str
    sha256: str
    inputs: tuple[Tensor, ...]
    outputs: tuple[Tensor, ...]
    tolerance: float


class Session:
    """A network ready to run, on one provider. One thread at a time may run it."""

    def __init__(self, card: Card, provider: str, runner: Any) -> None:
        self.card = card
        self.provider = provider
        self._runner = runner
        self._outputs = [tensor.name for tensor in card.outputs]

    def run(self, **inputs: NDArray[Any]) -> tuple[NDArray[Any], ...]:
        """Run the network on arrays by input name; gives its outputs in the card's order.

        Raises ModelError when the library refuses them: a name, a shape or a type is wrong.
        """
        try:
            return tuple(self._runner.run(self._outputs, inputs))
        except Exception as error:  # the library has no root for its errors
            raise ModelError(f"{self.card.name}: {error}") from error


def open_session(name: str, *, provider: str = _CPU, threads: int = 1) -> Session:
    """Open a model by its name or by the path of its folder, and run it once on zeros.

    ``provider``: "cpu", or what this build of the library can use ("cuda", "coreml", "dml" ...);
    one that is not to be had here is replaced by "cpu", with a notice. Raises ModelError when the
    model is missing, is not what its card says, or when no such provider exists.
    """
    folder = model_folder(name)
    card = read_card(folder)
    data = _checked(folder, card)
    used = _usable(provider)
    runner = _start(card, data, used, threads)
    actual = _short(runner.get_providers()[0])
    if actual != used:
        _log.warning('%s: the provider "%s" did not start; using "%s"', card.name, used, actual)
    _compare(card, runner)
    session = Session(card, actual, runner)
    session.run(**{each.name: np.zeros(each.filled, each.dtype) for each in card.inputs})
    return session


def library() -> Any:
    """Load what runs networks, only where one is opened; raises ModelError where it does not load.

    Why not at the top: to read a patch with its boxes, nobody needs it.
    """
    try:
        import onnxruntime  # type: ignore[import-untyped]  # noqa: PLC0415
    except ImportError as error:
        raise ModelError(f"ONNX Runtime does not load: {error}") from error
    return onnxruntime


def models() -> dict[str, Path]:
    """List the models that came with Sensorium: name and folder, in alphabetical order."""
    cards = sorted(installed_folder("models").glob("*/card.toml"))
    return {card.parent.name: card.parent for card in cards}


def model_folder(name: str) -> Path:
    """Find the folder of a model, by its name or by a path; raises ModelError if there is none."""
    known = models()
    if name in known:
        return known[name]
    path = Path(name).expanduser()
    if (path / "card.toml").is_file():
        return path
    hint = nearest(name, known) or f" There is: {', '.join(known) or 'none'}."
    raise ModelError(f'there is no model "{name}".{hint}')


def read_card(folder: Path) -> Card:
    """Read the ``card.toml`` of a folder; raises ModelError where it lacks something."""
    path = folder / "card.toml"
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
        return Card(
            name=table["name"],
            task=table["task"],
            sha256=table["sha256"],
            inputs=_tensors(table["inputs"]),
            outputs=_tensors(table["outputs"]),
            tolerance=table["parity"]["tolerance"],
        )
    except KeyError as error:
        raise ModelError(f"{path}: {error.args[0]} is missing") from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, TypeError) as error:
        raise ModelError(f"{path}: {error}") from error


def _tensors(tables: Iterable[Mapping[str, Any]]) -> tuple[Tensor, ...]:
    return tuple(
        Tensor(
            name=table["name"],
            shape=tuple(table["shape"]),
            dtype=table["dtype"],
            meaning=table.get("meaning", ""),
            colours=table.get("colours", ""),
            example=tuple(table.get("example", ())),
        )
        for table in tables
    )


def _checked(folder: Path, card: Card) -> bytes:
    """Read the network. What was checked is what is opened: the file is read once."""
    path = folder / "model.onnx"
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ModelError(f"{path}: {error.strerror}") from error
    found = hashlib.sha256(data).hexdigest()
    if found != card.sha256:
        raise ModelError(
            f"{path} is not the file its card describes: its SHA-256 is {found}, the card says "
            f"{card.sha256}. Fetch it again, or run export.py beside it."
        )
    return data


def _usable(provider: str) -> str:
    """Give the provider to use; raises ModelError when none has that name."""
    wanted = _short(provider)
    onnxruntime = library()
    every = sorted({_short(name) for name in onnxruntime.get_all_providers()} - _NOT_OURS)
    here = [_short(name) for name in onnxruntime.get_available_providers()]
    here = [name for name in here if name not in _NOT_OURS]
    if wanted in here:
        return wanted
    if wanted not in every:
        raise ModelError(
            f'there is no provider "{provider}".{nearest(wanted, every)} Here: {", ".join(here)}.'
        )
    _log.warning(
        'the provider "%s" is not available here (%s); using "%s"', wanted, ", ".join(here), _CPU
    )
    return _CPU


def _start(card: Card, data: bytes, provider: str, threads: int) -> Any:
    onnxruntime = library()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.add_session_config_entry("session.inter_op.allow_spinning", "0")
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL
    options.log_severity_level = _ONLY_ERRORS
    names = [name for name in onnxruntime.get_available_providers() if _short(name) == provider]
    if provider != _CPU:
        names.append("CPUExecutionProvider")
    try:
        return onnxruntime.InferenceSession(data, options, providers=names)
    except Exception as error:  # the library has no root for its errors
        raise ModelError(f"{card.name}: {error}") from error


def _compare(card: Card, runner: Any) -> None:
    """Hold the network to its card; raises ModelError at the first difference."""
    sides = (
        ("inputs", card.inputs, runner.get_inputs()),
        ("outputs", card.outputs, runner.get_outputs()),
    )
    for side, promised, actual in sides:
        found = {tensor.name: tensor for tensor in actual}
        if {tensor.name for tensor in promised} != found.keys():
            raise ModelError(f"{card.name}: the {side} are {', '.join(found)}, not as on its card")
        for tensor in promised:
            shape, dtype = found[tensor.name].shape, _dtype(found[tensor.name].type)
            if dtype != tensor.dtype or not _fits(tensor.shape, shape):
                raise ModelError(
                    f"{card.name}: {tensor.name} is {dtype} {shape}, "
                    f"its card says {tensor.dtype} {list(tensor.shape)}"
                )


def _fits(promised: tuple[int | str, ...], actual: list[int | str | None]) -> bool:
    """Tell whether every fixed size is equal; a named one on the card may be anything."""
    return len(promised) == len(actual) and all(
        isinstance(size, str) or size == real for size, real in zip(promised, actual, strict=True)
    )


def _dtype(written: str) -> str:
    """Turn the library's "tensor(float)" into numpy's "float32"."""
    inside = written.removeprefix("tensor(").removesuffix(")")
    return {"float": "float32", "double": "float64"}.get(inside, inside)


def _short(provider: str) -> str:
    return provider.removesuffix(_SUFFIX).lower()
