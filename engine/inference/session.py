"""Opens the networks of a model: holds its files to their card, and chooses what computes.

A provider is what computes: "cpu", "cuda" ... One other than the CPU is held to the test vector of
the card; where it fails, that is told and the CPU taken: a show is better slow than wrong.

Why the CPU unless a patch says otherwise: recordings and golden traces are to come out the same on
every machine.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache
from pathlib import PurePosixPath
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from engine.core.errors import ModelError, as_written
from engine.core.nearest import nearest
from engine.inference.backend import CPU, Backend, Runner, Stored, Unfit
from engine.inference.backends import BACKENDS, REMEDIES
from engine.inference.card import DATA, FLOAT32, VECTOR, Card, CardFile, Tensor, read_card
from engine.inference.model_folders import model_folder
from engine.inference.onnx_runtime import short
from engine.inference.outside import files_outside
from engine.inference.refusal import describe_refusal
from engine.inference.vector import hold_to_vector

AUTO: Final = "auto"
PREFERRED: Final = ("cuda", "coreml", "dml", "openvino_bf16", "openvino")
"""What "auto" tries before the CPU, in this order."""

_LOG: Final = logging.getLogger("sensorium")
_ABSENT: Final = "not available here"


class Session:
    """One network of a model, ready to run on one provider. One thread at a time may run it.

    ``inputs`` and ``outputs`` are those of the card, or of the network where the card lists none.
    """

    def __init__(self, card: Card, network: CardFile, runner: Runner) -> None:
        self.card = card
        self.role = network.role
        self.provider = runner.provider
        self.inputs = network.inputs or tuple(runner.inputs)
        self.outputs = network.outputs or tuple(runner.outputs)
        self._names = [tensor.name for tensor in self.outputs]
        self._runner = runner

    def run(self, /, **inputs: NDArray[Any]) -> tuple[NDArray[Any], ...]:
        """Run the network on arrays by input name; return its outputs in the card's order.

        Raises ModelError when the library refuses them: a name, a shape or a dtype is wrong.
        """
        try:
            return tuple(self._runner.run(self._names, inputs))
        except Exception as error:  # the libraries have no common root for their errors
            raise ModelError(f"{self.card.name}: {describe_refusal(error)}") from error

    def run_by_name(self, /, **inputs: NDArray[Any]) -> dict[str, NDArray[Any]]:
        """Run the network as ``run`` does; return its outputs by name."""
        return dict(zip(self._names, self.run(**inputs), strict=True))


def open_session(name: str, *, provider: str = CPU, threads: int = 1, role: str = "") -> Session:
    """Open a model as ``open_sessions`` does; return one network, the first unless by its role.

    Raises ModelError as ``open_sessions`` does, and where no network has that role.
    """
    roles = (role,) if role else ()
    sessions = open_sessions(name, provider=provider, threads=threads, roles=roles)
    return next(iter(sessions.values()))


def open_sessions(
    name: str, *, provider: str = CPU, threads: int = 1, roles: Collection[str] = ()
) -> dict[str, Session]:
    """Open every network of a model, by its name or the path of its folder; return them by role.

    With ``roles`` only those: what a box does not ask takes no memory.

    Each runs once on zeros, where its inputs are listed. ``provider``: "cpu", one of this build
    ("cuda", "openvino" ...), or "auto" for the first of PREFERRED that is here, is borne by the
    network, and passes the test vector. One that is not here or does not pass is replaced by "cpu",
    with a notice. ``threads`` is for each network.

    Raises ModelError when the model is missing, is not what its card says, has no network of such a
    role, or when there is no such provider anywhere.
    """
    card = read_card(model_folder(name))
    contents = _contents(card, roles)
    try:
        return _opened(card, contents, short(provider), threads)
    except ModelError as error:
        raise ModelError(f"{card.name}: {error}") from error


def _contents(card: Card, roles: Collection[str]) -> dict[str, Stored]:
    """Hold the files to their hashes, and return each network by its role, or only those asked for.

    What was checked is what is opened: a network is read once. Raise ModelError where a network has
    data in files that its card does not list.
    """
    for role in roles:
        card.network(role)
    if not card.networks:
        raise ModelError(f'the model "{card.name}" is data, and has no network')
    contents: dict[str, Stored] = {}
    for file in card.files:
        if file.is_network and roles and file.role not in roles:
            continue
        if file.is_network:
            network = card.read(file)
            outside = _check_outside(card, file, network)
            contents[file.role] = Stored(network, card.path(file).parent if outside else None)
        elif file.role != VECTOR:  # that one is read when it is needed
            card.check(file)
    return contents


def _check_outside(card: Card, file: CardFile, network: bytes) -> bool:
    """Return whether a network has data in other files; raise ModelError for one not listed."""
    try:
        names = files_outside(network)
    except ModelError as error:
        raise ModelError(f"{card.path(file)}: {error}") from None
    listed = {PurePosixPath(each.name) for each in card.files if each.role == DATA}
    for name in sorted(names):
        if PurePosixPath(file.name).parent / name not in listed:
            raise ModelError(
                f"{card.path(file)}: data of it lies in {as_written(name)}, which its card does not"
                f' list: write a [[files]] with role = "{DATA}" and its sha256, or save the'
                " network with its data in it"
            )
    return bool(names)


def _opened(
    card: Card, contents: Mapping[str, Stored], provider: str, threads: int
) -> dict[str, Session]:
    """Open the networks on the provider, or on the CPU where that one is refused."""
    here = available()
    _refuse_unknown(provider, here)
    refused: dict[str, ModelError] = {}
    for candidate in _candidates(provider):
        if candidate not in here:
            refused[candidate] = Unfit(_ABSENT)
            continue
        try:
            arithmetic = _borne(card, here[candidate].arithmetic(candidate))
            sessions = _start(card, contents, here[candidate], candidate, threads)
            _verify(card, sessions, candidate, arithmetic, trusted=provider != AUTO)
        except ModelError as error:
            refused[candidate] = error
        else:
            break
    else:
        sessions = _start(card, contents, here[CPU], CPU, threads)
    taken = next(iter(sessions.values())).provider
    if provider == AUTO:
        _tell_choice(card, taken, refused)
    elif refused:
        _tell_refusal(card, provider, refused[provider], here)
    return sessions


def available() -> dict[str, Backend]:
    """Return the providers that are here, each with the library that has it.

    Raises ModelError where a library does not load.
    """
    found: dict[str, Backend] = {}
    for backend in BACKENDS.values():
        for provider in backend.available():
            found.setdefault(provider, backend)
    return found


def why_unknown(provider: str) -> str:
    """Return why no build of any library has a provider, or ""; the usual ones load none."""
    if provider in (CPU, AUTO):
        return ""
    try:
        _refuse_unknown(short(provider), available())
    except ModelError as error:
        return str(error)
    return ""


def _refuse_unknown(provider: str, here: Mapping[str, Backend]) -> None:
    """Raise ModelError for a provider that no build of any library has."""
    known = {name for backend in BACKENDS.values() for name in backend.known()} | {*here, AUTO}
    if provider not in known:
        hint = nearest(provider, sorted(known))
        raise ModelError(f'there is no provider "{provider}".{hint} Here: {", ".join(here)}.')


def _candidates(provider: str) -> tuple[str, ...]:
    """Return what to try before the CPU."""
    if provider == AUTO:
        return PREFERRED
    return () if provider == CPU else (provider,)


def _start(
    card: Card,
    contents: Mapping[str, Stored],
    backend: Backend,
    provider: str,
    threads: int,
) -> dict[str, Session]:
    """Open every network on one provider, hold it to its card, and run it once on zeros."""
    sessions: dict[str, Session] = {}
    for network in card.networks:
        if network.role not in contents:
            continue
        try:
            runner = backend.start(contents[network.role], provider, threads)
        except ModelError:
            raise
        except Exception as error:  # the libraries have no common root for their errors
            raise ModelError(describe_refusal(error)) from error
        if runner.provider != provider:
            raise ModelError("it did not start")
        _compare("inputs", network.inputs, runner.inputs)
        _compare("outputs", network.outputs, runner.outputs)
        session = sessions[network.role] = Session(card, network, runner)
        if network.inputs:
            session.run(**{each.name: _zeros(each) for each in network.inputs})
    return sessions


def _zeros(tensor: Tensor) -> NDArray[Any]:
    """Return zeros, or empty texts, in the shape that the tensor is certain to take."""
    if tensor.dtype == "string":
        return np.full(tensor.filled, "", object)
    return np.zeros(tensor.filled, tensor.dtype)


def _borne(card: Card, arithmetic: str) -> str:
    """Return an arithmetic that a network bears; float32 all do. Raises Unfit for another."""
    if arithmetic != FLOAT32 and arithmetic not in card.precisions:
        raise Unfit(f"its card does not say that it bears {arithmetic}")
    return arithmetic


def _verify(
    card: Card, sessions: Mapping[str, Session], provider: str, arithmetic: str, *, trusted: bool
) -> None:
    """Hold a provider other than the CPU to the test vector. Raises ModelError where it fails.

    A performer's own model may have none: who names a provider for it is trusted, with a notice.
    """
    if card.vector is None and trusted:
        text = '%s: the provider "%s" is used unchecked: its card lists no test vector'
        _tell(logging.WARNING, text, card.name, provider)
        return
    hold_to_vector(card, sessions.values(), arithmetic)


def _compare(side: str, listed: tuple[Tensor, ...], actual: Sequence[Tensor]) -> None:
    """Hold one side of a network to its card. Raises ModelError at the first difference."""
    found = {tensor.name: tensor for tensor in actual}
    if listed and {tensor.name for tensor in listed} != found.keys():
        raise ModelError(f"the {side} are {', '.join(found)}, not as on its card")
    for tensor in listed:
        real = found[tensor.name]
        if real.dtype != tensor.dtype or not tensor.fits(real.shape):
            raise ModelError(
                f"{tensor.name} is {real.dtype} {list(real.shape)}, "
                f"its card says {tensor.dtype} {list(tensor.shape)}"
            )


def _tell_choice(card: Card, taken: str, refused: Mapping[str, ModelError]) -> None:
    """Log which provider "auto" took, and why none before it."""
    reasons = dict.fromkeys(map(str, refused.values()))
    words = "; ".join(
        f"{', '.join(name for name, why in refused.items() if str(why) == reason)}: {reason}"
        for reason in reasons
    )
    unfit = all(isinstance(why, Unfit) for why in refused.values())
    level = logging.INFO if unfit else logging.WARNING
    rest = f" ({words})" if words else ""
    _tell(level, '%s: the provider "auto" is "%s"%s', card.name, taken, rest)


def _tell_refusal(card: Card, provider: str, why: ModelError, here: Mapping[str, Backend]) -> None:
    """Log why the CPU computes instead of the requested provider."""
    if str(why) == _ABSENT:
        text = '%s: the provider "%s" is not available here (%s)%s; using "%s"'
        remedy = REMEDIES.get(provider, "")
        _tell(logging.WARNING, text, card.name, provider, ", ".join(here), remedy, CPU)
    else:
        text = '%s: the provider "%s" is not used: %s; using "%s"'
        _tell(logging.WARNING, text, card.name, provider, str(why), CPU)


@lru_cache(maxsize=256)
def _tell(level: int, text: str, *values: str) -> None:
    """Log a notice once, however often the model is opened."""
    _LOG.log(level, text, *values)
